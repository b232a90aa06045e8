"""What a lesson's notebook calls: `check`, `hint` and `predict`.

None of them raises: a student's slip gets a sentence, an unsolved notebook runs to its end.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from grader.ask.kernel import look
from grader.course.catalogue import exercise_of, find, names
from grader.judge.exercise import Design
from grader.judge.key import Key
from grader.judge.report import COLOURS, Note, Report
from grader.judge.result import Result
from grader.judge.verdict import judge
from grader.judge.words import article, with_commas

_hints_given: Counter[str] = Counter()


def check(*answer: Any, **named: Any) -> Report:
    """Judge one answer: `check(linear_params)`, or `check(elementwise=elementwise)` for a value.

    Returns:
        A Report: a card in a notebook, `float(report)` is the score in points.
    """
    if len(answer) + len(named) != 1:
        return _slip("`check` takes one thing at a time, for instance `check(linear_params)`.")
    value = answer[0] if answer else next(iter(named.values()))
    name = next(iter(named), None) or _name_of(value)
    try:
        found = find(name or "")
        if found is None:
            return _slip(_not_an_exercise(name, value))
        if exercise_of(found).is_called and not callable(value):
            return _slip(
                f"`{name}` is {article(type(value).__name__)} now, not a function any more. "
                "Run the cell with its `def` again."
            )
        report = Report(_judge(found, value))
    except ModuleNotFoundError as missing:
        return _slip(_missing(missing))
    if os.environ.get("NBGRADER_VALIDATING") and report.score < report.points:
        print(report, file=sys.stderr)  # the Validate button shows stderr, and no cards
    return report


def hint(answer: Callable[..., Any] | str) -> Note:
    """The next hint for an exercise; after the last one it starts again."""
    name = answer if isinstance(answer, str) else _name_of(answer)
    try:
        found = find(name or "")
    except ModuleNotFoundError as missing:
        return Note("No hint", _missing(missing))
    if found is None:
        return Note("No hint", _not_an_exercise(name, answer))
    exercise = exercise_of(found)
    given, total = _hints_given[exercise.name], len(exercise.hints)
    _hints_given[exercise.name] = (given + 1) % total
    left = total - given - 1
    more = f"{left} more: run this again." if left else "That was the last hint."
    return Note(f"Hint {given + 1} of {total}", f"{exercise.hints[given]} ({more})")


def predict(prediction: Any, truth: Any) -> Note:
    """Compare a number that was guessed beforehand with what PyTorch says.

    The truth stays hidden as long as the prediction is `...`. No points are at stake.
    """
    if prediction is ...:
        return Note(
            "Your turn",
            "Write your guess in the place of the dots, then run this cell. "
            "A wrong guess costs nothing and teaches most.",
            COLOURS["not attempted"],
        )
    answer, guess = (tuple(v) if isinstance(v, list | tuple) else v for v in (truth, prediction))
    if isinstance(guess, type(answer) | int | float) and guess == answer:
        return Note("As predicted", f"It is {with_commas(answer)}.", COLOURS["correct"])
    return Note(
        "A surprise",
        f"You said {with_commas(guess)}, it is {with_commas(answer)}. "
        "Find out why before you read on.",
    )


def _judge(found: Key | Design, value: Any) -> Result:
    if isinstance(found, Key):
        return judge(found, value)
    from grader.course.designs import judge_design  # PyTorch measures networks

    return judge_design(found, look(lambda: value))


def _name_of(value: Any) -> str | None:
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None


def _not_an_exercise(name: str | None, value: Any) -> str:
    if name:
        close = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
        nearest = f" Did you mean `{close[0]}`?" if close else ""
        return f"There is no exercise called `{name}`.{nearest}"
    return (
        f"This is {article(type(value).__name__)}, `{str(value)[:60]}`. Give the function itself, "
        "by its name and without brackets: `check(linear_params)`."
    )


def _missing(missing: ModuleNotFoundError) -> str:
    return (
        f"The package `{missing.name}` is missing in this kernel. Start JupyterLab with "
        "`make lab`, or install the course as README.md says."
    )


def _slip(sentence: str) -> Report:
    """A report without an exercise: nothing was judged."""
    return Report(Result("", "error", message=sentence))
