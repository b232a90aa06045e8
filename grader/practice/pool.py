"""The pools as practice reads them: questions with PyTorch's answers, and no PyTorch."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from grader.judge.key import from_json

POOLS = Path(__file__).parents[1] / "course" / "pools"


@dataclass(frozen=True)
class Mistake:
    """A misconception and what to say to somebody who has it."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Question:
    """One question of a topic, with what each of its mistakes answers."""

    topic: str
    part: int
    text: str
    right: Any
    wrong: tuple[Any, ...]  # as many as the topic has mistakes; None where one does not show

    @cached_property
    def showing(self) -> frozenset[int]:
        """The mistakes that show in this question, by number."""
        return frozenset(n for n, answer in enumerate(self.wrong) if answer is not None)

    @cached_property
    def groups(self) -> tuple[int, ...]:
        """Mistakes that give one answer have one number; 0 for those that do not show."""
        seen: dict[str, int] = {"None": 0}
        return tuple(seen.setdefault(repr(answer), len(seen)) for answer in self.wrong)


@dataclass(frozen=True)
class Topic:
    """What an exercise of the course asks, as questions, from the simplest part to the hardest."""

    name: str
    lesson: str
    parts: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    questions: tuple[Question, ...]

    @cached_property
    def chance(self) -> float:
        """How often somebody is right who always gives the commonest answer."""
        answers = Counter(repr(question.right) for question in self.questions)
        return max(answers.values()) / len(self.questions)


@cache
def topics() -> Mapping[str, str]:
    """The lesson of each topic, in the order of the course."""
    return {name: lesson for lesson, text in _texts().items() for name in _names(text)}


@cache
def topic(name: str) -> Topic | None:
    """The topic of this name; None if there is none."""
    lesson = topics().get(name)
    return None if lesson is None else _of_lesson(lesson)[name]


def more(name: str, seed: str) -> tuple[Question, ...]:
    """Questions beyond the pool, with PyTorch; none where it is missing."""
    try:
        from grader.course.pool_files import topic_named
    except ImportError:
        return ()
    entry, known = topic_named(name, seed), topic(name)
    if entry is None or known is None:
        return ()
    drawn = _topic(entry, known.lesson)
    place = {mistake.name: number for number, mistake in enumerate(drawn.mistakes)}
    asked = {question.text for question in known.questions}
    return tuple(
        Question(
            *(name, question.part, question.text, question.right),
            tuple(
                question.wrong[place[mistake.name]] if mistake.name in place else None
                for mistake in known.mistakes
            ),
        )
        for question in drawn.questions
        if question.text not in asked
    )


@cache
def _texts() -> Mapping[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(POOLS.glob("*.json"))}


def _names(text: str) -> list[str]:
    return re.findall(r'^\{"name": "(\w+)"', text, re.MULTILINE)


@cache
def _of_lesson(lesson: str) -> Mapping[str, Topic]:
    entries = json.loads(_texts()[lesson])["topics"]
    return {entry["name"]: _topic(entry, lesson) for entry in entries}


def _topic(entry: Mapping[str, Any], lesson: str) -> Topic:
    name = entry["name"]
    questions = (
        Question(name, part, text, from_json(right), tuple(map(from_json, wrong)))
        for part, text, right, wrong in entry["questions"]
    )
    mistakes = (Mistake(*each) for each in entry["mistakes"])
    return Topic(name, lesson, tuple(entry["parts"]), tuple(mistakes), tuple(questions))
