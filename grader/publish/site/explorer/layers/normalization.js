// Normalization: parameters that are trained, and buffers that are kept.

import { div, plus, product, times } from "./arithmetic.js";
import { demand } from "./errors.js";
import { anything, flag, image, int, layer, number } from "./layer.js";
import { list } from "./python.js";
import { asIf, pairs } from "./rules.js";

/** A weight and a bias for each channel. */
const scaleAndShift = (channels, affine) => (affine ? times(2, channels) : 0);

/** Two running statistics for each channel, and the counter of batches. */
const statistics = (channels, tracked) => (tracked ? plus(times(2, channels), 1) : 0);

/** How many numbers one pass normalizes together. */
const size = (shape) => times(...[shape].flat());

const layerNormParameters = ({ normalized_shape, elementwise_affine = true, bias = true }) =>
  (elementwise_affine ? times(bias && 2, size(normalized_shape)) : 0);

const NONE = { "no parameters": () => 0 };
const oneVector = { "one vector only": (a, ask) => div(ask(), 2) };
const affineIgnored = { "affine ignored": asIf({ affine: true }) };

const SHAPES = {
  "last dimension only": pairs((shape) => shape.at(-1), "normalized_shape"),
  "first dimension only": pairs((shape) => shape[0], "normalized_shape"),
  "dimensions added": pairs((shape) => plus(...shape).value, "normalized_shape"),
  "one place only": asIf({ normalized_shape: 1 }),
};

export const exercises = {
  batchnorm_params: {
    answer: ({ num_features, affine = true }) => scaleAndShift(num_features, affine),
    mistakes: {
      ...affineIgnored,
      ...NONE,
      ...oneVector,
      "buffers, not parameters": (a) => statistics(a.num_features, true),
      "running statistics counted": (a, ask) => 2 * ask(),
      "one pair for the layer": asIf({ num_features: 1 }),
      "statistics always counted": (a, ask) => ask() + ask({ affine: true }),
    },
  },
  batchnorm_buffers: {
    answer: ({ num_features, track_running_stats = true }) =>
      statistics(num_features, track_running_stats),
    mistakes: {
      "counter forgotten": (a, ask) => ask() - a.track_running_stats,
      "counter per channel": (a, ask) => ask() + a.track_running_stats * (a.num_features - 1),
      "one statistic only": (a, ask) => div(ask(), 2),
      "no buffers": () => 0,
      "tracking ignored": asIf({ track_running_stats: true }),
      "parameters counted too": (a, ask) => ask() + a.track_running_stats * 2 * a.num_features,
    },
  },
  layernorm_params: {
    answer: layerNormParameters,
    mistakes: {
      "weight only": asIf({ bias: false }),
      "bias ignored": asIf({ bias: true }),
      "elementwise_affine ignored": asIf({ elementwise_affine: true }),
      "running statistics counted": (a, ask) =>
        ask() + ask({ elementwise_affine: true, bias: true }),
      ...NONE,
      ...SHAPES,
    },
  },
  groupnorm_params: {
    answer: ({ num_channels, affine = true }) => scaleAndShift(num_channels, affine),
    mistakes: {
      ...affineIgnored,
      ...NONE,
      "one pair per group": (a, ask) => ask({ num_channels: a.num_groups }),
      "channels of one group": (a, ask) =>
        ask({ num_channels: div(a.num_channels, a.num_groups) }),
      "again for each group": (a, ask) => ask() * a.num_groups,
      ...oneVector,
    },
  },
  rmsnorm_params: {
    answer: ({ normalized_shape, elementwise_affine = true }) =>
      (elementwise_affine ? size(normalized_shape) : 0),
    mistakes: {
      "counted like LayerNorm": (a, ask) => 2 * ask(),
      "eps counted": (a, ask) => ask() + 1,
      ...NONE,
      ...SHAPES,
    },
  },
};

/** Raises where a batch holds one value for each channel: there is nothing to compare. */
function demandSeveral(count, shown) {
  demand(count !== 1, "ValueError",
    `Expected more than 1 value per channel when training, got input size ${shown}`);
}

function demandChannels(a, input) {
  const channels = input[1];
  const holder = a.track_running_stats ? "running_mean" : a.affine && "weight";
  demand(!holder || channels === a.num_features, "RuntimeError",
    `${holder} should contain ${channels} elements not ${a.num_features}`);
}

const torchSize = (shape) => `torch.Size(${list(shape)})`;

/** A BatchNorm for inputs of these numbers of dimensions, which PyTorch calls `words`. */
const batchNorm = (dimensions, words, spec) => layer({
  family: "Normalization",
  lesson: "10-normalization",
  arguments: [
    int("num_features", 6, 512), number("eps", 1e-5),
    number("momentum", 0.1, { optional: true }), flag("affine", true),
    flag("track_running_stats", true)],
  joint: { num_features: 1 },
  count(args, input) {
    demand(dimensions.includes(input.length), "ValueError",
      `expected ${words} input (got ${input.length}D input)`);
    demandSeveral(product([input[0], ...input.slice(2)]), torchSize(input));
    demandChannels(args, input);
    return {
      shape: input,
      parameters: scaleAndShift(args.num_features, args.affine),
      buffers: statistics(args.num_features, args.track_running_stats),
      multAdds: 0,
    };
  },
  ...spec,
});

const batchnorm1d = batchNorm([2, 3], "2D or 3D", {
  id: "batchnorm1d",
  name: "nn.BatchNorm1d",
  input: { name: "input_shape", value: [4, 6, 10], axes: ["N", "C", "L"] },
});

const batchnorm2d = batchNorm([4], "4D", {
  id: "batchnorm2d",
  name: "nn.BatchNorm2d",
  input: image(4, 6, 8, 8),
  asks: { batchnorm_params: "parameters", batchnorm_buffers: "buffers" },
});

const instancenorm2d = layer({
  id: "instancenorm2d",
  name: "nn.InstanceNorm2d",
  family: "Normalization",
  lesson: "10-normalization",
  arguments: [int("num_features", 6, 512), number("eps", 1e-5), number("momentum", 0.1),
    flag("affine", false), flag("track_running_stats", false)],
  input: image(4, 6, 8, 8),
  joint: { num_features: -3 },
  count(args, input) {
    demand([3, 4].includes(input.length), "ValueError",
      `expected 3D or 4D input (got ${input.length}D input)`);
    const { num_features, affine, track_running_stats } = args;
    const channels = input.at(-3);
    demand(channels === num_features || !affine, "ValueError",
      `expected input's size at dim=${input.length - 3} to match num_features `
      + `(${num_features}), but got: ${channels}.`);
    demand(product(input.slice(-2)) > 1, "ValueError", "Expected more than 1 spatial element when "
      + `training, got input size ${torchSize(input.length === 3 ? [1, ...input] : input)}`);
    const batch = input.length === 3 ? 1 : input[0];
    demand(channels === num_features || !track_running_stats, "RuntimeError",
      `running_mean should contain ${batch * channels} elements not ${batch * num_features}`);
    return { shape: input, parameters: scaleAndShift(num_features, affine),
      buffers: statistics(num_features, track_running_stats), multAdds: 0 };
  },
});

const endsWith = (input, shape) =>
  input.length >= shape.length && list(input.slice(-shape.length)) === list(shape);

const normalizedShape = { name: "normalized_shape", kind: "shape", value: 64, min: 1, max: 4096 };

/** The question, with an input that ends as the normalized shape does. */
const withInput = (question) =>
  ({ ...question, input_shape: [2, 7, question.normalized_shape].flat() });

const layernorm = layer({
  id: "layernorm",
  name: "nn.LayerNorm",
  family: "Normalization",
  lesson: "10-normalization",
  arguments: [normalizedShape, number("eps", 1e-5), flag("elementwise_affine", true),
    flag("bias", true)],
  input: anything(2, 7, 64),
  asks: { layernorm_params: { what: "parameters", to: withInput } },
  count(args, input) {
    const shape = [args.normalized_shape].flat();
    demand(endsWith(input, shape), "RuntimeError", `Given normalized_shape=${list(shape)}, `
      + `expected input with shape [*, ${shape.join(", ")}], `
      + `but got input of size${list(input)}`);
    return { shape: input, parameters: layerNormParameters(args), multAdds: 0 };
  },
});

const rmsnorm = layer({
  id: "rmsnorm",
  name: "nn.RMSNorm",
  family: "Normalization",
  lesson: "10-normalization",
  arguments: [normalizedShape, number("eps", null, { optional: true }),
    flag("elementwise_affine", true)],
  input: anything(2, 7, 64),
  asks: {
    rmsnorm_params: {
      what: "parameters",
      from: (args) => (args.elementwise_affine ? args : null),
      to: withInput,
    },
  },
  count(args, input) {
    const shape = [args.normalized_shape].flat();
    demand(input.length >= shape.length, "ValueError", "Input tensor must have at least "
      + `${shape.length} dimensions, but got ${input.length}`);
    demand(endsWith(input, shape), "RuntimeError", `Given normalized_shape=${list(shape)}, `
      + `expected input with shape [*${shape.join(", ")}], but got input of size${list(input)}`);
    return { shape: input, parameters: exercises.rmsnorm_params.answer(args), multAdds: 0 };
  },
});

const groupnorm = layer({
  id: "groupnorm",
  name: "nn.GroupNorm",
  family: "Normalization",
  lesson: "10-normalization",
  arguments: [int("num_groups", 2, 64), int("num_channels", 6, 512), number("eps", 1e-5),
    flag("affine", true)],
  input: anything(4, 6, 8, 8),
  joint: { num_channels: 1 },
  asks: { groupnorm_params: "parameters" },
  count(args, input) {
    const { num_groups, num_channels, affine } = args;
    demand(num_channels % num_groups === 0, "ValueError",
      `num_channels (${num_channels}) must be divisible by num_groups (${num_groups})`);
    demand(input.length > 1, "RuntimeError",
      `Expected at least 2 dimensions for input tensor but received ${input.length}`);
    const [batch, channels, ...rest] = input;
    const folded = [div(batch * channels, num_groups), num_groups, ...rest];
    demandSeveral(product([folded[0], ...rest]), list(folded));
    demand(channels % num_groups === 0, "RuntimeError", "Expected number of channels in input to "
      + `be divisible by num_groups, but got input of shape ${list(input)} `
      + `and num_groups=${num_groups}`);
    demand(!affine || channels === num_channels, "RuntimeError", "Expected weight to be a vector "
      + `of size equal to the number of channels in input, but got weight of shape `
      + `${list([num_channels])} and input of shape ${list(input)}`);
    return { shape: input, parameters: scaleAndShift(num_channels, affine), multAdds: 0 };
  },
});

export const layers = [batchnorm1d, batchnorm2d, layernorm, groupnorm, rmsnorm, instancenorm2d];
