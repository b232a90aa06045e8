"""A question on which a room votes: the options are PyTorch's answer and what misconceptions give.

In a deck, one cell shows the question and a later one who believes what:

    ballot = vote("linear_params", "no bias", "bias per input", in_features=10, out_features=5)
    ballot
    ...
    ballot.beliefs("One bias for each output, and there are five.")

No option is typed: each is an exercise's mistake, asked for this very case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from IPython.display import Markdown

from grader.course.exercises import catalogue
from grader.course.live_keys import FromPyTorch
from grader.course.pool_files import without_code
from grader.judge.errors import CourseError
from grader.judge.exercise import Case, CaseByCase, Mistake, case
from grader.judge.same import alike
from grader.judge.words import with_commas

LETTERS = "ABCDE"
CHARACTERS = 62  # on a line of the slide behind a vote
ROOM = 13  # on that slide: lines, and the space around each belief as one more


@dataclass(frozen=True)
class Option:
    """One answer that the room can vote for; `mistake` is None for PyTorch's."""

    letter: str
    answer: Any
    mistake: Mistake | None

    @property
    def shown(self) -> str:
        """The answer as a slide shows it: a number with its commas, a shape or a list as code."""
        answer = _whole(self.answer)
        return f"`{answer}`" if isinstance(answer, list | tuple) else with_commas(answer)


class Ballot:
    """The slide to vote on, when a cell returns it, and the one behind it: `beliefs(why)`."""

    def __init__(self, question: str, options: Sequence[Option]) -> None:
        self.question = question
        self.options = tuple(options)

    def _repr_markdown_(self) -> str:
        letters = [option.letter for option in self.options]
        title = f"## {', '.join(letters[:-1])} or {letters[-1]}?"
        listed = [f"- **{option.letter}** {option.shown}" for option in self.options]
        return "\n".join(["<!-- _class: vote -->", "", title, "", self.question, "", *listed, ""])

    def beliefs(self, why: str) -> Markdown:
        """Who believes what, option by option, PyTorch's last; `why` says why that one is right."""
        wrong = [(each, each.mistake) for each in self.options if each.mistake]
        right = self.option()
        says = f"{right.shown}, says PyTorch. {why}"
        cards = [_card(each.shown, mistake) for each, mistake in wrong]
        beliefs = _that_fit(cards, ROOM - len(self.options) - _lines(says))
        listed = [
            f"* **{each.letter}** {belief}"
            for (each, _), belief in zip(wrong, beliefs, strict=True)
        ]
        listed.append(f"* **{right.letter}** {says}")
        lines = ["<!-- _class: beliefs -->", "", "## Who believes what?", "", *listed, ""]
        return Markdown("\n".join(lines))

    def option(self, mistake: str = "") -> Option:
        """The option of this mistake, or PyTorch's: `{eval}` takes letters and numbers from it."""
        named = {each.mistake.name if each.mistake else "": each for each in self.options}
        return named[mistake]


def vote(name: str, *mistakes: str, question: str = "", **arguments: Any) -> Ballot:
    """A ballot on one case of an exercise.

    Args:
        name: the exercise, such as `linear_params`.
        mistakes: the names of two to four of its mistakes.
        question: the words of the question, where the exercise's own are too long for a slide.
        arguments: the case.

    Raises:
        CourseError: if there is no such exercise or mistake, if two options are the same number,
            or if a mistake gives nothing that one could vote for.
    """
    exercise = catalogue().get(name)
    if not isinstance(exercise, CaseByCase):
        raise CourseError(f"A vote is about an exercise; there is none called `{name}`.")
    asked = case(**arguments)
    try:
        exercise.arguments(asked)
    except TypeError as error:
        raise CourseError(f"`{name}{exercise.signature}` {error}.") from None
    words = question or (exercise.question(exercise.asked(asked)) if exercise.question else "")
    if not words:
        raise CourseError(f"`{name}` has no question in words; give the vote a `question=`.")
    answers = _answers(exercise, mistakes, asked)
    if not 3 <= len(answers) <= len(LETTERS):
        raise CourseError(f"A vote has two to four mistakes; this one on `{name}` has others.")
    in_order = sorted(answers, key=lambda pair: pair[0])
    return Ballot(words, [Option(LETTERS[n], *pair) for n, pair in enumerate(in_order)])


Answer = tuple[Any, Mistake | None]


def _answers(exercise: CaseByCase, mistakes: Sequence[str], asked: Case) -> list[Answer]:
    source = FromPyTorch(exercise, (asked,), frozenset())
    numbers = {mistake.name: number for number, mistake in enumerate(exercise.mistakes)}
    found: list[Answer] = [(source.expected[0], None)]
    for wanted in mistakes:
        if wanted not in numbers:
            known = ", ".join(f"'{each}'" for each in numbers)
            raise CourseError(f"`{exercise.name}` has no mistake '{wanted}'; it has {known}.")
        try:
            answer = source.wrong(numbers[wanted], 0)
        except Exception as error:  # whatever PyTorch raises: it refuses the call
            raise CourseError(f"The mistake '{wanted}' gives no answer here: {error}") from None
        for other, whose in found:
            if alike(answer, other):
                who = f"'{whose.name}'" if whose else "PyTorch"
                raise CourseError(f"The mistake '{wanted}' and {who} both give {answer}.")
        found.append((answer, exercise.mistakes[numbers[wanted]]))
    return found


def _whole(value: Any) -> Any:
    """The same without `.0` where a number is whole."""
    if isinstance(value, list | tuple):
        return type(value)(map(_whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _card(shown: str, mistake: Mistake) -> list[str]:
    """The sentences of a mistake's card, its answer before them.

    A card whose first sentence does not say what "you" did gets the mistake's name as well: it only
    says how things are, and the room could not tell what is wrong.
    """
    text = without_code(mistake.sentence) or mistake.sentence
    first, *others = re.split(r"(?<=[.?!]) (?=[A-Z`(])", text)
    says_it = re.search(r"\byour?\b", first, re.IGNORECASE)
    return [f"{shown}{'' if says_it else f', {mistake.name}'}: {first}", *others]


def _that_fit(cards: Sequence[Sequence[str]], room: int) -> list[str]:
    """Of each card the first sentence, and of the others those for which the slide has room.

    First what fits on two lines each, then what needs a third; the shortest text comes first, as a
    bare "You rounded up." needs its reason most.
    """
    texts, taken = [card[0] for card in cards], [1] * len(cards)
    for most in (2, 3):
        while fitting := [
            (len(text), place, longer)
            for place, (text, card) in enumerate(zip(texts, cards, strict=True))
            for longer in [" ".join([text, *card[taken[place] : taken[place] + 1]])]
            if len(longer) > len(text) and _lines(longer) <= most
            if sum(map(_lines, texts)) - _lines(text) + _lines(longer) <= room
        ]:
            _, place, texts[place] = min(fitting)
            taken[place] += 1
    return texts


def _lines(text: str) -> int:
    return ceil(len(text) / CHARACTERS)
