"""Jupyter: JupyterLab, the notebooks' kernel, nbgrader's menus, the answer keys."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.classroom.doctor.finding import Said, fine, limited, not_needed, wrong
from grader.classroom.doctor.place import Place, install, interpreter, is_there, version

KERNEL = "python3"
SECONDS = 60.0
LABEXTENSION = "@jupyter/nbgrader"
TOOL = "import grader; print(grader.__path__[0])"


def jupyterlab(_: Place) -> Iterator[Said]:
    """JupyterLab, and whether `jupyter lab` in this shell is the one of this Python."""
    found = version("jupyterlab")
    if found is None:
        yield not_needed(
            "not here; VS Code, Colab and Kaggle do without it, `grader lab` does not",
            install("lab"),
        )
        return
    command = shutil.which("jupyter-lab")
    if command and Path(command).parent.resolve() != _programs():
        yield limited(
            f"{found}, but `jupyter lab` in this shell is another: {command}.", "grader lab"
        )
    else:
        yield fine(found)


def _programs() -> Path:
    """The folder of this Python's commands; the link to a base Python is not followed."""
    return Path(sys.executable).parent.resolve()


def kernel(place: Place) -> Iterator[Said]:
    """Which Python runs the notebooks, and whether it has this package."""
    if version("ipykernel") is None:
        yield wrong("ipykernel is not installed: no notebook runs.", install())
        return
    spec = _spec()
    if spec is None:
        yield fine(f"the notebooks run on this Python, {sys.executable}")
        return
    file, command = spec
    if not command:
        yield wrong(f"{file} cannot be read.", _remake(file))
        return
    runs = command[0]
    if Path(runs).name == runs or Path(runs).parent.resolve() == _programs():
        yield fine(f"the notebooks run on this Python, {sys.executable}")
        return
    if not shutil.which(runs):
        yield wrong(
            f"The notebooks' kernel runs {runs}, which is not there ({file}).", _remake(file)
        )
        return
    theirs = _package_of(runs)
    if theirs is None:
        yield wrong(
            f"The notebooks' kernel runs {runs}, which has no package grader ({file}).",
            _remake(file),
        )
    elif Path(theirs).resolve() != place.package:
        yield wrong(
            f"The notebooks' kernel runs {runs}, which has another copy of grader: {theirs}.",
            _remake(file),
        )
    else:
        yield fine(f"the notebooks run on {runs}, with this package")


def _spec() -> tuple[Path, list[str]] | None:
    """The file of the kernel that notebooks ask for, and its command; None where Jupyter makes
    one up for the Python that it runs on."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("kernels"):
        file = Path(folder, KERNEL, "kernel.json")
        if is_there(file):
            command = _read(file).get("argv")
            return file, [str(word) for word in command] if isinstance(command, list) else []
    return None


def _remake(file: Path) -> str:
    """The command that puts this Python there."""
    from jupyter_core.paths import jupyter_data_dir

    given = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if any(path and file.is_relative_to(path) for path in given):
        return "set JUPYTER_PATH=" if os.name == "nt" else "unset JUPYTER_PATH"
    if file.is_relative_to(jupyter_data_dir()):
        return interpreter(f"-m ipykernel install --user --name {KERNEL}")
    if file.is_relative_to(sys.prefix):
        return interpreter(f"-m ipykernel install --sys-prefix --name {KERNEL}")
    prefix = shlex.quote(str(file.parents[4]))
    return interpreter(f"-m ipykernel install --prefix {prefix} --name {KERNEL}")


def _package_of(other: str) -> str | None:
    """Where another Python has its `grader`."""
    try:
        done = subprocess.run(
            [other, "-c", TOOL],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
            cwd=Path(other).parent,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def nbgrader(_: Place) -> Iterator[Said]:
    """nbgrader, and whether its menus are enabled in JupyterLab."""
    found = version("nbgrader")
    if found is None:
        yield limited(
            "nbgrader is not here: no formgrader, no exchange, no gradebook.", install("teach")
        )
        return
    if not _is_served():
        yield wrong(
            f"{found}, but its server extension is not enabled: formgrader answers 404.",
            interpreter("-m jupyter server extension enable --sys-prefix --py nbgrader"),
        )
    elif not _in_menus():
        yield wrong(
            f"{found}, but its extension is not enabled in JupyterLab: the menu Nbgrader is gone.",
            interpreter(f"-m jupyter labextension enable --level=user {LABEXTENSION}"),
        )
    else:
        yield fine(f"{found}, enabled in JupyterLab")


def _is_served() -> bool:
    """Whether a server starts nbgrader's extensions, by its files of settings."""
    from jupyter_core.paths import jupyter_config_path

    found: dict[str, Any] = {}
    for folder in map(Path, reversed(jupyter_config_path())):
        if not os.access(folder, os.R_OK | os.X_OK):
            continue
        parts = sorted((folder / "jupyter_server_config.d").glob("*.json"))
        for file in [*parts, folder / "jupyter_server_config.json"]:
            found |= _read(file).get("ServerApp", {}).get("jpserver_extensions", {})
    ours = {name: is_on for name, is_on in found.items() if name.startswith("nbgrader")}
    return bool(ours.get("nbgrader") or ours.get("nbgrader.server_extensions.formgrader"))


def _in_menus() -> bool:
    """Whether JupyterLab finds nbgrader's extension and nothing turns it off."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    if not any(is_there(Path(folder, LABEXTENSION)) for folder in jupyter_path("labextensions")):
        return False
    off: dict[str, Any] = {}
    for folder in map(Path, reversed(jupyter_config_path())):
        disabled = _read(folder / "labconfig/page_config.json").get("disabledExtensions", {})
        off |= disabled if isinstance(disabled, dict) else dict.fromkeys(disabled, True)
    return not off.get(LABEXTENSION)


def _read(file: Path) -> dict[str, Any]:
    """A JSON object in a file; empty where there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keys(place: Place) -> Iterator[Said]:
    """The answer keys: there, whole, and not older than the exercises."""
    from grader.course import catalogue

    old, files = [], sorted(catalogue.KEY_FILES.glob("*.json"))
    mend = "make solutions" if (place.package.parent / "Makefile").exists() else install()
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
            json.loads(text)
            is_fresh = catalogue.is_fresh(text)
        except (OSError, ValueError):
            yield wrong(f"{file.name} is no answer key: `check` cannot judge its lesson.", mend)
            return
        old += [] if is_fresh else [file.stem]
    if not files:
        yield wrong("There are no answer keys: `check` judges nothing.", mend)
    elif old:
        yield limited(
            f"Older than the exercises: {', '.join(old)}. `check` asks PyTorch instead.",
            mend,
        )
    else:
        yield fine(f"{len(files)} lessons, none older than its exercises")
