"""The jail by itself, without bubblewrap, and the commands around it."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from classroom import REPOSITORY, Classroom, answer, edit, model_answers
from nbgrader.validator import Validator

from grader.ask import jail as jail_module
from grader.ask import obstacles
from grader.ask.bubblewrap import program
from grader.ask.jail import Jail, NoJailError, Step, jail
from grader.ask.kernel import Call
from grader.classroom.school import ClassroomError

LESSON = "01-linear"
NO_BUBBLEWRAP = "bubblewrap is not here"


def ask(body, *arguments, where=None):
    source = "def f(*arguments):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    steps = [Step(1, source), Step(2, check="f", calls=[Call(arguments, {})])]
    session = (where or jail()).run(steps)
    return session.answers["f"].outcomes[0]


def test_tuples_lists_and_flags_arrive_as_they_are():
    outcome = ask("return [repr(a) for a in arguments]", (2, (3, 4)), [5], True, None, "same", 0.5)
    assert outcome.value == ["(2, (3, 4))", "[5]", "True", "None", "'same'", "0.5"]


LIBRARY = str(Path(os.__file__).parent)


@pytest.mark.parametrize("folder", ["/", "/dev", "/dev/shm", "/usr", LIBRARY])
def test_nothing_can_be_written_but_a_little_in_tmp(folder):
    body = (
        "import os\nfor n in range(40):\n"
        f"    with open('{folder}/file' + str(n), 'wb') as f: f.write(b'0' * 10**6)\nreturn n"
    )
    assert ask(body).status == "raised"


def test_a_little_can_be_written_in_tmp():
    body = "with open('/tmp/x', 'w') as f: f.write('1')\nreturn open('/tmp/x').read()"
    assert ask(body).value == "1"


@pytest.mark.parametrize("path", [str(REPOSITORY), "/home", "/proc", "/etc/passwd"])
def test_nothing_of_the_machine_is_in_sight(path):
    assert ask(f"import os\nreturn os.path.exists({path!r})").value is False


def test_the_course_cannot_be_imported_by_any_way():
    body = (
        "import sys, os\nfound = []\nfor top, folders, files in os.walk('/'):\n"
        "    found += [top for name in folders if name in ('grader', 'torch', 'nbgrader')]\n"
        "return found"
    )
    assert ask(body).value == []


def test_numpy_is_there():
    assert ask("import numpy as np\nreturn np.arange(3) * 2").value == [0, 2, 4]


def test_the_program_inside_uses_the_standard_library_alone():
    imports = [
        line.split()[1]
        for line in program(real=False, warm=True).splitlines()
        if line.startswith(("import", "from"))
    ]
    assert {name.partition(".")[0] for name in imports} <= sys.stdlib_module_names


def test_without_bubblewrap_grading_refuses(monkeypatch):
    monkeypatch.setattr(jail_module, "_why_not", lambda: NO_BUBBLEWRAP)
    with pytest.raises(NoJailError, match=NO_BUBBLEWRAP):
        jail()
    assert not jail("limited").contained


def test_the_limited_subprocess_limits_time_and_memory():
    where = Jail(contained=False)
    assert ask("return 7", where=where).value == 7
    assert ask("return len(bytearray(3 * 10**9))", where=where).detail == "MemoryError"
    endless = where.run(
        [Step(1, "def f(): \n    while True: pass"), Step(2, check="f", calls=[Call((), {})])]
    )
    assert endless.answers["f"].killed_by == signal.SIGXCPU


@pytest.fixture
def classroom(tmp_path):
    room = Classroom(tmp_path, LESSON)
    room.release(LESSON)
    return room


def test_a_refused_run_says_why_and_marks_nobody(classroom, monkeypatch):
    monkeypatch.setattr(jail_module, "_why_not", lambda: NO_BUBBLEWRAP)
    classroom.hand_in("ada", LESSON, model_answers(LESSON))
    classroom.collect(LESSON)
    with pytest.raises(ClassroomError, match=NO_BUBBLEWRAP):
        classroom.autograde(LESSON, "ada")
    assert not (classroom.root / ".nbgrader/autograded/ada").exists()


def test_a_limited_run_warns_and_grades(classroom, monkeypatch, caplog):
    monkeypatch.setattr(jail_module, "_why_not", lambda: NO_BUBBLEWRAP)
    classroom.config.JudgeInJail.without_bubblewrap = "limited"
    classroom.hand_in("ada", LESSON, model_answers(LESSON))
    classroom.collect(LESSON)
    classroom.autograde(LESSON, "ada")
    assert "students' code can read this machine's files" in caplog.text
    assert sum(classroom.scores(LESSON, "ada").values()) == 16


def test_validate_says_what_the_cards_say(classroom):
    notebook = classroom.fetch("ada", LESSON)
    said = {}
    for name, change in (
        ("right", model_answers(LESSON)),
        ("wrong", answer(mlp_params="def mlp_params(sizes, bias=True):\n    return 1")),
    ):
        edit(notebook, change)
        stream = io.StringIO()
        validator = Validator(config=classroom.config)
        validator.stream = stream
        validator.validate_and_print(str(notebook))
        said[name] = stream.getvalue()
    assert "Success!" in said["right"]
    assert "VALIDATION FAILED" in said["wrong"]
    assert "Wrong · mlp_params · 0 of 4 points" in said["wrong"], "the card's words"


def test_a_run_that_is_killed_and_started_again_ends_the_same(classroom):
    students = [f"student-{number}" for number in range(6)]
    for name in students:
        classroom.hand_in(name, LESSON, model_answers(LESSON))
    classroom.collect(LESSON)
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    first = subprocess.Popen(command, cwd=classroom.root, stderr=subprocess.DEVNULL)
    graded = classroom.root / ".nbgrader/autograded"
    while not len(list(graded.glob("*/*/*.ipynb"))) >= 3 and first.poll() is None:
        time.sleep(0.01)
    first.kill()
    first.wait()
    subprocess.run(command, cwd=classroom.root, stderr=subprocess.DEVNULL, check=True)
    for name in students:
        assert sum(classroom.scores(LESSON, name).values()) == 16


def test_who_stops_itself_costs_one_exercise(monkeypatch):
    monkeypatch.setattr(jail_module, "SILENT_SECONDS", 8.0)
    source = "import os, signal\ndef f(): os.kill(os.getppid(), signal.SIGSTOP)\ndef g(): return 7"
    nothing = [Call((), {})]
    steps = [Step(1, source), Step(2, check="f", calls=nothing), Step(3, check="g", calls=nothing)]
    session = jail().run(steps, lambda _: None)
    assert session.answers["g"].outcomes[0].value == 7
    assert not session.answers["f"].finished


def test_a_cell_that_sleeps_costs_itself(monkeypatch):
    monkeypatch.setattr(jail_module, "SILENT_SECONDS", 8.0)
    steps = [
        Step(1, "import time\ntime.sleep(1000)"),
        Step(2, "def g(): return 7"),
        Step(3, check="g", calls=[Call((), {})]),
    ]
    assert jail().run(steps, lambda _: None).answers["g"].outcomes[0].value == 7


def test_a_notebook_sees_the_face_of_the_package_and_no_answer():
    body = (
        "import os, sys, grader, torch\n"
        "folder = os.path.dirname(grader.__file__)\n"
        "return sorted(name for _, _, files in os.walk(folder) for name in files)"
    )
    source = "def f():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    steps = [Step(1, f"{source}\nfound = f()"), Step(2, check="found")]
    found = jail().run(steps, lambda _: None).answers["found"].outcomes[0].value
    assert {"notebook.py", "kernel.py", "canvas.py", "network.py"} <= set(found)
    assert not {"conv1d.py", "linear.py", "misconceptions.py", "autograde.py"} & set(found)
    assert not any(name.endswith(".json") for name in found)


def test_what_a_notebook_sees_of_the_package_is_whole():
    """What a shown file imports of this package, at its top or inside a function, is shown too."""
    body = (
        "import ast, os, sys, grader\n"
        "top = os.path.dirname(os.path.dirname(grader.__file__))\n"
        "there = {os.path.join(*path, file) for *path, _, files in os.walk(top + '/grader')\n"
        "         for file in files if file.endswith('.py')}\n"
        "names = {file[len(top) + 1 : -3].replace('/', '.').removesuffix('.__init__')\n"
        "         for file in there}\n"
        "wanted = {(node.module, alias.name) for file in there for node in\n"
        "          ast.walk(ast.parse(open(file).read())) if isinstance(node, ast.ImportFrom)\n"
        "          and str(node.module).startswith('grader') for alias in node.names}\n"
        "return sorted(f'{module} {name}' for module, name in wanted\n"
        "              if module not in names and f'{module}.{name}' not in names)"
    )
    source = "def f():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    steps = [Step(1, f"{source}\nfound = f()"), Step(2, check="found")]
    more_questions = "grader.course.pool_files topic_named"  # caught where it is imported
    found = jail().run(steps, lambda _: None).answers["found"].outcomes[0].value
    assert found == [more_questions]


@pytest.mark.parametrize("without_bubblewrap", ["refuse", "limited"])
def test_root_in_a_container_without_other_users_is_refused(without_bubblewrap, monkeypatch):
    ask_there = f"from grader.ask.jail import jail; jail({without_bubblewrap!r})"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", sys.executable, "-c", ask_there],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    monkeypatch.setattr(obstacles, "lacks_user", lambda: True)
    monkeypatch.setattr(obstacles, "is_root", lambda: True)
    said = done.stderr.strip().splitlines()[-1]
    assert said == f"grader.ask.jail.NoJailError: {obstacles.of_root()}"
