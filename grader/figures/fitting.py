"""Networks from one number to one number: the points they are to meet, and how they bend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.figures.canvas import EDGE, FAINT, INK, Picture, charts, picture
from grader.figures.words import number

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["bends", "fit"]

COLOURS = (EDGE["accent"], EDGE["input"], EDGE["bias"], EDGE["unused"])


def fit(x: Tensor, y: Tensor, **layers: nn.Module) -> Picture:
    """Points, and for each layer what it says of them: the misses are thin lines upright.

    Args:
        x: inputs of shape `(count, 1)`.
        y: what should come out, of the same shape.
        layers: networks from one number to one number. A "_" in a name becomes a space. Below the
            name stands the loss, the mean of the squared misses; a Linear's formula too.
    """
    import torch
    from torch.nn import functional

    width = min(4.2, 7.4 / len(layers)) if len(layers) != 2 else 3.2
    figure, axes = charts(len(layers), width, height=3.0)
    for axis in axes[1:]:
        axis.tick_params(labelleft=False)  # all have one scale
    low, high = float(x.min()), float(x.max())
    between = torch.linspace(low, high, 201).unsqueeze(-1)
    points = x.flatten().tolist()
    said = []
    for axis, (name, layer) in zip(axes, layers.items(), strict=True):
        with torch.no_grad():
            curve, outputs = layer(between), layer(x)
            loss = float(functional.mse_loss(outputs, y))
        axis.vlines(
            points, y.flatten().tolist(), outputs.flatten().tolist(), color=FAINT, linewidth=0.8
        )
        axis.plot(points, y.flatten().tolist(), "o", color=EDGE["input"], markersize=4)
        axis.plot(
            between.flatten().tolist(), curve.flatten().tolist(), color=EDGE["output"], linewidth=2
        )
        spread = float(y.max() - y.min())
        axis.set_ylim(float(y.min()) - 0.35 * spread, float(y.max()) + 0.35 * spread)
        lines = [name.replace("_", " "), _formula(layer), f"loss {loss:.3f}"]
        shown = [line for line in lines if line]
        axis.set_title("\n".join(shown), fontsize=11, color=INK)
        ends = [number(round(float(curve[place]), 3)) for place in (0, 100, 200)]
        said.append(
            f"{', '.join(shown)}; at {number(low)}, {number((low + high) / 2)} and {number(high)} "
            f"it says {', '.join(ends)}"
        )
    return picture(figure, f"{len(points)} points. " + ". ".join(said))


def _formula(layer: nn.Module) -> str:
    """A Linear from one number to one number as a line; nothing for another layer."""
    if type(layer).__name__ != "Linear":
        return ""
    numbers = {name: parameter.item() for name, parameter in layer.named_parameters()}
    return f"y = {_two(numbers['weight'])} x{_signed(numbers.get('bias', 0.0))}"


def _two(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _signed(value: float) -> str:
    return "" if value == 0 else f" {'−' if value < 0 else '+'} {abs(value):.2f}"


def bends(network: nn.Sequential) -> Picture:
    """What each ReLU of a network adds to the answer, and their sum.

    Args:
        network: `Linear(1, n)`, ReLU, `Linear(n, 1)`, with `n` up to 4.
    """
    import torch

    inner, behind = network[0].get_parameter, network[2].get_parameter
    x = torch.linspace(-3, 3, 241).unsqueeze(-1)
    with torch.no_grad():
        parts = network[:2](x) * behind("weight")
        total = network(x)
    figure, (axis,) = charts(1, width=5.0, height=3.9)
    axis.axhline(0, color=FAINT, linewidth=0.6)
    axis.axvline(0, color=FAINT, linewidth=0.6)
    xs = x.flatten().tolist()
    formulas = [
        f"{_two(v)} · ReLU({_two(w)} x{_signed(b)})"
        for v, (w,), b in zip(
            behind("weight")[0].tolist(),
            inner("weight").tolist(),
            inner("bias").tolist(),
            strict=True,
        )
    ]
    sum_of_all = f"y, their sum{_signed(behind('bias').item())}"
    axis.plot(xs, total.flatten().tolist(), color=EDGE["output"], linewidth=3.2, label=sum_of_all)
    for part, colour, formula in zip(parts.T, COLOURS, formulas, strict=False):
        axis.plot(xs, part.tolist(), "--", color=colour, linewidth=1.8, label=formula)
    axis.set_xticks(range(-3, 4))
    most = max(4.0, float(total.abs().max()), float(parts.abs().max()))
    axis.set_ylim(-most, most)
    figure.legend(loc="outside upper left", frameon=False, fontsize=11)
    marks = torch.tensor([[-2.0], [0.0], [2.0]])
    with torch.no_grad():
        at = ", ".join(
            f"at {number(float(place))} y is {number(round(float(value), 3))}"
            for place, value in zip(marks, network(marks), strict=True)
        )
    return picture(figure, f"{'; '.join([*formulas, sum_of_all])}; {at}.")
