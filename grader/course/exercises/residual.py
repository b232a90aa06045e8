"""Lesson 12: skip connections by addition and by concatenation, and the projection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, case


def projection_params(in_channels: int, out_channels: int) -> int:
    """The number of parameters of a projection: a 1x1 Conv2d without bias, then BatchNorm2d."""
    return parameters(projection(in_channels, out_channels))


def concat_output_shape(shapes: Sequence[Shape], dim: int = 1) -> Shape:
    """The shape of `torch.cat(tensors, dim)` for tensors of these shapes."""
    return tuple(torch.cat([torch.empty(shape) for shape in shapes], dim).shape)


def basic_block_params(in_channels: int, out_channels: int, stride: int = 1) -> int:
    """The number of parameters of ResNet's BasicBlock, with the projection where it is needed."""
    return parameters(basic_block(in_channels, out_channels, stride))


def projection(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """A 1x1 convolution with its BatchNorm."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels))


@lru_cache
def main_path(in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
    """The path that learns: two 3x3 convolutions, the first one with the stride."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels))


@lru_cache
def shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """Free where the shapes agree, else a projection."""
    same_shape = stride == 1 and in_channels == out_channels
    return nn.Identity() if same_shape else projection(in_channels, out_channels, stride)


@lru_cache
def basic_block(in_channels: int, out_channels: int, stride: int) -> nn.ModuleList:
    """The modules of torchvision's BasicBlock, kept: each mistake below counts them again."""
    shape = in_channels, out_channels, stride
    return nn.ModuleList([main_path(*shape), shortcut(*shape)])


@lru_cache
def conv(in_channels: int, out_channels: int, kernel_size: int = 3) -> int:
    """The parameters of one convolution without a bias."""
    return parameters(nn.Conv2d(in_channels, out_channels, kernel_size, bias=False))


@lru_cache
def norm(channels: int) -> int:
    """The parameters of one BatchNorm."""
    return parameters(nn.BatchNorm2d(channels))


def norm_of_the_input(first: str = "") -> Mistake:
    """The channels in front of a convolution taken for those behind it."""
    return Mistake("BatchNorm of the input",
        lambda a: a() - norm(a.out_channels) + norm(a.in_channels),
        f"Your {first}BatchNorm has the input's channels. It stands behind the {first}convolution: "
        "how many channels arrive there?")


PROJECTION = Function(
    projection_params,
    question=lambda a: asking.parameters("A projection, " + asking.chain([
        asking.line("nn.Conv2d", a.in_channels, a.out_channels, 1, bias=False),
        asking.line("nn.BatchNorm2d", a.out_channels)])),
    parts=(
        Part("more channels", 2, (case(1, 2), case(3, 8), case(48, 96)),
            lambda random: case(random.randint(2, 60), random.randint(61, 256))),
        Part("fewer channels, or as many", 1,
            (case(5, 2), case(16, 4), case(in_channels=7, out_channels=7)),
            lambda random: case(random.randint(61, 256), random.randint(2, 60))),
    ),
    mistakes=(
        Mistake("no BatchNorm", lambda a: a() - norm(a.out_channels),
            "You counted the convolution. Behind it stands a BatchNorm2d, which has parameters of "
            "its own."),
        Mistake("one number per channel", lambda a: a() - norm(a.out_channels) // 2,
            "Beside the weights you counted one number for each output channel. The convolution "
            "has no bias here, and a BatchNorm learns more than that: which two vectors?"),
        Mistake("convolution's bias counted", lambda a: a() + a.out_channels,
            "You gave the convolution a bias. It has none here: the BatchNorm behind it subtracts "
            "the mean, and a bias would vanish."),
        known.running_statistics(projection),
        norm_of_the_input(),
        Mistake("3x3 kernel",
            lambda a: (
                a() - conv(a.in_channels, a.out_channels, 1) + conv(a.in_channels, a.out_channels)),
            "You counted a 3x3 kernel. A projection only changes the number of channels: its "
            "kernel is 1x1."),
        Mistake("channels added", lambda a: a.in_channels + a.out_channels + norm(a.out_channels),
            "You added the channels where they should meet in a grid. A 1x1 convolution connects "
            "every input channel with every output channel."),
        Mistake("3x3, no BatchNorm", lambda a: conv(a.in_channels, a.out_channels),
            "You counted a 3x3 convolution. A projection's kernel is 1x1, and a BatchNorm2d "
            "stands behind it."),
        known.all_buffers(projection),
        Mistake("BatchNorm for one channel", lambda a: a() - norm(a.out_channels) + norm(1),
            "You counted one scale and one shift for the whole BatchNorm. Each channel has its "
            "own."),
        Mistake("a number for each side",
            lambda a: a() - norm(a.out_channels) + a.in_channels + a.out_channels,
            "You counted one number for each input channel and one for each output channel. The "
            "BatchNorm meets the output channels only, and learns two numbers for each.",
            is_two=True),
        Mistake("BatchNorm as a grid",
            lambda a: (
                a() - norm(a.out_channels) + conv(a.out_channels, a.out_channels, 1)),
            "You counted the BatchNorm like a layer that connects each channel with each channel. "
            "It treats every channel alone: what does it learn for one of them?"),
        Mistake("BatchNorm for each connection",
            lambda a: a() - norm(a.out_channels) + 2 * conv(a.in_channels, a.out_channels, 1),
            "You gave every weight of the convolution two numbers of the BatchNorm. It does not "
            "see the weights, only the channels that come out."),
        Mistake("weights twice, no BatchNorm",
            lambda a: 2 * conv(a.in_channels, a.out_channels, 1),
            "You counted the convolution's weights twice. The second layer is a BatchNorm2d: what "
            "does it learn for one channel?"),
        Mistake("weights counted twice",
            lambda a: a() + conv(a.in_channels, a.out_channels, 1),
            "You counted the convolution's weights twice. A 1x1 kernel has one weight for each "
            "pair of an input and an output channel."),
        Mistake("bias and statistics counted",
            lambda a: a() + a.out_channels + norm(a.out_channels),
            "You gave the convolution a bias and counted the running statistics of the BatchNorm. "
            "The first is switched off here, the second are buffers: no gradient trains them.",
            is_two=True),
        Mistake("free for equal channels", lambda a: a() if a.in_channels != a.out_channels else 0,
            "This function counts a projection that is there: whether a block needs one is the "
            "next question.",
            praise="Right where the channels differ."),
        Mistake("BatchNorm only", lambda a: a() - conv(a.in_channels, a.out_channels, 1),
            "You counted the BatchNorm. The 1x1 convolution in front of it has weights."),
        Mistake("shortcut is free", lambda a: 0,
            "You returned 0. Adding costs no parameters, but a projection stands in the shortcut "
            "where the channels differ, and it is trained."),
    ),
    hints=(
        "Two layers, two sums. How many weights has a 1x1 kernel for one pair of an input and an "
        "output channel, and how many pairs are there?",
        "How many channels leave the convolution and enter the BatchNorm?",
        "A BatchNorm learns a scale and a shift for each channel. Print the shapes in "
        "`block.shortcut.named_parameters()`.",
    ),
)


def with_size(shape: Sequence[int], dim: int, size: int) -> Shape:
    """The shape with another size along `dim`."""
    sizes = list(shape)
    sizes[dim] = size
    return tuple(sizes)


def draw_shapes(random: Random, dim: int, ndim: int, count: int) -> list[Shape]:
    """Shapes that differ along `dim` only; all their sizes are different numbers."""
    common = random.sample(range(2, 20), k=ndim)
    along = random.sample(range(20, 60), k=count)
    return [with_size(common, dim, size) for size in along]


def draw_concat(random: Random, dim: int, count: int) -> Case:
    """Tensors joined along a `dim` that is spelled out."""
    return case(draw_shapes(random, dim, random.randint(3, 4), count), dim=dim)


def joined(a: Asked, dim: int) -> Any:
    """The answer for a `dim` that may be the wrong one: all other sizes as in the first shape."""
    return a(shapes=[with_size(a.shapes[0], dim, shape[dim]) for shape in a.shapes], dim=dim)


def negative_dim(name: str, rule: Rule, sentence: str) -> Mistake:
    """Wrong where `dim` counts from the end."""
    return Mistake(name, rule, sentence, praise="Right for a `dim` from the front.")


CONCAT = Function(
    concat_output_shape,
    question=lambda a: (
        f"`torch.cat` with `dim={a.dim}` joins tensors of these shapes: "
        f"{', '.join(f'`{shape!r}`' for shape in a.shapes)}. What shape comes out?"),
    parts=(
        Part("two maps, along the channels", 2,
            (case([(1, 2, 4), (1, 3, 4)]), case([(2, 8, 4, 5), (2, 16, 4, 5)]),
             case([(3, 20, 6, 7), (3, 10, 6, 7)], dim=1)),
            lambda random: case(draw_shapes(random, 1, random.randint(2, 4), 2))),
        Part("one map, or several", 1,
            (case([(2, 3, 4, 5)]), case([(1, 2, 4), (1, 3, 4), (1, 5, 4)]),
             case([(2, 8, 4, 5), (2, 16, 4, 5), (2, 6, 4, 5), (2, 1, 4, 5)])),
            lambda random: case(
                draw_shapes(random, 1, random.randint(2, 4), random.choice((1, 3, 4))))),
        Part("another dim", 1,
            (case([(2, 5), (3, 5)], dim=0), case([(2, 3, 4), (2, 3, 6), (2, 3, 9)], 2),
             case([(2, 3, 4, 5), (2, 3, 7, 5)], dim=2)),
            lambda random: draw_concat(random, random.choice((0, 2)), random.randint(2, 4))),
        Part("negative dim", 1,
            (case([(2, 5), (2, 3)], dim=-1), case([(2, 3, 4), (2, 3, 6), (2, 3, 1)], -1),
             case([(2, 3, 4, 5), (2, 8, 4, 5)], dim=-3)),
            lambda random: draw_concat(random, random.choice((-1, -2, -3)), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("like an addition", lambda a: a(shapes=a.shapes[:1]),
            "You returned the first shape. That holds when tensors are added. Concatenation puts "
            "them side by side, and the result is larger."),
        Mistake("last shape only", lambda a: a(shapes=a.shapes[-1:]),
            "You returned the last shape. Does each turn of your loop overwrite the one before?"),
        Mistake("every dimension grows", lambda a: tuple(map(sum, zip(*a.shapes, strict=True))),
            "You let every dimension grow. The tensors are joined along one dimension, and must "
            "agree in all others."),
        Mistake("dim ignored", lambda a: joined(a, 1),
            "`dim` is an argument: tensors can be joined along any dimension.",
            praise="Right along the channels."),
        Mistake("always the last dim", lambda a: joined(a, -1),
            "You always join along the last dimension. The default is `dim=1`, the channels."),
        Mistake("always the batch", lambda a: joined(a, 0),
            "You always join along dimension 0, the batch. The default is `dim=1`, the channels."),
        negative_dim("negative dim not found", lambda a: a.shapes[0] if a.dim < 0 else a(),
            "A negative `dim` changes nothing in your answer. It counts from the end: `-1` is the "
            "last dimension."),
        negative_dim("negative dim, end doubled",
            lambda a: (*a()[: a.dim], a()[a.dim], *a.shapes[0][a.dim + 1 :]),
            "With a negative `dim` your slice after it goes wrong: `shape[dim + 1:]` is the whole "
            "shape when `dim` is -1. Make `dim` positive first."),
        Mistake("first two only", lambda a: a(shapes=a.shapes[:2]),
            "You joined the first two tensors. `shapes` can hold any number of them."),
        Mistake("first counted twice", lambda a: a(shapes=[a.shapes[0], *a.shapes]),
            "You counted the first tensor twice. Does your sum start from the first shape and "
            "then loop over all of them?"),
        Mistake("first not counted",
            lambda a: a(shapes=[with_size(a.shapes[0], a.dim, 0), *a.shapes[1:]]),
            "You left out the first tensor's size. Your sum runs over the others only."),
        negative_dim("sign of dim lost",
            lambda a: joined(a, min(abs(a.dim), len(a.shapes[0]) - 1)),
            "You lost the sign of `dim`. A negative one counts from the end: `-1` is the last "
            "dimension, `1` the second."),
        negative_dim("negative dim off by one",
            lambda a: joined(a, (a.dim - (a.dim < 0)) % len(a.shapes[0])),
            "A negative `dim` lands one place too far to the front. `-1` is the last dimension."),
        Mistake("all as wide as first", lambda a: a(shapes=[a.shapes[0]] * len(a.shapes)),
            "You took the first tensor's size as many times as there are tensors. Each tensor has "
            "its own size along `dim`."),
        Mistake("largest size wins", lambda a: tuple(map(max, zip(*a.shapes, strict=True))),
            "You took the largest size of each dimension. That is broadcasting, which belongs to "
            "addition. Concatenation keeps every number of every tensor."),
        Mistake("sizes multiplied",
            lambda a: with_size(a(), a.dim, prod(shape[a.dim] for shape in a.shapes)),
            "You multiplied the sizes along `dim`. The tensors stand side by side: draw two of "
            "them and count the channels."),
        Mistake("stacked in front", lambda a: (len(a.shapes), *a.shapes[0]),
            "You added a new dimension for the tensors. That is `torch.stack`; `torch.cat` makes "
            "no new dimension."),
        Mistake("stacked at dim",
            lambda a: tuple(torch.stack([torch.empty(a.shapes[0])] * len(a.shapes), a.dim).shape),
            "You added a new dimension at `dim`. That is `torch.stack`; `torch.cat` makes an old "
            "dimension longer."),
        Mistake("joined size only", lambda a: a()[a.dim],
            "You returned the joined size. Asked is the whole shape, batch first."),
        Mistake("batch left out", lambda a: a()[1:],
            "Your shape has no batch dimension. Asked is the whole shape, batch first."),
        Mistake("channels last", lambda a: (*a()[:1], *a()[2:], a()[1]),
            "You moved the channels to the end. PyTorch keeps the order of the dimensions."),
    ),
    hints=(
        "Only one entry of the shape changes. Which one does `dim` name?",
        "Take the first shape as a list and replace the entry at `dim`. Python's `sizes[-1]` "
        "counts from the end just as PyTorch does.",
        "The new entry needs every tensor's own size along `dim`.",
    ),
)


def projected(a: Asked) -> int:
    """The parameters of the block's projection, 0 where it needs none."""
    return parameters(shortcut(**vars(a)))


def in_projection(name: str, added: Rule, sentence: str) -> Mistake:
    """So much added to the projection of a block, where it has one."""
    return Mistake(name, lambda a: a() + bool(projected(a)) * added(a), sentence,
        praise="Right without a projection.")


def no_projection(slip: Mistake) -> Mistake:
    """The same mistake by a student who forgets the shortcut."""
    return Mistake(f"{slip.name}, no projection", lambda a: slip.rule(a) - projected(a),
        f"{slip.sentence} And where the block changes the shape, the shortcut needs a projection.",
        is_two=True)


def draw_equal(random: Random, **stride: int) -> Case:
    """A block with as many channels behind it as before."""
    channels = random.randint(3, 256)
    return case(channels, channels, **stride)


def draw_different(random: Random, **stride: int) -> Case:
    """A block that changes the number of channels."""
    return case(*random.sample(range(3, 257), k=2), **stride)


PATH_SLIPS = (
    Mistake("path without BatchNorm", lambda a: a() - 2 * norm(a.out_channels),
        "You counted the two convolutions of the main path. Behind each of them stands a "
        "BatchNorm2d."),
    known.one_number(main_path, "biases instead of BatchNorm", where=" of the main path"),
    known.needless_biases(main_path, "biases in the path", where=" of the main path"),
    known.running_statistics(main_path, "statistics in the path", where=" of the main path"),
    norm_of_the_input("first "),
    Mistake("one convolution",
        lambda a: a() - conv(a.out_channels, a.out_channels) - norm(a.out_channels),
        "You counted one convolution with its BatchNorm in the main path. A BasicBlock has two."),
    Mistake("both from in_channels",
        lambda a: (
            a() - conv(a.out_channels, a.out_channels) + conv(a.in_channels, a.out_channels)),
        "Both your convolutions read `in_channels`. The second one reads what the first one "
        "returns: how many channels is that?"),
    Mistake("both from out_channels",
        lambda a: (
            a() - conv(a.in_channels, a.out_channels) + conv(a.out_channels, a.out_channels)),
        "Both your convolutions read `out_channels`. The first one reads the block's input: how "
        "many channels is that?"),
    Mistake("first keeps the channels",
        lambda a: (
            a() - conv(a.out_channels, a.out_channels) - norm(a.out_channels)
            + conv(a.in_channels, a.in_channels) + norm(a.in_channels)),
        "Your first convolution keeps the channels and your second one changes them. In a "
        "BasicBlock it is the other way round."),
    Mistake("1x1 kernels in the path",
        lambda a: a() - conv(a.in_channels + a.out_channels, a.out_channels) * 8 // 9,
        "Your two convolutions of the main path have one weight for each pair of channels, as the "
        "projection has. Their kernels are 3x3."),
    Mistake("stride multiplies weights",
        lambda a: a() + (a.stride - 1) * conv(a.in_channels, a.out_channels),
        "Your weights grow with the stride. It says where the kernel stops, and the same weights "
        "are used at every stop."),
    Mistake("kernel not squared",
        lambda a: a() - conv(a.in_channels + a.out_channels, a.out_channels) * 2 // 3,
        "You counted three weights for each pair of channels. The kernel is 3x3: draw it and "
        "count its cells."),
)

BASIC_BLOCK = Function(
    basic_block_params,
    question=lambda a: asking.parameters(
        f"ResNet's BasicBlock from {a.in_channels} to {a.out_channels} channels with stride "
        f"{a.stride}, with a projection if it needs one"),
    parts=(
        Part("same shape", 2, (case(1, 1), case(2, 2), case(64, 64)), draw_equal),
        Part("other channels", 2,
            (case(1, 2), case(48, 96), case(16, 4), case(in_channels=6, out_channels=10)),
            draw_different),
        Part("stride", 1,
            (case(2, 2, stride=2), case(8, 8, 3), case(48, 96, 2), case(12, 5, stride=2)),
            lambda random: random.choice((draw_equal, draw_different))(random, stride=2)),
    ),
    mistakes=(
        # In the shortcut only.
        Mistake("never a projection", lambda a: a() - projected(a),
            "You counted the two convolutions and their BatchNorms. Where the block changes the "
            "shape, its input cannot be added as it is: the shortcut needs a projection.",
        is_two=True),
        Mistake("always a projection",
            lambda a: a() - projected(a) + projection_params(a.in_channels, a.out_channels),
            "Where the block keeps the shape, the shortcut is the input itself and costs nothing.",
            praise="Right where the shapes differ."),
        Mistake("projection, stride ignored",
            lambda a: a() - (a.in_channels == a.out_channels) * projected(a),
            "With a larger stride the map gets smaller, even if the number of channels stays: can "
            "the input still be added?",
            praise="Right for `stride=1`."),
        Mistake("projection for stride only", lambda a: a() - (a.stride == 1) * projected(a),
            "The channels can differ with `stride=1` too, and then the input cannot be added "
            "either.",
            praise="Right where the stride decides."),
        Mistake("projection needs both",
            lambda a: a() - (a.in_channels == a.out_channels or a.stride == 1) * projected(a),
            "You use a projection if the channels differ *and* the stride is not 1. One of the two "
            "is enough to make the shapes differ."),
        in_projection("projection without BatchNorm", lambda a: -norm(a.out_channels),
            "The projection is a 1x1 convolution and a BatchNorm: `projection_params` counts "
            "both."),
        in_projection("projection with a bias", lambda a: a.out_channels,
            "The projection's convolution has no bias: `projection_params` counts it as it is."),
        in_projection("bias instead of its BatchNorm", lambda a: -a.out_channels,
            "The projection's convolution has no bias; a BatchNorm stands behind it. "
            "`projection_params` counts both."),
        in_projection("projection's statistics counted", lambda a: norm(a.out_channels),
            "The running statistics of the projection's BatchNorm are buffers, not parameters."),
        in_projection("projection with 3x3",
            lambda a: conv(a.in_channels, a.out_channels) - conv(a.in_channels, a.out_channels, 1),
            "The projection's kernel is 1x1: `projection_params` counts it as it is."),
        Mistake("projection in place of path", lambda a: projected(a) or a(),
            "The projection comes in addition to the main path: did you write `=` for `+=`?",
            praise="Right without a projection."),
        # In the main path and in the projection alike.
        Mistake("no BatchNorm",
            lambda a: a() - sum(map(parameters, known.batchnorms(basic_block(**vars(a))))),
            "You counted the convolutions. Behind each of them stands a BatchNorm2d, also in the "
            "projection."),
        known.one_number(basic_block, "biases, no BatchNorm"),
        known.needless_biases(basic_block, "biases everywhere"),
        known.running_statistics(basic_block),
        known.all_buffers(basic_block),
        # In the main path, with the shortcut as it should be, and without it.
        *PATH_SLIPS,
        *map(no_projection, PATH_SLIPS),
    ),
    hints=(
        "The main path: a 3x3 Conv2d, BatchNorm, ReLU, a 3x3 Conv2d, BatchNorm. "
        "No convolution has a bias. Write down the channels before and after each.",
        "The input is added to the end of the path. When do the two shapes differ? "
        "Think of the channels, and of height and width.",
        "`projection_params` of the exercise above counts the shortcut where one is needed.",
    ),
)

LESSON = Lesson("12-residual", (CONCAT, PROJECTION, BASIC_BLOCK))
