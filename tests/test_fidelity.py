"""One verdict: what a kernel says of a notebook is what grading says.

`fidelity/` holds hand-ins of lesson 01 as students write them, one of each kind; `generated.py`
makes others without end.
"""

import tempfile
from pathlib import Path

import generated
import nbformat
import pytest
from classroom import Classroom
from nbclient import NotebookClient

from grader.ask.jail import jail
from grader.classroom import grading
from grader.classroom.grading import Cell
from grader.course.catalogue import find

HERE = Path(__file__).parent / "fidelity"
LESSON = "01-linear"
ELSEWHERE = {"merge-conflict", "predictions"}  # nothing to earn: other tests have them
NOT_IN_A_KERNEL = {"answer-is-markdown", "missing-package"}
NOTEBOOKS = sorted(path.stem for path in HERE.glob("*.ipynb") if path.stem not in ELSEWHERE)
ONE = {"linear_params": 3}
EARNS = {"two-answers-in-one-cell": {"linear_params": 3, "linear_output_shape": 3}}


def in_a_kernel(notebook):
    """The points of each check cell, all cells run from top to bottom in a fresh kernel, in a
    folder of its own: some write files."""
    with tempfile.TemporaryDirectory() as folder:
        place = {"metadata": {"path": folder}}
        NotebookClient(notebook, allow_errors=True, timeout=120, resources=place).execute()
    points = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and marks.get("grade") and not marks.get("solution"):
            said = [out.data["text/plain"] for out in cell.outputs if "data" in out]
            points[marks["grade_id"]] = float(said[-1]) if said else 0.0
    return points


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    for name in NOTEBOOKS:
        content = (HERE / f"{name}.ipynb").read_bytes()
        room.hand_in(student(name), LESSON, lambda _, content=content: content)
    room.collect(LESSON)
    room.autograde(LESSON, "*")
    return room


def student(name):
    return "".join(c if c.isalnum() else "-" for c in name)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_grading_says_what_it_is_worth(graded, name):
    scores = graded.scores(LESSON, student(name))
    assert scores == scores | EARNS.get(name, ONE)


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in NOTEBOOKS if name not in NOT_IN_A_KERNEL])
def test_a_kernel_says_the_same(name):
    text = (HERE / f"{name}.ipynb").read_text(encoding="utf-8-sig")
    points = in_a_kernel(nbformat.reads(text, as_version=4))
    assert points == points | EARNS.get(name, ONE)


def points_in_jail(cells, how):
    """What the exercises of these cells earn by the visible cases."""
    keys = {cell.name: find(cell.name) for cell in cells if cell.is_check}
    session = how(cells, keys)
    return {
        name: grading.judged(key, session.answers[name]).score
        if session.answers[name].defined
        else 0.0
        for name, key in keys.items()
    }


def as_cells(notebook):
    lesson = {cell.id: cell.source for cell in generated.released().cells}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            marks = cell.metadata.get("nbgrader", {})
            yield Cell(
                cell.source,
                marks.get("grade_id", ""),
                lesson.get(cell.id),
                is_check=bool(marks.get("grade")) and not marks.get("solution"),
                is_answer=bool(marks.get("solution")),
            )


def made(seed):
    notebook = generated.released()
    generated.notebook(seed)(notebook)
    return notebook


def check_one(seed):
    notebook = made(seed)
    cells = list(as_cells(notebook))
    expected = in_a_kernel(notebook)
    real = points_in_jail(
        cells, lambda cells, keys: jail().run(grading._steps(cells, keys), grading.court)
    )
    assert real == expected, seed
    if grading.is_plain(cells):
        assert points_in_jail(cells, lambda *given: grading.run(jail(), *given)) == expected, seed


@pytest.mark.parametrize("seed", range(5))
def test_generated_notebooks_get_one_verdict(seed):
    check_one(seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 160))
def test_sixty_generated_notebooks_get_one_verdict(seed):
    check_one(seed)


RIGHT = (
    "def linear_params(in_features, out_features, bias=True):\n"
    "    return (in_features + bias) * out_features"
)
BLANK = "def linear_params(in_features, out_features, bias=True):\n    ..."


def with_cells(*cells):
    """The lesson with these cells around its check of `linear_params`: sources, or "check"."""
    notebook = generated.released()
    place = next(i for i, c in enumerate(notebook.cells) if c.id == "linear_params")
    check = notebook.cells[place]
    new = [check.copy() if c == "check" else nbformat.v4.new_code_cell(c) for c in cells]
    notebook.cells[place : place + 1] = new
    return notebook


COPIES = {
    "blank copy below": (with_cells(RIGHT, "check", BLANK), 3, "agrees with PyTorch"),
    "blank copy above": (with_cells(RIGHT, BLANK, "check"), 0, "delete the empty one"),
    "check copied": (with_cells("check", RIGHT, "check"), 3, "agrees with PyTorch"),
    "check copied, undone later": (with_cells(RIGHT, "check", BLANK, "check"), 0, "empty"),
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("copies"), LESSON)
    room.release(LESSON)
    for name, (notebook, *_) in COPIES.items():
        content = nbformat.writes(notebook).encode()
        room.hand_in(student(name), LESSON, lambda _, content=content: content)
    room.collect(LESSON)
    room.autograde(LESSON, "*")
    return room


@pytest.mark.parametrize("name", COPIES)
def test_a_check_asks_where_it_stands_and_the_last_one_counts(copies, name):
    _, points, words = COPIES[name]
    assert copies.scores(LESSON, student(name))["linear_params"] == points
    assert words in copies.feedback_page(LESSON, student(name))


@pytest.mark.parametrize("depth", [900, 940, 980])
def test_a_function_may_call_itself_as_deeply_everywhere(depth):
    source = (
        "def linear_params(in_features, out_features, bias=True):\n"
        "    def down(n): return n and down(n - 1)\n"
        f"    down({depth})\n    return (in_features + bias) * out_features"
    )
    cells = [
        Cell("import torch\nfrom grader import check", released="import torch"),
        Cell(source, "linear_params_answer", is_answer=True),
        Cell("check(linear_params)", "linear_params", "check(linear_params)", is_check=True),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c.source) for c in cells])
    notebook.cells[-1].metadata["nbgrader"] = {"grade": True, "grade_id": "linear_params"}
    said = in_a_kernel(notebook)
    bare = points_in_jail(cells[1:], lambda *given: grading.run(jail(), *given))
    real = points_in_jail(cells, lambda *given: grading.run(jail(), *given))
    assert said == bare == real
