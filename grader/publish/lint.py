"""The course checks itself: what is missing or wrong in the exercises and the lesson texts."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.ask.kernel import Outcome
from grader.ask.run import plain
from grader.course.catalogue import judge
from grader.course.exercises import lessons
from grader.course.live_keys import live_key
from grader.course.pytorch import on_meta
from grader.judge.exercise import Asked, CaseByCase, Design, Exercise, Table
from grader.judge.key import Key
from grader.judge.same import same
from grader.judge.verdict import judge_outcomes
from grader.practice.pool import topics
from grader.publish import names, slides
from grader.publish.install_cell import written
from grader.publish.lesson import read, texts
from grader.publish.minutes import MOST_MINUTES, code_lines, spent
from grader.publish.myst import LessonError, mistake_in

MOST_LINES = 15  # of code in a cell of a lesson
FIRST_PRACTISED = "05"
PRACTICE = re.compile(r'"(\w+)"')  # the topics in `practice("linear_params", "relu")`
DRAWS = 4  # drawn cases that must be calls PyTorch accepts
PRAISES = re.compile(  # untrue where another mistake stands beside it
    r"^right\b|\b(?:is|are|was|nearly|almost) (?:all )?(?:right|correct)\b|\bright (?:for|but)\b",
    re.IGNORECASE,
)


def complaints(root: Path | None = None, only: Sequence[str] = ()) -> Iterator[str]:
    """One sentence for each thing that is wrong; none when the course is in order.

    Args:
        only: the names of lessons; all if empty.
    """
    names = Counter(exercise.name for lesson in lessons() for exercise in lesson.exercises)
    yield from (f"{name}: two exercises have this name" for name, n in names.items() if n > 1)
    for lesson in lessons():
        for exercise in lesson.exercises if not only or lesson.name in only else ():
            yield from (f"{exercise.name}: {what}" for what in of_exercise(exercise))
    if root is not None:
        yield from _of_texts(root, only)


def summary() -> str:
    """How much there is: lessons, exercises, parts, cases, mistakes, hints; what never asks, and
    which answers hold by definition."""
    exercises = [exercise for lesson in lessons() for exercise in lesson.exercises]
    judged = [exercise for exercise in exercises if isinstance(exercise, CaseByCase)]
    counts = {
        "lessons": len(lessons()),
        "exercises": len(exercises),
        "points": sum(exercise.points for exercise in exercises),
        "parts": sum(len(exercise.parts) for exercise in exercises),
        "cases": sum(len(part.cases) for exercise in judged for part in exercise.parts),
        "mistakes": sum(len(exercise.mistakes) for exercise in judged),
        "hints": sum(len(exercise.hints) for exercise in exercises),
    }
    silent = {exercise.name: list(silent_rules(exercise)) for exercise in judged}
    defined = [exercise.name for exercise in judged if exercise.by_definition]
    return "\n".join(
        [
            *(f"{name}: never ask: {', '.join(rules)}" for name, rules in silent.items() if rules),
            *([f"by definition: {', '.join(defined)}"] if defined else []),
            ", ".join(f"{count} {what}" for what, count in counts.items()),
        ]
    )


def silent_rules(exercise: CaseByCase) -> Iterator[str]:
    """Mistakes that never ask `a(...)`, so that no second mistake can be found in them.

    Only exercises with whole numbers and shapes are looked at, as only these have two at once.
    """
    key = live_key(exercise)
    if not exercise.is_called or not _whole(key.expected):
        return
    for mistake in exercise.mistakes:
        asked: list[Any] = []

        def ask(asked: list[Any] = asked, **arguments: Any) -> Any:
            asked.append(arguments)
            return exercise.reference(**arguments)

        for case in key.cases:
            on_meta(mistake.rule, {"a": Asked(ask, exercise.all_arguments(case))})
        if not asked and not mistake.is_two:
            yield mistake.name


def _whole(value: Any) -> bool:
    return all(map(_whole, value)) if isinstance(value, list | tuple) else isinstance(value, int)


def of_exercise(exercise: Exercise) -> Iterator[str]:
    """What is missing or wrong in one exercise, a sentence each."""
    if len(exercise.hints) < 2:
        yield "has fewer than two hints"
    if any(part.points < 1 for part in exercise.parts):
        yield "has a part without points"
    if isinstance(exercise, Design):
        if judge(exercise, ...).verdict != "not attempted":
            yield "its starter is not 'not attempted'"
        return
    assert isinstance(exercise, CaseByCase)
    key = live_key(exercise)
    if judge(key, _starter(exercise)).verdict != "not attempted":
        yield "its starter is not 'not attempted'"
    if not inspect.getdoc(exercise.reference):
        yield "has no docstring"
    if _multiplies(exercise) and not exercise.by_definition:
        yield "its reference computes with * / or %; ask PyTorch instead"
    if exercise.by_definition and not _multiplies(exercise):
        yield "is marked `by_definition`, but its reference asks PyTorch alone"
    if exercise.signature.parameters and len(exercise.mistakes) < 3:
        yield "has fewer than three mistakes"
    yield from _of_mistakes(key)
    yield from _of_draws(exercise)


def _starter(exercise: CaseByCase) -> Any:
    """What a student's cell holds before it is touched."""
    if isinstance(exercise, Table):
        return dict.fromkeys(exercise.keys, ...)

    def untouched(*_: Any, **__: Any) -> Any: ...

    return untouched


def _multiplies(exercise: CaseByCase) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference)))
    forbidden = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, forbidden) for n in ast.walk(tree))


def _of_mistakes(key: Key) -> Iterator[str]:
    exercise = key.exercise
    sentences = Counter(mistake.explanation for mistake in exercise.mistakes)
    yield from (f"two mistakes say '{text[:40]}'" for text, n in sentences.items() if n > 1)
    answers = [
        [plain(key.source.wrong(number, case)) for case in range(len(key.cases))]
        for number in range(len(exercise.mistakes))
    ]
    for mistake, given in zip(exercise.mistakes, answers, strict=True):
        outcomes = [Outcome("value", answer) for answer in given]
        result = judge_outcomes(key, outcomes, untouched=False)
        if _alike(given, key.expected):
            yield f"the mistake '{mistake.name}' is right in every case: add a case"
        elif result.mistakes != (mistake.name,):
            yield f"the mistake '{mistake.name}' is reported as {result.mistakes}"
        if PRAISES.search(mistake.sentence):
            yield f"the sentence of '{mistake.name}' praises: what is right goes into `praise`"
    if exercise.is_called:
        named = zip(exercise.mistakes, answers, strict=True)
        for (one, ones), (other, others) in combinations(named, 2):
            if _alike(ones, others):
                yield f"no case separates the mistakes '{one.name}' and '{other.name}'"


def _alike(answers: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(same(answer, other) for answer, other in zip(answers, others, strict=True))


def _of_draws(exercise: CaseByCase) -> Iterator[str]:
    """Drawn cases must be calls that PyTorch accepts, and that the mistakes' rules survive."""
    if not exercise.is_called or not exercise.signature.parameters:
        return
    for part in exercise.parts:
        if part.draw is None:
            yield f"the part '{part.name}' draws no hidden cases"
    for number in range(DRAWS):
        try:
            key = live_key(exercise, f"lint {number}")
            for mistake in range(len(exercise.mistakes)):
                for case in range(len(key.cases)):
                    key.source.wrong(mistake, case)
        except Exception as error:
            yield f"a drawn case does not work: {type(error).__name__}: {error}"
            return


def _of_texts(root: Path, only: Sequence[str]) -> Iterator[str]:
    """Every lesson text holds exactly the exercises of its lesson, and keeps names apart."""
    try:
        found, decks = texts(root), texts(root, "slides")
    except LessonError as error:
        yield str(error)
        return
    for text in (found[name] for name in found if not only or name in only):
        try:
            notebook = read(text)
        except LessonError as error:
            yield str(error)
            continue
        notebook.cells = written(notebook.cells)  # no author answers for the first one
        yield from names.complaints(text, notebook)
        yield from _too_long(text, notebook)
        yield from _unpractised(text, notebook)
    for deck in (decks[name] for name in decks if not only or name in only):
        try:
            slides.read(deck)
        except LessonError as error:
            yield str(error)


def _unpractised(text: Path, notebook: NotebookNode) -> Iterator[str]:
    """From lesson 05 on, the cell below the imports asks two questions of earlier lessons."""
    if text.stem < FIRST_PRACTISED:
        return
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    asked = PRACTICE.findall(code[1].source)
    if len(asked) < 2:
        cure = 'write `practice("...", "...")` with topics of the lessons that it builds on'
        yield str(mistake_in(text, code[1], "asks no two practice questions", cure))
    for name in asked:
        lesson = topics().get(name, "")
        if not "" < lesson < text.stem:
            cure = "take a topic of an earlier lesson"
            yield str(mistake_in(text, code[1], f"practises `{name}`", cure))


def _too_long(text: Path, notebook: NotebookNode) -> Iterator[str]:
    if (taken := spent(notebook)) > MOST_MINUTES:  # before it is rounded
        cure = "move what is too much to a section '## Bonus:'"
        yield f"{text.name}: takes {taken:.1f} minutes; {cure}."
    for cell in notebook.cells:
        is_exercise = "exercise" in cell.metadata.get("tags", [])
        lines = len(code_lines(cell.source))
        if cell.cell_type == "code" and not is_exercise and lines > MOST_LINES:
            cure = "cut it in two, or move the builder into the package"
            yield str(mistake_in(text, cell, f"has {lines} lines of code", cure))
