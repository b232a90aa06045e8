"""Model answers of lesson 00 in plain arithmetic, and the calls on which they must be right."""

from hypothesis import strategies as st

shape = st.lists(st.integers(0, 9), max_size=5).map(tuple)


def tensor_size(shape):
    size = 1
    for dimension in shape:
        size *= dimension
    return size


def tensor_bytes(shape, element_size=4):
    return tensor_size(shape) * element_size


CALLS = {
    tensor_size: st.fixed_dictionaries({"shape": shape}),
    tensor_bytes: st.fixed_dictionaries(
        {"shape": shape}, optional={"element_size": st.sampled_from([1, 2, 4, 8])}
    ),
}
