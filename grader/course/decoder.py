"""A small decoder in the manner of Llama that can write with a cache of keys and values.

Its products are spelled out, so that PyTorch's counter sees them on every device. Positions are
learned, where Llama turns queries and keys by an angle.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

Kept = tuple[Tensor, Tensor]  # keys and values of one layer: (N, num_kv_heads, positions, head_dim)


class Attention(nn.Module):
    """Causal attention in which several query heads may share the keys and values of one head."""

    def __init__(
        self, d_model: int, num_heads: int, num_kv_heads: int, window: int | None = None,
    ) -> None:
        super().__init__()
        self.head_dim, self.window = d_model // num_heads, window
        self.query = nn.Linear(d_model, num_heads * self.head_dim, bias=False)
        self.key = nn.Linear(d_model, num_kv_heads * self.head_dim, bias=False)
        self.value = nn.Linear(d_model, num_kv_heads * self.head_dim, bias=False)
        self.output = nn.Linear(num_heads * self.head_dim, d_model, bias=False)

    def forward(self, x: Tensor, kept: Kept | None = None) -> tuple[Tensor, Kept]:
        """What the new tokens get, and all keys and values, those of the new ones included."""
        q, k, v = (self.heads(make(x)) for make in (self.query, self.key, self.value))
        if kept is not None:  # the old ones in front, the new ones behind
            k, v = torch.cat([kept[0], k], dim=2), torch.cat([kept[1], v], dim=2)
        group = q.shape[1] // k.shape[1]  # query heads that share a key
        keys, values = (each.repeat_interleave(group, dim=1) for each in (k, v))
        scores = q @ keys.mT / self.head_dim**0.5
        scores = scores.masked_fill(self.hidden(*scores.shape[-2:]), -torch.inf)
        mixed = scores.softmax(dim=-1) @ values
        start = 0 if self.window is None else max(0, k.shape[2] - self.window)
        return self.output(mixed.transpose(1, 2).flatten(2)), (k[:, :, start:], v[:, :, start:])

    def heads(self, x: Tensor) -> Tensor:
        """The numbers of each head by themselves: (N, heads, positions, head_dim)."""
        return x.view(*x.shape[:2], -1, self.head_dim).transpose(1, 2)

    def hidden(self, queries: int, keys: int) -> Tensor:
        """True where a query may not look: ahead, or out of the window. The last key is its own."""
        behind = torch.arange(keys - queries, keys)[:, None] - torch.arange(keys)
        return (behind < 0) | (behind >= (self.window or keys))


class Block(nn.Module):
    """Attention, then three matrices with a SwiGLU, each behind a norm and with a way around it."""

    def __init__(
        self, d_model: int, num_heads: int, num_kv_heads: int, hidden_dim: int,
        window: int | None = None,
    ) -> None:
        super().__init__()
        self.attention = Attention(d_model, num_heads, num_kv_heads, window)
        self.gate = nn.Linear(d_model, hidden_dim, bias=False)
        self.up = nn.Linear(d_model, hidden_dim, bias=False)
        self.down = nn.Linear(hidden_dim, d_model, bias=False)
        self.norm1, self.norm2 = nn.RMSNorm(d_model), nn.RMSNorm(d_model)

    def forward(self, x: Tensor, kept: Kept | None = None) -> tuple[Tensor, Kept]:
        """The new tokens' vectors, and the layer's cache."""
        mixed, kept = self.attention(self.norm1(x), kept)
        x = x + mixed
        y = self.norm2(x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y)), kept


class Decoder(nn.Module):
    """Tokens in; out come the logits of each next token, and the keys and values of all layers.

    `kept` are those of the tokens before; `first` says how many tokens these are.
    """

    def __init__(
        self, vocab_size: int, d_model: int, num_layers: int, num_heads: int, num_kv_heads: int,
        hidden_dim: int, context: int = 64, window: int | None = None,
    ) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, d_model)
        self.places = nn.Embedding(context, d_model)
        self.blocks = nn.ModuleList(
            Block(d_model, num_heads, num_kv_heads, hidden_dim, window) for _ in range(num_layers))
        self.norm = nn.RMSNorm(d_model)
        self.head = nn.Linear(d_model, vocab_size, bias=False)

    def forward(
        self, ids: Tensor, kept: list[Kept] | None = None, first: int = 0,
    ) -> tuple[Tensor, list[Kept]]:
        """The logits of the new tokens, and the cache of each layer."""
        x = self.tokens(ids) + self.places.weight[first : first + ids.shape[1]]
        after = []
        for number, block in enumerate(self.blocks):
            x, keys_and_values = block(x, kept[number] if kept else None)
            after.append(keys_and_values)
        return self.head(self.norm(x)), after
