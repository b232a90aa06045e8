"""From the bytes of a hand-in to its graded copy: read, put right, run in the jail, judged.

Nothing here knows a gradebook or a student, so it runs wherever there is a jail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.ask.jail import Jail, Session
from grader.classroom.grading import Cell, Found, blaming, judged, run
from grader.classroom.reading import MARK, UnreadableError, notebook_of, stand_in
from grader.classroom.released import Released, grade_id, grading
from grader.course.catalogue import exercise_of, find
from grader.judge.report import card
from grader.judge.result import Result
from grader.judge.translation import speaking
from grader.judge.words import writable

MOST_PROSE = 4000  # characters of one cell that are read as Markdown; the time grows as the square


def graded_copy(
    data: bytes, lesson: Released, keys: Mapping[str, Found], where: Jail, term: str
) -> tuple[NotebookNode, bool]:
    """The copy that the gradebook's marks come from, as `nbgrader autograde` makes it, and whether
    a limit had a say in it.

    Args:
        data: the file that was handed in, whatever it is.
        keys: the exercises by grade id, hidden cases included.
        term: the digest of the word that drew them.
    """
    notebook = restore(read(data), lesson)
    for cell in notebook.cells:
        if grading(cell).get("locked"):
            cell.source = lesson.known[grade_id(cell)].source
    return judge(notebook, lesson, keys, where, term)


def keys_for(lesson: Released, word: str, terms: Path) -> dict[str, Found]:
    """The exercises of a lesson by grade id, with the hidden cases that the word draws.

    Args:
        terms: the folder with the keys of the terms; they are made there when they are missing.
    """
    found = {name: find(name, word, terms) for name in lesson.known if name in lesson.graded}
    return {name: key for name, key in found.items() if key is not None}


def read(data: bytes) -> NotebookNode:
    """The notebook that was handed in, or one that says why there is none; never fails."""
    try:
        found = notebook_of(data)
        marks = found.metadata.get(MARK)
        found.cells = [_clean(number, cell) for number, cell in enumerate(found.cells)]
        found.metadata = nbformat.from_dict({MARK: marks} if isinstance(marks, dict) else {})
        return found
    except UnreadableError as error:
        return stand_in(error.reason)
    except Exception as error:  # whatever it is, it is one student's file
        return stand_in(f"reading it ended in {type(error).__name__}")


def restore(notebook: NotebookNode, lesson: Released) -> NotebookNode:
    """Give every cell that the gradebook knows its own metadata back, once, in its place.

    Copies lose their mark, edits of points or ids are undone, missing cells are put back. Prose
    that is not the lesson's is shown as it was typed: nbgrader's pages would run its scripts.
    """
    missing, typed = _claim(notebook, lesson.known)
    for name in missing:
        if name in lesson.graded:  # an answer that is missing stays missing
            _put_back(notebook, lesson.known, name)
    for cell in notebook.cells:
        if cell.cell_type != "code" and cell.source not in lesson.prose:
            cell.source = _verbatim(cell.source)
    marks = notebook.metadata.get(MARK, {})
    notebook.metadata[MARK] = {
        "unreadable": str(marks.get("unreadable", "")),
        "missing": missing,
        "typed": typed,
    }
    return notebook


def judge(
    notebook: NotebookNode, lesson: Released, keys: Mapping[str, Found], where: Jail, term: str
) -> tuple[NotebookNode, bool]:
    """Run the notebook and write a card into each cell that carries points.

    Returns:
        The notebook with the outputs of its checks alone, a score being the check's text output;
        and whether time, memory or a death decided something.
    """
    results, session = results_of(notebook, lesson, keys, where)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if is_check(cell):
            result = results[grade_id(cell)]
            with speaking(lesson.language):
                cell.outputs = [_output(result)]
            cell.metadata[MARK] = _for_the_class_report(result)
    notebook.metadata[MARK].update(graded=True, term=term)
    return notebook, session.is_tentative


def results_of(
    notebook: NotebookNode, lesson: Released, keys: Mapping[str, Found], where: Jail
) -> tuple[dict[str, Result], Session]:
    """Run a restored notebook; the result of each check by grade id, and what the jail said."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    marks = notebook.metadata[MARK]
    cells = [_as_cell(cell, lesson, marks.get("typed", {})) for cell in code]
    asked = {grade_id(cell): keys.get(grade_id(cell)) for cell in code if is_check(cell)}
    session = run(where, cells, {name: key for name, key in asked.items() if key is not None})
    results = {name: _result(key, name, session, cells, marks) for name, key in asked.items()}
    return blaming(results, session), session


def is_check(cell: NotebookNode) -> bool:
    """Whether an exercise is asked in this cell."""
    return bool(grading(cell).get("grade")) and not grading(cell).get("solution")


def _result(
    found: Found | None, name: str, session: Session, cells: list[Cell], marks: Mapping[str, Any]
) -> Result:
    if found is None:
        return Result(name, "error", message=f"The course has no exercise `{name}`.")
    said = session.answers[name]
    if said.defined:
        result = _with_what_undid_it(judged(found, said), cells, name)
        if name not in marks["missing"]:
            return result
        note = "The check of this exercise was missing in the notebook and was put back."
        return replace(result, message=f"{result.message} {note}".strip())
    numbers = [n for n, cell in enumerate(cells, start=1) if cell.name == f"{name}_answer"]
    error = next((session.cell_errors[n] for n in numbers if n in session.cell_errors), "")
    points, why = exercise_of(found).points, _why_undefined(name, error, marks)
    return Result(name, "error", points, message=why)


def _clean(number: int, cell: NotebookNode) -> NotebookNode:
    """The cell with nothing in it that the format does not know. nbformat's own makers of cells
    would check each against the schema; the whole copy is checked when it is written."""
    metadata, own_id = cell.get("metadata"), str(cell.get("id", ""))
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    is_code = cell["cell_type"] == "code"
    made: NotebookNode = nbformat.from_dict(
        {
            "id": own_id if re.fullmatch(r"[\w-]{1,64}", own_id, re.ASCII) else f"cell-{number}",
            "cell_type": "code" if is_code else "markdown",  # raw cells reach a page unchecked
            "source": writable(cell["source"]),
            "metadata": {"nbgrader": marks} if isinstance(marks, dict) else {},
            **({"outputs": [], "execution_count": None} if is_code else {}),
        }
    )
    return made


def _claim(
    notebook: NotebookNode, wanted: Mapping[str, NotebookNode]
) -> tuple[list[str], dict[str, str]]:
    """Mark one cell of each id, of copied checks the last. An answer turned to prose is code again.

    Returns:
        The ids that no cell claims; and by id what the student typed where the lesson's text will
        be put back: it is run all the same.
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
        cell.metadata["nbgrader"] = deepcopy(own.metadata.nbgrader)
        if own.metadata.nbgrader.locked and cell.source.strip() != own.source.strip():
            typed[name] = cell.source
    return [name for name in wanted if name not in claims], typed


def _as_cell(cell: NotebookNode, lesson: Released, typed: Mapping[str, str]) -> Cell:
    """A code cell with what the lesson knows of it: by its grade id, or else by its text."""
    name = grade_id(cell)
    source = typed.get(name, cell.source)
    is_answer = bool(grading(cell).get("solution"))
    return Cell(source, name, lesson.text_of(name, source), is_check(cell), is_answer)


def _verbatim(prose: str) -> str:
    """Prose with markup in it as a block of plain text, and prose so long that reading its Markdown
    could take minutes; the fence is longer than any inside."""
    if len(prose) <= MOST_PROSE and not re.search(r"[<\[&]", prose):
        return prose
    fence = "`" * (3 + max(map(len, re.findall(r"`+", prose)), default=0))
    return f"{fence}text\n{prose}\n{fence}"


def _put_back(notebook: NotebookNode, wanted: Mapping[str, NotebookNode], name: str) -> None:
    """Insert a missing cell behind the one that stands before it in the lesson."""
    order = list(wanted)
    before = order[: order.index(name)]
    places = [i for i, cell in enumerate(notebook.cells) if grade_id(cell) in before]
    for cell in notebook.cells:
        if cell.id == name:  # the student's copy without its mark; ids must differ
            cell.id = f"{name}-without-mark"
    notebook.cells.insert(places[-1] + 1 if places else len(notebook.cells), deepcopy(wanted[name]))


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


def _why_undefined(name: str, error: str, marks: Mapping[str, Any]) -> str:
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
        "parts": {part.name: part.points if part.right else 0 for part in result.parts},
        "message": writable(result.message),
        "call": writable(found.call) if found else "",
        "said": writable(found.said) if found else "",
        "right": found.right if found else "",
    }
