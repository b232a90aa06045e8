"""Key files: what PyTorch says of every exercise, as JSON, one file a lesson.

The same bytes on any processor. `grader keys` writes them; their difference between two versions
of PyTorch is the list of the facts that changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch

from grader.course.catalogue import KEY_FILES, digest_of, term_file
from grader.course.exercises import file_of, lessons
from grader.course.live_keys import FromPyTorch, live_key
from grader.judge.exercise import Exercise, Lesson
from grader.judge.key import read, write

IN_ROWS = ("cases", "mistakes", "misread")  # a line each, so that a difference can be read


def write_key_files(*names: str) -> list[Path]:
    """Write the key files of some lessons, or of all; returns their paths."""
    wanted = [lesson.name for lesson in lessons() if not names or lesson.name in names]
    KEY_FILES.mkdir(exist_ok=True)
    with processes() as pool:
        return list(pool.map(_write_key_file, wanted[::-1]))[::-1]  # the last take longest


def changes() -> list[str]:
    """What writing the key files anew would change, a line each fact."""
    with processes() as pool:
        found = list(pool.map(_changes_of, [lesson.name for lesson in lessons()]))
    return [line for lines in found for line in lines]


def processes() -> ProcessPoolExecutor:
    """Fresh processes: one that is forked hangs if PyTorch has used its threads before."""
    return ProcessPoolExecutor(mp_context=get_context("spawn"))


@cache
def for_term(lesson: str, term: str, folder: Path) -> str:
    """Make the key file with the term's hidden cases in `folder`; returns its text."""
    path = term_file(lesson, term, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    return put(path, keys_of(_lesson(lesson), term))


def keys_of(lesson: Lesson, term: str | None = None) -> str:
    """The keys of one lesson as JSON."""
    file = file_of(lesson)
    head = {
        "lesson": lesson.name,
        "file": file.name,
        "made_from": digest_of(file),
        "torch": torch.__version__.partition("+")[0],
    }
    entries = ",\n".join(_in_lines(entry(exercise, term)) for exercise in lesson.exercises)
    return f'{json.dumps(head)[:-1]},\n"exercises": [\n{entries}\n]}}\n'


def entry(exercise: Exercise, term: str | None = None) -> dict[str, Any]:
    """What a key file holds of one exercise. A Design's networks are measured, not recorded."""
    if not hasattr(exercise, "reference"):
        return {"name": exercise.name, "kind": "design", "points": exercise.points}
    key = live_key(exercise, term)
    assert isinstance(key.source, FromPyTorch)
    return {**write(key), "two": key.source.doubles}


def _in_lines(data: Mapping[str, Any]) -> str:
    parts = []
    for name, value in data.items():
        rows = ",\n  ".join(_json(row) for row in value) if name in IN_ROWS else ""
        parts.append(f'"{name}": ' + (f"[\n  {rows}\n ]" if rows else _json(value)))
    return "{" + ",\n ".join(parts) + "}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_key_file(name: str) -> Path:
    path = KEY_FILES / f"{name}.json"
    put(path, keys_of(_lesson(name)))
    return path


def put(path: Path, text: str) -> str:
    """Write all of it or nothing: somebody else may be reading."""
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)
    return text


def _lesson(name: str) -> Lesson:
    return next(lesson for lesson in lessons() if lesson.name == name)


def _changes_of(name: str) -> list[str]:
    path = KEY_FILES / f"{name}.json"
    if not path.exists():
        return [f"{name}: has no answer key yet"]
    before, now = path.read_text(encoding="utf-8"), keys_of(_lesson(name))
    if before == now:
        return []
    old = {each["name"]: each for each in json.loads(before)["exercises"]}
    new = {each["name"]: each for each in json.loads(now)["exercises"]}
    facts = [line for each in new.values() for line in _facts(old.get(each["name"], {}), each)]
    return facts or [f"{name}: made from other files, with the same answers"]


def _facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """How an exercise differs from its key."""
    name = new["name"]
    if new["kind"] == "design" or not old:
        yield from [] if old else [f"{name}: is new"]
        return
    before, now = read({"two": {}, **old}), read(new)
    rights = zip(before.cases, before.expected, strict=True)
    was = {now.exercise.show(case): right for case, right in rights}
    for case, right in zip(now.cases, now.expected, strict=True):
        call = now.exercise.show(case)
        if was.get(call, right) != right:
            yield f"{call}: PyTorch said {was[call]!r}, now {right!r}"
    for field in ("doc", "parameters", "parts", "hints", "cases", "misread", "two"):
        if old[field] != new[field]:
            yield f"{name}: other {field}"
    mistakes = {each[0]: each for each in old["mistakes"]}
    for each in new["mistakes"]:
        if mistakes.get(each[0]) != each:
            yield f"{name}: the mistake '{each[0]}' is new or answers otherwise"
