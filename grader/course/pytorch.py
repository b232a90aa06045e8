"""What PyTorch itself says of a layer: the course's only source of right answers.

Layers are built on the meta device: real shapes, no memory, no arithmetic on numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

Shape = tuple[int, ...]


def on_meta(reference: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """`reference(**arguments)`, with every layer and tensor made on the meta device.

    PyTorch's warnings are left out: nbgrader takes any word on stderr for a failed check.
    """
    with torch.device("meta"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reference(**arguments)


def parameters(layer: nn.Module) -> int:
    """Number of trainable parameters. A parameter that is shared counts once."""
    return sum(p.numel() for p in layer.parameters() if p.requires_grad)


def without(layer: nn.Module, *starts: str) -> int:
    """Number of parameters whose names do not begin with one of `starts`."""
    return sum(p.numel() for name, p in layer.named_parameters() if not name.startswith(starts))


def buffers(layer: nn.Module) -> int:
    """Number of elements that the layer keeps but does not train."""
    return sum(b.numel() for b in layer.buffers())


def output_shape(layer: nn.Module, input_shape: Shape) -> Shape:
    """Shape of `layer(x)` for an `x` of floats with shape `input_shape`, batch first."""
    output: Tensor = layer(torch.empty(input_shape))
    return tuple(output.shape)


def mult_adds(layer: nn.Module, *input_shapes: Shape) -> int:
    """Multiply-accumulates of one forward pass over the whole batch, bias not counted.

    Source: `torch.utils.flop_counter.FlopCounterMode` counts 2 FLOPs a multiply-accumulate.
    It is exact on the meta device in train mode; on the CPU it misses fused kernels.
    """
    inputs = [torch.empty(shape) for shape in input_shapes]
    with FlopCounterMode(display=False) as counter:
        layer.train()(*inputs)
    flops: int = counter.get_total_flops()
    return flops // 2


def receptive_field(windows: Sequence[tuple[int, int, int]]) -> int:
    """How many neighbouring inputs one output sees through a chain of windows.

    A transposed convolution goes the way back: from one place to all that it has seen.

    Args:
        windows: `(kernel_size, stride, dilation)` of each layer, the first layer first.
    """
    way_back = [nn.ConvTranspose1d(1, 1, k, s, dilation=d) for k, s, d in reversed(windows)]
    return output_shape(nn.Sequential(*way_back), (1, 1, 1))[-1]


def is_elementwise(layer: nn.Module, x: Tensor) -> bool:
    """True if each output number depends on the input number in the same place and no other.

    Measured in the layer's mode: each input number is changed in turn, and no output but the one
    in its place may change. Dropout draws the same mask each time; the caller keeps the generator.
    """
    return seeded(layer, x).shape == x.shape and all(
        touched(layer, x, place) <= {place} for place in range(x.numel())
    )


def touched(layer: nn.Module, x: Tensor, place: int) -> set[int]:
    """The places of the output that change when the number at `place` becomes the largest."""
    other = x.clone()
    other.view(-1)[place] = x.max() + 1
    differ = seeded(layer, x) != seeded(layer, other)
    return set(differ.flatten().nonzero().flatten().tolist())


def seeded(layer: nn.Module, x: Tensor) -> Tensor:
    """The layer's output, with the same random numbers each time."""
    torch.default_generator.manual_seed(0)
    output: Tensor = layer(x)
    return output
