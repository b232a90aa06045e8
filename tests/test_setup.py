"""The promises of the set-up: quick imports, pins that agree, commands that exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parent.parent
PINS = dict(
    line.split("==")
    for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
    if "==" in line
)
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
CARD = {"jupyterlab", "torch", "torchinfo", "nbgrader", "nbval", "matplotlib"}


def test_importing_the_grader_loads_nothing_large():
    command = [sys.executable, "-c", "import sys, grader; print(*sys.modules)"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in run.stdout.split()}
    assert not {"torch", "matplotlib", "nbgrader", "nbformat", "numpy", "dask"} & modules


def test_every_requirement_has_a_pin_that_satisfies_it():
    requirements = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    for requirement in map(Requirement, requirements):
        assert requirement.specifier.contains(PINS[requirement.name]), requirement


def test_the_conda_environment_has_the_same_pins():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert conda == ["python=3.11", "pip"]
    pinned = dict(line.split("==") for line in pip["pip"] if "==" in line)
    assert pinned.items() <= PINS.items()
    assert set(pinned) >= CARD
    assert {Requirement(line).name for line in PROJECT["dependencies"]} <= set(pinned)
    assert "-e ." in pip["pip"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_the_commands_of_the_readme_exist():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", readme, re.MULTILINE))
    assert {"lab", "test", "solutions", "release"} <= named <= targets


def test_the_readme_lists_every_lesson_and_every_picture_is_there():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for notebook in sorted((REPOSITORY / "notebooks").glob("*/*.ipynb")):
        assert f"notebooks/{notebook.stem}/{notebook.name}" in readme
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme):
        assert (REPOSITORY / target).exists(), target


def test_the_tree_speaks_of_itself_alone():
    files = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=REPOSITORY
    ).stdout.split("\0")[:-1]
    home = re.compile(rb"/(?:root|home/\w+|work)/")
    for name in files:
        assert not home.search((REPOSITORY / name).read_bytes()), name
