"""The new lesson with what a student wrote into the old one: for `grader update`.

Every cell of the new lesson is in it, in the new order. Answers and predictions go into their
cells; cells that a student added stay beneath the cell that they stood under.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import nbformat
from nbformat import NotebookNode

from grader.classroom.reading import MARK
from grader.classroom.recognise import binds
from grader.classroom.released import grade_id, grading

ALIKE = 0.6  # of two texts, above which one is a new version of the other
RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|.*[A-Z].*")  # ids
DOTS = re.compile(r"^(\w+) = \.\.\.$", re.MULTILINE)


@dataclass
class Merged:
    """A notebook of the new lesson, and what was taken over into it."""

    notebook: NotebookNode
    answers: list[str] = field(default_factory=list)
    predictions: int = 0
    own: int = 0  # cells that the student added
    homeless: list[str] = field(default_factory=list)  # answers whose exercise is gone


def merge(old: NotebookNode, new: NotebookNode) -> Merged:
    """The new lesson with what a student wrote into the old one."""
    places = _places(old.cells, new.cells)
    added: dict[int, list[NotebookNode]] = {}  # by the place in the lesson that they stand under
    merged, under = Merged(new), 0
    for number, cell in enumerate(old.cells):
        if number in places:
            under = places[number]
            _take_over(merged, cell, new.cells[under])
        else:
            added.setdefault(under, []).extend(_of_the_student(merged, cell, new.cells))
    cells = [
        each
        for place, cell in enumerate(new.cells)
        for each in (_without_outputs(cell), *added.get(place, ()))
    ]
    theirs = {key: value for key, value in old.metadata.items() if key != "widgets"}
    merged.notebook = nbformat.from_dict(
        {
            "cells": list(_with_ids(cells)),
            "metadata": {**new.metadata, **theirs, MARK: new.metadata.get(MARK, {})},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    return merged


def ids_of(cell: NotebookNode) -> set[str]:
    """The names of a cell: Colab keeps its id among the metadata, others the grade id alone."""
    found = (grade_id(cell), cell.get("id"), cell.metadata.get("id"))
    return {each for each in found if isinstance(each, str) and each}


def _places(old: list[NotebookNode], new: list[NotebookNode]) -> dict[int, int]:
    """Where each of the student's cells stands in the new lesson, for those that come from it.

    What is certain goes first. Of copies the one with something written into it counts.
    """
    found: dict[int, int] = {}
    order = sorted(range(len(old)), key=lambda number: (_is_blank(old[number].source), number))
    for likeness in (_same_grade_id, _same_id, _same_text, _same_name, _similar):
        for number in order:
            free = {*range(len(new))} - {*found.values()}
            if number in found:
                continue
            rated = ((likeness(old[number], new[place]), -place) for place in free)
            best, place = max(rated, default=(0, 0))
            if best > 0:
                found[number] = -place
    return found


def _same_grade_id(old: NotebookNode, new: NotebookNode) -> float:
    return bool(grade_id(new)) and grade_id(old) == grade_id(new)


def _same_id(old: NotebookNode, new: NotebookNode) -> float:
    return bool(old.cell_type == new.cell_type and new.get("id") in ids_of(old))


def _same_text(old: NotebookNode, new: NotebookNode) -> float:
    return bool(old.cell_type == new.cell_type and old.source.strip() == new.source.strip())


def _same_name(old: NotebookNode, new: NotebookNode) -> float:
    """An answer that lost its grade id."""
    name = grade_id(new).removesuffix("_answer")
    return bool(grading(new).get("solution")) and not grade_id(old) and binds(old, name)


def _similar(old: NotebookNode, new: NotebookNode) -> float:
    """A cell of the lesson whose text is another one now. What a student adds has a random id."""
    if old.cell_type != new.cell_type or grading(old) or grading(new) or _is_added(old):
        return 0
    texts = SequenceMatcher(None, old.source, new.source, autojunk=False)
    if texts.real_quick_ratio() <= ALIKE or texts.quick_ratio() <= ALIKE:
        return 0  # at most so alike: the ratio itself takes minutes where a student pasted much
    ratio = texts.ratio()
    return ratio if ratio > ALIKE else 0


def _is_added(cell: NotebookNode) -> bool:
    """Whether it has a random id, as programs give them; a lesson's are words of the cell."""
    return any(map(RANDOM.fullmatch, ids_of(cell) - {grade_id(cell)}))


def _take_over(merged: Merged, old: NotebookNode, new: NotebookNode) -> None:
    """Put into a cell of the lesson what the student wrote into its old version."""
    if grading(new).get("solution"):
        if not _is_blank(old.source) and old.source.strip() != new.source.strip():
            new.source = old.source
            merged.answers.append(grade_id(new).removesuffix("_answer"))
    elif new.cell_type == "code":
        filled = _with_predictions(new.source, old.source)
        merged.predictions += filled != new.source
        new.source = filled


def _of_the_student(
    merged: Merged, cell: NotebookNode, new: list[NotebookNode]
) -> Iterator[NotebookNode]:
    """A cell that is none of the new lesson's: as it is if the student added it, with a sentence
    above if it is the answer of an exercise that is gone; else nothing."""
    name = grade_id(cell)
    known = any(name == grade_id(each) for each in new)
    if _is_blank(cell.source) or (name and not known and not grading(cell).get("solution")):
        return
    if not name and ids_of(cell) and not _is_added(cell):
        return  # of the old lesson
    cell.metadata.pop("nbgrader", None)
    for lock in ("deletable", "editable"):
        cell.metadata.pop(lock, None)
    if name and not known:
        merged.homeless.append(name.removesuffix("_answer"))
        said = f"`{merged.homeless[-1]}` is no exercise of this lesson any more. Your answer was:"
        yield nbformat.v4.new_markdown_cell(said)
    else:
        merged.own += 1
    if not _is_added(cell):
        cell.pop("id", None)
    yield cell


def _is_blank(source: str) -> bool:
    """Whether nothing stands in a cell, or dots in all places of an answer."""
    try:
        steps = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return all(map(_is_dots, steps)) if steps else not source.strip()


def _is_dots(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(body=body):
            docstring = ast.get_docstring(node) is not None
            return all(map(_is_dots, body[docstring:]))
        case ast.Assign(value=value) | ast.Expr(value=value):
            return _is_dots(value)
        case ast.Dict(values=values):
            return all(map(_is_dots, values))
        case ast.Constant(value=value):
            return value is ...
    return False


def _with_predictions(new: str, old: str) -> str:
    """The new cell; where it has `guess = ...`, with the value that the old one has there."""
    values = _values(old)
    return DOTS.sub(lambda dots: f"{dots[1]} = {values.get(dots[1], '...')}", new)


def _values(source: str) -> dict[str, str]:
    """What each name at the beginning of a line is set to; of code that is none, its line."""
    try:
        steps = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return dict(re.findall(r"^(\w+) *= *(.+)$", source, re.MULTILINE))
    return {
        step.targets[0].id: ast.get_source_segment(source, step.value) or "..."
        for step in steps
        if isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Name)
    }


def _without_outputs(cell: NotebookNode) -> NotebookNode:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _with_ids(cells: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """The cells, each with an id of its own; those of the lesson keep theirs."""
    taken: set[str] = set()
    for cell in cells:
        own = str(cell.get("id", ""))
        if own in taken or not re.fullmatch(r"[\w-]{1,64}", own, re.ASCII):
            cell["id"] = nbformat.v4.new_code_cell().id
        taken.add(cell["id"])
        yield cell
