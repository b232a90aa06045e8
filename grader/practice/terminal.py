"""Practice by lines: in a terminal, and in a notebook without widgets."""

from __future__ import annotations

from collections.abc import Callable

from grader.practice.answers import UnreadableError
from grader.practice.session import Session, lettered
from grader.practice.show import plain


def start(session: Session, read: Callable[[str], str] = input) -> None:
    """Ask until nothing is left, or until an empty line or the end of the input."""
    if session.record.remark:
        print(session.record.remark)
    if session.question:
        print("An empty line ends.")
    while question := session.question:
        print(f"\n{plain(question.text)}")
        if session.options:
            print(f"  {lettered(session.options)}")
        try:
            typed = read("> ")
        except (EOFError, KeyboardInterrupt):
            print()
            break
        if not typed.strip():
            break
        try:
            feedback = session.answer(typed)
        except UnreadableError as error:
            print(f"  {error}")
            continue
        print("\n".join(f"  {plain(sentence)}" for sentence in feedback.sentences))
    print(f"\n{plain(session.farewell)}")
    if session.record.remark:
        print(session.record.remark)
