"""Pooling: where the windows stand, what they give, and which places they never reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.figures.canvas import INK, Canvas, Picture
from grader.figures.words import describe, number, short, sizes

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["pool2d", "windows"]

EMPTY = {"MaxPool1d": "−∞", "AvgPool1d": "0"}  # what each layer puts into the padding


def windows(layer: nn.Module, x: Tensor) -> Picture:
    """A pooling layer over a vector: under it each window at its place, and what it gives.

    Padding is hatched, places that no window reaches are grey. With `ceil_mode` a last window that
    PyTorch drops is shown empty.

    Args:
        layer: a MaxPool1d, an AvgPool1d or an AdaptiveAvgPool1d.
        x: a vector of shape `(L,)`.
    """
    y = layer(x[None])[0]
    places = [_places(layer, x, index) for index in range(len(y))]
    dropped = _dropped(layer, x, places)
    padding = sizes(getattr(layer, "padding", 0))[0]
    inside = range(-padding, len(x) + padding)
    end = max([*inside, *(place for window in [*places, dropped] for place in window)]) + 1
    canvas = Canvas()
    canvas.title(-padding - 0.3, 0.5, "x", align="right")
    canvas.title(end + 2.1, 0.5, "y", align="center")
    seen = {place for window in places for place in window}
    for place in inside:
        if 0 <= place < len(x):
            canvas.cell(place, 0, short(x[place].item()), "input" if place in seen else "unused")
        else:
            _padding_cell(canvas, place, 0, layer)
    for index, window in enumerate(places):
        top = 1.5 + 1.25 * index
        canvas.text(-padding - 0.3, top + 0.5, f"window {index}", align="right", size=10)
        _window(canvas, top, layer, x, window)
        canvas.text(end + 0.8, top + 0.5, "→", align="center", size=13)
        canvas.cell(end + 1.6, top, short(y[index].item()), "output")
    if dropped:
        top = 1.5 + 1.25 * len(places)
        canvas.text(-padding - 0.3, top + 0.5, "dropped", align="right", size=10)
        for place in dropped:
            canvas.cell(place, top, "", "unused")
        canvas.note(end + 0.5, top + 0.5, "no place of x in it")
    unseen = [place for place in range(len(x)) if place not in seen]
    return canvas.picture(_in_words(layer, x, y, places, unseen, dropped))


def _window(canvas: Canvas, top: float, layer: nn.Module, x: Tensor, window: list[int]) -> None:
    """One window's cells under the places they see; a maximum's winner stands out."""
    inside = [place for place in window if 0 <= place < len(x)]
    winner = max(inside, key=lambda place: x[place].item()) if _is_max(layer) else None
    padding = sizes(getattr(layer, "padding", 0))[0]
    for place in window:
        if place in inside:
            canvas.cell(place, top, short(x[place].item()), "input")
        elif place < len(x) + padding:
            _padding_cell(canvas, place, top, layer)
        else:
            canvas.outline(place, top, 1, 1, "unused", 0.8)  # ceil_mode: beyond the padding too
    if winner is not None:
        _winner(canvas, winner, top, short(x[winner].item()))


def _winner(canvas: Canvas, left: float, top: float, text: str) -> None:
    """The cell with the largest number of a window: filled and framed."""
    canvas.cell(left, top, text, "accent")
    canvas.outline(left + 0.04, top + 0.04, 0.92, 0.92, "accent", 2)


def _padding_cell(canvas: Canvas, left: float, top: float, layer: nn.Module) -> None:
    """A hatched cell with what the layer puts into the padding, on a white spot to be readable."""
    canvas.cell(left, top, "", "padding")
    canvas.axes.text(
        left + 0.5,
        top + 0.5,
        EMPTY[type(layer).__name__],
        ha="center",
        va="center",
        size=10,
        color=INK,
        bbox={"fc": "#ffffff", "ec": "none", "pad": 1.2},
    )


def _places(layer: Any, x: Tensor, index: int) -> list[int]:
    """The places of x that window `index` covers, those outside x included."""
    if not hasattr(layer, "kernel_size"):  # adaptive: ask PyTorch which places have an influence
        probe = x.detach().clone().requires_grad_()
        layer(probe[None])[0, index].backward()
        assert probe.grad is not None
        return [place for (place,) in probe.grad.nonzero().tolist()]
    dilation = sizes(getattr(layer, "dilation", 1))[0]
    start = index * sizes(layer.stride)[0] - sizes(layer.padding)[0]
    return [start + dilation * step for step in range(sizes(layer.kernel_size)[0])]


def _dropped(layer: Any, x: Tensor, places: list[list[int]]) -> list[int]:
    """The places of the window that `ceil_mode` would add and PyTorch drops; mostly none."""
    if not getattr(layer, "ceil_mode", False):
        return []
    reaches = places[-1][-1] + 1
    return _places(layer, x, len(places)) if reaches < len(x) + sizes(layer.padding)[0] else []


def _is_max(layer: nn.Module) -> bool:
    return "Max" in type(layer).__name__


def _in_words(
    layer: nn.Module,
    x: Tensor,
    y: Tensor,
    places: list[list[int]],
    unseen: list[int],
    dropped: list[int],
) -> str:
    parts = [f"{layer} on {describe('x', x)}"]
    parts += [
        f"window {index} on places {', '.join(map(str, window))} gives {number(y[index].item())}"
        for index, window in enumerate(places)
    ]
    if unseen:
        parts.append(f"no window reaches place {', '.join(map(str, unseen))}")
    if dropped:
        parts.append(f"a window on place {', '.join(map(str, dropped))} is dropped")
    return "; ".join(parts).replace("-", "−")


def pool2d(x: Tensor, **layers: nn.Module) -> Picture:
    """One map through pooling layers without padding: the windows framed, what they give beside.

    The largest number of each window of a max pooling stands out; places that no window reaches
    are grey.

    Args:
        x: a map of shape `(H, W)`.
        layers: MaxPool2d or AvgPool2d layers by the name to show.
    """
    canvas = Canvas()
    left = 0.0
    alts = [describe("x", x)]
    for name, layer in layers.items():
        y = layer(x[None])[0]
        canvas.title(left, -0.55, name)
        _map_with_windows(canvas, left, layer, x, y)
        left += x.shape[1]
        middle = x.shape[0] / 2
        canvas.text(left + 0.75, middle, "→", align="center", size=16)
        for row, values in enumerate(y.tolist()):
            for column, value in enumerate(values):
                corner = (left + 1.5 + column, middle - y.shape[0] / 2 + row)
                canvas.cell(*corner, short(value), "output")
        left += 1.5 + y.shape[1] + 1.4
        alts.append(f"{layer} gives {describe(name, y)}")
    return canvas.picture("; ".join(alts))


def _map_with_windows(canvas: Canvas, left: float, layer: Any, x: Tensor, y: Tensor) -> None:
    """The map with its top left corner at (left, 0), each window framed a little inside."""
    (rows, columns), (down, across) = sizes(layer.kernel_size), sizes(layer.stride)
    roles = [["unused"] * x.shape[1] for _ in range(x.shape[0])]
    winners = []
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            top, side = i * down, j * across
            seen = [(top + u, side + v) for u in range(rows) for v in range(columns)]
            if _is_max(layer):
                winners.append(max(seen, key=lambda place: x[place].item()))
            for row, column in seen:
                roles[row][column] = "input"
    for row, line in enumerate(roles):
        for column, role in enumerate(line):
            canvas.cell(left + column, row, short(x[row, column].item()), role)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            corner = (left + j * across + 0.07, i * down + 0.07)
            canvas.outline(*corner, columns - 0.14, rows - 0.14, "input", 2)
    for row, column in winners:
        _winner(canvas, left + column, row, short(x[row, column].item()))
