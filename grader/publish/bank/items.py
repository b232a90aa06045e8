"""The questions of a bank, before any format: numbers to type, and options to choose from.

A wrong answer stands here only where one mistake alone gives it, so that its sentence is true.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grader.judge.same import BY_HAND, alike
from grader.practice.pool import Question, Topic, topic, topics
from grader.practice.session import known_topics

COURSE = "Every Layer Counts"
MOST = 10  # of each kind, for each part of a topic
WRONG_OPTIONS = 4  # at most


@dataclass(frozen=True)
class Wrong:
    """The answer of one mistake, and what to say to somebody who gives it."""

    answer: Any
    sentence: str

    @property
    def margin(self) -> float:
        """Half of what is right by hand, so that no number is within two margins."""
        return _margin(self.answer) / 2


@dataclass(frozen=True)
class Item:
    """One question with its right answer; for some wrong ones, what to say."""

    category: tuple[str, ...]  # course, lesson, topic, part
    text: str  # with backticks around code
    right: Any
    wrong: tuple[Wrong, ...]
    kind: ClassVar[str]

    @property
    def identifier(self) -> str:
        """The same for the same question each time, and a name in XML."""
        return identifier(self.kind, self.category[2], self.text)

    @property
    def title(self) -> str:
        """The question in a line, for lists."""
        return textwrap.shorten(self.text.replace("`", ""), 100, placeholder=" ...")


class Numerical(Item):
    """A number to type; all explained wrong answers are recognised."""

    kind = "number"

    @property
    def margin(self) -> float:
        """How far from the right answer is right, too."""
        return _margin(self.right)


class Choice(Item):
    """The right answer among up to four wrong ones."""

    kind = "choice"

    @property
    def options(self) -> list[tuple[Any, str]]:
        """All answers in their order, each with its sentence; '' for the right one."""
        pairs = [(self.right, ""), *((each.answer, each.sentence) for each in self.wrong)]
        return sorted(pairs, key=lambda pair: pair[0])


def identifier(*words: str) -> str:
    """A short name of these words that XML and all systems take."""
    text = "\n".join(words)
    return f"elc-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


def topics_named(names: Sequence[str]) -> list[Topic]:
    """The topics of these names and lessons (`05` or `05-conv1d`), or all, in the course's order.

    Raises:
        CourseError: if one is neither.
    """
    lessons = {word for lesson in topics().values() for word in (lesson, lesson.partition("-")[0])}
    known_topics([name for name in names if name not in lessons])
    wanted = set(names)
    found = (
        topic(name)
        for name, lesson in topics().items()
        if not names or wanted & {name, lesson, lesson.partition("-")[0]}
    )
    return [each for each in found if each is not None]


def items_of(topic: Topic) -> list[Item]:
    """The questions of a topic, part after part, in each the numbers before the choices."""
    return [item for part in range(len(topic.parts)) for item in _of_part(topic, part)]


def explained(topic: Topic, question: Question) -> tuple[Wrong, ...]:
    """The wrong answers that one mistake alone gives, no two alike and none alike to the right.

    Mistakes that have one sentence are one.
    """
    said_of: dict[tuple[type, Any], set[str]] = {}  # more is near 24.0 than 24
    for number in question.showing:
        answer = question.wrong[number]
        sentence = topic.mistakes[number].sentence
        said_of.setdefault((type(answer), answer), set()).add(sentence)
    found: list[Wrong] = []
    for _, answer in said_of:
        near = (said for (_, each), said in said_of.items() if _near(each, answer))
        sentences = set().union(*near)
        given = (question.right, *(each.answer for each in found))
        if len(sentences) == 1 and not any(_near(answer, each) for each in given):
            found.append(Wrong(answer, *sentences))
    return tuple(found)


def _of_part(topic: Topic, part: int) -> list[Item]:
    """Those that tell most mistakes apart, in the pool's order; each is asked in one way only."""
    category = (COURSE, topic.lesson, topic.name, topic.parts[part])
    asked = {each: explained(topic, each) for each in topic.questions if each.part == part}
    numbers: list[Question] = []
    choices: list[Question] = []
    for question in sorted(asked, key=lambda each: -len(asked[each])):
        is_number = not isinstance(question.right, tuple)
        kinds = [numbers] * is_number + [choices] * (len(asked[question]) >= 2)
        kind = min(kinds, key=len, default=None)
        if kind is not None and len(kind) < MOST:
            kind.append(question)
    shown: Counter[str] = Counter()
    return [
        *(Numerical(category, q.text, q.right, asked[q]) for q in asked if q in numbers),
        *(
            Choice(category, q.text, q.right, _least_shown(asked[q], shown))
            for q in asked
            if q in choices
        ),
    ]


def _least_shown(wrong: Iterable[Wrong], shown: Counter[str]) -> tuple[Wrong, ...]:
    """As many as there are options, so that a part shows every mistake about as often."""
    chosen = sorted(wrong, key=lambda each: shown[each.sentence])[:WRONG_OPTIONS]
    shown.update(each.sentence for each in chosen)
    return tuple(chosen)


def _near(one: Any, other: Any) -> bool:
    """Alike, whichever is expected: where one is a float, that one."""
    if isinstance(other, float):
        return alike(one, other)
    return alike(other, one) if isinstance(one, float) else bool(one == other)


def _margin(answer: Any) -> float:
    return BY_HAND * abs(answer) if isinstance(answer, float) else 0
