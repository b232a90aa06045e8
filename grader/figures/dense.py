"""The fully connected layer: its product, and its parameters as areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import FAINT, Canvas, Picture, describe, stack, width_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def linear(layer: nn.Linear, x: Tensor) -> Picture:
    """One vector through a Linear: x over the columns of the weight, bias and output beside it.

    Args:
        layer: with `out_features` and `in_features` small enough to print, and a bias.
        x: a vector of shape `(in_features,)`.
    """
    rows, columns = layer.weight.shape
    canvas = Canvas()
    canvas.text(-0.25, 0.5, "x", align="right", weight="bold")
    canvas.grid(0, 0, stack(x)[0], "input")
    canvas.text(columns + 0.4, 0.5, f"{columns} inputs", colour=FAINT, size=10)
    top = 2.2
    canvas.grid(0, top, stack(layer.weight)[0], "weight")
    canvas.text(-0.25, top + rows / 2, "W", align="right", weight="bold")
    canvas.text(columns + 0.5, top + rows / 2, "+", size=14, align="center")
    canvas.grid(columns + 1, top, [[cell] for cell in stack(layer.bias)[0][0]], "bias")
    canvas.text(columns + 2.7, top + rows / 2, "=", size=14, align="center")
    canvas.grid(columns + 3.4, top, [[cell] for cell in stack(layer(x))[0][0]], "output")
    for left, name in ((columns + 1.5, "b"), (columns + 3.9, "y")):
        canvas.text(left, top - 0.45, name, align="center", weight="bold")
    canvas.text(columns + 4.8, top + rows / 2, f"{rows} outputs", colour=FAINT, size=10)
    shapes = f"W {tuple(layer.weight.shape)}   b {tuple(layer.bias.shape)}"
    canvas.text(0, top + rows + 0.7, shapes, colour=FAINT, size=10)
    named = {"x": x, "W": layer.weight, "b": layer.bias, "y = W x + b": layer(x)}
    return canvas.picture("; ".join(describe(name, tensor) for name, tensor in named.items()))


def parameter_areas(**layers: nn.Module) -> Picture:
    """Each layer's weight as a rectangle, outputs high and inputs wide, its bias as a strip beside.

    All layers share one scale, so equal areas hold equally many parameters.
    """
    weights = {name: layer.get_parameter("weight").flatten(1) for name, layer in layers.items()}
    biases = {name: getattr(layer, "bias", None) for name, layer in layers.items()}
    scale = min(0.55, 12 / sum(w.shape[1] + 1 for w in weights.values()))
    tallest = max(w.shape[0] for w in weights.values()) * scale
    canvas = Canvas()
    left = 0.0
    for name, weight in weights.items():
        rows, columns = (size * scale for size in weight.shape)
        canvas.text(left, -0.5, name, weight="bold")
        canvas.cell(left, 0, "", "weight", columns, rows)
        if scale > 0.24:  # single parameters are large enough to see
            canvas.rule(left, 0, weight.shape[0], weight.shape[1], scale, "weight")
        notes = [f"weight {tuple(weight.shape)}: {weight.numel():,}"]
        bias = biases[name]
        if bias is not None:
            canvas.cell(left + columns + 0.15, 0, "", "bias", max(scale, 0.06), rows)
            if scale > 0.24:
                canvas.rule(left + columns + 0.15, 0, len(bias), 1, scale, "bias")
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
