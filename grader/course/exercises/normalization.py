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
    Mistake("one vector only", lambda a: a.affine * a.num_features,
        "You counted a single vector. After normalising, BatchNorm scales each channel and also "
        "shifts it."),
    Mistake("one pair for the layer", lambda a: batchnorm_params(1, a.affine),
        "You counted one scale and one shift for the whole layer. Every channel is treated on its "
        "own."),
    Mistake("one shift for the layer", lambda a: a.affine * (a.num_features + 1),
        "You gave the whole layer a single shift. Each channel has a shift of its own, as it has "
        "a scale of its own."),
    Mistake("mixes the channels",
        lambda a: a.affine * parameters(nn.Linear(a.num_features, a.num_features)),
        "You counted weights from each channel to each other one, as in a Linear. BatchNorm never "
        "mixes channels: each is scaled and shifted by itself."),
    Mistake("running statistics counted",
        lambda a: (
            batchnorm_params(a.num_features, a.affine) + batchnorm_params(a.num_features, a.affine)
        ),
        "You counted the running mean and the running variance as well. No gradient trains them: "
        "PyTorch keeps them as buffers. Keras lists them as non-trainable parameters."),
    Mistake("all buffers counted too",
        lambda a: a.affine * (batchnorm_params(a.num_features) + batchnorm_buffers(a.num_features)),
        "You added the buffers to the parameters. `parameters()` does not return buffers: they "
        "are saved with the layer, but not trained."),
)

BATCHNORM_PARAMS = Function(
    batchnorm_params,
    parts=(
        Part("affine", 2,
            (case(1), case(3), case(6, True), case(64)),
            lambda random: case(random.randint(2, 512))),
        Part("not affine", 1,
            (case(3, affine=False), case(6, False), case(num_features=10, affine=True)),
            lambda random: case(random.randint(2, 512), affine=False)),
    ),
    mistakes=(
        Mistake("affine ignored", lambda a: batchnorm_params(a.num_features),
            "Right, but with `affine=False` the layer normalises and does nothing after that. "
            "Look at the `affine` argument."),
        Mistake("affine upside down", lambda a: batchnorm_params(a.num_features, not a.affine),
            "You have parameters where `affine` is False and none where it is True. Look at your "
            "`if` again."),
        Mistake("affine removes the shift",
            lambda a: batchnorm_params(a.num_features) - (not a.affine) * a.num_features,
            "`affine=False` takes away the shift, as `bias=False` would, but not the shift alone: "
            "what else does `affine` stand for?",
            praise="Right for `affine=True`."),
        Mistake("no parameters", lambda a: 0,
            "You returned 0. Subtracting a mean and dividing by a deviation needs no parameters, "
            "but PyTorch's layer does one thing more, unless it is switched off."),
        Mistake("buffers, not parameters", lambda a: batchnorm_buffers(a.num_features),
            "You counted the buffers. They are `running_mean`, `running_var` and "
            "`num_batches_tracked`. Asked are the parameters."),
        Mistake("statistics always counted",
            lambda a: batchnorm_params(a.num_features, a.affine) + batchnorm_params(a.num_features),
            "You counted the running mean and the running variance, with or without `affine`. No "
            "gradient trains them: PyTorch keeps them as buffers, beside the parameters."),
        Mistake("buffers always counted",
            lambda a: (
                batchnorm_params(a.num_features, a.affine) + batchnorm_buffers(a.num_features)
            ),
            "You added all the buffers, with or without `affine`. `parameters()` does not return "
            "buffers: they are saved with the layer, but not trained."),
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
    Mistake("counter per channel", lambda a: a.track_running_stats * 3 * a.num_features,
        "You gave each channel a batch counter of its own. All channels see the same batches, so "
        "how many counters does the layer need?"),
    Mistake("counter per statistic",
        lambda a: batchnorm_buffers(a.num_features, a.track_running_stats) + a.track_running_stats,
        "You gave each statistic a batch counter of its own. Both are updated with the same "
        "batches, so how many counters does the layer need?"),
    Mistake("one statistic only", lambda a: a.track_running_stats * a.num_features,
        "You counted one statistic. To normalise in eval mode the layer needs the mean and the "
        "variance of each channel. And there is a third buffer."),
    Mistake("one statistic and counter", lambda a: a.track_running_stats * (a.num_features + 1),
        "You counted one statistic and the batch counter. To normalise in eval mode the layer "
        "needs both the mean and the variance of each channel."),
    Mistake("tensors, not elements",
        lambda a: a.track_running_stats * len(list(nn.BatchNorm2d(1).buffers())),
        "You counted the buffers themselves. Asked is how many numbers they hold together, as "
        "with `numel()`."),
    Mistake("parameters counted too",
        lambda a: (
            a.track_running_stats
            * (batchnorm_buffers(a.num_features) + batchnorm_params(a.num_features))
        ),
        "You added scale and shift. These are parameters: they are trained, and `buffers()` does "
        "not return them."),
)

BATCHNORM_BUFFERS = Function(
    batchnorm_buffers,
    parts=(
        Part("running statistics tracked", 2,
            (case(1), case(3), case(6, True), case(64)),
            lambda random: case(random.randint(2, 512))),
        Part("not tracked", 1,
            (case(3, track_running_stats=False), case(6, False),
             case(num_features=10, track_running_stats=True)),
            lambda random: case(random.randint(2, 512), track_running_stats=False)),
    ),
    mistakes=(
        Mistake("counter forgotten",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats) - a.track_running_stats
            ),
            "You are short by one. Beside the two statistics there is a third buffer: print "
            "`nn.BatchNorm2d(6).state_dict()` and look for it."),
        Mistake("two vectors, always", lambda a: batchnorm_params(a.num_features),
            "There are two vectors among the buffers, but there is a third buffer too. And with "
            "`track_running_stats=False` your answer should change. (Did you count the "
            "parameters? They are trained.)"),
        Mistake("tracking ignored", lambda a: batchnorm_buffers(a.num_features),
            "Right, but with `track_running_stats=False` the layer remembers nothing between "
            "batches. Look at that argument."),
        Mistake("tracking upside down",
            lambda a: batchnorm_buffers(a.num_features, not a.track_running_stats),
            "You have buffers where `track_running_stats` is False and none where it is True. "
            "Look at your `if` again."),
        Mistake("counter always there",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats)
                + (not a.track_running_stats)
            ),
            "With `track_running_stats=False` nobody needs the batches counted either.",
            praise="Right where the statistics are tracked."),
        Mistake("only the counter goes",
            lambda a: batchnorm_buffers(a.num_features) - (not a.track_running_stats),
            "`track_running_stats=False` takes away more than the counter: the name says which "
            "tensors are not kept.",
            praise="Right where the statistics are tracked."),
        Mistake("parameters always added",
            lambda a: (
                batchnorm_buffers(a.num_features, a.track_running_stats)
                + batchnorm_params(a.num_features)
            ),
            "You added scale and shift. These are parameters: they are trained, `buffers()` does "
            "not return them, and `track_running_stats` does not concern them."),
        Mistake("no buffers", lambda a: 0,
            "You returned 0. In eval mode there may be no batch to take a mean of, so what must "
            "the layer have remembered?"),
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
    Mistake("momentum reversed", lambda a: running_mean(a.previous, a.batch_mean, 1 - a.momentum),
        "You read `momentum` as Keras does: there it says how much of the old mean stays. In "
        "PyTorch the word means the opposite."),
    Mistake("old mean not reduced",
        lambda a: a.previous + running_mean(0.0, a.batch_mean, a.momentum),
        "You added a share of the batch mean but kept all of the old mean. If both are 5, the "
        "running mean should stay 5."),
    Mistake("batch mean not reduced",
        lambda a: a.batch_mean + running_mean(a.previous, 0.0, a.momentum),
        "You made the old mean smaller but added the whole batch mean. If both are 5, the running "
        "mean should stay 5."),
    Mistake("batch share only", lambda a: running_mean(0.0, a.batch_mean, a.momentum),
        "You returned the share of the batch mean alone. The larger part usually comes from the "
        "old mean."),
    Mistake("old share only", lambda a: running_mean(a.previous, 0.0, a.momentum),
        "You made the old mean smaller and stopped there. The batch mean fills the gap."),
    Mistake("wrong direction",
        lambda a: a.previous - running_mean(0.0, a.batch_mean - a.previous, a.momentum),
        "Your mean moves away from the batch mean. Look at the sign of your difference."),
    Mistake("difference only", lambda a: running_mean(0.0, a.batch_mean - a.previous, a.momentum),
        "You returned how far the mean moves. Asked is where it arrives."),
    Mistake("share of the sum",
        lambda a: (
            running_mean(0.0, a.batch_mean, a.momentum) + running_mean(0.0, a.previous, a.momentum)
        ),
        "You took the same share of both means. A running mean must lie between the two: if both "
        "are 5, it should stay 5."),
    Mistake("momentum as in SGD",
        lambda a: a.batch_mean + running_mean(0.0, a.previous, a.momentum),
        "You kept a share of the old value and added the whole new one, as SGD does with its "
        "momentum. A running mean must lie between the two: if both are 5, it stays 5."),
)

RUNNING_MEAN = Function(
    running_mean,
    parts=(
        Part("from zero", 1,
            (case(0.0, 1.0), case(0.0, 20.0), case(0.0, -5.0)),
            lambda random: case(0.0, random.randint(1, 60) + 0.25)),
        Part("from an older mean", 1,
            (case(10.0, 20.0), case(5.0, 5.0), case(-3.0, 7.0), case(2.5, -1.5)),
            _random_update),
        Part("another momentum", 1,
            (case(10.0, 20.0, 0.25), case(8.0, -2.0, momentum=0.75), case(4.0, 6.0, momentum=1.0),
             case(4.0, 6.0, momentum=0.01)),
            lambda random: _random_update(random, momentum=random.randint(11, 45) / 50)),
    ),
    mistakes=(
        Mistake("momentum ignored", lambda a: running_mean(a.previous, a.batch_mean),
            "`momentum` is an argument: with another one the mean moves faster or slower.",
            praise="Right for the default."),
        Mistake("sum of both", lambda a: a.previous + a.batch_mean,
            "You added the two means. A running mean must lie between the old mean and the batch "
            "mean."),
        Mistake("plain average", lambda a: running_mean(a.previous, a.batch_mean, 0.5),
            "You took the average of the two means. The two have different weights: `momentum` "
            "says which."),
        Mistake("old mean forgotten", lambda a: a.batch_mean,
            "You returned the batch mean. That is what the layer normalises with in training, but "
            "it remembers older batches as well."),
        Mistake("mean not updated", lambda a: a.previous,
            "You returned the old mean. That is right in eval mode; each training batch moves it."),
        Mistake("Keras' default",
            lambda a: running_mean(
                a.previous, a.batch_mean, 1 - (0.99 if a.momentum == 0.1 else a.momentum)
            ),
            "You read `momentum` as Keras does, and made it 0.99 where it is left out. In PyTorch "
            "the word means the opposite, and the default is another."),
        Mistake("old share fixed",
            lambda a: running_mean(a.previous, 0.0) + running_mean(0.0, a.batch_mean, a.momentum),
            "With another `momentum` the batch mean gets another share, and then the old mean's "
            "share changes too.",
            praise="Right for the default."),
        Mistake("batch share fixed",
            lambda a: running_mean(a.previous, 0.0, a.momentum) + running_mean(0.0, a.batch_mean),
            "With another `momentum` the old mean gets another share, and then the batch mean's "
            "share changes too.",
            praise="Right for the default."),
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
    return Mistake(name,
        lambda a: layernorm_params(places(a.normalized_shape), a.elementwise_affine, a.bias),
        sentence)


LAYERNORM_SLIPS = (
    *(_layernorm_slip(*slip) for slip in SHAPE_SLIPS),
    Mistake("tuple taken for int",
        lambda a: (
            a.normalized_shape * layernorm_params(1, a.elementwise_affine, a.bias)
            if a.elementwise_affine
            else 0
        ),
        "`normalized_shape` can be an int or a tuple. Python repeats a tuple where you wanted to "
        "multiply a number."),
    Mistake("one shift for the layer",
        lambda a: (
            layernorm_params(a.normalized_shape, a.elementwise_affine, bias=False)
            + (a.elementwise_affine and a.bias)
        ),
        "You gave the whole layer a single shift. Each place has a shift of its own, as it has a "
        "scale of its own."),
)

LAYERNORM = Function(
    layernorm_params,
    parts=(
        Part("one dimension", 1,
            (case(1), case(6), case((5,)), case(768)),
            lambda random: case(_random_places(random))),
        Part("more dimensions", 2,
            (case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            lambda random: case(_random_shape(random))),
        Part("no bias", 1,
            (case(6, bias=False), case((2, 3), True, False), case((6, 4, 4), bias=False)),
            lambda random: case(_random_shape(random), bias=False)),
        Part("not affine", 1,
            (case(6, elementwise_affine=False), case((2, 3), False, bias=True),
             case((6, 4, 4), elementwise_affine=False, bias=False)),
            lambda random: case(
                _random_shape(random), elementwise_affine=False, bias=random.random() < 0.7
            )),
    ),
    mistakes=(
        Mistake("weight only",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine, bias=False),
            "You counted one tensor. That is RMSNorm. A LayerNorm usually shifts as well."),
        Mistake("bias ignored",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine),
            "Right, but with `bias=False` the layer scales and does not shift. Look at the `bias` "
            "argument."),
        Mistake("elementwise_affine ignored",
            lambda a: layernorm_params(a.normalized_shape, bias=a.bias),
            "Right, but with `elementwise_affine=False` the layer has nothing to learn. Look at "
            "that argument."),
        Mistake("both flags ignored", lambda a: layernorm_params(a.normalized_shape),
            "`elementwise_affine` and `bias` can switch tensors off.",
            praise="Right for the defaults."),
        Mistake("bias without affine",
            lambda a: (
                layernorm_params(a.normalized_shape, a.elementwise_affine, a.bias)
                + (not a.elementwise_affine) * a.bias * _size(a.normalized_shape).numel()
            ),
            "Right, but for `elementwise_affine=False` together with `bias=True`. Print the "
            "parameters of such a layer: is there a bias?"),
        Mistake("no bias, no weight",
            lambda a: layernorm_params(a.normalized_shape, a.elementwise_affine and a.bias),
            "`bias=False` takes away the shift only: what stays?",
            praise="Right with a bias."),
        Mistake("running statistics counted",
            lambda a: (
                layernorm_params(a.normalized_shape, a.elementwise_affine, a.bias)
                + layernorm_params(a.normalized_shape)
            ),
            "You counted a mean and a variance for each place too. LayerNorm computes them anew "
            "for each sample and keeps no statistics at all."),
        Mistake("no parameters", lambda a: 0,
            "You returned 0. Normalising itself needs no parameters, but PyTorch's layer does one "
            "thing more, unless it is switched off."),
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
    Mistake("one pair per group", lambda a: groupnorm_params(1, a.num_groups, a.affine),
        "You counted a scale and a shift for each group. The groups share their mean and "
        "variance, but what is learned belongs to the channels."),
    Mistake("channels of one group",
        lambda a: groupnorm_params(1, a.num_channels // a.num_groups, a.affine),
        "You counted the channels of one group only. All the groups have channels."),
    Mistake("again for each group",
        lambda a: groupnorm_params(a.num_groups, a.num_channels, a.affine) * a.num_groups,
        "You counted all the channels once for each group. A channel belongs to one group."),
    Mistake("groups added",
        lambda a: (
            groupnorm_params(a.num_groups, a.num_channels, a.affine) + a.affine * a.num_groups
        ),
        "You added something for the groups. A group only says whose mean and variance are "
        "shared: nothing is learned for it."),
    Mistake("one vector only", lambda a: a.affine * a.num_channels,
        "You counted a single vector. GroupNorm scales each channel and also shifts it."),
    Mistake("running statistics counted",
        lambda a: (
            groupnorm_params(a.num_groups, a.num_channels, a.affine)
            + groupnorm_params(a.num_groups, a.num_channels, a.affine)
        ),
        "You counted a mean and a variance for each channel too. GroupNorm computes its "
        "statistics anew for each sample and keeps none."),
    Mistake("channels times groups", lambda a: a.affine * a.num_channels * a.num_groups,
        "You multiplied the channels by the groups. Nothing is learned for a group: it only says "
        "whose mean and variance are shared."),
    Mistake("one number per group", lambda a: a.affine * (a.num_channels + a.num_groups),
        "You counted one number for each channel and one for each group. Nothing is learned for a "
        "group: it only says whose mean and variance are shared."),
)

GROUPNORM = Function(
    groupnorm_params,
    parts=(
        Part("affine", 2,
            (case(1, 3), case(2, 6), case(3, 12), case(num_groups=8, num_channels=40)),
            _random_groups),
        Part("one group, or one per channel", 1,
            (case(1, 10), case(7, 7), case(12, 12)),
            _random_extreme),
        Part("not affine", 1,
            (case(1, 3, affine=False), case(3, 12, False), case(4, 20, affine=True)),
            lambda random: _random_groups(random, affine=False)),
    ),
    mistakes=(
        Mistake("affine ignored", lambda a: groupnorm_params(a.num_groups, a.num_channels),
            "Right, but with `affine=False` the layer has nothing to learn. Look at the `affine` "
            "argument."),
        Mistake("affine removes the shift",
            lambda a: (
                groupnorm_params(a.num_groups, a.num_channels) - (not a.affine) * a.num_channels
            ),
            "`affine=False` takes away the shift, as `bias=False` would, but not the shift alone: "
            "what else does `affine` stand for?",
            praise="Right for `affine=True`."),
        Mistake("statistics always counted",
            lambda a: (
                groupnorm_params(a.num_groups, a.num_channels, a.affine)
                + groupnorm_params(a.num_groups, a.num_channels)
            ),
            "You counted a mean and a variance for each channel, with or without `affine`. "
            "GroupNorm computes its statistics anew for each sample and keeps none."),
        Mistake("no parameters", lambda a: 0,
            "You returned 0. Normalising itself needs no parameters, but PyTorch's layer does one "
            "thing more, unless it is switched off."),
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
        Mistake(name, lambda a: rmsnorm_params(places(a.normalized_shape)),
            sentence),
        Mistake(f"LayerNorm, {name}", lambda a: layernorm_params(places(a.normalized_shape)),
            f"{sentence} And you counted a shift: RMSNorm has none."),
    )


RMSNORM = Function(
    rmsnorm_params,
    parts=(
        Part("one dimension", 1,
            (case(2), case(6), case((5,)), case(4096)),
            lambda random: case(_random_places(random))),
        Part("more dimensions", 1,
            (case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            lambda random: case(_random_shape(random))),
    ),
    mistakes=(
        Mistake("counted like LayerNorm", lambda a: layernorm_params(a.normalized_shape),
            "That is a LayerNorm. RMSNorm subtracts no mean and adds no shift: which of the two "
            "tensors is left?"),
        Mistake("eps counted", lambda a: rmsnorm_params(a.normalized_shape) + 1,
            "One too many. `eps` is a fixed number that keeps the division safe. It is a setting, "
            "not a parameter."),
        Mistake("no parameters", lambda a: 0,
            "You returned 0. Dividing by the root mean square needs no parameters, but PyTorch's "
            "layer does one thing more."),
        Mistake("tuple taken for int", lambda a: a.normalized_shape,
            "`normalized_shape` can also be a tuple, and asked is one number.",
            praise="Right for an int."),
        Mistake("LayerNorm, tuple for int", lambda a: a.normalized_shape * 2,
            "`normalized_shape` can be an int or a tuple. Python repeats a tuple where you wanted "
            "to multiply a number. And you counted a shift: RMSNorm has none."),
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
