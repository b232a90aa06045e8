"""What a decoder keeps while it writes: the cache as it grows, its size, what a token costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from grader.figures.canvas import EDGE, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import in_words, short

if TYPE_CHECKING:
    from torch import Tensor

    from grader.course.decoder import Attention

__all__ = ["cache_growth", "cache_size", "token_cost", "writing"]

WIDEST = 13.0  # the longest text of `cache_size`, in cells
TALLEST = 5.0  # and all its heads
GAP = 0.7


def writing(words: Sequence[str]) -> Picture:
    """Which tokens go through the network at each step, without a cache and with one."""
    canvas, described = Canvas(), []
    wide = max(map(width_of, words)) + 0.3
    for panel, title in enumerate(("without a cache", "with a cache")):
        left = panel * (len(words) * wide + 3.2)
        canvas.title(left, -0.6, title)
        total = 0
        for step in range(len(words)):
            passes = range(step if panel else 0, step + 1)
            for place in range(step + 1):
                role = "accent" if place in passes else "output"
                canvas.cell(left + place * wide, step, words[place], role, wide)
            total += len(passes)
            canvas.note(left + (step + 1) * wide + 0.2, step + 0.5, f"{len(passes)}")
        canvas.text(left, len(words) + 0.6, f"{total} tokens through the network")
        described.append(f"{title} {total} tokens go through the network in {len(words)} steps")
    below = len(words) + 1.6
    canvas.cell(0, below, "", "accent", 0.6, 0.6)
    canvas.note(0.8, below + 0.3, "goes through the network in this step")
    second = 1.6 + width_of("goes through the network in this step", 10)
    canvas.cell(second, below, "", "output", 0.6, 0.6)
    canvas.note(second + 0.8, below + 0.3, "its keys and values are kept")
    return canvas.picture("; ".join(described))


def cache_growth(attention: Attention, x: Tensor, words: Sequence[str] | None = None) -> Picture:
    """The keys and values that a live attention layer holds when the last token of x asks.

    The queries of that token stand above, each over the head whose keys it reads.

    Args:
        attention: a layer that gives back its keys and values.
        x: `(1, tokens, d_model)`, handed in one by one.
        words: names of the tokens.
    """
    import torch

    with torch.no_grad():
        kept = None
        for place in range(x.shape[1]):
            _, kept = attention(x[:, place : place + 1], kept)
        queries = attention.heads(attention.query(x[:, -1:]))[0, :, 0]
        assert kept is not None
        keys, values = (tensor[0] for tensor in kept)
    names = list(words or [f"token {place}" for place in range(x.shape[1])])
    canvas = Canvas()
    gone = x.shape[1] - keys.shape[1]
    for row, name in enumerate(names[: x.shape[1]]):
        canvas.text(-0.3, row + 0.5, name, align="right", size=10)
    group, size = len(queries) // len(keys), queries.shape[1]
    canvas.text(-0.3, -3.5, f"queries of “{names[x.shape[1] - 1]}”", align="right", size=10)
    left = 0.0
    for head, pair in enumerate(zip(keys, values, strict=True)):
        width = max(2 * size + GAP, group * (size + GAP) - GAP)
        start = left + (width - group * (size + GAP) + GAP) / 2
        for place in range(group):
            query = head * group + place
            across = start + place * (size + GAP)
            canvas.note(across + size / 2, -4.35, f"head {query}", align="center")
            canvas.grid(across, -4.0, [cells(queries[query])], "input")
            canvas.arrow((across + size / 2, -2.95), (left + width / 2, -1.9), "input")
        inner = left + (width - 2 * size - GAP) / 2
        canvas.note(left + width / 2, -1.45, f"key-value head {head}", align="center")
        for kind, tensor in zip(("keys", "values"), pair, strict=True):
            canvas.title(inner + size / 2, -0.5, kind, align="center")
            for row in range(gone):
                canvas.grid(inner, row, [[""] * size], "padding")
            for row, numbers in enumerate(tensor, start=gone):
                role = "accent" if row == x.shape[1] - 1 else "output"
                canvas.grid(inner, row, [cells(numbers)], role)
            inner += size + GAP
        left += width + 1.6
    held = keys.numel() + values.numel()
    canvas.text(0, x.shape[1] + 0.7, f"{held} numbers kept in this layer")
    return canvas.picture(
        f"{x.shape[1]} tokens, {gone} of them thrown away; {len(queries)} query heads read "
        f"{len(keys)} heads of keys and values; {held} numbers kept; "
        + in_words(queries=queries, keys=keys, values=values)
    )


def cells(numbers: Tensor) -> list[str]:
    """Numbers for a row of cells, to two places."""
    return [short(round(number, 2)) for number in numbers.tolist()]


def cache_size(
    length: int,
    num_kv_heads: int,
    window: int | None = None,
    *,
    num_heads: int = 32,
    head_dim: int = 128,
    num_layers: int = 32,
    longest: int = 32_768,
) -> Picture:
    """The cache of a model as an area: to the right its positions, downwards its key-value heads.

    The frame is what `num_heads` heads would keep of the whole text; numbers have 2 bytes.
    """
    import torch

    def held(heads: int, window: int | None = None) -> int:
        shape = num_layers, heads, length, head_dim
        keys = torch.empty(shape, dtype=torch.bfloat16, device="meta")
        values = torch.empty_like(keys)
        start = 0 if window is None else -window
        return keys[:, :, start:].nbytes + values[:, :, start:].nbytes

    full, kept = held(num_heads), held(num_kv_heads, window)
    wide, tall = max(WIDEST * length / longest, 0.1), TALLEST * num_kv_heads / num_heads
    part = wide if window is None else wide * min(1, window / length)
    canvas = Canvas()
    canvas.title(0, -0.7, f"{length:,} token{'s' if length > 1 else ''}")
    canvas.cell(0, 0, "", "unused", wide, TALLEST)
    if part < wide:
        canvas.cell(0, 0, "", "padding", wide - part, tall)
    canvas.cell(wide - part, 0, "", "output", part, tall)
    canvas.outline(0, 0, wide, TALLEST, "unused", 1.4)
    canvas.note(-0.3, TALLEST / 2, f"{num_heads} heads", align="right")
    canvas.text(0, TALLEST + 0.6, f"green, kept: {kept:,} bytes", size=12)
    every = "" if num_kv_heads == num_heads else f"{num_kv_heads} heads of keys and values"
    limit = "" if window is None else f"a window of {window:,}"
    told = " and ".join(text for text in (every, limit) if text) or "all is kept"
    canvas.note(0, TALLEST + 1.3, f"{told}; the whole area: {full:,} bytes")
    if wide < WIDEST - 2:
        canvas.line(WIDEST, -0.3, 0, "unused")
        canvas.note(WIDEST, -0.7, f"{longest:,}", align="right")
    return canvas.picture(
        f"{length:,} tokens, {told}: {kept:,} bytes kept of {full:,} with all {num_heads} heads"
    )


def token_cost(
    d_model: int, num_heads: int, num_kv_heads: int, hidden_dim: int, lengths: Iterable[int]
) -> Picture:
    """The mult-adds of one new token in one layer, for longer and longer pasts, as PyTorch counts.

    A mark stands where scores and weighted sum overtake the projections, and the whole of the
    matrices.
    """
    places = list(lengths)
    sizes = d_model, num_heads, num_kv_heads, hidden_dim
    projections, hidden, _ = measured(0, *sizes)
    grown = [measured(place, *sizes)[2] for place in places]
    figure, (axes,) = charts(1, width=6.8, height=3.6)
    axes.plot(places, [each / 1e6 for each in grown], color=EDGE["accent"], linewidth=2.2)
    axes.text(places[-1], grown[-1] / 1e6, " scores and\n weighted sum", va="center", size=11)
    crossings = []
    for level, name, role in (
        (projections, "four\n projections", "input"),
        (projections + hidden, "projections\n and SwiGLU", "weight"),
    ):
        axes.axhline(level / 1e6, color=EDGE[role], linewidth=2, linestyle="--")
        axes.text(places[-1], level / 1e6, f" {name}", va="center", size=11, color=INK)
        crossing = first_above(level, sizes)
        crossings.append(crossing)
        if crossing <= places[-1]:
            axes.plot([crossing], [level / 1e6], marker="o", color=INK)
            axes.annotate(
                f"{crossing:,}",
                (crossing, level / 1e6),
                (4, -14),
                textcoords="offset points",
                size=11,
            )
    axes.set_xlim(0, places[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel("tokens in the cache", size=11)
    axes.set_ylabel("millions of mult-adds", size=11)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    return picture(
        figure,
        f"One new token in one layer: {projections:,} mult-adds in the projections, {hidden:,} in "
        f"the SwiGLU. Scores and weighted sum cost as much as the projections with {crossings[0]:,}"
        f" tokens in the cache, as much as all matrices with {crossings[1]:,}",
    )


def first_above(level: int, sizes: tuple[int, int, int, int]) -> int:
    """The shortest past with which scores and weighted sum cost at least so much: a guess from
    what one position costs, and the last steps measured."""
    past = max(level // measured(0, *sizes)[2] - 2, 0)
    while measured(past, *sizes)[2] < level:
        past += 1
    return past


@cache
def measured(
    past: int, d_model: int, num_heads: int, num_kv_heads: int, hidden_dim: int
) -> tuple[int, int, int]:
    """The mult-adds of the projections, of the SwiGLU, and of the products with the cache."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from grader.course.decoder import Block

    with torch.device("meta"):
        block = Block(d_model, num_heads, num_kv_heads, hidden_dim)
        attention = block.attention
        x = torch.empty(1, 1, d_model)
        old = torch.empty(1, num_kv_heads, past, attention.head_dim)
        with FlopCounterMode(display=False) as counter:
            block(x, (old, old))
    total: int = counter.get_total_flops() // 2
    layers = attention.query, attention.key, attention.value, attention.output
    projections = sum(layer.weight.numel() for layer in layers)
    hidden = sum(layer.weight.numel() for layer in (block.gate, block.up, block.down))
    return projections, hidden, total - projections - hidden
