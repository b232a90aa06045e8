"""A throw-away class that shows the whole product: twelve students hand in one lesson."""

from __future__ import annotations

import csv
import re
import shutil
import time
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.plugins import CsvExportPlugin

from grader.ask.jail import NoJailError, jail
from grader.classroom import class_report
from grader.classroom.school import Classroom, ClassroomError

DAY = timedelta(days=1)


def demo(repository: Path, folder: Path) -> Iterator[str]:
    """Play `solutions/class-of-twelve.toml` in `folder`, which is emptied first; yields what
    happens, line by line.

    Raises:
        ClassroomError: before anything, if this machine cannot grade.
    """
    try:
        jail()
    except NoJailError as error:
        raise ClassroomError(str(error)) from None
    start = time.perf_counter()
    script = read_script(repository)
    lesson, students = script["lesson"], script["student"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    room = Classroom(repository, folder, [lesson])
    room.config.JudgeInJail.term = "demo"
    now = datetime.now(UTC).replace(tzinfo=None)
    room.release(lesson, due=f"{now - DAY:%Y-%m-%d %H:%M:%S}")
    yield f"{lesson} is released to a class of {len(students)}; it was due yesterday"
    model = _answers(repository / "solutions" / lesson / f"{lesson}.ipynb")
    for student in students:
        name = student["name"]
        _hand_in(room, lesson, student, {} if student.get("untouched") else model)
        if not student.get("late"):
            _backdate(folder, name, now - 2 * DAY)
        yield f"  {name:8} hands in: {student['deed']}"
    room.collect(lesson)
    yield "collected; now graded, each in a jail:"
    for student in students:
        yield _grade(room, lesson, student["name"])
    yield from _results(room, lesson, folder)
    yield f"all in {time.perf_counter() - start:.0f} s; your own gradebook was not touched"


def read_script(repository: Path) -> dict[str, Any]:
    """Who hands in what. It stands with the solutions: students never get it."""
    path = repository / "solutions" / "class-of-twelve.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _answers(path: Path) -> dict[str, str]:
    """The model answers of a solved notebook, by exercise."""
    cells = nbformat.read(path, as_version=4).cells
    return {c.id.removesuffix("_answer"): c.source for c in cells if c.id.endswith("_answer")}


def _hand_in(
    room: Classroom, lesson: str, student: Mapping[str, Any], model: Mapping[str, str]
) -> None:
    path = room.fetch(student["name"], lesson)
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.id.removesuffix("_answer")
        if cell.id.endswith("_answer"):
            cell.source = str(student.get(name, model.get(name, cell.source))).strip()
    text = nbformat.writes(notebook)
    path.write_text(text[: len(text) // 2] if student.get("broken") else text, encoding="utf-8")
    room.submit(student["name"], lesson)


def _backdate(folder: Path, student: str, moment: datetime) -> None:
    """Let a submission have come in earlier: the time is in its folder's name."""
    for sent in (folder / "exchange").glob(f"*/inbound/{student}+*"):
        name, lesson, _, number = sent.name.rsplit("+", 3)
        sent.rename(sent.with_name(f"{name}+{lesson}+{moment:%Y-%m-%d %H:%M:%S.%f} UTC+{number}"))


def _grade(room: Classroom, lesson: str, student: str) -> str:
    start = time.perf_counter()
    room.autograde(lesson, student)
    seconds = time.perf_counter() - start
    room.feedback(lesson, student)
    with room.gradebook() as gradebook:
        submission = gradebook.find_submission(lesson, student)
        mark = f"{submission.score:4g} of {submission.max_score:g}"
    return f"  {student:8} {mark}   {seconds:.1f} s"


def _results(room: Classroom, lesson: str, folder: Path) -> Iterator[str]:
    """Write the CSV file and the class report, and show the gradebook as a table."""
    marks = folder / "marks.csv"
    with room.gradebook() as gradebook:
        exporter = CsvExportPlugin(config=room.config)
        exporter.to = str(marks)
        exporter.export(gradebook)
    report = class_report.class_report(room.config, lesson)
    (folder / "class-report.html").write_text(class_report.page(report), encoding="utf-8")
    names = [re.sub("^linear_", "", name) for name in report.exercises]
    yield ""
    yield f"{'student':10}" + "".join(f"{name:>15}" for name in names) + f"{'points':>9}  late"
    for student in report.students:
        scores = "".join(f"{f'{a.score:g}/{a.points:g}':>15}" for a in student.answers)
        late = f"{student.hours_late:.0f} h" if student.hours_late else ""
        yield f"{student.name:10}{scores}{student.score:9g}  {late}".rstrip()
    with marks.open(encoding="utf-8") as file:
        rows = len(list(csv.DictReader(file)))
    yield ""
    yield f"{marks}: {rows} rows"
    yield f"{folder / 'class-report.html'}: open it in a browser"
