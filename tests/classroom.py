"""A whole nbgrader class in a temporary folder: one course, one exchange, fake students."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import default as exchange
from traitlets.config import Config

from grader.lesson import course_config, interpreter_first

REPOSITORY = Path(__file__).parent.parent


class Classroom:
    """The course with some of its lessons. Every step goes through nbgrader itself.

    A `stock` class is graded by nbgrader's own Execute, as it comes out of the box.
    """

    def __init__(self, root: Path, *lessons: str, stock: bool = False) -> None:
        os.environ["PATH"] = interpreter_first()["PATH"]
        self.root = root / "course"
        self.desks = root / "desks"
        for lesson in lessons:
            shutil.copytree(REPOSITORY / "solutions" / lesson, self.root / "solutions" / lesson)
        shutil.copy(REPOSITORY / "nbgrader_config.py", self.root)
        (root / "exchange").mkdir()
        self.config = course_config(self.root)
        self.config.Exchange.root = str(root / "exchange")
        self.config.Exchange.cache = str(root / "cache")
        self.config.ExchangeCollect.check_owner = False
        if stock:
            del self.config["Autograde"], self.config["HTMLExporter"]
        self.api = NbGraderAPI(config=self.config)

    def release(self, lesson: str) -> None:
        succeed(self.api.generate_assignment(lesson))
        succeed(self.api.release_assignment(lesson))

    def fetch(self, student: str, lesson: str) -> Path:
        """Fetch as this student; returns the notebook on the student's desk."""
        self._exchange(exchange.ExchangeFetchAssignment, student, lesson)
        return self.desks / student / lesson / f"{lesson}.ipynb"

    def submit(self, student: str, lesson: str) -> None:
        self._exchange(exchange.ExchangeSubmit, student, lesson)

    def collect(self, lesson: str) -> None:
        succeed(self.api.collect(lesson))

    def hand_in(
        self, student: str, lesson: str, change: Callable[[NotebookNode], str | bytes | None]
    ) -> None:
        """Fetch, change and submit. A change may return what the file shall hold instead."""
        notebook = self.fetch(student, lesson)
        content = nbformat.read(notebook, as_version=4)
        instead = change(content)
        if instead is None:
            instead = nbformat.writes(content)
        notebook.write_bytes(instead if isinstance(instead, bytes) else instead.encode())
        self.submit(student, lesson)

    def autograde(self, lesson: str, student: str, force: bool = True) -> None:
        """Grade one student, or all with "*"."""
        succeed(self.api.autograde(lesson, student, force=force))

    def feedback(self, lesson: str, student: str) -> str:
        """Make this student's feedback page; returns its HTML."""
        succeed(self.api.generate_feedback(lesson, student))
        page = self.root / ".nbgrader/feedback" / student / lesson / f"{lesson}.html"
        return page.read_text(encoding="utf-8")

    def scores(self, lesson: str, student: str) -> dict[str, float]:
        """Score by grade id, as the gradebook has it."""
        with Gradebook(self.config.CourseDirectory.db_url) as gradebook:
            submission = gradebook.find_submission_notebook(lesson, lesson, student)
            return {grade.name: grade.score for grade in submission.grades}

    def _exchange(self, step: type, student: str, lesson: str) -> None:
        desk = self.desks / student
        desk.mkdir(parents=True, exist_ok=True)
        config = Config(self.config)
        config.CourseDirectory.student_id = student
        config.CourseDirectory.assignment_id = lesson
        folder = CourseDirectory(config=config)
        app = step(coursedir=folder, authenticator=Authenticator(config=config), config=config)
        app.assignment_dir = str(desk)
        app.start()


def edit(notebook: Path, change: Callable[[NotebookNode], None]) -> None:
    """Change a notebook in place."""
    content = nbformat.read(notebook, as_version=4)
    change(content)
    nbformat.write(content, notebook)


def model_answers(lesson: str) -> Callable[[NotebookNode], None]:
    """An edit that writes the lesson's model answers into its exercises."""
    path = REPOSITORY / "solutions" / lesson / f"{lesson}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    sources = {c.id.removesuffix("_answer"): c.source for c in cells if c.id.endswith("_answer")}
    return answer(**{name: re.sub(r" *### .*\n?", "", text) for name, text in sources.items()})


def answer(**sources: str) -> Callable[[NotebookNode], None]:
    """An edit that writes these sources into the cells of the exercises they name."""

    def change(notebook: NotebookNode) -> None:
        cells = {cell.id: cell for cell in notebook.cells}
        for name, source in sources.items():
            cells[f"{name}_answer"].source = source

    return change


def succeed(outcome: dict[str, object]) -> None:
    assert outcome["success"], outcome.get("error") or outcome.get("log")
