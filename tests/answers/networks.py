"""Random calls on which the answers of lesson 16 must be right."""

from hypothesis import strategies as st

classes = st.integers(1, 2000)
width = st.integers(1, 600)


@st.composite
def configs(draw):
    body = draw(st.lists(width | st.just("M"), max_size=12).map(without_first_pooling))
    return (*body, 512, *draw(st.sampled_from([(), ("M",)])))


def without_first_pooling(config):
    while config and config[0] == "M":
        config = config[1:]
    return config


@st.composite
def llamas(draw):
    groups, kv_heads, head_dim = draw(st.tuples(*[st.integers(1, 6)] * 3))
    return {
        "vocab_size": draw(width),
        "d_model": groups * kv_heads * head_dim,
        "num_layers": draw(st.integers(1, 4)),
        "num_heads": groups * kv_heads,
        "num_kv_heads": kv_heads,
        "hidden_dim": draw(width),
        **draw(st.fixed_dictionaries({}, optional={"tied": st.booleans()})),
    }


CALLS = {
    "lenet5_params": st.just({}),
    "vgg_params": st.fixed_dictionaries(
        {"config": configs()}, optional={"batch_norm": st.booleans(), "num_classes": classes}
    ),
    "resnet_params": st.fixed_dictionaries(
        {"blocks": st.tuples(*[st.integers(1, 4)] * 4)}, optional={"num_classes": classes}
    ),
    "gpt2_params": st.fixed_dictionaries(
        {
            "vocab_size": width,
            "context": width,
            "d_model": st.integers(1, 200),
            "num_layers": st.integers(1, 5),
        }
    ),
    "llama_params": llamas(),
}
