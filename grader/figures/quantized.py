"""Weights on a grid of whole numbers: their scale, their rounding, their groups, their bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from grader.figures.canvas import EDGE, FAINT, FILL, INK, Canvas, Picture, charts, picture
from grader.figures.words import describe, number, short

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["grid_by_group", "packed_bits", "rounded_row", "weights_on_grid"]

WIDE = 15.0  # of a grid, in cells
CELL = 1.5  # the width of a cell with five characters
TALL = 0.8  # and its height
FEW = 16  # points of a grid that are all named
LETTERS = "abcdefghijklmnop"


def rounded_row(
    values: Tensor, bits: int = 4, scale: float | None = None, zero_point: int = 0
) -> Picture:
    """A handful of values: where they lie on their grid, and what is left of each.

    Args:
        values: up to ten of them, a vector.
        bits: of each whole number.
        scale: the length of a step; without one, the grid just reaches the farthest value.
        zero_point: the whole number that stands for 0.
    """
    top = 2 ** (bits - 1) - 1
    step = float(values.abs().max()) / top if scale is None else scale
    whole = (values / step).round().add(zero_point).clamp(-top - 1, top)
    back = (whole - zero_point) * step
    low = -top - 1 if zero_point or whole.min() < -top else -top
    canvas = Canvas()
    _line(canvas, values, whole, low, top, step, zero_point)
    shift = f" + {zero_point}".replace("+ -", "− ") if zero_point else ""
    rows = (
        ("value", values, "weight"),
        (f"value / scale{shift}", values / step + zero_point, "unused"),
        ("whole number", whole, "accent"),
        ("and back", back, "output"),
        ("off by", back - values, "unused"),
    )
    left = (WIDE - CELL * len(values)) / 2 + 1.5
    for place, letter in zip(range(len(values)), LETTERS, strict=False):
        canvas.title(left + CELL * (place + 0.5), 2.55, letter, align="center")
    for line, (name, row, role) in enumerate(rows):
        top_edge = 2.95 + TALL * line
        canvas.text(left - 0.3, top_edge + TALL / 2, name, align="right")
        for place, value in enumerate(row.tolist()):
            text = short(value) if row is whole else _plain(value, 3 if line > 2 else 2)
            canvas.cell(left + CELL * place, top_edge, text, role, width=CELL, height=TALL)
    right = left + CELL * len(values) + 0.6
    canvas.title(right, 2.95 + TALL / 2, f"{bits} bits")
    canvas.title(right, 2.95 + 1.5 * TALL, f"scale {step:.4g}")
    worst = float((back - values).abs().max())
    return canvas.picture(
        f"{bits} bits, scale {step:.4g}, zero point {zero_point}. {describe('Values', values)}; "
        f"{describe('whole numbers', whole)}; {describe('and back', back)}; "
        f"the largest error is {number(worst)}"
    )


def _plain(value: float, digits: int) -> str:
    """So many digits behind the point, and no sign before a 0."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _line(
    canvas: Canvas,
    values: Tensor,
    whole: Tensor,
    low: int,
    top: int,
    step: float,
    zero_point: int,
) -> None:
    """The grid with its whole numbers, and each value above it with an arrow to its point."""
    across = WIDE / (top - low)

    def place(q: float) -> float:
        return (q - low) * across

    shown = range(low, top + 1)
    named = {low, zero_point, top} if len(shown) > FEW else set(shown)
    for q in shown:
        role = "accent" if q in named else "unused"
        canvas.line(place(q), 0, 0.5 if q in named else 0.35, role)
        if q in named:
            canvas.text(place(q), 0.85, short(q), align="center", colour=EDGE["accent"])
            if len(named) <= 4 or (q - zero_point) % 2 == 0:
                value = _plain((q - zero_point) * step, 2)
                canvas.text(place(q), 1.5, value, align="center", size=10, colour=EDGE["output"])
    canvas.note(WIDE + 0.6, 0.85, "whole number")
    canvas.note(WIDE + 0.6, 1.5, "stands for")
    canvas.axes.plot([0, WIDE], [0, 0], color=EDGE["unused"], linewidth=0.8, clip_on=False)
    quotients = (values / step + zero_point).tolist()
    for letter, at, q in zip(LETTERS, quotients, whole.tolist(), strict=False):
        x = min(max(place(at), -1.0), WIDE + 1.0)
        canvas.axes.plot([x], [-1.0], "o", color=EDGE["weight"], markersize=6, clip_on=False)
        canvas.title(x, -1.6, letter, align="center")
        canvas.arrow((x, -0.85), (place(q), -0.05), "weight")


def grid_by_group(
    weights: Tensor, bits: int = 4, group_size: int | None = None, scale_bytes: int = 2
) -> Picture:
    """Weights in a row, cut into groups, and in each group the lines that its grid offers.

    Args:
        weights: a vector.
        bits: of each whole number.
        group_size: of the weights that share a scale, or None for all.
        scale_bytes: of each scale.
    """
    size = group_size or len(weights)
    top = 2 ** (bits - 1) - 1
    figure, (axis,) = charts(1, width=8.0, height=3.4)
    back, scales = [], []
    for start in range(0, len(weights), size):
        group = weights[start : start + size]
        scale = float(group.abs().max()) / top or 1.0
        scales.append(scale)
        back.append((group / scale).round() * scale)
        left, right = start - 0.5, start + len(group) - 0.5
        levels = [q * scale for q in range(-top, top + 1)]
        thin = 0.9 if bits < 5 else 0.5 if bits < 7 else 0.2
        axis.hlines(levels, left + 0.08, right - 0.08, color=EDGE["output"], linewidth=thin)
        if start:
            axis.axvline(left, color=FAINT, linewidth=0.8, linestyle=":")
    rounded = torch.cat(back)
    places = list(range(len(weights)))
    axis.vlines(places, weights.tolist(), rounded.tolist(), color=EDGE["accent"], linewidth=1.6)
    axis.plot(places, weights.tolist(), "o", color=EDGE["weight"], markersize=4.5)
    axis.set_xlim(-0.8, len(weights) - 0.2)
    error = float((rounded - weights).abs().mean())
    packed = (torch.empty(len(weights), bits).flatten()[::8]).numel()
    of_scales = len(scales) * scale_bytes
    groups = "1 group" if len(scales) == 1 else f"{len(scales)} groups"
    title = (
        f"{bits} bits, {groups}: off by {error:.4f} on average; "
        f"{packed} bytes of weights, {of_scales} of scales"
    )
    axis.set_title(title, fontsize=11, color=INK)
    axis.set_xlabel("weight number", fontsize=11)
    axis.set_ylabel("value", fontsize=11)
    told = ", ".join(number(scale) for scale in scales)
    return picture(figure, f"{title}. Scales: {told}. {describe('Weights', weights)}")


def packed_bits(whole: Tensor, bits: int) -> Picture:
    """Whole numbers as the bits of a row of bytes, without gaps; unused bits are hatched."""
    codes = [format(int(q) % 2**bits, f"0{bits}b") for q in whole.tolist()]
    flow = [(bit, index) for index, code in enumerate(codes) for bit in code]
    total = -(-len(flow) // 8)
    canvas = Canvas()
    for place in range(8 * total):
        bit, index = flow[place] if place < len(flow) else ("", -1)
        role = "padding" if index < 0 else ("weight", "input")[index % 2]
        canvas.cell(place, 0, bit, role)
    for index, q in enumerate(whole.tolist()):
        middle = (index + 0.5) * bits
        canvas.title(middle, -0.5, short(q), align="center")
    for byte in range(total):
        canvas.outline(8 * byte, 0, 8, 1, "accent")
        canvas.note(8 * byte + 4, 1.5, f"byte {byte}", align="center")
    left = 8 * total - len(flow)
    unused = f" ({left} unused at the end)" if left else ""
    return canvas.picture(
        f"{len(codes)} whole numbers of {bits} bits in {total} bytes{unused}: "
        + ", ".join(f"{short(q)} is {code}" for q, code in zip(whole.tolist(), codes, strict=True))
    )


def weights_on_grid(title: str = "", bits: int = 2, **layers: tuple[Tensor, float]) -> Picture:
    """For each layer how many weights lie where, and the points of its grid with their share.

    Args:
        title: what all of it is, above.
        bits: of each whole number; few, so that the points can be told apart.
        **layers: under its name a weight and its scale. A "_" becomes a space.
    """
    top = 2 ** (bits - 1) - 1
    figure, axes = charts(len(layers), width=7.6 / len(layers), height=3.0)
    said = []
    for axis, (name, (weight, scale)) in zip(axes, layers.items(), strict=True):
        flat = weight.detach().flatten()
        whole = (flat / scale).round().clamp(-top, top)
        axis.hist(flat.tolist(), bins=40, color=FILL["weight"], ec=EDGE["weight"], linewidth=0.5)
        high = axis.get_ylim()[1]
        shares = []
        for q in range(-top, top + 1):
            value = q * scale
            share = float((whole == q).float().mean())
            axis.vlines(value, 0, high, color=EDGE["accent"], linewidth=2)
            axis.text(value, high * 1.04, f"{share:.0%}", ha="center", fontsize=10, color=INK)
            shares.append(f"{share:.0%} at {number(value)}")
        axis.set_ylim(0, high * 1.16)
        axis.set_yticks([])
        axis.set_xlabel(f"{name.replace('_', ' ')}, scale {scale:.3f}", fontsize=11)
        said.append(f"{name.replace('_', ' ')}, scale {scale:.3f}: {', '.join(shares)}")
    if title:
        figure.suptitle(title, fontsize=11, color=INK)
    return picture(figure, f"{title}. " + "; ".join(said))
