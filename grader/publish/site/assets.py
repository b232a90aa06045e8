"""What the pages run: scripts bundled from npm's packages, Pyodide, the judge and its keys."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.judge.errors import CourseError
from grader.publish import tools

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1]
MODULES = HERE / "node_modules"
SCRIPTS = Path("_static/elc")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
COUNTED = ("pyodide.asm.wasm", "python_stdlib.zip", "python.zip")  # by the progress bar
ROOMS = ("ask", "judge", "practice")
FILES = (
    *("__init__.py", "notebook.py", "page.py"),
    *("course/__init__.py", "course/catalogue.py"),
)
MOMENT = (2026, 1, 1, 0, 0, 0)  # the same zip for the same files


class SiteError(CourseError):
    """The site cannot be made; the message says why."""


def write(root: Path, folder: Path) -> None:
    """Write the scripts, Python and the lessons' notebooks into the site in `folder`.

    Raises:
        SiteError: if an npm package is missing or a script cannot be bundled.
    """
    to = folder / SCRIPTS
    (to / "pyodide").mkdir(parents=True, exist_ok=True)
    _bundle(HERE / "page/page.js", to / "page.js", form="iife")
    _bundle(HERE / "page/editor.js", to / "editor.js", form="esm")
    _bundle(HERE / "page/worker.js", to / "worker.js", form="esm")
    shutil.copy(HERE / "page/page.css", to / "page.css")
    for name in PYODIDE:
        shutil.copy(MODULES / "pyodide" / name, to / "pyodide" / name)
    _write_lock(to / "pyodide/pyodide-lock.json")
    _zip(to / "python.zip", [*_judge(), *(PACKAGE / "course/keys").glob("*.json")])
    _zip(to / "pools.zip", (PACKAGE / "course/pools").glob("*.json"))
    (to / "lessons").mkdir(exist_ok=True)
    for notebook in (root / "notebooks").glob("*/*.ipynb"):
        shutil.copy(notebook, to / "lessons" / notebook.name)
    sizes = {path.name: path.stat().st_size for path in to.rglob("*") if path.name in COUNTED}
    _write_json(to / "sizes.json", sizes)


def write_offline(folder: Path) -> None:
    """Write the list of all files but the decks, and the service worker; the last step."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    listed = {name: size for name, size in sizes.items() if not name.startswith("slides/")}
    _write_json(folder / SCRIPTS / "files.json", listed)
    version = hashlib.blake2b(digest_size=8)
    for path in files:
        version.update(path.read_bytes())
    _bundle(HERE / "page/sw.js", folder / "sw.js", "esm", {"VERSION": version.hexdigest()})


def bundle_explorer(folder: Path) -> None:
    """Write the Layer Explorer's page, as one plain script: so it opens from a folder too."""
    page = (HERE / "explorer/explorer.html").read_text(encoding="utf-8")
    plain = page.replace('type="module"', "defer")
    (folder / "explorer.html").write_text(plain, encoding="utf-8")
    shutil.copy(HERE / "explorer/explorer.css", folder)
    _bundle(HERE / "explorer/explorer.js", folder / "explorer.js", form="iife")


def node_is_there() -> None:
    """Do nothing if Node and the packages are there.

    Raises:
        SiteError: if not.
    """
    if obstacle := tools.no_node("The site needs") or tools.no_modules(HERE):
        raise SiteError(str(obstacle))


def _bundle(source: Path, to: Path, form: str, words: dict[str, str] | None = None) -> None:
    """One script of a file and all that it imports."""
    command = [MODULES / ".bin/esbuild", source, "--bundle", "--minify", f"--format={form}"]
    command += [f"--outfile={to}", "--target=es2022", "--log-level=error", "--charset=utf8"]
    command += [f"--define:{name}={json.dumps(value)}" for name, value in (words or {}).items()]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteError(f"{source.name} cannot be bundled: {done.stderr.strip().splitlines()[0]}")


def _judge() -> Iterator[Path]:
    """The package's files that a page needs; PyTorch is in none of them."""
    yield from (PACKAGE / name for name in FILES)
    for room in ROOMS:
        yield from (PACKAGE / room).glob("*.py")


def _zip(path: Path, files: Iterable[Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(files):
            name = file.relative_to(PACKAGE.parent).as_posix()
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def _write_lock(path: Path) -> None:
    """Pyodide's own packages are left out: there is none in the site."""
    lock = json.loads((MODULES / "pyodide/pyodide-lock.json").read_text(encoding="utf-8"))
    _write_json(path, {**lock, "packages": {}})


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data), encoding="utf-8")
