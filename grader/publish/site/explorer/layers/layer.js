// How a layer of the Explorer is made: from its arguments, its count and the exercises about it.
//
// Kinds of arguments: int (a whole number), optional (int or null), size (int or pair),
// optionalSize (null, int, or pair; where `partly`, its entries may be null), padding (int, pair,
// "same" or "valid"), flag, choice (one of `options`), number (a float; null too where `optional`),
// shape (int or list of them), ints (a list of whole numbers), words (a list out of `options`),
// config (whole numbers and "M"), shapes and windows (lists of lists of whole numbers).
// `default` is left out of the line where equal; an argument without one is required. `ownWords`
// says that PyTorch itself speaks up where a number is too small; `call` marks what is no argument
// of the constructor but belongs to the question.

import { digits, product, valueOf } from "./arithmetic.js";
import { LayerError, limit } from "./errors.js";
import { call, same } from "./python.js";

const whole = Number.isSafeInteger;
const listOf = (fits, least = 1) => (value) =>
  Array.isArray(value) && value.length >= least && value.every(fits);
const isPair = (value) => listOf(whole)(value) && value.length === 2;
const isSize = (value) => whole(value) || isPair(value);
const wholeOrNone = (value) => value === null || whole(value);

/** What a value of each kind is, and whether one is of it: `(value, spec)`. */
export const KINDS = {
  int: ["a whole number", whole],
  optional: ["a whole number or None", wholeOrNone],
  size: ["a whole number or a pair of them", isSize],
  optionalSize: ["a whole number, a pair of them, or None", (value, spec) =>
    wholeOrNone(value)
    || (listOf(spec.partly ? wholeOrNone : whole)(value) && value.length === 2)],
  padding: ['a whole number, a pair of them, "same" or "valid"', (value) =>
    isSize(value) || typeof value === "string"],
  flag: ["True or False", (value) => typeof value === "boolean"],
  choice: ["one of its choices", (value, spec) => spec.options.includes(value)],
  number: ["a number", (value, spec) =>
    Number.isFinite(value) || (spec.optional === true && value === null)],
  shape: ["a whole number or a list of them", (value) => whole(value) || listOf(whole)(value)],
  ints: ["a list of whole numbers", listOf(whole)],
  words: ["a list of its words, each once", (value, spec) =>
    listOf((word) => spec.options.includes(word))(value) && new Set(value).size === value.length],
  config: ['a list of whole numbers and "M"', listOf((one) => one === "M" || whole(one))],
  shapes: ["a list of shapes", listOf(listOf(whole))],
  windows: ["a list of tuples", listOf(listOf(isSize))],
};

/** Raises unless the value is of its argument's kind and not below its least. */
function check(spec, value) {
  const [words, fits] = KINDS[spec.kind];
  limit(value !== undefined && fits(value, spec), "TypeError", `\`${spec.name}\` is ${words}.`);
  if (spec.ownWords || spec.min === undefined) return;
  const numbers = [value].flat(Infinity).filter((one) => typeof one === "number");
  limit(numbers.every((one) => one >= spec.min), "ValueError",
    `\`${spec.name}\` is at least ${digits(spec.min)} here.`);
}

/** Raises unless the input is a shape with something in it. */
function checkInput({ name, min: least = 1 }, shape) {
  limit(Array.isArray(shape) && shape.every(whole), "TypeError",
    `\`${name}\` is a shape: a list of whole numbers.`);
  limit(shape.every((side) => side >= least), "ValueError",
    `Each entry of \`${name}\` is at least ${least} here.`);
}

/**
 * A layer, from what its module says of it.
 *
 * `spec.count(args, input)` returns terms: `{ shape, parameters, buffers, multAdds, formulas,
 * more, notes }`; `formulas` are pairs `[what, term]` beside those of the counts.
 * `spec.asks` are the exercises that the layer answers: `{ name: what }`, or where the question
 * is put otherwise `{ name: { what, from } }`, with `from(args, input)` null where it does not
 * ask this. `spec.joint` says which argument is an axis of the input: `{ in_channels: -3 }`.
 */
export function layer({ asks = {}, ...spec }) {
  return {
    line: (args) => call(spec.name, spec.arguments.filter((one) => !one.call), args),
    input: null,
    joint: {},
    ...spec,
    asks: Object.entries(asks).map(([exercise, ask]) => ({
      exercise, from: asked, ...(typeof ask === "string" ? { what: ask } : ask) })),
    count(args, input) {
      spec.arguments.forEach((one) => check(one, args[one.name]));
      if (spec.input) checkInput(spec.input, input);
      return counted(spec.count(args, input));
    },
  };
}

/** The question that most exercises ask. */
const asked = (args, input) => ({ ...args, input_shape: input });

/** Plain numbers and their formulas, from terms. */
function counted({ shape = null, parameters, buffers = 0, multAdds = null, ...rest }) {
  const terms = [["parameters", parameters], ["buffers", buffers], ["mult-adds", multAdds],
    ...(rest.formulas ?? [])];
  const worked = terms.filter(([, one]) => one !== null && typeof one === "object");
  const sizes = shape && shape.map(valueOf);
  return {
    shape: sizes,
    parameters: valueOf(parameters),
    buffers: valueOf(buffers),
    multAdds: multAdds === null ? null : valueOf(multAdds),
    activations: sizes && product(sizes),
    formulas: worked.map(([what, { text, value }]) => ({ what, text, value })),
    more: (rest.more ?? []).map(({ answer, ...one }) =>
      ({ ...one, value: plain(answer), text: answer.text ?? null })),
    notes: rest.notes ?? [],
  };
}

/** `[{ name, value }]` of one exercise at one question, without those that happen to be right. */
export function misread({ answer, mistakes }, question) {
  const right = plain(answer(question));
  const ask = (changes) => plain(answer({ ...question, ...changes }));
  return Object.entries(mistakes).flatMap(([name, rule]) => {
    const value = attempt(() => plain(rule(question, ask)));
    return value === null || same(value, right) ? [] : [{ name, value }];
  });
}

/** Plain numbers for terms. */
export const plain = (value) => (Array.isArray(value) ? value.map(plain) : valueOf(value));

/** What `work` returns, or null where it asks something that no layer answers. */
function attempt(work) {
  try {
    const value = work();
    return [value].flat(Infinity).every(Number.isFinite) ? value : null;
  } catch (error) {
    if (error instanceof LayerError) return null;
    throw error;
  }
}

// Arguments that many layers have.

/** A whole number of at least 1, for a slider up to `max`. */
export const int = (name, value, max, more) => ({ name, kind: "int", value, min: 1, max, ...more });

/** True or False, and what PyTorch takes where nothing is said. */
export const flag = (name, otherwise, value = otherwise) =>
  ({ name, kind: "flag", value, default: otherwise });

/** A small number that changes no count, kept so that lines can be copied as they are. */
export const number = (name, otherwise, more) =>
  ({ name, kind: "number", value: otherwise, default: otherwise, ...more });

export const IMAGES = ["N", "C", "H", "W"];
export const SEQUENCES = ["N", "T", "D"];
export const image = (...value) => ({ name: "input_shape", value, axes: IMAGES });
export const sequence = (...value) => ({ name: "input_shape", value, axes: SEQUENCES });
export const anything = (...value) => ({ name: "input_shape", value, axes: null });
