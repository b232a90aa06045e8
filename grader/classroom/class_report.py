"""How a class did in one lesson: a page for the instructor, from gradebook and graded notebooks."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from nbgrader.api import Gradebook, MissingEntry

from grader.classroom.feedback import is_by_hand
from grader.classroom.reading import MARK
from grader.course.catalogue import names
from grader.judge.errors import CourseError
from grader.judge.report import COLOURS, WORDS, inline

NEEDS_HELP = 0.5  # of the points, and below
SHORT = {"correct": "✓", "partly": "◐", "wrong": "✗", "not attempted": "–", "error": "!"}


class NoClassError(CourseError):
    """There is nothing to report; the message says what is missing and how to get it."""


@dataclass(frozen=True)
class Answer:
    """One student's answer to one exercise, as the gradebook has it after any manual marking."""

    exercise: str
    score: float
    points: float
    verdict: str
    mistakes: Sequence[str] = ()
    message: str = ""
    call: str = ""
    said: str = ""
    right: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)  # the points earned for each
    by_hand: bool = False  # the instructor changed the mark


@dataclass(frozen=True)
class Student:
    """One student's submission."""

    name: str
    answers: tuple[Answer, ...]
    hours_late: float
    feedback: str  # a link, or ''

    @property
    def score(self) -> float:
        """The points earned."""
        return sum(answer.score for answer in self.answers)

    @property
    def points(self) -> float:
        """The points there were to earn."""
        return sum(answer.points for answer in self.answers)

    @property
    def broken(self) -> list[Answer]:
        """Answers that did not run; one stands for all where a whole file is broken."""
        found = [answer for answer in self.answers if answer.verdict == "error"]
        return found if len({answer.message for answer in found}) > 1 else found[:1]

    @property
    def why_help(self) -> str:
        """Why this student may need help, or ''."""
        if self.score > NEEDS_HELP * self.points:
            return ""
        kinds = Counter(answer.verdict for answer in self.answers)
        if kinds["not attempted"] == len(self.answers):
            return "has not begun"
        return f"{self.score:g} of {self.points:g} points"


@dataclass(frozen=True)
class Misconception:
    """A mistake that the judge named, with the students who made it."""

    exercise: str
    name: str
    message: str
    students: tuple[str, ...]
    example: Answer


@dataclass(frozen=True)
class ClassReport:
    """All that the page shows."""

    lesson: str
    students: tuple[Student, ...]
    graded_at: datetime
    not_graded: tuple[str, ...] = ()  # who handed in something that no run has graded yet

    @property
    def exercises(self) -> list[str]:
        """The lesson's exercises, in order."""
        found = {answer.exercise for student in self.students for answer in student.answers}
        return [name for name in names() if name in found]

    def verdicts(self, exercise: str) -> dict[str, int]:
        """How many answers to an exercise there are of each verdict."""
        found = Counter(
            a.verdict for s in self.students for a in s.answers if a.exercise == exercise
        )
        return {verdict: found[verdict] for verdict in WORDS if found[verdict]}

    @property
    def misconceptions(self) -> list[Misconception]:
        """The named mistakes, most frequent first."""
        made: dict[tuple[str, str], list[tuple[str, Answer]]] = {}
        for student in self.students:
            for answer in student.answers:
                for mistake in answer.mistakes:
                    key = (answer.exercise, mistake)
                    made.setdefault(key, []).append((student.name, answer))
        found = []
        for (exercise, name), who in made.items():
            plainest = min((answer for _, answer in who), key=lambda each: len(each.mistakes))
            students = tuple(student for student, _ in who)
            found.append(Misconception(exercise, name, plainest.message, students, plainest))
        return sorted(found, key=lambda each: (-len(each.students), each.exercise, each.name))

    @property
    def unnamed(self) -> list[Misconception]:
        """Equal wrong answers that no known mistake gives, most frequent first: a misconception
        that is new shows here, in the class that has it."""
        made: dict[tuple[str, str, str], list[tuple[str, Answer]]] = {}
        for student in self.students:
            for answer in student.answers:
                if answer.verdict in ("wrong", "partly") and answer.call and not answer.mistakes:
                    key = (answer.exercise, answer.call, answer.said)
                    made.setdefault(key, []).append((student.name, answer))
        found = [
            Misconception(exercise, "", "", tuple(name for name, _ in who), who[0][1])
            for (exercise, _, _), who in made.items()
        ]
        return sorted(found, key=lambda each: (-len(each.students), each.exercise))

    @property
    def median(self) -> float:
        """Of the students' scores."""
        return statistics.median(student.score for student in self.students)


def class_report(config: Any, lesson: str) -> ClassReport:
    """Read a graded lesson of the course with this nbgrader configuration.

    Raises:
        NoClassError: if nobody's submission of the lesson has been graded.
    """
    course = config.CourseDirectory
    folder = Path(course.root, course.autograded_directory)
    students, moments = [], []
    with Gradebook(course.db_url) as gradebook:
        try:
            submissions = gradebook.assignment_submissions(lesson)
        except MissingEntry:
            submissions = []
        for submission in sorted(submissions, key=lambda each: each.student.id):
            path = folder / submission.student.id / lesson / f"{lesson}.ipynb"
            if path.exists() and submission.notebooks:
                notebook = json.loads(path.read_bytes())
                students.append(_student(submission, notebook, course, lesson))
                moments.append(path.stat().st_mtime)
    if not students:
        raise NoClassError(
            f"No submission of {lesson} has been graded yet: first `nbgrader collect {lesson}`, "
            f"then `nbgrader autograde {lesson}`."
        )
    graded = {student.name for student in students}
    handed_in = sorted(path.parent.name for path in _submitted(course, lesson))
    left = tuple(name for name in handed_in if name not in graded)
    return ClassReport(lesson, tuple(students), datetime.fromtimestamp(max(moments)), left)


def _submitted(course: Any, lesson: str) -> list[Path]:
    return list(Path(course.root, course.submitted_directory).glob(f"*/{lesson}"))


def page(report: ClassReport) -> str:
    """The report as one self-contained HTML page."""
    return render("class_report.html.j2", report=report)


def render(template: str, **what: Any) -> str:
    """One of this room's pages."""
    environment = Environment(
        loader=PackageLoader("grader.classroom", "templates"),
        autoescape=True,  # jinja2's own choice goes by the file's name, and not for `.html.j2`
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = lambda sentence: Markup(inline(sentence))
    said = {"colours": COLOURS, "words": WORDS, "short": SHORT, "count": _count}
    return environment.get_template(template).render(**said, **what)


def _student(submission: Any, notebook: Mapping[str, Any], course: Any, lesson: str) -> Student:
    said = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell["metadata"].get(MARK, {})
        for cell in notebook["cells"]
        if "nbgrader" in cell["metadata"]
    }
    order = names()
    grades: Sequence[Any] = [
        grade for each in submission.notebooks for grade in each.grades if grade.name in order
    ]
    answers = tuple(
        Answer(
            grade.name,
            grade.score,
            grade.max_score,
            by_hand=is_by_hand(grade),
            **{"verdict": "error", **said.get(grade.name, {})},
        )
        for grade in sorted(grades, key=lambda each: order.index(each.name))
    )
    folder = f"{course.feedback_directory}/{submission.student.id}/{lesson}/{lesson}.html"
    exists = Path(course.root, folder).exists()
    return Student(
        submission.student.id,
        answers,
        submission.total_seconds_late / 3600,
        Path(course.root, folder).as_uri() if exists else "",
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"
