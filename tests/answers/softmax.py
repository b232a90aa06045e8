"""Random calls on which the answers of lesson 03 must be right."""

from hypothesis import strategies as st

logit = st.integers(-2000, 2000) | st.floats(-2000, 2000) | st.floats(-10, 10)
some_logits = st.lists(logit, min_size=1, max_size=8)


@st.composite
def loss_calls(draw):
    logits = draw(some_logits)
    return {"logits": logits, "target": draw(st.integers(0, len(logits) - 1))}


CALLS = {
    "softmax": st.fixed_dictionaries({"logits": some_logits}),
    "cross_entropy": loss_calls(),
    "temperature_softmax": st.fixed_dictionaries(
        {
            "logits": some_logits,
            "temperature": st.floats(0.05, 20) | st.integers(1, 20),
        }
    ),
}
