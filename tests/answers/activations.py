"""Random calls on which the answers of lesson 02 must be right."""

from hypothesis import strategies as st

number = st.integers(-2000, 2000) | st.floats(-2000, 2000) | st.floats(-10, 10)


@st.composite
def glu_calls(draw):
    shape = draw(st.lists(st.integers(1, 12), min_size=1, max_size=5))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    if draw(st.booleans()):
        shape[dim] *= 2
        return {"input_shape": tuple(shape), "dim": dim}
    shape[-1] *= 2
    return {"input_shape": tuple(shape)}


CALLS = {
    "relu": st.fixed_dictionaries({"x": number}),
    "sigmoid": st.fixed_dictionaries({"x": number}),
    "prelu_params": st.fixed_dictionaries({}, optional={"num_parameters": st.integers(1, 2000)}),
    "glu_output_shape": glu_calls(),
}
