"""What is said of a wrong answer: of none, of an odd one, of two mistakes at once."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.ask.kernel import CPU_SECONDS, Outcome
from grader.judge.exercise import CaseByCase, Exercise, Mistake
from grader.judge.key import Key
from grader.judge.result import Result
from grader.judge.same import same
from grader.judge.words import article, show


def next_step(exercise: Exercise) -> str:
    """What to do after a wrong answer."""
    name = exercise.name if exercise.is_called else f'"{exercise.name}"'
    return f"Mend it and run both cells again. Stuck? `hint({name})`"


def two_at_once(first: Mistake, second: Mistake) -> str:
    """Both sentences, without the praise that would be true of each alone."""
    return (
        "Your numbers are those of two mistakes at once. "
        f"First: {first.sentence} Second: {second.sentence}"
    )


def is_nan(value: Any) -> bool:
    """True for nan, and for a list with nan in it."""
    if isinstance(value, list):
        return any(map(is_nan, value))
    return isinstance(value, float) and math.isnan(value)


def is_number(value: Any) -> bool:
    """True for an int or a float; a bool is not a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def programming_mistake(exercise: CaseByCase, outcome: Outcome, expected: Any) -> str | None:
    """One sentence for an answer that is no answer; None for one that is merely wrong."""
    match outcome.status:
        case "raised":
            raised = f"Your code raised `{outcome.detail}`{_in_line(outcome)}."
            return f"{raised} {_cure(outcome.detail)}".rstrip()
        case "recursion":
            return f"Your function calls itself without end{_in_line(outcome)}."
        case "signature":
            return (
                f"`{exercise.name}` cannot be called like this ({outcome.detail}). Its first line "
                f"must take the arguments of `{exercise.starter}`."
            )
        case "nothing":
            return _nothing_returned(exercise, outcome)
        case "odd value" if outcome.detail in ITERATORS:
            return (
                f"Your function returned {article(outcome.detail)}, which hands its numbers out "
                "one by one and once. Put `list(...)` round it."
            )
        case "odd value":
            return f"Your function returned {article(outcome.detail)}. Asked is {wanted(expected)}."
        case "value":
            return _wrong_form(outcome.value, expected)
        case status:
            return STOPPED[status].format(name=exercise.name)


ITERATORS = ("generator", "map", "zip", "filter", "reversed", "range_iterator", "enumerate")
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


IMPORTS = {
    **{"np": "import numpy as np", "numpy": "import numpy", "prod": "from math import prod"},
    **{name: f"import {name}" for name in ("math", "itertools", "functools", "operator")},
    **{name: f"from math import {name}" for name in ("exp", "log", "sqrt", "floor", "ceil")},
    "reduce": "from functools import reduce",
}


def _cure(detail: str) -> str:
    """The import that is missing, if that is what went wrong."""
    missing = re.fullmatch(r"NameError: name '(\w+)' is not defined.*", detail)
    line = IMPORTS.get(missing[1]) if missing else None
    return f"Put `{line}` at the top of the cell with your answer." if line else ""


def none_among(arguments: Mapping[str, Any], outcome: Outcome) -> str:
    """Which argument of a call is None, if that is what its code failed on."""
    names = [f"`{name}`" for name, value in arguments.items() if value is None]
    if "NoneType" not in outcome.detail or not names:
        return ""
    if len(names) == 1:
        return f"In this call {names[0]} is None: say first what it is to be then."
    return f"In this call {' and '.join(names)} are None: say first what they are to be then."


def blaming_helpers(result: Result, helpers: Mapping[str, Result]) -> Result:
    """The result of a wrong answer; if a function that it calls is wrong too, that comes first.

    Args:
        helpers: the results of the exercises whose functions the answer calls.
    """
    for name, helper in helpers.items():
        if helper.verdict == "correct" or result.verdict in ("correct", "not attempted"):
            continue
        if helper.verdict == "partly":
            sentence = f"`{name}`, which your answer calls, is not right in every case yet."
            message = f"{result.message} And {sentence}" if result.message else sentence
        else:
            message = (
                f"`{name}`, which your answer calls, is not right yet, so nothing can be said of "
                f"the rest: mend it first, `check({name})`."
            )
        mistakes = result.mistakes if helper.verdict == "partly" else ()
        return replace(result, message=message, mistakes=mistakes)
    return result


def _nothing_returned(exercise: CaseByCase, outcome: Outcome) -> str:
    if printed := outcome.printed.strip():
        return (
            f"Your function printed `{printed[:60]}` but returned nothing. "
            "Write `return` where you wrote `print`."
        )
    return "Your function returned nothing (`None`). Does every way through it end with `return`?"


def _in_line(outcome: Outcome) -> str:
    number, _, source = outcome.line.partition(": ")
    if source:
        return f" in {number}: `{source}`"
    return f" in {number}" if number else ""


def _wrong_form(answer: Any, expected: Any) -> str | None:
    """A sentence if `answer` is not even the kind of thing that `expected` is."""
    if is_nan(answer):
        return "You returned nan, which is not a number: an infinity minus or over another one?"
    if isinstance(expected, bool | str | Mapping):
        right_form = isinstance(answer, type(expected))
    elif isinstance(expected, Sequence):
        right_form = isinstance(answer, list)
        if right_form and (uneven := _uneven(answer, expected)):
            return uneven
    else:
        right_form = is_number(answer)
        if isinstance(expected, int) and isinstance(answer, float) and not answer.is_integer():
            return (
                f"You returned {show(answer)}, but a count is a whole number. "
                "In Python `//` divides whole numbers, `/` gives a float."
            )
    if right_form:
        return _rounded(answer, expected)
    return f"You returned {form(answer)}. Asked is {wanted(expected)}."


def _uneven(answer: Sequence[Any], expected: Sequence[Any]) -> str | None:
    """A sentence if a list, or a row of it, is not as long as PyTorch's, or no row at all."""
    if len(answer) != len(expected):
        return f"You returned {_entries(answer)} where PyTorch has {len(expected)}."
    for place, (mine, right) in enumerate(zip(answer, expected, strict=True)):
        if isinstance(right, list) != isinstance(mine, list):
            is_row = "a row" if isinstance(right, list) else "a number"
            return f"Entry [{place}] of your answer is {form(mine)}, where PyTorch has {is_row}."
        if isinstance(right, list) and len(mine) != len(right):
            return f"Row [{place}] of your answer has {_entries(mine)}, PyTorch's has {len(right)}."
    return None


def _entries(answer: Sequence[Any]) -> str:
    return f"{len(answer)} {'entry' if len(answer) == 1 else 'entries'}"


def first_difference(answer: Any, expected: Any, place: str = "") -> str:
    """Where a list of numbers first differs from PyTorch's, for who has to find it; '' where both
    have one entry, or not the same form."""
    if not isinstance(answer, list) or not isinstance(expected, list):
        return ""
    if len(answer) != len(expected) or (len(answer) == 1 and is_number(expected[0])):
        return ""
    for index, (mine, right) in enumerate(zip(answer, expected, strict=True)):
        if same(mine, right):
            continue
        if isinstance(right, list):
            return first_difference(mine, right, f"{place}[{index}]")
        if is_number(mine):
            where = f"{place}[{index}]"
            return (
                f"The first entry that differs is `{where}`: {show(mine)}, PyTorch {show(right)}."
            )
    return ""


def _rounded(answer: Any, expected: Any) -> str | None:
    """A sentence if `answer` is what PyTorch has, a number or a list, with digits cut off."""
    answers, numbers = ([each] if is_number(each) else each for each in (answer, expected))
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], list):
        answers, numbers = ([n for row in rows for n in row] for rows in (answers, numbers))
    if not isinstance(numbers, Sequence) or not all(map(is_number, [*answers, *numbers])):
        return None
    if all(number % 1 == 0 for number in answers):  # cut off, or another rule altogether?
        return None
    for digits in range(1, 8):
        if answers == [round(number, digits) for number in numbers]:
            places = f"{digits} digit{'s' if digits > 1 else ''}"
            if is_number(answer):
                return f"You returned PyTorch's number rounded to {places}. Do not round it."
            return f"You returned PyTorch's numbers rounded to {places}. Do not round them."
    return None


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
        case [list(), *_]:
            return "a list of rows, each a list of numbers"
        case _:
            return "a list of numbers"


def form(answer: Any) -> str:
    """What kind of thing an answer is."""
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


def undefined(name: str, points: int, error: str) -> Result:
    """The result of an exercise whose cell did not run.

    Args:
        error: what the cell ended in; '' if it ran and defines something else.
    """
    why = f", because its cell ended in `{error}`" if error else ""
    return Result(name, "error", points, message=f"`{name}` is not defined{why}.")


def remarks(outcomes: Sequence[Outcome], key: Key) -> list[str]:
    """What is worth saying though it costs no points."""
    said = []
    if any(outcome.changed_argument for outcome in outcomes):
        said.append(
            "By the way, your function changes its argument; who calls it may not expect that."
        )
    pairs = [(o.value, right) for o, right in zip(outcomes, key.expected, strict=True)]
    if any(_is_float_for_int(*pair) and same(*pair) for pair in pairs) and all(
        same(*pair) or not _is_float_for_int(*pair) for pair in pairs
    ):
        said.append("By the way, you returned a float; a count is an int (`//` divides ints).")
    return [*said, *filter(None, [key.note])]


def float_for_int(outcomes: Sequence[Outcome], expected: Sequence[Any]) -> str:
    """A sentence if wrong counts are floats, which is how a `/` for a `//` shows."""
    wrong = [
        (outcome.value, right)
        for outcome, right in zip(outcomes, expected, strict=True)
        if outcome.status == "value" and not same(outcome.value, right)
    ]
    if wrong and all(_is_float_for_int(*pair) for pair in wrong):
        return (
            "You returned a float where a count is a whole number: a `/` of yours keeps the "
            "fraction that PyTorch drops. `//` rounds down."
        )
    return ""


def _is_float_for_int(answer: Any, expected: Any) -> bool:
    """True if a float stands, alone or in a shape, where PyTorch has a whole number."""
    if isinstance(expected, tuple | list) and isinstance(answer, list):
        pairs = zip(answer, expected, strict=False)
        return any(_is_float_for_int(*pair) for pair in pairs)
    is_count = isinstance(expected, int) and not isinstance(expected, bool)
    return is_count and isinstance(answer, float)
