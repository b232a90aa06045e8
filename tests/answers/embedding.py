"""Random calls on which the answers of lesson 04 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 64)
shape = st.lists(st.integers(0, 9), max_size=4).map(tuple)


@st.composite
def tables(draw):
    """Arguments of an Embedding; `padding_idx` is a row that exists, or None, or left out."""
    arguments = {"num_embeddings": draw(size), "embedding_dim": draw(size)}
    if draw(st.booleans()):
        rows = arguments["num_embeddings"]
        arguments["padding_idx"] = draw(st.none() | st.integers(-rows, rows - 1))
    return arguments


@st.composite
def look_ups(draw):
    """A table and indices of rows that exist, more often than not one of them twice."""
    width = draw(st.integers(1, 5))
    number = st.integers(-99, 99) | st.floats(-99, 99)
    row = st.lists(number, min_size=width, max_size=width)
    weight = draw(st.lists(row, min_size=1, max_size=5))
    indices = draw(st.lists(st.integers(0, len(weight) - 1), min_size=1, max_size=7))
    return {"weight": weight, "indices": indices}


CALLS = {
    "look_up": look_ups(),
    "embedding_params": tables(),
    "embedding_output_shape": st.fixed_dictionaries({"input_shape": shape, "embedding_dim": size}),
    "tied_head_params": st.fixed_dictionaries(
        {"num_embeddings": size, "embedding_dim": size, "tied": st.booleans()}
    ),
}
