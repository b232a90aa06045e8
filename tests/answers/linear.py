"""Model answers of lesson 01 in plain arithmetic, and the calls on which they must be right."""

from itertools import pairwise
from math import prod

from hypothesis import strategies as st

size = st.integers(1, 64)
shape = st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple)


def linear_params(in_features, out_features, bias=True):
    weights = in_features * out_features
    return weights + out_features if bias else weights


def linear_output_shape(input_shape, out_features):
    return (*input_shape[:-1], out_features)


def linear_mult_adds(input_shape, out_features):
    return prod(input_shape) * out_features


def mlp_params(sizes, bias=True):
    total = 0
    for before, after in pairwise(sizes):
        total += before * after
        if bias:
            total += after
    return total


CALLS = {
    linear_params: st.fixed_dictionaries(
        {"in_features": size, "out_features": size}, optional={"bias": st.booleans()}
    ),
    linear_output_shape: st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    linear_mult_adds: st.fixed_dictionaries({"input_shape": shape, "out_features": size}),
    mlp_params: st.fixed_dictionaries(
        {"sizes": st.lists(size, min_size=2, max_size=6)}, optional={"bias": st.booleans()}
    ),
}
