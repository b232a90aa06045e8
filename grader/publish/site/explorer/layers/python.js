// Python's spelling of values, as a person writes them into a line of code.

/** `true` is True, `[3, 5]` is (3, 5), `null` is None, `"same"` is "same". */
export function python(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null || value === undefined) return "None";
  if (Array.isArray(value)) {
    return value.length === 1 ? `(${python(value[0])},)` : `(${value.map(python).join(", ")})`;
  }
  return typeof value === "string" ? `"${value}"` : String(value);
}

/** A word without its quotes, any other value as Python spells it. */
export const spelling = (value) => (typeof value === "string" ? value : python(value));

/** A float as Python prints it: 2 is 2.0. */
export const float = (value) => (Number.isInteger(value) ? `${value}.0` : python(value));

/** A size in PyTorch's errors: `[1, 3, 32, 32]`. */
export const list = (shape) => `[${shape.join(", ")}]`;

/** Two values that Python would call equal. */
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** A call: the arguments without a default by position, the others by name where they differ. */
export function call(name, specs, args) {
  const written = specs.flatMap((spec) => {
    const value = args[spec.name];
    const text = spec.kind === "number" ? float(value) : python(value);
    if (!("default" in spec)) return [text];
    return same(value, spec.default) ? [] : [`${spec.name}=${text}`];
  });
  return `${name}(${written.join(", ")})`;
}
