"""What `grader doctor` has found: one line each, and the command that mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from grader.ask.obstacles import Obstacle
from grader.classroom.doctor.place import Place

State = Literal["fine", "limited", "wrong", "not needed"]


@dataclass(frozen=True)
class Said:
    """What a check says: the state, a sentence, and what mends it."""

    state: State
    says: str
    mend: str = ""


Check = Callable[[Place], Iterator[Said]]


@dataclass(frozen=True)
class Finding:
    """What a check said, with its name; the fields are those of `--json`."""

    name: str
    state: State
    says: str
    mend: str


def fine(says: str) -> Said:
    """All is well."""
    return Said("fine", says)


def not_needed(says: str, mend: str = "") -> Said:
    """Not here, and nothing asks for it; `mend` is how to have it all the same."""
    return Said("not needed", says, mend)


def limited(says: str, mend: str) -> Said:
    """It works, but less well than it could, or something that not everybody wants is missing."""
    return Said("limited", says, mend)


def wrong(says: str, mend: str) -> Said:
    """It does not work, or shows others what they must not see."""
    return Said("wrong", says, mend)


def hindered(obstacle: Obstacle, state: State) -> Said:
    """What the commands refuse with, as a line."""
    return Said(state, obstacle.says, obstacle.mend)
