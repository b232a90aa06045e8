/**
 * What a network has beside layers: a map kept for later, positions, tokens.
 *
 * They answer like layers; `count(args, input, kept)` also gets the maps that were kept. Their
 * sums are compared with whole networks of PyTorch by a test of the presets.
 */

import { plus, times } from "./layers/arithmetic.js";
import { demandFeatures } from "./layers/dense.js";
import { demand, LayerError, limit } from "./layers/errors.js";
import { list } from "./layers/python.js";
import { shapeWords } from "./say.js";

const int = (name, value) => ({ name, kind: "int", value, min: 1, max: 4096 });

/** A row from what it does to a shape; counts that are left out are 0. */
function row({ name, does, arguments: specs = [], joint = {}, work }) {
  return {
    id: name, name, does, arguments: specs, family: "Only in networks", joint,
    input: { name: "input_shape", axes: null, value: [1] },
    line: (args) => `${name}(${specs.map((spec) => args[spec.name]).join(", ")})`,
    count(args, input, kept) {
      const { shape, parameters = 0, multAdds = 0 } = work(args, input, kept);
      const terms = { parameters, "mult-adds": multAdds };
      return {
        shape, parameters: parameters.value ?? parameters, buffers: 0,
        multAdds: multAdds.value ?? multAdds, activations: shape.reduce((all, one) => all * one, 1),
        formulas: Object.entries(terms).filter(([, term]) => term.text)
          .map(([what, { text, value }]) => ({ what, text, value })),
        notes: [],
      };
    },
  };
}

function popped(kept, word) {
  limit(kept.length, "ValueError", `Nothing was kept that could be ${word}: put a Keep() above.`);
  return kept.pop();
}

/** Raises unless the input has so many axes. */
function demandAxes(input, count, words) {
  limit(input.length === count, "ValueError", `${words}, not ${list(input)}.`);
}

export const ownRows = [
  row({
    name: "Keep",
    does: "keeps this map for an Add or a Join below",
    work(_, input, kept) {
      kept.push(input);
      return { shape: input };
    },
  }),
  row({
    name: "Add",
    does: "adds the map that was kept last: a shortcut",
    work(_, input, kept) {
      const other = popped(kept, "added");
      if (String(other) !== String(input)) {
        throw new LayerError("ValueError",
          `${shapeWords(input)} and the ${shapeWords(other)} that was kept cannot be added.`, true);
      }
      return { shape: input };
    },
  }),
  row({
    name: "Join",
    does: "puts the map that was kept last beside this one",
    work(_, input, kept) {
      const other = popped(kept, "put beside");
      const fits = other.length === input.length
        && other.every((side, axis) => axis === 1 || side === input[axis]);
      demand(fits, "RuntimeError", "Sizes of tensors must match except in dimension 1: "
        + `${list(other)} was kept, and ${list(input)} came.`);
      return { shape: input.map((side, axis) => (axis === 1 ? other[1] + side : side)) };
    },
  }),
  row({
    name: "Tokens",
    does: "makes a row of tokens of a map: (N, C, H, W) to (N, H · W, C)",
    work(_, input) {
      demandAxes(input, 4, "Tokens wants a map (N, C, H, W)");
      return { shape: [input[0], input[2] * input[3], input[1]] };
    },
  }),
  row({
    name: "ClassToken",
    does: "puts a learned token in front",
    work(_, input) {
      demandAxes(input, 3, "ClassToken wants tokens (N, T, D)");
      return { shape: [input[0], input[1] + 1, input[2]], parameters: times(input[2], 1) };
    },
  }),
  row({
    name: "FirstToken",
    does: "reads the first token alone",
    work(_, input) {
      demandAxes(input, 3, "FirstToken wants tokens (N, T, D)");
      return { shape: [input[0], input[2]] };
    },
  }),
  row({
    name: "Positions",
    does: "adds a learned vector for each place",
    arguments: [int("places", 1024)],
    work({ places }, input) {
      demandAxes(input, 3, "Positions wants tokens (N, T, D)");
      limit(input[1] <= places, "ValueError",
        `There are ${input[1]} tokens and positions for ${places} of them.`);
      return { shape: input, parameters: times(places, input[2]) };
    },
  }),
  row({
    name: "SwiGLU",
    does: "three matrices without bias: gate, up, down",
    joint: { d_model: -1 },
    arguments: [int("d_model", 4096), int("hidden_dim", 14336)],
    work({ d_model, hidden_dim }, input) {
      demandFeatures(input, d_model, hidden_dim);
      const matrices = times(3, d_model, hidden_dim);
      return {
        shape: input, parameters: plus(matrices),
        multAdds: times(...input.slice(0, -1), 3, d_model, hidden_dim),
      };
    },
  }),
  row({
    name: "TiedHead",
    does: "a Linear whose weight is the embedding's: counted once",
    joint: { d_model: -1 },
    arguments: [int("d_model", 768), int("vocab_size", 50257)],
    work({ d_model, vocab_size }, input) {
      demandFeatures(input, d_model, vocab_size);
      return {
        shape: [...input.slice(0, -1), vocab_size],
        multAdds: times(...input, vocab_size),
      };
    },
  }),
];
