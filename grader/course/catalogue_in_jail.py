"""Inside the jail this file stands in the place of `course/catalogue.py`: it asks outside.

No key and no exercise is in there. `check` sends out what the calls did, and the judge's answer
comes back as data.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from grader.ask import inside_jail
from grader.ask.kernel import Call, ask
from grader.ask.run import answer, is_untouched
from grader.judge.exercise import Exercise
from grader.judge.result import Counterexample, PartResult, Result


class Outside(Exercise):
    """An exercise whose answers are judged outside."""

    parts = ()
    hints = ("Hints are given in a notebook.",)

    def __init__(self, name: str, calls: Any) -> None:
        self.name, self.calls, self.is_called = name, calls, calls is not None


def exercise_of(found: Outside) -> Outside:
    """The exercise itself."""
    return found


def judge(found: Outside, value: Any) -> Result:
    """What the judge outside says of a student's function or value."""
    if found.calls is None:
        outcomes, untouched = [answer(lambda: value, (), {})], False
    else:
        made = ask(value, [Call(positional, named) for positional, named in found.calls])
        outcomes, untouched = [asdict(outcome) for outcome in made], is_untouched(value)
    inside_jail.CHANNEL.say(judge=found.name, outcomes=outcomes, untouched=untouched)
    return _result(inside_jail.CHANNEL.hear())


def names() -> list[str]:
    """All exercises."""
    inside_jail.CHANNEL.say(list=True)
    found: list[str] = inside_jail.CHANNEL.hear()
    return found


def find(name: str) -> Outside | None:
    """The exercise of this name; None if there is none."""
    inside_jail.CHANNEL.say(find=str(name))
    found = inside_jail.CHANNEL.hear()
    return Outside(name, found["calls"]) if found else None


def _result(data: dict[str, Any]) -> Result:
    found = data.pop("counterexample")
    parts = tuple(PartResult(**part) for part in data.pop("parts"))
    mistakes = tuple(data.pop("mistakes"))
    counterexample = Counterexample(**found) if found else None
    return Result(**data, parts=parts, counterexample=counterexample, mistakes=mistakes)
