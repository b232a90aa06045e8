"""The whole way of a class through nbgrader, with every kind of student."""

import csv

import pytest
from classroom import Classroom, answer, model_answers
from nbgrader.apps import ExportApp

LESSON = "01-linear"
RIGHT = {
    "linear": 3,
    "linear_params": 3,
    "linear_output_shape": 3,
    "linear_mult_adds": 3,
    "mlp_params": 4,
}
NOTHING = dict.fromkeys(RIGHT, 0)


def delete_check_cell(notebook):
    model_answers(LESSON)(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "mlp_params"]


STUDENTS = {
    "all-right": (model_answers(LESSON), RIGHT, "Correct"),
    "untouched": (lambda notebook: None, NOTHING, "Not attempted"),
    "half-right": (
        answer(
            linear_params="def linear_params(in_features, out_features, bias=True):\n"
            "    return in_features * out_features + out_features"
        ),
        {**NOTHING, "linear_params": 2},
        "Partly right",
    ),
    "named-mistake": (
        answer(
            linear_params="def linear_params(in_features, out_features, bias=True):\n"
            "    return in_features * out_features + bias * in_features"
        ),
        NOTHING,
        "Your bias has one number for each input",
    ),
    "exception": (
        answer(mlp_params="def mlp_params(sizes, bias=True):\n    return sizes / 0"),
        NOTHING,
        "TypeError: unsupported operand type(s) for /",
    ),
    "deleted-check-cell": (delete_check_cell, RIGHT, "was put back"),
}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    for student, (change, _, _) in STUDENTS.items():
        room.hand_in(student, LESSON, change)
    room.collect(LESSON)
    return room


@pytest.mark.parametrize("student", STUDENTS)
def test_a_student_gets_the_right_mark_and_card(classroom, student):
    _, scores, on_the_card = STUDENTS[student]
    classroom.autograde(LESSON, student)
    assert classroom.scores(LESSON, student) == scores
    page = classroom.feedback_page(LESSON, student)
    assert on_the_card in page
    assert "BEGIN SOLUTION" not in page


def test_the_export_holds_every_student(classroom, tmp_path, monkeypatch):
    monkeypatch.chdir(classroom.root)
    exporter = ExportApp.instance(config=classroom.config)
    exporter.initialize([f"--to={tmp_path / 'marks.csv'}"])
    exporter.start()
    with (tmp_path / "marks.csv").open() as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks == {student: sum(scores.values()) for student, (_, scores, _) in STUDENTS.items()}
