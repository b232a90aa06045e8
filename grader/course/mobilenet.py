"""MobileNet, 2017, with separable or with ordinary convolutions, and what each kind of layer costs.

Its networks are counted on the meta device and never run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import nn

from grader.course.pytorch import Shape, mult_adds, output_shape, parameters

WIDTHS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
KINDS = ("first Conv2d", "depthwise", "pointwise", "BatchNorm", "Linear")


def mobilenet(separable: bool = True) -> nn.Sequential:
    """The network for images of shape (3, H, W) and 1,000 classes."""
    layers = [*convolution(3, 32, 3, stride=2)]
    for before, after, stride in zip(WIDTHS, WIDTHS[1:], STRIDES, strict=False):
        if separable:
            layers += convolution(before, before, 3, stride, groups=before)  # depthwise
            layers += convolution(before, after, 1)  # pointwise
        else:
            layers += convolution(before, after, 3, stride)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000))


def convolution(
    before: int, after: int, kernel_size: int, stride: int = 1, groups: int = 1
) -> Iterator[nn.Module]:
    """A convolution, BatchNorm and ReLU; padding keeps the size where the stride is 1."""
    padding = kernel_size // 2
    yield nn.Conv2d(before, after, kernel_size, stride, padding, groups=groups, bias=False)
    yield nn.BatchNorm2d(after)
    yield nn.ReLU()


def shares(network: nn.Sequential, input_shape: Shape) -> dict[str, dict[str, int]]:
    """Parameters and mult-adds of a MobileNet by kind of layer."""
    with torch.device("meta"):
        return {
            "parameters": _sums(network, input_shape, lambda layer, shape: parameters(layer)),
            "mult-adds": _sums(network, input_shape, mult_adds),
        }


def _sums(
    network: nn.Sequential, shape: Shape, count: Callable[[nn.Module, Shape], int]
) -> dict[str, int]:
    found = dict.fromkeys(KINDS, 0)
    for layer in network:
        if (kind := _kind(layer)) is not None:
            found[kind] += count(layer, shape)
        shape = output_shape(layer, shape)
    return found


def _kind(layer: nn.Module) -> str | None:
    if isinstance(layer, nn.Conv2d):
        if layer.in_channels == 3:
            return "first Conv2d"
        return "pointwise" if layer.kernel_size == (1, 1) else "depthwise"
    if isinstance(layer, nn.BatchNorm2d):
        return "BatchNorm"
    return "Linear" if isinstance(layer, nn.Linear) else None
