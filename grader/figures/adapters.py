"""LoRA: a frozen weight, the thin pair that learns beside it, and what each rank gains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grader.figures.canvas import EDGE, FAINT, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import in_words, number, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["adapted", "adapter", "adapter_areas", "ranks"]

THINNEST = 0.07  # of a strip, in cells: what is thinner is not seen
SIDE = 5.0  # of the longest matrix drawn to scale


def adapter(
    weight: Tensor, a: Tensor, b: Tensor, scale: float = 1, merged: bool = False
) -> Picture:
    """A weight, and beside it A over B A and B to its left, as one multiplies them on paper.

    The product is grey, for nobody stores it.

    Args:
        weight: a small matrix of shape (outputs, inputs).
        a: of shape (rank, inputs).
        b: of shape (outputs, rank).
        scale: what the product counts.
        merged: draw the sum of the weight and the scaled product as well.
    """
    (outputs, inputs), rank = weight.shape, len(a)
    top, canvas = rank + 1.5, Canvas()
    middle, product = top + outputs / 2, b @ a + 0.0  # without -0
    canvas.title(inputs / 2, top - 0.5, "W", align="center")
    canvas.grid(0, top, stack(weight)[0], "weight")
    canvas.note(inputs / 2, top + outputs + 0.5, "frozen", align="center")
    sign = "+" if scale == 1 else f"+ {number(scale)} ×"
    left = inputs + 0.3 + width_of(sign, 15) + 0.4
    canvas.text((inputs + left) / 2, middle, sign, align="center", size=15)
    canvas.title(left + rank / 2, top - 0.5, "B", align="center")
    canvas.grid(left, top, stack(b)[0], "accent")
    left += rank + 0.6
    canvas.title(left - 0.25, rank / 2, "A", align="right")
    canvas.grid(left, 0, stack(a)[0], "accent")
    canvas.grid(left, top, stack(product)[0], "unused")
    canvas.note(left + inputs / 2, top + outputs + 0.5, "B A", align="center")
    named = {"W": weight, "A": a, "B": b, "B A": product}
    if merged:
        left += inputs
        canvas.text(left + 0.6, middle, "=", align="center", size=15)
        canvas.grid(left + 1.2, top, stack(weight + scale * product)[0], "weight")
        canvas.note(left + 1.2 + inputs / 2, top + outputs + 0.5, "merged", align="center")
        named[f"W + {number(scale)} × B A"] = weight + scale * product
    return canvas.picture(f"rank {rank}; {in_words(**named)}")


def adapted(x: Tensor, weight: Tensor, a: Tensor, b: Tensor, scale: float = 1) -> Picture:
    """One vector on both ways: through the frozen weight above, through A and B below.

    Args:
        x: a vector of shape (inputs,).
        weight: of shape (outputs, inputs).
        a: of shape (rank, inputs).
        b: of shape (outputs, rank).
        scale: what the lower way counts.
    """
    (outputs, inputs), rank = weight.shape, len(a)
    canvas = Canvas()
    above, below = outputs / 2, outputs + 2.2 + outputs / 2
    centre = (above + below) / 2
    canvas.column(0, centre - inputs / 2, x, "input")
    canvas.title(0.5, centre - inputs / 2 - 0.5, "x", align="center")
    canvas.arrow((1.1, centre - 0.3), (2.1, above), "padding")
    canvas.arrow((1.1, centre + 0.3), (2.1, below), "padding")
    start, sign = 2.3, "" if scale == 1 else f"× {number(scale)}"
    end = _product(canvas, start, below, "A", a, a @ x, "accent", "A x")
    end = _product(canvas, end + 0.9, below, "B", b, b @ (a @ x), "accent", "B A x")
    canvas.arrow((end - 2.8 - rank, below), (end - 2.1 - rank, below), "padding")
    upper = _product(canvas, start, above, "W", weight, weight @ x, "weight", "W x")
    y = weight @ x + scale * (b @ (a @ x))
    meet = max(end, upper) + 1.4
    canvas.arrow((upper + 0.1, above), (meet - 0.1, centre - 0.35), "padding")
    canvas.arrow((end + 0.1, below), (meet - 0.1, centre + 0.35), "padding")
    canvas.text(end + 0.55, below + 0.75, sign, size=13)
    canvas.cell(meet, centre - 0.5, "+", "accent")
    canvas.arrow((meet + 1.1, centre), (meet + 1.7, centre), "padding")
    canvas.column(meet + 1.8, centre - outputs / 2, y, "output")
    canvas.title(meet + 2.3, centre - outputs / 2 - 0.5, "y", align="center")
    named = {"x": x, "W x": weight @ x, "A x": a @ x, "B A x": b @ (a @ x)}
    return canvas.picture(in_words(**named, **{f"W x + {number(scale)} × B A x": y}))


def _product(
    canvas: Canvas,
    left: float,
    middle: float,
    name: str,
    matrix: Tensor,
    result: Tensor,
    role: str,
    called: str,
) -> float:
    """A matrix and what it makes, with a sign between; returns where that ends."""
    rows, columns = matrix.shape
    top = middle - rows / 2
    canvas.title(left + columns / 2, top - 0.5, name, align="center")
    canvas.grid(left, top, stack(matrix)[0], role)
    canvas.text(left + columns + 0.45, middle, "→", align="center", size=13)
    canvas.column(left + columns + 0.9, top, result, "unused")
    canvas.note(left + columns + 1.4, top - 0.5, called, align="center")
    return left + columns + 1.9


def adapter_areas(**layers: tuple[nn.Linear, nn.Sequential]) -> Picture:
    """Frozen weights and their adapters on one scale: A lies over the weight's columns, B stands
    beside its rows.

    Args:
        layers: under its name a Linear and the pair A, B that stands beside it.
    """
    scale = SIDE / max(max(layer.weight.shape) for layer, _ in layers.values())
    canvas, left, said = Canvas(), 0.0, []
    low = max(layer.out_features for layer, _ in layers.values()) * scale
    for name, (layer, pair) in layers.items():
        down, up = pair[0].get_parameter("weight"), pair[1].get_parameter("weight")
        wide, high = layer.in_features * scale, layer.out_features * scale
        thick = max(len(down) * scale, THINNEST)
        canvas.cell(left, 0, "", "weight", wide, high)
        canvas.cell(left, -0.15 - thick, "", "accent", wide, thick)
        canvas.cell(left + wide + 0.15, 0, "", "accent", thick, high)
        canvas.title(left, -0.7 - thick, name)
        canvas.text(left + wide + 0.35 + thick, high / 2, "B", colour=EDGE["accent"])
        canvas.text(left + wide + 0.15, -0.15 - thick / 2, "A", colour=EDGE["accent"])
        share = (down.numel() + up.numel()) / layer.weight.numel()
        notes = [f"W {layer.weight.numel():,}", f"A and B {down.numel() + up.numel():,}",
            f"{share:.2%} of W"]  # fmt: skip
        for line, note in enumerate(notes):
            canvas.text(left, low + 0.6 + 0.7 * line, note, colour=FAINT)
        said.append(f"{name}: {', '.join(notes)}, rank {len(down)}")
        left += max(wide + thick + 1.0, *map(width_of, notes)) + 0.7
    return canvas.picture("; ".join(said))


def ranks(found: Mapping[str, tuple[int, float]], chosen: str = "") -> Picture:
    """What is trained and what is still wrong, as two bars for each way to adapt a layer.

    Args:
        found: under its name the number of trained parameters and the part that is wrong.
        chosen: the one to look at.
    """
    figure, (left, right) = charts(2, width=3.6, height=0.5 + 0.36 * len(found))
    names = list(found)
    places = range(len(names))
    columns = (
        (left, "trained parameters", [float(each[0]) for each in found.values()], "{:,.0f}"),
        (right, "wrong", [100 * each[1] for each in found.values()], "{:.1f} %"),
    )
    for axes, title, values, form in columns:
        colours = [EDGE["accent"] if name == chosen else EDGE["padding"] for name in names]
        axes.barh(places, values, color=colours, height=0.62)
        for place, value in zip(places, values, strict=True):
            axes.text(value, place, f" {form.format(value)}", va="center", size=10, color=INK)
        axes.invert_yaxis()
        axes.set_title(title, fontsize=11, color=INK, loc="left")
        axes.set_xlim(0, max(values) * 1.3 or 1)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
    left.set_yticks(places, names)
    right.set_yticks([])
    return picture(
        figure,
        "; ".join(
            f"{name}: {count:,} trained parameters, {wrong:.1%} wrong"
            for name, (count, wrong) in found.items()
        ),
    )
