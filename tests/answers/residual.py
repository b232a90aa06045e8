"""Random calls on which the answers of lesson 12 must be right."""

from hypothesis import strategies as st

channels = st.integers(1, 128)


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
    "projection_params": st.fixed_dictionaries({"in_channels": channels, "out_channels": channels}),
    "concat_output_shape": concatenations(),
    "basic_block_params": blocks(),
}
