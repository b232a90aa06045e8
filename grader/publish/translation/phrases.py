"""What a catalogue has to translate: the sentences of the answer keys, and those of the code.

A sentence of the code with values in it becomes a piece with holes: `f"You returned {form(x)}."` is
"You returned {x}.". What stands before or behind it in the same card is a sentence of its own.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, get_args

from grader.ask.kernel import Status
from grader.course.catalogue import KEY_FILES
from grader.course.exercises import catalogue
from grader.judge.exercise import Design
from grader.judge.patterns import TIMES
from grader.judge.report import WORDS
from grader.judge.result import Verdict
from grader.judge.translation import HOLE

PACKAGE = Path(__file__).parents[2]
FILES = (  # that put sentences into a card
    *("judge/report.py", "judge/verdict.py", "judge/wording.py", "judge/words.py"),
    *("judge/patterns.py", "judge/exercise.py", "course/misreadings.py", "course/catalogue.py"),
    *("course/designs.py", "course/network.py", "notebook.py", "publish/lesson.py"),
    *("judge/release.py", "classroom/graded_copy.py", "classroom/feedback.py"),
)
OF_AN_ERROR = (  # of ask/run.py, whose other texts are shown as code
    "line {line}",
    "line {line} of `{owner}`, which `{own}` calls",
)
MARKED = {"judge/report.py", "publish/lesson.py"}  # where only `say(...)` is a sentence: much else
NOT_SAID = {  # functions and methods whose texts nobody reads
    *("compile", "fullmatch", "search", "sub", "findall", "match", "split", "TypeVar"),
    *("startswith", "endswith", "partition", "removesuffix", "removeprefix", "getattr", "hasattr"),
}
SINGLE = {*WORDS.values(), *TIMES.values()}  # words that stand alone
NO_PROSE = re.compile(r"(import|from|def|#) |<|\{name\}, |\{fence\}")
REMARK = re.compile(r" And look at .+: your answer never changes with it\.$")  # a piece of its own
INNER = {*get_args(Status), *get_args(Verdict)}


def of_keys() -> Iterator[tuple[str, str, str]]:
    """Every sentence of the answer keys, with its lesson and what it is."""
    for path in sorted(KEY_FILES.glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["exercises"]:
            for kind, text in _of_entry(entry):
                yield text, path.stem, f"{entry['name']}: {kind}"


def _of_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    design = catalogue()[entry["name"]]
    if isinstance(design, Design):  # its key has the points alone
        for part in design.parts:
            yield from (("a part", part.name), ("what is wanted", part.wanted))
            yield "what to try", part.sentence
        yield from (("a hint", hint) for hint in design.hints)
    for part in entry.get("parts", ()):
        yield "a part", part[0]
    for hint in entry.get("hints", ()):
        yield "a hint", hint
    for name, sentence, praise, _ in entry.get("mistakes", ()):
        yield f"the mistake '{name}'", REMARK.sub("", sentence)
        if praise:
            yield "what a mistake has right", praise


def of_code() -> Iterator[tuple[str, str]]:
    """Every sentence that the code makes, as a piece with holes, with its file."""
    for file in FILES:
        reader = _Reader(marked=file in MARKED)
        reader.visit(ast.parse((PACKAGE / file).read_text(encoding="utf-8")))
        yield from ((piece, f"grader/{file}") for piece in dict.fromkeys(reader.pieces))
    yield from ((word, "grader/judge/report.py") for word in sorted(SINGLE))
    yield from ((piece, "grader/ask/run.py") for piece in OF_AN_ERROR)


class _Reader(ast.NodeVisitor):
    """Collects what stands in quotes and is meant to be read."""

    def __init__(self, marked: bool) -> None:
        self.marked, self.pieces = marked, list[str]()

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Nothing that is compared is shown."""

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)
        if name == "say" and node.args:
            self._take(node.args[0])
        if name not in NOT_SAID:
            self.generic_visit(node)
        elif isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not self.marked and isinstance(node.value, str) and " " in node.value.strip():
            self._take(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if not self.marked:
            self._take(node)
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)

    def _take(self, node: ast.expr) -> None:
        self.pieces += [piece for text in _texts(node) for piece in _pieces(text)]


def _texts(node: ast.expr) -> list[str]:
    """What a text may be, with holes for its values; one for each way that an `if` in it goes."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp() if isinstance(node.body, ast.Constant | ast.JoinedStr):
            return [*_texts(node.body), *_texts(node.orelse)]
        case ast.FormattedValue():
            return _texts(node.value)
        case ast.JoinedStr():
            return ["".join(parts) for parts in product(*map(_texts, node.values))]
    return [f"{{{_name(node)}}}"]


def _name(node: ast.AST) -> str:
    """What a value may be called: `show(answer)` is the answer, `outcome.detail` the detail."""
    match node:
        case ast.Name(id=name):
            return name.lower()
        case ast.Attribute(value=ast.Call() as call):
            return _name(call)
        case ast.Attribute(attr=name):
            return name
        case ast.Call(func=ast.Name(id=name), args=args) if name.startswith("_") or not args:
            return name.strip("_")
        case ast.Call(args=[first, *_]):
            return _name(first)
        case ast.Subscript(value=value) | ast.Starred(value=value):
            return _name(value)
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    return _name(names[0]) if names else "value"


def _pieces(text: str) -> Iterator[str]:
    """The sentence without the values that are sentences themselves. One that begins in the midst,
    `is {form}. Asked is a dict`, is two, as a full stop is put behind it."""
    text = re.sub(r"^\{\w+\}\s+(?=[A-Z(`])|(?<=[.?!])(\s*\{\w+\})+$", "", text.strip())
    first, stop, rest = text.partition(". ")
    if stop and first[:1].islower():
        yield from (*_pieces(first), *_pieces(f"{rest}."))
    elif _is_said(text):
        yield _distinct(text.rstrip(".") if text[:1].islower() else text)


def _is_said(text: str) -> bool:
    words = re.findall(r"[A-Za-z]+", HOLE.sub("", text))
    if not words:
        return re.match(r"`\{\w+\}` |\(\{\w+\}\)$", text) is not None
    if NO_PROSE.match(text) or text in INNER or (HOLE.search(text) and " " not in text):
        return False
    return not text.startswith("{") or max(map(len, words)) > 3


def _distinct(text: str) -> str:
    """Holes of one name are counted: `{name}`, `{name2}`."""
    seen: dict[str, int] = {}

    def numbered(hole: re.Match[str]) -> str:
        seen[hole[1]] = seen.get(hole[1], 0) + 1
        return hole[0] if seen[hole[1]] == 1 else f"{{{hole[1]}{seen[hole[1]]}}}"

    return HOLE.sub(numbered, text)


def holes(text: str) -> set[str]:
    """The names of a piece's holes."""
    return set(HOLE.findall(text))
