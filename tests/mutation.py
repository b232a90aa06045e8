"""Small slips in a right function: a term dropped, an argument swapped, a constant changed."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator

OPERATORS = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.FloorDiv: (ast.Mult,),
    ast.Div: (ast.Mult,),
}
COMPARISONS = {
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def mutants(function: Callable) -> Iterator[tuple[str, Callable]]:
    """Every function that differs from this one by one slip, with the changed source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = list(inspect.signature(function).parameters)
    places = [node for node in ast.walk(tree.body[0]) if isinstance(node, ast.expr)]
    seen = {ast.unparse(tree)}
    for number, node in enumerate(places):
        for replacement in _slips(node, names):
            changed = copy.deepcopy(tree)
            twin = [n for n in ast.walk(changed.body[0]) if isinstance(n, ast.expr)][number]
            _replace(changed, twin, replacement)
            source = ast.unparse(ast.fix_missing_locations(changed))
            if source not in seen:
                seen.add(source)
                namespace = dict(function.__globals__)
                exec(compile(source, "<mutant>", "exec"), namespace)
                yield source, namespace[function.__name__]


def _slips(node: ast.expr, names: list[str]) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            yield from (left, right)
            for other in OPERATORS.get(type(op), ()):
                yield ast.BinOp(left, other(), right)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int() | float() as value):
            yield from (ast.Constant(value + 1), ast.Constant(value - 1))
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            yield from (ast.Name(other, ast.Load()) for other in names if other != name)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            yield ast.Compare(left, [COMPARISONS[type(op)]()], [right])
        case ast.BoolOp(values=values):
            yield from values


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, copy.deepcopy(new))
            elif isinstance(value, list):
                parent.__dict__[field] = [copy.deepcopy(new) if v is old else v for v in value]
