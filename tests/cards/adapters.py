"""What the cards of lesson 22 say of answers that students give."""


def adapted(ending, scale="alpha / len(a)", before=""):
    """The three products written out, and what somebody makes of them."""
    return (
        "def adapted_linear(x, weight, a, b, alpha):\n"
        "    def times(rows, vector):\n"
        "        return [sum(w * v for w, v in zip(row, vector)) for row in rows]\n"
        f"    scale = {scale}\n"
        f"{before}"
        "    wx, ax = times(weight, x), times(a, x)\n"
        "    bax = times(b, ax)\n"
        f"    return {ending}\n"
    )


GOOD = "[p + scale * q for p, q in zip(wx, bax)]"


def lora(line):
    return f"def lora_params(in_features, out_features, rank):\n    return {line}\n"


def llama(sizes="", total="sum(rank * (i + o) for i, o in (sizes[t] for t in targets))", times=""):
    """A dict of sizes with some of them changed, and a sum over the targets."""
    return (
        "def llama_lora_params(d_model, num_layers, num_heads, num_kv_heads, hidden_dim, rank,\n"
        "                      targets):\n"
        "    kv = num_kv_heads * (d_model // num_heads)\n"
        "    sizes = {'q': (d_model, d_model), 'o': (d_model, d_model), 'k': (d_model, kv),\n"
        "             'v': (d_model, kv), 'gate': (d_model, hidden_dim),\n"
        "             'up': (d_model, hidden_dim), 'down': (hidden_dim, d_model)}\n"
        f"    sizes |= dict({sizes})\n"
        f"    return {times or 'num_layers * '}{total}\n"
    )


def bytes_of(line):
    start = "def finetune_bytes(base_params, adapter_params, base_element_size=2):\n"
    return f"{start}    return {line}\n"


CARDS = [
    ("adapted_linear", adapted(GOOD, "alpha"), "The formula has something under it"),
    ("adapted_linear", adapted("[p + q for p, q in zip(wx, bax)]"), "made of `alpha`"),
    ("adapted_linear", adapted(GOOD, "1 / len(a)"), "left `alpha` out"),
    ("adapted_linear", adapted(GOOD, "alpha // len(a)"), "drops what is behind the point"),
    ("adapted_linear", adapted(GOOD, "alpha / len(x)"), "The rank is how many rows `a` has"),
    ("adapted_linear", adapted(GOOD, "alpha / len(b)"), "how long a row of `b` is"),
    ("adapted_linear", adapted(GOOD, "len(a) / alpha"), "stands upside down"),
    ("adapted_linear", adapted(GOOD, "alpha / len(a) ** 0.5"), "by the root of the rank"),
    ("adapted_linear", adapted("wx + [scale * q for q in bax]"), "one behind the other"),
    ("adapted_linear", adapted("wx"), "the frozen layer alone"),
    ("adapted_linear", adapted("[scale * q for q in bax]"), "the adapter alone"),
    ("adapted_linear", adapted("bax"), "It still has to be scaled"),
    (
        "adapted_linear",
        adapted("[scale * (p + q) for p, q in zip(wx, bax)]"),
        "brackets around too much",
    ),
    (
        "adapted_linear",
        adapted("[p + scale * q for p, q in zip(wx, times(b, times(a, wx)))]"),
        "both see the same x",
    ),
    (
        "adapted_linear",
        adapted("[p + scale * q for p, q in zip(wx, times(a, times(b, x)))]"),
        "You let x meet `b` first",
    ),
    ("adapted_linear", adapted("[p + scale * q for p, q in zip(wx, ax)]"), "You added A x"),
    (
        "adapted_linear",
        adapted("[p + scale * q for p, q in zip(wx, times(b, x))]"),
        "You let `b` meet x itself",
    ),
    (
        "adapted_linear",
        adapted("[p + scale * row[0] * ax[0] for p, row in zip(wx, b)]"),
        "the first row of `a` only",
    ),
    (
        "adapted_linear",
        adapted("[p + scale * q for p, q in zip(wx, times(b, [max(h, 0) for h in ax]))]"),
        "You put a ReLU between",
    ),
    ("adapted_linear", adapted("sum(p + scale * q for p, q in zip(wx, bax))"), "one number"),
    ("lora_params", lora("rank * in_features * out_features"), "two thin matrices"),
    ("lora_params", lora("2 * rank * in_features"), "as long as the input"),
    ("lora_params", lora("2 * out_features * rank"), "as long as the output"),
    ("lora_params", lora("rank * in_features"), "You counted A."),
    ("lora_params", lora("out_features * rank"), "You counted B."),
    ("lora_params", lora("rank * in_features + out_features"), "`*` binds closer"),
    ("lora_params", lora("in_features + out_features"), "a pair of rank 1"),
    ("lora_params", lora("in_features * out_features"), "the size of the frozen weight"),
    (
        "lora_params",
        lora("in_features * out_features + rank * (in_features + out_features)"),
        "Nothing trains it",
    ),
    ("lora_params", lora("rank * (in_features + out_features + rank)"), "between A and B"),
    ("lora_params", lora("rank * (in_features + out_features) + 1"), "chosen once"),
    ("lora_params", lora("rank * (in_features + out_features + 1) + out_features"), "a bias each"),
    (
        "lora_params",
        lora("rank * (in_features + out_features) + out_features"),
        "too many for each output",
    ),
    ("lora_params", lora("2 * rank * (in_features + out_features)"), "merging them"),
    (
        "llama_lora_params",
        llama("k=(d_model, d_model), v=(d_model, d_model)"),
        "how many numbers come out of k and v",
    ),
    (
        "llama_lora_params",
        llama("k=(d_model, num_kv_heads * d_model), v=(d_model, num_kv_heads * d_model)"),
        "Each head of your keys and values has",
    ),
    (
        "llama_lora_params",
        llama("k=(d_model, num_kv_heads), v=(d_model, num_kv_heads)"),
        "one number for each of their heads",
    ),
    ("llama_lora_params", llama("v=(d_model, d_model)"), "but not the values"),
    ("llama_lora_params", llama("q=(d_model, kv)"), "You made the queries narrow too"),
    ("llama_lora_params", llama("o=(kv, d_model)"), "one result for each head"),
    ("llama_lora_params", llama("k=(kv, kv), v=(kv, kv)"), "What do they read?"),
    (
        "llama_lora_params",
        llama("gate=(d_model, d_model), up=(d_model, d_model), down=(d_model, d_model)"),
        "gate, up and down as square",
    ),
    ("llama_lora_params", llama(times="1 * "), "each has adapters of its own"),
    (
        "llama_lora_params",
        llama(total="2 * rank * d_model * len(targets)"),
        "every matrix as square",
    ),
    (
        "llama_lora_params",
        llama(total="sum(rank * (i + o) for i, o in sizes.values())"),
        "`targets` says which of them",
    ),
    (
        "llama_lora_params",
        llama(total="sum(rank * i * o for i, o in (sizes[t] for t in targets))"),
        "An adapter is a thin pair",
    ),
    (
        "llama_lora_params",
        llama(total="sum(i * o for i, o in (sizes[t] for t in targets))"),
        "You counted the frozen matrices.",
    ),
    (
        "llama_lora_params",
        llama(total="sum(i + o for i, o in (sizes[t] for t in targets))"),
        "The rank is an argument",
    ),
    (
        "llama_lora_params",
        llama(total="sum(rank * sum(sizes[t]) for t in targets[-1:])"),
        "the last target only",
    ),
    (
        "finetune_bytes",
        bytes_of("2 * base_params * base_element_size + 16 * adapter_params"),
        "once too often",
    ),
    ("finetune_bytes", bytes_of("16 * base_params + 16 * adapter_params"), "You trained the base"),
    (
        "finetune_bytes",
        bytes_of("4 * base_params * base_element_size + 16 * adapter_params"),
        "gradients and moments. It is frozen",
    ),
    (
        "finetune_bytes",
        bytes_of("base_params * base_element_size + 4 * adapter_params"),
        "4 bytes for each parameter of the adapters",
    ),
    (
        "finetune_bytes",
        bytes_of("base_params * base_element_size + 12 * adapter_params"),
        "three numbers for each parameter",
    ),
    (
        "finetune_bytes",
        bytes_of("base_params * base_element_size + 4 * base_element_size * adapter_params"),
        "You gave the adapters the base's element size",
    ),
    ("finetune_bytes", bytes_of("16 * adapter_params"), "The frozen base lies in memory"),
    ("finetune_bytes", bytes_of("base_params * base_element_size"), "the frozen base only"),
    ("finetune_bytes", bytes_of("2 * base_params + 16 * adapter_params"), "is an argument"),
    (
        "finetune_bytes",
        bytes_of("base_params + 16 * adapter_params"),
        "the base's parameters, not their bytes",
    ),
    (
        "finetune_bytes",
        bytes_of("base_params * base_element_size + 8 * adapter_params"),
        "two numbers for each parameter",
    ),
    (
        "finetune_bytes",
        bytes_of("(base_params - adapter_params) * base_element_size + 16 * adapter_params"),
        "new parameters beside it",
    ),
]
