"""A network's ledger: what each layer puts out and what it holds, as bars with their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from grader.figures.canvas import FAINT, INK, Canvas, Picture, width_of

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["accounts", "ledger", "shares"]

ROW = 0.78  # its height, in cells
LONGEST = 3.0  # bar, in cells
SHARED = 9.0  # the bar of `shares`, in cells
Row = tuple[str, tuple[int, ...], int, int]  # name, output shape, activations, parameters


def ledger(network: nn.Sequential, x: Tensor) -> Picture:
    """A row for each part of the network: its output's shape, activations, and parameters.

    The activations of a part are the output elements of all layers in it, as in lesson 15. A
    shared parameter counts where it stands first. It works on the meta device as well.
    """
    rows = entries(network, x)
    outputs, parameters = sum(row[2] for row in rows), sum(row[3] for row in rows)
    most = max(row[2] for row in rows)
    canvas = Canvas()
    texts = [row[0] for row in rows]
    name_width = max(*map(width_of, texts), width_of("all together", weight="bold")) + 0.5
    shapes = [width_of(str(row[1])) for row in rows]
    first = name_width + max(*shapes, width_of("output shape", weight="bold")) + 0.5
    second = first + max(
        *(LONGEST * row[2] / most + 0.6 + width_of(f"{row[2]:,}") for row in rows),
        width_of("activations", weight="bold") + 0.5,
        width_of(f"{outputs:,}", weight="bold") + 0.5,
    )
    for left, title in (
        (name_width, "output shape"),
        (first, "activations"),
        (second, "parameters"),
    ):
        canvas.title(left, -0.5, title)
    for index, (name, shape, elements, held) in enumerate(rows):
        y = index * ROW
        canvas.text(0, y + ROW / 2, name)
        canvas.text(name_width, y + ROW / 2, str(shape), colour=FAINT)
        bar(canvas, first, y, elements, most, "output")
        bar(canvas, second, y, held, max(row[3] for row in rows), "weight")
    y = len(rows) * ROW + 0.35
    canvas.title(0, y + 0.2, "all together")
    canvas.title(first, y + 0.2, f"{outputs:,}")
    canvas.title(second, y + 0.2, f"{parameters:,}")
    lines = [f"{n} {shape}: {e:,} activations, {p:,} parameters" for n, shape, e, p in rows]
    return canvas.picture(
        "; ".join([*lines, f"all together: {outputs:,} activations, {parameters:,} parameters"])
    )


def entries(network: nn.Sequential, x: Tensor) -> list[Row]:
    """The rows of the ledger."""
    seen: set[int] = set()
    rows: list[Row] = []
    for name, part in network.named_children():
        x, elements = through_all(part, x)
        fresh = [p for p in part.parameters() if id(p) not in seen]
        seen.update(id(p) for p in fresh)
        title = type(part).__name__ if name.isdigit() else name
        rows.append((title, tuple(x.shape), elements, sum(p.numel() for p in fresh)))
    return rows


def through_all(part: nn.Module, x: Tensor) -> tuple[Tensor, int]:
    """The part's output, and the output elements of all layers that it consists of."""

    found: list[int] = []

    def note(_: nn.Module, __: object, output: Any) -> None:
        found.append((output[0] if isinstance(output, tuple) else output).numel())

    handles = [layer.register_forward_hook(note) for layer in layers_of(part)]
    try:
        y = part(x)
    finally:
        for handle in handles:
            handle.remove()
    return y, sum(found)


def layers_of(part: nn.Module) -> Iterator[nn.Module]:
    """The layers without layers of their own, but attention as one. What hands its input on,
    an Identity or a Dropout of 0, is none."""
    from torch import nn

    if isinstance(part, nn.MultiheadAttention) or not list(part.children()):
        hands_on = isinstance(part, nn.Identity) or (isinstance(part, nn.Dropout) and part.p == 0)
        if not hands_on:
            yield part
        return
    for child in part.children():
        yield from layers_of(child)


def bar(canvas: Canvas, left: float, y: float, size: int, largest: int, role: str) -> None:
    """A bar on the scale of its column, its number behind it."""
    width = LONGEST * size / max(largest, 1)
    if size:
        canvas.cell(left, y + 0.1, "", role, max(width, 0.03), ROW - 0.2)
    colour = INK if size else FAINT
    canvas.text(left + width + 0.15, y + ROW / 2, f"{size:,}", colour=colour)


def accounts(**counts: Mapping[str, int]) -> Picture:
    """One network counted in several ways: a row for each count, a column for each piece.

    What differs from the first row is framed. A piece that a count does not have is hatched.
    """
    pieces = list(dict.fromkeys(piece for count in counts.values() for piece in count))
    first = next(iter(counts.values()))
    texts = [f"{size:,}" for count in counts.values() for size in count.values()]
    titles = [width_of(piece, weight="bold") for piece in pieces]
    width = max(*titles, *(width_of(text, 10) for text in texts)) + 0.3
    left = max(width_of(name.replace("_", " "), weight="bold") for name in counts) + 0.4
    canvas = Canvas()
    for column, piece in enumerate(pieces):
        middle = left + (column + 0.5) * width
        canvas.title(middle, -0.5, piece, align="center")
    for row, (name, count) in enumerate(counts.items()):
        y = 1.35 * row
        canvas.title(0, y + 0.5, name.replace("_", " "))
        for column, piece in enumerate(pieces):
            x, size = left + column * width, count.get(piece)
            text, role = ("", "padding") if size is None else (f"{size:,}", "weight")
            canvas.cell(x, y, text, role, width)
            if size is not None and size != first.get(piece):
                canvas.outline(x + 0.06, y + 0.06, width - 0.12, 0.88, "accent")
        total = f"= {sum(count.values()):,}"
        canvas.title(left + len(pieces) * width + 0.3, y + 0.5, total)
    return canvas.picture(
        "; ".join(
            f"{name.replace('_', ' ')}: "
            + ", ".join(f"{piece} {size:,}" for piece, size in count.items())
            + f", together {sum(count.values()):,}"
            for name, count in counts.items()
        )
    )


def shares(**networks: nn.Module) -> Picture:
    """Where the parameters are: a bar of equal length for each network, cut by kinds of layers."""
    canvas = Canvas()
    left = max(width_of(name.replace("_", " "), weight="bold") for name in networks) + 0.4
    described = []
    for row, (name, network) in enumerate(networks.items()):
        held = by_kind(network)
        total, x, y, narrow = sum(held.values()), left, 1.9 * row, []
        canvas.title(0, y + 0.5, name.replace("_", " "))
        for kind, size in held.items():
            width = SHARED * size / total
            label = f"{kind} {share(size, total)}"
            fits = width > width_of(label, 10) + 0.1
            if size:
                canvas.cell(x, y, label if fits else "", COLOURS[kind], max(width, 0.02))
                narrow += [] if fits else [label]
            x += width
        canvas.text(left + SHARED + 0.3, y + 0.5, f"{total:,}", colour=FAINT)
        if narrow:
            canvas.text(left + SHARED, y + 1.3, ", ".join(narrow), align="right", colour=FAINT)
        parts = ", ".join(f"{kind} {size:,}" for kind, size in held.items() if size)
        described.append(f"{name.replace('_', ' ')}: {parts}, together {total:,}")
    return canvas.picture("; ".join(described))


def share(size: int, total: int) -> str:
    """A part of the whole, in per cent."""
    return f"{size / total:.1%}" if size / total >= 0.0005 else "under 0.1%"


COLOURS = {"embedding": "input", "convolution": "output", "linear": "weight", "norm": "bias"}


def by_kind(network: nn.Module) -> dict[str, int]:
    """The parameters by the kind of layer that holds them; a shared one counts once."""
    held = dict.fromkeys(COLOURS, 0)
    seen: set[int] = set()
    for layer in network.modules():
        kind = kind_of(layer)
        for parameter in layer.parameters(recurse=False):
            if id(parameter) not in seen:
                seen.add(id(parameter))
                held[kind] += parameter.numel()
    return held


def kind_of(layer: nn.Module) -> str:
    """One of the four kinds; attention's matrices are those of Linear layers."""
    family = " ".join(each.__name__ for each in type(layer).__mro__)
    for kind, word in (("embedding", "Embedding"), ("convolution", "_ConvNd"), ("norm", "Norm")):
        if word in family:
            return kind
    return "linear"
