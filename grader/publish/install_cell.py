"""The first cell of every notebook: where the course's package is missing, as in Colab, it installs
the wheel that the release names, or says how; elsewhere it does nothing. Its second line says of
which release the notebook is: see `release.py`.

No package of ours is asked for by its name: that name on the public index belongs to nobody, and
whoever took it would run code on every student's machine.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from nbformat import NotebookNode

from grader.judge.errors import CourseError
from grader.judge.release import LINE, TITLE
from grader.publish.handout import wheel

GRADE_ID = "install"
BROUGHT = {"torch", "ipykernel"}  # never by us: the first is large, the second runs the cell
METADATA = {"cellView": "form", "jupyter": {"source_hidden": True}}  # of Colab, of JupyterLab

ONLY_SAYS = """\
{title}, this cell says how to get it
{line}
from importlib.util import find_spec

if find_spec("grader") is None:
    print(
        "The course's package, which checks your answers, is not installed in this Python.\\n"
        "On a machine of your own: open the notebook with `grader lab`, or choose the kernel of "
        "the course's environment.\\n"
        "In Colab or Kaggle: take {wheel} from your course's "
        "hand-out, upload it, and run in a new cell:\\n"
        "%pip install --no-deps {wheel} {others}"
    )
"""
INSTALLS = """\
{title}, this cell installs it
{line}
from importlib.util import find_spec

if find_spec("grader") is None:
    import importlib, subprocess, sys

    others = {others}
    missing = [others[module] for module in others if find_spec(module) is None]
    wheel = "{name} @ {address}#sha256={sha256}"
    for wanted in (["--no-deps", wheel], missing):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", *wanted]
        if wanted and subprocess.run(pip).returncode:
            print("This could not be installed:", *wanted, "- run this cell again, or tell your "
                  "teacher what stands above.")
    importlib.invalidate_caches()
"""


@dataclass(frozen=True)
class Release:
    """What pyproject.toml says of the package, and of the wheel that students install."""

    name: str
    version: str
    others: dict[str, str]  # what the package needs: the requirement by the module's name
    address: str = ""
    sha256: str = ""

    @property
    def wheel(self) -> str:
        """The name of the wheel's file."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    def cell(self) -> str:
        """The source of the first cell."""
        head = {"title": TITLE, "line": LINE.format(self.version)}
        if not self.address:
            others = " ".join(self.others)
            return ONLY_SAYS.format(**head, wheel=self.wheel, others=others).rstrip("\n")
        wheel = {"name": self.name, "address": self.address, "sha256": self.sha256}
        return INSTALLS.format(**head, **wheel, others=self.others).rstrip("\n")


@cache
def release_of(root: Path) -> Release:
    """What the course in `root` says of its package; without a pyproject.toml it is this package's.

    Raises:
        CourseError: if the address or the digest of the wheel cannot be meant so.
    """
    places = (root / "pyproject.toml", Path(__file__).parents[2] / "pyproject.toml")
    path = next(place for place in places if place.is_file())
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    project, tool = found["project"], found.get("tool", {}).get(found["project"]["name"], {})
    address, sha256 = tool.get("wheel", ""), tool.get("sha256", "")
    release = Release(
        project["name"], project["version"], _others(project["dependencies"]), address, sha256
    )
    if address:
        _must_be_safe(release)
    return release


def written(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The cells that an author wrote: all but the one that installs the package."""
    return [cell for cell in cells if cell.id != GRADE_ID]


def write_wheel(root: Path, folder: Path) -> list[str]:
    """Build the wheel of the course in `root` into `folder`; returns what is to be done with it.

    Raises:
        CourseError: if the package cannot be built.
    """
    folder.mkdir(exist_ok=True)
    release = release_of(root)
    (folder / release.wheel).unlink(missing_ok=True)
    built = wheel(root, folder)
    return [
        f"{built}",
        "Put it where students can load it, and its address into pyproject.toml:",
        f"[tool.{release.name}]",
        f'wheel = "https://.../{built.name}"',
        f'sha256 = "{hashlib.sha256(built.read_bytes()).hexdigest()}"',
        "Then run make solutions: each notebook's first cell installs this file, and no other.",
    ]


def _must_be_safe(release: Release) -> None:
    where = f"pyproject.toml, [tool.{release.name}]"
    place = urlsplit(release.address)
    if place.scheme != "https" and place.hostname != "127.0.0.1":
        raise CourseError(f"{where}: `wheel` must begin with https://, and so must its redirects.")
    if not place.path.endswith(f"/{release.wheel}"):
        raise CourseError(f"{where}: `wheel` must end with /{release.wheel}.")
    if re.search(r"[\s\"'\\#{}]", release.address):
        raise CourseError(f"{where}: `wheel` has a character that no address has.")
    if not re.fullmatch(r"[0-9a-f]{64}", release.sha256):
        cure = "`grader wheel` prints it"
        raise CourseError(f"{where}: `sha256` must have 64 digits from 0 to f; {cure}.")


def _others(dependencies: list[str]) -> dict[str, str]:
    """The requirements that the cell may install, by the module that shows whether they are there.

    Each is called as its module, and is a package that others own and keep.
    """
    wanted = [each for each in dependencies if _bare(each) not in BROUGHT]
    return {_bare(each): each for each in wanted}


def _bare(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    return found[0] if found else requirement
