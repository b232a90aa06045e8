"""From maps to a vector: which dimensions become one, and where each number lands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from grader.figures.canvas import Canvas, Picture, width_of
from grader.figures.words import in_words, short, stack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["flat_order", "funnel", "merged_dims", "two_orders", "vgg_funnel"]

VGG_16 = ((3, 64, 2), (64, 128, 2), (128, 256, 3), (256, 512, 3), (512, 512, 3))

CHANNEL_ROLES = ("input", "accent", "output")  # a channel is also named in words and numbers
VECTOR_WIDTH = 15.0


def flat_order(sample: Tensor, chosen: tuple[int, int, int]) -> Picture:
    """A sample's maps above its flattened vector, with one element followed to its place.

    Args:
        sample: of shape `(C, H, W)`, small enough to print.
        chosen: the `(c, h, w)` of the element with the arrow.
    """
    c, h, w = chosen
    channels, height, width = sample.shape
    vector, per_map = sample.flatten(), height * width
    place = c * per_map + h * width + w
    step = min(1.0, VECTOR_WIDTH / len(vector))
    top, map_left = height + 2.4, c * (width + 1.2)
    canvas = Canvas()
    _maps(canvas, sample, ["input"] * channels)
    canvas.cell(map_left + w, h, short(sample[chosen].item()), "accent")
    _vector(canvas, top, step, vector, ["input"] * len(vector))
    canvas.cell(place * step, top, short(vector[place].item()), "accent", step)
    for start in range(0, len(vector), width):  # a frame around each row of a map
        canvas.outline(start * step, top, width * step, 1, "input", thickness=2)
    for channel in range(channels):
        middle = (channel + 0.5) * per_map * step
        canvas.note(middle, top + 1.45, f"channel {channel}", align="center")
    canvas.arrow((map_left + w + 0.5, h + 1.1), ((place + 0.5) * step, top - 0.1), "accent")
    steps = f"place {place} = {c} · {per_map} + {h} · {width} + {w}"
    canvas.text(0, top + 2.4, f"(c, h, w) = {chosen}: {steps}")
    said = f"the element at (c, h, w) = {chosen} lands at {steps}"
    return canvas.picture(f"{in_words(sample=sample, flat=vector)}; {said}")


def two_orders(sample: Tensor) -> Picture:
    """One sample flattened with its channels first, as in PyTorch, and last, as in Keras.

    Args:
        sample: of shape `(C, H, W)`, with up to three channels.
    """
    channels, height, width = sample.shape
    last = sample.permute(1, 2, 0)
    roles = CHANNEL_ROLES[:channels]
    step = min(1.0, VECTOR_WIDTH / sample.numel())
    canvas = Canvas()
    _maps(canvas, sample, roles)
    top = height + 1.9
    orders = {"channels first, PyTorch": sample, "channels last, Keras": last}
    for name, maps in orders.items():
        first = maps is sample
        of = [i // (height * width) if first else i % channels for i in range(maps.numel())]
        canvas.title(0, top - 0.55, name, size=10)
        canvas.note(6, top - 0.55, f"flattens {tuple(maps.shape)}")
        _vector(canvas, top, step, maps.flatten(), [roles[channel] for channel in of])
        for place, channel in enumerate(of):
            middle = (place + 0.5) * step
            canvas.note(middle, top + 1.35, str(channel), align="center")
        canvas.note(sample.numel() * step + 0.3, top + 1.35, "← channel")
        top += 3.1
    return canvas.picture(in_words(**{f"{n}, flat": maps.flatten() for n, maps in orders.items()}))


def merged_dims(x: Tensor, *layers: nn.Flatten) -> Picture:
    """The shape of x as boxes, and under it what each Flatten makes of them."""
    side = 1.9
    canvas = Canvas()
    for dim, size in enumerate(x.shape):
        canvas.cell(4.6 + dim * side, 0, str(size), "input", side)
        above = f"{dim} or −{x.dim() - dim}"
        canvas.note(4.6 + (dim + 0.5) * side, -0.4, above, align="center")
    canvas.note(4.3, -0.4, "dim", align="right")
    canvas.title(4.3, 0.5, "x", align="right")
    said = [f"x of shape {tuple(x.shape)}"]
    for row, layer in enumerate(layers, start=1):
        top = 1.5 * row
        shape = tuple(layer(x).shape)
        start, end = layer.start_dim % x.dim(), layer.end_dim % x.dim()
        call = f"Flatten({layer.start_dim}, {layer.end_dim})".replace("-", "−")
        canvas.text(4.3, top + 0.5, call, align="right", size=10)
        merged = " · ".join(str(size) for size in x.shape[start : end + 1])
        text = f"{merged} = {shape[start]}" if end > start else str(shape[start])
        canvas.cell(4.6 + start * side, top, text, "output", (end - start + 1) * side)
        for dim, size in enumerate(x.shape):
            if not start <= dim <= end:
                canvas.cell(4.6 + dim * side, top, str(size), "input", side)
        right = 4.6 + x.dim() * side + 0.4
        canvas.note(right, top + 0.5, str(shape))
        said.append(f"{call} makes it {shape}")
    return canvas.picture("; ".join(said))


def funnel(model: nn.Sequential, x: Tensor) -> Picture:
    """One sample on its way through a model: the maps after each part, all on one scale.

    Args:
        model: parts that make maps, perhaps a Flatten at the end.
        x: a batch of shape `(N, C, H, W)`; its first sample is drawn. The meta device will do.
    """
    named = [
        (type(part).__name__ if name.isdigit() else name, part)
        for name, part in model.named_children()
    ]
    tallest = 2.7
    scale = tallest / max(x.shape[2:])
    canvas = Canvas()
    left, said = 0.0, []
    for name, part in [("x", None), *named]:
        x = x if part is None else part(x)
        shape = tuple(x.shape[1:])
        role = "input" if part is None else "output"
        width = _volume(canvas, left, tallest, shape, scale, role)
        canvas.title(left, tallest + 0.6, name, size=10)
        numel = x[0].numel()
        lines = _in_lines(shape, f"{numel:,}")
        for row, line in enumerate(lines):
            canvas.note(left, tallest + 1.2 + 0.6 * row, line)
        said.append(f"{name}: {shape}, {numel:,} numbers")
        widths = (width_of(name, 10, "bold"), *(width_of(line, 10) for line in lines))
        left += max(width + 0.9, *(width + 0.6 for width in widths))
    return canvas.picture("; ".join(said))


def vgg_funnel(side: int = 224) -> Picture:
    """A square photo on its way through the convolutions of VGG-16, to the vector for its Linear.

    Only shapes: the layers stand on the meta device.

    Args:
        side: how many rows and columns the photo has.
    """
    vgg = nn.Sequential()
    with torch.device("meta"):
        for number, (before, after, convolutions) in enumerate(VGG_16, start=1):
            layers: list[nn.Module] = []
            for place in range(convolutions):
                layers.append(nn.Conv2d(after if place else before, after, 3, padding=1))
                layers.append(nn.ReLU())
            vgg.add_module(f"block {number}", nn.Sequential(*layers, nn.MaxPool2d(2)))
        vgg.add_module("Flatten", nn.Flatten())
        return funnel(vgg, torch.empty(1, 3, side, side))


def _in_lines(shape: Sequence[int], numel: str) -> list[str]:
    """The numbers below one part of the funnel, short lines so that many parts fit."""
    if len(shape) == 1:
        return [numel]
    maps = f"{shape[0]} map{'s' if shape[0] > 1 else ''}"
    return [maps, " × ".join(map(str, shape[1:])), f"= {numel}"]


def _maps(canvas: Canvas, sample: Tensor, roles: Sequence[str]) -> None:
    """The channels of a sample side by side, each with its number above it."""
    for channel, (grid, role) in enumerate(zip(stack(sample), roles, strict=True)):
        left = channel * (sample.shape[2] + 1.2)
        canvas.title(left, -0.5, f"channel {channel}", size=10)
        canvas.grid(left, 0, grid, role)
    right = len(roles) * (sample.shape[2] + 1.2) - 0.6
    canvas.note(right, 0.5, f"shape {tuple(sample.shape)}")


def _vector(canvas: Canvas, top: float, step: float, vector: Tensor, roles: Sequence[str]) -> None:
    """A vector as one row of narrow cells."""
    for place, (value, role) in enumerate(zip(vector.tolist(), roles, strict=True)):
        canvas.cell(place * step, top, short(value), role, step)


def _volume(
    canvas: Canvas, left: float, bottom: float, shape: Sequence[int], scale: float, role: str
) -> float:
    """Maps standing on the line `bottom`, more of them if there are several; their width."""
    if len(shape) == 1:
        canvas.cell(left, 0, "", role, 0.35, bottom)
        return 0.35
    channels, height, width = shape
    shadows = min(channels, 4) - 1
    for behind in range(shadows, -1, -1):
        shift = 0.12 * behind
        top = bottom - height * scale - shift
        canvas.cell(left + shift, top, "", role, width * scale, height * scale)
    return width * scale + 0.12 * shadows
