"""The fully connected layer: its product, and its parameters as areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import FAINT, Canvas, Picture, width_of
from grader.figures.words import in_words, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["linear", "parameter_areas"]


def linear(layer: nn.Linear, x: Tensor) -> Picture:
    """One vector through a Linear: x over the columns of the weight, bias and output beside it.

    Args:
        layer: with `out_features` and `in_features` small enough to print, and a bias.
        x: a vector of shape `(in_features,)`.
    """
    rows, columns = layer.weight.shape
    canvas = Canvas()
    canvas.title(-0.25, 0.5, "x", align="right")
    canvas.grid(0, 0, stack(x)[0], "input")
    canvas.note(columns + 0.4, 0.5, f"{columns} inputs")
    top = 2.2
    canvas.grid(0, top, stack(layer.weight)[0], "weight")
    canvas.title(-0.25, top + rows / 2, "W", align="right")
    canvas.text(columns + 0.5, top + rows / 2, "+", size=14, align="center")
    canvas.column(columns + 1, top, layer.bias, "bias")
    canvas.text(columns + 2.7, top + rows / 2, "=", size=14, align="center")
    canvas.column(columns + 3.4, top, layer(x), "output")
    for left, name in ((columns + 1.5, "b"), (columns + 3.9, "y")):
        canvas.title(left, top - 0.45, name, align="center")
    canvas.note(columns + 4.8, top + rows / 2, f"{rows} outputs")
    shapes = f"W {tuple(layer.weight.shape)}   b {tuple(layer.bias.shape)}"
    canvas.note(0, top + rows + 0.7, shapes)
    named = {"x": x, "W": layer.weight, "b": layer.bias, "y = W x + b": layer(x)}
    return canvas.picture(in_words(**named))


def parameter_areas(**layers: nn.Module) -> Picture:
    """Each layer's weight as a rectangle, outputs high and inputs wide, its bias as a strip beside.

    All layers share one scale, so equal areas hold equally many parameters.
    """
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
        notes = [f"weight {tuple(weight.shape)}: {weight.numel():,}"]
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
            + (
                f" and {bias.numel():,} biases"
                if (bias := biases[name]) is not None
                else ", no bias"
            )
            for name, weight in weights.items()
        )
    )
