// What numbers cost in memory: a tensor, the weights of a network, and their training.

import { product, times } from "./arithmetic.js";
import { int, layer } from "./layer.js";
import { python } from "./python.js";
import { BITS_NOT_BYTES, asIf } from "./rules.js";

const numbers = ({ shape }) => times(...shape);
const tensorBytes = ({ shape, element_size = 4 }) => times(...shape, element_size);
const parameterBytes = ({ num_params, element_size = 4 }) => times(num_params, element_size);

/** Weights, gradients and two moments, in 4 bytes each. */
export const adamBytes = ({ num_params }) => times(num_params, 4, 4);

export const exercises = {
  tensor_size: {
    answer: numbers,
    mistakes: {
      "added the dimensions": (a) => a.shape.reduce((sum, one) => sum + one, 0),
      "number of dimensions": (a) => a.shape.length,
      "first dimension only": (a) => product(a.shape.slice(0, 1)),
      "last dimension left out": (a) => product(a.shape.slice(0, -1)),
    },
  },
  tensor_bytes: {
    answer: tensorBytes,
    mistakes: {
      "elements, not bytes": asIf({ element_size: 1 }),
      "always four bytes": asIf({ element_size: 4 }),
      ...BITS_NOT_BYTES,
    },
  },
  params_bytes: {
    answer: parameterBytes,
    mistakes: {
      "parameters, not bytes": (a) => a.num_params,
      "always four bytes": asIf({ element_size: 4 }),
      ...BITS_NOT_BYTES,
      "gradients counted": (a, ask) => 2 * ask(),
      "four of each": (a, ask) => 4 * ask(),
    },
  },
  adam_training_bytes: {
    answer: adamBytes,
    mistakes: {
      "parameters, not bytes": (a) => a.num_params,
      "weights only": (a) => 4 * a.num_params,
      "nothing kept by Adam": (a) => 8 * a.num_params,
      "one value forgotten": (a) => 12 * a.num_params,
      "mixed precision": (a) => 18 * a.num_params,
    },
  },
};

const DTYPES = { 1: "int8", 2: "float16", 4: "float32", 8: "float64", 16: "complex128" };
const elementSize = { name: "element_size", kind: "choice", value: 4, default: 4,
  options: [1, 2, 4, 8, 16] };

const START = [32, 3, 224, 224];

const tensor = layer({
  id: "tensor",
  name: "A tensor",
  family: "Start here",
  lesson: "00-start-here",
  arguments: [elementSize],
  input: { name: "shape", value: START, axes: null, min: 0 },
  asks: {
    tensor_size: { what: "activations", from: (args, shape) => ({ shape }),
      to: ({ shape }) => ({ input_shape: shape }) },
    tensor_bytes: { what: "bytes", from: (args, shape) => ({ ...args, shape }),
      to: ({ shape, ...rest }) => ({ ...rest, input_shape: shape }) },
  },
  line: ({ element_size }, shape = START) =>
    `torch.empty(${python(shape)}, dtype=torch.${DTYPES[element_size]})`,
  count: ({ element_size }, shape) => ({
    shape, parameters: 0,
    more: [
      { what: "numbers", exercise: "tensor_size", answer: numbers({ shape }) },
      { what: "bytes", exercise: "tensor_bytes", answer: tensorBytes({ shape, element_size }) }],
  }),
});

const memory = layer({
  id: "memory",
  name: "Memory of parameters",
  family: "Cost",
  lesson: "15-cost",
  arguments: [int("num_params", 11689512, 1000000000), elementSize],
  asks: {
    params_bytes: "bytes of the weights",
    adam_training_bytes: "bytes in training with Adam",
  },
  line: ({ num_params, element_size }) =>
    `torch.empty(${python(num_params)}, dtype=torch.${DTYPES[element_size]})`,
  count: (args) => ({
    parameters: args.num_params,
    more: [
      { what: "bytes of the weights", exercise: "params_bytes", answer: parameterBytes(args) },
      { what: "bytes in training with Adam", exercise: "adam_training_bytes",
        answer: adamBytes(args) }],
  }),
});

export const layers = [tensor, memory];
