/** Elements in one call each. */

let numbered = 0;

/** An id that no other element of the page has. */
export const freshId = (word) => `${word}-${(numbered += 1)}`;

/**
 * An element. Properties that begin with "on" are listeners, `class` and `aria-*` are attributes;
 * children are elements or texts, and what is null, undefined or false is left out.
 */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function s(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...present(children));
  return element;
}

/** Puts these children into an element, in place of what it holds. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

const present = (children) =>
  children.flat(Infinity).filter((child) => ![null, undefined, false].includes(child));

/** A sentence with `words` in backquotes set as code. */
export const withCode = (sentence) =>
  sentence.split("`").map((part, place) => (place % 2 ? h("code", {}, part) : part));

/** A button that puts a text on the clipboard and says so. */
export function copyButton(textOf, what) {
  const words = `Copy ${what}`;
  const button = h("button", { type: "button", class: "quiet", onclick: copy }, words);
  async function copy() {
    try {
      await navigator.clipboard.writeText(textOf());
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser does not allow it: select the text";
    }
    setTimeout(() => {
      button.textContent = words;
    }, 2000);
  }
  return button;
}
