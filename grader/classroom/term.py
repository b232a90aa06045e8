"""The word that draws a term's hidden cases: kept for the class, and the same for all its marks.

It stands in `.nbgrader/term`, beside the gradebook, and is drawn there at the first grading, so
that an answer copied from cards earns nothing. Every graded copy has a digest of it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.judge.errors import CourseError

SQLITE = "sqlite:///"


class AnotherWordError(CourseError):
    """Marks that stay were made with another word; the message says how to go on."""


def word_in(private: Path) -> str:
    """The word in the file `term` of this folder; drawn if there is no such file.

    An empty file means: no hidden cases.
    """
    path = private / "term"
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace").strip()
    except FileNotFoundError:
        word = secrets.token_hex(6)
        path.touch(mode=0o600)
        path.write_text(f"{word}\n", encoding="utf-8")
        return word


def private_folder(course: Any) -> Path:
    """The folder of the gradebook; where that is on a server, the course's own `.nbgrader`."""
    url = str(course.db_url)
    if url.startswith(SQLITE):
        return Path(url.removeprefix(SQLITE)).parent
    return Path(course.root, ".nbgrader")


def digest(word: str) -> str:
    """What graded copies keep of the word: it tells two apart and gives none away."""
    return hashlib.blake2b(os.fsencode(word), digest_size=8).hexdigest()


def one_word_for_all(lesson: str, word: str, kept: Iterable[str]) -> None:
    """Refuse to grade a lesson with two words.

    Args:
        kept: the digests of the graded copies that stay as they are.

    Raises:
        AnotherWordError: if one of them is of another word.
    """
    others = Counter(each for each in kept if each != digest(word))
    if others:
        raise AnotherWordError(
            f"The word in .nbgrader/term is not the one that {others.total()} hand-in(s) of "
            f"{lesson} were graded with, so their cases would differ. Put the old word back, or "
            f"grade all of them again: nbgrader autograde {lesson} --force"
        )
