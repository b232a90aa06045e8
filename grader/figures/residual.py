"""Skip connections: addition, concatenation, the block with its shortcut, what gradients do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

from grader.figures.canvas import EDGE, Canvas, Picture, charts, picture
from grader.figures.words import in_words, number, stack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "add_and_concatenate",
    "channel_growth",
    "gradient_norms",
    "residual_block",
    "stretched_sum",
]

BOX = 5.0  # the width of a layer in the plan of a block
STEP = 2.0  # from one layer's top to the next one's


def add_and_concatenate(x: Tensor, fx: Tensor) -> Picture:
    """Two maps of shape (channels, height, width): their sum above, their concatenation below."""
    total, joined = x + fx, torch.cat([x, fx])
    canvas = Canvas()
    left = 0.0
    parts = (("x", x, "input", "+"), ("f(x)", fx, "output", "="), ("x + f(x)", total, "accent", ""))
    for name, tensor, role, sign in parts:
        canvas.title(left, -1.15, name)
        canvas.note(left, -0.55, f"shape {tuple(tensor.shape)}")
        end = canvas.stack(left, stack(tensor), role)
        canvas.text(end + 0.8, x.shape[1] / 2, sign, align="center", size=16)
        left = end + 1.6
    top = x.shape[1] + 2.9
    canvas.title(0, top - 1.15, "cat([x, f(x)])")
    canvas.note(0, top - 0.55, f"shape {tuple(joined.shape)}")
    for index, grid in enumerate(stack(joined)):
        across = index * (x.shape[2] + 0.6)
        canvas.grid(across, top, grid, "input" if index < len(x) else "output")
        canvas.note(across, top + x.shape[1] + 0.4, f"[{index}]")
    named = {"x": x, "f(x)": fx, "x + f(x)": total, "cat([x, f(x)])": joined}
    return canvas.picture(in_words(**named))


def stretched_sum(x: Tensor, y: Tensor) -> Picture:
    """A sum in which y is stretched along its first dimension; the copies are grey."""
    canvas = Canvas()
    left = 0.0
    for name, tensor, sign in (("x", x, "+"), ("y", y, "="), ("x + y", x + y, "")):
        canvas.title(left, -1.15, name)
        canvas.note(left, -0.55, f"shape {tuple(tensor.shape)}")
        role = "input" if sign else "accent"
        end = canvas.stack(left, stack(tensor), role)
        if tensor is y:
            for copy in range(1, x.shape[0]):
                canvas.grid(end + 0.6, 0, stack(y)[0], "unused")
                canvas.note(end + 0.6, y.shape[1] + 0.4, f"copy {copy}")
                end += y.shape[2] + 0.6
        canvas.text(end + 0.8, x.shape[1] / 2, sign, align="center", size=16)
        left = end + 1.6
    named = {"x": x, "y": y, "x + y, with y repeated": x + y}
    return canvas.picture(in_words(**named))


def residual_block(block: nn.Module, x: Tensor) -> Picture:
    """The plan of a block with a `body` and a `shortcut`: its layers, their parameters, the shapes.

    Only the shape of x matters. The block itself is left as it is.
    """
    body, shortcut = (_layers(block.get_submodule(name), x) for name in ("body", "shortcut"))
    right, floor = BOX + 3.4, STEP * len(body)
    middle = (right + BOX) / 2
    canvas = Canvas()
    canvas.title(middle, -2.3, f"x  {tuple(x.shape)}", align="center")
    for left, name, layers in ((0.0, "body", body), (right, "shortcut", shortcut)):
        centre, outside = left + BOX / 2, left + BOX if left else left
        align = "right" if left else "left"
        canvas.title(outside, -0.5, name, align=align)
        canvas.arrow((middle, -1.9), (centre, 0), "padding")
        _column(canvas, left, layers)
        canvas.line(centre, STEP * len(layers) - 0.7, floor, "padding")
        canvas.arrow((centre, floor), (middle, floor + 1.1), "padding")
    canvas.cell(middle - 0.5, floor + 1.1, "+", "accent")
    result = f"sum  {body[-1][2]}"
    canvas.title(middle, floor + 2.7, result, align="center")
    return canvas.picture(
        f"x of shape {tuple(x.shape)} takes two ways. Body: {_in_words(body)}. "
        f"Shortcut: {_in_words(shortcut)}. The two are added: {result}"
    )


Step = tuple[str, int, tuple[int, ...]]  # a layer's name, its parameters, the shape behind it


def _layers(path: nn.Module, x: Tensor) -> list[Step]:
    """What x meets on its way; on copies without memory, so that no BatchNorm learns from it."""
    y = torch.empty(x.shape, device="meta")
    steps = []
    for layer in path if isinstance(path, nn.Sequential) else [path]:
        y = deepcopy(layer).to("meta")(y)
        parameters = sum(p.numel() for p in layer.parameters())
        steps.append((_title(layer), parameters, tuple(y.shape)))
    return steps


def _title(layer: nn.Module) -> str:
    if not isinstance(layer, nn.Conv2d):
        return type(layer).__name__
    size = " × ".join(map(str, layer.kernel_size))
    return f"Conv2d {size}" + (f", stride {layer.stride[0]}" if layer.stride[0] > 1 else "")


def _column(canvas: Canvas, left: float, steps: Sequence[Step]) -> None:
    """One way downwards: boxes with arrows between them, the shape behind each box beside it."""
    for place, (title, parameters, shape) in enumerate(steps):
        top, centre = STEP * place, left + BOX / 2
        if place:
            canvas.arrow((centre, top - 0.7), (centre, top), "padding")
        role = "weight" if parameters else "unused"
        note = f"{parameters:,} parameters" if parameters else "no parameters"
        canvas.cell(left, top, f"{title}\n{note}", role, BOX, 1.3)
        canvas.note(centre + 0.25, top + 1.62, f"{shape}")


def _in_words(steps: Iterable[Step]) -> str:
    return ", ".join(
        f"{title} with {parameters:,} parameters gives {shape}"
        for title, parameters, shape in steps
    )


def gradient_norms(
    *,
    along: str = "layers from the input (0) to the output",
    start: str = "input",
    **states: Sequence[Tensor],
) -> Picture:
    """How large the gradient is at every depth, for networks run and sent backwards.

    Args:
        along: what the tensors follow, for the axis.
        start: what the first of them is.
        states: for each network the tensors between its layers, the input first, with their grad.
    """
    figure, [axes] = charts(1, width=6.4, height=3.2)
    styles = (("accent", "-", "o"), ("output", "--", "s"), ("input", ":", "^"))
    words = []
    for (name, tensors), (role, line, mark) in zip(states.items(), styles, strict=False):
        norms = [float(t.grad.norm()) for t in tensors if t.grad is not None]
        text = f"{name}: {_power(norms[0])} at the {start}"
        colour = EDGE[role]
        axes.plot(norms, linestyle=line, marker=mark, markersize=4, color=colour, label=text)
        words.append(f"{name}: {norms[0]:.1e} at the {start}, {norms[-1]:.1e} at the end")
    axes.set_yscale("log")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        frameon=False,
        fontsize=11,
        labelcolor="linecolor",
    )
    axes.set_xlabel(along, size=11)
    axes.set_ylabel("size of the gradient", size=11)
    return picture(figure, "The size of the gradient at every depth. " + "; ".join(words))


def _power(value: float) -> str:
    """A number for a chart with powers of ten on its axis."""
    digits, exponent = f"{value:.1e}".split("e")
    return rf"${digits} \cdot 10^{{{int(exponent)}}}$" if value < 0.01 else number(value)


def channel_growth(layers: nn.Sequential, x: Tensor) -> Picture:
    """A chain of layers that each append channels: one bar for the map after every layer.

    Only the shape of x matters. The layers themselves are left as they are.
    """
    y = torch.empty(x.shape, device="meta")
    widths = [x.shape[1]]
    for layer in layers:
        y = deepcopy(layer).to("meta")(y)
        widths.append(y.shape[1])
    scale = 10 / widths[-1]
    canvas = Canvas()
    for row, width in enumerate(widths):
        name = "input" if row == 0 else f"layer {row}"
        canvas.text(-0.4, 1.3 * row + 0.5, name, align="right")
        canvas.cell(0, 1.3 * row, str(widths[0]), "input", widths[0] * scale)
        for before, after in pairwise(widths[: row + 1]):
            role = "accent" if after == width else "output"
            canvas.cell(
                before * scale, 1.3 * row, f"+{after - before}", role, (after - before) * scale
            )
        canvas.text(width * scale + 0.3, 1.3 * row + 0.5, f"{width} channels")
    return canvas.picture(
        f"Channels after each layer: {', '.join(map(str, widths))}. "
        "Every layer appends its own and keeps all the others"
    )
