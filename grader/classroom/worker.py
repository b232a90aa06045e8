"""What a worker does: bytes of hand-ins in, verdicts out. It has no gradebook and no secrets but
the keys that it is sent, and PyTorch only where networks are to be measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.ask.jail import jail
from grader.classroom.graded_copy import graded_copy, is_check, judge, restore
from grader.classroom.grading import Found
from grader.classroom.journal import Verdict
from grader.classroom.reading import stand_in
from grader.classroom.released import Released, grade_id, grading
from grader.course.catalogue import found_in


def grade_batch(orders: str, files: Sequence[bytes]) -> list[Verdict]:
    """The verdicts on some files that were handed in for one lesson.

    Args:
        orders: JSON with `released`, `keys`, `term` and `without_bubblewrap`: what all files of a
            run share.
    """
    lesson, keys, term, without_bubblewrap = _understood(orders)
    where = jail(without_bubblewrap)
    copies = (graded_copy(data, lesson, keys, where, term) for data in files)
    return [_verdict(copy, lesson, tentative) for copy, tentative in copies]


@lru_cache(maxsize=2)
def _understood(orders: str) -> tuple[Released, Mapping[str, Found], str, str]:
    facts: dict[str, Any] = json.loads(orders)
    lesson = Released.from_data(facts["released"])
    return lesson, found_in(facts["keys"]), facts["term"], facts["without_bubblewrap"]


def _verdict(copy: NotebookNode, lesson: Released, tentative: bool) -> Verdict:
    checks = [cell for cell in copy.cells if is_check(cell)]
    answers = [cell for cell in copy.cells if grading(cell).get("solution")]
    return Verdict(
        {grade_id(cell): float(cell.outputs[0].data["text/plain"]) for cell in checks},
        [grade_id(c) for c in answers if c.source == lesson.known[grade_id(c)].source],
        nbformat.writes(copy) + "\n",  # as nbgrader's writer ends a file
        tentative,
    )


def killed(orders: str, why: str) -> Verdict:
    """The verdict on a file that no worker could grade: nothing of it was run."""
    lesson, keys, term, without_bubblewrap = _understood(orders)
    said = stand_in(why)
    copy, _ = judge(restore(said, lesson), lesson, keys, jail(without_bubblewrap), term)
    return _verdict(copy, lesson, tentative=True)
