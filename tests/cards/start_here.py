"""Wrong answers to the exercises of lesson 00, and what their cards must say."""

LOOP = "    for size in shape:\n        n *= size\n    return n\n"
SIZE = "def tensor_size(shape):\n"
BYTES = "def tensor_bytes(shape, element_size=4):\n"
COUNT = BYTES + "    n = 1\n    for size in shape:\n        n *= size\n"
CALLS = BYTES + "    return tensor_size(shape) * element_size\n"
ADDS = "if it calls `tensor_size`, run `check(tensor_size)` first"

CARDS = [
    ("tensor_bytes", SIZE + "    return sum(shape)\n" + CALLS, ADDS),
    ("tensor_bytes", BYTES + "    return sum(shape) * element_size\n", ADDS),
    ("tensor_bytes", SIZE + "    n = 0\n" + LOOP + CALLS, "mend it first, `check(tensor_size)`"),
    ("tensor_bytes", SIZE + "    return len(shape)\n" + CALLS, "is not right yet"),
    (
        "tensor_bytes",
        COUNT.replace("n = 1", "n = 0") + "    return n\n",
        "what its product starts from",
    ),
    ("tensor_bytes", SIZE + "    return shape[0] if shape else 1\n" + CALLS, "first entry"),
    (
        "tensor_bytes",
        SIZE + "    if not shape: return 0\n    n = 1\n" + LOOP + CALLS,
        "ask it for `()`",
    ),
    ("tensor_bytes", COUNT + "    return n\n", "You returned the number of elements"),
    ("tensor_bytes", COUNT + "    return n * 4\n", "`element_size` is an argument"),
    ("tensor_bytes", COUNT + "    return n * element_size * 8\n", "a byte has 8 bits"),
    ("tensor_bytes", COUNT + "    return n * element_size // 8\n", "It is in bytes already"),
    ("tensor_bytes", COUNT + "    return n * element_size / 1024\n", "You divided by 1024"),
    ("tensor_bytes", COUNT + "    return n + element_size\n", "You added `element_size`"),
    ("tensor_bytes", COUNT + "    return n / element_size\n", "A wider number takes more"),
    ("tensor_bytes", COUNT + "    return n ** element_size\n", "to a power"),
    (
        "tensor_bytes",
        COUNT.replace("*= size", "*= size * element_size") + "    return n\n",
        "once for each dimension",
    ),
    ("tensor_size", SIZE + "    n = 0\n" + LOOP, "A product that starts from 0 stays 0"),
    ("tensor_size", SIZE + "    n = 1\n" + LOOP.replace("n *= size", "n += size"), "to a 1"),
    ("tensor_size", SIZE + "    n = 1\n" + LOOP.replace("*= size", "*= n"), "1 for every shape"),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("in shape", "in shape[1:]"),
        "does not change with the first entry",
    ),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("in shape", "in shape[:-1]"),
        "does not change with the last entry",
    ),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("in shape", "in range(len(shape))"),
        "the entry is `shape[i]`",
    ),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("    return", "        return"),
        "You returned the first entry",
    ),
    ("tensor_size", SIZE + "    return shape[0] * shape[-1]\n", "the first entry and the last"),
    ("tensor_size", SIZE + "    return max(shape)\n", "the largest entry"),
    ("tensor_size", SIZE + "    return shape[0] ** len(shape)\n", "to a power"),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("n *= size", "n *= size or 1"),
        "You left out the entries that are 0",
    ),
    (
        "tensor_size",
        SIZE + "    n = 1\n" + LOOP.replace("return n", "return max(n, 1)"),
        "never below 1",
    ),
    ("tensor_size", SIZE + "    return shape[0] * shape[1]\n", "first two entries"),
]
