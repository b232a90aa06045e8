"""Wrong answers to the exercises of lesson 01, and words that their cards must say."""

LINEAR = "def linear(x, weight, bias=None):\n"
PARAMS = "def linear_params(in_features, out_features, bias=True):\n"
SHAPE = "def linear_output_shape(input_shape, out_features):\n"
WORK = "def linear_mult_adds(input_shape, out_features):\n"
MLP = "def mlp_params(sizes, bias=True):\n"
RIGHT = f"{PARAMS}    return in_features * out_features + (out_features if bias else 0)\n{MLP}"

CARDS = [
    (
        "linear",
        LINEAR + "    out = []\n    for row in weight:\n        t = 0\n"
        "        for w, v in zip(row, x):\n            t += w * v\n            out.append(t)\n"
        "    return out",
        "the `append` belongs behind the inner loop",
    ),
    (
        "linear",
        LINEAR + "    out = []\n    total = 0\n    for i, row in enumerate(weight):\n"
        "        for w, v in zip(row, x):\n            total += w * v\n"
        "        out.append(total + (bias[i] if bias else 0))\n    return out",
        "Your sum remembers the rows before",
    ),
    (
        "linear",
        LINEAR + "    out = []\n    for row in weight:\n        for w, v in zip(row, x):\n"
        "            total = w * v\n        out.append(total)\n    return out",
        "Add to the sum with `+=`. And look at `bias`",
    ),
    (
        "linear",
        LINEAR + "    out = [sum(w * v for w, v in zip(row, x)) for row in weight]\n"
        "    return out + bias if bias else out",
        "`+` joins two lists",
    ),
    (
        "linear",
        LINEAR + "    return [sum(w * v for w, v in zip(c, x)) + (bias[i] if bias else 0)\n"
        "            for i, c in enumerate(list(zip(*weight))) if not bias or i < len(bias)]",
        "Each output has a row",
    ),
    (
        "linear",
        LINEAR + "    out = [0] * len(x)\n    for i, row in enumerate(weight):\n"
        "        out[i] = sum(w * v for w, v in zip(row, x)) + (bias[i] if bias else 0)\n"
        "    return out",
        "There is an output for each row of `weight`",
    ),
    (
        "linear",
        LINEAR + "    out = []\n    for i, row in enumerate(weight):\n        total = 0\n"
        "        for w, v in zip(row, x):\n            total += w * v + (bias[i] if bias else 0)\n"
        "        out.append(total)\n    return out",
        "Each output gets its bias once",
    ),
    (
        "linear",
        LINEAR + "    out = []\n    for i in range(len(x)):\n        t = 0\n"
        "        for row in weight:\n            t += row[i] * x[i]\n        out.append(t)\n"
        "    return out",
        "You have a number for each input",
    ),
    (
        "linear_params",
        PARAMS + "    if bias == False:\n        return in_features * out_features + out_features\n"
        "    return in_features * out_features",
        "as if `bias` had the opposite value",
    ),
    (
        "linear_params",
        PARAMS + "    return in_features + out_features + out_features",
        "You added where it multiplies",
    ),
    (
        "linear_params",
        PARAMS + "    return in_features * out_features + out_features if bias else 0",
        "`(a + b) if c else d`",
    ),
    (
        "linear_params",
        PARAMS + "    return (in_features + bias) * (out_features + bias)",
        "at the inputs nothing is added",
    ),
    (
        "linear_output_shape",
        SHAPE + "    n = 1\n    for d in input_shape[:-1]:\n        n *= d\n"
        "    return (n, out_features)",
        "You made one dimension of all the leading ones",
    ),
    (
        "linear_output_shape",
        SHAPE + "    return (*input_shape[1:], out_features)",
        "It is the last one that the layer replaces",
    ),
    (
        "linear_mult_adds",
        WORK + "    return input_shape[0] * input_shape[-1] * out_features",
        "in a long shape those between are lost",
    ),
    (
        "linear_mult_adds",
        WORK + "    return sum(input_shape) * out_features",
        "You added the entries",
    ),
    (
        "linear_mult_adds",
        WORK + "    n = 0\n    for d in input_shape:\n        n *= d\n    return n * out_features",
        "A product that starts from 0 stays 0",
    ),
    (
        "mlp_params",
        f"{PARAMS}    return in_features * out_features + in_features\n{MLP}"
        "    return sum(linear_params(a, b, bias) for a, b in zip(sizes, sizes[1:]))",
        "`linear_params`",
    ),
    (
        "mlp_params",
        RIGHT + "    return sum(linear_params(sizes[i - 1], sizes[i], bias)\n"
        "               for i in range(len(sizes)))",
        "a layer from the last size back to the first",
    ),
    (
        "mlp_params",
        RIGHT + "    return sum(linear_params(sizes[i], sizes[i + 1], bias)\n"
        "               for i in range(0, len(sizes) - 1, 2))",
        "pairs that do not overlap",
    ),
    (
        "mlp_params",
        RIGHT + "    return sum(linear_params(a, b, bias) for a in sizes for b in sizes)",
        "the second loop is one too many",
    ),
]
