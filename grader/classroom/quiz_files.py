"""The files of a quiz on paper: pages and key to print, a table for the answers, what was asked."""

from __future__ import annotations

import csv
import json
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from markupsafe import Markup

from grader.classroom.class_report import render
from grader.classroom.course_report import no_formula
from grader.classroom.quiz import Quiz, Sheet, answers_of_mistakes, chosen, make_quiz
from grader.classroom.roster import roster
from grader.classroom.table import Table, TableError, read_table
from grader.judge.errors import CourseError
from grader.judge.key import from_json, to_json
from grader.judge.report import inline
from grader.practice.pool import Mistake, Question
from grader.practice.session import said
from grader.publish.tools import CHROMIUM

A_PAGE, LINES = 8, 18  # questions, and lines of questions; the rest is room for work
LETTERS = 85  # in a line
IN_THE_KEY = 6  # wrong answers of a question
NO_ANSWER = ("", "-", "–", "—", "?")
PATIENCE = 300  # seconds, for Chromium


def make(
    folder: Path, topics: Sequence[str], questions: int, students: Path | None, seed: str | None
) -> Iterator[str]:
    """Write a quiz into a folder; yields a line for each thing to know.

    Args:
        topics: lessons such as "05", or topics.
        students: the class list, as the school's system exports it; None for one page for all.
        seed: the same one makes the same pages; None for a new one.

    Raises:
        CourseError: if the topics, the number or the class list will not do, or if the folder has
            a quiz whose answers are being typed in.
    """
    answers = folder / "answers.csv"
    if has_answers(answers):
        raise CourseError(f"{answers} has answers typed in: choose another folder with `--to`.")
    people = _people(students) if students else [("", "")]
    quiz = make_quiz(chosen(topics), questions, people, seed or secrets.token_hex(4))
    pages = {folder / "quiz.html": quiz_page(quiz), folder / "quiz-key.html": key_page(quiz)}
    for path, text in pages.items():
        write(path, text)
    write(folder / "quiz.json", _to_text(quiz))
    write_csv(answers, [_heading(len(quiz.slots)), *map(_row_to_fill, quiz.sheets)])
    if not students:
        yield "One page without a name, for all: `--students roster.csv` gives each their own."
    yield f"The seed is {quiz.seed}: `--seed {quiz.seed}` makes the same pages again."
    printed = [_print(path) for path in pages]
    sides = "on both sides" if pages_of(quiz) > 1 else "on one side"
    if all(printed):
        yield f"Print {folder / 'quiz.pdf'} {sides}. The key is {folder / 'quiz-key.pdf'}."
    else:
        yield (
            f"No PDFs, for want of Chromium: print {folder / 'quiz.html'} from a browser, {sides}. "
            f"The key is {folder / 'quiz-key.html'}."
        )
    yield f"Type the answers into {answers}, a shape as 2 x 3 x 4; then `grader quiz --grade` it."


def quiz_page(quiz: Quiz) -> str:
    """The pages for the students as one HTML page."""
    pages = pages_of(quiz)
    length = ceil(len(quiz.slots) / pages)
    starts = range(0, len(quiz.slots), length)
    return render(
        "quiz.html.j2", quiz=quiz, starts=starts, length=length, pages=pages, asked=_asked
    )


def pages_of(quiz: Quiz) -> int:
    """How many pages a student gets: as many as whoever has the longest questions needs."""
    lines = max(sum(ceil(len(q.text) / LETTERS) for q in each.questions) for each in quiz.sheets)
    wanted = max(ceil(len(quiz.slots) / A_PAGE), ceil(lines / LINES))
    return ceil(len(quiz.slots) / ceil(len(quiz.slots) / wanted))


def key_page(quiz: Quiz) -> str:
    """The answer key: the right answers, and what the usual mistakes give."""
    keys = [(sheet, [_key(quiz, each) for each in sheet.questions]) for sheet in quiz.sheets]
    return render("quiz_key.html.j2", quiz=quiz, keys=keys)


def read_quiz(path: Path) -> Quiz:
    """What was asked, from `quiz.json`.

    Raises:
        CourseError: if it is missing, or is none.
    """
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read ({error.strerror}): the answers stand beside the quiz.json "
            "that `grader quiz` wrote with them."
        ) from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise CourseError(f"{path} is not as `grader quiz` wrote it: put it back.") from None


def label(sheet: Sheet) -> str:
    """How a student is called in what a teacher reads."""
    return f"{sheet.name} ({sheet.student})" if sheet.name else sheet.student


def has_answers(path: Path) -> bool:
    """True if the table is there, with something typed in."""
    if not path.exists():
        return False
    table = read_table(path)
    numbers = [i for i, name in enumerate(table.heading) if name.isdecimal()]
    rows = range(1, len(table.rows))
    return any(table.value(r, i).strip() not in NO_ANSWER for r in rows for i in numbers)


def line_of(table: Table, row: int) -> int:
    """The row's number in a spreadsheet, which counts empty ones too."""
    before = table.text[: table.rows[row][0].start]
    return len(before.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def write(path: Path, text: str) -> None:
    """Write a file and, if need be, its folder.

    Raises:
        CourseError: if that is not possible.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written ({error.strerror}): is it open elsewhere?"
        ) from None


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table that spreadsheets open as it is, formulas disarmed.

    Raises:
        CourseError: if that is not possible.
    """
    lines: list[str] = []

    class Lines:
        write = staticmethod(lines.append)

    csv.writer(Lines).writerows([cell and no_formula(cell) for cell in row] for row in rows)
    write(path, "\ufeff" + "".join(lines))


def _people(path: Path) -> list[tuple[str, str]]:
    """Id and name of everybody in a class list."""
    table = read_table(path)
    if len(table.rows) < 2:
        raise TableError(f"{path} has a heading and no student.")
    people: dict[str, tuple[str, str]] = {}
    rows: dict[str, int] = {}
    for person in roster(table, str(path)).people:
        student, line = person.ids[0], line_of(table, person.row)
        if student.casefold() in people:
            first = rows[student.casefold()]
            raise TableError(f"{path} has `{student}` twice, in rows {first} and {line}.")
        people[student.casefold()], rows[student.casefold()] = (student, person.name), line
    if not people:
        raise TableError(f"{path} has no student.")
    return list(people.values())


def _asked(text: str) -> Markup:
    """A question as HTML; no line begins with the comma behind a piece of code."""
    return Markup(re.sub(r"<code>.*?</code>[,.:;)?]*", r"<span>\g<0></span>", inline(text)))


def _key(quiz: Quiz, question: Question) -> dict[str, Any]:
    usual = answers_of_mistakes(question, quiz.mistakes[question.topic])
    wrong = [(said(answer), " or ".join(names)) for answer, names in usual[:IN_THE_KEY]]
    return {"right": said(question.right), "wrong": wrong}


def _heading(questions: int) -> list[str]:
    return ["student", "name", "code", *(str(n + 1) for n in range(questions))]


def _row_to_fill(sheet: Sheet) -> list[str]:
    return [sheet.student, sheet.name, sheet.code, *("" for _ in sheet.questions)]


def _print(page: Path) -> bool:
    """Make a PDF of a page beside it; False where that did not work."""
    page = page.absolute()
    pdf = page.with_suffix(".pdf")
    pdf.unlink(missing_ok=True)  # of an older quiz
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if browser is None:
        return False
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}"),
            page.as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)
        except (OSError, subprocess.SubprocessError):
            return False
    return pdf.exists()


def _to_text(quiz: Quiz) -> str:
    said = {
        "seed": quiz.seed,
        "title": quiz.title,
        "slots": quiz.slots,
        "mistakes": {
            name: [[each.name, each.sentence] for each in found]
            for name, found in quiz.mistakes.items()
        },
        "sheets": [
            {
                "student": sheet.student,
                "name": sheet.name,
                "code": sheet.code,
                "questions": [
                    [q.topic, q.part, q.text, to_json(q.right), [to_json(each) for each in q.wrong]]
                    for q in sheet.questions
                ],
            }
            for sheet in quiz.sheets
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _from_json(said: Any) -> Quiz:
    sheets = tuple(
        Sheet(
            *(each["student"], each["name"], each["code"]),
            tuple(
                Question(topic, part, text, from_json(right), tuple(map(from_json, wrong)))
                for topic, part, text, right, wrong in each["questions"]
            ),
        )
        for each in said["sheets"]
    )
    slots = tuple((topic, part) for topic, part in said["slots"])
    mistakes = {
        name: tuple(Mistake(*each) for each in found) for name, found in said["mistakes"].items()
    }
    if not slots or not sheets or any(len(each.questions) != len(slots) for each in sheets):
        raise ValueError
    return Quiz(said["seed"], said["title"], slots, mistakes, sheets)
