"""Convolution over an image: windows, channels that add up, and where the work is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from matplotlib.patches import Circle
from torch import nn
from torch.nn import functional

from grader.course.pytorch import Shape, mult_adds, parameters
from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.convolution import Axis, bracketed, input_cell, legend, values_of
from grader.figures.words import describe, in_words, number, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor

__all__ = [
    "channel_maps",
    "conv2d_frames",
    "conv2d_places",
    "parameters_and_work",
    "separable_price",
]

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
    """A kernel, and key frames of how it slides over an image; under each the sum and the output.

    Args:
        layer: with one input and one output channel.
        x: one image of shape `(1, H, W)`.
        places: rows and columns of the output to show; -1 is the last one. Of three and more the
            kernel stands above, else to their left.
    """
    down, right = axes_of(layer, x)
    y = layer(x)[0]
    canvas = Canvas()
    weights = values_of(layer.weight[0, 0])
    is_above = len(places) > 2
    end = _kernel_alone(canvas, weights, layer.bias, "the same numbers at every place" * is_above)
    left, top = (0.0, len(weights) + 1.5) if is_above else (end + 0.6, 0.1)
    for place in places:
        row, column = place[0] % len(down.starts), place[1] % len(right.starts)
        canvas.title(left, top - 0.5, f"y[{row}, {column}]")
        _padded_image(canvas, left, x, down, right, top)
        corner = left + right.starts[column], top + down.starts[row]
        canvas.outline(*corner, right.covered, down.covered, "accent")
        lines = _sum_in_rows(layer, x, row, column)
        for count, line in enumerate(lines):
            canvas.text(left, top + down.padded + 0.5 + 0.6 * count, line, size=10)
        below = top + down.padded + 0.5 + 0.6 * len(lines)
        _output_so_far(canvas, left, below, y, (row, column))
        left += max(right.padded, *(width_of(line, 10) for line in lines)) + 0.7
    shown = in_words(x=x, weight=layer.weight[0, 0], y=y)
    return canvas.picture(f"The kernel of {layer} slides over the image x. {shown}")


def _kernel_alone(
    canvas: Canvas, weights: list[list[str]], bias: Tensor | None, note: str
) -> float:
    """The kernel and its bias, before they go anywhere; returns where they end."""
    canvas.title(0, -0.4, "W")
    canvas.grid(0, 0, weights, "weight")
    end = len(weights[0]) + 0.6
    if bias is not None:
        canvas.title(end, -0.4, "b")
        canvas.cell(end, 0, short(bias.item()), "bias")
        end += 1.6
    canvas.note(end, len(weights) / 2, note)
    return end


def _sum_in_rows(layer: nn.Conv2d, x: Tensor, row: int, column: int) -> list[str]:
    """The sum that makes one number of the output, a line for each row of the kernel."""
    down, right = axes_of(layer, x)
    padded = pad(x, down, right)[0]
    met = padded[list(down.window(down.starts[row]))][:, list(right.window(right.starts[column]))]
    lines = [
        " + ".join(f"{bracketed(w)}·{bracketed(v)}" for w, v in zip(weights, values, strict=True))
        for weights, values in zip(layer.weight[0, 0].tolist(), met.tolist(), strict=True)
    ]
    lines = [lines[0], *(f"+ {line}" for line in lines[1:])]
    bias = "" if layer.bias is None else f"+ {bracketed(layer.bias.item())} "
    return [*lines, f"{bias}= {number(layer(x)[0, row, column].item())}"]


def _padded_image(
    canvas: Canvas, left: float, x: Tensor, down: Axis, right: Axis, top: float = 0
) -> None:
    """The first channel of an image with its padding; pixels that no window reads struck out."""
    for row, values in enumerate(values_of(pad(x, down, right)[0])):
        for column, text in enumerate(values):
            padding = down.is_padding(row) or right.is_padding(column)
            read = row in down.read and column in right.read
            input_cell(canvas, left + column, top + row, text, padding, read)


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


def separable_price(in_channels: int, out_channels: int, kernel_size: int) -> Picture:
    """The weights of an ordinary convolution and of the separable one in its place, as two bars.

    A weight is used once at each pixel, so the bars are the mult-adds at a pixel too.
    """
    with torch.device("meta"):
        ordinary = nn.Conv2d(in_channels, out_channels, kernel_size)
        depthwise = nn.Conv2d(in_channels, in_channels, kernel_size, groups=in_channels)
        pointwise = nn.Conv2d(in_channels, out_channels, 1)
    whole, looking, mixing = (each.weight.numel() for each in (ordinary, depthwise, pointwise))
    k, c = f"{kernel_size} × {kernel_size}", in_channels
    figure, (axes,) = charts(1, width=6.6, height=1.9)
    parts = ((0, 0, whole, "weight"), (1, 0, looking, "accent"), (1, looking, mixing, "input"))
    for row, start, length, role in parts:
        axes.barh(row, length, left=start, color=FILL[role], edgecolor=EDGE[role], height=0.62)
    sums = (
        f"{k} × {c} × {out_channels} = {whole:,}",
        f"{k} × {c} + {c} × {out_channels} = {looking:,} + {mixing:,} = {looking + mixing:,}",
    )
    for row, text in enumerate(sums):
        axes.text(0, row - 0.42, text, ha="left", va="bottom", size=11, color=INK)
    axes.set_ylim(1.5, -0.85)
    axes.set_yticks((0, 1), ("ordinary", "separable"))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    share = (looking + mixing) / whole
    title = f"{share:.3f} of the price: 1/{out_channels} + 1/{kernel_size * kernel_size}"
    axes.set_title(title, fontsize=11, color=INK, loc="left")
    return picture(
        figure,
        f"From {c} to {out_channels} channels with a kernel of {k}. Ordinary: {sums[0]} weights. "
        f"Separable, depthwise in orange and pointwise in blue: {sums[1]} weights. {title}",
    )
