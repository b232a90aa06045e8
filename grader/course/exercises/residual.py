"""Lesson 12: skip connections by addition and by concatenation, and the projection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course.pytorch import Shape, buffers, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case


def projection_params(in_channels: int, out_channels: int) -> int:
    """The number of parameters of a projection: a 1x1 Conv2d without bias, then BatchNorm2d."""
    return parameters(_projection(in_channels, out_channels))


def concat_output_shape(shapes: Sequence[Shape], dim: int = 1) -> Shape:
    """The shape of `torch.cat(tensors, dim)` for tensors of these shapes."""
    return tuple(torch.cat([torch.empty(shape) for shape in shapes], dim).shape)


def basic_block_params(in_channels: int, out_channels: int, stride: int = 1) -> int:
    """The number of parameters of ResNet's BasicBlock, with the projection where it is needed."""
    return parameters(_basic_block(in_channels, out_channels, stride))


def _projection(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


def _body(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    """The path that learns: two 3x3 convolutions, the first one with the stride."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
    )


def _basic_block(in_channels: int, out_channels: int, stride: int) -> nn.ModuleDict:
    """The modules of torchvision's BasicBlock. Where the shapes agree, the shortcut is free."""
    same_shape = stride == 1 and in_channels == out_channels
    return nn.ModuleDict(
        {
            "body": _body(in_channels, out_channels, stride),
            "shortcut": (
                nn.Identity() if same_shape else _projection(in_channels, out_channels, stride)
            ),
        }
    )


@cache
def _conv(in_channels: int, out_channels: int, kernel_size: int | tuple[int, int] = 3) -> int:
    """The parameters of one convolution without a bias."""
    return parameters(nn.Conv2d(in_channels, out_channels, kernel_size, bias=False))


@cache
def _norm(channels: int) -> int:
    """The parameters of one BatchNorm."""
    return parameters(nn.BatchNorm2d(channels))


PROJECTION = Function(
    projection_params,
    parts=(
        Part("more channels", 2,
            (case(1, 2), case(3, 8), case(64, 128)),
            lambda random: case(random.randint(2, 60), random.randint(61, 256))),
        Part("fewer channels, or as many", 1,
            (case(5, 2), case(16, 4), case(in_channels=7, out_channels=7)),
            lambda random: case(random.randint(61, 256), random.randint(2, 60))),
    ),
    mistakes=(
        Mistake("no BatchNorm", lambda a: _conv(a.in_channels, a.out_channels, 1),
            "You counted the convolution. Behind it stands a BatchNorm2d, which has parameters of "
            "its own."),
        Mistake("one number per channel",
            lambda a: parameters(nn.Conv2d(a.in_channels, a.out_channels, 1)),
            "Beside the weights you counted one number for each output channel. The convolution "
            "has no bias here, and the BatchNorm has more than that: see `batchnorm_params`."),
        Mistake("convolution's bias counted",
            lambda a: projection_params(a.in_channels, a.out_channels) + a.out_channels,
            "You gave the convolution a bias. It has none here: the BatchNorm behind it subtracts "
            "the mean, and a bias would vanish."),
        Mistake("running statistics counted",
            lambda a: projection_params(a.in_channels, a.out_channels) + _norm(a.out_channels),
            "You counted BatchNorm's running mean and variance as well. They are buffers, not "
            "parameters."),
        Mistake("BatchNorm of the input",
            lambda a: _conv(a.in_channels, a.out_channels, 1) + _norm(a.in_channels),
            "Your BatchNorm has the input's channels. It stands behind the convolution: how many "
            "channels arrive there?"),
        Mistake("3x3 kernel",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                - _conv(a.in_channels, a.out_channels, 1)
                + _conv(a.in_channels, a.out_channels)
            ),
            "You counted a 3x3 kernel. A projection only changes the number of channels: its "
            "kernel is 1x1."),
        Mistake("channels added", lambda a: a.in_channels + a.out_channels + _norm(a.out_channels),
            "You added the channels where they should meet in a grid. A 1x1 convolution connects "
            "every input channel with every output channel."),
        Mistake("3x3, no BatchNorm", lambda a: _conv(a.in_channels, a.out_channels),
            "You counted a 3x3 convolution. A projection's kernel is 1x1, and a BatchNorm2d "
            "stands behind it."),
        Mistake("buffers counted",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                + buffers(nn.BatchNorm2d(a.out_channels))
            ),
            "You counted all of the BatchNorm's buffers as well. They are not parameters."),
        Mistake("BatchNorm for one channel",
            lambda a: _conv(a.in_channels, a.out_channels, 1) + _norm(1),
            "You counted one scale and one shift for the whole BatchNorm. Each channel has its "
            "own."),
        Mistake("free for equal channels",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                if a.in_channels != a.out_channels
                else 0
            ),
            "This function counts a projection that is there: whether a block needs one is the "
            "next question.",
            praise="Right where the channels differ."),
        Mistake("BatchNorm only", lambda a: _norm(a.out_channels),
            "You counted the BatchNorm. The 1x1 convolution in front of it has weights."),
        Mistake("shortcut is free", lambda a: 0,
            "You returned 0. Adding costs no parameters, but a projection stands in the shortcut "
            "where the channels differ, and it is trained."),
    ),
    hints=(
        "Two layers: you counted the first one's kind in `conv2d_params` or `pointwise_params`, "
        "the second one's in `batchnorm_params`.",
        "How many channels leave the convolution and enter the BatchNorm?",
    ),
)


def _random_shapes(random: Random, dim: int, ndim: int, count: int) -> list[Shape]:
    """Shapes that differ along `dim` only; all their sizes are different numbers."""
    common = random.sample(range(2, 20), k=ndim)
    along = random.sample(range(20, 60), k=count)
    return [_with_size(common, dim, size) for size in along]


def _with_size(shape: Sequence[int], dim: int, size: int) -> Shape:
    sizes = list(shape)
    sizes[dim] = size
    return tuple(sizes)


def _random_concat(random: Random, dim: int, count: int) -> Case:
    ndim = random.randint(3, 4)
    return case(_random_shapes(random, dim, ndim, count), dim=dim)


def _joined_like_the_first(shapes: Sequence[Shape], dim: int) -> Shape:
    """Concatenate along a `dim` that may be the wrong one: all other sizes as in the first."""
    return concat_output_shape([_with_size(shapes[0], dim, s[dim]) for s in shapes], dim)


CONCAT = Function(
    concat_output_shape,
    parts=(
        Part("two maps, along the channels", 2,
            (case([(1, 2, 4), (1, 3, 4)]), case([(2, 8, 4, 5), (2, 16, 4, 5)]),
             case([(3, 20, 6, 7), (3, 10, 6, 7)], dim=1)),
            lambda random: case(_random_shapes(random, 1, random.randint(2, 4), 2))),
        Part("one map, or several", 1,
            (case([(2, 3, 4, 5)]), case([(1, 2, 4), (1, 3, 4), (1, 5, 4)]),
             case([(2, 8, 4, 5), (2, 16, 4, 5), (2, 6, 4, 5), (2, 1, 4, 5)])),
            lambda random: case(
                _random_shapes(random, 1, random.randint(2, 4), random.choice((1, 3, 4)))
            )),
        Part("another dim", 1,
            (case([(2, 5), (3, 5)], dim=0), case([(2, 3, 4), (2, 3, 6), (2, 3, 9)], 2),
             case([(2, 3, 4, 5), (2, 3, 7, 5)], dim=2)),
            lambda random: _random_concat(random, random.choice((0, 2)), random.randint(2, 4))),
        Part("negative dim", 1,
            (case([(2, 5), (2, 3)], dim=-1), case([(2, 3, 4), (2, 3, 6), (2, 3, 1)], -1),
             case([(2, 3, 4, 5), (2, 8, 4, 5)], dim=-3)),
            lambda random: _random_concat(
                random, random.choice((-1, -2, -3)), random.randint(2, 4)
            )),
    ),
    mistakes=(
        Mistake("like an addition", lambda a: a.shapes[0],
            "You returned the first shape. That holds when tensors are added. Concatenation puts "
            "them side by side, and the result is larger."),
        Mistake("last shape only", lambda a: a.shapes[-1],
            "You returned the last shape. Does each turn of your loop overwrite the one before?"),
        Mistake("every dimension grows", lambda a: tuple(map(sum, zip(*a.shapes, strict=True))),
            "You let every dimension grow. The tensors are joined along one dimension, and must "
            "agree in all others."),
        Mistake("dim ignored", lambda a: _joined_like_the_first(a.shapes, 1),
            "Right along the channels. `dim` is an argument: tensors can be joined along any "
            "dimension."),
        Mistake("always the last dim", lambda a: _joined_like_the_first(a.shapes, -1),
            "You always join along the last dimension. The default is `dim=1`, the channels."),
        Mistake("always the batch", lambda a: _joined_like_the_first(a.shapes, 0),
            "You always join along dimension 0, the batch. The default is `dim=1`, the channels."),
        Mistake("negative dim not found",
            lambda a: a.shapes[0] if a.dim < 0 else concat_output_shape(a.shapes, a.dim),
            "Right, but a negative `dim` changes nothing in your answer. It counts from the end: "
            "`-1` is the last dimension."),
        Mistake("negative dim, end doubled",
            lambda a: (
                *a.shapes[0][: a.dim],
                concat_output_shape(a.shapes, a.dim)[a.dim],
                *a.shapes[0][a.dim + 1 :],
            ),
            "Right, but with a negative `dim` your slice after it goes wrong: `shape[dim + 1:]` "
            "is the whole shape when `dim` is -1. Make `dim` positive first."),
        Mistake("first two only", lambda a: concat_output_shape(a.shapes[:2], a.dim),
            "You joined the first two tensors. `shapes` can hold any number of them."),
        Mistake("first counted twice",
            lambda a: concat_output_shape([a.shapes[0], *a.shapes], a.dim),
            "You counted the first tensor twice. Does your sum start from the first shape and "
            "then loop over all of them?"),
        Mistake("first not counted",
            lambda a: (
                concat_output_shape(a.shapes[1:], a.dim)
                if len(a.shapes) > 1
                else _with_size(a.shapes[0], a.dim, 0)
            ),
            "You left out the first tensor's size. Your sum runs over the others only."),
        Mistake("negative dim off by one",
            lambda a: _joined_like_the_first(
                a.shapes, a.dim if a.dim >= 0 else len(a.shapes[0]) + a.dim - 1
            ),
            "Right, but a negative `dim` lands one place too far to the front. `-1` is the last "
            "dimension."),
        Mistake("all as wide as first",
            lambda a: concat_output_shape([a.shapes[0]] * len(a.shapes), a.dim),
            "You took the first tensor's size as many times as there are tensors. Each tensor has "
            "its own size along `dim`."),
        Mistake("largest size wins", lambda a: tuple(map(max, zip(*a.shapes, strict=True))),
            "You took the largest size of each dimension. That is broadcasting, which belongs to "
            "addition. Concatenation keeps every number of every tensor."),
        Mistake("sizes multiplied",
            lambda a: _with_size(a.shapes[0], a.dim, prod(shape[a.dim] for shape in a.shapes)),
            "You multiplied the sizes along `dim`. The tensors stand side by side: draw two of "
            "them and count the channels."),
        Mistake("stacked in front", lambda a: (len(a.shapes), *a.shapes[0]),
            "You added a new dimension for the tensors. That is `torch.stack`; `torch.cat` makes "
            "no new dimension."),
        Mistake("stacked at dim",
            lambda a: tuple(torch.stack([torch.empty(a.shapes[0])] * len(a.shapes), a.dim).shape),
            "You added a new dimension at `dim`. That is `torch.stack`; `torch.cat` makes an old "
            "dimension longer."),
        Mistake("joined size only", lambda a: concat_output_shape(a.shapes, a.dim)[a.dim],
            "You returned the joined size. Asked is the whole shape, batch first."),
        Mistake("batch left out", lambda a: concat_output_shape(a.shapes, a.dim)[1:],
            "Your shape has no batch dimension. Asked is the whole shape, batch first."),
        Mistake("channels last",
            lambda a: tuple(torch.empty(concat_output_shape(a.shapes, a.dim)).movedim(1, -1).shape),
            "You moved the channels to the end. PyTorch keeps the order of the dimensions."),
    ),
    hints=(
        "Only one entry of the shape changes. Which one does `dim` name?",
        "Take the first shape as a list and replace the entry at `dim`. Python's `sizes[-1]` "
        "counts from the end just as PyTorch does.",
        "The new entry needs every tensor's own size along `dim`.",
    ),
)


def _right(a: Any) -> int:
    return _block_params(a.in_channels, a.out_channels, a.stride)


@cache
def _block_params(in_channels: int, out_channels: int, stride: int) -> int:
    """The reference, asked once for each block: nearly every mistake below starts from it."""
    return basic_block_params(in_channels, out_channels, stride)


def _path(a: Any) -> int:
    """The main path of the block that a case is about."""
    first = _conv(a.in_channels, a.out_channels) + _norm(a.out_channels)
    return first + _conv(a.out_channels, a.out_channels) + _norm(a.out_channels)


def _shortcut(a: Any) -> int:
    """The projection where the block needs one, else 0."""
    return _right(a) - _path(a)


def _batchnorms(a: Any) -> list[nn.BatchNorm2d]:
    block = _basic_block(a.in_channels, a.out_channels, a.stride)
    return [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]


def _biases(a: Any) -> int:
    """What the block's convolutions would have: as many as their BatchNorms have channels."""
    return sum(batchnorm.num_features for batchnorm in _batchnorms(a))


def _plus(*rules: Callable[[Any], int]) -> Callable[[Any], int]:
    return lambda a: sum(rule(a) for rule in rules)


def _draw_equal(random: Random, **stride: int) -> Case:
    channels = random.randint(3, 256)
    return case(channels, channels, **stride)


def _draw_different(random: Random, **stride: int) -> Case:
    return case(*random.sample(range(3, 257), k=2), **stride)


# What students count for the main path, when they know the shortcut.
PATH_SLIPS = (
    Mistake("path without BatchNorm",
        lambda a: _conv(a.in_channels, a.out_channels) + _conv(a.out_channels, a.out_channels),
        "You counted the two convolutions of the main path. Behind each of them stands a "
        "BatchNorm2d."),
    Mistake("biases instead of BatchNorm", lambda a: _path(a) - _norm(a.out_channels),
        "Beside the weights you counted one number for each output channel. These convolutions "
        "have no bias, and a BatchNorm has more than one number a channel."),
    Mistake("biases in the path", lambda a: _path(a) + _norm(a.out_channels),
        "You gave the convolutions of the main path a bias. They have none here: the BatchNorm "
        "behind each of them shifts the channels already."),
    Mistake("statistics in the path",
        lambda a: _path(a) + _norm(a.out_channels) + _norm(a.out_channels),
        "You counted the running means and variances of the main path as well. They are buffers, "
        "not parameters."),
    Mistake("BatchNorm of the input",
        lambda a: _path(a) - _norm(a.out_channels) + _norm(a.in_channels),
        "Your first BatchNorm has the input's channels. It stands behind the first convolution: "
        "how many channels arrive there?"),
    Mistake("one convolution",
        lambda a: _conv(a.in_channels, a.out_channels) + _norm(a.out_channels),
        "You counted one convolution with its BatchNorm in the main path. A BasicBlock has two."),
    Mistake("both from in_channels",
        lambda a: (
            _path(a) - _conv(a.out_channels, a.out_channels) + _conv(a.in_channels, a.out_channels)
        ),
        "Both your convolutions read `in_channels`. The second one reads what the first one "
        "returns: how many channels is that?"),
    Mistake("both from out_channels",
        lambda a: (
            _path(a) - _conv(a.in_channels, a.out_channels) + _conv(a.out_channels, a.out_channels)
        ),
        "Both your convolutions read `out_channels`. The first one reads the block's input: how "
        "many channels is that?"),
    Mistake("first keeps the channels",
        lambda a: (
            _conv(a.in_channels, a.in_channels)
            + _norm(a.in_channels)
            + _conv(a.in_channels, a.out_channels)
            + _norm(a.out_channels)
        ),
        "Your first convolution keeps the channels and your second one changes them. In a "
        "BasicBlock it is the other way round."),
    Mistake("kernel not squared",
        lambda a: (
            _path(a)
            - _conv(a.in_channels, a.out_channels)
            - _conv(a.out_channels, a.out_channels)
            + _conv(a.in_channels, a.out_channels, (1, 3))
            + _conv(a.out_channels, a.out_channels, (1, 3))
        ),
        "You counted three weights for each pair of channels. The kernel is 3x3: draw it and "
        "count its cells."),
)

# What students count for the shortcut, when they know the main path.
SHORTCUT_SLIPS = (
    Mistake("never a projection", lambda a: 0,
        "You counted the two convolutions and their BatchNorms. Where the block changes the "
        "shape, its input cannot be added as it is: the shortcut needs a projection."),
    Mistake("always a projection", lambda a: projection_params(a.in_channels, a.out_channels),
        "Where the block keeps the shape, the shortcut is the input itself and costs nothing.",
        praise="Right where the shapes differ."),
    Mistake("projection, stride ignored",
        lambda a: a.in_channels != a.out_channels and _shortcut(a),
        "With a larger stride the map gets smaller, even if the number of channels stays: can the "
        "input still be added?",
        praise="Right for `stride=1`."),
    Mistake("projection for stride only", lambda a: a.stride != 1 and _shortcut(a),
        "The channels can differ with `stride=1` too, and then the input cannot be added either.",
        praise="Right where the stride decides."),
    Mistake("projection needs both",
        lambda a: a.in_channels != a.out_channels and a.stride != 1 and _shortcut(a),
        "You use a projection if the channels differ *and* the stride is not 1. One of the two is "
        "enough to make the shapes differ."),
    Mistake("projection without BatchNorm",
        lambda a: _shortcut(a) and _conv(a.in_channels, a.out_channels, 1),
        "The projection is a 1x1 convolution and a BatchNorm: `projection_params` counts both.",
        praise="Right without a projection."),
    Mistake("projection with a bias", lambda a: _shortcut(a) and _shortcut(a) + a.out_channels,
        "The projection's convolution has no bias: `projection_params` counts it as it is.",
        praise="Right without a projection."),
    Mistake("bias instead of its BatchNorm",
        lambda a: _shortcut(a) and _shortcut(a) - a.out_channels,
        "The projection's convolution has no bias; a BatchNorm stands behind it. "
        "`projection_params` counts both.",
        praise="Right without a projection."),
    Mistake("projection's statistics counted",
        lambda a: _shortcut(a) and _shortcut(a) + _norm(a.out_channels),
        "The running statistics of its BatchNorm are buffers, not parameters.",
        praise="Right without a projection."),
    Mistake("projection with 3x3",
        lambda a: _shortcut(a) and _conv(a.in_channels, a.out_channels) + _norm(a.out_channels),
        "The projection's kernel is 1x1: `projection_params` counts it as it is.",
        praise="Right without a projection."),
    Mistake("projection in place of path", lambda a: _shortcut(a) and _shortcut(a) - _path(a),
        "The projection comes in addition to the main path: did you write `=` for `+=`?",
        praise="Right without a projection."),
)

# What students do wrong in the main path and in the projection alike.
EVERYWHERE_SLIPS = (
    Mistake("no BatchNorm", lambda a: _right(a) - sum(map(parameters, _batchnorms(a))),
        "You counted the convolutions. Behind each of them stands a BatchNorm2d, also in the "
        "projection."),
    Mistake("biases, no BatchNorm", lambda a: _right(a) - _biases(a),
        "Beside the weights you counted one number for each output channel. None of these "
        "convolutions has a bias, and a BatchNorm has more than one number a channel."),
    Mistake("biases everywhere", lambda a: _right(a) + _biases(a),
        "You gave the convolutions a bias. In this block they have none: the BatchNorm behind "
        "each of them shifts the channels already."),
    Mistake("running statistics counted",
        lambda a: _right(a) + sum(map(parameters, _batchnorms(a))),
        "You counted the BatchNorms' running means and variances as well. They are buffers, not "
        "parameters."),
    Mistake("buffers counted", lambda a: _right(a) + sum(map(buffers, _batchnorms(a))),
        "You counted all the BatchNorms' buffers as well. They are not parameters."),
)

BASIC_BLOCK = Function(
    basic_block_params,
    parts=(
        Part("same shape", 2,
            (case(1, 1), case(2, 2), case(64, 64)),
            _draw_equal),
        Part("other channels", 2,
            (case(1, 2), case(64, 128), case(16, 4), case(in_channels=6, out_channels=10)),
            _draw_different),
        Part("stride", 1,
            (case(2, 2, stride=2), case(8, 8, 3), case(64, 128, 2), case(12, 5, stride=2)),
            lambda random: random.choice((_draw_equal, _draw_different))(random, stride=2)),
    ),
    mistakes=(
        *(replace(slip, rule=_plus(_path, slip.rule)) for slip in SHORTCUT_SLIPS),
        *EVERYWHERE_SLIPS,
        *(replace(slip, rule=_plus(slip.rule, _shortcut)) for slip in PATH_SLIPS),
        *(
            Mistake(f"{slip.name}, no projection", slip.rule,
                f"{slip.sentence} And where the block changes the shape, "
                "the shortcut needs a projection.")
            for slip in PATH_SLIPS
        ),
    ),
    hints=(
        "The main path: a 3x3 Conv2d, BatchNorm, ReLU, a 3x3 Conv2d, BatchNorm. "
        "No convolution has a bias. Write down the channels before and after each.",
        "The input is added to the end of the path. When do the two shapes differ? "
        "Think of the channels, and of height and width.",
        "`projection_params` of the exercise above counts the shortcut where one is needed.",
    ),
)

LESSON = Lesson("12-residual", (PROJECTION, CONCAT, BASIC_BLOCK))
