"""Lesson 11: dropout in training and in evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course import asking
from grader.course.pytorch import is_elementwise, parameters
from grader.judge.exercise import (
    Case,
    Function,
    Lesson,
    Mistake,
    Part,
    Rule,
    Table,
    as_if,
    case,
    ignoring,
)

TRIES = 1000  # dropout is run this often, so that each value survives at least once

# What the layers of the table need for one image of one channel. Sizes and padding keep the
# input's shape where that is possible, so that the shape does not decide.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "Embedding": {"num_embeddings": 100, "embedding_dim": 4},
    "Conv1d": {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": 1},
    "Conv2d": {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "padding": 1},
    "MaxPool2d": {"kernel_size": 3, "stride": 1, "padding": 1},
    "AvgPool2d": {"kernel_size": 3, "stride": 1, "padding": 1},
    "BatchNorm2d": {"num_features": 1},
    "LayerNorm": {"normalized_shape": 4},
}


def dropout(
    values: Sequence[float], keep: Sequence[bool], p: float = 0.5, training: bool = True
) -> list[float]:
    """What `nn.Dropout(p)` makes of the values when its random draw keeps those marked True.

    In evaluation (`training=False`) nothing is drawn, and `keep` plays no part.
    """
    passed = zip(surviving(values, p, training), keep, strict=True)
    return [value if kept or not training else 0.0 for value, kept in passed]


def dropout_params(p: float = 0.5) -> int:
    """The number of parameters of `nn.Dropout(p)`."""
    return parameters(nn.Dropout(p))


@cache
def elementwise_layers(layer: str) -> bool:
    """True if each output number depends on the input number in the same place and no other, in
    training mode."""
    with torch.device("cpu"), torch.random.fork_rng(devices=[]):
        module = getattr(nn, layer)(**ARGUMENTS.get(layer, {})).double()
        return is_elementwise(module, some_input(layer))


def some_input(layer: str) -> Tensor:
    """Different numbers around zero, or different indices, in a shape that the layer takes."""
    shape = (1, 1, 4) if layer == "Conv1d" else (1, 1, 3, 4)
    indices = torch.arange(torch.empty(shape).numel()).reshape(shape)
    return indices if layer == "Embedding" else (indices - 2).double()


def surviving(values: Sequence[float], p: float, training: bool) -> list[float]:
    """Each value as PyTorch's dropout lets it through, measured.

    The generator is put back afterwards: a check must not change what a student draws next.
    """
    tries = torch.tensor([values] * TRIES, dtype=torch.float64, device="cpu")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        outputs = functional.dropout(tries, p, training)
    survivors = outputs.abs().argmax(dim=0, keepdim=True)
    passed: list[float] = outputs.gather(0, survivors)[0].tolist()
    return passed


def draw_call(random: Random, p: Sequence[float], **training: bool) -> Case:
    """Up to seven values, at least one kept and at least one dropped."""
    size = random.randint(3, 7)
    values = [random.randint(-40, 40) / 4 or 1.5 for _ in range(size)]
    keep = [True, False, *(random.random() < 0.5 for _ in range(size - 2))]
    random.shuffle(keep)
    return case(values, keep, random.choice(p), **training)


def times(values: Sequence[float], factor: float) -> list[float]:
    """All values made larger or smaller."""
    return [factor * value for value in values]


def scaled_by(factor: Rule) -> Rule:
    """Another factor than PyTorch's for the survivors of training; with `p=0` it scales none."""
    return lambda a: times(a(p=0.0), factor(a) if a.training else 1)


REMOVED = Mistake("dropped values removed",
    lambda a: [value for value, kept in zip(a(), a.keep, strict=True) if kept or not a.training],
    "You left the dropped values out of the list. Dropout keeps the shape: what stands in their "
    "places?")

DROPOUT_SLIPS = (
    Mistake("brackets missing",
        lambda a: [
            value - a.p if kept or not a.training else 0.0
            for value, kept in zip(a.values, a.keep, strict=True)],
        "Python reads `value / 1 - p` as `(value / 1) - p`: it divides first, and then takes `p` "
        "away. Put brackets round what is to be divided by."),
    Mistake("survivors made smaller", scaled_by(lambda a: 1 - a.p),
        "You multiplied the survivors by the chance to survive. Some values are missing: must the "
        "others grow or shrink to make up for that?"),
    Mistake("p as keep probability", lambda a: a(p=1 - a.p),
        "You took `p` for the chance to survive. In PyTorch `p` is the chance to be dropped. "
        "(With `p=0.5` nobody can tell.)"),
    Mistake("multiplied by p", scaled_by(lambda a: a.p),
        "You multiplied the survivors by `p`. Think of `p=0.1`: few values are missing, so the "
        "survivors should hardly change."),
    Mistake("share p added", scaled_by(lambda a: 1 + a.p),
        "You made the survivors larger by the share `p`. With `p=0.5` half of the values are "
        "missing: is half as much again enough to make up for them?"),
    Mistake("fraction kept this time", scaled_by(lambda a: len(a.keep) / sum(a.keep)),
        "You scaled by how many values survived this time. PyTorch does not look at the draw: the "
        "factor depends on `p` alone."),
    Mistake("mask upside down", lambda a: a(keep=[not kept for kept in a.keep]),
        "You dropped the values that `keep` wants to keep. True means that a value survives."),
    Mistake("keep ignored", lambda a: a(keep=[True] * len(a.keep)),
        "You scaled every value and dropped none. `keep` says which ones survive."),
    REMOVED,
    Mistake("dropped values unchanged",
        lambda a: [
            scaled if kept else value
            for value, scaled, kept in zip(a.values, a(), a.keep, strict=True)],
        "You scaled the survivors and left the others as they are. To drop a value means that "
        "nothing of it goes on to the next layer."),
    Mistake("p taken for a half", as_if(p=0.5),
        "You scale by the same factor whatever `p` is. With another `p` more or fewer values are "
        "missing, so the survivors need another factor."),
    Mistake("removed and not scaled", lambda a: REMOVED.rule(a.but(p=0.0)),
        "You left the dropped values out of the list. Dropout keeps the shape. And the survivors "
        "of training are scaled."),
)

DROPOUT = Function(
    dropout,
    parts=(
        Part("half of them", 1,
            (case([1.0, 3.0], [True, False]), case([1.0, 2.0, 3.0], [False, True, True]),
             case([4.0, -1.5, 2.0, 8.0, 0.5], [True, False, False, True, True]),
             case([0.1234567, -1.0, 3.0], [True, False, True])),
            lambda random: draw_call(random, p=(0.5,))),
        Part("another p", 2,
            (case([1.0, 3.0], [True, False], 0.75),
             case([4.0, 8.0, 2.0], [True, True, False], p=0.2),
             case([-2.0, 1.0, 6.0, 5.0], [True, False, True, True], p=0.9, training=True),
             case([0.5, 1.0, 1.5], [True, False, True], p=0.3)),
            lambda random: draw_call(random, p=(0.1, 0.2, 0.3, 0.4, 0.6, 0.8))),
        Part("evaluation", 1,
            (case([1.0, 3.0], [True, False], training=False),
             case([4.0, 8.0, 2.0], [True, True, False], 0.2, False),
             case([-2.0, 1.0, 6.0, 5.0], [True, False, True, True], p=0.9, training=False),
             case([0.1234567, -1.0, 3.0], [True, False, True], training=False)),
            lambda random: draw_call(random, p=(0.2, 0.3, 0.6), training=False)),
    ),
    mistakes=(
        Mistake("mask only", as_if(p=0.0, training=True),
            "You set the dropped values to zero, and nothing else. In training the survivors are "
            "scaled, so that the sum stays the same on average. And in evaluation nothing is "
            "dropped."),
        Mistake("survivors not scaled", as_if(p=0.0),
            "In training you leave the survivors as they are: with fewer values the sum would "
            "shrink. PyTorch makes up for that.",
            praise="Right in evaluation."),
        Mistake("training ignored", as_if(training=True),
            "With `training=False` dropout does nothing at all: look at that argument.",
            praise="Right in training."),
        Mistake("dropped in evaluation", lambda a: a(p=a.p if a.training else 0.0, training=True),
            "In evaluation you still use `keep`, without scaling. No value is dropped there.",
            praise="Right in training."),
        Mistake("scaled in evaluation",
            lambda a: a() if a.training else a(keep=[True] * len(a.keep), training=True),
            "In evaluation no value is missing, so there is nothing to make up for.",
            praise="Right in training."),
        Mistake("scaled at evaluation instead",
            lambda a: times(a(p=0.0), 1 if a.training else 1 - a.p),
            "That is dropout as in the paper of 2014: plain zeros in training, smaller values in "
            "evaluation. PyTorch scales in training, so that evaluation is free."),
        Mistake("scaled in both modes", lambda a: times(a(), 1 if a.training else 1 - a.p),
            "In evaluation you make the values smaller, but PyTorch has made up for the missing "
            "ones in training already.",
            praise="Right in training."),
        Mistake("nothing in evaluation", lambda a: a() if a.training else [],
            "In evaluation your list stays empty. Nothing is dropped there: what comes out?",
            praise="Right in training."),
        Mistake("zeros in evaluation", lambda a: a() if a.training else [0.0] * len(a.values),
            "In evaluation you return zeros only. Nothing is dropped there: what comes out?",
            praise="Right in training."),
        Mistake("nothing dropped", as_if(training=False),
            "You returned the values as they are. That is evaluation; in training `keep` and `p` "
            "matter."),
        *DROPOUT_SLIPS,
        *(ignoring(slip, training=True) for slip in DROPOUT_SLIPS),
    ),
    hints=(
        "Begin with evaluation: what does `nn.Dropout(0.5).eval()` do to its input?",
        "Now training: run `nn.Dropout(0.2)` on `torch.ones(10)`. Two different numbers come out. "
        "Try other `p`, and watch the larger one.",
        "On average the sum must stay as it was. If a quarter of the values survive, "
        "how much larger must each of them be?",
    ),
)

PARAMS = Function(
    dropout_params,
    question=lambda a: asking.parameters(asking.line("nn.Dropout", a.p)),
    parts=(
        Part("the usual p", 1, (case(), case(0.5)),
            lambda random: random.choice((case(), case(p=0.5)))),
        Part("any p", 1, (case(0.2), case(p=0.75), case(0.9), case(1.0)),
            lambda random: case(random.randint(1, 49) / 50)),
    ),
    mistakes=(
        Mistake("p counted", lambda a: a() + 1,
            "You counted `p` as a parameter. You choose it, and no gradient changes it: it is a "
            "setting (a hyperparameter)."),
        Mistake("p and the factor counted", lambda a: a() + 2,
            "You counted two numbers. Neither `p` nor the factor of the survivors is trained."),
        Mistake("p returned", lambda a: a.p,
            "You returned `p`. Asked is how many numbers the layer trains."),
        Mistake("p cut off", lambda a: int(a.p),
            "You cut the digits off `p`. Whatever `p` is: how many numbers does the layer train?"),
        Mistake("p rounded", lambda a: round(a.p),
            "You rounded `p`. Whatever `p` is: how many numbers does the layer train?"),
        Mistake("keep probability returned", lambda a: 1 - a.p,
            "You returned the chance to survive. Asked is how many numbers the layer trains."),
        Mistake("factor returned", lambda a: dropout([1.0], [True], a.p)[0],
            "You returned the factor of the survivors. Asked is how many numbers the layer "
            "trains."),
    ),
    hints=(
        "Print `list(nn.Dropout(0.5).parameters())`.",
        "A parameter is a number that training changes. Does training change `p`, or the mask?",
    ),
)

ELEMENTWISE = Table(
    elementwise_layers,
    parts=(
        Part("look-ups and windows", 1,
            (case("Embedding"), case("Conv1d"), case("Conv2d"), case("MaxPool2d"),
             case("AvgPool2d"))),
        Part("another way in training", 2,
            (case("BatchNorm2d"), case("LayerNorm"), case("Dropout"))),
    ),
    mistakes=(
        Mistake("one index, one row", lambda a: a() or a.layer == "Embedding",
            "Each index is looked up alone. But count the numbers that come out for one index, "
            "and read again what \"in the same place\" asks for."),
        Mistake("same length, so element-wise", lambda a: a() or a.layer in ("Conv1d", "Conv2d"),
            "With padding the shape stays, but the shape does not decide. A kernel of 3 reads "
            "several numbers for one output: change one input and count the outputs that change."),
        Mistake("no weights, so element-wise",
            lambda a: a() or a.layer in ("MaxPool2d", "AvgPool2d"),
            "Pooling has no weights, but for each output it looks at a whole window. In how many "
            "windows does one input number stand?"),
        Mistake("batch statistics overlooked", lambda a: a() or a.layer == "BatchNorm2d",
            "In training, BatchNorm2d subtracts the mean of the whole channel and divides by its "
            "spread. What happens to both when a single number moves?"),
        Mistake("statistics of one sample overlooked", lambda a: a() or a.layer == "LayerNorm",
            "LayerNorm looks at one sample only, true. But there it takes the mean of several "
            "numbers: change one, and look at the outputs of its neighbours."),
        Mistake("random, so not element-wise", lambda a: a() and a.layer != "Dropout",
            "A random draw is no look at the neighbours. Let the coins fall the same way twice, "
            "with `torch.manual_seed(0)`, change one input, and count the outputs that change."),
    ),
    hints=(
        "Take each layer and ask: if one input number changes, can an output in another place "
        "change?",
        "Try it: `torch.manual_seed(0)`, `before = layer(x)`, change one number of `x`, the same "
        "seed again, `after = layer(x)`, and look at `(after != before).sum()`.",
        "The shape alone does not decide: a layer may keep the shape and still mix its numbers. "
        "Where a layer behaves differently in training, training counts.",
    ),
)

LESSON = Lesson("11-dropout", (DROPOUT, PARAMS, ELEMENTWISE))
