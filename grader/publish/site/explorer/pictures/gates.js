/** Recurrent layers: the gates' blocks, one upon the other, and both biases. */

import { box, figure, label, many } from "./figure.js";

const GATES = {
  "nn.RNN": ["hidden"],
  "nn.GRU": ["reset r", "update z", "new n"],
  "nn.LSTM": ["input i", "forget f", "cell g", "output o"],
};
const WIDEST = 190;

export const gatesOf = (name) => GATES[name];

export function gates(name, args) {
  const { input_size, hidden_size, num_layers, bidirectional, bias, proj_size } = args;
  const gatesHere = GATES[name];
  const state = proj_size || hidden_size;
  const cell = Math.min(8, WIDEST / Math.max(input_size, state), 60 / hidden_size);
  const high = Math.max(hidden_size * cell, 20);
  const [first, second] = [Math.max(input_size * cell, 18), Math.max(state * cell, 18)];
  const left = 84;
  const between = 40;
  const shapes = gatesHere.map((gate, place) => {
    const y = 40 + place * (high + 3);
    return [
      label(0, y + high / 2 + 4, gate),
      box(left, y, first, high, "weight"),
      box(left + first + between, y, second, high, "weight"),
      bias && box(left + first + between + second + 16, y, 7, high, "bias"),
      bias && box(left + first + between + second + 28, y, 7, high, "bias"),
    ];
  });
  const copies = num_layers * (bidirectional ? 2 : 1);
  const below = 40 + gatesHere.length * (high + 3) + 18;
  const text = `The first layer: ${many(gatesHere.length, "block")} of ${hidden_size} rows, ` +
    `${gatesHere.length === 1 ? "which reads" : "each of which reads"} ${input_size} inputs ` +
    `and ${state} numbers of the state${bias ? ", with two biases, both counted" : ""}.` +
    (copies > 1 ? ` There are ${copies} such stacks: ${many(num_layers, "layer")}` +
      `${bidirectional ? " in two directions" : ""}; later layers read ` +
      `${state * (bidirectional ? 2 : 1)} instead of ${input_size}.` : "") +
    (proj_size ? ` A projection makes ${proj_size} of the ${hidden_size}.` : "");
  return figure({
    title: gatesHere.length === 1 ? "Its matrices" : "Its gates, one upon the other",
    text,
    width: Math.ceil(left + first + between + second + 110), height: Math.ceil(below),
    shapes: [
      label(left, 14, `weight_ih`), label(left, 30, `× ${input_size}`, { class: "faint" }),
      label(left + first + between, 14, `weight_hh`),
      label(left + first + between, 30, `× ${state}`, { class: "faint" }),
      bias && label(left + first + between + second + 14, 30, "biases", { class: "faint" }),
      shapes,
    ],
  });
}
