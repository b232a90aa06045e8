/** The arguments of a layer: where they start, and which values they take. */

import { pair } from "./layers/arithmetic.js";
import { KINDS } from "./layers/layer.js";
import { python, spelling } from "./layers/python.js";
import { Float, Name, numberOf, ReadError, readValue } from "./reader.js";

/** What a person is told where an example helps more than the layer's own words. */
const WORDS = {
  size: "a whole number or two, such as (3, 5)",
  optionalSize: "a whole number, two of them, such as (3, 5), or None",
  padding: "a whole number, two of them, \"same\" or \"valid\"",
  ints: "a list of whole numbers, such as (784, 256, 10)",
};

const isEmpty = (value) => Array.isArray(value) && value.length === 0;

/** Whether the page takes a value; a layer takes any word as padding, to say what PyTorch says. */
const fits = (spec, value) =>
  (KINDS[spec.kind][1](value, spec) || (spec.mayBeEmpty && isEmpty(value)))
  && (spec.kind !== "padding" || typeof value !== "string" || ["same", "valid"].includes(value));

/** The arguments that the page starts with. */
export function startOf(layer) {
  return {
    args: Object.fromEntries(layer.arguments.map((spec) => [spec.name, spec.value])),
    input: layer.input ? [...layer.input.value] : null,
  };
}

/** The input's name, kind and limits, as if it were an argument. */
export const inputSpec = (layer) => ({ ...layer.input, kind: "ints", min: 1, mayBeEmpty: true });

/** What the argument is: the beginning of a sentence. */
function wanted({ name, kind, options }) {
  const choices = options ? ` (${options.map(spelling).join(", ")})` : "";
  return `\`${name}\` is ${WORDS[kind] ?? KINDS[kind][0]}${choices}`;
}

/** The same as `accept`, of what stands in a number field. */
export const acceptField = (spec, text) => (text === ""
  ? { sentence: `${wanted(spec)}; no number stands there.` } : accept(spec, Number(text)));

/** `{ value }`, or `{ sentence }` where the argument does not take it. */
export function accept(spec, given) {
  const value = spelled(spec, given);
  if (!fits(spec, value)) {
    return { sentence: `${wanted(spec)}; ${python(value)} is not.` };
  }
  const numbers = [value].flat(Infinity).filter((one) => typeof one === "number");
  if (!spec.ownWords && numbers.some((one) => one < spec.min)) {
    return { sentence: `\`${spec.name}\` is at least ${spec.min}; ${python(value)} is less.` };
  }
  return { value };
}

const SINGLE = ["int", "optional", "size", "padding"];

/** Words without quotes are strings; a number and a list of one stand for each other. */
function spelled({ kind }, given) {
  const plain = (one) => {
    if (Array.isArray(one)) {
      return one.map(plain);
    }
    if (one instanceof Float && kind === "number") {
      return numberOf(one); // elsewhere PyTorch takes no float, not even a whole one
    }
    return one instanceof Name ? one.text : one;
  };
  const value = plain(given);
  if (kind === "ints" && Number.isSafeInteger(value)) {
    return [value];
  }
  return SINGLE.includes(kind) && Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** The value that a text says, in Python's or in JSON's spelling; `{ value }` or `{ sentence }`. */
export function acceptText(spec, text) {
  try {
    return accept(spec, readValue(text));
  } catch (error) {
    if (error instanceof ReadError) {
      return { sentence: `\`${spec.name}\` cannot be read: “${text}”.` };
    }
    throw error;
  }
}

/** The arguments that count an axis of an input's shape, and which: `[name, axis]`. */
export const jointsOf = (layer, shape) => Object.entries(layer.joint ?? {})
  .map(([name, axis]) => [name, axis < 0 ? shape.length + axis : axis])
  .filter(([, axis]) => axis >= 0 && axis < shape.length);

/** The input, changed where it does not agree with the arguments; the same one where it does. */
export function fitted(layer, args, input) {
  if (!layer.input || !input?.length) {
    return input;
  }
  const shape = [...input];
  for (const [name, axis] of jointsOf(layer, shape)) {
    shape[axis] = args[name] > 0 ? args[name] : shape[axis];
  }
  const end = endOf(args);
  shape.splice(Math.max(shape.length - end.length, 0), end.length, ...end);
  const sides = cutEvenly(args, shape);
  return String(sides) === String(input) ? input : sides;
}

/** What an input has to end with: a chain's first size, or the shape that is normalized. */
function endOf({ sizes, normalized_shape: normalized }) {
  return sizes?.slice(0, 1) ?? (normalized === undefined ? [] : [normalized].flat());
}

/** The shape of an image that patches cover without a rest. */
function cutEvenly({ patch_size: patch }, shape) {
  if (patch === undefined || shape.length < 4) {
    return shape;
  }
  return shape.map((side, axis) => {
    const step = axis < 2 ? 1 : pair(patch)[axis - 2];
    return step > 0 ? Math.max(1, Math.floor(side / step)) * step : side;
  });
}
