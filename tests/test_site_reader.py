"""A reader of the site: from the first page to all points, on a desktop and on a phone, without a
connection. `make thorough` builds the site first."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, keep
from serving import Quiet, served

ROOT = Path(__file__).parent.parent
SITE = ROOT / "dist/site"
LESSON = "06-conv2d"
HEAD = "def conv2d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):\n"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def address():
    assert (SITE / "index.html").exists(), "run: make site"
    with served(SITE) as found:
        yield found


def answers():
    """The model answers of the lesson by exercise."""
    cells = nbformat.read(ROOT / f"solutions/{LESSON}/{LESSON}.ipynb", as_version=4).cells
    marks = [(cell.metadata.get("nbgrader", {}), cell.source) for cell in cells]
    return {m["grade_id"].removesuffix("_answer"): s for m, s in marks if m.get("solution")}


def write(page, name, source):
    """Replace an answer by keyboard and check it by keyboard."""
    page.locator(f"#exercise-{name} .cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    return page.locator(f"#exercise-{name} .elc-card strong").first


@pytest.mark.parametrize("device", SIZES)
def test_a_lesson_is_done_without_a_connection(address, device, tmp_path):
    with chromium("light", *SIZES[device]) as page:
        page.goto(f"{address}/index.html")
        page.click("#elc-offline button")
        page.wait_for_function("document.querySelector('#elc-offline').innerText.includes('here')")
        page.context.set_offline(True)
        page.goto(f"{address}/slides/01-linear.html")
        assert "has not been opened before" in page.inner_text("body")  # decks are not kept
        page.goto(f"{address}/{LESSON}.html")
        for name, source in answers().items():
            verdict = write(page, name, source)
            verdict.wait_for()
            assert verdict.inner_text() == "Correct", name
        keep(page, f"site-{device}")
        assert page.inner_text(".elc-points").startswith("19 of 19 points")
        with page.expect_download() as download:
            page.click("text=Download my answers")
        file = tmp_path / f"{LESSON}.ipynb"
        download.value.save_as(file)
        page.reload()
        assert "conv2d" in page.inner_text("#exercise-conv2d .cm-content")
        assert page.inner_text(".elc-points").startswith("19 of 19 points")
    command = [sys.executable, "-m", "grader", "check", str(file)]
    graded = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "19 of 19" in graded.stdout, graded.stdout + graded.stderr


def test_an_upload_goes_on_where_a_notebook_was(address, tmp_path):
    source = answers()["conv2d_params"]
    notebook = nbformat.read(ROOT / f"notebooks/{LESSON}/{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "conv2d_params_answer":
            cell.source = source
    file = tmp_path / "mine.ipynb"
    nbformat.write(notebook, file)
    with chromium() as page:
        page.goto(f"{address}/{LESSON}.html")
        page.set_input_files(".elc-answers input", file)
        page.wait_for_function("document.querySelector('.elc-points').innerText.includes('mine')")
        assert "one_filter" in source
        assert "one_filter" in page.inner_text("#exercise-conv2d_params .cm-content")
        (tmp_path / "other.ipynb").write_text(json.dumps({"cells": []}))
        page.set_input_files(".elc-answers input", tmp_path / "other.ipynb")
        page.wait_for_function(
            "document.querySelector('.elc-points').innerText.includes('no answer')"
        )


def test_a_card_leads_to_its_case_in_the_explorer(address):
    with chromium() as page:
        page.goto(f"{address}/{LESSON}.html")
        write(page, "conv2d_params", HEAD + "    return 1").wait_for()
        link = page.get_attribute("#exercise-conv2d_params .elc-card a", "href")
        page.goto(f"{address}/{link}")
        page.wait_for_function("document.body.innerText.includes('nn.Conv2d(1, 2, 3)')")


def test_tab_indents_for_who_writes_and_goes_on_for_all_others(address):
    with chromium() as page:
        page.goto(f"{address}/{LESSON}.html")
        page.locator("#exercise-conv2d .cm-content").focus()
        before = page.inner_text("#exercise-conv2d .cm-content")
        page.keyboard.press("Tab")
        assert page.inner_text("#exercise-conv2d .cm-content") == before
        assert page.evaluate("document.activeElement.innerText") == "Check"
        page.keyboard.press("Shift+Tab")
        page.keyboard.type("x")
        page.keyboard.press("Tab")
        assert page.inner_text("#exercise-conv2d .cm-content") == f"    x{before}"
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Check"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_answered_page_passes_axe(address, theme):
    with chromium(theme, *SIZES["phone"]) as page:
        page.goto(f"{address}/{LESSON}.html")
        write(page, "conv2d_params", HEAD + "    print(1)\n    return 1").wait_for()
        wcag = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        for place in ("#exercise-conv2d_params", ".elc-answers"):
            found = Axe().run(page, context=place, options=wcag).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        page.goto(f"{address}/practice.html#topics=conv2d_params")
        page.click("#elc-practice button:visible")
        page.wait_for_selector("#elc-practice input:focus")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        page.wait_for_selector("#elc-practice .bg-danger")
        found = Axe().run(page, options=wcag).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_an_endless_answer_is_stopped_and_the_page_goes_on(address):
    with chromium() as page:
        page.goto(f"{address}/{LESSON}.html")
        verdict = write(page, "conv2d_params", HEAD + "    return sum(iter(int, 1))")
        verdict.wait_for()
        assert "had not finished" in page.inner_text("#exercise-conv2d_params .elc-card")
        write(page, "conv2d_params", answers()["conv2d_params"])
        page.wait_for_function(
            "document.querySelector('#exercise-conv2d_params .elc-card').innerText"
            ".includes('Correct')"
        )


def test_practice_by_the_keyboard_alone(address):
    with chromium() as page:
        page.goto(f"{address}/practice.html#topics=conv2d_params")
        page.focus("#elc-practice button:visible")
        page.keyboard.press("Enter")
        page.wait_for_selector("#elc-practice input:focus")
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "document.querySelector('#elc-practice').innerText.includes('You think: 1')"
        )
        keep(page, "site-practice")
        page.goto(f"{address}/progress.html")
        page.click("#elc-progress button")
        page.wait_for_selector("#elc-progress table")
        keep(page, "site-progress")


def test_sizes_are_what_the_docs_say(address):
    """The first page under 1 MB; a first check under 15 MB; a second one nothing."""
    with chromium() as page:
        Quiet.sent.clear()
        page.goto(f"{address}/index.html", wait_until="networkidle")
        first = sum(size for _, size in Quiet.sent)
        assert 0 < first < 1_000_000
        page.goto(f"{address}/{LESSON}.html", wait_until="networkidle")
        Quiet.sent.clear()
        write(page, "conv2d_params", answers()["conv2d_params"]).wait_for()
        assert 9_000_000 < sum(size for _, size in Quiet.sent) < 15_000_000
        page.wait_for_timeout(500)
        Quiet.sent.clear()
        page.click("#exercise-conv2d_params .elc-check")
        page.wait_for_function(
            "!document.querySelector('#exercise-conv2d_params .elc-check').disabled"
        )
        assert Quiet.sent == []


def test_a_folder_is_enough_to_read_and_to_explore():
    with chromium() as page:
        page.goto(f"{(SITE / 'explorer.html').as_uri()}#linear?in_features=3&out_features=4")
        page.wait_for_function("document.body.innerText.includes('nn.Linear(3, 4)')")
        page.goto((SITE / f"{LESSON}.html").as_uri())
        page.wait_for_selector("text=Here the lesson can only be read")
        assert "def conv2d_params" in page.inner_text("#exercise-conv2d_params")


SCRIPT = {"content_type": "text/javascript"}
HOSTILE = """self.onmessage = ({data}) => self.postMessage({number: data.number, reply:
  data.what === "load" ? "" : JSON.stringify({printed: "", record: "{}", html:
  `<div style="background:url(x)"><img src="x" onerror="document.title = 'run'">
  <a href="https://elsewhere.example">there</a><strong onclick="1">hello</strong></div>`})})"""


def test_what_a_students_code_could_say_in_the_judges_place_stays_a_card(address):
    kept = {"version": 1, "answers": {}, "record": json.dumps({"points": {"conv2d_params": 6}})}
    with chromium() as page:
        page.add_init_script("delete Navigator.prototype.serviceWorker")
        page.route("**/worker.js", lambda route: route.fulfill(body=HOSTILE, **SCRIPT))
        page.goto(f"{address}/index.html")
        page.evaluate("kept => { localStorage['every-layer-counts'] = kept }", json.dumps(kept))
        page.goto(f"{address}/{LESSON}.html")
        write(page, "conv2d_params", HEAD + "    return 1").wait_for()
        card = page.inner_html("#exercise-conv2d_params .elc-card")
        assert "<strong>hello</strong>" in card
        assert not any(word in card for word in ("<img", "onerror", "onclick", "href", "url("))
        assert page.title() != "run"
        assert page.inner_text(".elc-points").startswith("6 of 19 points")


def test_an_answer_that_ends_python_costs_itself_alone(address):
    with chromium() as page:
        page.goto(f"{address}/{LESSON}.html")
        page.locator("#exercise-conv2d_params .cm-content").click()
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.insert_text("import os\nos._exit(0)")
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector("text=Python had to be started anew")
        verdict = write(page, "conv2d_params", answers()["conv2d_params"])
        verdict.wait_for()
        assert verdict.inner_text() == "Correct"
