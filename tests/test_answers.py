"""Model answers in plain arithmetic against PyTorch, over wide random calls."""

import pytest
from answers_of import CALLS, VALUES
from hypothesis import given, settings

from grader import check
from grader.course.exercises import catalogue
from grader.course.pytorch import on_meta
from grader.judge.exercise import Function, Table
from grader.judge.same import same

FUNCTIONS = {
    name: exercise
    for name, exercise in catalogue().items()
    if isinstance(exercise, Function) and not isinstance(exercise, Table)
}


def test_every_function_has_a_model_answer():
    assert set(CALLS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_model_answer_is_right_on_random_calls(name):
    answer, calls = CALLS[name]

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(calls)
    def agrees(arguments):
        expected = on_meta(FUNCTIONS[name].reference, arguments)
        assert same(plain_copy(answer(**arguments)), expected), (arguments, expected)

    agrees()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_model_answer_earns_full_marks(name):
    answer, _ = CALLS[name]
    report = check(answer)
    assert report.verdict == "correct", str(report)
    assert float(report) == report.points


@pytest.mark.parametrize("name", sorted(set(catalogue()) - set(FUNCTIONS)))
def test_the_model_table_or_design_earns_full_marks(name):
    report = check(**{name: VALUES[name]})
    assert report.verdict == "correct", str(report)
    assert float(report) == report.points


def plain_copy(value):
    return list(value) if isinstance(value, tuple) else value
