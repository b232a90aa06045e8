"""Lesson 10: BatchNorm, LayerNorm, GroupNorm and RMSNorm; parameters against buffers."""

from __future__ import annotations

from math import prod
from random import Random

import torch
from torch import nn

from grader.course import misconceptions as known
from grader.course.pytorch import Shape, buffers, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, Rule, as_if, case, ignoring


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
    size = torch_size(normalized_shape)
    return parameters(nn.LayerNorm(size, elementwise_affine=elementwise_affine, bias=bias))


def groupnorm_params(num_groups: int, num_channels: int, affine: bool = True) -> int:
    """The number of parameters of `nn.GroupNorm(num_groups, num_channels, affine=affine)`."""
    return parameters(nn.GroupNorm(num_groups, num_channels, affine=affine))


def rmsnorm_params(normalized_shape: int | Shape) -> int:
    """The number of parameters of `nn.RMSNorm(normalized_shape)`; int or tuple."""
    return parameters(nn.RMSNorm(torch_size(normalized_shape)))


def torch_size(normalized_shape: int | Shape) -> torch.Size:
    """PyTorch takes an int for a shape of one entry."""
    return torch.Size([normalized_shape] if isinstance(normalized_shape, int) else normalized_shape)


def draw_shape(random: Random) -> Shape:
    """Two to four sizes, all different, so that one cannot be taken for another."""
    return tuple(random.sample(range(2, 17), k=random.randint(2, 4)))


def draw_update(random: Random, **momentum: float) -> Case:
    """An old mean and a batch mean that lie apart."""
    previous = random.randint(-30, 30)
    return case(previous / 2, previous + random.randint(20, 50) + 0.5, **momentum)


def draw_places(random: Random) -> Case:
    """One dimension, written as an int or as a tuple."""
    size = random.randint(2, 99)
    return case(random.choice((size, (size,))))


def draw_groups(random: Random, **affine: bool) -> Case:
    """Several groups of several channels."""
    groups, channels_per_group = random.sample(range(2, 17), k=2)
    return case(groups, groups * channels_per_group, **affine)


def draw_extreme(random: Random) -> Case:
    """All channels in one group, or each in its own."""
    channels = random.randint(3, 99)
    return case(random.choice((1, channels)), channels)


# What several of these layers share.


def switch_ignored(switch: str) -> Mistake:
    """Scale and shift where they are switched off."""
    return Mistake(f"{switch} ignored", as_if(**{switch: True}),
        f"With `{switch}=False` the layer normalises and does nothing after that: it has nothing "
        f"to learn. Look at the `{switch}` argument.",
        praise=f"Right for `{switch}=True`.")


def upside_down(name: str, switch: str, counted: str) -> Mistake:
    """A switch that works the other way round."""
    return Mistake(f"{name} upside down", lambda a: a(**{switch: not getattr(a, switch)}),
        f"You have {counted} where `{switch}` is False and none where it is True. Look at your "
        "`if` again.")


def one_vector(layer: str) -> Mistake:
    """The scale without the shift."""
    return Mistake("one vector only", lambda a: a() // 2,
        f"You counted a single vector. After normalising, {layer} scales each channel and also "
        "shifts it.")


def one_shift(place: str, rule: Rule) -> Mistake:
    """A shift that all share."""
    return Mistake("one shift for the layer", rule,
        f"You gave the whole layer a single shift. Each {place} has a shift of its own, as it has "
        "a scale of its own.")


def statistics(name: str, rule: Rule, place: str, layer: str) -> Mistake:
    """BatchNorm's running statistics in a layer that has none."""
    return Mistake(name, rule,
        f"You counted a mean and a variance for each {place}. {layer} computes its statistics "
        "anew for each sample and keeps none.")


AFFINE_IS_THE_SHIFT = Mistake("affine removes the shift", lambda a: (a() + a(affine=True)) // 2,
    "`affine=False` takes away the shift, as `bias=False` would, but not the shift alone: "
    "what else does `affine` stand for?",
    praise="Right for `affine=True`.")
NO_PARAMETERS = Mistake("no parameters", lambda a: 0,
    "You returned 0. Subtracting a mean and dividing by a deviation needs no parameters, but "
    "PyTorch's layer does one thing more, unless it is switched off.")

BATCHNORM_SLIPS = (
    one_vector("BatchNorm"),
    Mistake("one pair for the layer", as_if(num_features=1),
        "You counted one scale and one shift for the whole layer. Every channel is treated on its "
        "own."),
    one_shift("channel", lambda a: a() // 2 + a.affine),
    Mistake("mixes the channels",
        lambda a: a.affine * parameters(nn.Linear(a.num_features, a.num_features)),
        "You counted weights from each channel to each other one, as in a Linear. BatchNorm never "
        "mixes channels: each is scaled and shifted by itself."),
    known.running_statistics(nn.BatchNorm2d),
    Mistake("all buffers counted too", lambda a: a() + a.affine * batchnorm_buffers(a.num_features),
        "You added the buffers to the parameters. `parameters()` does not return buffers: they "
        "are saved with the layer, but not trained."),
)

BATCHNORM_PARAMS = Function(
    batchnorm_params,
    parts=(
        Part("affine", 2, (case(1), case(3), case(6, True), case(64)),
            lambda random: case(random.randint(2, 512))),
        Part("not affine", 1,
            (case(3, affine=False), case(6, False), case(num_features=10, affine=True)),
            lambda random: case(random.randint(2, 512), affine=False)),
    ),
    mistakes=(
        switch_ignored("affine"),
        upside_down("affine", "affine", "parameters"),
        AFFINE_IS_THE_SHIFT,
        NO_PARAMETERS,
        Mistake("buffers, not parameters", lambda a: batchnorm_buffers(a.num_features),
            "You counted the buffers. They are `running_mean`, `running_var` and "
            "`num_batches_tracked`. Asked are the parameters."),
        Mistake("statistics always counted", lambda a: a() + a(affine=True),
            "You counted the running mean and the running variance, with or without `affine`. No "
            "gradient trains them: PyTorch keeps them as buffers, beside the parameters."),
        Mistake("buffers always counted", lambda a: a() + batchnorm_buffers(a.num_features),
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
    Mistake("counter per channel", lambda a: a() + a.track_running_stats * (a.num_features - 1),
        "You gave each channel a batch counter of its own. All channels see the same batches, so "
        "how many counters does the layer need?"),
    Mistake("counter per statistic", lambda a: a() + a.track_running_stats,
        "You gave each statistic a batch counter of its own. Both are updated with the same "
        "batches, so how many counters does the layer need?"),
    Mistake("one statistic only", lambda a: a() // 2,
        "You counted one statistic. To normalise in eval mode the layer needs the mean and the "
        "variance of each channel. And there is a third buffer."),
    Mistake("one statistic and counter", lambda a: a() // 2 + a.track_running_stats,
        "You counted one statistic and the batch counter. To normalise in eval mode the layer "
        "needs both the mean and the variance of each channel."),
    Mistake("tensors, not elements", as_if(num_features=1),  # then each buffer holds one number
        "You counted the buffers themselves. Asked is how many numbers they hold together, as "
        "with `numel()`."),
    Mistake("parameters counted too",
        lambda a: a() + a.track_running_stats * batchnorm_params(a.num_features),
        "You added scale and shift. These are parameters: they are trained, and `buffers()` does "
        "not return them."),
)

BATCHNORM_BUFFERS = Function(
    batchnorm_buffers,
    parts=(
        Part("running statistics tracked", 2, (case(1), case(3), case(6, True), case(64)),
            lambda random: case(random.randint(2, 512))),
        Part("not tracked", 1,
            (case(3, track_running_stats=False), case(6, False),
             case(num_features=10, track_running_stats=True)),
            lambda random: case(random.randint(2, 512), track_running_stats=False)),
    ),
    mistakes=(
        Mistake("counter forgotten", lambda a: a() - a.track_running_stats,
            "You are short by one. Beside the two statistics there is a third buffer: print "
            "`nn.BatchNorm2d(6).state_dict()` and look for it."),
        Mistake("two vectors, always", lambda a: a(track_running_stats=True) - 1,
            "There are two vectors among the buffers, but there is a third buffer too. And with "
            "`track_running_stats=False` your answer should change. (Did you count the "
            "parameters? They are trained.)"),
        Mistake("tracking ignored", as_if(track_running_stats=True),
            "With `track_running_stats=False` the layer remembers nothing between batches. Look at "
            "that argument.",
            praise="Right where the statistics are tracked."),
        upside_down("tracking", "track_running_stats", "buffers"),
        Mistake("counter always there", lambda a: a() + (not a.track_running_stats),
            "With `track_running_stats=False` nobody needs the batches counted either.",
            praise="Right where the statistics are tracked."),
        Mistake("only the counter goes",
            lambda a: a(track_running_stats=True) - (not a.track_running_stats),
            "`track_running_stats=False` takes away more than the counter: the name says which "
            "tensors are not kept.",
            praise="Right where the statistics are tracked."),
        Mistake("parameters always added", lambda a: a() + batchnorm_params(a.num_features),
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
    Mistake("momentum reversed", lambda a: a(momentum=1 - a.momentum),
        "You read `momentum` as Keras does: there it says how much of the old mean stays. In "
        "PyTorch the word means the opposite."),
    Mistake("old mean not reduced", lambda a: a.previous + a(previous=0.0),
        "You added a share of the batch mean but kept all of the old mean. If both are 5, the "
        "running mean should stay 5."),
    Mistake("batch mean not reduced", lambda a: a.batch_mean + a(batch_mean=0.0),
        "You made the old mean smaller but added the whole batch mean. If both are 5, the running "
        "mean should stay 5."),
    Mistake("batch share only", as_if(previous=0.0),
        "You returned the share of the batch mean alone. The larger part usually comes from the "
        "old mean."),
    Mistake("old share only", as_if(batch_mean=0.0),
        "You made the old mean smaller and stopped there. The batch mean fills the gap."),
    Mistake("wrong direction", lambda a: 2 * a.previous - a(),
        "Your mean moves away from the batch mean. Look at the sign of your difference."),
    Mistake("difference only", lambda a: a() - a.previous,
        "You returned how far the mean moves. Asked is where it arrives."),
    Mistake("share of the sum", lambda a: a(previous=0.0, batch_mean=a.previous + a.batch_mean),
        "You took the same share of both means. A running mean must lie between the two: if both "
        "are 5, it should stay 5."),
    Mistake("momentum as in SGD", lambda a: a.batch_mean + a(previous=0.0, batch_mean=a.previous),
        "You kept a share of the old value and added the whole new one, as SGD does with its "
        "momentum. A running mean must lie between the two: if both are 5, it stays 5."),
)

RUNNING_MEAN = Function(
    running_mean,
    parts=(
        Part("from zero", 1,
            (case(0.0, 1.0), case(0.0, 20.0), case(0.0, -5.0), case(0.0, 1.2345678)),
            lambda random: case(0.0, random.randint(1, 60) + 0.25)),
        Part("from an older mean", 1,
            (case(10.0, 20.0), case(5.0, 5.0), case(-3.0, 7.0), case(2.5, -1.5),
             case(0.5, 1.2345678)),
            draw_update),
        Part("another momentum", 1,
            (case(10.0, 20.0, 0.25), case(8.0, -2.0, momentum=0.75), case(4.0, 6.0, momentum=1.0),
             case(4.0, 6.0, momentum=0.01), case(-0.5, 1.2345678, momentum=0.3)),
            lambda random: draw_update(random, momentum=random.randint(11, 45) / 50)),
    ),
    mistakes=(
        Mistake("momentum ignored", as_if(momentum=0.1),
            "`momentum` is an argument: with another one the mean moves faster or slower.",
            praise="Right for the default."),
        Mistake("sum of both", lambda a: a.previous + a.batch_mean,
            "You added the two means. A running mean must lie between the old mean and the batch "
            "mean."),
        Mistake("plain average", as_if(momentum=0.5),
            "You took the average of the two means. The two have different weights: `momentum` "
            "says which."),
        Mistake("old mean forgotten", as_if(momentum=1.0),
            "You returned the batch mean. That is what the layer normalises with in training, but "
            "it remembers older batches as well."),
        Mistake("mean not updated", as_if(momentum=0.0),
            "You returned the old mean. It stays as it is in eval mode; each training batch moves "
            "it."),
        Mistake("Keras' default",
            lambda a: a(momentum=1 - (0.99 if a.momentum == 0.1 else a.momentum)),
            "You read `momentum` as Keras does, and made it 0.99 where it is left out. In PyTorch "
            "the word means the opposite, and the default is another."),
        Mistake("old share fixed", lambda a: a(batch_mean=0.0, momentum=0.1) + a(previous=0.0),
            "With another `momentum` the batch mean gets another share, and then the old mean's "
            "share changes too.",
            praise="Right for the default."),
        Mistake("batch share fixed", lambda a: a(batch_mean=0.0) + a(previous=0.0, momentum=0.1),
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

# What students take for the number of places in `normalized_shape`.
SHAPE_SLIPS = (
    Mistake("last dimension only", known.pairs(lambda shape: shape[-1], "normalized_shape"),
        "You used the last entry of `normalized_shape`. In a Linear only the last dimension "
        "counts; here something is learned for each place in the whole shape."),
    Mistake("first dimension only", known.pairs(lambda shape: shape[0], "normalized_shape"),
        "You used the first entry of `normalized_shape`, as if it were BatchNorm's channels. "
        "Here something is learned for each place in the whole shape."),
    Mistake("first dimension left out",
        known.pairs(lambda shape: prod(shape[1:]), "normalized_shape"),
        "You left out the first entry of a tuple, as if it were the batch. `normalized_shape` "
        "has no batch in it: all its entries count."),
    Mistake("dimensions added", known.pairs(sum, "normalized_shape"),
        "You added the entries of `normalized_shape`. How many places has a tensor "
        "of that shape? `tensor_size` of lesson 00 knows."),
    Mistake("number of dimensions",
        lambda a: a(normalized_shape=len(torch_size(a.normalized_shape))),
        "You counted the dimensions of `normalized_shape`. What counts is how many places "
        "a tensor of that shape has."),
    Mistake("one place only", as_if(normalized_shape=1),
        "You counted for a single place. Each sample has one mean square, and a LayerNorm also "
        "one mean. But what is learned is *element-wise*: each place has its own."),
)
TUPLE_FOR_INT = Mistake("tuple taken for int",
    lambda a: a.normalized_shape * a(normalized_shape=1) or 0,  # not () where nothing is learned
    "`normalized_shape` can be an int or a tuple. Python repeats a tuple where you wanted to "
    "multiply a number.")

LAYERNORM_SLIPS = (
    *SHAPE_SLIPS,
    TUPLE_FOR_INT,
    one_shift("place", lambda a: a(bias=False) + (a.elementwise_affine and a.bias)),
)

LAYERNORM = Function(
    layernorm_params,
    parts=(
        Part("one dimension", 1, (case(1), case(6), case((5,)), case(768)), draw_places),
        Part("more dimensions", 2,
            (case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            lambda random: case(draw_shape(random))),
        Part("no bias", 1,
            (case(6, bias=False), case((2, 3), True, False), case((6, 4, 4), bias=False)),
            lambda random: case(draw_shape(random), bias=False)),
        Part("not affine", 1,
            (case(6, elementwise_affine=False), case((2, 3), False, bias=True),
             case((6, 4, 4), elementwise_affine=False, bias=False)),
            lambda random: case(
                draw_shape(random), elementwise_affine=False, bias=random.random() < 0.7)),
    ),
    mistakes=(
        Mistake("weight only", as_if(bias=False),
            "You counted one tensor. That is RMSNorm. A LayerNorm usually shifts as well."),
        Mistake("bias ignored", as_if(bias=True),
            "With `bias=False` the layer scales and does not shift. Look at the `bias` argument.",
            praise="Right with a bias."),
        switch_ignored("elementwise_affine"),
        Mistake("both flags ignored", as_if(elementwise_affine=True, bias=True),
            "`elementwise_affine` and `bias` can switch tensors off.",
            praise="Right for the defaults."),
        Mistake("bias without affine",
            lambda a: (
                a() if a.elementwise_affine else a.bias * a(elementwise_affine=True, bias=False)),
            "Take `elementwise_affine=False` together with `bias=True`, and print the parameters "
            "of such a layer: is there a bias?",
            praise="Right for three of the four combinations."),
        Mistake("no bias, no weight",
            lambda a: a(elementwise_affine=a.elementwise_affine and a.bias),
            "`bias=False` takes away the shift only: what stays?",
            praise="Right with a bias."),
        statistics("running statistics counted",
            lambda a: a() + a(elementwise_affine=True, bias=True), "place too", "LayerNorm"),
        NO_PARAMETERS,
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
    Mistake("one pair per group", lambda a: a(num_groups=1, num_channels=a.num_groups),
        "You counted a scale and a shift for each group. The groups share their mean and "
        "variance, but what is learned belongs to the channels."),
    Mistake("channels of one group",
        lambda a: a(num_groups=1, num_channels=a.num_channels // a.num_groups),
        "You counted the channels of one group only. All the groups have channels."),
    Mistake("again for each group", lambda a: a() * a.num_groups,
        "You counted all the channels once for each group. A channel belongs to one group."),
    Mistake("groups added", lambda a: a() + a.affine * a.num_groups,
        "You added something for the groups. A group only says whose mean and variance are "
        "shared: nothing is learned for it."),
    one_vector("GroupNorm"),
    statistics("running statistics counted", lambda a: 2 * a(), "channel too", "GroupNorm"),
    Mistake("channels times groups", lambda a: a() // 2 * a.num_groups,
        "You multiplied the channels by the groups. Nothing is learned for a group: it only says "
        "whose mean and variance are shared."),
    Mistake("one number per group", lambda a: a() // 2 + a.affine * a.num_groups,
        "You counted one number for each channel and one for each group. Nothing is learned for a "
        "group: it only says whose mean and variance are shared."),
)

GROUPNORM = Function(
    groupnorm_params,
    parts=(
        Part("affine", 2,
            (case(1, 3), case(2, 6), case(3, 12), case(num_groups=8, num_channels=40)),
            draw_groups),
        Part("one group, or one per channel", 1, (case(1, 10), case(7, 7), case(12, 12)),
            draw_extreme),
        Part("not affine", 1,
            (case(1, 3, affine=False), case(3, 12, False), case(4, 20, affine=True)),
            lambda random: draw_groups(random, affine=False)),
    ),
    mistakes=(
        switch_ignored("affine"),
        AFFINE_IS_THE_SHIFT,
        statistics("statistics always counted", lambda a: a() + a(affine=True),
            "channel, with or without `affine`", "GroupNorm"),
        NO_PARAMETERS,
        *GROUPNORM_SLIPS,
        *(ignoring(slip, affine=True) for slip in GROUPNORM_SLIPS),
    ),
    hints=(
        "Print the shapes of `nn.GroupNorm(2, 6).weight` and `.bias`, then of "
        "`nn.GroupNorm(3, 6)`. What changed?",
        "Compare with `nn.BatchNorm2d(6)`: you have counted that one already.",
    ),
)


def like_layernorm(name: str, slip: Mistake) -> Mistake:
    """The same mistake by a student who also counts LayerNorm's shift."""
    return Mistake(f"LayerNorm, {name}", lambda a: 2 * slip.rule(a),
        f"{slip.sentence} And you counted a shift: RMSNorm has none.", is_two=True)


RMSNORM = Function(
    rmsnorm_params,
    parts=(
        Part("one dimension", 1, (case(2), case(6), case((5,)), case(4096)), draw_places),
        Part("more dimensions", 1,
            (case((2, 3)), case((3, 5)), case((6, 4, 4)), case(normalized_shape=(2, 7, 3))),
            lambda random: case(draw_shape(random))),
    ),
    mistakes=(
        Mistake("counted like LayerNorm", lambda a: 2 * a(),
            "That is a LayerNorm. RMSNorm subtracts no mean and adds no shift: which of the two "
            "tensors is left?"),
        Mistake("eps counted", lambda a: a() + 1,
            "One too many. `eps` is a fixed number that keeps the division safe. It is a setting, "
            "not a parameter."),
        Mistake("no parameters", lambda a: 0,
            "You returned 0. Dividing by the root mean square needs no parameters, but PyTorch's "
            "layer does one thing more."),
        Mistake("tuple taken for int", lambda a: a.normalized_shape,
            "`normalized_shape` can also be a tuple, and asked is one number.",
            praise="Right for an int."),
        like_layernorm("tuple for int", TUPLE_FOR_INT),
        *(mistake for slip in SHAPE_SLIPS for mistake in (slip, like_layernorm(slip.name, slip))),
    ),
    hints=(
        "Print `list(nn.RMSNorm((2, 3)).named_parameters())` and compare it with LayerNorm's.",
        "An int is a shape with one entry, just as in `layernorm_params`.",
    ),
)

LESSON = Lesson(
    "10-normalization",
    (BATCHNORM_PARAMS, BATCHNORM_BUFFERS, RUNNING_MEAN, LAYERNORM, GROUPNORM, RMSNORM))
