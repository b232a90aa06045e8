"""Random calls on which the answers of lesson 22 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 60)
number = st.integers(-9, 9) | st.floats(-9, 9)
TARGETS = ("q", "k", "v", "o", "gate", "up", "down")


@st.composite
def adapted_layers(draw):
    inputs, outputs, rank = (draw(st.integers(1, 5)) for _ in range(3))

    def rows(many, length):
        return draw(
            st.lists(
                st.lists(number, min_size=length, max_size=length), min_size=many, max_size=many
            )
        )

    return {
        "x": rows(1, inputs)[0],
        "weight": rows(outputs, inputs),
        "a": rows(rank, inputs),
        "b": rows(outputs, rank),
        "alpha": draw(st.integers(1, 32) | st.floats(0.125, 32)),
    }


@st.composite
def models(draw):
    """Each key-value head serves a group of query heads; the groups are equally large."""
    num_kv_heads = draw(st.integers(1, 5))
    num_heads = num_kv_heads * draw(st.integers(1, 4))
    return {
        "d_model": num_heads * draw(st.integers(1, 8)),
        "num_layers": draw(st.integers(1, 4)),
        "num_heads": num_heads,
        "num_kv_heads": num_kv_heads,
        "hidden_dim": draw(size),
        "rank": draw(st.integers(1, 9)),
        "targets": draw(st.lists(st.sampled_from(TARGETS), min_size=1, unique=True)),
    }


CALLS = {
    "adapted_linear": adapted_layers(),
    "lora_params": st.fixed_dictionaries(
        {"in_features": size, "out_features": size, "rank": st.integers(1, 20)}
    ),
    "llama_lora_params": models(),
    "finetune_bytes": st.fixed_dictionaries(
        {"base_params": st.integers(1, 10**10), "adapter_params": st.integers(1, 10**8)},
        optional={"base_element_size": st.sampled_from((1, 2, 4, 8))},
    ),
}
