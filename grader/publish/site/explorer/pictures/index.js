/** Which pictures belong to a layer: those that its arguments and its shapes can be seen in. */

import { h } from "../dom.js";
import { pair } from "../layers/arithmetic.js";
import { shapeWords, valueWords } from "../say.js";
import { connections } from "./connections.js";
import { gates, gatesOf } from "./gates.js";
import { boxes, heads, lookUp, projections } from "./heads.js";
import { parts } from "./parts.js";
import { cache, sharing } from "./shared.js";
import { adaptiveSides, sidesOf, windows } from "./windows.js";

const MOST_PLACES = 4000; // on a side; beyond, a picture shows nothing

/** The pictures of a layer at these arguments; none where PyTorch raises. */
export function pictureOf({ layer, args, input }, { counts }) {
  if (!counts) {
    return null;
  }
  const own = PICTURES.flatMap((draw) => draw(layer, args, input, counts) ?? []);
  return h("div", { class: "pictures" }, own.length ? own : plain(layer, input, counts),
    parts(counts));
}

/** In and out, or what is asked of a layer that has neither. */
function plain(layer, input, { shape, more, parameters }) {
  const before = input?.length ? shapeWords(input) : "its arguments";
  const answer = more?.[0] && `${more[0].what}: ${valueWords(more[0].value)}`;
  return boxes(layer.name, before, shape ? shapeWords(shape)
    : answer || `${valueWords(parameters)} parameters`);
}

const PICTURES = [overAnImage, adaptive, transposed, connected, recurrent, attention, looked,
  shares, cached];

const isTransposed = ({ name }) => name.includes("Transpose");

function overAnImage(layer, args, input, { shape }) {
  const sides = overTheInput(layer, args, input, shape);
  return sides && windows(sides, { what: args.patch_size ? "patch" : "window" });
}

/** The sides over which a layer's window moves, with its places; null where there is none. */
export function overTheInput(layer, args, input, shape) {
  const lengths = sidesIn(layer, input);
  const kernel = args.kernel_size ?? args.patch_size;
  if (kernel === undefined || isTransposed(layer) || !lengths
    || Math.max(...lengths) > MOST_PLACES) {
    return null;
  }
  const counts = args.patch_size
    ? lengths.map((length, at) => Math.floor(length / pair(args.patch_size)[at]))
    : sidesIn(layer, shape);
  return counts && sidesOf(args, lengths, counts);
}

/** The sides over which a window moves: none, the length, or height and width. */
function sidesIn(layer, shape) {
  const count = layer.input?.axes?.includes("H") ? 2 : layer.input?.axes?.includes("L") ? 1 : 0;
  return count && shape && shape.length > count ? shape.slice(-count) : null;
}

function adaptive(layer, args, input, { shape }) {
  const [lengths, counts] = [sidesIn(layer, input), sidesIn(layer, shape)];
  return layer.name.includes("Adaptive") && lengths && counts?.every(Boolean)
    ? windows(adaptiveSides(lengths, counts)) : null;
}

function transposed(layer, args, input, { shape }) {
  const sides = overTheOutput(layer, args, input, shape);
  return sides && windows(sides, { transposed: true });
}

/** The same for a layer that writes windows into its output. */
export function overTheOutput(layer, args, input, shape) {
  const [counts, lengths] = [sidesIn(layer, input), sidesIn(layer, shape)];
  return isTransposed(layer) && lengths && counts ? sidesOf(args, lengths, counts) : null;
}

function connected(layer, args) {
  const plainly = /^nn\.(Linear|Conv\d)/.test(layer.name) ? READING.plain : null;
  const reading = READING[layer.id] ?? plainly;
  return reading ? connections(...reading(args)) : null;
}

/** Inputs, outputs, groups, and what they are called. */
const READING = {
  plain: (args) => [args.in_features ?? args.in_channels, args.out_features ?? args.out_channels,
    args.groups ?? 1, args.in_features ? "feature" : "channel"],
  depthwise: ({ in_channels: channels, multiplier }) =>
    [channels, channels * (multiplier ?? 1), channels, "channel"],
  pointwise: ({ in_channels, out_channels }) => [in_channels, out_channels, 1, "channel"],
};

function recurrent(layer, args) {
  return gatesOf(layer.name) ? gates(layer.name, args) : null;
}

function attention(layer, args) {
  const { embed_dim: width, num_heads: queries, num_kv_heads: keys } = args;
  if (width === undefined || queries === undefined) {
    return null;
  }
  const size = args.head_dim ?? width / queries;
  const shared = keys ?? queries;
  return [
    projections([
      { name: "query", rows: queries * size, columns: width },
      { name: "key", rows: shared * size, columns: args.kdim ?? width },
      { name: "value", rows: shared * size, columns: args.vdim ?? width },
      { name: "output", rows: width, columns: queries * size },
    ], "Its projections"),
    heads(queries, shared, size),
  ];
}

function looked(layer, { num_embeddings: rows, embedding_dim: columns }, input) {
  if (rows === undefined || columns === undefined) {
    return null;
  }
  return lookUp(rows, columns, input ? input.reduce((all, one) => all * one, 1) : null);
}

/** Which cells share the first cell's mean, and the sentence that says so. */
const SHARING = {
  "nn.BatchNorm1d": () => [(_, channel) => channel === 0,
    "One channel of all samples shares a mean (in training)."],
  "nn.BatchNorm2d": () => [(_, channel) => channel === 0,
    "One channel of all samples shares a mean (in training)."],
  "nn.InstanceNorm2d": () => [(sample, channel) => sample === 0 && channel === 0,
    "Each channel of each sample has a mean of its own."],
  "nn.GroupNorm": ({ num_groups, num_channels }) => [
    (sample, channel) => sample === 0 && channel < num_channels / num_groups,
    `${num_channels / num_groups} channels of one sample share a mean.`],
};

function shares(layer, args, input) {
  if (!SHARING[layer.name] || input.length < 2) {
    return null;
  }
  const [together, words] = SHARING[layer.name](args);
  return sharing(input, together, words);
}

function cached(layer, args) {
  return layer.id === "kv_cache" ? cache(args) : null;
}
