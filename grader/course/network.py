"""Networks written as plain data, built by PyTorch on the meta device.

A network is a list of `(kind, arguments)`: `[("Conv2d", {"out_channels": 8, "kernel_size": 3}),
("ReLU", {})]`. Sizes that follow from the layer before (`in_channels`, `in_features`,
`num_features`) are left out. Nothing is evaluated: kinds and arguments come from a fixed list.
"""

from __future__ import annotations

import difflib
import inspect
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

import torch
from torch import nn

from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.words import article, show

KINDS: dict[str, type[nn.Module]] = {
    kind.__name__: kind
    for kind in (
        nn.Conv2d,
        nn.BatchNorm2d,
        nn.ReLU,
        nn.GELU,
        nn.SiLU,
        nn.Sigmoid,
        nn.Tanh,
        nn.MaxPool2d,
        nn.AvgPool2d,
        nn.AdaptiveAvgPool2d,
        nn.Flatten,
        nn.Dropout,
        nn.Linear,
    )
}
FROM_THE_SHAPE = {  # the argument that follows from the input, and its place in the input's shape
    "Conv2d": ("in_channels", 1),
    "BatchNorm2d": ("num_features", 1),
    "Linear": ("in_features", -1),
}
DIMENSIONS = {"Conv2d": 4, "BatchNorm2d": 4, "MaxPool2d": 3, "AvgPool2d": 3, "AdaptiveAvgPool2d": 3}
NOT_HERE = ("device", "dtype", "return_indices")
PAIRS = ("kernel_size", "stride", "padding", "dilation", "output_size")
SMALLEST = {"padding": 0, "start_dim": -10, "end_dim": -10}  # of every other size it is 1
LARGEST = 10_000
MOST_LAYERS = 200
ACTIVATIONS = (nn.ReLU, nn.GELU, nn.SiLU, nn.Sigmoid, nn.Tanh)
LARGEST_KERNEL = 7
WINDOWS = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
END_OF_MAPS = (nn.Flatten, nn.Linear, nn.AdaptiveAvgPool2d)


class NetworkError(Exception):
    """The data does not describe a network; the message is one sentence for the student."""


@dataclass(frozen=True)
class Network:
    """A network and the shapes between its layers: `shapes[0]` is the input's."""

    layers: tuple[nn.Module, ...]
    shapes: tuple[Shape, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The layers' names, in order."""
        return tuple(type(layer).__name__ for layer in self.layers)

    def bent(self, smallest: int = 1) -> int:
        """How many convolutions follow each other with an activation between them.

        Args:
            smallest: those with a smaller kernel do not count.
        """
        count, is_bent = 0, True
        for layer in self.layers:
            if isinstance(layer, ACTIVATIONS):
                is_bent = True
            elif isinstance(layer, nn.Conv2d) and max(_pair(layer.kernel_size)) >= smallest:
                count, is_bent = count + is_bent, False
        return count

    @property
    def strangest_convolution(self) -> str:
        """What no network for images does: a kernel larger than 7x7, a stride that jumps over
        places; '' if there is none."""
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                kernel, stride = _pair(layer.kernel_size), _pair(layer.stride)
                if max(kernel) > LARGEST_KERNEL:
                    return f"a kernel of {kernel[0]}x{kernel[1]}"
                if any(s > k for s, k in zip(stride, kernel, strict=True)):
                    return f"a stride of {max(stride)} over a kernel of {kernel[0]}x{kernel[1]}"
        return ""

    @property
    def output_shape(self) -> Shape:
        """The shape that leaves the last layer."""
        return self.shapes[-1]

    @property
    def parameters(self) -> int:
        """Trainable parameters of all layers."""
        return parameters(nn.Sequential(*self.layers))

    @property
    def mult_adds(self) -> int:
        """Mult-adds for the whole input, bias not counted. Only two kinds have any."""
        with torch.device("meta"):
            return sum(
                mult_adds(layer, shape)
                for layer, shape in zip(self.layers, self.shapes[:-1], strict=True)
                if isinstance(layer, nn.Conv2d | nn.Linear)
            )

    @property
    def receptive_field(self) -> Shape:
        """Height and width that one place sees before the first Flatten, Linear or
        AdaptiveAvgPool2d.

        A transposed convolution goes the way back: from one place to all that it has seen.
        """
        maps = takewhile(lambda layer: not isinstance(layer, END_OF_MAPS), self.layers)
        windows = [layer for layer in maps if isinstance(layer, WINDOWS)]
        try:
            with torch.device("meta"):
                way_back = nn.Sequential(*map(_spread, reversed(windows)))
                return output_shape(way_back, (1, 1, 1, 1))[2:]
        except RuntimeError:
            raise NetworkError("The receptive field is too large for any use.") from None


def _pair(size: Any) -> tuple[int, int]:
    """A size of a convolution for both directions."""
    return (size[0], size[1]) if isinstance(size, tuple) else (size, size)


def build(input_shape: Shape, description: Any) -> Network:
    """Build the network on the meta device, layer by layer.

    Raises:
        NetworkError: with the number of the layer and what is wrong with it.
    """
    if description is None:
        raise NetworkError("A network still has its dots: write a list of layers there.")
    if not isinstance(description, Sequence) or isinstance(description, str):
        noun = article(type(description).__name__)
        raise NetworkError(f"A network is a list of layers, not {noun}.")
    if len(description) > MOST_LAYERS:
        raise NetworkError(f"The network has {len(description)} layers; {MOST_LAYERS} are enough.")
    layers: list[nn.Module] = []
    shapes = [input_shape]
    with torch.device("meta"), warnings.catch_warnings(action="ignore"):
        for number, entry in enumerate(description, start=1):
            layer, shape = _layer(number, entry, shapes[-1])
            layers.append(layer)
            shapes.append(shape)
    return Network(tuple(layers), tuple(shapes))


def _layer(number: int, entry: Any, input_shape: Shape) -> tuple[nn.Module, Shape]:
    """The layer that an entry describes, and the shape of its output.

    It is asked in eval mode: in training, BatchNorm2d refuses one input of one pixel.
    """
    kind, arguments = _entry(number, entry)
    where = f"Layer {number}, {kind}"
    for name, value in arguments.items():
        _check(where, kind, name, value)
    if len(input_shape) < DIMENSIONS.get(kind, 1):
        raise NetworkError(
            f"{where}, wants maps of shape (N, C, H, W) and gets the shape {input_shape}."
        )
    if kind in FROM_THE_SHAPE:
        name, place = FROM_THE_SHAPE[kind]
        arguments[name] = input_shape[place]
    if missing := [name for name in _required(kind) if name not in arguments]:
        raise NetworkError(f"{where}, needs `{missing[0]}`.")
    try:
        layer = KINDS[kind](**arguments).eval()
    except Exception as error:  # whatever PyTorch raises, it is its answer to the student's data
        raise NetworkError(f"{where}: {_first_line(error)}.") from None
    try:
        return layer, output_shape(layer, input_shape)
    except Exception as error:
        raise NetworkError(
            f"{where}, cannot take the shape {input_shape}: {_first_line(error)}."
        ) from None


def _entry(number: int, entry: Any) -> tuple[str, dict[str, Any]]:
    """The kind and the arguments of one entry, lists turned into tuples for PyTorch."""
    if entry is None or entry is ...:
        raise NetworkError(f"Layer {number} still has its dots: write a layer there.")
    pair = isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) == 2
    if not pair or not isinstance(entry[0], str) or not isinstance(entry[1], Mapping):
        raise NetworkError(
            f"Layer {number} is {show(entry)}; write a name and a dict, as in "
            '("Linear", {"out_features": 10}) or ("ReLU", {}).'
        )
    kind, arguments = entry
    if kind not in KINDS:
        lower = {name.lower(): name for name in KINDS}
        close = difflib.get_close_matches(kind[:40].lower().rpartition(".")[2], lower, n=1)
        advice = f"Try `{lower[close[0]]}`." if close else f"Use {', '.join(KINDS)}."
        raise NetworkError(f"Layer {number}: `{kind[:40]}` is not allowed here. {advice}")
    return kind, {n: tuple(v) if isinstance(v, list) else v for n, v in arguments.items()}


def _check(where: str, kind: str, name: str, value: Any) -> None:
    """Refuse what PyTorch refuses late and in riddles, or takes on the meta device only."""
    known = _signature(kind).parameters
    if name == FROM_THE_SHAPE.get(kind, ("", 0))[0]:
        raise NetworkError(f"{where}: leave out `{name}`, it follows from the shape before.")
    if name not in known or name in NOT_HERE:
        raise NetworkError(f"{where}, has no argument `{name[:40]}` here.")
    default = known[name].default
    if kind == "Conv2d" and name == "padding" and value in ("same", "valid"):
        return
    if not _fits(name, value, default):
        found = "has no value" if value is None else f"is {show(value)}"
        raise NetworkError(f"{where}: `{name}` {found}; PyTorch wants {_wanted(name, default)}.")
    sizes = value if isinstance(value, tuple) else (value,)
    if any(isinstance(size, int) and size > LARGEST for size in sizes):
        raise NetworkError(f"{where}: `{name}` is over {LARGEST:,}, too large for any use here.")


@cache
def _signature(kind: str) -> inspect.Signature:
    return inspect.signature(KINDS[kind])


@cache
def _required(kind: str) -> tuple[str, ...]:
    """The arguments without a default, in PyTorch's order."""
    parameters = _signature(kind).parameters.values()
    return tuple(p.name for p in parameters if p.default is p.empty)


def _fits(name: str, value: Any, default: Any) -> bool:
    """True if PyTorch can make sense of the value. What it means there, PyTorch decides."""
    if value is None:
        return default is None or name == "momentum"
    match default:
        case bool():
            return isinstance(value, bool)
        case float():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case str():
            return isinstance(value, str)
    if isinstance(value, tuple):
        return name in PAIRS and len(value) == 2 and all(_is_size(name, size) for size in value)
    return _is_size(name, value)


def _is_size(name: str, value: Any) -> bool:
    if value is None:
        return name == "output_size"
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and value >= SMALLEST.get(name, 1)


def _wanted(name: str, default: Any) -> str:
    """What `_fits` takes, in words."""
    match default:
        case bool():
            return "True or False"
        case float():
            return "a number"
        case str():
            return "text"
    least = SMALLEST.get(name, 1)
    size = "a whole number" if least < 0 else f"a whole number from {least} on"
    return f"{size}, or a pair of them" if name in PAIRS else size


def _spread(window: Any) -> nn.Module:
    """A transposed convolution with the window's sizes."""
    dilation = getattr(window, "dilation", 1)
    return nn.ConvTranspose2d(1, 1, window.kernel_size, window.stride, dilation=dilation)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")[:200]
