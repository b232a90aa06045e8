// Ways around layers: the projection, ResNet's basic block, and maps side by side.

import { dimension, withEntry } from "./activations.js";
import { plus, product, times } from "./arithmetic.js";
import { convolutionParameters, demandCall, places } from "./convolution.js";
import { demand } from "./errors.js";
import { image, int, layer } from "./layer.js";
import { list, python } from "./python.js";

const conv = (in_channels, out_channels, kernel_size = 3) => convolutionParameters(
  { in_channels, out_channels, kernel_size, bias: false });
const norm = (channels) => times(2, channels);
const kept = (channels) => plus(times(2, channels), 1);

/** A 1x1 convolution without a bias, and a BatchNorm. */
const projectionParameters = ({ in_channels, out_channels }) =>
  plus(times(in_channels, out_channels), norm(out_channels));

const isProjected = ({ in_channels, out_channels, stride = 1 }) =>
  stride !== 1 || in_channels !== out_channels;

/** Two 3x3 convolutions with a BatchNorm each, and the projection where it is needed. */
export const basicBlock = (a) => plus(
  conv(a.in_channels, a.out_channels), norm(a.out_channels),
  conv(a.out_channels, a.out_channels), norm(a.out_channels),
  isProjected(a) && projectionParameters(a));

const maps = (input, a, kernel_size, padding) =>
  places(input.slice(-2), { kernel_size, stride: a.stride, padding })
    .map((one) => one.value);

/** All along one dimension, one behind the other. */
function joined({ shapes, dim = 1 }) {
  const place = dimension(dim, shapes[0].length);
  return withEntry(shapes[0], place, plus(...shapes.map((shape) => shape[place])));
}

export const exercises = {
  projection_params: {
    answer: projectionParameters,
    mistakes: {
      "no BatchNorm": (a, ask) => ask() - 2 * a.out_channels,
      "one number per channel": (a, ask) => ask() - a.out_channels,
      "convolution's bias counted": (a, ask) => ask() + a.out_channels,
      "running statistics counted": (a, ask) => ask() + 2 * a.out_channels,
      "buffers counted": (a, ask) => ask() + kept(a.out_channels).value,
      "3x3 kernel": (a) => plus(conv(a.in_channels, a.out_channels), norm(a.out_channels)),
    },
  },
  concat_output_shape: {
    answer: joined,
    mistakes: {
      "like an addition": (a, ask) => ask({ shapes: a.shapes.slice(0, 1) }),
      "last shape only": (a, ask) => ask({ shapes: a.shapes.slice(-1) }),
      "every dimension grows": (a) => a.shapes[0].map((_, axis) =>
        plus(...a.shapes.map((shape) => shape[axis])).value),
      "first two only": (a, ask) => ask({ shapes: a.shapes.slice(0, 2) }),
    },
  },
  basic_block_params: {
    answer: basicBlock,
    mistakes: {
      "never a projection": (a, ask) =>
        ask() - isProjected(a) * projectionParameters(a).value,
      "always a projection": (a, ask) =>
        ask() + !isProjected(a) * projectionParameters(a).value,
      "path without BatchNorm": (a, ask) => ask() - 4 * a.out_channels,
      "biases in the path": (a, ask) => ask() + 2 * a.out_channels,
      "both from in_channels": (a, ask) => ask() - conv(a.out_channels, a.out_channels).value
        + conv(a.in_channels, a.out_channels).value,
      "projection, stride ignored": (a, ask) =>
        ask() - (a.in_channels === a.out_channels && isProjected(a)
          && projectionParameters(a).value),
      "stride multiplies weights": (a, ask) =>
        ask() + (a.stride - 1) * conv(a.in_channels, a.out_channels).value,
    },
  },
};

/** Raises what the first convolution raises, and then its BatchNorm. */
function demandImages(input, a, kernel_size, padding) {
  demandCall({ ...a, kernel_size, padding }, input, 2);
  demand(input.length === 4, "ValueError", "expected 4D input (got 3D input)");
}

function demandSeveral(batch, channels, sides) {
  demand(product([batch, ...sides]) > 1, "ValueError", "Expected more than 1 value per channel "
    + `when training, got input size torch.Size(${list([batch, channels, ...sides])})`);
}

const channels = [int("in_channels", 64, 1024), int("out_channels", 128, 1024)];
const common = {
  family: "Residual",
  lesson: "12-residual",
  input: image(1, 64, 56, 56),
  joint: { in_channels: -3 },
};

const convLine = (a, kernel, more) => `nn.Conv2d(${a.in_channels}, ${a.out_channels}, ${kernel}`
  + `${more}, bias=False), nn.BatchNorm2d(${a.out_channels})`;
const strided = ({ stride }) => (stride > 1 ? `, stride=${stride}` : "");

const stride = int("stride", 1, 4, { default: 1 });

const projection = layer({
  ...common,
  id: "projection",
  name: "Residual projection",
  arguments: [...channels, stride],
  asks: { projection_params: "parameters" },
  line: (a) => `nn.Sequential(${convLine(a, 1, strided(a))})`,
  count(a, input) {
    demandImages(input, a, 1, 0);
    const out = maps(input, a, 1, 0);
    demandSeveral(input[0], a.out_channels, out);
    return {
      shape: [input[0], a.out_channels, ...out],
      parameters: projectionParameters(a),
      buffers: kept(a.out_channels),
      multAdds: times(input[0], a.out_channels, ...out, a.in_channels),
    };
  },
});

const block = layer({
  ...common,
  id: "basic_block",
  name: "ResNet's basic block",
  arguments: [...channels, stride],
  asks: { basic_block_params: "parameters" },
  line: (a) => [
    `main = nn.Sequential(${convLine(a, 3, `${strided(a)}, padding=1`)}, nn.ReLU(), `
      + `${convLine({ ...a, in_channels: a.out_channels }, 3, ", padding=1")})`,
    isProjected(a) ? `shortcut = nn.Sequential(${convLine(a, 1, strided(a))})`
      : "shortcut = nn.Identity()",
    "y = torch.relu(main(x) + shortcut(x))"].join("\n"),
  count(a, input) {
    demandImages(input, a, 3, 1);
    const out = maps(input, a, 3, 1);
    demandSeveral(input[0], a.out_channels, out);
    return {
      shape: [input[0], a.out_channels, ...out],
      parameters: basicBlock(a),
      buffers: times(isProjected(a) ? 3 : 2, kept(a.out_channels)),
      multAdds: times(input[0], a.out_channels, ...out, plus(
        times(a.in_channels, 3, 3), times(a.out_channels, 3, 3), isProjected(a) && a.in_channels)),
      notes: [isProjected(a) ? "The shape changes, so the way around needs a projection."
        : "The shape stays, so the way around is free."],
    };
  },
});

const concat = layer({
  id: "concat",
  name: "torch.cat",
  family: "Residual",
  lesson: "12-residual",
  arguments: [
    { name: "shapes", kind: "shapes", value: [[1, 8, 32, 32], [1, 16, 32, 32]], min: 1 },
    { name: "dim", kind: "int", value: 1, default: 1, min: -4, max: 3, ownWords: true }],
  asks: { concat_output_shape: "shape" },
  line: ({ shapes, dim }) =>
    `torch.cat([${shapes.map((one) => `torch.empty(${python(one)})`).join(", ")}], dim=${dim})`,
  count({ shapes, dim }) {
    const [one, ...others] = shapes;
    for (const other of others) {
      demand(other.length === one.length, "RuntimeError", "Tensors must have same number of "
        + `dimensions: got ${one.length} and ${other.length}`);
    }
    const place = dimension(dim, one.length);
    others.forEach((other, number) => demandAlike(one, other, place, number + 1));
    const shape = joined({ shapes, dim });
    return { shape, parameters: 0, multAdds: 0, formulas: [["joined dimension", shape[place]]] };
  },
});

function demandAlike(one, other, place, number) {
  const differs = one.findIndex((size, axis) => axis !== place && size !== other[axis]);
  demand(differs < 0, "RuntimeError", `Sizes of tensors must match except in dimension ${place}. `
    + `Expected size ${one[differs]} but got size ${other[differs]} for tensor number ${number} in `
    + "the list.");
}

export const layers = [projection, block, concat];
