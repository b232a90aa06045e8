// Pooling: windows without parameters, which count their places as convolutions do.

import { ceilOver, floorOver, minus, plus, product, sides, times, valueOf } from "./arithmetic.js";
import { demand } from "./errors.js";
import { flag, image, int, layer } from "./layer.js";
import { list } from "./python.js";
import { asIf, ending, entries, first, pair, pairs, turned } from "./rules.js";

/** The places along one side. With ceil_mode a window may hang over the end, unless it would
 * start in the padding there. */
function along(length, { kernel, step, padding, hole, ceil }) {
  const reach = minus(plus(length, times(2, padding)), times(hole, minus(kernel, 1)), 1);
  const rounded = plus((ceil ? ceilOver : floorOver)(reach, step), 1);
  const dropped = ceil && (rounded.value - 1) * step >= length + padding;
  return dropped ? minus(rounded, 1) : rounded;
}

/** The places along all sides of a window. */
function places(lengths, a) {
  const { kernel_size, stride = null, padding = 0, dilation = 1, ceil_mode = false } = a;
  const all = (size) => sides(size, lengths.length);
  const [kernels, steps, paddings, holes] =
    [kernel_size, stride ?? kernel_size, padding, dilation].map(all);
  return lengths.map((length, side) => along(length, { kernel: kernels[side], step: steps[side],
    padding: paddings[side], hole: holes[side], ceil: ceil_mode }));
}

const length = (a) => places([a.length], a)[0];

const imageShape = (a) =>
  [...a.input_shape.slice(0, -2), ...places(a.input_shape.slice(-2), a).map((one) => one.value)];

/** Height and width as asked; None keeps the input's. */
const adapted = ({ input_shape, output_size }) =>
  ending(input_shape, ...pair(output_size).map((size, side) => size ?? input_shape.at(side - 2)));

const step = (a) => a.stride ?? a.kernel_size;
const larger = (a, ask, extra, changes = {}) => {
  const [height, width] = pair(extra);
  const [down, right] = a.input_shape.slice(-2);
  return ask({ input_shape: ending(a.input_shape, down + height, right + width), ...changes });
};

export const exercises = {
  pool_output_length: {
    answer: length,
    mistakes: {
      "stride 1 by default": (a, ask) => ask({ stride: a.stride ?? 1 }),
      "stride ignored": asIf({ stride: null }),
      "padding on one side": (a, ask) => ask({ length: a.length + a.padding, padding: 0 }),
      "padding ignored": asIf({ padding: 0 }),
      "dilation ignored": asIf({ dilation: 1 }),
      "first window not counted": (a, ask) => ask() - 1,
    },
  },
  pool2d_output_shape: {
    answer: imageShape,
    mistakes: {
      "stride 1 by default": (a, ask) => ask({ stride: a.stride ?? 1 }),
      "stride ignored": asIf({ stride: null }),
      "halved": asIf({ kernel_size: 2, stride: null, padding: 0, ceil_mode: false }),
      "kernel ignored": (a, ask) => ask({ kernel_size: step(a), padding: 0 }),
      "padding on one side": (a, ask) => larger(a, ask, a.padding, { padding: 0 }),
      "padding ignored": asIf({ padding: 0 }),
      "pairs turned round": pairs(turned, "kernel_size", "stride", "padding"),
      "channels last": entries(0, 2, 3, 1),
    },
  },
  adaptive_pool2d_output_shape: {
    answer: adapted,
    mistakes: {
      "output size as a window": (a) => ending(a.input_shape, ...pair(a.output_size)
        .map((size, side) => Math.floor(a.input_shape.at(side - 2) / (size ?? 1)))),
      "one size for the height only": (a, ask) => ask({
        output_size: Array.isArray(a.output_size) ? a.output_size : [a.output_size, null] }),
      "pair turned round": pairs(turned, "output_size"),
      "first entry for both": pairs((two) => [first(two), first(two)], "output_size"),
      "never larger than the input": (a, ask) =>
        ask().map((size, axis) => Math.min(size, a.input_shape[axis])),
    },
  },
};

const sized = (kind, name, value, max, more) => ({ ...int(name, value, max, more), kind });

const common = { family: "Pooling", lesson: "08-pooling" };

const stride1d = { name: "stride", kind: "optional", value: null, default: null, min: 1, max: 16 };

const maxpool1d = layer({
  ...common,
  id: "maxpool1d",
  name: "nn.MaxPool1d",
  arguments: [
    int("kernel_size", 2, 16), stride1d, int("padding", 0, 8, { default: 0, min: 0 }),
    int("dilation", 1, 8, { default: 1 }), flag("ceil_mode", false)],
  input: { name: "input_shape", value: [1, 8, 100], axes: ["N", "C", "L"] },
  asks: {
    pool_output_length: {
      what: "shape",
      from: (args, input) => ({ ...args, length: input.at(-1) }),
      to: ({ length: along1d, ...question }) => ({ ...question, input_shape: [1, 8, along1d] }),
    },
  },
  count(args, input) {
    demand([2, 3].includes(input.length), "RuntimeError", "max_pool1d: Expected 2D or 3D (batch "
      + `mode) tensor with optional 0 dim batch size for input, but got:${list(input)}`);
    const { kernel_size, padding } = args;
    demand(2 * padding <= kernel_size, "RuntimeError", "max_pool1d() padding should be at most "
      + `half of kernel size, but got padding=${padding} and kernel_size=${kernel_size}`);
    const [out] = places(input.slice(-1), args);
    demand(out.value > 0, "RuntimeError",
      `max_pool1d() Invalid computed output size: ${out.value}`);
    return { shape: ending(input, out.value), parameters: 0, multAdds: 0,
      formulas: [["length", out]] };
  },
});

/** Raises what both two-dimensional poolings raise, once the input has as many dimensions. */
function demandWindows(args, input) {
  const { padding, dilation = 1 } = args;
  const [kernels, paddings, holes] = [args.kernel_size, padding, dilation].map(pair);
  kernels.forEach((kernel, side) => {
    const covered = (kernel - 1) * holes[side] + 1;
    demand(paddings[side] <= Math.floor(covered / 2), "RuntimeError", "pad should be at most half "
      + `of effective kernel size, but got pad=${paddings[side]}, kernel_size=${kernel} `
      + `and dilation=${holes[side]}`);
  });
  demand(kernels.every((kernel, side) => 2 * paddings[side] <= kernel), "RuntimeError", "pad "
    + "should be smaller than or equal to half of kernel size, but got "
    + `padW = ${paddings[1]}, padH = ${paddings[0]}, kW = ${kernels[1]}, kH = ${kernels[0]}`);
  const out = places(input.slice(-2), args);
  const sizes = out.map((one) => one.value);
  const channels = input.at(-3);
  demand(sizes.every((size) => size > 0), "RuntimeError", "Given input size: "
    + `(${[channels, ...input.slice(-2)].join("x")}). Calculated output size: `
    + `(${[channels, ...sizes].join("x")}). Output size is too small`);
  return out;
}

const windowed = (args, input) => {
  const out = demandWindows(args, input);
  return { shape: ending(input, ...out), parameters: 0, multAdds: 0,
    formulas: [["height", out[0]], ["width", out[1]]] };
};

const window2d = [
  sized("size", "kernel_size", 2, 16),
  { name: "stride", kind: "optionalSize", value: null, default: null, min: 1, max: 16 },
  sized("size", "padding", 0, 8, { default: 0, min: 0 })];

const avgpool1d = layer({
  ...common,
  id: "avgpool1d",
  name: "nn.AvgPool1d",
  arguments: [int("kernel_size", 2, 16), stride1d, int("padding", 0, 8, { default: 0, min: 0 }),
    flag("ceil_mode", false), flag("count_include_pad", true)],
  input: { name: "input_shape", value: [1, 8, 100], axes: ["N", "C", "L"] },
  count({ kernel_size, stride, padding, ceil_mode }, input) {
    demand([2, 3].includes(input.length), "RuntimeError", "Expected 2 to 3 dimensions, but got "
      + `${input.length}-dimensional tensor for argument #1 'self' (while checking arguments for `
      + "avg_pool1d)");
    const flat = { kernel_size: [1, kernel_size], stride: [1, stride ?? kernel_size],
      padding: [0, padding], ceil_mode };
    const [, out] = demandWindows(flat, [input.at(-2), 1, input.at(-1)]);
    return { shape: ending(input, out), parameters: 0, multAdds: 0, formulas: [["length", out]] };
  },
});

const maxpool2d = layer({
  ...common,
  id: "maxpool2d",
  name: "nn.MaxPool2d",
  arguments: [...window2d, sized("size", "dilation", 1, 8, { default: 1 }),
    flag("ceil_mode", false)],
  input: image(1, 8, 32, 32),
  asks: {
    pool2d_output_shape: {
      what: "shape",
      from: (args, input) => (input.length === 4 && pair(args.dilation).every((one) => one === 1)
        ? { ...args, input_shape: input } : null),
    },
  },
  count(args, input) {
    demand([3, 4].includes(input.length), "RuntimeError",
      "non-empty 3D or 4D (batch mode) tensor expected for input");
    return windowed(args, input);
  },
});

const avgpool2d = layer({
  ...common,
  id: "avgpool2d",
  name: "nn.AvgPool2d",
  arguments: [...window2d, flag("ceil_mode", false), flag("count_include_pad", true)],
  input: image(1, 8, 32, 32),
  count(args, input) {
    demand(input.length > 0, "IndexError",
      "Dimension specified as -3 but tensor has no dimensions");
    demand(input.length > 2, "IndexError", "Dimension out of range (expected to be in range of "
      + `[${-input.length}, ${input.length - 1}], but got -3)`);
    demand(input.length < 5, "RuntimeError", "Expected 3D or 4D (batch mode) tensor with optional "
      + `0 dim batch size for input, but got:${list(input)}`);
    return windowed(args, input);
  },
});

/** Raises what adaptive pooling raises; to one number it is a plain mean, for which two
 * dimensions are enough, and none too many. */
function demandAdaptive({ output_size }, input) {
  const count = input.length;
  demand(output_size !== null, "TypeError", "object of type 'NoneType' has no len()");
  demand(!Array.isArray(output_size) || count > 2, "ValueError",
    "Input dimension should be at least 3");
  const toOne = product(adapted({ input_shape: [0, 0, ...input], output_size }).slice(-2)) === 1;
  demand(!toOne || count > 1, "IndexError",
    "Dimension out of range (expected to be in range of [-1, 0], but got -2)");
  demand(toOne || [3, 4].includes(count), "RuntimeError",
    `adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got ${list(input)}`);
}

const adaptive = layer({
  ...common,
  id: "adaptiveavgpool2d",
  name: "nn.AdaptiveAvgPool2d",
  arguments: [{ name: "output_size", kind: "optionalSize", partly: true, value: 1,
    min: 0, max: 64 }],
  input: image(1, 8, 7, 9),
  asks: {
    adaptive_pool2d_output_shape: {
      what: "shape",
      from: (args, input) => (input.length === 4 ? { ...args, input_shape: input } : null),
    },
  },
  count(args, input) {
    demandAdaptive(args, input);
    return { shape: adapted({ ...args, input_shape: input }), parameters: 0, multAdds: 0 };
  },
});

export const layers = [maxpool1d, avgpool1d, maxpool2d, avgpool2d, adaptive];

/** The shape of a batch of images behind nn.MaxPool2d(kernel_size). */
export const pooled = (input_shape, kernel_size) =>
  windowed({ kernel_size, padding: 0 }, input_shape).shape.map(valueOf);
