"""Mistakes that nobody foresaw: what a student's wrong answers have in common.

A pattern is told only when it holds in every case. It says which other question the answers are
right for ("as if `stride` were always 1"), or else where they go wrong ("right except when `bias`
is False") and how ("too large by exactly `out_features`").
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import combinations_with_replacement
from operator import eq
from typing import Any

from grader.ask.kernel import Outcome
from grader.judge.exercise import CaseByCase
from grader.judge.key import Key
from grader.judge.same import same
from grader.judge.words import show

MOST_FACTORS = 3
PRECEDENCE = (
    "There you answer 0. In `a + b if c else 0` the `if` decides about the whole sum: "
    "put brackets round the part that it is about."
)
LARGEST_COEFFICIENT = 8
TIMES = {
    Fraction(2): "twice",
    Fraction(1, 2): "half of",
    Fraction(1, 4): "a quarter of",
    Fraction(-1): "the negative of",
}


@dataclass(frozen=True)
class Row:
    """One case: its arguments with the defaults filled in, the student's answer, the right one."""

    arguments: Mapping[str, Any]
    answer: Any
    expected: Any

    @property
    def right(self) -> bool:
        """True if the answer is PyTorch's."""
        return same(self.answer, self.expected)


def find_pattern(key: Key, outcomes: Sequence[Outcome]) -> str:
    """A sentence that is true of every case, or ''."""
    rows = _rows(key, outcomes, hidden=True)
    wrong = [row for row in rows if not row.right]
    if plainly := _simple(rows):
        return plainly
    how = _how(wrong) if len(wrong) > 1 else ""
    if len(wrong) == len(rows):
        return f"In every case {how}." if how else ""
    if len(rows) - len(wrong) > 1 and (where := _where(key.exercise, rows)):
        if all(same(row.answer, 0) for row in wrong) and not any(
            same(row.expected, 0) for row in wrong
        ):
            return f"Your answers are right except {where}. {PRECEDENCE}"
        return f"Your answers are right except {where}." + (f" There {how}." if how else "")
    return f"In the wrong cases {how}." if how else ""


def _rows(key: Key, outcomes: Sequence[Outcome], hidden: bool = False) -> list[Row]:
    """One row for each visible case, or for all; none unless every call gave a value."""
    if any(outcome.status != "value" for outcome in outcomes):
        return []
    return [
        Row(key.exercise.all_arguments(case), outcomes[i].value, key.expected[i])
        for i, case in enumerate(key.cases)
        if hidden or i not in key.hidden
    ]


def _simple(rows: Sequence[Row]) -> str:
    """What the answers have in common in every case, if that is simple."""
    if len(rows) > 2 and all(row.answer == rows[0].answer for row in rows):
        start = " Does a product of yours start from 0?" if same(rows[0].answer, 0) else ""
        return f"Your answer is {show(rows[0].answer)} whatever the arguments are.{start}"
    if len(rows) > 1 and not any(row.right for row in rows) and (plainly := _how(rows, SIMPLE)):
        return f"In every case {plainly}."
    return ""


def simple_relation(rows: Sequence[Row]) -> str:
    """One relation between all answers and the right ones, simpler than two mistakes, or ''."""
    wrong = [row for row in rows if not row.right]
    if not _are_numbers(wrong):
        return _simple(rows)
    everywhere = len(wrong) == len(rows)
    return _simple(rows) or _multiple_of_a_size(rows) or _how(wrong, ALL if everywhere else SIMPLE)


def _multiple_of_a_size(rows: Sequence[Row]) -> str:
    for name, values in _sizes(rows).items():
        if ratio := _ratio([row.answer for row in rows], values):
            return f"{ratio} × `{name}`"
    return ""


# As if: the right answers to another question.


def find_misreading(key: Key, outcomes: Sequence[Outcome]) -> str:
    """A sentence if the answers are PyTorch's to a misread question in every case, or ''.

    What is simpler comes first: one and the same answer everywhere, or twice the right one.
    """
    rows = _rows(key, outcomes)
    if not rows or all(row.right for row in rows) or _simple(rows):
        return ""
    for words, answers in key.source.misread():
        if all(same(row.answer, right) for row, right in zip(rows, answers, strict=True)):
            return f"Your answers are PyTorch's for another call: as if {words}."
    return ""


# Where: what is special about an argument of the wrong cases.


def _where(exercise: CaseByCase, rows: Sequence[Row]) -> str:
    for name, parameter in exercise.signature.parameters.items():
        values = [row.arguments[name] for row in rows]
        for words, test in _tests(values, parameter.default):
            if all(test(value) != row.right for value, row in zip(values, rows, strict=True)):
                return f"when `{name}` {words}"
    return ""


Test = tuple[str, Callable[[Any], bool]]


def _tests(values: Sequence[Any], default: Any) -> Iterator[Test]:
    """Questions to ask of an argument with these values, the most telling first."""
    if all(isinstance(value, bool) for value in values):
        yield "is True", lambda value: value is True
        yield "is False", lambda value: value is False
        return
    for text in sorted({value for value in values if isinstance(value, str)}):
        yield f"is {text!r}", partial(eq, text)
    if any(value is None for value in values):
        yield "is None", lambda value: value is None
        yield "is given", lambda value: value is not None
    if default is not inspect.Parameter.empty:
        yield f"is not {default!r}", lambda value: value not in (default, (default, default))
    if any(isinstance(value, int) for value in values):
        yield "is a pair", lambda value: isinstance(value, tuple)
        yield "has different entries", lambda v: isinstance(v, tuple) and len(set(v)) > 1
    if all(isinstance(value, int) for value in values):
        yield "is 1", lambda value: value == 1
        yield "is more than 1", lambda value: value > 1
        yield "is even", lambda value: value % 2 == 0
        yield "is odd", lambda value: value % 2 == 1
        yield "is negative", lambda value: value < 0
    elif all(isinstance(value, tuple | list) for value in values):
        for length in sorted(set(map(len, values))):
            entries = f"{length} {'entry' if length == 1 else 'entries'}"
            yield f"has {entries}", partial(_has_entries, length)
            yield f"has more than {entries}", partial(_has_more_entries, length)
        if all(isinstance(entry, int) for value in values for entry in value[:1]):
            yield "starts with more than 1", lambda value: value[:1] > type(value)((1,))


def _has_entries(length: int, value: Any) -> bool:
    return len(value) == length


def _has_more_entries(length: int, value: Any) -> bool:
    return len(value) > length


# How: what the wrong answers have in common with the right ones.


Relation = Callable[[Sequence[Row]], str]


def _how(rows: Sequence[Row], relations: Sequence[Relation] = ()) -> str:
    if _are_numbers(rows):
        return _how_numbers(rows, relations=relations or ALL)
    if all(isinstance(row.answer, list) for row in rows):
        return _order(rows) or ("" if relations else _how_entries(rows))
    return ""


def _are_numbers(rows: Sequence[Row]) -> bool:
    return all(_is_number(row.answer) and _is_number(row.expected) for row in rows)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _how_numbers(
    rows: Sequence[Row],
    subject: str = "your answer is",
    relations: Sequence[Relation] | None = None,
) -> str:
    """The simplest relation between the answers and the right numbers."""
    relations = relations or ALL
    found = next(filter(None, (relation(rows) for relation in relations)), "")
    return f"{subject} {found}" if found else ""


def _constant_difference(rows: Sequence[Row]) -> str:
    differences = set(_differences(rows))
    size = differences.pop()
    is_odd = size.denominator > LARGEST_COEFFICIENT**2  # of floats: nothing that a reader knows
    return "" if differences or is_odd else _off_by(size, str(abs(size)))


def _factor(rows: Sequence[Row]) -> str:
    ratio = _ratio([row.answer for row in rows], [row.expected for row in rows])
    if ratio and ratio not in TIMES and len({row.expected for row in rows}) < 3:
        return ""  # of two numbers any ratio may be chance
    return f"{TIMES.get(ratio) or f'{ratio} times'} PyTorch's number" if ratio else ""


def _product_difference(rows: Sequence[Row]) -> str:
    for text, values in _products(rows):
        ratio = _ratio(_differences(rows), values)
        if ratio and abs(ratio) <= LARGEST_COEFFICIENT:
            size = f"`{text}`" if abs(ratio) == 1 else f"{abs(ratio)} × `{text}`"
            return _off_by(ratio, f"exactly {size}")
    return ""


def _product_factor(rows: Sequence[Row]) -> str:
    for text, values in _products(rows):
        if all(row.answer == v for row, v in zip(rows, values, strict=True)):
            return f"just `{text}`"
        if all(row.answer == row.expected * v for row, v in zip(rows, values, strict=True)):
            return f"PyTorch's number times `{text}`"
        if all(row.answer * v == row.expected for row, v in zip(rows, values, strict=True)):
            return f"PyTorch's number divided by `{text}`"
    return ""


def _rounding(rows: Sequence[Row]) -> str:
    if not all(isinstance(row.expected, int) for row in rows):
        return ""
    differences = _differences(rows)
    if all(0 < difference < 1 for difference in differences):
        return "a fraction too large: PyTorch rounds down"
    if all(-1 < difference < 0 for difference in differences):
        return "a fraction too small: PyTorch rounds up"
    return ""


SIMPLE: tuple[Relation, ...] = (_constant_difference, _factor, _rounding)
ALL: tuple[Relation, ...] = (*SIMPLE, _product_difference, _product_factor)


def _differences(rows: Sequence[Row]) -> list[Fraction]:
    return [Fraction(row.answer) - Fraction(row.expected) for row in rows]


def _off_by(difference: Fraction, size: str) -> str:
    return f"too {'large' if difference > 0 else 'small'} by {size}"


def _ratio(answers: Sequence[Any], values: Sequence[Any]) -> Fraction | None:
    """The one simple ratio between all pairs, or None."""
    if not all(values) or not all(answers):
        return None
    ratio = Fraction(answers[0]) / Fraction(values[0])
    simple = max(abs(ratio.numerator), ratio.denominator) <= LARGEST_COEFFICIENT**2
    everywhere = simple and all(
        Fraction(answer) == ratio * Fraction(value)
        for answer, value in zip(answers, values, strict=True)
    )
    return ratio if everywhere else None


def _products(rows: Sequence[Row]) -> Iterator[tuple[str, list[int]]]:
    """Products of up to three sizes among the arguments, with their value in each row."""
    sizes = _sizes(rows)
    for count in range(1, MOST_FACTORS + 1):
        for names in combinations_with_replacement(sizes, count):
            columns = [sizes[name] for name in names]
            yield " * ".join(names), [math.prod(values) for values in zip(*columns, strict=True)]


def _sizes(rows: Sequence[Row]) -> dict[str, list[int]]:
    """Every whole number that the arguments of all rows have, under the name a student uses."""
    found: dict[str, list[int]] = {}
    for name in rows[0].arguments:
        values = [row.arguments[name] for row in rows]
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            found[name] = values
            continue
        if not all(isinstance(value, tuple | list) and value for value in values):
            continue
        if not all(isinstance(size, int) for value in values for size in value):
            continue
        shortest = min(map(len, values))
        places = range(shortest) if shortest == max(map(len, values)) else (0, -1)
        for place in places:
            found[f"{name}[{place}]"] = [value[place] for value in values]
        if shortest != max(map(len, values)):
            found[f"len({name})"] = [len(value) for value in values]
    return found


def _order(rows: Sequence[Row]) -> str:
    """What shapes and lists have in common as a whole: an end that is missing, their order."""
    if all(row.answer == list(row.expected[1:]) for row in rows):
        return "the first entry is missing (is it the batch?)"
    if all(row.answer == list(row.expected[:-1]) for row in rows):
        return "the last entry is missing"
    if any(len(row.answer) != len(row.expected) for row in rows):
        return ""
    if all(row.answer == _channels_last(row.expected) for row in rows):
        return "your numbers are right, but the channels stand last; PyTorch puts them second"
    if all(row.answer == list(reversed(row.expected)) for row in rows):
        return "your numbers are right, but stand in reverse order"
    if all(_all_numbers(row) and sorted(row.answer) == sorted(row.expected) for row in rows):
        return "your numbers are right, but stand in another order"
    return ""


def _all_numbers(row: Row) -> bool:
    return all(_is_number(entry) for entry in row.answer)


def _channels_last(shape: Sequence[Any]) -> list[Any]:
    return [*shape[:1], *shape[2:], *shape[1:2]]


def _how_entries(rows: Sequence[Row]) -> str:
    """Which places of shapes of one length are wrong, and by how much."""
    if len({len(each) for row in rows for each in (row.answer, row.expected)}) > 1:
        return ""
    places = sorted(
        {
            place
            for row in rows
            for place, (entry, right) in enumerate(zip(row.answer, row.expected, strict=True))
            if not same(entry, right)
        }
    )
    if not places or len(places) == len(rows[0].expected):
        return ""
    if len(places) > 1:
        named = " and ".join(f"[{place}]" for place in places)
        return f"only the entries {named} differ from PyTorch's"
    place = places[0]
    entries = [Row(row.arguments, row.answer[place], row.expected[place]) for row in rows]
    if all(_is_number(row.answer) and not row.right for row in entries) and (
        how := _how_numbers(entries, f"entry [{place}] is")
    ):
        return how
    return f"only entry [{place}] differs from PyTorch's"
