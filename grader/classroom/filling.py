"""From verdicts into nbgrader's gradebook: what its SaveAutoGrades and AssignLatePenalties do, for
a class in one session. A row that stays as it is is not written, so no manual mark goes back to
review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from grader.classroom.journal import Verdict

NO_RESPONSE = "No response."  # nbgrader's words


@dataclass(frozen=True)
class Graded:
    """Whose verdict it is."""

    student: str
    verdict: Verdict
    when: datetime | None = None  # handed in, UTC without a zone, as nbgrader keeps it


@dataclass(frozen=True)
class Change:
    """A mark that the gradebook had otherwise."""

    student: str
    exercise: str
    before: float | None  # None where there was no mark yet
    now: float
    by_hand: bool = False  # a mark by hand counts instead, and goes back to review


@dataclass
class Filling:
    """One lesson of an open gradebook, being filled."""

    gradebook: Gradebook
    lesson: str
    config: Any
    changes: list[Change] = field(default_factory=list)
    too_high: list[Change] = field(default_factory=list)  # marks by hand above the maximum

    def __post_init__(self) -> None:
        self.assignment = self.gradebook.find_assignment(self.lesson)
        notebook = self.gradebook.find_notebook(self.lesson, self.lesson)
        self.graded = {cell.id: (cell.name, cell.max_score) for cell in notebook.grade_cells}
        self.solutions = {cell.id: cell.name for cell in notebook.solution_cells}
        step = AssignLatePenalties(config=self.config)
        step.init_plugin()
        self.penalties = step

    def write(self, batch: Iterable[Graded], dry: bool = False) -> None:
        """Enter the verdicts on some students' files, as one transaction."""
        graded = {each.student: each for each in batch}
        session = self.gradebook.db
        found = self._submissions(graded)
        new = graded.keys() - found.keys()
        students = {s.id: s for s in session.scalars(select(Student).where(Student.id.in_(new)))}
        for name in sorted(new):
            found[name] = self._new_submission(students.get(name) or Student(id=name))
        for name, each in graded.items():
            self._enter(found[name], each)
        if dry:
            session.rollback()
        else:
            session.commit()
        session.expunge_all()
        self.assignment = self.gradebook.find_assignment(self.lesson)

    def _submissions(self, names: Iterable[str]) -> dict[str, Any]:
        """What the gradebook has of these students, each with its grades and comments."""
        notebooks = selectinload(SubmittedAssignment.notebooks)
        query = (
            select(SubmittedAssignment)
            .where(
                SubmittedAssignment.assignment_id == self.assignment.id,
                SubmittedAssignment.student_id.in_(list(names)),
            )
            .options(
                notebooks.selectinload(SubmittedNotebook.grades),
                notebooks.selectinload(SubmittedNotebook.comments),
            )
        )
        return {each.student_id: each for each in self.gradebook.db.scalars(query)}

    def _new_submission(self, student: Any) -> Any:
        """A submission with a place for each mark and comment, as nbgrader makes it."""
        submission = SubmittedAssignment(assignment=self.assignment, student=student)
        for notebook in self.assignment.notebooks:
            own = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in [*notebook.grade_cells, *notebook.task_cells]:
                Grade(cell_id=cell.id, notebook=own)
            for cell in [*notebook.solution_cells, *notebook.task_cells]:
                Comment(cell_id=cell.id, notebook=own)
        self.gradebook.db.add(submission)
        return submission

    def _enter(self, submission: Any, graded: Graded) -> None:
        if graded.when is not None and submission.timestamp != graded.when:
            submission.timestamp = graded.when
        for notebook in submission.notebooks:
            changed = [grade for grade in notebook.grades if self._score(grade, graded)]
            for comment in notebook.comments:
                self._comment(comment, graded.verdict)
            self._penalty(submission, notebook, bool(changed))

    def _score(self, grade: Any, graded: Graded) -> bool:
        """What nbgrader's SaveAutoGrades does, but for a mark that stays."""
        if grade.cell_id not in self.graded:
            return False
        name, most = self.graded[grade.cell_id]
        score = graded.verdict.scores.get(name, 0.0)
        by_hand = grade.manual_score is not None
        if by_hand and grade.manual_score > most:
            self.too_high.append(Change(graded.student, name, grade.manual_score, most, True))
        if grade.auto_score == score:
            return False
        self.changes.append(Change(graded.student, name, grade.auto_score, score, by_hand))
        grade.auto_score = score
        grade.needs_manual_grade = by_hand
        return True

    def _comment(self, comment: Any, verdict: Verdict) -> None:
        unanswered = self.solutions.get(comment.cell_id) in verdict.unanswered
        said = NO_RESPONSE if unanswered else None
        if comment.auto_comment != said:
            comment.auto_comment = said

    def _penalty(self, submission: Any, notebook: Any, changed: bool) -> None:
        """What nbgrader's AssignLatePenalties does: worked out anew at each filling."""
        due = self.assignment.duedate  # nbgrader fails at an extension of nothing
        penalty, late = None, submission.total_seconds_late if due else 0
        if late > 0:
            score = sum(map(_counts, notebook.grades))
            penalty = self.penalties.plugin_inst.late_submission_penalty(
                submission.student_id, score, late
            )
            penalty = None if penalty is None else min(max(penalty, 0), score)
        if notebook.late_submission_penalty != penalty:
            notebook.late_submission_penalty = penalty


def _counts(grade: Any) -> float:
    """The points that a mark is worth, which nbgrader works out in SQL."""
    own = grade.auto_score if grade.manual_score is None else grade.manual_score
    return 0.0 if own is None else float(own + (grade.extra_credit or 0.0))


def by_exercise(changes: Iterable[Change]) -> Mapping[str, list[Change]]:
    """The changes of marks, sorted by exercise."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.exercise, []).append(change)
    return found
