"""Trusted grading inside `nbgrader autograde`: three classes that nbgrader_config.py names.

Gradebook, commands, formgrader, feedback and export stay nbgrader's own. What changes: any file
that was handed in can be read, its graded cells are put right, and its code runs in the jail while
the judge stays outside.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Iterator
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

from grader.ask.jail import Answers, NoJailError, Session, jail
from grader.ask.kernel import Call, Outcome, Status
from grader.classroom.submission import transform
from grader.course.catalogue import exercise_of, find
from grader.judge.exercise import Design
from grader.judge.key import Key
from grader.judge.report import card
from grader.judge.result import Result
from grader.judge.verdict import calls, judge_outcomes, judge_table
from grader.judge.words import writable

MOST_BYTES = 200 * 2**20
MARK = "every_layer_counts"  # our key in a notebook's metadata
TOO_SLOW = (signal.SIGXCPU, signal.SIGKILL)


class AnySubmission(NotebookExporter):  # type: ignore[misc]  # nbconvert has no types
    """Reads whatever was handed in; what is no notebook becomes one that says so.

    At the start of a run it makes sure that there is a jail, and forgets the submissions whose
    grading was interrupted, so that the run takes them again.

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

    def from_file(self, file_stream: Any, resources: Any = None, **kwargs: Any) -> tuple[str, Any]:
        """Like NotebookExporter's, but never fails for what the file holds."""
        output: tuple[str, Any] = self.from_notebook_node(_read(file_stream), resources, **kwargs)
        return output


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
        missing = _claim(notebook, wanted)
        for name in missing:
            if name in points:  # an answer that is missing stays missing
                _put_back(notebook, wanted, name)
        lesson = _prose_of_the_lesson(self.parent.parent.coursedir, facts)
        for cell in notebook.cells:
            if cell.cell_type != "code" and cell.source not in lesson:
                cell.source = _verbatim(cell.source)
        marks = notebook.metadata.get(MARK, {})
        notebook.metadata[MARK] = {
            "unreadable": str(marks.get("unreadable", "")),
            "missing": missing,
        }
        return notebook, resources


class JudgeInJail(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Ask the student's functions in the jail and write the cards. Stands for Execute."""

    term = Unicode(
        "", help="Draws the hidden cases: change it every term. Empty: the visible cases alone."
    ).tag(config=True)
    without_bubblewrap = Enum(
        ["refuse", "limited"],
        "refuse",
        help="What to do where bubblewrap does not work: refuse to grade, or use a subprocess "
        "that limits time and memory but does not hide files and network.",
    ).tag(config=True)

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Judge every graded cell that is an exercise of the course."""
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        graded = [cell for cell in code if is_grade(cell) and not is_solution(cell)]
        asked = [cell for cell in code if cell not in graded]
        terms = Path(resources["nbgrader"]["db_url"].removeprefix("sqlite:///")).parent / "keys"
        keys = {_id(cell): find(_id(cell), self.term, terms) for cell in graded}
        session = jail(self.without_bubblewrap).ask(
            [transform(cell.source) for cell in asked],
            {name: _calls(found) for name, found in keys.items() if found},
        )
        for cell in code:
            cell.outputs, cell.execution_count = [], None
        for cell in graded:
            result = self._result(keys[_id(cell)], _id(cell), session, asked, notebook)
            cell.outputs = [_output(result)]
            cell.metadata[MARK] = _for_the_class_report(result)
        notebook.metadata[MARK]["graded"] = True
        return notebook, resources

    def _result(
        self,
        found: Key | Design | None,
        name: str,
        session: Session,
        asked: list[NotebookNode],
        notebook: NotebookNode,
    ) -> Result:
        if found is None:
            return Result(name, "error", message=f"The course has no exercise `{name}`.")
        said = session.answers[name]
        if said.defined:
            result = _judge(found, said)
            if name not in notebook.metadata[MARK]["missing"]:
                return result
            note = "The check of this exercise was missing in the notebook and was put back."
            return replace(result, message=f"{result.message} {note}".strip())
        numbers = [n for n, cell in enumerate(asked, start=1) if _id(cell) == f"{name}_answer"]
        error = next((session.cell_errors[n] for n in numbers if n in session.cell_errors), "")
        return Result(
            name,
            "error",
            exercise_of(found).points,
            message=_why_undefined(name, error, notebook.metadata[MARK]),
        )


def _read(stream: Any) -> NotebookNode:
    try:
        text = stream.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError("it is larger than 200 MB")
        if not text.strip():
            raise ValueError("it is empty")
        found = nbformat.reads(text, as_version=4)
        marks = found.get("metadata", {}).get(MARK)
        notebook = nbformat.v4.new_notebook(
            cells=[
                _clean(number, cell)
                for number, cell in enumerate(found.cells)
                if cell.get("cell_type") in CELLS and isinstance(cell.get("source"), str)
            ],
            metadata={MARK: marks} if isinstance(marks, dict) else {},
        )
    except Exception as error:  # whatever it is, it is one student's file
        reason = str(error).partition("\n")[0].partition(": '")[0][:120]
        note = f"The file that was handed in is not a notebook that can be read: {reason}"
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(note)])
        notebook.metadata[MARK] = {"unreadable": reason}
    return notebook


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


def _claim(notebook: NotebookNode, wanted: dict[str, NotebookNode]) -> list[str]:
    """Mark the first cell of each id; returns the ids that no cell claims."""
    unclaimed = dict(wanted)
    for cell in notebook.cells:
        name = cell.metadata.pop("nbgrader", {}).get("grade_id")
        own = unclaimed.get(name) if isinstance(name, str) else None
        if own is not None and own.cell_type == cell.cell_type:
            cell.metadata["nbgrader"] = unclaimed.pop(
                own.metadata.nbgrader.grade_id
            ).metadata.nbgrader
    return list(unclaimed)


def _prose_of_the_lesson(course: Any, facts: Any) -> set[str]:
    folder = course.format_path(course.release_directory, ".", facts["assignment"])
    path = Path(course.root, folder, f"{facts['notebook']}.ipynb")
    if not path.exists():
        return set()
    return {cell.source for cell in nbformat.read(path, as_version=4).cells}


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


def _calls(found: Key | Design) -> list[Call] | None:
    """The calls to make of a function; None for a value, which is taken as it stands."""
    return calls(found) if isinstance(found, Key) and found.exercise.is_called else None


def _judge(found: Key | Design, said: Answers) -> Result:
    stopped: Status = "too slow" if said.killed_by in TOO_SLOW or not said.finished else "died"
    if isinstance(found, Design):
        from grader.course.designs import judge_design  # PyTorch measures networks

        return judge_design(found, (said.outcomes or [Outcome(stopped)])[0])
    if not found.exercise.is_called:
        return judge_table(found, (said.outcomes or [Outcome(stopped)])[0])
    wanted = len(found.cases)
    outcomes = [*said.outcomes[:wanted]]
    outcomes += [Outcome(stopped)] * (wanted - len(outcomes))
    return judge_outcomes(found, outcomes, said.untouched)


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
    for folder in list(_graded_folders(course)):
        notebooks = list(folder.glob("*.ipynb"))
        if not notebooks or not all(map(_is_finished, notebooks)):
            shutil.rmtree(folder)


def _graded_folders(course: Any) -> Iterator[Path]:
    pattern = course.format_path(
        course.autograded_directory, course.student_id or "*", course.assignment_id or "*"
    )
    root = Path(course.root)
    relative = Path(pattern).relative_to(root) if Path(pattern).is_absolute() else Path(pattern)
    yield from (path for path in root.glob(str(relative)) if path.is_dir())


def _is_finished(notebook: Path) -> bool:
    try:
        return bool(json.loads(notebook.read_bytes())["metadata"][MARK]["graded"])
    except (ValueError, KeyError, TypeError):
        return False
