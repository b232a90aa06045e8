"""Random calls on which the answers of lesson 14 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 40)
length = st.integers(1, 12)


@st.composite
def head_arguments(draw):
    """Each key-value head serves a group of query heads; the groups are equally large."""
    num_kv_heads = draw(st.integers(1, 6))
    return {
        "embed_dim": draw(size),
        "num_heads": num_kv_heads * draw(st.integers(1, 5)),
        "num_kv_heads": num_kv_heads,
        "head_dim": draw(st.integers(1, 16)),
    }


@st.composite
def attend_calls(draw):
    """Widths that differ, and scores of which none is larger than 1000."""
    width, count, wide = (draw(st.integers(1, 5)) for _ in range(3))
    number = st.integers(-12, 12) | st.floats(-12, 12)

    def rows(many, length):
        return st.lists(
            st.lists(number, min_size=length, max_size=length), min_size=many, max_size=many
        )

    return {
        "query": draw(rows(1, width))[0],
        "keys": draw(rows(count, width)),
        "values": draw(rows(count, wide)),
    }


CALLS = {
    "attend": attend_calls(),
    "attention_params": st.fixed_dictionaries(
        {"embed_dim": size},
        optional={
            "bias": st.booleans(),
            "kdim": st.none() | size,
            "vdim": st.none() | size,
            "add_bias_kv": st.booleans(),
        },
    ),
    "attention_mult_adds": st.fixed_dictionaries(
        {
            "batch": st.integers(1, 6),
            "target_len": length,
            "source_len": length,
            "embed_dim": size,
        }
    ),
    "transformer_layer_params": st.fixed_dictionaries(
        {"d_model": size}, optional={"dim_feedforward": st.integers(1, 300)}
    ),
    "grouped_query_params": head_arguments(),
}
