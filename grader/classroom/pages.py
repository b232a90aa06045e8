"""Feedback pages for a class: what `nbgrader generate_feedback` makes, in workers.

A worker gets a graded copy and what the gradebook says of it, and has no gradebook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.classroom.feedback import is_by_hand, note, with_notes
from grader.classroom.formulas import OfflinePage
from grader.classroom.released import grade_id, grading
from grader.judge.report import Note


@dataclass(frozen=True)
class Facts:
    """What the gradebook says of one graded copy."""

    student: str
    lesson: str
    score: float
    max_score: float
    late_penalty: float
    marks: Mapping[str, tuple[float, float]]  # score and points, by grade id
    comments: Mapping[str, str | None]
    by_hand: Mapping[str, tuple[str, str]]  # word and sentence of what is said above a card


def facts_of(notebook: Any, student: str, lesson: str) -> Facts:
    """The facts of nbgrader's SubmittedNotebook."""
    penalty = notebook.late_submission_penalty or 0
    return Facts(
        student,
        lesson,
        notebook.score - penalty,
        notebook.max_score,
        penalty,
        {grade.name: (grade.score, grade.max_score) for grade in notebook.grades},
        {comment.name: comment.comment for comment in notebook.comments},
        {
            grade.name: (note(grade).word, note(grade).sentence)
            for grade in notebook.grades
            if is_by_hand(grade)
        },
    )


def pages(settings: str, batch: Sequence[tuple[str, Facts]]) -> list[str]:
    """The feedback pages of some graded copies, as HTML.

    Args:
        settings: the course's own for nbconvert's HTMLExporter, as JSON.
    """
    return [_page(copy, facts, settings) for copy, facts in batch]


def _page(copy: str, facts: Facts, settings: str) -> str:
    notebook = nbformat.reads(copy, as_version=4)
    resources = {
        "unique_key": facts.lesson,
        "output_files_dir": f"{facts.lesson}_files",
        "nbgrader": {
            "student": facts.student,
            "assignment": facts.lesson,
            "notebook": facts.lesson,
            "score": facts.score,
            "max_score": facts.max_score,
            "late_penalty": facts.late_penalty,
        },
        "metadata": {"name": facts.lesson},
    }
    body, _ = _exporter(settings).from_notebook_node(_marked(notebook, facts), resources)
    return str(body)


@lru_cache(maxsize=1)
def _exporter(settings: str) -> OfflinePage:
    """nbgrader's own exporter of feedback, without the step that asks a gradebook."""
    config = Config({"HTMLExporter": json.loads(settings)})
    theirs = GenerateFeedback(coursedir=CourseDirectory(), config=config)
    exporter = OfflinePage(parent=theirs, config=theirs.config)
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor)
    return exporter


def _marked(notebook: NotebookNode, facts: Facts) -> NotebookNode:
    """The notebook as nbgrader's GetGrades leaves it, with our notes on marks by hand."""
    notes = {name: Note(*said) for name, said in facts.by_hand.items()}
    for cell in with_notes(notebook, notes).cells:
        marks, name = grading(cell), grade_id(cell)
        if marks.get("solution") or marks.get("task"):
            marks["comment"] = facts.comments[name]
        if marks.get("grade") or marks.get("task"):
            marks["score"], marks["points"] = facts.marks[name]
    return notebook
