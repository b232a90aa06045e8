"""What somebody typed, as a number or a shape."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from grader.judge.same import alike
from grader.practice.pool import Question

LETTERS = "abcd"
MOST = 30  # characters of a number


class UnreadableError(ValueError):
    """What was typed is no answer; the message says what is wanted."""


def read(typed: str, question: Question, options: list[Any] | None = None) -> Any:
    """The answer that was typed: `1,024`, `(2, 3)`, `2 x 3`, or the letter of an option.

    Raises:
        UnreadableError: if it is none.
    """
    text = typed.strip()
    if options is not None:
        letters = LETTERS[: len(options)]
        if len(text) == 1 and text.lower() in letters:
            return options[letters.index(text.lower())]
        raise UnreadableError(f"Type one of the letters {', '.join(letters)}.")
    if isinstance(question.right, tuple):
        return _shape(text)
    return _number(text)


def _shape(text: str) -> tuple[int, ...]:
    inner = re.sub(r"^(torch\.Size)?[\s(\[]*|[\s)\]]*$", "", text)
    words = [word for word in re.split(r"[\s,;x×*]+", inner) if word]
    are_whole = all(len(word) <= MOST and re.fullmatch(r"-?\d+", word) for word in words)
    if not are_whole or (not words and "(" not in text):
        raise UnreadableError("Type a shape, such as (2, 3, 4).")
    return tuple(map(int, words))


def _number(text: str) -> int | float:
    plain = re.sub(r"(?<=\d)[ _'’](?=\d{3}(?!\d))|(?<=\d),(?=\d{3}(?!\d))", "", text)
    plain = re.sub(r"(?<=\d),(?=\d+$)", ".", plain)  # 0,5
    if len(plain) <= MOST and re.fullmatch(r"-?\d+", plain):
        return int(plain)
    if len(plain) <= MOST and re.fullmatch(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", plain):
        return float(plain)
    raise UnreadableError("Type one number, such as 1,024.")


def options_of(question: Question) -> list[Any] | None:
    """The right answer among three of the mistakes'; None where there are no three."""
    others: list[Any] = []
    for answer in question.wrong:
        if answer is not None and not any(alike(answer, each) for each in others):
            others.append(answer)
    if len(others) < len(LETTERS) - 1:
        return None
    random = Random(question.text)
    return random.sample([question.right, *random.sample(others, k=3)], k=4)
