"""`check`, `hint` and `predict` on answers of every kind, honest and odd."""

import builtins
import gc
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

from grader import check, hint, predict
from grader.course.catalogue import exercise_of, find, names


def right(in_features, out_features, bias=True):
    return in_features * out_features + bias * out_features


def report_on(
    body, name="linear_params", arguments="in_features, out_features, bias=True", **names
):
    """Define a function from the text of its body, as a notebook's cell would, and check it."""
    namespace = {"np": np, "torch": torch, "nn": nn, "right": right, **names}
    source = f"def {name}({arguments}):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    exec(source, namespace)
    return check(namespace[name])


@pytest.mark.parametrize(
    "body",
    [
        "return right(in_features, out_features, bias)",
        "return float(right(in_features, out_features, bias))",
        "return np.int64(right(in_features, out_features, bias))",
        "return np.float32(right(in_features, out_features, bias))",
        "print('thinking'); return right(in_features, out_features, bias)",
        "import math\nreturn math.prod([in_features + bias, out_features])",
    ],
)
def test_a_right_answer_counts_in_any_honest_form(body):
    report = report_on(body)
    assert report.verdict == "correct"
    assert float(report) == report.points == 3
    assert report.counterexample is None


@pytest.mark.parametrize(
    "body",
    [
        "return (*input_shape[:-1], out_features)",
        "return [*input_shape[:-1], out_features]",
        "return np.array([*input_shape[:-1], out_features])",
    ],
)
def test_a_sequence_counts_in_any_honest_form(body):
    report = report_on(body, "linear_output_shape", "input_shape, out_features")
    assert report.verdict == "correct"


@pytest.mark.parametrize(
    ("body", "verdict", "words"),
    [
        ("...", "not attempted", "Nothing is written here yet"),
        ("'''A docstring.'''\n...", "not attempted", "Nothing is written here yet"),
        ("pass", "not attempted", "Nothing is written here yet"),
        ("return 1 / 0", "error", "ZeroDivisionError: division by zero` in line 2"),
        ("return undefined", "error", "NameError: name 'undefined' is not defined"),
        ("print(in_features)", "error", "printed `1` but returned nothing"),
        ("in_features * out_features", "error", "returned nothing"),
        ("return None", "not attempted", "Nothing is written here yet"),
        ("return 'four'", "wrong", "text"),
        ("return 0.5", "wrong", "whole number"),
        ("return [4]", "wrong", "a sequence"),
        ("return bias", "wrong", "True or False"),
        ("return 2j", "error", "a complex"),
        ("return {1, 2}", "error", "a set"),
        ("return lambda: 4", "error", "a function"),
        ("return 10 ** 2000", "wrong", "you 10000"),
        ("return 10 ** 5000", "error", "an endless number"),
        ("return [4] * 10 ** 6", "error", "an endless answer"),
        ("a = []; a.append(a); return a", "error", "a list"),
        ("return float('nan')", "wrong", "nan"),
        ("return torch.tensor(4)", "error", "uses PyTorch"),
        ("return nn.Linear(in_features, out_features).weight.numel()", "error", "uses PyTorch"),
        ("import torch.nn as nn\nreturn nn.Linear(1, 2)", "error", "uses PyTorch"),
        ("from grader.course.exercises import linear", "error", "uses PyTorch"),
        ("return linear_params(in_features, out_features)", "error", "without end"),
        ("raise SystemExit", "error", "SystemExit"),
        ("exit()", "error", "SystemExit"),
        ("return (yield)", "error", "a generator"),
        ("return 7", "wrong", ""),
    ],
)
def test_a_wrong_answer_gets_one_clear_sentence(body, verdict, words, capsys):
    report = report_on(body)
    assert report.verdict == verdict
    assert float(report) == 0
    assert words in str(report)
    assert "Traceback" not in str(report)
    assert capsys.readouterr() == ("", "")


def test_the_smallest_failing_case_is_shown():
    found = report_on("return in_features * out_features").counterexample
    assert found.call == "linear_params(in_features=1, out_features=2)"
    assert (found.answer, found.expected) == (2, 4)
    assert (found.said, found.right) == ("2", "PyTorch 4")


def test_half_of_the_parts_earns_half_of_the_points():
    report = report_on("return (in_features + 1) * out_features")
    assert (report.verdict, float(report), report.points) == ("partly", 2, 3)
    assert report.mistake == "bias always counted"


MISTAKES = [
    pytest.param(name, number, id=f"{name}-{mistake.name}")
    for name in names()
    if exercise_of(find(name)).is_called
    for number, mistake in enumerate(exercise_of(find(name)).mistakes[:2])  # lint tries them all
]


@pytest.mark.parametrize(("name", "number"), MISTAKES)
def test_a_known_mistake_is_named(name, number):
    key = find(name)
    exercise, mistake = key.exercise, key.exercise.mistakes[number]
    signature = exercise.signature  # a function may not keep anything of the grader's
    calls = [repr(exercise.arguments(case)) for case in key.cases]
    answers = {call: key.source.wrong(number, case) for case, call in enumerate(calls)}

    def student(*positional, **named):
        return answers[repr(dict(signature.bind(*positional, **named).arguments))]

    report = check(**{name: student})
    assert report.mistakes == (mistake.name,)
    assert mistake.explanation in str(report)
    assert report.verdict in ("wrong", "partly")


def test_an_endless_loop_is_stopped_and_the_kernel_lives():
    start = time.process_time()
    report = report_on("while True: pass")
    assert time.process_time() - start < 5
    assert report.verdict == "error"
    assert "stopped" in str(report)


def test_a_loop_that_swallows_exceptions_is_stopped():
    body = "for _ in iter(int, 1):\n    try:\n        1 / 0\n    except Exception:\n        pass"
    assert "stopped" in str(report_on(body))


def test_a_function_that_waits_is_stopped(monkeypatch):
    monkeypatch.setattr("grader.ask.kernel.WALL_SECONDS", 0.3)
    assert "stopped" in str(report_on("import time\ntime.sleep(60)"))


def test_a_slow_hard_case_leaves_the_easy_ones_their_points():
    report = report_on("while not bias: pass\nreturn right(in_features, out_features, bias)")
    assert (report.verdict, float(report)) == ("partly", 2)
    assert "stopped" in str(report)


def test_a_changed_argument_is_mentioned_and_costs_nothing():
    body = "last = sizes.pop(0)\ntotal = 0\n" + (
        "for size in sizes:\n    total += (last + bias) * size\n    last = size\nreturn total"
    )
    report = report_on(body, "mlp_params", "sizes, bias=True")
    assert report.verdict == "correct"
    assert "changes its argument" in str(report)


def test_other_argument_names_are_explained():
    report = report_on("return a * b + b", arguments="a, b")
    assert "def linear_params(in_features, out_features, bias=True):" in str(report)


def test_an_async_def_is_named_and_leaves_no_warning(monkeypatch, recwarn):
    ignored = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)  # what Python says of it in red

    async def linear_params(in_features, out_features, bias=True):
        return 1

    assert "you returned a coroutine" in str(check(linear_params))
    gc.collect()
    assert (ignored, list(recwarn)) == ([], [])


def test_pytorch_is_back_after_a_check():
    assert report_on("return torch.tensor(4)").verdict == "error"
    assert sys.modules["torch"] is torch
    assert torch.tensor(4).item() == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "one thing at a time"),
        ((1, 2), "one thing at a time"),
        ((5,), "Give the function itself"),
        (("linear_params",), "Give the function itself"),
        ((None,), "Give the function itself"),
        ((print,), "no exercise called `print`"),
    ],
)
def test_check_of_something_else_says_so(arguments, words):
    report = check(*arguments)
    assert report.verdict == "error"
    assert words in str(report)
    assert (float(report), report.points) == (0, 0)


def test_check_of_a_misspelt_name_suggests_the_nearest():
    def liner_params(): ...

    assert "Did you mean `linear_params`?" in str(check(liner_params))
    assert "Did you mean `linear_params`?" in repr(hint(liner_params))


def test_an_exercise_overwritten_by_a_number():
    assert "not a function any more" in str(check(linear_params=5))


def test_hints_are_staged_and_counted():
    said = [repr(hint("mlp_params")) for _ in range(4)]
    assert [line[:11] for line in said] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        said[0][:11],
    ]
    assert "2 more" in said[0]
    assert "last hint" in said[2]


@pytest.mark.parametrize(
    ("prediction", "truth", "word"),
    [
        (..., 55, "Your turn"),
        (55, 55, "As predicted"),
        (55.0, 55, "As predicted"),
        ([2, 3], torch.Size([2, 3]), "As predicted"),
        (50, 55, "A surprise"),
        ("55", 55, "A surprise"),
        (None, 55, "Your turn"),
        (np.int16(55), 55, "As predicted"),
        (np.float32(55), 55, "As predicted"),
        (np.array(55), 55, "As predicted"),
        (Fraction(110, 2), 55, "As predicted"),
        (torch.tensor(55), 55, "As predicted"),
        (torch.tensor([55])[0], 55, "As predicted"),
        (55, torch.tensor(55), "As predicted"),
        (55, nn.Parameter(torch.tensor(55.0)), "As predicted"),
        (np.array([2, 3]), (2, 3), "As predicted"),
        (torch.tensor([2, 3]), (2, 3), "As predicted"),
        ((torch.tensor(2), np.int8(3)), [2, 3], "As predicted"),
        (torch.Size([2, 3]), np.array([2, 3]), "As predicted"),
        ([[2, 3]], (2, 3), "A surprise"),
        (torch.tensor([55]), 55, "A surprise"),
        ((55, 1), 55, "A surprise"),
        ("(2, 3)", (2, 3), "A surprise"),
        (55j, 55, "A surprise"),
        ({55}, 55, "A surprise"),
        (torch.zeros(2, device="meta"), 55, "A surprise"),
        (lambda: 55, 55, "A surprise"),
    ],
)
def test_predict_keeps_the_answer_until_there_is_a_guess(prediction, truth, word):
    said = repr(predict(prediction, truth))
    assert said.startswith(word)
    assert ("55" in said or "(2, 3)" in said) == (word != "Your turn")


@pytest.mark.parametrize(
    ("prediction", "truth", "word"),
    [
        (False, 0, "A surprise"),
        (True, 1, "A surprise"),
        (np.bool_(True), 1, "A surprise"),
        (torch.tensor(False), 0, "A surprise"),
        ((True, 2), (1, 2), "A surprise"),
        (1, True, "A surprise"),
        (True, True, "As predicted"),
        (np.bool_(True), True, "As predicted"),
        (False, True, "A surprise"),
        (0.2, torch.tensor([0.2])[0].item(), "As predicted"),  # single precision
        (0.1 + 0.2, 0.3, "As predicted"),
        (0.333, 1 / 3, "A surprise"),
        (float("nan"), float("nan"), "As predicted"),
        (float("inf"), float("inf"), "As predicted"),
        (torch.float32, torch.float32, "As predicted"),
        (torch.float32, torch.float64, "A surprise"),
        ("ReLU", "ReLU", "As predicted"),
    ],
)
def test_predict_compares_as_check_does(prediction, truth, word):
    assert repr(predict(prediction, truth)).startswith(word)


def test_a_prediction_reads_as_the_number_that_it_is():
    assert "You said 1,000, it is 1,024." in repr(predict(np.int64(1000), torch.tensor(1024)))
    assert "You said (2, 3), it is (3, 2)." in repr(predict(np.array([2, 3]), [3, 2]))


def test_predict_survives_whatever_it_gets():
    class Evil:
        def __eq__(self, other):
            raise RuntimeError

        __hash__ = None
        __repr__ = __eq__

    endless = []
    endless.append(endless)
    assert "You said an Evil" in repr(predict(Evil(), 55))
    assert "A surprise" in repr(predict(endless, 55))
    assert "You said an int, it is 55" in repr(predict(10**5000, 55))
    assert "This is an Evil" in str(check(Evil()))


def test_a_missing_package_gets_a_sentence(monkeypatch):
    real_import = builtins.__import__

    def without_torch(name, *args, **kwargs):
        if name.partition(".")[0] == "torch" or name == "grader.course.exercises":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    monkeypatch.setitem(sys.modules, "grader.course.exercises", None)
    assert "The package" in str(check(digits_net=[("ReLU", {})]))
    assert "The package" in repr(hint("digits_net"))
