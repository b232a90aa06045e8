"""Wrong answers to the exercises of lesson 14, with the words that their cards must say."""

PARAMS = "def attention_params(embed_dim, bias=True, kdim=None, vdim=None, add_bias_kv=False):\n"
SIZES = PARAMS + "    k, v = kdim or embed_dim, vdim or embed_dim\n"
MATRICES = "embed_dim * (2 * embed_dim + k + v)"
BIASES = "(4 * embed_dim if bias else 0)"
EXTRA = "(2 * embed_dim if add_bias_kv else 0)"
WORK = "def attention_mult_adds(batch, target_len, source_len, embed_dim):\n"
PROJECTIONS = "2 * (target_len + source_len) * embed_dim**2"
PAIRS = "2 * target_len * source_len * embed_dim"
LAYER = "def transformer_layer_params(d_model, dim_feedforward=2048):\n"
ATTENTION = "4 * d_model**2 + 4 * d_model"
FEED_FORWARD = "2 * d_model * dim_feedforward + dim_feedforward + d_model"
GROUPED = "def grouped_query_params(embed_dim, num_heads, num_kv_heads, head_dim):\n"
THREE = "embed_dim * head_dim * (num_heads + 2 * num_kv_heads)"
SCORES = """import math
def attend(query, keys, values):
    scores = [sum(q * k for q, k in zip(query, key)) / len(query)**0.5 for key in keys]
"""
WEIGHTS = """    shares = [math.exp(score - max(scores)) for score in scores]
    weights = [share / sum(shares) for share in shares]
"""
MIX = "    return [sum(w * v for w, v in zip(weights, column)) for column in zip(*values)]\n"

CARDS = [
    ("attend", SCORES.replace(" / len(query)**0.5", "") + WEIGHTS + MIX, "bare products"),
    ("attend", SCORES.replace("**0.5", "") + WEIGHTS + MIX, "a root stands over it"),
    ("attend", SCORES.replace("len(query)", "len(keys)") + WEIGHTS + MIX, "the number of keys"),
    ("attend", SCORES + "    weights = scores\n" + MIX, "A softmax comes between"),
    (
        "attend",
        SCORES + "    weights = [s / sum(scores) for s in scores]\n" + MIX,
        "A softmax takes the exponential of each score first",
    ),
    ("attend", SCORES + "    weights = [1.0] * len(keys)\n" + MIX, "every value the weight 1"),
    ("attend", SCORES + WEIGHTS + "    return weights\n", "You returned the weights"),
    (
        "attend",
        SCORES + WEIGHTS + MIX.replace("zip(*values)", "values"),
        "go down a column of `values`, not along a row",
    ),
    (
        "attend",
        SCORES + WEIGHTS + "    return [w * v for w, row in zip(weights, values) for v in row]\n",
        "one long list",
    ),
    (
        "attend",
        SCORES + WEIGHTS + MIX.replace("zip(*values)", "zip(*keys)"),
        "You mixed the keys with your weights",
    ),
    (
        "attend",
        SCORES.replace("in keys", "in values") + WEIGHTS + MIX,
        "You compared the query with the values",
    ),
    (
        "attend",
        SCORES.replace("in keys", "in values") + WEIGHTS + MIX.replace("*values", "*keys"),
        "It is the other way round",
    ),
    (
        "attend",
        SCORES + WEIGHTS.replace(" - max(scores)", "") + MIX,
        "`OverflowError: math range error`",
    ),
    ("attention_params", PARAMS + "    return 3 * (embed_dim**2 + embed_dim)\n", "a fourth"),
    ("attention_params", PARAMS + "    return embed_dim**2 + embed_dim\n", "You counted one proj"),
    (
        "attention_params",
        SIZES + f"    return {MATRICES} + (4 if bias else 0) + {EXTRA}\n",
        "A bias is a vector",
    ),
    (
        "attention_params",
        SIZES + f"    return 2 * embed_dim**2 + k**2 + v**2 + {BIASES} + {EXTRA}\n",
        "You squared `kdim` and `vdim`",
    ),
    (
        "attention_params",
        SIZES + f"    return {MATRICES} + {BIASES} + (2 if add_bias_kv else 0)\n",
        "one number for the extra key",
    ),
    (
        "attention_params",
        SIZES + f"    return {MATRICES} + {BIASES} + (2 * embed_dim**2 if add_bias_kv else 0)\n",
        "You counted a matrix for the extra key",
    ),
    (
        "attention_params",
        PARAMS + "    return 4 * embed_dim**2 + 4 * embed_dim if bias else 0\n",
        "`(a + b) if c else 0`",
    ),
    (
        "attention_params",
        (SIZES + f"    return {MATRICES} + {BIASES} + {EXTRA}\n").replace("or embed_dim", "or 0"),
        "You take None for 0",
    ),
    (
        "attention_params",
        SIZES
        + f"    if add_bias_kv:\n        bias = True\n    return {MATRICES} + {BIASES} + {EXTRA}\n",
        "The two options do not know of each other",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * ({PROJECTIONS} + 2 * target_len * source_len)\n",
        "How many products are summed for one score?",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * (4 * embed_dim**2 + {PAIRS})\n",
        "the projections for one position",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * ({PROJECTIONS} + {PAIRS} * embed_dim)\n",
        "`embed_dim` twice",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * {PROJECTIONS} + {PAIRS}\n",
        "Are there brackets missing?",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * (2 * {PROJECTIONS} + {PAIRS})\n",
        "all four projections work on both sequences",
    ),
    (
        "attention_mult_adds",
        WORK + f"    return batch * ({PROJECTIONS} + 2 * source_len**2 * embed_dim)\n",
        "You let the keys meet each other",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {ATTENTION} + 2 * d_model * dim_feedforward\n",
        "two bare matrices",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {ATTENTION} + {FEED_FORWARD} + 4\n",
        "You counted a LayerNorm as two numbers",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {ATTENTION} + {FEED_FORWARD} + 6 * d_model\n",
        "This layer has two LayerNorms",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {ATTENTION} + {FEED_FORWARD} + 2 * d_model + 2 * dim_feedforward\n",
        "one LayerNorm work on `dim_feedforward` numbers",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {ATTENTION} + d_model**2 + d_model + 4 * d_model\n",
        "one Linear from `d_model` to `d_model`",
    ),
    (
        "transformer_layer_params",
        LAYER + f"    return {FEED_FORWARD}\n",
        "You counted the feed-forward part",
    ),
    (
        "grouped_query_params",
        GROUPED + f"    return {THREE} + embed_dim**2\n",
        "Your output projection is square",
    ),
    (
        "grouped_query_params",
        GROUPED + f"    return {THREE} + (num_heads * head_dim) ** 2\n",
        "It leads back to `embed_dim` numbers",
    ),
    (
        "grouped_query_params",
        GROUPED + "    return embed_dim * head_dim * (num_heads + num_kv_heads)\n",
        "You have half of it",
    ),
]
