"""Where `grader doctor` looks: this folder, this Python, this user; and how commands are called."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

PACKAGE = Path(__file__).resolve().parents[2]
NAME = "every-layer-counts"
FIRST_PERSON, LAST_PERSON = 1000, 59_999  # the numbers of users who are people
READ, WRITE, ENTER = 0o4, 0o2, 0o1  # rights of others
NO_SHELLS = ("nologin", "false")
_LOADING = Lock()


@dataclass
class Place:
    """What the checks look at; tests put faults there."""

    folder: Path  # where the command was called
    root: Path | None  # of the course, if the folder is in one
    python: tuple[int, int, int] = field(default_factory=lambda: sys.version_info[:3])
    package: Path = PACKAGE
    _configs: dict[str, Any] = field(default_factory=dict)

    @property
    def teaching(self) -> bool:
        """Whether to speak of grading, exchange, gradebook, decks and site; not to students, whom
        a hub gives our settings."""
        given = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
        if str(self.package / "classroom/jupyter/student") in given:
            return False
        return self.solutions is not None or version("nbgrader") is not None

    @property
    def solutions(self) -> Path | None:
        """The answers: of the course here or, for whoever owns them, of the installed one."""
        for course in filter(None, (self.root, self.package.parent)):
            folder = course / "solutions"
            if folder.is_dir() and (course == self.root or is_mine(folder)):
                return folder
        return None

    @property
    def private(self) -> Path | None:
        """The folder with gradebook, hand-ins and the term's word."""
        return self.root / ".nbgrader" if self.root else None

    @cached_property
    def homes(self) -> list[Path]:
        """Of the people who have an account on this machine beside this one."""
        if os.name != "posix":
            return []
        import pwd

        return [
            Path(each.pw_dir)
            for each in pwd.getpwall()
            if FIRST_PERSON <= each.pw_uid <= LAST_PERSON
            and each.pw_uid != os.geteuid()
            and not each.pw_shell.endswith(NO_SHELLS)
        ]

    def config(self, name: str = "nbgrader_config") -> Any:
        """Settings as Jupyter's and nbgrader's commands find them here.

        One after the other: imported by two threads at once, their modules are found half made.

        Raises:
            Exception: whatever a setting's file raises.
        """
        with _LOADING:
            if name not in self._configs:
                self._configs[name] = _load(self.settings(name))
            return self._configs[name]

    def settings(self, name: str = "nbgrader_config") -> list[Path]:
        """The files of settings with this name, the one that has the last word last."""
        from jupyter_core.paths import jupyter_config_path

        folders = [*map(Path, reversed(jupyter_config_path())), *filter(None, [self.root])]
        files = [folder / f"{name}.{kind}" for folder in folders for kind in ("json", "py")]
        return [file for file in files if is_there(file)]


def _load(files: Sequence[Path]) -> Any:
    from traitlets.config import Config
    from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

    found = Config()
    for file in files:
        loader = PyFileConfigLoader if file.suffix == ".py" else JSONFileConfigLoader
        found.merge(loader(file.name, path=str(file.parent)).load_config())
    return found


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; False where this user may not look."""
    try:
        return path.exists()
    except OSError:  # since Python 3.14 `exists` does this itself
        return False


def lets_others(path: Path, right: int) -> bool:
    """Whether its own mode gives others this right, whatever the folders above do today."""
    return is_there(path) and bool(path.stat().st_mode & right)


def is_mine(path: Path) -> bool:
    """Whether this user may change who reads it."""
    return os.name == "posix" and os.geteuid() in (0, path.stat().st_uid)


def version(package: str) -> str | None:
    """The version of an installed package, without importing it; None where it is missing."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def quoted(*words: Path | str) -> str:
    """These words as a shell takes them."""
    return shlex.join(map(str, words))


def interpreter(arguments: str) -> str:
    """A command for this Python."""
    return f"{shlex.quote(sys.executable or 'python3')} {arguments}"


def install(extra: str = "") -> str:
    """The command that installs this package again, with an extra: by no name of a public index."""
    return interpreter(f"-m pip install {_source(extra)}")


def _source(extra: str) -> str:
    extras = importlib.metadata.metadata(NAME).get_all("Provides-Extra") or []
    wanted = f"[{extra}]" if extra in extras else ""
    if (PACKAGE.parent / "pyproject.toml").exists():
        return f"-e {shlex.quote(f'{PACKAGE.parent}{wanted}')}"
    recorded = importlib.metadata.distribution(NAME).read_text("direct_url.json")
    url = json.loads(recorded or "{}").get("url")
    if url:
        return shlex.quote(f"{NAME}{wanted} @ {url}")
    return shlex.quote(f"./every_layer_counts-{version(NAME)}-py3-none-any.whl{wanted}")
