"""The vocabulary of the course: a Lesson has Exercises, an Exercise has Parts,
a Part has Cases, and a Mistake is a wrong rule with a sentence for the student."""

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
    from a random generator: grading uses it for cases that no student has seen.
    """

    name: str
    points: int
    cases: tuple[Case, ...]
    draw: Callable[[Random], Case]


@dataclass(frozen=True, eq=False)
class Mistake:
    """A wrong rule that real students use.

    `rule` gets the arguments of a case by name, defaults filled in, and returns the wrong answer.
    `sentence` explains the mistake and leaves the right formula to the student.
    """

    name: str
    sentence: str
    rule: Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function that students write.

    `reference` asks PyTorch for the right answer. Its name, arguments and docstring are
    those of the exercise, so they are written once.
    """

    reference: Callable[..., Any]
    parts: tuple[Part, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.reference.__name__

    @property
    def points(self) -> int:
        return sum(part.points for part in self.parts)

    @cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.reference)

    @property
    def call_form(self) -> str:
        """How a student's `def` line must look, without annotations."""
        bare = [p.replace(annotation=p.empty) for p in self.signature.parameters.values()]
        return f"{self.name}{inspect.Signature(bare)}"

    def arguments(self, case: Case) -> dict[str, Any]:
        """The arguments that the case spells out, by name."""
        return dict(self.signature.bind(*case.positional, **case.named).arguments)

    def all_arguments(self, case: Case) -> SimpleNamespace:
        """The arguments of the case with the defaults filled in, as a Mistake's rule wants them."""
        bound = self.signature.bind(*case.positional, **case.named)
        bound.apply_defaults()
        return SimpleNamespace(**bound.arguments)

    def show(self, case: Case) -> str:
        """The case as one line of Python: `linear_params(in_features=1, out_features=2)`."""
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments(case).items())
        return f"{self.name}({arguments})"


@dataclass(frozen=True)
class Lesson:
    """The exercises of one lesson, in the order in which a student meets them."""

    name: str
    exercises: tuple[Exercise, ...]
