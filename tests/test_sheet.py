"""The cheat sheet: readable formulas, and one page of paper."""

import re
from pathlib import Path

import pytest
from browser import CHROMIUM, chromium

from grader.course.sheet import Row, Sheet

REPOSITORY = Path(__file__).parent.parent
SHEET = Sheet(
    "A sheet",
    {"Dense": [Row("Linear(i, o)", "(N, i)", "(N, o)", "i*o + o", mult_adds="N*i*o")]},
    ["N < M: a note"],
)


def test_formulas_are_written_as_one_writes_them():
    html = SHEET._repr_html_()
    assert "i·o + o" in html
    assert "N &lt; M" in html
    assert ">–<" in html, "no buffers"
    row = Row("Conv(c)", "(c,)", "(c,)", "k*(c//g)*f*f", buffers="k*f*f*f + k")
    written = Sheet("", {"": [row]}, [])._repr_html_()
    assert "k·(c/g)·f²" in written
    assert "k·f³ + k" in written
    assert repr(SHEET) == "A sheet: 1 layers"


@pytest.mark.skipif(not CHROMIUM, reason="THE CHEAT SHEET IS NOT PRINTED: Chromium is missing")
def test_students_print_it_on_one_page(tmp_path):
    page_of_students = REPOSITORY / "notebooks" / "18-table" / "cheat-sheet.html"
    solved = REPOSITORY / "solutions" / "18-table" / "cheat-sheet.html"
    assert page_of_students.read_bytes() == solved.read_bytes()
    with chromium() as page:
        page.goto(page_of_students.as_uri())
        pdf = page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)
        page.set_viewport_size({"width": 1123, "height": 794})
        page.screenshot(path=tmp_path / "sheet.png")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
