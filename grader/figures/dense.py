"""The fully connected layer: its product, and its parameters as areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import FAINT, Canvas, Picture, width_of
from grader.figures.words import in_words, short, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["linear", "parameter_areas"]


MOST_PRODUCTS = 4  # in a row; more are too wide to print
PRODUCT = 1.75  # the width of a cell with a product, in cells


def linear(layer: nn.Linear, x: Tensor) -> Picture:
    """One vector through a Linear: x over the columns of the weight, the products of each row,
    bias and output beside them.

    Args:
        layer: with `out_features` and `in_features` small enough to print, and a bias.
        x: a vector of shape `(in_features,)`.
    """
    rows, columns = layer.weight.shape
    canvas = Canvas()
    canvas.title(-0.25, 0.5, "x", align="right")
    canvas.grid(0, 0, stack(x)[0], "input")
    top = 2.2
    canvas.grid(0, top, stack(layer.weight)[0], "weight")
    canvas.title(-0.25, top + rows / 2, "W", align="right")
    left = columns + 0.8
    if columns <= MOST_PRODUCTS:
        left = _products(canvas, left, top, layer.weight, x)
    _sign(canvas, left + 0.3, top, rows, "+")
    canvas.column(left + 0.6, top, layer.bias, "bias")
    _sign(canvas, left + 2.05, top, rows, "=")
    canvas.column(left + 2.5, top, layer(x), "output")
    for middle, name in ((left + 1.1, "b"), (left + 3.0, "y")):
        canvas.title(middle, top - 0.45, name, align="center")
    canvas.note(0, top + rows + 0.6, f"W {tuple(layer.weight.shape)}   b {tuple(layer.bias.shape)}")
    named = {"x": x, "W": layer.weight, "b": layer.bias, "y = W x + b": layer(x)}
    return canvas.picture(in_words(**named))


def _products(canvas: Canvas, left: float, top: float, weight: Tensor, x: Tensor) -> float:
    """What meets in each row, side by side with a + between; returns where that ends."""
    step = PRODUCT + 0.6
    for down, row in enumerate(weight.tolist()):
        canvas.arrow((left - 0.7, top + down + 0.5), (left - 0.1, top + down + 0.5), "unused")
        for place, (one, other) in enumerate(zip(row, x.tolist(), strict=True)):
            text = f"{short(one)} × {short(other)}"
            canvas.cell(left + place * step, top + down, text, "accent", width=PRODUCT)
    for place in range(1, len(x)):
        _sign(canvas, left + place * step - 0.3, top, len(weight), "+")
    middle = left + (len(x) * step - 0.6) / 2
    canvas.title(middle, top - 0.45, "what meets, multiplied", align="center")
    return left + len(x) * step - 0.6


def _sign(canvas: Canvas, x: float, top: float, rows: int, sign: str) -> None:
    """The same sign in each row."""
    for down in range(rows):
        canvas.text(x, top + down + 0.5, sign, size=13, align="center")


def parameter_areas(**layers: nn.Module) -> Picture:
    """Each layer's weight as a rectangle, outputs high and inputs wide, its bias as a strip beside.

    A filter of a convolution is laid out flat, as one row.
    All layers share one scale, so equal areas hold equally many parameters.
    """
    shapes = {name: tuple(layer.get_parameter("weight").shape) for name, layer in layers.items()}
    weights = {name: layer.get_parameter("weight").flatten(1) for name, layer in layers.items()}
    biases = {name: getattr(layer, "bias", None) for name, layer in layers.items()}
    scale = min(0.55, 12 / sum(w.shape[1] + 1 for w in weights.values()))
    tallest = max(w.shape[0] for w in weights.values()) * scale
    ruled = scale > 0.24  # single parameters are large enough to see
    canvas = Canvas()
    left = 0.0
    for name, weight in weights.items():
        columns = weight.shape[1] * scale
        canvas.title(left, -0.5, name)
        canvas.area(left, 0, weight.shape, scale, "weight", ruled=ruled)
        notes = [f"weight {shapes[name]}: {weight.numel():,}"]
        bias = biases[name]
        if bias is not None:
            strip = left + columns + 0.15
            canvas.area(strip, 0, (len(bias), 1), scale, "bias", ruled=ruled, least=0.06)
            notes.append(f"bias {tuple(bias.shape)}: {bias.numel():,}")
        if len(weights) > 2:  # two short lines take less of the width
            notes = [part for note in notes for part in note.replace(": ", ":\n").split("\n")]
        for line, note in enumerate(notes):
            canvas.text(left, tallest + 0.65 + 0.7 * line, note, size=11, colour=FAINT)
        widths = (width_of(name, weight="bold"), *map(width_of, notes))
        left += max(columns + scale + 0.15, *widths) + 1.0
    return canvas.picture(
        "; ".join(
            f"{name}: {weight.numel():,} weights"
            + (f" of shape {shapes[name]}" if len(shapes[name]) > 2 else "")
            + (
                f" and {bias.numel():,} biases"
                if (bias := biases[name]) is not None
                else ", no bias"
            )
            for name, weight in weights.items()
        )
    )
