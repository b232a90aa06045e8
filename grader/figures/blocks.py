"""Tensors as grids of numbers: alone, before and after a layer, and in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import FAINT, Canvas, Picture, describe, number, stack, width_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def tensors(role: str = "input", **named: Tensor) -> Picture:
    """Tensors of up to three dimensions side by side; the third one makes a stack of grids."""
    blocks = [stack(tensor) for tensor in named.values()]
    canvas = Canvas()
    left = 0.0
    for (name, tensor), grids in zip(named.items(), blocks, strict=True):
        canvas.text(left, -1.15, name, weight="bold")
        canvas.text(left, -0.55, f"shape {tuple(tensor.shape)}", colour=FAINT, size=10)
        left = max(canvas.stack(left, grids, role), left + 2.2) + 1.5
    return canvas.picture("; ".join(describe(name, tensor) for name, tensor in named.items()))


def through(layer: nn.Module, x: Tensor) -> Picture:
    """A tensor of up to three dimensions before a layer and after it."""
    y = layer(x)
    before, after = stack(x), stack(y)
    canvas = Canvas()
    left = 0.0
    for name, tensor, grids, role in (("x", x, before, "input"), ("y", y, after, "output")):
        canvas.text(left, -1.15, name, weight="bold")
        canvas.text(left, -0.55, f"shape {tuple(tensor.shape)}", colour=FAINT, size=10)
        left = canvas.stack(left, grids, role) + 0.6
        if tensor is x:
            canvas.text(left + 0.4, len(before[0]) / 2, "→", align="center", size=16)
            left += 1.4
    described = "; ".join((describe("x", x), describe("y", y)))
    return canvas.picture(f"x goes through {layer} and becomes y. {described}")


def element_bytes(**named: Tensor) -> Picture:
    """Each tensor's elements in memory, as wide as they have bytes: a tick between two bytes."""
    byte = min(0.6, 14 / max(tensor.nbytes for tensor in named.values()))
    start = max(width_of(name, weight="bold") for name in named) + 0.4
    canvas = Canvas()
    for row, (name, tensor) in enumerate(named.items()):
        top, size = 1.4 * row, tensor.element_size()
        canvas.text(0, top + 0.5, name, weight="bold")
        for index, value in enumerate(tensor.flatten().tolist()):
            left = start + index * size * byte
            canvas.cell(left, top, number(value), "input", size * byte)
            for tick in range(1, size):
                canvas.line(left + tick * byte, top + 0.8, top + 1, "input")
        canvas.text(
            start + 0.4 + tensor.nbytes * byte,
            top + 0.5,
            f"{tensor.numel()} × {size} = {tensor.nbytes} bytes",
            size=10,
            colour=FAINT,
        )
    sizes = (
        f"{name}: {t.numel()} elements of {t.element_size()} bytes, {t.nbytes} bytes together"
        for name, t in named.items()
    )
    return canvas.picture("; ".join(sizes))
