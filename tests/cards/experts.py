"""Wrong answers to the exercises of lesson 21, with the words that their cards must say."""

EXP = """import math
def softmax(logits):
    powers = [math.exp(z - max(logits)) for z in logits]
    return [power / sum(powers) for power in powers]
def route(logits, top_k):
"""
BEST = EXP + "    best = sorted(range(len(logits)), key=lambda e: -logits[e])[:top_k]\n"
SPREAD = """    answer = [0.0] * len(logits)
    for e, w in zip(best, weights):
        answer[e] = w
    return answer
"""
HELD = "def moe_params(d_model, hidden_dim, num_experts, num_shared=0):\n"
ACTIVE = "def moe_active_params(d_model, hidden_dim, num_experts, top_k, num_shared=0):\n"
WORK = "def moe_mult_adds(tokens, d_model, hidden_dim, num_experts, top_k, num_shared=0):\n"
EXPERT = "3 * d_model * hidden_dim"
ROUTER = "d_model * num_experts"

CARDS = [
    (
        "route",
        BEST + "    shares = softmax(logits)\n"
        "    return [s if e in best else 0.0 for e, s in enumerate(shares)]\n",
        "does not sum to 1 any more",
    ),
    (
        "route",
        BEST + "    return softmax([z if e in best else 0 for e, z in enumerate(logits)])\n",
        "A logit of 0 still gets a share",
    ),
    ("route", EXP + "    return softmax(logits)\n", "You gave every expert a weight"),
    (
        "route",
        BEST + "    return [1 / top_k if e in best else 0.0 for e in range(len(logits))]\n",
        "all count the same",
    ),
    (
        "route",
        BEST + "    return [1 if e in best else 0 for e in range(len(logits))]\n",
        "who is asked, not how much",
    ),
    ("route", EXP + "    return softmax(sorted(logits)[-top_k:][::-1])\n", "the largest first"),
    (
        "route",
        EXP + "    least = sorted(logits)[-top_k]\n"
        "    return softmax([z for z in logits if z >= least])\n",
        "You left out the experts that are not asked",
    ),
    (
        "route",
        BEST + "    return softmax([logits[e] for e in best]) + [0.0] * (len(logits) - top_k)\n",
        "in the order of their size",
    ),
    ("route", BEST + "    return best\n", "the places of the chosen experts"),
    (
        "route",
        EXP + "    best = sorted(range(len(logits)), key=lambda e: logits[e])[:top_k]\n"
        "    weights = softmax([logits[e] for e in best])\n" + SPREAD,
        "the smallest logits",
    ),
    (
        "route",
        EXP + "    limit = sorted(logits, reverse=True)[min(top_k, len(logits) - 1)]\n"
        "    powers = [math.exp(z - max(logits)) if z >= limit else 0.0 for z in logits]\n"
        "    return [power / sum(powers) for power in powers]\n",
        "one expert too many",
    ),
    (
        "route",
        BEST + "    weights = softmax(softmax([logits[e] for e in best]))\n" + SPREAD,
        "weights that were one already",
    ),
    (
        "route",
        BEST + "    chosen = [logits[e] for e in best]\n"
        "    weights = [z / (sum(chosen) or 1) for z in chosen]\n" + SPREAD,
        "A softmax takes the exponential",
    ),
    (
        "route",
        BEST + "    weights = [1 / (1 + math.exp(-max(logits[e], -700))) for e in best]\n" + SPREAD,
        "You took the sigmoid",
    ),
    (
        "route",
        EXP + "    least = sorted(logits)[-top_k]\n"
        "    powers = [math.exp(z) if z >= least else 0.0 for z in logits]\n"
        "    return [power / sum(powers) for power in powers]\n",
        "`OverflowError: math range error`",
    ),
    (
        "route",
        EXP + "    best = range(top_k)\n"
        "    weights = softmax([logits[e] for e in best])\n" + SPREAD,
        "the first `top_k` experts as they stand",
    ),
    (
        "route",
        BEST + "    weights = softmax([logits[e] for e in best])\n"
        "    return list(zip(best, weights))\n",
        "pairs of a place and a weight",
    ),
    (
        "moe_params",
        HELD + f"    return (num_experts + num_shared) * {EXPERT}\n",
        "Somebody has to say which of them a token goes to",
    ),
    (
        "moe_params",
        HELD + f"    return {ROUTER} + (num_experts + num_shared) * 2 * d_model * hidden_dim\n",
        "A SwiGLU has three",
    ),
    (
        "moe_params",
        HELD + f"    return {ROUTER} + num_experts * {EXPERT}\n",
        "Your number does not grow with the shared experts",
    ),
    (
        "moe_params",
        HELD + f"    return (d_model + {EXPERT}) * (num_experts + num_shared)\n",
        "a row for each shared expert",
    ),
    (
        "moe_params",
        HELD + f"    return {ROUTER} + {EXPERT} * (num_experts + (num_shared > 0))\n",
        "You counted one shared expert",
    ),
    (
        "moe_params",
        HELD + f"    return {ROUTER} + num_experts + {EXPERT} * (num_experts + num_shared)\n",
        "You gave the router a bias",
    ),
    (
        "moe_params",
        HELD + f"    return (num_experts + num_shared) * ({ROUTER} + {EXPERT})\n",
        "There is one router in the layer",
    ),
    ("moe_params", HELD + f"    return {ROUTER} + {EXPERT}\n", "one expert beside the router"),
    (
        "moe_params",
        HELD + f"    return hidden_dim * num_experts + (num_experts + num_shared) * {EXPERT}\n",
        "Your router reads `hidden_dim` numbers",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return {ROUTER} + (num_experts + num_shared) * {EXPERT}\n",
        "You counted all experts",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return d_model * top_k + (top_k + num_shared) * {EXPERT}\n",
        "it has to make a logit for every expert",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return ({ROUTER} + (num_experts + num_shared) * {EXPERT})"
        " * top_k // num_experts\n",
        "Router and shared experts are not shared out",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return (top_k + num_shared) * {EXPERT}\n",
        "Somebody has to say",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return {ROUTER} + top_k * {EXPERT}\n",
        "Your number does not grow with the shared experts",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return top_k * ({ROUTER} + {EXPERT}) + num_shared * {EXPERT}\n",
        "One look at the token",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return {ROUTER} + (1 + num_shared) * {EXPERT}\n",
        "one of the routed experts",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return {ROUTER} + (num_experts - top_k + num_shared) * {EXPERT}\n",
        "the experts that are not chosen",
    ),
    (
        "moe_active_params",
        ACTIVE + f"    return {ROUTER} + top_k * (1 + num_shared) * {EXPERT}\n",
        "again for each chosen one",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return {ROUTER} + (top_k + num_shared) * {EXPERT}\n",
        "You counted one token",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return tokens * ({ROUTER} + (num_experts + num_shared) * {EXPERT})\n",
        "You counted all experts",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return {ROUTER} + tokens * (top_k + num_shared) * {EXPERT}\n",
        "It looks at every token",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return tokens * ({ROUTER} + top_k * {EXPERT}) + num_shared * {EXPERT}\n",
        "the shared experts for one token",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return 2 * tokens * ({ROUTER} + (top_k + num_shared) * {EXPERT})\n",
        "Twice too many",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return tokens * (top_k * d_model + (top_k + num_shared) * {EXPERT})\n",
        "rows of the chosen experts only",
    ),
    (
        "moe_mult_adds",
        WORK
        + f"    return tokens * ({ROUTER} + top_k * d_model + (top_k + num_shared) * {EXPERT})\n",
        "the weighting of the experts' answers",
    ),
    (
        "moe_mult_adds",
        WORK + f"    hidden = (top_k + num_shared) * (hidden_dim + {EXPERT})\n"
        f"    return tokens * ({ROUTER} + hidden)\n",
        "the product of gate and up",
    ),
    (
        "moe_mult_adds",
        WORK + f"    return tokens * ({ROUTER} + (1 + num_shared) * {EXPERT})\n",
        "one of the routed experts",
    ),
]
