"""Ways to misread the arguments of a case: one ignored, two confused, one changed a little."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any

Arguments = Mapping[str, Any]
Change = Callable[[Arguments], Arguments]

ABSURD = 10  # times the largest value of an argument: nobody builds a network of 50,257 layers


def misreadings(
    signature: inspect.Signature, cases: Sequence[Arguments]
) -> Iterator[tuple[str, Change]]:
    """Each way in words, to be read after "as if", with the arguments that it makes of a case's.

    Args:
        signature: of the function whose arguments are misread.
        cases: the arguments of each case, defaults filled in.
    """
    for name, parameter in signature.parameters.items():
        values = [case[name] for case in cases]
        for words, misread in _of_one(values, parameter.default):
            yield f"`{name}` {words}", partial(_with_changed, name, misread)
    for one, other in permutations(signature.parameters, 2):
        kinds = {type(case[name]) for case in cases for name in (one, other)}
        if not (kinds <= {int, tuple} and int in kinds) or _is_absurd(one, other, cases):
            continue
        yield f"`{other}` stood in the place of `{one}`", partial(_with_copied, one, other)
        if one < other and not _is_absurd(other, one, cases):
            yield f"`{one}` and `{other}` were swapped", partial(_with_swapped, one, other)


def _of_one(values: Sequence[Any], default: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What a student may read instead of an argument with these values."""
    if all(isinstance(value, bool) for value in values):
        yield "had the opposite value", lambda value: not value
        yield "were always True", lambda value: True
        yield "were always False", lambda value: False
        return
    if default is not inspect.Parameter.empty:
        yield f"were always {default!r}", lambda value: default
    if all(isinstance(value, int) for value in values):
        yield "were always 1", lambda value: 1
        yield "were one less", lambda value: value - 1
        yield "were one more", lambda value: value + 1
        yield "were twice as large", lambda value: 2 * value
        yield "were half as large", lambda value: value // 2
    if any(isinstance(value, tuple) and len(value) == 2 for value in values):
        yield "had its entries swapped", lambda value: _pair(value)[::-1]
        yield "were a square of its first entry", lambda value: _pair(value)[:1] * 2
        yield "were a square of its second entry", lambda value: _pair(value)[1:] * 2
    if all(isinstance(value, tuple | list) and value for value in values):
        kind = type(values[0])
        yield "started with 1 (is it the batch?)", lambda value: kind((1, *value[1:]))
        yield "had its last two entries swapped", lambda v: kind((*v[:-2], *reversed(v[-2:])))
        yield "had no first entry", lambda value: value[1:]
        yield "had no last entry", lambda value: value[:-1]
        yield "were reversed", lambda value: value[::-1]


def _is_absurd(one: str, other: str, cases: Sequence[Arguments]) -> bool:
    """True if `other` in the place of `one` makes calls that take minutes and mean nothing."""
    return max(_largest(c[other]) for c in cases) > ABSURD * max(_largest(c[one]) for c in cases)


def _largest(value: Any) -> int:
    return max((abs(size) for size in _pair(value)[:4] if isinstance(size, int)), default=0)


def _pair(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value, value)


def _with_changed(name: str, misread: Callable[[Any], Any], arguments: Arguments) -> Arguments:
    return {**arguments, name: misread(arguments[name])}


def _with_copied(one: str, other: str, arguments: Arguments) -> Arguments:
    return {**arguments, one: arguments[other]}


def _with_swapped(one: str, other: str, arguments: Arguments) -> Arguments:
    return {**arguments, one: arguments[other], other: arguments[one]}
