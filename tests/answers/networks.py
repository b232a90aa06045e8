"""Model answers of lesson 16 in plain arithmetic, and the calls on which they must be right."""

from itertools import pairwise

from hypothesis import strategies as st


def linear(in_features, out_features, bias=True):
    return in_features * out_features + (out_features if bias else 0)


def conv(in_channels, out_channels, kernel, bias=True):
    return linear(in_channels * kernel * kernel, out_channels, bias)


def batch_norm_params(channels):
    return 2 * channels


def lenet5_params():
    convolutions = conv(1, 6, 5) + conv(6, 16, 5)
    features = 16 * 5 * 5  # 32 -> 28 -> 14 -> 10 -> 5
    return convolutions + linear(features, 120) + linear(120, 84) + linear(84, 10)


def vgg_params(config, batch_norm=False, num_classes=1000):
    total, channels = 0, 3
    for entry in config:
        if entry == "M":
            continue
        total += conv(channels, entry, 3)
        if batch_norm:
            total += batch_norm_params(entry)
        channels = entry
    sizes = (channels * 7 * 7, 4096, 4096, num_classes)
    return total + sum(linear(before, after) for before, after in pairwise(sizes))


def basic_block_params(in_channels, out_channels):
    total = conv(in_channels, out_channels, 3, bias=False) + batch_norm_params(out_channels)
    total += conv(out_channels, out_channels, 3, bias=False) + batch_norm_params(out_channels)
    if in_channels != out_channels:
        total += conv(in_channels, out_channels, 1, bias=False) + batch_norm_params(out_channels)
    return total


def resnet_params(blocks, num_classes=1000):
    total = conv(3, 64, 7, bias=False) + batch_norm_params(64)
    channels = 64
    for count, width in zip(blocks, (64, 128, 256, 512), strict=True):
        for _ in range(count):
            total += basic_block_params(channels, width)
            channels = width
    return total + linear(512, num_classes)


def gpt2_params(vocab_size, context, d_model, num_layers):
    layer_norm = 2 * d_model
    attention = 4 * linear(d_model, d_model)
    hidden = linear(d_model, 4 * d_model) + linear(4 * d_model, d_model)
    block = attention + hidden + 2 * layer_norm
    return (vocab_size + context) * d_model + num_layers * block + layer_norm


def llama_params(
    vocab_size, d_model, num_layers, num_heads, num_kv_heads, hidden_dim, tied=False
):  # fmt: skip
    head_dim = d_model // num_heads
    queries_and_output = 2 * d_model * d_model
    keys_and_values = 2 * d_model * num_kv_heads * head_dim
    swiglu = 3 * d_model * hidden_dim
    norms = 2 * d_model
    block = queries_and_output + keys_and_values + swiglu + norms
    tables = vocab_size * d_model * (1 if tied else 2)
    return tables + num_layers * block + d_model


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
    lenet5_params: st.just({}),
    vgg_params: st.fixed_dictionaries(
        {"config": configs()}, optional={"batch_norm": st.booleans(), "num_classes": classes}
    ),
    resnet_params: st.fixed_dictionaries(
        {"blocks": st.tuples(*[st.integers(1, 4)] * 4)}, optional={"num_classes": classes}
    ),
    gpt2_params: st.fixed_dictionaries(
        {
            "vocab_size": width,
            "context": width,
            "d_model": st.integers(1, 200),
            "num_layers": st.integers(1, 5),
        }
    ),
    llama_params: llamas(),
}
