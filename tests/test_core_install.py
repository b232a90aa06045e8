"""The package alone, without an extra, in an environment of its own: every lesson runs there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import venv

import pytest
from classroom import REPOSITORY

from grader.publish import handout

INDEX = os.environ.get("TORCH_INDEX", handout.TORCH_INDEX)
SOLVED = "solutions/01-linear/01-linear.ipynb"
KERNEL = "core"
BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE", "constraints.txt")
LEFT_OUT = ["nbgrader", "nbconvert", "nbclient", "sqlalchemy", "jupytext", "yaml"]
LEFT_OUT += ["jupyterlab", "jupyter_server", "dask", "distributed", "jupyterhub", "sphinx"]
LEFT_OUT += ["nbval", "pytest"]
LOOKS = """
import importlib.metadata, importlib.util, json, sys
import grader
modules = sys.argv[1:]
packages = {each.metadata["Name"].lower() for each in importlib.metadata.distributions()}
print(json.dumps({
    "grader": grader.__file__,
    "there": [each for each in modules if importlib.util.find_spec(each)],
    "packages": sorted(packages - {"pip", "setuptools"}),
}))
"""


class Alone:
    """An environment with the package and what it needs, and a student's folder."""

    def __init__(self, folder):
        self.folder, self.bin = folder, folder / "env" / "bin"
        self.outside = {
            **{name: os.environ[name] for name in os.environ if name != "PYTHONPATH"},
            "PATH": os.pathsep.join([str(self.bin), "/usr/bin", "/bin"]),
            "JUPYTER_PATH": str(folder / "jupyter"),
        }

    def run(self, *command, asked=""):
        return subprocess.run(
            [*map(str, command)],
            cwd=self.folder,
            env=self.outside,
            input=asked,
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *what):
        pip = (self.bin / "python", "-m", "pip", "install", "--quiet")
        done = self.run(*pip, *what)
        assert done.returncode == 0, done.stderr[-2000:]

    def grader(self, *words, asked=""):
        done = self.run(self.bin / "grader", *words, asked=asked)
        assert "Traceback" not in done.stdout + done.stderr, (words, done.stderr)
        return done


def installed(folder):
    """As the Makefile and the hand-out's README do it: PyTorch first, then the wheel."""
    venv.create(folder / "env", with_pip=True)
    copy = folder / "copy"
    shutil.copytree(
        REPOSITORY / "grader",
        copy / "grader",
        ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
    )
    for name in BUILT_FROM:
        shutil.copy(REPOSITORY / name, copy)
    wheel = handout.wheel(copy, folder)
    pins = copy / "constraints.txt"
    torch = re.search(r"^torch==.+$", pins.read_text(encoding="utf-8"), re.MULTILINE)[0]
    alone = Alone(folder)
    alone.install("--no-deps", torch, "--extra-index-url", INDEX)
    alone.install("-c", pins, wheel)
    return alone


def looked_at(alone):
    """What is in the environment; the number of packages is the one that the page names."""
    found = json.loads(alone.run(alone.bin / "python", "-c", LOOKS, *LEFT_OUT).stdout)
    assert found["grader"].startswith(str(alone.folder / "env"))
    assert found["there"] == []
    page = (REPOSITORY / "docs" / "install.md").read_text(encoding="utf-8")
    named = re.search(r"^\| the package alone \|.*\| (\d+) \|", page, re.MULTILINE)[1]
    assert len(found["packages"]) == int(named), found["packages"]
    return len(found["packages"])


def run_every_notebook(alone):
    """To the end without an error, by kernels of this environment; nbval itself is of ours."""
    kernel = alone.folder / "jupyter" / "kernels" / KERNEL
    kernel.mkdir(parents=True)
    start = [str(alone.bin / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": KERNEL, "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    shutil.copytree(REPOSITORY / "notebooks", alone.folder / "notebooks")
    pytest_of_ours = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile")
    nbval = ("--nbval-lax", "--nbval-kernel-name", KERNEL, "-p", "no:cacheprovider")
    done = alone.run(*pytest_of_ours, *nbval, "notebooks")
    assert done.returncode == 0, done.stdout[-4000:]
    return int(re.search(r"(\d+) passed", done.stdout)[1])


def use_what_students_use(alone):
    checked = alone.grader("check", REPOSITORY / SOLVED)
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^(\d+) of \1 points$", checked.stdout, re.MULTILINE)
    store = ("--file", alone.folder / "remembered.json")
    asked = alone.grader("practice", "linear_params", *store, asked="1\n\n")
    assert "how many parameters?" in asked.stdout
    assert re.search(r"\d of \d+ points", alone.grader("progress", *store).stdout)
    assert "the CPU" in alone.grader("doctor").stdout


def be_told_what_is_missing(alone):
    """In one sentence whose command works here, without any index."""
    for command, extra in (("lab", "lab"), ("formgrader", "teach"), ("lint", "teach")):
        done = alone.grader(command)
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        words = shlex.split(re.search(r"run `(.+)`\.$", done.stderr.strip())[1])
        assert f"[{extra}]" in words[-1]
        mended = alone.run(*words, "--no-deps", "--no-index", "--dry-run")
        assert mended.returncode == 0, (words, mended.stderr)


@pytest.mark.thorough
def test_every_lesson_runs_with_the_package_alone(tmp_path, record_property):
    start = time.perf_counter()
    alone = installed(tmp_path)
    seconds = time.perf_counter() - start
    count = looked_at(alone)
    use_what_students_use(alone)
    be_told_what_is_missing(alone)
    cells = run_every_notebook(alone)
    sizes = (path.stat().st_size for path in (tmp_path / "env").rglob("*") if path.is_file())
    record_property(
        "the package alone",
        {
            "packages": count,
            "MB": round(sum(sizes) / 1e6),
            "seconds to install": round(seconds),
            "cells run": cells,
        },
    )
