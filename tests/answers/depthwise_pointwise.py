"""Model answers of lesson 07 in plain arithmetic, and the calls on which they must be right."""

from hypothesis import strategies as st

channels = st.integers(1, 48)
side = st.integers(1, 7)
kernel = side | st.tuples(side, side)
maps = st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 9), st.integers(1, 9))


def kernel_area(kernel_size):
    if isinstance(kernel_size, int):
        return kernel_size**2
    height, width = kernel_size
    return height * width


def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    out_channels = in_channels * multiplier
    weights = out_channels * kernel_area(kernel_size)
    return weights + out_channels if bias else weights


def pointwise_params(in_channels, out_channels, bias=True):
    weights = in_channels * out_channels
    return weights + out_channels if bias else weights


def separable_params(in_channels, out_channels, kernel_size, bias=True):
    depthwise = depthwise_params(in_channels, kernel_size, bias=bias)
    return depthwise + pointwise_params(in_channels, out_channels, bias)


def separable_mult_adds(input_shape, out_channels, kernel_size):
    batch, in_channels, height, width = input_shape
    depthwise = in_channels * kernel_area(kernel_size)
    pointwise = in_channels * out_channels
    return batch * height * width * (depthwise + pointwise)


CALLS = {
    depthwise_params: st.fixed_dictionaries(
        {"in_channels": channels, "kernel_size": kernel},
        optional={"multiplier": st.integers(1, 5), "bias": st.booleans()},
    ),
    pointwise_params: st.fixed_dictionaries(
        {"in_channels": channels, "out_channels": channels}, optional={"bias": st.booleans()}
    ),
    separable_params: st.fixed_dictionaries(
        {"in_channels": channels, "out_channels": channels, "kernel_size": kernel},
        optional={"bias": st.booleans()},
    ),
    separable_mult_adds: st.fixed_dictionaries(
        {"input_shape": maps, "out_channels": channels, "kernel_size": kernel}
    ),
}
