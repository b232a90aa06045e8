/** Normalization: which numbers share a mean; and a cache: what is kept for each token. */

import { box, figure, label, many } from "./figure.js";

const MOST = 12; // samples, channels or heads that are drawn
const CELL = 22;

/**
 * Samples as rows, channels as columns; cells of one colour share a mean and a variance.
 *
 * @param together - `(sample, channel)` to whether the cell shares them with the first cell
 */
export function sharing(shape, together, words) {
  const [samples, channels] = shape.slice(0, 2).map((side) => Math.min(side, MOST));
  const inside = shape.slice(2).reduce((all, one) => all * one, 1);
  const cells = Array.from({ length: samples }, (_, sample) =>
    Array.from({ length: channels }, (__, channel) => box(
      80 + channel * CELL, 24 + sample * CELL, CELL - 2, CELL - 2,
      together(sample, channel) ? "weight" : "empty")));
  const cut = shape[0] > MOST || shape[1] > MOST;
  return figure({
    title: "Which numbers share a mean",
    text: `${words} Rows are samples, columns channels${inside > 1
      ? `, and each cell holds ${many(inside, "number")}` : ""}${cut
      ? `; ${samples} × ${channels} of ${shape[0]} × ${shape[1]} are drawn` : ""}.`,
    width: Math.max(80 + channels * CELL, 180), height: 24 + samples * CELL,
    shapes: [label(80, 14, "channels →"), label(0, 40, "samples ↓"), cells],
  });
}

/** Layers as rows, heads as columns: a key and a value for each token in each of them. */
export function cache({ num_layers: layers, num_kv_heads: heads, length, window, batch }) {
  const [rows, columns] = [layers, heads].map((count) => Math.min(count, MOST));
  const kept = Math.min(length, window ?? length);
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => [
      box(80 + column * 2 * CELL, 24 + row * CELL, CELL - 2, CELL - 3, "input"),
      box(80 + column * 2 * CELL + CELL - 2, 24 + row * CELL, CELL - 2, CELL - 3, "output"),
    ]));
  const cut = layers > MOST || heads > MOST;
  return figure({
    title: "What is kept for a token",
    text: `In each of ${many(layers, "layer")} (rows), a key (blue) and a value (green) for each ` +
      `of ${many(heads, "head")} (columns)${cut ? `; ${rows} × ${columns} are drawn` : ""}: for ` +
      `${many(kept, "token")} of ${many(batch, "sequence")}.`,
    width: 80 + columns * 2 * CELL, height: 24 + rows * CELL,
    shapes: [label(80, 14, "heads →"), label(0, 40, "layers ↓"), cells],
  });
}
