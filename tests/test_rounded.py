"""A rounded answer is no answer: every part of every exercise with floats asks for the digits."""

import math

import pytest
from answers_of import CALLS

from grader import check
from grader.ask.kernel import Outcome
from grader.course.catalogue import exercise_of, find, names
from grader.judge.key import Key
from grader.judge.wording import programming_mistake

WHOLE = {"relu": {"whole numbers"}}  # parts in which every number is whole


def has_floats(value):
    if isinstance(value, list | tuple):
        return any(map(has_floats, value))
    return isinstance(value, float)


FLOATS = [
    name
    for name in names()
    if isinstance(find(name), Key) and any(map(has_floats, find(name).expected))
]


def has_small(value):
    """True if there is a number whose sixth digit behind the point is more than its tolerance."""
    if isinstance(value, list | tuple):
        return any(map(has_small, value))
    return 0 < abs(value) < 0.5


def changed(name, change):
    """The model answer, with each of its numbers changed."""
    answer, _ = CALLS[name]

    def in_all(value):
        return list(map(in_all, value)) if isinstance(value, list | tuple) else change(value)

    return lambda *positional, **named: in_all(answer(*positional, **named))


def earned(report):
    return {part.name for part in report.result.parts if part.right}


def test_the_exercises_with_floats_are_found():
    assert {"softmax", "cross_entropy", "temperature_softmax", "sigmoid"} < set(FLOATS)
    assert {"relu", "running_mean", "dropout", "max_pool1d"} < set(FLOATS)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("digits", range(1, 6))
def test_a_rounded_answer_earns_no_part_and_is_told_why(name, digits):
    report = check(**{name: changed(name, lambda number: round(number, digits))})
    assert earned(report) == WHOLE.get(name, set())
    assert f"rounded to {digits} digit" in str(report)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("digits", range(1, 6))
def test_digits_that_are_cut_off_earn_no_part(name, digits):
    def cut(number):
        return math.trunc(number * 10**digits) / 10**digits

    assert earned(check(**{name: changed(name, cut)})) == WHOLE.get(name, set())


@pytest.mark.parametrize("name", [name for name in FLOATS if has_small(find(name).expected)])
def test_what_is_rounded_far_behind_the_point_is_refused_somewhere(name):
    report = check(**{name: changed(name, lambda number: round(number, 6))})
    assert float(report) < report.points


@pytest.mark.parametrize("name", FLOATS)
def test_every_digit_earns_full_marks(name):
    """The tests above would pass for answers that are wrong anyway."""
    assert check(**{name: changed(name, float)}).verdict == "correct"


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (0.7, 0.731, "rounded to 1 digit."),
        ([0.73, 0.27], [0.73105857863, 0.26894142137], "rounded to 2 digits."),
        ([0.5, 0.27], [0.5, 0.26894142137], "rounded to 2 digits."),
        (0.74, 0.73105857863, None),  # wrong, and not rounded
        (1.0, 0.73105857863, None),  # a whole number: a step, or one of another rule
        ([0.73], [0.73105857863, 0.26894142137], "1 entry"),
        ([1.0, 0.0], [0.73105857863, 0.26894142137], None),
        (float("inf"), 0.5, None),
        (2.5, 2, "whole number"),
        (True, False, None),
        ("ReLU", "Linear", None),
        ({"a": 0.73}, {"a": 0.731}, None),
        ([[0.73]], [[0.731]], "rounded to 2 digits."),
    ],
)
def test_only_a_rounded_number_is_called_rounded(answer, expected, words):
    exercise = exercise_of(find("softmax"))
    said = programming_mistake(exercise, Outcome("value", answer), expected)
    assert (words in said) if words else said is None
