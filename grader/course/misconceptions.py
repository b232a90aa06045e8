"""Mistakes that several layers share, and the words in which a rule says what a student believes.

Shared is what differs by a noun; what differs by a thought stands with its exercise. A rule asks
`a(...)`, so a mistake of this page works for any layer that has the arguments it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from grader.judge.exercise import Asked, Mistake, Rule, as_if

Mistakes = tuple[Mistake, ...]


@dataclass(frozen=True)
class Words:
    """What a sentence calls the places that a kernel covers."""

    cell: str


SEQUENCE = Words(cell="step")
IMAGE = Words(cell="cell")


def biases(words: Words) -> Mistakes:
    """A bias forgotten, never switched off, or given to something else than an output channel."""
    return (
        Mistake("no bias", as_if(bias=False),
            "You counted the weights only. Each output channel also has a bias, "
            "unless it is switched off."),
        Mistake("bias always counted", as_if(bias=True),
            "With `bias=False` the layer has no bias vector at all. Look at the `bias` argument.",
            praise="Right with a bias."),
        Mistake("bias per input channel", lambda a: a(bias=False) + a.bias * a.in_channels,
            "Your bias has one number for each input channel. It is added to the output, "
            "so ask: how many channels come out?"),
        Mistake("one bias for the layer", lambda a: a(bias=False) + a.bias,
            "You counted a single bias for the whole layer. "
            "Every output channel has a bias of its own."),
        Mistake(f"bias for each {words.cell} of the kernel",
            lambda a: (
                a(bias=False) + a.bias * a(in_channels=1, out_channels=1, groups=1, bias=False)),
            f"You counted a bias for each {words.cell} of the kernel. A filter multiplies and sums "
            "first, and adds its bias once."),
        Mistake("bias for each pair of channels",
            lambda a: a(bias=False) + a.bias * a(kernel_size=1, bias=False),
            "You counted a bias for each pair of an input and an output channel. A filter sums "
            "over all its input channels first and adds its bias once."),
    )


ONE_FILTER = Mistake("one filter only",
    lambda a: a(in_channels=a.in_channels // a.groups, out_channels=1, groups=1),
    "You counted one filter. The layer has a filter for each output channel.")


def one_group(a: Asked, **changes: Any) -> Any:
    """The answer for the channels of a single group."""
    inputs, outputs = a.in_channels // a.groups, a.out_channels // a.groups
    return a(in_channels=inputs, out_channels=outputs, groups=1, **changes)


GROUPS = (
    Mistake("groups ignored", as_if(groups=1),
        "With more groups a filter reads the channels of its own group only: how many are these?",
        praise="Right for `groups=1`."),
    Mistake("groups multiply",
        lambda a: a(groups=1, bias=False) * a.groups + a.bias * a.out_channels,
        "You gave each group a full set of filters. Groups divide the channels among "
        "themselves: the more groups there are, the fewer channels a filter reads."),
    Mistake("one group only", one_group,
        "You counted the filters of one group. All groups together make "
        "the `out_channels` filters."),
    Mistake("filters of one group only",
        lambda a: one_group(a, bias=False) + a.bias * a.out_channels,
        "You divided both channel numbers by `groups` and so counted the filters of one "
        "group. How many filters do all groups have together?"),
    Mistake("bias divided by groups",
        lambda a: a(bias=False) + a.bias * a.out_channels // a.groups,
        "You divided the bias by `groups` as well. "
        "Every output channel has a bias, whatever group it is in.",
        praise="Your weights are right."),
)


def entries(*places: int) -> Rule:
    """The right entries in another order or choice: `entries(0, 2, 3, 1)`."""
    return lambda a: tuple(a()[place] for place in places)


def pair(size: Any) -> tuple[Any, Any]:
    """Height and width of a size."""
    return size if isinstance(size, tuple) else (size, size)


def pairs(misread: Callable[[tuple[Any, Any]], Any], *names: str) -> Rule:
    """PyTorch's answer where each pair among these arguments is misread."""
    return lambda a: a(**{
        name: misread(size) for name in names if isinstance(size := getattr(a, name), tuple)})
