"""Inside the jail, for notebooks that are more than plain: IPython's own shell runs the cells.

PyTorch, matplotlib and NumPy are the real ones. What the jail refuses, or does not have, costs
the statement that wants it and those that miss what it would have bound.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from grader.ask import inside_jail
from grader.ask.inside_jail import Channel, limit, serve
from grader.ask.kernel import Call, each_outcome
from grader.ask.run import describe_with_line

REFUSED = (ImportError, OSError, EOFError)  # no package, file, process, network, keyboard

OFTEN = (  # what a lesson's first cell brings, and what IPython's shell takes
    *("IPython.core.interactiveshell", "traitlets.config", "numpy", "torch", "torchinfo"),
    "torch._dynamo",  # a second of imports, which an optimizer makes at its first step
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "grader", "grader.figures"),
)


class NotebookCells:
    """A notebook in IPython's shell, without a kernel around it."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        class Shell(InteractiveShell):
            """With nothing to do where a kernel talks with its window."""

            def enable_gui(self, gui: Any = None) -> None:
                """`%matplotlib inline` asks for none."""

            def ask_exit(self) -> None:
                """`exit` ends a kernel when the notebook is closed."""

        config = Config()
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.xmode = "Minimal"  # nobody reads the traceback
        config.InteractiveShell.colors = "nocolor"
        self._shell = Shell.instance(config=config)
        self.names: dict[str, Any] = self._shell.user_ns

    def run(self, number: int, source: str, own: bool) -> list[str]:
        """Run one cell; returns what went wrong, a line for each statement that failed."""
        errors: list[str] = []
        missing: set[str] = set()
        rest = source
        while rest:
            result = self._shell.run_cell(rest, store_history=rest is source)
            error = result.error_before_exec or result.error_in_exec
            if error is None:
                break
            errors.append(describe_with_line(error, self.names))
            if not own or not _is_refused(error, missing):
                break
            rest, lost = _after(self._shell.transform_cell(rest), error, self.names)
            missing |= lost
        return errors

    def outcomes(self, function: Any, calls: Any) -> Iterator[dict[str, Any]]:
        """What each call of a function did, PyTorch out of its reach."""
        to_make = [Call(positional, named) for positional, named in calls]
        return map(asdict, each_outcome(function, to_make))


def _is_refused(error: BaseException, missing: set[str]) -> bool:
    """True if the jail is to blame, or a name that it has kept from being bound."""
    if isinstance(error, NameError):
        return error.name in missing and not hasattr(builtins, str(error.name))
    return isinstance(error, REFUSED)


def _after(source: str, error: BaseException, names: Any) -> tuple[str, set[str]]:
    """The statements behind the one that failed, and the names that it would have bound."""
    steps = traceback.walk_tb(error.__traceback__)
    line = next((line for frame, line in steps if frame.f_globals is names), 0)
    body = ast.parse(source).body
    failed = [node for node in body if node.lineno <= line]
    rest = [node for node in body if node.lineno > line]
    return "\n".join(map(ast.unparse, rest)), _bound_by(failed[-1]) if failed else set()


def _bound_by(statement: ast.stmt) -> set[str]:
    names = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return names


def import_all() -> None:
    """Import what most notebooks import, before there is a notebook."""
    for name in OFTEN:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def main() -> None:
    """Read the request and serve it with IPython and PyTorch."""
    inside_jail.CHANNEL = channel = Channel()
    request = channel.hear()
    limit(request)
    serve(channel, request, NotebookCells())
