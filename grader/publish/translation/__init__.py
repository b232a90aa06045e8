"""The course in other languages: texts and a catalogue in `docs/translations/<language>/`, checked
against the English ones, and built into a course of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.judge.errors import CourseError
from grader.judge.translation import FOLDER
from grader.publish import lesson
from grader.publish.translation import catalogue, course
from grader.publish.translation.compare import differences


def folder_of(language: str) -> str:
    """Where a language's texts and its catalogue stand, from the course's top folder.

    Raises:
        CourseError: if there is no such language.
    """
    catalogue.known(language)
    return f"docs/translations/{language}"


def translate(root: Path, language: str) -> Iterator[str]:
    """Bring the catalogue up to date, put it into the package, and build the lessons that are
    translated; yields what was done.

    Raises:
        CourseError: if something in the translation is not as in English.
    """
    place = folder_of(language)
    cards = catalogue.update(root / place / catalogue.NAME)
    done, total = len(catalogue.translated(cards)), len(cards)
    yield f"{place}/{catalogue.NAME}: {done} of {total} sentences are translated"
    if found := list(complaints(root, language)):
        raise CourseError("\n".join(found))
    catalogue.install(language, cards)
    texts = lesson.texts(root, place)
    yield from course.build(root, language, texts, root / "dist" / f"course-{language}")
    left = [name for name in lesson.texts(root) if name not in texts]
    if left:
        yield f"Left out, since not translated: {', '.join(left)}."


def complaints(root: Path, language: str) -> Iterator[str]:
    """What is not as in English in a translation, a line each."""
    place = folder_of(language)
    path = root / place / catalogue.NAME
    if not path.exists():
        raise CourseError(f"There is no {place}/{catalogue.NAME}: `grader translate {language}`.")
    yield from catalogue.complaints(path)
    english = lesson.texts(root)
    for name, text in lesson.texts(root, place).items():
        if name not in english:
            yield f"{place}/{text.name}: there is no lesson {name}; call it as in solutions/."
        else:
            yield from differences(text, english[name], language)


def is_old(root: Path, language: str) -> bool:
    """Whether the package has other sentences than the catalogue."""
    path = FOLDER / f"{language}.json"
    cards = catalogue.read(root / folder_of(language) / catalogue.NAME)
    return not path.exists() or path.read_text(encoding="utf-8") != catalogue.as_json(cards)
