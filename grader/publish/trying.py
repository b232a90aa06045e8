"""`grader try EXERCISE`: the card for an answer that an author types or pipes in."""

from __future__ import annotations

import ast
import difflib
from typing import Any, TextIO

from grader.ask.run import run_cell
from grader.course.catalogue import exercise_of, find, judge, names
from grader.judge.errors import CourseError
from grader.judge.report import text
from grader.judge.result import Result
from grader.publish.text_file import UnreadableError, text_of


def start(name: str, typed: TextIO | None) -> int:
    """Judge what is piped in, or at a terminal one answer after the other until Ctrl-D.

    Returns:
        The exit code: for an answer that was piped in, 0 if it is right and 1 if not.

    Raises:
        CourseError: if there is no such exercise, or no answer in what was piped in.
    """
    found = find(name)
    if found is None:
        close = difflib.get_close_matches(name, names(), n=3, cutoff=0.4)
        near = f"Near it: {', '.join(close)}." if close else "`grader list` shows them all."
        raise CourseError(f"There is no exercise `{name}`. {near}")
    try:
        if typed is not None and typed.isatty():
            print(f"{exercise_of(found).starter}\nAn empty line ends an answer, Ctrl-D ends all.\n")
            return _at_terminal(name, typed)
        return _from_pipe(name, typed)
    except KeyboardInterrupt:
        raise CourseError("Stopped.") from None


def _from_pipe(name: str, typed: TextIO | None) -> int:
    result = tried(name, _piped(typed) if typed else "")
    print(text(result))
    return 0 if result.verdict == "correct" else 1


def _piped(typed: TextIO) -> str:
    """What was piped in, in whatever encoding: Windows' own `>` writes UTF-16."""
    data = typed.buffer.read() if hasattr(typed, "buffer") else typed.read().encode()
    if not data.strip():
        return ""
    try:
        return text_of(data, "a text", otherwise="cp1252")
    except UnreadableError as error:
        raise CourseError(f"The answer cannot be read: {error.reason}.") from None


def _at_terminal(name: str, typed: TextIO) -> int:
    while source := _answer(typed):
        try:
            print(f"{text(tried(name, source))}\n")
        except CourseError as error:
            print(f"{error}\n")
        except KeyboardInterrupt:
            print("\nStopped.\n")  # the answer, which may be endless
    return 0


def tried(name: str, source: str) -> Result:
    """The result for an answer to this exercise: a whole `def`, or an expression.

    Raises:
        CourseError: if the answer does not run, or is no answer.
    """
    found = find(name)
    if found is None:
        raise CourseError(f"There is no exercise `{name}`.")
    if not source.strip():
        raise CourseError(
            f"No answer was given: write `lambda ...: ...` or `def {name}(...): ...`."
        )
    said: dict[str, Any] = {"__name__": "__main__"}
    if error := run_cell(1, _named(name, source), said):
        raise CourseError(f"The answer ended in `{error}`.")
    if name not in said:
        raise CourseError(f"The answer sets no `{name}`: end it with its `def`, or an expression.")
    if exercise_of(found).is_called and not callable(said[name]):
        raise CourseError(f"`{name}` is a function: `lambda ...: ...` makes one of an expression.")
    return judge(found, said[name])


def _named(name: str, source: str) -> str:
    """The answer under its name: an expression, or a function of another name, that ends it."""
    try:
        *_, last = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # running it says what is wrong
        return source
    if isinstance(last, ast.Expr) and last.col_offset == 0:
        lines = source.split("\n")  # as Python counts them, unlike splitlines
        lines[last.lineno - 1] = f"{name} = {lines[last.lineno - 1]}"
        return "\n".join(lines)
    if isinstance(last, ast.FunctionDef) and last.name != name:
        return f"{source}\n{name} = {last.name}"
    return source


def _answer(typed: TextIO) -> str:
    """The next answer, up to an empty line; '' at the end of the input."""
    lines: list[str] = []
    print("> ", end="", flush=True)
    for line in typed:
        if line.strip():
            lines.append(line)
        elif lines:
            break
        print("  " if lines else "> ", end="", flush=True)
    return "".join(lines)
