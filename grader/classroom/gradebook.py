"""The gradebook and the releases agree: a clone's gradebook is filled, a release in use is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from grader.classroom.released import CELLS, Released

KINDS = {
    "grade_cells": is_grade,
    "solution_cells": is_solution,
    "task_cells": is_task,
    "source_cells": lambda c: is_grade(c) or is_solution(c) or is_task(c) or is_locked(c),
}


def known_to_gradebook(course: Any) -> None:
    """Enter the released notebooks of nbgrader's CourseDirectory `course`, at its assignment.

    A clone has the releases, which git keeps, and no gradebook; nbgrader fills one only while it
    makes a release. A notebook that the gradebook knows already is left alone.

    Raises:
        NbGraderException: where there is no release or none that can be read; it is in the log.
    """
    lesson = course.assignment_id or "*"
    releases = Path(course.format_path(course.release_directory, ".", "."))
    released = sorted(releases.glob(f"{lesson}/*.ipynb"))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        missing = [path for path in released if not _knows(gradebook, path)]
        if not released and not _has_assignment(gradebook, lesson):
            raise _logged(
                course,
                f"There is no lesson '{lesson}' in {course.release_directory}/: write its name as "
                "it stands there, or make it with `make solutions`.",
            )
        notebooks = {path: _read(course, path) for path in missing}
        for path in missing:
            gradebook.update_or_create_assignment(path.parent.name)
    for path, notebook in notebooks.items():
        facts = {"notebook": path.stem, "assignment": path.parent.name, "db_url": course.db_url}
        SaveCells().preprocess(notebook, {"nbgrader": facts})
        course.log.info(f"The gradebook now knows {path.parent.name}, from {path}")


def released(course: Any, lesson: str) -> Released:
    """A lesson as the gradebook and the release of nbgrader's CourseDirectory have it.

    Raises:
        MissingEntry: if the gradebook does not know the lesson.
    """
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = gradebook.find_notebook(lesson, lesson)
        points = {cell.name: cell.max_score for cell in found.grade_cells}
        solutions = {cell.name for cell in found.solution_cells}
        known = {
            cell.name: _canonical(cell, points.get(cell.name), cell.name in solutions)
            for cell in found.source_cells
        }
    path = release_of(course, lesson)
    return Released(known, nbformat.read(path, as_version=4).cells if path.exists() else [])


def release_of(course: Any, lesson: str) -> Path:
    """Where the students' notebook of a lesson stands."""
    folder = course.format_path(course.release_directory, ".", lesson)
    return Path(course.root, folder, f"{lesson}.ipynb")


class KeepRelease(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """What `GenerateAssignment` exports with: looks, before anything is removed, whether it may.

    nbgrader removes the old release, and only then finds out that it does not want to make the
    new one, since the cells of a lesson that was handed in must stay the same.

    Raises:
        NbGraderException: with one sentence that names the cells; it is in the log as well.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        converter, course = self.parent, self.parent.coursedir
        with Gradebook(course.db_url, course.course_id) as gradebook:
            for folder, notebooks in converter.assignments.items():
                lesson = Path(folder).name
                release = Path(course.format_path(course.release_directory, ".", lesson))
                if release.exists() and not converter.force:
                    continue  # nbgrader will leave it as it is
                if changes := list(_refused_changes(gradebook, lesson, map(Path, notebooks))):
                    raise _logged(
                        course,
                        f"Students have handed in {lesson}, so its graded and locked cells must "
                        f"stay: {', '.join(changes)}. Its release was left as it is.",
                    )


def _canonical(cell: Any, points: float | None, solution: bool) -> NotebookNode:
    """A cell as the gradebook knows it, with nbgrader's metadata of schema 3."""
    marks = {
        "grade": points is not None,
        "grade_id": cell.name,
        "locked": cell.locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
    }
    if points is not None:
        marks["points"] = points
    return CELLS[cell.cell_type](cell.source, id=cell.name, metadata={"nbgrader": marks})


def _refused_changes(gradebook: Gradebook, lesson: str, sources: Iterable[Path]) -> Iterator[str]:
    """What would have to be undone before nbgrader releases this lesson again."""
    if not _has_assignment(gradebook, lesson):
        return
    known = {notebook.name: notebook for notebook in gradebook.find_assignment(lesson).notebooks}
    if not any(notebook.submissions for notebook in known.values()):
        return
    by_name = {path.stem: path for path in sources}
    yield from (f"put back the notebook `{name}`" for name in sorted(known.keys() - by_name))
    yield from (f"take out the notebook `{name}`" for name in sorted(by_name.keys() - known))
    for name in sorted(known.keys() & by_name):
        try:
            cells = nbformat.read(by_name[name], as_version=4).cells
        except Exception:  # generate_assignment says better what is wrong with a source
            continue
        yield from _changes_of_cells(known[name], cells)


def _changes_of_cells(known: Any, cells: list[NotebookNode]) -> Iterator[str]:
    old = {kind: {cell.name for cell in getattr(known, kind)} for kind in KINDS}
    new = {
        kind: {str(cell.metadata.nbgrader.get("grade_id")) for cell in cells if belongs(cell)}
        for kind, belongs in KINDS.items()
    }
    before, now = set.union(*old.values()), set.union(*new.values())
    changed = set.union(*(old[kind] ^ new[kind] for kind in KINDS)) & before & now
    yield from (f"put back `{name}`" for name in sorted(before - now))
    yield from (f"take out `{name}`" for name in sorted(now - before))
    yield from (f"give `{name}` the tag that it had" for name in sorted(changed))


def _knows(gradebook: Gradebook, released: Path) -> bool:
    try:
        gradebook.find_notebook(released.stem, released.parent.name)
    except MissingEntry:
        return False
    return True


def _has_assignment(gradebook: Gradebook, lesson: str) -> bool:
    return any(assignment.name == lesson for assignment in gradebook.assignments)


def _read(course: Any, path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # whatever stands in there instead of a notebook
        reason = str(error).partition("\n")[0][:120]
    raise _logged(
        course, f"The release {path} cannot be read ({reason}): make it anew with `make solutions`."
    )


def _logged(course: Any, sentence: str) -> NbGraderException:
    """The exception to raise; nbgrader's commands end at it without showing what it says."""
    course.log.error(sentence)
    return NbGraderException(sentence)
