"""Random calls on which the answers of lesson 19 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 12)
window = st.none() | st.integers(1, 60)


@st.composite
def heads(draw):
    """Each key-value head serves a group of query heads; together they are as wide as the model."""
    num_kv_heads = draw(st.integers(1, 6))
    num_heads = num_kv_heads * draw(st.integers(1, 5))
    return {
        "d_model": num_heads * draw(st.integers(1, 12)),
        "num_heads": num_heads,
        "num_kv_heads": num_kv_heads,
    }


@st.composite
def cache_calls(draw):
    """Any head size of its own, and any window."""
    return {
        "batch": draw(size),
        "length": draw(st.integers(1, 60)),
        "num_layers": draw(size),
        **draw(heads()),
        "element_size": draw(st.sampled_from((1, 2, 4, 8))),
        "head_dim": draw(st.none() | st.integers(1, 40)),
        "window": draw(window),
    }


@st.composite
def token_calls(draw):
    """A past of any length, none included."""
    return {
        "past": draw(st.integers(0, 60)),
        **draw(heads()),
        "hidden_dim": draw(st.integers(1, 90)),
    }


CALLS = {
    "cache_elements": st.fixed_dictionaries(
        {
            "batch": size,
            "length": st.integers(1, 60),
            "num_layers": size,
            "num_kv_heads": size,
            "head_dim": st.integers(1, 40),
        },
        optional={"window": window},
    ),
    "cache_bytes": cache_calls(),
    "decode_mult_adds": token_calls(),
}
