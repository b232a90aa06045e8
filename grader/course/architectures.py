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
Size = int | tuple[int, int]  # of both sides, or height and width
VGG_11 = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_13 = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_16 = (64, 64, "M", 128, 128, "M", *(256,) * 3, "M", *(512,) * 3, "M", *(512,) * 3, "M")
VGG_19 = (64, 64, "M", 128, 128, "M", *(256,) * 4, "M", *(512,) * 4, "M", *(512,) * 4, "M")
STAGES = ((64, 64), (64, 128), (128, 256), (256, 512))  # ResNet's channels, in and out
WIDENING = 4  # of a bottleneck's last convolution
HEAD_WIDTH = 64  # of GPT-2 and ViT


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


class UNet(nn.Module):
    """Down by poolings, up by transposed convolutions; each map of the way down is put beside the
    map of its size on the way up."""

    def __init__(self, in_channels: int, num_classes: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        before = (in_channels, *widths)
        steps = [*zip(widths[1:], widths, strict=False)][::-1]  # channels below and above
        self.pool = nn.MaxPool2d(2)
        self.down = nn.ModuleList(map(two_convolutions, before, widths))
        self.up = nn.ModuleList(nn.ConvTranspose2d(high, low, 2, stride=2) for high, low in steps)
        self.joined = nn.ModuleList(two_convolutions(low + low, low) for _, low in steps)
        self.head = nn.Conv2d(widths[0], num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """A number for each class at each pixel."""
        x, kept = self.down[0](x), []
        for pair in self.down[1:]:
            kept.append(x)
            x = pair(self.pool(x))
        for up, pair in zip(self.up, self.joined, strict=True):
            x = pair(torch.cat([kept.pop(), up(x)], dim=1))
        result: Tensor = self.head(x)
        return result


def two_convolutions(in_channels: int, out_channels: int) -> nn.Sequential:
    """Two 3x3 convolutions that keep the size, each with a ReLU behind it."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU())


@built_once
def unet(in_channels: int, num_classes: int, widths: tuple[int, ...]) -> UNet:
    """U-Net, with channels for each size of its maps, the largest size first."""
    return UNet(in_channels, num_classes, widths)


@built_once
def hifi_gan(
    channels: int = 512, rates: tuple[int, ...] = (8, 8, 2, 2),
    kernels: tuple[int, ...] = (3, 7, 11),
) -> nn.Sequential:
    """HiFi-GAN's generator, from 80 numbers a frame of sound to the sound itself.

    Args:
        channels: before the first transposed convolution; each of them halves them.
        rates: their strides.
        kernels: of the residual blocks behind each of them, three dilations a block.
    """
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    parts["in"] = nn.Conv1d(80, channels, 7, padding=3)
    for number, rate in enumerate(rates, start=1):
        before, channels = channels, channels // 2
        parts[f"up {number}, by {rate}"] = nn.ConvTranspose1d(
            before, channels, 2 * rate, rate, padding=rate // 2)
        parts[f"blocks {number}"] = SideBySide(nn.Sequential(*[
            SoundResidual(channels, kernel, dilation) for dilation in (1, 3, 5)
        ]) for kernel in kernels)
    parts["out"] = nn.Conv1d(channels, 1, 7, padding=3)
    return nn.Sequential(parts)


class SideBySide(nn.ModuleList):
    """Several ways for one input, and the average of what they say."""

    def forward(self, x: Tensor) -> Tensor:
        """The average."""
        return torch.stack([way(x) for way in self]).mean(0)


class SoundResidual(nn.Module):
    """Two convolutions along a sound, the first one dilated, and a shortcut."""

    def __init__(self, channels: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.LeakyReLU(0.1),
            nn.Conv1d(channels, channels, kernel_size, dilation=dilation, padding="same"),
            nn.LeakyReLU(0.1),
            nn.Conv1d(channels, channels, kernel_size, padding="same"))

    def forward(self, x: Tensor) -> Tensor:
        """What both ways come to."""
        result: Tensor = x + self.main(x)
        return result


class VisionTransformer(nn.Module):
    """ViT: a convolution makes tokens of patches, a class token joins them, each gets a position.

    Class token and positions are bare parameters: they belong to no layer.
    """

    def __init__(
        self, image_size: Size, patch_size: Size, embed_dim: int, depth: int, mlp_dim: int,
        num_classes: int, in_channels: int,
    ) -> None:
        super().__init__()
        heads = embed_dim // HEAD_WIDTH if embed_dim % HEAD_WIDTH == 0 else 1
        self.patches = nn.Conv2d(in_channels, embed_dim, patch_size, patch_size)
        self.class_token = nn.Parameter(torch.zeros(1, 1, embed_dim))
        sides = image_size if isinstance(image_size, tuple) else (image_size, image_size)
        tokens = self.tokens(torch.zeros(1, in_channels, *sides))
        self.positions = nn.Parameter(torch.zeros_like(tokens))
        self.blocks = nn.Sequential(*(
            nn.TransformerEncoderLayer(
                embed_dim, heads, mlp_dim, dropout=0.0, activation=nn.GELU(),
                batch_first=True, norm_first=True)
            for _ in range(depth)))
        self.norm = nn.LayerNorm(embed_dim)
        self.head = nn.Linear(embed_dim, num_classes)

    def tokens(self, images: Tensor) -> Tensor:
        """The class token, then one token a patch in reading order."""
        patches = self.patches(images).flatten(2).transpose(1, 2)
        return torch.cat([self.class_token.expand(len(images), -1, -1), patches], dim=1)

    def forward(self, images: Tensor) -> Tensor:
        """A score for each class, read from the class token."""
        tokens = self.blocks(self.tokens(images) + self.positions)
        scores: Tensor = self.head(self.norm(tokens[:, 0]))
        return scores


@built_once
def vit(
    image_size: Size, patch_size: Size, embed_dim: int, depth: int, mlp_dim: int,
    num_classes: int = 1000, in_channels: int = 3,
) -> VisionTransformer:
    """ViT. Its block has the layers of `nn.TransformerEncoderLayer`; heads cost nothing."""
    return VisionTransformer(
        image_size, patch_size, embed_dim, depth, mlp_dim, num_classes, in_channels)


TARGETS = {"q": "query", "k": "key", "v": "value", "o": "output",
    "gate": "gate", "up": "up", "down": "down"}  # what adapters call the matrices of a block


def adapter(in_features: int, out_features: int, rank: int, bias: bool = False) -> nn.Sequential:
    """The pair that LoRA puts beside a Linear: A down to `rank` numbers, B up again."""
    return nn.Sequential(
        nn.Linear(in_features, rank, bias), nn.Linear(rank, out_features, bias))


@built_once
def llama_adapters(
    d_model: int, num_layers: int, num_heads: int, num_kv_heads: int, hidden_dim: int,
    rank: int, targets: tuple[str, ...],
) -> nn.ModuleList:
    """The adapters of a Llama: in each block one for each target."""
    key_width = torch.empty(d_model).view(num_heads, -1)[:num_kv_heads].numel()
    block = llama_block(d_model, key_width, hidden_dim, bias=False)
    beside = {target: block.get_submodule(TARGETS[target]) for target in targets}
    return nn.ModuleList([
        nn.ModuleDict({
            target: adapter(layer.in_features, layer.out_features, rank)
            for target, layer in beside.items() if isinstance(layer, nn.Linear)})
        for _ in range(num_layers)])
