"""Keys whose answers come from PyTorch itself: for authors, and to make the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from random import Random
from typing import Any

from grader.course.misreadings import misreadings
from grader.course.pytorch import on_meta
from grader.course.two_mistakes import Doubles, table
from grader.judge.exercise import Asked, Case, CaseByCase, Mistake
from grader.judge.key import Key, digest, rounded

HIDDEN_CASES = 3  # drawn for each part when a term is given


@cache
def live_key(exercise: CaseByCase, term: str | None = None) -> Key:
    """Visible cases first in each part; with a `term`, also cases drawn from it."""
    random = Random(f"{term}/{exercise.name}")
    cases: list[Case] = []
    parts: list[int] = []
    hidden: list[int] = []
    for number, part in enumerate(exercise.parts):
        drawn = [part.draw(random) for _ in range(HIDDEN_CASES)] if term and part.draw else []
        cases += [*part.cases, *drawn]
        parts += [number] * (len(part.cases) + len(drawn))
        hidden += range(len(cases) - len(drawn), len(cases))
    source = FromPyTorch(exercise, tuple(cases), frozenset(hidden))
    return Key(exercise, tuple(cases), tuple(parts), frozenset(hidden), source)


class FromPyTorch:
    """PyTorch's answers, each worked out when it is first asked for."""

    def __init__(
        self, exercise: CaseByCase, cases: tuple[Case, ...], hidden: frozenset[int]
    ) -> None:
        self.exercise = exercise
        self.ask = remembering(exercise.reference)
        self.cases = [Asked(self.ask, exercise.all_arguments(case)) for case in cases]
        self.visible = [a for i, a in enumerate(self.cases) if i not in hidden]
        self.expected: Sequence[Any] = [
            rounded(on_meta(exercise.reference, exercise.arguments(case))) for case in cases
        ]
        self._wrong: dict[tuple[int, int], Any] = {}

    def wrong(self, mistake: int, case: int) -> Any:
        """What a student with this mistake answers to this case."""
        if (mistake, case) not in self._wrong:
            self._wrong[mistake, case] = answer(self.exercise.mistakes[mistake], self.cases[case])
        return self._wrong[mistake, case]

    def misread(self) -> Iterable[tuple[str, Sequence[Any]]]:
        """PyTorch's answers to the visible cases for somebody who misreads one argument.

        Left out are ways that PyTorch refuses in some case, that change no answer, or that give
        the answers of a way before.
        """
        seen = [[rounded(a()) for a in self.visible]] if self.visible else []
        for words, change in misreadings(self.exercise.signature, [vars(a) for a in self.visible]):
            try:
                answers = [rounded(self.ask(**change(vars(a)))) for a in self.visible]
            except Exception:  # whatever PyTorch raises: it refuses the call
                continue
            if answers not in seen:
                seen.append(answers)
                yield words, answers

    def two(self, answers: Sequence[Any]) -> Sequence[int]:
        """The two mistakes that together give these answers to the visible cases, or none."""
        return self.doubles.get(digest(answers), ())

    @cached_property
    def doubles(self) -> Doubles:
        """All pairs of mistakes whose answers can be told from all others."""
        return table(self.exercise, self.visible, [given for _, given in self.misread()])


def answer(mistake: Mistake, a: Asked) -> Any:
    """What a student with this mistake answers to a case."""
    return rounded(on_meta(mistake.rule, {"a": a}))


def remembering(reference: Callable[..., Any]) -> Callable[..., Any]:
    """The reference, asked on the meta device, once for each call."""
    known: dict[str, Any] = {}

    def ask(**arguments: Any) -> Any:
        call = repr(sorted(arguments.items()))
        if call not in known:
            known[call] = on_meta(reference, arguments)
        return known[call]

    return ask


