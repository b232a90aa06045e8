"""Model answers of lesson 03 in plain arithmetic, and the calls on which they must be right."""

import math

from hypothesis import strategies as st

logit = st.integers(-2000, 2000) | st.floats(-2000, 2000) | st.floats(-10, 10)
some_logits = st.lists(logit, min_size=1, max_size=8)


def softmax(logits):
    largest = max(logits)
    exponentials = [math.exp(logit - largest) for logit in logits]
    total = sum(exponentials)
    return [exponential / total for exponential in exponentials]


def cross_entropy(logits, target):
    largest = max(logits)
    total = sum(math.exp(logit - largest) for logit in logits)
    return math.log(total) + (largest - logits[target])


def temperature_softmax(logits, temperature):
    return softmax([logit / temperature for logit in logits])


last_layer = {
    "MSELoss": "Linear",
    "BCEWithLogitsLoss": "Linear",
    "BCELoss": "Sigmoid",
    "CrossEntropyLoss": "Linear",
    "NLLLoss": "LogSoftmax",
}


@st.composite
def loss_calls(draw):
    logits = draw(some_logits)
    return {"logits": logits, "target": draw(st.integers(0, len(logits) - 1))}


CALLS = {
    softmax: st.fixed_dictionaries({"logits": some_logits}),
    cross_entropy: loss_calls(),
    temperature_softmax: st.fixed_dictionaries(
        {
            "logits": some_logits,
            "temperature": st.floats(0.05, 20) | st.integers(1, 20),
        }
    ),
}
