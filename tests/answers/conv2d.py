"""Random calls on which the answers of lesson 06 must be right."""

from answers.conv1d import channels, number
from hypothesis import strategies as st

small = st.integers(1, 6)


def as_pair(size):
    return size if isinstance(size, tuple) else (size, size)


def sizes(low, high):
    """A whole number or a pair."""
    number = st.integers(low, high)
    return number | st.tuples(number, number)


@st.composite
def params(draw):
    arguments = {**draw(channels(small)), "kernel_size": draw(sizes(1, 7))}
    if draw(st.booleans()):
        arguments["bias"] = draw(st.booleans())
    return arguments


def shortest(kernel_size, padding, dilation):
    """The smallest side that PyTorch accepts, at times smaller than the kernel."""
    return max(1, dilation * (kernel_size - 1) + 1 - 2 * padding)


@st.composite
def mult_adds(draw):
    """Numbers, pairs and words, each of them at times left out."""
    arguments = draw(channels(small))
    arguments["kernel_size"] = draw(sizes(1, 5))
    arguments |= draw(st.fixed_dictionaries({}, optional={"dilation": sizes(1, 4)}))
    word = draw(st.sampled_from([None, None, None, "same", "valid"]))
    if word:
        arguments["padding"] = word
    else:
        arguments |= draw(st.fixed_dictionaries({}, optional={"padding": sizes(0, 5)}))
    if word == "same":
        arguments |= draw(st.sampled_from([{}, {"stride": 1}, {"stride": (1, 1)}]))
        smallest = [1, 1]
    else:
        arguments |= draw(st.fixed_dictionaries({}, optional={"stride": sizes(1, 5)}))
        padding = 0 if word else arguments.get("padding", 0)
        kernel, dilation = arguments["kernel_size"], arguments.get("dilation", 1)
        smallest = map(shortest, as_pair(kernel), as_pair(padding), as_pair(dilation))
    image = [side + draw(st.integers(0, 15)) for side in smallest]
    input_shape = (draw(st.integers(1, 4)), arguments.pop("in_channels"), *image)
    return {"input_shape": input_shape, **arguments}


def rows(draw, height, width):
    row = st.lists(number, min_size=width, max_size=width)
    return draw(st.lists(row, min_size=height, max_size=height))


@st.composite
def computed(draw):
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return {
        "image": rows(draw, height + draw(st.integers(0, 4)), width + draw(st.integers(0, 4))),
        "kernel": rows(draw, height, width),
    }


CALLS = {
    "conv2d": computed(),
    "conv2d_params": params(),
    "conv2d_output_shape": mult_adds().map(
        lambda call: {name: value for name, value in call.items() if name != "groups"}
    ),
    "conv2d_mult_adds": mult_adds(),
}
