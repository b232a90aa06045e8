"""Tensors as grids of numbers: alone, before and after a layer, and in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import Canvas, Picture, width_of
from grader.figures.words import in_words, number, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["element_bytes", "tensors", "through"]


def tensors(role: str = "input", **named: Tensor) -> Picture:
    """Tensors of up to three dimensions side by side; the third one makes a stack of grids."""
    blocks = [stack(tensor) for tensor in named.values()]
    canvas = Canvas()
    left = 0.0
    for (name, tensor), grids in zip(named.items(), blocks, strict=True):
        canvas.title(left, -1.15, name)
        canvas.note(left, -0.55, f"shape {tuple(tensor.shape)}")
        left = max(canvas.stack(left, grids, role), left + 2.2) + 1.5
    return canvas.picture(in_words(**named))


def through(layer: nn.Module, x: Tensor) -> Picture:
    """A tensor of up to three dimensions before a layer and after it."""
    y = layer(x)
    before, after = stack(x), stack(y)
    canvas = Canvas()
    left = 0.0
    for name, tensor, grids, role in (("x", x, before, "input"), ("y", y, after, "output")):
        canvas.title(left, -1.15, name)
        canvas.note(left, -0.55, f"shape {tuple(tensor.shape)}")
        left = canvas.stack(left, grids, role) + 0.6
        if tensor is x:
            canvas.text(left + 0.4, len(before[0]) / 2, "→", align="center", size=16)
            left += 1.4
    return canvas.picture(f"x goes through {layer} and becomes y. {in_words(x=x, y=y)}")


def element_bytes(**named: Tensor) -> Picture:
    """Each tensor's elements in memory, as wide as they have bytes: a tick between two bytes."""
    byte = min(0.6, 14 / max(tensor.nbytes for tensor in named.values()))
    start = max(width_of(name, weight="bold") for name in named) + 0.4
    canvas = Canvas()
    for row, (name, tensor) in enumerate(named.items()):
        top, size = 1.4 * row, tensor.element_size()
        canvas.title(0, top + 0.5, name)
        for index, value in enumerate(tensor.flatten().tolist()):
            left = start + index * size * byte
            canvas.cell(left, top, number(value), "input", size * byte)
            for tick in range(1, size):
                canvas.line(left + tick * byte, top + 0.8, top + 1, "input")
        canvas.note(
            start + 0.4 + tensor.nbytes * byte,
            top + 0.5,
            f"{tensor.numel()} × {size} = {tensor.nbytes} bytes",
        )
    sizes = (
        f"{name}: {t.numel()} elements of {t.element_size()} bytes, {t.nbytes} bytes together"
        for name, t in named.items()
    )
    return canvas.picture("; ".join(sizes))
