"""What the cards of lesson 11 say of answers that were found silent or misled."""


def dropout(line):
    return f"def dropout(values, keep, p=0.5, training=True):\n    return {line}\n"


def params(line):
    return f"def dropout_params(p=0.5):\n    return {line}\n"


PAIRS = "for value, kept in zip(values, keep)"
LAYERS = ("Embedding", "Conv1d", "Conv2d", "MaxPool2d", "AvgPool2d", "BatchNorm2d", "LayerNorm")
NONE = {**dict.fromkeys(LAYERS, False), "Dropout": True}

CARDS = [
    (
        "dropout",
        dropout(f"[value / 1 - p if kept else 0.0 {PAIRS}] if training else values"),
        "Put brackets round",
    ),
    (
        "dropout",
        dropout(f"[value / 1 - p if kept else 0.0 {PAIRS}]"),
        "And look at `training`",
    ),
    (
        "dropout",
        dropout(f"[value * (1 - p) if kept else 0.0 {PAIRS}] if training else values"),
        "by the chance to survive",
    ),
    (
        "dropout",
        dropout(f"[value / p if kept else 0.0 {PAIRS}] if training else values"),
        "is the chance to be dropped",
    ),
    (
        "dropout",
        dropout(f"[value / (1 - p) {PAIRS} if kept] if training else values"),
        "Dropout keeps the shape",
    ),
    (
        "dropout",
        dropout(f"[value / (1 - p) if kept else 0.0 {PAIRS}] if training else []"),
        "your list stays empty",
    ),
    (
        "dropout",
        dropout(f"[value / (1 - p) if kept and training else 0.0 {PAIRS}]"),
        "you return zeros only",
    ),
    (
        "dropout",
        dropout(f"[value * (1 + p) if kept else 0.0 {PAIRS}] if training else values"),
        "by the share `p`",
    ),
    (
        "dropout",
        dropout(f"[value / (1 - p) if not kept else 0.0 {PAIRS}] if training else values"),
        "True means that a value survives",
    ),
    (
        "dropout_params",
        params("1"),
        "it is a setting",
    ),
    (
        "dropout_params",
        params("int(p)"),
        "You cut the digits off `p`",
    ),
    (
        "dropout_params",
        params("round(p)"),
        "You rounded `p`",
    ),
    (
        "dropout_params",
        params("1 / (1 - p) if p < 1 else 0.0"),
        "the factor of the survivors",
    ),
    (
        "elementwise_layers",
        f"elementwise_layers = { {**NONE, 'Embedding': True} }",
        "count the numbers that come out for one index",
    ),
    (
        "elementwise_layers",
        f"elementwise_layers = { {**NONE, 'Conv1d': True} }",
        "the shape does not decide",
    ),
    (
        "elementwise_layers",
        f"elementwise_layers = { {**NONE, 'LayerNorm': True} }",
        "look at the outputs of its neighbours",
    ),
    (
        "elementwise_layers",
        f"elementwise_layers = { {**NONE, 'BatchNorm2d': True} }",
        "when a single number moves",
    ),
    (
        "elementwise_layers",
        f"elementwise_layers = { {**NONE, 'Dropout': False} }",
        "Let the coins fall the same way twice",
    ),
]
