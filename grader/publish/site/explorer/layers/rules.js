// Wrong rules that several exercises share. A rule gets a question and `ask`, which gives the
// right answer to the question with some arguments changed; the course's sentences stand in the
// catalogue, under the exercise and the name that a rule has here.

import { div, product, sides, valueOf } from "./arithmetic.js";

/** The right answer to another question: `asIf({ groups: 1 })`. */
export const asIf = (changes) => (a, ask) => ask(changes);

/** One of two that are alike befallen by the changes: halfway between two answers. */
export const oneOfTwo = (ask, changes) => div(ask() + ask(changes), 2);

/** The right entries in another order or choice. */
export const entries = (...places) => (a, ask) => places.map((place) => ask().at(place));

/** Both entries of a size. */
export const pair = (size) => sides(size, 2);

/** The change made to numbers, or to heights and widths where one of the sizes is a pair. */
export const each = (change, ...sizes) => (sizes.some(Array.isArray)
  ? [0, 1].map((side) => change(...sizes.map((size) => pair(size)[side])))
  : change(...sizes));

/** The answer where the pairs among these arguments are misread. */
export const pairs = (misread, ...names) => (a, ask) => ask(Object.fromEntries(
  names.filter((name) => Array.isArray(a[name])).map((name) => [name, misread(a[name])])));

export const turned = ([height, width]) => [width, height];
export const first = ([height]) => height;

/** The first of a batch alone. */
export const oneOfTheBatch = (a, ask) => ask({ input_shape: [1, ...a.input_shape.slice(1)] });

/** A shape whose last entries are replaced. */
export const ending = (shape, ...last) => [...shape.slice(0, -last.length), ...last];

export const NO_BIAS = { "no bias": asIf({ bias: false }) };
export const BIAS_ALWAYS = { "bias always counted": asIf({ bias: true }) };
export const ONE_BIAS = { "one bias for the layer": (a, ask) => ask({ bias: false }) + a.bias };
export const FLOPS = { "FLOPs, not mult-adds": (a, ask) => 2 * ask() };

/** An addition more for each number of the output. */
export const biasCounted = (shape) => ({
  "bias counted": (a, ask) => ask() + product(shape(a).map(valueOf)) });
export const BITS_NOT_BYTES = { "bits, not bytes": (a, ask) => 8 * ask() };
