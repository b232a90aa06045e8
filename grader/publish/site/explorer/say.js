/** Numbers, shapes and bytes in the words of the page. */

import { digits } from "./layers/arithmetic.js";

export { digits };

/** 1 × 8 × 28 × 28; as Python writes it where there is nothing to multiply: (2,) and (). */
export const shapeWords = (shape) =>
  (shape.length > 1 ? shape.map(digits).join(" × ") : `(${shape.map((one) => `${digits(one)},`)})`);

const UNITS = ["kB", "MB", "GB", "TB", "PB"];

/** 608 bytes; 2.43 kB; 16.1 GB. Units are powers of 1,000, as in the lessons. */
export function bytesWords(bytes) {
  if (bytes < 1000) {
    return `${digits(bytes)} ${bytes === 1 ? "byte" : "bytes"}`;
  }
  const rounded = Number(bytes.toPrecision(3)); // 999,999 bytes are 1.00 MB, not 1,000 kB
  const step = Math.min(Math.floor(Math.log10(rounded) / 3), UNITS.length);
  const number = rounded / 1000 ** step;
  const places = number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return `${number.toLocaleString("en-US", { minimumFractionDigits: places,
    maximumFractionDigits: places })} ${UNITS[step - 1]}`;
}

/** Any value of a count: a number, a shape, a text. */
export function valueWords(value) {
  if (Array.isArray(value)) {
    return value.some(Array.isArray) ? `(${value.map(valueWords).join(", ")})` : shapeWords(value);
  }
  return typeof value === "number" ? digits(value) : String(value);
}
