/** One layer: its fields on one side, what they come to on the other. */

import { accept, fitted, inputSpec } from "./arguments.js";
import { fill, freshId, h } from "./dom.js";
import { details, sentenceOf, summary } from "./facts.js";
import { field } from "./fields.js";
import { layers } from "./layers/index.js";
import { counted } from "./ledger.js";
import { mistakesOf } from "./mistakes.js";
import { pictureOf } from "./pictures/index.js";

/**
 * @param state - `{ layer, args, input }`
 * @param tell - `changed(state, words)` and `chosen(id)`
 */
export function layerView(state, tell) {
  const numbers = h("section", { class: "summary", "aria-label": "The numbers" });
  const explained = h("div", { class: "details" });
  const { element, follow } = fieldsOf(state, update);

  function update() {
    const result = counted(state, state.input);
    fill(numbers, summary(result));
    fill(explained, details(state, result, result.error && fitting()), pictureOf(state, result),
      mistakesOf(state, result));
    tell.changed(state, sentenceOf(state, result));
  }

  /** A button that makes the input fit the layer, where that is what is wrong. */
  function fitting() {
    const wanted = fitted(state.layer, state.args, state.input);
    if (wanted === state.input || counted(state, wanted).error) {
      return null;
    }
    return h("button", { type: "button", onclick: () => {
      state.input = wanted;
      follow();
      update();
      document.querySelector(".fields input")?.focus();
    } }, "Make the input fit");
  }

  update();
  return [
    chooser(state.layer, tell.chosen),
    h("div", { class: "workbench" }, numbers, element, explained),
  ];
}

function chooser(current, chosen) {
  const id = freshId("layer");
  const families = [...new Set(layers.map(({ family }) => family))];
  const select = h("select", { id }, families.map((family) =>
    h("optgroup", { label: family }, layers
      .filter((one) => one.family === family)
      .map((one) => h("option", { value: one.id, selected: one === current }, one.name)))));
  select.addEventListener("change", () => {
    chosen(select.value);
    document.querySelector(".chooser select")?.focus();
  });
  return h("div", { class: "chooser" }, h("label", { for: id }, "Layer"), select);
}

/** The fields of all arguments and of the input; `follow()` shows what changed elsewhere. */
export function fieldsOf(state, update) {
  const { layer } = state;
  const fields = layer.arguments.map((spec) => [spec.name, field(spec, state.args[spec.name],
    (value) => changed(spec, value))]);
  const input = layer.input && field(inputSpec(layer), state.input, (value) => {
    state.input = value;
    update();
  });

  function changed(spec, value) {
    if (accept(spec, value).sentence) {
      return;
    }
    const fits = fitted(layer, state.args, state.input) === state.input;
    state.args = { ...state.args, [spec.name]: value };
    if (fits) { // an input that fitted goes on fitting
      state.input = fitted(layer, state.args, state.input);
    }
    follow();
    update();
  }

  function follow() {
    fields.forEach(([name, one]) => one.set(state.args[name]));
    input?.set(state.input);
  }

  const element = h("section", { class: "fields", "aria-label": "Arguments" },
    h("h2", {}, "Arguments"), fields.map(([, one]) => one.element),
    input && [h("h2", {}, "Input"), input.element]);
  return { element, follow };
}
