"""A hand-in is found whatever its file is called, and what cannot be found says why."""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest
from classroom import Classroom, answer, model_answers

from grader.classroom.reading import notebook_of
from grader.classroom.recognise import put_right

LESSON = "01-linear"
NAME = f"{LESSON}.ipynb"
HERE = Path(__file__).parent
FIDELITY = HERE / "fidelity"
RELEASED = HERE.parent / "notebooks" / LESSON / NAME
OTHER = HERE.parent / "notebooks/02-activations/02-activations.ipynb"
BLANK = RELEASED.read_bytes()
HANDED_IN = (FIDELITY / "01-linear (2).ipynb").read_bytes()  # one answer


def answered(**sources):
    """The released notebook with answers in it."""
    notebook = nbformat.reads(BLANK.decode(), as_version=4)
    answer(**sources)(notebook)
    return nbformat.writes(notebook).encode()


ONE = answered(linear_params="def linear_params(a, b, bias=True):\n    return 1")
TWO = answered(
    linear_params="def linear_params(a, b, bias=True):\n    return 2",
    mlp_params="def mlp_params(sizes, bias=True):\n    return 2",
)


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 12, 0, 0)), data)
    return file.getvalue()


def locked_zip():
    """A zip whose member says that it is encrypted."""
    data = bytearray(zipped(**{NAME: ONE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "submitted/anna" / LESSON
    found.mkdir(parents=True)
    (found / "timestamp.txt").write_text("2026-11-20 12:00:00 UTC")
    return found


def hand_in(folder, **files):
    """Write files; each is older than the one before."""
    for age, (name, data) in enumerate(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1e9 - 60 * age, 1e9 - 60 * age))


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def found_in(folder):
    return (folder / NAME).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "01-linear (1).ipynb",
        "01-linear (2).ipynb",
        "01-linear-Copy1.ipynb",
        "01-Linear.IPYNB",
        "01-linear.ipynb.txt",
        "01-linear.ipynb.json",
        "01-linear.json",
        "01-linear.ipynb.download",
        "homework",
        "my work.txt",
        "01-linear/01-linear.ipynb",
        "a/b/c/Anna's notebook.ipynb",
    ],
)
def test_it_is_found_whatever_it_is_called(folder, name):
    hand_in(folder, **{name: HANDED_IN})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == HANDED_IN
    assert (folder / name).read_bytes() == HANDED_IN  # and kept


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + ONE,
        ONE.decode().encode("utf-16"),
        json.dumps({"type": "notebook", "content": json.loads(ONE)}).encode(),
        (FIDELITY / "answer-is-markdown.ipynb").read_bytes(),
        nbformat.v3.writes_json(
            nbformat.convert(nbformat.reads(ONE.decode(), as_version=4), 3)
        ).encode(),
    ],
    ids=["a mark", "UTF-16", "a contents model", "an answer in Markdown", "nbformat 3"],
)
def test_it_is_found_however_it_was_saved(folder, data):
    hand_in(folder, **{"a.ipynb": data})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == data


@pytest.mark.parametrize("name", ["01-linear.zip", "work.ZIP", NAME, "upload"])
def test_it_is_found_in_a_zip(folder, name):
    data = zipped(**{"__MACOSX/._01-linear.ipynb": b"\0\5\x16\7", "work/01-linear.ipynb": ONE})
    hand_in(folder, **{name: data})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE
    assert data in contents(folder).values()


def test_without_its_metadata_it_is_found_by_its_answers(folder):
    notebook = nbformat.reads(ONE.decode(), as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", nbformat.from_dict({})
    hand_in(folder, **{"Untitled.ipynb": nbformat.writes(notebook).encode()})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert b"return 1" in found_in(folder)


@pytest.mark.parametrize(
    ("files", "wins"),
    [
        ({NAME: BLANK, "01-linear (1).ipynb": ONE}, ONE),
        ({"01-linear (1).ipynb": BLANK, NAME: ONE}, ONE),
        ({NAME: ONE, "01-linear-Copy1.ipynb": TWO}, TWO),
        ({NAME: b"", "01-linear-Copy1.ipynb": ONE}, ONE),
        ({NAME: OTHER.read_bytes(), "x.ipynb": ONE}, ONE),
        ({"a.ipynb": BLANK, "b.ipynb": ONE, "c.zip": zipped(a=TWO)}, TWO),
        ({"a.ipynb": BLANK}, BLANK),
    ],
    ids=[
        "a worked copy",
        "a blank copy",
        "more answers",
        "an empty file",
        "another lesson's",
        "a zip",
        "blank",
    ],
)
def test_of_several_the_one_with_most_answers_counts(folder, files, wins):
    hand_in(folder, **files)
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == wins
    for data in files.values():
        assert data in contents(folder).values()


def test_of_equal_ones_the_newest_counts_and_then_the_one_with_the_right_name(folder):
    older, newer = ONE, ONE.replace(b"return 1", b"return 3")
    hand_in(folder, **{"b.ipynb": newer, NAME: older})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == newer
    hand_in(folder, **{NAME: older})
    for name in (NAME, "b.ipynb"):
        os.utime(folder / name, (1e9, 1e9))
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == older


@pytest.mark.parametrize("data", [ONE, BLANK, b"\xef\xbb\xbf" + ONE])
def test_what_is_right_already_is_left_alone(folder, data):
    hand_in(folder, **{NAME: data, "notes.txt": b"hello", "data/table.csv": b"1,2"})
    before = contents(folder), (folder / NAME).stat().st_mtime
    assert put_right(folder, LESSON, RELEASED) == ""
    assert (contents(folder), (folder / NAME).stat().st_mtime) == before


REASONS = {
    "nothing": ({}, "no notebook was handed in"),
    "a PDF": ({"work.pdf": b"%PDF-1.7"}, 'no notebook was handed in, only "work.pdf" (a PDF)'),
    "a .py file": ({"work.py": b"x = 1"}, 'no notebook was handed in, only "work.py"'),
    "many": (
        dict.fromkeys("abcde", b"x"),
        'no notebook was handed in, only "a", "b", "c" and 2 more files',
    ),
    "an empty zip": ({"a.zip": zipped()}, 'only "a.zip" (a zip archive with nothing in it)'),
    "a zip of others": ({"a.zip": zipped(b=b"x")}, 'only "a.zip/b", "a.zip" (a zip archive)'),
    "a cut zip": ({"a.zip": zipped(**{NAME: ONE})[:-9]}, 'only "a.zip" (a zip archive)'),
    "a locked zip": ({"a.zip": locked_zip()}, "protected by a password"),
    "another lesson": (
        {"a.ipynb": OTHER.read_bytes()},
        f'"a.ipynb" is the notebook of 02-activations, not of {LESSON}',
    ),
    "its own notebook": (
        {"a.ipynb": b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}'},
        f'"a.ipynb" holds no cell of {LESSON}',
    ),
    "a broken copy": (
        {"a (1).ipynb": ONE[:999]},
        'characters ("a (1).ipynb")',
    ),
    "an odd name": ({"a\n<b>.ipynb": b""}, 'it is empty ("a?<b>.ipynb")'),
}


@pytest.mark.parametrize("what", REASONS)
def test_what_is_not_found_says_why_in_its_place(folder, what):
    files, reason = REASONS[what]
    hand_in(folder, **files)
    said = put_right(folder, LESSON, RELEASED)
    assert reason in said
    assert "\n" not in said
    mark = notebook_of(found_in(folder)).metadata["every_layer_counts"]
    assert mark == {"unreadable": said}
    for data in files.values():
        assert data in contents(folder).values()
    before = contents(folder)
    assert put_right(folder, LESSON, RELEASED) == said  # and again the same
    assert contents(folder) == before


def test_a_stand_in_makes_way_for_what_comes_later(folder):
    assert put_right(folder, LESSON, RELEASED) == "no notebook was handed in"
    hand_in(folder, **{"late.pdf": b"%PDF-1.7"})
    assert "late.pdf" in put_right(folder, LESSON, RELEASED)
    hand_in(folder, **{"late.ipynb": ONE})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE
    assert set(contents(folder)) == {NAME, "late.ipynb", "late.pdf", "timestamp.txt"}


def test_a_student_s_notebook_is_never_taken_for_a_stand_in(folder):
    notebook = json.loads(ONE)
    notebook["metadata"]["every_layer_counts"] = {"unreadable": "it is a PDF"}
    hand_in(folder, **{NAME: json.dumps(notebook).encode()})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert b"return 1" in found_in(folder)


@pytest.mark.parametrize("data", [ONE[:999], b"", b"%PDF-1.7", OTHER.read_bytes()])
def test_a_broken_file_of_the_right_name_stays_for_grading_to_name_it(folder, data):
    hand_in(folder, **{NAME: data})
    assert put_right(folder, LESSON, RELEASED)
    assert found_in(folder) == data


def link(path):
    path.symlink_to(RELEASED)


def dangling(path):
    path.symlink_to("/no/such/file")


def pipe(path):
    os.mkfifo(path)


def plug(path):
    with socket.socket(socket.AF_UNIX) as server:
        where = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{where}/{path.name}")
        os.close(where)


@pytest.mark.parametrize(
    ("make", "what"),
    [(link, "a link"), (dangling, "a link"), (pipe, "a pipe"), (plug, "a socket")],
)
def test_what_is_no_file_is_never_opened_and_named(folder, make, what):
    make(folder / NAME)
    make(folder / "data.csv")
    said = put_right(folder, LESSON, RELEASED)
    assert said.startswith(f'"{NAME}" is {what}')
    assert put_right(folder, LESSON, RELEASED) == said
    assert all(path.is_file() and not path.is_symlink() for path in folder.iterdir())
    assert what in (folder / "data.csv (left out).txt").read_text()
    assert RELEASED.read_bytes() == BLANK


def test_a_link_does_not_hide_the_work_beside_it(folder):
    link(folder / NAME)
    hand_in(folder, **{"a.ipynb": ONE})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE


def test_no_note_is_written_through_a_link(folder, tmp_path):
    (tmp_path / "gradebook").write_text("precious")
    for name in ("a", "b", "c"):
        link(folder / name)
        (folder / f"{name} (left out).txt").symlink_to(tmp_path / "gradebook")
    assert put_right(folder, LESSON, RELEASED)
    assert (tmp_path / "gradebook").read_text() == "precious"
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_a_link_to_a_folder_is_not_entered(folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / NAME).write_bytes(ONE)
    (folder / "work").symlink_to(tmp_path / "secret")
    assert put_right(folder, LESSON, RELEASED) == "no notebook was handed in"
    assert (tmp_path / "secret" / NAME).read_bytes() == ONE


def test_a_folder_of_the_right_name_is_looked_into(folder):
    hand_in(folder, **{f"{NAME}/{NAME}": ONE})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE
    assert len([data for data in contents(folder).values() if data == ONE]) == 2


def test_a_file_or_a_link_in_the_place_of_the_folder(folder):
    shutil.rmtree(folder)
    folder.write_bytes(ONE)
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE
    shutil.rmtree(folder)
    folder.symlink_to(RELEASED.parent)
    assert "is a link" in put_right(folder, LESSON, RELEASED)
    assert not folder.is_symlink()
    assert RELEASED.read_bytes() == BLANK


def test_rights_that_a_student_took_away_are_given_back(folder):
    hand_in(folder, **{"work/a.ipynb": ONE})
    (folder / "work/a.ipynb").chmod(0)
    (folder / "work").chmod(0)
    assert put_right(folder, LESSON, RELEASED) == ""
    assert (folder / "work").stat().st_mode & 0o700 == 0o700
    assert (folder / "work/a.ipynb").stat().st_mode & 0o400  # root would not notice otherwise


def test_a_zip_that_swells_ends_at_200_mb(folder):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("big.ipynb", "w", force_zip64=True) as member:
            for _ in range(201):
                member.write(b" " * 2**20)
        archive.writestr("good.ipynb", ONE)
    hand_in(folder, **{"a.zip": file.getvalue()})
    assert put_right(folder, LESSON, RELEASED) == ""
    assert found_in(folder) == ONE


def test_without_a_release_what_has_the_right_name_stays(folder, tmp_path):
    hand_in(folder, **{NAME: ONE})
    assert "holds no cell" in put_right(folder, LESSON, tmp_path / "no" / LESSON / NAME)
    assert found_in(folder) == ONE


def test_folders_without_a_bottom_cost_one_student(folder):
    deep = folder
    for _ in range(1200):
        os.chdir(deep)
        deep = Path("d")
        deep.mkdir()
    os.chdir(HERE)
    assert put_right(folder, LESSON, RELEASED)
    assert notebook_of(found_in(folder))
    subprocess.run(["rm", "-rf", folder / "d"], check=True)


def test_whatever_goes_wrong_costs_one_student(folder):
    said = put_right(folder.parent / "missing", LESSON, RELEASED)
    assert said == "looking for the notebook failed (No such file or directory)"


MERGED = (FIDELITY / "merge-conflict.ipynb").read_bytes()
STUDENTS = {  # what is handed in, the points, what the page says
    "byte-order-mark": ({NAME: (FIDELITY / "byte-order-mark.ipynb").read_bytes()}, 3, "Correct"),
    "utf-16": ({NAME: HANDED_IN.decode().encode("utf-16")}, 3, "Correct"),
    "second-download": ({"01-linear (2).ipynb": HANDED_IN}, 3, "Correct"),
    "zip": ({"work.zip": zipped(a=HANDED_IN)}, 3, "Correct"),
    "blank-original": ({NAME: BLANK, "01-linear-Copy1.ipynb": HANDED_IN}, 3, "Correct"),
    "merge-conflict": ({NAME: MERGED}, 0, "it holds a merge conflict in line 58"),
    "conflict-elsewhere": ({"a (1).ipynb": MERGED}, 0, "it holds a merge conflict in line 58"),
    "pdf": ({"work.pdf": b"%PDF-1.7"}, 0, "no notebook was handed in, only"),
    "nothing": ({}, 0, "no notebook was handed in"),
}


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    for student, (files, _, _) in STUDENTS.items():
        folder = room.root / ".nbgrader/submitted" / student / LESSON
        folder.mkdir(parents=True)
        hand_in(folder, **files)
    for student, make in {"link": link, "pipe": pipe}.items():
        folder = room.root / ".nbgrader/submitted" / student / LESSON
        folder.mkdir(parents=True)
        make(folder / NAME)
    room.hand_in("classmate", LESSON, model_answers(LESSON))
    room.collect(LESSON)
    room.autograde(LESSON, "*")
    return room


@pytest.mark.parametrize("student", STUDENTS)
def test_everybody_gets_a_mark_and_a_card(classroom, student):
    _, points, words = STUDENTS[student]
    scores = classroom.scores(LESSON, student)
    assert len(scores) == 5
    assert sum(scores.values()) == points
    assert words in re.sub(r"<[^>]+>", "", classroom.feedback_page(LESSON, student))


@pytest.mark.parametrize("student", ["link", "pipe"])
def test_what_is_no_file_gets_a_mark_and_a_card(classroom, student):
    assert sum(classroom.scores(LESSON, student).values()) == 0
    assert f"is a {student}" in classroom.feedback_page(LESSON, student)


def test_nobody_else_is_harmed(classroom):
    assert sum(classroom.scores(LESSON, "classmate").values()) == 16
