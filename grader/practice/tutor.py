"""What to ask next of a topic, and what an answer tells of who gave it.

A learner is taken to hold at most one of the topic's mistakes. Each question is the one whose
answers tell most of those apart that have not been ruled out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from grader.judge.same import alike
from grader.practice.pool import Mistake, Question, Topic, more


@dataclass(frozen=True)
class Heard:
    """What an answer tells."""

    right: bool
    mistake: Mistake | None = None  # what it is to be put down to
    doubtful: bool = False  # several explain it


class Tutor:
    """Asks of one topic."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.left = list(topic.questions)
        self.possible = set(range(len(topic.mistakes)))  # what has not been ruled out
        self.suspects: set[int] = set()  # what explains the last wrong answers
        self.rounds = 0

    def next(self) -> Question:
        """The question to ask now."""
        if not self.left:
            self.rounds += 1
            again = more(self.topic.name, f"more {self.rounds}") or self.topic.questions
            self.left = list(again)
        suspected = [q for q in self.left if self.suspects & q.showing]
        if suspected:
            everything = range(len(self.topic.mistakes))
            return min(suspected, key=lambda q: (crowd(q, self.suspects), crowd(q, everything)))
        if any(self.possible & question.showing for question in self.left):
            return min(self.left, key=lambda question: crowd(question, self.possible, nobody=1))
        return Random(f"{self.topic.name} {len(self.left)}").choice(self.left)

    def hear(self, question: Question, answer: Any) -> Heard:
        """Take in the answer to a question."""
        if question in self.left:
            self.left.remove(question)
        if alike(answer, question.right):
            self.possible -= question.showing
            self.suspects -= question.showing
            return Heard(True)
        giving = {m for m in question.showing if alike(answer, question.wrong[m])}
        self.suspects = (self.suspects & giving) or giving
        self.possible |= giving
        least = next(filter(self._supposes_least, sorted(self.suspects)), None)
        told = None if least is None else self.topic.mistakes[least]
        return Heard(False, told, doubtful=len(self.suspects) > 1)

    def _supposes_least(self, mistake: int) -> bool:
        """True if each other suspect gives this mistake's answers wherever it shows, and more
        wrong ones elsewhere. "You counted the weights only" is true of both."""
        shows = [question for question in self.topic.questions if mistake in question.showing]
        return all(
            alike(question.wrong[other], question.wrong[mistake])
            for other in self.suspects - {mistake}
            for question in shows
        )


def crowd(question: Question, mistakes: Iterable[int], nobody: int = 0) -> int:
    """How badly a question tells these mistakes apart: the sum of the squares of how many give
    one answer.

    Args:
        nobody: 1 if somebody without a mistake, who gives the right answer, is to be told, too.
    """
    sizes = Counter(map(question.groups.__getitem__, mistakes))
    sizes[0] += nobody
    return sum(size * size for size in sizes.values())
