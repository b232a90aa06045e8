// Weights in fewer bits, and the scales that they need.

import { ceilOver, div, over, plus, times } from "./arithmetic.js";
import { int, layer } from "./layer.js";
import { asIf } from "./rules.js";

const groups = ({ num_weights, group_size = null }) =>
  (group_size === null ? 1 : ceilOver(num_weights, group_size));

/** Packed without gaps, rounded up once; a scale for each group. */
const packed = (a) => plus(
  ceilOver(times(a.num_weights, a.bits), 8), times(groups(a), a.scale_bytes ?? 2));

/** For whole groups: a weight and its share of the scale. */
const perWeight = ({ bits, group_size, scale_bytes = 2 }) =>
  plus(bits, over(times(8, scale_bytes), group_size));

export const exercises = {
  quantized_bytes: {
    answer: packed,
    mistakes: {
      "scales forgotten": asIf({ scale_bytes: 0 }),
      "bits taken for bytes": (a, ask) => ask({ bits: 8 * a.bits }),
      "one byte a weight": asIf({ bits: 8 }),
      "group size ignored": asIf({ group_size: null }),
      "last byte forgotten": (a, ask) => ask()
        - Math.ceil(a.num_weights * a.bits / 8) + div(a.num_weights * a.bits, 8),
    },
  },
  bits_per_weight: {
    answer: perWeight,
    mistakes: {
      "scale forgotten": (a) => a.bits,
      "bytes of the scale taken for bits": (a, ask) => a.bits + (ask() - a.bits) / 8,
      "whole scale for each weight": asIf({ group_size: 1 }),
      "bytes, not bits": (a, ask) => ask() / 8,
      "scales always 16 bits": asIf({ scale_bytes: 2 }),
    },
  },
};

export const layers = [layer({
  id: "quantized",
  name: "Quantised weights",
  family: "Fewer bits",
  lesson: "23-fewer-bits",
  arguments: [
    int("num_weights", 16777216, 1000000000), int("bits", 4, 16),
    { name: "group_size", kind: "optional", value: 32, default: null, min: 1, max: 1024 },
    int("scale_bytes", 2, 8, { default: 2 })],
  asks: {
    quantized_bytes: "bytes",
    bits_per_weight: {
      what: "bits per weight",
      from: (args) => (args.group_size === null ? null : args),
      to: (question) => ({ num_weights: 8 * question.group_size, ...question }),
    },
  },
  line: (a) => `quantized_bytes(${a.num_weights}, ${a.bits}`
    + `${a.group_size === null ? "" : `, group_size=${a.group_size}`}`
    + `${a.scale_bytes === 2 ? "" : `, scale_bytes=${a.scale_bytes}`})`,
  count: (args) => ({
    parameters: args.num_weights,
    more: [
      { what: "bytes", exercise: "quantized_bytes", answer: packed(args) },
      ...(args.group_size === null ? [] : [{ what: "bits per weight",
        exercise: "bits_per_weight", answer: perWeight(args) }])],
  }),
})];
