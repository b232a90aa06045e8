"""Lesson 10: BatchNorm, LayerNorm, GroupNorm and RMSNorm; parameters against buffers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, buffers, parameters
from grader.judge.exercise import (
    Asked,
    Case,
    Function,
    Lesson,
    Mistake,
    Part,
    Rule,
    as_if,
    case,
    ignoring,
)


def normalize(values: Sequence[float], eps: float = 1e-5) -> list[float]:
    """The numbers with their mean subtracted, divided by the root of their variance and `eps`.

    It is what `nn.LayerNorm` does before it scales and shifts. `eps` is above 0.
    """
    row = as_row(values)
    numbers: list[float] = functional.layer_norm(row, row.shape, eps=eps).tolist()
    return numbers


def as_row(values: Sequence[float]) -> Tensor:
    """The values on the CPU: they matter, not only how many there are."""
    return torch.tensor(list(values), dtype=torch.float64, device="cpu")


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


def draw_apart(random: Random) -> list[float]:
    """Numbers so far apart that nobody notices a small `eps`."""
    start, step = random.randint(-40, 40), random.randint(20, 60)
    size = random.randint(3, 7)
    return [start + step * place + random.randint(0, 12) + random.random() for place in
        random.sample(range(size), k=size)]


def draw_close(random: Random) -> list[float]:
    """Numbers so close together that `eps` counts."""
    size, start = random.randint(3, 6), random.choice((0.0, 0.5, -0.25))
    return [start + random.randint(-40, 40) / 8192 + place / 512 for place in range(size)]


# How students normalize. Each rule gets the numbers as a tensor, and `eps`.

RowRule = Callable[[Tensor, float], Tensor]


def on_row(rule: RowRule) -> Rule:
    """What the rule makes of the values of a case."""
    return lambda a: rule(as_row(a.values), a.eps).tolist()


def variance(row: Tensor) -> Tensor:
    """The average of the squared distances from the mean."""
    return row.var(unbiased=False)


def divided(numbers: Tensor, by: Tensor) -> Tensor:
    """A quotient where there is one: a student's division by zero stops before this."""
    return numbers / by if by else torch.zeros_like(numbers)


def while_it_changes(a: Asked) -> Any:
    """Each number normalized with those before it already normalized."""
    values = list(map(float, a.values))
    for place in range(len(values)):
        values[place] = normalize(values, a.eps)[place]
    return values


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
        "a scale of its own.",
            is_two=True)


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
    Mistake("three vectors", lambda a: a() + a.affine * a.num_features,
        "You counted three numbers for each channel. One scales it and one shifts it: which is the "
        "third, and is it learned?"),
    Mistake("sizes added", lambda a: a.affine * (a.num_features + 2),
        "You added 2 to the channels. Each channel has both, a scale and a shift."),
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
    question=lambda a: asking.parameters(
        asking.line("nn.BatchNorm2d", a.num_features, **asking.unlike(a, affine=True))),
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
    question=lambda a: (
        asking.line("nn.BatchNorm2d", a.num_features, **asking.unlike(a, track_running_stats=True))
        + ": how many elements have its buffers together?"),
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
    Mistake("old mean subtracted", lambda a: a(previous=0.0) - a.previous,
        "You subtracted the old mean from the share of the batch mean. If both are 5, the running "
        "mean should stay 5."),
    Mistake("momentum added", lambda a: a.previous + a.momentum,
        "You added `momentum` itself. It is a share, such as a tenth: a share of what?"),
    Mistake("batch share subtracted", lambda a: a.previous - a(previous=0.0),
        "You subtracted the share of the batch mean, so your mean moves away from it. And if both "
        "are 5, the running mean should stay 5."),
    Mistake("old mean enlarged", lambda a: a.previous + a(previous=0.0, batch_mean=a.previous),
        "Your answer does not depend on `batch_mean`. The running mean moves towards it."),
    Mistake("from the batch mean", lambda a: 2 * a.batch_mean - a(momentum=1 - a.momentum),
        "You start from the batch mean and go beyond it. The running mean starts where it was, "
        "and moves towards the batch mean."),
    Mistake("divided by the sum of shares",
        lambda a: (a.previous + a(previous=0.0)) / (1 + a.momentum),
        "You kept all of the old mean and divided by `1 + momentum`. The two shares of PyTorch "
        "add up to 1 without dividing."),
    Mistake("divided by momentum",
        lambda a: a.previous + (a.batch_mean - a.previous) / (a.momentum or 1),
        "You divided by `momentum`, so the mean overshoots. A tenth of a distance is shorter than "
        "the distance."),
    Mistake("distance without its sign", lambda a: a.previous + abs(a() - a.previous),
        "Your mean can only grow. Where the batch mean lies below it, it has to fall."),
    Mistake("other share of the sum",
        lambda a: (1 - a.momentum) * (a.previous + a.batch_mean),
        "You took one share of the sum of both means. A running mean must lie between the two: if "
        "both are 5, it should stay 5."),
    Mistake("brackets around the sum",
        lambda a: (a.previous + a.momentum) * (a.batch_mean - a.previous),
        "You multiplied by the old mean. Look at your brackets: `momentum` says which share of the "
        "distance is added."),
    Mistake("momentum subtracted", lambda a: a.previous + a(previous=0.0) - a.momentum,
        "You subtracted `momentum` itself. It is a share, such as a tenth: a share of what has to "
        "go?"),
    Mistake("momentum as in SGD", lambda a: a.batch_mean + a(previous=0.0, batch_mean=a.previous),
        "You kept a share of the old value and added the whole new one, as SGD does with its "
        "momentum. A running mean must lie between the two: if both are 5, it stays 5."),
)

RUNNING_MEAN = Function(
    running_mean,
    question=lambda a: (
        f"{asking.line('nn.BatchNorm2d', 1, **asking.unlike(a, momentum=0.1))} in training: the "
        f"running mean is {a.previous:g}, the batch has a mean of {a.batch_mean:g}. What is the "
        "running mean then?"),
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
        "You added the entries of `normalized_shape`. How many numbers does a tensor of 2 rows and "
        "3 columns hold?"),
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
    question=lambda a: asking.parameters(asking.line("nn.LayerNorm",
        a.normalized_shape, **asking.unlike(a, elementwise_affine=True, bias=True))),
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
            "`elementwise_affine` and `bias` can switch tensors off: your answer changes with "
            "neither of them."),
        Mistake("bias without affine",
            lambda a: (
                a() if a.elementwise_affine else a.bias * a(elementwise_affine=True, bias=False)),
            "Take `elementwise_affine=False` together with `bias=True`, and print the parameters "
            "of such a layer: is there a bias?",
            praise="Right for three of the four combinations."),
        Mistake("off only with both",
            lambda a: a(elementwise_affine=a.elementwise_affine or a.bias),
            "You return 0 only where both arguments are False. Which tensors are left where "
            "`elementwise_affine` alone is False? Print the parameters of such a layer.",
            is_two=True),
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
    Mistake("pair for each group too", lambda a: a() + a(num_channels=a.num_groups),
        "You added a scale and a shift for each group. A group only says whose mean and variance "
        "are shared: nothing is learned for it."),
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
    question=lambda a: asking.parameters(asking.line("nn.GroupNorm",
        a.num_groups, a.num_channels, **asking.unlike(a, affine=True))),
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
    question=lambda a: asking.parameters(asking.line("nn.RMSNorm", a.normalized_shape)),
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

NORMALIZE = Function(
    normalize,
    parts=(
        Part("numbers far apart", 2,
            (case([3, 17]), case([5, 6, 10, 19]), case([-40, 10, 20, 30, 80]),
             case([12.345678, -20.5, 70.25, 31.4159]), case([500, -300, 40, 7.125])),
            lambda random: case(draw_apart(random))),
        Part("numbers close together", 1,
            (case([1, 2]), case([4, 4, 4]), case([0.001, 0.003]),
             case([0.5, 0.5012345, 0.4923, 0.503]), case([-0.002, 0.001, 0.00725], 1e-5)),
            lambda random: case(draw_close(random))),
        Part("another eps", 1,
            (case([1, 3], eps=3), case([1, 3, 8], 0.5), case([2, 2, 5, -1, 6], eps=1e-3),
             case([0.25, -0.7654321, 1.5], 0.01)),
            lambda random: case(draw_close(random), eps=random.choice((1e-6, 1e-3, 0.02, 0.5)))),
    ),
    mistakes=(
        Mistake("unbiased variance",
            on_row(lambda row, eps: (row - row.mean()) / (row.var() + eps).sqrt()),
            "Your variance is that of a sample, divided by one less than there are numbers, as "
            "`statistics.variance` and `Tensor.var` have it. A normalization layer takes the plain "
            "average of the squared distances."),
        Mistake("unbiased, eps outside",
            on_row(lambda row, eps: (row - row.mean()) / (row.std() + eps)),
            "Your deviation is that of a sample: it divides by one less than there are numbers. A "
            "layer takes the plain average of the squared distances. And it adds `eps` to that "
            "average, before the root.",
            is_two=True),
        Mistake("unbiased, no eps",
            on_row(lambda row, eps: divided(row - row.mean(), row.std())),
            "Your deviation is that of a sample: it divides by one less than there are numbers. A "
            "layer takes the plain average of the squared distances. And it uses `eps`.",
            is_two=True),
        Mistake("no root",
            on_row(lambda row, eps: (row - row.mean()) / (variance(row) + eps)),
            "You divided by the variance itself. A variance is measured in squares: what brings it "
            "back to the scale of the numbers?"),
        Mistake("no root, no eps",
            on_row(lambda row, eps: divided(row - row.mean(), variance(row))),
            "You divided by the variance itself. A variance is measured in squares: what brings it "
            "back to the scale of the numbers? And `eps` is missing.",
            is_two=True),
        Mistake("mean kept", on_row(lambda row, eps: row / (variance(row) + eps).sqrt()),
            "You divided the numbers as they came. First their mean goes away, so that the results "
            "lie around 0."),
        Mistake("mean only", on_row(lambda row, eps: row - row.mean()),
            "You subtracted the mean and stopped there. Then the numbers are brought to a common "
            "scale: which number says how far they lie from their mean?"),
        Mistake("root mean square",
            on_row(lambda row, eps: row / (row.square().mean() + eps).sqrt()),
            "You squared the numbers, not their distances from the mean. That is RMSNorm, which "
            "subtracts no mean at all."),
        Mistake("squares around zero",
            on_row(lambda row, eps: (row - row.mean()) / (row.square().mean() + eps).sqrt()),
            "Above the line you subtract the mean, below it you square the numbers as they came. "
            "The variance squares the distances from the mean."),
        Mistake("squares not averaged",
            on_row(lambda row, eps: (
                (row - row.mean()) / ((row - row.mean()).square().sum() + eps).sqrt())),
            "You added up the squared distances. The variance is their average."),
        Mistake("distances cancel",
            on_row(lambda row, eps: (row - row.mean()) / as_row([eps]).sqrt()),
            "Your variance is 0, or nearly: distances above and below the mean cancel when they "
            "are added. What makes each of them positive first?"),
        Mistake("mean square less the mean",
            on_row(lambda row, eps: (
                (row - row.mean()) / (row.square().mean() - row.mean() + eps).abs().sqrt())),
            "You subtracted the mean from the average of the squares. One is measured in squares, "
            "the other is not."),
        Mistake("brackets around the distance",
            on_row(lambda row, eps: row - row.mean() / (variance(row) + eps).sqrt()),
            "Python divides before it subtracts: only the mean was divided. Put brackets round "
            "the distance."),
        Mistake("power before half",
            on_row(lambda row, eps: (row - row.mean()) / (variance(row) + eps) / 2),
            "Python takes a power before it divides, so `** 1/2` is no root: it halves. Write "
            "`** 0.5`."),
        Mistake("half of the variance",
            on_row(lambda row, eps: (row - row.mean()) / ((variance(row) + eps) / 2)),
            "You divided by half of the variance. Is there `** 1/2` in your code? Python takes the "
            "power first and then halves; `** 0.5` is a root."),
        Mistake("eps forgotten", on_row(lambda row, eps: divided(row - row.mean(),
            variance(row).sqrt())),
            "`eps` is missing in your quotient. It keeps the division safe where all numbers are "
            "equal, and it counts wherever they lie close together."),
        Mistake("eps outside the root",
            on_row(lambda row, eps: (row - row.mean()) / (variance(row).sqrt() + eps)),
            "You added `eps` to the root. PyTorch adds it to the variance first and takes the root "
            "of both."),
        Mistake("two roots",
            on_row(lambda row, eps: (
                (row - row.mean()) / (variance(row).sqrt() + as_row([eps]).sqrt()))),
            "You added two roots. The root of a sum is another number: add `eps` first."),
        Mistake("eps squared",
            on_row(lambda row, eps: (row - row.mean()) / (variance(row) + eps * eps).sqrt()),
            "You squared `eps`. It is added as it is."),
        Mistake("eps added at the end",
            on_row(lambda row, eps: divided(row - row.mean(), variance(row).sqrt()) + eps),
            "You added `eps` to the result. It belongs to what you divide by, which must not "
            "become 0."),
        Mistake("eps as a lower limit",
            on_row(lambda row, eps: (row - row.mean()) / max(variance(row), as_row([eps])).sqrt()),
            "You use `eps` only where the variance is smaller. PyTorch adds it always."),
        Mistake("eps subtracted",
            on_row(lambda row, eps: (row - row.mean()) / (variance(row) - eps).abs().sqrt()),
            "You subtracted `eps`. It is there to keep what you divide by away from 0."),
        Mistake("eps above the line",
            on_row(lambda row, eps: divided(row - row.mean() + eps, variance(row).sqrt())),
            "Your `eps` stands above the line of the fraction. It is what you divide by that must "
            "not become 0."),
        Mistake("eps fixed", as_if(eps=1e-5),
            "`eps` is an argument: use it in the place of a fixed number.",
            praise="Right for the default."),
        Mistake("mean rounded down",
            on_row(lambda row, eps: (row - row.mean().floor())
                / ((row - row.mean().floor()).square().mean() + eps).sqrt()),
            "Your mean is a whole number. `//` rounds down, `/` keeps the fraction."),
        Mistake("both rounded down",
            on_row(lambda row, eps: (row - row.mean().floor())
                / ((row - row.mean().floor()).square().mean().floor() + eps).sqrt()),
            "Your mean and your variance are whole numbers. `//` rounds down, `/` keeps the "
            "fraction."),
        Mistake("sum for the mean",
            on_row(lambda row, eps: (row - row.sum())
                / ((row - row.sum()).square().mean() + eps).sqrt()),
            "You subtracted the sum. The mean is the sum divided by how many numbers there are."),
        Mistake("median",
            on_row(lambda row, eps: (row - row.quantile(0.5))
                / ((row - row.quantile(0.5)).square().mean() + eps).sqrt()),
            "You measured the distances from the median, the number in the middle. Asked is the "
            "mean."),
        Mistake("average distance",
            on_row(lambda row, eps: (row - row.mean()) / ((row - row.mean()).abs().mean() + eps)),
            "You divided by the average distance. The variance averages the squares of the "
            "distances, which gives far numbers more weight."),
        Mistake("average distance, rooted",
            on_row(lambda row, eps: (
                (row - row.mean()) / ((row - row.mean()).abs().mean() + eps).sqrt())),
            "You averaged the distances without their signs and took the root. The variance "
            "averages their squares, and the root undoes the squaring."),
        Mistake("mean and range",
            on_row(lambda row, eps: (row - row.mean()) / (row.max() - row.min() + eps)),
            "You divided by the way from the smallest number to the largest. A normalization layer "
            "asks how far all of the numbers lie from their mean."),
        Mistake("mean and range, no eps",
            on_row(lambda row, eps: divided(row - row.mean(), row.max() - row.min())),
            "You divided by the way from the smallest number to the largest. A normalization layer "
            "asks how far all of the numbers lie from their mean, and uses `eps`.",
            is_two=True),
        Mistake("from 0 to 1",
            on_row(lambda row, eps: divided(row - row.min(), row.max() - row.min())),
            "You brought the numbers between 0 and 1 with their smallest and their largest. A "
            "normalization layer uses the mean and the variance."),
        Mistake("divided by the sum",
            on_row(lambda row, eps: divided(row, row.sum())),
            "You divided by the sum, so that the results add up to 1. A normalization layer "
            "brings the mean to 0."),
        Mistake("divided by the largest",
            on_row(lambda row, eps: divided(row, row.abs().max())),
            "You divided by the largest number. A normalization layer uses the mean and the "
            "variance of all of them."),
        Mistake("distances turned round", lambda a: [-value for value in a()],
            "All your signs are the other way round: a number above the mean stays above 0."),
        Mistake("distances without a sign", lambda a: [abs(value) for value in a()],
            "You lost the sign of the distances: a number below the mean ends below 0."),
        Mistake("squared distances",
            on_row(lambda row, eps: (row - row.mean()).square() / (variance(row) + eps)),
            "You divided the squared distances. The squares are needed for the variance only; what "
            "is divided are the distances themselves."),
        Mistake("while it changes", while_it_changes,
            "Your mean moves while you go through the list, because you write the results into "
            "it. Compute mean and variance once, before the first number changes."),
        Mistake("first number only", lambda a: a()[:1],
            "You stopped after the first number: does your `return` stand inside the loop?"),
        Mistake("mean and variance",
            lambda a: [as_row(a.values).mean().item(), variance(as_row(a.values)).item()],
            "You returned the mean and the variance. Asked is what becomes of each number."),
    ),
    hints=(
        "Do `[3, 9, 11, 17]` by hand first: its mean, the four distances, the average of their "
        "squares. Mean and variance stand in the first picture, under channel 0.",
        "Compute the mean once. Then the variance: `(value - mean) ** 2` for each value, and "
        "the average of these.",
        "`eps` is added to the variance before the root is taken: `** 0.5` is a root. "
        "What stands above the line of the fraction?",
    ),
)

LESSON = Lesson(
    "10-normalization",
    (NORMALIZE, BATCHNORM_PARAMS, BATCHNORM_BUFFERS, RUNNING_MEAN, LAYERNORM, GROUPNORM, RMSNORM))
