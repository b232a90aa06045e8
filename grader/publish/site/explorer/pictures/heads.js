/** Attention: projections, heads, and which heads share a key. */

import { arrow, box, figure, label, many } from "./figure.js";
import { s } from "../dom.js";
import { digits } from "../say.js";

const WIDTH = 480;

/** The projections as matrices: what goes in is their width, what comes out their height. */
export function projections(matrices, title) {
  const largest = Math.max(...matrices.flatMap(({ rows, columns }) => [rows, columns]));
  const scale = 92 / largest;
  let x = 0;
  const shapes = matrices.map(({ name, rows, columns }) => {
    const [wide, high] = [Math.max(columns * scale, 4), Math.max(rows * scale, 4)];
    const made = [
      label(x, 14, name), box(x, 24, wide, high, "weight"),
      label(x, 24 + high + 16, `${rows} × ${columns}`, { class: "faint" }),
    ];
    x += Math.max(wide, 84) + 22;
    return made;
  });
  return figure({
    title,
    text: `${many(matrices.length, "projection")}, each a matrix: ${matrices.map(
      ({ name, rows, columns }) => `${name} ${rows} × ${columns}`).join(", ")}.`,
    width: Math.ceil(x), height: 24 + 92 + 26, shapes,
  });
}

/** Heads of queries above, heads of keys and values below, and who asks whom. */
export function heads(queries, keys, size) {
  const cell = Math.min(44, WIDTH / queries);
  const each = (queries / keys) * cell;
  const shapes = [
    label(0, 14, "queries"),
    Array.from({ length: queries }, (_, head) =>
      box(head * cell + 1, 22, Math.max(cell - 2, 1), 26, "input")),
    Array.from({ length: queries }, (_, head) => s("line", {
      x1: head * cell + cell / 2, y1: 49,
      x2: Math.floor(head / (queries / keys)) * each + each / 2, y2: 91, class: "thread",
    })),
    Array.from({ length: keys }, (_, head) =>
      box(head * each + 1, 92, Math.max(each - 2, 1), 26, "output")),
    label(0, 136, "keys and values"),
  ];
  const share = queries / keys;
  return figure({
    title: "Who asks whom",
    text: `${many(queries, "query head")} of ${size} numbers, and ` +
      `${many(keys, "key and value head")}: ` +
      (share === 1 ? "each query head has one of its own." :
        `${share} query heads share one, so the cache is ${share} times smaller.`),
    width: Math.max(Math.ceil(queries * cell), 140), height: 144, shapes,
  });
}

/** Rows of a table, looked up. */
export function lookUp(rows, columns, places) {
  const shown = Math.min(rows, 8);
  const cells = Math.min(columns, 12);
  const [wide, high] = [14, 18];
  const left = 90;
  const picked = [1, 3, 1].map((row) => Math.min(row, shown - 1));
  const right = left + cells * wide + 90;
  const text = `A table of ${many(rows, "row")} with ${many(columns, "number")} each` +
    `${shown < rows || cells < columns ? `, of which ${shown} × ${cells} are drawn` : ""}. ` +
    `${places === null ? "Each index" : `Each index of ${digits(places)}`} picks a row. ` +
    "Nothing is multiplied.";
  return figure({
    title: "Rows are looked up", text,
    width: right + cells * wide + 4, height: Math.max(30 + shown * high, 30 + 3 * high) + 8,
    shapes: [
      label(left, 14, "weight"), label(right, 14, "output"),
      Array.from({ length: shown }, (_, row) => box(left, 24 + row * high, cells * wide, high - 2,
        picked.includes(row) ? "weight" : "empty")),
      picked.map((row, place) => [
        label(0, 24 + place * high + 13, `index ${row}`),
        box(right, 24 + place * high, cells * wide, high - 2, "output"),
        s("line", { x1: left + cells * wide + 2, y1: 24 + row * high + 8,
          x2: right - 4, y2: 24 + place * high + 8, class: "thread" }),
      ]),
    ],
  });
}

/** Shape in, layer, shape out: for every layer that has no picture of its own. */
export function boxes(name, before, after) {
  const width = (words) => Math.max(70, words.length * 8.2 + 24);
  const [first, second, third] = [before, name, after].map(width);
  const text = `Into ${name}: ${before}. Out of it: ${after}.`;
  const middle = first + 46;
  const last = middle + second + 46;
  const at = (x, wide, words, role) => [box(x, 8, wide, 44, role, { rx: 6 }),
    label(x + wide / 2, 35, words, { "text-anchor": "middle" })];
  return figure({
    title: "What goes in and what comes out", text,
    width: Math.ceil(last + third + 2), height: 62,
    shapes: [
      at(0, first, before, "input"), arrow(first + 6, 30, middle - 6, 30),
      at(middle, second, name, "weight"), arrow(middle + second + 6, 30, last - 6, 30),
      at(last, third, after, "output"),
    ],
  });
}
