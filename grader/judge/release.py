"""Which release a notebook is of, and which one the package; standard library, since `check` asks.

A notebook says it twice: in its metadata, which most programs keep, and in its first cell, which
all of them keep and a kernel can see.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

NAME = "every-layer-counts"
MARK = "every_layer_counts"  # our key in a notebook's metadata
TITLE = "# @title Where the course's package is missing"  # how the first cell has always begun
LINE = "# Every Layer Counts, release {}"  # below it, since release 1.0
OLDEST = (1, 0)  # the first release that notebooks name
VERSION = r"(\d{1,6}\.\d{1,6}[\w.]{0,12})"  # so short, as a student can write megabytes there
NAMED = (  # in a cell, or in a whole file; the first cell first: it stands near the beginning
    re.compile(rf"# Every Layer Counts, release {VERSION}", re.ASCII),
    re.compile(rf'"every_layer_counts":\s*\{{\s*"release":\s*"{VERSION}"', re.ASCII),
)


@cache
def installed() -> str:
    """The release of this package; '' where nothing tells it, as in a page of the site."""
    import tomllib  # here, since it takes longer than all else that `check` needs of this
    from importlib import metadata

    try:
        here = Path(__file__).parents[2] / "pyproject.toml"  # a clone: newer than what pip noted
        project = tomllib.loads(here.read_text(encoding="utf-8"))["project"]
        if project["name"] == NAME:
            return str(project["version"])
    except (OSError, ValueError, KeyError):
        pass
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return ""


def named_in(text: str) -> str:
    """The release that a first cell names, or a notebook's whole file; '' if there is none."""
    return next((found[1] for each in NAMED if (found := each.search(text))), "")


def of_first_cell(cells: list[str]) -> str | None:
    """The release that the first cell among some others names; None if it is not among them."""
    first = next((cell for cell in reversed(cells) if cell.startswith(TITLE)), None)
    return None if first is None else named_in(first)


def numbers(release: str) -> tuple[int, ...]:
    """A release as numbers, to be compared; a notebook that names none is older than all."""
    return tuple(map(int, re.findall(r"\d+", release)))


def differs(notebook: str) -> bool:
    """Whether a notebook of this release belongs to another package than this one. The third
    number does not count: 1.0.1 and 1.0.2 belong together."""
    package = installed()
    return bool(package) and _series(notebook) != _series(package)


def sentence(notebook: str, file: str = "FILE") -> str:
    """What to say below a card of a notebook that names this release, or none; '' if nothing."""
    if not differs(notebook):
        return ""
    package = installed()
    if _series(notebook) > _series(package):
        return (
            f"This notebook is {words(notebook)}, and the course's package is of {package}: "
            "install the package that came with the notebook."
        )
    return (
        f"This notebook is {words(notebook)}, and the course's package is of {package}: "
        f"`grader update {file}` gives it the new lesson and keeps your answers."
    )


def words(notebook: str) -> str:
    """`of release 1.0.0`, to be read after "is"."""
    return f"of release {notebook}" if notebook else "older than release 1.0"


def _series(release: str) -> tuple[int, ...]:
    """1.0.2 is of 1.0. What came before 1.0 is one series: its notebooks named no release."""
    series = numbers(release)[:2]
    return series if series >= OLDEST else (0,)
