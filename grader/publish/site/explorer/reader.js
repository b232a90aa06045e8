/**
 * A reader of Python's call syntax: `nn.Conv2d(3, 8, (3, 5), padding="same")`, and of what
 * `print(model)` writes. It builds plain objects and never runs anything.
 *
 * A value is a number, a `Float`, a string, true, false, null, an array (of a tuple or a list), a
 * `Name` or a `Call`.
 */

const TOKENS = [
  ["space", /[\s\\]+|#[^\n]*/y], // a no-break space among them, as web pages have it
  ["label", /\(([\w.-]+)\):/y], // "(0):" and "(0-11):", before a layer in what print(model) writes
  ["number", /(?:\d[\d_]*)?\.?\d+(?:[eE][+-]?\d+)?|\d[\d_]*\.?/y],
  ["string", /["“”„][^"“”„\n]*["“”]|['‘’‚][^'‘’‚\n]*['‘’]/y], // curly quotes too
  ["name", /[A-Za-z_][\w.]*/y],
  ["sign", /\/\/|\*\*|[()[\],=;*+/%-]/y],
  ["unknown", /./y],
];
const CONSTANTS = new Map(
  Object.entries({ True: true, False: false, None: null, true: true, false: false, null: null }),
);
const OPERATIONS = {
  "+": [1, (a, b) => a + b],
  "-": [1, (a, b) => a - b],
  "*": [2, (a, b) => a * b],
  "//": [2, (a, b) => Math.floor(a / b)],
  "/": [2, (a, b) => a / b],
  "%": [2, (a, b) => a - b * Math.floor(a / b)],
  "**": [3, (a, b) => a ** b],
};

const DEEPEST = 100; // of what is nested; each level takes some of the browser's own stack

/** What cannot be read, and where. */
export class ReadError extends Error {
  constructor(line, message) {
    super(`Line ${line}: ${message}`);
    this.line = line;
  }
}

/** A word that is no value: a variable, or a string that `print` wrote without quotes. */
export class Name {
  constructor(text) {
    this.text = text;
  }
}

/** A number that Python calls a float, even a whole one: 3.0, or 6 / 2. */
export class Float {
  constructor(value) {
    this.value = value;
  }

  toString() {
    return Number.isInteger(this.value) ? `${this.value}.0` : String(this.value);
  }
}

const isNumber = (value) => typeof value === "number" || value instanceof Float;

/** The plain number of a `Float`; any other value as it is. */
export const numberOf = (value) => (value instanceof Float ? value.value : value);

/** A call that was written, not run. `children` are the layers that `print` writes inside. */
export class Call {
  constructor(name, line) {
    Object.assign(this, { name, line, values: [], named: new Map(), children: [], times: 1 });
  }

  /** The class without its module: "Conv2d" of "torch.nn.Conv2d". */
  get word() {
    return this.name.split(".").at(-1);
  }
}

function* tokensOf(text) {
  let place = 0;
  let line = 1;
  while (place < text.length) {
    const [kind, match] = TOKENS.map(([word, pattern]) => {
      pattern.lastIndex = place;
      return [word, pattern.exec(text)];
    }).find(([, found]) => found);
    if (kind !== "space") {
      yield { kind, text: match[1] ?? match[0], line, place };
    }
    line += match[0].split("\n").length - 1;
    place += match[0].length;
  }
  yield { kind: "end", text: "the end of the text", line, place };
}

class Reader {
  constructor(text) {
    this.tokens = [...tokensOf(text)];
    this.next = 0;
    this.depth = 0;
  }

  peek(offset = 0) {
    return this.tokens[Math.min(this.next + offset, this.tokens.length - 1)];
  }

  is(sign, offset = 0) {
    const token = this.peek(offset);
    return token.kind === "sign" && token.text === sign;
  }

  take() {
    this.next += 1;
    return this.tokens[this.next - 1];
  }

  took(sign) {
    if (!this.is(sign)) {
      return false;
    }
    this.take();
    return true;
  }

  expect(sign, after) {
    if (!this.took(sign)) {
      const { line, text } = this.peek();
      throw new ReadError(line, `“${sign}” is missing ${after}; “${text}” stands there.`);
    }
  }

  /** A value; all that is nested comes through here. */
  value(weakest = 1) {
    this.depth += 1;
    if (this.depth > DEEPEST) {
      throw new ReadError(this.peek().line,
        `this is nested more than ${DEEPEST} deep, which is not read.`);
    }
    const found = this.worked(weakest);
    this.depth -= 1;
    return found;
  }

  /** The arithmetic of numbers that people write: `16 * 5 * 5`. */
  worked(weakest) {
    let left = this.single();
    for (;;) {
      const token = this.peek();
      const [strength, apply] = (token.kind === "sign" && OPERATIONS[token.text]) || [0];
      if (strength < weakest) {
        return left;
      }
      this.take();
      const right = this.value(token.text === "**" ? strength : strength + 1);
      if (!isNumber(left) || !isNumber(right)) {
        throw new ReadError(
          token.line,
          `“${token.text}” is only read between two numbers; write the result instead.`,
        );
      }
      const result = apply(numberOf(left), numberOf(right));
      const isFloat = token.text === "/" || [left, right].some((one) => one instanceof Float);
      left = isFloat ? new Float(result) : result;
    }
  }

  single() {
    const token = this.take();
    if (token.kind === "number") {
      const number = Number(token.text.replaceAll("_", ""));
      return /[.eE]/.test(token.text) ? new Float(number) : number;
    }
    if (token.kind === "string") {
      return token.text.slice(1, -1);
    }
    if (token.kind === "name") {
      return this.named(token);
    }
    if (token.text === "-" || token.text === "+") {
      const number = this.value(3);
      if (!isNumber(number)) {
        throw new ReadError(token.line, `“${token.text}” stands before what is no number.`);
      }
      const signed = token.text === "-" ? -numberOf(number) : numberOf(number);
      return number instanceof Float ? new Float(signed) : signed;
    }
    if (token.text === "(") {
      return this.bracketed(")", token);
    }
    if (token.text === "[") {
      return this.bracketed("]", token);
    }
    throw new ReadError(token.line, token.kind === "unknown"
      ? `the sign “${token.text}” has no meaning here.`
      : `a value is missing; “${token.text}” stands there.`);
  }

  named(token) {
    if (this.is("(")) {
      return this.call(token);
    }
    if (this.peek().kind === "label" && this.peek().place === token.place + token.text.length) {
      throw new ReadError(token.line, `“${token.text}(...):” cannot be read.`);
    }
    return CONSTANTS.has(token.text) ? CONSTANTS.get(token.text) : new Name(token.text);
  }

  /** A tuple, a list, or one value in brackets. */
  bracketed(end, start) {
    const values = [];
    let commas = 0;
    while (!this.took(end)) {
      if (this.peek().kind === "end") {
        throw new ReadError(start.line, `the bracket “${start.text}” is never closed.`);
      }
      values.push(this.value());
      if (this.took(",")) {
        commas += 1;
      } else if (!this.is(end) && this.peek().kind !== "end") {
        this.expect(end, "after a value");
      }
    }
    return end === ")" && values.length === 1 && !commas ? values[0] : values;
  }

  call(token) {
    const call = new Call(token.text, token.line);
    this.take();
    while (!this.took(")")) {
      if (this.peek().kind === "end") {
        throw new ReadError(token.line, `the bracket of “${token.text}(” is never closed.`);
      }
      if (this.peek().kind === "label") {
        call.children.push(this.labelled());
        this.took(",");
        continue;
      }
      this.argument(call);
      const ends = this.is(")") || this.peek().kind === "label" || this.peek().kind === "end";
      if (!this.took(",") && !ends) {
        this.expect(",", `between two arguments of ${call.word}`);
      }
    }
    return call;
  }

  argument(call) {
    this.took("*"); // nn.Sequential(*[...])
    if (this.peek().kind === "name" && this.is("=", 1)) {
      const { text: name, line } = this.take();
      this.take();
      if (call.named.has(name)) {
        throw new ReadError(line, `${call.word} gets \`${name}\` twice.`);
      }
      call.named.set(name, this.value());
      return;
    }
    if (call.named.size) {
      throw new ReadError(
        this.peek().line,
        `${call.word} has an argument without a name behind one with a name.`,
      );
    }
    call.values.push(this.value());
  }

  /** `(0): Linear(...)` and `(0-11): 12 x Block(...)`. */
  labelled() {
    const label = this.take();
    let times = 1;
    if (this.peek().kind === "number" && this.peek(1).text === "x") {
      times = Number(this.take().text);
      this.take();
    }
    const call = this.value();
    if (!(call instanceof Call)) {
      throw new ReadError(label.line, `no layer stands behind “(${label.text}):”.`);
    }
    return Object.assign(call, { times, label: label.text });
  }

  /** Everything that stands in the text: calls, one behind the other; imports are passed over. */
  all() {
    const found = [];
    while (this.peek().kind !== "end") {
      if (this.took(",") || this.took(";") || this.passedImport()) {
        continue;
      }
      if (this.peek().text === "class" || this.peek().text === "def") {
        throw new ReadError(
          this.peek().line,
          "a class or a function is not read, because nothing is run here. Paste an " +
            "nn.Sequential, or what print(model) writes.",
        );
      }
      if (this.peek().kind === "label") {
        found.push(this.labelled());
        continue;
      }
      found.push(this.peek().kind === "name" && this.is("=", 1)
        ? this.assigned() : this.value());
    }
    return found;
  }

  /** `model = nn.Sequential(...)`; of anything but layers the name would be needed later. */
  assigned() {
    const { text: name, line } = this.take();
    this.take();
    const value = this.value();
    if (!(value instanceof Call || Array.isArray(value))) {
      throw new ReadError(line, `names such as \`${name}\` are not read, because nothing is run `
        + "here: write the value itself wherever the name stands.");
    }
    return value;
  }

  passedImport() {
    const { text, line } = this.peek();
    if (text !== "import" && text !== "from") {
      return false;
    }
    while (this.peek().kind !== "end" && this.peek().line === line) {
      this.take();
    }
    return true;
  }
}

/** The calls and values of a text, in their order. Throws a `ReadError`. */
export function readAll(text) {
  return new Reader(text).all();
}

/** One value: `(3, 5)`, `True`, `"same"`, `[1, 3]`, `1, 3, 32, 32`. Throws a `ReadError`. */
export function readValue(text) {
  const reader = new Reader(text);
  const values = [reader.value()];
  let commas = 0;
  while (reader.took(",")) {
    commas += 1;
    if (reader.peek().kind !== "end") {
      values.push(reader.value());
    }
  }
  if (reader.peek().kind !== "end") {
    throw new ReadError(reader.peek().line, `“${reader.peek().text}” stands behind the value.`);
  }
  return commas ? values : values[0];
}
