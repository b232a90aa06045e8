"""When two answers are the same."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

BY_HAND = 2e-3  # of a number that somebody has worked out on paper: three digits, rounded or cut


def alike(answer: Any, expected: Any) -> bool:
    """The same for somebody who reckons by hand: where a float is expected, three digits do."""
    return same(answer, expected, BY_HAND)


def same(answer: Any, expected: Any, relative: float = 1e-6) -> bool:
    """True if `answer` (plain data) is `expected`, in any honest form.

    `5.0` is 5 and a list is a tuple; a bool is not a number. Where a float is expected the
    relative tolerance is `relative` and the absolute one 1e-12.
    """
    if expected is None:
        return answer is None
    if isinstance(expected, bool | str):
        return type(answer) is type(expected) and bool(answer == expected)
    if isinstance(expected, Mapping):
        return (
            isinstance(answer, Mapping)
            and answer.keys() == expected.keys()
            and all(same(answer[name], value, relative) for name, value in expected.items())
        )
    if isinstance(expected, Sequence):
        return (
            isinstance(answer, Sequence)
            and not isinstance(answer, str)
            and len(answer) == len(expected)
            and all(same(*pair, relative) for pair in zip(answer, expected, strict=True))
        )
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if isinstance(expected, int):
        return answer == expected
    with contextlib.suppress(OverflowError):  # an int too large for a float is not close
        return math.isclose(answer, expected, rel_tol=relative, abs_tol=1e-12)
    return False
