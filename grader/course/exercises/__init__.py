"""Every exercise of the course, one file a lesson. PyTorch is needed from here on.

A lesson's file defines `LESSON`; nothing else has to be told about it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from grader.judge.exercise import Exercise, Lesson


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in the order of their names."""
    files = (import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__))
    found: list[Lesson] = [file.LESSON for file in files]
    return tuple(sorted(found, key=lambda lesson: lesson.name))


@cache
def catalogue() -> dict[str, Exercise]:
    """All exercises by name."""
    return {exercise.name: exercise for lesson in lessons() for exercise in lesson.exercises}
