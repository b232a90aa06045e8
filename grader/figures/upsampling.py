"""Transposed convolutions: kernels painted and added, how often each place is covered, U-Net."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from grader.figures.canvas import EDGE, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import in_words, number, short, sizes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["cover", "overlaps", "unet"]

GAP = 0.35  # between two rows of a painting


@dataclass(frozen=True)
class Sheet:
    """What a transposed convolution paints before its ends are cut off."""

    kernels: list[list[float]]  # each value times the kernel
    starts: list[int]
    length: int
    cut: int  # at either end
    kept: int  # numbers of the output

    @classmethod
    def of(cls, layer: nn.ConvTranspose1d, x: Tensor) -> Sheet:
        """The sheet of a layer with one channel and no dilation, for values of `(1, length)`."""
        (stride,), (padding,), (size,) = layer.stride, sizes(layer.padding)[:1], layer.kernel_size
        weight = layer.weight[0, 0].tolist()
        kernels = [[value * each for each in weight] for value in x[0].tolist()]
        starts = [stride * place for place in range(len(kernels))]
        kept = layer(x).shape[-1]
        return cls(kernels, starts, max(starts[-1] + size, padding + kept), padding, kept)

    def is_kept(self, place: int) -> bool:
        """True for a place that the output has."""
        return self.cut <= place < self.cut + self.kept

    def cover(self, place: int) -> int:
        """How many kernels lie over a place."""
        return sum(
            start <= place < start + len(kernel)
            for start, kernel in zip(self.starts, self.kernels, strict=True)
        )


def overlaps(layer: nn.ConvTranspose1d, x: Tensor) -> Picture:
    """A kernel painted for each value, one row each; below them their sum, and how many overlap.

    Args:
        layer: with one input and one output channel, without dilation and bias.
        x: values of shape `(1, length)`.
    """
    sheet = Sheet.of(layer, x)
    y = layer(x)[0].tolist()
    canvas = Canvas()
    left, right = -2.6, sheet.length + 0.4
    canvas.title(left + 0.5, -0.55, "values", align="center")
    for place, (value, kernel) in enumerate(zip(x[0].tolist(), sheet.kernels, strict=True)):
        top = place * (1 + GAP)
        canvas.cell(left, top, short(value), "input")
        canvas.text(left + 1.5, top + 0.5, "→", align="center", size=12)
        for each, product in enumerate(kernel):
            canvas.cell(sheet.starts[place] + each, top, short(product), "weight")
    top = len(sheet.kernels) * (1 + GAP) + 0.25
    canvas.title(-0.5, top + 0.5, "sum", align="right")
    for at in range(sheet.length):
        text = short(y[at - sheet.cut]) if sheet.is_kept(at) else ""
        canvas.cell(at, top, text, "output" if text else "unused")
    below = top + 1 + GAP
    canvas.title(-0.5, below + 0.5, "overlap", align="right")
    times = [sheet.cover(at) for at in range(sheet.length)]
    for at, count in enumerate(times):
        colour = EDGE["accent"] if count == max(times) and count > 1 else INK
        canvas.text(at + 0.5, below + 0.5, str(count), align="center", size=11, colour=colour)
    weight = ", ".join(map(number, layer.weight[0, 0].tolist()))
    canvas.note(right, 0.5, f"kernel {weight}")
    canvas.note(right, 1.15, f"stride {layer.stride[0]}")
    canvas.note(right, top + 0.5, f"{sheet.kept} numbers")
    if sheet.kept < sheet.length:
        canvas.note(right, top + 1.1, "grey: cut off")
    shown = in_words(x=x, kernel=layer.weight[0, 0], y=layer(x)[0])
    return canvas.picture(
        f"A kernel is painted for each value, {layer.stride[0]} places apart, and the overlaps are "
        f"added. {shown}. So many kernels lie over the places: {', '.join(map(str, times))}"
    )


def cover(*layers: nn.ConvTranspose2d, side: int = 4) -> Picture:
    """How many kernels lie over each pixel: every weight and every pixel of the input is set to 1.

    Args:
        layers: each with any channels; kernel, stride and padding matter. Side by side.
        side: of the input, in pixels.
    """
    figure, axes = charts(len(layers), 3.5 if len(layers) > 1 else 4.2, 3.6)
    said = []
    for axis, layer in zip(axes, layers, strict=True):
        ones = torch.ones(1, 1, *layer.kernel_size, device="cpu")
        times = functional.conv_transpose2d(
            torch.ones(1, 1, side, side, device="cpu"),
            ones,
            stride=layer.stride,
            padding=sizes(layer.padding),
        )[0, 0].int()
        most = max(4, int(times.max()))
        axis.imshow(times, cmap="YlOrBr", vmin=0, vmax=1.6 * most, interpolation="nearest")
        for row, counts in enumerate(times.tolist()):
            for column, count in enumerate(counts):
                axis.text(column, row, str(count), ha="center", va="center", size=10, color=INK)
        kernel, stride = layer.kernel_size[0], layer.stride[0]
        axis.set_title(f"kernel {kernel}, stride {stride}", fontsize=11, color=INK)
        axis.set_axis_off()
        middle = times[len(times) // 2].tolist()
        said.append(f"kernel {kernel}, stride {stride}, a row in the middle: {middle}")
    return picture(figure, f"How many kernels lie over each pixel. {'; '.join(said)}")


@dataclass(frozen=True)
class Box:
    """A pair of convolutions in the plan of a U-Net."""

    level: int  # 0 at the top
    upwards: bool
    shape: tuple[int, ...]
    parameters: int


WIDE, HIGH, APART = 5.4, 1.5, 2.9  # a box, and from one level to the next
INDENT, NEAR = 0.75, 0.5  # a level lies so far to the right; a step ends so near to a corner


def unet(network: Any, x: Tensor) -> Picture:
    """The plan of a U-Net: the maps down and up, and where their sizes do not meet.

    Only the shape of x matters: nothing is computed with its numbers.

    Args:
        network: with parts `pool`, `down`, `up`, `joined` and `head`, as
            `grader.course.architectures.unet` builds it; on the meta device.
        x: images of shape `(N, C, H, W)`.
    """
    boxes, torn = _follow(network, torch.empty(x.shape, device="meta"))
    depth = max(box.level for box in boxes)
    across = WIDE + 2 * INDENT * depth + 1.2
    canvas = Canvas()
    places: dict[tuple[int, bool], float] = {}
    for box in boxes:
        left = _left(box, depth, across)
        top = APART * box.level
        places[box.level, box.upwards] = left
        text = f"{_size(box.shape)}\n{box.parameters:,} parameters"
        canvas.cell(left, top, text, "output" if box.upwards else "input", WIDE, HIGH)
        if box.level and not box.upwards:
            start, end = places[box.level - 1, False] + WIDE / 2, left + WIDE / 2
            if box.level == depth:
                start, end = start + WIDE / 2 - NEAR, left + NEAR
            _step(canvas, start, end, top, "pooling", down=True)
        elif box.upwards:
            below = places[box.level + 1, box.level + 1 < depth]
            up = network.up[depth - 1 - box.level]
            held = sum(p.numel() for p in up.parameters())
            start, end = below + WIDE / 2, left + WIDE / 2
            if box.level + 1 == depth:
                start, end = below + WIDE - NEAR, left + NEAR
            _step(canvas, start, end, top + APART, f"{held:,}", down=False)
            canvas.arrow(
                (places[box.level, False] + WIDE, top + HIGH / 2), (left, top + HIGH / 2), "unused"
            )
    canvas.title(places[0, False], -0.6, f"image {_size(tuple(x.shape))}")
    said = [f"{'up' if b.upwards else 'down'}: {_size(b.shape)}, {b.parameters:,}" for b in boxes]
    if torn:
        level, here, there = torn
        left = places[level, False] + WIDE + 0.5
        middle = APART * level + HIGH / 2
        canvas.text(left, middle, f"{here} and {there} do not meet", colour=EDGE["accent"])
        said.append(f"on the way up {there} meets {here}, and the two cannot be put side by side")
    elif depth:
        head = sum(p.numel() for p in network.head.parameters())
        answer = _size((*x.shape[:1], network.head.out_channels, *x.shape[2:]))
        result = f"answer {answer}"
        canvas.title(places[0, True] + WIDE, -0.6, result, align="right")
        said.append(f"{result}, by {head:,} parameters of the last convolution")
    return canvas.picture(f"A U-Net for an image {_size(tuple(x.shape))}. {'; '.join(said)}")


def _left(box: Box, depth: int, across: float) -> float:
    """Where a box begins: the way down leans to the right, the way up comes back."""
    if box.level == depth:
        return across / 2
    return across - INDENT * box.level if box.upwards else INDENT * box.level


def _step(canvas: Canvas, start: float, end: float, top: float, text: str, down: bool) -> None:
    """An arrow between two levels, with a word beside it."""
    if down:
        canvas.arrow((start, top - APART + HIGH), (end, top), "padding")
    else:
        canvas.arrow((start, top), (end, top - APART + HIGH), "weight")
    middle = (start + end) / 2, top - (APART - HIGH) / 2
    shift = width_of(text, 10) / 2 + 0.4
    canvas.note(middle[0] - shift if down else middle[0] + shift, middle[1], text, align="center")


def _size(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape[1:]))


Torn = tuple[int, str, str]  # a level, and the two sizes that do not meet there


def _follow(network: Any, x: Tensor) -> tuple[list[Box], Torn | None]:
    """The maps behind each pair of convolutions, up to where two sizes do not meet."""
    boxes: list[Box] = []
    kept: list[Tensor] = []
    for level, pair in enumerate(network.down):
        x = pair(network.pool(x) if level else x)
        kept.append(x)
        boxes.append(Box(level, False, tuple(x.shape), _held(pair)))
    kept.pop()
    for up, pair in zip(network.up, network.joined, strict=True):
        x, beside = up(x), kept.pop()
        if x.shape[2:] != beside.shape[2:]:
            here, there = ("{} × {}".format(*map_.shape[2:]) for map_ in (beside, x))
            return boxes, (len(kept), here, there)
        x = pair(torch.cat([beside, x], dim=1))
        boxes.append(Box(len(kept), True, tuple(x.shape), _held(pair)))
    return boxes, None


def _held(layer: nn.Module) -> int:
    return sum(p.numel() for p in layer.parameters())
