"""`nbgrader zip_collect` takes what Moodle, Canvas and browsers make, and every student's file."""

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from classroom import REPOSITORY

from grader.classroom import downloads
from grader.publish.environment import course_config

LESSON = "01-linear"
NOTEBOOK = f"{LESSON}.ipynb"
MOODLE = "CS 101-Lesson 1-77.zip"


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def course(tmp_path):
    """A clone's folders, with nothing graded yet."""
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    shutil.copytree(REPOSITORY / "notebooks" / LESSON, tmp_path / "notebooks" / LESSON)
    return tmp_path


def collect(course, files):
    """Put these into archive/ and collect, in a process as a teacher does; returns its log."""
    for name, content in files.items():
        path = course / ".nbgrader/downloaded" / LESSON / "archive" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    nbgrader = Path(sys.executable).with_name("nbgrader")
    command = [nbgrader, "zip_collect", LESSON, "--force"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def submitted(course):
    """What was collected: for each student, the content of each file."""
    root = course / ".nbgrader/submitted"
    return {
        folder.name: {path.name: path.read_bytes() for path in (folder / LESSON).iterdir()}
        for folder in root.iterdir()
    }


def test_a_zip_of_moodle(course):
    files = {
        f"Jane Doe_1234567_assignsubmission_file/{NOTEBOOK}": "jane",
        f"Ali ben O'Brien_22_assignsubmission_file_/{NOTEBOOK}": "older Moodle",
        f"Participant 33_33_assignsubmission_file_{NOTEBOOK}": "no folders",
        f"Žofie Nová_44_assignsubmission_file/{LESSON} (1).ipynb": "a browser's name",
        "Max_55_assignsubmission_file/work.pdf": "no notebook",
        f"Eve_66_assignsubmission_file/inner/Jane_1234567_assignsubmission_file/{NOTEBOOK}": "e",
        "Kim_77_assignsubmission_file/all.zip": packed(
            {f"all/{NOTEBOOK}": "kim", f"__MACOSX/all/._{NOTEBOOK}": "litter"}
        ),
        "Lee_88_assignsubmission_onlinetext/onlinetext.html": "<p>text</p>",
    }
    collect(course, {MOODLE: packed(files)})
    assert submitted(course) == {
        "1234567": {NOTEBOOK: b"jane"},
        "22": {NOTEBOOK: b"older Moodle"},
        "33": {NOTEBOOK: b"no folders"},
        "44": {NOTEBOOK: b"a browser's name"},
        "55": {"work.pdf": b"no notebook"},
        "66": {NOTEBOOK: b"e"},
        "77": {NOTEBOOK: b"kim"},
        "88": {"onlinetext.html": b"<p>text</p>"},
    }


def test_a_zip_of_canvas(course):
    files = {
        f"doejane_123_4001_{NOTEBOOK}": "jane",
        f"obrienali_LATE_22_4002_{LESSON}-2.ipynb": "late, and a third attempt",
        f"anon_33_4003_{NOTEBOOK}": "anonymous",
        f"kim_44_4004_{LESSON}.zip": packed({f"deep/er/{NOTEBOOK}": "kim"}),
        f"lee_55_4005_{LESSON}-Copy1.ipynb": "a copy",
        f"max_66_4006_{NOTEBOOK}.txt": "a browser's ending",
    }
    collect(course, {"submissions.zip": packed(files)})
    assert submitted(course) == {
        "123": {NOTEBOOK: b"jane"},
        "22": {NOTEBOOK: b"late, and a third attempt"},
        "33": {NOTEBOOK: b"anonymous"},
        "44": {NOTEBOOK: b"kim"},
        "55": {NOTEBOOK: b"a copy"},
        "66": {f"{NOTEBOOK}.txt": b"a browser's ending"},
    }


def test_two_files_of_one_name_are_both_kept(course):
    folder = "Jane Doe_1_assignsubmission_file"
    files = {
        f"{folder}/{LESSON} (1).ipynb": "worked",
        f"{folder}/{NOTEBOOK}": "blank",
        f"Max_2_assignsubmission_file/{NOTEBOOK}": "max",
    }
    collect(course, {MOODLE: packed(files)})
    assert sorted(submitted(course)["1"].values()) == [b"blank", b"worked"]
    assert submitted(course)["2"] == {NOTEBOOK: b"max"}


def test_what_is_unpacked_already_and_what_is_nobodys(course):
    files = {f"Jane Doe_1_assignsubmission_file/{NOTEBOOK}": "jane", NOTEBOOK: "whose?"}
    log = collect(course, files)
    assert submitted(course) == {"1": {NOTEBOOK: b"jane"}}
    assert len([line for line in log.splitlines() if "No student's number" in line]) == 1


def test_an_archive_that_cannot_be_unpacked_is_collected_as_it_is(course, monkeypatch):
    empty, broken = packed({}), packed({NOTEBOOK: "x" * 999})[:200]
    files = {
        "a_1_assignsubmission_file/a.zip": broken,
        "b_2_assignsubmission_file/b.zip": empty,
        f"z_3_assignsubmission_file/{NOTEBOOK}": "honest",
        f"o_4_assignsubmission_file/../../../../../../{NOTEBOOK}": "outwards",
    }
    log = collect(course, {MOODLE: packed(files)})
    assert submitted(course)["1"] == {"a.zip": broken}
    assert submitted(course)["2"] == {"b.zip": empty}
    assert submitted(course)["3"] == {NOTEBOOK: b"honest"}
    assert len([line for line in log.splitlines() if "Kept as it is" in line]) == 2
    assert not list(course.glob("*.ipynb"))


def test_an_archive_that_swells_is_kept_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_BYTES", 1000)
    (tmp_path / "archive").mkdir()
    bomb = packed({NOTEBOOK: "x" * 2000})
    path = tmp_path / "archive" / MOODLE
    path.write_bytes(packed({"a_1_assignsubmission_file/a.zip": bomb}))
    downloads.ExtractEach().extract(str(path.parent), str(tmp_path / "extracted"))
    (kept,) = (path for path in (tmp_path / "extracted").rglob("*") if path.is_file())
    assert kept.read_bytes() == bomb


@pytest.mark.parametrize(
    ("name", "student", "file"),
    [
        (f"Jane_12_assignsubmission_file/Max_34_assignsubmission_file/{NOTEBOOK}", "12", LESSON),
        (f"CS-1.zip/Jane_12_assignsubmission_file/{NOTEBOOK}", "12", LESSON),
        ("doe_12_34_17-design.ipynb", "12", "17-design"),
        ("doe_12_34_05-conv1d-3.ipynb", "12", "05-conv1d"),
        (f"doe_12_34_extracted/max_56_78_{NOTEBOOK}", "12", f"max_56_78_{LESSON}"),
        ("doe_12_34_v1.5 notes.ipynb", "12", "v1.5 notes"),
        ("doe_12_34_Makefile", "12", "Makefile"),
    ],
)
def test_whose_a_name_is(course, name, student, file):
    pattern = course_config(course).FileNameCollectorPlugin.named_regexp
    collector = downloads.CollectByNumber()
    collector.named_regexp = pattern
    found = collector.collect(f"/course/.nbgrader/downloaded/{LESSON}/extracted/{name}")
    assert found["student_id"] == student
    assert found["file_id"] == f"{file}{Path(name).suffix}"


@pytest.mark.parametrize(
    "name", [NOTEBOOK, f"jane/{NOTEBOOK}", "doe_12_x.ipynb", f"_1_2_{NOTEBOOK}"]
)
def test_a_name_without_a_student_is_nobodys(course, name):
    collector = downloads.CollectByNumber()
    collector.named_regexp = course_config(course).FileNameCollectorPlugin.named_regexp
    assert collector.collect(f"/c/.nbgrader/downloaded/{LESSON}/extracted/{name}") is None
