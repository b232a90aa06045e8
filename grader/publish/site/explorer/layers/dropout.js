// Dropout, of numbers and of whole channels: no parameters, no change of the shape.

import { demand } from "./errors.js";
import { anything, image, layer } from "./layer.js";
import { float } from "./python.js";

/** Raises what PyTorch raises where a probability is none. */
export function demandProbability(p) {
  demand(p >= 0 && p <= 1, "ValueError",
    `dropout probability has to be between 0 and 1, but got ${float(p)}`);
}

export const exercises = {
  dropout_params: {
    answer: () => 0,
    mistakes: {
      "p counted": () => 1,
      "p and the factor counted": () => 2,
      "p returned": (a) => a.p,
      "keep probability returned": (a) => 1 - a.p,
    },
  },
};

const common = {
  family: "Dropout",
  lesson: "11-dropout",
  arguments: [{ name: "p", kind: "number", value: 0.5, default: 0.5, min: 0, max: 1, step: 0.05,
    ownWords: true }],
};

/** The input's shape, and what becomes of those that are left. */
const survivors = (p, shape) => ({ shape, parameters: 0, multAdds: 0, notes: p === 1 ? []
  : [`In training the survivors are multiplied by 1 ÷ (1 − ${p}); in evaluation nothing `
    + "changes."] });

const dropout = layer({
  ...common,
  id: "dropout",
  name: "nn.Dropout",
  input: anything(2, 64),
  asks: { dropout_params: "parameters" },
  count({ p }, input) {
    demandProbability(p);
    return survivors(p, input);
  },
});

const dropout2d = layer({
  ...common,
  id: "dropout2d",
  name: "nn.Dropout2d",
  input: image(2, 8, 14, 14),
  count({ p }, input) {
    demandProbability(p);
    demand(input.length > 1 || p === 0 || p === 1, "RuntimeError",
      "Feature dropout requires at least 2 dimensions in the input");
    return survivors(p, input);
  },
});

export const layers = [dropout, dropout2d];
