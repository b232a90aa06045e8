"""`grader release-solutions LESSON`: model answers for a class, once nobody can hand in."""

from __future__ import annotations

import re
import shutil
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode, ValidationError
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from traitlets.config import Config

from grader.judge.errors import CourseError
from grader.publish.environment import course_config

MARKER = re.compile(r"^ *### (BEGIN|END) SOLUTION *\n?| *# SOLUTION *$", re.MULTILINE)
NOTE = (
    "**Model answers.** Each exercise is answered in one way of many: an answer of yours that "
    "looks different and has its points is right, too."
)


def release_solutions(
    root: Path, lesson: str, now: bool = False, config: Config | None = None
) -> list[str]:
    """Write a lesson's model answers into `dist/solutions/`, and put them where students fetch
    from, if they have fetched the lesson from there; returns what was done.

    Args:
        now: hand them out before the gradebook's due date, too.

    Raises:
        CourseError: while students can still hand in, or where there are no answers.
    """
    config = course_config(root) if config is None else config
    due = _due(config, lesson)
    if due and due > datetime.now(UTC) and not now:
        raise CourseError(
            f"{lesson} can be handed in until {due:%Y-%m-%d %H:%M} UTC: wait, or write --now to "
            "hand its answers out before."
        )
    folder = root / "dist" / "solutions" / f"{lesson}-solutions"
    said = [str(_write(root, lesson, folder))]
    if due is None:
        said.append(f"The gradebook has no due date for {lesson}, so none was waited for.")
    if _is_in_exchange(config, lesson):
        _put_into_exchange(config, folder)
        said.append(f"Students fetch it as they fetched the lesson: it is called {folder.name}.")
    return said


def solved(notebook: NotebookNode) -> NotebookNode:
    """The solved notebook as students may have it: without the marks around the answers, and with
    cells that nobody grades or locks."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = MARKER.sub("", cell.source).rstrip("\n")
        for key in ("nbgrader", "deletable", "editable", "tags"):
            cell.metadata.pop(key, None)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(NOTE, id="model-answers"))
    return notebook


def _due(config: Config, lesson: str) -> datetime | None:
    """When the last student has to hand in: the lesson's date, or a later one that was given."""
    directory = CourseDirectory(config=config)
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        try:
            assignment = gradebook.find_assignment(lesson)
        except MissingEntry:
            return None
        dates = [assignment.duedate, *(each.duedate for each in assignment.submissions)]
        known = [date.replace(tzinfo=UTC) for date in dates if date]  # nbgrader keeps UTC
        return max(known, default=None)


def _write(root: Path, lesson: str, folder: Path) -> Path:
    """Its name differs from the lesson's: nobody's work is overwritten, or handed in as this."""
    source = root / "solutions" / lesson
    try:
        notebook = nbformat.read(source / f"{lesson}.ipynb", as_version=4)
    except FileNotFoundError:
        raise CourseError(f"solutions/{lesson} has no notebook: run make solutions.") from None
    except (OSError, ValueError, ValidationError):  # cut off, or with a merge conflict
        raise CourseError(
            f"solutions/{lesson}/{lesson}.ipynb cannot be read: run make solutions."
        ) from None
    path = folder / f"{folder.name}.ipynb"
    try:
        if folder.is_symlink():
            folder.unlink()  # what it leads to is not ours
        elif folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        path.write_text(nbformat.writes(solved(notebook)) + "\n", encoding="utf-8")
    except OSError as error:  # copytree's own has no `strerror`
        raise CourseError(f"{folder} cannot be written: {error.strerror or error}.") from None
    return path


def _is_in_exchange(config: Config, lesson: str) -> bool:
    course = CourseDirectory(config=config).course_id
    return Path(Exchange(config=config).root, course, "outbound", lesson).is_dir()


def _put_into_exchange(config: Config, folder: Path) -> None:
    """By nbgrader's own release, as an assignment of its own."""
    config = deepcopy(config)  # Config(...) would share its sections
    config.CourseDirectory.release_directory = str(folder.parent)
    config.ExchangeReleaseAssignment.force = True  # in the place of what was there before
    done = NbGraderAPI(config=config).release_assignment(folder.name)
    if not done["success"]:
        said = str(done.get("error") or done.get("log")).strip().splitlines() or ["no reason given"]
        raise CourseError(f"The exchange does not take {folder.name}: {said[-1]}")
