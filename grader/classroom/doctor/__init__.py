"""`grader doctor`: what is wrong here, and the command that mends it.

It imports neither PyTorch nor nbgrader to begin with, so that it can say that they are missing.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from grader.classroom.doctor import jupyter, privacy, python, teaching
from grader.classroom.doctor.finding import Check, Finding, Said, State, wrong
from grader.classroom.doctor.place import NAME, Place, install, version

MARKS: dict[State, str] = {
    "fine": "fine",
    "limited": "limited",
    "wrong": "WRONG",
    "not needed": "-",
}
COLOURS: dict[State, str] = {"fine": "32", "limited": "33", "wrong": "1;31", "not needed": "2"}
AT_ONCE = 8
WIDEST = 100


def checks(place: Place) -> Iterator[tuple[str, Check]]:
    """The checks that concern this person, with their names."""
    yield "Python", python.python
    yield "PyTorch", python.pytorch
    yield "Packages", python.packages
    yield "Names", python.names
    yield "JupyterLab", jupyter.jupyterlab
    yield "Kernel", jupyter.kernel
    yield "Answer keys", jupyter.keys
    yield "Disk", python.disk
    if os.name == "posix":
        yield "Home", privacy.home
        yield "umask", privacy.umask
        yield "Encryption", privacy.encryption
    if place.teaching:
        yield from _of_teachers(place)


def _of_teachers(place: Place) -> Iterator[tuple[str, Check]]:
    yield "nbgrader", jupyter.nbgrader
    yield "bubblewrap", teaching.bubblewrap
    if os.name == "posix":
        yield "Answers", privacy.answers
        yield "Private", privacy.private
    yield "Settings", teaching.settings
    yield "Exchange", teaching.exchange
    yield "Time zone", teaching.time_zone
    yield "Gradebook", teaching.gradebook
    if place.root is not None and (place.root / "slides").is_dir():
        yield "Node", teaching.node
        yield "Decks, site", teaching.decks


def examine(place: Place) -> list[Finding]:
    """Make all checks, several at once; the findings come in their order."""
    wanted = list(checks(place))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(lambda each: _said(each[1], place), wanted))
    return [
        Finding(name, each.state, each.says, each.mend)
        for (name, _), lines in zip(wanted, said, strict=True)
        for each in lines
    ]


def _said(check: Check, place: Place) -> list[Said]:
    """What a check says. One that fails has found something that nobody has thought of."""
    try:
        return list(check(place))
    except PermissionError as error:
        path = error.filename
        return [wrong(f"You may not read {path}, which is needed here.", f"ls -ld {path}")]
    except Exception as error:
        return [wrong(f"This cannot be looked at ({type(error).__name__}: {error}).", install())]


def report(
    place: Place, as_json: bool = False, colour: bool = False, width: int = 80
) -> tuple[str, int]:
    """What `grader doctor` prints, and its exit code: 0 when nothing is wrong.

    Args:
        colour: for terminals.
        width: of the lines; a command is never broken.
    """
    findings = examine(place)
    code = 1 if any(each.state == "wrong" for each in findings) else 0
    if as_json:
        return json.dumps([asdict(each) for each in findings], indent=1), code
    head = f"Every Layer Counts {version(NAME) or ''}, looked at in {place.folder}"
    lines = [line for each in findings for line in _lines(each, colour, min(width, WIDEST))]
    return "\n".join([head, "", *lines, "", _sum(findings)]), code


def _lines(finding: Finding, colour: bool, width: int) -> Iterator[str]:
    mark = f"{MARKS[finding.state]:8}"
    if colour:
        mark = f"\x1b[{COLOURS[finding.state]}m{mark}\x1b[0m"
    first, *rest = textwrap.wrap(
        finding.says, max(width - 23, 30), break_long_words=False, break_on_hyphens=False
    )
    yield f"{mark} {finding.name:13} {first}"
    yield from (f"{'':22} {line}" for line in rest)
    if finding.mend:
        yield f"{'':22} > {finding.mend}"


def _sum(findings: Sequence[Finding]) -> str:
    wrong_ones = sum(each.state == "wrong" for each in findings)
    if not wrong_ones:
        return "Nothing is wrong."
    things = "One thing is" if wrong_ones == 1 else f"{wrong_ones} things are"
    return f"{things} wrong; behind each > stands what mends it."


def show(root: Path | None, as_json: bool = False) -> int:
    """Print what is found in this folder, for this user; returns the exit code.

    Args:
        root: of the course, if this folder is in one.
    """
    to_person = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDEST
    text, code = report(Place(Path.cwd(), root), as_json, to_person, width)
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
    return code
