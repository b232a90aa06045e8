"""A network and its training: one step of it with all numbers, and the way that many steps take."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from matplotlib.ticker import MaxNLocator
from torch import nn
from torch.nn import functional

from grader.figures.canvas import EDGE, INK, Canvas, Picture, charts, picture
from grader.figures.words import in_words, number, short, stack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["learning", "training_step"]

GAP = 0.6  # between two blocks, with an arrow in it
WORD = 1.5  # the same with an activation's name over the arrow
COLOURS = ("weight", "bias", "accent", "input")


@dataclass(frozen=True)
class Pass:
    """What went through a network once."""

    numbers: list[Tensor]  # the input, and what comes out of each layer with its activation
    loss: float


def training_step(network: nn.Sequential, x: Tensor, wanted: Tensor, rate: float = 0.1) -> Picture:
    """Numbers in, layers, numbers out, how wrong; then the same after one step of training.

    The network itself stays as it is: the step is taken with a copy.

    Args:
        network: Linear layers with a bias, activations behind them; a handful of numbers each.
        x: a vector.
        wanted: what should come out. The loss is the mean squared difference.
        rate: the size of the step, PyTorch's `lr`.
    """
    later = copy.deepcopy(network)
    mover = torch.optim.SGD(later.parameters(), lr=rate)
    functional.mse_loss(later(x), wanted).backward()  # type: ignore[no-untyped-call]
    mover.step()
    before, after = run(network, x, wanted), run(later, x, wanted)
    canvas = Canvas()
    tall = max(len(numbers) for numbers in before.numbers)
    middles, end = draw(canvas, 0, tall, network, before, wanted)
    for middle, name in middles:
        canvas.title(middle, -0.75, name, align="center")
    back, second = tall + 0.6, tall + 2.1
    canvas.arrow((end - 0.6, back), (1.8, back), "accent")
    text = "backwards: which way, and how far, must each parameter move?"
    canvas.text((end + 1.2) / 2, back + 0.5, text, align="center", colour=EDGE["accent"])
    draw(canvas, second, tall, later, after, wanted)
    held, still = count(network), count(network, later)
    note = f"after one step: {held - still} of {held} parameters moved"
    canvas.note(0, second + tall + 0.6, note)
    named = {"numbers in": x, "numbers out": network(x), "wanted": wanted}
    moved = "; ".join(
        f"{name} {numbers(one)} becomes {numbers(other)}"
        for (name, one), other in zip(network.named_parameters(), later.parameters(), strict=True)
    )
    return canvas.picture(
        f"{in_words(**named)}; loss {number(before.loss)}. One step of training: {moved}; "
        f"numbers out {numbers(later(x))}, loss {number(after.loss)}; {note}"
    )


def count(network: nn.Module, other: nn.Module | None = None) -> int:
    """The network's parameters; with another network, those that have its numbers."""
    pairs = zip(network.parameters(), (other or network).parameters(), strict=True)
    return sum(int((one == two).sum()) for one, two in pairs)


def run(network: nn.Sequential, x: Tensor, wanted: Tensor) -> Pass:
    """The numbers behind each Linear, its activation applied, and the loss."""
    passed = [x]
    with torch.no_grad():
        for layer in network:
            x = layer(x)
            if isinstance(layer, nn.Linear):
                passed.append(x)
            else:
                passed[-1] = x
        return Pass(passed, float(functional.mse_loss(x, wanted)))


def draw(
    canvas: Canvas, top: float, tall: int, network: nn.Sequential, found: Pass, wanted: Tensor
) -> tuple[list[tuple[float, str]], float]:
    """One pass from left to right; returns where the blocks stand with their names, and the end."""
    middle = top + tall / 2
    canvas.column(0, middle - len(found.numbers[0]) / 2, found.numbers[0], "input")
    names, left = [(0.5, "numbers\nin")], 1.0
    layers = list(network)
    places = [place for place, layer in enumerate(layers) if isinstance(layer, nn.Linear)]
    for count, (place, numbers) in enumerate(zip(places, found.numbers[1:], strict=True), 1):
        layer = layers[place]
        assert isinstance(layer, nn.Linear)
        rows, columns = layer.weight.shape
        left = step(canvas, left, middle)
        canvas.grid(left, middle - rows / 2, stack(layer.weight)[0], "weight")
        canvas.column(left + columns + 0.1, middle - rows / 2, layer.bias, "bias")
        names.append((left + columns / 2 + 0.55, f"layer {count}:\nparameters"))
        inner = layers[place + 1 : place + 2]
        bent = bool(inner) and not isinstance(inner[0], nn.Linear)
        left = step(canvas, left + columns + 1.1, middle, type(inner[0]).__name__ if bent else "")
        is_last = count == len(places)
        canvas.column(left, middle - len(numbers) / 2, numbers, "output")
        names.append((left + 0.5, "numbers\nout" if is_last else ""))
        left += 1
    canvas.column(left + 0.6, middle - len(wanted) / 2, wanted, "unused")
    names.append((left + 1.1, "\nwanted"))
    left = step(canvas, left + 1.6, middle)
    canvas.cell(left, middle - 0.5, short(found.loss), "accent", 1.2)
    names.append((left + 0.6, "how\nwrong"))
    return [each for each in names if each[1]], left + 1.2


def step(canvas: Canvas, left: float, middle: float, word: str = "") -> float:
    """An arrow to the right, with a word over it; returns where it ends."""
    end = left + (WORD if word else GAP)
    canvas.arrow((left + 0.1, middle), (end - 0.1, middle), "unused")
    if word:
        canvas.note((left + end) / 2, middle - 0.35, word, align="center")
    return end


def numbers(tensor: Tensor) -> str:
    """All numbers of a small tensor."""
    return ", ".join(number(value) for value in tensor.flatten().tolist())


def learning(loss: Sequence[float], **parameters: Sequence[float]) -> Picture:
    """The loss over the steps of a training, and beside it the ways of some parameters."""
    figure, axes = charts(2 if parameters else 1)
    axes[0].plot(list(loss), color=EDGE["output"], linewidth=2)
    axes[0].set_ylim(bottom=0)
    axes[0].set_title("loss", fontsize=11, color=INK)
    for (name, way), colour in zip(parameters.items(), COLOURS, strict=False):
        axes[1].plot(list(way), color=EDGE[colour], linewidth=2)
        label = name.replace("_", " ")
        axes[1].annotate(
            f" {label}", (len(way) - 1, way[-1]), va="center", fontsize=11, annotation_clip=False
        )
    if parameters:
        axes[1].set_title("parameters", fontsize=11, color=INK)
    for axis in axes:
        axis.set_xlabel("steps", fontsize=11)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ways = {"loss": loss, **parameters}
    return picture(
        figure,
        "; ".join(
            f"{name.replace('_', ' ')} from {number(way[0])} to {number(way[-1])} "
            f"in {len(way) - 1} steps"
            for name, way in ways.items()
        ),
    )
