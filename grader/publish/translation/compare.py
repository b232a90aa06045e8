"""A translated lesson against the English one: the same cells, ids, code and numbers.

In code, words may change in comments, in docstrings, in what `print` prints and in what `predict`
says afterwards; nothing else.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from grader.judge.translation import CALL, language_of
from grader.publish.install_cell import written
from grader.publish.lesson import ROLES, TAGS
from grader.publish.minutes import BONUS
from grader.publish.myst import LINE, mistake, mistake_in, parse

ROLE = re.compile(r"\{(?:eval|points)\}`[^`]+`|\{minutes\}")
TARGET = re.compile(r"\]\(([^)\s]+)\)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
HIDDEN = re.compile(r"# SOLUTION$|### (?:BEGIN|END) SOLUTION$", re.MULTILINE)
MARKUP = re.compile(r"<svg.*?</svg>|<[^>]*>", re.DOTALL)
Complaint = tuple[str, str]  # what, and how to mend it


def cells_of(text: Path) -> list[NotebookNode]:
    """The cells of a lesson's text, as they are written.

    Raises:
        LessonError: for a text that is no lesson.
    """
    cells: list[NotebookNode] = parse(text, tags=TAGS, roles=ROLES, options={"grade_id"}).cells
    return cells


def differences(text: Path, english: Path, language: str) -> Iterator[str]:
    """How the lesson in `text` differs from the English one, a line each.

    Raises:
        LessonError: for a text that is no lesson.
    """
    ours, theirs = cells_of(english), cells_of(text)
    for mine, other in zip(ours, theirs, strict=False):
        if _form(mine) != _form(other):
            first = mine.source.strip().partition("\n")[0][:60]
            cure = f"in English '{first}' stands here, in line {mine.metadata[LINE]}"
            yield str(mistake_in(text, other, "has another kind, tag or id", cure))
            return
        compare = _of_code if mine.cell_type == "code" else _of_prose
        yield from (str(mistake_in(text, other, *found)) for found in compare(mine, other))
    if len(ours) != len(theirs):
        what = f"the lesson has {len(theirs)} cells"
        yield str(mistake(text, theirs[-1].metadata[LINE], what, f"in English it has {len(ours)}"))
    if language_of(cell.source for cell in theirs) != language:
        cure = f'import `language` in the first cell, and write `language("{language}")` below'
        yield str(mistake(text, 1, "the notebook does not set its language", cure))


def _form(cell: NotebookNode) -> tuple[object, ...]:
    """What tells a cell from others, its words apart."""
    is_bonus = cell.cell_type == "markdown" and bool(BONUS.match(cell.source))
    marks = (cell.metadata.get(name) for name in ("tags", "grade_id"))
    return (cell.cell_type, *map(str, marks), is_bonus)


def _of_prose(mine: NotebookNode, other: NotebookNode) -> Iterator[Complaint]:
    sources = (mine.source, other.source)
    yield from _lost("what is computed", *(Counter(ROLE.findall(each)) for each in sources))
    yield from _lost("the link", *(Counter(TARGET.findall(each)) for each in sources))
    bare = (ROLE.sub("", TARGET.sub("", each)) for each in sources)
    yield from _lost("the number", *(Counter(NUMBER.findall(each)) for each in bare))
    ranks = [re.findall(r"^#+ ", each, re.MULTILINE) for each in sources]
    if ranks[0] != ranks[1]:
        yield "has other headings", f"in English they begin with {' and '.join(ranks[0]) or 'none'}"


def _lost(kind: str, mine: Counter[str], other: Counter[str]) -> Iterator[Complaint]:
    for each in mine - other:
        yield f"lacks {kind} {each}", "put it back"
    for each in other - mine:
        yield f"has {kind} {each}", "the English cell does not; take it away"


def _of_code(mine: NotebookNode, other: NotebookNode) -> Iterator[Complaint]:
    if HIDDEN.findall(mine.source) != HIDDEN.findall(other.source):
        yield "hides other lines from students", "keep every `# SOLUTION` of the English cell"
    try:
        same = _code(mine.source) == _code(other.source)
    except SyntaxError as error:
        yield f"is no Python ({error.msg})", "mend it"
        return
    if not same:
        cure = "translate comments, docstrings, what is printed, and `then`; nothing else"
        yield "has other code than the English one", cure


def _code(source: str) -> str:
    """The code without the words that a translation may change."""
    return ast.dump(_WithoutWords().visit(ast.parse(CALL.sub("", source))))


class _WithoutWords(ast.NodeTransformer):
    """Takes out what is read by people, and the import of `language`."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        node.names = [each for each in node.names if each.name != "language"]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if doc := ast.get_docstring(node):
            examples = doctest.DocTestParser().get_examples(doc)
            shown = "".join(each.source + each.want for each in examples)
            node.body[0] = ast.Expr(ast.Constant(shown))
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            node.args = [_blank(each) for each in node.args]
        return self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        node.value = _blank(node.value) if node.arg == "then" else node.value
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        names = [each.id for each in node.targets if isinstance(each, ast.Name)]
        node.value = _blank(node.value) if names == ["then"] else node.value
        return self.generic_visit(node)


def _blank(node: ast.expr) -> ast.expr:
    """A text without its words; the values in it may stand in another order."""
    match node:
        case ast.Constant(value=str()):
            return ast.Constant("")
        case ast.JoinedStr(values=parts):
            values = [each for each in parts if isinstance(each, ast.FormattedValue)]
            return ast.JoinedStr(sorted(values, key=ast.dump))
        case ast.BinOp(left=left, op=op, right=right):
            return ast.BinOp(_blank(left), op, _blank(right))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ast.IfExp(test, _blank(body), _blank(orelse))
    return node


def other_numbers(text: Path, theirs: NotebookNode, ours: NotebookNode) -> Iterator[str]:
    """Where the built notebook computes other numbers than the English one, a line each."""
    cells = zip(cells_of(text), written(theirs.cells), written(ours.cells), strict=True)
    for written_as, other, mine in cells:
        if "{minutes}" in written_as.source:  # those of its own words
            continue
        for found in _lost("the number", _numbers(mine), _numbers(other)):
            yield str(mistake_in(text, written_as, f"computes otherwise: it {found[0]}", found[1]))


def _numbers(cell: NotebookNode) -> Counter[str]:
    """The numbers in a cell's prose, or in what it puts out; pictures are left out."""
    if cell.cell_type == "markdown":
        return Counter(NUMBER.findall(TARGET.sub("", cell.source)))
    said = []
    for output in cell.outputs:
        data = output.get("data", {})
        said += [output.get("text", ""), data.get("text/plain", "")]
        said.append(MARKUP.sub(" ", data.get("text/html", "")))
    return Counter(NUMBER.findall("\n".join(said)))
