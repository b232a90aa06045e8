"""The pins install on every Python that the course names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
DEBIAN_12 = "3.11.2"  # the oldest that is still in use: its patch releases stopped there
PYTHONS = [DEBIAN_12, "3.11.0", "3.12.0", "3.13.0", "3.14.0"]
PINS = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()


def resolve(python, pins, folder):
    """What pip says of installing exactly these pins for another Python, without doing so.

    PyTorch is left out: it has an index of its own, and its wheels are large.
    """
    requirements = folder / "pins.txt"
    requirements.write_text("\n".join(pin for pin in pins if not pin.startswith("torch==")))
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--no-deps", "--only-binary=:all:", "--implementation", "cp"]
    command += ["--python-version", python, "--target", str(folder / "none")]
    command += ["-r", str(requirements)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.thorough
@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_has_a_wheel_for_each_python(python, tmp_path):
    done = resolve(python, PINS, tmp_path)
    assert done.returncode == 0, [line for line in done.stderr.splitlines() if "ERROR" in line]
    would = next(line for line in done.stdout.splitlines() if line.startswith("Would install"))
    assert len(would.split()) - 2 == sum("==" in pin for pin in PINS) - 1


@pytest.mark.thorough
def test_a_pin_that_wants_a_newer_python_is_noticed(tmp_path):
    done = resolve(DEBIAN_12, ["soupsieve==4.1.2"], tmp_path)
    assert done.returncode != 0
    assert "4.1.2 Requires-Python >=3.11.5" in done.stderr


def test_make_names_the_pythons_that_the_pins_are_tested_for():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    named = re.search(r"needs Python ([\d., or]+);", makefile)[1]
    assert set(re.findall(r"3\.\d+", named)) == {python.rpartition(".")[0] for python in PYTHONS}


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        *[((3, minor), False) for minor in (11, 12, 13, 14)],
        *[((2, 7), True), ((3, 10), True), ((3, 15), True)],
    ],
)
def test_make_refuses_other_pythons_with_one_sentence(version, refused):
    """The Makefile's own condition, asked of a made-up version."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    condition = re.search(r"sys\.exit\((.+?)\)' \|\|", makefile)[1]
    sys_like = type("sys", (), {"version_info": (*version, 2, "final", 0)})
    assert bool(eval(condition, {"sys": sys_like})) is refused


def test_without_pins_the_versions_that_break_are_kept_out():
    """Who installs the package alone gets the newest of everything that it allows."""
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert '"soupsieve<3"' in project
