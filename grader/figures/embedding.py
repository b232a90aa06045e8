"""The look-up table: rows that are picked, trained, and shared with an output layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from grader.figures.canvas import EDGE, FAINT, INK, Canvas, Picture, charts, picture
from grader.figures.words import describe, in_words, number, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = [
    "both_ways",
    "gradient_rows",
    "look_up",
    "one_hot_product",
    "shared_bars",
    "word_vectors",
]


def look_up(layer: nn.Embedding, indices: Tensor, names: Sequence[str] = ()) -> Picture:
    """Each index with an arrow to its row of the table, and from there to its row of the output.

    Args:
        layer: with a table small enough to print.
        indices: a vector of indices.
        names: what each row of the table stands for, written beside the indices.
    """
    rows, columns = layer.weight.shape
    asked = indices.tolist()
    words = [_name(names, index) for index in asked]
    canvas = Canvas()
    table, output = 4.1, 6.9 + columns
    first = (rows - len(asked)) / 2
    middles = {"indices": 0.5, "E": table + columns / 2, "y": output + columns / 2}
    for heading, middle in middles.items():
        canvas.title(middle, min(first, 0) - 0.5, heading, align="center")
    _table(canvas, table, 0, layer.weight)
    canvas.grid(output, first, stack(layer(indices))[0], "output")
    for place, (index, word) in enumerate(zip(asked, words, strict=True)):
        middle = first + place + 0.5
        canvas.cell(0, first + place, str(index), "input")
        canvas.text(-0.25, middle, word, align="right")
        canvas.text(output + columns + 0.25, middle, word, colour=FAINT)
        canvas.arrow((1.1, middle), (table - 0.6, index + 0.5), "input")
        canvas.arrow((table + columns + 0.1, index + 0.5), (output - 0.1, middle), "output")
    shapes = f"indices {tuple(indices.shape)}   E {(rows, columns)}   y {(len(asked), columns)}"
    canvas.note(0, max(rows, first + len(asked)) + 0.7, shapes)
    picks = "; ".join(
        f"index {index} ({word}) picks row {index}" if word else f"index {index} picks its row"
        for index, word in zip(asked, words, strict=True)
    )
    described = (describe("E", layer.weight), picks, describe("y", layer(indices)))
    return canvas.picture("; ".join(described))


def one_hot_product(layer: nn.Embedding, indices: Tensor, names: Sequence[str] = ()) -> Picture:
    """The same look-up as a product: a row of zeros with a single 1, times the table."""
    rows, columns = layer.weight.shape
    one_hot = torch.nn.functional.one_hot(indices, rows).to(layer.weight.dtype)
    product = one_hot @ layer.weight
    canvas = Canvas()
    table, output = rows + 2.2, rows + columns + 4.0
    middle = len(indices) / 2
    table_top = middle - rows / 2
    canvas.title(rows / 2, -1.1, "one-hot", align="center")
    for column in range(rows):
        canvas.note(column + 0.5, -0.35, str(column), align="center")
    for down, index in enumerate(indices.tolist()):
        canvas.text(-0.25, down + 0.5, _name(names, index), align="right")
        for right, value in enumerate(one_hot[down].tolist()):
            canvas.cell(right, down, number(value), "accent" if value else "unused")
    canvas.text(rows + 0.85, middle, "×", align="center", size=14)
    canvas.title(table + columns / 2, min(-1.1, table_top - 0.5), "E", align="center")
    _table(canvas, table, table_top, layer.weight)
    canvas.text(table + columns + 0.9, middle, "=", align="center", size=14)
    canvas.title(output + columns / 2, -1.1, "y", align="center")
    canvas.grid(output, 0, stack(product)[0], "output")
    named = {"one-hot": one_hot, "E": layer.weight, "y = one-hot times E": product}
    shapes = "   ".join(f"{name} {tuple(t.shape)}" for name, t in list(named.items())[:2])
    canvas.note(0, max(2 * middle, table_top + rows) + 0.7, f"{shapes}   y {tuple(product.shape)}")
    return canvas.picture(in_words(**named))


def gradient_rows(layer: nn.Embedding, names: Sequence[str] = ()) -> Picture:
    """The table beside its gradient; rows that got none are grey, and the picture says why.

    Args:
        layer: after a `backward()`.
        names: what each row of the table stands for.
    """
    weight, gradient = layer.weight, layer.weight.grad
    if gradient is None:
        raise ValueError("The table has no gradient yet: call backward() on something it made.")
    columns = layer.embedding_dim
    canvas = Canvas()
    second = columns + 2.0
    for heading, left in (("E", 0.0), ("gradient", second)):
        canvas.title(left + columns / 2, -0.5, heading, align="center")
    _table(canvas, 0, 0, weight)
    said = []
    for row, values in enumerate(stack(gradient)[0]):
        why = _why_no_gradient(layer, row)
        canvas.text(-0.9, row + 0.5, _name(names, row), align="right")
        canvas.grid(second, row, [values], "unused" if why else "weight")
        canvas.note(second + columns + 0.4, row + 0.5, why)
        if why:
            said.append(f"row {row} {_name(names, row)}: {why}".replace(" :", ":"))
    described = (describe("E", weight), describe("its gradient", gradient), *said)
    return canvas.picture("; ".join(described))


def both_ways(layer: nn.Embedding, index: int, h: Tensor) -> Picture:
    """One table used twice: on the way in it gives a row, on the way out a score for every row.

    Args:
        layer: with a table small enough to print.
        index: the index that is looked up.
        h: a vector of shape `(embedding_dim,)`, which is compared with every row.
    """
    weight = layer.weight
    rows, columns = weight.shape
    scores = weight @ h
    vector = weight[index]
    canvas = Canvas()
    left, right, top = 2.4, columns + 6.4, 2.2
    canvas.title(0, -1.2, "the way in: pick a row")
    canvas.cell(0, top + index, str(index), "input")
    canvas.note(0.5, top + index - 0.45, "index", align="center")
    canvas.arrow((1.1, top + index + 0.5), (left - 0.6, top + index + 0.5), "input")
    _table(canvas, left, top, weight)
    canvas.outline(left, top + index, columns, 1, "accent")
    canvas.grid(left, top + rows + 1.1, stack(vector)[0], "output")
    canvas.title(left - 0.3, top + rows + 1.6, "y", align="right")
    canvas.title(right, -1.2, "the way out: score all rows")
    canvas.grid(right, 0, stack(h)[0], "input")
    canvas.title(right - 0.3, 0.5, "h", align="right")
    _table(canvas, right, top, weight)
    canvas.text(right + columns + 0.6, top + rows / 2, "=", align="center", size=14)
    canvas.column(right + columns + 1.2, top, scores, "output")
    canvas.title(right + columns + 1.7, top - 0.45, "scores", align="center")
    for table in (left, right):
        canvas.title(table + columns / 2, top - 0.45, "E", align="center")
    ways = {f"In: row {index} of E is y": vector, "Out: h": h, "scores = E h": scores}
    return canvas.picture(in_words(E=weight, **ways))


def word_vectors(
    names: Sequence[str], tables: Mapping[str, Tensor], watched: tuple[str, str]
) -> Picture:
    """The rows of a table with two columns as points of the plane, at several moments.

    Args:
        names: what each row of the table stands for.
        tables: under its name the table as it was, of shape (len(names), 2).
        watched: two of the names; a line between them, with its length below.
    """
    figure, axes = charts(len(tables), width=2.5, height=3.1)
    pair = [names.index(name) for name in watched]
    said = []
    for ax, (moment, table) in zip(axes, tables.items(), strict=True):
        reach = 1.15 * float(table.abs().max())  # each moment has a scale of its own
        length = float((table[pair[0]] - table[pair[1]]).norm())
        ax.plot(*table[pair].T.tolist(), color=EDGE["accent"], linewidth=1.6)
        for row, point in enumerate(table.tolist()):
            role = "accent" if row in pair else "weight"
            ax.plot(*point, "o", color=EDGE[role], markersize=5)
        for row, (right, height, side) in _beside(table, names, reach).items():
            ax.annotate(names[row], (right, height), fontsize=10, color=INK, va="center", ha=side)
        ax.set_xlim(-1.5 * reach, 1.7 * reach)
        ax.set_ylim(-reach, reach)
        ax.set_xticks([-int(reach), 0, int(reach)])
        ax.set_yticks([-int(reach), 0, int(reach)])
        ax.set_title(moment, fontsize=11, color=INK)
        between = f"{watched[0]} to {watched[1]}: {length:.2f}"
        ax.set_xlabel(between, fontsize=11, color=INK)
        places = "; ".join(
            f"{name} ({number(x)}, {number(y)})"
            for name, (x, y) in zip(names, table.tolist(), strict=True)
        )
        said.append(f"{moment}, {between}: {places}")
    return picture(figure, f"Words in the plane. {'. '.join(said)}")


def shared_bars(**models: nn.Module) -> Picture:
    """Each model's parts as bars of their parameters; a part that shares its weight is hatched.

    All bars have one scale. A parameter is counted in the first part that holds it, as in
    `model.parameters()`.
    """
    parts = {name: list(_parts(model)) for name, model in models.items()}
    scale = 8 / max(own + shared for rows in parts.values() for _, own, shared in rows)
    canvas = Canvas()
    top, said = 0.0, []
    for model, rows in parts.items():
        total = sum(own for _, own, _ in rows)
        canvas.title(0, top, model)
        canvas.title(3, top, f"{total:,} parameters")
        said.append(f"{model}: {total:,} parameters")
        for name, own, shared in rows:
            top += 0.8
            canvas.text(2.7, top, name, align="right", size=10)
            width = max((own + shared) * scale, 0.03)
            canvas.cell(3, top - 0.3, "", "weight" if own else "padding", width, 0.6)
            note = f"{own:,}" if not shared else f"{own:,} more: {shared:,} are shared"
            canvas.note(3.2 + width, top, note)
            said.append(f"{name} {note}")
        top += 1.5
    return canvas.picture("; ".join(said))


def _beside(
    table: Tensor, names: Sequence[str], reach: float
) -> dict[int, tuple[float, float, str]]:
    """Where each name stands and which of its ends: the place by its point that covers least."""
    points, high, letter, away = table.tolist(), reach / 8, reach / 9, reach / 10
    taken: list[tuple[float, float, float, float]] = [
        (x - away / 2, y - away / 2, x + away / 2, y + away / 2) for x, y in points
    ]
    places: dict[int, tuple[float, float, str]] = {}
    for row in table[:, 0].argsort(descending=True).tolist():
        x, y = points[row]
        wide = letter * len(names[row])
        found: list[tuple[float, int, tuple[float, float, float, float], str]] = []
        for up in (0.0, high, -high, 2 * high, -2 * high):
            for side, start in (("left", x + away), ("right", x - away - wide)):
                box = (start, y + up - high / 2, start + wide, y + up + high / 2)
                cost = sum(_shared(box, other) for other in taken) / (wide * high)
                outside = 9.0 * (start < -1.5 * reach or start + wide > 1.7 * reach)
                found.append((cost + outside + abs(up) / reach / 9, len(found), box, side))
        _, _, box, side = min(found)
        taken.append(box)
        places[row] = (box[0] if side == "left" else box[2], (box[1] + box[3]) / 2, side)
    return places


def _shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The area that two boxes (left, low, right, high) have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def _parts(model: nn.Module) -> Iterator[tuple[str, int, int]]:
    """Each child's name, its parameters that no child before it has, and those it shares."""
    seen: set[int] = set()
    for name, child in model.named_children():
        own = sum(p.numel() for p in child.parameters() if id(p) not in seen)
        shared = sum(p.numel() for p in child.parameters() if id(p) in seen)
        seen.update(id(p) for p in child.parameters())
        yield name, own, shared


def _table(canvas: Canvas, left: float, top: float, weight: Tensor) -> None:
    """The table with the number of each row beside it."""
    canvas.grid(left, top, stack(weight)[0], "weight")
    for row in range(len(weight)):
        canvas.note(left - 0.3, top + row + 0.5, str(row), align="center")


def _name(names: Sequence[str], index: int) -> str:
    return names[index] if names else ""


def _why_no_gradient(layer: nn.Embedding, row: int) -> str:
    """Why all of the row's gradient is 0; nothing if it is not."""
    gradient = layer.weight.grad
    if gradient is None or gradient[row].any():
        return ""
    return "padding_idx: always 0" if row == layer.padding_idx else "not looked up"
