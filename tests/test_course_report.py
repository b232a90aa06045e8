"""The report over all lessons, and what the report of one lesson says of answers without a name."""

import csv

import pytest
from classroom import Classroom, answer, model_answers

from grader.classroom import course_report
from grader.classroom.class_report import NoClassError, class_report, page
from grader.classroom.grade import Course, grade

LINEAR, CONV = "01-linear", "05-conv1d"


def params(value):
    start = "def linear_params(in_features, out_features, bias=True):"
    return answer(linear_params=f"{start}\n    return {value}")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("course"), LINEAR, CONV)
    conv = (
        "def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):\n"
        "    return out_channels * in_channels // groups * kernel_size"
    )
    for lesson in (LINEAR, CONV):
        room.release(lesson)
    for name in ("ann", "bob", "=cy"):
        room.hand_in(name, LINEAR, params("in_features * out_features"))
    for name in ("dan", "eve"):
        room.hand_in(name, LINEAR, params("7 * in_features ** 3 + 12345"))
    room.hand_in("fay", LINEAR, model_answers(LINEAR))
    room.hand_in("ann", CONV, answer(conv1d_params=conv))
    room.hand_in("fay", CONV, model_answers(CONV))
    for lesson in (LINEAR, CONV):
        room.collect(lesson)
        grade(Course.at(room.root, lesson, room.config), workers=1)
    return room


@pytest.fixture(scope="module")
def report(room):
    return course_report.course_report(room.config)


def test_who_falls_behind_and_what_stays(report):
    assert {row.name: row.why_behind for row in report.behind}["bob"] == (
        "1 not handed in, 1 below half"
    )
    assert "fay" not in {row.name for row in report.behind}
    assert [(each.mistake, each.students, each.lessons) for each in report.persistent] == [
        ("no bias", ("ann",), (LINEAR, CONV))
    ]


def test_what_is_too_hard(report):
    assert "linear_mult_adds" in {each.exercise for each in report.too_hard}
    page = course_report.page(report)
    assert "no bias</strong>, in 01-linear, 05-conv1d: ann" in page


def test_equal_answers_without_a_name_stand_together(room):
    found = class_report(room.config, LINEAR)
    assert [(each.exercise, each.students) for each in found.unnamed] == [
        ("linear_params", ("dan", "eve"))
    ]
    assert "2 students answer <strong>12352</strong>" in page(found)


def test_who_handed_in_and_was_not_graded_is_named(room):
    folder = room.root / ".nbgrader/submitted/late" / LINEAR
    folder.mkdir(parents=True)
    assert class_report(room.config, LINEAR).not_graded == ("late",)
    assert "Handed in, and not graded yet" in page(class_report(room.config, LINEAR))
    folder.rmdir()


def test_the_table_has_a_column_for_each_exercise_and_part(report, tmp_path):
    course_report.write_csv(report, tmp_path / "marks.csv")
    with (tmp_path / "marks.csv").open(encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["fay"]["01-linear"] == "16.0"
    assert rows["fay"]["01-linear: linear_params: without a bias"] == "1"
    assert rows["ann"]["01-linear: linear_params: weights and bias"] == "0"
    assert rows["bob"]["05-conv1d: conv1d_params"] == ""
    assert "'=cy" in rows


def test_there_is_nothing_to_report(tmp_path):
    room = Classroom(tmp_path, LINEAR)
    room.release(LINEAR)
    with pytest.raises(NoClassError, match="No lesson has been graded yet"):
        course_report.course_report(room.config)
