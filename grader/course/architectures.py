"""Networks that are known by their names, built of PyTorch's layers on the meta device.

They are counted and never run: ReLU and whatever else has no parameters is left out, unless it
changes the shape.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import nn

Config = tuple[int | str, ...]
VGG_11 = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_13 = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_16 = (64, 64, "M", 128, 128, "M", *(256,) * 3, "M", *(512,) * 3, "M", *(512,) * 3, "M")
VGG_19 = (64, 64, "M", 128, 128, "M", *(256,) * 4, "M", *(512,) * 4, "M", *(512,) * 4, "M")
STAGES = ((64, 64), (64, 128), (128, 256), (256, 512))  # ResNet's channels, in and out


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


def caffe_lenet() -> nn.Sequential:
    """What Caffe calls LeNet, for images of 28x28."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10))


@lru_cache
def vgg(
    config: Config, batch_norm: bool, num_classes: int,
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


@lru_cache
def resnet(blocks: tuple[int, ...], num_classes: int, kernel_size: int = 7) -> nn.ModuleList:
    """ResNet with BasicBlocks; the first block of a stage changes the channels."""
    layers = [convolution(3, 64, kernel_size)]
    for (before, after), depth in zip(STAGES, blocks, strict=True):
        layers.append(basic_block(before, after))
        layers += [basic_block(after, after) for _ in range(depth - 1)]
    return nn.ModuleList([*layers, nn.Linear(512, num_classes)])


def basic_block(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two 3x3 convolutions, and a projection where the number of channels changes."""
    layers = [convolution(in_channels, out_channels, 3), convolution(out_channels, out_channels, 3)]
    if in_channels != out_channels:
        layers.append(convolution(in_channels, out_channels, 1))
    return nn.Sequential(*layers)


def convolution(in_channels: int, out_channels: int, kernel_size: int) -> nn.Sequential:
    """A convolution as ResNet has it: no bias, and a BatchNorm2d behind."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, bias=False), nn.BatchNorm2d(out_channels))


@lru_cache
def gpt2(
    vocab_size: int, context: int, d_model: int, num_layers: int, widening: int = 4,
) -> nn.ModuleList:
    """GPT-2. Its block has the layers of `nn.TransformerEncoderLayer`; heads cost nothing."""
    tokens, positions = nn.Embedding(vocab_size, d_model), nn.Embedding(context, d_model)
    blocks = [
        nn.TransformerEncoderLayer(d_model, nhead=1, dim_feedforward=widening * d_model)
        for _ in range(num_layers)
    ]
    head = nn.Linear(d_model, vocab_size, bias=False)
    head.weight = tokens.weight
    return nn.ModuleList([tokens, positions, *blocks, nn.LayerNorm(d_model), head])


@lru_cache
def llama(
    vocab_size: int, d_model: int, num_layers: int, num_heads: int, num_kv_heads: int,
    hidden_dim: int, tied: bool, bias: bool = False,
) -> nn.ModuleList:
    """Llama, with `num_kv_heads` heads for keys and values. The `bias` is that of the blocks."""
    heads = torch.empty(d_model).view(num_heads, -1)
    key_width = heads[:num_kv_heads].numel()
    tokens = nn.Embedding(vocab_size, d_model)
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
