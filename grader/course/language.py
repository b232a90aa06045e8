"""The network of a shape, built of PyTorch's layers on the meta device, to be asked for its costs.

Without weights a model of 400 billion parameters takes no more memory than a small one. It runs:
tokens go in, and a cache of those before them. What nobody can tell without weights is left
open: all tokens see each other, and each goes to the first experts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from grader.course import architectures as nets
from grader.course.shapes import Decoder, Vision


class KVCache(nn.Module):
    """The keys and values that one block keeps of `length` positions, in 16 bits."""

    keys: Tensor
    values: Tensor

    def __init__(self, batch: int, length: int, heads: int, head_dim: int) -> None:
        super().__init__()
        for name in ("keys", "values"):
            kept = torch.empty(batch, heads, length, head_dim, dtype=torch.bfloat16)
            self.register_buffer(name, kept)

    def forward(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Those of new tokens behind those that are kept."""
        return (torch.cat([self.keys.to(keys.dtype), keys], dim=2),
            torch.cat([self.values.to(values.dtype), values], dim=2))


class Look(nn.Module):
    """Scores and weighted sum: what grows with the positions that are looked at."""

    def forward(self, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """All queries of a group in one product with their keys."""
        return (query @ keys.transpose(-2, -1)).softmax(dim=-1) @ values


class Attention(nn.Module):
    """Queries, keys and values, and what comes of them, for as many heads as the shape has."""

    def __init__(self, shape: Decoder) -> None:
        super().__init__()
        self.heads, self.width = shape.kv_heads, shape.head_width
        queries, keys = shape.num_heads * self.width, self.heads * self.width
        biased = shape.bias != "none"
        self.query = nn.Linear(shape.d_model, queries, biased)
        self.key = nn.Linear(shape.d_model, keys, biased)
        self.value = nn.Linear(shape.d_model, keys, biased)
        self.output = nn.Linear(queries, shape.d_model, shape.bias == "all")
        normed = nn.RMSNorm if shape.query_norm else nn.Identity
        self.query_norm, self.key_norm = normed(self.width), normed(self.width)
        self.look = Look()

    def forward(self, x: Tensor, past: KVCache | None = None) -> Tensor:
        """New tokens, which see the past that is kept and each other."""
        batch, tokens, _ = x.shape
        query = self.query_norm(self.query(x).view(batch, -1, self.heads, self.width))
        query = query.transpose(1, 2)  # of one group: all tokens and all its heads
        keys = self.key_norm(self.key(x).view(batch, tokens, self.heads, -1)).transpose(1, 2)
        values = self.value(x).view(batch, tokens, self.heads, -1).transpose(1, 2)
        if past is not None:
            keys, values = past(keys, values)
        seen = self.look(query, keys, values).transpose(1, 2)
        out: Tensor = self.output(seen.reshape(batch, tokens, -1))
        return out


class Hidden(nn.Module):
    """The hidden layer: up and down again, behind a gate or behind GELU."""

    def __init__(self, shape: Decoder, width: int) -> None:
        super().__init__()
        biased = shape.bias == "all"
        self.gate = nn.Linear(shape.d_model, width, biased) if shape.gated else None
        self.up = nn.Linear(shape.d_model, width, biased)
        self.down = nn.Linear(width, shape.d_model, biased)

    def forward(self, x: Tensor) -> Tensor:
        """A vector for each token."""
        up = self.up(x)
        wide = nn.functional.gelu(up) if self.gate is None else nn.functional.silu(
            self.gate(x)) * up
        down: Tensor = self.down(wide)
        return down


class Experts(nn.Module):
    """A router and its experts, whose matrices are stacked, and experts that all tokens share."""

    def __init__(
        self, d_model: int, hidden_dim: int, experts: int, active: int,
        shared: Sequence[nn.Module] = (),
    ) -> None:
        super().__init__()
        size = (experts, hidden_dim, d_model)
        self.active = active
        self.router = nn.Linear(d_model, experts, bias=False)
        self.gate = nn.Parameter(torch.empty(size))
        self.up = nn.Parameter(torch.empty(size))
        self.down = nn.Parameter(torch.empty(size))
        self.shared = nn.ModuleList(shared)

    def forward(self, x: Tensor) -> Tensor:
        """A vector for each token."""
        weights = self.router(x).softmax(dim=-1)[..., : self.active]
        tokens = x.reshape(1, -1, x.shape[-1]).expand(self.active, -1, -1)
        gate, up, down = (each[: self.active] for each in (self.gate, self.up, self.down))
        wide = nn.functional.silu(tokens @ gate.mT) * (tokens @ up.mT)
        answers = (wide @ down).view(-1, *x.shape) * weights.movedim(-1, 0)[..., None]
        together: Tensor = answers.sum(dim=0)
        for expert in self.shared:
            together = together + expert(x)
        return together


def norm_of(shape: Decoder) -> nn.Module:
    """A norm as wide as a token."""
    return nn.LayerNorm(shape.d_model) if shape.norm == "layer" else nn.RMSNorm(shape.d_model)


class Block(nn.Module):
    """Attention and a hidden layer or experts, each behind a norm, with a way round."""

    def __init__(self, shape: Decoder, number: int) -> None:
        super().__init__()
        self.attention = Attention(shape)
        self.hidden: nn.Module
        if not shape.experts:
            self.hidden = Hidden(shape, shape.hidden_dim)
        elif number < shape.dense_layers:
            self.hidden = Hidden(shape, shape.dense_dim)
        else:
            shared = [Hidden(shape, shape.hidden_dim) for _ in range(shape.shared)]
            self.hidden = Experts(
                shape.d_model, shape.hidden_dim, shape.experts, shape.active, shared)
        self.norms = nn.ModuleList(norm_of(shape) for _ in range(shape.norms))

    def forward(self, x: Tensor, past: KVCache | None = None) -> Tensor:
        """New tokens, a step further."""
        x = x + self.attention(self.norms[0](x), past)
        out: Tensor = x + self.hidden(self.norms[1](x))
        return out


class Language(nn.Module):
    """A table of tokens, blocks, a norm and a head."""

    def __init__(self, shape: Decoder) -> None:
        super().__init__()
        self.tokens = nn.Embedding(shape.vocab_size, shape.d_model)
        self.positions = (
            nets.Positions(shape.context, shape.d_model) if shape.context else nn.Identity())
        self.blocks = nn.ModuleList(Block(shape, number) for number in range(shape.num_layers))
        self.norm = norm_of(shape)
        self.head = nn.Linear(shape.d_model, shape.vocab_size, bias=False)
        if shape.tied:
            self.head.weight = self.tokens.weight

    def forward(self, ids: Tensor, past: Sequence[KVCache | None] = ()) -> Tensor:
        """A score for each token of the vocabulary, at each place."""
        x = self.positions(self.tokens(ids))
        for block, kept in zip(self.blocks, past or [None] * len(self.blocks), strict=True):
            x = block(x, kept)
        scores: Tensor = self.head(self.norm(x))
        return scores


@lru_cache(maxsize=64)
def built(shape: Decoder | Vision) -> Any:
    """The network of a shape, on the meta device; the same one for the same shape."""
    with torch.device("meta"):
        if isinstance(shape, Decoder):
            return Language(shape)
    return nets.vit(shape.image_size, shape.patch_size, shape.embed_dim, shape.depth, shape.mlp_dim,
        shape.num_classes, shape.in_channels)
