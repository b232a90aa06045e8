// Serving: what a decoder keeps, and what one more token costs.

import { div, least, over, plus, times } from "./arithmetic.js";
import { limit } from "./errors.js";
import { int, layer } from "./layer.js";
import { asIf } from "./rules.js";

/** A key and a value for each position that is kept, in every layer. */
const kept = ({ batch, length, num_layers, num_kv_heads, head_dim, window = null }) => times(
  2, batch, window === null ? length : least(length, window), num_layers, num_kv_heads, head_dim);

const headSize = ({ d_model, num_heads, head_dim = null }) => head_dim ?? div(d_model, num_heads);

const bytes = (a) => times(kept({ ...a, head_dim: headSize(a) }), a.element_size ?? 2);

/** How many numbers the keys of one position have. */
const keyWidth = (a) => a.num_kv_heads * div(a.d_model, a.num_heads);

/** Four projections, three matrices, and every query head against all that is kept. */
const step = (a) => plus(
  times(2, a.d_model, a.d_model), times(2, a.d_model, a.num_kv_heads, over(a.d_model, a.num_heads)),
  times(2, plus(a.past, 1), a.d_model), times(3, a.d_model, a.hidden_dim));

const perPosition = (a) => 2 * a.d_model;
const tables = (a) => (a.past + 1) * perPosition(a);

const CACHE = {
  "keys only": (a, ask) => div(ask(), 2),
  "one layer": asIf({ num_layers: 1 }),
  "one text": asIf({ batch: 1 }),
  "one token": asIf({ length: 1, window: null }),
  "window ignored": asIf({ window: null }),
  "window always full": (a, ask) => ask(a.window === null ? {} : { length: a.window }),
  "last token not kept": (a, ask) => ask({ length: a.length - 1 }),
};

const unlessGiven = (a, ask, head_dim) => ask(a.head_dim === null ? { head_dim } : {});

export const exercises = {
  cache_elements: {
    answer: kept,
    mistakes: {
      ...CACHE,
      "one number a head": asIf({ head_dim: 1 }),
      "bytes of float32": (a, ask) => 4 * ask(),
    },
  },
  cache_bytes: {
    answer: bytes,
    mistakes: {
      ...CACHE,
      "keys for every head": (a, ask) => ask({ num_kv_heads: a.num_heads }),
      "d_model a head": (a, ask) => unlessGiven(a, ask, a.d_model),
      "head size from the key heads": (a, ask) =>
        unlessGiven(a, ask, div(a.d_model, a.num_kv_heads)),
      "head_dim ignored": asIf({ head_dim: null }),
      "elements, not bytes": asIf({ element_size: 1 }),
      "eight times too many": (a, ask) => 8 * ask(),
    },
  },
  decode_mult_adds: {
    answer: step,
    mistakes: {
      "new token not seen": (a, ask) => ask() - perPosition(a),
      "past ignored": asIf({ past: 0 }),
      "matrices only": (a, ask) => ask() - tables(a),
      "no cache": (a, ask) => (a.past + 1) * ask(),
      "keys and values made again": (a, ask) => ask() + 2 * a.past * a.d_model * keyWidth(a),
      "a product for each score": (a, ask) => ask() - tables(a) + 2 * (a.past + 1) * a.num_heads,
    },
  },
};

/** Raises unless each head has the same whole number of features. */
function demandWhole({ d_model, num_heads, num_kv_heads }) {
  limit(d_model % num_heads === 0, "ValueError",
    `The heads share d_model evenly: ${d_model} is no multiple of ${num_heads}.`);
  limit(num_heads % num_kv_heads === 0, "ValueError",
    `The key heads are shared evenly: ${num_heads} is no multiple of ${num_kv_heads}.`);
}

const model = [
  int("d_model", 4096, 16384), int("num_heads", 32, 128), int("num_kv_heads", 8, 128)];

const called = (name, args, ...names) =>
  `${name}(${names.map((one) => `${one}=${args[one] ?? "None"}`).join(", ")})`;

const cache = layer({
  id: "kv_cache",
  name: "KV cache",
  family: "Serving",
  lesson: "19-kv-cache",
  arguments: [
    int("batch", 1, 256), int("length", 4096, 131072), model[0], int("num_layers", 32, 128),
    model[1], model[2], int("element_size", 2, 8, { default: 2 }),
    { name: "head_dim", kind: "optional", value: null, default: null, min: 1, max: 512 },
    { name: "window", kind: "optional", value: null, default: null, min: 1, max: 131072 }],
  asks: {
    cache_elements: {
      what: "cache elements",
      from: (args) => ({ ...args, head_dim: headSize(args) }),
      to: (question) => ({ ...question, num_heads: question.num_kv_heads,
        d_model: question.num_kv_heads * question.head_dim }),
    },
    cache_bytes: "cache bytes",
  },
  line: (args) => called("cache_bytes", args, "batch", "length", "d_model", "num_layers",
    "num_heads", "num_kv_heads", "element_size", "head_dim", "window"),
  count(args) {
    if (args.head_dim === null) demandWhole({ ...args, num_kv_heads: 1 });
    const elements = kept({ ...args, head_dim: headSize(args) });
    const token = bytes({ ...args, batch: 1, length: 1 });
    return {
      parameters: 0,
      more: [
        { what: "cache elements", exercise: "cache_elements", answer: elements },
        { what: "cache bytes", exercise: "cache_bytes", answer: bytes(args) },
        { what: "bytes a token", answer: token }],
    };
  },
});

const decode = layer({
  id: "decode_step",
  name: "One more token through a Llama layer",
  family: "Serving",
  lesson: "19-kv-cache",
  arguments: [int("past", 4096, 131072, { min: 0 }), ...model, int("hidden_dim", 14336, 65536)],
  asks: { decode_mult_adds: "mult-adds" },
  line: (args) => called("decode_mult_adds", args, "past", "d_model", "num_heads", "num_kv_heads",
    "hidden_dim"),
  count(args) {
    demandWhole(args);
    return {
      shape: [1, 1, args.d_model],
      parameters: plus(
        times(2, args.d_model, args.d_model), times(2, args.d_model, keyWidth(args)),
        times(3, args.d_model, args.hidden_dim), times(2, args.d_model)),
      multAdds: step(args),
      notes: ["Norms and softmax are not counted, nor are the embedding and the output head."],
    };
  },
});

export const layers = [cache, decode];
