"""A throw-away class that shows the whole product: twelve students hand in one lesson."""

from __future__ import annotations

import csv
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.plugins import CsvExportPlugin

from grader import class_report
from grader.classroom import Classroom

LESSON = "01-linear"
DAY = timedelta(days=1)

PARAMS = "def linear_params(in_features, out_features, bias=True):\n    return "
SHAPE = "def linear_output_shape(input_shape, out_features):\n    return "
ADDS = "def linear_mult_adds(input_shape, out_features):\n    "
MLP = "def mlp_params(sizes, bias=True):\n    return "

RIGHT = {
    "linear_params": PARAMS + "in_features * out_features + out_features * bias",
    "linear_output_shape": SHAPE + "(*input_shape[:-1], out_features)",
    "linear_mult_adds": "from math import prod\n\n"
    + ADDS
    + "return prod(input_shape) * out_features",
    "mlp_params": MLP + "sum((i + bias) * o for i, o in zip(sizes, sizes[1:]))",
}
OWN_WAY = {
    "linear_params": "import numpy as np\n\n"
    + PARAMS
    + "np.ones((out_features, in_features + bias)).sum()",
    "linear_output_shape": SHAPE + "list(input_shape)[:-1] + [out_features]",
    "linear_mult_adds": ADDS + "work = out_features\n    for size in input_shape:\n"
    "        work *= size\n    return work",
    "mlp_params": MLP + "linear_params(sizes[0], sizes[1], bias) + (mlp_params(sizes[1:], bias) "
    "if len(sizes) > 2 else 0)",
}
BIAS_PER_INPUT = PARAMS + "in_features * out_features + bias * in_features"
BIAS_ALWAYS = PARAMS + "in_features * out_features + out_features"
FLATTENED = SHAPE + "(input_shape[0], out_features)"
ONE_VECTOR = ADDS + "return input_shape[-1] * out_features"
BIAS_FOR_INPUT = MLP + "sum(i * o for i, o in zip(sizes, sizes[1:])) + bias * sum(sizes)"
HOSTILE = """import os, pathlib
for book in pathlib.Path("/").rglob("gradebook.db"):
    book.unlink()

def mlp_params(sizes, bias=True):
    os._exit(0)"""
NO_PYTHON = "def linear_mult_adds(input_shape, out_features)\n    return 1"

STUDENTS: dict[str, tuple[str, dict[str, str], float]] = {  # what they do, answers, their mark
    "ada": ("all right", RIGHT, 13),
    "bjarne": ("all right, each in a way of its own", OWN_WAY, 13),
    "chidi": ("one bias for each input", {**RIGHT, "linear_params": BIAS_PER_INPUT}, 10),
    "dunya": (
        "one bias for each input, and one vector only",
        {**RIGHT, "linear_params": BIAS_PER_INPUT, "linear_mult_adds": ONE_VECTOR},
        8,
    ),
    "elena": ("a Linear that flattens", {**RIGHT, "linear_output_shape": FLATTENED}, 11),
    "farid": (
        "biases for the input layer, and bias=False forgotten",
        {**RIGHT, "linear_params": BIAS_ALWAYS, "mlp_params": BIAS_FOR_INPUT},
        9,
    ),
    "grace": ("half done", {n: RIGHT[n] for n in ("linear_params", "linear_output_shape")}, 6),
    "hiro": ("untouched", {}, 0),
    "ines": ("a colon missing", {**RIGHT, "linear_mult_adds": NO_PYTHON}, 10),
    "jonas": ("hostile: deletes gradebooks, kills the grader", {**RIGHT, "mlp_params": HOSTILE}, 9),
    "kofi": ("all right, a day late", RIGHT, 13),
    "lena": ("a file that broke on the way", RIGHT, 0),
}


def demo(repository: Path, folder: Path) -> Iterator[str]:
    """Play the class in `folder`, which is emptied first; yields what happens, line by line."""
    start = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    room = Classroom(repository, folder, [LESSON])
    now = datetime.now(UTC).replace(tzinfo=None)
    room.release(LESSON, due=f"{now - DAY:%Y-%m-%d %H:%M:%S}")
    yield f"{LESSON} is released to a class of {len(STUDENTS)}; it was due yesterday"
    for student, (deed, answers, _) in STUDENTS.items():
        _hand_in(room, student, answers)
        if student != "kofi":
            _backdate(folder, student, now - 2 * DAY)
        yield f"  {student:8} hands in: {deed}"
    room.collect(LESSON)
    yield "collected; now graded, each in a jail:"
    for student in STUDENTS:
        moment = time.perf_counter()
        room.autograde(LESSON, student)
        mark, points = _mark(room, student)
        yield f"  {student:8} {mark:4g} of {points:g}   {time.perf_counter() - moment:.1f} s"
        room.feedback(LESSON, student)
    yield from _results(room, folder)
    yield f"all in {time.perf_counter() - start:.0f} s; your own gradebook was not touched"


def _hand_in(room: Classroom, student: str, answers: dict[str, str]) -> None:
    path = room.fetch(student, LESSON)
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        name = cell.id.removesuffix("_answer")
        if cell.id.endswith("_answer") and name in answers:
            cell.source = answers[name]
    text = nbformat.writes(notebook)
    path.write_text(text[: len(text) // 2] if student == "lena" else text, encoding="utf-8")
    room.submit(student, LESSON)


def _backdate(folder: Path, student: str, moment: datetime) -> None:
    """Let a submission have come in earlier: nbgrader reads the time from this file."""
    for stamp in (folder / "exchange").glob(f"*/inbound/{student}+*/timestamp.txt"):
        stamp.write_text(f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")


def _mark(room: Classroom, student: str) -> tuple[float, float]:
    with room.gradebook() as gradebook:
        submission = gradebook.find_submission(LESSON, student)
        return submission.score, submission.max_score


def _results(room: Classroom, folder: Path) -> Iterator[str]:
    """Write the CSV file and the class report, and show the gradebook as a table."""
    marks = folder / "marks.csv"
    with room.gradebook() as gradebook:
        exporter = CsvExportPlugin(config=room.config)
        exporter.to = str(marks)
        exporter.export(gradebook)
    report = class_report.class_report(room.config, LESSON)
    (folder / "class-report.html").write_text(class_report.page(report), encoding="utf-8")
    names = [re.sub("^linear_", "", name) for name in report.exercises]
    yield ""
    yield f"{'student':10}" + "".join(f"{name:>15}" for name in names) + f"{'points':>9}  late"
    for student in report.students:
        scores = "".join(f"{f'{a.score:g}/{a.points:g}':>15}" for a in student.answers)
        late = f"{student.hours_late:.0f} h" if student.hours_late else ""
        yield f"{student.name:10}{scores}{student.score:9g}  {late}"
    with marks.open(encoding="utf-8") as file:
        rows = len(list(csv.DictReader(file)))
    yield ""
    yield f"{marks}: {rows} rows"
    yield f"{folder / 'class-report.html'}: open it in a browser"
