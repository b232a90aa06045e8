"""How a class does over all lessons: a page, and a table of every exercise and part."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from grader.classroom.class_report import (
    NEEDS_HELP,
    Answer,
    ClassReport,
    NoClassError,
    class_report,
    render,
)

HARD, EASY = 0.4, 0.95  # of the points of an exercise, earned on average


@dataclass(frozen=True)
class Row:
    """One student over all lessons."""

    name: str
    shares: Sequence[float | None]  # of the points of each lesson; None where nothing is graded

    @property
    def why_behind(self) -> str:
        """Why this student falls behind, or ''."""
        missing = sum(share is None for share in self.shares)
        low = sum(share is not None and share <= NEEDS_HELP for share in self.shares)
        said = [f"{missing} not handed in"] * bool(missing) + [f"{low} below half"] * bool(low)
        return ", ".join(said)


@dataclass(frozen=True)
class Persistent:
    """A misconception that students take from lesson to lesson."""

    mistake: str
    students: tuple[str, ...]  # who made it in two lessons or more
    lessons: tuple[str, ...]


@dataclass(frozen=True)
class Difficulty:
    """How an exercise went."""

    lesson: str
    exercise: str
    share: float  # of its points, earned on average
    all_right: bool


@dataclass(frozen=True)
class CourseReport:
    """All that the page shows."""

    lessons: tuple[ClassReport, ...]
    rows: tuple[Row, ...]

    @property
    def behind(self) -> list[Row]:
        """Who falls behind, worst first."""
        found = [row for row in self.rows if row.why_behind]
        return sorted(found, key=lambda row: sum(share or 0 for share in row.shares))

    @property
    def persistent(self) -> list[Persistent]:
        """Mistakes of one name that a student makes in two lessons or more, the commonest first."""
        made: dict[tuple[str, str], list[str]] = {}
        for report in self.lessons:
            for student in report.students:
                names = {name for answer in student.answers for name in answer.mistakes}
                for name in sorted(names):
                    made.setdefault((name, student.name), []).append(report.lesson)
        stayed: dict[str, list[str]] = {}
        where: dict[str, set[str]] = {}
        for (name, who), lessons in made.items():
            if len(lessons) > 1:
                stayed.setdefault(name, []).append(who)
                where.setdefault(name, set()).update(lessons)
        found = [Persistent(n, tuple(s), tuple(sorted(where[n]))) for n, s in stayed.items()]
        return sorted(found, key=lambda each: (-len(each.students), each.mistake))

    @property
    def exercises(self) -> list[Difficulty]:
        """Every exercise, in the course's order."""
        return [_difficulty(report, name) for report in self.lessons for name in report.exercises]

    @property
    def too_hard(self) -> list[Difficulty]:
        """Exercises for which few points are earned, the hardest first."""
        found = [each for each in self.exercises if each.share < HARD]
        return sorted(found, key=lambda each: each.share)

    @property
    def too_easy(self) -> list[Difficulty]:
        """Exercises that hardly anybody gets wrong."""
        return [each for each in self.exercises if each.share >= EASY]


def course_report(config: Any) -> CourseReport:
    """Read all graded lessons of the course with this nbgrader configuration.

    Raises:
        NoClassError: if nothing has been graded.
    """
    with Gradebook(config.CourseDirectory.db_url) as gradebook:
        lessons = sorted(each.name for each in gradebook.assignments)
        names = sorted(each.id for each in gradebook.students)
    reports = []
    for lesson in lessons:
        try:
            reports.append(class_report(config, lesson))
        except NoClassError:
            continue
    if not reports:
        raise NoClassError("No lesson has been graded yet: first `grader grade 01`.")
    rows = tuple(Row(name, [_share(report, name) for report in reports]) for name in names)
    return CourseReport(tuple(reports), rows)


def page(report: CourseReport) -> str:
    """The report as one self-contained HTML page."""
    return render("course_report.html.j2", report=report, median=statistics.median)


def write_csv(report: CourseReport, path: Path) -> None:
    """A row for each student; a column for each lesson, exercise and part."""
    columns = list(_columns(report))
    answers = {
        (each.lesson, student.name, answer.exercise): answer
        for each in report.lessons
        for student in each.students
        for answer in student.answers
    }
    totals = {(e.lesson, s.name): s.score for e in report.lessons for s in e.students}
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["student", *(": ".join(filter(None, column)) for column in columns)])
        for row in report.rows:
            cells = []
            for lesson, exercise, part in columns:
                answer = answers.get((lesson, row.name, exercise))
                total = totals.get((lesson, row.name))
                cells.append(_cell(answer, part) if exercise else total)
            writer.writerow([no_formula(row.name), *cells])


def _columns(report: CourseReport) -> Iterator[tuple[str, str, str]]:
    """Lesson, exercise and part; '' for the whole."""
    for each in report.lessons:
        yield each.lesson, "", ""
        for exercise in each.exercises:
            yield each.lesson, exercise, ""
            found = (a for s in each.students for a in s.answers if a.exercise == exercise)
            for part in next((answer.parts for answer in found if answer.parts), {}):
                yield each.lesson, exercise, part


def _cell(answer: Answer | None, part: str) -> float | None:
    if answer is None:
        return None
    return answer.parts.get(part, 0) if part else answer.score


def no_formula(text: str) -> str:
    """A name that a spreadsheet does not compute."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _share(report: ClassReport, name: str) -> float | None:
    found = next((student for student in report.students if student.name == name), None)
    return found.score / found.points if found and found.points else None


def _difficulty(report: ClassReport, exercise: str) -> Difficulty:
    answers = [a for s in report.students for a in s.answers if a.exercise == exercise]
    earned = sum(answer.score for answer in answers) / sum(answer.points for answer in answers)
    return Difficulty(
        report.lesson, exercise, earned, all(each.verdict == "correct" for each in answers)
    )
