"""What Gradescope, PrairieLearn and Classroom 50 get, in a container without a jail."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY, answer, model_answers
from honest import params

from grader.ask.bubblewrap import seen_by_others
from grader.classroom import package
from grader.classroom.judge_as import JudgeError, judge_file

LESSON = "01-linear"
GRADER = Path(sys.executable).with_name("grader")
WORD = "a word that no student knows"
LUCKY = answer(  # right in the cases that every student can see: they are small, but for two
    **params("return (in_features + bias) * out_features + (in_features in range(20, 256))")
)


def hand_in(folder, change=None, name="my homework.ipynb"):
    content = nbformat.read(REPOSITORY / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    if change:
        change(content)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(nbformat.writes(content))
    return folder / name


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A package of each system, unpacked."""
    root = tmp_path_factory.mktemp("packages")
    found = {}
    for system in package.OF_THE_COURSE:
        path = package.write(REPOSITORY, LESSON, system, WORD, root / "keys", root)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                archive.extractall(path.with_suffix(""))
                for info in archive.infolist():
                    (path.with_suffix("") / info.filename).chmod(info.external_attr >> 16)
            path = path.with_suffix("")
        found[system] = path
    return found


def environment(**more):
    """A container without bubblewrap."""
    path = f"{Path(sys.executable).parent}:{no_bubblewrap()}"
    return {**os.environ, "PATH": path, "GRADER": str(GRADER), **more}


def no_bubblewrap():
    """A folder with the few programs that the scripts use."""
    folder = Path("/tmp") / f"few-programs-{os.getpid()}"
    folder.mkdir(exist_ok=True)
    for name in ("bash", "chmod", "mkdir", "env", "cat"):
        link = folder / name
        if not link.exists():
            link.symlink_to(f"/usr/bin/{name}")
    return folder


def gradescope(packages, tmp_path, change):
    base = tmp_path / "autograder"
    base.mkdir(exist_ok=True)
    subprocess.run(["cp", "-r", packages["gradescope"], base / "source"], check=True)
    (base / "results").mkdir()
    hand_in(base / "submission", change)
    script = base / "source" / "run_autograder"
    subprocess.run([script], env=environment(AUTOGRADER=str(base)), check=True)
    assert (base / "source").stat().st_mode & 0o077 == 0
    return json.loads((base / "results" / "results.json").read_text())


def test_gradescope_gets_a_test_for_each_part(packages, tmp_path):
    found = gradescope(packages, tmp_path, model_answers(LESSON))
    assert found["score"] == 16
    assert {test["status"] for test in found["tests"]} == {"passed"}
    assert "linear_params: without a bias" in {test["name"] for test in found["tests"]}
    assert sum(test["max_score"] for test in found["tests"]) == 16
    assert "No bubblewrap here" in found["output"]
    cards = [test["output"] for test in found["tests"] if test["output"]]
    assert len(cards) == 5
    assert all(card.startswith("<div") for card in cards)


def test_a_drawn_case_decides_the_mark_and_is_in_no_test(packages, tmp_path):
    def change(content):
        model_answers(LESSON)(content)
        LUCKY(content)

    found = gradescope(packages, tmp_path, change)
    assert found["score"] < sum(test["score"] for test in found["tests"])
    assert "drawn for grading" not in json.dumps(found)


def test_a_hand_in_that_is_nothing_gets_a_sentence(packages, tmp_path):
    base = tmp_path / "grade"
    subprocess.run(["cp", "-r", packages["prairielearn"], base], check=True)
    (base / "student").mkdir()
    script = base / "serverFilesCourse/every-layer-counts/run.sh"
    subprocess.run([script], env=environment(GRADE=str(base)), check=True)
    found = json.loads((base / "results/results.json").read_text())
    assert found == {"gradable": False, "format_errors": ["No file was handed in."]}


def test_prairielearn_gets_a_share_and_its_question(packages, tmp_path):
    base = tmp_path / "grade"
    subprocess.run(["cp", "-r", packages["prairielearn"], base], check=True)
    hand_in(base / "student", answer(**params("return (in_features + bias) * out_features")))
    script = base / "serverFilesCourse/every-layer-counts/run.sh"
    subprocess.run([script], env=environment(GRADE=str(base)), check=True)
    found = json.loads((base / "results/results.json").read_text())
    assert found["score"] == 3 / 16
    assert {test["name"]: test["points"] for test in found["tests"]}["linear_params"] == 3
    info = json.loads((base / f"questions/{LESSON}/info.json").read_text())
    assert info["gradingMethod"] == "External"
    assert info["externalGradingOptions"]["timeout"] <= 600
    assert (
        f'file-names="{LESSON}.ipynb"' in (base / f"questions/{LESSON}/question.html").read_text()
    )


def test_classroom_50_gets_whole_numbers(packages, tmp_path):
    hand_in(tmp_path, model_answers(LESSON))
    script = packages["classroom50"] / "autograders" / LESSON / "autograder.py"
    facts = {"CLASSROOM": "c", "ASSIGNMENT": LESSON, "OWNER": "ann", "SUBMISSION_TAG": "submit/1"}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment(**facts), check=True
    )
    assert done.returncode == 0
    found = json.loads((tmp_path / "result.json").read_text())
    required = {
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    }
    assert set(found) == required
    assert (found["score"], found["max-score"], found["owner"]) == (16, 16, "ann")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["datetime"])
    assert all(isinstance(test["score"], int) for test in found["tests"])


def test_the_package_holds_no_model_answer(packages):
    for path in packages.values():
        names = [each.name for each in path.rglob("*")]
        assert not [name for name in names if name.startswith("solutions")]
        assert "term" in names


def test_a_file_of_no_lesson_is_refused(tmp_path):
    path = hand_in(
        tmp_path,
        lambda content: (
            content.cells.clear() or content.cells.append(nbformat.v4.new_code_cell("1"))
        ),
    )
    with pytest.raises(JudgeError, match="the notebook of no lesson here"):
        judge_file(path, REPOSITORY / "notebooks", "", tmp_path)


def test_code_that_needs_pytorch_runs_as_another_user_where_there_is_no_jail(packages, tmp_path):
    def change(content):
        model_answers(LESSON)(content)
        source = "import os, torch\nopen('/tmp/who', 'w').write(str(os.geteuid()))"
        content.cells.insert(2, nbformat.v4.new_code_cell(source))

    who = Path("/tmp/who")
    who.unlink(missing_ok=True)
    found = gradescope(packages, tmp_path, change)
    assert found["score"] == 16
    if os.geteuid() == 0:
        assert (int(who.read_text()) >= 60_000) == seen_by_others()
    assert ("ran as root" in found["output"]) != seen_by_others()
