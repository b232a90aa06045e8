"""The Transformer layer as a plan: what stands on its path and what beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from grader.figures.canvas import EDGE, Canvas, Picture, width_of

if TYPE_CHECKING:
    from torch import Tensor

    Layer = nn.TransformerEncoderLayer | nn.TransformerDecoderLayer

__all__ = ["transformer_layers", "transformer_sketch"]

BOX = 5.2  # the width of what stands beside the path
NORM = 3.5  # and of what stands on it
HEIGHT, GAP, LOW = 1.2, 0.65, 0.75  # of a box, below it, of a box without parameters
APART = 1.3  # from one plan to the next
LOOKS = {"self_attn": "self-attention", "multihead_attn": "cross-attention"}


@dataclass(frozen=True)
class Box:
    """One layer of the plan, with the shape behind it."""

    title: str
    parameters: int
    shape: tuple[int, ...]
    role: str
    reads_memory: bool = False

    @property
    def note(self) -> str:
        return f"{self.parameters:,} parameters" if self.parameters else "no parameters"


@dataclass(frozen=True)
class Branch:
    """What a skip connection leads around, and the norm that follows the sum, if one does."""

    boxes: Sequence[Box]
    norm: Box | None


def transformer_layers(x: Tensor, memory: Tensor | None = None, **layers: Layer) -> Picture:
    """Transformer layers side by side: the path with its sums, and what branches off it.

    Dropout is left out. Only the shapes of the tensors matter; the layers are left as they are.

    Args:
        x: what goes in.
        memory: what the cross-attention of a decoder's layer looks at.
        layers: encoder or decoder layers, each under its name.
    """
    canvas, left, described = Canvas(), 0.0, []
    for name, layer in layers.items():
        branches = list(_branches(layer, x, memory))
        title = name.replace("_", " ")
        total = f"{sum(p.numel() for p in layer.parameters()):,} parameters"
        _draw(canvas, left, branches, x, memory)
        middle = left + (NORM + 0.5 + BOX) / 2
        canvas.title(middle, -2.5, title, align="center", size=13)
        canvas.note(middle, -1.9, total, align="center")
        described.append(f"{title}, {total}: {_in_words(branches)}")
        left += NORM + 0.5 + BOX + APART
    return canvas.picture(f"x of shape {tuple(x.shape)}. " + ". ".join(described))


def transformer_sketch(x: Tensor, memory: Tensor | None = None, **layers: Layer) -> Picture:
    """The same in short, one layer under the other: the path runs to the right, what branches off
    it stands above, and the feed-forward part is one box."""
    canvas, top, described = Canvas(), 0.0, []
    start = max(width_of(name.replace("_", " "), weight="bold") for name in layers) + 0.4
    for name, layer in layers.items():
        branches = [_in_short(branch) for branch in _branches(layer, x, memory)]
        title, path, left = name.replace("_", " "), top + 2.1, start
        canvas.title(0, path, title)
        for branch in branches:
            left = _sketch(canvas, left, path, branch)
        _line(canvas, (left, path), (left + 0.6, path), "accent", 2.4)
        described.append(f"{title}: {_in_words(branches)}")
        top += 3.3
    return canvas.picture(". ".join(described))


def _in_short(branch: Branch) -> Branch:
    """A branch whose feed-forward part is one box."""
    norms = [box for box in branch.boxes if box.role == "bias"]
    others = [box for box in branch.boxes if box not in norms]
    if len(others) > 1:
        held = sum(box.parameters for box in others)
        others = [Box("feed-forward", held, others[-1].shape, "weight")]
    title = others[0].title.partition(": ")[2] or others[0].title
    return Branch([*norms, replace(others[0], title=title)], branch.norm)


def _sketch(canvas: Canvas, left: float, path: float, branch: Branch) -> float:
    """One branch above the path and the sum where it ends; returns where the norm behind ends."""
    top, corner = path - 2.1, left + 0.4
    right = corner + 0.4
    for place, box in enumerate(branch.boxes):
        if place:
            canvas.arrow((right - 0.5, top + HEIGHT / 2), (right, top + HEIGHT / 2), "padding")
        right = _short_box(canvas, right, top, box) + 0.5
    plus = right + 0.3
    _line(canvas, (left, path), (plus - 0.4, path), "accent", 2.4)
    _line(canvas, (corner, path), (corner, top + HEIGHT / 2))
    canvas.arrow((corner, top + HEIGHT / 2), (corner + 0.4, top + HEIGHT / 2), "padding")
    _line(canvas, (right - 0.5, top + HEIGHT / 2), (plus, top + HEIGHT / 2))
    canvas.arrow((plus, top + HEIGHT / 2), (plus, path - 0.4), "padding")
    canvas.cell(plus - 0.4, path - 0.4, "+", "accent", 0.8, 0.8)
    if branch.norm is None:
        return plus + 0.4
    _line(canvas, (plus + 0.4, path), (plus + 0.8, path), "accent", 2.4)
    return _short_box(canvas, plus + 0.8, path - HEIGHT / 2, branch.norm)


def _short_box(canvas: Canvas, x: float, y: float, box: Box) -> float:
    """A box as wide as its words; returns its right edge."""
    text = f"{box.title}\n{box.parameters:,}"
    width = width_of(text, 10) + 0.4
    canvas.cell(x, y, text, box.role, width, HEIGHT)
    return x + width


def _branches(layer: Layer, x: Tensor, memory: Tensor | None) -> Iterator[Branch]:
    """The parts of a layer in the order in which x meets them."""
    boxes = _boxes(layer, x, memory)
    activation = boxes["linear1"]
    nonlinear = Box(_activation(layer), 0, activation.shape, "unused")
    parts = [[boxes[name]] for name in LOOKS if name in boxes]
    parts.append([boxes["linear1"], nonlinear, boxes["linear2"]])
    for place, part in enumerate(parts, start=1):
        norm = boxes[f"norm{place}"]
        yield Branch([norm, *part], None) if layer.norm_first else Branch(part, norm)


def _boxes(layer: Layer, x: Tensor, memory: Tensor | None) -> Mapping[str, Box]:
    """The named parts of a layer, their shapes noted while a copy without memory runs."""
    copy = deepcopy(layer).to("meta").train()
    shapes: dict[str, tuple[int, ...]] = {}

    def noted(name: str) -> Any:
        def note(_: nn.Module, __: object, output: Any) -> None:
            shapes[name] = tuple((output[0] if isinstance(output, tuple) else output).shape)

        return note

    for name, part in copy.named_children():
        part.register_forward_hook(noted(name))
    inputs = (x,) if isinstance(layer, nn.TransformerEncoderLayer) else (x, memory)
    copy(*(torch.empty(each.shape, device="meta") for each in inputs if each is not None))
    return {
        name: Box(
            _title(name, part),
            sum(p.numel() for p in part.parameters()),
            shapes[name],
            "bias" if name.startswith("norm") else "weight",
            name == "multihead_attn",
        )
        for name, part in layer.named_children()
        if not name.startswith("dropout")
    }


def _title(name: str, part: nn.Module) -> str:
    if isinstance(part, nn.Linear):
        return f"{name}: {part.in_features:,} → {part.out_features:,}"
    return f"{name}: {LOOKS[name]}" if name in LOOKS else name


def _activation(layer: Layer) -> str:
    """ReLU and GELU are functions there, or modules."""
    activation: Any = layer.activation
    name = getattr(activation, "__name__", type(activation).__name__)
    return {"relu": "ReLU", "gelu": "GELU"}.get(name, name)


def _draw(
    canvas: Canvas, left: float, branches: Sequence[Branch], x: Tensor, memory: Tensor | None
) -> None:
    """One plan downwards."""
    path, aside = left + NORM / 2, left + NORM + 0.5 + BOX / 2
    canvas.title(path, -0.9, f"x  {tuple(x.shape)}", align="center")
    y, start = 0.0, -0.5
    for branch in branches:
        _line(canvas, (path, y), (aside, y))
        top = y + GAP - 0.15
        canvas.arrow((aside, y), (aside, top), "padding")
        for place, box in enumerate(branch.boxes):
            if place:
                canvas.arrow((aside, top - GAP), (aside, top), "padding")
            if box.reads_memory and memory is not None:
                _memory(canvas, aside + BOX / 2, top, memory)
            top = _box(canvas, aside - BOX / 2, top, BOX, box) + GAP
            canvas.note(aside + 0.2, top - GAP + 0.32, f"{box.shape}")
        plus = top + 0.2
        _line(canvas, (aside, top - GAP), (aside, plus))
        canvas.arrow((aside, plus), (path + 0.4, plus), "padding")
        _line(canvas, (path, start), (path, plus - 0.4), "accent", 2.4)
        canvas.cell(path - 0.4, plus - 0.4, "+", "accent", 0.8, 0.8)
        start = plus + 0.4
        if branch.norm:
            _line(canvas, (path, start), (path, start + 0.4), "accent", 2.4)
            start = _box(canvas, left, start + 0.4, NORM, branch.norm)
            if branch is not branches[-1]:
                canvas.note(path + 0.2, start + 0.28, f"{branch.norm.shape}")
        y = start + 0.55
    _line(canvas, (path, start), (path, start + 0.5), "accent", 2.4)
    last = branches[-1].norm or branches[-1].boxes[-1]
    canvas.title(path, start + 0.9, f"output  {last.shape}", align="center")


def _box(canvas: Canvas, x: float, y: float, width: float, box: Box) -> float:
    """A box with its parameters; returns its lower edge."""
    height = HEIGHT if box.parameters else LOW
    text = f"{box.title}\n{box.note}" if box.parameters else f"{box.title}, {box.note}"
    canvas.cell(x, y, text, box.role, width, height)
    return y + height


def _memory(canvas: Canvas, x: float, y: float, memory: Tensor) -> None:
    """What the keys and values are made of, to the right of a box."""
    text = f"memory\n{tuple(memory.shape)}"
    canvas.arrow((x + 2.5, y + HEIGHT / 2), (x, y + HEIGHT / 2), "input")
    canvas.note(x + 1.25, y + 0.2, "keys, values", align="center")
    canvas.cell(x + 2.5, y, text, "input", width_of(text, 10) + 0.4, HEIGHT)


def _line(
    canvas: Canvas,
    start: tuple[float, float],
    end: tuple[float, float],
    role: str = "padding",
    width: float = 1.1,
) -> None:
    xs, ys = zip(start, end, strict=True)
    canvas.axes.plot(xs, ys, color=EDGE[role], linewidth=width, clip_on=False)


def _in_words(branches: Sequence[Branch]) -> str:
    """A plan from top to bottom."""
    parts = []
    for branch in branches:
        beside = ", ".join(f"{b.title} with {b.note} gives {b.shape}" for b in branch.boxes)
        behind = f", then {branch.norm.title} with {branch.norm.note}" if branch.norm else ""
        parts.append(f"beside the path {beside}; added to it{behind}")
    return "; ".join(parts)
