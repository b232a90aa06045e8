"""A CSV file of which some cells are replaced and every other byte stays as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.judge.errors import CourseError

ENCODINGS = ("utf-8", "utf-16", "cp1252")  # tried in this order; cp1252 reads most
DELIMITERS = (",", ";", "\t")
MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16": b""}  # utf-16 carries its own


class TableError(CourseError):
    """The file is no table that can be filled; the message says what and where."""


@dataclass(frozen=True)
class Cell:
    """One field: what it says, and where it stands in the text."""

    value: str
    start: int
    end: int


@dataclass
class Table:
    """The rows of a file, and what is to be written into them."""

    text: str
    encoding: str
    mark: bytes  # of byte order, before the text
    delimiter: str
    rows: list[list[Cell]]
    written: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def heading(self) -> list[str]:
        """The first row."""
        return [cell.value.strip() for cell in self.rows[0]] if self.rows else []

    def value(self, row: int, column: int) -> str:
        """What a cell says; '' where the row is too short."""
        cells = self.rows[row]
        return cells[column].value if column < len(cells) else ""

    def write(self, row: int, column: int, value: str) -> None:
        """Replace what a cell says. A row that is too short stays as it is."""
        if column < len(self.rows[row]) and self.value(row, column) != value:
            self.written[row, column] = value

    def data(self) -> bytes:
        """The file, changed in the cells that were written to."""
        pieces, at = [], 0
        for (row, column), value in sorted(self.written.items()):
            cell = self.rows[row][column]
            pieces += [self.text[at : cell.start], self._quoted(value)]
            at = cell.end
        return self.mark + "".join([*pieces, self.text[at:]]).encode(self.encoding)

    def _quoted(self, value: str) -> str:
        """A value as a cell; a spreadsheet must not take a text for a formula."""
        if re.match(r"[=+@\t\r]|-\D", value):
            value = f"'{value}"
        if re.search(rf'["\r\n{re.escape(self.delimiter)}]', value):
            return '"' + value.replace('"', '""') + '"'
        return value


def read_table(path: Path) -> Table:
    """Read a CSV file in any of the usual encodings and with any of the usual delimiters.

    Raises:
        TableError: if it cannot be read or holds no row.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from None
    text, encoding, mark = _decoded(data)
    first = text[:5000].partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = list(_rows(text, delimiter))
    if not rows or "\0" in text:
        raise TableError(f"{path} is no CSV file with a heading.")
    return Table(text, encoding, mark, delimiter, rows)


def _decoded(data: bytes) -> tuple[str, str, bytes]:
    for encoding in ENCODINGS:
        mark = MARKS.get(encoding, b"")
        mark = mark if mark and data.startswith(mark) else b""
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return data[len(mark) :].decode(encoding), encoding, mark
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1", b""


def _rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    """Each row's cells with their places; quotes as in RFC 4180. Empty lines are no rows."""
    field_ = re.compile(rf'"(?:[^"]|"")*"|[^{re.escape(delimiter)}\r\n]*')
    at, row = 0, []
    while at <= len(text):
        found = field_.match(text, at)
        assert found is not None
        raw = found[0]
        value = raw[1:-1].replace('""', '"') if raw[:1] == '"' and len(raw) > 1 else raw
        row.append(Cell(value, found.start(), found.end()))
        at = found.end()
        if text[at : at + 1] == delimiter:
            at += 1
            continue
        if any(cell.value for cell in row) or len(row) > 1:
            yield row
        row = []
        ending = re.compile(r"\r\n|\n|\r").match(text, at)
        at = ending.end() if ending else at + 1
