"""`grader check FILE`: a student's file run and judged as grading does it, but for hidden cases."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.ask.jail import jail
from grader.classroom.grading import Cell, blaming, judged, run
from grader.classroom.submission import SubmissionError, cells_of
from grader.course.catalogue import exercise_of, find, names
from grader.judge.result import Result
from grader.judge.translation import language_of
from grader.judge.wording import undefined


@dataclass(frozen=True)
class Checked:
    """What there is to say of a file."""

    results: list[Result]
    errors: dict[int, str]  # by the number of the cell
    language: str = ""  # that the notebook sets; '' for English

    @property
    def score(self) -> float:
        """The points earned."""
        return sum(result.score for result in self.results)

    @property
    def points(self) -> int:
        """The points of all exercises in the file, those that did not run included."""
        return sum(result.points for result in self.results)


def self_check(path: Path, lessons: Path | None) -> Checked:
    """Run the file in the jail and judge every exercise that it checks or defines.

    Args:
        lessons: the folder with the released notebooks, to know a lesson's own cells; or None.

    Raises:
        SubmissionError: if the file cannot be read, holds no exercise, or the system has no way
            to contain it.
    """
    if not hasattr(os, "fork"):
        raise SubmissionError(
            "`grader check` needs Linux or macOS. In a notebook, `check` works everywhere."
        )
    cells = list(_cells(path, lessons))
    keys = {cell.name: find(cell.name) for cell in cells if cell.is_check}
    session = run(jail("limited"), cells, {n: key for n, key in keys.items() if key is not None})
    results: dict[str, Result] = {}
    for name, found in keys.items():
        said = session.answers.get(name)
        if found is None or said is None:
            continue
        if said.defined:
            results[name] = judged(found, said)
        else:
            points = exercise_of(found).points
            results[name] = undefined(name, points, _error(name, cells, session.cell_errors))
    if not results:
        raise SubmissionError(f"{path} defines no function that is an exercise; see: grader list")
    language = language_of(cell.source for cell in cells)
    return Checked(list(blaming(results, session).values()), session.cell_errors, language)


def _error(name: str, cells: list[Cell], errors: dict[int, str]) -> str:
    """What the cell ended in that should define this name; '' if it ran."""
    numbers = [n for n, cell in enumerate(cells, 1) if re.search(rf"\b{name}\b *[=(]", cell.source)]
    return next((errors[n] for n in numbers if n in errors), "")


def _cells(path: Path, lessons: Path | None) -> Iterator[Cell]:
    """The code cells; a .py file checks at its end what it names."""
    cells = cells_of(path)
    released = _released(cells, lessons)
    for cell in cells:
        marks = cell.metadata.get("nbgrader", {})
        name = str(marks.get("grade_id", ""))
        text = released.get(name) if name else cell.source if cell.source in released else None
        is_check = bool(marks.get("grade")) and not marks.get("solution")
        yield Cell(cell.source, name, text, is_check, is_answer=bool(marks.get("solution")))
    if not any(cell.metadata.get("nbgrader") for cell in cells):
        text = "\n".join(cell.source for cell in cells)
        for name in names():
            if re.search(rf"^[ \t]*(?:def +{name}\b|{name} *[:=](?!=))", text, re.MULTILINE):
                yield Cell("", name, None, is_check=True)


def _released(cells: list[nbformat.NotebookNode], lessons: Path | None) -> dict[str, str]:
    """The lesson's cells by grade id and by their text: those of the release that has most."""
    ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells}
    best: dict[str, str] = {}
    for path in sorted(lessons.glob("*/*.ipynb")) if lessons else ():
        found = {}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                found[cell.metadata.get("nbgrader", {}).get("grade_id", cell.source)] = cell.source
        if len(ids & found.keys()) > len(ids & best.keys()):
            best = found
    return best
