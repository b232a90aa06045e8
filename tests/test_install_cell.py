"""The first cell of every notebook, and the way to Colab and back."""

import contextlib
import functools
import http.server
import json
import re
import subprocess
import sys
import threading
import venv
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY, Classroom, model_answers
from nbgrader.utils import compute_checksum, is_locked

from grader.classroom.self_check import self_check
from grader.course.exercises import lessons
from grader.judge.errors import CourseError
from grader.publish import install_cell
from grader.publish.install_cell import GRADE_ID, release_of

RELEASE = release_of(REPOSITORY)
NOTEBOOKS = sorted(REPOSITORY.glob("notebooks/*/*.ipynb"))
DIGEST = "0" * 64
LINEAR = next(lesson for lesson in lessons() if lesson.name == "01-linear")
POINTS = sum(exercise.points for exercise in LINEAR.exercises)


def set_to(address, sha256=DIGEST):
    return replace(RELEASE, address=address, sha256=sha256)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_begins_with_it_locked_and_folded(path):
    for folder in ("notebooks", "solutions"):
        first = nbformat.read(REPOSITORY / folder / path.stem / path.name, 4).cells[0]
        assert first.source == RELEASE.cell()
        assert first.id == GRADE_ID
        assert first.metadata.nbgrader.locked
        assert not first.metadata.nbgrader.grade
        assert first.metadata.jupyter.source_hidden
        assert first.metadata.cellView == "form"
        assert first.outputs == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_locked_cell_is_released_with_its_own_checksum(path):
    """Or nbgrader's Validate says of an untouched notebook that a cell has changed."""
    locked = [*filter(is_locked, nbformat.read(path, 4).cells)]
    assert len(locked) > 1
    assert [cell.metadata.nbgrader.checksum for cell in locked] == [*map(compute_checksum, locked)]


@pytest.mark.parametrize("release", [RELEASE, set_to("https://a/b.whl")], ids=["unset", "set"])
def test_where_the_package_is_there_it_does_nothing(release, capfd):
    names = {}
    exec(release.cell(), names)
    assert names.keys() - {"__builtins__"} == {"find_spec"}
    assert capfd.readouterr() == ("", "")


def test_where_no_address_is_set_it_says_how_and_installs_nothing(tmp_path):
    said = subprocess.run(
        [sys.executable, "-S", "-c", RELEASE.cell()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert not said.stderr
    assert f"%pip install --no-deps {RELEASE.wheel} torchinfo" in said.stdout
    assert "subprocess" not in RELEASE.cell()


def test_torch_is_never_asked_for_and_our_name_never_without_its_file():
    for cell in (RELEASE.cell(), set_to(f"https://a.org/{RELEASE.wheel}").cell()):
        assert not re.search(r"""["' ]torch\b""", cell)
        named = re.findall(rf"\b{RELEASE.name}\b.{{3}}", cell)
        assert named in ([], [f"{RELEASE.name} @ "])
    for path in NOTEBOOKS:
        assert not re.search(r"pip install[^\n]*every-layer-counts", path.read_text("utf-8"))


def test_each_other_package_is_called_as_its_module():
    assert set(RELEASE.others) >= {"torchinfo", "matplotlib"}
    for module in RELEASE.others:
        __import__(module)


WRONG = {
    "http": (f"http://a.org/{RELEASE.wheel}", DIGEST, "must begin with https://"),
    "another file": ("https://a.org/x.whl", DIGEST, f"must end with /{RELEASE.wheel}"),
    "a name alone": (RELEASE.name, DIGEST, "must begin with https://"),
    "a quote": (f'https://a.org/"/{RELEASE.wheel}', DIGEST, "a character that no address has"),
    "a short digest": (f"https://a.org/{RELEASE.wheel}", "0f", "must have 64 digits"),
    "no digest": (f"https://a.org/{RELEASE.wheel}", "", "must have 64 digits"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_address_that_cannot_be_meant_is_refused_in_one_sentence(wrong, tmp_path):
    address, sha256, said = WRONG[wrong]
    text = (REPOSITORY / "pyproject.toml").read_text("utf-8")
    lines = [f"[tool.{RELEASE.name}]", f"wheel = {json.dumps(address)}", f'sha256 = "{sha256}"']
    (tmp_path / "pyproject.toml").write_text("\n".join([text, *lines]), "utf-8")
    with pytest.raises(CourseError, match=re.escape(said)) as error:
        release_of(tmp_path)
    assert str(error.value).startswith("pyproject.toml, [tool.every-layer-counts]: ")
    assert "\n" not in str(error.value)


def as_colab(notebook, keeps_metadata=True):
    """As Colab saves: ids in the metadata, no minor version, its own keys everywhere."""
    for number, cell in enumerate(notebook["cells"]):
        own = {"id": cell.pop("id"), "outputId": f"a1b2-{number}", "colab": {"height": 34}}
        cell["metadata"] = {**(cell["metadata"] if keeps_metadata else {}), **own}
    notebook.update(
        nbformat_minor=0,
        metadata={
            "colab": {"provenance": [], "toc_visible": True},
            "kernelspec": {"display_name": "Python 3", "name": "python3"},
        },
    )


def as_kaggle(notebook):
    """As Kaggle saves: no tags, no ids of cells, its own marks in each cell."""
    for number, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] = {
            **{k: v for k, v in cell["metadata"].items() if k == "nbgrader"},
            "_uuid": f"8f2839f25d086af736a60e9eeb907d3b93b6e0e{number}",
            "trusted": True,
        }
    notebook.update(nbformat_minor=4, metadata={"kaggle": {"accelerator": "none"}})


def as_vs_code(notebook):
    """As VS Code saves: the language in each cell, and Windows' line ends."""
    for cell in notebook["cells"]:
        cell["metadata"] = {**cell["metadata"], "vscode": {"languageId": "python"}}
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]


def without_the_cell(notebook):
    """As it was handed out before the cell was there, or as a student tidies up."""
    assert notebook["cells"].pop(0)["id"] == GRADE_ID


SAVED = {
    "colab": as_colab,
    "colab, bare": functools.partial(as_colab, keeps_metadata=False),
    "kaggle": as_kaggle,
    "vs code": as_vs_code,
    "without the first cell": without_the_cell,
}


def saved(how, lesson="01-linear"):
    """A student's solved notebook as this program gives it back."""

    def change(notebook):
        model_answers(lesson)(notebook)
        content = json.loads(nbformat.writes(notebook))
        SAVED[how](content)
        return json.dumps(content, ensure_ascii=False)

    return change


def test_what_other_programs_save_is_graded_in_full(tmp_path):
    classroom = Classroom(tmp_path, "01-linear")
    classroom.release("01-linear")
    students = {f"s{number}": how for number, how in enumerate(SAVED)}
    for student, how in students.items():
        classroom.put(student, "01-linear", saved(how))
    classroom.autograde("01-linear", "*")
    for student, how in students.items():
        scores = classroom.scores("01-linear", student)
        assert scores, how
        assert sum(scores.values()) == POINTS, (how, scores)


@pytest.mark.parametrize("how", SAVED)
def test_what_other_programs_save_is_checked_in_the_terminal(how, tmp_path):
    path = tmp_path / "Copy of 01-linear (1).ipynb"
    notebook = nbformat.read(REPOSITORY / "notebooks/01-linear/01-linear.ipynb", 4)
    path.write_text(saved(how)(notebook), encoding="utf-8")
    checked = self_check(path, REPOSITORY / "notebooks")
    assert (checked.score, checked.points) == (POINTS, POINTS)
    assert not checked.errors


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.thorough
def test_on_a_machine_as_colab_it_installs_this_wheel_and_no_other(tmp_path):
    """A Python with PyTorch, Jupyter's kernel and all else, but without the course."""
    root = tmp_path / "dist"
    lines = install_cell.write_wheel(REPOSITORY, root)
    sha256 = re.search(r'sha256 = "(\w+)"', "\n".join(lines))[1]
    venv.create(tmp_path / "colab", with_pip=True)
    python = next((tmp_path / "colab").glob("bin/python"))
    theirs = next((tmp_path / "colab").glob("lib/*/site-packages"))
    (theirs / "others.pth").write_text(str(Path(pytest.__file__).parents[1]))

    def run(release, *more):
        code = "\n".join([release.cell(), *more])
        done = subprocess.run(
            [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stdout + done.stderr or more
        return done

    with served(root) as address:
        of_another = set_to(f"{address}/{RELEASE.wheel}", sha256[::-1])
        refused = run(of_another)
        assert "could not be installed" in refused.stdout
        assert run(of_another, "import grader").returncode, "it is not there"
        ours = set_to(f"{address}/{RELEASE.wheel}", sha256)
        notebook = nbformat.read(REPOSITORY / "solutions/01-linear/01-linear.ipynb", 4)
        code = [cell.source for cell in notebook.cells[1:] if cell.cell_type == "code"]
        done = run(ours, *code[:4], "import grader", "print(grader.__file__)")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith(str(theirs)), "in one go, in the cell's own process"
