"""The record of a judged answer. The judge makes it, reports render it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["correct", "partly", "wrong", "not attempted", "error"]


@dataclass(frozen=True)
class PartResult:
    """A part of the exercise. It is earned in full when all its cases are right, else not."""

    name: str
    points: int
    right: bool


@dataclass(frozen=True)
class Counterexample:
    """The smallest failing case."""

    call: str  # the case as a line of Python
    arguments: Mapping[str, Any]
    answer: Any  # plain data, or None where the call gave none
    expected: Any
    said: str  # to be read after "you": "2", "returned nothing", "raised ZeroDivisionError"
    right: str  # "PyTorch 4", or "wanted fewer than 10,000"


@dataclass(frozen=True)
class Result:
    """All there is to say about one answer. Renderers make cards, text and numbers of it."""

    exercise: str
    verdict: Verdict
    points: int = 0
    parts: tuple[PartResult, ...] = ()
    counterexample: Counterexample | None = None
    mistakes: tuple[str, ...] = ()  # the names of those that give this answer: none, one or two
    message: str = ""
    next_step: str = ""

    @property
    def score(self) -> float:
        """The points earned."""
        return float(sum(part.points for part in self.parts if part.right))
