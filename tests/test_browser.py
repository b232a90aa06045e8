"""The student's way and the instructor's way, with a mouse and a keyboard in a real JupyterLab."""

from __future__ import annotations

import contextlib
import re
import shutil
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import CHROMIUM, Notebook, chromium, jupyter, keep
from classroom import REPOSITORY, Classroom, edit, model_answers
from nbgrader.utils import get_username
from playwright.sync_api import expect

from grader.classroom import demo
from grader.practice.pool import topic
from grader.practice.session import said
from grader.practice.tutor import Tutor

LESSON = "01-linear"
NAME = get_username()  # as nbgrader calls the student who sits at this machine
START = "def linear_params(in_features, out_features, bias=True):\n    return "
WRONG = START + "in_features * out_features + bias * in_features"
RIGHT = START + "in_features * out_features + bias * out_features"
OURS = """
c.CourseDirectory.course_id = "every-layer-counts"
c.Exchange.root = "{folder}/exchange"
c.Exchange.cache = "{folder}/cache-{name}"
c.ExchangeCollect.check_owner = False
"""

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="JUPYTERLAB IS NOT TESTED IN A BROWSER: Chromium is missing"
)


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A course with lesson 01 released, and the homes of a student and an instructor."""
    folder = tmp_path_factory.mktemp("school")
    room = Classroom(folder, LESSON)
    room.release(LESSON)
    for name in ("student", "instructor"):
        settings = folder / name / ".jupyter" / "nbgrader_config.py"
        settings.parent.mkdir(parents=True)
        settings.write_text(OURS.format(folder=folder, name=name))
    shutil.copytree(REPOSITORY / "notebooks", folder / "student" / "notebooks")
    return SimpleNamespace(folder=folder, room=room, student=folder / "student")


@pytest.fixture(scope="module")
def lab(school):
    with jupyter(["lab", "notebooks"], school.student, school.student) as address:
        yield address


def test_lab_opens_the_first_lesson_without_anything_in_the_way(lab):
    with chromium() as page:
        page.goto(lab)
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_selector('h1:has-text("Start here")')
        page.wait_for_timeout(1500)  # a pop-up would come by now
        assert page.locator(".jp-Dialog, .jp-toast-item, .Toastify__toast").count() == 0
        assert page.get_by_text("Create Assignment").count() == 0
        page.click('.lm-MenuBar-itemLabel:text-is("Nbgrader")')
        items = page.locator(".lm-Menu-item[data-type=command] .lm-Menu-itemLabel")
        assert [*filter(None, items.all_inner_texts())] == ["Assignment List"]
        keep(page, "student-start")


def test_a_student_solves_an_exercise(lab):
    with chromium() as page:
        notebook = Notebook(page, lab, f"{LESSON}/{LESSON}.ipynb")
        notebook.run_all()
        assert notebook.errors() == [], "an unsolved notebook shows no red"
        assert "Not attempted" in notebook.run("linear_params")
        notebook.write("linear_params_answer", WRONG)
        notebook.run("linear_params_answer")
        words = notebook.run("linear_params")
        assert "Wrong" in words
        assert "Your bias has one number for each input." in words
        keep(page, "student-wrong")
        cards = Axe().run(page, context=".jp-Cell.jp-mod-active .jp-OutputArea-output")
        assert cards.violations_count == 0, cards.generate_report()
        notebook.write("linear_params_answer", RIGHT)
        notebook.run("linear_params_answer")
        assert "3 of 3 points" in notebook.run("linear_params")
        keep(page, "student-right")
        notebook.save()


WITH_SLIDERS = [
    path.stem
    for path in sorted((REPOSITORY / "solutions").glob("[0-9]*.md"))
    if "figures.play(" in path.read_text(encoding="utf-8")
]
FOR_EVERY_RUN = "05-conv1d"
ARROWS = ("ArrowRight", "ArrowLeft")


@pytest.mark.parametrize(
    "lesson",
    [
        pytest.param(name, marks=[] if name == FOR_EVERY_RUN else pytest.mark.thorough)
        for name in WITH_SLIDERS
    ],
)
def test_every_picture_with_sliders_follows_the_keyboard(lab, lesson):
    with chromium() as page:
        notebook = Notebook(page, lab, f"{lesson}/{lesson}.ipynb")
        notebook.run_all()
        assert notebook.errors() == []
        for place in notebook.with_("figures.play("):
            notebook.show(place)
            cell = page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']")
            picture = cell.locator(".jp-OutputArea-output img")
            before = picture.get_attribute("alt")
            handles = cell.locator(".widget-slider .noUi-handle")
            assert handles.count() >= 1
            for number in range(handles.count()):
                if any(_moves(handles.nth(number), key, picture, before) for key in ARROWS):
                    break
            assert picture.get_attribute("alt") != before, f"cell {place} of {lesson}"
        keep(page, f"sliders-{lesson}")


def _moves(handle, key, picture, before):
    """Whether the picture follows the slider in this direction."""
    place = handle.bounding_box()  # the value is told with one digit behind the point
    handle.press(key)
    handle.press(key)
    if handle.bounding_box() == place:  # at its end
        return False
    another = re.compile(f"^(?!{re.escape(before)}$)")
    with contextlib.suppress(AssertionError):
        # not `not_to_have_attribute`: that holds, too, while there is no picture at all
        expect(picture).to_have_attribute("alt", another, timeout=10_000)
        return True
    return False


def test_practice_goes_on_by_the_keyboard_alone(lab, school):
    """The first cell of lesson 06: run it, type, Enter, type, Enter; points are remembered."""
    first = Tutor(topic("conv1d_params")).next()
    missed = next(n for n in first.showing if first.wrong.count(first.wrong[n]) == 1)
    with chromium() as page:
        notebook = Notebook(page, lab, "06-conv2d/06-conv2d.ipynb")
        notebook.run_all()
        (place,) = notebook.with_("practice(")
        notebook.show(place)
        cell = page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{place}']")
        field = cell.locator("input[type=text]")
        field.focus()
        page.keyboard.type("about ten")
        page.keyboard.press("Enter")
        cell.get_by_text("is no answer yet").wait_for()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type(said(first.wrong[missed]))
        page.keyboard.press("Enter")
        cell.get_by_text(f"PyTorch: {said(first.right)}.").wait_for()
        sentence = topic("conv1d_params").mistakes[missed].sentence
        assert sentence.replace("`", "") in cell.inner_text()
        keep(page, "practice")
        assert field.evaluate("field => field === document.activeElement && !field.value")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        cell.get_by_text("0 of 1 question right").wait_for()
        cards = Axe().run(page, context=".jp-Cell.jp-mod-active .jp-OutputArea-output")
        assert cards.violations_count == 0, cards.generate_report()
    (remembered,) = school.student.rglob("practice.json")
    assert '"conv1d_params"' in remembered.read_text(encoding="utf-8")
    assert not list((school.student / "notebooks").rglob("practice.json"))


def test_the_check_cells_are_locked(lab):
    with chromium() as page:
        notebook = Notebook(page, lab, f"{LESSON}/{LESSON}.ipynb")
        notebook.select("linear_params")
        page.click(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
        page.keyboard.insert_text("float('inf')")
        notebook.page.evaluate("() => { jupyterapp.commands.execute('notebook:delete-cell') }")
        notebook.select("linear_params")
        source = page.inner_text(".jp-Cell.jp-mod-active .cm-content").strip()
        assert source == "check(linear_params)"


def test_validate_says_what_is_left_to_do(lab):
    with chromium() as page:
        notebook = Notebook(page, lab, f"{LESSON}/{LESSON}.ipynb")
        page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()
        dialog = page.locator(".jp-Dialog:has-text('Validation Results')")
        dialog.wait_for()
        words = dialog.inner_text()
        keep(page, "student-validate")
        assert "check(linear_output_shape)" in words
        assert "Not attempted" in words
        assert "check(linear_params)" not in words, "that one is solved"
        assert "Traceback" not in words
        assert notebook.errors() == []


def test_a_student_fetches_and_submits(lab, school):
    shutil.rmtree(school.student / "notebooks" / LESSON)  # so that it can be fetched
    with chromium() as page:
        page.goto(f"{lab}/lab")
        page.click('.lm-MenuBar-itemLabel:text-is("Nbgrader")')
        page.click('.lm-Menu-itemLabel:text-is("Assignment List")')
        page.click('#released_assignments_list button:has-text("Fetch")')
        page.wait_for_selector('#fetched_assignments_list button:has-text("Submit")')
        edit(school.student / "notebooks" / LESSON / f"{LESSON}.ipynb", model_answers(LESSON))
        page.click('#fetched_assignments_list button:has-text("Submit")')
        page.wait_for_selector(f'#submitted_assignments_list :text("{LESSON}")')
        keep(page, "student-submitted")
    assert len(list((school.folder / "exchange").glob(f"*/inbound/{NAME}+*"))) == 1


def test_an_instructor_collects_grades_and_gives_feedback(school):
    course = school.room.root
    grading = jupyter(["formgrader"], school.folder / "instructor", course)
    with grading as address, chromium() as page:
        page.goto(address)
        page.wait_for_selector("td.collect a")
        keep(page, "formgrader")
        page.click("td.collect a")
        page.wait_for_selector(".modal.in:has-text('Success')")
        page.click(".modal.in .modal-footer button")
        page.click("td.num-submissions a")
        page.click("td.autograde a")
        page.wait_for_selector(".modal.in:has-text('Success')")
        page.click(".modal.in .modal-footer button")
        page.wait_for_selector("td.score:has-text('16')")
        keep(page, "formgrader-graded")
        page.click("td.generate-feedback a, td.feedback a")
        page.wait_for_selector(".modal.in:has-text('Success')")
    assert school.room.scores(LESSON, NAME) == {
        "linear": 3,
        "linear_params": 3,
        "linear_output_shape": 3,
        "linear_mult_adds": 3,
        "mlp_params": 4,
    }
    feedback = course / f".nbgrader/feedback/{NAME}/{LESSON}/{LESSON}.html"
    assert "Every case agrees with PyTorch" in feedback.read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_class_report_can_be_read_by_everybody(scheme, tmp_path):
    for _ in demo.demo(REPOSITORY, tmp_path / "class"):
        pass
    with chromium(scheme) as page:
        page.goto((tmp_path / "class" / "class-report.html").as_uri())
        keep(page, f"class-report-{scheme}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") != "BODY", "the keyboard reaches it"
