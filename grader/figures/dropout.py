"""Dropout: one draw, many draws, the survivors' factor, whole channels, and what is learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture
from grader.figures.words import describe, in_words, number

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["borders", "dropout", "dropout_draws", "dropout_factors", "dropped"]

WIDE = 1.15  # a cell for texts such as × 1.25
CHANNEL_GAP, SAMPLE_GAP, PANEL_GAP = 0.4, 0.5, 1.6


def dropout(layer: nn.Module, x: Tensor, seed: int = 0) -> Picture:
    """A vector, the factor that each number meets, and the product.

    What is dropped is hatched. The factors are measured: they are the layer's answer to ones.
    """
    factors, y = _drawn(layer, torch.ones_like(x), seed), _drawn(layer, x, seed)
    named = {"x": x, "factor": factors, "y": y}
    roles = {"x": "input", "factor": "unused", "y": "output"}
    mode = "training" if layer.training else "eval"
    canvas = Canvas()
    for row, (name, tensor) in enumerate(named.items()):
        top = 1.55 * row
        canvas.title(-0.35, top + 0.5, name, align="right")
        for column, value in enumerate(tensor.tolist()):
            text = f"× {number(value)}" if name == "factor" else number(value)
            gone = name != "x" and factors[column].item() == 0
            _cell(canvas, WIDE * column, top, text, roles[name], gone, WIDE)
    note = f"p = {number(getattr(layer, 'p', 0))}, {mode} mode"
    canvas.note(0, 4.65, note)
    return canvas.picture(f"{note}. {in_words(**named)}")


def dropout_draws(layer: nn.Module, x: Tensor, draws: int = 4, average: int = 1000) -> Picture:
    """One vector through the layer again and again, each time with its sum; then the average."""
    first = [_drawn(layer, x, seed) for seed in range(draws)]
    mean = _drawn(layer, x.expand(average, -1), seed=draws).mean(0)
    rows = [("x", x, "input"), *((f"draw {k}", y, "output") for k, y in enumerate(first, 1))]
    rows += [(f"average of {average:,}", mean, "output")]
    canvas = Canvas()
    for row, (name, tensor, role) in enumerate(rows):
        top = row * 1.15 + 0.45 * (row > 0) + 0.45 * (row > draws)
        weight = "bold" if row in (0, draws + 1) else "normal"
        canvas.text(-0.35, top + 0.5, name, align="right", weight=weight, size=10)
        for column, value in enumerate(tensor.tolist()):
            _cell(canvas, WIDE * column, top, number(value), role, value == 0, WIDE)
        total = f"sum {number(tensor.sum().item())}"
        canvas.text(WIDE * len(x) + 0.4, top + 0.5, total, size=10, weight=weight)
    sums = (f"{describe(name, t)}, sum {number(t.sum().item())}" for name, t, _ in rows)
    return canvas.picture(f"{layer}. {'; '.join(sums)}")


def dropout_factors(ps: Sequence[float]) -> Picture:
    """What becomes of a surviving 1.0, as one bar for each p: measured on nn.Dropout."""
    ones = torch.ones(1000)
    factors = [_drawn(torch.nn.Dropout(p), ones, seed=0).max().item() for p in ps]
    figure, (axes,) = charts(1, width=6.4, height=2.6)
    places = range(len(ps))
    bars = axes.bar(places, factors, color=FILL["output"], edgecolor=EDGE["output"], width=0.65)
    labels = [f"× {number(factor)}" for factor in factors]
    axes.bar_label(bars, labels, size=11, color=INK, padding=2)
    axes.axhline(1, color=EDGE["unused"], linewidth=0.9, linestyle="--")
    axes.set_xticks(list(places), [f"p = {number(p)}" for p in ps])
    axes.set_ylim(0, 1.12 * max(factors))
    axes.set_ylabel("a surviving 1.0 becomes", size=11, color=INK)
    pairs = (f"p {number(p)}: {number(f)}" for p, f in zip(ps, factors, strict=True))
    return picture(figure, f"What a surviving 1.0 becomes. {'; '.join(pairs)}")


def dropped(x: Tensor, seed: int = 0, **layers: nn.Module) -> Picture:
    """Each layer's output side by side, samples below each other, dropped places hatched.

    Args:
        x: of shape `(N, C, H, W)`, small enough to print.
        seed: of the draw, the same for each layer.
        layers: dropout layers by the name that is to stand over them.
    """
    samples, channels, rows, columns = x.shape
    canvas = Canvas()
    words = []
    left = 0.0
    for name, layer in layers.items():
        y = _drawn(layer, x, seed)
        draw = _drawn(layer, torch.ones_like(x), seed)
        for n, c, h, w in torch.ones_like(x).nonzero().tolist():
            across, down = left + c * (columns + CHANNEL_GAP) + w, n * (rows + SAMPLE_GAP) + h
            gone = draw[n, c, h, w] == 0
            _cell(canvas, across, down, number(y[n, c, h, w].item()), "output", bool(gone))
        canvas.title(left, -1.2, name)
        zeros = int((draw == 0).sum())
        canvas.note(left, -0.6, f"{zeros} of {x.numel()} dropped")
        bottom = samples * (rows + SAMPLE_GAP)
        for channel in range(channels):
            middle = left + channel * (columns + CHANNEL_GAP) + columns / 2
            canvas.note(middle, bottom, f"channel {channel}", align="center")
        for sample in range(samples if left == 0 else 0):
            middle = sample * (rows + SAMPLE_GAP) + rows / 2
            canvas.note(-0.3, middle, f"sample {sample}", align="right")
        words.append(f"{zeros} of {x.numel()} dropped; {describe(name, y)}")
        left += channels * (columns + CHANNEL_GAP) - CHANNEL_GAP + PANEL_GAP
    return canvas.picture(". ".join(words))


def borders(points: Tensor, labels: Tensor, *, radius: float = 0, **nets: nn.Module) -> Picture:
    """Where networks that answer with one logit say yes, behind the points they learned from.

    Args:
        points: of shape `(N, 2)`.
        labels: of shape `(N, 1)`: 1 for yes, 0 for no.
        radius: of a dashed circle, the border that is to be found.
        nets: networks by the name that is to stand over them; in the mode in which they are.
    """
    reach = float(points.abs().max()) + 0.2
    line = torch.linspace(-reach, reach, 121)
    across, down = torch.meshgrid(line, line, indexing="xy")
    places = torch.stack([across.flatten(), down.flatten()], dim=1)
    yes = labels.flatten() > 0.5
    figure, axes = charts(len(nets), width=3.3, height=3.4)
    words = []
    for axis, (name, net) in zip(axes, nets.items(), strict=True):
        with torch.no_grad():
            said, on_points = net(places) > 0, (net(points) > 0).flatten()
        shades = [FILL["input"], FILL["accent"]]
        axis.contourf(line, line, said.reshape(across.shape).float(), [-1, 0.5, 2], colors=shades)
        for chosen, role, mark in ((yes, "accent", "o"), (~yes, "input", "s")):
            x, y = points[chosen].T.tolist()
            axis.plot(x, y, mark, color=EDGE[role], markersize=5, markeredgecolor="#ffffff")
        if radius:
            turn = torch.linspace(0, 2 * torch.pi, 100)
            axis.plot(radius * turn.cos(), radius * turn.sin(), "--", color=INK, linewidth=1.2)
        wrong = int((on_points != yes).sum())
        title = name.replace("_", " ")
        axis.set_title(f"{title}\n{wrong} of {len(yes)} points on the wrong side", fontsize=11)
        axis.set_axis_off()
        axis.set_aspect("equal")
        share = float(said.float().mean())
        words.append(f"{title}: {wrong} wrong, yes in {share:.0%} of the square")
    return picture(figure, f"{len(yes)} points, {int(yes.sum())} of them yes. {'; '.join(words)}")


def _drawn(layer: nn.Module, x: Tensor, seed: int) -> Tensor:
    """The layer's output for the draw of this seed; the reader's own draws stay as they were."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(seed)
        y: Tensor = layer(x)
        return y


def _cell(
    canvas: Canvas, x: float, y: float, text: str, role: str, gone: bool, width: float = 1
) -> None:
    """A cell; what was dropped is hatched, with a clear ground under its number."""
    canvas.cell(x, y, "" if gone else text, "padding" if gone else role, width)
    if gone:
        ground = {"boxstyle": "round,pad=0.15", "fc": "#ffffff", "ec": "none"}
        place = x + width / 2, y + 0.5
        canvas.axes.text(*place, text, ha="center", va="center", size=10, color=INK, bbox=ground)
