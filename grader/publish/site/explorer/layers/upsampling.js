// Ways up: transposed convolution, nn.Upsample, and U-Net with its pairs of convolutions.

import { div, floorOf, minus, over, pairwise, plus, product, sides, times } from "./arithmetic.js";
import {
  convolutionParameters, demandCall, demandDimensions, demandGroups,
  places } from "./convolution.js";
import { demand } from "./errors.js";
import { flag, image, int, layer } from "./layer.js";
import { list, python } from "./python.js";
import {
  FLOPS, asIf, ending, entries, first, oneOfTheBatch, pair, pairs,
  turned } from "./rules.js";

/** The inputs first: each of them has a kernel for every output of its group. */
const weightShape = ({ in_channels, out_channels, kernel_size, groups = 1 }) =>
  [in_channels, out_channels / groups, ...pair(kernel_size)];

const written = (channels, groups) => (groups === 1 ? channels : over(channels, groups));

const transposedParameters = (a) => plus(
  times(a.in_channels, written(a.out_channels, a.groups), ...pair(a.kernel_size)),
  a.bias && a.out_channels);

/** One side of the output; each step of the input moves the kernel on by a stride. */
const side = (length, { kernel, step, padding, extra, hole }) => plus(
  minus(times(minus(length, 1), step), times(2, padding)), times(hole, minus(kernel, 1)), extra, 1);

function transposedSides(a) {
  const { kernel_size, stride = 1, padding = 0, output_padding = 0, dilation = 1 } = a;
  const all = [kernel_size, stride, padding, output_padding, dilation].map(pair);
  return a.input_shape.slice(-2).map((length, place) => {
    const [kernel, step, cut, extra, hole] = all.map((one) => one[place]);
    return side(length, { kernel, step, padding: cut, extra, hole });
  });
}

const transposedShape = (a) => [
  ...a.input_shape.slice(0, -3), a.out_channels, ...transposedSides(a).map((one) => one.value)];

/** Each number of the input meets a kernel for every output, whatever the stride. */
const transposedWork = ({ input_shape, out_channels, kernel_size, groups = 1 }) =>
  times(...input_shape, written(out_channels, groups), ...pair(kernel_size));

/** Two 3x3 convolutions with biases. */
const twoConvolutions = (read, channels) => plus(
  convolutionParameters({ in_channels: read, out_channels: channels, kernel_size: 3 }),
  convolutionParameters({ in_channels: channels, out_channels: channels, kernel_size: 3 }));

/** One step up: a transposed convolution, and two convolutions over both maps. */
const wayUp = (low, high) => plus(
  transposedParameters({ in_channels: high, out_channels: low, kernel_size: 2, groups: 1,
    bias: true }),
  twoConvolutions(2 * low, low));

export function unetParameters({ in_channels, num_classes, widths }) {
  const down = pairwise([in_channels, ...widths]).map((two) => twoConvolutions(...two));
  const up = pairwise(widths).map((two) => wayUp(...two));
  return plus(...down, ...up, times(widths[0], num_classes), num_classes);
}

const SIZES = ["kernel_size", "stride", "padding", "output_padding", "dilation"];

const upwards = (change) => (a, ask) =>
  ask() + pairwise(a.widths).reduce((sum, [low, high]) => sum + change(high, low), 0);

export const exercises = {
  conv_transpose2d_weight_shape: {
    answer: weightShape,
    mistakes: {
      "the order of Conv2d": (a, ask) =>
        ask({ in_channels: a.out_channels, out_channels: a.in_channels }),
      "outputs first": entries(1, 0, 2, 3),
      "groups ignored": asIf({ groups: 1 }),
      "inputs divided by groups": (a, ask) =>
        ask({ in_channels: div(a.in_channels, a.groups), groups: 1 }),
      "the order of Keras": entries(2, 3, 1, 0),
      "pairs turned round": pairs(turned, "kernel_size"),
    },
  },
  conv_transpose2d_output_shape: {
    answer: transposedShape,
    mistakes: {
      "the way back": (a) => [a.input_shape[0], a.out_channels,
        ...places(a.input_shape.slice(2), a).map((one) => one.value)],
      "one too few": (a, ask) => ask().map((size, axis) => size - (axis > 1)),
      "kernel ignored": asIf({ kernel_size: 1 }),
      "padding ignored": asIf({ padding: 0 }),
      "padding cut off once": (a, ask) =>
        ask().map((size, axis) => size + (axis > 1 ? pair(a.padding)[axis - 2] : 0)),
      "output_padding ignored": asIf({ output_padding: 0 }),
      "pairs turned round": pairs(turned, ...SIZES),
    },
  },
  conv_transpose2d_mult_adds: {
    answer: transposedWork,
    mistakes: {
      "output positions": (a, ask) => ask({ input_shape: ending(a.input_shape,
        ...pair(a.kernel_size).map((size, place) => a.input_shape.at(place - 2) + size - 1)) }),
      "one image only": oneOfTheBatch,
      ...FLOPS,
      "kernel ignored": asIf({ kernel_size: 1 }),
      "square kernel": pairs(first, "kernel_size"),
      "groups ignored": asIf({ groups: 1 }),
      "numbers of the input": (a) => product(a.input_shape),
    },
  },
  unet_params: {
    answer: unetParameters,
    mistakes: {
      "added instead of side by side": upwards((high, low) => -9 * low * low),
      "ways up without weights": upwards((high, low) => -(4 * high * low + low)),
      "first reads the width below": upwards((high, low) => 9 * (high - 2 * low) * low),
      "second reads both maps": upwards((high, low) => 9 * low * low),
    },
  },
};

const sized = (name, value, max, more) => ({ ...int(name, value, max, more), kind: "size" });

/** Raises what the call raises; the constructor speaks of groups alone. */
function demandTransposed(a, input) {
  demandDimensions(input, 2, "conv_transpose2d");
  const seen = input.length === 3 ? [1, ...input] : input;
  demand(seen[1] === a.in_channels, "RuntimeError", "Given transposed=1, weight of size "
    + `${list(weightShape(a))}, expected input${list(seen)} to have ${a.in_channels} channels, `
    + `but got ${seen[1]} channels instead`);
  demandOutputPadding(a);
  const out = transposedSides({ ...a, input_shape: input }).map((one) => one.value);
  demand(out.every((size) => size > 0), "RuntimeError", "Given input size per channel: "
    + `(${input.slice(-2).join(" x ")}). Calculated output size per channel: `
    + `(${out.join(" x ")}). Output size is too small`);
}

function demandOutputPadding({ output_padding, stride, dilation }) {
  const [extra, steps, holes] = [output_padding, stride, dilation].map(pair);
  const shown = (name, [height, width]) => `${name}_height: ${height} ${name}_width: ${width}`;
  demand(extra.every((one, place) => one < steps[place] || one < holes[place]), "RuntimeError",
    "output padding must be smaller than either stride or dilation, but got "
    + [["output_padding", extra], ["stride", steps], ["dilation", holes]]
      .map(([name, two]) => shown(name, two)).join(" "));
}

const forBatch = (args, input) => (input.length === 4 ? { ...args, input_shape: input } : null);

const transposed = layer({
  id: "convtranspose2d",
  name: "nn.ConvTranspose2d",
  family: "Upsampling",
  lesson: "20-upsampling",
  arguments: [
    int("in_channels", 6, 512), int("out_channels", 4, 512), sized("kernel_size", 3, 11),
    sized("stride", 2, 8, { default: 1 }), sized("padding", 0, 8, { default: 0, min: 0 }),
    sized("output_padding", 0, 8, { default: 0, min: 0 }),
    int("groups", 1, 512, { default: 1, ownWords: true }), flag("bias", true),
    sized("dilation", 1, 6, { default: 1 })],
  input: image(1, 6, 8, 8),
  joint: { in_channels: -3 },
  asks: {
    conv_transpose2d_weight_shape: "weight's shape",
    conv_transpose2d_output_shape: { what: "shape", from: forBatch },
    conv_transpose2d_mult_adds: { what: "mult-adds", from: forBatch },
  },
  count(args, input) {
    demandGroups(args);
    demandTransposed(args, input);
    const question = { ...args, input_shape: input };
    const along = transposedSides(question);
    return {
      shape: transposedShape(question),
      parameters: transposedParameters(args),
      multAdds: transposedWork(question),
      formulas: [["height", along[0]], ["width", along[1]]],
      more: [{ what: "weight's shape", exercise: "conv_transpose2d_weight_shape",
        answer: weightShape(args) }],
      notes: [`The weight has the shape ${python(weightShape(args))}: inputs first.`],
    };
  },
});

const MODES = { nearest: [3, 4, 5], linear: [3], bilinear: [4], bicubic: [4] };
const ALL_MODES = "nearest | linear | bilinear | bicubic | trilinear | lanczos | area "
  + "| nearest-exact";

/** Raises what interpolation raises, in its order. */
function demandMode({ size, scale_factor, mode, align_corners }, input) {
  const aligned = mode !== "nearest" || align_corners === null;
  demand(aligned, "ValueError", "align_corners option can only be set with the interpolating "
    + "modes: linear | bilinear | bicubic | trilinear");
  demand(size === null || scale_factor === null, "ValueError",
    "only one of size or scale_factor should be defined");
  demand(!Array.isArray(size) || size.length === input.length - 2, "ValueError",
    "Input and output must have the same number of spatial dimensions, but got input with spatial "
    + `dimensions of ${list(input.slice(2))} and output size of ${python(size)}. Please provide `
    + "input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.");
  demand(size !== null || scale_factor !== null, "ValueError",
    "either size or scale_factor should be defined");
  const [wanted] = MODES[mode];
  const count = input.length;
  const known = count >= 3 && count <= 5 && (mode !== "bicubic" || count === 4);
  demand(known, "NotImplementedError", "Input Error: Only 3D, 4D and 5D input Tensors supported "
    + `(got ${count}D) for the modes: ${ALL_MODES} (got ${mode})`);
  demand(MODES[mode].includes(count), "NotImplementedError",
    `Got ${count}D input, but ${mode} mode needs ${wanted}D input`);
}

/** Raises where a side of the output would have no length; below zero they are cut, not floored. */
function demandSides({ size, scale_factor }, lengths) {
  if (size !== null) return;
  const out = lengths.map((length) => Math.trunc(length * scale_factor));
  const names = ["D", "H", "W"].slice(-lengths.length);
  const shown = (sizes) => `(${sizes.map((one, place) => `${names[place]}: ${one}`).join(", ")})`;
  demand(out.every((one) => one > 0), "RuntimeError", "Input and output sizes should be greater "
    + `than 0, but got input ${shown(lengths)} ${names.length === 1 ? "and " : ""}output `
    + shown(out));
}

/** The sides of the output: as asked, or each so many times as long, rounded down. */
const scaled = ({ size, scale_factor }, lengths) => (size === null
  ? lengths.map((length) => floorOf(times(length, scale_factor)))
  : sides(size, lengths.length).map((one) => times(one)));

const upsample = layer({
  id: "upsample",
  name: "nn.Upsample",
  family: "Upsampling",
  lesson: "20-upsampling",
  arguments: [
    { name: "size", kind: "optionalSize", value: null, default: null, min: 1, max: 128 },
    { name: "scale_factor", kind: "number", optional: true, value: 2, default: null },
    { name: "mode", kind: "choice", options: Object.keys(MODES), value: "nearest",
      default: "nearest" },
    { name: "align_corners", kind: "choice", options: [null, true, false], value: null,
      default: null }],
  input: image(1, 6, 8, 8),
  count(given, input) {
    const args = { ...given, scale_factor: given.scale_factor || null }; // nn.Upsample reads 0 so
    demandMode(args, input);
    demandSides(args, input.slice(2));
    const out = scaled(args, input.slice(2));
    const names = { 3: ["length"], 4: ["height", "width"], 5: ["depth", "height", "width"] };
    return {
      shape: [...input.slice(0, 2), ...out], parameters: 0, multAdds: 0,
      formulas: names[input.length].map((name, place) => [name, out[place]]) };
  },
});

const doubleConv = layer({
  id: "double_conv",
  name: "U-Net's two convolutions",
  family: "Upsampling",
  lesson: "20-upsampling",
  arguments: [int("in_channels", 3, 1024), int("out_channels", 64, 1024)],
  input: image(1, 3, 64, 64),
  joint: { in_channels: -3 },
  line: ({ in_channels, out_channels }) => `nn.Sequential(nn.Conv2d(${in_channels}, `
    + `${out_channels}, 3, padding=1), nn.ReLU(), nn.Conv2d(${out_channels}, ${out_channels}, 3, `
    + "padding=1), nn.ReLU())",
  count({ in_channels, out_channels }, input) {
    demandCall({ in_channels, out_channels, kernel_size: 3, padding: 1 }, input, 2);
    const batch = input.length === 3 ? 1 : input[0];
    return {
      shape: [...input.slice(0, -3), out_channels, ...input.slice(-2)],
      parameters: twoConvolutions(in_channels, out_channels),
      multAdds: times(batch, ...input.slice(-2), out_channels, 3, 3,
        plus(in_channels, out_channels)),
    };
  },
});

const unet = layer({
  id: "unet",
  name: "U-Net",
  family: "Upsampling",
  lesson: "20-upsampling",
  arguments: [
    int("in_channels", 1, 16), int("num_classes", 2, 1000),
    { name: "widths", kind: "ints", value: [64, 128, 256, 512, 1024], min: 1, max: 1024 }],
  asks: { unet_params: "parameters" },
  line: ({ in_channels, num_classes, widths }) =>
    `unet_params(${in_channels}, ${num_classes}, ${python(widths)})`,
  count: (args) => ({ parameters: unetParameters(args) }),
});

export const layers = [transposed, upsample, doubleConv, unet];
