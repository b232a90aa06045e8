/** A network: its rows with what each costs, the totals, presets, and its text to paste or copy. */

import { acceptText, jointsOf, startOf } from "./arguments.js";
import { copyButton, fill, freshId, h, withCode } from "./dom.js";
import { errorWords } from "./facts.js";
import { field, numberRow } from "./fields.js";
import { fieldsOf } from "./layer_view.js";
import { layers } from "./layers/index.js";
import { cachedPerToken, fittingInput, isLanguageModel, ledger, trainingBytes } from "./ledger.js";
import { lineOf, parseSequential, textOf } from "./parse.js";
import { presets } from "./presets.js";
import { ownRows } from "./rows.js";
import { bytesWords, digits, shapeWords } from "./say.js";

const INPUT = { name: "input_shape", kind: "ints", min: 1, axes: null };
const CACHE = { name: "cache", kind: "ints", min: 1 }; // batch and length
const FLOAT = 4; // bytes in float32
const HALF = 2; // and in 16 bits

/**
 * @param state - `{ text, inputText, cacheText }`, as the address has them; no text at all is a
 *   preset
 * @param tell - `changed(text, input, cached, words)`
 */
export function networkView(state, tell) {
  const net = startOfNetwork(state);
  const { serving } = net;
  const numbers = h("section", { class: "summary", "aria-label": "The totals" });
  const said = h("div", { role: "alert" }, net.said && message(net.said));
  const book = h("section", { class: "ledger", "aria-label": "The rows" });
  const bill = h("section", { "aria-label": "Memory" });
  const note = h("p", { class: "note" });
  const input = field(INPUT, net.input, (value) => {
    net.input = value;
    update();
  });
  const written = h("textarea",
    { rows: 8, spellcheck: "false", "aria-label": "The network as text" });
  const chips = presets.map((preset) => h("button", { type: "button", onclick: () =>
    use(parseSequential(preset.text).rows, preset.input, preset) }, preset.name));

  function use(rows, shape, preset) {
    net.rows = rows;
    net.input = shape;
    net.open = null;
    Object.assign(serving, { batch: 1, length: null });
    fill(said);
    fill(note, preset?.note ?? "");
    chips.forEach((chip, place) =>
      chip.setAttribute("aria-pressed", String(presets[place] === preset)));
    input.set(shape);
    update();
  }

  /** Everything that follows from rows and input; the fields of an open row stay as they are. */
  function update() {
    const account = ledger(net.rows, net.input);
    if (document.activeElement !== written) {
      written.value = textOf(net.rows, "\n");
    }
    fill(numbers, totals(account));
    fill(bill, memory(account, serving, net.input, () => toldTo(account)));
    drawRows(book, net, account, update);
    toldTo(account);
  }

  function toldTo({ totals: { parameters }, lines }) {
    const cached = isLanguageModel(lines) ? [serving.batch, serving.length] : null;
    tell.changed(textOf(net.rows), net.input, cached,
      `${digits(parameters)} parameters in ${digits(lines.length)} rows.`);
  }

  function read() {
    const found = parseSequential(written.value);
    if (found.error) {
      fill(said, message([found.error]));
      return;
    }
    use(found.rows, fittingInput(found.rows, net.input, net.rows));
    fill(said, found.notes.length ? message(found.notes) : null);
  }

  const opened = presets.find(({ text }) => text === net.preset);
  fill(note, opened?.note ?? "");
  chips.forEach((chip, place) =>
    chip.setAttribute("aria-pressed", String(presets[place] === opened)));
  update();
  return [
    h("section", { class: "chips", "aria-label": "Networks to begin with" }, chips),
    note,
    h("div", { class: "network" },
      numbers,
      h("div", { class: "side" }, said,
        h("section", { class: "fields", "aria-label": "Input" }, h("h2", {}, "Input"),
          input.element),
        textSection(written, read)),
      h("div", { class: "main" }, book, adder(net, update), bill)),
  ];
}

/** The network as text, to read, to change and to paste over. */
const textSection = (written, read) => h("section", {}, h("h2", {}, "As text"),
  h("p", { class: "aside" }, "Paste an ", h("code", {}, "nn.Sequential"), " or what ",
    h("code", {}, "print(model)"), " writes. It is read, never run."),
  written,
  h("div", { class: "buttons" }, h("button", { type: "button", onclick: read }, "Read it"),
    copyButton(() => written.value, "the text")));

const message = (sentences) =>
  h("div", { class: "said" }, sentences.map((sentence) => h("p", {}, withCode(sentence))));

/** The rows and the input of an address, or of the first preset. */
function startOfNetwork({ text, inputText, cacheText }) {
  const first = presets[1];
  if (text === null) {
    return { rows: parseSequential(first.text).rows, input: first.input, preset: first.text,
      serving: { batch: 1, length: null } };
  }
  const found = parseSequential(text);
  const given = acceptText(INPUT, inputText || "()");
  const [serving, unread] = servingOf(cacheText);
  const said = [found.error, inputText && given.sentence, unread].filter(Boolean);
  const rows = found.rows ?? parseSequential(first.text).rows;
  return {
    rows, serving,
    input: given.value?.length ? given.value : fittingInput(rows, first.input),
    said: said.length ? said : null,
  };
}

/** Batch and length of an address, and a sentence where they cannot be read. */
function servingOf(text) {
  const otherwise = { batch: 1, length: null };
  if (!text) {
    return [otherwise];
  }
  const { value, sentence } = acceptText(CACHE, text);
  if (value?.length !== 2) {
    return [otherwise, sentence ?? "`cache` is two whole numbers, batch and length: (1, 4096)."];
  }
  return [{ batch: value[0], length: value[1] }];
}

function totals({ totals: sums, shape, broken }) {
  const facts = [
    ["Output shape", shape ? shapeWords(shape) : "no shape", "", shape ? "shape" : "shape none"],
    ["Parameters", digits(sums.parameters), bytesWords(sums.parameters * FLOAT)],
    ["Buffers", digits(sums.buffers), "not trained"],
    ["Mult-adds", digits(sums.multAdds), "whole batch, no bias"],
  ];
  return [
    h("dl", { class: "numbers" }, facts.map(([what, value, aside, kind]) =>
      h("div", { class: kind ?? "number" }, h("dt", {}, what), h("dd", { class: "big" }, value),
        h("dd", { class: "aside" }, aside)))),
    broken && h("p", { class: "told" },
      "A row raises an error. Activations and mult-adds are those of the rows above it; " +
      "parameters and buffers are those of all rows that can be built."),
  ];
}

const HEADS = ["Layer", "Output shape", "Parameters", "Activations", "Mult-adds", "Change"];

/** The rows as a table; on a phone each row is a card. */
function drawRows(book, net, account, update) {
  const inner = account.lines.filter(({ row }) => !row.rows);
  const most = (what) => Math.max(1, ...inner.map(({ counts, times }) =>
    (counts?.[what] ?? 0) * times));
  const largest = { parameters: most("parameters"), activations: most("activations") };
  const rows = account.lines.map((line) => drawRow(line, largest, net, update));
  if (!replacedAround(book, rows, net)) {
    rebuild(book, rows, account.lines, net, update);
  }
}

/** While a row is edited, only what stands around it changes: its fields keep the focus. */
function replacedAround(book, rows, net) {
  const open = book.querySelector(".edit-row");
  const before = [...book.querySelectorAll("tbody > tr:not(.edit-row)")];
  if (!open || open.row !== net.open || before.length !== rows.length) {
    return false;
  }
  before.forEach((row, place) => row.replaceWith(rows[place]));
  return true;
}

/** The whole table; the button that was used keeps the focus, or its neighbour gets it. */
function rebuild(book, rows, lines, net, update) {
  const focused = document.activeElement?.dataset?.key;
  const withFields = rows.flatMap((row, place) =>
    (isOpen(net, lines[place]) ? [row, editRow(lines[place], update)] : [row]));
  fill(book, h("h2", {}, "Layer by layer"), h("table", { role: "table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, HEADS.map((head) =>
      h("th", { scope: "col", role: "columnheader" }, head)))),
    h("tbody", { role: "rowgroup" }, withFields)));
  if (focused) {
    const again = book.querySelector(`[data-key="${focused}"]:not(:disabled)`);
    const near = `[data-key^="${focused.split(":")[0]}:"]:not(:disabled)`;
    (again ?? book.querySelector(near))?.focus();
  }
}

const isOpen = (net, { row }) => net.open === row;

function drawRow(line, largest, net, update) {
  const { row, depth, shape, counts, error, times } = line;
  const name = row.rows ? `${row.times} times:` : row.layer.line(row.args).split("\n")[0];
  const cell = (head, ...content) => h("td", { role: "cell", "data-head": head }, content);
  const first = h("td", { role: "cell", class: "what", style: `--depth: ${depth}` },
    h("code", {}, row.rows ? name : shortLine(row, name)),
    row.layer?.does && h("span", { class: "aside" }, ` ${row.layer.does}`),
    times > 1 && !row.rows && h("span", { class: "aside" }, ` × ${times}`),
    error && h("p", { class: "told" }, errorWords(error)));
  if (row.rows) {
    return h("tr", { role: "row", class: "block" }, first,
      cell("Output shape", shape ? shapeWords(shape) : "no shape"), cell(""), cell(""), cell(""),
      cell("Change", buttons(line, net, update)));
  }
  const amount = (what, role) => {
    if (!counts || !(what in counts)) {
      return "–";
    }
    const number = (counts[what] ?? 0) * times;
    return [digits(number), role && bar(number / largest[what], role)];
  };
  return h("tr", { role: "row", class: error ? "broken" : null }, first,
    cell("Output shape", shape ? shapeWords(shape) : "no shape"),
    cell("Parameters", amount("parameters", "weight")),
    cell("Activations", amount("activations", "output")),
    cell("Mult-adds", amount("multAdds")),
    cell("Change", buttons(line, net, update)));
}

const shortLine = (row, name) => (row.layer.id === row.layer.name ? name : lineOf(row));

const bar = (share, role) => share > 0
  && h("span", { class: `bar ${role}`, style: `--share: ${share}` });

/** Edit, up, down, away: by keyboard as by mouse. */
function buttons({ row, path }, net, update) {
  const place = path.at(-1);
  const among = siblings(net.rows, path);
  const key = (word) => `${path.join(".")}:${word}`;
  const name = row.rows ? `the block of ${row.times}` : row.layer.name;
  const move = (by) => {
    among.splice(place, 1);
    among.splice(place + by, 0, row);
    update();
    const moved = [...path.slice(0, -1), place + by].join(".");
    const button = [by < 0 ? "up" : "down", by < 0 ? "down" : "up"]
      .map((word) => document.querySelector(`[data-key="${moved}:${word}"]:not(:disabled)`))
      .find(Boolean);
    button?.focus();
  };
  const button = (word, sign, aria, act, more = {}) => h("button", {
    type: "button", class: "quiet", "data-key": key(word), "aria-label": `${aria} ${name}`,
    title: aria, onclick: act, ...more }, sign);
  const editable = row.rows || row.layer.arguments.length > 0;
  return h("div", { class: "buttons" },
    editable && button("edit", "Edit", "Edit", () => {
      net.open = net.open === row ? null : row;
      update();
    }, { "aria-expanded": String(net.open === row) }),
    button("up", "↑", "Move up:", () => move(-1), { disabled: place === 0 }),
    button("down", "↓", "Move down:", () => move(1), { disabled: place === among.length - 1 }),
    button("away", "×", "Remove", () => {
      among.splice(place, 1);
      update();
    }));
}

/** The list in which the row at this path stands. */
function siblings(rows, path) {
  return path.slice(0, -1).reduce((inside, place) => inside[place].rows, rows);
}

/** The fields of the row that is open. */
function editRow({ row }, update) {
  const fields = row.rows
    ? h("section", { class: "fields", "aria-label": "How often" },
      h("h2", {}, "How often"),
      numberRow({ name: "times", kind: "int", min: 1, max: 96 }, row.times, (value) => {
        row.times = value;
        update();
      }, "times").element)
    : rowFields(row, update);
  const element = h("tr", { role: "row", class: "edit-row" },
    h("td", { role: "cell", colspan: 6 }, fields));
  element.row = row;
  return element;
}

function rowFields(row, update) {
  const state = { layer: { ...row.layer, input: null }, args: row.args, input: null };
  return fieldsOf(state, () => {
    row.args = state.args;
    update();
  }).element;
}

/** A list of all layers, and a button that puts one at the end, made to fit. */
function adder(net, update) {
  const id = freshId("add");
  const usable = [...layers.filter((layer) => layer.input), ...ownRows];
  const families = [...new Set(usable.map(({ family }) => family))];
  const select = h("select", { id }, families.map((family) => h("optgroup", { label: family },
    usable.filter((one) => one.family === family)
      .map((one) => h("option", { value: usable.indexOf(one) }, one.name)))));
  const add = () => {
    const layer = usable[Number(select.value)];
    const { shape } = ledger(net.rows, net.input);
    const { args } = startOf(layer);
    if (shape) {
      jointsOf(layer, shape).forEach(([name, axis]) => {
        args[name] = shape[axis];
      });
    }
    net.rows.push({ layer, args });
    update();
  };
  return h("div", { class: "chooser" }, h("label", { for: id }, "One more row"), select,
    h("button", { type: "button", onclick: add }, "Add"));
}

/** What the sums are in bytes: weights, training, and what serving keeps. */
function memory({ totals: sums, lines }, serving, input, changed) {
  const training = trainingBytes(sums);
  const rows = [
    ["Weights in float32", `${digits(sums.parameters)} × ${FLOAT}`, sums.parameters * FLOAT],
    ["Weights in 16 bits", `${digits(sums.parameters)} × ${HALF}`, sums.parameters * HALF],
    ["Training with Adam: weights, gradients, two moments", `${digits(sums.parameters)} × 16`,
      training.parameters],
    ["Training: every output kept", `${digits(sums.activations)} × ${FLOAT}`,
      training.activations],
    ["Training, both", "", training.total],
  ];
  return [
    h("h2", {}, "Memory"),
    h("dl", { class: "memory" }, rows.map(memoryRow)),
    h("p", { class: "note" },
      "Outputs are those of the rows above; what a block keeps inside comes on top."),
    isLanguageModel(lines) && cache(lines, serving, input, changed),
  ];
}

const memoryRow = ([what, text, value]) => h("div", {}, h("dt", {}, what),
  h("dd", {}, h("strong", {}, bytesWords(value)),
    text && h("span", { class: "aside formula" }, ` ${text} = ${digits(value)} bytes`)));

/** The KV cache of a language model, with a field for the batch and one for the length. */
function cache(lines, serving, input, changed) {
  const each = cachedPerToken(lines);
  serving.length ??= input[1] ?? 1;
  const said = h("dl", { class: "memory" });
  const say = () => fill(said, [
    ["A token", `${digits(each)} × ${HALF}`, each * HALF],
    ["The cache",
      [serving.batch, serving.length, each, HALF].map(digits).join(" × "),
      serving.batch * serving.length * each * HALF],
  ].map(memoryRow));
  const row = (name, max) => h("div", { class: "field", role: "group", "aria-label": name },
    h("div", { class: "head" }, h("code", {}, name)),
    numberRow({ name, kind: "int", min: 1, max }, serving[name], (value) => {
      serving[name] = value;
      say();
      changed();
    }, name).element);
  say();
  return [h("h2", {}, "KV cache in 16 bits"),
    h("div", { class: "pair" }, row("batch", 64), row("length", 131072)), said];
}
