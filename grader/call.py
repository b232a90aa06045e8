"""Call a student's function and say in plain data what came back.

Standard library only: this file is all of the course that runs beside a student's code.
PyTorch, torchinfo and this package are out of reach of the function while it is asked.
"""

from __future__ import annotations

import contextlib
import copy
import dis
import inspect
import io
import linecache
import numbers
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

CPU_SECONDS = 2.0  # for all calls of one exercise: CPU time, since a busy machine is no mistake
WALL_SECONDS = 20.0  # for a function that waits instead of computing
JUDGES = ("torch", "torchinfo", "grader")  # top-level modules a graded function may not use
LARGEST_BITS = 4096
LONGEST = 10_000

Status = Literal[
    "value", "nothing", "odd value", "raised", "recursion", "too slow", "uses PyTorch", "signature"
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


class TooSlow(BaseException):
    """Not an Exception, so that `except Exception` in a student's loop does not catch it."""


class UsesPyTorch(BaseException):
    """A graded function reached for PyTorch."""


class OddValue(Exception):
    """A value that no exercise asks for; the message names its type."""


def ask(function: Callable[..., Any], calls: Sequence[Call]) -> list[Outcome]:
    """One outcome for each call. The time limit is for all of them together."""
    outcomes: list[Outcome] = []
    deadline = _Deadline(CPU_SECONDS, WALL_SECONDS)
    with _without_judges(function):
        for call in calls:
            if deadline.passed():
                outcomes.append(Outcome("too slow"))
            else:
                outcomes.append(_ask_once(function, call, deadline))
    return outcomes


def _ask_once(function: Callable[..., Any], call: Call, deadline: _Deadline) -> Outcome:
    """Make one call on fresh copies of the arguments; no exception gets out."""
    positional, named = copy.deepcopy((call.positional, dict(call.named)))
    try:
        inspect.signature(function).bind(*positional, **named)
    except TypeError as error:
        return Outcome("signature", detail=str(error))
    except ValueError:  # a built-in without a signature: just call it
        pass
    printed = _First(200)
    try:
        with contextlib.redirect_stdout(printed), deadline:
            value = plain(function(*positional, **named))
    except TooSlow:
        return Outcome("too slow", printed=printed.text)
    except UsesPyTorch:
        return Outcome("uses PyTorch")
    except OddValue as odd:
        return Outcome("odd value", detail=str(odd), printed=printed.text)
    except RecursionError as error:
        return Outcome("recursion", line=student_line(error, function))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit included: a mark, not the end of the kernel
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in JUDGES:
            return Outcome("uses PyTorch")
        return Outcome("raised", detail=describe(error), line=student_line(error, function))
    changed = (positional, named) != (call.positional, dict(call.named))
    status: Status = "nothing" if value is None else "value"
    return Outcome(status, value, printed=printed.text, changed_argument=changed)


def is_untouched(function: Callable[..., Any]) -> bool:
    """True for a function whose body is a docstring, `...` or `pass`, and nothing else."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return False
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP"}
    steps = list(dis.get_instructions(code))
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname in idle for step in steps) and constants[-1:] in ([None], [...])


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON-like data. NumPy numbers and arrays are accepted for what they hold.

    Raises:
        OddValue: for anything that is neither a number, text, nor a collection of these.
    """
    kind = type(value)
    if kind.__module__.partition(".")[0] in JUDGES:
        raise UsesPyTorch
    if depth > 8:
        raise OddValue("a collection inside a collection, many times over")
    if value is None or value is ... or isinstance(value, bool | str):
        return None if value is ... else value
    if isinstance(value, numbers.Integral):
        if int(value).bit_length() > LARGEST_BITS:
            raise OddValue("a number with over a thousand digits")
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if hasattr(value, "tolist") and kind.__module__.partition(".")[0] == "numpy":
        return plain(value.tolist(), depth + 1)
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in _bounded(value.items())}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in _bounded(value)]
    raise OddValue(kind.__name__)


def describe(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero`, in one line of bearable length."""
    with contextlib.suppress(Exception):  # a student's exception may fail to print itself
        first_line = str(error).partition("\n")[0][:200]
        if first_line and error.args != (None,):
            return f"{type(error).__name__}: {first_line}"
    return type(error).__name__


def student_line(error: BaseException, function: Callable[..., Any]) -> str:
    """The last line of the student's own code that `error` went through, or ''."""
    namespace = getattr(inspect.unwrap(function), "__globals__", None)
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            file, number = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            source = linecache.getline(file, number).strip()
            line = f"line {number}: {source[:120]}" if source else f"line {number}"
        trace = trace.tb_next
    return line


def _bounded(items: Any) -> Any:
    if len(items) > LONGEST:
        raise OddValue(f"a collection of {len(items):,} entries")
    return items


class _First(io.TextIOBase):
    """A text stream that keeps its first characters and forgets the rest."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text[: max(0, self.size - len(self.text))]
        return len(text)


class _Deadline:
    """Raise TooSlow in the main thread when the CPU time, or else the wall time, is used up.

    Uses interval timers where the system has them. Elsewhere (Windows) a timer thread
    interrupts the main thread, by wall time.
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
        elif hasattr(signal, "setitimer"):
            self._undo = self._arm_signals(cpu, wall)
        else:
            self._undo = self._arm_thread(min(cpu, wall))

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.active = False
        self._undo()
        if isinstance(error, KeyboardInterrupt) and self.passed():
            raise TooSlow from None

    def _expire(self, *_: object) -> None:
        if self.active:
            raise TooSlow

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

    def _arm_thread(self, seconds: float) -> Callable[[], None]:
        import _thread

        timer = threading.Timer(seconds, _thread.interrupt_main)
        timer.daemon = True
        timer.start()
        return timer.cancel


def _nothing() -> None:
    """Nothing to undo."""


class _OutOfReach:
    """Stands where PyTorch stood among the student's names; any use says so."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise UsesPyTorch

    __getattr__ = __call__ = __getitem__ = __iter__ = __len__ = __bool__ = _refuse
    __int__ = __float__ = __index__ = __neg__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __mod__ = _refuse


def _belongs_to_judges(value: Any) -> bool:
    named = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    owner = value if isinstance(value, named) else type(value)
    module = owner.__name__ if isinstance(owner, types.ModuleType) else owner.__module__
    return str(module).partition(".")[0] in JUDGES


@contextlib.contextmanager
def _without_judges(function: Callable[..., Any]) -> Iterator[None]:
    """Hide PyTorch and this package from the function's names and from `import`."""
    names: dict[str, Any] = getattr(inspect.unwrap(function), "__globals__", {})
    hidden = {name: value for name, value in names.items() if _belongs_to_judges(value)}
    modules = {n: m for n, m in sys.modules.items() if n.partition(".")[0] in JUDGES}
    names.update(dict.fromkeys(hidden, _OutOfReach()))
    sys.modules.update(dict.fromkeys(modules))  # type: ignore[arg-type]  # None: imports fail
    try:
        yield
    finally:
        sys.modules.update(modules)
        names.update(hidden)
