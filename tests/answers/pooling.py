"""Model answers of lesson 08 in plain arithmetic, and the calls on which they must be right."""

from math import ceil

from hypothesis import strategies as st


def pool_output_length(length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    if stride is None:
        stride = kernel_size
    window = dilation * (kernel_size - 1) + 1
    way = length + 2 * padding - window
    if not ceil_mode:
        return way // stride + 1
    windows = ceil(way / stride) + 1
    last_start = (windows - 1) * stride
    if last_start >= length + padding:
        windows -= 1
    return windows


def pair(size):
    return size if isinstance(size, tuple) else (size, size)


def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    batch, channels, *sides = input_shape
    if stride is None:
        stride = kernel_size
    pooled = [
        pool_output_length(side, kernel, step, pad, ceil_mode=ceil_mode)
        for side, kernel, step, pad in zip(
            sides, pair(kernel_size), pair(stride), pair(padding), strict=True
        )
    ]
    return (batch, channels, *pooled)


def adaptive_pool2d_output_shape(input_shape, output_size):
    batch, channels, height, width = input_shape
    new_height, new_width = pair(output_size)
    if new_height is None:
        new_height = height
    if new_width is None:
        new_width = width
    return (batch, channels, new_height, new_width)


def max_pool1d(values, kernel_size, stride=None):
    if stride is None:
        stride = kernel_size
    starts = range(0, len(values) - kernel_size + 1, stride)
    return [max(values[start : start + kernel_size]) for start in starts]


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
    pool_output_length: length_calls().filter(lambda call: pool_output_length(**call) > 0),
    pool2d_output_shape: shape_calls().filter(lambda call: min(pool2d_output_shape(**call)) > 0),
    adaptive_pool2d_output_shape: st.fixed_dictionaries(
        {
            "input_shape": st.tuples(*(st.integers(1, most) for most in (4, 6, 30, 30))),
            "output_size": output_side | st.tuples(side_or_none, side_or_none),
        }
    ),
    max_pool1d: max_pool_calls(),
}
