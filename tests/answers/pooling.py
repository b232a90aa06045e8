"""Random calls on which the answers of lesson 08 must be right."""

from hypothesis import strategies as st


def pair(size):
    return size if isinstance(size, tuple) else (size, size)


@st.composite
def length_calls(draw):
    kernel_size = draw(st.integers(1, 7))
    arguments = {
        "length": draw(st.integers(1, 60)),
        "kernel_size": kernel_size,
        "stride": draw(st.none() | st.integers(1, 12)),
        "padding": draw(st.integers(0, kernel_size // 2)),
        "dilation": draw(st.integers(1, 4)),
        "ceil_mode": draw(st.booleans()),
    }
    defaults = {"stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
    return without_some_defaults(draw, arguments, defaults)


@st.composite
def shape_calls(draw):
    kernel_size = draw(st.integers(1, 7) | st.tuples(st.integers(1, 7), st.integers(1, 7)))
    half = [side // 2 for side in pair(kernel_size)]
    step = st.integers(1, 9)
    arguments = {
        "input_shape": draw(
            st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 30), st.integers(1, 30))
        ),
        "kernel_size": kernel_size,
        "stride": draw(st.none() | step | st.tuples(step, step)),
        "padding": draw(
            st.integers(0, min(half)) | st.tuples(*(st.integers(0, most) for most in half))
        ),
        "ceil_mode": draw(st.booleans()),
    }
    return without_some_defaults(
        draw, arguments, {"stride": None, "padding": 0, "ceil_mode": False}
    )


def window_fits(length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """False where not even one window fits, so that PyTorch refuses the call."""
    spare = length + 2 * padding - dilation * (kernel_size - 1) - 1
    return spare > -(stride or kernel_size) if ceil_mode else spare >= 0


def windows_fit(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    """False where not even one window fits along one of the sides."""
    sides = zip(input_shape[2:], pair(kernel_size), pair(stride), pair(padding), strict=True)
    return all(window_fits(*side, ceil_mode=ceil_mode) for side in sides)


def without_some_defaults(draw, arguments, defaults):
    return {
        name: value
        for name, value in arguments.items()
        if name not in defaults or value != defaults[name] or draw(st.booleans())
    }


@st.composite
def max_pool_calls(draw):
    kernel_size = draw(st.integers(1, 6))
    number = st.integers(-99, 99) | st.floats(-99, 99)
    arguments = {
        "values": draw(st.lists(number, min_size=kernel_size, max_size=24)),
        "kernel_size": kernel_size,
        "stride": draw(st.none() | st.integers(1, 8)),
    }
    return without_some_defaults(draw, arguments, {"stride": None})


output_side = st.integers(1, 40)
side_or_none = st.none() | output_side

CALLS = {
    "pool_output_length": length_calls().filter(lambda call: window_fits(**call)),
    "pool2d_output_shape": shape_calls().filter(lambda call: windows_fit(**call)),
    "adaptive_pool2d_output_shape": st.fixed_dictionaries(
        {
            "input_shape": st.tuples(*(st.integers(1, most) for most in (4, 6, 30, 30))),
            "output_size": output_side | st.tuples(side_or_none, side_or_none),
        }
    ),
    "max_pool1d": max_pool_calls(),
}
