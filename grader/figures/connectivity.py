"""Convolutions by the channels they join: who looks at whom, what it costs, and with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture
from grader.figures.words import in_words, number, short, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["connectivity", "depthwise", "parts_of_the_whole", "pointwise"]

SQUARE = 0.42  # the side of the square that stands for one parameter


def connectivity(**layers: nn.Conv2d) -> Picture:
    """Each layer's weight as a matrix: a row for each output channel, a column for each input.

    Where the two are joined stands a kernel with one small square for each of its weights; the
    bias is a strip beside. All layers share one scale, so equal areas hold equally many parameters.
    """
    tallest = max(_pitch(layer)[1] * layer.out_channels for layer in layers.values())
    canvas = Canvas()
    left = 0.6
    alts = []
    for name, layer in layers.items():
        joined = _joined(layer)
        _matrix(canvas, left, layer, joined)
        canvas.title(left, -1.65, name.replace("_", " "))
        bias = 0 if layer.bias is None else layer.bias.numel()
        notes = [f"weight {tuple(layer.weight.shape)}: {layer.weight.numel()}", f"bias: {bias}"]
        for line, note in enumerate(notes):
            canvas.note(left, tallest + 0.6 + 0.65 * line, note)
        left += max(_pitch(layer)[0] * layer.in_channels + 1.9, 5.4)
        alts.append(f"{name.replace('_', ' ')}: {_in_words(joined)}; {'; '.join(notes)}")
    return canvas.picture(". ".join(alts))


def _in_words(joined: list[list[bool]]) -> str:
    """Which inputs each output looks at."""
    seen = [[str(column) for column, link in enumerate(links) if link] for links in joined]
    return "; ".join(f"output {row} looks at {', '.join(links)}" for row, links in enumerate(seen))


def _matrix(canvas: Canvas, left: float, layer: nn.Conv2d, joined: list[list[bool]]) -> None:
    """One layer's matrix with its top left corner at (left, 0)."""
    rows, columns = layer.kernel_size
    across, down = _pitch(layer)
    canvas.note(left, -0.95, "inputs →  outputs ↓")
    for column in range(layer.in_channels):
        canvas.text(left + (column + 0.5) * across, -0.35, str(column), align="center", size=10)
    for row, links in enumerate(joined):
        top = row * down
        canvas.text(left - 0.15, top + down / 2, str(row), align="right", size=10)
        for column, link in enumerate(links):
            canvas.outline(left + column * across, top, across, down, "unused", 0.6)
            if link:
                x = left + column * across + (across - columns * SQUARE) / 2
                y = top + (down - rows * SQUARE) / 2
                canvas.area(x, y, layer.kernel_size, SQUARE, "weight", str(rows * columns))
        if layer.bias is not None:
            side = left + layer.in_channels * across + 0.25
            canvas.cell(side, top + (down - SQUARE) / 2, "1", "bias", SQUARE, SQUARE)


def _pitch(layer: nn.Conv2d) -> tuple[float, float]:
    """Width and height of a matrix cell: the kernel with some air around it, or room to read."""
    rows, columns = layer.kernel_size
    return max(columns * SQUARE + 0.3, 1.0), max(rows * SQUARE + 0.3, 1.0)


def _joined(layer: nn.Conv2d) -> list[list[bool]]:
    """For each output channel and each input channel: does one reach the other? Tried out."""
    probe = deepcopy(layer).requires_grad_(False)
    probe.weight.fill_(1)
    probe.bias = None
    rows, columns = layer.kernel_size
    lit = layer.weight.new_zeros(layer.in_channels, layer.in_channels, rows, columns)
    for channel in range(layer.in_channels):
        lit[channel, channel] = 1  # one picture for each channel, with only that channel lit
    reached: list[list[bool]] = (probe(lit).flatten(2).sum(-1).T != 0).tolist()
    return reached


def depthwise(layer: nn.Conv2d, x: Tensor) -> Picture:
    """A depthwise convolution with its numbers: in each row one channel, its kernel and its map.

    Args:
        layer: with `groups == in_channels`, stride 1, no padding, a bias.
        x: one picture of shape `(C, H, W)`.
    """
    assert layer.bias is not None
    y = layer(x)
    filters = layer.out_channels // layer.in_channels
    rows, columns = layer.kernel_size
    height, width = x.shape[1:]
    kernel, bias = width + 1.2, width + columns + 2.4
    result = bias + 2.2
    canvas = Canvas()
    for left, name in ((0, "x"), (kernel, "W"), (bias, "b"), (result, "y")):
        canvas.title(left, -0.95, name)
    for out in range(layer.out_channels):
        top, channel = out * (height + 0.9), out // filters
        middle = top + height / 2
        label = f"channel {out}" if filters == 1 else f"in {channel}, out {out}"
        canvas.note(-0.3, middle, label, align="right")
        canvas.grid(0, top, stack(x[channel])[0], "input")
        canvas.outline(0, top, columns, rows, "accent")
        canvas.text(width + 0.6, middle, "∗", align="center", size=15)
        canvas.grid(kernel, middle - rows / 2, stack(layer.weight[out, 0])[0], "weight")
        canvas.text(bias - 0.6, middle, "+", align="center", size=14)
        canvas.cell(bias, middle - 0.5, short(layer.bias[out].item()), "bias")
        canvas.text(result - 0.6, middle, "=", align="center", size=14)
        canvas.grid(result, middle - y.shape[1] / 2, stack(y[out])[0], "output")
        canvas.outline(result, middle - y.shape[1] / 2, 1, 1, "accent")
    return canvas.picture(
        "Each channel goes through a kernel of its own. "
        + in_words(x=x, W=layer.weight, b=layer.bias, y=y)
    )


def pointwise(layer: nn.Conv2d, x: Tensor, row: int = 0, column: int = 0) -> Picture:
    """A pointwise convolution at one place of the maps: there it is a Linear over the channels.

    Args:
        layer: with a 1x1 kernel, stride 1, no padding, a bias.
        x: one picture of shape `(C, H, W)`.
        row: the place that is followed.
        column: the place that is followed.
    """
    y = layer(x)
    outputs, inputs = layer.weight.shape[:2]
    height, width = x.shape[1:]
    canvas = Canvas()
    total = outputs * (height + 0.6) - 0.6
    middle = total / 2

    def maps(left: float, tensor: Tensor, name: str, role: str) -> None:
        """The channels under one another, the followed place framed."""
        top = middle - (len(tensor) * (height + 0.6) - 0.6) / 2
        canvas.title(left, top - 0.55, f"{name}  {tuple(tensor.shape)}", size=10)
        for grid in stack(tensor):
            canvas.grid(left, top, grid, role)
            canvas.outline(left + column, top + row, 1, 1, "accent")
            top += height + 0.6

    maps(0, x, "x", "input")
    left = width + 2.5
    canvas.text(left - 1.6, middle, "→", align="center", size=16)
    top = middle - outputs / 2
    canvas.grid(left, top - 1.6, [[number(value) for value in x[:, row, column].tolist()]], "input")
    canvas.outline(left, top - 1.6, inputs, 1, "accent")
    canvas.grid(left, top, stack(layer.weight[:, :, 0, 0])[0], "weight")
    canvas.text(left + inputs + 0.45, middle, "+", align="center", size=14)
    assert layer.bias is not None
    canvas.column(left + inputs + 0.9, top, layer.bias, "bias")
    canvas.text(left + inputs + 2.35, middle, "=", align="center", size=14)
    pixel = [[number(value)] for value in y[:, row, column].tolist()]
    canvas.grid(left + inputs + 2.8, top, pixel, "output")
    canvas.outline(left + inputs + 2.8, top, 1, outputs, "accent")
    canvas.text(left + inputs + 4.7, middle, "→", align="center", size=16)
    canvas.title(left - 0.25, middle, "W", align="right")
    canvas.title(left + inputs + 1.4, top - 0.45, "b", align="center")
    maps(left + inputs + 5.6, y, "y", "output")
    return canvas.picture(
        f"At row {row}, column {column} the channels of x are multiplied by W. "
        + in_words(x=x, W=layer.weight, b=layer.bias, y=y)
    )


def parts_of_the_whole(accent: str, measures: Mapping[str, Mapping[str, int]]) -> Picture:
    """For each measure a chart of its parts: bars in percent of the whole, numbers beside them.

    Args:
        accent: the part that the reader should look at.
        measures: for instance `{"parameters": {"depthwise": 44640, "pointwise": 3139584}}`.
    """
    figure, axes = charts(len(measures), width=3.85, height=0.5 + 0.36 * len(measures))
    figure.set_figheight(0.8 + 0.34 * max(len(parts) for parts in measures.values()))
    alts = []
    for chart, (measure, parts) in zip(axes, measures.items(), strict=True):
        whole = sum(parts.values())
        roles = ["accent" if name == accent else "unused" for name in parts]
        percent = [100 * part / whole for part in parts.values()]
        chart.barh(
            list(parts),
            percent,
            color=[FILL[role] for role in roles],
            edgecolor=[EDGE[role] for role in roles],
        )
        for place, (part, share) in enumerate(zip(parts.values(), percent, strict=True)):
            chart.text(
                share + 2, place, f"{share:.1f} %   {part:,}", va="center", size=10, color=INK
            )
        chart.set_title(f"{measure}: {whole:,}", size=10, loc="left", weight="bold", color=INK)
        chart.invert_yaxis()
        chart.set_xlim(0, 190)
        chart.set_xticks([])
        chart.spines["bottom"].set_visible(False)
        chart.tick_params(left=False)
        listed = ", ".join(f"{name} {part:,}" for name, part in parts.items())
        alts.append(f"{measure}: {whole:,} in all, of which {listed}")
    return picture(figure, "; ".join(alts))
