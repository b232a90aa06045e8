"""Pictures computed from live tensors, in one visual language.

A tensor is a grid of cells with its numbers in them. Colour says what it is: inputs are blue,
weights orange, a bias is a purple strip, outputs are green. The hues are Okabe and Ito's, which
colour-blind readers tell apart, and every block is named in words as well.
Each picture carries an alt text made from the same tensors.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

if TYPE_CHECKING:
    from torch import Tensor, nn

INK = "#1b1f24"
FAINT = "#6a737d"
EDGE = {"input": "#0072b2", "weight": "#b87800", "bias": "#a8477f", "output": "#00795a"}
FILL = {"input": "#d6ecf8", "weight": "#fce8c0", "bias": "#f3d9e7", "output": "#cdeadf"}
INCHES_PER_CELL = 0.46
SCREEN_DPI = 96
FILE_DPI = 2 * SCREEN_DPI  # sharp on screens with small pixels


@dataclass(frozen=True)
class Picture:
    """A finished figure: an image on white, which reads in light and dark, and its alt text."""

    png: bytes
    alt: str
    width: int  # in screen pixels

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode("ascii")
        style = "max-width:100%;height:auto;background:#ffffff;border-radius:6px"
        return (
            f'<img alt="{escape(self.alt)}" width="{self.width}" style="{style}" '
            f'src="data:image/png;base64,{data}">'
        )


def tensors(role: str = "input", **named: Tensor) -> Picture:
    """Tensors of up to three dimensions side by side; the third one makes a stack of grids."""
    blocks = [_stack(tensor) for tensor in named.values()]
    canvas = Canvas()
    left = 0.0
    for (name, tensor), grids in zip(named.items(), blocks, strict=True):
        canvas.text(left, -1.15, name, weight="bold")
        canvas.text(left, -0.55, f"shape {tuple(tensor.shape)}", colour=FAINT, size=9)
        left = max(canvas.stack(left, grids, role), left + 2.2) + 1.5
    return canvas.picture("; ".join(_describe(name, tensor) for name, tensor in named.items()))


def through(layer: nn.Module, x: Tensor) -> Picture:
    """A tensor of up to three dimensions before a layer and after it."""
    y = layer(x)
    before, after = _stack(x), _stack(y)
    canvas = Canvas()
    left = 0.0
    for name, tensor, grids, role in (("x", x, before, "input"), ("y", y, after, "output")):
        canvas.text(left, -1.15, name, weight="bold")
        canvas.text(left, -0.55, f"shape {tuple(tensor.shape)}", colour=FAINT, size=9)
        left = canvas.stack(left, grids, role) + 0.6
        if tensor is x:
            canvas.text(left + 0.8, len(before[0]) / 2, "→", align="center", size=16)
            left += 2.2
    described = "; ".join((_describe("x", x), _describe("y", y)))
    return canvas.picture(f"x goes through {layer} and becomes y. {described}")


def element_bytes(**named: Tensor) -> Picture:
    """Each tensor's elements in memory, as wide as they have bytes: a tick between two bytes."""
    byte = min(0.6, 14 / max(tensor.nbytes for tensor in named.values()))
    canvas = Canvas()
    for row, (name, tensor) in enumerate(named.items()):
        top, size = 1.4 * row, tensor.element_size()
        canvas.text(0, top + 0.5, name, weight="bold")
        for index, value in enumerate(tensor.flatten().tolist()):
            left = 2.8 + index * size * byte
            canvas.cell(left, top, _number(value), "input", size * byte)
            for tick in range(1, size):
                canvas.line(left + tick * byte, top + 0.8, top + 1, "input")
        canvas.text(
            3.2 + tensor.nbytes * byte,
            top + 0.5,
            f"{tensor.numel()} × {size} = {tensor.nbytes} bytes",
            size=9,
            colour=FAINT,
        )
    sizes = (
        f"{name}: {t.numel()} elements of {t.element_size()} bytes, {t.nbytes} bytes together"
        for name, t in named.items()
    )
    return canvas.picture("; ".join(sizes))


def linear(layer: nn.Linear, x: Tensor) -> Picture:
    """One vector through a Linear: x over the columns of the weight, bias and output beside it.

    Args:
        layer: with `out_features` and `in_features` small enough to print, and a bias.
        x: a vector of shape `(in_features,)`.
    """
    rows, columns = layer.weight.shape
    canvas = Canvas()
    canvas.text(-0.25, 0.5, "x", align="right", weight="bold")
    canvas.grid(0, 0, _stack(x)[0], "input")
    canvas.text(columns + 0.4, 0.5, f"{columns} inputs", colour=FAINT, size=9)
    top = 2.2
    canvas.grid(0, top, _stack(layer.weight)[0], "weight")
    canvas.text(-0.25, top + rows / 2, "W", align="right", weight="bold")
    canvas.text(columns + 0.5, top + rows / 2, "+", size=14, align="center")
    canvas.grid(columns + 1, top, [[cell] for cell in _stack(layer.bias)[0][0]], "bias")
    canvas.text(columns + 2.7, top + rows / 2, "=", size=14, align="center")
    canvas.grid(columns + 3.4, top, [[cell] for cell in _stack(layer(x))[0][0]], "output")
    for left, name in ((columns + 1.5, "b"), (columns + 3.9, "y")):
        canvas.text(left, top - 0.45, name, align="center", weight="bold")
    canvas.text(columns + 4.8, top + rows / 2, f"{rows} outputs", colour=FAINT, size=9)
    shapes = f"W {tuple(layer.weight.shape)}   b {tuple(layer.bias.shape)}"
    canvas.text(0, top + rows + 0.7, shapes, colour=FAINT, size=9)
    named = {"x": x, "W": layer.weight, "b": layer.bias, "y = W x + b": layer(x)}
    return canvas.picture("; ".join(_describe(name, tensor) for name, tensor in named.items()))


def parameter_areas(**layers: nn.Module) -> Picture:
    """Each layer's weight as a rectangle, outputs high and inputs wide, its bias as a strip beside.

    All layers share one scale, so equal areas hold equally many parameters.
    """
    weights = {name: layer.get_parameter("weight").flatten(1) for name, layer in layers.items()}
    biases = {name: getattr(layer, "bias", None) for name, layer in layers.items()}
    scale = min(0.55, 15 / sum(w.shape[1] + 1 for w in weights.values()))
    tallest = max(w.shape[0] for w in weights.values()) * scale
    canvas = Canvas()
    left = 0.0
    for name, weight in weights.items():
        rows, columns = (size * scale for size in weight.shape)
        canvas.text(left, -0.5, name, weight="bold")
        canvas.cell(left, 0, "", "weight", columns, rows)
        if scale > 0.3:  # single parameters are large enough to see
            canvas.rule(left, 0, weight.shape[0], weight.shape[1], scale, "weight")
        notes = [f"weight {tuple(weight.shape)}: {weight.numel():,}"]
        bias = biases[name]
        if bias is not None:
            canvas.cell(left + columns + 0.15, 0, "", "bias", max(scale, 0.06), rows)
            if scale > 0.3:
                canvas.rule(left + columns + 0.15, 0, len(bias), 1, scale, "bias")
            notes.append(f"bias {tuple(bias.shape)}: {bias.numel():,}")
        for line, note in enumerate(notes):
            canvas.text(left, tallest + 0.6 + 0.65 * line, note, size=9, colour=FAINT)
        left += max(columns + scale + 1.4, 5.4)
    return canvas.picture(
        "; ".join(
            f"{name}: {weight.numel():,} weights"
            + (
                f" and {bias.numel():,} biases"
                if (bias := biases[name]) is not None
                else ", no bias"
            )
            for name, weight in weights.items()
        )
    )


class Canvas:
    """A drawing sheet measured in cells: x to the right, y downwards. It has no edges: the picture
    is cropped to what was drawn."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(INCHES_PER_CELL, INCHES_PER_CELL))
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, 1)
        self.axes.set_ylim(1, 0)

    def cell(
        self, x: float, y: float, text: str, role: str, width: float = 1, height: float = 1
    ) -> None:
        """One rectangle with its text in the middle, its top left corner at (x, y)."""
        box = Rectangle(
            (x, y), width, height, fc=FILL[role], ec=EDGE[role], linewidth=1.1, clip_on=False
        )
        self.axes.add_patch(box)
        self.text(x + width / 2, y + height / 2, text, align="center", size=10)

    def line(self, x: float, top: float, bottom: float, role: str) -> None:
        """A thin upright line."""
        self.axes.plot([x, x], [top, bottom], color=EDGE[role], linewidth=0.8, clip_on=False)

    def rule(self, x: float, y: float, rows: int, columns: int, side: float, role: str) -> None:
        """The thin lines between the cells of a block without numbers."""
        across = [[(x, y + k * side), (x + columns * side, y + k * side)] for k in range(1, rows)]
        down = [[(x + k * side, y), (x + k * side, y + rows * side)] for k in range(1, columns)]
        self.axes.add_collection(
            LineCollection(
                across + down, colors=EDGE[role], linewidths=0.5, alpha=0.6, clip_on=False
            )
        )

    def grid(self, x: float, y: float, rows: Sequence[Sequence[str]], role: str) -> None:
        """A table of cells, its top left corner at (x, y)."""
        for down, row in enumerate(rows):
            for right, text in enumerate(row):
                self.cell(x + right, y + down, text, role)

    def stack(self, left: float, grids: list[list[list[str]]], role: str) -> float:
        """Grids side by side with their index under them; returns where they end."""
        for index, grid in enumerate(grids):
            self.grid(left, 0, grid, role)
            if len(grids) > 1:
                self.text(left, len(grid) + 0.4, f"[{index}]", colour=FAINT, size=9)
            left += len(grid[0]) + 0.6
        return left - 0.6

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        align: Any = "left",
        size: float = 11,
        colour: str = INK,
        weight: str = "normal",
    ) -> None:
        """Text centred on the height y."""
        self.axes.text(x, y, text, ha=align, va="center", size=size, color=colour, weight=weight)

    def picture(self, alt: str) -> Picture:
        """The sheet as a PNG, cropped to what is drawn; the same bytes for the same drawing."""
        file = io.BytesIO()
        self.figure.savefig(
            file,
            format="png",
            dpi=FILE_DPI,
            facecolor="#ffffff",
            bbox_inches="tight",
            pad_inches=0.15,
            metadata={"Software": None},
        )
        png = file.getvalue()
        width = int.from_bytes(png[16:20], "big")  # the PNG header's own width
        return Picture(png, alt, width * SCREEN_DPI // FILE_DPI)


def _stack(tensor: Tensor) -> list[list[list[str]]]:
    """The tensor as a list of grids of cell texts."""
    while tensor.dim() < 3:
        tensor = tensor.unsqueeze(0)
    return [[[_number(value) for value in row] for row in grid] for grid in tensor.tolist()]


def _number(value: float) -> str:
    """At most three significant digits, with a real minus sign."""
    return f"{value:.3g}".replace("-", "−")


def _describe(name: str, tensor: Tensor) -> str:
    values = ", ".join(_number(value) for value in tensor.flatten().tolist()[:24])
    more = ", and so on" if tensor.numel() > 24 else ""
    return f"{name} of shape {tuple(tensor.shape)}: {values}{more}"
