"""A fresh clone grades, a release in use is kept, and what is the teacher's stays so."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY, Classroom, edit, model_answers
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from grader.classroom.gradebook import KINDS, known_to_gradebook
from grader.publish.environment import course_config
from grader.publish.lesson import LessonError, release

LESSON = "01-linear"
NOTEBOOK = f"{LESSON}.ipynb"
MOMENT = "2026-11-22 12:00:00 UTC"


@pytest.fixture
def clone(tmp_path):
    """What `git clone` gives of one lesson: both notebooks and the settings, and no gradebook."""
    for folder in ("solutions", "notebooks"):
        shutil.copytree(REPOSITORY / folder / LESSON, tmp_path / "clone" / folder / LESSON)
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path / "clone")
    return tmp_path / "clone"


def hand_in(clone, folder):
    folder.mkdir(parents=True)
    shutil.copy(clone / "notebooks" / LESSON / NOTEBOOK, folder)
    edit(folder / NOTEBOOK, model_answers(LESSON))


def nbgrader(clone, *arguments):
    """One of nbgrader's commands, called by its path as README does; returns what it says."""
    command = Path(sys.executable).with_name("nbgrader")
    done = subprocess.run(
        [command, *arguments],
        cwd=clone,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def course_of(clone, lesson=LESSON):
    config = course_config(clone)
    config.CourseDirectory.assignment_id = lesson
    return CourseDirectory(config=config)


def contents(clone):
    """All that the gradebook knows of the lesson's cells."""
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        notebook = gradebook.find_notebook(LESSON, LESSON)
        cells = {
            (kind, cell.name): {k: v for k, v in cell.to_dict().items() if k != "id"}
            for kind in KINDS
            for cell in getattr(notebook, kind)
        }
        return notebook.kernelspec, cells


def test_a_clone_grades_what_was_handed_in(clone):
    hand_in(clone, clone / ".nbgrader/submitted/jane" / LESSON)
    done = nbgrader(clone, "autograde", LESSON)
    assert done.returncode == 0, done.stderr
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        assert gradebook.find_submission(LESSON, "jane").score == 16


def test_a_clone_grades_what_a_platform_has_collected(clone):
    hand_in(clone, clone / "jane")
    archive = clone / ".nbgrader/downloaded" / LESSON / "archive/submissions.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as file:
        file.write(clone / "jane" / NOTEBOOK, f"doejane_LATE_12_34_{LESSON}-1.ipynb")
        file.writestr("kim_56_78_work.pdf", "%PDF-1.7")
    assert nbgrader(clone, "zip_collect", LESSON).returncode == 0
    done = nbgrader(clone, "autograde", LESSON)
    assert done.returncode == 0, done.stderr
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        assert gradebook.find_submission(LESSON, "12").score == 16
        assert gradebook.find_submission(LESSON, "56").score == 0


def test_a_clone_collects_and_formgrader_knows_the_lesson(clone):
    exchange = clone.parent / "exchange"
    hand_in(clone, exchange / "every-layer-counts/inbound" / f"jane+{LESSON}+{MOMENT}+x")
    done = nbgrader(
        clone,
        "collect",
        LESSON,
        f"--Exchange.root={exchange}",
        "--ExchangeCollect.check_owner=False",
    )
    assert done.returncode == 0, done.stderr
    assert (clone / ".nbgrader/submitted/jane" / LESSON / NOTEBOOK).exists()
    formgrader = NbGraderAPI(config=course_config(clone))
    assert formgrader.get_assignment(LESSON)["max_score"] == 16
    assert [notebook["max_score"] for notebook in formgrader.get_notebooks(LESSON)] == [16]


def test_the_gradebook_is_as_generate_assignment_fills_it(clone):
    known_to_gradebook(course_of(clone))
    ours = contents(clone)
    (clone / ".nbgrader/gradebook.db").unlink()
    assert NbGraderAPI(config=course_config(clone)).generate_assignment(LESSON)["success"]
    assert ours == contents(clone)


def test_a_due_date_alone_does_not_make_a_lesson_known(clone):
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=MOMENT)
    known_to_gradebook(course_of(clone))
    assert ("grade_cells", "linear_params") in contents(clone)[1]
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        assert gradebook.find_assignment(LESSON).duedate is not None


def test_what_the_gradebook_knows_is_left_alone(clone):
    known_to_gradebook(course_of(clone))
    before = contents(clone)
    (clone / "notebooks" / LESSON / NOTEBOOK).write_text("{}")
    known_to_gradebook(course_of(clone))
    assert contents(clone) == before


@pytest.mark.parametrize("lesson", ["02-nothing", "01", "linear"])
def test_a_lesson_that_is_not_there_is_one_sentence(clone, lesson):
    with pytest.raises(NbGraderException, match=f"There is no lesson '{lesson}' in notebooks/"):
        known_to_gradebook(course_of(clone, lesson))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"<<<<<<< HEAD", b"[]"])
def test_a_release_that_cannot_be_read_is_one_sentence(clone, content):
    (clone / "notebooks" / LESSON / NOTEBOOK).write_bytes(content)
    with pytest.raises(NbGraderException, match="cannot be read") as caught:
        known_to_gradebook(course_of(clone))
    assert "\n" not in str(caught.value)
    with Gradebook(course_config(clone).CourseDirectory.db_url) as gradebook:
        assert not gradebook.assignments


def test_collecting_goes_on_without_a_release(clone):
    hand_in(
        clone, clone.parent / "exchange/every-layer-counts/inbound" / f"jane+{LESSON}+{MOMENT}+x"
    )
    shutil.rmtree(clone / "notebooks")
    config = course_config(clone)
    config.Exchange.root = str(clone.parent / "exchange")
    config.ExchangeCollect.check_owner = False
    outcome = NbGraderAPI(config=config).collect(LESSON)
    assert outcome["success"]
    assert "There is no lesson" in outcome["log"]
    assert (clone / ".nbgrader/submitted/jane" / LESSON / NOTEBOOK).exists()


@pytest.mark.parametrize("before", [None, 0o777, 0o755, 0o500])
def test_the_folder_of_marks_is_the_teachers_alone(clone, before):
    if before is not None:
        (clone / ".nbgrader").mkdir()
        (clone / ".nbgrader").chmod(before)
    course_config(clone)
    assert (clone / ".nbgrader").stat().st_mode & 0o777 == 0o700


@pytest.fixture(scope="module")
def in_use(tmp_path_factory):
    """A class in which one student has handed in and was graded."""
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    room.hand_in("jane", LESSON, model_answers(LESSON))
    room.collect(LESSON)
    room.autograde(LESSON, "jane")
    return room


@pytest.fixture
def source(in_use):
    """The solved notebook of the lesson, put right again afterwards."""
    path = in_use.root / "solutions" / LESSON / NOTEBOOK
    content = path.read_bytes()
    yield path
    path.write_bytes(content)


def locked(name):
    marks = {"grade": False, "locked": True, "solution": False, "task": False}
    marks |= {"grade_id": name, "schema_version": 3}
    return nbformat.v4.new_code_cell("import math", id=name, metadata={"nbgrader": marks})


def a_new_locked_cell(notebook):
    notebook.cells.append(locked("import-math"))


def an_exercise_less(notebook):
    notebook.cells = [c for c in notebook.cells if not c.id.startswith("mlp_params")]


def another_tag(notebook):
    (cell,) = (c for c in notebook.cells if c.id == "mlp_params_answer")
    cell.metadata.nbgrader.update(solution=False, locked=True)


CHANGES = [
    (a_new_locked_cell, "take out `import-math`"),
    (an_exercise_less, "put back `mlp_params`, put back `mlp_params_answer`"),
    (another_tag, "give `mlp_params_answer` the tag that it had"),
]


@pytest.mark.parametrize(("change", "mend"), CHANGES)
def test_a_release_in_use_stands_and_one_sentence_says_why(in_use, source, change, mend):
    released = in_use.root / "notebooks" / LESSON / NOTEBOOK
    before, marks = released.read_bytes(), contents(in_use.root)
    edit(source, change)
    with pytest.raises(LessonError) as caught:
        release(in_use.root, LESSON)
    assert mend in str(caught.value)
    assert "\n" not in str(caught.value)
    outcome = in_use.api.generate_assignment(LESSON, force=True)  # formgrader's button
    assert not outcome["success"]
    assert mend in outcome["log"]
    assert released.read_bytes() == before
    assert contents(in_use.root) == marks
    assert in_use.scores(LESSON, "jane")["mlp_params"] == 4
    left = {path.name for path in (in_use.root / ".nbgrader").iterdir() if path.is_dir()}
    assert left <= {"autograded", "keys", "submitted"}


def test_what_nbgrader_allows_is_released_to_a_class_that_handed_in(in_use, source):
    edit(source, lambda notebook: notebook.cells.append(nbformat.v4.new_markdown_cell("More.")))
    release(in_use.root, LESSON)
    cells = nbformat.read(in_use.root / "notebooks" / LESSON / NOTEBOOK, as_version=4).cells
    assert cells[-1].source == "More."


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_release_stands_where_its_source_cannot_be_read(in_use, source, content):
    released = in_use.root / "notebooks" / LESSON / NOTEBOOK
    before = released.read_bytes()
    source.write_bytes(content)
    with pytest.raises(LessonError, match="the old release stands") as caught:
        release(in_use.root, LESSON)
    assert "\n" not in str(caught.value)
    assert released.read_bytes() == before


def test_without_a_hand_in_every_change_is_released(clone):
    release(clone, LESSON)
    edit(clone / "solutions" / LESSON / NOTEBOOK, a_new_locked_cell)
    release(clone, LESSON)
    assert ("source_cells", "import-math") in contents(clone)[1]
