/** Which output reads which input: Linear, convolutions with groups, depthwise ones. */

import { box, figure, grid, label, many } from "./figure.js";

const SIZE = 230;
const LARGEST = 24;
const LABEL = 110; // what a label along either side takes

/**
 * @param inputs, outputs - how many
 * @param groups - into how many parts both are cut that do not see each other
 */
export function connections(inputs, outputs, groups, word) {
  const cell = Math.min(LARGEST, SIZE / Math.max(inputs, outputs));
  const [left, top] = [28, 26];
  const [wide, high] = [inputs / groups, outputs / groups];
  const blocks = Array.from({ length: groups }, (_, group) => box(
    left + group * wide * cell, top + group * high * cell, wide * cell, high * cell, "weight"));
  const pairs = (inputs * outputs) / groups;
  const title = "Which output reads which input";
  const text = `${many(outputs, `output ${word}`)} (rows) and ${many(inputs, `input ${word}`)} ` +
    `(columns): each output reads ${wide.toLocaleString("en-US")} of them, which makes ` +
    `${pairs.toLocaleString("en-US")} of ${(inputs * outputs).toLocaleString("en-US")} pairs.`;
  return figure({
    title, text,
    width: Math.ceil(left + Math.max(inputs * cell, LABEL) + 2),
    height: Math.ceil(top + Math.max(outputs * cell, LABEL) + 2),
    shapes: [
      label(left, 14, `input ${word}s →`),
      label(0, 0, `out ${word}s →`, { transform: `translate(14 ${top}) rotate(90)` }),
      box(left, top, inputs * cell, outputs * cell, "empty"),
      blocks, grid(left, top, inputs, outputs, cell),
    ],
  });
}
