"""Where submissions and graded copies stand: nbgrader's folders, by student and lesson."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.utils import find_all_files

from grader.classroom.backup import Backup
from grader.classroom.reading import MARK

NO_COPY = ["*.ipynb"]  # of what else was handed in
READ_ONLY = 0o444  # nbgrader's own choice for graded copies


def folders(course: Any, step: str) -> list[Path]:
    """The submissions that a CourseDirectory is about, in the folder of a step."""
    pattern = course.format_path(step, course.student_id or "*", course.assignment_id or "*")
    return sorted(Path(course.root).glob(_below(course, pattern)))


def folder_of(course: Any, step: str, student: str, lesson: str) -> Path:
    """One student's folder of a step."""
    return Path(course.root, course.format_path(step, student, lesson))


def term_of(folder: Path) -> str:
    """The digest of the word that the copies in a folder were graded with, or ''."""
    for path in folder.glob("*.ipynb"):
        try:
            return str(json.loads(path.read_bytes())["metadata"][MARK].get("term", ""))
        except (ValueError, KeyError, TypeError):
            continue
    return ""


def terms_of_others(course: Any, lesson: str, again: set[Path]) -> Iterator[str]:
    """The digests of the words of a lesson's graded copies, those of some folders left out."""
    graded = course.format_path(course.autograded_directory, "*", lesson)
    kept = (path for path in Path(course.root).glob(_below(course, graded)) if path not in again)
    return filter(None, map(term_of, kept))


def is_finished(notebook: Path) -> bool:
    """Whether a graded copy was written to its end."""
    try:
        return bool(json.loads(notebook.read_bytes())["metadata"][MARK]["graded"])
    except (ValueError, KeyError, TypeError):
        return False


def write_copy(course: Any, submitted: Path, copy: str, backup: Backup) -> bool:
    """Write one graded copy with all that was handed in beside it; the notebook comes last.

    Returns:
        False if it stands there already.
    """
    student, lesson = submitted.parent.name, submitted.name
    folder = folder_of(course, course.autograded_directory, student, lesson)
    path = folder / f"{lesson}.ipynb"
    if path.exists() and path.read_text(encoding="utf-8") == copy:
        return False
    backup.keep(folder, Path(course.root, course.autograded_directory))
    folder.mkdir(parents=True)
    source = folder_of(course, course.source_directory, ".", lesson)
    for origin in (submitted, source):
        for name in map(Path, find_all_files(str(origin), course.ignore + NO_COPY)):
            _put(folder / name.relative_to(origin), name.read_bytes())
    _put(path, copy.encode())
    return True


def _put(path: Path, data: bytes) -> None:
    """Write all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_bytes(data)
    beside.chmod(READ_ONLY)
    beside.replace(path)


def _below(course: Any, pattern: str) -> str:
    """The pattern as it is seen from the course's folder."""
    path = Path(pattern)
    return str(path.relative_to(course.root) if path.is_absolute() else path)
