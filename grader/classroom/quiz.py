"""A quiz on paper: questions of the pools, other numbers for each student, equally hard for all."""

from __future__ import annotations

import hashlib
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, zip_longest
from random import Random
from typing import Any, TypeVar

from grader.judge.errors import CourseError
from grader.judge.same import alike
from grader.practice.pool import Mistake, Question, Topic, topic, topics
from grader.practice.session import known_topics
from grader.practice.tutor import crowd

ENOUGH = 5  # different questions for a slot, and slots for a part
MANY = 2 * ENOUGH  # questions, so that neighbours seldom share one
TOO_HEAVY = 10_000_000  # for paper
RANGE = 0.5  # decades above and below the median
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # of codes: no words, and nothing that a spreadsheet reckons with

T = TypeVar("T")


@dataclass(frozen=True)
class Slot:
    """A place of the quiz: whatever a student is asked there is as hard as another's."""

    topic: str
    part: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Sheet:
    """One student's questions; `student` is "" on pages that anybody may take."""

    student: str
    name: str
    code: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Quiz:
    """All that was asked."""

    seed: str
    title: str
    slots: tuple[tuple[str, str], ...]  # topic and part
    mistakes: Mapping[str, Sequence[Mistake]]  # of each topic
    sheets: tuple[Sheet, ...]


def chosen(words: Sequence[str]) -> list[str]:
    """The topics of these lessons (`05`, `05-conv1d`) and topics, in the course's order.

    Raises:
        CourseError: if a word names neither, or there is none.
    """
    found: set[str] = set()
    lessons = topics()
    for word in filter(None, map(str.strip, words)):
        number = f"{word.zfill(2)}-"
        of_lesson = {
            n for n, lesson in lessons.items() if lesson == word or lesson.startswith(number)
        }
        found.update(of_lesson or known_topics([word]))
    if not found:
        raise CourseError("Name the lessons or topics of the quiz, for instance `--topics 05,06`.")
    return [name for name in lessons if name in found]


def make_quiz(
    names: Sequence[str], questions: int, students: Sequence[tuple[str, str]], seed: str
) -> Quiz:
    """The quiz of these topics for these students, each an id and a name.

    Raises:
        CourseError: if the topics have not so many questions.
    """
    asked = slots(names, questions, seed)
    sheets = tuple(_sheet(asked, student, name, seed) for student, name in students)
    mistakes = {slot.topic: _pool(slot.topic).mistakes for slot in asked}
    lesson_of = topics()
    lessons = dict.fromkeys(lesson_of[slot.topic] for slot in asked)
    title = ", ".join(lesson.replace("-", " ") for lesson in lessons)
    return Quiz(seed, title, tuple((s.topic, s.part) for s in asked), mistakes, sheets)


def slots(names: Sequence[str], questions: int, seed: str) -> list[Slot]:
    """The places of a quiz: spread over lessons, topics and parts, in the course's order.

    Raises:
        CourseError: if the topics have not so many questions.
    """
    random = Random(f"{seed}/slots")
    pairs = list(_pairs(names, random))
    most = ENOUGH * len(pairs)
    if not 1 <= questions <= most:
        raise CourseError(f"A quiz of these topics has 1 to {most} questions, not {questions}.")
    order = list(topics())
    asked = sorted(
        islice(cycle(pairs), questions), key=lambda pair: (order.index(pair[0]), pair[1])
    )
    return [_slot(name, part, random) for name, part in asked]


def answers_of_mistakes(
    question: Question, mistakes: Sequence[Mistake]
) -> list[tuple[Any, list[str]]]:
    """Each wrong answer with the names of the mistakes that give it, the usual ones first."""
    found: list[tuple[Any, list[str]]] = []
    for number in question.showing:
        answer, name = question.wrong[number], mistakes[number].name
        names = next((names for other, names in found if alike(answer, other)), None)
        if names is None:
            found.append((answer, [name]))
        else:
            names.append(name)
    return found


def explained(answered: Sequence[tuple[Question, Any]]) -> list[set[int]]:
    """The mistakes that explain each of one student's answers in one topic; of several, those that
    the other answers speak for."""
    disproved: set[int] = set()
    giving = []
    for question, given in answered:
        if alike(given, question.right):
            disproved.update(question.showing)
            giving.append(set[int]())
        else:
            giving.append({m for m in question.showing if alike(given, question.wrong[m])})
    left = [each - disproved or each for each in giving]
    wrong = [each for each in left if each]
    common = set.intersection(*wrong) if wrong else set()
    return [each & common or each for each in left]


def _pairs(names: Sequence[str], random: Random) -> Iterator[tuple[str, int]]:
    """Every topic and part once, in the order in which a quiz takes them: a topic of each lesson
    in turn, and a second part of a topic when all topics have had one."""
    by_lesson: dict[str, list[str]] = {}
    lessons = topics()
    for name in random.sample(names, len(names)):
        by_lesson.setdefault(lessons[name], []).append(name)
    turns = [name for turn in zip_longest(*by_lesson.values()) for name in turn if name]
    parts = {}
    for name in turns:
        questions = _pool(name).questions
        usable = _often(q.part for q in questions if _is_light(q)) or _often(
            q.part for q in questions
        )
        parts[name] = random.sample(usable, len(usable))
    for turn in zip_longest(*parts.values()):
        for name, part in zip(parts, turn, strict=True):
            if part is not None:
                yield name, part


def _slot(name: str, part: int, random: Random) -> Slot:
    """A slot with the more telling half of the part's questions that are equally hard."""
    pool = _pool(name)
    questions = _equally_hard([each for each in pool.questions if each.part == part], random)
    mistakes = range(len(pool.mistakes))
    telling = sorted(questions, key=lambda question: crowd(question, mistakes))
    return Slot(name, pool.parts[part], tuple(telling[: max(len(telling) // 2, MANY)]))


def _equally_hard(questions: Sequence[Question], random: Random) -> list[Question]:
    """Questions in the same words, whose answers are about as large."""
    light = [question for question in questions if _is_light(question)]
    questions = light if len(light) >= ENOUGH else questions
    forms = _often(map(_form, questions), MANY) or _often(map(_form, questions))
    if forms:
        form = random.choice([f for f in map(_form, questions) if f in forms])
        questions = [question for question in questions if _form(question) == form]
    if isinstance(questions[0].right, tuple):
        return list(questions)
    middle = math.log10(statistics.median(_size(question.right) for question in questions))
    distance = {q.text: abs(math.log10(_size(q.right)) - middle) for q in questions}
    nearest = sorted(questions, key=lambda question: distance[question.text])
    near = sum(distance[question.text] <= RANGE for question in questions)
    return nearest[: max(near, ENOUGH)]


def _form(question: Question) -> tuple[str, int]:
    """What two questions share that differ in their numbers only."""
    entries = len(question.right) if isinstance(question.right, tuple) else 0
    return re.sub(r"\d+(?:[.,]\d+)*", "#", question.text), entries


def _often(things: Iterable[T], times: int = ENOUGH) -> list[T]:
    """What is there often enough, in order."""
    return [thing for thing, count in Counter(things).items() if count >= times]


def _is_light(question: Question) -> bool:
    return isinstance(question.right, tuple) or _size(question.right) <= TOO_HEAVY


def _size(right: float) -> float:
    return max(1.0, abs(right))


def _sheet(asked: Sequence[Slot], student: str, name: str, seed: str) -> Sheet:
    taken: list[Question] = []
    for number, slot in enumerate(asked, start=1):
        random = Random(f"{seed}/{student}/{number}")
        others = [question for question in slot.questions if question not in taken]
        taken.append(random.choice(others))
    return Sheet(student, name, _code(seed, student, taken), tuple(taken))


def _code(seed: str, student: str, questions: Sequence[Question]) -> str:
    """Four letters that stand for this page."""
    text = "\n".join([seed, student, *(question.text for question in questions)])
    left = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    return "".join(LETTERS[left // len(LETTERS) ** place % len(LETTERS)] for place in range(4))


def _pool(name: str) -> Topic:
    found = topic(name)
    assert found is not None
    return found
