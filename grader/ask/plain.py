"""Which notebooks are plain: they run the same without IPython, PyTorch and the lesson's cells.

Decided by reading, before anything runs. Whoever is in doubt gets the real thing.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Sequence
from functools import lru_cache

MODULES = {
    *("math", "itertools", "functools", "operator", "collections", "fractions", "decimal"),
    *("statistics", "string", "typing", "numpy", "__future__"),
}
NOT_THESE = {
    *("open", "input", "eval", "exec", "compile", "globals", "locals", "vars", "dir"),
    *("getattr", "setattr", "delattr", "__import__", "breakpoint", "memoryview", "help"),
    *("In", "Out", "get_ipython", "display", "exit", "quit"),
}
ONLY_CHECKS = re.compile(r"^(check|hint)\((\w+|(\w+)=\3|\"\w+\"|'\w+')\)\s*$", re.MULTILINE)


def without_checks(source: str) -> str:
    """The cell without lines that are only `check(name)` or `hint(name)`."""
    return ONLY_CHECKS.sub("", source)


def is_plain(own: Sequence[str], lesson: Sequence[str]) -> bool:
    """True if the student's cells need nothing but Python and the modules listed here.

    Args:
        own: the sources of the student's cells.
        lesson: the sources of the lesson's cells, which a plain notebook does not run.
    """
    try:
        bound = names_bound(lesson)
        return all(_is_plain(without_checks(source), bound) for source in own)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def names_bound(lesson: Sequence[str]) -> set[str]:
    """The names that the lesson's cells bind; their imports of listed modules apart.

    Raises:
        SyntaxError: if a cell is no Python.
    """
    return {name for source in lesson for name in _bound(source)}


def names_looked_up(source: str) -> set[str]:
    """The names that a cell looks up outside of its own functions.

    Raises:
        SyntaxError: if it is no Python.
    """
    return set(_global_loads(symtable.symtable(source, "<cell>", "exec")))


def imports(lesson: Sequence[str]) -> list[str]:
    """The imports of listed modules in the lesson's cells, which a plain notebook does run."""
    found = []
    for source in lesson:
        try:
            body = ast.parse(source).body
        except SyntaxError:  # magics
            continue
        found += [ast.unparse(node) for node in body if _is_listed(node)]
    return found


def is_filled(source: str, released: str) -> bool:
    """True if the cell is the released one, its dots filled with literals: a prediction."""
    try:
        mine, theirs = ast.parse(source), ast.parse(released)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return source != released and _fills(mine, theirs)


def _fills(mine: ast.AST, theirs: ast.AST) -> bool:
    if isinstance(theirs, ast.Constant) and theirs.value is ...:
        return _is_literal(mine)
    if type(mine) is not type(theirs):
        return False
    if isinstance(mine, ast.Constant) and isinstance(theirs, ast.Constant):
        return type(mine.value) is type(theirs.value) and mine.value == theirs.value
    parts, others = list(_parts(mine)), list(_parts(theirs))
    return len(parts) == len(others) and all(map(_part_fills, parts, others))


def _part_fills(mine: object, theirs: object) -> bool:
    if isinstance(mine, ast.AST) and isinstance(theirs, ast.AST):
        return _fills(mine, theirs)
    return mine == theirs


def _parts(node: ast.AST) -> Iterator[object]:
    for _, value in ast.iter_fields(node):
        yield from [len(value), *value] if isinstance(value, list) else [value]


def _is_literal(node: ast.AST) -> bool:
    literal = (ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp)
    marks = (ast.operator, ast.unaryop, ast.expr_context)
    return all(isinstance(each, (*literal, *marks)) for each in ast.walk(node)) and not any(
        isinstance(each, ast.Pow | ast.LShift | ast.MatMult) for each in ast.walk(node)
    )


def _is_plain(source: str, bound: set[str]) -> bool:
    loads = names_looked_up(source)
    if loads & (bound | NOT_THESE) or any(re.fullmatch(r"__\w+|_i*\d*", name) for name in loads):
        return False
    return all(map(_is_plain_node, ast.walk(ast.parse(source))))


def _global_loads(table: symtable.SymbolTable) -> Iterator[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global()):
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _global_loads(inner)


def _is_plain_node(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return _is_listed(node)
        case ast.Attribute(attr=name):
            return "__" not in name and name != "random"
        case ast.Await() | ast.AsyncFor() | ast.AsyncWith() | ast.AsyncFunctionDef():
            return False
    return True


def _is_listed(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return all(alias.name in MODULES for alias in names)
        case ast.ImportFrom(module=module, names=names, level=0):
            return module in MODULES and not any(n.name in ("*", "random") for n in names)
    return False


@lru_cache(maxsize=1024)  # the same cells in every hand-in
def _bound(source: str) -> frozenset[str]:
    """The names that a cell of the lesson binds; its imports of listed modules apart."""
    return frozenset(name for node in ast.walk(ast.parse(source)) for name in _bound_by(node))


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            if not _is_listed(node):
                yield from ((n.asname or n.name).partition(".")[0] for n in names)
