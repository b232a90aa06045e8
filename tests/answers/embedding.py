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


CALLS = {
    "embedding_params": tables(),
    "embedding_output_shape": st.fixed_dictionaries({"input_shape": shape, "embedding_dim": size}),
    "tied_head_params": st.fixed_dictionaries(
        {"num_embeddings": size, "embedding_dim": size, "tied": st.booleans()}
    ),
}
