"""Wrong answers to the exercises of lesson 19, with the words that their cards must say."""

ELEMENTS = "def cache_elements(batch, length, num_layers, num_kv_heads, head_dim, window=None):\n"
SEEN = ELEMENTS + "    kept = min(length, window) if window else length\n"
ONE = "num_layers * num_kv_heads * head_dim"
BYTES = (
    "def cache_bytes(batch, length, d_model, num_layers, num_heads, num_kv_heads, "
    "element_size=2, head_dim=None, window=None):\n"
)
HEAD = BYTES + "    head_dim = head_dim or d_model // num_heads\n"
KEPT = "    kept = min(length, window) if window else length\n"
TOKEN = "2 * batch * kept * num_layers"
TOKEN_WORK = "def decode_mult_adds(past, d_model, num_heads, num_kv_heads, hidden_dim):\n"
WIDTH = TOKEN_WORK + "    kv = d_model // num_heads * num_kv_heads\n"
PROJECTIONS = "2 * d_model * d_model + 2 * d_model * kv"
PAIRS = "2 * (past + 1) * d_model"
SWIGLU = "3 * d_model * hidden_dim"

CARDS = [
    ("cache_elements", SEEN + f"    return batch * kept * {ONE}\n", "You have half of it"),
    ("cache_elements", SEEN + f"    return 3 * batch * kept * {ONE}\n", "Who asks the query"),
    ("cache_elements", SEEN + f"    return 2 * kept * {ONE}\n", "one text of the batch"),
    (
        "cache_elements",
        SEEN + "    return 2 * batch * kept * num_kv_heads * head_dim\n",
        "Each layer makes keys and values of its own",
    ),
    (
        "cache_elements",
        SEEN + "    return 2 * batch * kept * num_layers * head_dim\n",
        "You counted one head of keys and values",
    ),
    (
        "cache_elements",
        ELEMENTS + f"    return 2 * batch * {ONE}\n",
        "what one token leaves behind",
    ),
    (
        "cache_elements",
        ELEMENTS + f"    return 2 * batch * length * {ONE}\n",
        "the oldest positions are thrown away",
    ),
    (
        "cache_elements",
        ELEMENTS + f"    return 2 * batch * (window or length) * {ONE}\n",
        "A text that is shorter than it does not fill it",
    ),
    (
        "cache_elements",
        SEEN.replace("min", "max") + f"    return 2 * batch * kept * {ONE}\n",
        "the larger one of `length` and `window`",
    ),
    (
        "cache_elements",
        SEEN.replace("length, window", "length, window - 1")
        + f"    return 2 * batch * kept * {ONE}\n",
        "one position too few",
    ),
    (
        "cache_elements",
        SEEN.replace("min(length, window)", "length % window")
        + f"    return 2 * batch * kept * {ONE}\n",
        "where the next token is written",
    ),
    (
        "cache_elements",
        SEEN.replace("length", "(length - 1)").replace("batch, (length - 1)", "batch, length")
        + f"    return 2 * batch * kept * {ONE}\n",
        "You left one token out",
    ),
    (
        "cache_elements",
        SEEN + f"    return 4 * batch * kept * {ONE}\n",
        "numbers, not bytes",
    ),
    (  # half right: the window, but for all texts at once
        "cache_elements",
        ELEMENTS
        + "    total = batch * length\n    if window:\n        total = min(total, window)\n"
        + f"    return 2 * total * {ONE}\n",
        "Each text has a window of its own",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_heads * head_dim * element_size\n",
        "You keep keys and values for every query head",
    ),
    (
        "cache_bytes",
        BYTES + KEPT + f"    return {TOKEN} * d_model * element_size\n",
        "Keys need not be as wide as the model",
    ),
    (
        "cache_bytes",
        HEAD.replace(" // num_heads", "")
        + KEPT
        + f"    return {TOKEN} * num_kv_heads * head_dim * element_size\n",
        "You gave each head `d_model` numbers",
    ),
    (
        "cache_bytes",
        HEAD.replace("num_heads\n", "num_kv_heads\n")
        + KEPT
        + f"    return {TOKEN} * num_kv_heads * head_dim * element_size\n",
        "You divided `d_model` among the key heads",
    ),
    (
        "cache_bytes",
        BYTES
        + "    head_dim = d_model // num_heads\n"
        + KEPT
        + f"    return {TOKEN} * num_kv_heads * head_dim * element_size\n",
        "although `head_dim` was given",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim\n",
        "You returned how many numbers are kept",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim * 2\n",
        "You took two bytes for every number",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim * element_size * 8\n",
        "as many as a byte has bits",
    ),
    (
        "cache_bytes",
        HEAD
        + "    kept = length\n"
        + f"    return {TOKEN} * num_kv_heads * head_dim * element_size\n",
        "Your cache grows without end",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim * element_size // 2\n",
        "You have half of it",
    ),
    (
        "cache_bytes",
        HEAD
        + KEPT
        + "    group = num_heads // num_kv_heads\n"
        + f"    return {TOKEN} * group * head_dim * element_size\n",
        "how many groups are there",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim * element_size * length\n",
        "You counted something for each pair of positions",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS.replace('(past + 1)', 'past')} + {SWIGLU}\n",
        "You have one key too few",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return (past + 1) * ({PROJECTIONS} + {PAIRS} + {SWIGLU})\n",
        "You ran the whole text through the layer again",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return (past + 1) * ({PROJECTIONS} + {SWIGLU}) + {PAIRS}\n",
        "Your matrices work on all the tokens",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + past * 2 * d_model * kv + {PAIRS} + {SWIGLU}\n",
        "To have them is what the cache is for",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} * (past + 1) + {SWIGLU}\n",
        "scores between all pairs of tokens",
    ),
    (
        "decode_mult_adds",
        TOKEN_WORK + f"    return 4 * d_model**2 + {PAIRS} + {SWIGLU}\n",
        "their two matrices are narrower",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + 2 * (past + 1) * kv + {SWIGLU}\n",
        "every query head meets the keys of its group",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} // num_heads + {SWIGLU}\n",
        "Your scores and sum are those of one head",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} * num_heads + {SWIGLU}\n",
        "The heads share these numbers",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + (past + 1) * d_model + {SWIGLU}\n",
        "Of scores and weighted sum you have one",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} + 2 * d_model * hidden_dim\n",
        "SwiGLU has three",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS}\n",
        "Behind it stand the three matrices",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {SWIGLU}\n",
        "There are two products more",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} - d_model**2 + {PAIRS} + {SWIGLU}\n",
        "A square matrix is missing",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return 2 * ({PROJECTIONS} + {PAIRS} + {SWIGLU})\n",
        "Twice too many",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return (past + 1) * ({PROJECTIONS}) + {PAIRS} + {SWIGLU}\n",
        "Only the new one needs a query, a key and a value",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} + (past + 1) * {SWIGLU}\n",
        "It sees each token alone",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} * d_model + {SWIGLU}\n",
        "as if a matrix stood there",
    ),
    (
        "decode_mult_adds",
        WIDTH + f"    return {PROJECTIONS} + {PAIRS} + 2 * d_model * hidden_dim + hidden_dim**2\n",
        "Gate and up both read `d_model` numbers",
    ),
    (
        "cache_bytes",
        HEAD + KEPT + f"    return {TOKEN} * num_kv_heads * head_dim * element_size / 1024\n",
        "you divided by 1024",
    ),
    (
        "cache_elements",
        ELEMENTS
        + "    seen = length + 1\n    if window:\n        seen = min(seen, window)\n"
        + f"    return 2 * batch * seen * {ONE}\n",
        "You have one token too many",
    ),
]
