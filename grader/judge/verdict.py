"""Answers against PyTorch's. No display, no input and no output here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

from grader.ask.beside import is_untouched
from grader.ask.call import CPU_SECONDS, Call, Outcome, ask, look
from grader.course.network import NetworkError, build
from grader.course.pytorch import finish_loading, on_meta, start_loading
from grader.judge.exercise import Case, Design, Exercise, Function, Mistake, Table
from grader.judge.patterns import find_pattern
from grader.judge.result import Counterexample, PartResult, Result, Verdict
from grader.judge.same import same
from grader.judge.words import article, show, with_commas

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
def wrong_answer(function: Function, mistake: Mistake, index: int, term: str | None = None) -> Any:
    """What a student with this mistake answers to one case."""
    case = answer_key(function, term).cases[index]
    return on_meta(mistake.rule, {"a": function.asked(case)})


def wrong_answers(function: Function, mistake: Mistake, term: str | None = None) -> tuple[Any, ...]:
    """What a student with this mistake answers, case by case."""
    cases = answer_key(function, term).cases
    return tuple(wrong_answer(function, mistake, index, term) for index in range(len(cases)))


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
    return judge_value(exercise, look(lambda: answer))


def judge_value(exercise: Table | Design, outcome: Outcome) -> Result:
    """Judge a dict or a design: the outcome of a function that returns it."""
    if outcome.status not in ("value", "nothing"):
        what = article(outcome.detail or "PyTorch object")
        return _malformed(exercise, f"holds {what}; write names in quotes and plain numbers")
    if isinstance(exercise, Design):
        return _judge_design(exercise, outcome.value)
    return _judge_table(exercise, {} if outcome.value is None else outcome.value)


def _judge_table(table: Table, data: Any) -> Result:
    """Judge a dict, entry by entry."""
    if not isinstance(data, Mapping):
        return _malformed(table, f"is {_form(data)}. Asked is a dict")
    entries = [data.get(key) for key in table.keys]
    outcomes = [Outcome("nothing" if entry is None else "value", entry) for entry in entries]
    result = judge_outcomes(table, outcomes, untouched=all(entry is None for entry in entries))
    if extra := [key for key in data if key not in table.keys]:
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
    misfits = [i for i, outcome in enumerate(outcomes) if outcome.status == "signature"]
    first = misfits[0] if misfits else right.index(False)  # a wrong `def` explains all the rest
    outcome, expected, case = outcomes[first], key.expected[first], key.cases[first]
    mistake, part = find_mistake(function, outcomes, right, term)
    so_far = f"In the part '{part}': " if part else ""
    sentence = (
        (f"{so_far}{mistake.explanation}" if mistake else None)
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
    is_value = not isinstance(exercise, Function) or isinstance(exercise, Table)
    name = f'"{exercise.name}"' if is_value else exercise.name
    return f"Mend it and run both cells again. Stuck? `hint({name})`"


def _malformed(exercise: Exercise, what: str) -> Result:
    """The answer is not even the kind of thing that was asked for."""
    parts = tuple(PartResult(part.name, part.points, False) for part in exercise.parts)
    message = f"`{exercise.name}` {what}."
    return Result(
        exercise.name, "error", exercise.points, parts, None, None, message, _next_step(exercise)
    )


def _judge_design(design: Design, data: Any) -> Result:
    """Build the student's networks and measure them, requirement by requirement."""
    descriptions = data if design.networks > 1 else [data]
    if not data or (isinstance(descriptions, list) and not any(descriptions)):
        return not_attempted(design)
    if not isinstance(descriptions, list) or len(descriptions) != design.networks:
        return _malformed(design, f"must be a list of {design.networks} networks")
    networks = []
    for number, description in enumerate(descriptions, start=1):
        try:
            networks.append(build(design.input_shape, description))
        except NetworkError as error:
            which = f"Network {number}: " if design.networks > 1 else ""
            return _malformed(design, f"could not be built. {which}{str(error).rstrip('.')}")
    try:
        found = [part.measure(networks) for part in design.parts]
    except NetworkError as error:
        return _malformed(design, f"could not be measured. {str(error).rstrip('.')}")
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
) -> tuple[Mistake | None, str]:
    """The first known mistake that gives the student's answers, and how far it goes.

    It has to explain every case that gave a value; or, for a student who has not come further,
    every case of the parts up to the first that fails, and then the report says so. In a table
    each entry is a decision of its own: the first wrong entry decides.
    """
    key = answer_key(function, term)
    given = [i for i, outcome in enumerate(outcomes) if _is_answer(function, outcome)]
    if isinstance(function, Table):
        return _explaining(function, outcomes, [right.index(False)], term), ""
    if 2 * len(given) > len(outcomes) and (mistake := _explaining(function, outcomes, given, term)):
        return mistake, ""
    part = key.parts[right.index(False)]
    so_far = [i for i in range(len(outcomes)) if key.parts[i] <= part]
    if len(so_far) < 2 or not set(so_far) <= set(given):
        return None, ""
    return _explaining(function, outcomes, so_far, term), function.parts[part].name


def _explaining(
    function: Function, outcomes: Sequence[Outcome], cases: Sequence[int], term: str | None
) -> Mistake | None:
    """The first mistake that gives the answers of these cases and is wrong in one of them."""
    expected = answer_key(function, term).expected
    for mistake in function.mistakes:
        if all(
            same(outcomes[i].value, wrong_answer(function, mistake, i, term)) for i in cases
        ) and any(not same(outcomes[i].value, expected[i]) for i in cases):
            return mistake
    return None


def _is_answer(function: Function, outcome: Outcome) -> bool:
    if outcome.status == "nothing":
        return isinstance(function, Table)
    return outcome.status == "value" and not _is_nan(outcome.value)


def _is_nan(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_nan, value))
    return isinstance(value, float) and math.isnan(value)


def programming_mistake(function: Function, outcome: Outcome, expected: Any) -> str | None:
    """One sentence for an answer that is no answer; None for one that is merely wrong."""
    match outcome.status:
        case "raised":
            return f"Your code raised `{outcome.detail}`{_in_line(outcome)}."
        case "recursion":
            return f"Your function calls itself without end{_in_line(outcome)}."
        case "signature":
            return (
                f"`{function.name}` cannot be called like this ({outcome.detail}). Its first line "
                f"must take the arguments of `{function.starter}`."
            )
        case "nothing":
            return _nothing_returned(function, outcome)
        case "odd value":
            return f"Your function returned {article(outcome.detail)}. Asked is {wanted(expected)}."
        case "value":
            return _wrong_form(outcome.value, expected)
        case status:
            return STOPPED[status].format(name=function.name)


STOPPED = {
    "too slow": (
        f"Your function had not finished after {CPU_SECONDS:.0f} seconds, so it was stopped. "
        "A loop that never ends? Check what changes from one turn to the next."
    ),
    "uses PyTorch": (
        "`{name}` uses PyTorch or its tools. PyTorch is the judge here, so the function has to "
        "find the number by itself: plain arithmetic, or NumPy if you like."
    ),
    "died": "Your function ended the process it ran in, so nothing came back.",
}


def _nothing_returned(function: Function, outcome: Outcome) -> str:
    if isinstance(function, Table):
        return "This entry is missing: the dict needs every key, spelt like this."
    if printed := outcome.printed.strip():
        return (
            f"Your function printed `{printed[:60]}` but returned nothing. "
            "Write `return` where you wrote `print`."
        )
    return "Your function returned nothing (`None`). Does every way through it end with `return`?"


def _in_line(outcome: Outcome) -> str:
    number, _, source = outcome.line.partition(": ")
    source = f": `{source}`" if source else ""
    return f" in {number}{source}" if number else ""


def _wrong_form(answer: Any, expected: Any) -> str | None:
    """A sentence if `answer` is not even the kind of thing that `expected` is."""
    if _is_nan(answer):
        return "You returned nan, which is not a number: an infinity minus or over another one?"
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
                "died": "ended the process",
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
