"""What a lesson's notebook calls: `check`, `hint`, `predict`; and `language`, if translated.

None of them raises: a student's slip gets a sentence, an unsolved notebook runs to its end.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import os
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from grader.ask.naming import name_given
from grader.ask.run import Stop, names_in, plain, written
from grader.course.catalogue import exercise_of, find, judge, names
from grader.judge import release
from grader.judge.report import COLOURS, Note, Report
from grader.judge.result import Result
from grader.judge.same import same
from grader.judge.translation import languages, speak
from grader.judge.wording import blaming_helpers
from grader.judge.words import article, with_commas
from grader.practice.face import remember

_hints_given: Counter[str] = Counter()
_releases_told: set[str] = set()


def check(*answer: Any, **named: Any) -> Report:
    """Judge one answer: `check(linear_params)`, or `check(elementwise=elementwise)` for a value.

    Returns:
        A Report: a card in a notebook, `float(report)` is the score in points.
    """
    if len(answer) + len(named) != 1:
        return _slip("`check` takes one thing at a time, for instance `check(linear_params)`.")
    value = answer[0] if answer else next(iter(named.values()))
    try:
        name = next(iter(named), None) or name_given(value, sys._getframe(1), names())
        found = find(name or "")
        if found is None:
            return _slip(_not_an_exercise(name, value))
        if exercise_of(found).is_called and not callable(value):
            return _slip(
                f"`{name}` is {article(type(value).__name__)} now, not a function any more. "
                "Run the cell with its `def` again."
            )
        result = _stale(_blaming_helpers(judge(found, value), value))
        report = Report(result, _of_another_release())
    except ModuleNotFoundError as missing:
        return _slip(_missing(missing))
    remember(report.result)
    if os.environ.get("NBGRADER_VALIDATING") and report.score < report.points:
        print(report, file=sys.stderr)  # the Validate button shows stderr, and no cards
    return report


def hint(answer: Callable[..., Any] | str) -> Note:
    """The next hint for an exercise; after the last one it starts again."""
    frame = sys._getframe(1)
    try:
        name = answer if isinstance(answer, str) else name_given(answer, frame, names())
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


def predict(guess: Any, answer: Any, then: str = "") -> Note:
    """Compare a number that was guessed beforehand with what PyTorch says.

    The answer stays hidden as long as the guess is `...`. No points are at stake.

    Args:
        guess: a number, a shape, a word; `...` while there is none.
        answer: what PyTorch says.
        then: the explanation, which a reader sees after the guess. Let it compute its numbers,
            `f"{layer.bias.numel()} biases"`, so that the cell does not tell them before.
    """
    if guess is ... or guess is None:
        return Note(
            "Your turn",
            "Write your guess in the place of the dots, then run this cell. "
            "A wrong guess costs nothing and teaches most.",
            COLOURS["not attempted"],
        )
    said, right = _plain(guess), _plain(answer)
    if _alike(said, right):
        sentence = f"It is {_shown(right)}. {then}".rstrip()
        return Note("As predicted", sentence, COLOURS["correct"])
    why = then or "Find out why before you read on."
    if isinstance(said, str) and not isinstance(right, str):
        why = f"(A number is written without quotes.) {why}"
    return Note("A surprise", f"You said {_shown(said)}, it is {_shown(right)}. {why}")


def language(code: str) -> Note | None:
    """Show cards, hints and predictions in another language: `language("de")`. What is not
    translated stays English, and so does all else."""
    if speak(code):
        return None
    known = ", ".join(f"`{each}`" for each in languages()) or "no other"
    return Note("In English", f"This release of the course has no `{code}`. It has {known}.")


def _blaming_helpers(result: Result, answer: Any) -> Result:
    """The result; if the answer calls a function of another exercise that is wrong, it says so."""
    if result.verdict in ("correct", "not attempted"):
        return result
    own = getattr(written(answer), "__globals__", {})
    helpers = {
        name: judge(found, own[name])
        for name in names_in(answer) & set(names()) - {result.exercise}
        if callable(own.get(name)) and (found := find(name)) and exercise_of(found).is_called
    }
    return blaming_helpers(result, helpers)


def _stale(result: Result) -> Result:
    """The result; if the last cell with this answer is no Python, so that an older one was judged,
    it says so first."""
    name = re.escape(result.exercise)
    pattern = re.compile(rf"^\s*(?:async\s+)?(?:def\s+{name}\b|{name}\s*=)", re.MULTILINE)
    shell = _shell()
    last = next((cell for cell in reversed(_cells_run()) if pattern.search(cell)), "")
    try:
        ast.parse(shell.transform_cell(last) if last else "")
    except SyntaxError as error:
        return replace(
            result,
            message=f"This is your answer from before: the cell that you ran last is no Python "
            f"(line {error.lineno}: {error.msg}), so it changed nothing. {result.message}",
        )
    except Exception:  # whatever a shell cannot read, it has not run
        return result
    return result


def _of_another_release() -> str:
    """For the first card of a kernel: what to say if the notebook is of another release than the
    package, or ''. Which release it is of stands in its first cell."""
    named = release.of_first_cell(_cells_run())
    said = "" if named is None else release.sentence(named)
    if said in _releases_told:
        return ""
    _releases_told.add(said)
    return said


def _cells_run() -> list[str]:
    """The cells that ran in this kernel, the last one last; [] outside of a notebook."""
    cells = shell.user_ns.get("In") if (shell := _shell()) else None
    return [cell for cell in cells if isinstance(cell, str)] if isinstance(cells, list) else []


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _alike(guess: Any, right: Any) -> bool:
    """As `check` compares. Of what it never compares (nan, a dtype), what prints alike is alike."""
    with contextlib.suppress(Exception):
        return same(guess, right) or repr(guess) == repr(right)
    return False


def _plain(value: Any) -> Any:
    """`value` as the judge gets it, PyTorch's numbers and arrays too; as it is if that fails."""
    with contextlib.suppress(Exception, Stop):
        return plain(_without_tensors(value))
    return value


def _without_tensors(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_tensors(each) for each in value]
    is_tensor = type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "tolist")
    return value.tolist() if is_tensor else value


def _shown(value: Any) -> str:
    """As a sentence has it: 1,024, or (4, 2) for a list too, since shapes are tuples."""
    with contextlib.suppress(Exception):  # a student's object may fail to print itself
        return with_commas(tuple(value) if isinstance(value, list) else value)
    return article(type(value).__name__)


def _not_an_exercise(name: str | None, value: Any) -> str:
    if name:
        close = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
        nearest = f" Did you mean `{close[0]}`?" if close else ""
        return f"There is no exercise called `{name}`.{nearest}"
    return (
        f"This is {article(type(value).__name__)}, `{_shown(value)[:60]}`. "
        "Give the function itself, by its name and without brackets: `check(linear_params)`."
    )


def _missing(missing: ModuleNotFoundError) -> str:
    return (
        f"The package `{missing.name}` is missing in this kernel. Run `grader doctor` in a "
        "terminal: it says which command installs it."
    )


def _slip(sentence: str) -> Report:
    """A report without an exercise: nothing was judged."""
    return Report(Result("", "error", message=sentence))
