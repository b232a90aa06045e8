"""The reader's own functions: read from the notebooks next door, whatever is in these."""

import json

import nbformat
import pytest
import torch  # noqa: F401  # as in every lesson: it is there before a function is asked
from classroom import REPOSITORY

from grader.course.own_answers import Filled, OwnAnswers

RIGHT = "def tensor_size(shape):\n    n = 1\n    for d in shape:\n        n *= d\n    return n\n"
BYTES = "def tensor_bytes(shape, element_size=4):\n    return tensor_size(shape) * element_size\n"
LESSON = "00-start-here"


def lessons(folder, other=(), **answers):
    """The folder of the lessons, with one notebook that answers these exercises."""
    cells = [nbformat.v4.new_code_cell(source) for source in other]
    for name, source in answers.items():
        marks = {"nbgrader": {"grade_id": f"{name}_answer", "solution": True}}
        cells.append(nbformat.v4.new_code_cell(source, metadata=marks))
    write(folder, nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    return OwnAnswers(folder)


def write(folder, text):
    (folder / LESSON).mkdir(exist_ok=True)
    (folder / LESSON / f"{LESSON}.ipynb").write_bytes(
        text if isinstance(text, bytes) else text.encode()
    )


def test_what_is_right_is_the_reader_s(tmp_path):
    mine = lessons(tmp_path, tensor_size=RIGHT, tensor_bytes=BYTES)
    assert mine.fill("tensor_size", 24, (2, 3, 4)) == Filled(24, "you")
    assert mine.fill("tensor_bytes", 48, (2, 3), element_size=8) == Filled(48, "you")
    assert repr(mine) == "2 of 2 answers in 1 notebooks are yours"
    assert "tensor_size, tensor_bytes" in mine._repr_html_()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def tensor_size(shape):\n    ...\n", "not written yet"),
        ("def tensor_size(shape):\n    return 7 + sum(shape)\n", "not right yet"),
        ("def tensor_size(shape):\n    return shape[0]\n", "half right"),
        ("def tensor_size(shape):\n    raise ValueError\n", "not right yet"),
        ("def tensor_size(shape):\n    while True: pass\n", "not right yet"),
        ("def tensor_size(shape):\n    exit()\n", "not right yet"),
        (
            "def tensor_size(shape):\n    import torch\n    return torch.empty(shape).numel()\n",
            "not right yet",
        ),
        ("def tensor_size(shape)\n    return 1\n", "its cell does not run"),
        ("while True: pass\n" + RIGHT, "its cell does not run"),
        ("raise SystemExit\n" + RIGHT, "its cell does not run"),
        ("tensor_size = 3\n", "not right yet"),
        ("### BEGIN SOLUTION\n" + RIGHT, "no answer found"),
    ],
)
def test_what_is_not_right_is_pytorch_s_and_says_why(source, said, tmp_path, monkeypatch):
    monkeypatch.setattr("grader.ask.kernel.CPU_SECONDS", 0.3)
    mine = lessons(tmp_path, tensor_size=source)
    assert mine.fill("tensor_size", 24, (2, 3, 4)) == Filled(24, said)


def test_an_answer_stands_although_its_cell_ends_in_an_error(tmp_path):
    mine = lessons(tmp_path, tensor_size=RIGHT + "check(tensor_size)\n1 / 0\n")
    assert mine["tensor_size"].is_right


def test_helpers_and_imports_of_other_cells_are_there_and_the_lecture_does_not_run(tmp_path):
    other = [
        "import math\nimport torch",
        "def product(sizes):\n    return math.prod(sizes)",
        "open('touched', 'w')",
        "this is no Python",
        "%matplotlib inline",
        "while True: pass",
    ]
    source = "def tensor_size(shape):\n    return product(shape)"
    assert lessons(tmp_path, other, tensor_size=source)["tensor_size"].is_right


def test_a_function_that_is_right_but_not_here_does_not_fill_the_cell(tmp_path):
    mine = lessons(tmp_path, tensor_size=RIGHT)
    assert mine.fill("tensor_size", 25, (2, 3, 4)) == Filled(25, "right elsewhere, not here")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        '{"cells": [{"cell_type": "code"}]}',
        b"\xff\xfe\x00",
        '{"cells": [{"cell_type": "code", "source": null, "metadata": null}]}',
        "[" * 100_000,
    ],
)
def test_a_broken_notebook_is_no_notebook(text, tmp_path):
    write(tmp_path, text)
    assert OwnAnswers(tmp_path).fill("tensor_size", 24, (2, 3, 4)) == Filled(24, "no answer found")


def test_where_there_is_no_notebook_pytorch_fills_everything(tmp_path):
    mine = OwnAnswers(tmp_path / "nowhere")
    assert mine.lessons == {}
    assert mine.entry("elementwise", "ReLU", True) == Filled(True, "no answer found")


def test_a_dict_that_is_right_fills_its_entries(tmp_path):
    def told(name, cells):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.ipynb").write_text(json.dumps({"cells": cells}))

    source = "\n".join(
        [
            "last_layer = {",
            '"MSELoss": "Linear",',
            '"BCEWithLogitsLoss": "Linear",',
            '"BCELoss": "Sigmoid",',
            '"CrossEntropyLoss": "Linear",',
            '"NLLLoss": "LogSoftmax"}',
        ]
    )
    marks = {"nbgrader": {"grade_id": "last_layer_answer", "solution": True}}
    told("03-softmax", [{"cell_type": "code", "source": [source], "metadata": marks}])
    mine = OwnAnswers(tmp_path)
    assert mine.entry("last_layer", "BCELoss", "Sigmoid") == Filled("Sigmoid", "you")
    assert mine.entry("last_layer", "HingeLoss", "Linear") == Filled("Linear", "not asked")


def test_the_model_answers_of_the_course_are_nobody_s_own():
    mine = OwnAnswers(REPOSITORY / "solutions")
    assert mine.lessons == {}


def test_the_released_notebooks_are_not_written_yet():
    mine = OwnAnswers(REPOSITORY / "notebooks")
    said = {own.said for lesson in mine.lessons.values() for own in lesson.values()}
    assert said <= {"not written yet"}, said
