"""Which outputs of a solved notebook may be shown, and in which form.

A page shows what PyTorch says before a reader has written anything. What comes out of a reader's
own functions, or of the model answers in their place, stays away; a prediction is folded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from grader.judge.errors import CourseError

NOTE = re.compile(r"</strong>&nbsp; (.*)</div></div>\s*$", re.DOTALL)  # behind a Note's badge
FOLDED = (
    '<details class="elc-prediction"><summary>Write down your guess, then look</summary>'
    "<p>{sentence}</p></details>"
)


def uses_answers(cells: Sequence[str], exercises: Collection[str]) -> list[bool]:
    """For each code cell, whether a student's answer has a part in what it does.

    It has if a statement reads an exercise's name, a value that a student fills in for `...`, or a
    name that came out of such a statement. A cell may read the dots that it holds itself: these
    are a prediction's.

    Args:
        cells: the released sources, in order.
        exercises: the names of the lesson's exercises.
    """
    tainted, imported = set(exercises), set[str]()
    found = []
    for cell in cells:
        statements = ast.parse(cell).body
        uses = False
        for statement in statements:
            bound = _bound(statement)
            imported |= bound if isinstance(statement, ast.Import | ast.ImportFrom) else set()
            if _loaded(statement) & tainted or bound & set(exercises):
                uses = True
                tainted |= bound | (_changed(statement) - imported)
            else:
                tainted -= bound
        tainted |= _open(statements)
        found.append(uses)
    return found


def calls(cell: str, function: str) -> list[ast.Call]:
    """The calls of `function` in a cell, by its bare name or as an attribute."""
    return [
        node
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.Call)
        and function in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]


def folded_prediction(note: str) -> str:
    """A prediction's explanation as a fold, without the badge that praises the solved guess.

    Args:
        note: HTML of a `grader.judge.report.Note`.

    Raises:
        CourseError: if this is no Note.
    """
    sentence = NOTE.search(note)
    if sentence is None:
        raise CourseError("A prediction's output is no Note: run `make solutions`.")
    return FOLDED.format(sentence=sentence[1])


def _loaded(statement: ast.stmt) -> set[str]:
    return {node.id for node in _names(statement) if isinstance(node.ctx, ast.Load)}


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a value, at any depth."""
    found = {node.id for node in _names(statement) if not isinstance(node.ctx, ast.Load)}
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return found


def _changed(statement: ast.stmt) -> set[str]:
    """The names whose value changes in place: `x[0] = 1`, or a line `x.append(1)`."""
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found |= _root(node.value.func)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= _root(node)
    return found


def _root(node: ast.expr) -> set[str]:
    """The name at the beginning of `name.a[0].b`; none for a name alone."""
    inner = node
    while isinstance(inner, ast.Attribute | ast.Subscript):
        inner = inner.value
    return {inner.id} if isinstance(inner, ast.Name) and inner is not node else set()


def _open(statements: Sequence[ast.stmt]) -> set[str]:
    """The names to which a student gives a value in the place of the dots."""
    return {
        target.id
        for each in statements
        if isinstance(each, ast.Assign)
        and isinstance(each.value, ast.Constant)
        and each.value.value is ...
        for target in each.targets
        if isinstance(target, ast.Name)
    }


def _names(statement: ast.stmt) -> Iterator[ast.Name]:
    return (node for node in ast.walk(statement) if isinstance(node, ast.Name))
