"""Questions and what is said of answers, as cards and as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from grader.judge.report import COLOURS, badge, frame, inline
from grader.judge.words import writable
from grader.practice.pool import Question
from grader.practice.session import Feedback, lettered

BLUE, GREEN, ORANGE = COLOURS["partly"], COLOURS["correct"], COLOURS["wrong"]


@dataclass(frozen=True)
class Questions:
    """Questions to look at, where nobody is there to answer."""

    questions: tuple[Question, ...]

    def __repr__(self) -> str:
        return "\n".join(f"Question · {plain(each.text)}" for each in self.questions)

    def _repr_html_(self) -> str:
        return "".join(card(each.text) for each in self.questions)


def card(text: str, options: Sequence[Any] | None = None) -> str:
    """A question in the course's box."""
    rows = [f"<div>{badge('Question', BLUE)}&nbsp; {inline(text)}</div>"]
    if options is not None:
        rows.append(
            f"<div><strong>{escape(lettered(options)).replace('   ', ' &emsp; ')}</strong></div>"
        )
    return frame(rows, BLUE)


def heard(feedback: Feedback) -> str:
    """What is said of an answer, in the course's box."""
    word, colour = ("Right", GREEN) if feedback.right else ("Not yet", ORANGE)
    first, *rest = feedback.sentences
    rows = [f"<div>{badge(word, colour)}&nbsp; {inline(first)}</div>"]
    rows += [f"<div>{inline(sentence)}</div>" for sentence in rest]
    return writable(frame(rows, colour))


def again(question: Question, feedback: Feedback) -> str:
    """The question that was answered, small, and what is said of the answer."""
    asked = f'<div style="opacity:0.75">{inline(question.text)}</div>'
    return asked + heard(feedback)


def remark(sentence: str) -> str:
    """Something else to say, in the course's box."""
    return frame([f"<div>{inline(sentence)}</div>"], COLOURS["not attempted"])


def plain(sentence: str) -> str:
    """A sentence for a terminal: without backticks."""
    return re.sub(r"`([^`]+)`", r"\1", sentence)
