"""`practice` and `progress`, as a notebook and the command line call them."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from grader.judge.errors import CourseError
from grader.judge.report import Note
from grader.judge.result import Result
from grader.practice import store
from grader.practice.pool import topic, topics
from grader.practice.presence import someone_is_there
from grader.practice.session import Session, known_topics
from grader.practice.show import Questions
from grader.practice.tutor import Tutor

if TYPE_CHECKING:  # a notebook that is graded has no catalogue of points
    from grader.practice.standing import Progress


def practice(*names: str, choices: bool = False) -> Questions | Note | None:
    """Ask one question after the other; nothing of it is a mark.

    Where nobody is there to answer (a notebook that is built, tested, graded or printed), the
    first question of each topic is shown, and nothing is asked or remembered.

    Args:
        *names: topics, which have the names of exercises; without any, what is due.
        choices: four answers to choose from, where a question has three wrong ones.

    Returns:
        None where the questions are asked, else what is to be seen.
    """
    try:
        asked = known_topics([getattr(name, "__name__", name) for name in names])
        if not someone_is_there():
            return _first_questions(asked)
        session = Session(asked, store.load(), choices)
    except CourseError as error:
        return Note("No questions", str(error))
    if session.question is None:
        return Note("Nothing to ask", " ".join([session.farewell, session.record.remark]).strip())
    try:
        from grader.practice import widget
    except ImportError:
        from grader.practice import terminal

        terminal.start(session)
    else:
        widget.start(session)
    return None


def progress() -> Progress | Note:
    """How far you are: points in each lesson, topics known and due, the next step."""
    if not someone_is_there():
        return Note("Progress", "Your points and topics stand here when you run this cell.")
    return standing(None)


def in_terminal(names: list[str], file: Path | None, choices: bool) -> None:
    """Practise by lines.

    Raises:
        CourseError: if a name is no topic.
    """
    from grader.practice import terminal

    terminal.start(Session(names, store.load(file), choices))


def standing(file: Path | None) -> Progress:
    """What `grader progress` prints."""
    from grader.practice.standing import progress_of

    return progress_of(store.load(file), date.today())


def remember(result: Result) -> None:
    """Keep the most points that somebody has reached in an exercise, if somebody is there."""
    with contextlib.suppress(Exception):  # a check never fails for a record
        if not result.exercise or not someone_is_there():
            return
        store.load().reached(result.exercise, result.score)


def _first_questions(names: list[str]) -> Questions | Note:
    """The first question of each of these topics; of the course's first one if there are none."""
    found = [topic(name) for name in names or list(topics())[:1]]
    questions = tuple(Tutor(each).next() for each in found if each)
    if not questions:
        return Note("Practice", "The questions are asked when you run this cell yourself.")
    return Questions(questions)
