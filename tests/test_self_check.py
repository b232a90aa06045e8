"""`grader check FILE` runs what grading runs, and says what did not run."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "fidelity"
RELU = "def relu(x):\n    return max(0, x)\n"


def said_of(path):
    command = [sys.executable, "-m", "grader", "check", str(path)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, cwd=HERE.parent.parent
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr, done.returncode


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("check-syntax-error.ipynb", 1, ["3 of 3", "SyntaxError: expected ':'", "3 of 6 points"]),
        ("check-half.py", 1, ["3 of 3", "NameError: name 'sizes' is not defined (line 6)"]),
        ("check-waits.py", 0, ["3 of 3", "`input()` has nobody to ask"]),
        ("check-utf-16.py", 0, ["3 of 3"]),
        ("01-linear (2).ipynb", 0, ["3 of 3"]),
        ("alias.ipynb", 0, ["3 of 3"]),
        ("byte-order-mark.ipynb", 0, ["3 of 3"]),
        ("merge-conflict.ipynb", 2, ["it holds a merge conflict in line "]),
    ],
)
def test_a_file_of_each_kind(name, code, words):
    said, exit_code = said_of(HERE / name)
    assert all(word in said for word in words), said
    assert exit_code == code
    assert "OutOfReach" not in said
    assert "Stop" not in said


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import os\n" + RELU + "os._exit(0)\n", 1, "it ended the process it ran in"),
        ("%matplotlib inline\n# %%\nn = 3\n# %%\n" + RELU, 0, "2 of 2 points"),
        ("while True: pass\n# %%\n" + RELU, 0, "TimeoutError"),
        ("import subprocess\nsubprocess.run(['true'])\n" + RELU, 0, "2 of 2 points"),
        ("from torch import nn\ndef relu(x):\n    return nn.ReLU()(x)\n", 1, "uses PyTorch"),
        ("import torch\nKEPT = torch.ones(3)\ndef relu(x):\n    return x + KEPT.numel()\n", 1,
            "uses PyTorch"),
        ("x = 1\n", 2, "defines no function that is an exercise"),
    ],
)  # fmt: skip
def test_what_is_written_around_an_answer(tmp_path, text, code, words):
    path = tmp_path / "mine.py"
    path.write_text(text)
    said, exit_code = said_of(path)
    assert words in said
    assert exit_code == code
