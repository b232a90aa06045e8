"""Trusted grading inside `nbgrader autograde`: three classes that nbgrader_config.py names.

Gradebook, commands, formgrader, feedback and export stay nbgrader's own. What changes: any file
that was handed in can be read, its graded cells are put right, and its code runs in the jail while
the judge stays outside.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Enum, Unicode

from grader.ask.jail import NoJailError, Session, jail
from grader.classroom.gradebook import known_to_gradebook
from grader.classroom.grading import Cell, blaming, judged, run
from grader.classroom.reading import MARK as MARK
from grader.classroom.reading import MOST_BYTES, UnreadableError, notebook_of, stand_in
from grader.classroom.recognise import put_right
from grader.classroom.term import (
    AnotherWordError,
    digest,
    one_word_for_all,
    private_folder,
    word_in,
)
from grader.course.catalogue import exercise_of, find
from grader.judge.exercise import Design
from grader.judge.key import Key
from grader.judge.report import card
from grader.judge.result import Result
from grader.judge.words import writable


class AnySubmission(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """Reads whatever was handed in; what is no notebook becomes one that says so.

    At the start of a run it makes sure that there is a jail, finds the notebook in every submission
    whatever it is called, and forgets the submissions whose grading was interrupted, so that the
    run takes them again.

    Raises:
        NbGraderException: where there is no jail and the instructor's setting is to refuse.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        try:
            where = jail(JudgeInJail(parent=self).without_bubblewrap)
        except NoJailError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None
        if not where.contained:
            self.log.warning(
                "No bubblewrap: students' code can read this machine's files and use its network."
            )
        _forget_unfinished(self.parent.coursedir)
        self._one_word_for_all()
        known_to_gradebook(self.parent.coursedir)
        self._put_right()

    def from_file(self, file_stream: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Like NotebookExporter's, but of bytes in any encoding; never fails for what they are."""
        data = file_stream.buffer.read(MOST_BYTES + 1)  # nbconvert opened it as UTF-8
        output: tuple[str, Any] = self.from_notebook_node(_read(data), resources, **kwargs)
        return output

    def _one_word_for_all(self) -> None:
        """The marks of a lesson are made with one word."""
        course = self.parent.coursedir
        folders = _folders(course, course.autograded_directory)
        again = set(folders) if self.parent.force else set()
        word = JudgeInJail(parent=self).word(private_folder(course.db_url))
        for lesson in {folder.name for folder in folders}:
            graded = course.format_path(course.autograded_directory, "*", lesson)
            kept = (p for p in Path(course.root).glob(_below(course, graded)) if p not in again)
            try:
                one_word_for_all(lesson, word, filter(None, map(_term_of, kept)))
            except AnotherWordError as error:
                self.log.error(str(error))
                raise NbGraderException(str(error)) from None

    def _put_right(self) -> None:
        """Find the notebooks in what was handed in, and let nbgrader look for them again."""
        course = self.parent.coursedir
        for folder in _folders(course, course.submitted_directory):
            lesson = folder.name
            release = course.format_path(course.release_directory, ".", lesson)
            if why := put_right(folder, lesson, Path(course.root, release, f"{lesson}.ipynb")):
                self.log.warning(f"Nothing to grade from {folder.parent.name} in {lesson}: {why}.")
        self.parent.init_notebooks()


class PutRight(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Give every cell that nbgrader knows its own metadata back, once, in its place.

    Copies lose their mark, edits of points or ids are undone, missing cells are put back. Prose
    that is not the lesson's is shown as it was typed: nbgrader's pages would run its scripts.
    Comes first among the sanitizing steps, in the place of DeduplicateIds.
    """

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Make the notebook's graded cells those of the gradebook."""
        facts = resources["nbgrader"]
        with Gradebook(facts["db_url"]) as gradebook:
            known = gradebook.find_notebook(facts["notebook"], facts["assignment"])
            points = {cell.name: cell.max_score for cell in known.grade_cells}
            solutions = {cell.name for cell in known.solution_cells}
            wanted = {
                cell.name: _canonical(cell, points.get(cell.name), cell.name in solutions)
                for cell in known.source_cells
            }
        missing, typed = _claim(notebook, wanted)
        for name in missing:
            if name in points:  # an answer that is missing stays missing
                _put_back(notebook, wanted, name)
        prose = {cell.source for cell in _cells_of_the_lesson(self.parent.parent.coursedir, facts)}
        for cell in notebook.cells:
            if cell.cell_type != "code" and cell.source not in prose:
                cell.source = _verbatim(cell.source)
        marks = notebook.metadata.get(MARK, {})
        notebook.metadata[MARK] = {
            "unreadable": str(marks.get("unreadable", "")),
            "missing": missing,
            "typed": typed,
        }
        return notebook, resources


class JudgeInJail(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Ask the student's functions in the jail and write the cards. Stands for Execute."""

    term = Unicode(
        None,
        allow_none=True,
        help="The word that draws the hidden cases; '' for the visible cases alone. None: the "
        "word in the file `term` beside the gradebook, which is drawn at the first grading.",
    ).tag(config=True)
    without_bubblewrap = Enum(
        ["refuse", "limited"],
        "refuse",
        help="What to do where bubblewrap does not work: refuse to grade, or use a subprocess "
        "that limits time and memory but does not hide files and network.",
    ).tag(config=True)

    def word(self, private: Path) -> str:
        """The word of this term; `private` is the folder of the gradebook."""
        return word_in(private) if self.term is None else str(self.term)

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Judge every graded cell that is an exercise of the course."""
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        graded = [cell for cell in code if is_grade(cell) and not is_solution(cell)]
        private = private_folder(resources["nbgrader"]["db_url"])
        word = self.word(private)
        found = {_id(cell): find(_id(cell), word, private / "keys") for cell in graded}
        keys = {name: key for name, key in found.items() if key is not None}
        lesson = _cells_of_the_lesson(self.parent.parent.coursedir, resources["nbgrader"])
        typed = notebook.metadata[MARK].get("typed", {})
        cells = [_as_cell(cell, cell in graded, lesson, typed) for cell in code]
        session = run(jail(self.without_bubblewrap), cells, keys)
        for cell in code:
            cell.outputs, cell.execution_count = [], None
        results = {
            name: self._result(key, name, session, cells, notebook) for name, key in found.items()
        }
        results = blaming(results, session)
        for cell in graded:
            result = results[_id(cell)]
            cell.outputs = [_output(result)]
            cell.metadata[MARK] = _for_the_class_report(result)
        notebook.metadata[MARK].update(graded=True, term=digest(word))
        return notebook, resources

    def _result(
        self,
        found: Key | Design | None,
        name: str,
        session: Session,
        cells: list[Cell],
        notebook: NotebookNode,
    ) -> Result:
        if found is None:
            return Result(name, "error", message=f"The course has no exercise `{name}`.")
        said = session.answers[name]
        if said.defined:
            result = _with_what_undid_it(judged(found, said), cells, name)
            if name not in notebook.metadata[MARK]["missing"]:
                return result
            note = "The check of this exercise was missing in the notebook and was put back."
            return replace(result, message=f"{result.message} {note}".strip())
        numbers = [n for n, cell in enumerate(cells, start=1) if cell.name == f"{name}_answer"]
        error = next((session.cell_errors[n] for n in numbers if n in session.cell_errors), "")
        return Result(
            name,
            "error",
            exercise_of(found).points,
            message=_why_undefined(name, error, notebook.metadata[MARK]),
        )


def _read(data: bytes) -> NotebookNode:
    try:
        found = notebook_of(data)
        marks = found.metadata.get(MARK)
        return nbformat.v4.new_notebook(
            cells=[_clean(number, cell) for number, cell in enumerate(found.cells)],
            metadata={MARK: marks} if isinstance(marks, dict) else {},
        )
    except UnreadableError as error:
        return stand_in(error.reason)
    except Exception as error:  # whatever it is, it is one student's file
        return stand_in(f"reading it ended in {type(error).__name__}")


CELLS = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_markdown_cell,  # raw cells reach a page without any check
}


def _clean(number: int, cell: NotebookNode) -> NotebookNode:
    """The cell with nothing in it that the format does not know."""
    metadata, own_id = cell.get("metadata"), str(cell.get("id", ""))
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return CELLS[cell["cell_type"]](
        writable(cell["source"]),
        id=own_id if re.fullmatch(r"[\w-]{1,64}", own_id, re.ASCII) else f"cell-{number}",
        metadata={"nbgrader": marks} if isinstance(marks, dict) else {},
    )


def _canonical(cell: Any, points: float | None, solution: bool) -> NotebookNode:
    """A cell as the gradebook knows it, with nbgrader's metadata of schema 3."""
    marks = {
        "grade": points is not None,
        "grade_id": cell.name,
        "locked": cell.locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
    }
    if points is not None:
        marks["points"] = points
    return CELLS[cell.cell_type](cell.source, id=cell.name, metadata={"nbgrader": marks})


def _claim(
    notebook: NotebookNode, wanted: dict[str, NotebookNode]
) -> tuple[list[str], dict[str, str]]:
    """Mark one cell of each id, of copied checks the last. An answer turned to prose is code again.

    Returns:
        The ids that no cell claims; and by id what the student typed where nbgrader will put the
        lesson's text back: it is run all the same.
    """
    claims: dict[str, int] = {}
    for place, cell in enumerate(notebook.cells):
        name = cell.metadata.pop("nbgrader", {}).get("grade_id")
        own = wanted.get(name) if isinstance(name, str) else None
        if own is None:
            continue
        marks = own.metadata.nbgrader
        if own.cell_type != cell.cell_type and not (own.cell_type == "code" and marks.solution):
            continue
        if name not in claims or marks.grade:
            claims[name] = place
    typed: dict[str, str] = {}
    for name, place in claims.items():
        own, cell = wanted[name], notebook.cells[place]
        if own.cell_type != cell.cell_type:
            cell = notebook.cells[place] = nbformat.v4.new_code_cell(cell.source, id=cell.id)
        cell.metadata["nbgrader"] = own.metadata.nbgrader
        if own.metadata.nbgrader.locked and cell.source.strip() != own.source.strip():
            typed[name] = cell.source
    return [name for name in wanted if name not in claims], typed


def _cells_of_the_lesson(course: Any, facts: Any) -> list[NotebookNode]:
    """The cells as they were released; none where the release is not here."""
    folder = course.format_path(course.release_directory, ".", facts["assignment"])
    path = Path(course.root, folder, f"{facts['notebook']}.ipynb")
    cells: list[NotebookNode] = nbformat.read(path, as_version=4).cells if path.exists() else []
    return cells


def _as_cell(
    cell: NotebookNode, is_check: bool, lesson: list[NotebookNode], typed: dict[str, str]
) -> Cell:
    """A code cell with what the lesson knows of it: by its grade id, or else by its text."""
    name = _id(cell)
    source = typed.get(name, cell.source)
    released = next(
        (
            each.source
            for each in lesson
            if each.cell_type == "code" and (_id(each) == name if name else each.source == source)
        ),
        None,
    )
    return Cell(source, name, released, is_check, is_answer=is_solution(cell))


def _verbatim(prose: str) -> str:
    """Prose with markup in it as a block of plain text; the fence is longer than any inside."""
    if not re.search(r"[<\[&]", prose):
        return prose
    fence = "`" * (3 + max(map(len, re.findall(r"`+", prose)), default=0))
    return f"{fence}text\n{prose}\n{fence}"


def _put_back(notebook: NotebookNode, wanted: dict[str, NotebookNode], name: str) -> None:
    """Insert a missing cell behind the one that stands before it in the lesson."""
    order = list(wanted)
    before = order[: order.index(name)]
    places = [i for i, cell in enumerate(notebook.cells) if _id(cell) in before]
    for cell in notebook.cells:
        if cell.id == name:  # the student's copy without its mark; ids must differ
            cell.id = f"{name}-without-mark"
    notebook.cells.insert(places[-1] + 1 if places else len(notebook.cells), wanted[name])


def _id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _with_what_undid_it(result: Result, cells: list[Cell], name: str) -> Result:
    """The result; if it is "not attempted" though a cell above the check has an answer, with what
    undid it."""
    check = next((i for i, cell in enumerate(cells) if cell.is_check and cell.name == name), 0)
    above = [cell for cell in cells[:check] if re.search(rf"^def {name}\b", cell.source, re.M)]
    if result.verdict != "not attempted" or len(above) < 2:
        return result
    return replace(
        result,
        message=f"The last cell above this check that defines `{name}` is empty. Another one has "
        "your answer: delete the empty one.",
        next_step="",
    )


def _why_undefined(name: str, error: str, marks: Any) -> str:
    if marks["unreadable"]:
        return f"The file that was handed in could not be read: {marks['unreadable']}."
    if f"{name}_answer" in marks["missing"]:
        return f"The cell of `{name}` was missing in the notebook that was handed in."
    if error:
        return f"`{name}` is not defined, because its cell ended in `{error}`."
    return f"`{name}` is not defined: no cell of the notebook that was handed in defines it."


def _output(result: Result) -> NotebookNode:
    return nbformat.v4.new_output(
        "execute_result",
        {"text/plain": repr(result.score), "text/html": card(result)},
        execution_count=None,
    )


def _for_the_class_report(result: Result) -> dict[str, Any]:
    """What the card says, as data."""
    found = result.counterexample
    return {
        "verdict": result.verdict,
        "mistakes": result.mistakes,
        "message": writable(result.message),
        "call": writable(found.call) if found else "",
        "said": writable(found.said) if found else "",
        "right": found.right if found else "",
    }


def _forget_unfinished(course: Any) -> None:
    """Remove graded copies that an interrupted run left behind; they are made anew."""
    for folder in filter(Path.is_dir, _folders(course, course.autograded_directory)):
        notebooks = list(folder.glob("*.ipynb"))
        if not notebooks or not all(map(_is_finished, notebooks)):
            shutil.rmtree(folder)


def _folders(course: Any, step: str) -> list[Path]:
    """The submissions that this run is about, as they stand in the folder of a step."""
    pattern = course.format_path(step, course.student_id or "*", course.assignment_id or "*")
    return sorted(Path(course.root).glob(_below(course, pattern)))


def _below(course: Any, pattern: str) -> str:
    """The pattern as it is seen from the course's folder."""
    path = Path(pattern)
    return str(path.relative_to(course.root) if path.is_absolute() else path)


def _term_of(folder: Path) -> str:
    """The digest of the word that the copies in a folder were graded with, or ''."""
    for path in folder.glob("*.ipynb"):
        try:
            return str(json.loads(path.read_bytes())["metadata"][MARK].get("term", ""))
        except (ValueError, KeyError, TypeError):
            continue
    return ""


def _is_finished(notebook: Path) -> bool:
    try:
        return bool(json.loads(notebook.read_bytes())["metadata"][MARK]["graded"])
    except (ValueError, KeyError, TypeError):
        return False
