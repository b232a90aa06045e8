"""A language's catalogue, `docs/translations/de/cards.po`: brought up to date, checked, and put
into the package as JSON, where students' notebooks and the grading find it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from grader.judge.errors import CourseError
from grader.judge.translation import FOLDER, HOLE
from grader.judge.translation import Catalogue as Sentences
from grader.publish.translation.phrases import of_code, of_keys

NAME = "cards.po"
HEADER = """\
# What the cards of Every Layer Counts say, in {language}.
# `grader translate {code}` adds new sentences, and marks with #~ those that are no more.
#"""
HOLE_IN_CODE = re.compile(r"`?\{\w+\}`?")
CODE_OR_NUMBER = re.compile(r"`[^`]+`|\d+(?:[.,]\d+)*")
OF_THE_MOMENT = re.compile(r'"(POT-Creation-Date|PO-Revision-Date|Generated-By)|EMAIL@|LL@li')


def read(path: Path) -> Catalog:
    """The catalogue in a file; an empty one where there is none yet.

    Raises:
        CourseError: if it is no catalogue.
    """
    if not path.exists():
        return Catalog(locale=known(path.parent.name))
    try:
        with path.open("rb") as file:
            return read_po(file, locale=known(path.parent.name), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"{path}:{line}" if line else str(path)
        raise CourseError(f"{where}: is no catalogue ({error}); mend the file.") from None


def known(code: str) -> Locale:
    """The language of this code.

    Raises:
        CourseError: if there is no such language, or it is English.
    """
    try:
        language = Locale.parse(code)
    except (UnknownLocaleError, ValueError, TypeError):
        raise CourseError(f"'{code}' is no language; write a code such as de or pt_BR.") from None
    if language.language == "en":
        raise CourseError("The course is in English; write another language's code, such as de.")
    return language


def update(path: Path) -> Catalog:
    """Give the catalogue all that there is to translate, and write it; what is no longer said is
    kept at its end, and marked. Nothing that was translated is lost."""
    catalogue = read(path)
    catalogue.update(_template(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment = HEADER.format(
        language=catalogue.locale.english_name, code=path.parent.name
    )
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Every Layer Counts", "cards"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_written(catalogue), encoding="utf-8", newline="\n")
    return catalogue


def _template() -> Catalog:
    """All sentences, those of the code first; each with its file or its lesson."""
    template = Catalog()
    for piece, file in of_code():
        template.add(piece, locations=[(file, 0)])
    for text, lesson, what in of_keys():
        if text not in template or not template[text].auto_comments:
            template.add(text, auto_comments=[f"{lesson}, {what}"])
    return template


def _written(catalogue: Catalog) -> str:
    file = BytesIO()
    write_po(file, catalogue, width=100, include_lineno=False)
    lines = file.getvalue().decode("utf-8").splitlines()
    return "\n".join(line for line in lines if not OF_THE_MOMENT.search(line)) + "\n"


def translated(catalogue: Catalog) -> dict[str, str]:
    """What is translated, by the English sentence."""
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def install(language: str, catalogue: Catalog) -> Path:
    """Put what is translated into the package."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{language}.json"
    path.write_text(as_json(catalogue), encoding="utf-8", newline="\n")
    return path


def as_json(catalogue: Catalog) -> str:
    """What is translated, a line each; and as they are, the sentences that begin or end like a
    translated one and would be taken for it."""
    found = translated(catalogue)
    spoken = Sentences(found)
    left = (str(message.id) for message in catalogue if message.id and message.id not in found)
    found |= {text: text for text in left if not HOLE.search(text) and spoken.say(text) != text}
    return json.dumps(found, ensure_ascii=False, indent=0) + "\n"


def complaints(path: Path) -> Iterator[str]:
    """What is wrong in a catalogue, a sentence each: a translated sentence keeps the code, the
    numbers and the values of the English one."""
    for message in read(path):
        if message.id and message.string:
            where = f"{path.name}:{message.lineno}"
            yield from (f"{where}: {what}." for what in _lost(message))


def _lost(message: Message) -> Iterator[str]:
    kept = [_kept(str(text)) for text in (message.id, message.string)]
    for each in sorted(kept[0] - kept[1]):
        yield f"the translation of '{str(message.id)[:40]}' has lost {each}; put it back"
    for each in sorted(kept[1] - kept[0]):
        yield f"the translation of '{str(message.id)[:40]}' has {each} of its own; take it away"


def _kept(text: str) -> set[str]:
    """What every language has: values, `code` and numbers."""
    return {*HOLE_IN_CODE.findall(text), *CODE_OR_NUMBER.findall(HOLE.sub("…", text))}
