/** A window moves over an input: convolution, pooling, patches; and over the output, transposed. */

import { fill, freshId, h, s } from "../dom.js";
import { pair } from "../layers/arithmetic.js";
import { box, figure, grid, label, many, runs } from "./figure.js";

const LARGEST = 26; // of a cell
/** Widths of the picture of all cells and of that of the places, and what is between. */
const ROOMY = { large: 400, little: 190, gap: 70 };
const NARROW = { large: 210, little: 100, gap: 30 };
const room = () => (document.documentElement.clientWidth < 700 ? NARROW : ROOMY);
const TOP = 26; // for the words above

/** Where people stopped the window; it stays there while the arguments change. */
let chosen = 0;

/**
 * One side of the input: `{ length, before, after, windows }`; a window is the places that it
 * covers, counted from the start of the padding.
 */
function side(length, count, { kernel, stride, dilation, before, after }) {
  const windows = Array.from({ length: count }, (_, number) =>
    Array.from({ length: kernel }, (_, cell) => number * stride + cell * dilation));
  return { length, before, after, windows };
}

const ONE = { length: 1, before: 0, after: 0, windows: [[0]] }; // the height of a sequence

/**
 * The sides of a layer with a kernel: of a sequence the one, of an image both. `counts` are the
 * windows on each side; null where there is not room for so many, so that no picture is untrue.
 */
export function sidesOf(args, lengths, counts) {
  const count = lengths.length;
  const per = (value, otherwise) => pair(value ?? otherwise).slice(0, count);
  const kernels = per(args.kernel_size ?? args.patch_size);
  const strides = per(strideOf(args)).map((stride, at) => stride ?? kernels[at]);
  const dilations = per(args.dilation, 1);
  const made = lengths.map((length, at) => {
    const [before, after] = paddingOf(args.padding ?? (args.patch_size ? 0 : "same"), at,
      kernels[at], dilations[at]);
    return side(length, counts[at], {
      kernel: kernels[at], stride: strides[at], dilation: dilations[at], before, after,
    });
  });
  const outside = made.some(({ length, before, after, windows: all }) => !all.length
    || (args.ceil_mode ? all.at(-1)[0] >= before + length
      : all.at(-1).at(-1) >= before + length + after));
  if (outside) {
    return null;
  }
  return count === 1 ? [ONE, ...made] : made;
}

/** Poolings step by their kernel where nothing is said, patches always, others by 1. */
const strideOf = ({ stride, patch_size }) => (stride === undefined ? patch_size ?? 1 : stride);

function paddingOf(padding, at, kernel, dilation) {
  if (padding === "same") {
    const whole = dilation * (kernel - 1);
    return [Math.floor(whole / 2), Math.ceil(whole / 2)];
  }
  const each = padding === "valid" ? 0 : pair(padding)[at];
  return [each, each];
}

/** The windows of adaptive pooling: as many as asked for, of sizes that differ by at most one. */
export function adaptiveSides(lengths, counts) {
  return lengths.map((length, at) => ({
    length, before: 0, after: 0,
    windows: Array.from({ length: counts[at] }, (_, number) => {
      const start = Math.floor((number * length) / counts[at]);
      const end = Math.ceil(((number + 1) * length) / counts[at]);
      return Array.from({ length: end - start }, (_, cell) => start + cell);
    }),
  }));
}

const whole = ({ length, before, after, windows }) =>
  Math.max(before + length + after, ...windows.map((one) => one.at(-1) + 1));

/** Places of the input that no window covers, counted from the start of the padding. */
export function missed(one) {
  const covered = new Set(one.windows.flat());
  return Array.from({ length: one.length }, (_, place) => place + one.before)
    .filter((place) => !covered.has(place));
}

/** Places that the hatched part adds, at the start and at the end. */
const hatched = (one) => [one.before, whole(one) - one.before - one.length];


/**
 * @param sides - of height and width, as `sidesOf` makes them
 * @param transposed - the window moves over the output, and the small picture is the input
 */
export function windows(sides, { transposed = false, what = "window" } = {}) {
  const [high, wide] = sides.map(whole);
  const [rows, columns] = sides.map(({ windows: all }) => all.length);
  const space = room();
  const cell = Math.min(LARGEST, space.large / Math.max(high, wide));
  const small = Math.min(LARGEST, cell * 1.5, space.little / Math.max(rows, columns));
  const right = Math.max(wide * cell, space.gap * 2) + space.gap;
  const [large, little] = transposed ? ["output", "input"] : ["input", "output"];
  const moving = s("g", {});
  const shapes = [
    label(0, 14, `${large}${sides.some((one) => one.before) ? ", with padding" : ""}`),
    label(right, 14, little),
    box(0, TOP, wide * cell, high * cell, "hatched"),
    box(sides[1].before * cell, TOP + sides[0].before * cell,
      sides[1].length * cell, sides[0].length * cell, large),
    strips(sides, cell),
    grid(0, TOP, wide, high, cell),
    box(right, TOP, columns * small, rows * small, little),
    grid(right, TOP, columns, rows, small),
    moving,
  ];
  const last = rows * columns - 1;
  const show = (number) => {
    chosen = number;
    const [row, column] = [Math.floor(number / columns), number % columns];
    fill(moving, cellsOf(sides, row, column, cell),
      box(right + column * small, TOP + row * small, small, small, "chosen"));
  };
  show(Math.min(chosen, last));
  return figure({
    title: transposed ? "Where each input cell writes" : `Where the ${what} goes`,
    text: words(sides, { transposed, what }),
    width: Math.ceil(right + Math.max(columns * small, space.gap)),
    height: Math.ceil(TOP + Math.max(high * cell, rows * small) + 2),
    shapes,
    below: last > 0 && mover(last, show),
  });
}

/** What no window covers, shaded. */
function strips(sides, cell) {
  const [tall, wide] = sides.map((one) => one.length * cell);
  const [top, left] = [TOP + sides[0].before * cell, sides[1].before * cell];
  return [
    runs(missed(sides[0])).map(([first, count]) =>
      box(left, TOP + first * cell, wide, count * cell, "unused")),
    runs(missed(sides[1])).map(([first, count]) =>
      box(first * cell, top, count * cell, tall, "unused")),
  ];
}

function cellsOf(sides, row, column, cell) {
  const [down, across] = [sides[0].windows[row], sides[1].windows[column]];
  const dense = down.length * across.length <= 400 && cell >= 3;
  const cells = dense && down.flatMap((y) =>
    across.map((x) => box(x * cell, TOP + y * cell, cell, cell, "kernel")));
  return [cells, box(across[0] * cell, TOP + down[0] * cell, (across.at(-1) - across[0] + 1) * cell,
    (down.at(-1) - down[0] + 1) * cell, "frame")];
}

/** A slider that moves the window from place to place. */
function mover(last, show) {
  const id = freshId("place");
  const slider = h("input", { type: "range", id, min: 0, max: last, step: 1 });
  slider.value = Math.min(chosen, last);
  slider.addEventListener("input", () => show(Number(slider.value)));
  return h("div", { class: "mover" }, h("label", { for: id, class: "aside" }, "Move it"), slider);
}

function words(sides, { transposed, what }) {
  const flat = sides[0] === ONE;
  const used = flat ? sides.slice(1) : sides;
  const across = (of) => used.map(of).join(" × ");
  const size = across(({ windows: all }) => sizeWords(all.map((one) => one.length)));
  const said = [
    transposed
      ? `Each of the ${across(({ windows: all }) => all.length)} input cells writes into a ` +
        `window of ${size} of the output; where windows overlap, they are added.`
      : `A ${what} of ${size} has ${across(({ windows: all }) => all.length)} places over an ` +
        `input of ${across(({ length }) => length)}.`,
  ];
  const added = used.map(hatched);
  if (added.flat().some(Boolean)) {
    said.push(`Hatched is ${transposed ? "what is cut off" : "padding"}: ${added.map((ends, at) =>
      `${ends.join(" and ")} ${axis(flat, at)}`).join(", ")}.`);
  }
  const left = used.map((one, at) => [missed(one).length, flat ? "place" : ["row", "column"][at]])
    .filter(([count]) => count);
  if (left.length) {
    said.push(`${left.map(([count, word]) => many(count, word)).join(" and ")} of ` +
      `the ${transposed ? "output" : "input"}, shaded, ` +
      `${left.length === 1 && left[0][0] === 1 ? "is" : "are"} never reached.`);
  }
  return said.join(" ");
}

/** "3", or "2 to 3" where windows differ, as those of adaptive pooling do. */
function sizeWords(lengths) {
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  return least === most ? String(most) : `${least} to ${most}`;
}

const axis = (flat, at) => (flat ? "at the two ends" : ["above and below", "left and right"][at]);
