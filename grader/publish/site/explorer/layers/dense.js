// Fully connected layers: nn.Linear, and a chain of them.

import { pairwise, plus, product, times, total } from "./arithmetic.js";
import { demand, limit } from "./errors.js";
import { anything, flag, int, layer } from "./layer.js";
import { BIAS_ALWAYS, FLOPS, NO_BIAS, ONE_BIAS, biasCounted } from "./rules.js";

/** Weights and biases of one Linear. */
export const linearParameters = ({ in_features, out_features, bias = true }) =>
  plus(times(in_features, out_features), bias && out_features);

const shapeOf = ({ input_shape, out_features }) => [...input_shape.slice(0, -1), out_features];

const work = ({ input_shape, out_features }) => times(...input_shape, out_features);

/** Raises what PyTorch raises where an input does not end with `in_features`. */
export function demandFeatures(input, inFeatures, outFeatures) {
  demand(input.length > 0, "RuntimeError",
    "both arguments to linear need to be at least 1D, but they are 0D and 2D");
  const last = input.at(-1);
  demand(last === inFeatures, "RuntimeError", "mat1 and mat2 shapes cannot be multiplied "
    + `(${product(input.slice(0, -1))}x${last} and ${inFeatures}x${outFeatures})`);
}

/** All layers of a chain: (784, 256, 10) is two of them. */
const chain = ({ sizes, bias = true }) => plus(...pairwise(sizes).map(
  ([in_features, out_features]) => linearParameters({ in_features, out_features, bias })));

export const exercises = {
  linear_params: {
    answer: linearParameters,
    mistakes: {
      ...NO_BIAS,
      ...BIAS_ALWAYS,
      "bias per input": (a, ask) => ask({ bias: false }) + a.bias * a.in_features,
      ...ONE_BIAS,
      "features added": (a) => a.in_features + a.out_features,
      "bias per input and output": (a, ask) =>
        ask({ bias: false }) + a.bias * (a.in_features + a.out_features),
    },
  },
  linear_output_shape: {
    answer: shapeOf,
    mistakes: {
      "flattened": (a) => [a.input_shape[0], a.out_features],
      "leading dimensions multiplied": (a) =>
        [product(a.input_shape.slice(0, -1)), a.out_features],
      "out_features only": (a) => [a.out_features],
      "out_features appended": (a) => [...a.input_shape, a.out_features],
      "first dimension replaced": (a) => [a.out_features, ...a.input_shape.slice(1)],
    },
  },
  linear_mult_adds: {
    answer: work,
    mistakes: {
      "one vector only": (a, ask) => ask({ input_shape: a.input_shape.slice(-1) }),
      "first dimension only": (a, ask) => ask({
        input_shape: [...a.input_shape.slice(0, -1).slice(0, 1), a.input_shape.at(-1)] }),
      ...biasCounted(shapeOf),
      ...FLOPS,
      "parameters, not mult-adds": (a) => linearParameters(
        { in_features: a.input_shape.at(-1), out_features: a.out_features }),
      "output elements": (a) => product(shapeOf(a)),
    },
  },
  mlp_params: {
    answer: chain,
    mistakes: {
      ...NO_BIAS,
      ...BIAS_ALWAYS,
      "biases for the input": (a, ask) => ask() + a.bias * a.sizes[0],
      "biases for the inputs of each layer": (a, ask) =>
        ask({ bias: false }) + a.bias * total(a.sizes.slice(0, -1)),
      "one bias for each layer": (a, ask) => ask({ bias: false }) + a.bias * (a.sizes.length - 1),
      "last layer missing": (a, ask) => ask({ sizes: a.sizes.slice(0, -1) }),
      "first and last size only": (a, ask) => ask({ sizes: [a.sizes[0], a.sizes.at(-1)] }),
      "all sizes multiplied": (a) => product(a.sizes) + a.bias * total(a.sizes.slice(1)),
    },
  },
};

const linear = layer({
  id: "linear",
  name: "nn.Linear",
  family: "Fully connected",
  lesson: "01-linear",
  arguments: [int("in_features", 10, 4096), int("out_features", 5, 4096), flag("bias", true)],
  input: anything(4, 10),
  joint: { in_features: -1 },
  asks: {
    linear_params: "parameters",
    linear_output_shape: "shape",
    linear_mult_adds: "mult-adds",
  },
  count(args, input) {
    demandFeatures(input, args.in_features, args.out_features);
    const question = { ...args, input_shape: input };
    return {
      shape: shapeOf(question), parameters: linearParameters(args), multAdds: work(question) };
  },
});

const mlp = layer({
  id: "mlp",
  name: "Linear layers in a chain",
  family: "Fully connected",
  lesson: "01-linear",
  arguments: [
    { name: "sizes", kind: "ints", value: [784, 256, 10], min: 1, max: 4096 },
    flag("bias", true)],
  input: anything(1, 784),
  asks: {
    mlp_params: {
      what: "parameters",
      to: (question) => ({ ...question, input_shape: [1, question.sizes[0]] }),
    },
  },
  line: ({ sizes, bias }) => `nn.Sequential(${pairwise(sizes)
    .map((two) => `nn.Linear(${two.join(", ")}${bias ? "" : ", bias=False"})`).join(", ")})`,
  count(args, input) {
    const layers = pairwise(args.sizes);
    limit(layers.length > 0, "ValueError", "`sizes` has two entries or more: each neighbouring "
      + "pair is a layer.");
    demandFeatures(input, ...layers[0]);
    return {
      shape: shapeOf({ input_shape: input, out_features: args.sizes.at(-1) }),
      parameters: chain(args),
      multAdds: times(...input.slice(0, -1), plus(...layers.map((two) => times(...two)))),
    };
  },
});

export const layers = [linear, mlp];
