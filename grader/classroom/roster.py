"""Who is in a class, from the file that the school's own system exports: Canvas, Moodle, plain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Student

from grader.classroom.table import Table, TableError

CANVAS_SECTION = "Section"
MOODLE_GRADE = "Last modified (grade)"
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SAFE = re.compile(r"[\w.@+=~-]{1,100}")  # as the name of a folder


@dataclass(frozen=True)
class Person:
    """One row of the class list."""

    row: int
    number: str  # the system's own, which is in the names of collected files; or ''
    name: str
    email: str = ""
    others: tuple[str, ...] = ()  # by which the class may know the person: login, school's number

    @property
    def ids(self) -> list[str]:
        """What a student of the gradebook may be called, the likeliest first."""
        user = self.email.partition("@")[0]
        return [each for each in (*self.others, self.email, user, self.number) if each]


@dataclass(frozen=True)
class Roster:
    """The class list in a table."""

    kind: str  # "Canvas", "Moodle" or "plain"
    table: Table
    people: tuple[Person, ...]


def roster(table: Table, where: str) -> Roster:
    """Recognise whose export it is, and read who is in the class.

    Args:
        where: the file's name, for what is said of it.

    Raises:
        TableError: if no column says who the students are.
    """
    heading = table.heading
    if heading and "Student" in heading[0] and "ID" in heading[1:2] and "Section" in heading:
        return Roster("Canvas", table, tuple(_canvas(table)))
    if "Identifier" in heading or MOODLE_GRADE in heading:
        return Roster("Moodle", table, tuple(_moodle(table)))
    people = tuple(_plain(table))
    if not people:
        raise TableError(
            f"{where} is neither Canvas's gradebook export nor Moodle's grading worksheet, and has "
            "no column `id`, `student`, `username` or `email`."
        )
    return Roster("plain", table, people)


def matched(people: Iterable[Person], students: Iterable[Any]) -> dict[Person, Any]:
    """The gradebook's student for each person who is in it: by the number that the system gave,
    else by what the gradebook calls them."""
    by_number = {each.lms_user_id: each for each in students if each.lms_user_id}
    by_id = {each.id.casefold(): each for each in students}
    found = {}
    for person in people:
        known = by_number.get(person.number) if person.number else None
        names = (by_id.get(name.casefold()) for name in person.ids)
        known = known or next(filter(None, names), None)
        if known is not None:
            found[person] = known
    return found


def enter(gradebook: Any, people: Sequence[Person]) -> Mapping[Person, str]:
    """Enter a class into the gradebook; who is in it keeps the id. Returns everybody's id."""
    students = gradebook.students
    known = matched(people, students)
    taken = {each.id for each in students}
    for person in people:
        student = known.get(person)
        if student is None:
            student = Student(id=_free_id(person, taken))
            taken.add(student.id)
            gradebook.db.add(student)
            known[person] = student
        first, last = _names(person.name)
        for field, value in (
            ("lms_user_id", person.number),
            ("first_name", first),
            ("last_name", last),
            ("email", person.email),
        ):
            if value and not getattr(student, field):
                setattr(student, field, value)
    gradebook.db.commit()
    return {person: str(student.id) for person, student in known.items()}


def _free_id(person: Person, taken: set[str]) -> str:
    usable = (each for each in person.ids if SAFE.fullmatch(each) and each not in taken)
    return next(usable, f"row-{person.row + 1}")


def _names(name: str) -> tuple[str, str]:
    """First and last name of `Doe, Jane` or `Jane Doe`."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()


def _canvas(table: Table) -> Iterable[Person]:
    columns = {name: number for number, name in enumerate(table.heading)}
    for row in range(1, len(table.rows)):
        number, name = table.value(row, columns["ID"]).strip(), table.value(row, 0).strip()
        if not number.isdecimal() or "Points Possible" in name:
            continue
        login = _of(table, row, columns, "SIS Login ID")
        school = _of(table, row, columns, "SIS User ID")
        email = login if EMAIL.fullmatch(login) else ""
        yield Person(row, number, name, email, tuple(filter(None, (login, school))))


def _moodle(table: Table) -> Iterable[Person]:
    columns = {name: number for number, name in enumerate(table.heading)}
    for row in range(1, len(table.rows)):
        found = re.search(r"(\d+)\s*$", table.value(row, 0))
        if found is None:
            continue
        mail = next((i for name, i in columns.items() if "mail" in name.casefold()), None)
        email = "" if mail is None else table.value(row, mail).strip()
        number = _of(table, row, columns, "ID number")
        name = table.value(row, 1).strip()
        yield Person(row, found[1], name, email, tuple(filter(None, (number,))))


def _plain(table: Table) -> Iterable[Person]:
    columns = {name.casefold(): number for number, name in enumerate(table.heading)}
    own = [columns[n] for n in ("id", "student", "student_id", "username", "login") if n in columns]
    mail = [i for name, i in columns.items() if "mail" in name]
    name = [i for n, i in columns.items() if n in ("name", "full name")]
    for row in range(1, len(table.rows) if own or mail else 1):
        ids = tuple(filter(None, (table.value(row, column).strip() for column in own)))
        email = table.value(row, mail[0]).strip() if mail else ""
        if ids or email:
            said = table.value(row, name[0]).strip() if name else ""
            yield Person(row, "", said, email, ids)


def _of(table: Table, row: int, columns: Mapping[str, int], name: str) -> str:
    return table.value(row, columns[name]).strip() if name in columns else ""
