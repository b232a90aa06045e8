"""The hand-out: what is in it, what is not, and that a student can work with it."""

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from classroom import model_answers

from grader.classroom.demo import read_script
from grader.course.exercises import catalogue
from grader.publish import handout

REPOSITORY = Path(__file__).parent.parent
LESSON = "01-linear"
WITHOUT_TEACHERS = """
import sys

sys.modules |= dict.fromkeys(["nbgrader", "nbconvert", "jupytext", "jupyterlab", "yaml"])
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(handout.write(REPOSITORY, folder / "handout.zip")) as archive:
        archive.extractall(folder)
    return folder / handout.NAME


@pytest.fixture(scope="module")
def wheel(unpacked):
    (found,) = unpacked.glob("*.whl")
    return zipfile.ZipFile(found)


def test_it_holds_every_notebook_and_what_it_takes_to_run_them(unpacked):
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*.ipynb")}
    ours = (REPOSITORY / "notebooks").glob("*/*.ipynb")
    assert names == {path.relative_to(REPOSITORY).as_posix() for path in ours}
    (package,) = unpacked.glob("*.whl")
    wanted = (unpacked / "requirements.txt").read_text().split("\n")
    assert wanted == ["-c constraints.txt", f"./{package.name}[lab]", ""]
    environment = yaml.safe_load((unpacked / "environment.yml").read_text())
    assert environment["dependencies"] == ["python=3.11", "pip"]
    assert "grader lab notebooks" in (unpacked / "README.md").read_text()


def test_it_asks_for_torch_alone_at_its_own_index_and_for_nothing_that_tests_need(unpacked):
    pins = (unpacked / "constraints.txt").read_text()
    readme = (unpacked / "README.md").read_text()
    commands = [line.strip() for line in readme.splitlines() if line.startswith("    pip ")]
    torch = re.search(r"^torch==.+$", pins, re.MULTILINE)[0]
    assert commands == [
        f"pip install --no-deps {torch} --extra-index-url {handout.TORCH_INDEX}",
        "pip install -r requirements.txt",
    ]
    for name in ("environment.yml", "requirements.txt"):
        assert not re.search("index|nbval|nbgrader|-e ", (unpacked / name).read_text()), name
    assert re.search(r"pip install -c constraints.txt nbgrader\b", readme)
    assert re.search(r"^nbgrader==", pins, re.MULTILINE)


def test_pip_understands_what_it_asks_for(unpacked):
    """The wheel's name with its extra, from the folder of the hand-out; no index is asked."""
    pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index"]
    command = [*pip, "-r", "requirements.txt", "--ignore-installed", "--target", "none"]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"Would install {handout.NAME}-" in done.stdout


def test_it_holds_no_answers(unpacked, wheel):
    texts = {
        path.name: path.read_text()
        for path in unpacked.rglob("*")
        if path.suffix != ".whl" and path.is_file()
    }
    texts |= {name: wheel.read(name).decode() for name in wheel.namelist()}
    assert not any("SOLUTION" in text for name, text in texts.items() if name.endswith(".ipynb"))
    answers = [
        student[name].strip()
        for student in read_script(REPOSITORY)["student"]
        for name in catalogue()
        if name in student
    ]
    assert not any(answer in text for answer in answers for text in texts.values())
    assert not any("nbgrader_config.py" in name or "solutions" in name for name in texts)


def test_the_package_holds_every_module_and_file(wheel):
    ours = {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / "grader").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "node_modules" not in path.parts
    }
    assert {name for name in wheel.namelist() if name.startswith("grader/")} == ours


def test_a_student_solves_a_lesson_with_the_installed_package(unpacked, tmp_path):
    """In a new environment, far from the repository, without what teachers need. The other packages
    are those of this environment: they take minutes to install (test_core_install.py does it)."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    (package,) = unpacked.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, package], check=True)
    packages = next((tmp_path / "env").glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    (packages / "sitecustomize.py").write_text(WITHOUT_TEACHERS)
    notebook = unpacked / "notebooks" / LESSON / f"{LESSON}.ipynb"
    content = nbformat.read(notebook, as_version=4)
    model_answers(LESSON)(content)
    nbformat.write(content, notebook)
    said = subprocess.run(
        [
            python,
            "-c",
            "import grader.cli, sys; print(grader.__file__); grader.cli.main()",
            "check",
            notebook,
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert said.stdout.startswith(str(packages)), said.stderr
    assert "16 of 16 points" in said.stdout
