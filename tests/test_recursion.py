"""A function that calls itself without end is told so, on Python 3.13.0 too, which forgets its own
limit where a call leaves out a default argument."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY

from grader.ask import run

PROGRAM = """
import json, sys
from grader.ask.jail import Step, jail
from grader.ask.kernel import Call, ask

CELL = '''
def down(n, step=1):
    return down(n - step)
'''
exec(CELL)
calls = [Call((3,), {})]
steps = [Step(1, CELL), Step(2, check="down", calls=calls)]
inside = jail("limited").run(steps).answers["down"].outcomes
print(json.dumps([[each.status, each.detail] for each in (ask(down, calls)[0], inside[0])]))
"""


def python_3_13_0():
    """The interpreter with the fault, on PATH or where pyenv keeps its own; or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for path in (shutil.which("python3.13"), pyenv / "versions" / "3.13.0" / "bin" / "python3.13"):
        if path and Path(path).exists():
            said = subprocess.run([path, "-V"], capture_output=True, text=True, check=False)
            if said.stdout.split() == ["Python", "3.13.0"]:
                return str(path)
    return None


@pytest.mark.parametrize("faulty", [False, True], ids=["this Python", "3.13.0"])
def test_endless_recursion_ends_at_the_same_depth(faulty):
    python = python_3_13_0() if faulty else sys.executable
    if python is None:
        pytest.skip("there is no Python 3.13.0 here")
    done = subprocess.run(
        [python, "-c", PROGRAM], cwd=REPOSITORY, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    deep = ["recursion", "RecursionError: maximum recursion depth exceeded"]
    assert json.loads(done.stdout) == [deep, deep]


class Monitoring:
    """`sys.monitoring` as far as it is used, which Python 3.11 has not."""

    events = type("Events", (), {"CALL": 32})

    def __init__(self, tool=None):
        self.tool, self.set = tool, []

    def get_tool(self, _):
        return self.tool

    def use_tool_id(self, _, name):
        self.tool = name

    def set_events(self, tool, events):
        self.set.append((tool, events))


@pytest.mark.parametrize("tool", [None, run.NAME, "a debugger"])
def test_calls_are_monitored_while_a_function_is_asked_and_never_after(tool, monkeypatch):
    monitoring = Monitoring(tool)
    monkeypatch.setattr(run, "FORGETS", True)
    monkeypatch.setattr(sys, "monitoring", monitoring, raising=False)
    assert run.answer(lambda: 1, (), {})["value"] == 1
    assert run.answer(lambda: 1 / 0, (), {})["status"] == "raised"
    mine = [(run.TOOL, 32), (run.TOOL, 0)] * 2
    assert monitoring.set == ([] if tool == "a debugger" else mine)
