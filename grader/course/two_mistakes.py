"""Two mistakes at once: which answers they give together.

A rule says what a student believes by asking PyTorch a changed question. Who also has a second
misconception asks *that* where PyTorch would be asked; so one rule is run with the other in
PyTorch's place. A rule that asks nothing can stand in PyTorch's place only.

An untrue explanation is worse than none: a pair is told only where nothing simpler gives the
same answers, and no other pair does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from grader.course.pytorch import on_meta
from grader.judge.exercise import Asked, CaseByCase, Mistake
from grader.judge.key import digest
from grader.judge.patterns import Row, simple_relation

Answers = tuple[Any, ...]  # to every visible case, in order
Doubles = Mapping[str, Sequence[int]]  # digest of Answers -> two mistakes, first to show first

FEWEST_CASES = 4
SEEN = 2  # cases in which each of the two changes what the other alone gives


def table(
    exercise: CaseByCase, cases: Sequence[Asked], misread: Sequence[Sequence[Any]]
) -> Doubles:
    """The pairs of mistakes of an exercise that can be told.

    Args:
        cases: the visible ones.
        misread: answers that one misread argument explains; that is simpler.
    """
    right = tuple(_plain(a()) for a in cases)
    if not exercise.is_called or len(cases) < FEWEST_CASES or not _whole(right):
        return {}
    alone = {m: _answers(m, cases) for m in exercise.mistakes}
    simpler = {right, *alone.values(), *(tuple(map(_plain, given)) for given in misread)}
    found: dict[Answers, dict[frozenset[Answers], tuple[Mistake, Mistake]]] = defaultdict(dict)
    asking = {m: _in_pytorchs_place(m, cases) for m in exercise.mistakes}
    for one, other in combinations([m for m in exercise.mistakes if not m.is_two], 2):
        if alone[one] == alone[other] or _proportional(alone[one], alone[other], right):
            continue  # mistakes that cannot be told apart count as one
        for given in _together(one, other, alone, right, asking):
            if given not in simpler and _whole(given):
                found[given][frozenset((alone[one], alone[other]))] = one, other
    return {
        digest(given): sorted(map(exercise.mistakes.index, pair), key=_shows_at(alone, right))
        for given, pairs in found.items()
        for pair in pairs.values()
        if len(pairs) == 1 and not _is_simple(given, right, cases)
    }


def _together(
    one: Mistake,
    other: Mistake,
    alone: Mapping[Mistake, Answers],
    right: Answers,
    asking: Mapping[Mistake, Callable[[Mistake], Answers | None]],
) -> Iterator[Answers]:
    """The answers of a student with both mistakes, as far as they can be known.

    Where it matters which of the two asks the other, plain arithmetic has to agree with one.
    """
    orders = {answers for answers in (asking[other](one), asking[one](other)) if answers}
    if len(orders) > 1:
        orders &= {tuple(map(join, alone[one], alone[other], right)) for join in JOINS}
    for answers in orders:
        if all(_differ(answers, alone[mistake]) >= SEEN for mistake in (one, other)):
            yield answers


def _sum(one: Any, other: Any, right: Any) -> Any:
    return _each(lambda a, b, r: a + b - r, one, other, right)


def _product(one: Any, other: Any, right: Any) -> Any:
    return _each(lambda a, b, r: a * b // r if r and not a * b % r else None, one, other, right)


def _either(one: Any, other: Any, right: Any) -> Any:
    if one == right:
        return other
    return one if other in (right, one) else None


JOINS = (_sum, _product, _either)


def _each(join: Callable[..., Any], *values: Any) -> Any:
    """Join numbers, or the entries of shapes of one length; None where that cannot be done."""
    if all(isinstance(value, tuple) for value in values):
        if len(set(map(len, values))) > 1:
            return None
        entries = tuple(_each(join, *entries) for entries in zip(*values, strict=True))
        return None if None in entries else entries
    return join(*values) if all(map(_is_number, values)) else None


def _in_pytorchs_place(
    inner: Mistake, cases: Sequence[Asked]
) -> Callable[[Mistake], Answers | None]:
    """A function that gives all answers of another mistake's rule where it asks this one."""
    known: dict[str, Any] = {}
    reference = cases[0].reference
    asked = False

    def stand_in(**arguments: Any) -> Any:
        nonlocal asked
        asked, call = True, repr(sorted(arguments.items()))
        if call not in known:
            known[call] = inner.rule(Asked(reference, arguments))
        return known[call]

    def answers(outer: Mistake) -> Answers | None:
        nonlocal asked
        asked = False
        try:
            given = _answers(outer, [Asked(stand_in, vars(a)) for a in cases])
        except Exception:  # whatever it is: PyTorch refuses the call that both together make
            return None
        return given if asked else None

    return answers


def _answers(mistake: Mistake, cases: Sequence[Asked]) -> Answers:
    return tuple(_plain(answer) for answer in on_meta(lambda: [mistake.rule(a) for a in cases], {}))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(map(_plain, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: Any) -> bool:
    """True for whole numbers, and for shapes and lists of them: floats have no exact digest."""
    return all(map(_whole, value)) if isinstance(value, tuple) else _is_number(value)


def _differ(answers: Answers, others: Answers) -> int:
    return sum(a != b for a, b in zip(answers, others, strict=True))


def _proportional(one: Answers, other: Answers, right: Answers) -> bool:
    """True if one is off by a multiple of the other: 3 n is not "n too many, and 2 n too many"."""
    off, also_off = _each(_minus, one, right), _each(_minus, other, right)
    if off is None or also_off is None:
        return False
    pairs = list(zip(_flat(off), _flat(also_off), strict=True))
    a, b = next((pair for pair in pairs if any(pair)), (0, 0))
    return all(x * b == y * a for x, y in pairs)


def _minus(one: int, other: int) -> int:
    return one - other


def _flat(value: Any) -> Iterator[int]:
    if isinstance(value, tuple):
        for entry in value:
            yield from _flat(entry)
    else:
        yield value


def _is_simple(given: Answers, right: Answers, cases: Sequence[Asked]) -> bool:
    """True for answers that hardly differ, and for those with a simple relation to the right."""
    if 3 * len(set(given)) <= len(set(right)):
        return True
    listed = [list(answer) if isinstance(answer, tuple) else answer for answer in given]
    rows = [Row(vars(a), *pair) for a, *pair in zip(cases, listed, right, strict=True)]
    return bool(simple_relation(rows))


def _shows_at(alone: Mapping[Mistake, Answers], right: Answers) -> Callable[[int], int]:
    """The case in which a mistake, by its number, is wrong for the first time."""
    first = [
        next((i for i, pair in enumerate(zip(given, right, strict=True)) if len(set(pair)) > 1), 0)
        for given in alone.values()
    ]
    return first.__getitem__
