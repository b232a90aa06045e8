"""Random calls on which the answers of lesson 09 must be right."""

from hypothesis import strategies as st


def pair(size):
    return size if isinstance(size, tuple) else (size, size)


@st.composite
def flatten_calls(draw):
    shape = draw(st.lists(st.integers(0, 9), min_size=1, max_size=6).map(tuple))
    dims = len(shape)
    start = draw(st.integers(min(1, dims - 1), dims - 1) | st.integers(0, dims - 1))
    end = draw(st.integers(start, dims - 1))
    arguments = {"input_shape": shape}
    if start != 1 or draw(st.booleans()):
        arguments["start_dim"] = draw(st.sampled_from([start, start - dims]))
    if end != dims - 1 or draw(st.booleans()):
        arguments["end_dim"] = draw(st.sampled_from([end, end - dims]))
    return arguments


@st.composite
def index_calls(draw):
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9)))
    index = draw(st.tuples(*(st.integers(0, size - 1) for size in shape)))
    return {"index": index, "shape": shape}


@st.composite
def classifier_calls(draw):
    side = st.integers(1, 5)
    size = side | st.tuples(side, side)
    block = st.tuples(st.integers(1, 20), size, size)
    batch_and_channels = st.tuples(st.integers(1, 4), st.integers(1, 4))
    height_and_width = st.tuples(st.integers(8, 64), st.integers(8, 64))
    return {
        "input_shape": draw(batch_and_channels) + draw(height_and_width),
        "blocks": draw(st.lists(block, min_size=1, max_size=4)),
    }


def pytorch_accepts(call):
    """False where a kernel or a window does not fit, so that PyTorch refuses the call."""
    sides = list(call["input_shape"][2:])
    for _, kernel_size, pool in call["blocks"]:
        for axis in (0, 1):
            sides[axis] = (sides[axis] - pair(kernel_size)[axis] + 1) // pair(pool)[axis]
        if min(sides) < 1:
            return False
    return True


CALLS = {
    "flatten_output_shape": flatten_calls(),
    "flat_index": index_calls(),
    "classifier_in_features": classifier_calls().filter(pytorch_accepts),
}
