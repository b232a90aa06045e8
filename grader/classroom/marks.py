"""Marks and feedback pages on their way back into the school's system.

Canvas's gradebook export and Moodle's grading worksheet are filled in our columns alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from grader.classroom.roster import Person, Roster, matched, roster
from grader.classroom.table import Table, TableError, read_table

EXCUSED = "EX"  # Canvas's word; such a cell is left as it is
POINTS = "Points Possible"


@dataclass(frozen=True)
class Column:
    """Where the marks of a lesson go."""

    lesson: str
    number: int
    title: str


@dataclass
class Filled:
    """What was filled in, and who was not."""

    table: Table
    columns: list[Column]
    marks: int = 0
    scaled: dict[str, tuple[float, float]] = field(default_factory=dict)  # from, to: by lesson
    excused: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)  # in the file, but nothing was graded
    unknown: list[str] = field(default_factory=list)  # graded, but not in the file


def fill(path: Path, gradebook: Any, lessons: Sequence[str], titles: Mapping[str, str]) -> Filled:
    """Fill an export with the marks of some lessons, or of all that it has a column for.

    Args:
        titles: what the school's system calls a lesson, where the names do not tell.

    Raises:
        TableError: if the file is no such export, or no column belongs to a lesson.
    """
    found = roster(read_table(path), path.name)
    known = [each.name for each in gradebook.assignments]
    if strangers := [name for name in lessons if name not in known]:
        raise TableError(f"The gradebook has no lesson {', '.join(strangers)}.")
    columns = list(_columns(found, lessons or known, titles))
    if not columns:
        raise TableError(
            f"No column of {path.name} has the name of a lesson. Say which is which: "
            '--map 01-linear="Lesson 1". '
            f"Its columns: {', '.join(found.table.heading)}"
        )
    filled = Filled(found.table, columns)
    people = matched(found.people, gradebook.students)
    for column in columns:
        _fill_column(filled, found, column, gradebook, people)
    return filled


def write_feedback(
    path: Path,
    found: Roster,
    people: Mapping[Person, Any],
    lesson: str,
    pages: Path,
    names: Mapping[str, str],
) -> int:
    """The feedback pages of a lesson as the zip that Canvas or Moodle takes back.

    Args:
        pages: nbgrader's folder of feedback, by student and lesson.
        names: what a student's file was called when it was collected.

    Returns:
        The number of pages.
    """
    count = 0
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for person, student in people.items():
            page = pages / student.id / lesson / f"{lesson}.html"
            if page.exists():
                archive.write(page, _page_name(found.kind, person, lesson, names.get(student.id)))
                count += 1
    return count


def _page_name(kind: str, person: Person, lesson: str, collected: str | None) -> str:
    if kind == "Moodle":
        return f"{_plain(person.name)}_{person.number}_assignsubmission_file/{lesson}.html"
    if kind == "Canvas" and collected:
        return str(Path(collected).with_suffix(".html"))
    if kind == "Canvas":
        name = re.sub(r"\W|_", "", person.name).casefold()
        return f"{name}_{person.number}_0_{lesson}.html"
    return f"{person.ids[0]}/{lesson}.html"


def _columns(found: Roster, lessons: Sequence[str], titles: Mapping[str, str]) -> Iterator[Column]:
    heading = found.table.heading
    if found.kind == "Moodle":
        if len(lessons) != 1:
            raise TableError("Moodle's worksheet is about one lesson: say which, such as 01.")
        yield Column(lessons[0], _moodle_grade(found.table), "Grade")
        return
    first = heading.index("Section") + 1 if found.kind == "Canvas" else 1
    for lesson in lessons:
        wanted = titles.get(lesson, lesson)
        places = [n for n in range(first, len(heading)) if _is(heading[n], wanted)]
        if lesson in titles and not places:
            raise TableError(f"No column is called {wanted!r}: {', '.join(heading[first:])}")
        if len(places) > 1:
            several = ", ".join(heading[n] for n in places)
            raise TableError(f"More than one column may be {lesson}: {several}. Say it by --map.")
        if places:
            yield Column(lesson, places[0], heading[places[0]])


def _is(title: str, wanted: str) -> bool:
    """Whether a heading, `Title (canvas id)`, is meant."""
    bare = re.sub(r"\s*\(\d+\)\s*$", "", title)
    return re.sub(r"\W+|_", " ", bare).strip().casefold() == (
        re.sub(r"\W+|_", " ", wanted).strip().casefold()
    )


def _moodle_grade(table: Table) -> int:
    """The column of grades: called so, or, in another language, left of the maximum."""
    if "Grade" in table.heading:
        return table.heading.index("Grade")
    for column in range(2, len(table.heading)):
        values = {table.value(row, column) for row in range(1, len(table.rows))}
        if len(values) == 1 and (_number(next(iter(values))) or 0) > 0:
            return column - 1
    raise TableError("No column of this worksheet is called Grade.")


def _fill_column(
    filled: Filled, found: Roster, column: Column, gradebook: Any, people: Mapping[Person, Any]
) -> None:
    table = filled.table
    submissions = {
        each.student.id: each for each in gradebook.assignment_submissions(column.lesson)
    }
    left = set(submissions)
    for person in found.people:
        submission = submissions.get(getattr(people.get(person), "id", None))
        if submission is None:
            filled.without.append(person.name or person.ids[0])
            continue
        left.discard(submission.student.id)
        if table.value(person.row, column.number).strip().upper() == EXCUSED:
            filled.excused.append(person.name)
            continue
        top = _top(found, column, person.row) or submission.max_score
        score = max(0.0, submission.score - (submission.late_submission_penalty or 0.0))
        if top != submission.max_score:
            filled.scaled[column.lesson] = submission.max_score, top
            score *= top / submission.max_score
        said = f"{score:.2f}".rstrip("0").rstrip(".")
        comma = _has_decimal_comma(table)
        table.write(person.row, column.number, said.replace(".", ",") if comma else said)
        filled.marks += 1
    filled.unknown += sorted(left)


def _top(found: Roster, column: Column, row: int) -> float | None:
    """What the system gives for the lesson."""
    table = found.table
    if found.kind == "Moodle":
        return _number(table.value(row, column.number + 1))
    for each in range(1, min(4, len(table.rows))):
        if POINTS in table.value(each, 0):
            return _number(table.value(each, column.number))
    return None


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _has_decimal_comma(table: Table) -> bool:
    cells = (cell.value for row in table.rows for cell in row)
    return any(re.fullmatch(r"\s*\d+,\d{1,5}\s*", value) for value in cells)


def _plain(name: str) -> str:
    """A name without what would cut Moodle's folder names in other places."""
    return re.sub(r"[_/\\]", " ", name)
