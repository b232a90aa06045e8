"""Networks written as plain data: what each layer spends, and how far it sees.

Students try unfinished designs here, so a design that cannot be built becomes a picture of the
sentence that says why.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grader.figures.canvas import EDGE, FAINT, INK, Canvas, Picture, width_of
from grader.figures.words import sizes

if TYPE_CHECKING:
    from grader.course.network import Network

__all__ = ["budget", "fields"]

ROW = 0.68  # from one layer to the next
BAR = 1.2  # the longest bar
AIR = 0.5  # between two columns
MINIATURE = 2.6  # the side of a small image
PER_LINE = 5


def budget(
    input_shape: Sequence[int],
    description: Any,
    parameters: int | None = None,
    mult_adds: int | None = None,
    field: int | None = None,
) -> Picture:
    """What each layer of a network spends, and the sums against a budget.

    Args:
        input_shape: `(N, C, H, W)`.
        description: a list of `(kind, arguments)`, as in lesson 15.
        parameters: the sum must stay under it.
        mult_adds: the sum must stay under it.
        field: height and width that one place sees must reach it.
    """
    network = _try(input_shape, description)
    if isinstance(network, str):
        return _sentence(network)
    counts, costs = [part.parameters for part in _parts(network)], _costs(network)
    sights = _sights(network)
    labels = [_label(entry) for entry in description]
    at_output = 0.65 + max(map(width_of, labels)) + AIR
    shapes = [_shape(shape) for shape in network.shapes[1:]]
    at_parameters = at_output + max(width_of(shape) for shape in ["output", *shapes]) + AIR
    at_work = at_parameters + _width(counts, "parameters", parameters) + AIR
    at_sight = at_work + _width(costs, "mult-adds", mult_adds) + AIR
    canvas = Canvas()
    titles = ("layer", "output", "parameters", "mult-adds", "one place sees")
    for x, title in zip((0, at_output, at_parameters, at_work, at_sight), titles, strict=True):
        canvas.title(x, -0.8, title)
    for place, (label, shape) in enumerate(zip(labels, shapes, strict=True)):
        y = place * ROW
        canvas.text(0.4, y, str(place + 1), align="right", colour=FAINT)
        canvas.text(0.65, y, label)
        canvas.text(at_output, y, shape, colour=FAINT)
        _bar(canvas, at_parameters, y, counts[place], max(counts), "weight")
        _bar(canvas, at_work, y, costs[place], max(costs), "accent")
        canvas.text(at_sight, y, sights[place])
    y = len(counts) * ROW + 0.35
    canvas.title(0, y, "all layers")
    _sum(canvas, at_parameters, y, sum(counts), parameters, "weight")
    _sum(canvas, at_work, y, sum(costs), mult_adds, "accent")
    _goal(canvas, at_sight, y, network.receptive_field, field)
    return canvas.picture(_in_words(network, description, counts, costs))


def fields(input_shape: Sequence[int], description: Any) -> Picture:
    """One small image for each layer with a window: the area that one place of its output sees."""
    network = _try(input_shape, description)
    if isinstance(network, str):
        return _sentence(network)
    height, width = network.shapes[0][2:]
    scale = MINIATURE / max(height, width)
    canvas, shown, sentences = Canvas(), 0, []
    previous = ""
    for place, sight in enumerate(_sights(network)):
        if sight == previous or not sight:
            continue
        previous = sight
        left = shown % PER_LINE * (MINIATURE + 1.1)
        top = shown // PER_LINE * (MINIATURE + 2.1)
        rows, columns = (int(size) for size in sight.split(" × "))
        canvas.cell(left, top, "", "unused", width * scale, height * scale)
        inner = min(rows, height), min(columns, width)
        canvas.cell(
            left + (width - inner[1]) / 2 * scale,
            top + (height - inner[0]) / 2 * scale,
            "",
            "input",
            inner[1] * scale,
            inner[0] * scale,
        )
        kind = description[place][0]
        canvas.text(left, top + height * scale + 0.4, f"{place + 1}  {kind}")
        canvas.text(left, top + height * scale + 0.95, sight, colour=FAINT)
        sentences.append(f"after layer {place + 1}, {kind}, {sight}")
        shown += 1
    return canvas.picture(f"One place sees, of {height} × {width}: {'; '.join(sentences)}")


def _try(input_shape: Sequence[int], description: Any) -> Network | str:
    """The network, or the sentence that says what is wrong with it."""
    from grader.course.network import NetworkError, build

    if description is ... or description is None or not description:
        return "Nothing to draw yet. Write a list of layers in the place of the dots."
    try:
        return build(tuple(input_shape), description)
    except NetworkError as error:
        return str(error)


def _sentence(sentence: str) -> Picture:
    canvas = Canvas()
    for line, text in enumerate(textwrap.wrap(sentence, 84)):
        canvas.text(0, line * 0.7, text, colour=EDGE["accent"])
    return canvas.picture(sentence)


def _parts(network: Network) -> list[Network]:
    """Each layer as a network of its own."""
    from grader.course.network import Network

    return [
        Network((layer,), network.shapes[place : place + 2])
        for place, layer in enumerate(network.layers)
    ]


def _costs(network: Network) -> list[int]:
    return [part.mult_adds for part in _parts(network)]


def _sights(network: Network) -> list[str]:
    """What one place sees behind each layer; empty once the maps are given up."""
    from grader.course.network import END_OF_MAPS, Network

    found: list[str] = []
    for place, layer in enumerate(network.layers):
        if isinstance(layer, END_OF_MAPS):
            break
        first = Network(network.layers[: place + 1], network.shapes[: place + 2])
        found.append(" × ".join(map(str, first.receptive_field)))
    return found + [""] * (len(network.layers) - len(found))


def _label(entry: Any) -> str:
    """A layer in a few words: its channels or features, and its window."""
    kind, arguments = entry
    words = [kind]
    for name in ("out_channels", "out_features"):
        if name in arguments:
            words.append(f"to {arguments[name]}")
    for name, before in (("kernel_size", ""), ("output_size", "to ")):
        if name in arguments:
            words.append(before + "×".join(map(str, sizes(arguments[name]))))
    for name in ("stride", "dilation", "groups"):
        if arguments.get(name, 1) != 1:
            words.append(f"{name} {arguments[name]}")
    return " ".join(words[:2]) + "".join(f", {word}" for word in words[2:])


def _shape(shape: Sequence[int]) -> str:
    """The shape of one image's maps or features."""
    return " × ".join(f"{size:,}" for size in shape[1:])


def _width(values: Sequence[int], title: str, limit: int | None) -> float:
    """The room for a column of bars, its title, its sum and the verdict below."""
    bars = (BAR * value / (max(values) or 1) + 0.15 + width_of(f"{value:,}") for value in values)
    bold = (width_of(text, weight="bold") for text in (title, f"{sum(values):,}"))
    verdict = 0.0 if limit is None else width_of(f"✗ not under {limit:,}", 10, "bold")
    return max(*bars, *bold, verdict)


def _bar(canvas: Canvas, x: float, y: float, value: int, longest: int, role: str) -> None:
    """A bar with its number; only the number if there is nothing to draw."""
    length = BAR * value / longest if longest else 0
    if length > 0.02:
        canvas.cell(x, y - 0.24, "", role, length, 0.48)
    colour = INK if value else FAINT
    canvas.text(x + length + 0.15, y, f"{value:,}", colour=colour)


def _sum(canvas: Canvas, x: float, y: float, value: int, limit: int | None, role: str) -> None:
    """The sum of a column, and below it how it stands to the budget."""
    canvas.title(x, y, f"{value:,}")
    if limit is None:
        return
    scale = BAR / max(value, limit)
    canvas.cell(x, y + 0.5, "", role, value * scale, 0.5)
    canvas.outline(x, y + 0.42, limit * scale, 0.66, "output", 2)
    _verdict(canvas, x, y + 1.45, f"under {limit:,}", value < limit)


def _goal(canvas: Canvas, x: float, y: float, field: Sequence[int], goal: int | None) -> None:
    canvas.title(x, y, " × ".join(map(str, field)))
    if goal is not None:
        _verdict(canvas, x, y + 1.45, f"at least {goal} × {goal}", min(field) >= goal)


def _verdict(canvas: Canvas, x: float, y: float, wanted: str, holds: bool) -> None:
    sign, role = ("✓", "output") if holds else ("✗ not", "accent")
    canvas.text(x, y, f"{sign} {wanted}", size=10, colour=EDGE[role], weight="bold")


def _in_words(
    network: Network, description: Any, counts: Sequence[int], costs: Sequence[int]
) -> str:
    layers = (
        f"{_label(entry)} gives {shape}, {count:,} parameters, {cost:,} mult-adds"
        for entry, shape, count, cost in zip(
            description, network.shapes[1:], counts, costs, strict=True
        )
    )
    field = " × ".join(map(str, network.receptive_field))
    return (
        f"{'; '.join(layers)}; together {sum(counts):,} parameters, {sum(costs):,} mult-adds; "
        f"one place sees {field}"
    )
