// Whole networks, from what their names stand for.

import { div, pairwise, plus, times, total } from "./arithmetic.js";
import { basicBlock } from "./blocks.js";
import { convolutionParameters } from "./convolution.js";
import { linearParameters } from "./dense.js";
import { limit } from "./errors.js";
import { flag, int, layer } from "./layer.js";
import { blockParameters } from "./patches.js";
import { python } from "./python.js";
import { asIf } from "./rules.js";

const conv = (in_channels, out_channels, kernel_size, bias = true) =>
  convolutionParameters({ in_channels, out_channels, kernel_size, bias });
const linear = (in_features, out_features) => linearParameters({ in_features, out_features });
const matrix = (rows, columns) => rows * columns;

const lenet5 = () =>
  plus(conv(1, 6, 5), conv(6, 16, 5), linear(400, 120), linear(120, 84), linear(84, 10));

const convolutions = (config) => config.filter((one) => one !== "M");

/** 3x3 convolutions, and a classifier on the 7x7 maps that are left. */
function vgg({ config, batch_norm = false, num_classes = 1000 }) {
  const channels = convolutions(config);
  return plus(
    ...pairwise([3, ...channels]).map(([before, after]) => conv(before, after, 3)),
    batch_norm && times(2, plus(...channels)),
    linear(49 * channels.at(-1), 4096), linear(4096, 4096), linear(4096, num_classes));
}

const STAGES = [[64, 64], [64, 128], [128, 256], [256, 512]];

/** A stem, four stages of basic blocks, a Linear. */
function resnet({ blocks, num_classes = 1000 }) {
  const stages = STAGES.flatMap(([before, after], place) => [
    basicBlock({ in_channels: before, out_channels: after }),
    times(blocks[place] - 1, basicBlock({ in_channels: after, out_channels: after }))]);
  return plus(conv(3, 64, 7, false), times(2, 64), ...stages, linear(512, num_classes));
}

const gpt2 = ({ vocab_size, context, d_model, num_layers }) => plus(
  times(vocab_size, d_model), times(context, d_model),
  times(num_layers, blockParameters(d_model, 4 * d_model)), times(2, d_model));

const keyWidth = ({ d_model, num_heads, num_kv_heads }) => num_kv_heads * div(d_model, num_heads);

/** Four projections, three matrices of a SwiGLU and two RMSNorms a layer. */
function llama(a) {
  const { vocab_size, d_model, num_layers, hidden_dim, tied = false } = a;
  const block = plus(
    times(2, d_model, d_model), times(2, d_model, keyWidth(a)), times(3, d_model, hidden_dim),
    times(2, d_model));
  return plus(times(!tied && 2, vocab_size, d_model), times(num_layers, block), d_model);
}

const biases = () => 6 + 16 + 120 + 84 + 10;
const channelsOf = (a) => total(convolutions(a.config));
const oneBlock = asIf({ num_layers: 1 });

/** The channels of all BatchNorms of a ResNet. */
const normalized = ({ blocks }) => 64 + total(STAGES.map(([before, after], place) =>
  after * (2 * blocks[place] + (before !== after))));

export const exercises = {
  lenet5_params: {
    answer: lenet5,
    mistakes: {
      "no biases": (a, ask) => ask() - biases(),
      "28x28 images": (a, ask) => ask() - 120 * 16 * (25 - 16),
      "second convolution sees one channel": (a, ask) => ask() - 16 * 5 * 25,
      "poolings with one parameter a map": (a, ask) => ask() + 22,
    },
  },
  vgg_params: {
    answer: vgg,
    mistakes: {
      "batch norm ignored": asIf({ batch_norm: false }),
      "num_classes ignored": asIf({ num_classes: 1000 }),
      "one number per channel": (a, ask) => ask() - a.batch_norm * channelsOf(a),
      "running statistics counted": (a, ask) => ask() + (a.batch_norm ? 2 * channelsOf(a) : 0),
      "convolutions without biases": (a, ask) => ask() - channelsOf(a),
    },
  },
  resnet_params: {
    answer: resnet,
    mistakes: {
      "bias in convolutions": (a, ask) => ask() + normalized(a),
      "batch norm forgotten": (a, ask) => ask() - 2 * normalized(a),
      "running statistics counted": (a, ask) => ask() + 2 * normalized(a),
      "no projections": (a, ask) => ask() - total(STAGES.slice(1).map(([before, after]) =>
        before * after + 2 * after)),
      "one block a stage": asIf({ blocks: [1, 1, 1, 1] }),
      "num_classes ignored": asIf({ num_classes: 1000 }),
    },
  },
  gpt2_params: {
    answer: gpt2,
    mistakes: {
      "head not tied": (a, ask) => ask() + matrix(a.d_model, a.vocab_size),
      "positions forgotten": asIf({ context: 0 }),
      "final LayerNorm forgotten": (a, ask) => ask() - 2 * a.d_model,
      "biases or LayerNorms missing": (a, ask) => ask() - 4 * a.num_layers * a.d_model,
      "one block only": oneBlock,
    },
  },
  llama_params: {
    answer: llama,
    mistakes: {
      "keys for every head": (a, ask) => ask({ num_kv_heads: a.num_heads }),
      "one key for all heads": asIf({ num_kv_heads: 1 }),
      "two matrices in SwiGLU": (a, ask) => ask() - a.num_layers * a.d_model * a.hidden_dim,
      "keys or values forgotten": (a, ask) => ask() - a.num_layers * a.d_model * keyWidth(a),
      "final RMSNorm forgotten": (a, ask) => ask() - a.d_model,
      "one block only": oneBlock,
    },
  },
};

const common = { family: "Whole networks", lesson: "16-networks" };
const classes = int("num_classes", 1000, 100000, { default: 1000 });

const VGG16 = [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512,
  "M"];

const written = (name, specs, args) =>
  `${name}(${specs.map((one) => `${one.name}=${python(args[one.name])}`).join(", ")})`;

/** A network that is counted as a whole. */
const network = (id, name, exercise, specs, check = () => {}) => layer({
  ...common,
  id,
  name,
  arguments: specs,
  asks: { [exercise]: "parameters" },
  line: (args) => written(exercise, specs, args),
  count(args) {
    check(args);
    return { parameters: exercises[exercise].answer(args) };
  },
});

const vocabulary = (value) => int("vocab_size", value, 300000);

export const layers = [
  network("lenet5", "LeNet-5", "lenet5_params", []),
  network("vgg", "VGG", "vgg_params",
    [{ name: "config", kind: "config", value: VGG16, min: 1 }, flag("batch_norm", false), classes],
    ({ config }) => limit(convolutions(config).length > 0, "ValueError",
      "`config` has one convolution or more.")),
  network("resnet", "ResNet of basic blocks", "resnet_params",
    [{ name: "blocks", kind: "ints", value: [2, 2, 2, 2], min: 1, max: 64 }, classes],
    ({ blocks }) => limit(blocks.length === 4, "ValueError", "`blocks` has four stages.")),
  network("gpt2", "GPT-2", "gpt2_params",
    [vocabulary(50257), int("context", 1024, 8192), int("d_model", 768, 8192),
      int("num_layers", 12, 128)]),
  network("llama", "Llama", "llama_params",
    [vocabulary(128256), int("d_model", 4096, 16384), int("num_layers", 32, 128),
      int("num_heads", 32, 128), int("num_kv_heads", 8, 128), int("hidden_dim", 14336, 65536),
      flag("tied", false)],
    ({ d_model, num_heads }) => limit(d_model % num_heads === 0, "ValueError",
      `The heads share d_model evenly: ${d_model} is no multiple of ${num_heads}.`)),
];
