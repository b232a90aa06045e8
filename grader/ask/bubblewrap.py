"""The walls of the jail: the command that starts Python with nothing in sight, and its program."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from grader.ask.inside_warm import PROCESSES, ROOM_IN_MEMORY, ROOM_IN_TMP

FIRST_UID = 60_000  # for graders who are root: a user that owns no other process
NUMPY = "/numpy"
PACKAGE = Path(__file__).resolve().parents[1]
SHOWN = (  # of this package, to notebooks that are more than plain: no exercise, no key
    *("__init__.py", "notebook.py", "ask", "figures", "judge", "practice"),
    *("course/__init__.py", "course/pytorch.py", "course/network.py", "course/sheet.py"),
    *("course/measured.py", "course/own_answers.py", "course/mobilenet.py"),
    *("course/architectures.py", "course/drawn.py", "course/decoder.py"),
    *("course/shapes.py", "course/language.py", "course/costs.py", "course/mixtures.py"),
)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
OF_A_NOTEBOOK = {  # one thread: a forked child hangs where its parent has used PyTorch's threads
    **{"HOME": "/tmp", "IPYTHONDIR": "/tmp/ipython", "MPLCONFIGDIR": "/tmp/matplotlib"},
    **{"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
}
PACKAGES = [  # what this environment has installed
    path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")
]
OF_THE_ENVIRONMENT = f"""
import site
site.setquit()
site.sethelper()
for folder in {PACKAGES!r}:
    site.addsitedir(folder)
site.sys.path.insert(0, {str(PACKAGE.parent)!r})
from grader.ask.inside_notebook import import_all, main
from grader.ask.inside_warm import wait
"""


def command(real: bool, contained: bool = True, warm: bool = False) -> list[str]:
    """What starts a program for one notebook or, if `warm`, one that waits and forks for many.

    Args:
        real: with IPython, PyTorch and this package's face, for notebooks that are more than plain.
        contained: under bubblewrap.
    """
    return [*(walls(real, warm) if contained else ()), *python(), program(real, warm)]


def python() -> list[str]:
    """The interpreter, which is to run the text that follows, with nothing but its library."""
    return [str(_interpreter()[0]), "-I", "-S", "-c"]


def environment(real: bool) -> dict[str, str]:
    """The environment variables inside; there are no others."""
    return ENVIRONMENT | (OF_A_NOTEBOOK if real else {})


def user() -> int | None:
    """Whom a student's code runs as where the grader is root: root would be above some limits."""
    return FIRST_UID + os.getpid() % 5_000 if os.geteuid() == 0 else None


def lacks_user() -> bool:
    """Whether that user is one whom this container does not have: it has root alone."""
    chosen = user()
    maps = [Path(f"/proc/self/{kind}_map") for kind in ("uid", "gid")]
    return chosen is not None and not all(_has(ids, chosen) for ids in maps if ids.exists())


def _has(ids: Path, number: int) -> bool:
    ranges = (map(int, line.split()) for line in ids.read_text(encoding="utf-8").splitlines())
    return any(first <= number < first + count for first, _, count in ranges)


def _binds(real: bool) -> list[str]:
    """What is bound read-only, each at its own place."""
    python, library = _interpreter()
    shared = [path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64") if Path(path).exists()]
    return [*shared, str(python), str(library.parent), *(PACKAGES if real else [])]


def _in_tmp(real: bool) -> list[str]:
    """What of it stands in /tmp, and stays when a fork gets a /tmp of its own; outermost only."""
    paths = {Path(path) for path in [*_binds(real), *([str(PACKAGE)] if real else [])]}
    return sorted(
        str(path) for path in paths if path.is_relative_to("/tmp") and not paths & set(path.parents)
    )


@cache
def walls(real: bool, warm: bool = False) -> tuple[str, ...]:
    """The command in front of a Python that has nothing in sight; if `real`, the course's
    environment without the course. If `warm`, with what a process needs to make namespaces."""
    _, library = _interpreter()
    binds = _binds(real)
    folders = _folders([*binds, *([str(PACKAGE / "course")] if real else [])])
    hidden = [
        str(packages)
        for folder in ("/usr/lib", library.parent)
        for packages in Path(folder).glob("python3*/*-packages")
        if not (real and str(packages) in PACKAGES)
    ]
    numpy = None if real else numpy_folder()
    as_root = os.geteuid() == 0
    return (
        shutil.which("bwrap") or "bwrap",  # the PATH inside is not ours
        *(("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts") if as_root else ()),
        *(("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") if as_root else ()),
        *(() if as_root else ("--unshare-all",)),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *("--perms", "1777", "--size", str(ROOM_IN_TMP), "--tmpfs", "/tmp"),
        *(("--proc", PROCESSES) if warm else ()),
        *(word for path in folders for word in ("--perms", "0755", "--dir", path)),
        *(word for path in binds for word in ("--ro-bind", path, path)),
        *(word for path in hidden for word in ("--tmpfs", path, "--remount-ro", path)),
        *(("--ro-bind", str(numpy), f"{NUMPY}/numpy") if numpy else ()),
        *(
            ("--ro-bind", f"{numpy}.libs", f"{NUMPY}/numpy.libs")
            if numpy and Path(f"{numpy}.libs").is_dir()
            else ()
        ),
        *(_our_face() if real else ()),
        *("--dev", "/dev", "--size", str(ROOM_IN_MEMORY), "--tmpfs", "/dev/shm"),
        *("--chdir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/"),
        *(word for name, value in environment(real).items() for word in ("--setenv", name, value)),
        "--",
    )


def _our_face() -> Iterator[str]:
    """What a notebook may import of this package, at its place; the catalogue asks outside."""
    yield from ("--perms", "0755", "--tmpfs", str(PACKAGE))
    yield from ("--perms", "0755", "--dir", str(PACKAGE / "course"))
    for name in SHOWN:
        yield from ("--ro-bind", str(PACKAGE / name), str(PACKAGE / name))
    catalogue = PACKAGE / "course" / "catalogue_in_jail.py", PACKAGE / "course" / "catalogue.py"
    yield from ("--ro-bind", *map(str, catalogue), "--remount-ro", str(PACKAGE))


def _folders(paths: Sequence[str]) -> list[str]:
    """The folders above these paths, outermost first: nobody must be able to pass through."""
    above = {str(folder) for path in paths for folder in Path(path).parents} - {"/"}
    return sorted({*above, NUMPY})


def _interpreter() -> tuple[Path, Path]:
    """The interpreter behind any virtual environment, and its standard library."""
    base = getattr(sys, "_base_executable", sys.executable)
    return Path(base).resolve(), Path(sysconfig.get_path("stdlib")).resolve()


@cache
def seen_by_others() -> bool:
    """Whether another user of this machine can read the environment of a notebook."""
    paths = [Path(path) for path in (*PACKAGES, str(PACKAGE), *map(str, _interpreter()))]
    return all(
        each.stat().st_mode & 0o005 == 0o005 for path in paths for each in (path, *path.parents)
    )


@cache
def numpy_folder() -> Path | None:
    """Where NumPy is installed, if it is."""
    spec = importlib.util.find_spec("numpy")
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def program(real: bool, warm: bool = False) -> str:
    """The text that runs inside. For plain notebooks: one file after the other, imports of this
    package left out."""
    begin = f"\nwait(main, {user()!r}, {_in_tmp(real)!r}" if warm else "\nmain("
    if real:
        return f"{OF_THE_ENVIRONMENT}{begin}{', import_all' if warm else ''})\n"
    files = ("run.py", "inside_jail.py", *(["inside_warm.py"] if warm else []))
    here = Path(__file__).parent
    joined = "\n".join((here / name).read_text(encoding="utf-8") for name in files)
    return re.sub(r"^from (__future__|grader).*$", "", joined, flags=re.MULTILINE) + f"{begin})\n"
