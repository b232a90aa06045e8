"""All of the course that runs beside a student's code: in the jail and in a notebook's kernel.

Standard library only. A student's code can tamper with everything here; so nothing here knows a
right answer, and whatever it says is taken as data.
"""

from __future__ import annotations

import copy
import dis
import functools
import inspect
import io
import json
import linecache
import numbers
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any

JUDGES = ("torch", "torchinfo", "grader")  # a graded function may not use these
LONGEST = 100_000  # characters of one answer
FRAMES = 950  # that a function may use, calls of itself among them
FORGETS = sys.version_info[:3] == (3, 13, 0)  # its recursion limit: see `_slow_calls`
TOOL, NAME = 3, "recursion limit"  # of `sys.monitoring`; it names 0, 1, 2 and 5 for others


class Stop(BaseException):
    """Ends a call: `Stop(status, detail)`. Not an Exception: `except Exception` lets it pass."""


class OutOfReach:
    """Stands where PyTorch stood while a function is asked: any use of it is an offence."""

    def _use(self, *_: Any, **__: Any) -> Any:
        raise Stop("uses PyTorch")

    __getattr__ = __call__ = __getitem__ = __enter__ = __exit__ = __neg__ = __matmul__ = _use
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __pow__ = _use
    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __iter__ = __len__ = __bool__ = _use
    __int__ = __float__ = __index__ = __lt__ = __gt__ = __le__ = __ge__ = _use


def plain(value: Any) -> Any:
    """`value` as JSON has it; NumPy's numbers and arrays count for what they hold."""
    try:
        text = json.dumps(value, default=_plainer)
    except (TypeError, ValueError, RecursionError):
        what = "an endless number" if isinstance(value, int) else type(value).__name__
        raise Stop("odd value", what) from None
    if len(text) > LONGEST:
        raise Stop("odd value", "an endless answer")
    return json.loads(text)


def _plainer(value: Any) -> Any:
    module = type(value).__module__.partition(".")[0]
    if isinstance(value, OutOfReach) or module in JUDGES:
        raise Stop("uses PyTorch")
    if value is ...:
        return None
    if isinstance(value, numbers.Real):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    if module == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    raise Stop("odd value", type(value).__name__)


def written(function: Any) -> Any:
    """The function with a body that a student wrote: inside of wrappers, partials, objects."""
    with suppress(Exception):  # a student's object may raise when it is looked at
        function = inspect.unwrap(function)
        if isinstance(function, functools.partial):
            return written(function.func)
        if not hasattr(function, "__code__") and hasattr(type(function).__call__, "__code__"):
            return type(function).__call__
    return function


def names_in(function: Any) -> set[str]:
    """All names that the function's code looks up, the functions in it included."""
    code = getattr(written(function), "__code__", None)
    found: set[str] = set()
    waiting = [code] if code else []
    while waiting:
        code = waiting.pop()
        found |= set(code.co_names)
        waiting += [each for each in code.co_consts if isinstance(each, type(code))]
    return found


def is_untouched(function: Any) -> bool:
    """True for a function whose body is a docstring, `...` or `pass`, and nothing else."""
    code = getattr(written(function), "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP"}
    return {step.opname for step in steps} <= idle and constants[-1:] in ([None], [...])


def _returned(value: Any) -> Any:
    """What a call returned, as `plain` has it."""
    try:
        return plain(value)
    finally:
        if inspect.iscoroutine(value):  # of an `async def`
            value.close()  # or Python says, when it is gone, that nobody has awaited it


def answer(function: Any, positional: Any, named: Any) -> dict[str, Any]:
    """Make one call on fresh copies of the arguments; what came of it, as plain data."""
    mine, printed = copy.deepcopy((positional, named)), io.StringIO()
    try:
        inspect.signature(function).bind(*mine[0], **mine[1])
    except TypeError as error:
        return {"status": "signature", "detail": str(error)}
    except Exception:  # a callable without a signature: just call it
        pass
    try:
        with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader takes any warning for a failed check
            value = _returned(_at_one_depth(function, *mine[0], **mine[1]))
    except Stop as stop:
        return dict(zip(("status", "detail"), stop.args, strict=False))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: it ends a call, not the kernel
        if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in JUDGES:
            return {"status": "uses PyTorch"}
        status = "recursion" if isinstance(error, RecursionError) else "raised"
        return {"status": status, "detail": describe(error), "line": _line(error, function)}
    return {
        "status": "nothing" if value is None else "value",
        "value": value,
        "printed": printed.getvalue()[:200],
        "changed_argument": mine != (positional, named),
    }


def _at_one_depth(function: Any, *positional: Any, **named: Any) -> Any:
    """Call the function with as many frames left as everywhere else: in a kernel, in the jail."""
    before, frame, depth = sys.getrecursionlimit(), sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(depth + FRAMES)
    try:
        with _slow_calls():
            return function(*positional, **named)
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _slow_calls() -> Iterator[None]:
    """Let Python 3.13.0 apply its recursion limit at every call.

    The quick form that it gives to a call which leaves out a default argument passes over the
    limit. A call that is monitored keeps its slow form, which does not; nobody need listen.
    """
    monitoring: Any = getattr(sys, "monitoring", None)
    if not FORGETS or monitoring.get_tool(TOOL) not in (None, NAME):
        yield
        return
    if monitoring.get_tool(TOOL) is None:
        monitoring.use_tool_id(TOOL, NAME)
    monitoring.set_events(TOOL, monitoring.events.CALL)
    try:
        yield
    finally:
        monitoring.set_events(TOOL, 0)


def describe(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero`, in one line of bearable length."""
    if isinstance(error, Stop):
        return "TimeoutError: the time limit was over"
    if isinstance(error, EOFError):
        return "EOFError: `input()` has nobody to ask here"
    if isinstance(error, SyntaxError):  # its text names a file that nobody knows
        return f"{type(error).__name__}: {error.msg}"
    text = ""
    with suppress(Exception):  # a student's exception may fail to print itself
        text = str(error).partition("\n")[0][:200] if error.args != (None,) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line(error: BaseException, function: Any) -> str:
    """The last line of the student's own code that `error` went through, and in which function."""
    asked = written(function)
    namespace = getattr(asked, "__globals__", None)
    steps = traceback.walk_tb(error.__traceback__)
    places = [(f.f_code, line) for f, line in steps if f.f_globals is namespace]
    if not places:
        return ""
    code, line = places[-1]
    owner, own = (c.co_qualname.partition(".<locals>")[0] for c in (code, asked.__code__))
    where = f"line {line} of `{owner}`, which `{own}` calls" if owner != own else f"line {line}"
    source = linecache.getline(code.co_filename, line).strip()[:120]
    return f"{where}: {source}" if source else where


def run_cell(number: int, source: str, names: dict[str, Any]) -> str:
    """Run one cell of a notebook; returns the error it ended in, or ''."""
    file = f"<cell {number}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        exec(compile(source, file, "exec"), names)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return describe_with_line(error, names)
    return ""


def describe_with_line(error: BaseException, names: dict[str, Any]) -> str:
    """The same, with the line of the cell that it happened in."""
    steps = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in steps if frame.f_globals is names]
    line = lines[0] if lines else getattr(error, "lineno", None)
    return f"{describe(error)} (line {line})" if line else describe(error)
