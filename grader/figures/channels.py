"""Convolution over an image: windows, channels that add up, and where the work is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from matplotlib.patches import Circle, Rectangle
from torch.nn import functional

from grader.course.pytorch import Shape, mult_adds, parameters
from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.convolution import Axis, input_cell, legend, values_of
from grader.figures.words import describe, in_words, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor, nn

__all__ = ["channel_maps", "conv2d_frames", "conv2d_places", "parameters_and_work"]

Place = tuple[int, int]


def axes_of(layer: nn.Conv2d, x: Tensor) -> tuple[Axis, Axis]:
    """The way down and the way to the right, for an image of shape `(C, H, W)`."""
    return Axis.of(layer, 0, x.shape[-2]), Axis.of(layer, 1, x.shape[-1])


def pad(x: Tensor, down: Axis, right: Axis) -> Tensor:
    """The image with its padding."""
    return functional.pad(x, (right.before, right.after, down.before, down.after))


def conv2d_frames(
    layer: nn.Conv2d, x: Tensor, places: Sequence[Place] = ((0, 0), (0, 1), (-1, -1))
) -> Picture:
    """Key frames of a kernel that slides over an image; the output grows under each frame.

    Args:
        layer: with one input and one output channel.
        x: one image of shape `(1, H, W)`.
        places: rows and columns of the output to show; -1 is the last one.
    """
    down, right = axes_of(layer, x)
    y = layer(x)[0]
    canvas = Canvas()
    left = 0.0
    for place in places:
        row, column = place[0] % len(down.starts), place[1] % len(right.starts)
        canvas.title(left, -0.55, f"y[{row}, {column}]")
        _padded_image(canvas, left, x, down, right, (row, column))
        _kernel_over(canvas, left, layer.weight[0, 0], down, right, (row, column))
        centre = left + right.padded / 2
        canvas.text(centre, down.padded + 0.55, "↓", align="center", size=14)
        _output_so_far(canvas, centre - len(right.starts) / 2, down.padded + 1.1, y, (row, column))
        left += right.padded + 0.9
    shown = in_words(x=x, weight=layer.weight[0, 0], y=y)
    return canvas.picture(f"The kernel of {layer} slides over the image x. {shown}")


def _padded_image(
    canvas: Canvas, left: float, x: Tensor, down: Axis, right: Axis, place: Place | None = None
) -> None:
    """The first channel of an image with its padding; pixels that no window reads struck out.

    In the window of `place` the values make room for the weights' labels.
    """
    window: set[Place] = set()
    if place:
        rows, columns = (a.window(a.starts[p]) for a, p in zip((down, right), place, strict=True))
        window = {(row, column) for row in rows for column in columns}
    for row, values in enumerate(values_of(pad(x, down, right)[0])):
        for column, text in enumerate(values):
            padding = down.is_padding(row) or right.is_padding(column)
            read = row in down.read and column in right.read
            aside = (row, column) in window
            input_cell(canvas, left + column, row, "" if aside else text, padding, read)
            if aside:
                canvas.text(left + column + 0.3, row + 0.28, text, align="center", size=10)


def _kernel_over(
    canvas: Canvas, left: float, kernel: Tensor, down: Axis, right: Axis, place: Place
) -> None:
    """The weights on small labels in the pixels that they multiply, and a frame."""
    top, start = down.starts[place[0]], right.starts[place[1]]
    for row, weights in zip(down.window(top), values_of(kernel), strict=True):
        for column, weight in zip(right.window(start), weights, strict=True):
            label = f"×{weight}"
            width = width_of(label, 10) + 0.08
            x, y = left + column + 0.96 - width, row + 0.53
            canvas.axes.add_patch(_label(x, y, width, 0.46))
            canvas.text(x + width / 2, y + 0.23, label, align="center", size=10)
    canvas.outline(left + start, top, right.covered, down.covered, "accent")


def _label(x: float, y: float, width: float, height: float) -> Rectangle:
    """A small label in the colour of weights."""
    return Rectangle(
        (x, y), width, height, fc=FILL["weight"], ec=EDGE["weight"], linewidth=0.7, clip_on=False
    )


def _output_so_far(canvas: Canvas, left: float, top: float, y: Tensor, place: Place) -> None:
    """The output up to a place, which is framed; the rest is still empty."""
    for row, values in enumerate(values_of(y)):
        for column, text in enumerate(values):
            if (row, column) <= place:
                canvas.cell(left + column, top + row, text, "output")
            else:
                canvas.outline(left + column, top + row, 1, 1, "unused", 0.7)
    canvas.outline(left + place[1], top + place[0], 1, 1, "accent")


def conv2d_places(layer: nn.Conv2d, x: Tensor) -> Picture:
    """Where the windows of a convolution start on an image, and the arithmetic of the output size.

    Args:
        layer: any stride, padding and dilation.
        x: one image of shape `(C, H, W)`; its first channel is drawn.
    """
    down, right = axes_of(layer, x)
    rows, columns = len(down.starts), len(right.starts)
    canvas = Canvas()
    _padded_image(canvas, 0, x, down, right)
    for top in down.starts:
        for left in right.starts:
            dot = Circle((left + 0.2, top + 0.2), 0.13, fc=EDGE["accent"], ec="none", clip_on=False)
            canvas.axes.add_patch(dot)
    first, last = (right.starts[0], down.starts[0]), (right.starts[-1], down.starts[-1])
    canvas.outline(*first, right.covered, down.covered, "accent")
    canvas.outline(*last, right.covered, down.covered, "accent")
    side = right.padded + 0.9
    middle = down.padded / 2
    canvas.title(side, middle - 1.6, "rows")
    canvas.text(side, middle - 0.9, down.arithmetic, size=10)
    canvas.title(side, middle + 0.2, "columns")
    canvas.text(side, middle + 0.9, right.arithmetic, size=10)
    canvas.text(side, middle + 2.0, f"{rows} × {columns} = {rows * columns} windows", size=10)
    canvas.note(0, down.padded + 0.5, "dot: a window starts here")
    canvas.note(0, down.padded + 1.1, legend([down, right]))
    return canvas.picture(
        f"{layer} has {rows} × {columns} = {rows * columns} windows on an image of "
        f"{down.length} × {right.length} pixels. Rows: {down.arithmetic}. "
        f"Columns: {right.arithmetic}. No window reads rows {down.unread}, columns {right.unread}"
    )


def channel_maps(layer: nn.Conv2d, x: Tensor, out_channel: int = 0) -> Picture:
    """One filter on an image: each channel with its own slice of the filter, then the sum.

    Args:
        layer: with one group and without padding.
        x: one image of shape `(C, H, W)`, small enough to print.
        out_channel: the filter to show.
    """
    maps = [_one_channel(layer, x, out_channel, channel) for channel in range(len(x))]
    height, width = x.shape[-2:]
    kernel = layer.kernel_size
    places = (0, width + 1, width + kernel[1] + 2)  # x, its slice, its map
    canvas = Canvas()
    for channel, each in enumerate(maps):
        top = channel * (height + 0.9)
        parts = ((x[channel], "input"), (layer.weight[out_channel, channel], "weight"), (each, ""))
        names = (f"x[{channel}]", f"W[{out_channel}, {channel}]", f"map {channel}")
        for place, (tensor, role), name in zip(places, parts, names, strict=True):
            room = (height - len(tensor)) / 2
            canvas.grid(place, top + room, values_of(tensor), role or "output")
            canvas.title(place, top + room - 0.3, name, size=10)
        middle = top + height / 2
        canvas.text(width + 0.5, middle, "∗", align="center", size=14)
        canvas.text(places[2] - 0.5, middle, "=", align="center", size=14)
    _sum_of_maps(canvas, places[2], layer, x, out_channel)
    parts_in_words = in_words(x=x, **{f"map {c}": each for c, each in enumerate(maps)})
    y = describe(f"y[{out_channel}]", layer(x)[out_channel])
    return canvas.picture(f"{parts_in_words}; added up, with the bias: {y}")


def _one_channel(layer: nn.Conv2d, x: Tensor, out_channel: int, channel: int) -> Tensor:
    """What one slice of a filter makes of its channel."""
    kernel = layer.weight[out_channel : out_channel + 1, channel : channel + 1]
    each: Tensor = functional.conv2d(
        x[None, channel : channel + 1], kernel, stride=layer.stride, dilation=layer.dilation
    )
    return each[0, 0]


def _sum_of_maps(canvas: Canvas, left: float, layer: nn.Conv2d, x: Tensor, chosen: int) -> None:
    """The maps run together, the bias comes in, and the output stands at the end."""
    y = layer(x)[chosen]
    height, (rows, columns) = x.shape[-2], y.shape
    middle = (len(x) * (height + 0.9) - 0.9) / 2
    plus = (left + columns + 1.9, middle)
    for channel in range(len(x)):
        start = (left + columns + 0.25, channel * (height + 0.9) + height / 2)
        canvas.arrow(start, (plus[0] - 0.35, plus[1]), "output")
    canvas.text(*plus, "+", align="center", size=16)
    after = plus[0] + 0.5
    if layer.bias is not None:
        canvas.cell(after, middle - 0.5, short(layer.bias[chosen].item()), "bias")
        canvas.title(after, middle - 0.8, f"b[{chosen}]", size=10)
        after += 1
    canvas.text(after + 0.5, middle, "=", align="center", size=14)
    canvas.grid(after + 1, middle - rows / 2, values_of(y), "output")
    canvas.title(after + 1, middle - rows / 2 - 0.3, f"y[{chosen}]", size=10)


def parameters_and_work(layers: Sequence[tuple[nn.Module, Shape]]) -> Picture:
    """The parameters and the mult-adds of a network's layers side by side, one bar a layer.

    Args:
        layers: each layer with the shape of its input, in order. Convolutions and Linear layers
            get their own colour and hatch.
    """
    with torch.device("meta"):
        counts = [(parameters(layer), mult_adds(layer, shape)) for layer, shape in layers]
    kinds = [type(layer).__name__ for layer, _ in layers]
    figure, axes = charts(2, width=3.7, height=3.0)
    figure.set_layout_engine("constrained", wspace=0.12)
    for side, title in enumerate(("parameters, millions", "mult-adds, billions")):
        scale = (1e6, 1e9)[side]
        _bars(axes[side], kinds, [count[side] / scale for count in counts], title)
    sums = "; ".join(_sums(kind, counts, kinds) for kind in dict.fromkeys(kinds))
    return picture(figure, f"Bars for {len(layers)} layers. {sums}")


def _sums(kind: str, counts: Sequence[tuple[int, int]], kinds: Sequence[str]) -> str:
    """All layers of one kind together, in words."""
    chosen = [count for count, each in zip(counts, kinds, strict=True) if each == kind]
    params, work = (sum(column) for column in zip(*chosen, strict=True))
    return f"{kind}: {params:,} parameters and {work:,} mult-adds"


def _bars(axes: Axes, kinds: Sequence[str], heights: Sequence[float], title: str) -> None:
    """One bar a layer, with the kinds' sums in the legend."""
    for index, kind in enumerate(dict.fromkeys(kinds)):
        role = ("weight", "input")[index % 2]
        chosen = [place for place, each in enumerate(kinds) if each == kind]
        values = [heights[place] for place in chosen]
        axes.bar(
            [place + 1 for place in chosen],
            values,
            color=FILL[role],
            edgecolor=EDGE[role],
            hatch=("", "////")[index % 2],
            label=f"{kind}: {sum(values):.1f}",
        )
    axes.set_title(title, fontsize=11, color=INK, loc="left")
    axes.set_xlabel("layer", fontsize=11, color=INK)
    axes.set_xticks(range(1, len(kinds) + 1, 1 if len(kinds) < 11 else 2))
    axes.tick_params(axis="x", labelsize=10)
    axes.legend(frameon=False, fontsize=11, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.2))
