"""The shape of a model as a few numbers, as its `config.json` has them; published models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Decoder:
    """The shape of a language model that writes one token after the other.

    Args:
        vocab_size: rows of the table of tokens.
        d_model: numbers that stand for a token.
        num_layers: blocks.
        num_heads: query heads.
        hidden_dim: width of the hidden layer; with experts, that of one expert.
        num_kv_heads: heads for keys and values; one for each query head if not said.
        head_dim: numbers a head; `d_model / num_heads` if not said.
        gated: a hidden layer of three matrices, as in SwiGLU, or of two, with GELU.
        bias: "none"; "qkv" for queries, keys and values only; "all" for all matrices of a block.
        context: rows of learned positions; 0 for rotary ones, which hold nothing.
        norm: "rms" or "layer".
        norms: norms a block; Gemma 2 has four.
        query_norm: an RMSNorm over each head's queries and one over its keys, as in Qwen 3.
        tied: the head is the table of tokens once more.
        experts: hidden layers among which a router chooses; 0 for a single one without a router.
        active: experts that a token passes through.
        shared: experts that every token passes through, on top of the others.
        dense_layers: blocks at the beginning that have a single hidden layer nevertheless.
        dense_dim: its width.
        window: positions that a sliding window sees.
        full_layers: blocks without the window.
    """

    vocab_size: int
    d_model: int
    num_layers: int
    num_heads: int
    hidden_dim: int
    num_kv_heads: int | None = None
    head_dim: int | None = None
    gated: bool = True
    bias: str = "none"
    context: int = 0
    norm: str = "rms"
    norms: int = 2
    query_norm: bool = False
    tied: bool = False
    experts: int = 0
    active: int = 0
    shared: int = 0
    dense_layers: int = 0
    dense_dim: int = 0
    window: int | None = None
    full_layers: int = 0

    @property
    def kv_heads(self) -> int:
        """Heads for keys and values."""
        return self.num_kv_heads or self.num_heads

    @property
    def head_width(self) -> int:
        """Numbers a head."""
        return self.head_dim or self.d_model // self.num_heads

    def kept(self, length: int) -> Iterator[int]:
        """For each block, how many of `length` positions its cache keeps."""
        for number in range(self.num_layers):
            windowed = self.window is not None and number >= self.full_layers
            yield min(length, self.window or length) if windowed else length


@dataclass(frozen=True)
class Vision:
    """The shape of a Vision Transformer: sizes of the image and of a patch, then the blocks'."""

    image_size: int
    patch_size: int
    embed_dim: int
    depth: int
    mlp_dim: int
    num_classes: int = 1000
    in_channels: int = 3


FLAGS: Mapping[str, Mapping[str, Any]] = {  # what a kind of model has without saying so
    "llama": {}, "mistral": {}, "mixtral": {}, "phi3": {}, "gemma": {"tied": True},
    "gemma2": {"tied": True, "norms": 4}, "qwen2": {"bias": "qkv"},
    "qwen3": {"query_norm": True}, "qwen3_moe": {"query_norm": True}}


def from_config(config: Mapping[str, Any]) -> Decoder:
    """The shape of a model by its `config.json`, read with `json.load`.

    Raises:
        ValueError: for a model whose parts are not known here.
    """
    kind = str(config.get("model_type"))
    if config.get("attention_bias") or config.get("mlp_bias"):
        raise ValueError("Biases that a config.json asks for are not known here.")
    if kind not in FLAGS:
        raise ValueError(f"The parts of {kind!r} are not known here; known are {list(FLAGS)}.")
    layers, window = config["num_hidden_layers"], config.get("sliding_window")
    if not config.get("use_sliding_window", not kind.startswith("qwen")):
        window = None
    experts = config.get("num_local_experts") or config.get("num_experts") or 0
    options: dict[str, Any] = {
        "num_kv_heads": config.get("num_key_value_heads"), "head_dim": config.get("head_dim"),
        "window": window, "full_layers": layers // 2 if kind == "gemma2" else 0,
        "experts": experts, "active": config["num_experts_per_tok"] if experts else 0,
        "tied": config.get("tie_word_embeddings", False), **FLAGS[kind]}
    hidden = config.get("moe_intermediate_size") or config["intermediate_size"]
    return Decoder(config["vocab_size"], config["hidden_size"], layers,
        config["num_attention_heads"], hidden, **options)


GPT2 = Decoder(vocab_size=50_257, d_model=768, num_layers=12, num_heads=12, hidden_dim=3072,
    gated=False, bias="all", context=1024, norm="layer", tied=True)
LLAMA_2 = Decoder(vocab_size=32_000, d_model=4096, num_layers=32, num_heads=32,
    hidden_dim=11_008)
LLAMA_3 = Decoder(vocab_size=128_256, d_model=4096, num_layers=32, num_heads=32,
    hidden_dim=14_336, num_kv_heads=8)
MISTRAL = replace(LLAMA_3, vocab_size=32_000, window=4096)
MODELS: dict[str, Decoder | Vision] = {
    "GPT-2": GPT2,
    "GPT-2 XL": replace(GPT2, d_model=1600, num_layers=48, num_heads=25, hidden_dim=6400),
    "Pythia 6.9B": replace(GPT2, vocab_size=50_432, d_model=4096, num_layers=32, num_heads=32,
        hidden_dim=16_384, context=0, tied=False),
    "TinyLlama 1.1B": replace(LLAMA_2, d_model=2048, num_layers=22, hidden_dim=5632,
        num_kv_heads=4),
    "Llama 2 7B": LLAMA_2,
    "Llama 2 13B": replace(LLAMA_2, d_model=5120, num_layers=40, num_heads=40,
        hidden_dim=13_824),
    "Llama 2 70B": replace(LLAMA_2, d_model=8192, num_layers=80, num_heads=64,
        hidden_dim=28_672, num_kv_heads=8),
    "Llama 3.2 1B": replace(LLAMA_3, d_model=2048, num_layers=16, hidden_dim=8192, tied=True),
    "Llama 3 8B": LLAMA_3,
    "Llama 3 70B": replace(LLAMA_3, d_model=8192, num_layers=80, num_heads=64,
        hidden_dim=28_672),
    "Llama 3.1 405B": replace(LLAMA_3, d_model=16_384, num_layers=126, num_heads=128,
        hidden_dim=53_248),
    "Mistral 7B": MISTRAL,
    "Mistral NeMo 12B": replace(LLAMA_3, vocab_size=131_072, d_model=5120, num_layers=40,
        head_dim=128),
    "Mixtral 8x7B": replace(MISTRAL, window=None, experts=8, active=2),
    "Phi-3 mini": replace(LLAMA_2, vocab_size=32_064, d_model=3072, hidden_dim=8192),
    "Gemma 7B": Decoder(vocab_size=256_000, d_model=3072, num_layers=28, num_heads=16,
        hidden_dim=24_576, head_dim=256, tied=True),
    "Gemma 2 2B": Decoder(vocab_size=256_000, d_model=2304, num_layers=26, num_heads=8,
        hidden_dim=9216, num_kv_heads=4, head_dim=256, norms=4, tied=True, window=4096,
        full_layers=13),
    "Qwen2.5 7B": Decoder(vocab_size=152_064, d_model=3584, num_layers=28, num_heads=28,
        hidden_dim=18_944, num_kv_heads=4, bias="qkv"),
    "Qwen3 8B": Decoder(vocab_size=151_936, d_model=4096, num_layers=36, num_heads=32,
        hidden_dim=12_288, num_kv_heads=8, head_dim=128, query_norm=True),
    "Qwen3 30B-A3B": Decoder(vocab_size=151_936, d_model=2048, num_layers=48, num_heads=32,
        hidden_dim=768, num_kv_heads=4, head_dim=128, query_norm=True, experts=128, active=8),
    "DeepSeekMoE 16B": Decoder(vocab_size=102_400, d_model=2048, num_layers=28, num_heads=16,
        hidden_dim=1408, experts=64, active=6, shared=2, dense_layers=1, dense_dim=10_944),
    "ViT-B/16": Vision(224, 16, 768, 12, 3072),
    "ViT-L/16": Vision(224, 16, 1024, 24, 4096),
    "ViT-B/32": Vision(224, 32, 768, 12, 3072),
}
PUBLISHED = {  # parameters of the published weights, read off their files or their model cards
    "GPT-2": 124_439_808, "GPT-2 XL": 1_557_611_200, "Pythia 6.9B": 6_857_302_016,
    "TinyLlama 1.1B": 1_100_048_384, "Llama 2 7B": 6_738_415_616, "Llama 2 13B": 13_015_864_320,
    "Llama 2 70B": 68_976_648_192, "Llama 3.2 1B": 1_235_814_400, "Llama 3 8B": 8_030_261_248,
    "Llama 3 70B": 70_553_706_496, "Llama 3.1 405B": 405_853_388_800,
    "Mistral 7B": 7_241_732_096, "Mistral NeMo 12B": 12_247_782_400,
    "Mixtral 8x7B": 46_702_792_704, "Phi-3 mini": 3_821_079_552, "Gemma 7B": 8_537_680_896,
    "Gemma 2 2B": 2_614_341_888, "Qwen2.5 7B": 7_615_616_512, "Qwen3 8B": 8_190_735_360,
    "Qwen3 30B-A3B": 30_532_122_624, "DeepSeekMoE 16B": 16_375_728_128,
    "ViT-B/16": 86_567_656, "ViT-L/16": 304_326_632, "ViT-B/32": 88_224_232,
}
