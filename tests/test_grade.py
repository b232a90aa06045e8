"""`grader grade` gives the marks, cards and copies of `nbgrader autograde`, and loses nothing."""

import shutil
import sys
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest
from classroom import Classroom, answer, model_answers
from honest import STUDENTS, params

from grader.classroom.backup import NoBackupError, newest
from grader.classroom.grade import Course, GradeError, alone, grade
from grader.classroom.grade_command import write_csv
from grader.classroom.journal import circumstances, digest_of
from grader.classroom.term import AnotherWordError

LESSON = "01-linear"
DUE = "2020-01-01 12:00"
CLASS = {
    **{name.replace(" ", "-"): change for name, change in STUDENTS.items()},
    "endless": answer(**params("while True: pass")),
    "half-a-file": lambda notebook: '{"cells": [',
    "no-notebook": lambda notebook: "I have no time this week.",
    "copied": lambda notebook: notebook.cells.append(deepcopy(notebook.cells[-1])),
}


def rows(room):
    """The gradebook, but for the random ids of its rows."""
    with room.gradebook() as gradebook:
        return {
            (submission.student.id, grade.name): (
                grade.auto_score,
                grade.manual_score,
                grade.extra_credit,
                grade.needs_manual_grade,
                grade.score,
                submission.timestamp,
                submission.total_seconds_late,
                notebook.late_submission_penalty,
                sorted((c.name, c.auto_comment, c.manual_comment) for c in notebook.comments),
            )
            for submission in gradebook.assignment_submissions(LESSON)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def copies(room):
    """Everything that stands with the graded copies."""
    folder = room.root / ".nbgrader/autograded"
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def graded(room, **options):
    return grade(Course.at(room.root, LESSON, room.config), **{"workers": 1, **options})


def handed_in(folder, students, due=None):
    room = Classroom(folder, LESSON)
    room.release(LESSON, due)
    for name, change in students.items():
        room.hand_in(name, LESSON, change)
    room.collect(LESSON)
    return room


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory):
    """The same class, late, graded by nbgrader and by us; and what ours said of it."""
    room = handed_in(tmp_path_factory.mktemp("class"), CLASS, due=DUE)
    room.config.LateSubmissionPlugin.penalty_method = "zero"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.classroom.grade.AT_A_TIME", 5)  # more than one transaction
        summary = graded(room)
    ours = rows(room), copies(room)
    shutil.rmtree(room.root / ".nbgrader/autograded")
    (room.root / ".nbgrader/gradebook.db").unlink()
    with room.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=DUE)
    room.autograde(LESSON, "*")
    return room, summary, ours, (rows(room), copies(room))


def test_marks_penalties_and_comments_are_those_of_nbgrader(both_ways):
    _, _, (ours, _), (theirs, _) = both_ways
    assert ours == theirs
    assert ours["right", "linear_params"][7] > 0  # a penalty


def test_every_graded_copy_has_the_same_bytes(both_ways):
    _, _, (_, ours), (_, theirs) = both_ways
    assert set(ours) == set(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []


def test_who_handed_in_nothing_that_can_be_read_is_named_and_gets_cards(both_ways):
    _, summary, (ours, _), _ = both_ways
    assert {student for student, _ in summary.not_graded} == {"half-a-file", "no-notebook"}
    assert {"half-a-file", "no-notebook"} <= {student for student, _ in ours}
    assert summary.tentative == ["endless"]


@pytest.fixture
def small(tmp_path):
    students = {"ann": model_answers(LESSON), "bob": lambda notebook: None}
    room = handed_in(tmp_path, students)
    graded(room)
    return room


def hand_in_again(room, student, change):
    shutil.rmtree(room.desks / student, ignore_errors=True)
    room.hand_in(student, LESSON, change)
    room.api.collect(LESSON, update=True)


def by_hand(room, student, name, **fields):
    with room.gradebook() as gradebook:
        found = gradebook.find_grade(name, LESSON, LESSON, student)
        for field, value in fields.items():
            setattr(found, field, value)
        gradebook.db.commit()


def test_a_second_run_asks_and_writes_nothing(small):
    by_hand(small, "bob", "linear_params", manual_score=2.0, needs_manual_grade=False)
    before = rows(small)
    summary = graded(small)
    assert (summary.graded, summary.changes, summary.copies) == (0, [], 0)
    assert rows(small) == before  # the mark by hand was not sent back to review


def test_a_hand_in_that_changed_is_graded_alone(small):
    with small.gradebook() as gradebook:
        gradebook.find_grade("linear_params", LESSON, LESSON, "ann").manual_score = 1.0
        gradebook.grant_extension(LESSON, "bob", days=2)
        gradebook.db.commit()
    hand_in_again(small, "bob", model_answers(LESSON))
    summary = graded(small)
    assert summary.graded == 0  # the same bytes as ann's: their verdict is known
    assert {change.student for change in summary.changes} == {"bob"}
    with small.gradebook() as gradebook:
        assert gradebook.find_submission(LESSON, "bob").extension == timedelta(days=2)
        assert gradebook.find_grade("linear_params", LESSON, LESSON, "ann").score == 1.0


def test_a_mark_by_hand_stays_and_is_sent_to_review_where_the_verdict_changes(small):
    by_hand(small, "bob", "linear_params", manual_score=9.0, needs_manual_grade=False)
    small.config.JudgeInJail.term = "another word"
    summary = graded(small, only=(), again=False)
    assert not [change for change in summary.changes if change.student == "bob"]  # still 0
    assert [(each.student, each.before, each.now) for each in summary.too_high] == [
        ("bob", 9.0, 3.0)
    ]
    assert rows(small)["bob", "linear_params"][4] == 9.0


def test_a_dry_run_says_what_would_change_and_writes_nothing(small, tmp_path):
    before, files = rows(small), copies(small)
    hand_in_again(small, "ann", answer(**params("return 1")))
    summary = graded(small, dry_run=True)
    lost = {each.exercise: (each.before, each.now) for each in summary.changes}
    assert lost["linear_params"] == (3.0, 0.0)
    assert (rows(small), copies(small)) == (before, files)
    write_csv(tmp_path / "changes.csv", summary.changes)
    assert "ann,linear_params,3.0,0.0,False" in (tmp_path / "changes.csv").read_text()


def test_undo_puts_gradebook_and_copies_back(small):
    before, files = rows(small), copies(small)
    hand_in_again(small, "ann", answer(**params("return 1")))
    hand_in_again(small, "new", model_answers(LESSON))
    graded(small)
    assert rows(small) != before
    course = Course.at(small.root, LESSON, small.config)
    backups = course.private / "backups"
    newest(backups).put_back(course.directory.db_url, course.private / "autograded")
    assert (rows(small), copies(small)) == (before, files)


def test_there_is_nothing_to_undo(tmp_path):
    with pytest.raises(NoBackupError, match="no run of `grader grade`"):
        newest(tmp_path / "backups")


def test_some_students_only_and_with_one_word(small):
    small.config.JudgeInJail.term = "another word"
    with pytest.raises(AnotherWordError, match="1 hand-in"):
        graded(small, only=["ann"])
    small.config.JudgeInJail.term = ""
    with pytest.raises(GradeError, match=r"Nothing was handed in for 01-linear by eve\."):
        graded(small, only=["ann", "eve"])


def test_one_run_at_a_time(small):
    course = Course.at(small.root, LESSON, small.config)
    with (
        alone(course.private),
        pytest.raises(GradeError, match="Another `grader grade` of this course is running"),
    ):
        graded(small)


def test_the_journal_names_a_verdict_by_all_that_decides_it(small):
    orders = {"released": {"known": {}, "cells": []}, "keys": "k", "term": "t"}
    around = circumstances(orders, contained=True)
    assert digest_of(b"a", around) != digest_of(b"b", around)
    for other in ({**orders, "keys": "l"}, {**orders, "term": "u"}, {**orders, "released": {}}):
        assert circumstances(other, contained=True) != around
    assert circumstances(orders, contained=False) != around


def test_who_kills_the_worker_costs_nobody_else_a_mark(tmp_path):
    """Without bubblewrap a hand-in can reach the process that grades it."""

    def killer(notebook):
        model_answers(LESSON)(notebook)
        source = "import os, signal, torch\nos.kill(os.getppid(), signal.SIGKILL)"
        notebook.cells.insert(2, nbformat.v4.new_code_cell(source))

    def own_cell(number):
        def change(notebook):
            model_answers(LESSON)(notebook)
            notebook.cells.insert(2, nbformat.v4.new_code_cell(f"{number}"))

        return change

    room = handed_in(tmp_path, {"killer": killer, **{f"s{n}": own_cell(n) for n in range(5)}})
    room.config.JudgeInJail.without_bubblewrap = "limited"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.ask.jail._why_not", lambda: "no bubblewrap here")
        patch.setenv("PATH", str(Path(sys.executable).parent))  # the workers look for it there
        summary = graded(room)
    assert summary.tentative == ["killer"]
    assert sum(room.scores(LESSON, "killer").values()) == 0
    for number in range(5):
        assert sum(room.scores(LESSON, f"s{number}").values()) == 16
