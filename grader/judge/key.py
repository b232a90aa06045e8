"""A key: an exercise with its answers worked out. It is all that the judge knows.

The answers come from a Source: PyTorch itself, asked when it is needed, or a record of what it
said (`Recorded`), which needs no PyTorch. Both give the judge the same words.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from grader.judge.exercise import Case, CaseByCase, Function, Mistake, Part, Table


class Source(Protocol):
    """Where the answers of a key come from."""

    expected: Sequence[Any]  # PyTorch's answer to each case

    def wrong(self, mistake: int, case: int) -> Any:
        """What a student with this mistake answers to this case."""

    def misread(self) -> Iterable[tuple[str, Iterable[Any]]]:
        """PyTorch's answers to the visible cases for somebody who misreads one argument:
        ("`bias` had the opposite value", answers)."""

    def two(self, answers: Sequence[Any]) -> Sequence[int]:
        """The two mistakes that together give these answers to the visible cases, or none."""


@dataclass(frozen=True, eq=False)
class Key:
    """The cases of an exercise in the order in which they are asked, and their answers."""

    exercise: CaseByCase
    cases: tuple[Case, ...]
    parts: tuple[int, ...]  # the number of the part that each case belongs to
    hidden: frozenset[int]  # the cases that no student has seen
    source: Source
    note: str = ""  # what a card has to say of this key

    @property
    def expected(self) -> Sequence[Any]:
        """PyTorch's answer to each case."""
        return self.source.expected

    def visible(self, of_each_case: Sequence[Any]) -> list[Any]:
        """Those of the cases that a student can see."""
        return [each for i, each in enumerate(of_each_case) if i not in self.hidden]


def digest(answers: Sequence[Any]) -> str:
    """48 bits that stand for these answers; `5.0` is 5 and a tuple is a list, True is not 1."""
    text = json.dumps([_simplest(answer) for answer in answers])
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def _simplest(value: Any) -> Any:
    if isinstance(value, bool):
        return ["is", value]
    if isinstance(value, list | tuple):
        return [_simplest(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The record. JSON has no tuples: `(2, 3)` stands there as {"t": [2, 3]}, a dict as {"d": [...]}.


def to_json(value: Any) -> Any:
    """A value of a case as JSON has it. Floats keep twelve digits: the last ones differ between
    processors."""
    match value:
        case tuple():
            return {"t": [to_json(item) for item in value]}
        case list():
            return [to_json(item) for item in value]
        case dict():
            return {"d": [[to_json(key), to_json(item)] for key, item in value.items()]}
    return rounded(value)


def from_json(value: Any) -> Any:
    """The value that `to_json` wrote."""
    match value:
        case {"t": items}:
            return tuple(from_json(item) for item in items)
        case {"d": items}:
            return {from_json(key): from_json(item) for key, item in items}
        case list():
            return [from_json(item) for item in value]
    return value


def rounded(value: Any) -> Any:
    """Floats with twelve digits, in lists and tuples too; all else as it is."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list | tuple):
        return type(value)(rounded(item) for item in value)
    return value


def write(key: Key) -> dict[str, Any]:
    """The key as data for a record. It asks the source everything there is to ask."""
    exercise, source = key.exercise, key.source
    number = range(len(key.cases))
    return {
        "name": exercise.name,
        "kind": "function" if exercise.is_called else "table",
        "doc": inspect.getdoc(exercise.reference),
        "parameters": [
            [name] if p.default is p.empty else [name, to_json(p.default)]
            for name, p in exercise.signature.parameters.items()
        ],
        "parts": [[part.name, part.points] for part in exercise.parts],
        "hints": exercise.hints,
        "cases": [
            [
                *(key.parts[i], to_json(list(case.positional)), to_json(dict(case.named))),
                *(to_json(source.expected[i]), i in key.hidden),
            ]
            for i, case in enumerate(key.cases)
        ],
        "mistakes": [
            [
                *(mistake.name, mistake.sentence, mistake.praise),
                [to_json(source.wrong(m, i)) for i in number],
            ]
            for m, mistake in enumerate(exercise.mistakes)
        ],
        "misread": [[words, to_json(list(answers))] for words, answers in source.misread()],
    }


def read(entry: Mapping[str, Any]) -> Key:
    """The key that `write` made."""
    rows = [from_json(row) for row in entry["cases"]]
    cases = tuple(Case(tuple(positional), named) for _, positional, named, _, _ in rows)
    parts = tuple(part for part, *_ in rows)
    hidden = frozenset(i for i, (*_, is_hidden) in enumerate(rows) if is_hidden)
    exercise = (Function if entry["kind"] == "function" else Table)(
        _nameplate(entry),
        parts=tuple(
            Part(
                name,
                points,
                tuple(c for i, c in enumerate(cases) if parts[i] == number and i not in hidden),
            )
            for number, (name, points) in enumerate(entry["parts"])
        ),
        mistakes=tuple(
            Mistake(name, _unasked, sentence, praise)
            for name, sentence, praise, _ in entry["mistakes"]
        ),
        hints=tuple(entry["hints"]),
    )
    return Key(exercise, cases, parts, hidden, Recorded(entry, [right for *_, right, _ in rows]))


class Recorded:
    """What PyTorch said when the key was made."""

    def __init__(self, entry: Mapping[str, Any], expected: Sequence[Any]) -> None:
        self.expected = expected
        self._entry = entry

    def wrong(self, mistake: int, case: int) -> Any:
        """What a student with this mistake answers to this case."""
        return from_json(self._entry["mistakes"][mistake][3][case])

    def misread(self) -> Iterable[tuple[str, Iterable[Any]]]:
        """PyTorch's answers to the visible cases for somebody who misreads one argument."""
        return ((words, from_json(answers)) for words, answers in self._entry["misread"])

    def two(self, answers: Sequence[Any]) -> Sequence[int]:
        """The two mistakes that together give these answers to the visible cases, or none."""
        found: Sequence[int] = self._entry["two"].get(digest(answers), ())
        return found


def _nameplate(entry: Mapping[str, Any]) -> Any:
    """Stands for the reference: it has its name, its arguments and its docstring."""

    def reference(*_: Any, **__: Any) -> NoReturn:
        _unasked()

    reference.__name__, reference.__doc__ = entry["name"], entry["doc"]
    reference.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=from_json(default[0]) if default else inspect.Parameter.empty,
            )
            for name, *default in entry["parameters"]
        ]
    )
    return reference


def _unasked(*_: Any) -> NoReturn:
    raise LookupError("A recorded key answers its own cases only.")
