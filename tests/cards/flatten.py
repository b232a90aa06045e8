"""Wrong answers to the exercises of lesson 09 that a reader gave, and what the card must say."""

PAIR = "def pair(size):\n    return size if isinstance(size, tuple) else (size, size)\n\n\n"


def flatten(*lines):
    head = "def flatten_output_shape(input_shape, start_dim=1, end_dim=-1):"
    return "\n    ".join([head, *lines]) + "\n"


def place(*lines):
    return "\n    ".join(["def flat_index(index, shape):", "c, h, w = index", *lines]) + "\n"


def followed(height, width, result="C * H * W"):
    """The size after the blocks, with a rule for one side of a map."""
    return PAIR + (
        "def classifier_in_features(input_shape, blocks):\n"
        "    N, C, H, W = input_shape\n"
        "    for out, k, p in blocks:\n"
        "        (kh, kw), (ph, pw) = pair(k), pair(p)\n"
        f"        H, W = {height}, {width}\n"
        "        C = out\n"
        f"    return {result}\n"
    )


LOOP = (
    "n = 1",
    "for dim in range(start_dim, end_dim + 1):",
    "    n *= input_shape[dim]",
    "return input_shape[:start_dim] + (n,) + input_shape[end_dim + 1:]",
)

CARDS = [
    (
        "flatten_output_shape",
        flatten("if end_dim == -1:", "    end_dim = len(input_shape) - 1", *LOOP),
        "`start_dim` can be negative too",
    ),
    (
        "flatten_output_shape",
        flatten("if end_dim < 0:", "    end_dim += len(input_shape)", *LOOP),
        "Right where `start_dim` is not negative. Your loop goes up from a negative `start_dim`",
    ),
    (
        "flatten_output_shape",
        flatten(
            "n = 0",
            "for size in input_shape[start_dim:]:",
            "    n *= size",
            "return (*input_shape[:start_dim], n)",
        ),
        "A product that starts from 0 stays 0",
    ),
    (
        "flatten_output_shape",
        flatten(
            "out, dims = list(input_shape), range(len(input_shape))",
            "first, last = dims[start_dim], dims[end_dim]",
            "for dim in range(first, last):",
            "    out[first] *= out[dim + 1]",
            "return out",
        ),
        "dimensions that it has swallowed",
    ),
    (
        "flatten_output_shape",
        "from math import prod\n\n\n"
        + flatten(
            "end = None if end_dim == -1 else end_dim",
            "back = () if end is None else input_shape[end:]",
            "return (*input_shape[:start_dim], prod(input_shape[start_dim:end]), *back)",
        ),
        "you stop before it, as a slice of Python would",
    ),
    ("flat_index", place("return c * 12 + h * 4 + w"), "the steps for the shape `(2, 3, 4)`"),
    (
        "flat_index",
        place("C, H, W = shape", "return c * C * H * W + h * H * W + w * W"),
        "one dimension too large",
    ),
    (
        "flat_index",
        place("C, H, W = shape", "return c * H * W + h * W + w * C"),
        "goes to the neighbour in the row",
    ),
    (
        "flat_index",
        place("C, H, W = shape", "return c * (H + W) + h * W + w"),
        "You added its two sides",
    ),
    (
        "flat_index",
        place("C, H, W = shape", "return (c - 1) * H * W + (h - 1) * W + w"),
        "You subtracted 1 from an index",
    ),
    (
        "flat_index",
        place("C, H, W = shape", "return C * H * W + H * W + W"),
        "You used the shape only",
    ),
    (
        "classifier_in_features",
        followed("(H - kh + 1) / ph", "(W - kw + 1) / pw"),
        "Your maps have a fraction of a pixel",
    ),
    (
        "classifier_in_features",
        followed("H - kh + 1 // ph", "W - kw + 1 // pw"),
        "Put brackets round the side of the map",
    ),
    (
        "classifier_in_features",
        followed("H - kh + 1 - ph", "W - kw + 1 - pw"),
        "You subtracted the pool",
    ),
    (
        "classifier_in_features",
        followed("(H - kh + 1) // 2", "(W - kw + 1) // 2"),
        "Your pooling halves every map",
    ),
    (
        "classifier_in_features",
        followed("(H - kh + 1) // ph", "W"),
        "Your height shrinks and your width stays",
    ),
]
