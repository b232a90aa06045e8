"""The answers typed in from a quiz's pages: read, marked, and made the report of a class."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.classroom.class_report import Answer, ClassReport, Misconception, Student, page
from grader.classroom.course_report import no_formula
from grader.classroom.quiz import Quiz, Sheet, explained
from grader.classroom.quiz_files import NO_ANSWER, label, line_of, read_quiz, write, write_csv
from grader.classroom.table import Table, read_table
from grader.judge.errors import CourseError
from grader.judge.same import alike
from grader.practice.answers import UnreadableError, read
from grader.practice.pool import Mistake, Question
from grader.practice.session import said


@dataclass(frozen=True)
class QuizReport(ClassReport):
    """The class's report, with a column for each question, and the mistakes of each topic."""

    @property
    def exercises(self) -> list[str]:
        """The questions, in order."""
        return [answer.exercise for answer in self.students[0].answers]

    @property
    def misconceptions(self) -> list[Misconception]:
        """The named mistakes, most frequent first; each student once."""
        made: dict[tuple[str, str], dict[str, Answer]] = {}
        for student in self.students:
            for answer in student.answers:
                topic = answer.exercise.partition(" ")[2]
                for mistake in answer.mistakes:
                    made.setdefault((topic, mistake), {}).setdefault(student.name, answer)
        found = []
        for (topic, name), who in made.items():
            example = next(iter(who.values()))
            found.append(Misconception(topic, name, example.message, tuple(who), example))
        return sorted(found, key=lambda each: (-len(each.students), each.exercise, each.name))


@dataclass(frozen=True)
class Row:
    """What one student answered."""

    line: int  # in the table
    student: str
    label: str
    sheet: Sheet
    typed: tuple[str, ...]


@dataclass
class Typed:
    """A table of answers as it was read."""

    rows: list[Row] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # whose rows cannot be marked
    odd: list[str] = field(default_factory=list)  # a sentence for each thing that needs a look


def grade(answers: Path) -> Iterator[str]:
    """Mark the answers typed in, with the `quiz.json` beside them; writes `quiz-report.html` and
    `marks.csv` there. Yields a line for each thing that needs a look, then the paths.

    Raises:
        CourseError: if a file is missing or will not do, or if there are no answers of this quiz.
    """
    table, quiz = read_table(answers), read_quiz(answers.with_name("quiz.json"))
    typed = read_answers(table, quiz, answers.name)
    students = [_student(quiz, row, answers.name, typed.odd) for row in typed.rows]
    yield from typed.odd
    if not students:
        raise CourseError(f"{answers} has no answers of this quiz: type them in and save it.")
    report = QuizReport(
        f"Quiz: {quiz.title}", tuple(students), datetime.now(), tuple(typed.refused)
    )
    paths = answers.with_name("quiz-report.html"), answers.with_name("marks.csv")
    write(paths[0], page(report))
    pairs = zip(typed.rows, students, strict=True)
    points = {row.student: f"{student.score:g}" for row, student in pairs}
    without = [each for each in quiz.sheets if each.student and each.student not in points]
    points.update((each.student, "") for each in without)
    of = str(len(quiz.slots))
    write_csv(paths[1], [["student", "points", "of"], *([*each, of] for each in points.items())])
    if without:
        names = ", ".join(map(label, without))
        yield f"No marks, because no answers could be read: {names}."
    yield from map(str, paths)


def read_answers(table: Table, quiz: Quiz, where: str) -> Typed:
    """The rows that belong to students of the quiz, and what is odd about the others.

    Args:
        where: the file's name, for what is said of it.

    Raises:
        CourseError: if the table has not the columns that the quiz's own has.
    """
    columns = _columns(table, quiz, where)
    found, seen = Typed(), dict[str, int]()
    for number in range(1, len(table.rows)):
        row = [cell.value.strip() for cell in table.rows[number]]
        row += [""] * (len(table.heading) - len(row))
        typed = tuple(row[columns[str(n + 1)]] for n in range(len(quiz.slots)))
        surplus = any(row[len(table.heading) :])
        if all(each in NO_ANSWER for each in typed) and not surplus:
            continue
        line, who = line_of(table, number), row[columns["student"]]
        code = row[columns["code"]].upper() if "code" in columns else ""
        sheet = _sheet_of(quiz, who, code)
        name = sheet.student if sheet and sheet.student else who or f"row {line}"
        why = _why_not(sheet, who, code, surplus)
        if not why and name in seen:
            why = f"`{name}` has answers in row {seen[name]} already; those count."
        elif why:
            found.refused.append(name)
        if why or sheet is None:
            found.odd.append(f"{where}, row {line}: {why}")
            continue
        seen[name] = line
        shown = label(sheet) if sheet.student else name
        found.rows.append(Row(line, name, shown, sheet, typed))
    return found


def marked(quiz: Quiz, sheet: Sheet, given: Sequence[Any]) -> list[Answer]:
    """The answers of a sheet with their marks and the names of the mistakes.

    Args:
        given: numbers, shapes, texts that are neither, and None for no answer.
    """
    mistakes: list[list[Mistake]] = [[] for _ in given]
    for topic in {question.topic for question in sheet.questions}:
        places = [
            place
            for place, question in enumerate(sheet.questions)
            if question.topic == topic and given[place] is not None
        ]
        found = explained([(sheet.questions[place], given[place]) for place in places])
        for place, numbers in zip(places, found, strict=True):
            mistakes[place] = [quiz.mistakes[topic][number] for number in sorted(numbers)]
    rows = enumerate(zip(sheet.questions, given, mistakes, strict=True), start=1)
    return [_answer(f"{number}. {row[0].topic}", *row) for number, row in rows]


def _answer(title: str, question: Question, given: Any, mistakes: Sequence[Mistake]) -> Answer:
    right = given is not None and alike(given, question.right)
    missed = "not attempted" if given is None else "wrong"
    return Answer(
        title,
        float(right),
        1,
        "correct" if right else missed,
        (" or ".join(mistake.name for mistake in mistakes),) if mistakes else (),
        _message(mistakes),
        question.text.replace("`", "").removesuffix("?"),
        "" if given is None else given if isinstance(given, str) else said(given),
        f"PyTorch {said(question.right)}",
    )


def _message(mistakes: Sequence[Mistake]) -> str:
    either = "Either: " if len(mistakes) > 1 else ""
    return either + " Or: ".join(mistake.sentence for mistake in mistakes)


def _student(quiz: Quiz, row: Row, where: str, odd: list[str]) -> Student:
    given = []
    for number, (text, question) in enumerate(zip(row.typed, row.sheet.questions, strict=True)):
        try:
            given.append(_given(text, question))
        except UnreadableError as error:
            odd.append(f"{where}, row {row.line}, column {number + 1}: `{text}`? {error}")
            given.append(text)
    return Student(row.label, tuple(marked(quiz, row.sheet, given)), 0, "")


def _given(typed: str, question: Question) -> Any:
    """The answer as a value; None for no answer.

    Raises:
        UnreadableError: if it is none.
    """
    text = re.sub(r"[\u00a0\u202f\u2009]", " ", typed)  # a spreadsheet's thin spaces
    if text in NO_ANSWER:
        return None
    whole = isinstance(question.right, int)
    if whole and re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text):  # 1.024 is a thousand and more
        return int(text.replace(".", ""))
    if isinstance(question.right, float) and re.fullmatch(r"-?\d+,\d+", text):
        decimal = float(text.replace(",", "."))
        known = [question.right, *(each for each in question.wrong if each is not None)]
        if any(alike(decimal, each) for each in known):  # 1,024 is one and a bit
            return decimal
    return read(text, question)


def _columns(table: Table, quiz: Quiz, where: str) -> dict[str, int]:
    columns = {name.casefold(): number for number, name in enumerate(table.heading)}
    wanted = ["student", *(str(n + 1) for n in range(len(quiz.slots)))]
    missing = [f"`{name}`" for name in wanted if name not in columns]
    if missing:
        raise CourseError(
            f"{where} has no column {' and '.join(missing[:3])}: its first row is to be as "
            "`grader quiz` wrote it."
        )
    return columns


def _sheet_of(quiz: Quiz, who: str, code: str) -> Sheet | None:
    """Whose row this is: by the id, as it is or as spreadsheets change it; by the code if there is
    no id. One page for all is everybody's."""
    if not quiz.sheets[0].student:
        return quiz.sheets[0]
    if not who:
        found = [sheet for sheet in quiz.sheets if sheet.code == code]
        return found[0] if len(found) == 1 else None
    exactly = [sheet for sheet in quiz.sheets if sheet.student.casefold() == who.casefold()]
    nearly = [sheet for sheet in quiz.sheets if _bare(sheet.student) == _bare(who)]
    return exactly[0] if exactly else nearly[0] if len(nearly) == 1 else None


def _bare(student: str) -> str:
    """An id without what spreadsheets add and take away."""
    return no_formula(student).removeprefix("'").lstrip("0").casefold()


def _why_not(sheet: Sheet | None, who: str, code: str, surplus: bool) -> str:
    """Why a row cannot be marked, or ''."""
    if sheet is None and not who:
        return "there are answers and no student."
    if sheet is None:
        return f"`{who}` is not among the students of this quiz."
    if code and code != sheet.code:
        whose = f"`{sheet.student}`'s page" if sheet.student else "the page"
        return f"the code is {code}, but {whose} has {sheet.code}: are these of another quiz?"
    if surplus:
        return "it has more cells than the heading; put answers such as 1,024 in quotes."
    return ""
