/**
 * A card's HTML, made safe: a student's code runs beside the judge and can say anything in its
 * place. What is not of a card's own kind becomes text or goes.
 */
const ELEMENTS = new Set(
  "DIV SPAN P STRONG CODE PRE TABLE THEAD TBODY TR TH TD SVG RECT BR A".split(" "),
);
const ATTRIBUTES = new Set(
  "class style role aria-label width height rx fill scope href target".split(" "),
);

/** Show a card in a place of the page. */
export function showCard(place, html) {
  const read = new DOMParser().parseFromString(String(html), "text/html"); // nothing runs in there
  for (const each of [...read.body.querySelectorAll("*")]) {
    if (ELEMENTS.has(each.tagName.toUpperCase())) clean(each);
    else each.replaceWith(each.textContent);
  }
  place.replaceChildren(...read.body.childNodes);
}

function clean(each) {
  for (const { name, value } of [...each.attributes]) {
    const leavesThePage = name === "href" && !value.startsWith("./explorer.html#");
    const fetches = name === "style" && /url|image|expression|@/i.test(value);
    if (!ATTRIBUTES.has(name) || leavesThePage || fetches) each.removeAttribute(name);
  }
}
