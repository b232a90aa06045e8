"""Networks that are known by their names, built of PyTorch's layers on the meta device.

Their shapes can be followed and their parameters counted; there are no weights. What has no
parameters and keeps the shape is left out, as the ReLUs of LeNet, VGG and AlexNet are.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

import torch
from torch import Tensor, nn

Config = tuple[int | str, ...]
VGG_11 = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_13 = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_16 = (64, 64, "M", 128, 128, "M", *(256,) * 3, "M", *(512,) * 3, "M", *(512,) * 3, "M")
VGG_19 = (64, 64, "M", 128, 128, "M", *(256,) * 4, "M", *(512,) * 4, "M", *(512,) * 4, "M")
STAGES = ((64, 64), (64, 128), (128, 256), (256, 512))  # ResNet's channels, in and out
WIDENING = 4  # of a bottleneck's last convolution
HEAD_WIDTH = 64  # of GPT-2


def built_once(build: Callable[..., Any]) -> Any:
    """The network on the meta device, the same one for the same arguments."""

    @lru_cache
    @wraps(build)
    def network(*args: Any, **options: Any) -> Any:
        with torch.device("meta"):
            return build(*args, **options)

    return network


@built_once
def lenet5(in_channels: int = 1, map_size: int = 5) -> nn.Sequential:
    """LeNet-5; with 32x32 images, maps of 5x5 reach the first Linear."""
    return nn.Sequential(
        nn.Conv2d(in_channels, 6, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(torch.empty(16, map_size, map_size).numel(), 120),
        nn.Linear(120, 84),
        nn.Linear(84, 10),
    )


@built_once
def caffe_lenet() -> nn.Sequential:
    """What Caffe calls LeNet, for images of 28x28."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10))


@built_once
def alexnet(c1: int, c2: int, c3: int, c4: int, c5: int, groups: int = 1) -> nn.Sequential:
    """AlexNet with these channels, without its poolings; `groups=2` cuts it into two towers."""
    return nn.Sequential(OrderedDict({
        "conv 1": nn.Conv2d(3, c1, 11),
        "conv 2": nn.Conv2d(c1, c2, 5, groups=groups),
        "conv 3": nn.Conv2d(c2, c3, 3),
        "conv 4": nn.Conv2d(c3, c4, 3, groups=groups),
        "conv 5": nn.Conv2d(c4, c5, 3, groups=groups),
        "linear": nn.Sequential(
            nn.Linear(c5 * 6 * 6, 4096), nn.Linear(4096, 4096), nn.Linear(4096, 1000)),
    }))


@built_once
def vgg(
    config: Config, batch_norm: bool = False, num_classes: int = 1000,
    in_channels: int = 3, kernel_size: tuple[int, int] = (3, 3), maps: tuple[int, int] = (7, 7),
) -> nn.Sequential:
    """VGG; with 224x224 images and five poolings, maps of 7x7 reach the classifier."""
    layers: list[nn.Module] = []
    channels = in_channels
    for entry in config:
        if isinstance(entry, str):
            layers.append(nn.MaxPool2d(2))
            continue
        layers.append(nn.Conv2d(channels, entry, kernel_size, padding="same"))
        if batch_norm:
            layers.append(nn.BatchNorm2d(entry))
        channels = entry
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(torch.empty(channels, *maps).numel(), 4096),
        nn.Linear(4096, 4096),
        nn.Linear(4096, num_classes),
    )


class Residual(nn.Module):
    """An addition around something, and a ReLU behind it."""

    def __init__(self, main: nn.Module, shortcut: nn.Module) -> None:
        super().__init__()
        self.main, self.shortcut = main, shortcut

    def forward(self, x: Tensor) -> Tensor:
        """What both ways come to."""
        return torch.relu(self.main(x) + self.shortcut(x))


@built_once
def resnet(
    blocks: tuple[int, ...], num_classes: int = 1000, kernel_size: int = 7,
    bottleneck: bool = False, bias: bool = False,
) -> nn.Sequential:
    """ResNet for RGB images, with BasicBlocks or with bottlenecks; a part for each block.

    Args:
        blocks: how many in each of the four stages.
        num_classes: outputs of the Linear.
        kernel_size: of the first convolution.
        bottleneck: three convolutions a block, and four times the channels.
        bias: of all convolutions, as in Keras.
    """
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    parts["stem"] = nn.Sequential(convolution(3, 64, kernel_size, 2, bias), nn.ReLU())
    parts["pooling"] = nn.MaxPool2d(3, 2, padding=1)
    channels = 64
    for stage, ((_, width), depth) in enumerate(zip(STAGES, blocks, strict=True), start=1):
        after = WIDENING * width if bottleneck else width
        for number in range(1, depth + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            block = bottleneck_block if bottleneck else basic_block
            parts[f"stage {stage}, block {number}"] = block(channels, after, stride, bias)
            channels = after
    parts["average, linear"] = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, num_classes))
    return nn.Sequential(parts)


def basic_block(
    in_channels: int, out_channels: int, stride: int = 1, bias: bool = False
) -> Residual:
    """Two 3x3 convolutions."""
    return residual(
        convolution(in_channels, out_channels, 3, stride, bias), nn.ReLU(),
        convolution(out_channels, out_channels, 3, 1, bias),
        shortcut=projection(in_channels, out_channels, stride, bias))


def bottleneck_block(
    in_channels: int, out_channels: int, stride: int = 1, bias: bool = False
) -> Residual:
    """Down to a quarter of the channels with a 1x1 convolution, a 3x3 one there, and up again."""
    few = out_channels // WIDENING
    return residual(
        convolution(in_channels, few, 1, 1, bias), nn.ReLU(),
        convolution(few, few, 3, stride, bias), nn.ReLU(),
        convolution(few, out_channels, 1, 1, bias),
        shortcut=projection(in_channels, out_channels, stride, bias))


def residual(*main: nn.Module, shortcut: nn.Module) -> Residual:
    """The block of these layers."""
    return Residual(nn.Sequential(*main), shortcut)


def projection(in_channels: int, out_channels: int, stride: int, bias: bool) -> nn.Module:
    """A shortcut: a 1x1 convolution where the shape changes, else nothing."""
    if in_channels == out_channels and stride == 1:
        return nn.Identity()
    return convolution(in_channels, out_channels, 1, stride, bias)


def convolution(
    in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, bias: bool = False
) -> nn.Sequential:
    """A convolution as ResNet has it: no bias, and a BatchNorm2d behind."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=bias),
        nn.BatchNorm2d(out_channels))


class Positions(nn.Embedding):
    """A learned vector for each place, added to what stands there."""

    def forward(self, x: Tensor) -> Tensor:
        """The sum."""
        return x + self.weight[: x.shape[1]]


@built_once
def gpt2(
    vocab_size: int, context: int, d_model: int, num_layers: int, widening: int = 4,
) -> nn.Sequential:
    """GPT-2. Its block has the layers of `nn.TransformerEncoderLayer`; heads cost nothing."""
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    parts["tokens"] = tokens = nn.Embedding(vocab_size, d_model)
    parts["positions"] = Positions(context, d_model)
    heads = d_model // HEAD_WIDTH if d_model % HEAD_WIDTH == 0 else 1
    for number in range(1, num_layers + 1):
        parts[f"block {number}"] = nn.TransformerEncoderLayer(
            d_model, heads, widening * d_model, dropout=0.0, activation=nn.GELU(),
            batch_first=True, norm_first=True)
    parts["norm"] = nn.LayerNorm(d_model)
    parts["head"] = head = nn.Linear(d_model, vocab_size, bias=False)
    head.weight = tokens.weight
    return nn.Sequential(parts)


@built_once
def llama(
    vocab_size: int, d_model: int, num_layers: int, num_heads: int, num_kv_heads: int,
    hidden_dim: int, tied: bool = False, bias: bool = False,
) -> nn.ModuleList:
    """Llama, with `num_kv_heads` heads for keys and values. The `bias` is that of the blocks."""
    tokens = nn.Embedding(vocab_size, d_model)
    heads = torch.empty(d_model).view(num_heads, -1)
    key_width = heads[:num_kv_heads].numel()
    blocks = [llama_block(d_model, key_width, hidden_dim, bias) for _ in range(num_layers)]
    head = nn.Linear(d_model, vocab_size, bias=False)
    if tied:
        head.weight = tokens.weight
    return nn.ModuleList([tokens, *blocks, nn.RMSNorm(d_model), head])


def llama_block(d_model: int, key_width: int, hidden_dim: int, bias: bool) -> nn.ModuleDict:
    """One block: attention and a SwiGLU, each behind an RMSNorm."""
    return nn.ModuleDict({
        "attention_norm": nn.RMSNorm(d_model),
        "query": nn.Linear(d_model, d_model, bias),
        "key": nn.Linear(d_model, key_width, bias),
        "value": nn.Linear(d_model, key_width, bias),
        "output": nn.Linear(d_model, d_model, bias),
        "hidden_norm": nn.RMSNorm(d_model),
        "gate": nn.Linear(d_model, hidden_dim, bias),
        "up": nn.Linear(d_model, hidden_dim, bias),
        "down": nn.Linear(hidden_dim, d_model, bias),
    })
