"""`grader judge`: one hand-in, judged for a system that runs graders of its own.

Gradescope, PrairieLearn and Classroom 50 let students hand in again and again. So a test that they
see knows the cases that every student can see; the drawn ones decide the mark alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from typing import Any

from grader.ask.bubblewrap import seen_by_others
from grader.ask.jail import Jail, jail
from grader.classroom.graded_copy import keys_for, read, restore, results_of
from grader.classroom.reading import UnreadableError, bytes_of, notebook_of
from grader.classroom.recognise import Marks
from grader.classroom.released import Released
from grader.judge.errors import CourseError
from grader.judge.report import card, text
from grader.judge.result import Result

LESS = (
    "No bubblewrap here: the code ran with limits of time and memory, but it could read what its "
    "user can, and use the network."
)
AS_ROOT = " Where it needed PyTorch it ran as root: put the environment where others can read it."


class JudgeError(CourseError):
    """The file cannot be judged; the message says why."""


@dataclass(frozen=True)
class Judged:
    """One hand-in: what its student may see, and what it is worth."""

    lesson: str
    results: tuple[Result, ...]  # by the cases that every student can see
    score: float  # by the drawn cases too
    contained: bool = True
    problem: str = ""  # why nothing could be judged
    language: str = ""  # that its student reads; '' for English

    @property
    def remark(self) -> str:
        """What has to be said beside the tests."""
        if self.problem or self.contained:
            return self.problem
        return LESS if seen_by_others() else LESS + AS_ROOT

    @property
    def points(self) -> int:
        """What there is to earn."""
        return sum(result.points for result in self.results)


def judge_file(path: Path, notebooks: Path, word: str, terms: Path) -> Judged:
    """Judge what a student handed in of one of the lessons in `notebooks`.

    Args:
        word: draws the hidden cases; '' for none.
        terms: the folder with the keys of the terms.

    Raises:
        JudgeError: if it is no file, or of no lesson.
    """
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    if not files:
        raise JudgeError("No file was handed in.")
    name, lesson, data = _the_best(files, notebooks)
    where = jail("limited")
    seen = _results(data, lesson, "", terms, where)
    counted = _results(data, lesson, word, terms, where) if word else seen
    score = sum(result.score for result in counted.values())
    results = tuple(seen.values())
    return Judged(name, results, score, where.contained, language=lesson.language)


def for_gradescope(judged: Judged) -> dict[str, Any]:
    """results.json: a test for each part, its points shown and not summed; the score on top."""
    return {
        "score": judged.score,
        "output": judged.remark,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": f"{result.exercise}: {part.name}",
                "score": part.points if part.right else 0,
                "max_score": part.points,
                "status": "passed" if part.right else "failed",
                "output": card(result) if place == 0 else "",
                "output_format": "html",
            }
            for result in judged.results
            for place, part in enumerate(result.parts)
        ]
        + [
            {
                "name": result.exercise,
                "score": 0,
                "max_score": result.points,
                "status": "failed",
                "output": card(result),
                "output_format": "html",
            }
            for result in judged.results
            if not result.parts
        ],
    }


def for_prairielearn(judged: Judged) -> dict[str, Any]:
    """results.json of an external grader: the share of the points, and a test for each exercise."""
    if judged.problem:
        return {"gradable": False, "format_errors": [judged.problem]}
    return {
        "score": judged.score / judged.points,
        "message": judged.remark,
        "tests": [
            {
                "name": result.exercise,
                "points": result.score,
                "max_points": result.points,
                "output": text(result),
            }
            for result in judged.results
        ],
    }


def for_classroom50(judged: Judged, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """`classroom50/result/v1`, whose scores are whole numbers: half a point is rounded down."""
    return {
        "schema": "classroom50/result/v1",
        "classroom": environment.get("CLASSROOM", ""),
        "assignment": environment.get("ASSIGNMENT", judged.lesson),
        "assignment_type": environment.get("MODE", "individual"),
        "owner": environment.get("OWNER") or environment.get("USERNAME", ""),
        "submission": environment.get("SUBMISSION_TAG", "submit/unknown"),
        "commit": environment.get("COMMIT_URL", ""),
        "release": environment.get("RELEASE_URL", ""),
        "review": environment.get("REVIEW_URL", ""),
        "datetime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "score": floor(judged.score),
        "max-score": judged.points,
        "tests": [
            {
                "test-name": f"{result.exercise}: {part.name}",
                "passed": part.right,
                "score": part.points if part.right else 0,
                "max-score": part.points,
            }
            for result in judged.results
            for part in result.parts
        ],
    }


FORMATS: Mapping[str, Callable[[Judged], dict[str, Any]]] = {
    "gradescope": for_gradescope,
    "prairielearn": for_prairielearn,
    "classroom50": for_classroom50,
}


def write(path: Path, said: Mapping[str, Any]) -> None:
    """Write all of it or nothing."""
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(json.dumps(said, indent=1), encoding="utf-8")
    beside.replace(path)


def _the_best(files: Sequence[Path], notebooks: Path) -> tuple[str, Released, bytes]:
    """The file that has most of a lesson's cells, and the lesson; the only lesson there is, where
    none has any."""
    released = {
        each: notebook_of(each.read_bytes()) for each in sorted(notebooks.glob("*/*.ipynb"))
    }
    found = []
    for file in files:
        data = _data(file)
        for lesson in released:
            found.append((_cells_in(data, Marks.of(lesson)), file.suffix == ".ipynb", lesson, data))
    if not found:
        raise JudgeError(f"There is no lesson in {notebooks}.")
    cells, _, lesson, data = max(found, key=lambda each: each[:2])
    if not cells and len(released) > 1:
        raise JudgeError("What was handed in is the notebook of no lesson here.")
    return lesson.stem, Released.of_notebook(released[lesson]), data


def _data(path: Path) -> bytes:
    try:
        return bytes_of(path)
    except OSError as error:
        raise JudgeError(f"{path} cannot be read: {error.strerror}.") from None


def _cells_in(data: bytes, lesson: Marks) -> int:
    try:
        notebook = notebook_of(data)
    except UnreadableError:
        return 0
    return lesson.ids_in(notebook) if lesson.are_in(notebook) else 0


def _results(
    data: bytes, lesson: Released, word: str, terms: Path, where: Jail
) -> dict[str, Result]:
    notebook = restore(read(data), lesson)
    results, _ = results_of(notebook, lesson, keys_for(lesson, word, terms), where)
    return results
