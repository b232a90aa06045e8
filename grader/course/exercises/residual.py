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
        Part(
            "more channels",
            2,
            cases=(case(1, 2), case(3, 8), case(64, 128)),
            draw=lambda random: case(random.randint(2, 60), random.randint(61, 256)),
        ),
        Part(
            "fewer channels, or as many",
            1,
            cases=(case(5, 2), case(16, 4), case(in_channels=7, out_channels=7)),
            draw=lambda random: case(random.randint(61, 256), random.randint(2, 60)),
        ),
    ),
    mistakes=(
        Mistake(
            "no BatchNorm",
            "You counted the convolution. Behind it stands a BatchNorm2d, "
            "which has parameters of its own.",
            lambda a: _conv(a.in_channels, a.out_channels, 1),
        ),
        Mistake(
            "one number per channel",
            "Beside the weights you counted one number for each output channel. The convolution "
            "has no bias here, and the BatchNorm has more than that: see `batchnorm_params`.",
            lambda a: parameters(nn.Conv2d(a.in_channels, a.out_channels, 1)),
        ),
        Mistake(
            "convolution's bias counted",
            "You gave the convolution a bias. It has none here: the BatchNorm behind it subtracts "
            "the mean, and a bias would vanish.",
            lambda a: projection_params(a.in_channels, a.out_channels) + a.out_channels,
        ),
        Mistake(
            "running statistics counted",
            "You counted BatchNorm's running mean and variance as well. They are buffers, "
            "not parameters.",
            lambda a: projection_params(a.in_channels, a.out_channels) + _norm(a.out_channels),
        ),
        Mistake(
            "BatchNorm of the input",
            "Your BatchNorm has the input's channels. It stands behind the convolution: "
            "how many channels arrive there?",
            lambda a: _conv(a.in_channels, a.out_channels, 1) + _norm(a.in_channels),
        ),
        Mistake(
            "3x3 kernel",
            "You counted a 3x3 kernel. A projection only changes the number of channels: "
            "its kernel is 1x1.",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                - _conv(a.in_channels, a.out_channels, 1)
                + _conv(a.in_channels, a.out_channels)
            ),
        ),
        Mistake(
            "channels added",
            "You added the channels where they should meet in a grid. A 1x1 convolution connects "
            "every input channel with every output channel.",
            lambda a: a.in_channels + a.out_channels + _norm(a.out_channels),
        ),
        Mistake(
            "3x3, no BatchNorm",
            "You counted a 3x3 convolution. A projection's kernel is 1x1, and a BatchNorm2d "
            "stands behind it.",
            lambda a: _conv(a.in_channels, a.out_channels),
        ),
        Mistake(
            "buffers counted",
            "You counted all of the BatchNorm's buffers as well. They are not parameters.",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                + buffers(nn.BatchNorm2d(a.out_channels))
            ),
        ),
        Mistake(
            "BatchNorm for one channel",
            "You counted one scale and one shift for the whole BatchNorm. "
            "Each channel has its own.",
            lambda a: _conv(a.in_channels, a.out_channels, 1) + _norm(1),
        ),
        Mistake(
            "free for equal channels",
            "Right where the channels differ. This function counts a projection that is there: "
            "whether a block needs one is the next question.",
            lambda a: (
                projection_params(a.in_channels, a.out_channels)
                if a.in_channels != a.out_channels
                else 0
            ),
        ),
        Mistake(
            "BatchNorm only",
            "You counted the BatchNorm. The 1x1 convolution in front of it has weights.",
            lambda a: _norm(a.out_channels),
        ),
        Mistake(
            "shortcut is free",
            "You returned 0. Adding costs no parameters, but a projection stands in the shortcut "
            "where the channels differ, and it is trained.",
            lambda a: 0,
        ),
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
        Part(
            "two maps, along the channels",
            2,
            cases=(
                case([(1, 2, 4), (1, 3, 4)]),
                case([(2, 8, 4, 5), (2, 16, 4, 5)]),
                case([(3, 20, 6, 7), (3, 10, 6, 7)], dim=1),
            ),
            draw=lambda random: case(_random_shapes(random, 1, random.randint(2, 4), 2)),
        ),
        Part(
            "one map, or several",
            1,
            cases=(
                case([(2, 3, 4, 5)]),
                case([(1, 2, 4), (1, 3, 4), (1, 5, 4)]),
                case([(2, 8, 4, 5), (2, 16, 4, 5), (2, 6, 4, 5), (2, 1, 4, 5)]),
            ),
            draw=lambda random: case(
                _random_shapes(random, 1, random.randint(2, 4), random.choice((1, 3, 4)))
            ),
        ),
        Part(
            "another dim",
            1,
            cases=(
                case([(2, 5), (3, 5)], dim=0),
                case([(2, 3, 4), (2, 3, 6), (2, 3, 9)], 2),
                case([(2, 3, 4, 5), (2, 3, 7, 5)], dim=2),
            ),
            draw=lambda random: _random_concat(random, random.choice((0, 2)), random.randint(2, 4)),
        ),
        Part(
            "negative dim",
            1,
            cases=(
                case([(2, 5), (2, 3)], dim=-1),
                case([(2, 3, 4), (2, 3, 6), (2, 3, 1)], -1),
                case([(2, 3, 4, 5), (2, 8, 4, 5)], dim=-3),
            ),
            draw=lambda random: _random_concat(
                random, random.choice((-1, -2, -3)), random.randint(2, 4)
            ),
        ),
    ),
    mistakes=(
        Mistake(
            "like an addition",
            "You returned the first shape. That holds when tensors are added. "
            "Concatenation puts them side by side, and the result is larger.",
            lambda a: a.shapes[0],
        ),
        Mistake(
            "last shape only",
            "You returned the last shape. Does each turn of your loop overwrite the one before?",
            lambda a: a.shapes[-1],
        ),
        Mistake(
            "every dimension grows",
            "You let every dimension grow. The tensors are joined along one dimension, "
            "and must agree in all others.",
            lambda a: tuple(map(sum, zip(*a.shapes, strict=True))),
        ),
        Mistake(
            "dim ignored",
            "Right along the channels. `dim` is an argument: tensors can be joined along "
            "any dimension.",
            lambda a: _joined_like_the_first(a.shapes, 1),
        ),
        Mistake(
            "always the last dim",
            "You always join along the last dimension. The default is `dim=1`, the channels.",
            lambda a: _joined_like_the_first(a.shapes, -1),
        ),
        Mistake(
            "always the batch",
            "You always join along dimension 0, the batch. The default is `dim=1`, the channels.",
            lambda a: _joined_like_the_first(a.shapes, 0),
        ),
        Mistake(
            "negative dim not found",
            "Right, but a negative `dim` changes nothing in your answer. "
            "It counts from the end: `-1` is the last dimension.",
            lambda a: a.shapes[0] if a.dim < 0 else concat_output_shape(a.shapes, a.dim),
        ),
        Mistake(
            "negative dim, end doubled",
            "Right, but with a negative `dim` your slice after it goes wrong: "
            "`shape[dim + 1:]` is the whole shape when `dim` is -1. Make `dim` positive first.",
            lambda a: (
                *a.shapes[0][: a.dim],
                concat_output_shape(a.shapes, a.dim)[a.dim],
                *a.shapes[0][a.dim + 1 :],
            ),
        ),
        Mistake(
            "first two only",
            "You joined the first two tensors. `shapes` can hold any number of them.",
            lambda a: concat_output_shape(a.shapes[:2], a.dim),
        ),
        Mistake(
            "first counted twice",
            "You counted the first tensor twice. Does your sum start from the first shape "
            "and then loop over all of them?",
            lambda a: concat_output_shape([a.shapes[0], *a.shapes], a.dim),
        ),
        Mistake(
            "first not counted",
            "You left out the first tensor's size. Your sum runs over the others only.",
            lambda a: (
                concat_output_shape(a.shapes[1:], a.dim)
                if len(a.shapes) > 1
                else _with_size(a.shapes[0], a.dim, 0)
            ),
        ),
        Mistake(
            "negative dim off by one",
            "Right, but a negative `dim` lands one place too far to the front. "
            "`-1` is the last dimension.",
            lambda a: _joined_like_the_first(
                a.shapes, a.dim if a.dim >= 0 else len(a.shapes[0]) + a.dim - 1
            ),
        ),
        Mistake(
            "all as wide as first",
            "You took the first tensor's size as many times as there are tensors. "
            "Each tensor has its own size along `dim`.",
            lambda a: concat_output_shape([a.shapes[0]] * len(a.shapes), a.dim),
        ),
        Mistake(
            "largest size wins",
            "You took the largest size of each dimension. That is broadcasting, which belongs "
            "to addition. Concatenation keeps every number of every tensor.",
            lambda a: tuple(map(max, zip(*a.shapes, strict=True))),
        ),
        Mistake(
            "sizes multiplied",
            "You multiplied the sizes along `dim`. The tensors stand side by side: "
            "draw two of them and count the channels.",
            lambda a: _with_size(a.shapes[0], a.dim, prod(shape[a.dim] for shape in a.shapes)),
        ),
        Mistake(
            "stacked in front",
            "You added a new dimension for the tensors. That is `torch.stack`; "
            "`torch.cat` makes no new dimension.",
            lambda a: (len(a.shapes), *a.shapes[0]),
        ),
        Mistake(
            "stacked at dim",
            "You added a new dimension at `dim`. That is `torch.stack`; "
            "`torch.cat` makes an old dimension longer.",
            lambda a: tuple(torch.stack([torch.empty(a.shapes[0])] * len(a.shapes), a.dim).shape),
        ),
        Mistake(
            "joined size only",
            "You returned the joined size. Asked is the whole shape, batch first.",
            lambda a: concat_output_shape(a.shapes, a.dim)[a.dim],
        ),
        Mistake(
            "batch left out",
            "Your shape has no batch dimension. Asked is the whole shape, batch first.",
            lambda a: concat_output_shape(a.shapes, a.dim)[1:],
        ),
        Mistake(
            "channels last",
            "You moved the channels to the end. PyTorch keeps the order of the dimensions.",
            lambda a: tuple(torch.empty(concat_output_shape(a.shapes, a.dim)).movedim(1, -1).shape),
        ),
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
    Mistake(
        "path without BatchNorm",
        "You counted the two convolutions of the main path. Behind each of them "
        "stands a BatchNorm2d.",
        lambda a: _conv(a.in_channels, a.out_channels) + _conv(a.out_channels, a.out_channels),
    ),
    Mistake(
        "biases instead of BatchNorm",
        "Beside the weights you counted one number for each output channel. These "
        "convolutions have no bias, and a BatchNorm has more than one number a channel.",
        lambda a: _path(a) - _norm(a.out_channels),
    ),
    Mistake(
        "biases in the path",
        "You gave the convolutions of the main path a bias. They have none here: the BatchNorm "
        "behind each of them shifts the channels already.",
        lambda a: _path(a) + _norm(a.out_channels),
    ),
    Mistake(
        "statistics in the path",
        "You counted the running means and variances of the main path as well. "
        "They are buffers, not parameters.",
        lambda a: _path(a) + _norm(a.out_channels) + _norm(a.out_channels),
    ),
    Mistake(
        "BatchNorm of the input",
        "Your first BatchNorm has the input's channels. It stands behind the first convolution: "
        "how many channels arrive there?",
        lambda a: _path(a) - _norm(a.out_channels) + _norm(a.in_channels),
    ),
    Mistake(
        "one convolution",
        "You counted one convolution with its BatchNorm in the main path. A BasicBlock has two.",
        lambda a: _conv(a.in_channels, a.out_channels) + _norm(a.out_channels),
    ),
    Mistake(
        "both from in_channels",
        "Both your convolutions read `in_channels`. The second one reads what the first one "
        "returns: how many channels is that?",
        lambda a: (
            _path(a) - _conv(a.out_channels, a.out_channels) + _conv(a.in_channels, a.out_channels)
        ),
    ),
    Mistake(
        "both from out_channels",
        "Both your convolutions read `out_channels`. The first one reads the block's input: "
        "how many channels is that?",
        lambda a: (
            _path(a) - _conv(a.in_channels, a.out_channels) + _conv(a.out_channels, a.out_channels)
        ),
    ),
    Mistake(
        "first keeps the channels",
        "Your first convolution keeps the channels and your second one changes them. "
        "In a BasicBlock it is the other way round.",
        lambda a: (
            _conv(a.in_channels, a.in_channels)
            + _norm(a.in_channels)
            + _conv(a.in_channels, a.out_channels)
            + _norm(a.out_channels)
        ),
    ),
    Mistake(
        "kernel not squared",
        "You counted three weights for each pair of channels. The kernel is 3x3: "
        "draw it and count its cells.",
        lambda a: (
            _path(a)
            - _conv(a.in_channels, a.out_channels)
            - _conv(a.out_channels, a.out_channels)
            + _conv(a.in_channels, a.out_channels, (1, 3))
            + _conv(a.out_channels, a.out_channels, (1, 3))
        ),
    ),
)

# What students count for the shortcut, when they know the main path.
SHORTCUT_SLIPS = (
    Mistake(
        "never a projection",
        "You counted the two convolutions and their BatchNorms. Where the block changes the "
        "shape, its input cannot be added as it is: the shortcut needs a projection.",
        lambda a: 0,
    ),
    Mistake(
        "always a projection",
        "Right where the shapes differ. Where the block keeps the shape, "
        "the shortcut is the input itself and costs nothing.",
        lambda a: projection_params(a.in_channels, a.out_channels),
    ),
    Mistake(
        "projection, stride ignored",
        "Right for `stride=1`. With a larger stride the map gets smaller, "
        "even if the number of channels stays: can the input still be added?",
        lambda a: a.in_channels != a.out_channels and _shortcut(a),
    ),
    Mistake(
        "projection for stride only",
        "Right where the stride decides. The channels can differ with `stride=1` too, "
        "and then the input cannot be added either.",
        lambda a: a.stride != 1 and _shortcut(a),
    ),
    Mistake(
        "projection needs both",
        "You use a projection if the channels differ *and* the stride is not 1. "
        "One of the two is enough to make the shapes differ.",
        lambda a: a.in_channels != a.out_channels and a.stride != 1 and _shortcut(a),
    ),
    Mistake(
        "projection without BatchNorm",
        "Right without a projection. The projection is a 1x1 convolution and a BatchNorm: "
        "`projection_params` counts both.",
        lambda a: _shortcut(a) and _conv(a.in_channels, a.out_channels, 1),
    ),
    Mistake(
        "projection with a bias",
        "Right without a projection. The projection's convolution has no bias: "
        "`projection_params` counts it as it is.",
        lambda a: _shortcut(a) and _shortcut(a) + a.out_channels,
    ),
    Mistake(
        "bias instead of its BatchNorm",
        "Right without a projection. The projection's convolution has no bias; "
        "a BatchNorm stands behind it. `projection_params` counts both.",
        lambda a: _shortcut(a) and _shortcut(a) - a.out_channels,
    ),
    Mistake(
        "projection's statistics counted",
        "Right without a projection. The running statistics of its BatchNorm are buffers, "
        "not parameters.",
        lambda a: _shortcut(a) and _shortcut(a) + _norm(a.out_channels),
    ),
    Mistake(
        "projection with 3x3",
        "Right without a projection. The projection's kernel is 1x1: "
        "`projection_params` counts it as it is.",
        lambda a: _shortcut(a) and _conv(a.in_channels, a.out_channels) + _norm(a.out_channels),
    ),
    Mistake(
        "projection in place of path",
        "Right without a projection. The projection comes in addition to the main path: "
        "did you write `=` for `+=`?",
        lambda a: _shortcut(a) and _shortcut(a) - _path(a),
    ),
)

# What students do wrong in the main path and in the projection alike.
EVERYWHERE_SLIPS = (
    Mistake(
        "no BatchNorm",
        "You counted the convolutions. Behind each of them stands a BatchNorm2d, "
        "also in the projection.",
        lambda a: _right(a) - sum(map(parameters, _batchnorms(a))),
    ),
    Mistake(
        "biases, no BatchNorm",
        "Beside the weights you counted one number for each output channel. None of these "
        "convolutions has a bias, and a BatchNorm has more than one number a channel.",
        lambda a: _right(a) - _biases(a),
    ),
    Mistake(
        "biases everywhere",
        "You gave the convolutions a bias. In this block they have none: "
        "the BatchNorm behind each of them shifts the channels already.",
        lambda a: _right(a) + _biases(a),
    ),
    Mistake(
        "running statistics counted",
        "You counted the BatchNorms' running means and variances as well. They are buffers, "
        "not parameters.",
        lambda a: _right(a) + sum(map(parameters, _batchnorms(a))),
    ),
    Mistake(
        "buffers counted",
        "You counted all the BatchNorms' buffers as well. They are not parameters.",
        lambda a: _right(a) + sum(map(buffers, _batchnorms(a))),
    ),
)

BASIC_BLOCK = Function(
    basic_block_params,
    parts=(
        Part(
            "same shape",
            2,
            cases=(case(1, 1), case(2, 2), case(64, 64)),
            draw=_draw_equal,
        ),
        Part(
            "other channels",
            2,
            cases=(case(1, 2), case(64, 128), case(16, 4), case(in_channels=6, out_channels=10)),
            draw=_draw_different,
        ),
        Part(
            "stride",
            1,
            cases=(case(2, 2, stride=2), case(8, 8, 3), case(64, 128, 2), case(12, 5, stride=2)),
            draw=lambda random: random.choice((_draw_equal, _draw_different))(random, stride=2),
        ),
    ),
    mistakes=(
        *(replace(slip, rule=_plus(_path, slip.rule)) for slip in SHORTCUT_SLIPS),
        *EVERYWHERE_SLIPS,
        *(replace(slip, rule=_plus(slip.rule, _shortcut)) for slip in PATH_SLIPS),
        *(
            Mistake(
                f"{slip.name}, no projection",
                f"{slip.sentence} And where the block changes the shape, "
                "the shortcut needs a projection.",
                slip.rule,
            )
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
