"""Random calls on which the answers of lesson 07 must be right."""

from hypothesis import strategies as st

channels = st.integers(1, 48)
side = st.integers(1, 7)
kernel = side | st.tuples(side, side)
maps = st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))


CALLS = {
    "depthwise_params": st.fixed_dictionaries(
        {"in_channels": channels, "kernel_size": kernel},
        optional={"multiplier": st.integers(1, 5), "bias": st.booleans()},
    ),
    "pointwise_params": st.fixed_dictionaries(
        {"in_channels": channels, "out_channels": channels}, optional={"bias": st.booleans()}
    ),
    "separable_params": st.fixed_dictionaries(
        {"in_channels": channels, "out_channels": channels, "kernel_size": kernel},
        optional={"bias": st.booleans()},
    ),
    "separable_mult_adds": st.fixed_dictionaries(
        {"input_shape": maps, "out_channels": channels, "kernel_size": kernel}
    ),
}
