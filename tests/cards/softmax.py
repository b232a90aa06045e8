"""What beginners write in lesson 03, and what the card has to say of it."""

SOFTMAX = """
import math
def softmax(logits):
    largest = max(logits)
    powers = [math.exp(logit - largest) for logit in logits]
    return [power / sum(powers) for power in powers]
"""


def softmax(body):
    """An answer to `softmax`."""
    return f"import math\ndef softmax(logits):\n{body}"


def loss(line):
    """An answer to `cross_entropy` beside a softmax that works."""
    return f"{SOFTMAX}def cross_entropy(logits, target):\n    {line}\n"


def warm(body):
    """An answer to `temperature_softmax` beside a softmax that works."""
    return f"{SOFTMAX}def temperature_softmax(logits, temperature):\n{body}"


def table(**entries):
    """The dict with some entries of one's own."""
    right = {
        "MSELoss": "Linear",
        "BCEWithLogitsLoss": "Linear",
        "BCELoss": "Sigmoid",
        "CrossEntropyLoss": "Linear",
        "NLLLoss": "LogSoftmax",
    }
    return f"last_layer = {right | entries}".replace("Ellipsis", "...")


CARDS = [
    (
        "softmax",
        softmax(
            "    m = max(logits)\n    powers = [2.718 ** (z - m) for z in logits]\n"
            "    return [power / sum(powers) for power in powers]\n"
        ),
        "You wrote 2.718 for e.",
    ),
    (
        "softmax",
        softmax(
            "    powers = [math.exp(min(z, 700)) for z in logits]\n"
            "    return [power / sum(powers) for power in powers]\n"
        ),
        "You cut large logits off.",
    ),
    (
        "softmax",
        softmax(
            "    powers = [math.exp(max(-500, min(z, 500))) for z in logits]\n"
            "    return [power / sum(powers) for power in powers]\n"
        ),
        "You cut logits off above and below.",
    ),
    (
        "softmax",
        softmax(
            "    total = 0\n    for z in logits:\n        total += math.exp(z)\n"
            "        return [math.exp(w) / total for w in logits]\n"
        ),
        "Your denominator holds the first exponential only.",
    ),
    (
        "softmax",
        softmax(
            "    m = max(logits)\n    total, shares = 0, []\n    for z in logits:\n"
            "        total += math.exp(z - m)\n        shares.append(math.exp(z - m) / total)\n"
            "    return shares\n"
        ),
        "You divide while your sum is still growing.",
    ),
    (
        "softmax",
        softmax("    return [math.exp(z - max(logits)) / (sum(logits) or 1) for z in logits]\n"),
        "You divided by the sum of the logits.",
    ),
    (
        "softmax",
        softmax("    return [z**2 / sum(w**2 for w in logits) for z in logits]\n"),
        "You squared the logits.",
    ),
    (
        "softmax",
        softmax(
            "    m = max(logits)\n    powers = [math.exp(z - m) for z in logits]\n"
            "    return [round(power / sum(powers), 4) for power in powers]\n"
        ),
        "rounded to 4 digits",
    ),
    (
        "softmax",
        softmax(
            "    powers = [math.exp(z) for z in logits]\n"
            "    return (power / sum(powers) for power in powers)\n"
        ),
        "Put `list(...)` round it.",
    ),
    ("cross_entropy", loss("return math.log(softmax(logits)[target])"), "Your loss is negative."),
    (
        "cross_entropy",
        loss("return -math.log(max(softmax(logits)[target], 1e-12))"),
        "so your loss ends at 27.6",
    ),
    (
        "cross_entropy",
        loss("return -math.log(softmax(logits)[target] + 1e-9)"),
        "You added 1e-09 to the probability",
    ),
    ("cross_entropy", loss("return 1 / softmax(logits)[target]"), "You divided 1 by"),
    (
        "cross_entropy",
        loss("p = 1 - softmax(logits)[target]\n    return -math.log(p) if p > 1e-15 else math.inf"),
        "what is missing to 1",
    ),
    (
        "cross_entropy",
        loss("return -math.log(abs(logits[target]) / abs(sum(logits)))"),
        "You divided the target's logit by the sum of the logits.",
    ),
    (
        "cross_entropy",
        loss("return [-math.log(p + 1e-300) for p in softmax(logits)]"),
        "Asked is a number.",
    ),
    (
        "temperature_softmax",
        warm("    return softmax([z - temperature for z in logits])\n"),
        "it cancels: what is added to every logit",
    ),
    (
        "temperature_softmax",
        warm("    return softmax([z * temperature for z in logits])\n"),
        "Your high temperature makes the probabilities sharper.",
    ),
    (
        "temperature_softmax",
        warm("    return softmax([logits[0] / temperature, *logits[1:]])\n"),
        "Only your first logit gets the temperature.",
    ),
    (
        "temperature_softmax",
        warm("    return softmax([z / temperature**0.5 for z in logits])\n"),
        "You used the square root of the temperature.",
    ),
    ("last_layer", table(MSELoss="Tanh"), "between -1 and 1 only"),
    ("last_layer", table(MSELoss="MSELoss"), "You wrote the loss itself."),
    ("last_layer", table(BCELoss="LogSigmoid"), "take their logarithms themselves"),
    ("last_layer", table(NLLLoss="LogSigmoid"), "share one denominator"),
    ("last_layer", table(NLLLoss="log_softmax"), "the name of a function"),
    ("last_layer", table(CrossEntropyLoss="Softmax"), "applies softmax itself"),
    ("last_layer", table(CrossEntropyLoss="Identity"), "stands above the cell"),
    ("last_layer", table(BCELoss=...), "Still missing: `'BCELoss'`"),
]
