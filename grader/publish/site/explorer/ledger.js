/**
 * The bill of a stack of layers: what each row makes of the shape before it, and the totals.
 *
 * A row is `{ layer, args }`, or a block `{ times, rows }` that stands there `times` times.
 */

import { fitted, startOf } from "./arguments.js";
import { LayerError } from "./layers/errors.js";
import { same } from "./layers/python.js";
import { shapeWords } from "./say.js";

const COUNTED = ["parameters", "buffers", "multAdds", "activations"];
const FLOAT = 4; // bytes in float32
const ADAM = 16; // bytes a parameter: weight, gradient and two moments, in float32

/**
 * @returns `{ lines, totals, shape }`: a line is `{ row, path, depth, times, shape, counts }` and
 *   may have an `error`. Behind an error there is no shape; what a row is built of is counted there
 *   too, what depends on the shape is not.
 */
export function ledger(rows, input) {
  const lines = [];
  const shape = follow(rows, input, { lines, kept: [], path: [], times: 1 });
  const counted = lines.filter(({ counts }) => counts);
  const totals = Object.fromEntries(COUNTED.map((what) =>
    [what, counted.reduce((sum, { counts, times }) => sum + times * (counts[what] ?? 0), 0)]));
  return { lines, totals, shape, broken: lines.some(({ error }) => error) };
}

function follow(rows, shape, context) {
  return rows.reduce((before, row, place) =>
    oneRow(row, before, { ...context, path: [...context.path, place] }), shape);
}

function oneRow(row, before, context) {
  const { lines, kept, path, times } = context;
  const line = { row, path, depth: path.length - 1, times, before, shape: null };
  lines.push(line);
  if (row.rows) {
    const after = follow(row.rows, before, { ...context, times: times * row.times });
    line.shape = after;
    if (after && row.times > 1 && String(after) !== String(before)) {
      line.error = new LayerError("ValueError", `A block that stands there ${row.times} times has `
        + `to give back the shape that it gets: ${shapeWords(before)}, not ${shapeWords(after)}.`,
        true);
    }
    return line.error ? null : after;
  }
  if (before) {
    const { counts, error } = counted(row, before, kept);
    Object.assign(line, { counts, error, shape: counts?.shape ?? null });
  }
  line.counts ??= built(row);
  return line.shape;
}

/** `{ counts }` of a row at this input, or `{ error }`. */
export function counted({ layer, args }, input, kept = []) {
  try {
    return { counts: layer.count(args, input, kept) };
  } catch (error) {
    if (error instanceof LayerError) {
      return { error };
    }
    throw error;
  }
}

/** What a row is built of, whatever comes into it; nothing where it cannot be built. */
function built(row) {
  const { layer, args } = row;
  const start = fitted(layer, args, startOf(layer).input);
  const counts = ROOM.map((side) => counted(row, roomy(layer, start, side)).counts).find(Boolean);
  return counts && { parameters: counts.parameters, buffers: counts.buffers };
}

/** Sides of an input, the last of them long enough for any kernel that a person means. */
const ROOM = [0, 256, 4096];

const roomy = ({ input }, start, least) => start?.map((length, axis) =>
  ("HWL".includes(input.axes?.[axis] ?? "-") ? Math.max(length, least) : length));

const GUESSED = 3; // rows whose usual input is tried

/**
 * An input for a network that was just read: the one that is there, where it is of the first row's
 * usual kind, or else the usual one of a row at the beginning; with which all rows fit, or the
 * first at least. `before` are the rows that stood there.
 */
export function fittingInput(rows, input, before = []) {
  const beginning = flattened(rows).slice(0, GUESSED).filter(({ layer }) => layer.input);
  if (!beginning.length || alike(beginning[0], flattened(before)[0])) {
    return input;
  }
  const usual = beginning.map(({ layer, args }) => fitted(layer, args, startOf(layer).input));
  const tried = input.length === usual[0].length ? [input, ...usual] : usual;
  return tried.find((one) => !ledger(rows, one).broken)
    ?? tried.find((one) => !counted(beginning[0], one).error) ?? input;
}

const flattened = (rows) => rows.flatMap((row) => (row.rows ? flattened(row.rows) : [row]));

const alike = (row, other) => row.layer === other?.layer && same(row.args, other.args);

/** Bytes for training in float32 with Adam: weights, gradients, moments, and all outputs kept. */
export function trainingBytes({ parameters, activations }) {
  return {
    parameters: ADAM * parameters,
    activations: FLOAT * activations,
    total: ADAM * parameters + FLOAT * activations,
  };
}

/** Keys and values that attention keeps for a token, over all layers. */
export function cachedPerToken(lines) {
  return lines.reduce((sum, { row, times }) => {
    const width = row.rows ? 0 : keptBy(row.args);
    return sum + 2 * width * times;
  }, 0);
}

/** The width of the keys that a row keeps: of shared heads, or of all. */
function keptBy({ num_kv_heads: heads, head_dim: size, embed_dim, num_heads, d_model, nhead }) {
  if (heads !== undefined) {
    return heads * (size ?? embed_dim / num_heads);
  }
  if (embed_dim !== undefined && num_heads !== undefined) {
    return embed_dim;
  }
  return nhead !== undefined ? d_model : 0;
}

/** Whether a stack begins with an Embedding and attends: only there a cache is kept. */
export const isLanguageModel = (lines) =>
  /Embedding/.test(lines.find(({ row }) => !row.rows)?.row.layer.name ?? "")
  && cachedPerToken(lines) > 0;
