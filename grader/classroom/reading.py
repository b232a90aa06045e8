"""The one reader of notebooks: from a file's bytes, whatever program wrote them.

What comes out has the form of nbformat 4 and holds cells alone: outputs are not read, so that
nothing in them can stand in the way of the code.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.judge.release import MARK
from grader.publish.text_file import (
    LARGE,
    MOST_BYTES,
    UnreadableError,
    cut_off,
    kind_of,
    text_of,
)

__all__ = [
    "LARGE",
    "MARK",
    "MOST_BYTES",
    "UnreadableError",
    "bytes_of",
    "kind_of",
    "notebook_of",
    "stand_in",
    "text_of",
]

NEWEST = 4  # the major version of nbformat that is read
TYPES = {  # of cells; the second line's are of older formats
    **{"code": "code", "raw": "raw", "markdown": "markdown"},
    **{"heading": "markdown", "html": "markdown", "text": "markdown", "plaintext": "raw"},
}
CUT = 8  # a word or an escape that ends a file begins at most so far before the end


def bytes_of(path: Path) -> bytes:
    """A file's bytes, one more than a notebook may have at most: `notebook_of` refuses these.

    Raises:
        OSError: if it is missing, or cannot be read.
    """
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def notebook_of(data: bytes) -> NotebookNode:
    """The notebook in a file's bytes, in the form of nbformat 4, without outputs.

    Reads every encoding that `text_of` reads, every version of nbformat, and what Jupyter's
    contents API sends. A cell of an unknown type, or without a source, is left out.

    Raises:
        UnreadableError: for everything else; the reason says what it is.
    """
    text = text_of(data, "a notebook", otherwise="cp1252")  # JSON's own signs are ASCII
    found = _notebook_in(_parsed(text))
    cells = list(_cells(found))
    if not cells:
        raise UnreadableError("it is a notebook without cells")
    metadata = found.get("metadata")
    return nbformat.from_dict(  # nbformat's own maker refuses what does not matter here
        {
            "cells": cells,
            "metadata": metadata if isinstance(metadata, dict) else {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def stand_in(reason: str) -> NotebookNode:
    """A notebook in the place of a hand-in that cannot be read: grading puts the reason on its
    cards."""
    note = f"The file that was handed in is not a notebook that can be read: {reason}"
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(note, id="unreadable")],
        metadata={MARK: {"unreadable": reason}},
    )


def _parsed(text: str) -> Any:
    """The JSON in a text.

    Raises:
        UnreadableError: says where it was cut off or damaged, or that it is Python or prose.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if not text.lstrip().startswith("{"):
            what = "Python code" if _is_python(text) else "a text"
            raise UnreadableError(f"it is {what}, not a notebook") from None
        at_its_end = error.pos > len(text.rstrip()) - CUT and error.msg != "Extra data"
        if at_its_end or error.msg.startswith("Unterminated"):
            raise cut_off(text.rstrip()) from None
        what = error.msg[0].lower() + error.msg[1:].removesuffix(" at")
        raise UnreadableError(f"it is damaged in line {error.lineno} ({what})") from None
    except (RecursionError, ValueError):  # too many brackets, or digits, for Python
        raise UnreadableError("it is JSON, with the depth or the digits of no notebook") from None


def _is_python(text: str) -> bool:
    """Whether there is more in it than words that happen to be names."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Name) for s in body)


def _notebook_in(found: Any) -> dict[str, Any]:
    """The notebook itself, without what Jupyter's contents API puts around it."""
    if isinstance(found, dict) and "content" in found and not {"cells", "worksheets"} & {*found}:
        found = found["content"]
        if isinstance(found, str):  # format "text"
            found = _parsed(found)
    if not isinstance(found, dict) or not {"cells", "worksheets"} & {*found}:
        raise UnreadableError("it is JSON, but not a notebook")
    version = found.get("nbformat")
    if isinstance(version, int) and version > NEWEST:
        raise UnreadableError(f"its format is nbformat {version}, newer than {NEWEST}")
    return found


def _cells(found: dict[str, Any]) -> Iterator[NotebookNode]:
    old = "worksheets" in found
    sheets = found["worksheets"] if old else [found]
    for sheet in sheets if isinstance(sheets, list) else []:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict) and str(cell.get("cell_type")) in TYPES:
                source = _source(cell, old)
                if source is not None:
                    yield _cell(cell, source)


def _cell(cell: dict[str, Any], source: str) -> NotebookNode:
    metadata, own_id = cell.get("metadata"), cell.get("id")
    kept: dict[str, Any] = {
        "cell_type": TYPES[cell["cell_type"]],
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": source.replace("\r\n", "\n").replace("\r", "\n"),
        **({"id": own_id} if isinstance(own_id, str) else {}),
        **({"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}),
    }
    pictures = cell.get("attachments")
    if isinstance(pictures, dict) and kept["cell_type"] != "code":
        kept["attachments"] = pictures
    return nbformat.from_dict(kept)


def _source(cell: dict[str, Any], old: bool) -> str | None:
    """A cell's text. Before nbformat 4 code was called `input`, and before 2 prose `text`."""
    source = next((cell[key] for key in ("source", "input", "text") if key in cell), None)
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        without_ends = old and not any(line.endswith(("\n", "\r")) for line in lines)
        source = ("\n" if without_ends else "").join(lines)
    if not isinstance(source, str):
        return None
    level = cell.get("level", 1) if cell["cell_type"] == "heading" else 0
    return f"{'#' * level} {source}" if isinstance(level, int) and 0 < level < 7 else source
