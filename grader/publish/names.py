"""Who binds a name in a lesson, and who needs it: the lecture's cells, or the student's.

A hand-in whose own cells need nothing that the lecture binds is graded without running the
lecture. So what a model answer needs stands in its own cell. And a lecture that binds an
exercise's name, or needs a helper of the model answer, breaks in a student's notebook.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from grader.ask.plain import MODULES
from grader.course.exercises import catalogue
from grader.publish.myst import mistake_in

BUILTINS = {*dir(builtins), "__name__"}


@dataclass(frozen=True)
class Names:
    """The names of one cell.

    Attributes:
        bound: at its top level, so that later cells have them.
        inside: anywhere in it, also in functions and classes.
        needed: what other cells, or Python, must have bound when it runs or is called.
        imported: those of `bound` that are nothing but imports from `MODULES`.
    """

    bound: frozenset[str]
    inside: frozenset[str]
    needed: frozenset[str]
    imported: frozenset[str]


def of_cell(source: str) -> Names:
    """The names in the source of a code cell.

    Raises:
        SyntaxError: if it is not Python, IPython's magics apart.
    """
    python = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
    top = symtable.symtable(python, "cell", "exec")
    tables = list(_tables(top))
    inside = {s.get_name() for table in tables for s in table.get_symbols() if _is_bound(s)}
    bound = {s.get_name() for s in top.get_symbols() if _is_bound(s)} | {
        s.get_name() for t in tables for s in t.get_symbols() if s.is_declared_global()
    }
    needed = {
        s.get_name()
        for table in tables
        for s in table.get_symbols()
        if s.is_referenced() and (table is top or s.is_global())
    }
    return Names(
        bound=frozenset(bound),
        inside=frozenset(inside),
        needed=frozenset(needed - bound - BUILTINS),
        imported=frozenset(_imported(ast.parse(python)) & bound),
    )


def complaints(text: Path, notebook: NotebookNode) -> Iterator[str]:
    """One line for each name in a lesson that is bound or needed where it must not be.

    Args:
        text: the lesson's file.
        notebook: what `lesson.read` makes of it.
    """
    exercises = set(catalogue())
    answered: set[str] = set()  # exercises of the lesson, as far as they have come
    helpers: set[str] = set()  # what only model answers bind
    imported: set[str] = set()  # from modules that an answer may use
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or "check" in tags:
            continue
        try:
            names = of_cell(cell.source)
        except SyntaxError as error:
            yield _line(text, cell, f"is not Python: {error.msg}", "mend it")
            continue
        if "exercise" in tags:
            own = cell.metadata.nbgrader.grade_id.removesuffix("_answer")
            yield from _taken(text, cell, names.bound & exercises - {own})
            answered.add(own)
            for name in sorted(names.needed - answered - imported):
                what = f"needs `{name}`, which stands in another cell"
                yield _line(text, cell, what, "define it in this cell, under ### BEGIN SOLUTION")
            helpers |= names.bound - {own}
        else:
            yield from _taken(text, cell, names.inside & exercises)
            for name in sorted(names.needed & helpers):
                what = f"needs `{name}`, which only the model answer defines"
                yield _line(text, cell, what, "define it here")
            helpers -= names.bound
            imported = imported - names.bound | names.imported


def _taken(text: Path, cell: NotebookNode, names: Collection[str]) -> Iterator[str]:
    for name in sorted(names):
        cure = "give it another one, such as `layer`"
        yield _line(text, cell, f"binds `{name}`, the name of an exercise", cure)


def _line(text: Path, cell: NotebookNode, what: str, cure: str) -> str:
    return str(mistake_in(text, cell, what, cure))


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_parameter()


def _imported(tree: ast.Module) -> set[str]:
    """What a cell binds by importing from `MODULES`, and in no other way."""
    good: set[str] = set()
    other: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                (good if top in MODULES else other).add(alias.asname or top)
        elif isinstance(node, ast.ImportFrom):
            top = (node.module or "").partition(".")[0]
            names = {alias.asname or alias.name for alias in node.names}
            (good if top in MODULES else other).update(names)
        else:
            other |= {
                n.id for n in ast.walk(node) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store
            }
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                other.add(node.name)
    return good - other
