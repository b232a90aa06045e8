"""The visual language of all pictures: a sheet measured in cells, and a finished picture.

A tensor is a grid of cells with its numbers in them. Colour says what it is: inputs are blue,
weights orange, a bias is a purple strip, outputs are green; what is not there is hatched or grey.
The hues are Okabe and Ito's, which colour-blind readers tell apart, and every block is named in
words as well. Each picture carries an alt text made from the same tensors.
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
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path

from grader.figures.words import short

if TYPE_CHECKING:
    from torch import Tensor

INK = "#1b1f24"
FAINT = "#6a737d"
EDGE = {
    "input": "#0072b2",
    "weight": "#b87800",
    "bias": "#a8477f",
    "output": "#00795a",
    "accent": "#c04c00",  # what the reader should look at: a chosen path, a wrong place
    "padding": "#8a939c",
    "unused": "#8a939c",
}
FILL = {
    "input": "#d6ecf8",
    "weight": "#fce8c0",
    "bias": "#f3d9e7",
    "output": "#cdeadf",
    "accent": "#fbdcc8",
    "padding": "#ffffff",
    "unused": "#e4e7ea",
}
HATCH = {"padding": "////"}  # zeros that nobody stored
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


def picture(figure: Figure, alt: str) -> Picture:
    """A figure as a PNG, cropped to what is drawn; the same bytes for the same drawing."""
    file = io.BytesIO()
    figure.savefig(
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


def charts(count: int, width: float = 3.2, height: float = 2.6) -> tuple[Figure, list[Axes]]:
    """Empty coordinate systems side by side, for curves and bars; sizes in inches."""
    figure = Figure(figsize=(count * width, height), layout="constrained")
    axes = figure.subplots(1, count, squeeze=False)[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.tick_params(colors=INK, labelsize=11)
    return figure, list(axes)


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
            (x, y),
            width,
            height,
            fc=FILL[role],
            ec=EDGE[role],
            linewidth=1.1,
            hatch=HATCH.get(role),
            clip_on=False,
        )
        self.axes.add_patch(box)
        self.text(x + width / 2, y + height / 2, text, align="center", size=10)

    def outline(
        self, x: float, y: float, width: float, height: float, role: str, thickness: float = 2.4
    ) -> None:
        """A thick frame around cells that belong together, for instance a window."""
        frame = Rectangle(
            (x, y), width, height, fc="none", ec=EDGE[role], linewidth=thickness, clip_on=False
        )
        self.axes.add_patch(frame)

    def arrow(self, start: tuple[float, float], end: tuple[float, float], role: str) -> None:
        """A straight arrow; its tip touches `end`."""
        style = {"arrowstyle": "-|>", "color": EDGE[role], "linewidth": 1.1, "shrinkA": 0}
        self.axes.annotate(
            "", end, start, arrowprops={**style, "shrinkB": 0}, annotation_clip=False
        )

    def line(self, x: float, top: float, bottom: float, role: str) -> None:
        """A thin upright line."""
        self.axes.plot([x, x], [top, bottom], color=EDGE[role], linewidth=0.8, clip_on=False)

    def area(
        self,
        x: float,
        y: float,
        shape: Sequence[int],
        side: float,
        role: str,
        text: str = "",
        ruled: bool = True,
        least: float = 0,
    ) -> None:
        """A block of so many rows and columns, all of one `side`, without their numbers.

        Thin lines part them if it is `ruled`; the block is at `least` so wide.
        """
        rows, columns = shape
        self.cell(x, y, text, role, max(columns * side, least), rows * side)
        if not ruled:
            return
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

    def column(self, x: float, y: float, vector: Tensor, role: str) -> None:
        """A vector as a column of cells."""
        self.grid(x, y, [[short(value)] for value in vector.tolist()], role)

    def stack(self, left: float, grids: list[list[list[str]]], role: str) -> float:
        """Grids side by side with their index under them; returns where they end."""
        for index, grid in enumerate(grids):
            self.grid(left, 0, grid, role)
            if len(grids) > 1:
                self.note(left, len(grid) + 0.4, f"[{index}]")
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

    def title(
        self, x: float, y: float, text: str, *, align: Any = "left", size: float = 11
    ) -> None:
        """A block's name, bold."""
        self.text(x, y, text, align=align, size=size, weight="bold")

    def note(self, x: float, y: float, text: str, *, align: Any = "left") -> None:
        """A side remark, small and faint."""
        self.text(x, y, text, align=align, size=10, colour=FAINT)

    def picture(self, alt: str) -> Picture:
        """The sheet as a PNG, cropped to what is drawn; the same bytes for the same drawing."""
        return picture(self.figure, alt)


def width_of(text: str, size: float = 11, weight: str = "normal") -> float:
    """How wide a text is drawn, in cells; the widest of its lines."""
    letters = FontProperties(size=size, weight=weight)
    measure = text_to_path.get_text_width_height_descent
    points = max(measure(line, letters, ismath=False)[0] for line in text.split("\n"))
    return float(points) / (72 * INCHES_PER_CELL)
