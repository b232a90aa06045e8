// Attention: who looks at whom, the layer around it, and keys that several heads share.

import { demandProbability } from "./dropout.js";
import { div, plus, times } from "./arithmetic.js";
import { demandFeatures } from "./dense.js";
import { demand, limit } from "./errors.js";
import { flag, int, layer, number, sequence } from "./layer.js";
import { list } from "./python.js";
import { BIAS_ALWAYS, FLOPS, NO_BIAS, asIf, oneOfTwo } from "./rules.js";

/** Four projections, their biases, and a key and a value that belong to no position. */
function attentionParameters(a) {
  const { embed_dim, bias = true, kdim = null, vdim = null, add_bias_kv = false } = a;
  const plain = [kdim, vdim].every((one) => one === null || one === embed_dim);
  const weights = plain ? times(4, embed_dim, embed_dim) : plus(
    times(2, embed_dim, embed_dim), times(embed_dim, kdim ?? embed_dim),
    times(embed_dim, vdim ?? embed_dim));
  return plus(weights, bias && times(4, embed_dim), add_bias_kv && times(2, embed_dim));
}

/** Projections at both lengths, then each target against each source, twice. */
function attentionWork({ batch, target_len, source_len, embed_dim, ...more }) {
  const { kdim = null, vdim = null, extra = 0 } = more;
  const plain = kdim === null && vdim === null;
  return times(batch, plus(
    times(2, target_len, embed_dim, embed_dim),
    plain ? times(2, source_len, embed_dim, embed_dim)
      : times(source_len, embed_dim, plus(kdim ?? embed_dim, vdim ?? embed_dim)),
    times(2, target_len, extra ? plus(source_len, extra) : source_len, embed_dim)));
}

/** Attention, two Linear layers, two LayerNorms. */
const encoderParameters = ({ d_model, dim_feedforward = 2048, bias = true }) => plus(
  attentionParameters({ embed_dim: d_model, bias }),
  times(2, d_model, dim_feedforward), bias && plus(dim_feedforward, d_model),
  times(2, bias && 2, d_model));

/** Queries and output for all heads, keys and values for the shared ones. */
const groupedParameters = ({ embed_dim, num_heads, num_kv_heads, head_dim }) => plus(
  times(2, embed_dim, num_heads, head_dim), times(2, embed_dim, num_kv_heads, head_dim));

/** The two products of pairs alone. */
const core = (a) => 2 * a.batch * a.target_len * a.source_len * a.embed_dim;

const plainAttention = (embed_dim) => attentionParameters({ embed_dim }).value;

export const exercises = {
  attention_params: {
    answer: attentionParameters,
    mistakes: {
      ...NO_BIAS,
      ...BIAS_ALWAYS,
      "queries, keys and values only": (a, ask) =>
        div(ask({ kdim: null, vdim: null, add_bias_kv: false }) * 3, 4),
      "output projection forgotten": (a, ask) =>
        ask() - div(ask({ kdim: null, vdim: null, add_bias_kv: false }), 4),
      "output bias forgotten": (a, ask) => ask() - a.bias * a.embed_dim,
      "kdim and vdim ignored": asIf({ kdim: null, vdim: null }),
      "add_bias_kv ignored": asIf({ add_bias_kv: false }),
      "one projection": (a, ask) => div(ask({ kdim: null, vdim: null, add_bias_kv: false }), 4),
    },
  },
  attention_mult_adds: {
    answer: attentionWork,
    mistakes: {
      "projections only": (a, ask) => ask() - core(a),
      "no projections": core,
      "scores only": (a) => div(core(a), 2),
      "batch ignored": asIf({ batch: 1 }),
      "target length everywhere": (a, ask) => ask({ source_len: a.target_len }),
      "one mult-add for each pair": (a, ask) => ask() - core(a) + div(core(a), a.embed_dim),
      ...FLOPS,
      "parameters, not mult-adds": (a) => plainAttention(a.embed_dim),
    },
  },
  transformer_layer_params: {
    answer: encoderParameters,
    mistakes: {
      "LayerNorms or attention biases": (a, ask) => ask() - 4 * a.d_model,
      "half of the LayerNorms": (a, ask) => ask() - 2 * a.d_model,
      "one feed-forward matrix": (a, ask) => ask() - (a.dim_feedforward + 1) * a.d_model,
      "no feed-forward bias": (a, ask) => ask() - a.dim_feedforward - a.d_model,
      "rule of thumb": (a) => 12 * a.d_model ** 2,
      "always the default width": asIf({ dim_feedforward: 2048 }),
      "decoder layer": (a, ask) => ask() + plainAttention(a.d_model) + 2 * a.d_model,
    },
  },
  grouped_query_params: {
    answer: groupedParameters,
    mistakes: {
      "keys for every head": (a, ask) => ask({ num_kv_heads: a.num_heads }),
      "fewer queries too": (a, ask) => ask({ num_heads: a.num_kv_heads }),
      "one set of keys": asIf({ num_kv_heads: 1 }),
      "heads in a group": (a, ask) => ask({ num_kv_heads: div(a.num_heads, a.num_kv_heads) }),
      "output projection forgotten": (a, ask) => oneOfTwo(ask, { num_heads: 0 }),
      "only the keys shared": (a, ask) => oneOfTwo(ask, { num_kv_heads: a.num_heads }),
      "plain attention": (a) => 4 * a.embed_dim ** 2,
    },
  },
};

/** Raises what nn.MultiheadAttention raises, alone and inside an encoder layer. */
function demandHeads(embed_dim, num_heads) {
  demand(num_heads > 0, "ValueError", "embed_dim and num_heads must be greater than 0, got "
    + `embed_dim=${embed_dim} and num_heads=${num_heads} instead`);
  demand(embed_dim % num_heads === 0, "AssertionError",
    "embed_dim must be divisible by num_heads");
}

function demandQuery(input) {
  demand([2, 3].includes(input.length), "AssertionError", "query should be unbatched 2D or "
    + `batched 3D tensor but received ${input.length}-D query tensor`);
}

function demandWidth(input, embed_dim) {
  demand(input.at(-1) === embed_dim, "AssertionError",
    `was expecting embedding dimension of ${embed_dim}, but got ${input.at(-1)}`);
}

/** How many texts, and how many positions in each. */
const batchAndLength = (input, batchFirst) => {
  if (input.length === 2) return [1, input[0]];
  return batchFirst ? [input[0], input[1]] : [input[1], input[0]];
};

const common = { family: "Attention", lesson: "14-attention", input: sequence(2, 7, 64) };
const heads = (name, value) => int(name, value, 128, { ownWords: true });
const width = (name) =>
  ({ name, kind: "optional", value: null, default: null, min: 1, max: 2048 });

const attention = layer({
  ...common,
  id: "attention",
  name: "nn.MultiheadAttention",
  arguments: [
    int("embed_dim", 64, 4096), heads("num_heads", 4),
    number("dropout", 0, { min: 0, max: 1, ownWords: true }), flag("bias", true),
    flag("add_bias_kv", false), flag("add_zero_attn", false), width("kdim"),
    width("vdim"), flag("batch_first", false, true),
    { ...width("source_len"), call: true }],
  joint: { embed_dim: -1 },
  asks: {
    attention_params: { what: "parameters", to: (question) => ({ num_heads: 1, ...question }) },
    attention_mult_adds: {
      what: "mult-adds",
      from: (args, input) => (isPlain(args) ? lengths(args, input) : null),
      to: ({ batch, target_len, source_len, embed_dim }) => ({
        embed_dim, num_heads: 1, source_len, batch_first: true,
        input_shape: [batch, target_len, embed_dim] }),
    },
  },
  count(args, input) {
    demandHeads(args.embed_dim, args.num_heads);
    demandQuery(input);
    demandWidth(input, args.embed_dim);
    demandProbability(Math.max(args.dropout, 0));  // PyTorch draws only where it is above 0
    return {
      shape: input,
      parameters: attentionParameters(args),
      multAdds: attentionWork({ ...args, ...lengths(args, input),
        extra: args.add_bias_kv + args.add_zero_attn }),
      notes: ["The number of heads changes no count: the heads share the width among themselves."],
    };
  },
});

const isPlain = ({ kdim, vdim, add_bias_kv, add_zero_attn }) =>
  kdim === null && vdim === null && !add_bias_kv && !add_zero_attn;

/** The question of the exercise, from the call. */
function lengths({ embed_dim, batch_first, source_len }, input) {
  const [batch, target_len] = batchAndLength(input, batch_first);
  return { batch, target_len, source_len: source_len ?? target_len, embed_dim };
}

const encoder = layer({
  ...common,
  id: "transformer_layer",
  name: "nn.TransformerEncoderLayer",
  arguments: [
    int("d_model", 64, 4096), heads("nhead", 4),
    int("dim_feedforward", 2048, 16384, { default: 2048 }),
    number("dropout", 0.1, { min: 0, max: 1, ownWords: true }), flag("batch_first", false, true),
    flag("norm_first", false), flag("bias", true)],
  joint: { d_model: -1 },
  asks: {
    transformer_layer_params: {
      what: "parameters",
      from: (args) => (args.bias ? args : null),
      to: (question) => ({ nhead: 1, ...question }),
    },
  },
  count(args, input) {
    const { d_model, nhead, dim_feedforward, norm_first } = args;
    demandHeads(d_model, nhead);
    demandProbability(args.dropout);
    demand(!norm_first || input.at(-1) === d_model, "RuntimeError", "Given normalized_shape="
      + `[${d_model}], expected input with shape [*, ${d_model}], but got input of `
      + `size${list(input)}`);
    demandQuery(input);
    demandWidth(input, d_model);
    const [batch, length] = batchAndLength(input, args.batch_first);
    return {
      shape: input,
      parameters: encoderParameters(args),
      multAdds: plus(
        attentionWork({ batch, target_len: length, source_len: length, embed_dim: d_model }),
        times(2, batch, length, d_model, dim_feedforward)),
    };
  },
});

const grouped = layer({
  ...common,
  id: "grouped_query",
  name: "Grouped-query attention",
  arguments: [
    int("embed_dim", 64, 8192), int("num_heads", 8, 128), int("num_kv_heads", 2, 128),
    int("head_dim", 8, 256)],
  joint: { embed_dim: -1 },
  asks: { grouped_query_params: "parameters" },
  line: ({ embed_dim, num_heads, num_kv_heads, head_dim }) => [
    ["query", embed_dim, num_heads * head_dim], ["key", embed_dim, num_kv_heads * head_dim],
    ["value", embed_dim, num_kv_heads * head_dim], ["output", num_heads * head_dim, embed_dim]]
    .map(([name, read, written]) => `${name} = nn.Linear(${read}, ${written}, bias=False)`)
    .join("\n"),
  count(args, input) {
    const { embed_dim, num_heads, num_kv_heads, head_dim } = args;
    demand(num_heads % num_kv_heads === 0, "RuntimeError", "Number of heads in key and value must "
      + "divide the number of heads in ");
    limit(input.length === 3, "ValueError", "The input is a batch of sequences here: "
      + "three entries.");
    demandFeatures(input, embed_dim, num_heads * head_dim);
    const [batch, length] = input;
    return {
      shape: input,
      parameters: groupedParameters(args),
      multAdds: times(batch, plus(
        times(length, groupedParameters(args)),
        times(2, length, length, num_heads, head_dim))),
    };
  },
});

export const layers = [attention, encoder, grouped];
