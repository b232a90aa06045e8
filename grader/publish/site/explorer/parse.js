/**
 * From the text of an `nn.Sequential`, or from what `print(model)` writes, to rows of a network;
 * and back. The text is read, never run.
 */

import { accept } from "./arguments.js";
import { layers } from "./layers/index.js";
import { python, same } from "./layers/python.js";
import { Call, Name, readAll, ReadError } from "./reader.js";
import { ownRows } from "./rows.js";

const CONTAINERS = ["Sequential", "ModuleList", "OrderedDict", "Repeat"];

/** Arguments that change no count, so that the Explorer's layers do not have them. */
const WITHOUT_EFFECT = ["inplace", "eps", "momentum", "device", "dtype", "padding_mode",
  "max_norm", "norm_type", "scale_grad_by_freq", "sparse", "return_indices", "approximate",
  "count_include_pad", "divisor_override", "activation", "layer_norm_eps", "norm_first", "dropout",
  "batch_first", "nonlinearity", "negative_slope", "alpha", "beta", "threshold", "p", "init"];

/** Where PyTorch's arguments by position are others than the Explorer's; a test asks PyTorch. */
export const POSITIONS = {
  "nn.BatchNorm1d": ["num_features", "eps", "momentum", "affine", "track_running_stats"],
  "nn.BatchNorm2d": ["num_features", "eps", "momentum", "affine", "track_running_stats"],
  "nn.GroupNorm": ["num_groups", "num_channels", "eps", "affine"],
  "nn.LayerNorm": ["normalized_shape", "eps", "elementwise_affine", "bias"],
  "nn.RMSNorm": ["normalized_shape", "eps", "elementwise_affine"],
  "nn.MaxPool1d": ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
  "nn.MaxPool2d": ["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
  "nn.MultiheadAttention": ["embed_dim", "num_heads", "dropout", "bias", "add_bias_kv",
    "add_zero_attn", "kdim", "vdim", "batch_first"],
  "nn.TransformerEncoderLayer": ["d_model", "nhead", "dim_feedforward", "dropout", "activation",
    "layer_norm_eps", "batch_first", "norm_first", "bias"],
};

/** Every word that may stand before a bracket, and what it means. */
const words = new Map([
  ...layers.flatMap((layer) => [
    [layer.id, { layer, args: {} }],
    [layer.name.replace(/^nn\./, ""), { layer, args: {} }],
    ...classesOf(layer).map((option) => [option, { layer, args: { [choiceOf(layer)]: option } }]),
  ]),
  ...ownRows.map((layer) => [layer.name, { layer, args: {} }]),
]);

/** A layer that stands for several of PyTorch's classes, one an option. */
function classesOf(layer) {
  const choice = choiceOf(layer);
  return choice && layer.arguments.length === 1
    ? layer.arguments[0].options.filter((option) => layer.line({ [choice]: option })
      .startsWith(`nn.${option}(`))
    : [];
}

function choiceOf(layer) {
  return layer.arguments.find(({ kind }) => kind === "choice")?.name;
}

/** Layers of which `print(model)` shows the parts: how the arguments follow from these. */
const PRINTED = {
  TransformerEncoderLayer: ({ linear1 }) =>
    linear1 && {
      d_model: linear1.in_features, nhead: 1, dim_feedforward: linear1.out_features,
      batch_first: true,
    },
  BasicBlock: ({ conv1 }) => conv1 && {
    in_channels: conv1.in_channels,
    out_channels: conv1.out_channels,
    stride: [conv1.stride].flat()[0],
  },
};

const NOTHING = "there is no layer here yet.";

/** `{ rows, notes }`, or `{ error, line }` with a sentence that says where and what. */
export function parseSequential(text) {
  try {
    const found = readAll(text);
    if (!found.length) {
      throw new ReadError(1, NOTHING);
    }
    const notes = new Set();
    const rows = rowsOf(found, notes);
    if (!rows.length) {
      throw new ReadError(1, NOTHING);
    }
    return { rows, notes: [...notes] };
  } catch (error) {
    if (error instanceof ReadError) {
      return { error: error.message, line: error.line };
    }
    throw error;
  }
}

/** Rows of calls, lists of calls and pairs of a name and a call, one behind the other. */
function rowsOf(found, notes) {
  return found.flatMap((one) => {
    if (Array.isArray(one)) {
      return rowsOf(one.filter((part) => typeof part !== "string"), notes);
    }
    if (isPrint(one)) {
      return [];
    }
    if (one instanceof Call) {
      return repeated(one, called(one, notes));
    }
    const said = one instanceof Name ? one.text : python(one);
    throw new ReadError(one?.line ?? 1, `“${said}” is no layer; a layer looks like nn.ReLU().`);
  });
}

/** `print(model)`, which often stands below a network. */
const isPrint = (one) => one instanceof Call && one.word === "print"
  && one.values.length > 0 && one.values.every((value) => value instanceof Name);

const repeated = ({ times }, rows) => (times > 1 ? [{ times, rows }] : rows);

function called(call, notes) {
  if (call.word === "Repeat") {
    return [repeatOf(call, notes)];
  }
  if (CONTAINERS.includes(call.word)) {
    return rowsOf([...call.values, ...call.children], notes);
  }
  const meant = words.get(call.word) ?? courseLayer(call.word);
  if (meant && !call.children.length) {
    return [{ layer: meant.layer, args: argumentsOf(call, meant) }];
  }
  if (call.children.length) {
    return printed(call, meant, notes);
  }
  const hint = likeWord(call.word);
  throw new ReadError(call.line, `the Explorer does not count “${call.name}”`
    + `${hint ? `; ${hint} is meant, perhaps` : ""}.`);
}

/** A layer of the course's own by its class: basic_block of BasicBlock. */
function courseLayer(word) {
  const meant = words.get(word.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase());
  return meant?.layer.name.startsWith("nn.") ? undefined : meant;
}

/** The class that is spelled like this but for capitals: nn.ReLU of Relu. */
function likeWord(word) {
  const found = [...words].find(([one, { layer }]) => one !== layer.id
    && one.toLowerCase() === word.toLowerCase());
  return found && (ownRows.includes(found[1].layer) ? found[0] : `nn.${found[0]}`);
}

function repeatOf(call, notes) {
  const [times, ...rows] = call.values;
  if (!Number.isSafeInteger(times) || times < 1) {
    throw new ReadError(call.line, "Repeat begins with how often: Repeat(12, nn.Linear(8, 8)).");
  }
  return { times, rows: rowsOf(rows, notes) };
}

/** A printed module with its parts: a layer that is known by them, or the parts in their order. */
function printed(call, meant, notes) {
  const work = PRINTED[call.word];
  if (meant && work) {
    const parts = Object.fromEntries(call.children
      .filter((child) => words.has(child.word) && !child.children.length)
      .map((child) => [child.label, argumentsOf(child, words.get(child.word))]));
    const named = work(parts);
    if (named) {
      notes.add(`${call.word} is worked out from what stands inside; heads and ` +
        "`batch_first=True` are assumed, where it has them.");
      return [{ layer: meant.layer, args: { ...defaults(meant.layer), ...named } }];
    }
  }
  if (meant) {
    throw new ReadError(call.line, `print(model) does not say the arguments of ${call.word}; ` +
      "write the call itself instead.");
  }
  notes.add("The order is that of the printout. A forward of its own may use another one.");
  return rowsOf(call.children, notes);
}

const defaults = (layer) => Object.fromEntries(
  layer.arguments.filter((spec) => "default" in spec).map((spec) => [spec.name, spec.default]));

/** The arguments of a call, PyTorch's defaults where it says nothing. */
function argumentsOf(call, { layer, args: fixed }) {
  const positions = POSITIONS[layer.name] ?? layer.arguments.map(({ name }) => name);
  const given = new Map(call.named);
  call.values.forEach((value, place) => {
    if (Object.keys(fixed).length) {
      return; // nn.LeakyReLU(0.1): what an activation takes changes no count
    }
    if (place >= positions.length) {
      throw new ReadError(call.line, `${call.word} has ${positions.length} arguments by ` +
        `position, not ${call.values.length}.`);
    }
    if (given.has(positions[place])) {
      throw new ReadError(call.line, `${call.word} gets \`${positions[place]}\` twice: by `
        + "position and by name.");
    }
    given.set(positions[place], value);
  });
  const args = { ...defaults(layer), ...fixed };
  for (const [name, value] of given) {
    Object.assign(args, argumentOf(call, layer, name, value));
  }
  const missing = layer.arguments.find(({ name }) => args[name] === undefined);
  if (missing) {
    throw new ReadError(call.line, `${call.word} wants \`${missing.name}\`.`);
  }
  return args;
}

function argumentOf(call, layer, name, value) {
  const spec = layer.arguments.find((one) => one.name === name);
  if (!spec) {
    // A norm prints its bias; where it has weights and none, the count would be another one.
    const usual = name === "bias" && (value === true || call.named.get("affine") === false);
    if (usual || WITHOUT_EFFECT.includes(name) || classesOf(layer).length) {
      return {};
    }
    throw new ReadError(call.line, `${call.word} has no argument \`${name}\`.`);
  }
  if (value instanceof Name && spec.kind !== "padding" && spec.kind !== "choice") {
    throw new ReadError(call.line, `\`${value.text}\` in ${call.word} is a name; nothing is run ` +
      "here, so write the number.");
  }
  const { value: accepted, sentence } = accept(spec, value);
  if (sentence) {
    throw new ReadError(call.line, `in ${call.word}, ${sentence}`);
  }
  return { [name]: accepted };
}

/** The text of rows, which `parseSequential` reads again; `between` them a space or a new line. */
export const textOf = (rows, between = " ") => rows.map((row) =>
  (row.rows ? `Repeat(${row.times},${between}${textOf(row.rows, between)})` : lineOf(row)))
  .join(`,${between}`);

/** One row as a call: PyTorch's own where there is one. */
export function lineOf({ layer, args }) {
  const line = layer.line(args);
  if (/^(nn\.)?[A-Z]\w*\([^\n]*\)$/.test(line) && readsAs(line, layer)) {
    return line;
  }
  const named = layer.arguments.filter((spec) => !same(args[spec.name], spec.default))
    .map((spec) => `${spec.name}=${python(args[spec.name])}`);
  return `${layer.id}(${named.join(", ")})`;
}

function readsAs(line, layer) {
  const word = /^(?:nn\.)?(\w+)/.exec(line)[1];
  return words.get(word)?.layer === layer;
}
