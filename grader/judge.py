"""Answers against PyTorch's. No display, no input and no output here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import torch

from grader.call import (
    CPU_SECONDS,
    Call,
    OddValue,
    Outcome,
    UsesPyTorch,
    ask,
    is_untouched,
    plain,
)
from grader.exercise import Case, Design, Exercise, Function, Mistake, Table
from grader.network import NetworkError, build
from grader.patterns import find_pattern
from grader.pytorch import finish_loading, on_meta, start_loading
from grader.result import Counterexample, PartResult, Result, Verdict
from grader.same import same
from grader.words import article, show, with_commas

HIDDEN_CASES = 3  # drawn for each part when a term is given


@dataclass(frozen=True, eq=False)
class Key:
    """The cases of an exercise, flat, with the part each belongs to and PyTorch's answers."""

    cases: tuple[Case, ...]
    parts: tuple[int, ...]
    expected: tuple[Any, ...]


@cache
def answer_key(function: Function, term: str | None = None) -> Key:
    """Visible cases first in each part; with a `term`, also cases drawn from it."""
    random = Random(f"{term}/{function.name}")
    cases: list[Case] = []
    parts: list[int] = []
    for number, part in enumerate(function.parts):
        drawn = [part.draw(random) for _ in range(HIDDEN_CASES)] if term and part.draw else []
        cases += [*part.cases, *drawn]
        parts += [number] * (len(part.cases) + len(drawn))
    expected = tuple(on_meta(function.reference, function.arguments(case)) for case in cases)
    return Key(tuple(cases), tuple(parts), expected)


@cache
def wrong_answers(function: Function, mistake: Mistake, term: str | None = None) -> tuple[Any, ...]:
    """What a student with this mistake answers, case by case."""
    cases = answer_key(function, term).cases
    return tuple(on_meta(mistake.rule, {"a": function.all_arguments(case)}) for case in cases)


def calls(function: Function, term: str | None = None) -> list[Call]:
    """The calls to make: every other one as written, the rest with all arguments by name."""
    cases = answer_key(function, term).cases
    return [
        Call((), function.arguments(case)) if index % 2 else Call(case.positional, case.named)
        for index, case in enumerate(cases)
    ]


def judge(exercise: Exercise, answer: Any) -> Result:
    """Judge a student's function, dict or design in this process, by the visible cases."""
    if isinstance(exercise, Function) and not isinstance(exercise, Table):
        to_make = calls(exercise)
        finish_loading()  # hiding PyTorch from a function must not hide it from a loading thread
        outcomes = ask(answer, to_make)
        start_loading()
        return judge_outcomes(exercise, outcomes, is_untouched(answer))
    try:
        return judge_data(exercise, plain(answer))
    except (OddValue, UsesPyTorch) as odd:
        return _malformed(exercise, f"holds {article(str(odd) or 'PyTorch object')}")


def judge_data(exercise: Table | Design, data: Any) -> Result:
    """Judge a dict or a design that is plain data already."""
    if isinstance(exercise, Design):
        return _judge_design(exercise, data)
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        return _malformed(exercise, f"is {_form(data)}. Asked is a dict")
    entries = [data.get(key) for key in exercise.keys]
    outcomes = [Outcome("nothing" if entry is None else "value", entry) for entry in entries]
    result = judge_outcomes(exercise, outcomes, untouched=all(entry is None for entry in entries))
    if extra := [key for key in data if key not in exercise.keys]:
        remark = f"By the way, nobody asked for an entry `{extra[0]}`."
        return replace(result, message=f"{result.message} {remark}")
    return result


def judge_outcomes(
    function: Function, outcomes: Sequence[Outcome], untouched: bool, term: str | None = None
) -> Result:
    """Judge what came back from `calls(function, term)`, wherever they were made."""
    if untouched:
        return not_attempted(function)
    key = answer_key(function, term)
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
        for number, part in enumerate(function.parts)
    )
    if not all(right):
        return _not_all_right(function, outcomes, key, right, parts, term)
    message = " ".join(["Every case agrees with PyTorch.", *_remarks(outcomes, key)])
    return Result(function.name, "correct", function.points, parts, message=message)


def not_attempted(exercise: Exercise) -> Result:
    """The result of an answer that still has its dots."""
    return Result(
        exercise.name,
        "not attempted",
        exercise.points,
        tuple(PartResult(part.name, part.points, False) for part in exercise.parts),
        message="Nothing is written here yet.",
        next_step="Put your answer in the place of the dots, run that cell, then this one.",
    )


def _not_all_right(
    function: Function,
    outcomes: Sequence[Outcome],
    key: Key,
    right: Sequence[bool],
    parts: tuple[PartResult, ...],
    term: str | None,
) -> Result:
    first = right.index(False)
    outcome, expected, case = outcomes[first], key.expected[first], key.cases[first]
    mistake = find_mistake(function, outcomes, right, term)
    sentence = (
        (mistake.sentence if mistake else None)
        or programming_mistake(function, outcome, expected)
        or find_pattern(function, key.cases, outcomes, key.expected)
    )
    verdict: Verdict = "wrong" if outcome.status == "value" else "error"
    return Result(
        function.name,
        "partly" if any(part.right for part in parts) else verdict,
        function.points,
        parts,
        Counterexample(
            function.show(case),
            function.arguments(case),
            outcome.value,
            expected,
            said(outcome, expected),
            f"PyTorch {show(expected)}",
        ),
        mistake.name if mistake else None,
        " ".join(filter(None, [sentence, *_remarks(outcomes, key)])),
        _next_step(function),
    )


def _next_step(exercise: Exercise) -> str:
    return f"Mend it and run both cells again. Stuck? `hint({exercise.name})`"


def _malformed(exercise: Exercise, what: str) -> Result:
    """The answer is not even the kind of thing that was asked for."""
    parts = tuple(PartResult(part.name, part.points, False) for part in exercise.parts)
    message = f"`{exercise.name}` {what}."
    return Result(
        exercise.name, "error", exercise.points, parts, None, None, message, _next_step(exercise)
    )


def _judge_design(design: Design, data: Any) -> Result:
    """Build the student's networks and measure them, requirement by requirement."""
    if not data:
        return not_attempted(design)
    descriptions = data if design.networks > 1 else [data]
    if not isinstance(descriptions, Sequence) or len(descriptions) != design.networks:
        return _malformed(design, f"must be a list of {design.networks} networks")
    try:
        with torch.device("meta"):
            networks = [build(design.input_shape, description) for description in descriptions]
            found = [part.measure(networks) for part in design.parts]
    except (NetworkError, ValueError) as error:
        sentence = str(error).rstrip(".")
        return _malformed(design, f"could not be built. {sentence}")
    holds = [part.holds(value) for part, value in zip(design.parts, found, strict=True)]
    parts = tuple(
        PartResult(part.name, part.points, ok) for part, ok in zip(design.parts, holds, strict=True)
    )
    if all(holds):
        facts = (f"{p.name} {with_commas(v)}" for p, v in zip(design.parts, found, strict=True))
        message = f"PyTorch built it and measured: {'; '.join(facts)}."
        return Result(design.name, "correct", design.points, parts, message=message)
    failed = holds.index(False)
    part, value = design.parts[failed], found[failed]
    return Result(
        design.name,
        "partly" if any(holds) else "wrong",
        design.points,
        parts,
        Counterexample(
            f"{part.name} of {design.name}",
            {},
            value,
            part.wanted,
            with_commas(value),
            f"wanted {part.wanted}",
        ),
        None,
        part.sentence,
        _next_step(design),
    )


def find_mistake(
    function: Function,
    outcomes: Sequence[Outcome],
    right: Sequence[bool],
    term: str | None = None,
) -> Mistake | None:
    """The first known mistake that gives the student's answer in every case, or None.

    In a table each entry is a decision of its own: there the first wrong entry decides.
    """
    if any(outcome.status not in ("value", "nothing") for outcome in outcomes):
        return None
    cases = [right.index(False)] if isinstance(function, Table) else range(len(outcomes))
    for mistake in function.mistakes:
        answers = wrong_answers(function, mistake, term)
        expected = answer_key(function, term).expected
        if all(same(outcomes[i].value, answers[i]) for i in cases) and any(
            not same(answers[i], expected[i]) for i in cases
        ):
            return mistake
    return None


def programming_mistake(function: Function, outcome: Outcome, expected: Any) -> str | None:
    """One sentence for an answer that is no answer; None for one that is merely wrong."""
    name = function.name
    match outcome.status:
        case "raised":
            return f"Your code raised `{outcome.detail}`{_in_line(outcome)}."
        case "recursion":
            return f"Your function calls itself without end{_in_line(outcome)}."
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
                f"take the arguments of `{function.starter}`."
            )
        case "nothing" if isinstance(function, Table):
            return "This entry is missing: the dict needs every key, spelt like this."
        case "nothing" if outcome.printed.strip():
            return (
                f"Your function printed `{outcome.printed.strip()[:60]}` but returned nothing. "
                "Write `return` where you wrote `print`."
            )
        case "nothing":
            return (
                "Your function returned nothing (`None`). "
                "Does every way through it end with `return`?"
            )
        case "odd value":
            return f"Your function returned {article(outcome.detail)}. Asked is {wanted(expected)}."
        case _:
            return _wrong_form(outcome.value, expected)


def _in_line(outcome: Outcome) -> str:
    number, _, source = outcome.line.partition(": ")
    source = f": `{source}`" if source else ""
    return f" in {number}{source}" if number else ""


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
        isinstance(expected, int)
        and isinstance(outcome.value, float)
        and same(outcome.value, expected)
        for outcome, expected in zip(outcomes, key.expected, strict=True)
    ):
        remarks.append("By the way, you returned a float; a count is an int (`//` divides ints).")
    return remarks
