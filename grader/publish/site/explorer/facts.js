/** What a layer comes to: the numbers, PyTorch's own error, the line to copy, the formulas. */

import { copyButton, h, withCode } from "./dom.js";
import { bytesWords, digits, shapeWords, valueWords } from "./say.js";

const FLOAT = 4; // bytes of a number in float32

/** The big numbers, or the error; what stays in sight while fields change. */
export function summary({ counts, error }) {
  if (error) {
    return errorBox(error);
  }
  const more = counts.more ?? [];
  const alone = !counts.shape && more.length > 0; // what counts something else than a layer
  const facts = [
    counts.shape && ["Output shape", shapeWords(counts.shape),
      `${bytesWords(counts.activations * FLOAT)} in float32`, "shape"],
    ...more.map(({ what, value }) => [capital(what), valueWords(value),
      /bytes/.test(what) ? bytesWords(value) : ""]),
    (!alone || counts.parameters > 0)
      && ["Parameters", digits(counts.parameters), bytesWords(counts.parameters * FLOAT)],
    !alone && ["Buffers", digits(counts.buffers), "not trained"],
    counts.multAdds !== null && ["Mult-adds", digits(counts.multAdds), "whole batch, no bias"],
  ];
  return h("dl", { class: "numbers" }, facts.filter(Boolean).map(([what, value, aside, kind]) =>
    h("div", { class: kind ?? "number" }, h("dt", {}, what), h("dd", { class: "big" }, value),
      h("dd", { class: "aside" }, aside))));
}

const capital = (words) => words[0].toUpperCase() + words.slice(1);

const NOT_COUNTED = "The Explorer does not count this";

/** PyTorch's own words in a box of their own, or the Explorer's where PyTorch says others. */
export const errorBox = (error) =>
  h("div", { class: "error" },
    h("p", {}, h("strong", {}, error.own ? NOT_COUNTED : "PyTorch raises an error")),
    h("p", { class: "words" },
      error.own ? withCode(error.message) : h("code", {}, errorWords(error))));

/** An error in a line: as Python shows it, or the Explorer's sentence alone. */
export const errorWords = ({ own, type, message }) => (own ? message : `${type}: ${message}`);

/** The same in a sentence, for a screen reader. */
export function sentenceOf({ layer }, { counts, error }) {
  if (error) {
    return error.own ? `${NOT_COUNTED}: ${error.message}`
      : `${layer.name} raises ${errorWords(error)}`;
  }
  const shape = counts.shape ? `output ${shapeWords(counts.shape)}, ` : "";
  return `${layer.name}: ${shape}${digits(counts.parameters)} parameters.`;
}

/** The line to copy, what mends an error, the formulas with their numbers, notes. */
export function details({ layer, args, input }, { counts, error }, mend) {
  const line = layer.line(args, input);
  return [
    h("section", { "aria-label": "In Python" },
      h("div", { class: "line" }, h("code", {}, line), copyButton(() => line, "the line"))),
    error && mend && h("p", {}, mend),
    counts && formulas(counts),
    layer.lesson && h("p", { class: "aside" }, "Taught in lesson ",
      h("a", { href: `${layer.lesson}.html` }, layer.lesson.slice(0, 2)), "."),
  ];
}

function formulas({ formulas: lines, more, notes = [] }) {
  const rows = [
    ...lines.map(({ what, text, value }) => [what, text, value]),
    ...(more ?? []).map(({ what, text, value }) => [what, text, value]),
  ];
  if (!rows.length && !notes.length) {
    return null;
  }
  return h("section", {}, h("h2", {}, "How it comes about"),
    rows.length > 0 && h("dl", { class: "formulas" }, rows.map(([what, text, value]) =>
      h("div", {}, h("dt", {}, what), h("dd", {}, formulaWords(text, value))))),
    notes.map((note) => h("p", { class: "note" }, withCode(note))));
}

/** 8 × 3 × 5 × 5 + 8 = 608; a formula that is the number alone is said once. */
function formulaWords(text, value) {
  const said = valueWords(value);
  return text === null || text === said
    ? h("strong", {}, said)
    : [h("span", { class: "formula" }, text), " = ", h("strong", {}, said)];
}
