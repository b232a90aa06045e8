"""Feedback pages that follow the gradebook: a mark that was changed by hand says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade

from grader.judge.report import Note
from grader.judge.translation import language_of, speaking


class MarksByHand(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Say above a card that the instructor set another mark than the card's.

    The card stays: it says what is wrong with the answer. A step of GenerateFeedback; graded
    notebooks keep what the judge said, so that a mark can be changed back.
    """

    def preprocess(self, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Put a note before the outputs of each check cell whose mark was set by hand."""
        facts = resources["nbgrader"]
        with Gradebook(facts["db_url"]) as gradebook:
            graded = gradebook.find_submission_notebook(
                facts["notebook"], facts["assignment"], facts["student"]
            )
            notes = {grade.name: note(grade) for grade in graded.grades if is_by_hand(grade)}
        return with_notes(notebook, notes), resources


def with_notes(notebook: NotebookNode, notes: Mapping[str, Note]) -> NotebookNode:
    """The notebook, with a note before the outputs of the check cells of these grade ids."""
    with speaking(language_of(cell.source for cell in notebook.cells)):
        for cell in notebook.cells:
            if cell.cell_type == "code" and is_grade(cell):
                said = notes.get(cell.metadata.nbgrader.grade_id)
                cell.outputs = [*([_output(said)] if said else []), *cell.outputs]
    return notebook


def is_by_hand(grade: Any) -> bool:
    """True for a grade of the gradebook that an instructor set or added to."""
    return grade.manual_score is not None or bool(grade.extra_credit)


def note(grade: Any) -> Note:
    """What a student reads about a mark that was set by hand."""
    mark = f"{grade.score:g} of {grade.max_score:g} points, set by your instructor."
    if grade.auto_score is None or grade.auto_score == grade.score:
        return Note("By hand", mark)
    return Note("By hand", f"{mark} This counts, not the {grade.auto_score:g} of the check below.")


def _output(said: Note) -> NotebookNode:
    return nbformat.v4.new_output(
        "display_data", {"text/plain": repr(said), "text/html": said._repr_html_()}
    )
