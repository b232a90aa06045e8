"""Answers against a key's. No display, no input and no output here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.ask.kernel import Call, Outcome
from grader.judge.exercise import Exercise, Mistake, Table
from grader.judge.key import Key
from grader.judge.patterns import find_misreading, find_pattern
from grader.judge.result import Counterexample, PartResult, Result, Verdict
from grader.judge.same import same
from grader.judge.wording import (
    first_difference,
    float_for_int,
    form,
    is_nan,
    next_step,
    none_among,
    programming_mistake,
    remarks,
    said,
    two_at_once,
)
from grader.judge.words import article, show


def calls(key: Key) -> list[Call]:
    """The calls to make: every other one as written, the rest with all arguments by name."""
    return [
        Call((), key.exercise.arguments(case)) if index % 2 else Call(case.positional, case.named)
        for index, case in enumerate(key.cases)
    ]


def judge_table(key: Key, outcome: Outcome) -> Result:
    """Judge a dict, entry by entry: the outcome of a function that returns it."""
    table = key.exercise
    assert isinstance(table, Table)
    if complaint := not_plain(table, outcome):
        return complaint
    data = {} if outcome.value is None else outcome.value
    if not isinstance(data, Mapping):
        return malformed(table, f"is {form(data)}. Asked is a dict")
    entries = [data.get(name) for name in table.keys]
    outcomes = [Outcome("nothing" if entry is None else "value", entry) for entry in entries]
    result = judge_outcomes(key, outcomes, untouched=all(entry is None for entry in entries))
    missing = [name for name, entry in zip(table.keys, entries, strict=True) if entry is None]
    if missing and result.verdict != "not attempted":
        still = f"Still missing: {', '.join(f'`{name!r}`' for name in missing)}."
        result = replace(result, message=f"{result.message} {still}".lstrip())
    if extra := [name for name in data if name not in table.keys]:
        remark = f"By the way, nobody asked for an entry `{extra[0]}`."
        return replace(result, message=f"{result.message} {remark}")
    return result


def judge_outcomes(key: Key, outcomes: Sequence[Outcome], untouched: bool) -> Result:
    """Judge what came back from `calls(key)`, wherever they were made."""
    exercise = key.exercise
    if untouched:
        return not_attempted(exercise)
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
    if not all(right):
        return _not_all_right(key, outcomes, right, parts)
    message = " ".join(["Every case agrees with PyTorch.", *remarks(outcomes, key)])
    return Result(exercise.name, "correct", exercise.points, parts, message=message)


def not_attempted(exercise: Exercise) -> Result:
    """The result of an answer that still has its dots."""
    return Result(
        exercise.name,
        "not attempted",
        exercise.points,
        no_part_right(exercise),
        message="Nothing is written here yet.",
        next_step="Put your answer in the place of the dots, run that cell, then this one.",
    )


def not_plain(exercise: Exercise, outcome: Outcome) -> Result | None:
    """The result of a value that is no plain data, or None."""
    if outcome.status in ("value", "nothing"):
        return None
    what = article(outcome.detail or "PyTorch object")
    return malformed(exercise, f"holds {what}; write names in quotes and plain numbers")


def malformed(exercise: Exercise, what: str) -> Result:
    """The answer is not even the kind of thing that was asked for."""
    return Result(
        exercise.name,
        "error",
        exercise.points,
        no_part_right(exercise),
        message=f"`{exercise.name}` {what}.",
        next_step=next_step(exercise),
    )


def no_part_right(exercise: Exercise) -> tuple[PartResult, ...]:
    """All parts of an exercise, none of them earned."""
    return tuple(PartResult(part.name, part.points, False) for part in exercise.parts)


def _not_all_right(
    key: Key, outcomes: Sequence[Outcome], right: Sequence[bool], parts: tuple[PartResult, ...]
) -> Result:
    first = _first_to_show(key, outcomes, right)
    if first is None:  # a table that is right as far as it goes
        step = next_step(key.exercise)
        return Result(
            key.exercise.name,
            "partly",
            key.exercise.points,
            parts,
            message="Right as far as it goes.",
            next_step=step,
        )
    outcome, expected, case = outcomes[first], key.expected[first], key.cases[first]
    mistakes, sentence = explain(key, outcomes, right, first)
    unseen = "Right in every case you saw; in this one, drawn for grading, it is not."
    drawn = unseen if first in key.hidden else ""
    told = key.exercise.is_called and bool(key.exercise.arguments(case))
    where = first_difference(outcome.value, expected) if outcome.status == "value" else ""
    verdict: Verdict = "wrong" if outcome.status == "value" else "error"
    return Result(
        key.exercise.name,
        "partly" if any(part.right for part in parts) else verdict,
        key.exercise.points,
        parts,
        Counterexample(
            key.exercise.show(case),
            key.exercise.arguments(case),
            outcome.value,
            expected if told else None,
            said(outcome, expected),
            f"PyTorch {show(expected)}" if told else "PyTorch has something else",
        ),
        tuple(mistake.name for mistake in mistakes),
        " ".join(filter(None, [drawn, sentence, where, *remarks(outcomes, key)])),
        next_step(key.exercise),
    )


def _first_to_show(key: Key, outcomes: Sequence[Outcome], right: Sequence[bool]) -> int | None:
    """The case to show: the first wrong one. A wrong `def` explains all the rest; an entry of a
    table that is missing explains nothing."""
    misfits = [i for i, outcome in enumerate(outcomes) if outcome.status == "signature"]
    wrong = [i for i, ok in enumerate(right) if not ok]
    if not key.exercise.is_called:
        return next((i for i in wrong if outcomes[i].status != "nothing"), None)
    seen = [i for i in wrong if i not in key.hidden]
    return [*misfits, *seen, *wrong][0]


def explain(
    key: Key, outcomes: Sequence[Outcome], right: Sequence[bool], first: int
) -> tuple[Sequence[Mistake], str]:
    """The known mistakes that give these answers, none, one or two, and what to say.

    What explains every case comes first, then what explains the beginning, then what the wrong
    answers have in common. An explanation that is not true of all it speaks of is none.
    """
    if outcomes[first].status != "value":  # what it does elsewhere does not explain this
        said = programming_mistake(key.exercise, outcomes[first], key.expected[first]) or ""
        arguments = key.exercise.all_arguments(key.cases[first])
        if none := none_among(arguments, outcomes[first]):
            return [], f"{said} {none}"
        raised = outcomes[first].status == "raised"
        if raised and (mistake := find_mistake(key, outcomes, first)):
            return [mistake], f"{said} {mistake.sentence}"
        return [], said
    if mistake := find_mistake(key, outcomes, first):
        return [mistake], mistake.explanation
    if two := find_two(key, outcomes):
        return two, two_at_once(*two)
    if no_answer := programming_mistake(key.exercise, outcomes[first], key.expected[first]):
        return [], no_answer
    if misreading := find_misreading(key, outcomes):
        return [], misreading
    mistake, part = find_mistake_so_far(key, outcomes, right)
    if mistake:
        return [mistake], f"In the part '{part}': {mistake.explanation}"
    if not key.exercise.is_called:  # each entry of a table is a decision of its own
        return [], "This entry is wrong."
    return [], find_pattern(key, outcomes) or float_for_int(outcomes, key.expected)


def find_mistake(key: Key, outcomes: Sequence[Outcome], first: int) -> Mistake | None:
    """The first known mistake that gives the student's answer in every case that gave one.

    In a table each entry is a decision of its own: the first wrong entry decides.
    """
    if not key.exercise.is_called:
        return _explaining(key, outcomes, [first])
    given = _given(outcomes)
    return _explaining(key, outcomes, given) if 2 * len(given) > len(outcomes) else None


def find_mistake_so_far(
    key: Key, outcomes: Sequence[Outcome], right: Sequence[bool]
) -> tuple[Mistake | None, str]:
    """The first known mistake that explains all up to the first part that fails, and that part:
    for a student who has not come further."""
    part = key.parts[right.index(False)]
    so_far = [i for i in range(len(outcomes)) if key.parts[i] <= part]
    if not key.exercise.is_called or len(so_far) < 2 or not set(so_far) <= set(_given(outcomes)):
        return None, ""
    return _explaining(key, outcomes, so_far), key.exercise.parts[part].name


def find_two(key: Key, outcomes: Sequence[Outcome]) -> Sequence[Mistake]:
    """The two mistakes that together give the student's answers, the first to show first."""
    if not key.exercise.is_called or any(outcome.status != "value" for outcome in outcomes):
        return []
    answers = key.visible([outcome.value for outcome in outcomes])
    return [key.exercise.mistakes[number] for number in key.source.two(answers)]


def _explaining(key: Key, outcomes: Sequence[Outcome], cases: Sequence[int]) -> Mistake | None:
    """The first mistake that gives the answers of these cases and is wrong in one of them."""
    if all(same(outcomes[i].value, key.expected[i]) for i in cases):
        return None
    for number, mistake in enumerate(key.exercise.mistakes):
        if all(same(outcomes[i].value, key.source.wrong(number, i)) for i in cases):
            return mistake
    return None


def _given(outcomes: Sequence[Outcome]) -> list[int]:
    """The cases that gave an answer which can be compared."""
    return [i for i, out in enumerate(outcomes) if out.status == "value" and not is_nan(out.value)]
