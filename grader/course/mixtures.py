"""Mixtures of experts, built of PyTorch's layers on the meta device: one layer, and whole models.

`present` says how many of the routed experts are built: all that there are, or as many as one
token passes through. The router is whole either way.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course.architectures import built_once, llama_block

MIXTRAL_8X7B = {"vocab_size": 32_000, "d_model": 4096, "num_layers": 32, "num_heads": 32,
    "num_kv_heads": 8, "hidden_dim": 14_336, "num_experts": 8}
MIXTRAL_8X22B = {"vocab_size": 32_768, "d_model": 6144, "num_layers": 56, "num_heads": 48,
    "num_kv_heads": 8, "hidden_dim": 16_384, "num_experts": 8}
DEEPSEEK_V3 = {"vocab_size": 129_280, "d_model": 7168, "num_heads": 128, "query_rank": 1536,
    "key_rank": 512, "plain": 128, "rotary": 64, "dense_layers": 3, "dense_dim": 18_432,
    "expert_layers": 58, "expert_dim": 2048, "num_experts": 256, "num_shared": 1}


class Expert(nn.Module):
    """A SwiGLU: three matrices without a bias."""

    def __init__(self, d_model: int, hidden_dim: int) -> None:
        super().__init__()
        self.gate = nn.Linear(d_model, hidden_dim, bias=False)
        self.up = nn.Linear(d_model, hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, d_model, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """What the expert makes of its tokens."""
        hidden: Tensor = self.down(functional.silu(self.gate(x)) * self.up(x))
        return hidden


def expert_layer(
    d_model: int, hidden_dim: int, num_experts: int, present: int, num_shared: int = 0
) -> nn.ModuleDict:
    """A router for `num_experts`, so many of them as are `present`, and the shared ones."""
    return nn.ModuleDict({
        "router": nn.Linear(d_model, num_experts, bias=False),
        "experts": stack(d_model, hidden_dim, present),
        "shared": stack(d_model, hidden_dim, num_shared),
    })


def stack(d_model: int, hidden_dim: int, count: int) -> nn.ParameterDict:
    """So many experts, each of their three matrices in one tensor, as large models keep them."""
    wide, back = (count, hidden_dim, d_model), (count, d_model, hidden_dim)
    shapes = {"gate": wide, "up": wide, "down": back}
    return nn.ParameterDict({name: torch.empty(shape) for name, shape in shapes.items()})


@built_once
def mixtral(
    present: int, vocab_size: int, d_model: int, num_layers: int, num_heads: int,
    num_kv_heads: int, hidden_dim: int, num_experts: int,
) -> nn.ModuleDict:
    """Mixtral: a Llama whose blocks have a router and experts in place of their SwiGLU."""
    key_width = torch.empty(d_model).view(num_heads, -1)[:num_kv_heads].numel()
    blocks = nn.ModuleList()
    for _ in range(num_layers):
        block = llama_block(d_model, key_width, hidden_dim, bias=False)
        for name in ("gate", "up", "down"):
            del block[name]
        block["mixture"] = expert_layer(d_model, hidden_dim, num_experts, present)
        blocks.append(block)
    return nn.ModuleDict({
        "tokens": nn.Embedding(vocab_size, d_model), "blocks": blocks,
        "norm": nn.RMSNorm(d_model), "head": nn.Linear(d_model, vocab_size, bias=False)})


@built_once
def deepseek(
    present: int, vocab_size: int, d_model: int, num_heads: int, query_rank: int, key_rank: int,
    plain: int, rotary: int, dense_layers: int, dense_dim: int, expert_layers: int,
    expert_dim: int, num_experts: int, num_shared: int,
) -> nn.ModuleDict:
    """DeepSeek-V3 without the block that predicts a second token and the router's corrections."""
    layers = range(dense_layers + expert_layers)
    return nn.ModuleDict({
        "tokens": nn.Embedding(vocab_size, d_model),
        "attention": nn.ModuleList(
            latent_attention(d_model, num_heads, query_rank, key_rank, plain, rotary)
            for _ in layers),
        "norms": nn.ModuleList(nn.RMSNorm(d_model) for _ in [*layers, *layers, "the last"]),
        "dense": nn.ModuleList(Expert(d_model, dense_dim) for _ in range(dense_layers)),
        "mixtures": nn.ModuleList(
            expert_layer(d_model, expert_dim, num_experts, present, num_shared)
            for _ in range(expert_layers)),
        "head": nn.Linear(d_model, vocab_size, bias=False),
    })


def latent_attention(
    d_model: int, num_heads: int, query_rank: int, key_rank: int, plain: int, rotary: int
) -> nn.ModuleDict:
    """Attention through narrow places: queries, and keys with values, are made in two steps.

    A head has `plain` numbers without a position, `rotary` ones with it (in the keys shared by
    all heads), and `plain` numbers of a value.
    """
    width = num_heads * plain
    return nn.ModuleDict({
        "query_down": nn.Linear(d_model, query_rank, bias=False),
        "query_norm": nn.RMSNorm(query_rank),
        "query_up": nn.Linear(query_rank, width + num_heads * rotary, bias=False),
        "key_down": nn.Linear(d_model, key_rank + rotary, bias=False),
        "key_norm": nn.RMSNorm(key_rank),
        "key_value_up": nn.Linear(key_rank, width + width, bias=False),
        "output": nn.Linear(width, d_model, bias=False),
    })
