"""Random calls on which the answers of lesson 05 must be right."""

from hypothesis import strategies as st

small = st.integers(1, 8)


@st.composite
def channels(draw, small=small):
    """Arguments `in_channels`, `out_channels` and perhaps `groups`, which divides both."""
    groups = draw(small)
    arguments = {"in_channels": groups * draw(small), "out_channels": groups * draw(small)}
    if groups > 1 or draw(st.booleans()):
        arguments["groups"] = groups
    return arguments


@st.composite
def params(draw):
    arguments = {**draw(channels()), "kernel_size": draw(st.integers(1, 11))}
    if draw(st.booleans()):
        arguments["bias"] = draw(st.booleans())
    return arguments


@st.composite
def lengths(draw):
    """A sequence, at times shorter than the kernel before it is padded."""
    arguments = {"kernel_size": draw(small)}
    dilation = 1
    if draw(st.booleans()):
        dilation = arguments["dilation"] = draw(st.integers(1, 5))
    padding = draw(st.sampled_from(["same", "valid"]) | st.integers(0, 9))
    if padding != 0 or draw(st.booleans()):
        arguments["padding"] = padding
    if padding == "same":
        arguments |= draw(st.sampled_from([{}, {"stride": 1}]))
    else:
        arguments |= draw(st.fixed_dictionaries({}, optional={"stride": st.integers(1, 7)}))
    covered = dilation * (arguments["kernel_size"] - 1) + 1
    padded = 2 * padding if isinstance(padding, int) else 0
    shortest = 1 if padding == "same" else max(1, covered - padded)
    return {**arguments, "length": shortest + draw(st.integers(0, 40))}


@st.composite
def mult_adds(draw):
    arguments = draw(lengths())
    sizes = draw(channels())
    in_channels = sizes.pop("in_channels")
    input_shape = (draw(st.integers(1, 5)), in_channels, arguments.pop("length"))
    return {"input_shape": input_shape, **sizes, **arguments}


number = st.integers(-99, 99) | st.floats(-99, 99)


def without_some_defaults(draw, arguments, defaults):
    return {
        name: value
        for name, value in arguments.items()
        if name not in defaults or value != defaults[name] or draw(st.booleans())
    }


@st.composite
def computed(draw):
    kernel = draw(st.lists(number, min_size=1, max_size=5))
    padding = draw(st.integers(0, 4))
    arguments = {
        "values": draw(st.lists(number, min_size=max(1, len(kernel) - 2 * padding), max_size=12)),
        "kernel": kernel,
        "bias": draw(st.just(0.0) | number),
        "stride": draw(st.integers(1, 5)),
        "padding": padding,
    }
    return without_some_defaults(draw, arguments, {"bias": 0.0, "stride": 1, "padding": 0})


window = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3))

CALLS = {
    "conv1d": computed(),
    "conv1d_params": params(),
    "conv1d_output_length": lengths(),
    "conv1d_mult_adds": mult_adds(),
    "receptive_field": st.fixed_dictionaries({"layers": st.lists(window, min_size=1, max_size=4)}),
}
