// Recurrent layers: nn.RNN, nn.GRU and nn.LSTM. All of batch and time pass through the same cells.

import { div, plus, times } from "./arithmetic.js";
import { demand } from "./errors.js";
import { flag, int, layer, number, sequence } from "./layer.js";
import { BIAS_ALWAYS, NO_BIAS, asIf, entries, oneOfTwo } from "./rules.js";

const BLOCKS = { RNN: 1, GRU: 3, LSTM: 4 };

/** How long the state is that the next step and the next layer read. */
const stateOf = ({ hidden_size, proj_size = 0 }) => proj_size || hidden_size;

const directionsOf = ({ bidirectional = false }) => (bidirectional ? 2 : 1);

/** One direction of one layer: weights of all blocks, two bias vectors, the projection. */
function cell(a, blocks, inputs) {
  const { hidden_size, bias = true, proj_size = 0 } = a;
  return plus(
    times(blocks > 1 && blocks, hidden_size, plus(inputs, stateOf(a))),
    bias && times(2, blocks > 1 && blocks, hidden_size),
    proj_size > 0 && times(proj_size, hidden_size));
}

/** All layers and directions. Only the first layer reads the data. */
function stack(a, blocks) {
  const { input_size, num_layers = 1 } = a;
  const directions = directionsOf(a);
  const above = cell(a, blocks, times(directions > 1 && directions, stateOf(a)));
  return plus(
    times(directions > 1 && directions, cell(a, blocks, input_size)),
    num_layers > 1 && times(num_layers > 2 && num_layers - 1, directions > 1 && directions, above));
}

/** Raises what PyTorch's constructor and its call raise. */
function demandRecurrent(kind, a, input) {
  const { input_size, hidden_size, num_layers, proj_size = 0, dropout } = a;
  demand(dropout >= 0 && dropout <= 1, "ValueError", "dropout should be a number in range "
    + "[0, 1] representing the probability of an element being zeroed");
  for (const [name, size] of Object.entries({ input_size, hidden_size, num_layers })) {
    demand(size > 0, "ValueError", `${name} must be greater than zero`);
  }
  demand(proj_size >= 0, "ValueError",
    "proj_size should be a positive integer or zero to disable projections");
  demand(proj_size < hidden_size, "ValueError", "proj_size has to be smaller than hidden_size");
  demand([2, 3].includes(input.length), "ValueError", `${kind}: Expected input to be 2D or 3D, `
    + `got ${input.length}D ${kind === "RNN" ? "tensor " : ""}instead`);
  demand(input.at(-1) === input_size, "RuntimeError", "input.size(-1) must be equal to "
    + `input_size. Expected ${input_size}, got ${input.at(-1)}`);
}

const outputShape = (a) =>
  [...a.input_shape.slice(0, -1), times(directionsOf(a), stateOf(a))];

/** The weights of the hidden state: all `weight_hh`. */
const recurrentWeights = (a, blocks) =>
  a.num_layers * directionsOf(a) * blocks * a.hidden_size * stateOf(a);

const projections = (a) => div(recurrentWeights(a, 4), 4) * (a.proj_size > 0);

const ONE_CELL = { num_layers: 1, bidirectional: false };

/** Wrong rules for all three layers; `single` leaves one layer in one direction of them. */
const common = (blocks, single = ONE_CELL) => ({
  ...NO_BIAS,
  ...BIAS_ALWAYS,
  "one bias vector": (a, ask) => oneOfTwo(ask, { bias: false }),
  "no recurrent weights": (a, ask) => ask() - recurrentWeights(a, blocks),
  "the tables' formula": (a, ask) =>
    div(ask({ ...single, bias: true }) + ask({ ...single, bias: false }), 2),
  "layers all alike": (a, ask) => ask({ num_layers: 1 }) * a.num_layers,
  "one direction": asIf({ bidirectional: false }),
  "directions never meet": (a, ask) => ask({ bidirectional: false }) * directionsOf(a),
});

export const exercises = {
  rnn_params: {
    answer: (a) => stack(a, BLOCKS.RNN),
    mistakes: { ...common(BLOCKS.RNN), "an LSTM's gates": (a, ask) => 4 * ask() },
  },
  gru_params: {
    answer: (a) => stack(a, BLOCKS.GRU),
    mistakes: {
      ...common(BLOCKS.GRU),
      "no gates": (a, ask) => div(ask(), 3),
      "gates only": (a, ask) => ask() - div(ask(), 3),
      "an LSTM's blocks": (a, ask) => div(4 * ask(), 3),
    },
  },
  lstm_params: {
    answer: (a) => stack(a, BLOCKS.LSTM),
    mistakes: {
      ...common(BLOCKS.LSTM, { ...ONE_CELL, proj_size: 0 }),
      "no gates": (a, ask) => projections(a) + div(ask() - projections(a), 4),
      "three gates only": (a, ask) => ask() - div(ask() - projections(a), 4),
      "projection ignored": asIf({ proj_size: 0 }),
      "projection matrix forgotten": (a, ask) => ask() - projections(a),
      "proj_size for hidden_size": (a, ask) =>
        ask({ hidden_size: stateOf(a), proj_size: 0 }),
    },
  },
  recurrent_output_shape: {
    answer: outputShape,
    mistakes: {
      "one direction": asIf({ bidirectional: false }),
      "last step only": entries(0, 2),
      "h_n, not output": (a, ask) => [directionsOf(a), ask()[0], a.hidden_size],
      "time first": entries(1, 0, 2),
      "hidden size appended": (a, ask) => [...a.input_shape, ask()[2]],
      "input shape unchanged": (a) => a.input_shape,
    },
  },
};

/** The exercise about the output has the batch first and no projection. */
const plainOutput = (args, input) =>
  (args.batch_first && input.length === 3 && !args.proj_size
    ? { ...args, input_shape: input } : null);

function recurrent(kind, asks, own = []) {
  const torchs = { ownWords: true };
  return layer({
    id: kind.toLowerCase(),
    name: `nn.${kind}`,
    family: "Recurrent",
    lesson: "13-recurrent",
    arguments: [
      int("input_size", 10, 1024, torchs), int("hidden_size", 20, 1024, torchs),
      int("num_layers", 1, 8, { default: 1, ...torchs }), flag("bias", true),
      flag("batch_first", false, true), number("dropout", 0, { min: 0, max: 1, ...torchs }),
      flag("bidirectional", false), ...own,
    ],
    input: sequence(2, 7, 10),
    joint: { input_size: -1 },
    asks,
    count(args, input) {
      demandRecurrent(kind, args, input);
      const shape = outputShape({ ...args, input_shape: input });
      return {
        shape,
        parameters: stack(args, BLOCKS[kind]),
        multAdds: times(...input.slice(0, -1), stack({ ...args, bias: false }, BLOCKS[kind])),
        formulas: [["width of the output", shape.at(-1)]],
        more: states(kind, args, input),
      };
    },
  });
}

/** The shapes of the other outputs: a state for each layer and direction. */
function states(kind, args, input) {
  const batch = input.length === 3 ? [input[args.batch_first ? 0 : 1]] : [];
  const of = (size) => [args.num_layers * directionsOf(args), ...batch, size];
  const hidden = { what: "shape of h_n", answer: of(stateOf(args)) };
  const cell = { what: "shape of c_n", answer: of(args.hidden_size) };
  return kind === "LSTM" ? [hidden, cell] : [hidden];
}

const projection = { ...int("proj_size", 0, 512), default: 0, min: 0, ownWords: true };

export const layers = [
  recurrent("RNN", {
    rnn_params: "parameters",
    recurrent_output_shape: {
      what: "shape", from: plainOutput, to: (question) => ({ ...question, batch_first: true }) },
  }),
  recurrent("GRU", { gru_params: "parameters" }),
  recurrent("LSTM", { lstm_params: "parameters" }, [projection]),
];
