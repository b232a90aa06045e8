"""The exercises as the judge needs them: keys from the files in `keys/`, without PyTorch.

PyTorch is asked only where it has to be: for Designs, for a term's hidden cases, and where a
key file is older than the exercise it was made from.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from grader.ask.kernel import Call, Outcome, ask, look
from grader.ask.run import is_untouched
from grader.judge import verdict
from grader.judge.exercise import CaseByCase, Design, Exercise
from grader.judge.key import Key, read
from grader.judge.result import Result

HERE = Path(__file__).parent
KEY_FILES = HERE / "keys"
OLD = "(The answer key is older than the exercise: `make solutions`.)"
ENGINE = [  # what every key file depends on
    *(HERE / f"{name}.py" for name in ("live_keys", "two_mistakes", "misreadings", "key_files")),
    HERE / "pytorch.py",
    *(HERE.parent / f"judge/{name}.py" for name in ("exercise", "key", "patterns", "same")),
]
OF_THE_COURSE = re.compile(r"^from grader\.(course[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)


def names() -> list[str]:
    """All exercises, in the order in which a student meets them."""
    return [name for text in _texts().values() for name in _names(text)]


def lessons() -> list[str]:
    """All lessons that have exercises, in order."""
    return list(_texts())


def points_of(lesson: str) -> dict[str, int]:
    """The points of each of its exercises, by name."""
    entries = json.loads(_texts()[lesson])["exercises"]
    return {
        each["name"]: each.get("points", sum(points for _, points in each.get("parts", ())))
        for each in entries
    }


def find(name: str, term: str = "", terms: Path | None = None) -> Key | Design | None:
    """The exercise of this name with its answers; None if there is none.

    Args:
        term: a word that draws hidden cases; '' for the visible ones alone.
        terms: the folder with the keys of the terms; they are made there when they are missing.
    """
    lesson = lesson_of(name)
    if lesson is None or not is_fresh(_texts()[lesson]):
        return _live(name, term)
    if term and terms is not None:
        return _entries(text_of(lesson, term, terms)).get(name) or _live(name)
    return _entries(_texts()[lesson]).get(name) or _live(name, term)


@cache
def text_of(lesson: str, term: str, terms: Path) -> str:
    """The key file of a lesson, with the term's hidden cases if there is a word."""
    if not term:
        return _texts()[lesson]
    path = term_file(lesson, term, terms)
    if path.exists() and is_fresh(text := path.read_text(encoding="utf-8")):
        return text
    from grader.course.key_files import for_term  # imports PyTorch

    return for_term(lesson, term, terms)


def term_file(lesson: str, term: str, terms: Path) -> Path:
    """Where the key file with a term's hidden cases stands; the word itself is not in its name."""
    return terms / hashlib.blake2b(term.encode(), digest_size=8).hexdigest() / f"{lesson}.json"


def found_in(text: str) -> Mapping[str, Key | Design]:
    """The exercises of a key file by name. Only Designs need PyTorch."""
    recorded = _entries(text)
    found = {name: recorded.get(name) or _live(name) for name in _names(text)}
    return {name: each for name, each in found.items() if each is not None}


def exercise_of(found: Key | Design) -> Exercise:
    """The exercise itself."""
    return found.exercise if isinstance(found, Key) else found


def calls_of(found: Key | Design) -> list[Call] | None:
    """The calls to make of a student's function; None for a value, which is taken as it is."""
    return verdict.calls(found) if isinstance(found, Key) and found.exercise.is_called else None


def judge(found: Key | Design, answer: Any) -> Result:
    """Judge a student's function or value in this process."""
    calls = calls_of(found)
    if calls is None:
        return judge_outcomes(found, [look(lambda: answer)], untouched=False)
    return judge_outcomes(found, ask(answer, calls), is_untouched(answer))


def judge_outcomes(
    found: Key | Design, outcomes: Sequence[Outcome], untouched: bool
) -> Result:
    """Judge what came back from `calls_of(found)`, or the one outcome of a value."""
    if isinstance(found, Design):
        from grader.course.designs import judge_design  # PyTorch measures networks

        return judge_design(found, outcomes[0])
    if not found.exercise.is_called:
        return verdict.judge_table(found, outcomes[0])
    return _with_place(verdict.judge_outcomes(found, outcomes, untouched))


def _with_place(result: Result) -> Result:
    """The result; where a function of another exercise is missing, with the place it is at."""
    missing = re.search(r"`NameError: name '(\w+)' is not defined", result.message)
    if missing is None or (there := lesson_of(missing[1])) is None:
        return result
    name, here = missing[1], lesson_of(result.exercise)
    cure = "run its cell first" if there == here else "copy your answer from there into this cell"
    where = "of this lesson" if there == here else f"of lesson {there}"
    return replace(result, message=f"{result.message} `{name}` is an exercise {where}: {cure}.")


def lesson_of(exercise: str) -> str | None:
    """The lesson in which students meet this exercise; None if there is none of this name."""
    found = (lesson for lesson, text in _texts().items() if exercise in _names(text))
    return next(found, None)


def is_fresh(text: str) -> bool:
    """True if what the key file was made from has not changed since, or is not here to be asked."""
    file, made_from = re.findall(r'"(?:file|made_from)": "([^"]*)"', text[:500])
    path = HERE / "exercises" / file
    return not path.exists() or digest_of(path) == made_from


def digest_of(exercises: Path) -> str:
    """Sixteen digits that change with a lesson's exercises, what they import, and the engine."""
    files = dict.fromkeys([*with_what_it_imports(exercises), *filter(Path.exists, ENGINE)])
    texts = (path.read_text(encoding="utf-8") for path in files)
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


def with_what_it_imports(exercises: Path) -> list[Path]:
    """The file, and the files of this room that it imports, and they in turn."""
    found, left = {exercises: None}, [exercises]
    while left:
        text = left.pop().read_text(encoding="utf-8")
        for module, names in OF_THE_COURSE.findall(text):
            folder = HERE.parent.joinpath(*module.split("."))
            words = re.findall(r"\w+", names)
            paths = [folder.with_suffix(".py"), *(folder / f"{name}.py" for name in words)]
            new = [path for path in paths if path not in found and path.exists()]
            found |= dict.fromkeys(new)
            left += new
    return [exercises, *sorted(path for path in found if path != exercises)]


@cache
def _texts() -> dict[str, str]:
    """The key files by lesson."""
    paths = sorted(KEY_FILES.glob("*.json"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


@cache
def _names(text: str) -> list[str]:
    return re.findall(r'^\{"name": "(\w+)"', text, re.MULTILINE)


@cache
def _entries(text: str) -> Mapping[str, Key]:
    """The keys in a file by name; Designs have none."""
    entries: list[dict[str, Any]] = json.loads(text)["exercises"]
    return {entry["name"]: read(entry) for entry in entries if entry["kind"] != "design"}


def _live(name: str, term: str = "") -> Key | Design | None:
    """The exercise with PyTorch as the source of its answers."""
    from grader.course.exercises import catalogue

    exercise = catalogue().get(name)
    if isinstance(exercise, CaseByCase):
        from grader.course.live_keys import live_key

        return replace(live_key(exercise, term or None), note=OLD)
    return exercise if isinstance(exercise, Design) else None
