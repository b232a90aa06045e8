"""The bill of a model: against what was published, the other lessons' builders and exercises."""

from dataclasses import replace

import pytest
import torch

from grader.course import architectures, costs
from grader.course.exercises import catalogue
from grader.course.language import KVCache, Language, built
from grader.course.shapes import MODELS, PUBLISHED, Decoder, Vision, from_config

SMALL = Decoder(vocab_size=50, d_model=64, num_layers=3, num_heads=4, hidden_dim=96, num_kv_heads=2)
MIXED = Decoder(
    vocab_size=50,
    d_model=32,
    num_layers=4,
    num_heads=4,
    hidden_dim=24,
    experts=5,
    active=2,
    shared=1,
    dense_layers=1,
    dense_dim=40,
)


def asked(name, *arguments, **named):
    """PyTorch's answer to an exercise."""
    return catalogue()[name].reference(*arguments, **named)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize("name", MODELS)
def test_a_published_model_has_the_published_number_of_parameters(name):
    assert costs.parameters(MODELS[name]) == PUBLISHED[name]


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("Mixtral 8x7B", 12_879_925_248),
        ("DeepSeekMoE 16B", 2_828_650_496),
        ("Qwen3 30B-A3B", 3_353_032_704),
        ("Llama 3 8B", 8_030_261_248),
    ],
)
def test_a_token_meets_the_published_number_of_parameters(name, published):
    assert costs.active(MODELS[name]) == published


def test_every_number_of_a_shape_matters():
    """Where a wrong shape had the same count, the tests above would say nothing."""
    full = Decoder(
        vocab_size=50,
        d_model=64,
        num_layers=3,
        num_heads=4,
        hidden_dim=96,
        num_kv_heads=2,
        head_dim=12,
    )
    changes = [
        {"vocab_size": 51},
        {"d_model": 60},
        {"num_layers": 4},
        {"num_heads": 8},
        {"hidden_dim": 98},
        {"num_kv_heads": 4},
        {"head_dim": 14},
        {"gated": False},
        {"bias": "qkv"},
        {"bias": "all"},
        {"context": 10},
        {"norm": "layer"},
        {"norms": 4},
        {"query_norm": True},
        {"tied": True},
        {"experts": 3, "active": 1},
        {"experts": 3, "active": 1, "shared": 1},
        {"experts": 3, "active": 1, "dense_layers": 1, "dense_dim": 5},
    ]
    counts = [costs.parameters(replace(full, **change)) for change in changes]
    assert len({costs.parameters(full), *counts}) == len(changes) + 1


def test_shapes_agree_with_the_networks_of_lesson_16():
    llama = architectures.llama(50, 64, 3, 4, 2, 96)
    assert costs.parameters(SMALL) == count(llama)
    gpt2 = replace(MODELS["GPT-2"], d_model=128, num_layers=2, num_heads=2, hidden_dim=512)
    assert costs.parameters(gpt2) == count(architectures.gpt2(50_257, 1024, 128, 2))


@pytest.mark.parametrize(("length", "window"), [(1, None), (40, None), (40, 8), (5, 8)])
def test_the_cache_is_that_of_lesson_19(length, window):
    shape = replace(SMALL, window=window)
    said = asked("cache_bytes", 2, length, 64, 3, 4, 2, window=window)
    assert costs.costs(shape, length, batch=2)["KV cache"] == said


@pytest.mark.parametrize("past", [0, 1, 9])
def test_the_work_of_a_token_is_that_of_lesson_19_in_each_layer_and_the_head(past):
    total, looking_back = costs.work(SMALL, past + 1)
    assert total == 3 * asked("decode_mult_adds", past, 64, 4, 2, 96) + 64 * 50
    assert looking_back == 3 * 2 * (past + 1) * 4 * 16


def test_a_window_bounds_the_work_but_not_in_full_layers():
    windowed = replace(SMALL, window=8)
    assert costs.work(windowed, 100) == costs.work(SMALL, 8)
    mixed = replace(windowed, full_layers=1)  # of three
    looking = [costs.work(SMALL, length)[1] // 3 for length in (100, 8)]
    assert costs.work(mixed, 100)[1] == looking[0] + 2 * looking[1]
    cache = [costs.kept_bytes(SMALL, length, 1) // 3 for length in (100, 8)]
    assert costs.kept_bytes(mixed, 100, 1) == cache[0] + 2 * cache[1]


def test_experts_are_those_of_lesson_21():
    layer = asked("moe_params", 32, 24, 5, 1)
    used = asked("moe_active_params", 32, 24, 5, 2, 1)
    assert costs.parameters(MIXED) - costs.active(MIXED) == 3 * (layer - used)
    without = replace(MIXED, dense_layers=4)
    dense = 3 * 32 * 40
    assert costs.parameters(MIXED) - costs.parameters(without) == 3 * (layer - dense)
    work = asked("moe_mult_adds", 1, 32, 24, 5, 2, 1)
    assert costs.work(MIXED, 5)[0] - costs.work(without, 5)[0] == 3 * (work - dense)


@pytest.mark.parametrize("targets", [["q", "v"], ["q", "k", "v", "o", "gate", "up", "down"]])
def test_adapters_are_those_of_lesson_22(targets):
    bill = costs.costs(SMALL, rank=4, targets=targets)
    own = asked("llama_lora_params", 64, 3, 4, 2, 96, 4, targets)
    assert bill["trained"] == own
    base = costs.parameters(SMALL)
    assert bill["fine-tuning, base in 16 bits"] == asked("finetune_bytes", base, own)


@pytest.mark.parametrize("bits", [8, 4])
def test_packed_weights_are_those_of_lesson_23(bits):
    network = built(SMALL)
    matrices = [p for p in network.blocks.parameters() if p.ndim == 2]
    packed = sum(asked("quantized_bytes", p.numel(), bits, costs.BLOCK_OF_SCALES) for p in matrices)
    rest = costs.parameters(SMALL) - sum(p.numel() for p in matrices)
    assert costs.stored(SMALL, bits) == packed + 2 * rest
    assert costs.stored(SMALL, 16) == 2 * costs.parameters(SMALL)


def test_routers_and_tables_are_not_packed():
    more = replace(MIXED, vocab_size=51)
    assert costs.stored(more, 4) - costs.stored(MIXED, 4) == 2 * 2 * 32
    routers = sum(p.numel() for name, p in built(MIXED).named_parameters() if "router" in name)
    assert routers == 3 * 32 * 5


def test_training_is_that_of_lesson_15():
    bill = costs.costs(SMALL)
    assert bill["Adam in 32 bits"] == asked("adam_training_bytes", costs.parameters(SMALL))
    assert bill["Adam in mixed precision"] == (2 + 2 + 4 + 4 + 4) * costs.parameters(SMALL)


def test_the_network_with_weights_does_what_its_shape_says():
    """What is counted on the meta device runs with numbers, and looks back at what is kept."""
    torch.manual_seed(0)
    network = Language(MIXED)
    ids = torch.randint(50, (2, 3))
    scores = network(ids)
    assert scores.shape == (2, 3, 50)
    past = [KVCache(2, 4, 4, 8) for _ in range(4)]
    for kept in past:
        kept.keys.normal_()
        kept.values.normal_()
    assert not torch.allclose(network(ids, past), scores)


def test_a_vision_transformer_is_that_of_lesson_24():
    shape = Vision(32, 8, 64, 2, 96, num_classes=7, in_channels=1)
    bill = costs.costs(shape)
    assert bill["all parameters"] == asked("vit_params", 32, 8, 64, 2, 96, 7, 1)
    assert bill["tokens"] == asked("vit_tokens", 32, 8)
    assert bill["patch embedding"] == asked("patch_embedding_params", 1, 8, 64)
    published = costs.costs(MODELS["ViT-B/16"])["all mult-adds"]
    assert round(published / 1e9, 2) == 17.56  # torchvision's "GFLOPS"


@pytest.mark.parametrize("name", MODELS)
def test_the_parts_of_a_bill_are_the_whole(name):
    shape = MODELS[name]
    lines = list(costs._parameters(shape))
    whole = ("all parameters", "active for a token")
    parts = [line.value for line in lines if line.name not in whole]
    assert sum(parts) == costs.parameters(shape)


def test_a_bill_is_read_by_its_lines_and_links_to_the_lessons():
    bill = costs.costs(SMALL, length=7)
    html = bill._repr_html_()
    for line in bill.lines:
        assert f"{line.value:,}" in html
        assert f'href="../{line.lesson}/{line.lesson}.ipynb"' in html
        assert bill[line.name] == line.value, "two lines have one name"
        assert f"{line.name}: {line.value:,} {line.unit}" in repr(bill)
    with pytest.raises(KeyError, match="No line is called 'in 3 bits'"):
        bill["in 3 bits"]


@pytest.mark.parametrize(
    ("value", "unit", "short"),
    [
        (16_060_522_496, "bytes", "16.1 GB"),
        (999, "bytes", "999 bytes"),
        (131_072, "bytes", "131 kB"),
        (8_030_261_248, "parameters", "8.03 billion"),
        (197, "tokens", "197"),
        (0, "mult-adds", "0"),
    ],
)
def test_a_number_in_short(value, unit, short):
    assert costs.Line("", "", value, unit, "").short == short


def test_pieces_of_memory_add_up_to_the_lines_of_the_bill():
    bill, uses = costs.costs(SMALL, 9, 2, rank=3), costs.memory(SMALL, 9, 2, rank=3)
    together = {use: sum(pieces.values()) for use, pieces in uses.items()}
    assert together == {
        "serve in 16 bits": bill["weights in 16 bits, and the cache"],
        "serve in 8 bits": bill["weights in 8 bits, and the cache"],
        "serve in 4 bits": bill["weights in 4 bits, and the cache"],
        "LoRA, base in 16 bits": bill["fine-tuning, base in 16 bits"],
        "LoRA, base in 4 bits": bill["fine-tuning, base in 4 bits"],
        "train with Adam": bill["Adam in 32 bits"],
    }


CONFIGS = {
    "Llama 2 7B": {
        **{"model_type": "llama", "vocab_size": 32000, "hidden_size": 4096},
        **{"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32},
        **{"intermediate_size": 11008, "tie_word_embeddings": False, "hidden_act": "silu"},
    },
    "Llama 3.2 1B": {
        **{"model_type": "llama", "vocab_size": 128256, "hidden_size": 2048, "head_dim": 64},
        **{"num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8},
        **{"intermediate_size": 8192, "tie_word_embeddings": True, "attention_bias": False},
    },
    "Mistral 7B": {
        **{"model_type": "mistral", "vocab_size": 32000, "hidden_size": 4096},
        **{"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8},
        **{"intermediate_size": 14336, "sliding_window": 4096},
    },
    "Mixtral 8x7B": {
        **{"model_type": "mixtral", "vocab_size": 32000, "hidden_size": 4096},
        **{"num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8},
        **{"intermediate_size": 14336, "sliding_window": None},
        **{"num_local_experts": 8, "num_experts_per_tok": 2},
    },
    "Gemma 2 2B": {
        **{"model_type": "gemma2", "vocab_size": 256000, "hidden_size": 2304, "head_dim": 256},
        **{"num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4},
        **{"intermediate_size": 9216, "sliding_window": 4096},
    },
    "Qwen2.5 7B": {
        **{"model_type": "qwen2", "vocab_size": 152064, "hidden_size": 3584},
        **{"num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4},
        **{"intermediate_size": 18944, "sliding_window": 131072, "use_sliding_window": False},
    },
    "Qwen3 30B-A3B": {
        **{"model_type": "qwen3_moe", "vocab_size": 151936, "hidden_size": 2048, "head_dim": 128},
        **{"num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4},
        **{"intermediate_size": 6144, "moe_intermediate_size": 768, "num_experts": 128},
        **{"num_experts_per_tok": 8, "use_sliding_window": False, "sliding_window": None},
    },
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_gives_the_shape(name):
    shape = from_config(CONFIGS[name])
    assert costs.parameters(shape) == PUBLISHED[name]
    assert costs.kept_bytes(shape, 9000, 1) == costs.kept_bytes(MODELS[name], 9000, 1)
    if shape.experts:
        assert costs.active(shape) == costs.active(MODELS[name])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_type": "deepseek_v3"}, "of 'deepseek_v3' are not known"),
        ({"attention_bias": True}, "Biases"),
    ],
)
def test_what_a_config_means_is_not_guessed(change, words):
    with pytest.raises(ValueError, match=words):
        from_config({**CONFIGS["Llama 2 7B"], **change})


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="learned 1,024 positions; 2,000 tokens are too many"):
        costs.costs(MODELS["GPT-2"], length=2000)
    with pytest.raises(ValueError, match="no single matrix called 'gate'"):
        costs.costs(MIXED, targets=["gate"])
    with pytest.raises(RuntimeError, match="invalid for input of size"):
        costs.work(replace(SMALL, num_kv_heads=3), 4)
