"""A lesson as it was released: what a hand-in is held against. Nothing here needs nbgrader."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.judge import release
from grader.judge.translation import language_of

MOST_NAMES = 20  # in one line
CELLS = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_markdown_cell,  # raw cells reach a page without any check
}


@dataclass(frozen=True)
class Released:
    """A lesson's cells, as plain data that can be sent to another machine."""

    known: Mapping[str, NotebookNode]  # what the gradebook has, by grade id, in the lesson's order
    cells: list[NotebookNode]  # as students found them; none where the release is not here

    @property
    def graded(self) -> frozenset[str]:
        """The grade ids that carry points."""
        return frozenset(name for name, cell in self.known.items() if grading(cell)["grade"])

    @property
    def prose(self) -> frozenset[str]:
        """The lesson's own texts."""
        return frozenset(cell.source for cell in self.cells)

    @property
    def language(self) -> str:
        """The language that its cards are in; '' for English."""
        return language_of(cell.source for cell in self.known.values())

    def text_of(self, name: str, source: str) -> str | None:
        """The lesson's text of a code cell with this grade id, or else of this very text."""
        return next(
            (
                cell.source
                for cell in self.cells
                if cell.cell_type == "code"
                and (grade_id(cell) == name if name else cell.source == source)
            ),
            None,
        )

    @classmethod
    def of_notebook(cls, released: NotebookNode) -> Released:
        """A lesson as its released notebook has it, where there is no gradebook."""
        known = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
        return cls(known, list(released.cells))

    def as_data(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {"known": dict(self.known), "cells": list(self.cells)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Released:
        """What `as_data` made."""
        known = {name: nbformat.from_dict(cell) for name, cell in data["known"].items()}
        return cls(known, list(map(nbformat.from_dict, data["cells"])))


def release_in(data: bytes) -> str:
    """The release that a notebook's file names, or ''. It is searched and not parsed: classes are
    large, and all of them is looked at in each run."""
    return release.named_in(data.decode(json.detect_encoding(data), errors="replace"))


def sentence_of(path: Path) -> str:
    """What there is to say of the release of a file: nothing of a .py file, or of a notebook that
    is no lesson's."""
    data = path.read_bytes()
    named = release_in(data)
    if path.suffix.lower() == ".py" or not (named or b'"grade_id"' in data):
        return ""
    return release.sentence(named, shlex.quote(str(path)))


def of_other_releases(named: Mapping[str, str]) -> Iterator[str]:
    """What an instructor should know of notebooks that belong to another package than this one; it
    changes no mark.

    Args:
        named: by student, the release that the notebook names, or ''.
    """
    students: dict[str, list[str]] = {}
    for student, name in named.items():
        if release.differs(name):
            students.setdefault(name, []).append(student)
    for name, who in sorted(students.items(), key=lambda found: release.numbers(found[0])):
        yield (
            f"Graded by the lesson of release {release.installed()}, though the notebook is "
            f"{release.words(name)}: {listed(who)}"
        )


def listed(students: Sequence[str]) -> str:
    """Some names, as a line can hold them."""
    more = f" and {len(students) - MOST_NAMES} more" if len(students) > MOST_NAMES else ""
    return ", ".join(students[:MOST_NAMES]) + more


def grading(cell: NotebookNode) -> dict[str, Any]:
    """nbgrader's metadata of a cell; {} if it has none."""
    marks = cell.metadata.get("nbgrader")
    return marks if isinstance(marks, dict) else {}


def grade_id(cell: NotebookNode) -> str:
    """The grade id of a cell, or ''."""
    return str(grading(cell).get("grade_id", ""))
