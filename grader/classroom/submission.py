"""The code that a student hands in, from a notebook or a Python file."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grader.ask.run import run_cell
from grader.judge.errors import CourseError


class SubmissionError(CourseError):
    """The file holds no code that can be read; the message is one sentence."""


def sources(path: Path) -> list[str]:
    """The code cells of a notebook, or a Python file as one cell.

    IPython's magics become calls of `get_ipython()`, as they do in a kernel.

    Raises:
        SubmissionError: if the file is missing, or is neither of the two.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SubmissionError(f"{path} cannot be read: {error}.") from None
    if path.suffix == ".py":
        return [text]
    try:
        notebook = nbformat.reads(text, as_version=4)
    except Exception:  # nbformat has no one error for "not a notebook"
        raise SubmissionError(f"{path} is neither a notebook nor a .py file.") from None
    return [transform(cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def transform(source: str) -> str:
    """A cell as plain Python: IPython's magics become calls of `get_ipython()`."""
    try:
        return TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    except Exception:  # not Python at all: it will fail by itself, where that costs one cell
        return source


class Magics:
    """Stands where IPython's shell stands in a kernel: every magic does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def run(cells: list[str]) -> dict[str, Any]:
    """Run the cells in order, each tolerant of errors; returns the names they define.

    Meant for one's own code on one's own machine: nothing is contained.
    """
    names: dict[str, Any] = {"__name__": "__main__", "get_ipython": Magics}
    with contextlib.redirect_stdout(io.StringIO()):
        for number, source in enumerate(cells, start=1):
            run_cell(number, source, names)
    return names
