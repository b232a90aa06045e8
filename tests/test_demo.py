"""The throw-away class: twelve right marks, a CSV, and a page worth looking at."""

import csv
import re
from pathlib import Path

import pytest

from grader.ask import jail
from grader.classroom import class_report
from grader.classroom.demo import demo, read_script
from grader.classroom.school import Classroom
from grader.judge.errors import CourseError

REPOSITORY = Path(__file__).parent.parent
SCRIPT = read_script(REPOSITORY)
LESSON = SCRIPT["lesson"]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "class"
    return list(demo(REPOSITORY, folder)), folder


def test_all_twelve_get_their_mark(played):
    _, folder = played
    with (folder / "marks.csv").open() as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks == {student["name"]: student["mark"] for student in SCRIPT["student"]}
    assert len(marks) == 12


def test_the_terminal_shows_the_gradebook(played):
    lines, _ = played
    table = "\n".join(lines)
    assert re.search(r"^chidi +3/3 +0/3 +3/3 +3/3 +1/4 +10 *$", table, re.MULTILINE)
    assert re.search(r"^kofi .* 16 +24 h$", table, re.MULTILINE)
    assert "your own gradebook was not touched" in lines[-1]


def test_the_page_names_the_most_frequent_mistake_and_who_needs_help(played):
    _, folder = played
    page = (folder / "class-report.html").read_text(encoding="utf-8")
    first = page[page.index('class="mistake"') :][:600]
    assert "bias per input" in first
    assert "2 students: chidi, dunya" in first
    assert "<code>linear_params(in_features=1, out_features=2)</code>" in first
    helped = page[page.index("Who may need help") : page.index("What did not run")]
    assert [*re.findall(r"<strong>(\w+)", helped)] == ["dunya", "hiro", "lena"]
    assert "SyntaxError" in page
    assert not re.search(r"(?:src|href)=\"https?:", page), "self-contained"


def test_a_mark_changed_by_hand_survives_grading_again_and_is_shown(tmp_path):
    room = Classroom(REPOSITORY, tmp_path, [LESSON])
    room.release(LESSON)
    room.fetch("ada", LESSON)
    room.submit("ada", LESSON)
    room.collect(LESSON)
    room.autograde(LESSON, "ada")
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade("linear_params", LESSON, LESSON, "ada")
        grade.manual_score = 2.5
        gradebook.db.commit()
    room.autograde(LESSON, "ada")
    report = class_report.class_report(room.config, LESSON)
    assert report.students[0].score == 2.5
    assert "2.5/3 by hand" in class_report.page(report)


def test_without_a_graded_submission_the_report_says_what_to_do(tmp_path):
    room = Classroom(REPOSITORY, tmp_path, [LESSON])
    with pytest.raises(class_report.NoClassError, match="first `nbgrader collect 01-linear`"):
        class_report.class_report(room.config, LESSON)
    room.release(LESSON)
    with pytest.raises(class_report.NoClassError, match="No submission of 01-linear"):
        class_report.class_report(room.config, LESSON)


def test_without_a_jail_it_says_so_before_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(jail, "_why_not", lambda: "bubblewrap is not installed")
    with pytest.raises(CourseError, match=r"^.*bubblewrap is not installed"):
        next(demo(REPOSITORY, tmp_path / "demo"))
    assert not (tmp_path / "demo").exists()
