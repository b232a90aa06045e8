"""Which of the files that a student handed in is the lesson's notebook, whatever it is called."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import IO

import nbformat
from nbformat import NotebookNode

from grader.classroom.reading import (
    LARGE,
    MARK,
    MOST_BYTES,
    UnreadableError,
    kind_of,
    notebook_of,
    stand_in,
)
from grader.judge.words import writable

UNSEEN = {"timestamp.txt", "submission_secret.txt", "__MACOSX", "__pycache__"}  # no student's work
NOTE = " (left out).txt"  # ends the name of a note in the place of what is no file
MOST_FILES = 1000  # in one zip or folder
BEGINNING = 4096  # bytes that tell what a file is
KINDS = {
    stat.S_IFLNK: "a link, and links are not followed",
    stat.S_IFIFO: "a pipe and no file",
    stat.S_IFSOCK: "a socket and no file",
}


def put_right(folder: Path, lesson: str, released: Path) -> str:
    """Make sure that what a student handed in has the lesson's notebook under its right name.

    The notebook is recognised by the grade ids in it. Of several, the one with most answers
    counts, of equal ones the newest. It is copied; what was handed in stays as it was, at most
    under another name. Where there is none, a notebook that says why takes its place, so that
    grading finds the student. What is no plain file is never opened: a note replaces it.

    Args:
        folder: one student's submission of the lesson.
        lesson: the name of the assignment and of its notebook.
        released: the notebook that students got.

    Returns:
        '' if the notebook was found, or why it was not, as a clause for a sentence.
    """
    right = folder / f"{lesson}.ipynb"
    try:
        _make_plain(folder)
        return _put_right(right, Marks.of(released), released)
    except Exception as error:  # whatever it is, it is one student's, and others are waiting
        said = getattr(error, "strerror", None) or type(error).__name__
        reason = f"looking for the notebook failed ({said})"
        with contextlib.suppress(OSError):
            if not os.path.lexists(right):
                _write_stand_in(right, reason)
        return reason


@dataclass(frozen=True)
class Marks:
    """By what a lesson's notebook is recognised."""

    blanks: dict[str, str]  # what students find in the cell of an answer, by its grade id
    names: frozenset[str]  # of the exercises: the grade ids of the checks

    @classmethod
    def of(cls, released: Path) -> Marks:
        """The marks of a released notebook; none if it is not there."""
        try:
            return cls.in_text(released.read_bytes())
        except OSError:
            return cls({}, frozenset())

    @classmethod
    @lru_cache(maxsize=64)  # asked for each hand-in
    def in_text(cls, released: bytes) -> Marks:
        """The marks of a notebook in a file's bytes; none if it cannot be read."""
        try:
            cells = notebook_of(released).cells
        except UnreadableError:
            cells = []
        graders = [(cell, _grading(cell)) for cell in cells]
        return cls(
            {str(g.get("grade_id")): c.source.strip() for c, g in graders if g.get("solution")},
            frozenset(str(g.get("grade_id")) for _, g in graders if g.get("grade")),
        )

    def are_in(self, notebook: NotebookNode) -> bool:
        """Whether a cell has a grade id of the lesson's, or is an answer without its metadata."""
        known, blanks = self.blanks.keys() | self.names, self.blanks.values()
        found = any(known & _ids(cell) or cell.source.strip() in blanks for cell in notebook.cells)
        return found or self.answers(notebook) > 0

    def ids_in(self, notebook: NotebookNode) -> int:
        """How many of the lesson's cells are in there."""
        known = self.blanks.keys() | self.names
        return sum(bool(known & _ids(cell)) for cell in notebook.cells)

    def answers(self, notebook: NotebookNode) -> int:
        """How many answers there are that differ from what students find."""
        return sum(
            any(
                (blank_id in _ids(cell) or binds(cell, blank_id.removesuffix("_answer")))
                and cell.source.strip() not in ("", blank)
                for cell in notebook.cells
            )
            for blank_id, blank in self.blanks.items()
        )


def binds(cell: NotebookNode, name: str) -> bool:
    """Whether a code cell defines this name, or sets it."""
    pattern = rf"^(?:async +)?(?:def|class) +{name}\b|^{name} *(?::[^=\n]*)?=(?!=)"
    return cell.cell_type == "code" and bool(re.search(pattern, cell.source, re.MULTILINE))


@dataclass(frozen=True)
class HandedIn:
    """A file that a student handed in, itself or inside a zip."""

    name: str
    path: Path | None  # None inside a zip
    when: float
    data: bytes = b""
    notebook: NotebookNode | None = None
    reason: str = ""  # why there is no notebook in it
    is_meant: bool = True  # as a notebook, by its name or by how it begins


def _put_right(right: Path, marks: Marks, released: Path) -> str:
    handed_in = list(_handed_in(right))
    for file in handed_in:
        if file.path and _is_stand_in(file.notebook):
            file.path.unlink()  # of an earlier run; the reason may be another one now
    handed_in = [file for file in handed_in if not _is_stand_in(file.notebook)]
    ours = [(f.notebook, f) for f in handed_in if f.notebook and marks.are_in(f.notebook)]
    if ours:
        best = ours[0][1]
        if len(ours) > 1:
            order = ((marks.answers(n), int(f.when), f.path == right, f) for n, f in ours)
            *_, best = max(order, key=lambda o: o[:3])
        if best.path != right:
            _write(right, best.data)
            os.utime(right, (best.when, best.when))
        return ""
    reason = _why_none(handed_in, right, released)
    if not any(file.path == right for file in handed_in):
        _write_stand_in(right, reason)
    return reason


def _why_none(handed_in: list[HandedIn], right: Path, released: Path) -> str:
    meant = next((file for file in handed_in if file.is_meant), None)
    if meant and meant.notebook:
        other = _lesson_of(meant.notebook, released)
        what = f"is the notebook of {other}, not" if other else "holds no cell"
        return f"{_shown(meant.name)} {what} of {right.stem}"
    if meant:
        return f"{meant.reason} ({_shown(meant.name)})"
    for note in sorted(right.parent.glob(f"{right.stem}*{NOTE}")):
        return note.read_text(encoding="utf-8", errors="replace")[:200].strip()
    if not handed_in:
        return "no notebook was handed in"
    only = [_shown(file.name) + f" ({file.reason})" * bool(file.reason) for file in handed_in]
    more = f" and {len(only) - 3} more files" if len(only) > 3 else ""
    return f"no notebook was handed in, only {', '.join(only[:3])}{more}"


def _lesson_of(notebook: NotebookNode, released: Path) -> str:
    """The lesson beside the released one whose notebook this is, or ''."""
    lessons = sorted(released.parent.parent.glob("*/*.ipynb"))
    return next((path.stem for path in lessons if Marks.of(path).are_in(notebook)), "")


def _handed_in(right: Path) -> Iterator[HandedIn]:
    """Every file, the one with the right name first and then those least deep; up to 200 MB."""
    left = MOST_BYTES
    for path in _files(right)[:MOST_FILES]:
        for file in _opened(path, str(path.relative_to(right.parent)), left):
            left = max(0, left - len(file.data))
            yield file


def _files(right: Path) -> list[Path]:
    found: list[Path] = []
    for where, folders, names in os.walk(right.parent):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        found += [Path(where, name) for name in names if not _is_hidden(name)]
    return sorted(found, key=lambda path: (path != right, len(path.parts), path))


def _opened(path: Path, name: str, left: int) -> Iterator[HandedIn]:
    """The file, and before it what is in it if it is a zip."""
    with path.open("rb") as file:
        if zipfile.is_zipfile(file):
            yield from _members(file, name, left)
        file.seek(0)
        yield _looked_at(file, name, path, path.stat().st_mtime, left)


def _members(file: IO[bytes], name: str, left: int) -> Iterator[HandedIn]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return
    for info in archive.infolist()[:MOST_FILES]:
        if info.is_dir() or any(map(_is_hidden, info.filename.split("/"))):
            continue
        try:
            when = datetime(*info.date_time).timestamp()
            with archive.open(info) as stream:
                found = _looked_at(stream, f"{name}/{info.filename}", None, when, left)
        except Exception:  # zipfile's errors are of many kinds, and the file is a student's
            reason = "it is damaged or protected by a password"
            is_meant = _is_called_notebook(info.filename)
            found = HandedIn(f"{name}/{info.filename}", None, 0, reason=reason, is_meant=is_meant)
        left = max(0, left - len(found.data))
        yield found


def _looked_at(file: IO[bytes], name: str, path: Path | None, when: float, left: int) -> HandedIn:
    data = file.read(BEGINNING)
    begins_as_json = data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"{")
    if not (_is_called_notebook(name) or begins_as_json):
        return HandedIn(name, path, when, reason=kind_of(data), is_meant=False)
    data += file.read(max(0, left - len(data)) + 1)
    if len(data) > left:
        return HandedIn(name, path, when, reason=LARGE)
    try:
        return HandedIn(name, path, when, data, notebook_of(data))
    except UnreadableError as error:
        return HandedIn(name, path, when, data, reason=error.reason)


def _is_stand_in(notebook: NotebookNode | None) -> bool:
    """Whether it holds nothing but what `stand_in` wrote; a student's own is never taken for it."""
    mark = notebook.metadata.get(MARK) if notebook else None
    if notebook is None or not isinstance(mark, dict) or "unreadable" not in mark:
        return False
    written = stand_in(str(mark["unreadable"])).cells
    return [cell.source for cell in notebook.cells] == [cell.source for cell in written]


def _is_called_notebook(name: str) -> bool:
    return ".ipynb" in name.rpartition("/")[2].lower()


def _is_hidden(name: str) -> bool:
    """Jupyter's checkpoints, what macOS and nbgrader add, and our own notes."""
    return name.startswith(".") or name in UNSEEN or name.endswith(NOTE)


def _grading(cell: NotebookNode) -> dict[str, object]:
    marks = cell.metadata.get("nbgrader")
    return marks if isinstance(marks, dict) else {}


def _ids(cell: NotebookNode) -> set[str]:
    return {str(_grading(cell).get("grade_id", "")), str(cell.get("id", ""))}


def _shown(name: str) -> str:
    """A student's file name in a sentence."""
    name = "".join(c if c.isprintable() else "?" for c in writable(name))
    return f'"{name}"' if len(name) <= 80 else f'"...{name[-77:]}"'


def _make_plain(folder: Path) -> None:
    """Leave nothing but files and folders, which we may open; nothing is opened before."""
    _make_folder(folder)
    odd: dict[Path, int] = {}
    for where, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(where, name)
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                path.chmod(stat.S_IMODE(mode) | stat.S_IRWXU)
            elif stat.S_ISREG(mode):
                path.chmod(stat.S_IMODE(mode) | stat.S_IRUSR)
            else:
                odd[path] = mode
    for path in odd:  # all of them before the first note: it could have the name of a link
        path.unlink()
    for path, mode in odd.items():
        _leave_note(path, mode)
    for path in list(folder.glob("*.ipynb")):
        if path.is_dir() and "(handed in" not in path.name:
            _move_aside(path)


def _make_folder(folder: Path) -> None:
    """Where a link or a file stands in the place of the folder, make one with it inside."""
    mode = folder.lstat().st_mode
    if stat.S_ISDIR(mode):
        folder.chmod(stat.S_IMODE(mode) | stat.S_IRWXU)
        return
    kept = folder.with_name(f"{folder.name} (handed in)")
    folder.rename(kept)
    folder.mkdir()
    kept.rename(folder / folder.name)


def _leave_note(path: Path, mode: int) -> None:
    what = KINDS.get(stat.S_IFMT(mode), "a device and no file")
    with (
        contextlib.suppress(FileExistsError),
        path.with_name(path.name[:150] + NOTE).open("x", encoding="utf-8") as note,
    ):
        note.write(f"{_shown(path.name)} is {what}\n")


def _write(path: Path, data: bytes) -> None:
    """Write, after what is called so, or so but for the case, got another name."""
    if os.path.lexists(path):
        same = [p for p in path.parent.iterdir() if p.name.casefold() == path.name.casefold()]
        _move_aside(path if path in same else same[0])
    path.write_bytes(data)


def _write_stand_in(right: Path, reason: str) -> None:
    _write(right, nbformat.writes(stand_in(reason)).encode())


def _move_aside(path: Path) -> None:
    """Give it a name that is free."""
    for number in count(1):
        aside = path.with_name(f"{path.stem} (handed in {number}){path.suffix}")
        if not os.path.lexists(aside):
            path.rename(aside)
            return
