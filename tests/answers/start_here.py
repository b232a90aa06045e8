"""Random calls on which the answers of lesson 00 must be right."""

from hypothesis import strategies as st

shape = st.lists(st.integers(0, 9), max_size=5).map(tuple)


CALLS = {
    "tensor_size": st.fixed_dictionaries({"shape": shape}),
    "tensor_bytes": st.fixed_dictionaries(
        {"shape": shape}, optional={"element_size": st.sampled_from([1, 2, 4, 8])}
    ),
}
