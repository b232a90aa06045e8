"""Python, its packages, PyTorch, and what stands in their way."""

from __future__ import annotations

import importlib.metadata
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.ask.bubblewrap import seen_by_others
from grader.ask.obstacles import is_root
from grader.classroom.doctor.finding import Said, fine, limited, wrong
from grader.classroom.doctor.place import NAME, Place, install, interpreter, is_there, version

OLDEST, NEWEST = (3, 11), (3, 14)
INDEX = "https://download.pytorch.org/whl/cpu"
GPU = Path("/proc/driver/nvidia/version")
SECONDS = 120.0
OURS = ("grader", "torch", "torchinfo", "matplotlib", "numpy", "IPython", "ipywidgets")
NEVER_IMPORTED = {"test", "this", "antigravity", "turtle", "turtledemo", "idlelib", "__main__"}
SHADOWING = {*OURS, *sys.stdlib_module_names} - NEVER_IMPORTED - set(sys.builtin_module_names)
MOST_FILES = 5
ENOUGH, LITTLE = 2.0, 0.2  # gigabytes


def python(place: Place) -> Iterator[Said]:
    """The version of Python."""
    shown = ".".join(map(str, place.python))
    if not OLDEST <= place.python[:2] <= NEWEST:
        yield wrong(f"{shown} is not one of those that the course runs on: 3.11 to 3.14.", _anew())
    elif place.homes and is_root() and not seen_by_others():
        clone = (place.package.parent / "Makefile").exists()
        yield limited(
            f"{shown}, at a place that other users of this machine may not read: it runs for root "
            "alone.",
            "make clean install PYTHON=/usr/bin/python3" if clone else _anew(),
        )
    else:
        yield fine(f"{shown}, {sys.prefix}")


def _anew() -> str:
    return f"python3.12 -m venv new && new/bin/{install().partition('/')[2].partition(' ')[2]}"


def pytorch(_: Place) -> Iterator[Said]:
    """PyTorch: is it there, does it start, and is it larger than it need be?"""
    found = version("torch")
    if found is None:
        yield wrong("PyTorch is not installed.", _torch())
        return
    done = _import_torch()
    if done is not None:
        yield wrong(f"PyTorch {found} is installed but does not start ({done}).", _torch(found))
        return
    toolkit = _toolkit()
    if toolkit and not _has_gpu():
        yield limited(
            f"{found} for graphics cards (CUDA {toolkit}), which are not here: it works, and takes "
            "gigabytes that nothing of the course needs.",
            _torch(found),
        )
    else:
        yield fine(f"{found}, for {f'graphics cards (CUDA {toolkit})' if toolkit else 'the CPU'}")


def _torch(found: str = "") -> str:
    exact = f"=={found.partition('+')[0]} --force-reinstall --no-deps" if found else ""
    return interpreter(f"-m pip install torch{exact} --index-url {INDEX}")


def _import_torch() -> str | None:
    """Why PyTorch cannot be imported, in its own last words; None where it can."""
    command = [sys.executable, "-P", "-c", "import torch"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {SECONDS:g} seconds"
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1][:200]


def _toolkit() -> str:
    """The version of CUDA that PyTorch was built for; '' for the CPU alone."""
    file = importlib.metadata.distribution("torch").locate_file("torch/version.py")
    try:
        text = Path(str(file)).read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"^cuda\b.*= '([\d.]+)'", text, re.MULTILINE)
    return found[1] if found else ""


def _has_gpu() -> bool:
    return GPU.exists() or shutil.which("nvidia-smi") is not None


def packages(_: Place) -> Iterator[Said]:
    """What the package needs beside PyTorch, by its own list of requirements."""
    needed = [each for each in importlib.metadata.requires(NAME) or [] if ";" not in each]
    checked = 0
    for requirement in needed:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        found = version(name)
        if found is None and name != "torch":
            yield wrong(f"The package {name} is not installed.", install())
        elif found is not None and not _fits(requirement, found):
            yield wrong(f"{name} {found} is not what the course needs: {requirement}.", install())
        else:
            checked += 1
    if checked == len(needed):
        yield fine(f"all {checked} that the course needs")


def _fits(requirement: str, found: str) -> bool:
    try:
        from packaging.requirements import Requirement
    except ImportError:  # matplotlib brings it: that one is missing, and named
        return True
    return Requirement(requirement).specifier.contains(found, prereleases=True)


def names(place: Place) -> Iterator[Said]:
    """Files and packages that Python would take for those of the course."""
    other = _other_grader(place)
    if other is not None:
        folder, package = other
        mend = f"-m pip uninstall {package}"
        yield wrong(
            f"Another package called grader is installed, in {folder}.",
            interpreter(mend) if package else _rename(folder),
        )
    found = list(_shadowing(place))
    for path in found[:MOST_FILES]:
        name = path.stem
        yield wrong(f"{path} hides the real {name}: notebooks there import it.", _rename(path))
    if other is None and not found:
        yield fine("no file and no package hides one that the course imports")


def _rename(path: Path) -> str:
    if sys.platform == "win32":
        return f'ren "{path}" "my_{path.name}"'
    return f"mv {shlex.quote(str(path))} {shlex.quote(str(path.with_name(f'my_{path.name}')))}"


def _other_grader(place: Place) -> tuple[Path, str] | None:
    """Where Python would find another `grader`, and the package that brought it, if one did."""
    for entry in filter(None, sys.path):
        for path in (Path(entry, "grader"), Path(entry, "grader.py")):
            is_one = is_there(path / "__init__.py") or (path.suffix and path.is_file())
            if is_one and path.resolve() != place.package:
                return path, _brought_by(path)
    return None


def _brought_by(path: Path) -> str:
    for each in importlib.metadata.distributions(path=[str(path.parent)]):
        if any(str(file).startswith("grader") for file in each.files or ()):
            return str(each.metadata["Name"])
    return ""


def _shadowing(place: Place) -> Iterator[Path]:
    """Modules beside notebooks, in this folder and one below, that have the name of another's."""
    ours = [place.package, *([place.root / "grader"] if place.root else [])]  # of a teacher's clone
    folders = [place.folder, *sorted(path.parent for path in place.folder.glob("*/*.ipynb"))]
    for folder in dict.fromkeys(folders):
        for path in sorted(folder.iterdir()):
            is_module = path.suffix == ".py" or is_there(path / "__init__.py")
            if is_module and path.stem in SHADOWING and path.resolve() not in ours:
                yield path


def disk(place: Place) -> Iterator[Said]:
    """Room on the disk of this folder."""
    left = shutil.disk_usage(place.folder).free / 1e9
    mend = interpreter("-m pip cache purge")
    if left < LITTLE:
        yield wrong(f"{left:.1f} GB are left: notebooks and gradebook cannot be saved.", mend)
    elif left < ENOUGH:
        yield limited(f"{left:.1f} GB are left; an installation takes about 1.9 GB.", mend)
    else:
        yield fine(f"{left:.0f} GB left")
