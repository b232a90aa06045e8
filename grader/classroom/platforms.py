"""To and from a school's own system: what `grader collect` and `grader marks` do and say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.classroom.collect import Collected, collect, names_of
from grader.classroom.grade import Course
from grader.classroom.gradebook import known_to_gradebook
from grader.classroom.marks import Filled, fill, write_feedback
from grader.classroom.roster import Person, Roster, enter, matched, roster
from grader.classroom.table import read_table

MOST = 20


def take_in(root: Path, source: Path, lesson: str | None, students: Path | None) -> Iterator[str]:
    """Collect from a file or folder; yields what was done.

    Args:
        students: the school's export with the class list.
    """
    course = Course.at(root, lesson or "*")
    known_to_gradebook(course.directory)
    people: Mapping[Person, str] = {}
    with course.gradebook() as gradebook:
        if students is not None:
            people = enter(gradebook, roster(read_table(students), students.name).people)
            yield f"{len(people)} students in the class, from {students.name}"
    found = collect(source, course.directory, people, lesson)
    yield from _said(found)
    for name, who in found.students.items():
        absent = sorted(set(people.values()) - who)
        if absent:
            yield f"Nothing of {name} from {len(absent)}: {_short(absent)}"


def give_back(
    root: Path, export: Path, lessons: Sequence[str], titles: Mapping[str, str]
) -> Iterator[str]:
    """Fill a school's export with marks, and pack the feedback pages; yields what was done."""
    course = Course.at(root, "*")
    with course.gradebook() as gradebook:
        filled = fill(export, gradebook, lessons, titles)
        path = export.with_name(f"{export.stem}-filled{export.suffix}")
        path.write_bytes(filled.table.data())
        yield f"{path}: {filled.marks} marks"
        yield from _left_out(filled)
        found = roster(read_table(export), export.name)
        for column in filled.columns:
            yield from _pages(course, found, gradebook.students, column.lesson, export)


def _pages(
    course: Course, found: Roster, students: Sequence[object], lesson: str, export: Path
) -> Iterator[str]:
    directory = course.directory
    folder = Path(directory.root, directory.feedback_directory)
    path = export.with_name(f"{lesson}-feedback.zip")
    people, names = matched(found.people, students), names_of(directory, lesson)
    count = write_feedback(path, found, people, lesson, folder, names)
    if count:
        yield f"{path}: {count} feedback pages"
    else:
        path.unlink()
        yield f"No feedback pages of {lesson} are made yet: grader feedback {lesson}"


def _said(found: Collected) -> Iterator[str]:
    for lesson, students in sorted(found.students.items()):
        yield f"{lesson}: handed in by {len(students)}"
    if found.same:
        yield f"{found.same} of them had come in before, unchanged"
    if found.replaced:
        yield f"Replaced by something newer: {_short(sorted(found.replaced))}"
    if found.unattributed:
        yield f"Not attributed, kept in {found.kept_in}:"
        yield from (f"  {name}: {why}" for name, why in found.unattributed)


def _left_out(filled: Filled) -> Iterator[str]:
    for column in filled.columns:
        yield f"  {column.lesson} stands in the column {column.title!r}"
    for lesson, (own, theirs) in filled.scaled.items():
        yield f"  {lesson} has {own:g} points, the column {theirs:g}: marks were scaled"
    if filled.excused:
        yield f"  excused, left as they are: {_short(filled.excused)}"
    if filled.without:
        yield f"  in the file, but nothing is graded: {_short(filled.without)}"
    if filled.unknown:
        yield f"  graded, but not in the file: {_short(filled.unknown)}"


def _short(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
