// Mixtures of experts: who is there, and whom one token meets.

import { div, plus, times } from "./arithmetic.js";
import { demandFeatures } from "./dense.js";
import { demand, limit } from "./errors.js";
import { int, layer } from "./layer.js";
import { FLOPS, asIf } from "./rules.js";

/** A router without a bias, and so many experts of three matrices. */
const mixture = ({ d_model, hidden_dim, num_experts }, present, shared = 0) => plus(
  times(d_model, num_experts),
  times(shared ? plus(present, shared) : present, 3, d_model, hidden_dim));

const all = (a) => mixture(a, a.num_experts, a.num_shared);
const met = (a) => mixture(a, a.top_k, a.num_shared);
const work = (a) => times(a.tokens, met(a));

const router = (a) => a.d_model * a.num_experts;
const tokens = (a) => a.tokens ?? 1;

/** Wrong in all three counts; `count` says how many experts are counted beside the shared ones. */
const common = (count) => ({
  "router forgotten": (a, ask) => ask() - tokens(a) * router(a),
  "two matrices": (a, ask) => ask()
    - tokens(a) * (count(a) + a.num_shared) * a.d_model * a.hidden_dim,
  "shared experts ignored": asIf({ num_shared: 0 }),
  "shared experts in the router": (a, ask) => ask() + tokens(a) * a.num_shared * a.d_model,
});

const CHOICE = {
  "all experts": (a, ask) => ask({ top_k: a.num_experts }),
  "one of the experts": asIf({ top_k: 1 }),
  "chosen rows of the router": (a, ask) =>
    ask() - tokens(a) * (a.num_experts - a.top_k) * a.d_model,
};

export const exercises = {
  moe_params: {
    answer: all,
    mistakes: {
      ...common((a) => a.num_experts),
      "one expert": asIf({ num_experts: 1 }),
      "router with a bias": (a, ask) => ask() + a.num_experts,
    },
  },
  moe_active_params: {
    answer: met,
    mistakes: {
      ...common((a) => a.top_k),
      ...CHOICE,
      "a share of everything": (a, ask) =>
        div(ask({ top_k: a.num_experts }) * a.top_k, a.num_experts),
    },
  },
  moe_mult_adds: {
    answer: work,
    mistakes: {
      ...common((a) => a.top_k),
      ...CHOICE,
      ...FLOPS,
      "one token only": asIf({ tokens: 1 }),
    },
  },
};

export const layers = [layer({
  id: "moe",
  name: "Mixture of experts",
  family: "Experts",
  lesson: "21-experts",
  arguments: [
    int("d_model", 4096, 8192), int("hidden_dim", 14336, 32768), int("num_experts", 8, 256),
    int("top_k", 2, 16), int("num_shared", 0, 8, { default: 0, min: 0 })],
  input: { name: "input_shape", value: [1, 4096], axes: ["tokens", "D"] },
  joint: { d_model: -1 },
  asks: {
    moe_params: { what: "parameters", to: (question) => ({ top_k: 1, ...question }) },
    moe_active_params: "active parameters",
    moe_mult_adds: {
      what: "mult-adds",
      from: (args, input) => ({ ...args, tokens: input[0] }),
      to: ({ tokens: count, ...question }) =>
        ({ ...question, input_shape: [count, question.d_model] }),
    },
  },
  line: (a) => `moe_params(${a.d_model}, ${a.hidden_dim}, ${a.num_experts}`
    + `${a.num_shared ? `, num_shared=${a.num_shared}` : ""})`,
  count(args, input) {
    const { d_model, num_experts, top_k } = args;
    demand(top_k <= num_experts, "RuntimeError", "selected index k out of range");
    limit(input.length === 2, "ValueError", "The input is a list of tokens here: two entries.");
    demandFeatures(input, d_model, num_experts);
    return {
      shape: input,
      parameters: all(args),
      multAdds: work({ ...args, tokens: input[0] }),
      more: [{ what: "active parameters", exercise: "moe_active_params", answer: met(args) }],
      notes: ["Memory follows all the experts, mult-adds those that a token meets."],
    };
  },
})];
