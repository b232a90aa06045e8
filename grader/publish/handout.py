"""The hand-out: one zip with all that students need, and nothing that they must not see."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.judge.errors import CourseError
from grader.judge.release import NAME

MOMENT = (2026, 1, 1, 0, 0, 0)  # the same zip for the same files
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
README = """# Every Layer Counts

A course on neural-network layers in PyTorch in which every number is checked.

With conda, in this folder:

    conda env create -f environment.yml
    conda activate every-layer-counts

Without it, with Python 3.11 to 3.14 (on Windows: py -3.11 instead of python3.11, and
.venv\\Scripts\\activate):

    python3.11 -m venv .venv
    source .venv/bin/activate

Then, with both:

    pip install --no-deps {torch} --extra-index-url {index}
    pip install -r requirements.txt
    grader lab notebooks

JupyterLab opens with the first lesson. The download has about 0.3 GB; no graphics card is needed,
and the first of the two commands sees to it that Linux loads nothing for one. Where something does
not work, `grader doctor` says what mends it.

To hand in, give your teacher the lesson's .ipynb file. If your school hands in with the menu
Nbgrader, Assignment List, that menu comes with `pip install -c constraints.txt nbgrader`.
"""


def write(root: Path, path: Path) -> Path:
    """Write the hand-out of the course in `root` to `path`.

    Raises:
        CourseError: if the package cannot be built.
    """
    with tempfile.TemporaryDirectory() as folder:
        built = wheel(root, Path(folder))
        files = dict(_texts(root, built.name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted({**files, built.name: built.read_bytes()}.items()):
                archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}", MOMENT), content)
    return path


def wheel(root: Path, folder: Path) -> Path:
    """The package as a wheel: `grader` alone, without tests and solutions."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, root]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise CourseError(f"The package cannot be built: {' '.join(last)}")
    return next(folder.glob("*.whl"))


def _texts(root: Path, wheel: str) -> Iterator[tuple[str, bytes]]:
    """Every other file of the hand-out by its name."""
    pins = (root / "constraints.txt").read_text(encoding="utf-8")
    torch = next(line for line in pins.splitlines() if line.startswith("torch=="))
    yield "README.md", README.format(torch=torch, index=TORCH_INDEX).encode()
    yield "constraints.txt", pins.encode()
    yield "requirements.txt", f"-c constraints.txt\n./{wheel}[lab]\n".encode()
    conda, _, _ = (root / "environment.yml").read_text(encoding="utf-8").partition("  - pip:\n")
    lines = conda.splitlines(keepends=True)
    yield "environment.yml", "".join(line for line in lines if line[0] != "#").encode()
    for notebook in sorted((root / "notebooks").rglob("*")):
        if notebook.is_file() and ".ipynb_checkpoints" not in notebook.parts:
            yield notebook.relative_to(root).as_posix(), notebook.read_bytes()
