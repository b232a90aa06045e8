"""The vocabulary of the course.

A Lesson has Exercises; an Exercise has named Parts that carry the points. Students write a
Function, fill in a Table, or hand in a Design. A Mistake is a wrong rule with a sentence for the
student who follows it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Case:
    """One call of the student's function, with the arguments as an author wrote them."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]


def case(*positional: Any, **named: Any) -> Case:
    """The call `f(*positional, **named)`, to be made later."""
    return Case(positional, named)


@dataclass(frozen=True)
class Part:
    """A named step of an exercise. It earns its points when all its cases are right.

    `cases` are fixed, visible and ordered from the simplest. `draw` makes one more case
    from a random generator: grading uses it for cases that no student has seen. It is None
    where there is nothing to draw, as in a table.
    """

    name: str
    points: int
    cases: tuple[Case, ...]
    draw: Callable[[Random], Case] | None = None


class Asked(SimpleNamespace):
    """One case, as a Mistake's rule gets it.

    `a.groups` is an argument of it, defaults filled in; `a()` is PyTorch's answer, and
    `a(groups=1)` PyTorch's answer for one group.
    """

    __slots__ = ("reference",)  # a slot: not among vars(a)

    def __init__(self, reference: Callable[..., Any], arguments: Mapping[str, Any]) -> None:
        super().__init__(**arguments)
        self.reference = reference

    def __call__(self, **changes: Any) -> Any:
        """PyTorch's answer, some arguments changed."""
        return self.reference(**(vars(self) | changes))

    def but(self, **changes: Any) -> Asked:
        """The same case with some arguments changed."""
        return Asked(self.reference, vars(self) | changes)


Rule = Callable[[Asked], Any]


def as_if(**changes: Any) -> Rule:
    """PyTorch's answer to another question: `as_if(groups=1)`."""
    return lambda a: a(**changes)


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong rule that real students use.

    `rule` gets a case and returns the wrong answer. `sentence` explains the mistake and leaves
    the right formula to the student. `praise` says what the rule gets right, "Right for
    `groups=1`.": it is true only where this is the only mistake.
    """

    name: str
    rule: Rule
    sentence: str
    praise: str = ""
    # Two misconceptions that often come together, or one too odd to come with another: no partner.
    is_two: bool = False

    @property
    def explanation(self) -> str:
        """What a student reads who makes this mistake and no other."""
        return f"{self.praise} {self.sentence}".lstrip()


def ignoring(mistake: Mistake, **settings: Any) -> Mistake:
    """The same mistake by a student who also takes these arguments for constants."""
    names = " or ".join(f"`{name}`" for name in settings)
    return Mistake(
        f"{mistake.name}, {'flags' if len(settings) > 1 else next(iter(settings))} ignored",
        lambda a: mistake.rule(a.but(**settings)),
        f"{mistake.sentence} And look at {names}: your answer never changes with it.",
        mistake.praise,
        is_two=True,
    )


def variant(function: Callable[..., Any], a: SimpleNamespace, **changes: Any) -> Any:
    """What `function` gives when some of the arguments `a` of a rule are replaced."""
    return function(**{**vars(a), **changes})


class Exercise:
    """What students are asked for: a name, parts that carry the points, staged hints."""

    name: str
    parts: tuple[Any, ...]
    hints: tuple[str, ...]
    is_called = False  # True if students write a function, False if they write a value

    @property
    def points(self) -> int:
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    @property
    def starter(self) -> str:
        """How a student's cell begins."""
        return f"{self.name} ="

    @property
    def check_call(self) -> str:
        """The cell that nbgrader grades."""
        return f"check({self.name}={self.name})"


@dataclass(frozen=True, eq=False)
class CaseByCase(Exercise):
    """An exercise whose answers are compared with PyTorch's, case by case.

    `reference` asks PyTorch for the right answer. Its name, arguments and docstring are
    those of the exercise, so they are written once. Where no tensor can answer, as with a ratio
    of two counts, the answer holds `by_definition`, and the reference computes it.

    `question` asks a case in words, for practice and paper; None where the answer is no single
    number or shape, or where nobody computes it by hand.
    """

    reference: Callable[..., Any]
    parts: tuple[Part, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    by_definition: bool = False
    question: Callable[[Asked], str] | None = None

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the function or dict, and nbgrader's grade id."""
        return self.reference.__name__

    @cached_property
    def signature(self) -> inspect.Signature:
        """The arguments of a case."""
        return inspect.signature(self.reference)

    def arguments(self, case: Case) -> dict[str, Any]:
        """The arguments that the case spells out, by name."""
        return dict(self.signature.bind(*case.positional, **case.named).arguments)

    def all_arguments(self, case: Case) -> dict[str, Any]:
        """The arguments of the case by name, defaults filled in."""
        bound = self.signature.bind(*case.positional, **case.named)
        bound.apply_defaults()
        return dict(bound.arguments)

    def asked(self, case: Case) -> Asked:
        """The case as a Mistake's rule wants it."""
        return Asked(self.reference, self.all_arguments(case))

    def show(self, case: Case) -> str:
        """The case as one line of Python: `linear_params(in_features=1, out_features=2)`."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments(case).items())
        return f"{self.name}({arguments})"


class Function(CaseByCase):
    """An exercise in which students write a function."""

    is_called = True

    @property
    def starter(self) -> str:
        """How a student's cell begins."""
        bare = [p.replace(annotation=p.empty) for p in self.signature.parameters.values()]
        return f"def {self.name}{inspect.Signature(bare)}:"

    @property
    def check_call(self) -> str:
        """The cell that nbgrader grades."""
        return f"check({self.name})"


class Table(CaseByCase):
    """An exercise in which students fill in a dict.

    `reference(key)` gives the right entry, each `case(key)` is one entry, and a Mistake's rule
    gets the key too. A mistake is named when it explains the first wrong entry.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the dict must have."""
        return tuple(self.key(case) for part in self.parts for case in part.cases)

    def key(self, case: Case) -> str:
        """The key that a case is about."""
        (key,) = self.arguments(case).values()
        return str(key)

    def show(self, case: Case) -> str:
        """The entry as a line of Python: `elementwise['ReLU']`."""
        return f"{self.name}[{self.key(case)!r}]"


@dataclass(frozen=True)
class Requirement:
    """One demand on a Design. `measure` gets the networks that PyTorch built."""

    name: str
    points: int
    measure: Callable[[Any], Any]
    holds: Callable[[Any], bool]
    wanted: str  # "fewer than 10,000"
    sentence: str  # what to try when it does not hold


@dataclass(frozen=True, eq=False)
class Design(Exercise):
    """An exercise in which students hand in networks as plain data, such as
    `[("Conv2d", {"out_channels": 8, "kernel_size": 3}), ("ReLU", {}), ...]`.

    `networks` says how many: one network, or a list of several.
    """

    name: str
    summary: str
    input_shape: tuple[int, ...]
    networks: int
    parts: tuple[Requirement, ...]
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """The exercises of one lesson, in the order in which a student meets them."""

    name: str
    exercises: tuple[Exercise, ...]
