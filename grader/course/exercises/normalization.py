"""Lesson 10: BatchNorm, LayerNorm, GroupNorm and RMSNorm; parameters against buffers."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import torch
from torch import nn

from grader.course.pytorch import Shape, buffers, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case, ignoring


def batchnorm_params(num_features: int, affine: bool = True) -> int:
    """The number of parameters of `nn.BatchNorm2d(num_features, affine=affine)`."""
    return parameters(nn.BatchNorm2d(num_features, affine=affine))


def batchnorm_buffers(num_features: int, track_running_stats: bool = True) -> int:
    """The number of elements in the buffers of `nn.BatchNorm2d(num_features, ...)`."""
    return buffers(nn.BatchNorm2d(num_features, track_running_stats=track_running_stats))


def running_mean(previous: float, batch_mean: float, momentum: float = 0.1) -> float:
    """The running mean of one channel after a training batch, with PyTorch's `momentum`."""
    layer = nn.BatchNorm1d(1, momentum=momentum, device="cpu", dtype=torch.float64)
    layer.get_buffer("running_mean").fill_(previous)
    batch = torch.full((1, 1, 2), batch_mean, dtype=torch.float64, device="cpu")
    layer.train()(batch)
    return layer.get_buffer("running_mean").item()


def layernorm_params(
    normalized_shape: int | Shape, elementwise_affine: bool = True, bias: bool = True
) -> int:
    """The number of parameters of `nn.LayerNorm(normalized_shape, ...)`; int or tuple."""
    size = _size(normalized_shape)
    return parameters(nn.LayerNorm(size, elementwise_affine=elementwise_affine, bias=bias))


def groupnorm_params(num_groups: int, num_channels: int, affine: bool = True) -> int:
    """The number of parameters of `nn.GroupNorm(num_groups, num_channels, affine=affine)`."""
    return parameters(nn.GroupNorm(num_groups, num_channels, affine=affine))


def rmsnorm_params(normalized_shape: int | Shape) -> int:
    """The number of parameters of `nn.RMSNorm(normalized_shape)`; int or tuple."""
    return parameters(nn.RMSNorm(_size(normalized_shape)))


def _size(normalized_shape: int | Shape) -> torch.Size:
    """PyTorch takes an int for a shape of one entry."""
    return torch.Size([normalized_shape] if isinstance(normalized_shape, int) else normalized_shape)


def _random_shape(random: Random) -> Shape:
    """Two to four sizes, all different, so that one cannot be taken for another."""
    return tuple(random.sample(range(2, 17), k=random.randint(2, 4)))


def _random_update(random: Random, **momentum: float) -> Case:
    """An old mean and a batch mean that lie apart."""
    previous = random.randint(-30, 30)
    return case(previous / 2, previous + random.randint(20, 50) + 0.5, **momentum)


def _random_places(random: Random) -> int | Shape:
    """One dimension, written as an int or as a tuple."""
    size = random.randint(2, 99)
    return random.choice((size, (size,)))


def _random_groups(random: Random, **affine: bool) -> Case:
    """Several groups of several channels."""
    groups, channels_per_group = random.sample(range(2, 17), k=2)
    return case(groups, groups * channels_per_group, **affine)


def _random_extreme(random: Random) -> Case:
    """All channels in one group, or each in its own."""
    channels = random.randint(3, 99)
    return case(random.choice((1, channels)), channels)


# What students take for the number of places in `normalized_shape`.
SHAPE_SLIPS: tuple[tuple[str, str, Callable[[int | Shape], int]], ...] = (
    (
        "last dimension only",
        "You used the last entry of `normalized_shape`. In a Linear only the last dimension "
        "counts; here something is learned for each place in the whole shape.",
        lambda shape: _size(shape)[-1],
    ),
    (
        "first dimension only",
        "You used the first entry of `normalized_shape`, as if it were BatchNorm's channels. "
        "Here something is learned for each place in the whole shape.",
        lambda shape: _size(shape)[0],
    ),
    (
        "first dimension left out",
        "You left out the first entry of a tuple, as if it were the batch. `normalized_shape` "
        "has no batch in it: all its entries count.",
        lambda shape: shape if isinstance(shape, int) else _size(shape[1:]).numel(),
    ),
    (
        "dimensions added",
        "You added the entries of `normalized_shape`. How many places has a tensor "
        "of that shape? `tensor_size` of lesson 00 knows.",
        lambda shape: sum(_size(shape)),
    ),
    (
        "number of dimensions",
        "You counted the dimensions of `normalized_shape`. What counts is how many places "
        "a tensor of that shape has.",
        lambda shape: len(_size(shape)),
    ),
    (
        "one place only",
        "You counted for a single place. Each sample has one mean square, and a LayerNorm also "
        "one mean. But what is learned is *element-wise*: each place has its own.",
        lambda shape: 1,
    ),
)

BATCHNORM_SLIPS = (
    Mistake(
        "one vector only",
        "You counted a single vector. After normalising, BatchNorm scales each channel "
        "and also shifts it.",
        lambda a: a.affine * a.num_features,
    ),
    Mistake(
        "one pair for the layer",
        "You counted one scale and one shift for the whole layer. "
        "Every channel is treated on its own.",
        lambda a: batchnorm_params(1, a.affine),
    ),
    Mistake(
        "one shift for the layer",
        "You gave the whole layer a single shift. Each channel has a shift of its own, "
        "as it has a scale of its own.",
        lambda a: a.affine * (a.num_features + 1),
    ),
    Mistake(
        "mixes the channels",
        "You counted weights from each channel to each other one, as in a Linear. "
        "BatchNorm never mixes channels: each is scaled and shifted by itself.",
        lambda a: a.affine * parameters(nn.Linear(a.num_features, a.num_features)),
    ),
    Mistake(
        "running statistics counted",
        "You counted the running mean and the running variance as well. No gradient trains "
        "them: PyTorch keeps them as buffers. Keras lists them as non-trainable parameters.",
        lambda a: (
            batchnorm_params(a.num_features, a.affine) + batchnorm_params(a.num_features, a.affine)
        ),
    ),
    Mistake(
        "all buffers counted too",
        "You added the buffers to the parameters. `parameters()` does not return buffers: "
        "they are saved with the layer, but not trained.",
        lambda a: a.affine * (batchnorm_params(a.num_features) + batchnorm_buffers(a.num_features)),
    ),
)

BATCHNORM_PARAMS = Function(
    batchnorm_params,
    parts=(
        Part(
            "affine",
            2,
            cases=(case(1), case(3), case(6, True), case(64)),
            draw=lambda random: case(random.randint(2, 512)),
        ),
        Part(
            "not affine",
            1,
            cases=(case(3, affine=False), case(6, False), case(num_features=10, affine=True)),
            draw=lambda random: case(random.randint(2, 512), affine=False),
        ),
    ),
    mistakes=(
        Mistake(
            "affine ignored",
            "Right, but with `affine=False` the layer normalises and does nothing after that. "
            "Look at the `affine` argument.",
            lambda a: batchnorm_params(a.num_features),
        ),
        Mistake(
            "affine upside down",
            "You have parameters where `affine` is False and none where it is True. "
            "Look at your `if` again.",
            lambda a: batchnorm_params(a.num_features, not a.affine),
        ),
        Mistake(
            "affine removes the shift",
            "Right for `affine=True`. `affine=False` takes away the shift, as `bias=False` would, "
            "but not the shift alone: what else does `affine` stand for?",
            lambda a: batchnorm_params(a.num_features) - (not a.affine) * a.num_features,
        ),
        Mistake(
            "no parameters",
            "You returned 0. Subtracting a mean and dividing by a deviation needs no parameters, "
            "but PyTorch's layer does one thing more, unless it is switched off.",
            lambda a: 0,
        ),
        Mistake(
            "buffers, not parameters",
            "You counted the buffers. They are `running_mean`, `running_var` and "
            "`num_batches_tracked`. Asked are the parameters.",
            lambda a: batchnorm_buffers(a.num_features),
        ),
        Mistake(
            "statistics always counted",
            "You counted the running mean and the running variance, with or without `affine`. "
            "No gradient trains them: PyTorch keeps them as buffers, beside the parameters.",
            lambda a: batchnorm_params(a.num_features, a.affine) + batchnorm_params(a.num_features),
        ),
        Mistake(
            "buffers always counted",
            "You added all the buffers, with or without `affine`. `parameters()` does not return "
            "buffers: they are saved with the layer, but not trained.",
            lambda a: (
                batchnorm_params(a.num_features, a.affine) + batchnorm_buffers(a.num_features)
            ),
        ),
        *BATCHNORM_SLIPS,
        *(ignoring(slip, affine=True) for slip in BATCHNORM_SLIPS),
    ),
    hints=(
        "Print `[(name, p.shape) for name, p in nn.BatchNorm2d(6).named_parameters()]`.",
        "How many numbers does one channel need to be scaled and shifted? "
        "How many channels are there?",
        "`affine` says whether scale and shift exist at all. An `if` decides.",
    ),
)

BUFFER_SLIPS = (
    Mistake(
        "counter per channel",
        "You gave each channel a batch counter of its own. All channels see the same batches, "
        "so how many counters does the layer need?",
        lambda a: a.track_running_stats * 3 * a.num_features,
    ),
    Mistake(
        "counter per statistic",
        "You gave each statistic a batch counter of its own. Both are updated with the same "
        "batches, so how many counters does the layer need?",
        lambda a: batchnorm_buffers(a.num_features, a.track_running_stats) + a.track_running_stats,
    ),
    Mistake(
        "one statistic only",
        "You counted one statistic. To normalise in eval mode the layer needs the mean and "
        "the variance of each channel. And there is a third buffer.",
        lambda a: a.track_running_stats * a.num_features,
    ),
    Mistake(
        "one statistic and counter",
        "You counted one statistic and the batch counter. To normalise in eval mode "
        "the layer needs both the mean and the variance of each channel.",
        lambda a: a.track_running_stats * (a.num_features + 1),
    ),
    Mistake(
        "tensors, not elements",
        "You counted the buffers themselves. Asked is how many numbers they hold together, "
        "as with `numel()`.",
        lambda a: a.track_running_stats * len(list(nn.BatchNorm2d(1).buffers())),
    ),
    Mistake(
        "parameters counted too",
        "You added scale and shift. These are parameters: they are trained, and "
        "`buffers()` does not return them.",
        lambda a: (
            a.track_running_stats
            * (batchnorm_buffers(a.num_features) + batchnorm_params(a.num_features))
        ),
    ),
)

BATCHNORM_BUFFERS = Function(
    batchnorm_buffers,
    parts=(
        Part(
            "running statistics tracked",
            2,
            cases=(case(1), case(3), case(6, True), case(64)),
            draw=lambda random: case(random.randint(2, 512)),
        ),
        Part(
            "not tracked",
            1,
            cases=(
                case(3, track_running_stats=False),
                case(6, False),
                case(num_features=10, track_running_stats=True),
            ),
            draw=lambda random: case(random.randint(2, 512), track_running_stats=False),
        ),
    ),
    mistakes=(
        Mistake(
            "counter forgotten",
            "You are short by one. Beside the two statistics there is a third buffer: "
            "print `nn.BatchNorm2d(6).state_dict()` and look for it.",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats) - a.track_running_stats
            ),
        ),
        Mistake(
            "two vectors, always",
            "There are two vectors among the buffers, but there is a third buffer too. And with "
            "`track_running_stats=False` your answer should change. (Did you count the "
            "parameters? They are trained.)",
            lambda a: batchnorm_params(a.num_features),
        ),
        Mistake(
            "tracking ignored",
            "Right, but with `track_running_stats=False` the layer remembers nothing between "
            "batches. Look at that argument.",
            lambda a: batchnorm_buffers(a.num_features),
        ),
        Mistake(
            "tracking upside down",
            "You have buffers where `track_running_stats` is False and none where it is True. "
            "Look at your `if` again.",
            lambda a: batchnorm_buffers(a.num_features, not a.track_running_stats),
        ),
        Mistake(
            "counter always there",
            "Right where the statistics are tracked. With `track_running_stats=False` nobody "
            "needs the batches counted either.",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats)
                + (not a.track_running_stats)
            ),
        ),
        Mistake(
            "only the counter goes",
            "Right where the statistics are tracked. `track_running_stats=False` takes away more "
            "than the counter: the name says which tensors are not kept.",
            lambda a: batchnorm_buffers(a.num_features) - (not a.track_running_stats),
        ),
        Mistake(
            "parameters always added",
            "You added scale and shift. These are parameters: they are trained, `buffers()` does "
            "not return them, and `track_running_stats` does not concern them.",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats)
                + batchnorm_params(a.num_features)
            ),
        ),
        Mistake(
            "no buffers",
            "You returned 0. In eval mode there may be no batch to take a mean of, "
            "so what must the layer have remembered?",
            lambda a: 0,
        ),
        *BUFFER_SLIPS,
        *(ignoring(slip, track_running_stats=True) for slip in BUFFER_SLIPS),
    ),
    hints=(
        "Print `[(name, b.shape) for name, b in nn.BatchNorm2d(6).named_buffers()]`.",
        "One of the three buffers has the shape `()`. How many numbers does it hold?",
        "With `track_running_stats=False` print the list again.",
    ),
)

MEAN_SLIPS = (
    Mistake(
        "momentum reversed",
        "You read `momentum` as Keras does: there it says how much of the old mean stays. "
        "In PyTorch the word means the opposite.",
        lambda a: running_mean(a.previous, a.batch_mean, 1 - a.momentum),
    ),
    Mistake(
        "old mean not reduced",
        "You added a share of the batch mean but kept all of the old mean. "
        "If both are 5, the running mean should stay 5.",
        lambda a: a.previous + running_mean(0.0, a.batch_mean, a.momentum),
    ),
    Mistake(
        "batch mean not reduced",
        "You made the old mean smaller but added the whole batch mean. "
        "If both are 5, the running mean should stay 5.",
        lambda a: a.batch_mean + running_mean(a.previous, 0.0, a.momentum),
    ),
    Mistake(
        "batch share only",
        "You returned the share of the batch mean alone. The larger part usually comes "
        "from the old mean.",
        lambda a: running_mean(0.0, a.batch_mean, a.momentum),
    ),
    Mistake(
        "old share only",
        "You made the old mean smaller and stopped there. The batch mean fills the gap.",
        lambda a: running_mean(a.previous, 0.0, a.momentum),
    ),
    Mistake(
        "wrong direction",
        "Your mean moves away from the batch mean. Look at the sign of your difference.",
        lambda a: a.previous - running_mean(0.0, a.batch_mean - a.previous, a.momentum),
    ),
    Mistake(
        "difference only",
        "You returned how far the mean moves. Asked is where it arrives.",
        lambda a: running_mean(0.0, a.batch_mean - a.previous, a.momentum),
    ),
    Mistake(
        "share of the sum",
        "You took the same share of both means. A running mean must lie between the two: "
        "if both are 5, it should stay 5.",
        lambda a: (
            running_mean(0.0, a.batch_mean, a.momentum) + running_mean(0.0, a.previous, a.momentum)
        ),
    ),
    Mistake(
        "momentum as in SGD",
        "You kept a share of the old value and added the whole new one, as SGD does with "
        "its momentum. A running mean must lie between the two: if both are 5, it stays 5.",
        lambda a: a.batch_mean + running_mean(0.0, a.previous, a.momentum),
    ),
)

RUNNING_MEAN = Function(
    running_mean,
    parts=(
        Part(
            "from zero",
            1,
            cases=(case(0.0, 1.0), case(0.0, 20.0), case(0.0, -5.0)),
            draw=lambda random: case(0.0, random.randint(1, 60) + 0.25),
        ),
        Part(
            "from an older mean",
            1,
            cases=(case(10.0, 20.0), case(5.0, 5.0), case(-3.0, 7.0), case(2.5, -1.5)),
            draw=_random_update,
        ),
        Part(
            "another momentum",
            1,
            cases=(
                case(10.0, 20.0, 0.25),
                case(8.0, -2.0, momentum=0.75),
                case(4.0, 6.0, momentum=1.0),
                case(4.0, 6.0, momentum=0.01),
            ),
            draw=lambda random: _random_update(random, momentum=random.randint(11, 45) / 50),
        ),
    ),
    mistakes=(
        Mistake(
            "momentum ignored",
            "Right for the default. `momentum` is an argument: with another one the mean moves "
            "faster or slower.",
            lambda a: running_mean(a.previous, a.batch_mean),
        ),
        Mistake(
            "sum of both",
            "You added the two means. A running mean must lie between the old mean "
            "and the batch mean.",
            lambda a: a.previous + a.batch_mean,
        ),
        Mistake(
            "plain average",
            "You took the average of the two means. The two have different weights: "
            "`momentum` says which.",
            lambda a: running_mean(a.previous, a.batch_mean, 0.5),
        ),
        Mistake(
            "old mean forgotten",
            "You returned the batch mean. That is what the layer normalises with in training, "
            "but it remembers older batches as well.",
            lambda a: a.batch_mean,
        ),
        Mistake(
            "mean not updated",
            "You returned the old mean. That is right in eval mode; each training batch moves it.",
            lambda a: a.previous,
        ),
        Mistake(
            "Keras' default",
            "You read `momentum` as Keras does, and made it 0.99 where it is left out. "
            "In PyTorch the word means the opposite, and the default is another.",
            lambda a: running_mean(
                a.previous, a.batch_mean, 1 - (0.99 if a.momentum == 0.1 else a.momentum)
            ),
        ),
        Mistake(
            "old share fixed",
            "Right for the default. With another `momentum` the batch mean gets another share, "
            "and then the old mean's share changes too.",
            lambda a: running_mean(a.previous, 0.0) + running_mean(0.0, a.batch_mean, a.momentum),
        ),
        Mistake(
            "batch share fixed",
            "Right for the default. With another `momentum` the old mean gets another share, "
            "and then the batch mean's share changes too.",
            lambda a: running_mean(a.previous, 0.0, a.momentum) + running_mean(0.0, a.batch_mean),
        ),
        *MEAN_SLIPS,
        *(ignoring(slip, momentum=0.1) for slip in MEAN_SLIPS),
    ),
    hints=(
        "The running mean moves from `previous` towards `batch_mean`. "
        "With `momentum=1.0` it jumps all the way.",
        "How far is it from `previous` to `batch_mean`? It moves by the share `momentum` of that.",
    ),
)


def _layernorm_slip(name: str, sentence: str, places: Callable[[int | Shape], int]) -> Mistake:
    return Mistake(
        name,
        sentence,
        lambda a: layernorm_params(places(a.normalized_shape), a.elementwise_affine, a.bias),
    )


LAYERNORM_SLIPS = (
    *(_layernorm_slip(*slip) for slip in SHAPE_SLIPS),
    Mistake(
        "tuple taken for int",
        "`normalized_shape` can be an int or a tuple. Python repeats a tuple where you wanted "
        "to multiply a number.",
        lambda a: (
            a.normalized_shape * layernorm_params(1, a.elementwise_affine, a.bias)
            if a.elementwise_affine
            else 0
        ),
    ),
    Mistake(
        "one shift for the layer",
        "You gave the whole layer a single shift. Each place has a shift of its own, "
        "as it has a scale of its own.",
        lambda a: (
            layernorm_params(a.normalized_shape, a.elementwise_affine, bias=False)
            + (a.elementwise_affine and a.bias)
        ),
    ),
)

LAYERNORM = Function(
    layernorm_params,
    parts=(
        Part(
            "one dimension",
            1,
            cases=(case(1), case(6), case((5,)), case(768)),
            draw=lambda random: case(_random_places(random)),
        ),
        Part(
            "more dimensions",
            2,
            cases=(case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            draw=lambda random: case(_random_shape(random)),
        ),
        Part(
            "no bias",
            1,
            cases=(case(6, bias=False), case((2, 3), True, False), case((6, 4, 4), bias=False)),
            draw=lambda random: case(_random_shape(random), bias=False),
        ),
        Part(
            "not affine",
            1,
            cases=(
                case(6, elementwise_affine=False),
                case((2, 3), False, bias=True),
                case((6, 4, 4), elementwise_affine=False, bias=False),
            ),
            draw=lambda random: case(
                _random_shape(random), elementwise_affine=False, bias=random.random() < 0.7
            ),
        ),
    ),
    mistakes=(
        Mistake(
            "weight only",
            "You counted one tensor. That is RMSNorm. A LayerNorm usually shifts as well.",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine, bias=False),
        ),
        Mistake(
            "bias ignored",
            "Right, but with `bias=False` the layer scales and does not shift. "
            "Look at the `bias` argument.",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine),
        ),
        Mistake(
            "elementwise_affine ignored",
            "Right, but with `elementwise_affine=False` the layer has nothing to learn. "
            "Look at that argument.",
            lambda a: layernorm_params(a.normalized_shape, bias=a.bias),
        ),
        Mistake(
            "both flags ignored",
            "Right for the defaults. `elementwise_affine` and `bias` can switch tensors off.",
            lambda a: layernorm_params(a.normalized_shape),
        ),
        Mistake(
            "bias without affine",
            "Right, but for `elementwise_affine=False` together with `bias=True`. "
            "Print the parameters of such a layer: is there a bias?",
            lambda a: (
                layernorm_params(a.normalized_shape, a.elementwise_affine, a.bias)
                + (not a.elementwise_affine) * a.bias * _size(a.normalized_shape).numel()
            ),
        ),
        Mistake(
            "no bias, no weight",
            "Right with a bias. `bias=False` takes away the shift only: what stays?",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine and a.bias),
        ),
        Mistake(
            "running statistics counted",
            "You counted a mean and a variance for each place too. LayerNorm computes them anew "
            "for each sample and keeps no statistics at all.",
            lambda a: (
                layernorm_params(a.normalized_shape, a.elementwise_affine, a.bias)
                + layernorm_params(a.normalized_shape)
            ),
        ),
        Mistake(
            "no parameters",
            "You returned 0. Normalising itself needs no parameters, but PyTorch's layer does "
            "one thing more, unless it is switched off.",
            lambda a: 0,
        ),
        *LAYERNORM_SLIPS,
        *(ignoring(slip, elementwise_affine=True, bias=True) for slip in LAYERNORM_SLIPS),
        *(ignoring(slip, bias=True) for slip in LAYERNORM_SLIPS),
        *(ignoring(slip, elementwise_affine=True) for slip in LAYERNORM_SLIPS),
    ),
    hints=(
        "Print the shapes of `nn.LayerNorm((2, 3)).weight` and `.bias`.",
        "An int is a shape with one entry: `isinstance(normalized_shape, int)` tells the two "
        "apart. `math.prod` counts the places of a shape.",
        "Go through the four combinations of `elementwise_affine` and `bias` in PyTorch and "
        "write down which tensors exist.",
    ),
)

GROUPNORM_SLIPS = (
    Mistake(
        "one pair per group",
        "You counted a scale and a shift for each group. The groups share their mean and "
        "variance, but what is learned belongs to the channels.",
        lambda a: groupnorm_params(1, a.num_groups, a.affine),
    ),
    Mistake(
        "channels of one group",
        "You counted the channels of one group only. All the groups have channels.",
        lambda a: groupnorm_params(1, a.num_channels // a.num_groups, a.affine),
    ),
    Mistake(
        "again for each group",
        "You counted all the channels once for each group. A channel belongs to one group.",
        lambda a: groupnorm_params(a.num_groups, a.num_channels, a.affine) * a.num_groups,
    ),
    Mistake(
        "groups added",
        "You added something for the groups. A group only says whose mean and variance "
        "are shared: nothing is learned for it.",
        lambda a: (
            groupnorm_params(a.num_groups, a.num_channels, a.affine) + a.affine * a.num_groups
        ),
    ),
    Mistake(
        "one vector only",
        "You counted a single vector. GroupNorm scales each channel and also shifts it.",
        lambda a: a.affine * a.num_channels,
    ),
    Mistake(
        "running statistics counted",
        "You counted a mean and a variance for each channel too. GroupNorm computes its "
        "statistics anew for each sample and keeps none.",
        lambda a: (
            groupnorm_params(a.num_groups, a.num_channels, a.affine)
            + groupnorm_params(a.num_groups, a.num_channels, a.affine)
        ),
    ),
    Mistake(
        "channels times groups",
        "You multiplied the channels by the groups. Nothing is learned for a group: "
        "it only says whose mean and variance are shared.",
        lambda a: a.affine * a.num_channels * a.num_groups,
    ),
    Mistake(
        "one number per group",
        "You counted one number for each channel and one for each group. Nothing is learned "
        "for a group: it only says whose mean and variance are shared.",
        lambda a: a.affine * (a.num_channels + a.num_groups),
    ),
)

GROUPNORM = Function(
    groupnorm_params,
    parts=(
        Part(
            "affine",
            2,
            cases=(case(1, 3), case(2, 6), case(3, 12), case(num_groups=8, num_channels=40)),
            draw=_random_groups,
        ),
        Part(
            "one group, or one per channel",
            1,
            cases=(case(1, 10), case(7, 7), case(12, 12)),
            draw=_random_extreme,
        ),
        Part(
            "not affine",
            1,
            cases=(case(1, 3, affine=False), case(3, 12, False), case(4, 20, affine=True)),
            draw=lambda random: _random_groups(random, affine=False),
        ),
    ),
    mistakes=(
        Mistake(
            "affine ignored",
            "Right, but with `affine=False` the layer has nothing to learn. "
            "Look at the `affine` argument.",
            lambda a: groupnorm_params(a.num_groups, a.num_channels),
        ),
        Mistake(
            "affine removes the shift",
            "Right for `affine=True`. `affine=False` takes away the shift, as `bias=False` would, "
            "but not the shift alone: what else does `affine` stand for?",
            lambda a: (
                groupnorm_params(a.num_groups, a.num_channels) - (not a.affine) * a.num_channels
            ),
        ),
        Mistake(
            "statistics always counted",
            "You counted a mean and a variance for each channel, with or without `affine`. "
            "GroupNorm computes its statistics anew for each sample and keeps none.",
            lambda a: (
                groupnorm_params(a.num_groups, a.num_channels, a.affine)
                + groupnorm_params(a.num_groups, a.num_channels)
            ),
        ),
        Mistake(
            "no parameters",
            "You returned 0. Normalising itself needs no parameters, but PyTorch's layer does "
            "one thing more, unless it is switched off.",
            lambda a: 0,
        ),
        *GROUPNORM_SLIPS,
        *(ignoring(slip, affine=True) for slip in GROUPNORM_SLIPS),
    ),
    hints=(
        "Print the shapes of `nn.GroupNorm(2, 6).weight` and `.bias`, then of "
        "`nn.GroupNorm(3, 6)`. What changed?",
        "Compare with `nn.BatchNorm2d(6)`: you have counted that one already.",
    ),
)


def _rmsnorm_slips(
    name: str, sentence: str, places: Callable[[int | Shape], int]
) -> tuple[Mistake, Mistake]:
    """The slip alone, and together with LayerNorm's shift."""
    return (
        Mistake(name, sentence, lambda a: rmsnorm_params(places(a.normalized_shape))),
        Mistake(
            f"LayerNorm, {name}",
            f"{sentence} And you counted a shift: RMSNorm has none.",
            lambda a: layernorm_params(places(a.normalized_shape)),
        ),
    )


RMSNORM = Function(
    rmsnorm_params,
    parts=(
        Part(
            "one dimension",
            1,
            cases=(case(2), case(6), case((5,)), case(4096)),
            draw=lambda random: case(_random_places(random)),
        ),
        Part(
            "more dimensions",
            1,
            cases=(case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            draw=lambda random: case(_random_shape(random)),
        ),
    ),
    mistakes=(
        Mistake(
            "counted like LayerNorm",
            "That is a LayerNorm. RMSNorm subtracts no mean and adds no shift: "
            "which of the two tensors is left?",
            lambda a: layernorm_params(a.normalized_shape),
        ),
        Mistake(
            "eps counted",
            "One too many. `eps` is a fixed number that keeps the division safe. "
            "It is a setting, not a parameter.",
            lambda a: rmsnorm_params(a.normalized_shape) + 1,
        ),
        Mistake(
            "no parameters",
            "You returned 0. Dividing by the root mean square needs no parameters, "
            "but PyTorch's layer does one thing more.",
            lambda a: 0,
        ),
        Mistake(
            "tuple taken for int",
            "Right for an int. `normalized_shape` can also be a tuple, and asked is one number.",
            lambda a: a.normalized_shape,
        ),
        Mistake(
            "LayerNorm, tuple for int",
            "`normalized_shape` can be an int or a tuple. Python repeats a tuple where you wanted "
            "to multiply a number. And you counted a shift: RMSNorm has none.",
            lambda a: a.normalized_shape * 2,
        ),
        *(mistake for slip in SHAPE_SLIPS for mistake in _rmsnorm_slips(*slip)),
    ),
    hints=(
        "Print `list(nn.RMSNorm((2, 3)).named_parameters())` and compare it with LayerNorm's.",
        "An int is a shape with one entry, just as in `layernorm_params`.",
    ),
)

LESSON = Lesson(
    "10-normalization",
    (BATCHNORM_PARAMS, BATCHNORM_BUFFERS, RUNNING_MEAN, LAYERNORM, GROUPNORM, RMSNORM),
)
