"""What memory is spent on: a chain's activations as numbers, and bytes as stacked bars."""

from __future__ import annotations

import textwrap
import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from grader.figures.canvas import EDGE, FAINT, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import describe, stack

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

__all__ = ["activations", "memory", "memory_over_time", "training_memory"]

LENGTH = 9.8  # of the longest bar, in cells
HEIGHT = 1.4  # of a bar
NOTE = 64  # letters in a line under a bar
ROLES = {
    "weights": "weight",
    "frozen": "unused",
    "gradients": "accent",
    "first moment": "bias",
    "second moment": "bias",
    "momentum": "bias",
    "activations": "output",
    "input": "input",
    "buffers": "unused",
}
STATE = {"exp_avg": "first moment", "exp_avg_sq": "second moment", "momentum_buffer": "momentum"}


def activations(network: nn.Sequential, x: Tensor, kept: bool = False) -> Picture:
    """The numbers that flow through a chain of layers: x, then what each layer puts out.

    Args:
        network: layers whose inputs and outputs are small matrices.
        x: a batch of vectors.
        kept: frame what autograd keeps for the way back, and grey out what it lets go.
    """
    tensors, held = run(network, x)
    names = ["x", *(type(layer).__name__ for layer in network)]
    canvas = Canvas()
    left, described = 0.0, []
    for index, (name, tensor) in enumerate(zip(names, tensors, strict=True)):
        if index:
            canvas.text(left - 0.55, len(tensor) / 2, "→", align="center", size=15)
        rows, columns = tensor.shape
        size = f"{rows} × {columns} = {tensor.numel()}"
        is_kept = tensor.data_ptr() in held
        role = "unused" if kept and not is_kept else "output" if index else "input"
        canvas.title(left, -1.15, name)
        canvas.note(left, -0.55, size)
        canvas.grid(left, 0, stack(tensor)[0], role)
        word = ""
        if kept:
            word = "kept" if is_kept else "let go"
            colour = EDGE["accent"] if is_kept else FAINT
            canvas.text(left + columns / 2, rows + 0.5, word, align="center", colour=colour)
        if kept and is_kept:
            canvas.outline(left, 0, columns, rows, "accent")
        described.append(describe(name, tensor) + (f" ({word})" if word else ""))
        left += max(columns, width_of(name, weight="bold"), width_of(size, 10)) + 1.1
    return canvas.picture("; ".join(described))


def run(network: nn.Sequential, x: Tensor) -> tuple[list[Tensor], set[int]]:
    """The input and all outputs, and the addresses of the tensors that autograd keeps."""
    from torch.autograd.graph import saved_tensors_hooks

    held: list[Tensor] = []
    tensors = [x]

    def keep(tensor: Tensor) -> Tensor:
        held.append(tensor)
        return tensor

    with saved_tensors_hooks(keep, lambda tensor: tensor):
        for layer in network:
            tensors.append(layer(tensors[-1]))
    return tensors, {tensor.data_ptr() for tensor in held}


def memory(**bars: Mapping[str, int]) -> Picture:
    """Bytes as stacked bars on one scale: `memory(Adam={"weights": 40, "gradients": 40})`.

    A piece too narrow for its name is listed under its bar.
    """
    scale = LENGTH / max(sum(pieces.values()) for pieces in bars.values())
    start = max(width_of(name.replace("_", " "), weight="bold") for name in bars) + 0.4
    canvas = Canvas()
    top = 0.0
    for name, pieces in bars.items():
        canvas.title(0, top + HEIGHT / 2, name.replace("_", " "))
        left, narrow = start, []
        for piece, size in pieces.items():
            width = size * scale
            label, broken = (
                "\n".join([*words, f"{size:,}"]) for words in ([piece], piece.split(" ", 1))
            )
            if width_of(label, 10) + 0.15 > width:
                label = broken
            fits = width > width_of(label, 10) + 0.15
            if width > 0.02:
                text = label if fits else ""
                canvas.cell(
                    left, top, text, ROLES.get(piece.partition(" ×")[0], "output"), width, HEIGHT
                )
            if not fits:
                narrow.append(f"{piece} {size:,}")
            left += width
        total = f"= {sum(pieces.values()):,} bytes"
        canvas.text(left + 0.3, top + HEIGHT / 2, total, colour=FAINT)
        if narrow:
            note = textwrap.wrap("too narrow for a name: " + ", ".join(narrow), NOTE)
            for line, text in enumerate(note):
                canvas.note(start, top + HEIGHT + 0.4 + 0.55 * line, text)
            top += 0.2 + 0.55 * len(note)
        top += HEIGHT + 0.5
    return canvas.picture("; ".join(_in_words(name, pieces) for name, pieces in bars.items()))


def _in_words(name: str, pieces: Mapping[str, int]) -> str:
    """One bar in words."""
    parts = ", ".join(f"{piece} {size:,}" for piece, size in pieces.items())
    return f"{name.replace('_', ' ')}: {parts}, together {sum(pieces.values()):,} bytes"


def memory_over_time(moments: Mapping[str, Mapping[str, int]]) -> Picture:
    """Bytes as stacked columns, one for each moment, in the order in which they were noted.

    Args:
        moments: under its name what is held at this moment, as `Watch` notes it.
    """
    figure, (axes,) = charts(1, width=7.0, height=3.6)
    places = range(len(moments))
    bottom = [0.0] * len(moments)
    for piece in next(iter(moments.values())):
        heights = [pieces[piece] / 1000 for pieces in moments.values()]
        role = ROLES.get(piece, "output")
        axes.bar(
            places, heights, bottom=bottom, width=0.7, color=FILL[role], ec=EDGE[role], label=piece
        )
        bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    for place, top in enumerate(bottom):
        axes.text(place, top, f"{top:,.0f}", ha="center", va="bottom", size=10, color=INK)
    axes.set_xticks(places, list(moments), size=10)
    axes.set_ylabel("thousands of bytes", color=INK, size=11)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylim(0, max(bottom) * 1.4)
    axes.legend(frameon=False, loc="upper left", fontsize=10, ncols=3)
    named = {name.replace("\n", " "): pieces for name, pieces in moments.items()}
    return picture(figure, "; ".join(_in_words(name, pieces) for name, pieces in named.items()))


class Kept:
    """A tensor that autograd keeps, as long as autograd keeps it."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


class Watch:
    """Notes what lives in memory while a network trains, in bytes of the tensors themselves.

    Inside `with watch:` autograd hands it each tensor that it keeps, and gets it back when the
    gradients are computed. What autograd has let go of is not counted any more.
    """

    def __init__(self, network: nn.Module, optimiser: torch.optim.Optimizer) -> None:
        from torch.autograd.graph import saved_tensors_hooks

        self.network, self.optimiser = network, optimiser
        self.kept: weakref.WeakSet[Kept] = weakref.WeakSet()
        self.moments: dict[str, dict[str, int]] = {}
        self.hooks = saved_tensors_hooks(self._keep, lambda kept: kept.tensor)

    def __enter__(self) -> Watch:
        self.hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.hooks.__exit__(*error)

    def _keep(self, tensor: Tensor) -> Kept:
        kept = Kept(tensor)
        self.kept.add(kept)
        return kept

    def note(self, name: str) -> None:
        """Add up what is alive now."""
        held = held_by(self.optimiser)
        own = {parameter.data_ptr() for parameter in self.network.parameters()}
        places = {kept.tensor.data_ptr(): kept.tensor.nbytes for kept in self.kept}
        self.moments[name] = {
            "weights": held["weights"],
            "gradients": held["gradients"],
            "first moment": held.get("first moment", 0),
            "second moment": held.get("second moment", 0),
            "activations": sum(size for place, size in places.items() if place not in own),
        }


def training_memory(**optimisers: torch.optim.Optimizer) -> Picture:
    """What training holds for the parameters, read from optimisers that have made a step."""
    return memory(**{name: held_by(optimiser) for name, optimiser in optimisers.items()})


def held_by(optimiser: torch.optim.Optimizer) -> dict[str, int]:
    """The bytes of the weights, of their gradients and of what the optimiser remembers."""
    weights = [weight for group in optimiser.param_groups for weight in group["params"]]
    held = {
        "weights": sum(weight.nbytes for weight in weights),
        "gradients": sum(weight.grad.nbytes for weight in weights if weight.grad is not None),
    }
    for key, name in STATE.items():
        found = [state[key] for state in optimiser.state.values() if state.get(key) is not None]
        if found:
            held[name] = sum(tensor.nbytes for tensor in found)
    return held
