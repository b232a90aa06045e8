// Convolutions: nn.Conv1d and nn.Conv2d, and how far a chain of them sees.

import {
  div, floorOver, minus, over, plus, product, sides, times, total } from "./arithmetic.js";
import { demand, limit } from "./errors.js";
import { flag, image, int, layer } from "./layer.js";
import { list } from "./python.js";
import {
  BIAS_ALWAYS, FLOPS, NO_BIAS, ONE_BIAS, asIf, biasCounted, each, ending, entries, first,
  oneOfTheBatch, pair, pairs, turned } from "./rules.js";

/** The channels that one filter reads. */
const read = (channels, groups) => (groups === 1 ? channels : over(channels, groups));

/** Weights of a filter for each output channel, and their biases. */
export function convolutionParameters(a, dimensions = 2) {
  const { in_channels, out_channels, kernel_size, groups = 1, bias = true } = a;
  return plus(
    times(out_channels, read(in_channels, groups), ...sides(kernel_size, dimensions)),
    bias && out_channels);
}

/** What stands on each end of each side, in numbers; not for "same". */
const ends = (padding, dimensions) => sides(padding === "valid" ? 0 : padding, dimensions);

/** The places of a window along each side of an input: one term for each. */
export function places(lengths, { kernel_size, stride = 1, padding = 0, dilation = 1 }) {
  const count = lengths.length;
  const [kernels, steps, holes] = [kernel_size, stride, dilation].map((one) => sides(one, count));
  return lengths.map((length, side) => (padding === "same" ? times(length) : plus(
    floorOver(
      minus(
        plus(length, times(2, ends(padding, count)[side])),
        times(holes[side], minus(kernels[side], 1)), 1),
      steps[side]),
    1)));
}

/** The shape of the output, with or without a batch. */
function outputShape(a, dimensions) {
  const along = places(a.input_shape.slice(-dimensions), a);
  return [...a.input_shape.slice(0, -dimensions - 1), a.out_channels,
    ...along.map((one) => one.value)];
}

/** Each number of the output is made by a filter that reads its group's channels. */
function work(a, dimensions) {
  const channels = a.input_shape.at(-dimensions - 1);
  return times(...outputShape(a, dimensions), read(channels, a.groups ?? 1),
    ...sides(a.kernel_size, dimensions));
}

/** Raises what the constructors of convolutions raise, transposed ones too. */
export function demandGroups({ in_channels, out_channels, groups }) {
  demand(groups > 0, "ValueError", "groups must be a positive integer");
  demand(in_channels % groups === 0, "ValueError", "in_channels must be divisible by groups");
  demand(out_channels % groups === 0, "ValueError", "out_channels must be divisible by groups");
}

function demandPadding({ padding, stride }, dimensions) {
  demand(typeof padding !== "string" || ["valid", "same"].includes(padding), "ValueError",
    `Invalid padding string '${padding}', should be one of {'valid', 'same'}`);
  demand(padding !== "same" || sides(stride, dimensions).every((one) => one === 1), "ValueError",
    "padding='same' is not supported for strided convolutions");
}

/** Raises unless the input has one dimension more than the sides, or two with a batch. */
export function demandDimensions(input, dimensions, name) {
  const [unbatched, batched] = [dimensions + 1, dimensions + 2];
  demand([unbatched, batched].includes(input.length), "RuntimeError",
    `Expected ${unbatched}D (unbatched) or ${batched}D (batched) input to ${name}, `
    + `but got input of size: ${list(input)}`);
}

function demandPositive({ padding, stride }, dimensions) {
  const all = (size, from) => sides(size, dimensions).every((one) => one >= from);
  demand(typeof padding === "string" || all(padding, 0), "RuntimeError",
    "negative padding is not supported");
  demand(all(stride, 1), "RuntimeError", "non-positive stride is not supported");
}

function demandChannels(a, input, dimensions) {
  const { in_channels, out_channels, groups } = a;
  const weight = [out_channels, in_channels / groups, ...sides(a.kernel_size, dimensions)];
  const seen = input.length === dimensions + 1 ? [1, ...input] : input;
  demand(seen[1] === in_channels, "RuntimeError",
    `Given groups=${groups}, weight of size ${list(weight)}, expected input`
    + `${list(evened(seen, a, dimensions))} to have ${in_channels} channels, `
    + `but got ${seen[1]} channels instead`);
}

/** For padding "same" PyTorch adds what makes both ends alike before it looks at the channels. */
function evened(shape, { padding, kernel_size, dilation }, dimensions) {
  if (padding !== "same") return shape;
  const kernels = sides(kernel_size, dimensions);
  const odd = sides(dilation, dimensions).map((one, side) => (one * (kernels[side] - 1)) % 2);
  return shape.map((length, axis) => length + (axis < 2 ? 0 : odd[axis - 2]));
}

/** Raises where a window is larger than the padded input. */
export function demandFit({ kernel_size, padding, dilation }, lengths) {
  const count = lengths.length;
  const [kernels, holes] = [sides(kernel_size, count), sides(dilation, count)];
  const padded = lengths.map((length, side) => length + 2 * ends(padding, count)[side]);
  const covered = kernels.map((kernel, side) => holes[side] * (kernel - 1) + 1);
  demand(padded.every((length, side) => length >= covered[side]), "RuntimeError",
    `Calculated padded input size per channel: (${padded.join(" x ")}). `
    + `Kernel size: (${covered.join(" x ")}). `
    + "Kernel size can't be greater than actual input size");
}

/**
 * Raises what the call of a convolution raises; other layers made of convolutions ask it too.
 * What is left out is PyTorch's default.
 */
export function demandCall(given, input, dimensions) {
  const a = { stride: 1, padding: 0, dilation: 1, groups: 1, ...given };
  demandDimensions(input, dimensions, `conv${dimensions}d`);
  demandPositive(a, dimensions);
  demandChannels(a, input, dimensions);
  if (a.padding !== "same") demandFit(a, input.slice(-dimensions));
}

/** How many neighbouring inputs one output sees: a window widens what is behind it. */
function field({ layers: windows }) {
  const steps = windows.map((_, place) => product(windows.slice(0, place).map(([, s]) => s)));
  return plus(1, ...windows.map(([kernel, , dilation], place) =>
    times(steps[place], dilation, minus(kernel, 1))));
}

const ofOneGroup = (a) => ({
  in_channels: div(a.in_channels, a.groups), out_channels: div(a.out_channels, a.groups),
  groups: 1 });

const PARAMETERS = {
  ...NO_BIAS,
  ...BIAS_ALWAYS,
  "bias per input channel": (a, ask) => ask({ bias: false }) + a.bias * a.in_channels,
  ...ONE_BIAS,
  "groups ignored": asIf({ groups: 1 }),
  "groups multiply": (a, ask) =>
    ask({ groups: 1, bias: false }) * a.groups + a.bias * a.out_channels,
  "one group only": (a, ask) => ask(ofOneGroup(a)),
};

/** A larger input, unless padding is "same", where it would change nothing. */
const grown = (a, ask, extra) => {
  if (a.padding === "same") return ask();
  if ("length" in a) return ask({ length: a.length + extra });
  const [height, width] = pair(extra);
  return ask({ input_shape: ending(a.input_shape, a.input_shape.at(-2) + height,
    a.input_shape.at(-1) + width) });
};

const STEPS = {
  "padding ignored": asIf({ padding: 0 }),
  "stride ignored": asIf({ stride: 1 }),
  "dilation ignored": asIf({ dilation: 1 }),
};

const STOPS = {
  ...STEPS,
  "rounded up": (a, ask) => grown(a, ask, each((stride) => stride - 1, a.stride)),
  "padding on one side": (a, ask) => (typeof a.padding === "string" ? ask()
    : grown(a, ask, each((padding) => -padding, a.padding))),
  '"same" ignored': (a, ask) => ask(a.padding === "same" ? { padding: 0 } : {}),
};

const WORK = {
  "input positions": asIf({ padding: "same" }),
  ...FLOPS,
  "groups ignored": asIf({ groups: 1 }),
  ...STEPS,
};

const SIZES = ["kernel_size", "stride", "padding", "dilation"];

const length = (a) => places([a.length], a)[0];

export const exercises = {
  conv1d_params: {
    answer: (a) => convolutionParameters(a, 1),
    mistakes: {
      ...PARAMETERS,
      "kernel ignored": asIf({ kernel_size: 1 }),
      "input channels ignored": asIf({ in_channels: 1, groups: 1 }),
      "all numbers added": (a) => a.in_channels + a.out_channels + a.kernel_size,
    },
  },
  conv1d_output_length: {
    answer: length,
    mistakes: {
      "one too few": (a, ask) => ask() - (a.padding !== "same"),
      "length unchanged": asIf({ padding: "same" }),
      "dilation as holes": (a, ask) => ask({ dilation: a.dilation + 1 }),
      ...STOPS,
    },
  },
  conv1d_mult_adds: {
    answer: (a) => work(a, 1),
    mistakes: {
      ...WORK,
      "one sequence only": oneOfTheBatch,
      ...biasCounted((a) => outputShape(a, 1)),
      "kernel ignored": (a, ask) => div(ask(), a.kernel_size),
      "output elements": (a) => product(outputShape(a, 1)),
    },
  },
  receptive_field: {
    answer: field,
    mistakes: {
      "kernels added": (a, ask) => total(a.layers.map((one) => ask({ layers: [one] }))),
      "strides ignored": (a, ask) => ask({ layers: a.layers.map(([k, , d]) => [k, 1, d]) }),
      "dilation ignored": (a, ask) => ask({ layers: a.layers.map(([k, s]) => [k, s, 1]) }),
      "kernel times dilation": (a, ask) =>
        ask({ layers: a.layers.map(([k, s, d]) => [k * d, s, 1]) }),
      "layers in reverse": (a, ask) => ask({ layers: [...a.layers].reverse() }),
    },
  },
  conv2d_params: {
    answer: (a) => convolutionParameters(a, 2),
    mistakes: {
      ...PARAMETERS,
      "kernel not squared": (a, ask) =>
        ask(Array.isArray(a.kernel_size) ? {} : { kernel_size: [a.kernel_size, 1] }),
      "square of the height": pairs(first, "kernel_size"),
      "flat filters": asIf({ in_channels: 1, groups: 1 }),
    },
  },
  conv2d_output_shape: {
    answer: (a) => outputShape(a, 2),
    mistakes: {
      "input channels kept": (a, ask) => ask({ out_channels: a.input_shape[1] }),
      "channels last": entries(0, 2, 3, 1),
      "pairs the wrong way round": pairs(turned, ...SIZES),
      "first entry of pairs only": pairs(first, ...SIZES),
      "height and width unchanged": asIf({ padding: "same" }),
      "one too few": (a, ask) => ask().map(
        (side, axis) => side - (axis > 1 && a.padding !== "same")),
      ...STOPS,
    },
  },
  conv2d_mult_adds: {
    answer: (a) => work(a, 2),
    mistakes: {
      ...WORK,
      "one image only": oneOfTheBatch,
      ...biasCounted((a) => outputShape(a, 2)),
      "kernel ignored": (a, ask) => div(ask(), product(sides(a.kernel_size, 2))),
      "output elements": (a) => product(outputShape(a, 2)),
    },
  },
};

/** What the two constructors have in common; `size` is the kind of their sizes. */
function convolution(dimensions, size, spec) {
  const sizeOf = (name, value, max, more) => ({ ...int(name, value, max, more), kind: size });
  const small = { default: 1, ownWords: true };
  return layer({
    family: "Convolution",
    arguments: [
      int("in_channels", 3, 512), int("out_channels", 8, 512),
      sizeOf("kernel_size", 5, 11), sizeOf("stride", 1, 8, small),
      { name: "padding", kind: "padding", value: 0, default: 0, min: 0, max: 8, ownWords: true,
        pairs: dimensions > 1 },
      sizeOf("dilation", 1, 6, { default: 1 }), int("groups", 1, 512, small), flag("bias", true),
    ],
    joint: { in_channels: -dimensions - 1 },
    count(args, input) {
      demandGroups(args);
      demandPadding(args, dimensions);
      demandCall(args, input, dimensions);
      const question = { ...args, input_shape: input };
      const names = dimensions === 1 ? ["length"] : ["height", "width"];
      const along = places(input.slice(-dimensions), args);
      return {
        shape: outputShape(question, dimensions),
        parameters: convolutionParameters(args, dimensions),
        multAdds: work(question, dimensions),
        formulas: names.map((name, side) => [name, along[side]]),
      };
    },
    ...spec,
  });
}

/** The questions are put for a batch. */
const forBatch = (dimensions) => (args, input) =>
  (input.length === dimensions + 2 ? { ...args, input_shape: input } : null);

const conv1d = convolution(1, "int", {
  id: "conv1d",
  name: "nn.Conv1d",
  lesson: "05-conv1d",
  input: { name: "input_shape", value: [1, 3, 100], axes: ["N", "C", "L"] },
  asks: {
    conv1d_params: "parameters",
    conv1d_output_length: {
      what: "shape",
      from: (args, input) => ({ ...args, length: input.at(-1) }),
      to: ({ length: along, ...question }) =>
        ({ ...question, in_channels: 3, input_shape: [1, 3, along] }),
    },
    conv1d_mult_adds: { what: "mult-adds", from: forBatch(1) },
  },
});

const conv2d = convolution(2, "size", {
  id: "conv2d",
  name: "nn.Conv2d",
  lesson: "06-conv2d",
  input: image(1, 3, 32, 32),
  asks: {
    conv2d_params: "parameters",
    conv2d_output_shape: { what: "shape", from: forBatch(2) },
    conv2d_mult_adds: { what: "mult-adds", from: forBatch(2) },
  },
});

/** The length after each window, from the input's on; raises where one is too long. */
const lengths = (windows, start) => windows.reduce((found, [kernel_size, stride, dilation]) => {
  const window = { kernel_size, stride, dilation, padding: 0 };
  demandFit(window, found.slice(-1));
  return [...found, places(found.slice(-1), window)[0].value];
}, [start]);

const receptiveField = layer({
  id: "receptive_field",
  name: "Receptive field of a chain",
  family: "Convolution",
  lesson: "05-conv1d",
  arguments: [{ name: "layers", kind: "windows", value: [[3, 1, 1], [3, 2, 1], [3, 1, 2]], min: 1,
    entries: ["kernel_size", "stride", "dilation"] }],
  input: { name: "input_shape", value: [1, 1, 32], axes: ["N", "C", "L"] },
  asks: {
    receptive_field: {
      what: "receptive field",
      to: (question) => ({ ...question, input_shape: [1, 1, field(question).value] }),
    },
  },
  line: ({ layers: windows }) => `nn.Sequential(${windows.map(([k, s, d]) =>
    `nn.Conv1d(1, 1, ${k}${s > 1 ? `, stride=${s}` : ""}${d > 1 ? `, dilation=${d}` : ""})`)
    .join(", ")})`,
  count(args, input) {
    const windows = args.layers;
    limit(windows.every((one) => one.length === 3 && one.every(Number.isSafeInteger)),
      "ValueError", "Each entry of `layers` is (kernel_size, stride, dilation).");
    limit(input.length === 3 && input[1] === 1, "ValueError",
      "The input is a batch of sequences with one channel here.");
    const found = lengths(windows, input[2]);
    return {
      shape: [input[0], 1, found.at(-1)],
      parameters: plus(...windows.map(([kernel]) => plus(kernel, 1))),
      multAdds: times(input[0], plus(...windows.map(([kernel], place) =>
        times(found[place + 1], kernel)))),
      more: [{ what: "receptive field", exercise: "receptive_field", answer: field(args) }] };
  },
});

export const layers = [conv1d, receptiveField, conv2d];
