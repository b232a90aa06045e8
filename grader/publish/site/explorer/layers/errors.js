// What PyTorch says where it raises, and what the Explorer says where a number is no number.

/** An error as Python would show it: `ValueError: in_channels must be divisible by groups`. */
export class LayerError extends Error {
  /**
   * @param {string} type - Python's name of the error
   * @param {string} message - PyTorch's own words, first line
   * @param {boolean} own - whether these are the Explorer's words, and PyTorch says others or none
   */
  constructor(type, message, own = false) {
    super(message);
    Object.assign(this, { name: "LayerError", type, own });
  }
}

/** Raises unless it `holds`. */
export function demand(holds, type, message) {
  if (!holds) throw new LayerError(type, message);
}

/** The same, in the Explorer's own words: it does not count this, whatever PyTorch does. */
export function limit(holds, type, message) {
  if (!holds) throw new LayerError(type, message, true);
}
