"""Model answers of lesson 14 in plain arithmetic, and the calls on which they must be right."""

from hypothesis import strategies as st

size = st.integers(1, 40)
length = st.integers(1, 12)


def attention_params(embed_dim, bias=True, kdim=None, vdim=None, add_bias_kv=False):
    if kdim is None:
        kdim = embed_dim
    if vdim is None:
        vdim = embed_dim
    total = embed_dim * (embed_dim + kdim + vdim + embed_dim)
    if bias:
        total += 4 * embed_dim
    if add_bias_kv:
        total += 2 * embed_dim
    return total


def attention_mult_adds(batch, target_len, source_len, embed_dim):
    query_and_output = 2 * target_len * embed_dim**2
    key_and_value = 2 * source_len * embed_dim**2
    scores_and_sum = 2 * target_len * source_len * embed_dim
    return batch * (query_and_output + key_and_value + scores_and_sum)


def transformer_layer_params(d_model, dim_feedforward=2048):
    attention = attention_params(d_model)
    linear1 = d_model * dim_feedforward + dim_feedforward
    linear2 = dim_feedforward * d_model + d_model
    norms = 2 * 2 * d_model
    return attention + linear1 + linear2 + norms


def grouped_query_params(embed_dim, num_heads, num_kv_heads, head_dim):
    queries = embed_dim * num_heads * head_dim
    keys = embed_dim * num_kv_heads * head_dim
    values = keys
    output = num_heads * head_dim * embed_dim
    return queries + keys + values + output


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
    attention_params: st.fixed_dictionaries(
        {"embed_dim": size},
        optional={
            "bias": st.booleans(),
            "kdim": st.none() | size,
            "vdim": st.none() | size,
            "add_bias_kv": st.booleans(),
        },
    ),
    attention_mult_adds: st.fixed_dictionaries(
        {
            "batch": st.integers(1, 6),
            "target_len": length,
            "source_len": length,
            "embed_dim": size,
        }
    ),
    transformer_layer_params: st.fixed_dictionaries(
        {"d_model": size}, optional={"dim_feedforward": st.integers(1, 300)}
    ),
    grouped_query_params: head_arguments(),
}
