"""The code that a student hands in, from a notebook or a Python file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.classroom.reading import UnreadableError, bytes_of, notebook_of, text_of
from grader.judge.errors import CourseError


class SubmissionError(CourseError):
    """The file holds no code that can be read; the message is one sentence."""


def cells_of(path: Path) -> list[NotebookNode]:
    """The code cells of a notebook, or of a Python file, cut where a line starts with `# %%`.

    A Python file's lines keep their numbers.

    Raises:
        SubmissionError: if the file is missing, or is neither of the two.
    """
    try:
        data = bytes_of(path)
    except OSError as error:
        raise SubmissionError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        if path.suffix.lower() == ".py":
            return list(map(nbformat.v4.new_code_cell, _python_cells(text_of(data, "a .py file"))))
        cells = notebook_of(data).cells
    except UnreadableError as error:
        what = "cannot be read"
        if path.suffix.lower() != ".py":
            what = "is neither a notebook nor a .py file that can be read"
        raise SubmissionError(f"{path} {what}: {error.reason}.") from None
    return [cell for cell in cells if cell.cell_type == "code"]


CELL = re.compile(r"^# ?%%(.*)\n?", re.MULTILINE)
PROSE = re.compile(r"\[(markdown|md|raw)\]")


def _python_cells(text: str) -> Iterator[str]:
    """The cells of a Python file, each behind as many empty lines as stand before it."""
    pieces, line = CELL.split(text), 0
    for title, cell in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        code = re.sub(r"^\s*\n", "", cell)
        if code.strip() and not PROSE.search(title):
            yield "\n" * (line + cell.count("\n") - code.count("\n")) + code
        line += cell.count("\n") + 1
