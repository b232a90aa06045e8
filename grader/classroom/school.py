"""A whole nbgrader class in one folder: a course, an exchange, and students at their desks.

For demonstrations and tests. Every step goes through nbgrader itself, in this process.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default as exchange

from grader.judge.errors import CourseError
from grader.publish.environment import course_config, interpreter_first


class ClassroomError(CourseError):
    """nbgrader refused a step; the message is its last word."""


class Classroom:
    """A copy of the course with some of its lessons, with a gradebook of its own."""

    def __init__(self, repository: Path, folder: Path, lessons: Sequence[str]) -> None:
        os.environ["PATH"] = interpreter_first()["PATH"]
        self.root, self.desks = folder / "course", folder / "desks"
        for lesson in lessons:
            shutil.copytree(repository / "solutions" / lesson, self.root / "solutions" / lesson)
        shutil.copy(repository / "nbgrader_config.py", self.root)
        (folder / "exchange").mkdir()
        self.config = course_config(self.root)
        self.config.Exchange.root = str(folder / "exchange")
        self.config.Exchange.cache = str(folder / "cache")
        self.config.ExchangeCollect.check_owner = False
        self.api = NbGraderAPI(config=self.config)

    def release(self, lesson: str, due: str | None = None) -> None:
        """Make the students' notebook and put it into the exchange; `due` as `2026-11-22 12:00`."""
        self._succeed(self.api.generate_assignment(lesson))
        if due:
            with self.gradebook() as gradebook:
                gradebook.update_or_create_assignment(lesson, duedate=due)
        self._succeed(self.api.release_assignment(lesson))

    def fetch(self, student: str, lesson: str) -> Path:
        """Fetch as this student; returns the notebook on the student's desk."""
        self._exchange(exchange.ExchangeFetchAssignment, student, lesson)
        return self.desks / student / lesson / f"{lesson}.ipynb"

    def submit(self, student: str, lesson: str) -> None:
        """Hand in what is on this student's desk."""
        self._exchange(exchange.ExchangeSubmit, student, lesson)

    def collect(self, lesson: str) -> None:
        """Take in what the students handed in."""
        self._succeed(self.api.collect(lesson))

    def autograde(self, lesson: str, student: str, force: bool = True) -> None:
        """Grade one student, or all with "*"."""
        self._succeed(self.api.autograde(lesson, student, force=force))

    def feedback(self, lesson: str, student: str) -> Path:
        """Make this student's feedback page."""
        self._succeed(self.api.generate_feedback(lesson, student))
        return self.root / ".nbgrader/feedback" / student / lesson / f"{lesson}.html"

    def gradebook(self) -> Gradebook:
        """The class's gradebook, for a `with` block."""
        return Gradebook(self.config.CourseDirectory.db_url)

    def _exchange(self, step: Any, student: str, lesson: str) -> None:
        desk = self.desks / student
        desk.mkdir(parents=True, exist_ok=True)
        config = deepcopy(self.config)  # Config(...) would share its sections
        config.CourseDirectory.student_id = student
        config.CourseDirectory.assignment_id = lesson
        folder = CourseDirectory(config=config)
        app = step(coursedir=folder, authenticator=Authenticator(config=config), config=config)
        app.assignment_dir = str(desk)
        app.start()

    def _succeed(self, outcome: dict[str, Any]) -> None:
        if not outcome["success"]:
            raise ClassroomError(str(outcome.get("error") or outcome.get("log")))
