"""Random calls on which the answers of lesson 01 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 64)
shape = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple)


CALLS = {
    "linear_params": st.fixed_dictionaries(
        {"in_features": size, "out_features": size}, optional={"bias": st.booleans()}
    ),
    "linear_output_shape": st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    "linear_mult_adds": st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    "mlp_params": st.fixed_dictionaries(
        {"sizes": st.lists(size, min_size=2, max_size=6)}, optional={"bias": st.booleans()}
    ),
}
