"""`grader try`: an author sees the card for an answer that was typed, without a notebook."""

import io
import sys

import pytest
from test_cli import run

from grader.classroom.self_check import self_check
from grader.judge.report import text

HEAD = "in_features, out_features, bias=True"
RIGHT = f"lambda {HEAD}: (in_features + bias) * out_features"
WRONG = f"lambda {HEAD}: in_features * out_features"
WHOLE = f"def linear_params({HEAD}):\n    return in_features * out_features\n"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def tried(monkeypatch, capsys, typed, name="linear_params", kind=io.StringIO):
    monkeypatch.setattr(sys, "stdin", kind(typed))
    code = run(monkeypatch, "try", name)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return code, said.out, said.err


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (RIGHT, 0, "Correct · linear_params · 3 of 3 points"),
        (f"\n{RIGHT}\n\n", 0, "Correct"),
        (WRONG, 1, "You counted the weights only."),
        (WHOLE, 1, "You counted the weights only."),
        (WHOLE.replace("linear_params", "mine"), 1, "You counted the weights only."),
        (f"import math\n\n{WHOLE}\n\nlinear_params", 1, "You counted the weights only."),
        (f"linear_params = {RIGHT}", 0, "Correct"),
        (f"(\n  {RIGHT}\n)", 0, "Correct"),
        (f"def linear_params({HEAD}): ...", 1, "Not attempted"),
        (f"lambda {HEAD}: 1 / 0", 1, "ZeroDivisionError"),
    ],
)
def test_an_answer_from_a_pipe_gets_its_card(monkeypatch, capsys, typed, code, words):
    exit_code, out, err = tried(monkeypatch, capsys, typed)
    assert words in out
    assert (exit_code, err) == (code, "")


@pytest.mark.parametrize(
    "data",
    [
        f"\ufeff{RIGHT}".encode(),
        f"{RIGHT}  # é".encode("utf-16"),
        f"# café\n{RIGHT}".encode("latin-1"),
        f"# one\u2028line\n{RIGHT}".encode(),
        f"{RIGHT}\r\n".encode(),
    ],
)
def test_a_pipe_may_be_in_any_encoding(monkeypatch, capsys, data):
    code, out, err = tried(monkeypatch, capsys, data, kind=as_bytes)
    assert "Correct" in out
    assert (code, err) == (0, "")


def as_bytes(data):
    return io.TextIOWrapper(io.BytesIO(data), "utf-8")


@pytest.mark.parametrize("data", [b"\0\0\0", b"\x89PNG\r\n\xff"])
def test_what_is_no_text_gets_one_sentence(monkeypatch, capsys, data):
    code, out, err = tried(monkeypatch, capsys, data, kind=as_bytes)
    assert (code, out) == (1, "")
    assert err.startswith("The answer cannot be read: it ")


def test_without_any_input_it_says_so(monkeypatch, capsys):
    assert "No answer was given" in tried(monkeypatch, capsys, "", kind=lambda _: None)[2]


@pytest.mark.filterwarnings("error")
def test_a_coroutine_leaves_no_warning(monkeypatch, capsys):
    code, out, err = tried(monkeypatch, capsys, f"async def linear_params({HEAD}):\n    return 1")
    assert (code, err) == (1, "")
    assert "you returned a coroutine" in out


def test_control_c_ends_an_answer_and_not_in_a_traceback(monkeypatch, capsys):
    code, out, err = tried(monkeypatch, capsys, "raise KeyboardInterrupt")
    assert (code, out, err) == (1, "", "Stopped.\n")
    typed = f"raise KeyboardInterrupt\n\n{RIGHT}"
    code, out, err = tried(monkeypatch, capsys, typed, kind=Terminal)
    assert out.index("Stopped.") < out.index("Correct")
    assert (code, err) == (0, "")


def test_the_card_is_that_of_grader_check(monkeypatch, capsys, tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(WHOLE)
    (result,) = self_check(path, None).results
    assert tried(monkeypatch, capsys, WHOLE)[1] == f"{text(result)}\n"


def test_a_table_is_judged_as_the_value_that_it_is(monkeypatch, capsys):
    code, out, _ = tried(monkeypatch, capsys, '{"Linear": False, "ReLU": True}', "elementwise")
    assert code == 1
    assert "elementwise" in out


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "No answer was given: write `lambda ...: ...` or `def linear_params(...): ...`."),
        ("lambda x", "The answer ended in `SyntaxError: "),
        ("1 / 0", "The answer ended in `ZeroDivisionError: division by zero (line 1)`."),
        ("\0", "The answer cannot be read: it is empty."),
        ("7", "`linear_params` is a function"),
        ("x = 7", "The answer sets no `linear_params`"),
        ("raise SystemExit", "The answer ended in `SystemExit"),
    ],
)
def test_what_is_no_answer_gets_one_sentence(monkeypatch, capsys, typed, words):
    code, out, err = tried(monkeypatch, capsys, typed)
    assert (code, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


def test_an_unknown_exercise_gets_the_nearest_names(monkeypatch, capsys):
    code, _, err = tried(monkeypatch, capsys, RIGHT, "linear_parms")
    assert code == 1
    assert err.startswith("There is no exercise `linear_parms`. Near it: linear_params, ")
    _, _, err = tried(monkeypatch, capsys, RIGHT, "zzzzzz")
    assert err == "There is no exercise `zzzzzz`. `grader list` shows them all.\n"


def test_at_a_terminal_one_answer_follows_the_other(monkeypatch, capsys):
    typed = f"\n{WHOLE}\n\n1 / 0\n\n{RIGHT}"
    code, out, _ = tried(monkeypatch, capsys, typed, kind=Terminal)
    assert code == 0
    assert out.startswith(f"def linear_params({HEAD}):\nAn empty line ends an answer")
    cards = [out.index(words) for words in ("weights only", "ended in `Zero", "Correct")]
    assert cards == sorted(cards)
    assert tried(monkeypatch, capsys, "", kind=Terminal)[0] == 0
