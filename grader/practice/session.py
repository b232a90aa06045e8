"""A round of practice: which topic comes next, what is said of an answer, what is remembered."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from grader.judge.errors import CourseError
from grader.judge.words import with_commas
from grader.practice import mastery
from grader.practice.answers import LETTERS, options_of, read
from grader.practice.pool import Question, Topic, topic, topics
from grader.practice.store import Record
from grader.practice.tutor import Tutor


@dataclass(frozen=True)
class Feedback:
    """What is said of one answer."""

    right: bool
    sentences: tuple[str, ...]


class Session:
    """Asks one question after the other, of these topics or of what is due."""

    def __init__(
        self, names: Sequence[str], record: Record, choices: bool = False, today: date | None = None
    ) -> None:
        self.record, self.choices = record, choices
        self.today = today or date.today()
        self.named = bool(names)
        self.queue = known_topics(names) if names else due(record, self.today)
        self.tutors: dict[str, Tutor] = {}
        self.question: Question | None = None
        self.options: list[Any] | None = None
        self.asked = self.right = 0
        self.ask()

    def ask(self) -> None:
        """Choose the next question; None when nothing is left to ask."""
        if not self.queue:
            self.question = None
            return
        name = self.queue[0]
        tutor = self.tutors.setdefault(name, Tutor(_topic(name)))
        self.question = tutor.next()
        self.options = options_of(self.question) if self.choices else None

    def answer(self, typed: str) -> Feedback:
        """Take what was typed, remember it, and go on to the next question.

        Raises:
            UnreadableError: if it is no answer; the question stays.
        """
        question = self.question
        assert question is not None
        given = read(typed, question, self.options)
        heard = self.tutors[question.topic].hear(question, given)
        self.asked += 1
        self.right += heard.right
        certain = heard.mistake.name if heard.mistake and not heard.doubtful else ""
        became = self._remember(question, heard.right, certain)
        if heard.right:
            sentences = [f"{said(given)} is right.", *([became] if became else [])]
            self._turn(question.topic)
        else:
            sentences = [f"You think: {said(given)}. PyTorch: {said(question.right)}."]
            if heard.mistake:
                sentences.append(heard.mistake.sentence)
            elif heard.doubtful:
                sentences.append("There is more than one way to this answer; the next one tells.")
        self.ask()
        return Feedback(heard.right, tuple(sentences))

    def _remember(self, question: Question, right: bool, mistake: str) -> str:
        """Write the answer down; returns what is new of the topic, or ''."""
        name = question.topic
        before = self.record.topics.get(name, mastery.Standing())
        chance = 1 / len(self.options) if self.options else _topic(name).chance
        row = mastery.needed(chance)
        now = mastery.after(before, right, mistake, row, self.today)
        self.record.topics[name] = now
        self.record.save()
        if now.known > before.known:
            days = (now.due - self.today).days if now.due else 0
            when = "tomorrow" if days == 1 else f"in {days} days"
            return f"You know this now: it comes back {when}."
        if not now.known and right:
            return f"{now.in_a_row} of {row} in a row."
        return ""

    def _turn(self, name: str) -> None:
        """The next topic's turn. What is known leaves, unless it was asked for by name."""
        self.queue.remove(name)
        standing = self.record.topics[name]
        if self.named or not standing.known:
            self.queue.append(name)

    @property
    def farewell(self) -> str:
        """What is said at the end."""
        if not self.asked:
            return nothing_due(self.record, self.today)
        questions = "question" if self.asked == 1 else "questions"
        return f"{self.right} of {self.asked} {questions} right. No marks depend on it."


def due(record: Record, today: date) -> list[str]:
    """The topics to practise now: those known that come back, the longest due first, then those
    met and not known, in the course's order. What has not been met stays out."""
    standings = {name: record.topics.get(name, mastery.Standing()) for name in met(record)}
    back = [name for name, each in standings.items() if each.is_due(today)]
    learning = [name for name, each in standings.items() if not each.known]
    return [*sorted(back, key=lambda name: standings[name].due or today), *learning]


def met(record: Record) -> list[str]:
    """The topics that were practised, or whose exercise was checked, in the course's order."""
    return [name for name in topics() if name in record.topics or name in record.points]


def nothing_due(record: Record, today: date) -> str:
    """Why there is nothing to ask, and what to do instead."""
    first = next(iter(topics()), None)
    if first is None:
        return "There are no questions here. They come with the course's package: see README.md."
    dates = [each.due for name, each in record.topics.items() if each.due and name in topics()]
    if not dates:
        return f"You have met no topic yet. Begin with `practice({first!r})`."
    return f"Nothing is due before {min(dates):%A, %d %B}."


def known_topics(names: Sequence[str]) -> list[str]:
    """The same names.

    Raises:
        CourseError: if one is no topic.
    """
    for name in names:
        if name not in topics():
            close = difflib.get_close_matches(name, topics(), n=1, cutoff=0.4)
            nearest = f" Did you mean `{close[0]}`?" if close else ""
            raise CourseError(f"There are no questions of `{name}`.{nearest}")
    return list(dict.fromkeys(names))


def said(value: Any) -> str:
    """An answer as a sentence has it."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.6g}"
    return with_commas(int(value) if isinstance(value, float) else value)


def lettered(options: Sequence[Any]) -> str:
    """Options in a line: `a) 432   b) 448`."""
    pairs = zip(LETTERS, options, strict=False)
    return "   ".join(f"{letter}) {said(option)}" for letter, option in pairs)


def _topic(name: str) -> Topic:
    found = topic(name)
    assert found is not None
    return found
