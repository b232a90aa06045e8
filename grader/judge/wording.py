"""What is said of a wrong answer: of none, of an odd one, of two mistakes at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader.ask.kernel import CPU_SECONDS, Outcome
from grader.judge.exercise import CaseByCase, Exercise, Mistake
from grader.judge.key import Key
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
            return f"Your code raised `{outcome.detail}`{_in_line(outcome)}."
        case "recursion":
            return f"Your function calls itself without end{_in_line(outcome)}."
        case "signature":
            return (
                f"`{exercise.name}` cannot be called like this ({outcome.detail}). Its first line "
                f"must take the arguments of `{exercise.starter}`."
            )
        case "nothing":
            return _nothing_returned(exercise, outcome)
        case "odd value":
            return f"Your function returned {article(outcome.detail)}. Asked is {wanted(expected)}."
        case "value":
            return _wrong_form(outcome.value, expected)
        case status:
            return STOPPED[status].format(name=exercise.name)


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


def _nothing_returned(exercise: CaseByCase, outcome: Outcome) -> str:
    if not exercise.is_called:
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
    if is_nan(answer):
        return "You returned nan, which is not a number: an infinity minus or over another one?"
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
        right_form = is_number(answer)
        if isinstance(expected, int) and isinstance(answer, float) and not answer.is_integer():
            return (
                f"You returned {show(answer)}, but a count is a whole number. "
                "In Python `//` divides whole numbers, `/` gives a float."
            )
    if right_form:
        return _rounded(answer, expected)
    return f"You returned {form(answer)}. Asked is {wanted(expected)}."


def _rounded(answer: Any, expected: Any) -> str | None:
    """A sentence if `answer` is what PyTorch has, a number or a list, with digits cut off."""
    answers, numbers = ([each] if is_number(each) else each for each in (answer, expected))
    if not isinstance(numbers, Sequence) or not all(map(is_number, [*answers, *numbers])):
        return None
    if all(number % 1 == 0 for number in answers):  # cut off, or another rule altogether?
        return None
    for digits in range(1, 8):
        if answers == [round(number, digits) for number in numbers]:
            which, them = ("number", "it") if is_number(answer) else ("numbers", "them")
            places = f"{digits} digit{'s' if digits > 1 else ''}"
            return f"You returned PyTorch's {which} rounded to {places}. Do not round {them}."
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


def remarks(outcomes: Sequence[Outcome], key: Key) -> list[str]:
    """What is worth saying though it costs no points."""
    said = []
    if any(outcome.changed_argument for outcome in outcomes):
        said.append(
            "By the way, your function changes its argument; who calls it may not expect that."
        )
    if any(
        isinstance(expected, int)
        and isinstance(outcome.value, float)
        and same(outcome.value, expected)
        for outcome, expected in zip(outcomes, key.expected, strict=True)
    ):
        said.append("By the way, you returned a float; a count is an int (`//` divides ints).")
    return [*said, *filter(None, [key.note])]
