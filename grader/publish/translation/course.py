"""A translated course in a folder of its own: the same lessons and grade ids, another gradebook.

It has to be another folder: nbgrader takes every folder in `solutions/` for an assignment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import nbformat

from grader.judge.errors import CourseError
from grader.judge.translation import speaking
from grader.publish import lesson
from grader.publish.myst import decode
from grader.publish.translation.compare import other_numbers

CONFIG = "nbgrader_config.py"
COURSE_ID = re.compile(r'^(c\.CourseDirectory\.course_id = ".+)"$', re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\(\.\./(\d\d-[^/)]+)/[^)]*\)")


def build(root: Path, language: str, texts: Mapping[str, Path], to: Path) -> Iterator[str]:
    """Build the translated lessons in the folder `to`; yields a line for each.

    Args:
        root: the course in English.
        texts: the translated texts by lesson.

    Raises:
        CourseError: if a lesson cannot be built, or computes other numbers than in English.
    """
    (to / "solutions").mkdir(parents=True, exist_ok=True)
    (to / CONFIG).write_text(_config(root, language), encoding="utf-8")
    for name, text in texts.items():
        copy = to / "solutions" / text.name
        copy.write_text(_with_links_to(texts, decode(text)), encoding="utf-8")
        with speaking(language):
            lesson.build(to, copy)
        theirs, ours = (
            nbformat.read(course / "solutions" / name / f"{name}.ipynb", as_version=4)
            for course in (to, root)
        )
        if found := list(other_numbers(copy, theirs, ours)):
            raise CourseError("\n".join(found))
        yield f"{name}: {to / 'notebooks' / name}"


def _config(root: Path, language: str) -> str:
    """nbgrader's settings, with a course id of its own: exchanges and hubs go by it."""
    text = (root / CONFIG).read_text(encoding="utf-8")
    made, count = COURSE_ID.subn(rf'\1-{language}"', text)
    if count != 1:
        raise CourseError(f'{CONFIG}: write one line `c.CourseDirectory.course_id = "..."`.')
    return made


def _with_links_to(names: Collection[str], source: str) -> str:
    """The text; a link to a lesson that is not there becomes its words."""
    return LINK.sub(lambda link: link[0] if link[2] in names else link[1], source)
