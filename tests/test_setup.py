"""The promises of the set-up: quick imports, pins that agree, commands that exist."""

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from grader import cli
from grader.classroom import extras
from grader.classroom.doctor import python
from grader.publish.handout import TORCH_INDEX

REPOSITORY = Path(__file__).parent.parent
PINS = {
    canonicalize_name(name): version
    for name, is_pinned, version in (
        line.partition("==") for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
    )
    if is_pinned
}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
CARD = {"jupyterlab", "torch", "torchinfo", "nbgrader", "nbval", "matplotlib"}
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")


def test_importing_the_grader_loads_nothing_large():
    command = [sys.executable, "-c", "import sys, grader; print(*sys.modules)"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in run.stdout.split()}
    assert not {"torch", "matplotlib", "nbgrader", "nbformat", "numpy", "dask"} & modules


def test_every_requirement_has_a_pin_that_satisfies_it():
    for requirement in map(Requirement, [*PROJECT["dependencies"], *chain(*EXTRAS.values())]):
        assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)]), (
            requirement
        )


def test_nothing_that_is_installed_asks_for_our_own_name():
    """It is nobody's on the public index: an extra says its packages again, and refers to none."""
    assert PROJECT["name"] not in {Requirement(each).name for each in chain(*EXTRAS.values())}
    assert set(EXTRAS["lab"]) <= set(EXTRAS["teach"])


def test_make_installs_every_extra():
    (named,) = re.findall(r"-e '\.\[(.+)\]'", MAKEFILE)
    assert {*named.split(","), "lab"} == set(EXTRAS)


def test_what_a_student_runs_imports_nothing_that_only_an_extra_brings():
    """Every module that stands for a command of students, in one process."""
    names = ["cli", "figures", "classroom.self_check", "classroom.doctor", "classroom.lab"]
    names += ["practice.face", "practice.widget", "publish.handout"]
    code = "import sys, " + ", ".join(f"grader.{name}" for name in names)
    command = [sys.executable, "-c", f"{code}; print(*sys.modules)"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in run.stdout.split()}
    assert not {"nbgrader", "nbconvert", "jupyterlab", "jupytext", "yaml", "dask"} & modules


def test_the_conda_environment_has_the_same_pins():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert conda == ["python=3.11", "pip"]
    pinned = dict(line.split("==") for line in pip["pip"] if "==" in line)
    assert pinned.items() <= PINS.items()
    assert set(pinned) == CARD
    assert {"-c constraints.txt", "-e .[teach]", f"--extra-index-url {TORCH_INDEX}"} < {*pip["pip"]}
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_everybody_asks_for_torch_at_the_same_index():
    assert f"TORCH_INDEX ?= {TORCH_INDEX}\n" in MAKEFILE
    assert python.INDEX == TORCH_INDEX
    text = (REPOSITORY / "docs/install.md").read_text(encoding="utf-8")
    found = re.findall(r"pip install (.*)--extra-index-url (\S+)", text)
    assert len(found) == 2  # on Windows, and by hand
    assert set(found) == {(f"--no-deps torch=={PINS['torch']} ", TORCH_INDEX)}


def test_a_container_for_vs_code_is_made_by_what_there_is():
    container = json.loads((REPOSITORY / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    said = " ".join([container["onCreateCommand"], container["postCreateCommand"]])
    targets = re.findall(r"\bmake ([a-z]+)", said)
    assert targets
    assert set(targets) <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert "apt-get install" in said
    assert "bubblewrap" in said
    assert re.search(r"python:[\w-]*3\.1[1-4]\b", container["image"])
    extensions = container["customizations"]["vscode"]["extensions"]
    assert {"ms-python.python", "ms-toolsai.jupyter"} <= set(extensions)
    settings = container["customizations"]["vscode"]["settings"]
    assert settings["python.defaultInterpreterPath"] == "${workspaceFolder}/.venv/bin/python"


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("jupyterlab.labapp", "lab"),
        ("nbgrader.api", "teach"),
        ("yaml", "teach"),  # called PyYAML
        ("nbconvert", "teach"),  # brought by nbgrader
        ("dask", "cluster"),
        ("sphinx", "site"),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(monkeypatch, capsys, module, extra):
    there = extras.version
    gone = {"jupyterlab", "nbgrader", "jupytext", "pyyaml", "dask", "sphinx"}
    monkeypatch.setattr(extras, "version", lambda name: None if name in gone else there(name))

    def missing():
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(cli, "course_root", missing)
    monkeypatch.setattr(sys, "argv", ["grader", "report"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"`grader report` needs {module.partition('.')[0]}, which is not")
    assert said.endswith(f"-m pip install -e '{REPOSITORY}[{extra}]'`.")
    assert "\n" not in said


def test_what_no_extra_brings_is_for_the_doctor_and_our_own_faults_stay_faults():
    assert "`grader doctor` says" in extras.advice(ModuleNotFoundError(name="torch"), "grader x")
    assert "`grader doctor` says" in extras.advice(ModuleNotFoundError(name="yaml"), "grader x")
    assert extras.advice(ModuleNotFoundError(name="grader.nothing"), "grader x") is None


def test_a_package_that_was_never_installed_has_no_extras_and_says_so(monkeypatch):
    monkeypatch.setattr(extras, "NAME", "every-layer-counts-is-not-here")
    said = extras.advice(ModuleNotFoundError(name="nbgrader"), "grader x")
    assert said.endswith("`grader doctor` says what mends it.")
    gone = PackageNotFoundError("every-layer-counts-is-not-here")
    assert extras.advice(gone, "grader x") is None


def test_the_commands_of_the_readme_exist():
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", readme, re.MULTILINE))
    assert {"lab", "test", "thorough", "demo", "site", "solutions"} <= named <= targets


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
