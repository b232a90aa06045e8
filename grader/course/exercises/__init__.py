"""Every exercise of the course, one file a lesson. PyTorch is needed from here on.

A lesson's file defines `LESSON`; nothing else has to be told about it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from grader.judge.exercise import Exercise, Lesson


@cache
def lessons() -> tuple[Lesson, ...]:
    """All lessons in the order of their names."""
    return tuple(sorted(_files(), key=lambda lesson: lesson.name))


@cache
def catalogue() -> dict[str, Exercise]:
    """All exercises by name."""
    return {exercise.name: exercise for lesson in lessons() for exercise in lesson.exercises}


def file_of(lesson: Lesson) -> Path:
    """The file that defines the lesson's exercises."""
    return _files()[lesson]


@cache
def _files() -> dict[Lesson, Path]:
    files = [import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__)]
    return {file.LESSON: Path(str(file.__file__)) for file in files}
