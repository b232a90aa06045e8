"""Normalization layers: what is computed, learned and kept, and which numbers share one mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

import torch

from grader.figures.canvas import EDGE, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import describe, in_words, number, short, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["batchnorm", "layer_state", "norm_losses", "running_means", "shared_means"]

SIDE = 0.7  # of a cell in `shared_means`, or more if its numbers are long
BLOCK_GAP, ROW_GAP, PANEL_GAP = 0.38, 1.1, 0.9
WIDE = 1.15  # a cell in `layer_state`, for numbers such as 0.0447
MARKERS = ("s", "^", "D", "v")
LEARNED = {"weight": "weight", "bias": "bias"}  # a parameter's role; what is only kept is grey


def batchnorm(layer: nn.BatchNorm1d, x: Tensor) -> Picture:
    """A batch of vectors through BatchNorm: statistics under x, learned numbers under x_hat.

    In training the statistics are the batch's own, in eval the layer's buffers. The layer is left
    as it was: a copy does the work.

    Args:
        layer: with its weight and bias, in the mode that is to be shown.
        x: of shape `(N, C)`, small enough to print.
    """
    samples, channels = x.shape
    named = _steps(layer, x)
    statistics = list(named)[1:3]
    middle, right = channels + 4.2, 2 * channels + 7.0
    canvas = Canvas()
    for left, name, role in ((0, "x", "input"), (middle, "x̂", "input"), (right, "y", "output")):
        canvas.title(left + channels / 2, -1.1, name, align="center")
        for channel in range(channels):
            canvas.note(left + channel + 0.5, -0.4, f"[{channel}]", align="center")
        canvas.grid(left, 0, stack(named[name])[0], role)
    for left, names in ((0, statistics), (middle, ["weight", "bias"])):
        for row, name in enumerate(names):
            top = samples + 0.9 + row
            canvas.text(left - 0.25, top + 0.5, name, align="right", size=10)
            canvas.grid(left, top, stack(named[name])[0], LEARNED.get(name, "unused"))
    for start, end, steps in (
        (channels + 0.6, middle - 0.6, ("−  mean", "÷  √variance")),
        (middle + channels + 0.5, right - 0.5, ("×  weight", "+  bias")),
    ):
        for line, step in enumerate(steps):
            height = samples / 2 - 0.5 + 0.6 * line
            canvas.text((start + end) / 2, height, step, align="center", size=10)
        canvas.arrow((start, samples / 2 + 0.6), (end, samples / 2 + 0.6), "unused")
    return canvas.picture(in_words(**named))


def _steps(layer: nn.BatchNorm1d, x: Tensor) -> dict[str, Tensor]:
    """Every tensor on the way from x to y, by the name that the picture gives it."""
    copy, plain = deepcopy(layer), deepcopy(layer)
    with torch.no_grad():
        plain.weight.fill_(1)
        plain.bias.fill_(0)
        if layer.training:
            statistics = {"mean": x.mean(0), "variance": x.var(0, unbiased=False)}
        else:
            names = ("running_mean", "running_var")
            statistics = {name: layer.get_buffer(name) for name in names}
        learned = {"weight": layer.weight, "bias": layer.bias}
        return {"x": x, **statistics, "x̂": plain(x), **learned, "y": copy(x)}


def layer_state(layer: nn.Module) -> Picture:
    """All that a layer remembers: each parameter and each buffer as a row of cells.

    Parameters are orange and purple, buffers grey; the words beside say which is which.
    """
    learned, kept = dict(layer.named_parameters()), dict(layer.named_buffers())
    widest = max(tensor.numel() for tensor in (*learned.values(), *kept.values()))
    canvas = Canvas()
    for row, (name, tensor) in enumerate({**learned, **kept}.items()):
        top = row * 1.25
        canvas.text(-0.3, top + 0.5, name, align="right")
        role = LEARNED[name] if name in learned else "unused"
        for column, value in enumerate(tensor.flatten().tolist()):
            canvas.cell(WIDE * column, top, number(value), role, WIDE)
        kind = "parameter" if name in learned else "buffer"
        noun = "number" if tensor.numel() == 1 else "numbers"
        note = f"{kind} of shape {tuple(tensor.shape)}:\n{tensor.numel()} {noun}"
        canvas.note(WIDE * widest + 0.4, top + 0.5, note)
    counts = [sum(t.numel() for t in tensors.values()) for tensors in (learned, kept)]
    total = f"{counts[0]} in parameters, {counts[1]} in buffers"
    canvas.title(0, 1.25 * len({**learned, **kept}) + 0.35, total, size=10)
    described = (
        f"{'parameter' if name in learned else 'buffer'} {describe(name, tensor)}"
        for name, tensor in {**learned, **kept}.items()
    )
    return canvas.picture(f"{'; '.join(described)}. {total}")


def running_means(batches: Tensor, momenta: Sequence[float] = (0.1, 0.5)) -> Picture:
    """The running mean of one channel while batches go by, for one layer with each momentum.

    Args:
        batches: of shape `(steps, N)`, one batch of N numbers for each step.
        momenta: as PyTorch means it. Numbers stand beside the first one's points.
    """
    figure, (axes,) = charts(1, width=7.2, height=3.2)
    steps = range(1, len(batches) + 1)
    means = batches.mean(1).tolist()
    axes.plot(steps, means, "o", mfc="none", color=EDGE["input"], label="mean of the batch")
    curves = {momentum: _running_mean(batches, momentum) for momentum in momenta}
    styles = zip(curves.items(), ("accent", "output", "bias", "weight"), MARKERS, strict=False)
    for (momentum, curve), role, marker in styles:
        label = f"running_mean, momentum={momentum}"
        axes.plot([0, *steps], curve, marker + "-", ms=4, color=EDGE[role], label=label)
    for step, value in enumerate(curves[momenta[0]]):
        offset = (step, value - 0.07 * max(means))
        axes.annotate(number(value), offset, ha="center", va="top", size=10, color=INK)
    axes.set_xticks([0, *steps])
    axes.set_xlabel("training batches seen", size=10, color=INK)
    axes.set_ylim(min(0.0, *means) - 0.22 * max(means), 1.12 * max(means))
    axes.legend(fontsize=10, frameon=False, loc="lower right")
    rows = [("batch means", means)]
    rows += [
        (f"running mean with momentum {momentum}", curve) for momentum, curve in curves.items()
    ]
    return picture(figure, "; ".join(f"{name}: {_listed(values)}" for name, values in rows))


def _running_mean(batches: Tensor, momentum: float) -> list[float]:
    """`running_mean` of a fresh BatchNorm1d before the first batch and after each."""
    layer = torch.nn.BatchNorm1d(1, momentum=momentum)
    values = [layer.get_buffer("running_mean").item()]
    for batch in batches:
        layer(batch[:, None])
        values.append(layer.get_buffer("running_mean").item())
    return values


def norm_losses(losses: Mapping[str, Sequence[float]]) -> Picture:
    """How the loss of several networks falls; on powers of ten where it goes through one or more.

    Args:
        losses: under its name the loss of a network at each step, the first at step 0.
    """
    figure, (axes,) = charts(1, width=6.6, height=3.0)
    styles = zip(losses.items(), ("input", "accent", "output", "bias"), MARKERS, strict=False)
    for (name, curve), role, marker in styles:
        every = max(1, len(curve) // 8)
        axes.plot(
            range(len(curve)),
            curve,
            marker + "-",
            ms=5,
            markevery=every,
            color=EDGE[role],
            label=name,
        )
        axes.annotate(
            number(curve[-1]),
            (len(curve) - 1, curve[-1]),
            (6, 0),
            textcoords="offset points",
            va="center",
            size=10,
            color=INK,
        )
    every_loss = [loss for curve in losses.values() for loss in curve]
    if max(every_loss) > 10 * min(every_loss):  # within one power of ten its marks say nothing
        axes.set_yscale("log")
    axes.set_xlabel("step", size=10, color=INK)
    axes.set_ylabel("loss", size=10, color=INK)
    axes.legend(fontsize=10, frameon=False, loc="upper right")
    said = (f"{name}: from {number(c[0])} to {number(c[-1])}" for name, c in losses.items())
    return picture(
        figure, f"Loss at steps 0 to {max(map(len, losses.values())) - 1}. {'; '.join(said)}"
    )


def shared_means(x: Tensor, chosen: tuple[int, ...] = (0, 0, 0, 0), **layers: nn.Module) -> Picture:
    """Which numbers of x share one mean in each layer: a frame around each group, one marked.

    The groups are measured, not known: two numbers belong together when the one moves the
    output of the other.

    Args:
        x: of shape `(N, C, L)` or `(N, C, H, W)`, small enough to print.
        chosen: the place of a number whose group is marked; what is left out is 0.
        **layers: in the mode that is to be shown; two stand beside each other.
    """
    blocks = x if x.dim() == 4 else x.unsqueeze(2)
    samples, channels, rows, columns = blocks.shape
    side = max(SIDE, *(width_of(short(value), 10) + 0.1 for value in x.flatten().tolist()))
    wide = channels * columns * side + (channels - 1) * BLOCK_GAP
    high = samples * rows * side + (samples - 1) * ROW_GAP
    marked = (*chosen, 0, 0, 0, 0)[:4] if x.dim() == 4 else (*chosen[:2], 0, *chosen[2:3], 0)[:4]
    canvas = Canvas()
    words = []
    for place, (name, layer) in enumerate(layers.items()):
        groups = _groups(layer, x).reshape(blocks.shape)
        left = place % 2 * (wide + PANEL_GAP)
        top = place // 2 * (high + 4.1)
        words.append(_panel(canvas, left, top, name, blocks, groups, side, marked))
        for channel in range(channels):
            middle = left + channel * (columns * side + BLOCK_GAP) + columns * side / 2
            canvas.note(middle, top + high + 0.6, f"channel {channel}", align="center")
        for sample in range(samples if place % 2 == 0 else 0):
            middle = top + sample * (rows * side + ROW_GAP) + rows * side / 2
            canvas.note(left - 0.35, middle, f"sample {sample}", align="right")
    return canvas.picture(f"{describe('x', x)}. {' '.join(words)}")


def _panel(
    canvas: Canvas,
    left: float,
    top: float,
    name: str,
    blocks: Tensor,
    groups: Tensor,
    side: float,
    chosen: tuple[int, ...],
) -> str:
    """One layer's numbers, framed group by group; returns the same in words."""
    first, labels = int(groups[chosen]), sorted(set(groups.flatten().tolist()))
    for index in _indices(blocks):
        x, y = _corner(index, blocks, side)
        role = "accent" if groups[index] == first else "input"
        canvas.cell(left + x, top + y, short(blocks[index].item()), role, side, side)
    means = []
    for label in labels:
        members = [index for index in _indices(blocks) if groups[index] == label]
        corners = [_corner(index, blocks, side) for index in members]
        x, y = (min(values) - 0.1 for values in zip(*corners, strict=True))
        width, height = (max(v) - min(v) + side + 0.2 for v in zip(*corners, strict=True))
        role = "accent" if label == first else "input"
        canvas.outline(left + x, top + y, width, height, role)
        means.append(number(blocks[groups == label].mean().item()))
        above = left + x + width / 2, top + y - 0.32
        weight = "bold" if label == first else "normal"
        canvas.text(*above, f"mean {means[-1]}", align="center", size=10, weight=weight)
    size = int((groups == first).sum())
    count = f"{len(labels)} means, each of {size} numbers"
    canvas.title(left, top - 1.75, name)
    canvas.note(left, top - 1.15, count)
    marked = _listed(blocks[groups == first].tolist())
    return f"{name}: {count}: {', '.join(means)}; marked is the mean of {marked}."


def _groups(layer: nn.Module, x: Tensor) -> Tensor:
    """For each number of x the first number with which it shares its statistics.

    Random numbers stand in for x: among its own, an influence could be zero by chance.
    """
    stand_in = torch.rand(x.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    stand_in.requires_grad_()
    outputs = deepcopy(layer).double()(stand_in).flatten()
    moves = [torch.autograd.grad(y, stand_in, retain_graph=True)[0].flatten() for y in outputs]
    return (torch.stack(moves).abs() > 1e-9).int().argmax(dim=1)


def _indices(blocks: Tensor) -> Iterator[tuple[int, ...]]:
    return ((n, c, h, w) for n, c, h, w in torch.ones_like(blocks).nonzero().tolist())


def _corner(index: tuple[int, ...], blocks: Tensor, side: float) -> tuple[float, float]:
    """The top left corner of a number's cell: samples downwards, channels to the right."""
    sample, channel, row, column = index
    rows, columns = blocks.shape[2:]
    x = channel * (columns * side + BLOCK_GAP) + column * side
    return x, sample * (rows * side + ROW_GAP) + row * side


def _listed(values: Sequence[float]) -> str:
    return ", ".join(number(value) for value in values)
