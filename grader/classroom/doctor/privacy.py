"""Who can read what: home, umask, the answers, gradebook and the term's word."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.ask.obstacles import is_root
from grader.classroom.doctor.finding import Said, fine, limited, not_needed, wrong
from grader.classroom.doctor.place import ENTER, READ, Place, lets_others, quoted, version

STATUS = Path("/proc/self/status")
WITH_ANSWERS = ("solutions", ".git", "tests")  # of a clone


def open_to_others(path: Path) -> bool:
    """Whether other users of this machine can read it: every folder above has to let them in."""
    try:
        mode = path.stat().st_mode
        above = [folder.stat().st_mode for folder in path.resolve().parents]
    except OSError:  # who may not look is an other
        return False
    rights = READ | ENTER if stat.S_ISDIR(mode) else READ
    return bool(mode & rights) and all(folder & ENTER for folder in above)


def home(place: Place) -> Iterator[Said]:
    """The home folder: there, writable, and closed to other users; to root, everybody's."""
    try:
        folder = Path.home()
    except RuntimeError:
        folder = Path("~")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        yield limited(
            f"The home folder {folder} cannot be written to: what `practice` remembers is lost.",
            'export HOME="$PWD"',
        )
    elif place.homes and open_to_others(folder):
        yield wrong(
            f"{folder} can be read by {_people(place)}, and the notebooks in it.",
            f"chmod o-rwx {quoted(folder)}",
        )
    else:
        yield fine(f"{folder}, closed to others" if place.homes else f"{folder}")
    if is_root() and len(place.homes) > 1 and (found := list(filter(open_to_others, place.homes))):
        yield wrong(
            f"Every user of this machine can read what is in {_named(found)}.",
            f"chmod o-rwx {quoted(*found)}",
        )


def umask(_: Place) -> Iterator[Said]:
    """What others may do with files that are made from now on."""
    try:
        found = re.search(r"^Umask:\s*(\d+)", STATUS.read_text(), re.MULTILINE)
    except OSError:
        found = None
    if found is None:
        yield not_needed("this system does not tell it")
    elif not int(found[1], 8) & 0o002:
        yield wrong(f"{found[1]}: every user may change the files that you make.", "umask 027")
    else:
        yield fine(found[1])


def encryption(place: Place) -> Iterator[Said]:
    """Whether other users of the machine can hear what a notebook's kernel says."""
    if not place.homes or version("jupyterlab") is None:
        yield not_needed("nobody else is here, or no JupyterLab")
        return
    manager = place.config("jupyter_config").KernelManager
    if manager.get("transport_encryption") in ("auto", "required"):
        yield fine("what kernels say is encrypted")
    else:
        yield limited(
            f"What kernels of `jupyter lab` say can be heard by {_people(place)}. `grader lab` "
            "encrypts it.",
            "grader lab",
        )


def answers(place: Place) -> Iterator[Said]:
    """`solutions/`, git's history and the tests, where the course stands shared."""
    folder = place.solutions
    if folder is None:
        yield not_needed("no solutions here")
        return
    found = list(filter(open_to_others, (folder.parent / name for name in WITH_ANSWERS)))
    if place.homes and found:
        yield wrong(
            f"{_named(found)} can be read by {_people(place)}: students find the answers there.",
            f"chmod 700 {quoted(*found)}",
        )
    else:
        yield fine(
            f"{folder}, closed to others" if place.homes else f"{folder}; nobody else is here"
        )


def private(place: Place) -> Iterator[Said]:
    """`.nbgrader`: gradebook, hand-ins and marks, and the word that draws the hidden cases."""
    folder = place.private
    if folder is None or not folder.exists():
        yield not_needed("nothing has been graded here")
        return
    if not os.access(folder, os.R_OK | os.X_OK):
        yield not_needed(f"{folder} is another user's")
        return
    leaks = [
        (folder, "marks and hand-ins", "700"),
        (folder / "term", "the word that draws the hidden cases", "600"),
    ]
    found = [
        wrong(f"Other users can read {path}: {what}.", f"chmod {mode} {quoted(path)}")
        for path, what, mode in leaks
        if lets_others(path, READ)
    ]
    yield from found or [fine(f"{folder}, closed to others")]


def _people(place: Place) -> str:
    count = len(place.homes)
    return "another user of this machine" if count == 1 else f"{count} other users of this machine"


def _named(paths: Sequence[Path]) -> str:
    first, *more = paths
    return f"{first} and {len(more)} more" if more else f"{first}"
