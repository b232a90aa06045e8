/**
 * A field for each kind of argument: a slider and a number field that follow each other, one or
 * two numbers, a tick, a choice, a list.
 *
 * `field(spec, value, change)` is `{ element, set }`: `change(value)` is called with each new
 * value, `set(value)` shows one.
 */

import { acceptField, acceptText } from "./arguments.js";
import { fill, freshId, h, withCode } from "./dom.js";
import { python, spelling } from "./layers/python.js";

const STEPS = 200; // of a slider for a number that is not whole

const MAKERS = {
  int: numberField,
  number: numberField,
  size: sizeField,
  padding: paddingField,
  optional: optionalField,
  optionalSize: optionalSizeField,
  shape: shapeField,
  words: wordsField,
  config: textField,
  shapes: textField,
  flag: flagField,
  choice: choiceField,
  ints: listField,
  windows: textField,
};

/** The field of an argument. */
export function field(spec, value, change) {
  const make = spec.optional ? textField : MAKERS[spec.kind];
  return make(spec, value, change);
}

/** The argument's name, what says how it is given, and below that its rows. */
function framed(spec, aside, ...content) {
  const id = freshId(spec.name);
  return h("div", { class: "field", role: "group", "aria-labelledby": id },
    h("div", { class: "head" }, h("code", { id }, spec.name), aside), content);
}

/** Where a field says what it does not take. */
const toldPlace = () => h("p", { class: "told", id: freshId("told"), "aria-live": "polite" });

/** The largest value that a slider starts with. */
function reach(spec, value) {
  const wanted = Math.max(Math.abs(value) || 0, spec.min ?? 0, 1);
  return spec.max >= wanted ? spec.max : 2 ** Math.ceil(Math.log2(wanted));
}

/** A slider and a number field for one number. */
export function numberRow(spec, value, change, label) {
  const fractional = spec.kind === "number";
  const low = spec.min ?? 0;
  const step = fractional ? ((spec.max ?? 1) - low) / STEPS : 1;
  const told = toldPlace();
  const slider = h("input", { type: "range", min: low, step, "aria-label": `${label}, slider` });
  const number = h("input", {
    type: "number", step: fractional ? "any" : 1, "aria-label": label, inputmode: "decimal",
    min: spec.ownWords ? null : spec.min, "aria-describedby": told.id,
  });
  slider.addEventListener("input", () => given(slider, Number(slider.value)));
  number.addEventListener("input", () => {
    const { value: next, sentence } = acceptField(spec, number.value);
    number.setAttribute("aria-invalid", String(Boolean(sentence)));
    fill(told, sentence ? withCode(sentence) : "");
    if (!sentence) {
      given(number, next);
    }
  });
  number.addEventListener("change", () => {
    number.value = value; // what cannot be meant gives way to what was there; the sentence stays
    number.removeAttribute("aria-invalid");
  });
  function given(from, next) {
    value = next;
    show(from);
    change(next);
  }
  function show(from) {
    fill(told);
    slider.max = Math.max(Number(slider.max) || 0, reach(spec, value));
    slider.value = value;
    if (from !== number) {
      number.value = value;
    }
  }
  function set(next) {
    if (next === value && document.activeElement === number) {
      return; // someone is typing
    }
    value = next;
    show(null);
  }
  slider.max = reach(spec, value);
  show(null);
  return { element: h("div", { class: "row" }, slider, number, told), set };
}

function numberField(spec, value, change) {
  const row = numberRow(spec, value, change, spec.name);
  return { element: framed(spec, null, row.element), set: row.set };
}

const isPair = Array.isArray;

/** The rows of a size: one number, or two; `make` makes the row of each. */
function sizeRows(spec, value, change, make = numberRow) {
  const names = ["height", "width"];
  const rows = h("div", { class: "rows" });
  const two = h("input", { type: "checkbox", id: freshId("two") });
  let setters = [];
  two.addEventListener("change", () => {
    value = two.checked ? [value, value] : value[0];
    build();
    change(value);
  });
  function build() {
    two.checked = isPair(value);
    const made = [value].flat().map((part, place) =>
      make(spec, part, (next) => changed(place, next),
        isPair(value) ? `${spec.name}, ${names[place]}` : spec.name));
    setters = made.map(({ set }) => set);
    fill(rows, made.map(({ element }) => element));
  }
  function changed(place, next) {
    value = isPair(value) ? value.map((one, at) => (at === place ? next : one)) : next;
    change(value);
  }
  function set(next) {
    const rebuilt = isPair(next) !== isPair(value);
    value = next;
    if (rebuilt) {
      build();
    } else {
      setters.forEach((one, place) => one(isPair(value) ? value[place] : value));
    }
  }
  build();
  const aside = h("label", { for: two.id, class: "aside" }, two, "two numbers");
  return { element: rows, aside, set };
}

function sizeField(spec, value, change) {
  const rows = sizeRows(spec, value, change);
  return { element: framed(spec, rows.aside, rows.element), set: rows.set };
}

function paddingField(spec, value, change) {
  const start = typeof value === "string" ? 0 : value;
  const rows = sizeRows(spec, start, (next) => {
    numbers = next;
    change(next);
  });
  let numbers = start;
  const choice = h("select", { "aria-label": `${spec.name}, how it is given` },
    ["numbers", "same", "valid"].map((word) =>
      h("option", { value: word }, word === "numbers" ? "in numbers" : `"${word}"`)));
  choice.addEventListener("change", () => {
    const next = choice.value === "numbers" ? numbers : choice.value;
    set(next);
    change(next);
  });
  function set(next) {
    choice.value = typeof next === "string" ? next : "numbers";
    rows.element.hidden = rows.aside.hidden = typeof next === "string";
    if (typeof next !== "string") {
      numbers = next;
      rows.set(next);
    }
  }
  set(value);
  return { element: framed(spec, [rows.aside, choice], rows.element), set };
}

/** A number, or None. */
function optionalRow(spec, value, change, label) {
  let number = value ?? Math.max(spec.min ?? 1, 1);
  const row = numberRow(spec, number, (next) => {
    number = next;
    change(next);
  }, label);
  const { tick: none, label: tick } = noneTick(label, () => {
    set(none.checked ? null : number);
    change(none.checked ? null : number);
  });
  function set(next) {
    none.checked = next === null;
    row.element.hidden = next === null;
    if (next !== null) {
      number = next;
      row.set(next);
    }
  }
  set(value);
  return { element: h("div", { class: "optional" }, row.element, tick), set };
}

function optionalField(spec, value, change) {
  const row = optionalRow(spec, value, change, spec.name);
  return { element: framed(spec, null, row.element), set: row.set };
}

/** None, one number or two; where it is `partly`, each of two may be None. */
function optionalSizeField(spec, value, change) {
  if (spec.partly) {
    const rows = sizeRows(spec, value, change, optionalRow);
    return { element: framed(spec, rows.aside, rows.element), set: rows.set };
  }
  let numbers = value ?? Math.max(spec.min ?? 1, 1);
  const rows = sizeRows(spec, numbers, (next) => {
    numbers = next;
    change(next);
  });
  const { tick, label } = noneTick(spec.name, () => {
    set(tick.checked ? null : numbers);
    change(tick.checked ? null : numbers);
  });
  function set(next) {
    tick.checked = next === null;
    rows.element.hidden = rows.aside.hidden = next === null;
    if (next !== null) {
      numbers = next;
      rows.set(next);
    }
  }
  set(value);
  return { element: framed(spec, [rows.aside, label], rows.element), set };
}

/** A tick that stands for None. */
function noneTick(name, changed) {
  const tick = h("input", { type: "checkbox", id: freshId("none"), "aria-label": `${name}, None`,
    onchange: changed });
  return { tick, label: h("label", { for: tick.id, class: "aside" }, tick, h("code", {}, "None")) };
}

/** A whole number or a list of them, which is shown as a list. */
function shapeField(spec, value, change) {
  const list = listField({ ...spec, kind: "ints" }, [value].flat(), (next) =>
    change(next.length === 1 ? next[0] : next));
  return { element: list.element, set: (next) => list.set([next].flat()) };
}

/** A tick for each word. */
function wordsField(spec, value, change) {
  const ticks = spec.options.map((word) => {
    const tick = h("input", { type: "checkbox", id: freshId(word) });
    tick.addEventListener("change", () =>
      change(spec.options.filter((_, place) => ticks[place].tick.checked)));
    const label = h("label", { for: tick.id, class: "aside" }, tick, h("code", {}, word));
    return { word, tick, label };
  });
  function set(next) {
    ticks.forEach(({ word, tick }) => {
      tick.checked = next.includes(word);
    });
  }
  set(value);
  const labels = h("div", { class: "buttons" }, ticks.map(({ label }) => label));
  return { element: framed(spec, null, labels), set };
}

function flagField(spec, value, change) {
  const tick = h("input", { type: "checkbox", id: freshId(spec.name) });
  tick.checked = value;
  tick.addEventListener("change", () => change(tick.checked));
  const element = h("div", { class: "field flag" },
    h("label", { for: tick.id }, tick, h("code", {}, spec.name)));
  return {
    element,
    set: (next) => {
      tick.checked = next;
    },
  };
}

function choiceField(spec, value, change) {
  const choice = h("select", { id: freshId(spec.name) },
    spec.options.map((option) => h("option", { value: spelling(option) }, spelling(option))));
  choice.value = spelling(value);
  choice.addEventListener("change", () => change(spec.options[choice.selectedIndex]));
  const element = h("div", { class: "field" },
    h("label", { for: choice.id }, h("code", {}, spec.name)), choice);
  return {
    element,
    set: (next) => {
      choice.value = spelling(next);
    },
  };
}

/** A row for each number of a list; `spec.axes` names them. */
function listField(spec, value, change) {
  const rows = h("div", { class: "rows" });
  const text = typedField(spec, value, (next) => {
    set(next);
    change(next);
  });
  let setters = [];
  const more = h("button", { type: "button", class: "quiet" }, "One more");
  const less = h("button", { type: "button", class: "quiet" }, "One less");
  more.addEventListener("click", () => resize([...value, value.at(-1) ?? 1]));
  less.addEventListener("click", () => resize(value.slice(0, -1)));
  function resize(next) {
    set(next);
    change(next);
  }
  function build() {
    const made = value.map((part, place) => {
      const name = axisName(spec, value.length, place);
      const row = numberRow({ max: roomFor(part), ...spec, kind: "int" }, part, (next) => {
        value = value.map((one, at) => (at === place ? next : one));
        text.set(value);
        change(value);
      }, `${spec.name}, ${name}`);
      row.element.prepend(h("span", { class: "axis", "aria-hidden": "true" }, name));
      return row;
    });
    setters = made.map(({ set: one }) => one);
    less.disabled = value.length === 0;
    fill(rows, made.map(({ element }) => element));
  }
  function set(next) {
    const rebuilt = next.length !== setters.length;
    value = next;
    text.set(value);
    if (rebuilt) {
      build();
    } else {
      setters.forEach((one, place) => one(value[place]));
    }
  }
  build();
  const buttons = h("div", { class: "buttons" }, more, less);
  return { element: framed(spec, buttons, text.element, rows), set };
}

/** A slider for a side of a shape goes to twice what it shows, or further. */
const roomFor = (side) => Math.max(16, 2 ** Math.ceil(Math.log2(Math.max(side, 1)) + 1));

function axisName({ axes }, length, place) {
  return axes?.length === length ? axes[place] : String(place);
}

/** A text that is read as Python's spelling of the value. */
function typedField(spec, value, change) {
  const told = toldPlace();
  const typed = h("input", {
    type: "text", "aria-label": `${spec.name}, as Python writes it`, "aria-describedby": told.id,
    spellcheck: "false", autocomplete: "off", autocapitalize: "off",
  });
  typed.addEventListener("input", () => {
    const { value: next, sentence } = acceptText(spec, typed.value);
    typed.setAttribute("aria-invalid", String(Boolean(sentence)));
    fill(told, sentence ? withCode(sentence) : "");
    if (!sentence) {
      change(next);
    }
  });
  function set(next) {
    if (document.activeElement === typed) {
      return; // someone is typing
    }
    typed.value = python(next);
    typed.removeAttribute("aria-invalid");
    fill(told);
  }
  set(value);
  return { element: h("div", {}, typed, told), set };
}

function textField(spec, value, change) {
  const typed = typedField(spec, value, change);
  return { element: framed(spec, null, typed.element), set: typed.set };
}
