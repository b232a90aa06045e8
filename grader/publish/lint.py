"""The course checks itself: what is missing or wrong in the exercises and the lesson texts."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from grader.ask.beside import plain
from grader.ask.call import Outcome
from grader.course.exercises import lessons
from grader.judge.exercise import Design, Exercise, Function, Table
from grader.judge.same import same
from grader.judge.verdict import answer_key, judge, judge_outcomes, wrong_answers

DRAWS = 4  # drawn cases that must be calls PyTorch accepts


def complaints(root: Path | None = None) -> Iterator[str]:
    """One sentence for each thing that is wrong; none when the course is in order."""
    names = Counter(exercise.name for lesson in lessons() for exercise in lesson.exercises)
    yield from (f"{name}: two exercises have this name" for name, n in names.items() if n > 1)
    for lesson in lessons():
        for exercise in lesson.exercises:
            yield from (f"{exercise.name}: {what}" for what in _of_exercise(exercise))
    if root is not None:
        yield from _of_texts(root)


def summary() -> str:
    """How much there is: lessons, exercises, parts, cases, mistakes, hints."""
    exercises = [exercise for lesson in lessons() for exercise in lesson.exercises]
    functions = [exercise for exercise in exercises if isinstance(exercise, Function)]
    counts = {
        "lessons": len(lessons()),
        "exercises": len(exercises),
        "points": sum(exercise.points for exercise in exercises),
        "parts": sum(len(exercise.parts) for exercise in exercises),
        "cases": sum(len(part.cases) for function in functions for part in function.parts),
        "mistakes": sum(len(function.mistakes) for function in functions),
        "hints": sum(len(exercise.hints) for exercise in exercises),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items())


def _of_exercise(exercise: Exercise) -> Iterator[str]:
    if len(exercise.hints) < 2:
        yield "has fewer than two hints"
    if any(part.points < 1 for part in exercise.parts):
        yield "has a part without points"
    if judge(exercise, _starter(exercise)).verdict != "not attempted":
        yield "its starter is not 'not attempted'"
    if isinstance(exercise, Design):
        return
    if not inspect.getdoc(exercise.reference):
        yield "has no docstring"
    if _multiplies(exercise):
        yield "its reference computes with * / or %; ask PyTorch instead"
    if exercise.signature.parameters and len(exercise.mistakes) < 3:
        yield "has fewer than three mistakes"
    yield from _of_mistakes(exercise)
    yield from _of_draws(exercise)


def _starter(exercise: Exercise) -> Any:
    """What a student's cell holds before it is touched."""
    if isinstance(exercise, Design):
        return ...
    if isinstance(exercise, Table):
        return dict.fromkeys(exercise.keys, ...)

    def untouched(*_: Any, **__: Any) -> Any: ...

    return untouched


def _multiplies(function: Function) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function.reference)))
    forbidden = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
    return any(isinstance(n, ast.BinOp) and isinstance(n.op, forbidden) for n in ast.walk(tree))


def _of_mistakes(function: Function) -> Iterator[str]:
    expected = answer_key(function).expected
    sentences = Counter(mistake.sentence for mistake in function.mistakes)
    yield from (f"two mistakes say '{text[:40]}'" for text, n in sentences.items() if n > 1)
    for mistake in function.mistakes:
        answers = wrong_answers(function, mistake)
        result = judge_outcomes(
            function, [Outcome("value", plain(answer)) for answer in answers], untouched=False
        )
        if _alike(answers, expected):
            yield f"the mistake '{mistake.name}' is right in every case: add a case"
        elif result.mistake != mistake.name:
            yield f"the mistake '{mistake.name}' is reported as '{result.mistake}'"
    if not isinstance(function, Table):
        for one, other in combinations(function.mistakes, 2):
            if _alike(wrong_answers(function, one), wrong_answers(function, other)):
                yield f"no case separates the mistakes '{one.name}' and '{other.name}'"


def _alike(answers: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(same(plain(answer), other) for answer, other in zip(answers, others, strict=True))


def _of_draws(function: Function) -> Iterator[str]:
    """Drawn cases must be calls that PyTorch accepts, and that the mistakes' rules survive."""
    if isinstance(function, Table) or not function.signature.parameters:
        return
    for part in function.parts:
        if part.draw is None:
            yield f"the part '{part.name}' draws no hidden cases"
    for number in range(DRAWS):
        term = f"lint {number}"
        try:
            answer_key(function, term)
            for mistake in function.mistakes:
                wrong_answers(function, mistake, term)
        except Exception as error:
            yield f"a drawn case does not work: {type(error).__name__}: {error}"
            return


def _of_texts(root: Path) -> Iterator[str]:
    """Every lesson text holds exactly the exercises of its lesson."""
    from grader.publish.lesson import LessonError, read, texts

    for text in texts(root).values():
        try:
            read(text)
        except LessonError as error:
            yield str(error)
