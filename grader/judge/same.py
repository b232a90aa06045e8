"""When two answers are the same."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import Any


def same(answer: Any, expected: Any) -> bool:
    """True if `answer` (plain data) is `expected`, in any honest form.

    `5.0` is 5 and a list is a tuple; a bool is not a number. Where a float is expected the
    relative tolerance is 1e-6 and the absolute one 1e-12.
    """
    if expected is None:
        return answer is None
    if isinstance(expected, bool | str):
        return type(answer) is type(expected) and bool(answer == expected)
    if isinstance(expected, Mapping):
        return (
            isinstance(answer, Mapping)
            and answer.keys() == expected.keys()
            and all(same(answer[name], value) for name, value in expected.items())
        )
    if isinstance(expected, Sequence):
        return (
            isinstance(answer, Sequence)
            and not isinstance(answer, str)
            and len(answer) == len(expected)
            and all(map(same, answer, expected))
        )
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    if isinstance(expected, int):
        return answer == expected
    with contextlib.suppress(OverflowError):  # an int too large for a float is not close
        return math.isclose(answer, expected, rel_tol=1e-6, abs_tol=1e-12)
    return False
