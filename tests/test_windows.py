"""Students have Windows: no fork, no timers, other line ends, an older character set. Each is
simulated here; nothing of this was tried on Windows itself."""

import json
import os
import subprocess
import sys

import pytest
from classroom import REPOSITORY

from grader.classroom import lab
from grader.classroom.self_check import self_check

WITHOUT = """
import os, signal, subprocess, sys, platformdirs, tempfile, nbformat, torch, torchinfo, IPython
for name in ("fork", "geteuid", "getuid", "getgid", "setuid", "setgid", "setgroups", "killpg",
             "setsid", "pidfd_open", "uname", "O_NOFOLLOW", "O_DIRECTORY"):
    delattr(os, name)
for name in ("SIGPROF", "SIGALRM", "SIGKILL", "SIGXCPU", "SIGHUP", "SIGUSR1", "SIGCHLD", "SIGPIPE",
             "setitimer", "alarm", "ITIMER_PROF", "ITIMER_REAL"):
    delattr(signal, name)
for name in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[name] = None
import ctypes
library = ctypes.CDLL
def of_a_name(name, *arguments, **named):
    if name is None:
        raise TypeError("argument of type 'NoneType' is not iterable")  # as Windows has it
    return library(name, *arguments, **named)
ctypes.CDLL = of_a_name
"""
COMMAND = f"{WITHOUT}from grader.cli import main\nmain()"
SOLVED = "def linear_params(in_features, out_features, bias=True):\n    return {}\n"
RIGHT = SOLVED.format("(in_features + bool(bias)) * out_features")


def python(program, *words, encoding="utf-8", flags=(), answers=""):
    return subprocess.run(
        [sys.executable, *flags, "-c", program, *words],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        timeout=120,
        input=answers.encode(),
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )


CHECKED = """
import time
from grader.ask import kernel
from grader import check
kernel.CPU_SECONDS, kernel.WALL_SECONDS = 0.5, 2.0
def linear_params(in_features, out_features, bias=True):
    {}
before = signal.getsignal(signal.SIGINT)
print(check(linear_params))
time.sleep(0.5)  # nothing comes late
assert signal.getsignal(signal.SIGINT) is before
"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return (in_features + bool(bias)) * out_features", "3 of 3 points"),
        ("while True: pass", "had not finished"),
        ("while True: time.sleep(0.1)", "had not finished"),
        (
            "while True:\n        try:\n            while True: pass\n        except: pass",
            "had not finished",
        ),
        ("return linear_params(in_features, out_features)", "calls itself without end"),
    ],
    ids=["right", "endless", "waiting", "swallowing", "recursive"],
)
def test_check_in_a_notebook_needs_no_timers_and_no_fork(body, words):
    done = python(WITHOUT + CHECKED.format(body))
    assert done.returncode == 0, done.stderr.decode()
    assert words in done.stdout.decode()


def test_a_busy_machine_does_not_look_like_control_c():
    """The clock of a timer runs on while other programs have the processor."""
    program = """
from grader.ask import kernel
kernel._Deadline._left = lambda self: next(times)
times = iter([(1, 9)] * 6 + [(-1, 8)] * 10**6)  # when it first looks, there is time left
def endless():
    while True: pass
print(kernel.ask(endless, [kernel.Call((), {})])[0].status)
"""
    done = python(WITHOUT + program)
    assert done.stdout.decode().strip() == "too slow", done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["check", "tests/fidelity/check-half.py"], 2, "`grader check` needs Linux or macOS."),
        (["progress"], 0, "points"),
        (["practice", "linear_params"], 0, "how many parameters?"),
        (["list"], 0, "linear_params"),
    ],
)
def test_commands_of_students_start_there(words, code, said):
    done = python(COMMAND, *words)
    assert said in (done.stdout + done.stderr).decode(), done.stderr.decode()
    assert done.returncode == code


def test_jupyterlab_is_started_without_a_user_number(monkeypatch):
    monkeypatch.delattr(os, "geteuid")
    given = lab.arguments("/lab", "9999", ["--ServerApp.token=x"])
    assert "--allow-root" not in given
    assert given[-1] == "--ServerApp.token=x"


@pytest.mark.parametrize(
    "words", [["check", "tests/fidelity/check-half.py"], ["progress"], ["list"], ["lab", "none"]]
)
def test_a_terminal_with_few_signs(words):
    done = python("from grader.cli import main; main()", *words, encoding="cp1252")
    assert b"Traceback" not in done.stderr, done.stderr.decode("cp1252")
    assert b"?" not in done.stdout, done.stdout.decode("cp1252")


def test_signs_are_replaced_by_what_is_like_them():
    words = ["check", "tests/fidelity/check-half.py"]
    said = python("from grader.cli import main; main()", *words, encoding="cp1252").stdout
    assert "  + weights and bias" in said.decode("cp1252")


@pytest.mark.parametrize("words", [["list"], ["progress"], ["practice", "linear_params"]])
def test_every_file_is_opened_with_an_encoding(words):
    program = """
import warnings
from grader.cli import main
warnings.filterwarnings("error", category=EncodingWarning, module=r"grader\\b")
main()
"""
    done = python(program, *words, flags=["-X", "warn_default_encoding"])
    assert b"Traceback" not in done.stderr, done.stderr.decode()  # PyTorch warns too


def test_windows_line_ends_in_a_program(tmp_path):
    path = tmp_path / "mine.py"
    path.write_bytes(RIGHT.replace("\n", "\r\n").encode())
    assert self_check(path, None).score == 3


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_windows_line_ends_in_a_notebook(tmp_path, mark):
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    lines = RIGHT.replace("\n", "\r\n").splitlines(keepends=True)
    content = {"cells": [{**cell, "source": lines}], "metadata": {}}
    text = json.dumps({**content, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    path = tmp_path / "mine.ipynb"
    path.write_bytes(mark + text.replace("\n", "\r\n").encode())
    assert self_check(path, None).score == 3
