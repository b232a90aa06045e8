"""Random calls on which the answers of lesson 20 must be right."""

from answers.conv1d import channels, number, without_some_defaults
from answers.conv2d import as_pair, sizes, small
from hypothesis import strategies as st

numbers = st.lists(number, min_size=1, max_size=6)


@st.composite
def paintings(draw):
    arguments = {
        "values": draw(numbers),
        "kernel": draw(numbers),
        "stride": draw(st.integers(1, 8)),
    }
    return without_some_defaults(draw, arguments, {"stride": 1})


@st.composite
def weights(draw):
    return {**draw(channels(small)), "kernel_size": draw(sizes(1, 7))}


@st.composite
def images(draw):
    """A shape, with a layer for its channels in the place of their number."""
    layer = draw(weights())
    sides = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    return {"input_shape": (draw(st.integers(1, 5)), layer.pop("in_channels"), *sides), **layer}


@st.composite
def shapes(draw):
    """Sizes in numbers and pairs; every side comes out at least 1."""
    arguments = draw(images())
    arguments.pop("groups", None)
    arguments |= draw(
        st.fixed_dictionaries({}, optional={"stride": sizes(1, 5), "dilation": sizes(1, 4)})
    )
    steps = zip(
        as_pair(arguments.get("stride", 1)), as_pair(arguments.get("dilation", 1)), strict=True
    )
    most = tuple(max(step) - 1 for step in steps)
    extra = tuple(draw(st.integers(0, each)) for each in most)
    if draw(st.booleans()) and any(extra):
        arguments["output_padding"] = min(extra) if draw(st.booleans()) else extra
    painted = [
        (side - 1) * step + gap * (kernel - 1) + 1
        for side, step, gap, kernel in zip(
            arguments["input_shape"][2:],
            as_pair(arguments.get("stride", 1)),
            as_pair(arguments.get("dilation", 1)),
            as_pair(arguments["kernel_size"]),
            strict=True,
        )
    ]
    cut = tuple(draw(st.integers(0, (side - 1) // 2)) for side in painted)
    if draw(st.booleans()) and any(cut):
        arguments["padding"] = min(cut) if draw(st.booleans()) else cut
    return arguments


width = st.integers(1, 40)
CALLS = {
    "conv_transpose1d": paintings(),
    "conv_transpose2d_weight_shape": weights(),
    "conv_transpose2d_output_shape": shapes(),
    "conv_transpose2d_mult_adds": images(),
    "unet_params": st.fixed_dictionaries(
        {
            "in_channels": st.integers(1, 5),
            "num_classes": st.integers(1, 9),
            "widths": st.lists(width, min_size=1, max_size=5).map(tuple),
        }
    ),
}
