"""Wrong answers to the exercises of lesson 02, and words that their cards must say."""

SIGMOID = "import math\ndef sigmoid(x):\n"
GLU = "def glu_output_shape(input_shape, dim=-1):\n    s = list(input_shape)\n"
RIGHT = {
    "Linear": False,
    "ReLU": True,
    "Sigmoid": True,
    "Tanh": True,
    "GELU": True,
    "GLU": False,
    "Softmax": False,
}

CARDS = [
    ("relu", "def relu(x):\n    return max(0.1 * x, x)", "You let a tenth"),
    ("relu", "def relu(x):\n    return max(1, x)", "Your smallest answer is 1"),
    ("relu", "def relu(x):\n    return max(0, min(100, x))", "no ceiling"),
    (
        "sigmoid",
        SIGMOID + "    e = 2.718\n    if x >= 0:\n        return 1 / (1 + e**-x)\n"
        "    return e**x / (1 + e**x)",
        "only the first digits of Euler's number",
    ),
    (
        "sigmoid",
        SIGMOID + "    e = 2.71828\n    if x >= 0:\n        return 1 / (1 + e**-x)\n"
        "    return e**x / (1 + e**x)",
        "2.71828 is not all of Euler's number",
    ),
    (
        "sigmoid",
        SIGMOID + "    if x < 0:\n        return round(math.exp(x) / (1 + math.exp(x)), 4)\n"
        "    return round(1 / (1 + math.exp(-x)), 4)",
        "rounded",
    ),
    (
        "sigmoid",
        SIGMOID + "    if x < -10:\n        return 0\n    if x > 10:\n        return 1\n"
        "    return 1 / (1 + math.exp(-x))",
        "the sigmoid is tiny there, and still not 0",
    ),
    (
        "sigmoid",
        SIGMOID + "    x = max(-20, min(20, x))\n    return 1 / (1 + math.exp(-x))",
        "the sigmoid goes on falling",
    ),
    (
        "sigmoid",
        SIGMOID + "    if x >= 0:\n        return 1 / (1 + math.exp(-x))\n    return math.exp(x)",
        "what is it divided by?",
    ),
    (
        "sigmoid",
        SIGMOID + "    if x >= 0:\n        return 1 / (1 + math.exp(-x))\n"
        "    return -1 / (1 + math.exp(x))",
        "The sigmoid is positive everywhere",
    ),
    (
        "sigmoid",
        SIGMOID + "    return 0.5 * (math.tanh(x) + 1)",
        "`x` should count half as much as it does",
    ),
    ("sigmoid", SIGMOID + "    return 1 / math.exp(-x) + 1", "it needs brackets"),
    ("glu_output_shape", GLU + "    s[dim] -= 2\n    return tuple(s)", "You took 2 away"),
    ("glu_output_shape", GLU + "    s[dim] = 2\n    return tuple(s)", "You made the size 2"),
    ("glu_output_shape", GLU + "    s[dim] = s[dim] % 2\n    return tuple(s)", "the remainder"),
    (
        "glu_output_shape",
        GLU + "    s[dim - 1] //= 2\n    return tuple(s)",
        "the dimension before the one that `dim` names",
    ),
    ("elementwise", f"elementwise = {RIGHT | {'ReLU': False}}", "Move one input number"),
    ("elementwise", f"elementwise = {RIGHT | {'GLU': True}}", "How many inputs"),
    ("elementwise", f"elementwise = {RIGHT | {'Linear': True}}", "From which inputs"),
]
