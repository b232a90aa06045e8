/** "What most people get wrong here": the misconceptions' values beside the right one. */

import { h, withCode } from "./dom.js";
import { answerTo, byExercise } from "./layers/index.js";
import { valueWords } from "./say.js";

/** The course's own sentences, written beside the page when the site is built; none elsewhere. */
let sentences = {};
const arrived = fetch(new URL("mistakes.json", document.baseURI))
  .then((answer) => (answer.ok ? answer.json() : {}))
  .then((found) => {
    sentences = found;
  })
  .catch(() => {});

/** The table, or nothing where no misconception gives another number. */
export function mistakesOf({ layer, args, input }, { counts }) {
  const found = counts ? (layer.mistakes?.(args, input) ?? []) : [];
  if (!found.length) {
    return null;
  }
  const asked = [...new Set(found.map(({ exercise }) => exercise))];
  const bodies = asked.map((exercise) => h("tbody", {},
    h("tr", {}, h("th", { colspan: 2, scope: "rowgroup", class: "asked" },
      rightWords(exercise, layer, args, input))),
    found.filter((one) => one.exercise === exercise).map(row)));
  return h("section", { class: "mistakes" }, h("h2", {}, "What most people get wrong here"),
    h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Wrong answers" },
      h("table", {}, h("thead", {}, h("tr", {},
        ["Wrong answer", "What it is"].map((head) => h("th", { scope: "col" }, head)))), bodies)));
}

/** What is asked, and the right answer to it. */
function rightWords(exercise, layer, args, input) {
  const { from } = layer.asks.find((one) => one.exercise === exercise);
  const right = answerTo(exercise, from(args, input));
  const { what } = byExercise.get(exercise);
  const asked = what === "shape" && !Array.isArray(right) ? "length" : what;
  return [`${asked}: `, h("span", { class: "right" }, valueWords(right)), " is right"];
}

function row({ exercise, name, value }) {
  const what = h("td", {}, name);
  arrived.then(() => {
    const sentence = sentences[exercise]?.[name]?.sentence;
    if (sentence) {
      what.replaceChildren(h("details", {}, h("summary", {}, name),
        h("p", {}, withCode(sentence), " ",
          h("span", { class: "aside" }, "Exercise ", h("code", {}, exercise)))));
    }
  });
  return h("tr", {}, h("td", { class: "value" }, valueWords(value)), what);
}
