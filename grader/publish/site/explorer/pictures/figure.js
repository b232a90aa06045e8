/** A picture on the page: an SVG with a title, a text alternative and a caption. */

import { freshId, h, s } from "../dom.js";
import { digits } from "../say.js";

/**
 * @param {object} picture - `{ title, text, width, height, shapes, below? }`: `text` says in
 *   sentences, computed from the same numbers, what the shapes show. `stretched`: as wide as the
 *   page. `caption` is the text unless something else says it.
 */
export function figure({ title, text, width, height, shapes, below, stretched, caption = text }) {
  const [titled, told] = [freshId("title"), freshId("text")];
  const drawing = s("svg", {
    role: "img", "aria-labelledby": titled, "aria-describedby": told, width, height,
    viewBox: `-1 -1 ${width + 2} ${height + 2}`,
    class: stretched ? "drawing stretched" : "drawing",
    preserveAspectRatio: stretched ? "none" : null,
  }, s("title", { id: titled }, title), s("desc", { id: told }, text), hatching(), shapes);
  return h("figure", {}, h("h2", {}, title), drawing, below,
    caption && h("figcaption", {}, caption));
}

/** What fills the zeros that nobody stored: each figure's own pattern, so that none is missing. */
function hatching() {
  return s("defs", {}, s("pattern", {
    id: "hatched", width: 6, height: 6, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  }, s("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch" })));
}

export const box = (x, y, width, height, role, more = {}) =>
  s("rect", { x, y, width: Math.max(width, 0), height: Math.max(height, 0), class: role, ...more });

export const label = (x, y, words, more = {}) =>
  s("text", { x, y, ...more }, words);

export const arrow = (x1, y1, x2, y2) => [
  s("line", { x1, y1, x2, y2, class: "ink" }),
  s("path", { d: `M ${x2} ${y2} l -7 -4 v 8 z`, class: "tip" }),
];

/** Lines between cells, where cells are large enough to be seen. */
export function grid(x, y, columns, rows, cell) {
  if (cell < 5) {
    return null;
  }
  const down = Array.from({ length: columns + 1 },
    (_, at) => `M ${x + at * cell} ${y} v ${rows * cell}`);
  const across = Array.from({ length: rows + 1 },
    (_, at) => `M ${x} ${y + at * cell} h ${columns * cell}`);
  return s("path", { d: [...down, ...across].join(" "), class: "grid" });
}

/** Neighbouring places as [first, how many]: 1, 2, 3, 7 is [1, 3], [7, 1]. */
export function runs(places) {
  const found = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === place) {
      last[1] += 1;
    } else {
      found.push([place, 1]);
    }
  }
  return found;
}

/** "1 row", "3 rows". */
export const many = (count, word) => `${digits(count)} ${word}${count === 1 ? "" : "s"}`;
