"""Which exercise a cell means that says `check(linear_params)`: one rule for kernel and jail."""

from __future__ import annotations

import contextlib
import dis
from collections.abc import Collection
from types import FrameType
from typing import Any


def name_given(value: Any, caller: FrameType, known: Collection[str]) -> str | None:
    """The name under which `caller` gives `value` to `check` or `hint`; None if there is none.

    The object itself cannot be asked: a lambda, a partial, a callable object and a wrapper have
    no name or another one, and two exercises may share one function. When a notebook is graded,
    the text of the check cell names the exercise. So the name in the call counts here too, as
    long as it holds this very object. Where the call gives no exercise's name (a loop over
    functions, a helper that calls `check`), any exercise's name counts that holds the object;
    the object's own name comes last.

    Args:
        value: what was given.
        caller: the frame of the call.
        known: the names of the exercises.
    """
    names = {**caller.f_globals, **caller.f_locals}
    typed, own = _typed(caller), _own(value)

    def holds(name: str | None) -> bool:
        return name in names and names[name] is value

    meant = [name for name in (typed, own, *known) if name in known and holds(name)]
    if meant:
        return meant[0]
    return typed if holds(typed) and callable(value) and own not in known else own


def _typed(caller: FrameType) -> str | None:
    """The name that was looked up last before the call that `caller` is in: its argument.

    From the bytecode, since the source of a cell is not always at hand.
    """
    steps = (step for step in dis.get_instructions(caller.f_code) if step.offset < caller.f_lasti)
    loads = [step.argval for step in steps if step.opname in ("LOAD_NAME", "LOAD_GLOBAL")]
    return loads[-1] if loads else None


def _own(value: Any) -> str | None:
    name = None
    with contextlib.suppress(Exception):  # a student's `__getattr__` may do anything
        name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None
