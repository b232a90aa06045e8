"""All of the course that runs beside a student's code: in the jail and in a notebook's kernel.

Standard library only. A student's code can tamper with everything here; so nothing here knows a
right answer, and whatever it says is taken as data.
"""

from __future__ import annotations

import contextlib
import copy
import dis
import inspect
import io
import json
import linecache
import numbers
import types
import warnings
from collections.abc import Iterator
from typing import Any

JUDGES = ("torch", "torchinfo", "grader")  # a graded function may not use these
ABSENT = (*JUDGES, "matplotlib", "IPython")  # what lessons import and the jail does not have
LONGEST = 100_000  # characters of one answer


class TooSlow(BaseException):
    """Not an Exception, so that `except Exception` in a student's loop does not catch it."""


class UsesPyTorch(BaseException):
    """A graded function reached for PyTorch."""


class OddValue(Exception):
    """A value that no exercise asks for; the message says what it is."""


class OutOfReach:
    """Stands where PyTorch stood. While a function is asked, any use of it is an offence;
    while cells run in the jail, it swallows everything."""

    asking = True

    def _use(self, *_: Any, **__: Any) -> Any:
        if OutOfReach.asking:
            raise UsesPyTorch
        return self

    __getattr__ = __call__ = __getitem__ = __enter__ = __exit__ = __neg__ = __matmul__ = _use
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __pow__ = _use
    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __iter__ = __len__ = __bool__ = _use
    __int__ = __float__ = __index__ = __lt__ = __gt__ = __le__ = __ge__ = _use


def belongs_to_judges(value: Any) -> bool:
    """True for PyTorch's modules, classes, functions and tensors, and for this package's."""
    named = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
    owner = value if isinstance(value, named) else type(value)
    module = owner.__name__ if isinstance(owner, types.ModuleType) else owner.__module__
    return str(module).partition(".")[0] in JUDGES


def plain(value: Any) -> Any:
    """`value` as JSON has it; NumPy's numbers and arrays count for what they hold."""
    if belongs_to_judges(value):
        raise UsesPyTorch
    try:
        text = json.dumps(value, default=_plainer)
        return json.loads(text) if len(text) <= LONGEST else _odd("an endless answer")
    except (TypeError, ValueError, RecursionError):
        return _odd("an endless number" if isinstance(value, int) else type(value).__name__)


def _plainer(value: Any) -> Any:
    if value is ...:
        return None
    if isinstance(value, numbers.Real):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return _odd(type(value).__name__)


def _odd(what: str) -> Any:
    raise OddValue(what)


def is_untouched(function: Any) -> bool:
    """True for a function whose body is a docstring, `...` or `pass`, and nothing else."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP"}
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(step.opname in idle for step in steps) and constants[-1:] in ([None], [...])


def answer(function: Any, positional: Any, named: Any) -> dict[str, Any]:
    """Make one call on fresh copies of the arguments; what came of it, as plain data."""
    mine = copy.deepcopy((positional, named))
    try:
        inspect.signature(function).bind(*mine[0], **mine[1])
    except TypeError as error:
        return {"status": "signature", "detail": str(error)}
    except Exception:  # a callable without a signature: just call it
        pass
    printed = io.StringIO()
    try:
        with _quiet(printed):
            value = plain(function(*mine[0], **mine[1]))
    except (TooSlow, UsesPyTorch) as stop:
        return {"status": "too slow" if isinstance(stop, TooSlow) else "uses PyTorch"}
    except OddValue as odd:
        return {"status": "odd value", "detail": str(odd)}
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


@contextlib.contextmanager
def _quiet(printed: io.StringIO) -> Iterator[None]:
    """Catch what is printed; warnings too, since nbgrader takes any for a failed check."""
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def describe(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero`, in one line of bearable length."""
    text = ""
    with contextlib.suppress(Exception):  # a student's exception may fail to print itself
        text = str(error).partition("\n")[0][:200] if error.args != (None,) else ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line(error: BaseException, function: Any) -> str:
    """The last line of the student's own code that `error` went through."""
    namespace = getattr(inspect.unwrap(function), "__globals__", None)
    line, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            source = linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno).strip()
            line = (
                f"line {trace.tb_lineno}: {source[:120]}" if source else f"line {trace.tb_lineno}"
            )
        trace = trace.tb_next
    return line


def run_cell(number: int, source: str, names: dict[str, Any]) -> str:
    """Run one cell of a notebook; returns the error it ended in, or ''."""
    file = f"<cell {number}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        exec(compile(source, file, "exec"), names)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return describe(error)
    return ""
