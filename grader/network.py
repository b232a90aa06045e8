"""Networks written as plain data, built by PyTorch on the meta device.

A network is a list of `(kind, arguments)`: `[("Conv2d", {"out_channels": 8, "kernel_size": 3}),
("ReLU", {})]`. Sizes that follow from the layer before (`in_channels`, `in_features`,
`num_features`) are left out. Nothing is evaluated: kinds and arguments come from a fixed list.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from grader.pytorch import Shape, mult_adds, output_shape, parameters, receptive_field
from grader.words import article, show

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
NOT_A_SIZE = ("device", "dtype")
END_OF_MAPS = (nn.Flatten, nn.Linear, nn.AdaptiveAvgPool2d)
MOST_LAYERS = 200
LARGEST_SIZE = 100_000


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
        """Mult-adds for one input, bias not counted."""
        return mult_adds(nn.Sequential(*self.layers), self.shapes[0])

    @property
    def receptive_field(self) -> Shape:
        """Height and width that one place sees before the first Flatten, Linear or
        AdaptiveAvgPool2d."""
        windows: list[nn.Module] = []
        for layer in self.layers:
            if isinstance(layer, END_OF_MAPS):
                break
            if hasattr(layer, "kernel_size"):
                windows.append(layer)
        return tuple(
            receptive_field([_window(layer, axis) for layer in windows]) for axis in (0, 1)
        )


def build(input_shape: Shape, description: Any) -> Network:
    """Build the network on the meta device, layer by layer.

    Raises:
        NetworkError: with the number of the layer and what is wrong with it.
    """
    if not isinstance(description, Sequence) or isinstance(description, str):
        raise NetworkError(f"A network is a list of layers, not {article(_kind(description))}.")
    if len(description) > MOST_LAYERS:
        raise NetworkError(f"The network has {len(description)} layers; {MOST_LAYERS} are enough.")
    layers: list[nn.Module] = []
    shapes = [input_shape]
    for number, entry in enumerate(description, start=1):
        layer = _layer(number, entry, shapes[-1])
        try:
            shapes.append(output_shape(layer, shapes[-1]))
        except (RuntimeError, ValueError, TypeError) as error:
            raise _refused(number, layer, shapes[-1], error) from None
        layers.append(layer)
    return Network(tuple(layers), tuple(shapes))


def _layer(number: int, entry: Any, shape: Shape) -> nn.Module:
    kind, arguments = _entry(number, entry)
    allowed = set(inspect.signature(KINDS[kind]).parameters) - set(NOT_A_SIZE)
    if kind in FROM_THE_SHAPE:
        name, place = FROM_THE_SHAPE[kind]
        allowed.discard(name)
        if name in arguments:
            raise NetworkError(
                f"Layer {number}: leave out `{name}`, it follows from the shape before."
            )
        if len(shape) <= max(place, 0):
            raise NetworkError(f"Layer {number}: {kind} cannot take the shape {shape}.")
        arguments[name] = shape[place]
    if unknown := sorted(set(arguments) - allowed - {FROM_THE_SHAPE.get(kind, ("", 0))[0]}):
        raise NetworkError(f"Layer {number}: {kind} has no argument `{unknown[0]}`.")
    try:
        with torch.device("meta"):
            return KINDS[kind](**arguments)
    except (RuntimeError, ValueError, TypeError) as error:
        raise NetworkError(f"Layer {number}, {kind}: {_first_line(error)}.") from None


def _entry(number: int, entry: Any) -> tuple[str, dict[str, Any]]:
    """The kind and the arguments of one entry, lists turned into tuples for PyTorch."""
    pair = isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) == 2
    if not pair or not isinstance(entry[0], str) or not isinstance(entry[1], Mapping):
        raise NetworkError(
            f'Layer {number} is {show(entry)}; write it as ("ReLU", {{}}): a name and a dict.'
        )
    kind, arguments = entry
    if kind not in KINDS:
        raise NetworkError(f"Layer {number}: `{kind}` is not allowed here. Use {', '.join(KINDS)}.")
    for value in arguments.values():
        for size in value if isinstance(value, list | tuple) else [value]:
            if isinstance(size, int) and abs(size) > LARGEST_SIZE:
                raise NetworkError(f"Layer {number}: {size:,} is too large for any network here.")
    return kind, {n: tuple(v) if isinstance(v, list) else v for n, v in arguments.items()}


def _window(layer: Any, axis: int) -> tuple[int, int, int]:
    """Kernel size, stride and dilation of a convolution or pooling layer along one axis."""

    def along(value: Any) -> int:
        return int(value[axis] if isinstance(value, tuple) else value)

    return along(layer.kernel_size), along(layer.stride), along(getattr(layer, "dilation", 1))


def _refused(number: int, layer: nn.Module, shape: Shape, error: Exception) -> NetworkError:
    kind = type(layer).__name__
    return NetworkError(
        f"Layer {number}, {kind}, cannot take the shape {shape}: {_first_line(error)}."
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")[:200]


def _kind(value: Any) -> str:
    return "empty answer" if value is None else type(value).__name__
