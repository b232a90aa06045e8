"""Outcomes against PyTorch's answers. No display, no input and no output here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from grader.call import CPU_SECONDS, Call, Outcome, ask, is_untouched
from grader.exercise import Case, Exercise, Mistake
from grader.pytorch import finish_loading, on_meta, start_loading
from grader.result import Counterexample, PartResult, Result, Verdict
from grader.words import article, show

HIDDEN_CASES = 3  # drawn for each part when a term is given


@dataclass(frozen=True, eq=False)
class Key:
    """The cases of an exercise, flat, with the part each belongs to and PyTorch's answers."""

    cases: tuple[Case, ...]
    parts: tuple[int, ...]
    expected: tuple[Any, ...]


@cache
def answer_key(exercise: Exercise, term: str | None = None) -> Key:
    """Visible cases first in each part; with a `term`, also cases drawn from it."""
    random = Random(f"{term}/{exercise.name}")
    cases: list[Case] = []
    parts: list[int] = []
    for number, part in enumerate(exercise.parts):
        drawn = [part.draw(random) for _ in range(HIDDEN_CASES)] if term else []
        cases += [*part.cases, *drawn]
        parts += [number] * (len(part.cases) + len(drawn))
    expected = tuple(on_meta(exercise.reference, exercise.arguments(case)) for case in cases)
    return Key(tuple(cases), tuple(parts), expected)


@cache
def wrong_answers(exercise: Exercise, mistake: Mistake, term: str | None = None) -> tuple[Any, ...]:
    """What a student with this mistake answers, case by case."""
    cases = answer_key(exercise, term).cases
    return tuple(
        on_meta(mistake.rule, {"a": exercise.all_arguments(case)}) for case in cases
    )


def calls(exercise: Exercise, term: str | None = None) -> list[Call]:
    """The calls to make: every other one as written, the rest with all arguments by name."""
    cases = answer_key(exercise, term).cases
    return [
        Call((), exercise.arguments(case)) if index % 2 else Call(case.positional, case.named)
        for index, case in enumerate(cases)
    ]


def judge(exercise: Exercise, function: Callable[..., Any]) -> Result:
    """Ask `function` in this process and judge its answers to the visible cases."""
    to_make = calls(exercise)
    finish_loading()  # hiding PyTorch from the function must not hide it from a loading thread
    outcomes = ask(function, to_make)
    start_loading()
    return judge_outcomes(exercise, outcomes, is_untouched(function))


def judge_outcomes(
    exercise: Exercise, outcomes: Sequence[Outcome], untouched: bool, term: str | None = None
) -> Result:
    """Judge what a function said to `calls(exercise, term)`, wherever it was asked."""
    key = answer_key(exercise, term)
    right = [
        outcome.status == "value" and same(outcome.value, expected)
        for outcome, expected in zip(outcomes, key.expected, strict=True)
    ]
    parts = tuple(
        PartResult(
            part.name,
            part.points,
            all(ok for ok, owner in zip(right, key.parts, strict=True) if owner == number),
        )
        for number, part in enumerate(exercise.parts)
    )
    if untouched:
        return Result(
            exercise.name,
            "not attempted",
            exercise.points,
            tuple(PartResult(part.name, part.points, False) for part in parts),
            message="Nothing is written here yet.",
            next_step="Put your code in the place of the dots, run that cell, then this one.",
        )
    if all(right):
        remarks = _remarks(outcomes, key)
        return Result(
            exercise.name,
            "correct",
            exercise.points,
            parts,
            message=" ".join(["Every case agrees with PyTorch.", *remarks]),
        )
    return _not_all_right(exercise, outcomes, key, right, parts, term)


def _not_all_right(
    exercise: Exercise,
    outcomes: Sequence[Outcome],
    key: Key,
    right: Sequence[bool],
    parts: tuple[PartResult, ...],
    term: str | None,
) -> Result:
    first = right.index(False)
    outcome, expected, case = outcomes[first], key.expected[first], key.cases[first]
    blunder = programming_mistake(exercise, outcome, expected)
    mistake = None if blunder else find_mistake(exercise, outcomes, term)
    sentences = [blunder or (mistake.sentence if mistake else "")]
    verdict: Verdict = "wrong" if outcome.status == "value" else "error"
    if any(part.right for part in parts):
        verdict = "partly"
    return Result(
        exercise.name,
        verdict,
        exercise.points,
        parts,
        Counterexample(
            exercise.show(case),
            exercise.arguments(case),
            outcome.value,
            expected,
            said(outcome, expected),
        ),
        mistake.name if mistake else None,
        " ".join(filter(None, [*sentences, *_remarks(outcomes, key)])),
        f"Mend it and run both cells again. Stuck? `hint({exercise.name})`",
    )


def find_mistake(
    exercise: Exercise, outcomes: Sequence[Outcome], term: str | None = None
) -> Mistake | None:
    """The first known mistake that gives the student's answer in every case, or None."""
    if any(outcome.status != "value" for outcome in outcomes):
        return None
    for mistake in exercise.mistakes:
        answers = wrong_answers(exercise, mistake, term)
        if all(same(o.value, wrong) for o, wrong in zip(outcomes, answers, strict=True)):
            return mistake
    return None


def same(answer: Any, expected: Any) -> bool:
    """True if `answer` (plain data) is `expected`, in any honest form.

    `5.0` is 5 and a list is a tuple; a bool is not a number. Where a float is expected the
    relative tolerance is 1e-6 and the absolute one 1e-12.
    """
    if isinstance(expected, bool | str):
        return type(answer) is type(expected) and bool(answer == expected)
    if isinstance(expected, Mapping):
        return (
            isinstance(answer, Mapping)
            and answer.keys() == expected.keys()
            and all(same(answer[name], value) for name, value in expected.items())
        )
    if isinstance(expected, Sequence):
        return (
            isinstance(answer, Sequence)
            and not isinstance(answer, str)
            and len(answer) == len(expected)
            and all(map(same, answer, expected))
        )
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if isinstance(expected, int):
        return answer == expected
    return math.isclose(answer, expected, rel_tol=1e-6, abs_tol=1e-12)


def programming_mistake(exercise: Exercise, outcome: Outcome, expected: Any) -> str | None:
    """One sentence for an answer that is no answer; None for one that is merely wrong."""
    name = exercise.name
    match outcome.status:
        case "raised":
            where = f" in {outcome.line}" if outcome.line else ""
            return f"Your code raised {outcome.detail}{where}."
        case "recursion":
            return f"Your function calls itself without end ({outcome.line or 'no line'})."
        case "too slow":
            return (
                f"Your function had not finished after {CPU_SECONDS:.0f} seconds, so it was "
                "stopped. A loop that never ends? Check what changes from one turn to the next."
            )
        case "uses PyTorch":
            return (
                f"`{name}` uses PyTorch or its tools. PyTorch is the judge here, so the function "
                "has to find the number by itself: plain arithmetic, or NumPy if you like."
            )
        case "signature":
            return (
                f"`{name}` cannot be called like this ({outcome.detail}). Its first line must "
                f"take the arguments of `def {exercise.call_form}:`."
            )
        case "nothing" if outcome.printed.strip():
            return (
                f"Your function printed `{outcome.printed.strip()[:60]}` but returned nothing. "
                "Write `return` where you wrote `print`."
            )
        case "nothing":
            return "Your function returned nothing (`None`). Does every way through it end with `return`?"
        case "odd value":
            return f"Your function returned {article(outcome.detail)}. Asked is {wanted(expected)}."
        case _:
            return _wrong_form(outcome.value, expected)


def _wrong_form(answer: Any, expected: Any) -> str | None:
    """A sentence if `answer` is not even the kind of thing that `expected` is."""
    is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
    if isinstance(expected, bool | str | Mapping):
        right_form = isinstance(answer, type(expected))
    elif isinstance(expected, Sequence):
        right_form = isinstance(answer, list)
        if right_form and len(answer) != len(expected) and not isinstance(expected, str):
            return (
                f"You returned {len(answer)} {'entry' if len(answer) == 1 else 'entries'} "
                f"where PyTorch has {len(expected)}."
            )
    else:
        right_form = is_number
        if isinstance(expected, int) and isinstance(answer, float) and not answer.is_integer():
            return (
                f"You returned {show(answer)}, but a count is a whole number. "
                "In Python `//` divides whole numbers, `/` gives a float."
            )
    if right_form:
        return None
    return f"You returned {_form(answer)}. Asked is {wanted(expected)}."


def wanted(expected: Any) -> str:
    """What an exercise asks for, in words: 'a whole number'."""
    match expected:
        case bool():
            return "True or False"
        case str():
            return "text"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case Mapping():
            return "a dict"
        case tuple():
            return "a tuple of whole numbers"
        case _:
            return "a list of numbers"


def _form(answer: Any) -> str:
    match answer:
        case bool():
            return f"`{answer}`, which is True or False"
        case str():
            return f"text, `{answer[:60]!r}`"
        case int() | float():
            return f"one number, {show(answer)}"
        case list():
            return "a sequence"
        case _:
            return article(type(answer).__name__)


def said(outcome: Outcome, expected: Any) -> str:
    """What the student's call did, to be read after "you"."""
    match outcome.status:
        case "value":
            as_tuple = isinstance(expected, tuple) and isinstance(outcome.value, list)
            return show(tuple(outcome.value) if as_tuple else outcome.value)
        case "raised":
            return f"raised {outcome.detail.partition(':')[0]}"
        case "odd value":
            return f"returned {article(outcome.detail)}"
        case status:
            return {
                "nothing": "returned nothing",
                "too slow": "gave no answer in time",
                "recursion": "called yourself without end",
                "uses PyTorch": "called PyTorch",
                "signature": "take other arguments",
            }[status]


def _remarks(outcomes: Sequence[Outcome], key: Key) -> list[str]:
    """What is worth saying though it costs no points."""
    remarks = []
    if any(outcome.changed_argument for outcome in outcomes):
        remarks.append(
            "By the way, your function changes its argument; who calls it may not expect that."
        )
    if any(
        isinstance(expected, int) and isinstance(outcome.value, float) and same(outcome.value, expected)
        for outcome, expected in zip(outcomes, key.expected, strict=True)
    ):
        remarks.append("By the way, you returned a float; a count is an int (`//` divides ints).")
    return remarks
