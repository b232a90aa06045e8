"""`grader update FILE`: a started notebook gets the new lesson; the old file stays beside it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.classroom.merging import Merged, ids_of, merge
from grader.classroom.reading import UnreadableError, bytes_of, notebook_of
from grader.classroom.recognise import Marks
from grader.classroom.released import release_in
from grader.judge import release
from grader.judge.errors import CourseError

ENOUGH = 3  # cells that a notebook shares with a lesson though it has no exercise of it


def update(path: Path, where: Path | None = None) -> list[str]:
    """Give the student's notebook at `path` the new lesson; returns what was done.

    Args:
        where: the folder with the new notebooks, or one of them; None for the nearest folder
            `notebooks` from here upwards.

    Raises:
        CourseError: where nothing can be done; nothing was written then.
    """
    data = _data(path)
    try:
        old = notebook_of(data)
    except UnreadableError as error:
        raise CourseError(f"{path} cannot be updated: {error.reason}.") from None
    lesson, new = _lesson_of(path, old, _lessons(where))
    before, now = release_in(data), release_in(new)
    if not now:
        raise CourseError(f"{lesson} is {release.words(now)}: nothing can be updated to it.")
    if before == now:
        return [f"{path} is {release.words(now)} already, as is {lesson}: nothing was changed."]
    if release.numbers(before) > release.numbers(now):
        raise CourseError(
            f"{path} is {release.words(before)}, and {lesson} is {release.words(now)}: get the "
            "new notebooks first, and name their folder behind the file."
        )
    merged = merge(old, notebook_of(new))
    kept = _write(path, data, merged.notebook, before or "before-1.0")
    return [f"{path} is {release.words(now)} now.", *_summary(merged), f"As it was: {kept}"]


def _data(path: Path) -> bytes:
    try:
        return bytes_of(path)
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}.") from None


def _lessons(where: Path | None) -> list[Path]:
    """The notebooks of the new lessons: each in a folder of its own name, so that what stands
    beside it is taken for none."""
    if where and where.is_file():
        return [where]
    here = Path.cwd()
    folders = [where] if where else [folder / "notebooks" for folder in (here, *here.parents)]
    for folder in folders:
        own = folder.resolve()
        found = [own / f"{own.name}.ipynb", *folder.glob("*/*.ipynb")]
        if found := [each for each in found if each.stem == each.parent.name and each.is_file()]:
            return sorted(found)
    name = "There is no lesson in " + (str(where) if where else "a folder `notebooks` here")
    raise CourseError(f"{name}: name the folder with the new notebooks behind the file.")


def _lesson_of(path: Path, notebook: NotebookNode, lessons: Iterable[Path]) -> tuple[Path, bytes]:
    """The lesson with most cells of the notebook, by their ids or their texts; and its bytes."""
    ours, found = _keys(notebook), []
    for each in lessons:
        data = _data(each)
        try:
            shared = len(ours & _keys(notebook_of(data)))
        except UnreadableError:
            continue
        marks = Marks.in_text(data)
        if shared > ENOUGH or marks.are_in(notebook):
            found.append((marks.ids_in(notebook) + marks.answers(notebook), shared, each, data))
    if not found:
        raise CourseError(f"{path} is the notebook of no lesson that is found here.")
    *_, lesson, data = max(found)
    if lesson.samefile(path):
        raise CourseError(
            f"{path} is itself the lesson that is found here: go to the folder with the new "
            "notebooks, or name it behind the file."
        )
    return lesson, data


def _keys(notebook: NotebookNode) -> set[str]:
    return {key for cell in notebook.cells for key in (*ids_of(cell), cell.source.strip()) if key}


def _write(path: Path, data: bytes, notebook: NotebookNode, before: str) -> Path:
    """Write the notebook, all of it or nothing, after the old file was kept under another name.

    Args:
        data: what was read from the file: it may be open in an editor that saves by itself.
    """
    path = path.resolve()  # of a link, the file that it leads to
    beside = path.with_name(f".{os.getpid()}.ipynb.new")
    kept = None
    try:
        text = nbformat.writes(notebook) + "\n"  # half a pair of surrogates: as JSON writes it
        beside.write_text(text, encoding="utf-8", errors="backslashreplace")
        shutil.copymode(path, beside)
        kept = _taken(path, before)
        shutil.copy2(path, kept)  # with its time: of two hand-ins the newer one counts
        if kept.read_bytes() != data:
            raise CourseError(f"{path} was saved by another program just now: update it again.")
        beside.replace(path)
    except (OSError, CourseError) as error:
        for each in filter(None, (beside, kept)):
            each.unlink(missing_ok=True)
        if isinstance(error, CourseError):
            raise
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from None
    return kept


def _taken(path: Path, before: str) -> Path:
    """A new empty file beside this one: nobody else can take its name any more."""
    for number in count(1):
        try:
            kept = path.with_name(_name_of(path, before, number))
            kept.open("xb").close()
            return kept
        except FileExistsError:
            continue
    raise AssertionError("there is always another number")


def _name_of(path: Path, before: str, number: int) -> str:
    return f"{path.stem}-{before}{f'-{number}' if number > 1 else ''}.ipynb"


def _summary(merged: Merged) -> Iterator[str]:
    kept = [
        _many(len(merged.answers), "answer"),
        _many(merged.predictions, "prediction"),
        f"{_many(merged.own, 'cell')} of your own",
    ]
    yield f"Kept: {', '.join(kept)}. Run the cells anew: outputs were left out."
    if merged.homeless:
        names = ", ".join(f"`{name}`" for name in merged.homeless)
        yield f"Answers without an exercise in the new lesson, kept by themselves: {names}."


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"
