// Activations: most have no parameters and keep the shape; PReLU and GLU are the exceptions.

import { div } from "./arithmetic.js";
import { demand } from "./errors.js";
import { anything, int, layer } from "./layer.js";
import { asIf } from "./rules.js";

const PLAIN = [
  "ReLU", "LeakyReLU", "ReLU6", "ELU", "GELU", "SiLU", "Mish", "Hardswish", "Softplus", "Sigmoid",
  "Tanh", "Identity"];

/** A dimension counted from the front; raises as PyTorch does where there is none. */
export function dimension(dim, count) {
  const size = Math.max(count, 1);  // PyTorch lets a scalar have the dimensions -1 and 0
  demand(-size <= dim && dim < size, "IndexError", "Dimension out of range (expected to be in "
    + `range of [${-size}, ${size - 1}], but got ${dim})`);
  return dim < 0 ? dim + size : dim;
}

/** The shape with something else in one place. */
export const withEntry = (shape, place, entry) =>
  shape.map((size, at) => (at === place ? entry : size));

const halved = ({ input_shape, dim = -1 }) => {
  const place = dimension(dim, input_shape.length);
  return withEntry(input_shape, place, div(input_shape[place], 2));
};

export const exercises = {
  prelu_params: {
    answer: ({ num_parameters = 1 }) => num_parameters,
    mistakes: {
      "no parameters": () => 0,
      "always one": asIf({ num_parameters: 1 }),
      "both sides learned": (a, ask) => 2 * ask(),
      "one too many": (a, ask) => ask() + 1,
    },
  },
  glu_output_shape: {
    answer: halved,
    mistakes: {
      "shape unchanged": (a) => a.input_shape,
      "every dimension": (a) => a.input_shape.map((size) => div(size, 2)),
      "doubled": (a) => {
        const place = dimension(a.dim, a.input_shape.length);
        return withEntry(a.input_shape, place, 2 * a.input_shape[place]);
      },
    },
  },
};

const activation = layer({
  id: "activation",
  name: "Activations",
  family: "Activations",
  lesson: "02-activations",
  arguments: [{ name: "kind", kind: "choice", options: PLAIN, value: "ReLU" }],
  input: anything(2, 8, 4, 4),
  line: ({ kind }) => `nn.${kind}()`,
  count: (args, input) => ({ shape: input, parameters: 0, multAdds: 0 }),
});

const prelu = layer({
  id: "prelu",
  name: "nn.PReLU",
  family: "Activations",
  lesson: "02-activations",
  arguments: [int("num_parameters", 8, 512, { default: 1 })],
  input: anything(2, 8, 4, 4),
  joint: { num_parameters: 1 },
  asks: { prelu_params: "parameters" },
  count({ num_parameters }, input) {
    const channels = input.length > 1 ? input[1] : 1;
    demand(num_parameters === 1 || input.length > 0, "RuntimeError",
      "Not allow zero-dim input tensor.");
    demand([1, channels].includes(num_parameters), "RuntimeError",
      "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
      + `${num_parameters} and channel size = ${channels}.`);
    return { shape: input, parameters: num_parameters, multAdds: 0 };
  },
});

const glu = layer({
  id: "glu",
  name: "nn.GLU",
  family: "Activations",
  lesson: "02-activations",
  arguments: [{ name: "dim", kind: "int", value: -1, default: -1, min: -4, max: 3,
    ownWords: true }],
  input: anything(2, 8),
  asks: { glu_output_shape: "shape" },
  count({ dim }, input) {
    demand(input.length > 0, "RuntimeError",
      "glu does not support scalars because halving size must be even");
    const place = dimension(dim, input.length);
    demand(input[place] % 2 === 0, "RuntimeError", "Halving dimension must be even, but "
      + `dimension ${place} is size ${input[place]}`);
    return { shape: halved({ input_shape: input, dim }), parameters: 0, multAdds: 0 };
  },
});

/** Softmax and its logarithm: both want to know along which dimension. */
const softmax = (id, name) => layer({
  id,
  name,
  family: "Activations",
  lesson: "03-softmax",
  arguments: [{ name: "dim", kind: "int", value: 1, min: -4, max: 3, ownWords: true }],
  input: anything(4, 10),
  line: ({ dim }) => `${name}(dim=${dim})`,
  count({ dim }, input) {
    dimension(dim, input.length);
    return { shape: input, parameters: 0, multAdds: 0 };
  },
});

export const layers = [
  activation, prelu, glu, softmax("softmax", "nn.Softmax"),
  softmax("logsoftmax", "nn.LogSoftmax")];
