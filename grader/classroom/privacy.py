"""`grader student`: what is stored about one student, on the screen, in a zip, or no longer."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from nbgrader.api import MissingEntry
from sqlalchemy.exc import DatabaseError

from grader.classroom.grade import Course, alone
from grader.classroom.traces import Trace, among_others, own
from grader.judge.errors import CourseError

MOST = 20
LONGEST = 255  # bytes, as no folder has a longer name
PERSONS = (
    "submitted",
    "autograded",
    "feedback",
    "replaced",
    "backups",
    "demo",
)  # their own folders
ELSEWHERE = (
    "Not reached from here: the school's system, printed pages, copies of this folder, and the "
    "student's own files. docs/privacy.md names them."
)


class PrivacyError(CourseError):
    """Nothing can be shown, exported or deleted; the message says why."""


def show(course: Course, student: str) -> Iterator[str]:
    """What is stored about a student; yields a line for each place.

    Raises:
        CourseError: if it is nothing.
    """
    yield from _lines(_traces(course, student))


def export(course: Course, student: str, path: Path) -> Iterator[str]:
    """Write all that is about a student into a zip; yields what was done.

    Raises:
        CourseError: if nothing is stored, or the zip is there already or cannot be written.
    """
    with alone(course.private):
        files: dict[str, Path | bytes] = {}
        for trace in _traces(course, student):
            files |= trace.files
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                _pack(path, file, files)
        except FileExistsError:
            raise PrivacyError(f"{path} is there already: choose another name.") from None
        except OSError as error:
            raise PrivacyError(f"{path} cannot be written: {error.strerror}.") from None
    yield f"{path}: {len(files)} files about {student}"


def _pack(path: Path, file: IO[bytes], files: Mapping[str, Path | bytes]) -> None:
    """Write all files into the zip; where one cannot be read, there is no half of a zip."""
    try:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, each in sorted(files.items()):
                data = each.read_bytes() if isinstance(each, Path) else each
                # a student's file may have a name in no encoding
                archive.writestr(name.encode("utf-8", "backslashreplace").decode(), data)
    except OSError as error:
        path.unlink()
        what = error.filename or path
        raise PrivacyError(f"Nothing was exported: {what}: {error.strerror}.") from None


def delete(course: Course, student: str, agree: Callable[[], bool]) -> Iterator[str]:
    """Delete all that is stored about a student; yields what was done, and what is left.

    Args:
        agree: asks, after what is there was shown; False leaves everything as it was.

    Raises:
        CourseError: if nothing is stored, nobody agrees, or a gradebook is in use.
    """
    with alone(course.private):
        traces = [*_traces(course, student), *among_others(course, student)]
        words = _words(course, student)
        yield from _lines(traces)
        if not agree():
            raise PrivacyError("Nothing was deleted.")
        left = dict(_removed(traces))
        yield f"Deleted: {', '.join(_counted(each for each in traces if each.place not in left))}."
        yield from (f"Not deleted: {place} ({why})." for place, why in left.items())
        if named := list(_still_named(course, words)):
            yield "These files name the student still; look at them yourself:"
            yield from (f"  {path}" for path in named[:MOST])
        yield ELSEWHERE


def _traces(course: Course, student: str) -> list[Trace]:
    odd = re.search(r"[/\\\0\ud800-\udfff]", student)  # the last are bytes in no encoding
    if student in ("", ".", "..") or odd or len(student.encode()) > LONGEST:
        raise PrivacyError(f"{student[:40]!r} cannot be a student's id: write it as in marks.csv.")
    found = list(own(course, student))
    if not found:
        raise PrivacyError(f"Nothing is stored about {student!r}: write the id as in marks.csv.")
    return found


def _removed(traces: Sequence[Trace]) -> Iterator[tuple[str, str]]:
    """Remove; yields the places where that was not possible, and why."""
    for trace in traces:
        try:
            trace.remove()
        except OSError as error:  # a folder in the exchange may be another user's
            yield trace.place, error.strerror or str(error)
        except (BadZipFile, RuntimeError, zlib.error) as error:
            yield trace.place, str(error)
        except (sqlite3.DatabaseError, DatabaseError) as error:
            if "lock" not in str(error):  # such as of a file that may only be read
                yield trace.place, str(getattr(error, "orig", error))
                continue
            raise PrivacyError(
                f"Another program, such as formgrader, is using the {trace.place}, so that not all "
                "is deleted: end it, and delete again."
            ) from None


def _lines(traces: Iterable[Trace]) -> Iterator[str]:
    for said in _counted(traces):
        place, _, count = said.partition(": ")
        yield f"  {place:24}{count}"


def _counted(traces: Iterable[Trace]) -> list[str]:
    """Places with how much is there, those of one name together."""
    counts: Counter[tuple[str, str]] = Counter()
    for trace in traces:
        counts[trace.place, trace.what] += trace.count
    return [f"{place}: {count} {what}" for (place, what), count in counts.items()]


def _words(course: Course, student: str) -> list[str]:
    """What a student is called."""
    with course.gradebook() as gradebook:
        try:
            found = gradebook.find_student(student)
        except MissingEntry:
            return [student]
        first, last = found.first_name or "", found.last_name or ""
        names = [f"{first} {last}", f"{last}, {first}"] if first and last else []
        return [student, *filter(None, [found.email]), *names]


def _still_named(course: Course, words: Sequence[str]) -> Iterator[Path]:
    """Files that are nobody's, in the private folder, and tables and archives beside it, in which
    one of these words stands."""
    root = Path(course.directory.root)
    called = "|".join(map(re.escape, words))
    pattern = re.compile(rf"(?<![\w.-])({called})(?![\w-])", re.IGNORECASE)
    loose = [*root.glob("*.csv"), *root.glob("*.zip"), *root.glob("dist/**/*.csv")]
    for folder in {root / ".nbgrader", course.private}:
        for path in folder.iterdir() if folder.exists() else ():
            loose += [path, *(path.rglob("*") if path.name not in PERSONS else ())]
    for path in sorted(path for path in loose if path.is_file() and not path.is_symlink()):
        try:
            data = path.read_bytes().decode("utf-8", "replace")
        except OSError:  # nobody knows what is in it
            yield path
            continue
        if pattern.search(path.name) or pattern.search(data):
            yield path
