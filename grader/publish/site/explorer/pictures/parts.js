/** The terms of a formula as areas: what the parameters are made of. */

import { h, s } from "../dom.js";
import { numberOf, readValue } from "../reader.js";
import { digits } from "../say.js";
import { box, figure } from "./figure.js";

const WIDTH = 1000;
const HEIGHT = 40;
const ROLES = ["weight", "bias", "input", "output"];

/** The summands of "8 × 3 × 5 × 5 + 8" with their values, or [] where it cannot be told. */
export function summands(text) {
  const parts = [];
  let depth = 0;
  let start = 0;
  for (let place = 0; place <= text.length; place += 1) {
    depth += "(⌊⌈".includes(text[place] ?? " ") ? 1 : 0;
    depth -= ")⌋⌉".includes(text[place] ?? " ") ? 1 : 0;
    if (place === text.length || (depth === 0 && text.startsWith(" + ", place))) {
      parts.push(text.slice(start, place));
      start = place + 3;
    }
  }
  try {
    return parts.map((part) => ({ text: part.trim(), value: worked(part) }));
  } catch {
    return []; // a formula with more than + − × ÷ has no areas
  }
}

function worked(text) {
  const value = numberOf(readValue(
    text.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replaceAll(",", "")
      .replaceAll(/[⌊⌈⌋⌉]/g, "?")));
  if (typeof value !== "number") {
    throw new TypeError(text);
  }
  return value;
}

/** The areas of the parameters' formula; null where there is one part or none. */
export function parts({ parameters, formulas }) {
  const formula = formulas.find(({ what }) => what === "parameters");
  const found = (formula ? summands(formula.text) : []).filter(({ value }) => value > 0);
  if (found.length < 2 || found.length > 8) {
    return null;
  }
  let x = 0;
  const shapes = found.map(({ value }, place) => {
    const made = box(x, 0, (value / parameters) * WIDTH, HEIGHT, roleOf(place));
    x += (value / parameters) * WIDTH;
    return made;
  });
  const said = found.map(({ text, value }) => {
    const number = digits(value);
    return `${text}${text === number ? "" : ` = ${number}`} · ${percent(value / parameters)}`;
  });
  return figure({
    title: "What the parameters are made of",
    text: `${said.join("; ")} of ${digits(parameters)} parameters.`,
    width: WIDTH, height: HEIGHT, shapes, stretched: true,
    below: h("ul", { class: "parts", "aria-hidden": "true" }, said.map((words, place) =>
      h("li", {}, swatch(roleOf(place)), words))),
    caption: null,
  });
}

const roleOf = (place) => ROLES[place % ROLES.length];

const swatch = (role) => s("svg", { width: 14, height: 14, class: "drawing" },
  box(0.5, 0.5, 13, 13, role));

const percent = (share) => share.toLocaleString("en-US", {
  style: "percent", maximumSignificantDigits: share < 0.1 ? 2 : 3,
});
