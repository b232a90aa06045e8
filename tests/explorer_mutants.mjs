// Small slips in the Explorer's functions, one at a time, and whether the table notices them.
//
//   node --experimental-vm-modules explorer_mutants.mjs LAYERS FILE [ONE_FILE.js]
//
// Prints `{ noticed, survivors: ["file.js: the changed line"] }`.

import { readFileSync, readdirSync } from "node:fs";
import vm from "node:vm";

import { differences } from "./explorer_compare.mjs";

const [folder, file, only] = process.argv.slice(2);
const table = JSON.parse(readFileSync(file, "utf8"));
const UNTOUCHED = ["errors.js", "index.js", "python.js"];  // words and wiring, tested elsewhere
const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
const sources = new Map(names.map((name) => [name, readFileSync(`${folder}/${name}`, "utf8")]));

const SLIPS = [
  [/ \+ /g, " - "], [/ - /g, " + "], [/ \* /g, " / "], [/ \/ /g, " * "], [/ % /g, " * "],
  [/ < /g, " <= "], [/ <= /g, " < "], [/ > /g, " >= "], [/ >= /g, " > "],
  [/ === /g, " !== "], [/ !== /g, " === "], [/ && /g, " || "], [/ \|\| /g, " && "],
  [/Math\.floor\(/g, "Math.ceil("], [/Math\.ceil\(/g, "Math.floor("],
  [/\bfloorOver\(/g, "ceilOver("], [/\bceilOver\(/g, "floorOver("],
  [/\bplus\(/g, "times("], [/\btimes\(/g, "plus("], [/\bminus\(/g, "plus("],
  [/\bMath\.min\(/g, "Math.max("], [/\bMath\.max\(/g, "Math.min("],
  [/(?<![\w.])\d+(?![\w.])/g, (digits) => String(Number(digits) + 1)],
  [/(?<![\w.])\d+(?![\w.])/g, (digits) => String(Number(digits) - 1)],
  [/\btrue\b/g, "false"], [/\bfalse\b/g, "true"],
];

const EARLY = 6;  // rows of a name that tell most slips

/** What begins a part that only a person sees: texts, lines to copy, what the page starts with. */
const SHOWN = new RegExp(`^\\s*(${[
  "\\*", "//", "/\\*", "[+-] [\"\`]", "import ", "line[:(]", "input:", "name:", "id:", "lesson:",
  "family:"].join("|")})`);

/** A line about fields, notes or the input that the page starts with. */
const FIELD = new RegExp([
  "\\b(int|sized?|sizeOf|number|flag|width|heads|dim|vocabulary|image|anything|sequence)\\(\"",
  "\\bint\\(name", "kind:", "value:", "options:", "min:", "max:", "default:", "pairs:", "notes:",
  "input_shape: \\[\\d", "14 \\* side", "num_weights: 8", "512, 512, 512,$",
  "const (common|strided|\\w+Line|DTYPES|VGG16|START|FOUR|FORMAT|isShort)"].join("|"));

const WORDS = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`?|\/\/.*$|^[^`]*`[;,)]*$/g;

/** The lines of a file that take part in a count, as a set of their numbers. */
function counting(source) {
  const lines = source.split("\n");
  const kept = new Set();
  let skip = null;  // the indent of a property that is only shown, until the next of its rank
  lines.forEach((line, number) => {
    const indent = line.search(/\S/);
    if (skip !== null && indent > -1 && indent <= skip && !/^\s*[\])}.]/.test(line)) skip = null;
    if (skip === null && SHOWN.test(line)) skip = indent;
    if (skip === null && !FIELD.test(line)) kept.add(number);
  });
  return kept;
}

/** All files that differ from this one by a slip outside of strings. */
function* mutants(source) {
  const kept = counting(source);
  const lines = source.split("\n");
  for (const number of kept) {
    const blind = lines[number].replaceAll(WORDS, (text) => "\0".repeat(text.length));
    for (const [slip, put] of SLIPS) {
      for (const found of blind.matchAll(slip)) {
        const text = typeof put === "string" ? put : put(found[0]);
        const changed = lines[number].slice(0, found.index) + text
          + lines[number].slice(found.index + found[0].length);
        yield [number, changed, lines.with(number, changed).join("\n")];
      }
    }
  }
}

const context = vm.createContext({ Intl, Math, Number });

/** The modules, one of them replaced by another text; those that do not need it are kept. */
async function loaded(base, changed, text) {
  const modules = new Map();
  const needed = changed ? dependents(changed) : new Set(names);
  const link = (specifier) => {
    const name = specifier.slice(2);
    if (!needed.has(name)) return base.get(name);
    if (!modules.has(name)) {
      modules.set(name, new vm.SourceTextModule(name === changed ? text : sources.get(name),
        { identifier: name, context }));
    }
    return modules.get(name);
  };
  const index = link("./index.js");
  await index.link(link);
  await index.evaluate();
  return modules;
}

/** The file itself and all that imports it, directly or not. */
function dependents(changed) {
  const found = new Set([changed]);
  let size;
  do {
    size = found.size;
    for (const [name, source] of sources) {
      if ([...found].some((one) => source.includes(`"./${one}"`))) found.add(name);
    }
  } while (found.size > size);
  return found;
}

/** The rows that a file may change: its own first, and of those the first few of each name. */
function rowsFor(base, changed) {
  const touched = dependents(changed);
  const home = new Map();
  for (const [name, { namespace }] of base) {
    if (!touched.has(name) || name === "index.js") continue;
    const answers = [...(namespace.layers ?? []).map((one) => one.id),
      ...Object.keys(namespace.exercises ?? {})];
    answers.forEach((one) => home.set(one, name === changed));
  }
  const seen = new Map();
  const early = new Set([...table.layers, ...table.exercises].filter(([name]) => {
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return seen.get(name) <= EARLY;
  }));
  const chosen = (rows, isOwn, isEarly) =>
    rows.filter((row) => home.get(row[0]) === isOwn && early.has(row) === isEarly);
  return [[true, true], [false, true], [true, false], [false, false]].map((which, place) => ({
    texts: place ? [] : table.texts, layers: chosen(table.layers, ...which),
    exercises: chosen(table.exercises, ...which) }));
}

/** True if the table tells the changed functions from the right ones. */
async function isNoticed(base, changed, text, rows) {
  try {
    const modules = await loaded(base, changed, text);
    const explorer = modules.get("index.js").namespace;
    return rows.some((some) => differences(explorer, some, 1).length > 0);
  } catch {
    return true;  // it does not load, or throws what is no error of a layer
  }
}

const base = await loaded(new Map(), null, "");
const right = differences(base.get("index.js").namespace, table, 1);
if (right.length) throw new Error(`The functions are wrong already: ${JSON.stringify(right)}`);

let noticed = 0;
const survivors = [];
for (const [name, source] of sources) {
  if (UNTOUCHED.includes(name) || (only && only !== name)) continue;
  const rows = rowsFor(base, name);
  const lines = source.split("\n");
  for (const [number, changed, text] of mutants(source)) {
    if (await isNoticed(base, name, text, rows)) noticed += 1;
    else survivors.push(`${name}: ${changed.trim()}`);
  }
}
process.stdout.write(JSON.stringify({ noticed, survivors }));
