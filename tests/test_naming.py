"""`check` and `hint` find the exercise by the name that the call gives, as grading does."""

import ast
import functools
from collections import Counter

import pytest

from grader import check, hint

SOLUTION = """
def solution(in_features, out_features, bias=True):
    return (in_features + bias) * out_features
"""
WRAPPER = """
def quiet(function):
    def wrapper(*positional, **named):
        return function(*positional, **named)
    return wrapper
"""
CLASS = """
class Layer:
    def __call__(self, in_features, out_features, bias=True):
        return (in_features + bias) * out_features
    def count(self, *positional, **named):
        return self(*positional, **named)
"""
OTHER = SOLUTION.replace("solution", "mlp_params")  # defined under another exercise's name
WAYS = {
    "def": SOLUTION.replace("solution", "linear_params"),
    "lambda": "linear_params = lambda in_features, out_features, bias=True: "
    "(in_features + bias) * out_features",
    "alias": f"{SOLUTION}\nlinear_params = solution",
    "partial": f"{SOLUTION}\nlinear_params = functools.partial(solution)",
    "cache": f"{SOLUTION}\nlinear_params = functools.lru_cache(solution)",
    "callable object": f"{CLASS}\nlinear_params = Layer()",
    "method": f"{CLASS}\nlinear_params = Layer().count",
    "static method": f"{CLASS}\nlinear_params = functools.partial(Layer.count, Layer())",
    "wrapped": f"{WRAPPER}{SOLUTION}\nlinear_params = quiet(solution)",
    "undecorated wrapper": f"{WRAPPER}\n@quiet{SOLUTION.replace('solution', 'linear_params')}",
    "alias of another exercise": f"{OTHER}\nlinear_params = mlp_params",
    "the other one is gone": f"{OTHER}\nlinear_params = mlp_params\ndel mlp_params",
    "another label": f"{SOLUTION}\nsolution.__name__ = 'relu'\nlinear_params = solution",
}
CALLS = {
    "plain": "check(linear_params)",
    "kept": "report = check(linear_params)\nreport",
    "two in a line": "hint('mlp_params'), check(linear_params)",
    "over lines": "check(\n    linear_params,  # mine\n)",
    "in an expression": "[check(linear_params)][-1]",
    "in a function": "def judge():\n    return check(linear_params)\njudge()",
    "with a semicolon": "check(linear_params);",
}


@pytest.fixture(autouse=True)
def no_hints_yet(monkeypatch):
    monkeypatch.setattr("grader.notebook._hints_given", Counter())


def cell(source, names):
    """Run a cell as a notebook does, statement by statement; the value of the last."""
    *statements, last = ast.parse(source).body
    for statement in statements:
        exec(compile(ast.Module([statement], []), "<cell>", "exec"), names)
    if not isinstance(last, ast.Expr):
        return exec(compile(ast.Module([last], []), "<cell>", "exec"), names)
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return value[-1] if isinstance(value, tuple) else value


def notebook(*cells):
    names = {"check": check, "hint": hint, "functools": functools}
    return [cell(source, names) for source in cells][-1]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_name_in_the_call_counts(way, call):
    report = notebook(way, call)
    assert report.result.exercise == "linear_params"
    assert float(report) == 3, str(report)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_hints_go_by_the_same_name(way):
    hint("linear_params")
    assert "Hint 2 of 3" in repr(notebook(way, "hint(linear_params)"))


def test_an_object_that_answers_nothing_has_the_name_in_the_call():
    way = f"{CLASS}\nLayer.__getattr__ = lambda self, name: 1 / 0\nlinear_params = Layer()"
    assert repr(notebook(way, "hint(linear_params)")).startswith("Hint 1 of")


def test_one_function_for_two_exercises_is_judged_as_each():
    cells = [f"{SOLUTION}\nlinear_params = mlp_params = solution"]
    assert notebook(*cells, "check(linear_params)").verdict == "correct"
    report = notebook(*cells, "check(mlp_params)")
    assert (report.result.exercise, report.verdict) == ("mlp_params", "error")


@pytest.mark.parametrize(
    "call",
    [
        "[check(each) for each in (linear_params,)][0]",
        "list(map(check, [linear_params]))[0]",
        "functools.partial(check, linear_params)()",
        "check(solutions['first'])",
        "check(*[linear_params])",
        "check(mine)",
    ],
)
@pytest.mark.parametrize("way", ["def", "lambda", "partial", "callable object"])
def test_where_the_call_gives_no_exercise_the_namespace_does(way, call):
    names = f"{WAYS[way]}\nsolutions = {{'first': linear_params}}\nmine = linear_params"
    assert float(notebook(names, call)) == 3


def test_a_number_under_an_exercises_name_is_no_function_any_more():
    assert "not a function any more" in str(notebook("linear_params = 12", "check(linear_params)"))
    assert "Give the function itself" in str(notebook("linear_params = 12", "check(24 / 2)"))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["liner_params = lambda: 4", "check(liner_params)"], "`liner_params`. Did you mean"),
        (["liner_params = functools.partial(max)", "check(liner_params)"], "`liner_params`. Did"),
        (["number = 12", "check(number)"], "This is an int, `12`. Give the function itself"),
        (["check(lambda: 4)"], "There is no exercise called `<lambda>`"),
        (["check(functools.partial(max))"], "This is a partial"),
        (["check(print)"], "no exercise called `print`"),
        (["check(None)"], "This is a NoneType"),
        (["linear_params = 3", "check(lambda: linear_params)"], "no exercise called `<lambda>`"),
    ],
)
def test_what_is_no_exercise_is_named_as_the_student_does(cells, words):
    report = notebook(*cells)
    assert words in str(report)
    assert (report.verdict, float(report)) == ("error", 0)


def test_the_given_name_comes_before_all_others():
    cells = [f"{SOLUTION}\nmlp_params = solution", "check(linear_params=mlp_params)"]
    assert float(notebook(*cells)) == 3
