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


CALLS = {
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
