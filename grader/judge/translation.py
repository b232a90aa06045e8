"""What is shown in another language than English: translated at the last moment, by a catalogue.

Verdicts, keys and journals are English. A text of theirs is often several sentences in a row, some
with a student's numbers in them. Here it is taken apart again: what the catalogue has is said in
its words, and what it lacks stays English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "translations"  # the jail has none, and speaks English
HOLE = re.compile(r"\{(\w+)\}")
AS_IT_IS = re.compile(r"`\{(\w+)\}`")
MAY_BE_ENGLISH = re.compile(r"(?:: |[('])\{(\w+)\}")
PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
QUOTED = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"")
SENTENCE = re.compile(r".+?[.?!](?=\s|$)|.+", re.DOTALL)
DEEPEST = 6  # values within values: what is in there may be a student's, who likes it endless
LONGEST = 4000  # characters of a text that is taken apart
CALL = re.compile(r'^language\("(\w+)"\)$', re.MULTILINE)

Seen = dict[tuple[str, int], list[tuple[str, bool]]]  # by a text and how deep it may be taken apart


class Piece:
    """A sentence or a part of one, with {name} where a value stands, and its translation."""

    def __init__(self, english: str, translation: str) -> None:
        self.translation = translation
        self.code = set(AS_IT_IS.findall(english))
        self.english = set(MAY_BE_ENGLISH.findall(english))
        self.start, *rest = HOLE.split(english)
        self.length = len(self.start) + sum(map(len, rest[1::2]))
        self._rest = "".join(
            re.escape(text) if place % 2 else f"(?P<{text}>{self._value(rest, place)})"
            for place, text in enumerate(rest)
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"{self._rest}(?=\s|$)", re.DOTALL)

    def _value(self, rest: list[str], place: int) -> str:
        """What a value may be: a number or `Layer 3, ReLU` where a piece begins with it, all that
        is left at the end, else as little as fits."""
        before = rest[place - 1] if place else self.start
        if not place and not before:
            return r"[-\d/.,]+|\w+ \d+, \w+"
        may_be_nothing = rest[place] not in self.code and before[-1:].strip(" ([':")
        is_last = not any(rest[place + 1 :: 2])
        return (".*" if may_be_nothing else ".+") + ("" if is_last else "?")

    def match(self, text: str, at: int) -> re.Match[str] | None:
        """Where the piece stands in `text` at this place, with its values; None if it does not."""
        if not text.startswith(self.start, at):
            return None
        return self._pattern.match(text, at + len(self.start))


class Catalogue:
    """The pieces of one language; the longest is tried first."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        pieces = (Piece(english, translation) for english, translation in sentences.items())
        self._pieces = sorted(pieces, key=lambda piece: -piece.length)

    def say(self, text: str) -> str:
        """The text in this language, sentence after sentence."""
        if len(text) > LONGEST:
            return text
        return "".join(said for said, _ in self._parts(text, DEEPEST, {}))

    def _parts(self, text: str, depth: int, seen: Seen) -> list[tuple[str, bool]]:
        """What to say, and whether it is known. The end of a text is the value of many pieces: it
        is taken apart once."""
        if not depth:
            return [(text, False)]
        if (text, depth) not in seen:
            seen[text, depth] = list(self._taken_apart(text, depth, seen))
        return seen[text, depth]

    def _taken_apart(self, text: str, depth: int, seen: Seen) -> Iterator[tuple[str, bool]]:
        at = 0
        while at < len(text):
            if text[at].isspace():
                yield text[at], True
                at += 1
                continue
            for piece in self._pieces:
                found = piece.match(text, at)
                said = found and self._filled(piece, found.groupdict(), depth, seen)
                if found and said is not None:
                    yield said, True
                    break
            else:
                found = SENTENCE.match(text, at)
                assert found is not None
                yield found[0], False
            at = found.end()

    def _filled(
        self, piece: Piece, values: Mapping[str, str], depth: int, seen: Seen
    ) -> str | None:
        """The translation with its values; None where one is no value, but unknown prose: then it
        is another sentence that begins alike."""
        said = dict(values)
        for name, value in values.items():
            if name in piece.code:
                continue
            parts = self._parts(value, depth - 1, seen)
            is_known = all(known for _, known in parts) or name in piece.english
            if not is_known and PROSE.search(QUOTED.sub("", value)):
                return None
            said[name] = "".join(part for part, _ in parts)
        return HOLE.sub(lambda hole: said.get(hole[1], hole[0]), piece.translation)


_spoken: Catalogue | None = None


def say(text: str) -> str:
    """The text in the language that is spoken here; as it is, where that is English."""
    return text if _spoken is None else _spoken.say(text)


def languages() -> list[str]:
    """The languages that there is a catalogue for."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def speak(language: str) -> bool:
    """From now on, show all in this language; False if there is no such catalogue, so that it is
    English."""
    global _spoken
    _spoken = _catalogue(language) if isinstance(language, str) else None
    return _spoken is not None


@cache
def _catalogue(language: str) -> Catalogue | None:
    if language not in languages():
        return None
    path = FOLDER / f"{language}.json"
    return Catalogue(json.loads(path.read_text(encoding="utf-8")))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Show all in this language for a while."""
    global _spoken
    before = _spoken
    speak(language)
    try:
        yield
    finally:
        _spoken = before


def language_of(cells: Iterable[str]) -> str:
    """The language that a notebook's cells set, `language("de")`; '' for English."""
    return next((found[1] for cell in cells if (found := CALL.search(cell))), "")
