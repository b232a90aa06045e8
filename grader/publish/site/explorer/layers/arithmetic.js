// Arithmetic that remembers how it was done: a term has a value and the text that leads to it.
//
// `plus(times(8, 3, 5, 5), 8)` is 608, and reads "8 × 3 × 5 × 5 + 8". One expression makes both,
// so a formula on the page cannot say something else than the number beside it.

import { limit } from "./errors.js";

const SUM = 1;
const PRODUCT = 2;
const ATOM = 3;

/** @typedef {{ value: number, text: string, rank: number }} Term */

const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });

const isShort = (number) => Number.isInteger(number) && number >= 0 && number < 1000;

/** A number as it stands in a text: 86,567,656. Most are short, and `Intl` is slow. */
export const digits = (number) =>
  (isShort(number) ? String(number) : FORMAT.format(number).replace("-", "−"));

/** @returns {Term} a term of a number, or the term itself */
export function term(given) {
  if (typeof given === "object") return given;
  return made(given, digits(given), given < 0 ? SUM : ATOM);
}

/** The number of a term, or the number itself. */
export const valueOf = (given) => (typeof given === "object" ? given.value : given);

function made(value, text, rank) {
  limit(Math.abs(value) <= Number.MAX_SAFE_INTEGER, "OverflowError",
    "This is more than 2 to the power of 53: too large to be counted exactly here.");
  return { value, text, rank };
}

/** The term's text, in brackets where it binds less than `rank`. */
const within = (one, rank) => (one.rank < rank ? `(${one.text})` : one.text);

const present = (given) => given.filter((one) => one !== false && one !== null).map(term);

/** The sum; what is `false` or `null` is left out: `plus(weights, bias && outputs)`. */
export function plus(...given) {
  const terms = present(given);
  if (terms.length === 1) return terms[0];
  const value = terms.reduce((sum, one) => sum + one.value, 0);
  return made(value, terms.map((one) => one.text).join(" + ") || "0", terms.length ? SUM : ATOM);
}

/** The first less the others. */
export function minus(...given) {
  const [first, ...others] = present(given);
  const value = others.reduce((rest, one) => rest - one.value, first.value);
  return made(value, [first.text, ...others.map((one) => within(one, PRODUCT))].join(" − "), SUM);
}

/** The product; what is `false` or `null` is left out. */
export function times(...given) {
  const terms = present(given);
  if (terms.length === 1) return terms[0];
  const value = terms.reduce((product, one) => product * one.value, 1);
  return made(value, terms.map((one) => within(one, PRODUCT)).join(" × ") || "1",
    terms.length ? PRODUCT : ATOM);
}

const quotient = (one, other) =>
  `${within(term(one), PRODUCT)} ÷ ${within(term(other), ATOM)}`;

/** The quotient, in brackets: it may stand in a product, on either side. */
export const over = (one, other) =>
  made(valueOf(one) / valueOf(other), `(${quotient(one, other)})`, ATOM);

/** The quotient, rounded down. */
export const floorOver = (one, other) =>
  made(Math.floor(valueOf(one) / valueOf(other)), `⌊${quotient(one, other)}⌋`, ATOM);

/** The quotient, rounded up. */
export const ceilOver = (one, other) =>
  made(Math.ceil(valueOf(one) / valueOf(other)), `⌈${quotient(one, other)}⌉`, ATOM);

/** A number rounded down, that is not a quotient. */
export const floorOf = (one) => made(Math.floor(one.value), `⌊${one.text}⌋`, ATOM);

/** The smaller of two. */
export const least = (one, other) => made(
  Math.min(valueOf(one), valueOf(other)), `min(${term(one).text}; ${term(other).text})`, ATOM);

/** The product of plain numbers. */
export const product = (numbers) => times(...numbers).value;

/** The sum of plain numbers. */
export const total = (numbers) => plus(...numbers).value;

/** Both entries of a size: 3 is 3 and 3. */
export const pair = (size) => (Array.isArray(size) ? size : [size, size]);

/** A size as a list of entries, one for each of so many sides. */
export const sides = (size, count) => (Array.isArray(size) ? size : Array(count).fill(size));

/** Python's `//` for whole numbers. */
export const div = (one, other) => Math.floor(one / other);

/** Neighbours: 1, 2, 3 gives 1, 2 and 2, 3. */
export const pairwise = (numbers) => numbers.slice(1).map((one, place) => [numbers[place], one]);
