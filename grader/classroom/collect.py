"""`grader collect`: what a learning platform, a mail program or a folder holds, into nbgrader's.

Whose a file is, its name or the class list says; which lesson it is, the grade ids in it. What
cannot be attributed is kept and listed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from grader.classroom.downloads import LITTER, ExtractEach
from grader.classroom.folders import folder_of
from grader.classroom.reading import UnreadableError, bytes_of, notebook_of
from grader.classroom.recognise import Marks
from grader.classroom.roster import EMAIL, SAFE, Person
from grader.judge.errors import CourseError

CANVAS = re.compile(r"(?P<name>[^_/]*)_(?P<late>LATE_)?(?P<number>\d+)_\d+_(?P<file>[^/]+)")
MOODLE = re.compile(r"(?P<name>[^_/]+)_(?P<number>\d+)_assignsubmission_[a-z]+_?/(?P<file>.+)")
COPY = re.compile(r"(?:-\d+| ?\(\d+\)|-Copy\d+)+$")  # of a browser, or a later attempt
NOTEBOOKS = (".ipynb", ".json", ".txt", ".py", "")


class CollectError(CourseError):
    """Nothing can be collected; the message says why."""


@dataclass(frozen=True)
class Found:
    """A file, with what its name says."""

    path: Path
    shown: str  # where it was
    name: str  # what it is called, without what the system added
    student: str
    late: bool | None = None  # None where the system does not say


@dataclass
class Collected:
    """What came in."""

    students: dict[str, set[str]] = field(default_factory=dict)  # by lesson
    replaced: list[str] = field(default_factory=list)
    same: int = 0
    unattributed: list[tuple[str, str]] = field(default_factory=list)  # which file, and why
    kept_in: Path | None = None
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # by lesson and student


def collect(
    source: Path,
    course: Any,
    people: Mapping[Person, str],
    lesson: str | None = None,
) -> Collected:
    """Take in everything below `source`, a folder or an archive.

    Args:
        course: nbgrader's CourseDirectory.
        people: the class and the ids of its students, if there is a list.
        lesson: the lesson of all files; None to tell it from their grade ids.

    Raises:
        CollectError: if there is nothing at `source`.
    """
    if not source.exists():
        raise CollectError(f"There is nothing at {source}.")
    result = Collected()
    with tempfile.TemporaryDirectory() as folder:
        unpacked = _unpack(source, Path(folder))
        files = [_attributed(path, unpacked, people) for path in _files(unpacked)]
        if not files:
            raise CollectError(f"There is no file in {source}.")
        hand_ins = _by_student(files, course, lesson, result)
        for (student, name), found in sorted(hand_ins.items()):
            _take(course, student, name, found, result)
        _keep_the_rest(course, files, result)
    _remember(course, result)
    return result


def _unpack(source: Path, target: Path) -> Path:
    """Unpack all archives; returns the folder below which names say something of students."""
    with tempfile.TemporaryDirectory() as folder:
        if source.is_file():
            shutil.copy2(source, folder)
        archive = folder if source.is_file() else str(source)
        ExtractEach().extract(archive, str(target))
    inner = target / source.stem
    if source.is_file() and inner.is_dir():
        target = inner
    while len(inside := list(target.iterdir())) == 1 and all(
        len(path.relative_to(target).parts) > 2 for path in _files(target)
    ):
        target = inside[0]  # everything is one folder deeper
    return target


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = path.name.startswith("._") or any(part in LITTER for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def _attributed(path: Path, folder: Path, people: Mapping[Person, str]) -> Found:
    """Whose the file is, by what its name says; '' if it says nothing."""
    shown = path.relative_to(folder).as_posix()
    by_number = {person.number: student for person, student in people.items() if person.number}
    for pattern in (MOODLE, CANVAS):
        if found := pattern.search(shown):
            number = found["number"]
            late = bool(found["late"]) if pattern is CANVAS else None
            return Found(path, shown, Path(found["file"]).name, by_number.get(number, number), late)
    if mail := EMAIL.search(shown):
        own = {person.email.casefold(): student for person, student in people.items()}
        student = own.get(mail[0].casefold(), "" if people else mail[0])
        return Found(path, shown, path.name, student)
    return Found(path, shown, path.name, _named(shown, people))


def _named(shown: str, people: Mapping[Person, str]) -> str:
    """Who is named in a path: in the class list, or else by the outermost folder."""
    parts = Path(shown).with_suffix("").parts
    if not people:
        return parts[0] if len(parts) > 1 and SAFE.fullmatch(parts[0]) else ""
    words = f" {_words(' '.join(parts))} "
    found = {
        student
        for person, student in people.items()
        for called in (student, *person.ids, *_orders(person.name))
        if called and f" {_words(called)} " in words
    }
    return found.pop() if len(found) == 1 else ""


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _orders(name: str) -> Iterator[str]:
    """`Doe, Jane` and `Jane Doe`."""
    last, comma, first = name.partition(",")
    yield f"{first} {last}" if comma else name
    yield name


def _by_student(
    files: Sequence[Found], course: Any, lesson: str | None, result: Collected
) -> dict[tuple[str, str], list[Found]]:
    """The files of each student and lesson. What is no notebook goes with its owner's lesson, or
    with the one that all others have."""
    marks = _marks(course)
    lessons = {each: lesson or _lesson_of(each.path, marks) for each in files}
    counted = Counter(name for name in lessons.values() if name)
    usual = next(iter(counted)) if len(counted) == 1 else ""
    own: dict[str, set[str]] = {}
    for each, name in lessons.items():
        if name:
            own.setdefault(each.student, set()).add(name)
    found: dict[tuple[str, str], list[Found]] = {}
    for each in files:
        theirs = own.get(each.student, set())
        name = lessons[each] or (next(iter(theirs)) if len(theirs) == 1 else usual)
        if not each.student:
            result.unattributed.append((each.shown, "nothing says whose it is"))
        elif not SAFE.fullmatch(each.student):
            result.unattributed.append((each.shown, f"{each.student!r} cannot name a student"))
        elif not name:
            result.unattributed.append((each.shown, "nothing says which lesson it is"))
        else:
            found.setdefault((each.student, name), []).append(each)
    return found


def _marks(course: Any) -> dict[str, Marks]:
    releases = Path(course.root, course.release_directory)
    return {path.stem: Marks.of(path) for path in sorted(releases.glob("*/*.ipynb"))}


def _lesson_of(path: Path, marks: Mapping[str, Marks]) -> str:
    """The lesson whose grade ids are in a file, or that it is called after."""
    if path.suffix.lower() in NOTEBOOKS:
        data = bytes_of(path)
        try:
            notebook = notebook_of(data)
        except UnreadableError:
            notebook = None
        if notebook is not None:
            found = [name for name, each in marks.items() if each.are_in(notebook)]
            if found:
                return max(found, key=lambda name: marks[name].ids_in(notebook))
    return next((name for name in marks if name in path.as_posix()), "")


def _take(
    course: Any, student: str, lesson: str, files: Sequence[Found], result: Collected
) -> None:
    """Put one student's files where nbgrader looks for them; what stood there is kept aside."""
    folder = folder_of(course, course.submitted_directory, student, lesson)
    result.students.setdefault(lesson, set()).add(student)
    result.names.setdefault(lesson, {})[student] = Path(files[-1].shown).name
    named = dict(_own_names(files))
    if folder.exists() and _is_same(folder, named):
        result.same += 1
        return
    if folder.exists():
        aside = Path(course.root, ".nbgrader", "replaced", f"{datetime.now():%Y-%m-%d %H.%M.%S}")
        (aside / student).mkdir(parents=True, exist_ok=True)
        folder.rename(aside / student / lesson)
        result.replaced.append(student)
    folder.mkdir(parents=True)
    for name, each in named.items():
        shutil.copy2(each.path, folder / name)
    moment = _when(course, lesson, student, files)
    if moment is not None:
        (folder / "timestamp.txt").write_text(f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC")


def _own_names(files: Iterable[Found]) -> Iterator[tuple[str, Found]]:
    """Each file under a name of its own."""
    taken: set[str] = set()
    for each in files:
        path, count = Path(each.name), 0
        name = path.name
        while name.casefold() in taken or name == "timestamp.txt":
            count += 1
            name = f"{path.stem} ({count}){path.suffix}"
        taken.add(name.casefold())
        yield name, each


def _is_same(folder: Path, named: Mapping[str, Found]) -> bool:
    """Whether all of these files are there already."""
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == each.path.read_bytes()
        for name, each in named.items()
    )


def _when(course: Any, lesson: str, student: str, files: Sequence[Found]) -> datetime | None:
    """When it was handed in, UTC. Canvas says whether it was late: that counts."""
    moment = datetime.fromtimestamp(max(each.path.stat().st_mtime for each in files), UTC)
    moment = moment.replace(tzinfo=None)
    due = _due(course, lesson, student)
    late = next((each.late for each in files if each.late is not None), None)
    if due is None or late is None:
        return moment
    return max(moment, due + timedelta(seconds=1)) if late else min(moment, due)


def _due(course: Any, lesson: str, student: str) -> datetime | None:
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            due: datetime | None = gradebook.find_assignment(lesson).duedate
        except MissingEntry:
            return None
        try:
            extension = gradebook.find_submission(lesson, student).extension
        except MissingEntry:
            extension = None
    return due + extension if due and extension else due


def _keep_the_rest(course: Any, files: Iterable[Found], result: Collected) -> None:
    """Copy what nobody is known to have handed in, so that it is not lost."""
    lost = {shown for shown, _ in result.unattributed}
    if not lost:
        return
    moment = f"{datetime.now():%Y-%m-%d %H.%M.%S}"
    result.kept_in = Path(course.root, ".nbgrader", "unattributed", moment)
    for each in files:
        if each.shown in lost:
            target = result.kept_in / each.shown
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(each.path, target)


def names_of(course: Any, lesson: str) -> dict[str, str]:
    """What the files of a lesson were called when they were collected, by student."""
    path = Path(course.root, ".nbgrader", "collected", f"{lesson}.json")
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _remember(course: Any, result: Collected) -> None:
    for lesson, names in result.names.items():
        path = Path(course.root, ".nbgrader", "collected", f"{lesson}.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(json.dumps(names_of(course, lesson) | names))
        beside.replace(path)
