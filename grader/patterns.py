"""Mistakes that nobody foresaw: what a student's wrong answers have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.call import Outcome
from grader.exercise import Case, Function


def find_pattern(
    function: Function, cases: Sequence[Case], outcomes: Sequence[Outcome], expected: Sequence[Any]
) -> str:
    """A sentence that is true of every case, or ''."""
    return ""
