"""Classes for tests: the course's own Classroom, with scores and with stock nbgrader."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI

from grader.classroom import school as classroom

REPOSITORY = Path(__file__).parent.parent
Change = Callable[[NotebookNode], str | bytes | None]


class Classroom(classroom.Classroom):
    """A `stock` class is graded by nbgrader's own Execute, as it comes out of the box."""

    def __init__(self, root: Path, *lessons: str, stock: bool = False) -> None:
        super().__init__(REPOSITORY, root, lessons)
        self.config.JudgeInJail.term = ""  # the visible cases alone, where a test says nothing
        if stock:
            del self.config["Autograde"], self.config["HTMLExporter"]
            self.api = NbGraderAPI(config=self.config)

    def hand_in(self, student: str, lesson: str, change: Change) -> None:
        """Fetch, change and submit. A change may return what the file shall hold instead."""
        notebook = self.fetch(student, lesson)
        notebook.write_bytes(changed(notebook, change))
        self.submit(student, lesson)

    def put(self, student: str, lesson: str, change: Change) -> None:
        """The same without the exchange: the file lies where collecting would put it."""
        name = f"{lesson}.ipynb"
        folder = self.root / ".nbgrader/submitted" / student / lesson
        folder.mkdir(parents=True)
        content = changed(REPOSITORY / "notebooks" / lesson / name, change)
        (folder / name).write_bytes(content)

    def feedback_page(self, lesson: str, student: str) -> str:
        """Make this student's feedback page; returns its HTML."""
        return self.feedback(lesson, student).read_text(encoding="utf-8")

    def scores(self, lesson: str, student: str) -> dict[str, float]:
        """Score by grade id, as the gradebook has it."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission_notebook(lesson, lesson, student)
            return {grade.name: grade.score for grade in submission.grades}


def changed(notebook: Path, change: Change) -> bytes:
    """The notebook's bytes after a change, or those that the change returns."""
    content = nbformat.read(notebook, as_version=4)
    instead = change(content)
    if instead is None:
        instead = nbformat.writes(content)
    return instead if isinstance(instead, bytes) else instead.encode()


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
