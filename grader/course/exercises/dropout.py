"""Lesson 11: dropout in training and in evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import torch
from torch import nn
from torch.nn import functional

from grader.course.pytorch import parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, Rule, as_if, case, ignoring

TRIES = 1000  # dropout is run this often, so that each value survives at least once


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
    parts=(
        Part("the usual p", 1, (case(), case(0.5)),
            lambda random: random.choice((case(), case(p=0.5)))),
        Part("any p", 1, (case(0.2), case(p=0.75), case(0.9)),
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

LESSON = Lesson("11-dropout", (DROPOUT, PARAMS))
