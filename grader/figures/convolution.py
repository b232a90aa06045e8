"""Convolution over a sequence: the kernel at its places, and what one output has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Any

import torch
from matplotlib.figure import Figure
from torch.nn import functional

from grader.figures.canvas import EDGE, FAINT, INK, Canvas, Picture, picture
from grader.figures.words import describe, in_words, number, short

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["conv1d_frames", "conv1d_places", "receptive_cone", "signals"]

COLOURS = ("input", "output")  # before and after a layer


@dataclass(frozen=True)
class Axis:
    """One direction of a convolution. Positions count from the first padded zero."""

    length: int  # of the input, without padding
    kernel: int
    stride: int
    dilation: int
    before: int  # padded zeros
    after: int

    @classmethod
    def of(cls, layer: Any, direction: int, length: int) -> Axis:
        """The axis of a convolution layer along one of its directions."""
        kernel, dilation = layer.kernel_size[direction], layer.dilation[direction]
        if layer.padding == "same":  # an odd zero goes to the end
            total = dilation * (kernel - 1)
            before, after = total // 2, total - total // 2
        else:
            before = after = 0 if layer.padding == "valid" else layer.padding[direction]
        return cls(length, kernel, layer.stride[direction], dilation, before, after)

    @property
    def padded(self) -> int:
        """The length with its padding."""
        return self.before + self.length + self.after

    @property
    def covered(self) -> int:
        """How many positions the kernel covers, holes included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def starts(self) -> range:
        """Where the kernel starts, place by place."""
        return range(0, self.padded - self.covered + 1, self.stride)

    def window(self, start: int) -> range:
        """The positions that meet a weight when the kernel starts at `start`."""
        return range(start, start + self.covered, self.dilation)

    @property
    def read(self) -> set[int]:
        """The positions that some window reads."""
        return {position for start in self.starts for position in self.window(start)}

    def is_padding(self, position: int) -> bool:
        """True for a zero that nobody stored."""
        return not self.before <= position < self.before + self.length

    @property
    def unread(self) -> list[int]:
        """The input's own positions that no window reads, counted from its first element."""
        inside = range(self.before, self.before + self.length)
        return [position - self.before for position in inside if position not in self.read]

    @property
    def arithmetic(self) -> str:
        """The number of places, worked out with this axis' numbers."""
        padding = f"{self.before} + {self.after}"
        if self.before == self.after:
            padding = f"2·{self.before}"
        inner = f"{self.length} + {padding} − {self.dilation}·({self.kernel} − 1) − 1"
        return f"⌊({inner}) / {self.stride}⌋ + 1 = {len(self.starts)}"


def input_cell(canvas: Canvas, x: float, y: float, text: str, padding: bool, read: bool) -> None:
    """One cell of a padded input: added zeros are hatched, values that nobody reads struck out."""
    role = "padding" if padding else "input" if read else "unused"
    canvas.cell(x, y, "" if padding else text, role)
    if padding:
        box = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 1.2}
        canvas.axes.text(
            x + 0.5, y + 0.5, text, ha="center", va="center", size=10, color=FAINT, bbox=box
        )
    if not read and not padding:
        stroke(canvas, (x + 0.12, y + 0.88), (x + 0.88, y + 0.12), FAINT, 1)


def stroke(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    thickness: float = 1.4,
) -> None:
    """A straight line in any direction."""
    canvas.axes.plot(
        [start[0], end[0]],
        [start[1], end[1]],
        color=colour,
        linewidth=thickness,
        clip_on=False,
        solid_capstyle="round",
    )


def values_of(tensor: Tensor) -> list[list[str]]:
    """A tensor of two dimensions as cell texts."""
    return [[short(value) for value in row] for row in tensor.tolist()]


def legend(axes: Sequence[Axis]) -> str:
    """What the marks of a picture mean, in the order in which they are noticed."""
    notes = []
    if any(axis.before or axis.after for axis in axes):
        notes.append("hatched: padding")
    if any(axis.unread for axis in axes):
        notes.append("grey, struck out: no window reads it")
    return "   ".join(notes)


def products(layer: nn.Conv1d, padded: Tensor, start: int, out_channel: int) -> str:
    """The sum that makes one number of the output, written out."""
    window = Axis.of(layer, 0, padded.shape[-1]).window(start)
    weight = layer.weight[out_channel]
    terms = [
        f"{bracketed(w)}·{bracketed(x)}"
        for channel in range(len(padded))
        for w, x in zip(
            weight[channel].tolist(), padded[channel, list(window)].tolist(), strict=True
        )
    ]
    if layer.bias is not None:
        terms.append(bracketed(layer.bias[out_channel].item()))
    return " + ".join(terms)


def bracketed(value: float) -> str:
    """A number as a term of a sum."""
    return f"({number(value)})" if value < 0 else number(value)


def conv1d_frames(
    layer: nn.Conv1d, x: Tensor, places: Sequence[int] = (0, 1, -1), out_channel: int = 0
) -> Picture:
    """Key frames of a kernel that slides over a sequence.

    Args:
        layer: with one group.
        x: one sequence of shape `(in_channels, length)`.
        places: the steps of the output to show; -1 is the last one.
        out_channel: the filter to show.
    """
    axis = Axis.of(layer, 0, x.shape[-1])
    padded = functional.pad(x, (axis.before, axis.after))
    y = layer(x)
    canvas = Canvas()
    top = 0.0
    for count, place in enumerate(range(len(axis.starts))[p] for p in places):
        start = axis.starts[place]
        _frame(canvas, top, axis, padded, start)
        _kernel(canvas, top + len(x) + 0.35, axis, layer.weight[out_channel], start)
        left = axis.padded + 1.3
        middle = top + len(x) / 2 - 0.5
        canvas.text(left - 0.65, middle + 0.5, "→", align="center", size=14)
        _output_so_far(canvas, left, middle, y[out_channel].tolist(), place)
        sum_of_products = products(layer, padded, start, out_channel)
        canvas.text(left, middle + 1.45, sum_of_products, size=10)
        canvas.text(left, middle + 2.0, f"= {number(y[out_channel, place].item())}", size=10)
        if count == 0:
            for at, name in ((axis.before, "x"), (left, f"y[{out_channel}]")):
                canvas.title(at, top - 0.5, name)
            below = top + len(x) + 0.35 + len(x) / 2
            canvas.title(start + axis.covered + 0.3, below, f"W[{out_channel}]")
        top += 2 * len(x) + 1.6
    shown = in_words(x=x, weight=layer.weight[out_channel], y=y[out_channel])
    return canvas.picture(f"The kernel of {layer} slides over x. {shown}")


def _frame(canvas: Canvas, top: float, axis: Axis, padded: Tensor, start: int) -> None:
    """The padded input with a frame round what the kernel meets."""
    for down, row in enumerate(values_of(padded)):
        for position, text in enumerate(row):
            input_cell(canvas, position, top + down, text, axis.is_padding(position), True)
    canvas.outline(start, top, axis.covered, len(padded), "accent")


def _kernel(canvas: Canvas, top: float, axis: Axis, weight: Tensor, start: int) -> None:
    """One filter's weights, each under what it meets."""
    for down, row in enumerate(values_of(weight)):
        for position, text in zip(axis.window(start), row, strict=True):
            canvas.cell(position, top + down, text, "weight")


def _output_so_far(
    canvas: Canvas, left: float, top: float, values: list[float], place: int
) -> None:
    """The output up to a place, which is framed; the rest is still empty."""
    for step, value in enumerate(values):
        if step <= place:
            canvas.cell(left + step, top, short(value), "output")
        else:
            canvas.outline(left + step, top, 1, 1, "unused", 0.7)
    canvas.outline(left + place, top, 1, 1, "accent")


def conv1d_places(layer: nn.Conv1d, x: Tensor) -> Picture:
    """Every place of the kernel in a row of its own, under the sequence that it slides over.

    Args:
        layer: with one input and one output channel.
        x: one sequence of shape `(1, length)`.
    """
    axis = Axis.of(layer, 0, x.shape[-1])
    padded = functional.pad(x, (axis.before, axis.after))[0]
    y = layer(x)[0]
    canvas = Canvas()
    canvas.title(-0.35, 0.5, "x", align="right")
    for position, value in enumerate(padded.tolist()):
        padding = axis.is_padding(position)
        input_cell(canvas, position, 0, short(value), padding, position in axis.read)
    right = axis.padded + 1.4
    canvas.title(right, 0.5, "y")
    for place, start in enumerate(axis.starts):
        top = 1.35 + 1.15 * place
        _kernel(canvas, top, axis, layer.weight[0], start)
        for hole in axis.window(start)[:-1] if axis.dilation > 1 else ():
            ends = (hole + 1, top + 0.5), (hole + axis.dilation, top + 0.5)
            stroke(canvas, *ends, EDGE["weight"])
        canvas.note(-0.35, top + 0.5, f"{place}", align="right")
        canvas.text(right - 0.7, top + 0.5, "→", align="center", size=12)
        canvas.cell(right, top, short(y[place].item()), "output")
    bottom = 1.35 + 1.15 * len(axis.starts) + 0.4
    canvas.text(0, bottom, f"{axis.arithmetic} places", size=10)
    canvas.note(0, bottom + 0.65, legend([axis]))
    unread = f"; no window reads x at {axis.unread}" if axis.unread else ""
    zeros = f"; padding {axis.before} before and {axis.after} after it"
    return canvas.picture(
        f"The kernel of {layer} has {len(axis.starts)} places over {describe('x', x)}{zeros}"
        f"{unread}; {describe('y', y)}"
    )


@dataclass(frozen=True)
class Row:
    """One row of a cone: where its cells stand over the input, and how often each is used."""

    name: str
    first: float  # the middle of its first cell
    step: int  # input steps between two neighbours
    paths: list[int]  # ways from a cell to the chosen output
    sees: int  # input steps that its middle cell depends on

    def middle(self, cell: int) -> float:
        """Where the middle of a cell stands."""
        return self.first + cell * self.step


def receptive_cone(*layers: nn.Conv1d, outputs: int = 3) -> Picture:
    """What one output has seen through a chain of convolutions without padding.

    The number in a cell counts the ways from it to the chosen output: the gradient of that output
    with every weight set to 1.

    Args:
        layers: their kernel sizes, strides and dilations are drawn.
        outputs: so many steps of the last output are drawn; the one in the middle is chosen.
    """
    rows = _cone_rows(layers, outputs)
    canvas = Canvas()
    for depth, row in enumerate(rows):
        top = 2.3 * depth
        if depth:
            layer = layers[depth - 1]
            _threads(canvas, rows[depth - 1], row, layer, top)
        for cell, paths in enumerate(row.paths):
            role = ("output" if depth else "input") if paths else "unused"
            canvas.cell(row.middle(cell) - 0.5, top, str(paths) if paths else "", role)
        canvas.text(-0.9, top + 0.5, row.name, align="right", size=10)
        if depth:
            end = rows[0].middle(len(rows[0].paths) - 1) + 0.9
            canvas.text(end, top + 0.5, f"sees {row.sees}", size=10)
    chosen = len(rows[-1].paths) // 2
    canvas.outline(rows[-1].middle(chosen) - 0.5, 2.3 * len(layers), 1, 1, "accent")
    chain = "; ".join(row.name.replace("\n", ", ") for row in rows[1:])
    return canvas.picture(
        f"One output of a chain of convolutions ({chain}) sees {rows[-1].sees} neighbouring steps "
        f"of the input. Ways from each input step to it: {', '.join(map(str, rows[0].paths))}"
    )


def _cone_rows(layers: Sequence[nn.Conv1d], outputs: int) -> list[Row]:
    """The input and what each layer makes of it, every weight set to 1."""
    length = outputs
    for layer in reversed(layers):
        length = (length - 1) * layer.stride[0] + Axis.of(layer, 0, 0).covered
    maps = [torch.ones(1, 1, length, device="cpu", requires_grad=True)]
    for layer in layers:
        ones = torch.ones(1, 1, layer.kernel_size[0], device="cpu")
        maps.append(functional.conv1d(maps[-1], ones, stride=layer.stride, dilation=layer.dilation))
    paths = torch.autograd.grad(maps[-1][0, 0, outputs // 2], maps, retain_graph=True)
    rows = []
    first, step = 0.5, 1
    for depth, (signal, ways) in enumerate(zip(maps, paths, strict=True)):
        name = "input"
        if depth:
            layer = layers[depth - 1]
            name = _name(layer)
            first += step * (Axis.of(layer, 0, 0).covered - 1) / 2
            step *= layer.stride[0]
        (gradient,) = torch.autograd.grad(
            signal[0, 0, signal.shape[-1] // 2], maps[0], retain_graph=True
        )
        seen = gradient[0, 0].nonzero()[:, 0]
        counts = [round(way) for way in ways[0, 0].tolist()]
        rows.append(Row(name, first, step, counts, int(seen[-1] - seen[0]) + 1))
    return rows


def _name(layer: nn.Conv1d) -> str:
    """A layer's window in words; what is 1 is left out."""
    words = [f"kernel {layer.kernel_size[0]}"]
    words += [f"stride {layer.stride[0]}"] * (layer.stride[0] > 1)
    words += [f"dilation {layer.dilation[0]}"] * (layer.dilation[0] > 1)
    return "\n".join(words)


def _threads(canvas: Canvas, above: Row, below: Row, layer: nn.Conv1d, top: float) -> None:
    """Lines from the cells of the cone to the cells that they read."""
    axis = Axis.of(layer, 0, len(above.paths))
    for cell, paths in enumerate(below.paths):
        if not paths:
            continue
        for read in axis.window(axis.starts[cell]):
            start, end = (above.middle(read), top - 1.3), (below.middle(cell), top)
            stroke(canvas, start, end, EDGE["accent"], 1.1)


def signals(sounds: Mapping[str, Tensor], rate: int = 8000, height: float = 1.1) -> Picture:
    """Sequences as curves, one above the other on the same seconds.

    Args:
        sounds: under its name a sequence of shape `(length,)`.
        rate: steps a second.
        height: of each, in inches.
    """
    figure = Figure(figsize=(6.6, height * len(sounds) + 0.5), layout="constrained")
    axes = figure.subplots(len(sounds), 1, sharex=True, squeeze=False)[:, 0]
    most = max(float(sound.detach().abs().max()) for sound in sounds.values())
    for axis, (name, sound), colour in zip(axes, sounds.items(), cycle(COLOURS), strict=False):
        seconds = [step / rate for step in range(len(sound))]
        axis.plot(seconds, sound.detach().tolist(), color=EDGE[colour], linewidth=0.6)
        axis.set_title(name, fontsize=11, color=INK, loc="left")
        axis.set_ylim(-1.05 * most, 1.05 * most)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(colors=INK, labelsize=10)
    axes[-1].set_xlabel("seconds", fontsize=11, color=INK)
    heard = "; ".join(_loudness(name, sound.detach(), rate) for name, sound in sounds.items())
    return picture(figure, f"Curves over time. {heard}")


def _loudness(name: str, sound: Tensor, rate: int) -> str:
    """How loud each tenth of a second is, in words."""
    starts = range(0, len(sound), rate // 10)
    tenths = [float(sound[start : start + rate // 10].abs().max()) for start in starts]
    return f"{name}, {len(sound)} steps; largest in each tenth of a second: " + ", ".join(
        map(number, tenths)
    )
