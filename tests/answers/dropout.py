"""Random calls on which the answers of lesson 11 must be right."""

from hypothesis import strategies as st

probability = st.floats(0, 0.95)


@st.composite
def draws(draw):
    pairs = draw(st.lists(st.tuples(st.floats(-100, 100), st.booleans()), min_size=1, max_size=8))
    arguments = {
        "values": [value for value, _ in pairs],
        "keep": [survives for _, survives in pairs],
    }
    if draw(st.booleans()):
        arguments["p"] = draw(probability)
    if draw(st.booleans()):
        arguments["training"] = draw(st.booleans())
    return arguments


CALLS = {
    "dropout": draws(),
    "dropout_params": st.fixed_dictionaries({}, optional={"p": st.floats(0, 1)}),
}
