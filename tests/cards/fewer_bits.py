"""Wrong answers to the exercises of lesson 23, with the words that their cards must say."""


def scale(line):
    return f"def symmetric_scale(values, bits=8):\n    {line}\n"


def grid(first, last="[min(max(q, low), high) for q in qs]", limits=None):
    low, high = limits or ("-(2 ** (bits - 1))", "2 ** (bits - 1) - 1")
    return (
        "import math\n\n\ndef quantize(values, scale, zero_point=0, bits=8):\n"
        f"    low, high = {low}, {high}\n    qs = {first}\n    return {last}\n"
    )


def back(line):
    return f"def dequantize(ints, scale, zero_point=0):\n    return {line}\n"


def stored(weights, scales="-(-num_weights // (group_size or num_weights)) * scale_bytes"):
    return (
        "import math\n\n\n"
        "def quantized_bytes(num_weights, bits, group_size=None, scale_bytes=2):\n"
        f"    return {weights} + {scales}\n"
    )


def share(line):
    return f"def bits_per_weight(bits, group_size, scale_bytes=2):\n    return {line}\n"


RIGHT = "[round(v / scale) + zero_point for v in values]"
PACKED = "-(-num_weights * bits // 8)"
LOOP = """def symmetric_scale(values, bits=8):
    largest = 0
    for v in values:
        if v > largest:
            largest = v
    return largest / (2 ** (bits - 1) - 1)
"""
TOO_SOON = """def symmetric_scale(values, bits=8):
    for v in values:
        return abs(v) / (2 ** (bits - 1) - 1)
"""
OVERWRITTEN = """def symmetric_scale(values, bits=8):
    for v in values:
        largest = abs(v)
    return largest / (2 ** (bits - 1) - 1)
"""
BY_GROUP = """def quantized_bytes(num_weights, bits, group_size=None, scale_bytes=2):
    total, size = 0, group_size or num_weights
    for start in range(0, num_weights, size):
        weights = min(size, num_weights - start)
        total += (weights * bits + 7) // 8 + scale_bytes
    return total
"""
NO_GROUPS = """import math


def quantized_bytes(num_weights, bits, group_size=None, scale_bytes=2):
    packed = math.ceil(num_weights * bits / 8)
    if group_size is None:
        return packed
    return packed + math.ceil(num_weights / group_size) * scale_bytes
"""
WRAP = """def quantize(values, scale, zero_point=0, bits=8):
    half = 2 ** (bits - 1)
    return [(round(v / scale) + zero_point + half) % (2 * half) - half for v in values]
"""

CARDS = [
    ("symmetric_scale", scale("return max(abs(v) for v in values) / 2 ** (bits - 1)"), "too many"),
    (
        "symmetric_scale",
        scale("return max(abs(v) for v in values) / (2 ** bits - 1)"),
        "needed for the sign",
    ),
    (
        "symmetric_scale",
        scale("return max(map(abs, values)) / 2 ** bits"),
        "one is for 0 itself",
    ),
    (
        "symmetric_scale",
        scale("return (max(values) - min(values)) / (2 ** bits - 1)"),
        "has its 0 in the middle",
    ),
    (
        "symmetric_scale",
        scale("return (max(values) - min(values)) / (2 ** bits - 2)"),
        "as far as the longer one",
    ),
    ("symmetric_scale", scale("return max(values) / (2 ** (bits - 1) - 1)"), "A negative one"),
    ("symmetric_scale", LOOP.replace("largest = 0", "largest = -1e9"), "A negative one"),
    ("symmetric_scale", TOO_SOON, "a `return` stand inside your loop?"),
    ("symmetric_scale", OVERWRITTEN, "overwrite the one before?"),
    ("symmetric_scale", scale("return max(map(abs, values)) / 127"), "fewer points"),
    (
        "symmetric_scale",
        scale("return max(map(abs, values)) / 2 ** (bits - 1) - 1"),
        "round what you divide by",
    ),
    ("symmetric_scale", scale("return max(map(abs, values))"), "how many steps are there"),
    (
        "symmetric_scale",
        scale("return (2 ** (bits - 1) - 1) / max(map(abs, values))"),
        "Upside down",
    ),
    (
        "symmetric_scale",
        scale("return max(values, key=abs) / (2 ** (bits - 1) - 1)"),
        "A scale is a length",
    ),
    (
        "symmetric_scale",
        scale("return max(map(abs, values)) / (2 * (bits - 1) - 1)"),
        "`**` is a power",
    ),
    ("quantize", grid("[int(v / scale) + zero_point for v in values]"), "cut the fraction off"),
    ("quantize", grid("[int(v // scale) + zero_point for v in values]"), "rounded down"),
    ("quantize", grid("[math.ceil(v / scale) + zero_point for v in values]"), "rounded up"),
    (
        "quantize",
        grid("[math.floor(v / scale + 0.5) + zero_point for v in values]"),
        "every half up",
    ),
    (
        "quantize",
        grid(
            "[int(v / scale + (0.5 if v > 0 else -0.5)) + zero_point for v in values]",
        ),
        "every half away from 0",
    ),
    ("quantize", grid("[v / scale + zero_point for v in values]"), "You did not round"),
    ("quantize", grid(RIGHT, "qs"), "put on that end"),
    ("quantize", WRAP, "comes back at the other"),
    (
        "quantize",
        grid(RIGHT, limits=("-(2 ** (bits - 1) - 1)", "2 ** (bits - 1) - 1")),
        "one negative number more",
    ),
    (
        "quantize",
        grid(RIGHT, limits=("-(2 ** (bits - 1))", "2 ** (bits - 1)")),
        "one too large",
    ),
    ("quantize", grid(RIGHT, limits=("0", "2 ** bits - 1")), "from 0 upwards"),
    ("quantize", grid(RIGHT, limits=("-(2 ** bits)", "2 ** bits - 1")), "twice as far out"),
    ("quantize", grid(RIGHT, limits=("-128", "127")), "the grid ends sooner"),
    ("quantize", grid("[round(v / scale) for v in values]"), "stands for 0"),
    (
        "quantize",
        grid("[round(v / scale) - zero_point for v in values]"),
        "You subtracted the zero point",
    ),
    (
        "quantize",
        grid("[round((v + zero_point) / scale) for v in values]"),
        "It counts whole steps",
    ),
    (
        "quantize",
        grid(
            "[round(v / scale) for v in values]",
            "[min(max(q, low), high) + zero_point for q in qs]",
        ),
        "You clamped first",
    ),
    ("quantize", grid("[round(v * scale) + zero_point for v in values]"), "how many of them fit"),
    (
        "quantize",
        grid(RIGHT, "[(min(max(q, low), high) - zero_point) * scale for q in qs]"),
        "that is the next exercise",
    ),
    ("dequantize", back("[q * scale for q in ints]"), "is the whole number that stands for 0"),
    ("dequantize", back("[(q + zero_point) * scale for q in ints]"), "on the way back it has"),
    ("dequantize", back("[q * scale - zero_point for q in ints]"), "You multiplied first"),
    ("dequantize", back("[q * scale + zero_point for q in ints]"), "You added the zero point"),
    ("dequantize", back("[(q - zero_point) / scale for q in ints]"), "You divided by the scale"),
    ("dequantize", back("[(zero_point - q) * scale for q in ints]"), "signs are turned round"),
    ("dequantize", back("[q - zero_point for q in ints]"), "How long is each of them?"),
    ("dequantize", back("[round((q - zero_point) * scale) for q in ints]"), "need not be whole"),
    ("dequantize", back("sum((q - zero_point) * scale for q in ints)"), "to one number"),
    ("quantized_bytes", stored(PACKED, "0"), "nobody can turn them back"),
    ("quantized_bytes", stored("num_weights * bits"), "You took the bits of a weight for bytes"),
    (
        "quantized_bytes",
        stored(
            "num_weights * bits",
            "-(-num_weights // (group_size or num_weights)) * scale_bytes * 8",
        ),
        "You returned bits",
    ),
    ("quantized_bytes", stored("num_weights * bits // 8"), "You rounded down"),
    ("quantized_bytes", stored("num_weights * bits // 8 + 1"), "You add a byte even"),
    ("quantized_bytes", stored("num_weights * bits / 8"), "a part of a byte"),
    ("quantized_bytes", stored("num_weights"), "whatever `bits` is"),
    (
        "quantized_bytes",
        stored("num_weights * math.ceil(bits / 8)"),
        "a byte can hold parts of several",
    ),
    (
        "quantized_bytes",
        stored("math.ceil(num_weights / max(8 // bits, 1)) * math.ceil(bits / 8)"),
        "left the rest of it empty",
    ),
    (
        "quantized_bytes",
        stored(PACKED, "num_weights // (group_size or num_weights) * scale_bytes"),
        "You forgot the last group",
    ),
    (
        "quantized_bytes",
        stored(PACKED, "num_weights / (group_size or num_weights) * scale_bytes"),
        "a part of a scale",
    ),
    (
        "quantized_bytes",
        stored(PACKED, "(num_weights // group_size + 1 if group_size else 1) * scale_bytes"),
        "You add a group even",
    ),
    ("quantized_bytes", stored(PACKED, "scale_bytes"), "Each group has a scale of its own"),
    ("quantized_bytes", NO_GROUPS, "no scale at all"),
    ("quantized_bytes", BY_GROUP, "round once, at the end"),
    (
        "quantized_bytes",
        stored(PACKED, "(group_size or 1) * scale_bytes"),
        "How many groups are there?",
    ),
    (
        "quantized_bytes",
        stored(PACKED, "-(-num_weights // (group_size or num_weights)) * 2"),
        "kept in another format",
    ),
    (
        "quantized_bytes",
        stored(PACKED, "-(-num_weights // (group_size or num_weights)) * scale_bytes * 2"),
        "Is it a zero point?",
    ),
    (
        "quantized_bytes",
        "def quantized_bytes(num_weights, bits, group_size=None, scale_bytes=2):\n"
        "    groups = -(-num_weights // (group_size or num_weights))\n"
        "    return -(-(num_weights * bits + groups * scale_bytes) // 8)\n",
        "`scale_bytes` counts bytes already",
    ),
    ("quantized_bytes", stored(PACKED, "num_weights * scale_bytes"), "a scale for each weight"),
    ("bits_per_weight", share("bits"), "You left the scale out"),
    ("bits_per_weight", share("bits + scale_bytes / group_size"), "bytes of the scale for bits"),
    ("bits_per_weight", share("bits + 8 * scale_bytes"), "the whole scale to each weight"),
    ("bits_per_weight", share("bits / 8 + scale_bytes / group_size"), "You returned bytes"),
    ("bits_per_weight", share("bits * group_size + 8 * scale_bytes"), "a whole group"),
    ("bits_per_weight", share("(bits + 8 * scale_bytes) / group_size"), "Only the scale is shared"),
    ("bits_per_weight", share("bits + 16 / group_size"), "kept in another format"),
    ("bits_per_weight", share("bits + 32 / group_size"), "scales of 32 bits"),
    ("bits_per_weight", share("bits + 8 * scale_bytes // group_size"), "`//` does that"),
    ("bits_per_weight", share("round(bits + 8 * scale_bytes / group_size)"), "You rounded"),
    ("bits_per_weight", share("bits + 16 * scale_bytes / group_size"), "Is it a zero point?"),
    ("bits_per_weight", share("bits + group_size / (8 * scale_bytes)"), "Upside down"),
    ("bits_per_weight", share("8 * scale_bytes / group_size"), "The weight itself has bits too"),
]
