"""Recurrent layers: one step, many steps, gates, layers and directions, and how far a change
reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from grader.figures.canvas import (
    EDGE,
    FAINT,
    FILL,
    INK,
    Canvas,
    Picture,
    charts,
    picture,
    width_of,
)
from grader.figures.words import in_words, stack

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = [
    "directions",
    "gate_blocks",
    "lstm_step",
    "reach",
    "recurrent_step",
    "state_curves",
    "unrolled",
]

GAP = 0.25  # between two blocks that PyTorch stacks without one
GATES = {"RNN": ("h",), "GRU": ("r", "z", "n"), "LSTM": ("i", "f", "g", "o")}


def recurrent_step(rnn: nn.RNN, x: Tensor, h: Tensor) -> Picture:
    """One step of a one-layer RNN with ReLU: the input and the old state, each over its weight.

    Args:
        rnn: with sizes small enough to print, its nonlinearity "relu".
        x: a vector of shape `(input_size,)`.
        h: the state before the step, a vector of shape `(hidden_size,)`.
    """
    rows = rnn.hidden_size
    new = rnn(x[None], h[None])[1][0]
    canvas = Canvas()
    left = 0.0
    for vector, name, letters, note in ((x, "x", "ih", "the input"), (h, "h", "hh", "old state")):
        weight, bias = (getattr(rnn, f"{kind}_{letters}_l0") for kind in ("weight", "bias"))
        columns = weight.shape[1]
        canvas.title(left, -0.45, f"{name}: {note}")
        canvas.grid(left, 0, stack(vector)[0], "input" if name == "x" else "output")
        canvas.title(left, 1.75, f"weight_{letters}")
        canvas.grid(left, 2.2, stack(weight)[0], "weight")
        canvas.text(left + columns + 0.5, 2.2 + rows / 2, "+", size=14, align="center")
        canvas.column(left + columns + 1, 2.2, bias, "bias")
        canvas.note(left + columns + 0.7, 2.65 + rows, f"bias_{letters}")
        canvas.note(left, 2.65 + rows, f"{tuple(weight.shape)}")
        sign = "+" if name == "x" else "="
        canvas.text(left + columns + 2.75, 2.2 + rows / 2, sign, size=14, align="center")
        left += columns + 3.5
    for name, vector, role in (
        ("sum", _before_relu(rnn, x, h), "unused"),
        ("new h", new, "output"),
    ):
        canvas.title(left + 0.5, 1.75, name, align="center")
        canvas.column(left, 2.2, vector, role)
        if role == "unused":
            canvas.arrow((left + 1.1, 2.2 + rows / 2), (left + 2.5, 2.2 + rows / 2), "padding")
            canvas.note(left + 1.8, 1.85 + rows / 2, "ReLU", align="center")
        left += 2.6
    parts = {"x": x, "old h": h, **{n.removesuffix("_l0"): p for n, p in rnn.named_parameters()}}
    return canvas.picture(in_words(**{**parts, "new h": new}))


def _before_relu(rnn: nn.RNN, x: Tensor, h: Tensor) -> Tensor:
    """The new state before the activation."""
    weight_ih, weight_hh, bias_ih, bias_hh = rnn.parameters()
    return weight_ih @ x + bias_ih + weight_hh @ h + bias_hh


def unrolled(rnn: nn.RNN, x: Tensor, steps: int | None = None) -> Picture:
    """A sequence of shape `(time, input_size)` from left to right: the state after every step.

    With `steps`, what comes after so many of them is left empty, as it is at that time.
    """
    states, _ = rnn(x)
    done = len(x) if steps is None else steps
    rows, gap = rnn.hidden_size, 3.6
    canvas = Canvas()
    canvas.title(0.5, -0.5, "start", align="center")
    canvas.grid(0, 0, [["0"]] * rows, "padding")
    for step, (h, vector) in enumerate(zip(states, x, strict=True)):
        left = gap * (step + 1)
        now = "accent" if step == done - 1 and steps is not None else "output"
        arrow = "weight" if step < done else "unused"
        canvas.title(left + 0.5, -0.5, f"h[{step}]", align="center")
        if step < done:
            canvas.column(left, 0, h, now)
        else:
            canvas.grid(left, 0, [["?"]] * rows, "unused")
        canvas.arrow((left - gap + 1.1, rows / 2), (left - 0.1, rows / 2), arrow)
        middle = left - (gap - 1) / 2
        canvas.note(middle, rows / 2 - 0.35, "weight_hh", align="center")
        canvas.arrow((left + 0.5, rows + 1.7), (left + 0.5, rows + 0.1), arrow)
        canvas.note(left + 0.35, rows + 0.95, "weight_ih", align="right")
        canvas.column(left, rows + 1.8, vector, "input" if step < done else "unused")
        below = rows + 2.2 + len(vector)
        canvas.title(left + 0.5, below, f"x[{step}]", align="center")
    read = "" if steps is None else f"After {done} of {len(x)} steps. "
    return canvas.picture(read + in_words(x=x, h=states[:done]))


def state_curves(wanted: Tensor, **states: Tensor) -> Picture:
    """One number of the state after each step: a curve for each time of a layer's training.

    Args:
        wanted: what the state should be after each step, a broad band.
        states: up to four vectors of the same length; the last one is the one to look at.
    """
    roles, styles = ("unused", "input", "bias", "accent"), (":", "-.", "--", "-")
    figure, [axes] = charts(1, width=6.4, height=3.2)
    steps = range(1, len(wanted) + 1)
    axes.plot(steps, wanted.tolist(), color=FILL["output"], linewidth=9, label="wanted")
    words = [in_words(wanted=wanted)]
    chosen = list(zip(roles, styles, strict=True))[-len(states) :]
    for (name, state), (role, style) in zip(states.items(), chosen, strict=True):
        values = state.detach().round(decimals=2)
        axes.plot(steps, values.tolist(), style, color=EDGE[role], linewidth=2, label=name)
        words.append(in_words(**{name: values}))
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.2,
        ncols=1 + len(states),
        frameon=False,
        fontsize=11,
    )
    axes.set_xlabel("step", size=11)
    axes.set_ylabel("state after the step", size=11)
    return picture(figure, "; ".join(words))


def gate_blocks(**layers: nn.RNNBase) -> Picture:
    """The parameters of each layer's first cell as areas, cut into the blocks stacked in them.

    All layers share one scale, so equal areas hold equally many weights; the strips of the biases
    are drawn wider where they would be too thin to see.
    """
    tallest = max(len(_first_cell(layer)["weight_ih"]) for layer in layers.values())
    scale = min(0.55, 10 / tallest)
    canvas = Canvas()
    left = 0.0
    for name, layer in layers.items():
        canvas.title(left, -1.3, name)
        tensors = _first_cell(layer)
        right = _stacked(canvas, left, GATES[layer.mode.partition("_")[0]], tensors, scale)
        floor = tallest * scale + 3 * GAP  # the blocks of four gates have three gaps
        notes = [f"{each} {tuple(p.shape)}: {p.numel():,}" for each, p in tensors.items()]
        for line, note in enumerate([*notes, f"together {_size(tensors):,}"]):
            colour = FAINT if line < len(notes) else INK
            canvas.text(left, floor + 0.7 + 0.65 * line, note, size=10, colour=colour)
        left = max(right, left + max(width_of(note, 10) for note in notes)) + 0.8
    return canvas.picture(
        "; ".join(
            f"{name}: "
            + ", ".join(f"{each} {tuple(p.shape)}" for each, p in _first_cell(layer).items())
            + f", together {_size(_first_cell(layer)):,} parameters, in the blocks "
            + " ".join(GATES[layer.mode.partition("_")[0]])
            for name, layer in layers.items()
        )
    )


def _first_cell(layer: nn.RNNBase) -> dict[str, Tensor]:
    """The parameters of the first layer's forward direction, by name, in the order of drawing."""
    order = ("weight_ih", "bias_ih", "weight_hh", "bias_hh", "weight_hr")
    found = {name: getattr(layer, f"{name}_l0", None) for name in order}
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def _size(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor.numel() for tensor in tensors.values())


def _stacked(
    canvas: Canvas, left: float, gates: tuple[str, ...], tensors: dict[str, Tensor], scale: float
) -> float:
    """The tensors side by side, each cut into one block a gate; returns where they end."""
    ruled = scale > 0.3  # single parameters are large enough to see
    left += 0.6
    for name, tensor in tensors.items():
        matrix = tensor.reshape(len(tensor), -1)
        blocks = (matrix,) if name == "weight_hr" else matrix.chunk(len(gates))
        role, short = ("bias", "b") if name.startswith("bias") else ("weight", name[-2:])
        wide = max(matrix.shape[1] * scale, 0.35 if ruled else 0.8)
        canvas.note(left + wide / 2, -0.45, short, align="center")
        top = 0.0
        for gate, block in zip(gates, blocks, strict=False):
            high = len(block) * scale
            text = "" if ruled or wide < 0.8 else f"{block.numel():,}"
            canvas.area(left, top, block.shape, scale, role, text, ruled, least=wide)
            if name == "weight_ih":
                canvas.title(left - 0.2, top + high / 2, gate, align="right")
            top += high + GAP
        left += wide + (0.12 if name in ("weight_ih", "weight_hh") else 0.45)
    return left


def lstm_step(cell: nn.LSTMCell, x: Tensor, h: Tensor, c: Tensor) -> Picture:
    """One step of an LSTM for one sample, number by number: the new cell state, the new state.

    Args:
        cell: with a hidden size small enough to print.
        x: a vector of shape `(input_size,)`.
        h: the old state, a vector of shape `(hidden_size,)`.
        c: the old cell state, of the same shape.
    """
    sums = cell.weight_ih @ x + cell.bias_ih + cell.weight_hh @ h + cell.bias_hh
    i, f, g, o = sums.chunk(4)
    new_h, new_c = (tensor[0] for tensor in cell(x[None], (h[None], c[None])))
    rows = cell.hidden_size
    canvas = Canvas()
    first = (("f", f.sigmoid(), "×"), ("old c", c, "+"), ("i", i.sigmoid(), "×"))
    second = (("o", o.sigmoid(), "×"), ("tanh(new c)", new_c.tanh(), "="), ("new h", new_h, ""))
    lines = ((*first, ("g", g.tanh(), "="), ("new c", new_c, "")), second)
    for line, parts in enumerate(lines):
        top = line * (rows + 1.9)
        for place, (name, vector, sign) in enumerate(parts):
            left = 3.2 * place
            role = "output" if name.startswith(("new", "old")) else "weight"
            role = "accent" if name == "g" else "unused" if name.startswith("tanh") else role
            canvas.title(left + 0.75, top - 0.45, name, align="center")
            for row, value in enumerate(vector.tolist()):
                canvas.cell(left, top + row, _two_digits(value), role, 1.5)
            canvas.text(left + 2.35, top + rows / 2, sign, align="center", size=14)
    return canvas.picture(in_words(**{name: v for parts in lines for name, v, _ in parts}))


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def directions(layer: nn.RNNBase) -> Picture:
    """A stack of layers from bottom to top, the directions side by side: what each one reads."""
    names = ["forward →", "← backward"][: 1 + layer.bidirectional]
    states = [layer.proj_size or layer.hidden_size] * len(names)
    width = 6.2 * len(names) - 0.6
    scale = width / max(layer.input_size, sum(states))
    canvas = Canvas()
    _strip(canvas, 0, [layer.input_size], width, scale, "input")
    words = [f"the input has {layer.input_size} numbers a step"]
    for level in range(layer.num_layers):
        floor = -4.1 * level
        for place, name in enumerate(names):
            ending = f"_l{level}_reverse" if place else f"_l{level}"
            cell = {n: p for n, p in layer.named_parameters() if n.endswith(ending)}
            left, reads = 6.2 * place, cell[f"weight_ih{ending}"].shape[1]
            text = f"layer {level}, {name}\n{_size(cell):,} parameters"
            edge = reads * scale / 2 - 0.3
            start = min(max(left + 2.8, width / 2 - edge), width / 2 + edge)
            canvas.arrow((start, floor), (left + 2.8, floor - 0.8), "padding")
            beside, align = (left + 3.05, "left") if place else (left + 2.55, "right")
            note = f"reads {reads}"
            canvas.note(beside, floor - 0.42, note, align=align)
            canvas.cell(left, floor - 2.3, text, "weight", 5.6, 1.5)
            canvas.arrow((left + 2.8, floor - 2.3), (left + 2.8, floor - 3.1), "padding")
            words.append(f"layer {level}, {name}, reads {reads}: {_size(cell):,} parameters")
        _strip(canvas, floor - 4.1, states, width, scale, "output")
    return canvas.picture("; ".join(words))


def _strip(
    canvas: Canvas, top: float, parts: list[int], width: float, scale: float, role: str
) -> None:
    """The numbers that stand side by side at one time step, as wide as they are many."""
    left = (width - sum(parts) * scale) / 2
    for part in parts:
        canvas.cell(left, top, str(part), role, part * scale)
        left += part * scale
    total = " + ".join(map(str, parts)) + f" = {sum(parts)}" if len(parts) > 1 else ""
    canvas.text(left + 0.4, top + 0.5, "x[t]" if role == "input" else total, size=10)


def reach(x: Tensor, place: tuple[int, int], **layers: nn.RNNBase) -> Picture:
    """Which outputs move when x changes at one place of its first two dimensions.

    Every cell is one vector of the output; the number in it says how many of its numbers moved.
    """
    changed = x.clone()
    changed[place] += 1
    canvas = Canvas()
    words = []
    for place_in_stack, (name, layer) in enumerate(layers.items()):
        with torch.no_grad():
            moved = (layer(x)[0] != layer(changed)[0]).sum(dim=-1)
        top = place_in_stack * (len(moved) + 1.9)
        canvas.title(-0.9, top + len(moved) / 2, name, align="right")
        for row, counts in enumerate(moved.tolist()):
            canvas.note(-0.2, top + row + 0.5, f"[{row}]", align="right")
            for column, count in enumerate(counts):
                canvas.cell(column, top + row, str(count), "accent" if count else "unused")
        for column in range(moved.shape[1]):
            note = f"[{column}]"
            canvas.note(column + 0.5, top - 0.35, note, align="center")
        canvas.outline(place[1], top + place[0], 1, 1, "input")
        places = ", ".join(str(tuple(each)) for each in moved.nonzero().tolist())
        words.append(f"{name}: x changes at {place}, the output moves at {places}")
    return canvas.picture("; ".join(words))
