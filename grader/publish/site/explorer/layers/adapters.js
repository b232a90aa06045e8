// LoRA: a thin pair of matrices beside a frozen one.

import { div, plus, times } from "./arithmetic.js";
import { adamBytes } from "./cost.js";
import { demandFeatures } from "./dense.js";
import { limit } from "./errors.js";
import { anything, int, layer } from "./layer.js";
import { python } from "./python.js";
import { asIf } from "./rules.js";

const TARGETS = ["q", "k", "v", "o", "gate", "up", "down"];

/** Down to the rank, and up again. */
const pairOf = ({ in_features, out_features, rank }) =>
  times(rank, plus(in_features, out_features));

const keyWidth = ({ d_model, num_heads, num_kv_heads }) => num_kv_heads * div(d_model, num_heads);

/** The two sides of a target; keys and values are as wide as `keys`. */
function widths({ d_model, hidden_dim }, target, keys) {
  if (["k", "v"].includes(target)) return [d_model, keys];
  return [d_model, ["q", "o"].includes(target) ? d_model : hidden_dim];
}

/** The adapters of all layers. */
const ofLlama = (a, keys = keyWidth(a)) => times(a.num_layers, a.rank,
  plus(...a.targets.flatMap((target) => widths(a, target, keys))));

/** The frozen base as it is; adapters with gradient and two moments. */
const fineTuning = ({ base_params, adapter_params, base_element_size = 2 }) =>
  plus(times(base_params, base_element_size), adamBytes({ num_params: adapter_params }));

export const exercises = {
  lora_params: {
    answer: pairOf,
    mistakes: {
      "rank times the weight": (a) => a.rank * a.in_features * a.out_features,
      "square, of the inputs": (a, ask) => ask({ out_features: a.in_features }),
      "B forgotten": asIf({ out_features: 0 }),
      "A forgotten": asIf({ in_features: 0 }),
      "whole weight": (a) => a.in_features * a.out_features,
      "alpha counted": (a, ask) => ask() + 1,
    },
  },
  llama_lora_params: {
    answer: (a) => ofLlama(a),
    mistakes: {
      "as many keys as queries": (a) => ofLlama(a, a.d_model),
      "one head only": (a) => ofLlama(a, div(a.d_model, a.num_heads)),
      "one number a head": (a) => ofLlama(a, a.num_kv_heads),
    },
  },
  finetune_bytes: {
    answer: fineTuning,
    mistakes: {
      "base trained": (a) => 16 * (a.base_params + a.adapter_params),
      "base forgotten": (a) => 16 * a.adapter_params,
      "adapters forgotten": (a) => a.base_params * a.base_element_size,
      "one value for each adapter parameter": (a, ask) => ask() - 12 * a.adapter_params,
      "three values": (a, ask) => ask() - 4 * a.adapter_params,
      "always two bytes": asIf({ base_element_size: 2 }),
    },
  },
};

const rank = int("rank", 16, 256);
const common = { family: "Adapters", lesson: "22-adapters" };

const lora = layer({
  ...common,
  id: "lora",
  name: "LoRA beside a Linear",
  arguments: [int("in_features", 4096, 16384), int("out_features", 4096, 16384), rank],
  input: anything(1, 4096),
  joint: { in_features: -1 },
  asks: { lora_params: "parameters" },
  line: (a) => `nn.Sequential(nn.Linear(${a.in_features}, ${a.rank}, bias=False), `
    + `nn.Linear(${a.rank}, ${a.out_features}, bias=False))`,
  count(args, input) {
    demandFeatures(input, args.in_features, args.rank);
    return {
      shape: [...input.slice(0, -1), args.out_features],
      parameters: pairOf(args),
      multAdds: times(...input.slice(0, -1), pairOf(args)),
      notes: ["The frozen weight beside it is not trained, and not counted here."],
    };
  },
});

const llama = layer({
  ...common,
  id: "llama_lora",
  name: "LoRA in a Llama",
  arguments: [
    int("d_model", 4096, 16384), int("num_layers", 32, 128), int("num_heads", 32, 128),
    int("num_kv_heads", 8, 128), int("hidden_dim", 14336, 65536), rank,
    { name: "targets", kind: "words", options: TARGETS, value: ["q", "v"] }],
  asks: { llama_lora_params: "parameters" },
  line: (a) => `LoraConfig(r=${a.rank}, target_modules=[${a.targets
    .map((one) => python(`${one}_proj`)).join(", ")}])`,
  count(args) {
    limit(args.d_model % args.num_heads === 0, "ValueError", "The heads share d_model evenly: "
      + `${args.d_model} is no multiple of ${args.num_heads}.`);
    return { parameters: ofLlama(args) };
  },
});

const fine = layer({
  ...common,
  id: "finetune",
  name: "Memory of fine-tuning",
  arguments: [
    int("base_params", 8030261248, 100000000000), int("adapter_params", 6815744, 1000000000),
    { name: "base_element_size", kind: "choice", options: [1, 2, 4, 8], value: 2, default: 2 }],
  asks: { finetune_bytes: "bytes" },
  line: (a) => `finetune_bytes(${a.base_params}, ${a.adapter_params}, ${a.base_element_size})`,
  count: (args) => ({
    parameters: plus(args.base_params, args.adapter_params),
    more: [{ what: "bytes", exercise: "finetune_bytes", answer: fineTuning(args) }],
    notes: ["Activations are not counted."] }),
});

export const layers = [lora, llama, fine];
