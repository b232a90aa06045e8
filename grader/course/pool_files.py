"""Pools: drawn questions with PyTorch's answers and the mistakes', as JSON, a file a lesson.

For practice, quizzes and question banks, none of which needs PyTorch then. `grader pools` writes
those whose exercises have changed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import torch

from grader.course.catalogue import HERE, digest_of
from grader.course.exercises import catalogue, file_of, lessons
from grader.course.key_files import processes, put
from grader.course.live_keys import FromPyTorch
from grader.judge.exercise import CaseByCase, Lesson, Part
from grader.judge.key import to_json
from grader.judge.same import alike

POOLS = HERE / "pools"
ANOTHER_PART = 50  # questions for each
SAME_ANSWER = 5  # questions at most, so that one number is seldom right
TRIES = 8  # draws for each question that is wanted
CODE = re.compile(r"\b(?:return|if|elif|else|for|range|append)\b|[+/=]=|=$|^//?$|\*\*|\[")
OF_CODE = re.compile(  # what is said to somebody who has written a function
    r"\b(?:loops?|range|turn of|[Bb]rackets|Print|[Ii]n Python|Python \w+s|slice)\b"
    r"|\b(?:[Yy]our|this) (?:code|function|condition)\b"
    r"|\byour answer (?:is|does not change|never changes)\b",
    re.IGNORECASE,
)
LEANS = re.compile(r"(?:That|This|Here|It|First|Both|So|Then|Make)\b")  # on the sentence before it


def write_pools(*names: str) -> list[Path]:
    """Write the pools of some lessons, or of all, that their exercises have outgrown; returns the
    paths of those that were written."""
    asked = [lesson.name for lesson in lessons() if not names or lesson.name in names]
    wanted = [name for name in asked if not is_fresh(name)]
    POOLS.mkdir(exist_ok=True)
    with processes() as workers:
        return list(workers.map(_write, wanted[::-1]))[::-1]  # the last take longest


def is_fresh(lesson: str) -> bool:
    """True if the pool on disk is made from these exercises, by this file."""
    path = POOLS / f"{lesson}.json"
    if not path.exists():
        return False
    return f'"made_from": "{_made_from(_lesson(lesson))}"' in path.read_text(encoding="utf-8")[:500]


def pool_of(lesson: Lesson) -> str:
    """The questions of one lesson as JSON."""
    head = {
        "lesson": lesson.name,
        "made_from": _made_from(lesson),
        "torch": torch.__version__.partition("+")[0],
    }
    topics = [found for each in lesson.exercises if (found := topic_of(each))]
    entries = ",\n".join(map(_in_lines, topics))
    return f'{json.dumps(head)[:-1]},\n"topics": [\n{entries}\n]}}\n'


def topic_of(exercise: Any, seed: str = "pool") -> dict[str, Any] | None:
    """The questions of one exercise; None if it has none, or one answer for all.

    `questions` are `[part, text, right answer, a wrong one for each mistake]`, where null stands
    for a mistake that does not show. Mistakes that no question tells apart are one.
    """
    if not isinstance(exercise, CaseByCase) or exercise.question is None:
        return None
    rows = list(_drawn(exercise, seed))
    if len({repr(right) for _, _, right, _ in rows}) < 2:
        return None
    told = [
        (number, mistake.name, sentence)
        for number, mistake in enumerate(exercise.mistakes)
        if not mistake.is_two and (sentence := without_code(mistake.sentence))
    ]
    columns: dict[str, tuple[int, str, str]] = {}
    for number, name, sentence in told:
        answers = [wrong[number] for *_, wrong in rows]
        if any(answer is not None for answer in answers):
            columns.setdefault(repr(answers), (number, name, sentence))
    kept = list(columns.values())
    return {
        "name": exercise.name,
        "parts": [part.name for part in exercise.parts],
        "mistakes": [[name, sentence] for _, name, sentence in kept],
        "questions": [
            [part, text, to_json(right), [to_json(wrong[number]) for number, *_ in kept]]
            for part, text, right, wrong in rows
        ],
    }


def topic_named(name: str, seed: str) -> dict[str, Any] | None:
    """More questions of an exercise, drawn from this word."""
    return topic_of(catalogue()[name], seed)


def without_code(sentence: str) -> str:
    """What is left of a mistake's sentence for somebody who has written no code."""
    kept = []
    for clause in re.split(r"(?<=[.?!)]) (?=[A-Z`(])", sentence):
        begin, colon, _ = clause.partition(": ")
        if not _is_of_code(clause):
            kept.append(clause)
        elif colon and not _is_of_code(begin):
            kept.append(f"{begin}.")
        elif not kept:
            kept.append("")  # the beginning is missing
    if kept[:1] == [""] and (len(kept) == 1 or LEANS.match(kept[1])):
        return ""
    return " ".join(filter(None, kept))


def _is_of_code(clause: str) -> bool:
    spans = re.findall(r"`([^`]*)`", clause)
    return any(map(CODE.search, spans)) or bool(OF_CODE.search(re.sub(r"`[^`]*`", "", clause)))


Row = tuple[int, str, Any, Sequence[Any]]  # part, text, right answer, a wrong one for each mistake


def _drawn(exercise: CaseByCase, seed: str) -> Iterator[Row]:
    """Questions of all parts, from the simplest, no two of them with the same words."""
    seen: set[str] = set()
    answers: Counter[str] = Counter()
    for number, part in enumerate(exercise.parts):
        left = ANOTHER_PART
        for case in _cases(part, Random(f"{seed}/{exercise.name}/{part.name}")):
            assert exercise.question is not None
            text = exercise.question(exercise.asked(case))
            if text in seen:
                continue
            seen.add(text)
            source = FromPyTorch(exercise, (case,), frozenset())
            right = source.expected[0]
            answers[repr(right)] += 1
            if answers[repr(right)] > SAME_ANSWER or _is_tiny(right):
                continue
            wrong = [_wrong(source, mistake) for mistake in range(len(exercise.mistakes))]
            yield number, text, right, [None if alike(w, right) else w for w in wrong]
            left -= 1
            if not left:
                break


def _cases(part: Part, random: Random) -> Iterator[Any]:
    yield from part.cases
    if part.draw is not None:
        for _ in range(TRIES * ANOTHER_PART):
            yield part.draw(random)


def _wrong(source: FromPyTorch, mistake: int) -> Any:
    """What the mistake answers; PyTorch's own answer where it has none that one could write."""
    right = source.expected[0]
    try:
        given = source.wrong(mistake, 0)
    except Exception:  # whatever PyTorch raises: it refuses the call
        return right
    return given if _has_form(given, right) else right


def _has_form(given: Any, right: Any) -> bool:
    """True for what somebody might write where this is the right answer."""
    if isinstance(right, tuple | list):
        return isinstance(given, tuple | list) and all(type(n) is int and n >= 0 for n in given)
    return type(given) in (int, float) and given == given and abs(given) < 1e300


def _is_tiny(right: Any) -> bool:
    """True for a number of which nobody writes three digits: is 0.00002 not 0?"""
    return isinstance(right, float) and 0 < abs(right) < 1e-3


def _made_from(lesson: Lesson) -> str:
    text = digest_of(file_of(lesson)) + Path(__file__).read_text(encoding="utf-8")
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _lesson(name: str) -> Lesson:
    return next(lesson for lesson in lessons() if lesson.name == name)


def _write(name: str) -> Path:
    path = POOLS / f"{name}.json"
    put(path, pool_of(_lesson(name)))
    return path


def _in_lines(topic: dict[str, Any]) -> str:
    dump = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    rows = ",\n  ".join(map(dump, topic["questions"]))
    head = ",\n ".join(f'"{name}": {dump(topic[name])}' for name in ("name", "parts", "mistakes"))
    return f'{{{head},\n "questions": [\n  {rows}\n ]}}'
