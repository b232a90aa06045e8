"""Attention: its products and weights as live tables, its projections, heads that share, its cost.

Tables of attention weights are shaded: the darker a cell, the more of that value is taken. A
pair that the mask forbids is hatched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.patches import Rectangle

from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import in_words, number, short, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = [
    "attention",
    "attention_cost",
    "attention_heads",
    "attention_parameters",
    "attention_tables",
    "grouped_queries",
    "one_query",
]

WHITE = (1.0, 1.0, 1.0)
PITCH = 1.52  # from one query head to the next
DARKEST = (0.953, 0.604, 0.408)  # of the accent's hue, still light enough for dark digits


def attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    words: Sequence[str] | None = None,
) -> Picture:
    """Scaled dot-product attention of one head with all its numbers.

    Each table stands where its row and its column meet: the weights below the keys and beside
    the queries, the output below the values and beside the weights.

    Args:
        query: `(L, d)`; key: `(S, d)`; value: `(S, e)`.
        mask: `(L, S)` of bools, True where a query may not look, as in nn.MultiheadAttention.
        words: names of the S positions; the queries take the first L of them.
    """
    scores = query @ key.T / query.shape[1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(mask, float("-inf"))
    weights = scores.softmax(dim=-1)
    output = weights @ value
    (rows, size), columns = query.shape, len(key)
    names = list(words or [f"[{place}]" for place in range(columns)])
    middle, right, top = size + 0.9, size + columns + 1.8, max(size, columns) + 1.9
    canvas = Canvas()
    canvas.grid(middle, top - 1.0 - size, stack(key.T)[0], "input")
    canvas.grid(right, top - 1.0 - columns, stack(value)[0], "input")
    canvas.grid(0, top, stack(query)[0], "input")
    _table(canvas, middle, top, weights, mask)
    canvas.grid(right, top, stack(output)[0], "output")
    _beside(canvas, -0.3, top, names[:rows])
    _above(canvas, middle, top, names)
    _beside(canvas, right + value.shape[1] + 0.3, top - 1.0 - columns, names, align="left")
    _beside(canvas, right + value.shape[1] + 0.3, top, names[:rows], align="left")
    canvas.title(middle, top - 1.4 - size, "keys, on their side")
    canvas.title(right, top - 1.4 - columns, "values")
    under = top + rows + 0.5
    for left, title in ((0, "queries"), (middle, "weights"), (right, "output")):
        canvas.title(left, under, title)
    for left, tensor in ((0, query), (middle, weights), (right, output)):
        canvas.note(left, under + 0.6, str(tuple(tensor.shape)))
    return canvas.picture(
        in_words(queries=query, keys=key, values=value, weights=weights, output=output)
    )


def one_query(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    words: Sequence[str] | None = None,
    divide_by: float | None = None,
    name: str = "",
) -> Picture:
    """What one query takes from the values, step by step: a row for each key.

    Args:
        query: `(d,)`; key: `(S, d)`; value: `(S, e)`.
        words: names of the S positions.
        divide_by: what the scores are divided by, the root of d unless it is given.
        name: whose query it is.
    """
    scale = query.shape[0] ** 0.5 if divide_by is None else divide_by
    products = key @ query
    scores = products / scale
    weights = scores.softmax(dim=-1)
    output = weights @ value
    names = list(words or [f"[{place}]" for place in range(len(key))])
    size, rows, wide = query.shape[0], len(key), value.shape[1]
    canvas = Canvas()
    canvas.grid(0, -1.6, stack(query)[0], "input")
    canvas.title(size + 0.3, -1.1, f"query of {name}" if name else "query")
    columns = (("product", "unused"), (f"÷ {number(scale)}", "unused"), ("weight", "accent"))
    lefts = [size + 0.8 + 2.2 * place for place in range(len(columns))]
    right = lefts[-1] + 2.4
    canvas.title(0, 0.4, "keys")
    canvas.grid(0, 0.9, stack(key)[0], "input")
    _beside(canvas, -0.3, 0.9, names)
    for left, (title, role), numbers in zip(
        lefts, columns, (products, scores, weights), strict=True
    ):
        canvas.title(left + 0.75, 0.4, title, align="center")
        for row, each in enumerate(numbers.tolist()):
            if role == "accent":
                _shaded(canvas, left, 0.9 + row, each, f"{each:.3f}", width=1.5)
            else:
                canvas.cell(left, 0.9 + row, short(each), role, width=1.5)
    canvas.title(right, 0.4, "values")
    canvas.grid(right, 0.9, stack(value)[0], "input")
    canvas.grid(right, 1.4 + rows, [[f"{each:.3g}" for each in output.tolist()]], "output")
    canvas.text(right - 0.3, 1.9 + rows, "weights × values, summed =", align="right", size=10)
    canvas.note(right + wide + 0.3, 1.9 + rows, "output")
    return canvas.picture(
        in_words(query=query, keys=key, products=products)
        + f"; divided by {number(scale)}; "
        + in_words(weights=weights, values=value, output=output)
    )


def attention_tables(
    tables: Mapping[str, Tensor],
    mask: Tensor | None = None,
    words: Sequence[str] | None = None,
    numbers: bool = False,
    keys: Sequence[str] | None = None,
) -> Picture:
    """Tables of attention weights side by side, each under its name: how they become what they are.

    Args:
        tables: under its name a table of shape (L, S).
        mask: `(L, S)` of bools, True where a query may not look.
        words: names of the S positions; the queries take the first L of them.
        numbers: write the weights into the cells, which become larger.
        keys: names of the S positions, where `words` are those of the queries alone.
    """
    side = 1.0 if numbers else 0.43
    canvas, left = Canvas(), 0.0
    for place, (name, table) in enumerate(tables.items()):
        rows, columns = table.shape
        names = list(words or map(str, range(rows if keys else columns)))
        for row, weights in enumerate(table.tolist()):
            for column, weight in enumerate(weights):
                x, y = left + column * side, row * side
                if mask is not None and bool(mask[row, column]):
                    canvas.cell(x, y, "", "padding", side, side)
                    continue
                _shaded(canvas, x, y, weight, f"{weight:.2f}" if numbers else "", side, side)
        for column, word in enumerate(keys or names):
            canvas.text(left + (column + 0.5) * side, -0.35, word, align="center", size=10)
        if place == 0:
            for row, word in enumerate(names[:rows]):
                canvas.text(-0.3, (row + 0.5) * side, word, align="right", size=10)
        lines = name.split("\n")
        for line, text in enumerate(lines):
            canvas.title(left, -1.1 - 0.6 * (len(lines) - 1 - line), text)
        left += max(columns * side, *(width_of(text, weight="bold") for text in lines)) + 0.7
    return canvas.picture("; ".join(_looks(name, table) for name, table in tables.items()))


def _looks(name: str, table: Tensor) -> str:
    """Where each row of a table looks most, in words."""
    rows = ", ".join(
        f"{row} at {int(weights.argmax())} ({float(weights.max()):.2f})"
        for row, weights in enumerate(table)
    )
    return f"{name.replace(chr(10), ', ')}, where each place looks most and how much: {rows}"


def attention_heads(
    layer: nn.MultiheadAttention,
    x: Tensor,
    mask: Tensor | None = None,
    words: Sequence[str] | None = None,
) -> Picture:
    """The weights of each head of a live layer, in which one sequence attends to itself.

    Args:
        layer: built with `batch_first=True`.
        x: one sequence, `(1, L, embed_dim)`.
        mask: `(L, L)` of bools, True where a query may not look.
    """
    _, weights = layer(x, x, x, attn_mask=mask, average_attn_weights=False)
    tables = weights[0].detach()
    length = x.shape[1]
    names = list(words or [f"[{place}]" for place in range(length)])
    canvas = Canvas()
    for head, table in enumerate(tables):
        left = head * (length + 1.2)
        if head == 0:
            _beside(canvas, -0.3, 0, names)
        _above(canvas, left, 0, names)
        canvas.title(left, -1.3, f"head {head}")
        _table(canvas, left, 0, table, mask)
    canvas.note(0, length + 0.5, "a row: who looks; a column: who is looked at")
    return canvas.picture(in_words(**{f"weights of head {h}": t for h, t in enumerate(tables)}))


def attention_parameters(layer: nn.MultiheadAttention) -> Picture:
    """The four matrices of a MultiheadAttention as areas on one scale, each bias as a strip.

    Thick lines cut them into heads: rows where queries, keys and values are made, columns where
    the heads' results are read.
    """
    named = _projections(layer)
    embed_dim, heads = layer.embed_dim, layer.num_heads
    side = min(0.45, 12 / sum(weight.shape[1] + 1 for weight, _ in named.values()))
    canvas = Canvas()
    left = 0.0
    for name, (weight, bias) in named.items():
        rows, columns = weight.shape
        canvas.title(left, -0.5, name)
        canvas.area(left, 0, weight.shape, side, "weight", ruled=side > 0.15)
        part = embed_dim // heads * side
        for head in range(heads):
            if name == "out_proj":
                canvas.outline(left + head * part, 0, part, rows * side, "weight", 1.8)
            else:
                canvas.outline(left, head * part, columns * side, part, "weight", 1.8)
                if left == 0:
                    middle = (head + 0.5) * part
                    canvas.note(-0.25, middle, f"head {head}", align="right")
        notes = [f"{tuple(weight.shape)}: {weight.numel():,}"]
        if bias is not None:
            canvas.area(left + columns * side + 0.15, 0, (rows, 1), side, "bias")
            notes.append(f"bias: {bias.numel():,}")
        for line, note in enumerate(notes):
            canvas.note(left, rows * side + 0.6 + 0.65 * line, note)
        widths = (width_of(name, weight="bold"), *(width_of(note, 10) for note in notes))
        left += max((columns + 1) * side + 0.15, *widths) + 0.8
    return canvas.picture(_projections_in_words(named, heads))


def grouped_queries(query: Tensor, *keys: Tensor) -> Picture:
    """Which key and value head each query head reads, once for each tensor of keys.

    Args:
        query: `(N, num_heads, L, head_dim)`.
        keys: one or more of `(N, num_kv_heads, S, head_dim)`.
    """
    heads = query.shape[1]
    canvas, sentences = Canvas(), []
    for panel, key in enumerate(keys):
        top, shared = 4.3 * panel, key.shape[1]
        group = heads // shared
        for head in range(heads):
            canvas.cell(head * PITCH, top, f"q{head}", "input")
        for place in range(shared):
            first = place * group
            centre = (first + (group - 1) / 2) * PITCH + 0.5
            canvas.cell(centre - 0.75, top + 1.9, f"k{place}  v{place}", "accent", 1.5)
            for head in range(first, first + group):
                canvas.arrow((head * PITCH + 0.5, top + 1), (centre, top + 1.88), "input")
        right = heads * PITCH + 0.4
        canvas.text(right, top + 0.5, f"{heads} query heads", size=10)
        many = f"{shared} key and value head{'s' if shared > 1 else ''}"
        canvas.text(right, top + 2.4, many, size=10)
        canvas.note(right, top + 2.95, f"{2 * key[0].numel():,} numbers to keep")
        sentences.append(
            f"{heads} query heads read {many}, {group} each; "
            f"{2 * key[0].numel():,} numbers of keys and values"
        )
    return canvas.picture("; ".join(sentences))


def attention_cost(embed_dim: int, lengths: Sequence[int]) -> Picture:
    """The mult-adds of one MultiheadAttention for longer and longer sequences, measured by
    PyTorch: the four projections, and what the tables of weights cost on top."""
    measured = [_measure(embed_dim, length) for length in lengths]
    figure, (axes,) = charts(1, width=6.4, height=3.2)
    places = range(len(lengths))
    millions = [[cost / 1e6 for cost in costs] for costs in zip(*measured, strict=True)]
    for bottom, heights, role, hatch, label in (
        ([0.0] * len(lengths), millions[0], "weight", "", "four projections"),
        (millions[0], millions[1], "accent", "///", "scores and weighted sum"),
    ):
        axes.bar(
            places, heights, bottom=bottom, color=FILL[role], ec=EDGE[role], hatch=hatch,
            label=label, width=0.62,
        )  # fmt: skip
    for place, (projections, tables) in enumerate(measured):
        total = (projections + tables) / 1e6
        share = tables / (projections + tables)
        axes.text(
            place, total, f"{total:,.0f} M\n{share:.0%} for pairs", ha="center", va="bottom",
            size=11, color=INK,
        )  # fmt: skip
    axes.set_xticks(places, [f"{length:,}" for length in lengths])
    axes.set_xlabel(f"length of the sequence, at embed_dim = {embed_dim}", color=INK, size=11)
    axes.set_ylabel("millions of mult-adds", color=INK, size=11)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(0, max(map(sum, measured)) / 1e6 * 1.25)
    axes.legend(frameon=False, loc="upper left", fontsize=11)
    alt = "; ".join(
        f"length {length}: {projections:,} mult-adds for the projections, {tables:,} for scores "
        "and weighted sum"
        for length, (projections, tables) in zip(lengths, measured, strict=True)
    )
    return picture(figure, alt)


def _table(canvas: Canvas, x: float, y: float, weights: Tensor, mask: Tensor | None) -> None:
    """Attention weights in cells that are the darker the larger they are."""
    for row, values in enumerate(weights.tolist()):
        for column, value in enumerate(values):
            if mask is not None and bool(mask[row, column]):
                canvas.cell(x + column, y + row, "", "padding")
                continue
            _shaded(canvas, x + column, y + row, value, f"{value:.2f}")


def _shaded(
    canvas: Canvas,
    x: float,
    y: float,
    weight: float,
    text: str,
    width: float = 1,
    height: float = 1,
) -> None:
    """A cell that is the darker the larger its weight is."""
    shade = [light + weight * (dark - light) for light, dark in zip(WHITE, DARKEST, strict=True)]
    box = Rectangle((x, y), width, height, fc=shade, ec=EDGE["accent"], lw=1.1, clip_on=False)
    canvas.axes.add_patch(box)
    if text:
        canvas.text(x + width / 2, y + height / 2, text, align="center", size=10)


def _beside(canvas: Canvas, x: float, y: float, names: Sequence[str], align: str = "right") -> None:
    """The names of rows."""
    for row, name in enumerate(names):
        canvas.text(x, y + row + 0.5, name, align=align, size=10)


def _above(canvas: Canvas, x: float, y: float, names: Sequence[str]) -> None:
    """The names of columns."""
    for column, name in enumerate(names):
        canvas.text(x + column + 0.5, y - 0.4, name, align="center", size=10)


def _projections(layer: nn.MultiheadAttention) -> dict[str, tuple[Tensor, Tensor | None]]:
    """The four matrices with their biases; PyTorch keeps the first three in one if it can."""
    if layer.in_proj_weight is not None:
        three = layer.in_proj_weight.chunk(3)
    else:
        three = (layer.q_proj_weight, layer.k_proj_weight, layer.v_proj_weight)
    has_bias = layer.in_proj_bias is not None
    biases = layer.in_proj_bias.chunk(3) if has_bias else (None, None, None)
    named = dict(zip(("queries", "keys", "values"), zip(three, biases, strict=True), strict=True))
    out: nn.Linear = layer.out_proj
    return {**named, "out_proj": (out.weight, out.bias if has_bias else None)}


def _projections_in_words(named: dict[str, tuple[Tensor, Tensor | None]], heads: int) -> str:
    matrices = (
        f"{name}: weight {tuple(weight.shape)}, {weight.numel():,} numbers"
        + (f", and a bias of {number(bias.numel())}" if bias is not None else ", no bias")
        for name, (weight, bias) in named.items()
    )
    return f"{'; '.join(matrices)}; each cut into {heads} heads"


def _measure(embed_dim: int, length: int) -> tuple[int, int]:
    """The mult-adds of the projections, and of the products with the tables of weights."""
    import torch
    from torch import nn

    from grader.course.pytorch import mult_adds

    with torch.device("meta"):
        sequence = (1, length, embed_dim)
        attention = nn.MultiheadAttention(embed_dim, num_heads=1, batch_first=True)
        projections = 4 * mult_adds(nn.Linear(embed_dim, embed_dim), sequence)
        return projections, mult_adds(attention, sequence, sequence, sequence) - projections
