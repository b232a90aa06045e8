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


def test_importing_the_grader_is_quick_and_loads_nothing_large():
    code = (
        "import sys, time; start = time.perf_counter(); import grader; "
        "print(time.perf_counter() - start); print(*sys.modules)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    seconds, modules = zip(*(run.stdout.splitlines() for run in runs), strict=True)
    assert not {"torch", "matplotlib", "nbgrader", "numpy"} & set(modules[0].split())
    assert min(map(float, seconds)) < 0.1


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
