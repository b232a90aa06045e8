"""Lesson 16: real networks, built on the meta device and counted without a weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from torch import nn

from grader.course import architectures as nets
from grader.course import asking
from grader.course import misconceptions as known
from grader.course.architectures import STAGES, VGG_11, VGG_13, VGG_16, VGG_19, Config
from grader.course.pytorch import parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Network = Callable[..., nn.Module]  # what builds one


def lenet5_params() -> int:
    """The parameters of LeNet-5 for grey images of 32x32 and 10 classes, as it is built today.

    Two 5x5 convolutions with 6 and 16 channels, each with a pooling behind it, and three
    Linear layers with 120, 84 and 10 outputs.
    """
    return parameters(nets.lenet5())


def vgg_params(config: Config, batch_norm: bool = False, num_classes: int = 1000) -> int:
    """The parameters of a VGG network for RGB images of 224x224.

    Each number in `config` is a 3x3 convolution with that many outputs, each "M" a pooling.
    With `batch_norm` a BatchNorm2d follows each convolution; all convolutions have a bias.
    The classifier takes 7x7 maps: two Linear layers with 4096 outputs and one for the classes.
    """
    return parameters(nets.vgg(config=config, batch_norm=batch_norm, num_classes=num_classes))


def resnet_params(blocks: tuple[int, ...], num_classes: int = 1000) -> int:
    """The parameters of a ResNet for RGB images with `blocks` BasicBlocks in its four stages.

    The stages have 64, 128, 256 and 512 channels. Before them stand a 7x7 convolution and its
    BatchNorm2d, behind them one Linear. No convolution has a bias.
    """
    return parameters(nets.resnet(blocks=blocks, num_classes=num_classes))


def gpt2_params(vocab_size: int, context: int, d_model: int, num_layers: int) -> int:
    """The parameters of a GPT-2.

    Learned positions, biases in all Linear layers, a hidden width of 4 times `d_model`,
    two LayerNorms a block and one at the end. The head shares the embedding's weight.
    """
    return parameters(nets.gpt2(
        vocab_size=vocab_size, context=context, d_model=d_model, num_layers=num_layers))


def llama_params(
    vocab_size: int, d_model: int, num_layers: int, num_heads: int, num_kv_heads: int,
    hidden_dim: int, tied: bool = False,
) -> int:
    """The parameters of a Llama.

    No biases, RMSNorm twice a block and once at the end, rotary positions, SwiGLU with
    three matrices, grouped queries. `tied`: the head shares the embedding's weight.
    """
    return parameters(nets.llama(
        vocab_size=vocab_size, d_model=d_model, num_layers=num_layers, num_heads=num_heads,
        num_kv_heads=num_kv_heads, hidden_dim=hidden_dim, tied=tied))


# What the mistakes leave out or add.


def of_kind(a: Asked, network: Network, kind: type[nn.Module]) -> int:
    """The parameters of all the network's layers of this kind."""
    layers = network(**vars(a)).modules()
    return sum(parameters(layer) for layer in layers if isinstance(layer, kind))


def biases(a: Asked, network: Network, *kinds: type[nn.Module]) -> int:
    """The biases of all the network's layers of these kinds."""
    return sum(
        parameter.numel()
        for layer in network(**vars(a)).modules() if isinstance(layer, kinds)
        for name, parameter in layer.named_parameters(recurse=False) if name.endswith("bias"))


def built(network: Network, **changes: Any) -> Rule:
    """The count of a network that is built otherwise: `built(nets.vgg, in_channels=1)`."""
    return lambda a: (
        a() + parameters(network(**vars(a), **changes)) - parameters(network(**vars(a))))


def sparse(a: Asked) -> Any:
    """LeNet-5's count with the second convolution as published in 1998.

    Six of its maps see 3 maps of the layer before, nine see 4, one sees all 6.
    """
    seen = (3,) * 6 + (4,) * 9 + (6,)
    return a() - parameters(nn.Conv2d(6, 16, 5)) + sum(
        parameters(nn.Conv2d(maps, 1, 5)) for maps in seen)


def instead(wrong: nn.Module, right: nn.Module) -> Rule:
    """The count with one layer in the place of another."""
    return lambda a: a() - parameters(right) + parameters(wrong)


def left_out(*layers: nn.Module) -> Rule:
    """The count without these layers."""
    return lambda a: a() - sum(map(parameters, layers))


def added(*layers: nn.Module) -> Rule:
    """The count with these layers as well."""
    return lambda a: a() + sum(map(parameters, layers))


def convolved(a: Asked, channels: Callable[[int, int], nn.Module]) -> Any:
    """A VGG's count in which each of its convolutions is another layer.

    Args:
        a: what was asked.
        channels: the layer for so many channels before and after.
    """
    sizes = [size for size in a.config if size != "M"]
    return a() - of_kind(a, nets.vgg, nn.Conv2d) + sum(
        parameters(channels(before, after))
        for before, after in zip([3, *sizes], sizes, strict=False))


def halved(a: Asked) -> Any:
    """A VGG's count if a pooling halved the channels."""
    count, channels = a() - of_kind(a, nets.vgg, nn.Conv2d), 3
    for size in a.config:
        if size == "M":
            channels = max(channels // 2, 1)
        else:
            count, channels = count + parameters(nn.Conv2d(channels, size, 3)), size
    return count + into_classifier(channels)


def into_classifier(channels: int) -> int:
    """How many parameters the classifier has more if it sees so many channels."""
    wrong, right = (nn.Linear(49 * before, 4096) for before in (channels, 512))
    return parameters(wrong) - parameters(right)


def norms_of(a: Asked, norms: Callable[[list[int]], int]) -> Any:
    """A VGG's count with so many numbers for its norms, of the channels 3 and behind each
    convolution."""
    sizes = [3, *(size for size in a.config if size != "M")]
    return a() - of_kind(a, nets.vgg, nn.BatchNorm2d) + norms(sizes) if a.batch_norm else a()


def in_llama(change: Callable[[Asked], int]) -> Rule:
    """The count with so many more parameters in each block."""
    return lambda a: a() + a.num_layers * change(a)


def key_width(a: Asked) -> int:
    """How many features the keys of a Llama have together."""
    width: int = a.num_kv_heads * (a.d_model // a.num_heads)
    return width


def narrow(a: Asked, width: int) -> Any:
    """A Llama's count with keys and values of this width."""
    change = matrix(a.d_model, width) - matrix(a.d_model, key_width(a))
    return a() + 2 * a.num_layers * change


def in_blocks(depths: Sequence[int], layer: Callable[[int, int], nn.Module]) -> int:
    """The parameters of a layer that stands in so many blocks of each of ResNet's stages."""
    return sum(
        depth * parameters(layer(*stage)) for depth, stage in zip(depths, STAGES, strict=True))


def after_the_first(a: Asked) -> list[int]:
    """How many blocks of each stage follow its first."""
    return [depth - 1 for depth in a.blocks]


def block_norms(a: Asked) -> Any:
    """The two LayerNorms of each block: as many numbers as its attention has biases."""
    return 2 * a.num_layers * parameters(nn.LayerNorm(a.d_model))


def keys_shared(a: Asked) -> Any:
    """What a Llama's keys save by being shared among heads; its values save as much."""
    return (a(num_kv_heads=a.num_heads) - a()) // 2


def matrix(in_features: int, out_features: int) -> int:
    """The parameters of a Linear without a bias."""
    return parameters(nn.Linear(in_features, out_features, bias=False))


# Mistakes that two of the networks share.


def buffers_counted(network: Network, praise: str = "") -> tuple[Mistake, Mistake]:
    """What a BatchNorm2d keeps beside its parameters."""
    return (
        known.running_statistics(network, praise=praise),
        known.all_buffers(network, "all buffers counted", praise=praise),
    )


CLASSES_IGNORED = Mistake("num_classes ignored", as_if(num_classes=1000),
    "The last Linear has `num_classes` outputs.",
    praise="Right for 1000 classes.")
ONE_BLOCK = Mistake("one block only", as_if(num_layers=1),
    "There are `num_layers` blocks.",
    praise="Right for one block.")


def output_forgotten(bias: bool) -> Mistake:
    """An attention without its last projection."""
    return Mistake("attention's output forgotten",
        lambda a: a() - a.num_layers * parameters(nn.Linear(a.d_model, a.d_model, bias)),
        "You counted three projections in the attention: query, key and value. A fourth one "
        "mixes the heads again.")


def norms(network: Network, norm: type[nn.Module]) -> tuple[Mistake, Mistake, Mistake]:
    """The norm at the end left out, all of them, and one in each block."""
    name = norm.__name__
    return (
        Mistake(f"final {name} forgotten", lambda a: a() - parameters(norm(a.d_model)),
            f"You left out the {name} between the last block and the head.",
            praise="Your blocks are right."),
        Mistake(f"{name}s forgotten", lambda a: a() - of_kind(a, network, norm),
            f"You left out the {name}s. There are two in each block and one at the end."),
        Mistake(f"one {name} a block", lambda a: a() - a.num_layers * parameters(norm(a.d_model)),
            f"You counted one {name} a block. There are two: one for the attention, one for the "
            "hidden layer."),
    )


NO_FINAL_RMSNORM, NO_RMSNORMS, ONE_RMSNORM = norms(nets.llama, nn.RMSNorm)


# What is drawn.


def draw_config(random: Random, depth: int) -> Config:
    """Convolutions with 512 outputs at the end, and up to five poolings."""
    config: list[int | str] = [*(random.randint(2, 256) for _ in range(depth)), 512]
    for _ in range(random.randint(0, 5)):
        config.insert(random.randint(1, len(config)), "M")
    return tuple(config)


def draw_vgg(random: Random, batch_norm: bool = False) -> Case:
    """A VGG with other layers and another number of classes."""
    return case(draw_config(random, random.randint(1, 8)), batch_norm, random.randint(2, 999))


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
    return case(random.randint(50, 5000), heads * head_dim, random.randint(1, 4),
        heads, kv_heads, random.randint(100, 500), tied)


LENET5 = Function(
    lenet5_params,
    parts=(Part("the whole network", 2, (case(),)),),
    mistakes=(
        Mistake("no biases", lambda a: a() - biases(a, nets.lenet5, nn.Conv2d, nn.Linear),
            "You counted the weights only. Convolutions have one bias for each output channel, "
            "Linear layers one for each output."),
        Mistake("28x28 images", built(nets.lenet5, map_size=4),
            "That is the count for images of 28x28, the size of MNIST. LeNet-5 takes 32x32: "
            "follow the map's size to the first Linear once more."),
        Mistake("poolings with a scale and a bias",
            added(nn.BatchNorm2d(6), nn.BatchNorm2d(16)),  # two parameters a map, as these have
            "You gave each pooling two parameters a map, as the paper of 1998 did. Today's take "
            "a maximum or an average, and hold nothing."),
        Mistake("poolings as convolutions", added(nn.Conv2d(6, 6, 2), nn.Conv2d(16, 16, 2)),
            "You counted the poolings as convolutions of 2x2. A pooling has a window, and no "
            "parameters."),
        Mistake("poolings with one parameter a map", lambda a: a() + 6 + 16,
            "You counted a parameter too many for each of the 22 maps. Poolings hold nothing, and "
            "a convolution has one bias a map."),
        Mistake("second convolution sees one channel",
            instead(nn.Conv2d(1, 16, 5), nn.Conv2d(6, 16, 5)),
            "Your second convolution sees one channel. It gets every map that the first puts out."),
        Mistake("one row of a map", instead(nn.Linear(16 * 5, 120), nn.Linear(400, 120)),
            "You took one side of the last maps for their pixels. A map has rows and columns."),
        Mistake("every Linear from Flatten",
            lambda a: a() - parameters(nn.Linear(120, 84)) - parameters(nn.Linear(84, 10))
            + parameters(nn.Linear(400, 84)) + parameters(nn.Linear(400, 10)),
            "All your Linear layers see the numbers of Flatten. They are a chain: each sees what "
            "the one before puts out."),
        Mistake("maps of 7x7", built(nets.lenet5, map_size=7),
            "Your first Linear sees maps of 7x7. LeNet-5's convolutions have no padding, and its "
            "images have 32x32 pixels: follow the size down once more."),
        Mistake("maps of 6x6", built(nets.lenet5, map_size=6),
            "Your first Linear sees maps of 6x6. A 5x5 window without padding takes 4 rows and "
            "4 columns away: follow the size down once more."),
        Mistake("kernels of 3x3",
            lambda a: a() - of_kind(a, nets.lenet5, nn.Conv2d)
            + parameters(nn.Conv2d(1, 6, 3)) + parameters(nn.Conv2d(6, 16, 3)),
            "Your convolutions have kernels of 3x3. Those of LeNet-5 are 5x5."),
        Mistake("kernels not squared",
            lambda a: a() - of_kind(a, nets.lenet5, nn.Conv2d)
            + parameters(nn.Conv2d(1, 6, (5, 1))) + parameters(nn.Conv2d(6, 16, (5, 1))),
            "You took one side of the kernels for all their weights. A kernel has rows and "
            "columns."),
        Mistake("a bias for each input channel",
            lambda a: a() - of_kind(a, nets.lenet5, nn.Conv2d)
            + 6 * parameters(nn.Conv2d(1, 1, 5)) + 6 * 16 * parameters(nn.Conv2d(1, 1, 5)),
            "Your convolutions have a bias for each pair of channels. There is one for each "
            "output channel."),
        Mistake("no pooling before Linear", built(nets.lenet5, map_size=10),
            "Your first Linear sees maps of 10x10. There is a second pooling before it."),
        Mistake("channels for features", built(nets.lenet5, map_size=1),
            "Your first Linear has one input for each channel. Flatten turns every pixel of every "
            "map into a feature."),
        Mistake("RGB images", built(nets.lenet5, in_channels=3),
            "Your first convolution sees three channels. A grey image has one."),
        Mistake("padded convolutions", built(nets.lenet5, map_size=8),
            "Your first Linear sees 1,024 numbers, as if the convolutions kept the size of their "
            "maps. Without padding a 5x5 window takes 4 rows and 4 columns away."),
        Mistake("no pooling at all", built(nets.lenet5, map_size=24),
            "Your first Linear sees maps of 24x24. Behind each convolution stands a pooling."),
        Mistake("convolutions without biases", lambda a: a() - biases(a, nets.lenet5, nn.Conv2d),
            "You left out the biases of the convolutions: one for each output channel.",
            praise="Your weights are right."),
        Mistake("Linear layers without biases", lambda a: a() - biases(a, nets.lenet5, nn.Linear),
            "You left out the biases of the Linear layers: one for each output.",
            praise="Your weights are right."),
        Mistake("as published in 1998",
            lambda a: (
                sparse(a) - parameters(nn.Linear(84, 10))
                # two parameters for each map of a pooling: as many as a BatchNorm2d has
                + parameters(nn.BatchNorm2d(6)) + parameters(nn.BatchNorm2d(16))),
            "That is the number in the paper of 1998, whose poolings have parameters, whose "
            "second convolution is sparse and whose last layer is fixed. Build today's instead."),
        Mistake("Caffe's LeNet", instead(nets.caffe_lenet(), nets.lenet5()),
            "That is the LeNet of Caffe, with 20 and 50 channels for images of 28x28. Here there "
            "are 6 and 16 channels, and 120 and 84 features."),
        Mistake("sparse second convolution", sparse,
            "That is the sparse second convolution of the paper: not every map sees all six. "
            "Today's LeNet-5 connects them all."),
        Mistake("convolutions only", lambda a: a() - of_kind(a, nets.lenet5, nn.Linear),
            "You counted the convolutions. Most of the parameters are in the three Linear layers."),
        Mistake("Linear layers only", lambda a: a() - of_kind(a, nets.lenet5, nn.Conv2d),
            "You counted the Linear layers. The two convolutions have parameters too."),
        Mistake("last two Linear layers forgotten", left_out(nn.Linear(120, 84), nn.Linear(84, 10)),
            "You stopped at 120. Two more Linear layers follow."),
        Mistake("Linear in the middle forgotten", left_out(nn.Linear(120, 84)),
            "You left out the Linear in the middle, from 120 to 84."),
        Mistake("first Linear forgotten", left_out(nn.Linear(400, 120)),
            "You left out the first Linear, between Flatten and 120. It is the largest of all."),
        Mistake("first convolution forgotten", left_out(nn.Conv2d(1, 6, 5)),
            "You left out the first convolution, from the grey image to 6 maps."),
        Mistake("second convolution forgotten", left_out(nn.Conv2d(6, 16, 5)),
            "You left out the second convolution, from 6 maps to 16."),
        Mistake("last Linear forgotten", lambda a: a() - parameters(nn.Linear(84, 10)),
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
    question=lambda a: (
        f"VGG with the layers {', '.join(map(str, a.config))} (numbers are 3x3 convolutions, "
        f"M a pooling) {'with' if a.batch_norm else 'without'} BatchNorm, and "
        f"{asking.count(a.num_classes, 'class')}. "
        "How many parameters?"),
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
        Mistake("no biases", lambda a: a() - biases(a, nets.vgg, nn.Conv2d, nn.Linear),
            "You counted the weights only. All convolutions and Linear layers of VGG have a bias."),
        Mistake("batch norm ignored", as_if(batch_norm=False),
            "With `batch_norm=True` a BatchNorm2d follows each convolution, and it has "
            "parameters.",
            praise="Right without batch norm."),
        Mistake("one number per channel", lambda a: a() - biases(a, nets.vgg, nn.BatchNorm2d),
            "With batch norm you are short by one number for each channel: a BatchNorm2d scales "
            "and shifts, and VGG keeps the bias of the convolution before it.",
            praise="Right without batch norm."),
        *buffers_counted(nets.vgg, "Right without batch norm."),
        Mistake("norm of the channels before",
            lambda a: norms_of(a, lambda sizes: sum(
                parameters(nn.BatchNorm2d(size)) for size in sizes[:-1])),
            "Your BatchNorm2d takes the channels that go into the convolution. It stands behind "
            "it.",
            praise="Right without batch norm."),
        Mistake("two numbers a norm", lambda a: norms_of(a, lambda sizes: 2 * len(sizes[1:])),
            "Your BatchNorm2d has two parameters in all. It has two for each channel.",
            praise="Right without batch norm."),
        Mistake("one norm only",
            lambda a: norms_of(a, lambda sizes: parameters(nn.BatchNorm2d(sizes[-1]))),
            "You counted one BatchNorm2d. One follows each convolution.",
            praise="Right without batch norm."),
        Mistake("norms in the classifier",
            lambda a: a() + (2 * parameters(nn.BatchNorm1d(4096)) if a.batch_norm else 0),
            "You gave the classifier norms as well. They follow convolutions only.",
            praise="Right without batch norm."),
        Mistake("convolutions without biases", lambda a: a() - biases(a, nets.vgg, nn.Conv2d),
            "You left out the biases of the convolutions. VGG's have one for each output channel, "
            "with batch norm and without."),
        Mistake("Linear layers without biases", lambda a: a() - biases(a, nets.vgg, nn.Linear),
            "You left out the biases of the classifier's three Linear layers."),
        Mistake("channels halved by a pooling", halved,
            "Your poolings make the channels fewer. They make the maps smaller and keep the "
            "channels.",
            praise="Right without a pooling between two convolutions."),
        Mistake("three channels to the end",
            lambda a: into_classifier(3)
            + convolved(a, lambda _, after: nn.Conv2d(3, after, 3)),
            "Your number of channels stays at 3 to the end. Each convolution changes it."),
        Mistake("one channel everywhere",
            lambda a: convolved(a, lambda _, after: nn.Conv2d(1, after, 3)),
            "Your filters see one channel. Each sees all the channels that the layer before puts "
            "out."),
        Mistake("as many channels out as in",
            lambda a: convolved(a, lambda before, _: nn.Conv2d(before, before, 3)),
            "Your convolutions have as many outputs as inputs. The number in `config` is that of "
            "the outputs."),
        Mistake("as many channels in as out",
            lambda a: convolved(a, lambda _, after: nn.Conv2d(after, after, 3)),
            "Your convolutions have as many inputs as outputs. Their inputs are the outputs of the "
            "one before."),
        Mistake("one hidden layer too many", lambda a: a() + parameters(nn.Linear(4096, 4096)),
            "Your classifier has a Linear from 4096 to 4096 too many. It has three layers."),
        Mistake("one Linear only",
            lambda a: a() - of_kind(a, nets.vgg, nn.Linear) + parameters(
                nn.Linear(49 * 512, a.num_classes)),
            "Your classifier is one Linear. There are two with 4096 outputs before the classes."),
        CLASSES_IGNORED,
        Mistake("classifier forgotten", lambda a: a() - of_kind(a, nets.vgg, nn.Linear),
            "You counted the layers in `config`. Behind them stands the classifier, where most of "
            "the parameters are."),
        Mistake("channels for features", built(nets.vgg, maps=(1, 1)),
            "Your classifier has one input for each channel. It takes maps of 7x7, and every "
            "pixel of every map is a feature."),
        Mistake("map size from the poolings",
            lambda a: built(nets.vgg, maps=(224 // 2 ** a.config.count("M"),) * 2)(a),
            "You halved 224 for each pooling. The classifier takes 7x7 maps whatever stands "
            "before it; an AdaptiveAvgPool2d sees to that."),
        Mistake("7 for 7x7", built(nets.vgg, maps=(7, 1)),
            "You took 7 for the pixels of a map. It has 7 rows and 7 columns."),
        Mistake("maps of 224x224", built(nets.vgg, maps=(224, 224)),
            "Your classifier takes maps as large as the images. The poolings of a VGG make them "
            "7x7."),
        Mistake("maps of 14x14", built(nets.vgg, maps=(14, 14)),
            "Your classifier takes maps of 14x14. All five poolings of a VGG stand before it."),
        Mistake("last Linear forgotten", lambda a: a() - parameters(nn.Linear(4096, a.num_classes)),
            "You stopped at 4096. One more Linear leads to the classes."),
        Mistake("one hidden layer", lambda a: a() - parameters(nn.Linear(4096, 4096)),
            "Your classifier has one layer with 4096 outputs. There are two, and the second also "
            "has 4096 inputs."),
        Mistake("grey images", built(nets.vgg, in_channels=1),
            "Your first convolution sees one channel. An RGB image has three."),
        Mistake("three channels everywhere",
            lambda a: (
                a() - of_kind(a, nets.vgg, nn.Conv2d)
                + sum(parameters(nn.Conv2d(3, size, 3)) for size in a.config if size != "M")),
            "All your convolutions see three channels. Only the first sees the image: what does "
            "each of the others get from the one before?"),
        Mistake("kernel not squared", built(nets.vgg, kernel_size=(3, 1)),
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
    question=lambda a: (
        f"A ResNet with {', '.join(map(str, a.blocks))} BasicBlocks in its four stages and "
        f"{asking.count(a.num_classes, 'class')}. "
        "How many parameters?"),
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
            lambda a: a() + biases(a, nets.resnet, nn.BatchNorm2d),  # one behind each convolution
            "You gave each convolution a bias. In a ResNet a BatchNorm2d follows, whose shift "
            "does the same, so the convolutions have none."),
        Mistake("batch norm forgotten", lambda a: a() - of_kind(a, nets.resnet, nn.BatchNorm2d),
            "You left out the BatchNorm2d layers. One follows each convolution, also the first."),
        Mistake("one number per channel", lambda a: a() - biases(a, nets.resnet, nn.BatchNorm2d),
            "Your BatchNorm2d has one parameter for each channel. It scales and it shifts."),
        *buffers_counted(nets.resnet),
        Mistake("no projections",
            lambda a: a() - sum(parameters(nets.convolution(*stage, 1)) for stage in STAGES[1:]),
            "You left out the projections. Where a stage changes the number of channels, the "
            "shortcut has a convolution of its own."),
        Mistake("projection without batch norm",
            lambda a: a() - sum(parameters(nn.BatchNorm2d(after)) for _, after in STAGES[1:]),
            "Behind the 1x1 convolution of a projection stands a BatchNorm2d as well.",
            praise="Your 3x3 convolutions are right."),
        Mistake("projection in the first stage",
            lambda a: a() + parameters(nets.convolution(64, 64, 1)),
            "You gave the first stage a projection. Its blocks have 64 channels on both sides, so "
            "the input can be added as it is."),
        Mistake("projection in every block",
            lambda a: (
                a() + parameters(nets.convolution(64, 64, 1))
                + in_blocks(after_the_first(a), lambda _, after: nets.convolution(after, after, 1))
            ),
            "You gave every block a projection. Only a block that changes the shape needs one."),
        Mistake("one block a stage", as_if(blocks=(1, 1, 1, 1)),
            "`blocks` says how many blocks there are in each stage.",
            praise="Right for one block a stage."),
        Mistake("every block changes channels",
            lambda a: a(blocks=(1, 1, 1, 1)) + in_blocks(after_the_first(a), nets.basic_block),
            "Only the first block of a stage changes the number of channels; the others have the "
            "same on both sides.",
            praise="Right for one block a stage."),
        CLASSES_IGNORED,
        Mistake("Linear forgotten", lambda a: a() - parameters(nn.Linear(512, a.num_classes)),
            "You left out the Linear at the end, which makes the classes of 512 features."),
        Mistake("Linear without a bias", lambda a: a() - a.num_classes,
            "The Linear at the end has a bias. Only the convolutions have none.",
            praise="Your convolutions are right."),
        Mistake("first BatchNorm2d forgotten", lambda a: a() - parameters(nn.BatchNorm2d(64)),
            "You left out the BatchNorm2d behind the first convolution.",
            praise="Your blocks are right."),
        Mistake("bias in the first convolution", lambda a: a() + 64,
            "You gave the first convolution a bias. Like all convolutions here it has none.",
            praise="Your blocks are right."),
        Mistake("one number per channel in the first norm", lambda a: a() - 64,
            "Behind the first convolution you counted one number for each channel. A BatchNorm2d "
            "has two, and the convolution has no bias.",
            praise="Your blocks are right."),
        Mistake("grey images",
            lambda a: a() - parameters(nets.convolution(3, 64, 7))
            + parameters(nets.convolution(1, 64, 7)),
            "Your first convolution sees one channel. An RGB image has three."),
        Mistake("second convolution sees the input",
            lambda a: a() + sum(
                parameters(nets.convolution(before, after, 3))
                - parameters(nets.convolution(after, after, 3)) for before, after in STAGES),
            "In the first block of a stage your second convolution has as many inputs as the "
            "first. It gets what the first puts out."),
        Mistake("one norm a block",
            lambda a: a() - in_blocks(a.blocks, lambda _, after: nn.BatchNorm2d(after)),
            "In each block the numbers of one BatchNorm2d are missing. One follows each of the two "
            "convolutions, and it has two numbers for each channel."),
        Mistake("norms of the blocks forgotten",
            lambda a: a() - 2 * in_blocks(a.blocks, lambda _, after: nn.BatchNorm2d(after)),
            "You left out the norms of the blocks. A BatchNorm2d follows each convolution."),
        Mistake("biases in the blocks",
            lambda a: a() + in_blocks(a.blocks, lambda _, after: nn.BatchNorm2d(after)),
            "In each block you counted one number too many for each channel and convolution. A "
            "BatchNorm2d has two, and the convolution before it no bias."),
        Mistake("statistics in the blocks",
            lambda a: a() + 2 * in_blocks(a.blocks, lambda _, after: nn.BatchNorm2d(after)),
            "In each block you counted the norms' running mean and variance as well. They are "
            "buffers, not parameters."),
        Mistake("always from 64 channels",
            lambda a: a() - in_blocks((1, 1, 1, 1), nets.basic_block)
            - in_blocks(after_the_first(a), lambda _, after: nets.basic_block(after, after))
            + in_blocks(a.blocks, lambda _, after: nets.basic_block(64, after)),
            "All your blocks start from 64 channels. A block gets what the one before it puts out: "
            "let the number of channels move on with the blocks."),
        Mistake("projection of 3x3",
            lambda a: a() + sum(
                parameters(nets.convolution(*stage, 3)) - parameters(nets.convolution(*stage, 1))
                for stage in STAGES[1:]),
            "Your projections have 3x3 kernels. One pixel is enough to change the channels: 1x1."),
        Mistake("projection of the outputs",
            lambda a: a() + sum(
                parameters(nets.convolution(after, after, 1))
                - parameters(nets.convolution(before, after, 1)) for before, after in STAGES[1:]),
            "Your projections have as many inputs as outputs. They get the block's input."),
        Mistake("projection with a bias for batch norm",
            lambda a: a() - sum(after for _, after in STAGES[1:]),
            "Behind the 1x1 convolution of a projection you counted one number for each channel. "
            "A BatchNorm2d has two, and the convolution has no bias."),
        Mistake("no average before the Linear",
            lambda a: a() + parameters(nn.Linear(512 * 49, a.num_classes))
            - parameters(nn.Linear(512, a.num_classes)),
            "Your Linear sees maps of 7x7. An average makes one number of each map before it."),
        Mistake("norm before the Linear", added(nn.BatchNorm2d(512)),
            "You counted one more BatchNorm2d of 512 channels. Between the blocks and the Linear "
            "stands an average, without parameters.",
            praise="Your blocks are right."),
        Mistake("bias in projections", lambda a: a() + sum(after for _, after in STAGES[1:]),
            "Your projections have a bias. Like all convolutions here they have none.",
            praise="Your 3x3 convolutions are right."),
        Mistake("one convolution a block",
            lambda a: a() - in_blocks(a.blocks, lambda _, after: nets.convolution(after, after, 3)),
            "Your blocks have one 3x3 convolution. A BasicBlock has two, each with a BatchNorm2d."),
        Mistake("one block too many", lambda a: a(blocks=tuple(depth + 1 for depth in a.blocks)),
            "Each of your stages has one block too many. The one that changes the channels is "
            "among the `blocks`."),
        Mistake("first layers forgotten", lambda a: a() - parameters(nets.convolution(3, 64, 7)),
            "You counted the stages and the Linear. Before them stand a 7x7 convolution and its "
            "BatchNorm2d."),
        Mistake("3x3 at the start", built(nets.resnet, kernel_size=3),
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
    question=lambda a: (
        f"A GPT-2 with {asking.count(a.vocab_size, 'token')}, {asking.count(a.context, 'position')}"
        f", width {a.d_model} and {asking.count(a.num_layers, 'block')}. How many parameters?"),
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
        Mistake("head not tied", lambda a: a() + matrix(a.d_model, a.vocab_size),
            "You counted the head's matrix as well. It is the embedding's own weight, used a "
            "second time: a shared parameter counts once."),
        Mistake("positions forgotten", as_if(context=0),
            "You left out the positions. GPT-2 learns a vector for each place in the context."),
        Mistake("no biases",
            lambda a: a() - biases(a, nets.gpt2, nn.Linear, nn.MultiheadAttention),
            "You left out the biases of the Linear layers. In GPT-2 all of them have one, in the "
            "attention too."),
        Mistake("biases or LayerNorms missing", lambda a: a() - block_norms(a),
            "A few vectors are missing in each block: the biases of the attention's four "
            "projections, the two LayerNorms, or the bias of the hidden layer's wide side.",
            praise="Your matrices are right."),
        Mistake("hidden layer without biases",
            lambda a: (
                a() - biases(a, nets.gpt2, nn.Linear, nn.MultiheadAttention) + block_norms(a)),
            "You left out biases in the hidden layer: both of its Linear layers have one.",
            praise="Your matrices are right."),
        *norms(nets.gpt2, nn.LayerNorm),
        Mistake("LayerNorm without a bias", lambda a: a() - biases(a, nets.gpt2, nn.LayerNorm),
            "Your LayerNorm has a weight only. It has a bias too."),
        output_forgotten(bias=True),
        Mistake("hidden layer not wider", built(nets.gpt2, widening=1),
            "Your hidden layer has `d_model` features. In GPT-2 it is four times as wide."),
        ONE_BLOCK,
        Mistake("one bias a block forgotten", lambda a: a() - a.num_layers * a.d_model,
            "One vector of `d_model` biases is missing in each block. The attention's output has "
            "one, and so has the second Linear of the hidden layer.",
            praise="Your matrices are right."),
        Mistake("three biases a block forgotten", lambda a: a() - 3 * a.num_layers * a.d_model,
            "Biases are missing in each block. Either the attention has one where it needs one "
            "for each of its four projections, or the hidden layer's wide side has as few as its "
            "narrow one.",
            praise="Your matrices are right."),
        Mistake("two wide biases", lambda a: a() + 3 * a.num_layers * a.d_model,
            "Both of your hidden layer's biases are wide. The second Linear leads back to "
            "`d_model`, and a bias belongs to an output.",
            praise="Your matrices are right."),
        Mistake("half a hidden layer",
            lambda a: a() - a.num_layers * parameters(nn.Linear(4 * a.d_model, a.d_model)),
            "Your hidden layer has one Linear. A second one leads back to `d_model`."),
        Mistake("one matrix in the hidden layer",
            lambda a: a() - a.num_layers * matrix(4 * a.d_model, a.d_model),
            "Your hidden layer has one matrix. There are two: out to four times the width, and "
            "back."),
        Mistake("one projection",
            lambda a: a() - 3 * a.num_layers * parameters(nn.Linear(a.d_model, a.d_model)),
            "Your attention is one Linear. There are four: query, key, value and output."),
        Mistake("matrices only in the blocks",
            lambda a: a() - biases(a, nets.gpt2, nn.Linear, nn.MultiheadAttention)
            - block_norms(a),
            "You counted the matrices of the blocks only. Their Linear layers have biases, and "
            "there are two LayerNorms a block."),
        Mistake("matrices only",
            lambda a: a() - biases(a, nets.gpt2, nn.Linear, nn.MultiheadAttention)
            - of_kind(a, nets.gpt2, nn.LayerNorm),
            "You counted the matrices only. The Linear layers of the blocks have biases, and there "
            "are LayerNorms: two a block and one at the end."),
        Mistake("one vector for all positions", as_if(context=1),
            "You counted one vector for all positions. There is one for each place in the "
            "context."),
        Mistake("one number a position", lambda a: a(context=0) + a.context,
            "You counted one number for each position. It is a vector, as wide as that of a "
            "token."),
        Mistake("tokens times positions",
            lambda a: a(context=0) - parameters(nn.Embedding(a.vocab_size, a.d_model))
            + a.vocab_size * a.context * a.d_model,
            "You multiplied tokens and positions. They are two tables, one below the other."),
        Mistake("two LayerNorms at the end", lambda a: a() + parameters(nn.LayerNorm(a.d_model)),
            "You counted one LayerNorm too many outside the blocks: one stands behind the last.",
            praise="Your blocks are right."),
        Mistake("the last LayerNorm in every block",
            lambda a: a() + (a.num_layers - 1) * parameters(nn.LayerNorm(a.d_model)),
            "You counted the last LayerNorm once for each block. It stands behind all of them.",
            praise="Right for one block."),
        Mistake("a Linear behind the blocks",
            lambda a: a() + parameters(nn.Linear(a.d_model, a.d_model)),
            "You counted one more Linear from `d_model` to `d_model`, as BERT has. GPT-2 has none "
            "behind its blocks.",
            praise="Your blocks are right."),
        Mistake("bias in the head", lambda a: a() + a.vocab_size,
            "You gave the head a bias. It has the embedding's weight and nothing else."),
        Mistake("head not tied, with a bias",
            lambda a: a() + parameters(nn.Linear(a.d_model, a.vocab_size)),
            "You counted the head as a Linear of its own. Its matrix is the embedding's weight, a "
            "shared parameter that counts once, and it has no bias."),
        Mistake("causal mask counted", lambda a: a() + a.num_layers * a.context * a.context,
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
    question=lambda a: (
        f"A Llama with {asking.count(a.vocab_size, 'token')}, width {a.d_model}, hidden width "
        f"{a.hidden_dim} and {asking.count(a.num_layers, 'block')}; {asking.heads(a)}; "
        f"{'the head tied to the embedding' if a.tied else 'the head not tied'}. "
        "How many parameters?"),
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
                32_000, random.choice((2048, 5120)), 4, 32, random.choice((4, 8)), 9728)),
    ),
    mistakes=(
        Mistake("group size for num_kv_heads",
            lambda a: narrow(a, a.d_model // a.num_kv_heads),
            "The more keys there are, the narrower are yours. `num_kv_heads` says how many heads "
            "have a key, not how many share one, and each key is as wide as one head of the "
            "queries."),
        Mistake("group size for the width",
            lambda a: narrow(a, a.num_heads // a.num_kv_heads),
            "Your keys are as wide as a group has heads. Count the heads that have a key, and the "
            "features of one head."),
        Mistake("d_model features a key", lambda a: narrow(a, a.num_kv_heads * a.d_model),
            "Each head of your keys and values has `d_model` features. All the query's heads "
            "together have so many."),
        Mistake("keys and values twice", lambda a: narrow(a, 2 * key_width(a)),
            "You counted keys and values twice. There is one matrix for the keys and one for the "
            "values."),
        Mistake("keys or values forgotten",
            in_llama(lambda a: -matrix(a.d_model, key_width(a))),
            "One narrow matrix is missing in each block. Keys and values have one each."),
        Mistake("keys of keys",
            in_llama(lambda a: 2 * matrix(key_width(a), key_width(a))
                - 2 * matrix(a.d_model, key_width(a))),
            "Your keys and values are made of something as narrow as they are. Their matrices "
            "see the whole `d_model`."),
        Mistake("d_model features a head",
            in_llama(lambda a: 2 * (a.num_heads - 1) * matrix(a.d_model, a.d_model)),
            "You counted a whole matrix for each head. The heads share the `d_model` features "
            "of queries and output among them.",
            praise="Right for one head."),
        Mistake("keys for every head", lambda a: a(num_kv_heads=a.num_heads),
            "With grouped queries several heads share keys and values: look at `num_kv_heads`.",
            praise="Right where each head has keys and values of its own."),
        Mistake("values for every head", lambda a: a() + keys_shared(a),
            "You made the keys fewer, but the heads of a group share their values as well.",
            praise="Right where each head has keys and values of its own."),
        Mistake("one query a group", lambda a: a() - keys_shared(a),
            "You made the queries fewer as well. Each of the `num_heads` heads has its own "
            "queries; only keys and values are shared."),
        Mistake("all matrices narrow", lambda a: a() - 2 * keys_shared(a),
            "You made all four matrices of the attention narrower. Queries and output keep all "
            "`num_heads` heads; only keys and values are shared."),
        Mistake("one key for all heads", as_if(num_kv_heads=1),
            "All your heads share one key and one value. There are `num_kv_heads` of them."),
        Mistake("one feature a key", lambda a: a(num_heads=a.d_model),
            "Your keys and values have one feature for each head. A head has several: the heads "
            "of the queries share `d_model` among them."),
        Mistake("two matrices in SwiGLU",
            lambda a: a() - a.num_layers * matrix(a.d_model, a.hidden_dim),
            "You counted two matrices in the hidden layer. SwiGLU has a third: the gate."),
        Mistake("one matrix in SwiGLU",
            in_llama(lambda a: -2 * matrix(a.d_model, a.hidden_dim)),
            "You counted one matrix in the hidden layer. There are three: gate, up and down."),
        Mistake("gate of the hidden width",
            in_llama(lambda a: matrix(a.hidden_dim, a.hidden_dim)
                - matrix(a.d_model, a.hidden_dim)),
            "One of your hidden layer's matrices leads from `hidden_dim` to `hidden_dim`. Gate "
            "and up both see the block's `d_model` features."),
        Mistake("hidden layer four times as wide",
            in_llama(lambda a: 3 * matrix(a.d_model, 4 * a.d_model)
                - 3 * matrix(a.d_model, a.hidden_dim)),
            "Your hidden layer has 4 times `d_model` features, as GPT-2's. Here `hidden_dim` says "
            "how many."),
        Mistake("biases in the hidden layer",
            in_llama(lambda a: 2 * a.hidden_dim + a.d_model),
            "You gave the matrices of the hidden layer a bias. Llama has none."),
        output_forgotten(bias=False),
        Mistake("head counted twice", lambda a: a() + matrix(a.d_model, a.vocab_size),
            "You counted the vocabulary's matrix once too often. There is the embedding's, and "
            "without `tied` the head's."),
        Mistake("head counted twice if not tied",
            lambda a: a() + (0 if a.tied else matrix(a.d_model, a.vocab_size)),
            "Without `tied` you counted three matrices as large as the vocabulary. There are two: "
            "the embedding's and the head's.",
            praise="Right with `tied=True`."),
        Mistake("tied the other way round", lambda a: a(tied=not a.tied),
            "You took `tied` the wrong way round. Tied means one matrix for both ends."),
        Mistake("head with a bias", lambda a: a() + (0 if a.tied else a.vocab_size),
            "You gave the head a bias. Llama has none anywhere."),
        Mistake("head always tied", as_if(tied=True),
            "Without `tied` the head has a matrix of its own, as large as the embedding.",
            praise="Right with `tied=True`."),
        Mistake("head never tied", as_if(tied=False),
            "With `tied=True` the head uses the embedding's weight: a shared parameter counts "
            "once.",
            praise="Right without `tied`."),
        NO_FINAL_RMSNORM,
        ONE_RMSNORM,
        NO_RMSNORMS,
        Mistake("LayerNorm for RMSNorm", lambda a: a() + of_kind(a, nets.llama, nn.RMSNorm),
            "You gave each norm a weight and a bias, as LayerNorm has. RMSNorm has a weight only."),
        Mistake("LayerNorm in the blocks",
            in_llama(lambda a: 2 * parameters(nn.RMSNorm(a.d_model))),
            "You gave the norms of the blocks two numbers for each feature, as LayerNorm has. "
            "RMSNorm has one."),
        Mistake("two numbers a feature at the end",
            lambda a: a() + parameters(nn.RMSNorm(a.d_model)),
            "You counted `d_model` numbers too many outside the blocks. There is one RMSNorm "
            "behind the last block, and it has one number for each feature.",
            praise="Your blocks are right."),
        Mistake("no norms in the blocks",
            in_llama(lambda a: -2 * parameters(nn.RMSNorm(a.d_model))),
            "You left out the RMSNorms of the blocks. There are two in each: one for the "
            "attention, one for the hidden layer."),
        Mistake("biases in the attention",
            in_llama(lambda a: 2 * a.d_model + 2 * key_width(a)),
            "You gave the attention's matrices a bias. Llama has none."),
        Mistake("biases counted", built(nets.llama, bias=True),
            "You gave the Linear layers a bias. Llama has none."),
        ONE_BLOCK,
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
