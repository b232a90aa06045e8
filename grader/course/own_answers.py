"""The reader's own functions, read from the notebooks of the lessons next door.

A notebook's definitions are taken, and the cells of its exercises; its lecture does not run. A
function counts as the reader's own where the judge finds it right. Nothing here raises: what is
missing, broken, wrong or endless is a reason, and PyTorch answers in its place.
"""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from grader.ask.kernel import Call, ask
from grader.ask.plain import MODULES
from grader.course.catalogue import find, judge
from grader.judge.same import same

YOURS = "you"
OF_THE_COURSE = ("### BEGIN SOLUTION", "# SOLUTION")  # in model answers, which are nobody's own
UNDEFINED = "its cell does not run"
REASONS = {"correct": YOURS, "not attempted": "not written yet", "partly": "half right"}
CELL = 'style="text-align:left;vertical-align:top;padding:3px 12px 3px 0"'


@dataclass(frozen=True)
class Own:
    """One answer of the reader's: the value, if it is right, and what there is to say of it."""

    value: Any = None
    said: str = "no answer found"

    @property
    def is_right(self) -> bool:
        """True if the judge found nothing wrong with it."""
        return self.said == YOURS


@dataclass(frozen=True)
class Filled:
    """A value of a table, and who worked it out: `you`, or why it was PyTorch."""

    value: Any
    whose: str


class OwnAnswers:
    """What the reader's notebooks hold, by the names of the exercises."""

    def __init__(self, folder: str | Path = "..") -> None:
        """Read `01-linear/01-linear.ipynb` and the like in this folder."""
        self.lessons: dict[str, dict[str, Own]] = {}
        for path in sorted(Path(folder).glob("[0-9][0-9]-*/*.ipynb")):
            if path.stem == path.parent.name and (found := dict(_of_notebook(path))):
                self.lessons[path.stem] = found

    def __getitem__(self, name: str) -> Own:
        return next((own[name] for own in self.lessons.values() if name in own), Own())

    def call(self, exercise: str, *arguments: Any, **named: Any) -> Any:
        """What the reader's function says, as plain data; None where it is not right, or says
        nothing."""
        own = self[exercise]
        return ask(own.value, [Call(arguments, named)])[0].value if own.is_right else None

    def fill(self, exercise: str, from_pytorch: Any, *arguments: Any, **named: Any) -> Filled:
        """The answer to one call. Where the reader's function says something else than PyTorch,
        it is PyTorch's."""
        return self.agreed(exercise, self.call(exercise, *arguments, **named), from_pytorch)

    def agreed(self, exercise: str, said: Any, from_pytorch: Any) -> Filled:
        """PyTorch's value, and whether what the reader's function said is the same."""
        own = self[exercise]
        if own.is_right and not same(said, _plain(from_pytorch)):
            return Filled(from_pytorch, "right elsewhere, not here")
        return Filled(from_pytorch, own.said)

    def entry(self, exercise: str, key: str, from_pytorch: Any) -> Filled:
        """An entry of a dict that the reader filled in."""
        own = self[exercise]
        if own.is_right and key not in own.value:
            return Filled(from_pytorch, "not asked")
        return Filled(from_pytorch, own.said)

    def __repr__(self) -> str:
        if not self.lessons:
            return "No notebook of yours lies beside this one"
        answers = [own for lesson in self.lessons.values() for own in lesson.values()]
        right = sum(own.is_right for own in answers)
        return f"{right} of {len(answers)} answers in {len(self.lessons)} notebooks are yours"

    def _repr_html_(self) -> str:
        lines = [
            f"<tr><td {CELL}>{lesson}</td><td {CELL}>{escape(_listed(answers, True))}</td>"
            f"<td {CELL}>{escape(_listed(answers, False))}</td></tr>"
            for lesson, answers in self.lessons.items()
        ]
        head = "".join(f"<th {CELL}>{word}</th>" for word in ("lesson", "yours", "PyTorch fills"))
        table = f"<table><tr>{head}</tr>{''.join(lines)}</table>" if lines else ""
        return f"<p>{self!r}.</p>{table}"


def _listed(answers: Mapping[str, Own], right: bool) -> str:
    return ", ".join(
        name if right else f"{name} ({own.said})"
        for name, own in answers.items()
        if own.is_right == right
    )


def _plain(value: Any) -> Any:
    """As an answer comes back: lists for tuples."""
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _of_notebook(path: Path) -> Iterator[tuple[str, Own]]:
    """The names of a notebook's exercises, and what there is of each; none of a solved one."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for exercise, source in _cells(path):
        if not exercise:
            _run(f"<{path.stem}>", _definitions(source), names)
        elif any(mark in source for mark in OF_THE_COURSE):
            return
        elif found := find(exercise):
            _run(f"<{path.stem}, {exercise}>", source, names)
            yield exercise, _judged(found, names[exercise]) if exercise in names else Own(
                said=UNDEFINED
            )


def _judged(found: Any, value: Any) -> Own:
    try:
        verdict = judge(found, value).verdict
    except Exception:  # whatever a stranger's object does when it is looked at
        verdict = "error"
    said = REASONS.get(verdict, "not right yet")
    return Own(value if said == YOURS else None, said)


def _cells(path: Path) -> Sequence[tuple[str, str]]:
    """The code cells, each with the exercise that it answers or ''; none of a broken file."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return [
            (_exercise(cell), "".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _exercise(cell: Mapping[str, Any]) -> str:
    marks = cell.get("metadata", {}).get("nbgrader", {})
    return str(marks["grade_id"]).removesuffix("_answer") if marks.get("solution") else ""


def _definitions(source: str) -> str:
    """What a cell only defines: an answer may need it, and it costs nothing."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return "\n".join(ast.unparse(statement) for statement in body if _defines(statement))


def _defines(statement: ast.stmt) -> bool:
    match statement:
        case ast.FunctionDef() | ast.ClassDef():
            return True
        case ast.Import(names=names):
            return all(alias.name.partition(".")[0] in MODULES for alias in names)
        case ast.ImportFrom(module=str(module)):
            return module.partition(".")[0] in MODULES
        case ast.Assign(value=ast.Constant() | ast.Lambda() | ast.Tuple() | ast.List()):
            return True
    return False


def _run(file: str, source: str, names: dict[str, Any]) -> None:
    """Run a cell with a time limit, PyTorch and the course out of its reach. It may fail."""
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)

    def cell() -> None:
        exec(compile(source, file, "exec"), names)

    if source:
        ask(cell, [Call((), {})])
