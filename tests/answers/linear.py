"""Random calls on which the answers of lesson 01 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 64)
shape = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple)
number = st.integers(-99, 99) | st.floats(-9, 9)


@st.composite
def linear_calls(draw):
    inputs, outputs = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    vector = st.lists(number, min_size=inputs, max_size=inputs)
    arguments = {
        "x": draw(vector),
        "weight": draw(st.lists(vector, min_size=outputs, max_size=outputs)),
    }
    bias = draw(st.none() | st.lists(number, min_size=outputs, max_size=outputs))
    return arguments if bias is None and draw(st.booleans()) else {**arguments, "bias": bias}


CALLS = {
    "linear": linear_calls(),
    "linear_params": st.fixed_dictionaries(
        {"in_features": size, "out_features": size}, optional={"bias": st.booleans()}
    ),
    "linear_output_shape": st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    "linear_mult_adds": st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    "mlp_params": st.fixed_dictionaries(
        {"sizes": st.lists(size, min_size=2, max_size=6)}, optional={"bias": st.booleans()}
    ),
}
