"""Wrong answers to the exercises of lesson 10 that a reader gave, and what the card must say."""


def norm(result, variance="sum((v - mean) ** 2 for v in values) / len(values)"):
    """A list normalized with a mean that is right."""
    return (
        "from math import sqrt\n\n\n"
        "def normalize(values, eps=1e-05):\n"
        "    mean = sum(values) / len(values)\n"
        f"    variance = {variance}\n"
        f"    return [{result} for v in values]\n"
    )


def moved(result):
    return f"def running_mean(previous, batch_mean, momentum=0.1):\n    return {result}\n"


def layer(*lines):
    head = "def layernorm_params(normalized_shape, elementwise_affine=True, bias=True):"
    return "from math import prod\n\n\n" + "\n    ".join([head, *lines]) + "\n"


PLACES = "n = normalized_shape if type(normalized_shape) is int else prod(normalized_shape)"
RIGHT = "(v - mean) / (variance + eps) ** 0.5"
IN_PLACE = """def normalize(values, eps=1e-05):
    for i in range(len(values)):
        mean = sum(values) / len(values)
        variance = sum((v - mean) ** 2 for v in values) / len(values)
        values[i] = (values[i] - mean) / (variance + eps) ** 0.5
    return values
"""
STATISTICS = """import statistics


def normalize(values, eps=1e-05):
    mean, deviation = statistics.mean(values), statistics.stdev(values)
    return [(v - mean) / (deviation + eps) for v in values]
"""

CARDS = [
    ("normalize", STATISTICS, "Your deviation is that of a sample"),
    ("normalize", IN_PLACE, "Your mean moves while you go through the list"),
    (
        "normalize",
        norm(RIGHT, "sum((v - mean) ** 2 for v in values) / (len(values) - 1)"),
        "one less than there are numbers",
    ),
    ("normalize", norm(RIGHT, "sum(v - mean for v in values) / len(values)"), "cancel"),
    ("normalize", norm(RIGHT, "sum((v - mean) ** 2 for v in values)"), "is their average"),
    ("normalize", norm(RIGHT, "sum(v**2 for v in values) / len(values)"), "the distances from"),
    ("normalize", norm(RIGHT, "sum(v**2 for v in values) / len(values) - mean"), "in squares"),
    ("normalize", norm(RIGHT, "sum(abs(v - mean) for v in values) / len(values)"), "undoes"),
    ("normalize", norm("v - mean / (variance + eps) ** 0.5"), "Put brackets round"),
    ("normalize", norm("(v - mean) / (variance + eps) ** 1/2"), "it halves"),
    ("normalize", norm("(v - mean) / (variance + eps)"), "back to the scale of the numbers"),
    ("normalize", norm("(v - mean) / (sqrt(variance) + eps)"), "adds it to the variance first"),
    ("normalize", norm("(v - mean) / (sqrt(variance) + sqrt(eps))"), "You added two roots"),
    ("normalize", norm("(v - mean) / sqrt(variance) + eps"), "You added `eps` to the result"),
    ("normalize", norm("(v - mean) / sqrt(variance) if variance else 0"), "`eps` is missing"),
    ("normalize", norm("(v - mean) / (variance + 1e-05) ** 0.5"), "in the place of a fixed number"),
    ("normalize", norm("v / (variance + eps) ** 0.5"), "First their mean goes away"),
    ("normalize", norm("round((v - mean) / (variance + eps) ** 0.5, 4)"), "rounded to 4 digits"),
    ("running_mean", moved("momentum * batch_mean - previous"), "You subtracted the old mean"),
    ("running_mean", moved("previous + momentum"), "You added `momentum` itself"),
    ("running_mean", moved("previous - momentum * batch_mean"), "moves away from it"),
    ("running_mean", moved("previous * (1 + momentum)"), "does not depend on `batch_mean`"),
    ("running_mean", moved("batch_mean + momentum * (batch_mean - previous)"), "go beyond it"),
    ("running_mean", moved("previous + (batch_mean - previous) / momentum"), "overshoots"),
    ("running_mean", moved("previous + momentum * abs(batch_mean - previous)"), "can only grow"),
    ("running_mean", moved("(1 - momentum) * (previous + batch_mean)"), "one share of the sum"),
    ("running_mean", moved("(previous + momentum) * (batch_mean - previous)"), "your brackets"),
    ("running_mean", moved("(previous + momentum * batch_mean) / (1 + momentum)"), "add up to 1"),
    (
        "layernorm_params",
        layer(
            PLACES,
            "if not elementwise_affine and not bias:",
            "    return 0",
            "return 2 * n if bias else n",
        ),
        "only where both arguments are False",
    ),
    (
        "layernorm_params",
        layer("return 2 * prod(normalized_shape)"),
        "your answer changes with neither of them",
    ),
    (
        "batchnorm_params",
        "def batchnorm_params(num_features, affine=True):\n    return 3 * num_features\n",
        "You counted three numbers for each channel",
    ),
    (
        "batchnorm_params",
        "def batchnorm_params(num_features, affine=True):\n    return num_features + 2\n",
        "You added 2 to the channels",
    ),
    (
        "groupnorm_params",
        "def groupnorm_params(num_groups, num_channels, affine=True):\n"
        "    return 2 * num_channels + 2 * num_groups if affine else 0\n",
        "You added a scale and a shift for each group",
    ),
]
