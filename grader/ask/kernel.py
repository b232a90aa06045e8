"""Ask a student's function in this process, a notebook's kernel.

PyTorch, torchinfo and this package are out of the function's reach while it is asked, the files
of this package too, and it has a limited time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Literal

from grader.ask.run import JUDGES, OutOfReach, Stop, answer, written

IN_A_PAGE = sys.platform == "emscripten"  # no threads, no signals, and slower
# For all calls of one exercise: CPU time, since a busy machine is no mistake.
CPU_SECONDS = 5.0 if IN_A_PAGE else 2.0
WALL_SECONDS = 20.0  # for a function that waits instead of computing
IMPORT_SECONDS = 20.0  # on top of these for an import: what it left half-done would stay broken
PACKAGE = str(Path(__file__).resolve().parents[1])

Status = Literal[
    "value",
    "nothing",
    "odd value",
    "raised",
    "recursion",
    "too slow",
    "uses PyTorch",
    "signature",
    "died",
]


@dataclass(frozen=True)
class Call:
    """One call to make: `function(*positional, **named)`."""

    positional: Sequence[Any]
    named: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What one call did. `value` is plain data: None, bool, int, float, str, list or dict."""

    status: Status
    value: Any = None
    detail: str = ""  # the type of an odd value, or the exception and its message
    line: str = ""  # the student's line that raised
    printed: str = ""
    changed_argument: bool = False


def ask(function: Callable[..., Any], calls: Sequence[Call]) -> list[Outcome]:
    """One outcome for each call. The time limit is for all of them together."""
    return list(each_outcome(function, calls))


def each_outcome(function: Callable[..., Any], calls: Sequence[Call]) -> Iterator[Outcome]:
    """The same, one after the other."""
    deadline = _Deadline(CPU_SECONDS, WALL_SECONDS)
    with _without_judges(function), _without_our_files():
        for call in calls:
            outcome = Outcome("too slow")
            if not deadline.passed():
                with contextlib.suppress(Stop), deadline:
                    outcome = look(function, *call.positional, **call.named)
            yield outcome


def look(function: Callable[..., Any], *positional: Any, **named: Any) -> Outcome:
    """One call, without a time limit and with PyTorch in reach."""
    return Outcome(**answer(function, positional, named))


class _Deadline:
    """Stop what runs in the main thread when the CPU time, or else the wall time, is used up.

    Uses interval timers where the system has them. Elsewhere (Windows) a thread looks at the
    clocks and interrupts the main thread. A web page has neither: there Python itself looks at
    the clock at each jump and each call.
    """

    def __init__(self, cpu: float, wall: float) -> None:
        self.cpu_end = time.process_time() + cpu
        self.wall_end = time.monotonic() + wall
        self.active = False

    def passed(self) -> bool:
        return min(self._left()) <= 0

    def _left(self) -> tuple[float, float]:
        return self.cpu_end - time.process_time(), self.wall_end - time.monotonic()

    def __enter__(self) -> None:
        self.active = True
        cpu, wall = (max(seconds, 0.001) for seconds in self._left())
        if threading.current_thread() is not threading.main_thread():
            self._undo: Callable[[], None] = _nothing
        elif IN_A_PAGE:
            self._undo = self._arm_monitoring()
        elif hasattr(signal, "setitimer"):
            self._undo = self._arm_signals(cpu, wall)
        else:
            self._undo = self._arm_thread()

    def __exit__(self, *_: object) -> None:
        self.active = False
        self._undo()

    def _expire(self, _: int, frame: FrameType | None) -> None:
        patience = -IMPORT_SECONDS if _is_importing(frame) else 0
        if self.active and min(self._left()) <= patience:
            raise Stop("too slow")

    def _arm_signals(self, cpu: float, wall: float) -> Callable[[], None]:
        timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
        before = {number: signal.signal(number, self._expire) for number in timers}
        signal.setitimer(signal.ITIMER_PROF, cpu, 0.2)  # again and again: a bare `except:` may
        signal.setitimer(signal.ITIMER_REAL, wall, 0.2)  # have swallowed the first

        def undo() -> None:
            for number, timer in timers.items():
                signal.setitimer(timer, 0)
                signal.signal(number, before[number])

        return undo

    def _arm_thread(self) -> Callable[[], None]:
        import _thread

        before, done, lock = signal.getsignal(signal.SIGINT), threading.Event(), threading.Lock()

        def interrupted(number: int, frame: FrameType | None) -> None:
            self._expire(number, frame)
            if self.active and not self.passed() and callable(before):
                before(number, frame)  # somebody pressed Control-C

        def watch() -> None:
            while not done.wait(max(min(self._left()), 0.2)):  # again: an `except:` may swallow one
                with lock:
                    if self.passed() and not done.is_set():
                        _thread.interrupt_main()

        def undo() -> None:
            with lock:
                done.set()
            signal.signal(signal.SIGINT, before)  # handles first what has come in

        signal.signal(signal.SIGINT, interrupted)
        threading.Thread(target=watch, daemon=True).start()
        return undo

    def _arm_monitoring(self) -> Callable[[], None]:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]  # Python 3.12 has it
        tool, event = monitoring.DEBUGGER_ID, monitoring.events

        again = 0.0

        def look(code: types.CodeType, *_: object) -> None:
            nonlocal again
            if self.active and self.passed() and not code.co_filename.startswith(PACKAGE):
                if time.monotonic() < again:
                    return
                again = time.monotonic() + 0.2  # a bare `except:` may swallow the first
                raise Stop("too slow")

        monitoring.use_tool_id(tool, "time limit")
        for each in (event.JUMP, event.PY_START):
            monitoring.register_callback(tool, each, look)
        monitoring.set_events(tool, event.JUMP | event.PY_START)

        def undo() -> None:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)

        return undo


def _nothing() -> None:
    """Nothing to undo."""


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def _without_our_files() -> Iterator[None]:
    """Let nothing read this package's files, where the answer keys are."""
    _hook().armed = True
    try:
        yield
    finally:
        _hook().armed = False


class _Hook:
    """Sees every `open` of this process; Python has no way to take such a hook back."""

    armed = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if path.startswith(PACKAGE + os.sep):
                raise Stop("uses PyTorch")


@cache
def _hook() -> _Hook:
    hook = _Hook()
    sys.addaudithook(hook)
    return hook


@contextlib.contextmanager
def _without_judges(function: Callable[..., Any]) -> Iterator[None]:
    """Hide PyTorch and this package from the function's names and from `import`, and let no
    tensor that it keeps work."""
    names: dict[str, Any] = getattr(written(function), "__globals__", {})
    hidden = {name: value for name, value in names.items() if _belongs_to_judges(value)}
    with _without_kept(function), _refusing_tensors():
        modules = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in JUDGES}
        names.update(dict.fromkeys(hidden, OutOfReach()))
        sys.modules.update(dict.fromkeys(modules))  # type: ignore[arg-type]  # None: imports fail
        try:
            yield
        finally:
            sys.modules.update(modules)
            names.update(hidden)


@contextlib.contextmanager
def _without_kept(function: Callable[..., Any]) -> Iterator[None]:
    """Hide what a function keeps of PyTorch in its closure and its defaults."""
    inner = written(function)
    cells = [
        (cell, cell.cell_contents)
        for cell in getattr(inner, "__closure__", None) or ()
        if cell != types.CellType() and _belongs_to_judges(cell.cell_contents)
    ]
    defaults: tuple[Any, ...] = getattr(inner, "__defaults__", None) or ()
    kept = any(map(_belongs_to_judges, defaults))
    for cell, _ in cells:
        cell.cell_contents = OutOfReach()
    if kept:
        inner.__defaults__ = tuple(
            OutOfReach() if _belongs_to_judges(value) else value for value in defaults
        )
    try:
        yield
    finally:
        for cell, value in cells:
            cell.cell_contents = value
        if kept:
            inner.__defaults__ = defaults


def _refusing_tensors() -> contextlib.AbstractContextManager[Any]:
    """What stops every operation on a tensor, if PyTorch is loaded."""
    if "torch" not in sys.modules:
        return contextlib.nullcontext()
    from torch.overrides import TorchFunctionMode

    class Refusing(TorchFunctionMode):
        def __torch_function__(self, *_: Any, **__: Any) -> Any:
            raise Stop("uses PyTorch")

    return Refusing()


def _belongs_to_judges(value: Any) -> bool:
    """True for PyTorch's modules, classes, functions and tensors, and for this package's."""
    named = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    owner = value if isinstance(value, named) else type(value)
    module = owner.__name__ if isinstance(owner, types.ModuleType) else owner.__module__
    return str(module).partition(".")[0] in JUDGES
