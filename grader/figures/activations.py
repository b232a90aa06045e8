"""Activations: curves with slopes, GLU's two halves, and which input moves which output."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from grader.figures.canvas import EDGE, FAINT, INK, Canvas, Picture, charts, picture
from grader.figures.words import in_words, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor, nn

__all__ = ["activation_curves", "dependencies", "glu"]

MARKED = (-2.0, 0.0, 2.0)  # inputs whose outputs stand in the picture as numbers
LEGEND: dict[str, Any] = {"ncols": 2, "frameon": False, "fontsize": 11}


def activation_curves(**layers: nn.Module) -> Picture:
    """Each layer as a curve over one input number, with its slope; three inputs as a table below.

    Args:
        layers: element-wise activations, or networks from one number to one number. A "_" in a
            name becomes a space.
    """
    figure, axes = charts(len(layers), width=min(3.3, 7.5 / len(layers)), height=3.3)
    said = []
    for ax, (name, layer) in zip(axes, layers.items(), strict=True):
        _draw_curve(ax, layer)
        ax.set_title(name.replace("_", " "), fontsize=11, fontweight="bold", color=INK)
        y, slope = _value_and_slope(layer, MARKED)
        said.append(
            f"{name.replace('_', ' ')}: "
            + ", ".join(
                f"at {number(x)} the output is {number(f)} and the slope {number(s)}"
                for x, f, s in zip(MARKED, y, slope, strict=True)
            )
        )
    rows: Any = {"xytext": (-6, -7), "textcoords": "offset points", "va": "top", "ha": "right"}
    names = "input\noutput\nslope"  # once, left of the first table
    axes[0].annotate(names, (0, 0), xycoords="axes fraction", color=FAINT, fontsize=11, **rows)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", **LEGEND)
    return picture(figure, "; ".join(said))


def _draw_curve(ax: Axes, layer: nn.Module) -> None:
    """Output and slope from -4 to 4; no line where the slope jumps."""
    xs = [-4 + step / 50 for step in range(401)]
    y, slope = _value_and_slope(layer, xs)
    for left in range(400):
        if abs(slope[left + 1] - slope[left]) > 0.2:
            slope[left] = math.nan
    ax.axhline(0, color=FAINT, linewidth=0.6)
    ax.axvline(0, color=FAINT, linewidth=0.6)
    ax.plot(xs, y, color=EDGE["output"], linewidth=2.2, label="output")
    ax.plot(xs, slope, color=EDGE["accent"], linewidth=1.8, linestyle="--", label="slope")
    outputs, slopes = _value_and_slope(layer, MARKED)
    ax.plot(MARKED, outputs, "o", color=EDGE["output"], markersize=5)
    ax.margins(y=0.08)
    columns = zip(MARKED, outputs, slopes, strict=True)
    ax.set_xticks(MARKED, ["\n".join(f"{v:.2g}".replace("-", "−") for v in c) for c in columns])


def _value_and_slope(layer: nn.Module, xs: Any) -> tuple[list[float], list[float]]:
    """The layer's outputs for single numbers, and the slopes that autograd finds there."""
    import torch

    x = torch.tensor(xs).unsqueeze(-1).requires_grad_()
    y = layer(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    return y.flatten().tolist(), slope.flatten().tolist()


def glu(x: Tensor) -> Picture:
    """A vector of even length through GLU: cut in two, one half gated by the other."""
    import torch
    from torch.nn import functional

    values, gates = x.chunk(2)
    named = {"a": values, "sigmoid(b)": torch.sigmoid(gates), "y": functional.glu(x, dim=0)}
    canvas = Canvas()
    width = 1.3 * len(values)
    canvas.title(-0.4, 0.5, "x", align="right")
    for left, part, name in ((0.0, values, "a: values"), (width + 1.6, gates, "b: gates")):
        canvas.note(left + width / 2, -0.5, name, align="center")
        _row(canvas, left, 0, part, "input")
        canvas.arrow((left + width / 2, 1.2), (left + width / 2, 2.3), "unused")
    canvas.note(1.5 * width + 1.9, 1.7, "sigmoid")
    roles = ("input", "accent", "output")
    left = 0.0
    for (name, row), role, sign in zip(named.items(), roles, ("×", "=", ""), strict=True):
        _row(canvas, left, 2.4, row, role)
        canvas.title(left + width / 2, 3.9, name, align="center")
        canvas.text(left + width + 0.8, 2.9, sign, align="center", size=14)
        left += width + 1.6
    return canvas.picture(f"GLU: y = a times sigmoid(b). {in_words(x=x, **named)}")


def _row(canvas: Canvas, left: float, top: float, numbers: Tensor, role: str) -> None:
    """A vector as wide cells, rounded to two decimals."""
    for place, value in enumerate(numbers.tolist()):
        canvas.cell(left + 1.3 * place, top, number(round(value, 2)), role, width=1.3)


def dependencies(x: Tensor, **layers: nn.Module) -> Picture:
    """Each input moved by 1 in turn: a column says how much each output moved by that.

    Args:
        x: a vector of a few numbers.
        layers: modules that take this vector. One that draws draws the same each time.
    """
    canvas = Canvas()
    left, said = 1.0, []
    tables = {name: _moves(layer, x) for name, layer in layers.items()}
    for name, table in tables.items():
        rows, columns = len(table), len(table[0])
        canvas.title(left, -1.5, name)
        for place in range(columns):
            canvas.note(left + 1.15 * place + 0.57, -0.45, f"x{place}", align="center")
        for place in range(rows):
            canvas.note(left - 0.2, place + 0.5, f"y{place}", align="right")
        for down, row in enumerate(table):
            for right, move in enumerate(row):
                text, role = (_short(move), "output") if move else ("·", "unused")
                canvas.cell(left + 1.15 * right, down, text, role, width=1.15)
        said.append(f"{name}: " + ", ".join(_told(table, place) for place in range(columns)))
        left += 1.15 * columns + 2.0
    return canvas.picture("Each input is moved by 1. " + "; ".join(said))


def _moves(layer: nn.Module, x: Tensor) -> list[list[float]]:
    """By how much each output (row) moves when an input (column) grows by 1."""
    import torch

    def seeded(numbers: Tensor) -> Tensor:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(0)
            return torch.as_tensor(layer(numbers)).flatten()

    before = seeded(x)
    steps = torch.eye(x.numel(), dtype=x.dtype)
    columns = torch.stack([seeded(x + step) - before for step in steps], dim=1)
    rows: list[list[float]] = columns.tolist()
    return rows


def _short(move: float) -> str:
    """Two decimals; a move that they would hide says so."""
    return number(round(move, 2)) if abs(move) >= 0.005 else "≈ 0"


def _told(table: list[list[float]], place: int) -> str:
    """One column in words."""
    moved = [f"y{row} by {_short(moves[place])}" for row, moves in enumerate(table) if moves[place]]
    return f"x{place} moves {' and '.join(moved) or 'nothing'}"
