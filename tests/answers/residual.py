"""Model answers of lesson 12 in plain arithmetic, and the calls on which they must be right."""

from hypothesis import strategies as st

channels = st.integers(1, 128)


def projection_params(in_channels, out_channels):
    convolution = in_channels * out_channels
    batchnorm = 2 * out_channels
    return convolution + batchnorm


def concat_output_shape(shapes, dim=1):
    result = list(shapes[0])
    result[dim] = sum(shape[dim] for shape in shapes)
    return tuple(result)


def basic_block_params(in_channels, out_channels, stride=1):
    batchnorm = 2 * out_channels
    first = 9 * in_channels * out_channels + batchnorm
    second = 9 * out_channels * out_channels + batchnorm
    if stride == 1 and in_channels == out_channels:
        return first + second
    return first + second + projection_params(in_channels, out_channels)


@st.composite
def concatenations(draw):
    common = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    ndim = len(common)
    dim = draw(st.integers(-ndim, ndim - 1))
    shapes = []
    for along in draw(st.lists(st.integers(1, 30), min_size=1, max_size=5)):
        shape = list(common)
        shape[dim] = along
        shapes.append(tuple(shape))
    if dim == 1 and draw(st.booleans()):
        return {"shapes": shapes}
    return {"shapes": shapes, "dim": dim}


@st.composite
def blocks(draw):
    in_channels = draw(channels)
    arguments = {
        "in_channels": in_channels,
        "out_channels": draw(st.just(in_channels) | channels),
    }
    if draw(st.booleans()):
        arguments["stride"] = draw(st.integers(1, 3))
    return arguments


CALLS = {
    projection_params: st.fixed_dictionaries({"in_channels": channels, "out_channels": channels}),
    concat_output_shape: concatenations(),
    basic_block_params: blocks(),
}
