"""Lesson 16: real networks, built on the meta device and counted without a weight."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from types import SimpleNamespace

import torch
from torch import nn

from grader.course.pytorch import buffers, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case

Config = tuple[int | str, ...]
VGG_11 = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_13 = (64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
VGG_16 = (64, 64, "M", 128, 128, "M", *(256,) * 3, "M", *(512,) * 3, "M", *(512,) * 3, "M")
VGG_19 = (64, 64, "M", 128, 128, "M", *(256,) * 4, "M", *(512,) * 4, "M", *(512,) * 4, "M")
STAGES = ((64, 64), (64, 128), (128, 256), (256, 512))  # ResNet's channels, in and out


def lenet5_params() -> int:
    """The parameters of LeNet-5 for grey images of 32x32 and 10 classes, as it is built today.

    Two 5x5 convolutions with 6 and 16 channels, each with a pooling behind it, and three
    Linear layers with 120, 84 and 10 outputs.
    """
    return parameters(lenet5())


@lru_cache
def vgg_params(config: Config, batch_norm: bool = False, num_classes: int = 1000) -> int:
    """The parameters of a VGG network for RGB images of 224x224.

    Each number in `config` is a 3x3 convolution with that many outputs, each "M" a pooling.
    With `batch_norm` a BatchNorm2d follows each convolution; all convolutions have a bias.
    The classifier takes 7x7 maps: two Linear layers with 4096 outputs and one for the classes.
    """
    return parameters(vgg(config=config, batch_norm=batch_norm, num_classes=num_classes))


@lru_cache
def resnet_params(blocks: tuple[int, ...], num_classes: int = 1000) -> int:
    """The parameters of a ResNet for RGB images with `blocks` BasicBlocks in its four stages.

    The stages have 64, 128, 256 and 512 channels. Before them stand a 7x7 convolution and its
    BatchNorm2d, behind them one Linear. No convolution has a bias.
    """
    return parameters(resnet(blocks=blocks, num_classes=num_classes))


@lru_cache
def gpt2_params(vocab_size: int, context: int, d_model: int, num_layers: int) -> int:
    """The parameters of a GPT-2.

    Learned positions, biases in all Linear layers, a hidden width of 4 times `d_model`,
    two LayerNorms a block and one at the end. The head shares the embedding's weight.
    """
    return parameters(
        gpt2(vocab_size=vocab_size, context=context, d_model=d_model, num_layers=num_layers)
    )


@lru_cache
def llama_params(
    vocab_size: int,
    d_model: int,
    num_layers: int,
    num_heads: int,
    num_kv_heads: int,
    hidden_dim: int,
    tied: bool = False,
) -> int:
    """The parameters of a Llama.

    No biases, RMSNorm twice a block and once at the end, rotary positions, SwiGLU with
    three matrices, grouped queries. `tied`: the head shares the embedding's weight.
    """
    return parameters(
        llama(
            vocab_size=vocab_size,
            d_model=d_model,
            num_layers=num_layers,
            num_heads=num_heads,
            num_kv_heads=num_kv_heads,
            hidden_dim=hidden_dim,
            tied=tied,
        )
    )


# The networks. Those in a ModuleList hold all their layers, but are counted only, never run.


def lenet5(in_channels: int = 1, map_size: int = 5) -> nn.Sequential:
    """LeNet-5; with 32x32 images, maps of 5x5 reach the first Linear."""
    flatten = nn.Flatten(0)
    vector = flatten(torch.empty(16, map_size, map_size))
    return nn.Sequential(
        nn.Conv2d(in_channels, 6, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(len(vector), 120),
        nn.Linear(120, 84),
        nn.Linear(84, 10),
    )


@lru_cache
def vgg(
    config: Config,
    batch_norm: bool,
    num_classes: int,
    in_channels: int = 3,
    maps: tuple[int, int] = (7, 7),
) -> nn.Sequential:
    """VGG; with 224x224 images and five poolings, maps of 7x7 reach the classifier."""
    layers: list[nn.Module] = []
    channels = in_channels
    for entry in config:
        if isinstance(entry, str):
            layers.append(nn.MaxPool2d(2))
        else:
            layers.append(nn.Conv2d(channels, entry, 3, padding=1))
            if batch_norm:
                layers.append(nn.BatchNorm2d(entry))
            channels = entry
    vector = nn.Flatten(0)(torch.empty(channels, *maps))
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(len(vector), 4096),
        nn.Linear(4096, 4096),
        nn.Linear(4096, num_classes),
    )


@lru_cache
def resnet(blocks: tuple[int, ...], num_classes: int) -> nn.ModuleList:
    """ResNet with BasicBlocks; the first block of a stage changes the channels."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 7, bias=False), nn.BatchNorm2d(64)]
    for (before, after), depth in zip(STAGES, blocks, strict=True):
        layers.append(basic_block(before, after))
        layers += [basic_block(after, after) for _ in range(depth - 1)]
    return nn.ModuleList([*layers, nn.Linear(512, num_classes)])


def basic_block(in_channels: int, out_channels: int) -> nn.ModuleList:
    """Two 3x3 convolutions, and a projection where the number of channels changes."""
    layers = [
        nn.Conv2d(in_channels, out_channels, 3, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.Conv2d(out_channels, out_channels, 3, bias=False),
        nn.BatchNorm2d(out_channels),
    ]
    if in_channels != out_channels:
        layers += projection(in_channels, out_channels)
    return nn.ModuleList(layers)


def projection(in_channels: int, out_channels: int) -> nn.Sequential:
    """The 1x1 convolution on a shortcut, with its BatchNorm2d."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)
    )


@lru_cache
def gpt2(vocab_size: int, context: int, d_model: int, num_layers: int) -> nn.ModuleList:
    """GPT-2. Its block has the layers of `nn.TransformerEncoderLayer`; heads cost nothing."""
    tokens, positions = nn.Embedding(vocab_size, d_model), nn.Embedding(context, d_model)
    blocks = [
        nn.TransformerEncoderLayer(d_model, nhead=1, dim_feedforward=4 * d_model, norm_first=True)
        for _ in range(num_layers)
    ]
    head = nn.Linear(d_model, vocab_size, bias=False)
    head.weight = tokens.weight
    return nn.ModuleList([tokens, positions, *blocks, nn.LayerNorm(d_model), head])


@lru_cache
def llama(
    vocab_size: int,
    d_model: int,
    num_layers: int,
    num_heads: int,
    num_kv_heads: int,
    hidden_dim: int,
    tied: bool,
) -> nn.ModuleList:
    """Llama, with `num_kv_heads` heads for keys and values."""
    key_width = heads_width(d_model, num_heads, num_kv_heads)
    tokens = nn.Embedding(vocab_size, d_model)
    blocks = [llama_block(d_model, key_width, hidden_dim) for _ in range(num_layers)]
    head = nn.Linear(d_model, vocab_size, bias=False)
    if tied:
        head.weight = tokens.weight
    return nn.ModuleList([tokens, *blocks, nn.RMSNorm(d_model), head])


def llama_block(d_model: int, key_width: int, hidden_dim: int) -> nn.ModuleDict:
    """One block: attention and a SwiGLU, each behind an RMSNorm."""
    return nn.ModuleDict(
        {
            "attention_norm": nn.RMSNorm(d_model),
            "query": nn.Linear(d_model, d_model, bias=False),
            "key": nn.Linear(d_model, key_width, bias=False),
            "value": nn.Linear(d_model, key_width, bias=False),
            "output": nn.Linear(d_model, d_model, bias=False),
            "hidden_norm": nn.RMSNorm(d_model),
            "gate": nn.Linear(d_model, hidden_dim, bias=False),
            "up": nn.Linear(d_model, hidden_dim, bias=False),
            "down": nn.Linear(hidden_dim, d_model, bias=False),
        }
    )


def heads_width(d_model: int, num_heads: int, chosen: int) -> int:
    """How many of the `d_model` features belong to `chosen` of the heads."""
    heads = torch.empty(d_model).view(num_heads, -1)
    return heads[:chosen].numel()


# What the mistakes leave out or add.


def convolutions(network: nn.Module) -> list[nn.Conv2d]:
    """All convolutions of a network."""
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]


def of_kind(network: nn.Module, kind: type[nn.Module]) -> int:
    """The parameters of all layers of this kind."""
    return sum(parameters(layer) for layer in network.modules() if isinstance(layer, kind))


def biases(network: nn.Module, *kinds: type[nn.Module]) -> int:
    """The biases of all layers of these kinds."""
    return sum(
        parameter.numel()
        for layer in network.modules()
        if isinstance(layer, kinds)
        for name, parameter in layer.named_parameters(recurse=False)
        if name.endswith("bias")
    )


def attention_biases(d_model: int) -> int:
    """The biases of the four projections of an attention."""
    return biases(nn.MultiheadAttention(d_model, 1), nn.Linear, nn.MultiheadAttention)


def matrix(in_features: int, out_features: int) -> int:
    """The parameters of a Linear without a bias."""
    return parameters(nn.Linear(in_features, out_features, bias=False))


def kv_width(a: SimpleNamespace) -> int:
    """The features of all keys of a Llama together."""
    return heads_width(a.d_model, a.num_heads, a.num_kv_heads)


def projections() -> int:
    """The parameters of a ResNet's three projections."""
    return sum(parameters(projection(before, after)) for before, after in STAGES[1:])


def second_convolution(channels: int) -> nn.Sequential:
    """The second convolution of a BasicBlock, with its BatchNorm2d."""
    return nn.Sequential(nn.Conv2d(channels, channels, 3, bias=False), nn.BatchNorm2d(channels))


def three_by_one(network: nn.Module) -> int:
    """The parameters of all convolutions, if their kernels were 3x1."""
    return sum(
        parameters(nn.Conv2d(layer.in_channels, layer.out_channels, (3, 1)))
        for layer in convolutions(network)
    )


def from_three_channels(network: nn.Module) -> int:
    """The parameters of all convolutions, if each saw the RGB image."""
    return sum(parameters(nn.Conv2d(3, layer.out_channels, 3)) for layer in convolutions(network))


def caffe_lenet() -> nn.Sequential:
    """The layers with parameters of the network that Caffe calls LeNet."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5), nn.Linear(800, 500), nn.Linear(500, 10)
    )


def sparse_convolution() -> int:
    """LeNet-5's second convolution as published in 1998.

    Six of its maps see 3 maps of the layer before, nine see 4, one sees all 6.
    """
    seen = (3,) * 6 + (4,) * 9 + (6,)
    return sum(parameters(nn.Conv2d(maps, 1, 5)) for maps in seen)


# What is drawn.


def draw_config(random: Random, depth: int) -> Config:
    """Convolutions with 512 outputs at the end, and up to five poolings."""
    channels = [random.randint(2, 256) for _ in range(depth)]
    config: list[int | str] = [*channels, 512]
    for _ in range(random.randint(0, 5)):
        config.insert(random.randint(1, len(config)), "M")
    return tuple(config)


def draw_vgg(random: Random, batch_norm: bool = False) -> Case:
    """A VGG with other layers and another number of classes."""
    config = draw_config(random, random.randint(1, 8))
    return case(config, batch_norm, random.randint(2, 999))


def draw_blocks(random: Random, most: int) -> tuple[int, ...]:
    """A number of blocks for each of four stages."""
    return tuple(random.randint(1, most) for _ in STAGES)


def draw_gpt2(random: Random, num_layers: int) -> Case:
    """A small GPT-2."""
    return case(random.randint(50, 5000), random.randint(8, 512), random.randint(8, 99), num_layers)


def draw_llama(random: Random, groups: int = 1, tied: bool = False) -> Case:
    """A small Llama in which so many query heads share a key."""
    kv_heads, head_dim = random.randint(2, 4), random.choice((2, 4, 8))
    heads = groups * kv_heads
    return case(
        random.randint(50, 5000),
        heads * head_dim,
        random.randint(1, 4),
        heads,
        kv_heads,
        random.randint(100, 500),
        tied,
    )


LENET5 = Function(
    lenet5_params,
    parts=(Part("the whole network", 2, (case(),)),),
    mistakes=(
        Mistake("no biases", lambda a: lenet5_params() - biases(lenet5(), nn.Conv2d, nn.Linear),
            "You counted the weights only. Convolutions have one bias for each output channel, "
            "Linear layers one for each output."),
        Mistake("28x28 images", lambda a: parameters(lenet5(map_size=4)),
            "That is the count for images of 28x28, the size of MNIST. LeNet-5 takes 32x32: "
            "follow the map's size to the first Linear once more."),
        Mistake("no pooling before Linear", lambda a: parameters(lenet5(map_size=10)),
            "Your first Linear sees maps of 10x10. There is a second pooling before it."),
        Mistake("channels for features", lambda a: parameters(lenet5(map_size=1)),
            "Your first Linear has one input for each channel. Flatten turns every pixel of every "
            "map into a feature."),
        Mistake("RGB images", lambda a: parameters(lenet5(in_channels=3)),
            "Your first convolution sees three channels. A grey image has one."),
        Mistake("padded convolutions", lambda a: parameters(lenet5(map_size=8)),
            "Your convolutions keep the size of the maps. Without padding a 5x5 window takes 4 "
            "rows and 4 columns away."),
        Mistake("no pooling at all", lambda a: parameters(lenet5(map_size=24)),
            "Your first Linear sees maps of 24x24. Behind each convolution stands a pooling."),
        Mistake("convolutions without biases",
            lambda a: lenet5_params() - biases(lenet5(), nn.Conv2d),
            "Right, but for the biases of the convolutions: one for each output channel."),
        Mistake("Linear layers without biases",
            lambda a: lenet5_params() - biases(lenet5(), nn.Linear),
            "Right, but for the biases of the Linear layers: one for each output."),
        Mistake("as published in 1998",
            lambda a: (
                lenet5_params()
                - parameters(nn.Conv2d(6, 16, 5))
                + sparse_convolution()
                + parameters(nn.BatchNorm2d(6))  # as many as a pooling had: two for each map
                + parameters(nn.BatchNorm2d(16))
                - parameters(nn.Linear(84, 10))
            ),
            "That is the number in the paper of 1998, whose poolings have parameters, whose "
            "second convolution is sparse and whose last layer is fixed. Build today's instead."),
        Mistake("Caffe's LeNet", lambda a: parameters(caffe_lenet()),
            "That is the LeNet of Caffe, with 20 and 50 channels for images of 28x28. Here there "
            "are 6 and 16 channels, and 120 and 84 features."),
        Mistake("sparse second convolution",
            lambda a: lenet5_params() - parameters(nn.Conv2d(6, 16, 5)) + sparse_convolution(),
            "That is the sparse second convolution of the paper: not every map sees all six. "
            "Today's LeNet-5 connects them all."),
        Mistake("convolutions only", lambda a: of_kind(lenet5(), nn.Conv2d),
            "You counted the convolutions. Most of the parameters are in the three Linear layers."),
        Mistake("Linear layers only", lambda a: of_kind(lenet5(), nn.Linear),
            "You counted the Linear layers. The two convolutions have parameters too."),
        Mistake("last Linear forgotten", lambda a: lenet5_params() - parameters(nn.Linear(84, 10)),
            "You stopped at 84. One more Linear leads to the 10 classes."),
    ),
    hints=(
        "Five layers have parameters: two convolutions and three Linear layers. "
        "Write down the two sizes of each.",
        "For the first Linear you need the shape before Flatten. "
        "A 5x5 convolution makes 28 of 32, a pooling makes 14 of 28. Go on.",
        "You have `conv2d_params` and `linear_params` from lessons 06 and 01: copy them here.",
    ),
)

VGG = Function(
    vgg_params,
    parts=(
        Part("one convolution and the classifier", 1,
            (case((512,), num_classes=10), case((512, "M"))),
            lambda random: case(draw_config(random, 0), num_classes=random.randint(2, 999))),
        Part("several convolutions", 1,
            (case((4, 512)), case((8, "M", 16, 512, "M"), num_classes=7)),
            draw_vgg),
        Part("batch norm", 1,
            (case((512,), batch_norm=True),
             case((8, "M", 16, 512), batch_norm=True, num_classes=7),
             case(VGG_16, batch_norm=True)),
            lambda random: draw_vgg(random, batch_norm=True)),
        Part("VGG-11 to VGG-19", 1,
            (case(VGG_11), case(VGG_13), case(VGG_16), case(VGG_19)),
            lambda random: case(random.choice((VGG_11, VGG_16)), False, random.randint(2, 99))),
    ),
    mistakes=(
        Mistake("no biases",
            lambda a: vgg_params(**vars(a)) - biases(vgg(**vars(a)), nn.Conv2d, nn.Linear),
            "You counted the weights only. All convolutions and Linear layers of VGG have a bias."),
        Mistake("batch norm ignored", lambda a: vgg_params(a.config, num_classes=a.num_classes),
            "With `batch_norm=True` a BatchNorm2d follows each convolution, and it has "
            "parameters.",
            praise="Right without batch norm."),
        Mistake("one number per channel",
            lambda a: vgg_params(**vars(a)) - biases(vgg(**vars(a)), nn.BatchNorm2d),
            "With it you are short by one number for each channel: a BatchNorm2d scales and "
            "shifts, and VGG keeps the bias of the convolution before it.",
            praise="Right without batch norm."),
        Mistake("running statistics counted",
            lambda a: vgg_params(**vars(a)) + of_kind(vgg(**vars(a)), nn.BatchNorm2d),
            "The running mean and variance are buffers: they are stored but not trained.",
            praise="Right without batch norm."),
        Mistake("all buffers counted", lambda a: vgg_params(**vars(a)) + buffers(vgg(**vars(a))),
            "You added its buffers: the running statistics and the counter are stored but not "
            "trained.",
            praise="Right without batch norm."),
        Mistake("num_classes ignored", lambda a: vgg_params(a.config, a.batch_norm),
            "The last Linear has `num_classes` outputs.",
            praise="Right for 1000 classes."),
        Mistake("classifier forgotten",
            lambda a: vgg_params(**vars(a)) - of_kind(vgg(**vars(a)), nn.Linear),
            "You counted the layers in `config`. Behind them stands the classifier, where most of "
            "the parameters are."),
        Mistake("channels for features", lambda a: parameters(vgg(**vars(a), maps=(1, 1))),
            "Your classifier has one input for each channel. It takes maps of 7x7, and every "
            "pixel of every map is a feature."),
        Mistake("map size from the poolings",
            lambda a: parameters(vgg(**vars(a), maps=(224 >> a.config.count("M"),) * 2)),
            "You halved 224 for each pooling. The classifier takes 7x7 maps whatever stands "
            "before it; an AdaptiveAvgPool2d sees to that."),
        Mistake("7 for 7x7", lambda a: parameters(vgg(**vars(a), maps=(7, 1))),
            "You took 7 for the pixels of a map. It has 7 rows and 7 columns."),
        Mistake("maps of 224x224", lambda a: parameters(vgg(**vars(a), maps=(224, 224))),
            "Your classifier takes maps as large as the images. The poolings of a VGG make them "
            "7x7."),
        Mistake("maps of 14x14", lambda a: parameters(vgg(**vars(a), maps=(14, 14))),
            "Your classifier takes maps of 14x14. All five poolings of a VGG stand before it."),
        Mistake("last Linear forgotten",
            lambda a: vgg_params(**vars(a)) - parameters(nn.Linear(4096, a.num_classes)),
            "You stopped at 4096. One more Linear leads to the classes."),
        Mistake("one hidden layer",
            lambda a: vgg_params(**vars(a)) - parameters(nn.Linear(4096, 4096)),
            "Your classifier has one layer with 4096 outputs. There are two, and the second also "
            "has 4096 inputs."),
        Mistake("grey images", lambda a: parameters(vgg(**vars(a), in_channels=1)),
            "Your first convolution sees one channel. An RGB image has three."),
        Mistake("three channels everywhere",
            lambda a: (
                vgg_params(**vars(a))
                - of_kind(vgg(**vars(a)), nn.Conv2d)
                + from_three_channels(vgg(**vars(a)))
            ),
            "All your convolutions see three channels. Only the first sees the image: what does "
            "each of the others get from the one before?"),
        Mistake("kernel not squared",
            lambda a: (
                vgg_params(**vars(a))
                - of_kind(vgg(**vars(a)), nn.Conv2d)
                + three_by_one(vgg(**vars(a)))
            ),
            "You used 3 for a 3x3 kernel. How many weights has its square?"),
    ),
    hints=(
        "Go through `config` with the number of channels in your hand. It starts at 3, "
        "each convolution changes it, `'M'` leaves it alone.",
        "With batch norm, each convolution brings the parameters of a BatchNorm2d along: "
        "lesson 10 has its number for each channel.",
        "The classifier is a chain of four sizes as in `mlp_params` of lesson 01. "
        "The first is the number of features in maps of 7x7.",
    ),
)

RESNET = Function(
    resnet_params,
    parts=(
        Part("one block a stage", 2,
            (case((1, 1, 1, 1)), case((1, 1, 1, 1), num_classes=10)),
            lambda random: case((1, 1, 1, 1), num_classes=random.randint(2, 999))),
        Part("more blocks", 2,
            (case((2, 1, 1, 1)), case((1, 1, 1, 2), num_classes=10),
             case((1, 2, 4, 3), num_classes=7)),
            lambda random: case(draw_blocks(random, 6), num_classes=random.randint(2, 999))),
        Part("ResNet-18 and ResNet-34", 1,
            (case((2, 2, 2, 2)), case((3, 4, 6, 3)), case((2, 2, 2, 2), num_classes=100)),
            lambda random: case(draw_blocks(random, 4))),
    ),
    mistakes=(
        Mistake("bias in convolutions",
            lambda a: (
                resnet_params(**vars(a))
                + sum(layer.out_channels for layer in convolutions(resnet(**vars(a))))
            ),
            "You gave each convolution a bias. In a ResNet a BatchNorm2d follows, whose shift "
            "does the same, so the convolutions have none."),
        Mistake("batch norm forgotten",
            lambda a: resnet_params(**vars(a)) - of_kind(resnet(**vars(a)), nn.BatchNorm2d),
            "You left out the BatchNorm2d layers. One follows each convolution, also the first."),
        Mistake("one number per channel",
            lambda a: resnet_params(**vars(a)) - biases(resnet(**vars(a)), nn.BatchNorm2d),
            "Your BatchNorm2d has one parameter for each channel. It scales and it shifts."),
        Mistake("running statistics counted",
            lambda a: resnet_params(**vars(a)) + of_kind(resnet(**vars(a)), nn.BatchNorm2d),
            "You counted the running mean and variance as well. They are buffers: stored, but not "
            "trained."),
        Mistake("all buffers counted",
            lambda a: resnet_params(**vars(a)) + buffers(resnet(**vars(a))),
            "You added the buffers of BatchNorm2d. They are stored, but not trained."),
        Mistake("no projections", lambda a: resnet_params(**vars(a)) - projections(),
            "You left out the projections. Where a stage changes the number of channels, the "
            "shortcut has a convolution of its own."),
        Mistake("projection without batch norm",
            lambda a: (
                resnet_params(**vars(a))
                - sum(parameters(nn.BatchNorm2d(after)) for _, after in STAGES[1:])
            ),
            "Right, but for the projections: behind their 1x1 convolution stands a BatchNorm2d as "
            "well."),
        Mistake("projection in the first stage",
            lambda a: resnet_params(**vars(a)) + parameters(projection(64, 64)),
            "You gave the first stage a projection. Its blocks have 64 channels on both sides, so "
            "the input can be added as it is."),
        Mistake("projection in every block",
            lambda a: (
                resnet_params(**vars(a))
                + parameters(projection(64, 64))
                + sum(
                    (depth - 1) * parameters(projection(after, after))
                    for depth, (_, after) in zip(a.blocks, STAGES, strict=True)
                )
            ),
            "You gave every block a projection. Only a block that changes the shape needs one."),
        Mistake("one block a stage", lambda a: resnet_params((1, 1, 1, 1), a.num_classes),
            "`blocks` says how many there are in each.",
            praise="Right for one block a stage."),
        Mistake("every block changes channels",
            lambda a: (
                resnet_params((1, 1, 1, 1), a.num_classes)
                + sum(
                    (depth - 1) * parameters(basic_block(before, after))
                    for depth, (before, after) in zip(a.blocks, STAGES, strict=True)
                )
            ),
            "Only its first block changes the number of channels; the others have the same on "
            "both sides.",
            praise="Right for one block a stage."),
        Mistake("num_classes ignored", lambda a: resnet_params(a.blocks),
            "The last Linear has `num_classes` outputs.",
            praise="Right for 1000 classes."),
        Mistake("Linear forgotten",
            lambda a: resnet_params(**vars(a)) - parameters(nn.Linear(512, a.num_classes)),
            "You left out the Linear at the end, which makes the classes of 512 features."),
        Mistake("Linear without a bias", lambda a: resnet_params(**vars(a)) - a.num_classes,
            "Right, but the Linear at the end has a bias. Only the convolutions have none."),
        Mistake("first BatchNorm2d forgotten",
            lambda a: resnet_params(**vars(a)) - parameters(nn.BatchNorm2d(64)),
            "Right, but for the BatchNorm2d behind the first convolution."),
        Mistake("bias in projections",
            lambda a: resnet_params(**vars(a)) + sum(after for _, after in STAGES[1:]),
            "Right, but your projections have a bias. Like all convolutions here they have none."),
        Mistake("one convolution a block",
            lambda a: (
                resnet_params(**vars(a))
                - sum(
                    depth * parameters(second_convolution(after))
                    for depth, (_, after) in zip(a.blocks, STAGES, strict=True)
                )
            ),
            "Your blocks have one 3x3 convolution. A BasicBlock has two, each with a BatchNorm2d."),
        Mistake("one block too many",
            lambda a: resnet_params(tuple(depth + 1 for depth in a.blocks), a.num_classes),
            "Each of your stages has one block too many. The one that changes the channels is "
            "among the `blocks`."),
        Mistake("first layers forgotten",
            lambda a: (
                resnet_params(**vars(a))
                - parameters(nn.Conv2d(3, 64, 7, bias=False))
                - parameters(nn.BatchNorm2d(64))
            ),
            "You counted the stages and the Linear. Before them stand a 7x7 convolution and its "
            "BatchNorm2d."),
        Mistake("3x3 at the start",
            lambda a: (
                resnet_params(**vars(a))
                - parameters(nn.Conv2d(3, 64, 7, bias=False))
                + parameters(nn.Conv2d(3, 64, 3, bias=False))
            ),
            "Your first convolution has a 3x3 kernel, as in networks for tiny images. This ResNet "
            "starts with 7x7."),
    ),
    hints=(
        "Lesson 12 has `basic_block_params(in_channels, out_channels, stride)`: copy it here, "
        "with the functions it needs.",
        "The stages have 64, 128, 256 and 512 channels. In each only the first block "
        "gets its input from the stage before.",
        "Before the stages stand a convolution and a BatchNorm2d, behind them a Linear. "
        "Poolings and ReLU have no parameters.",
    ),
)

GPT2 = Function(
    gpt2_params,
    parts=(
        Part("one block", 2,
            (case(3, 2, 1, 1), case(10, 5, 2, 1), case(100, 16, 8, num_layers=1)),
            lambda random: draw_gpt2(random, 1)),
        Part("several blocks", 1,
            (case(10, 5, 2, 3), case(100, 16, 8, num_layers=2)),
            lambda random: draw_gpt2(random, random.randint(2, 6))),
        Part("GPT-2 as published", 1,
            (case(50_257, 1024, 768, 12), case(50_257, 1024, 1024, 24)),
            lambda random: case(50_257, 1024, random.choice((640, 1280)), 6)),
    ),
    mistakes=(
        Mistake("head not tied",
            lambda a: gpt2_params(**vars(a)) + parameters(nn.Embedding(a.vocab_size, a.d_model)),
            "You counted the head's matrix as well. It is the embedding's own weight, used a "
            "second time: a shared parameter counts once."),
        Mistake("positions forgotten",
            lambda a: gpt2_params(**vars(a)) - parameters(nn.Embedding(a.context, a.d_model)),
            "You left out the positions. GPT-2 learns a vector for each place in the context."),
        Mistake("no biases",
            lambda a: (
                gpt2_params(**vars(a)) - biases(gpt2(**vars(a)), nn.Linear, nn.MultiheadAttention)
            ),
            "You left out the biases of the Linear layers. In GPT-2 all of them have one, in the "
            "attention too."),
        Mistake("biases or LayerNorms missing",
            lambda a: gpt2_params(**vars(a)) - a.num_layers * attention_biases(a.d_model),
            "Right, but for a few vectors in each block: you left out either the biases of the "
            "attention's four projections or the two LayerNorms."),
        Mistake("hidden layer without biases",
            lambda a: (
                gpt2_params(**vars(a))
                - biases(gpt2(**vars(a)), nn.Linear, nn.MultiheadAttention)
                + a.num_layers * attention_biases(a.d_model)
            ),
            "Right, but for the hidden layer: both of its Linear layers have a bias."),
        Mistake("final LayerNorm forgotten",
            lambda a: gpt2_params(**vars(a)) - parameters(nn.LayerNorm(a.d_model)),
            "Right, but for the LayerNorm between the last block and the head."),
        Mistake("LayerNorms forgotten",
            lambda a: gpt2_params(**vars(a)) - of_kind(gpt2(**vars(a)), nn.LayerNorm),
            "You left out the LayerNorms. There are two in each block and one at the end."),
        Mistake("one LayerNorm a block",
            lambda a: gpt2_params(**vars(a)) - a.num_layers * parameters(nn.LayerNorm(a.d_model)),
            "You counted one LayerNorm a block. There are two: one for the attention, one for the "
            "hidden layer."),
        Mistake("LayerNorm without a bias",
            lambda a: gpt2_params(**vars(a)) - biases(gpt2(**vars(a)), nn.LayerNorm),
            "Your LayerNorm has a weight only. It has a bias too."),
        Mistake("attention's output forgotten",
            lambda a: (
                gpt2_params(**vars(a)) - a.num_layers * parameters(nn.Linear(a.d_model, a.d_model))
            ),
            "You counted three projections in the attention: query, key and value. A fourth one "
            "mixes the heads again."),
        Mistake("hidden layer not wider",
            lambda a: (
                gpt2_params(a.vocab_size, a.context, a.d_model, 0)
                + a.num_layers * parameters(nn.TransformerEncoderLayer(a.d_model, 1, a.d_model))
            ),
            "Your hidden layer has `d_model` features. In GPT-2 it is four times as wide."),
        Mistake("one block only", lambda a: gpt2_params(a.vocab_size, a.context, a.d_model, 1),
            "There are `num_layers` of them.",
            praise="Right for one block."),
        Mistake("bias in the head", lambda a: gpt2_params(**vars(a)) + a.vocab_size,
            "You gave the head a bias. It has the embedding's weight and nothing else."),
        Mistake("head not tied, with a bias",
            lambda a: gpt2_params(**vars(a)) + parameters(nn.Linear(a.d_model, a.vocab_size)),
            "You counted the head as a Linear of its own. Its matrix is the embedding's weight, a "
            "shared parameter that counts once, and it has no bias."),
        Mistake("causal mask counted",
            lambda a: gpt2_params(**vars(a)) + a.num_layers * a.context * a.context,
            "You counted the causal mask of each block. It is a constant, not a parameter."),
    ),
    hints=(
        "Two tables stand at the beginning: one row for each token, one row for each position.",
        "A block has the parameters of `nn.TransformerEncoderLayer`: lesson 14 counts them. "
        "Which width does its hidden layer have here?",
        "Behind the blocks stands a LayerNorm. The head's weight is one of the two tables, "
        "so what does the head add?",
    ),
)

LLAMA = Function(
    llama_params,
    parts=(
        Part("a key for each head", 2,
            (case(5, 2, 1, 1, 1, 3), case(10, 4, 1, 2, 2, 6),
             case(100, 12, 3, num_heads=3, num_kv_heads=3, hidden_dim=20)),
            draw_llama),
        Part("grouped queries", 1,
            (case(10, 4, 1, 2, 1, 6), case(100, 24, 2, 6, 2, 20)),
            lambda random: draw_llama(random, random.randint(2, 4))),
        Part("a tied head", 1,
            (case(10, 4, 1, 2, 1, 6, tied=True), case(100, 24, 2, 6, 3, 20, True)),
            lambda random: draw_llama(random, random.randint(2, 4), tied=True)),
        Part("Llama as published", 1,
            (case(32_000, 4096, 32, 32, 32, 11_008), case(128_256, 4096, 32, 32, 8, 14_336),
             case(128_256, 2048, 16, 32, 8, 8192, tied=True)),
            lambda random: case(
                32_000, random.choice((2048, 5120)), 4, 32, random.choice((4, 8)), 9728
            )),
    ),
    mistakes=(
        Mistake("keys for every head",
            lambda a: (
                llama_params(**vars(a))
                + 2 * a.num_layers * (matrix(a.d_model, a.d_model) - matrix(a.d_model, kv_width(a)))
            ),
            "With grouped queries several heads share them: look at `num_kv_heads`.",
            praise="Right where each head has keys and values of its own."),
        Mistake("values for every head",
            lambda a: (
                llama_params(**vars(a))
                + a.num_layers * (matrix(a.d_model, a.d_model) - matrix(a.d_model, kv_width(a)))
            ),
            "You made the keys fewer, but the heads of a group share their values as well.",
            praise="Right where each head has keys and values of its own."),
        Mistake("one query a group",
            lambda a: (
                llama_params(**vars(a))
                - a.num_layers * (matrix(a.d_model, a.d_model) - matrix(a.d_model, kv_width(a)))
            ),
            "You made the queries fewer as well. Each of the `num_heads` heads has its own "
            "queries; only keys and values are shared."),
        Mistake("all matrices narrow",
            lambda a: (
                llama_params(**vars(a))
                - 2 * a.num_layers * (matrix(a.d_model, a.d_model) - matrix(a.d_model, kv_width(a)))
            ),
            "You made all four matrices of the attention narrower. Queries and output keep all "
            "`num_heads` heads; only keys and values are shared."),
        Mistake("one key for all heads", lambda a: llama_params(**{**vars(a), "num_kv_heads": 1}),
            "All your heads share one key and one value. There are `num_kv_heads` of them."),
        Mistake("one feature a key",
            lambda a: (
                llama_params(**vars(a))
                - 2 * a.num_layers * matrix(a.d_model, kv_width(a))
                + 2 * a.num_layers * matrix(a.d_model, a.num_kv_heads)
            ),
            "Your keys and values have one feature for each head. A head has several: the heads "
            "of the queries share `d_model` among them."),
        Mistake("two matrices in SwiGLU",
            lambda a: llama_params(**vars(a)) - a.num_layers * matrix(a.d_model, a.hidden_dim),
            "You counted two matrices in the hidden layer. SwiGLU has a third: the gate."),
        Mistake("attention's output forgotten",
            lambda a: llama_params(**vars(a)) - a.num_layers * matrix(a.d_model, a.d_model),
            "You counted three projections in the attention: query, key and value. A fourth one "
            "mixes the heads again."),
        Mistake("head always tied",
            lambda a: llama_params(**vars(a)) - (not a.tied) * matrix(a.d_model, a.vocab_size),
            "Without it the head has a matrix of its own, as large as the embedding.",
            praise="Right with `tied=True`."),
        Mistake("head never tied",
            lambda a: llama_params(**vars(a)) + a.tied * matrix(a.d_model, a.vocab_size),
            "With it the head uses the embedding's weight: a shared parameter counts once.",
            praise="Right without `tied`."),
        Mistake("final RMSNorm forgotten",
            lambda a: llama_params(**vars(a)) - parameters(nn.RMSNorm(a.d_model)),
            "Right, but for the RMSNorm between the last block and the head."),
        Mistake("one RMSNorm a block",
            lambda a: llama_params(**vars(a)) - a.num_layers * parameters(nn.RMSNorm(a.d_model)),
            "You counted one RMSNorm a block. There are two: one for the attention, one for the "
            "hidden layer."),
        Mistake("RMSNorms forgotten",
            lambda a: llama_params(**vars(a)) - of_kind(llama(**vars(a)), nn.RMSNorm),
            "You left out the RMSNorms. There are two in each block and one at the end."),
        Mistake("LayerNorm for RMSNorm",
            lambda a: llama_params(**vars(a)) + of_kind(llama(**vars(a)), nn.RMSNorm),
            "You gave each norm a weight and a bias, as LayerNorm has. RMSNorm has a weight only."),
        Mistake("biases counted",
            lambda a: (
                llama_params(**vars(a))
                + sum(
                    layer.out_features
                    for block in llama(**vars(a))
                    if isinstance(block, nn.ModuleDict)
                    for layer in block.values()
                    if isinstance(layer, nn.Linear)
                )
            ),
            "You gave the Linear layers a bias. Llama has none."),
        Mistake("one block only", lambda a: llama_params(**{**vars(a), "num_layers": 1}),
            "There are `num_layers` of them.",
            praise="Right for one block."),
    ),
    hints=(
        "A block has nine layers with parameters: four in the attention, three in the SwiGLU "
        "and two norms. Write down the two sizes of each matrix.",
        "Attention with grouped queries is `grouped_query_params` of lesson 14. "
        "How many features has one head if all heads share `d_model`?",
        "Rotary positions have no parameters. Outside the blocks there are the embedding, "
        "one norm and the head.",
    ),
)

LESSON = Lesson("16-networks", (LENET5, VGG, RESNET, GPT2, LLAMA))
