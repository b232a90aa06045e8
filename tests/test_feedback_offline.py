"""Feedback pages need no network: formulas are in the page, and nothing is loaded from afar."""

import re
import shutil
from contextlib import nullcontext

import nbformat
import pytest
from classroom import REPOSITORY, Classroom, model_answers
from test_privacy import in_this_process

from grader.classroom import cluster, formulas
from grader.classroom.feedback_command import feedback
from grader.classroom.formulas import OfflinePage, mathml
from grader.classroom.grade import Course
from grader.classroom.graded_copy import restore
from grader.classroom.released import Released

LESSON = "11-dropout"  # has inline formulas, one on a line of its own, and a `cases` environment
LOADS = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)="(?!data:)[^"]*""")


PAGE = OfflinePage()


def prose(source):
    return PAGE.markdown2html({}, source)


def test_every_formula_of_the_lessons_converts(monkeypatch):
    seen = {}

    def noted(tex, alone=False):
        seen[tex] = mathml(tex, alone)
        return seen[tex]

    monkeypatch.setattr(formulas, "mathml", noted)
    for path in sorted(REPOSITORY.glob("notebooks/*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                assert "$" not in re.sub(r"(?s)<(code|pre)\b.*?</\1>", "", prose(cell.source)), path
    assert [tex for tex, made in seen.items() if made is None] == []
    assert len(seen) > 100
    assert all("4pt" not in made for made in seen.values())


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("$\\frac{1}{2}$", "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>"),
        ("$$x$$", '<math display="block"><mi>x</mi></math>'),
        ("\\begin{align}x\\end{align}", '<math display="block">'),
        ("it costs `$5` and `$6`", "<code>$5</code> and <code>$6</code>"),
        (
            "$\\text{<img src=x onerror=alert(1)>}$",
            "<mtext>&lt;img\xa0src=x\xa0onerror=alert(1)&gt;</mtext>",
        ),
    ],
)
def test_a_formula_is_mathml_and_code_stays(source, made):
    assert made in prose(source)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a $\\frac{1$ b", "a $\\frac{1$ b"),
        ("a $\\nosuch{x}<b>$ b", "a $\\nosuch{x}&lt;b&gt;$ b"),
        ("$$" + "{" * 3000 + "$$", "$$" + "{" * 3000 + "$$"),
        ("a $\ud800$ b", "a $\ud800$ b"),
        ("\\begin{nosuch}x\\end{nosuch}", "\\begin{nosuch}x\\end{nosuch}"),
    ],
)
def test_what_cannot_be_converted_is_shown_as_it_was_typed(source, shown):
    assert shown in prose(source)


@pytest.mark.parametrize("deep", ["\\sqrt ", "{", "x^{", "\\left(", "\\hat", "\\\\[", "x+"])
def test_an_endless_formula_ends_no_worker(deep):
    """The converter calls itself for each level: its stack would overflow, and Python with it."""
    tex = deep * 40_000 + "x" + "}" * 40_000 * deep.count("{")
    assert mathml(tex) is None
    mathml(deep * 300)


@pytest.mark.parametrize(
    "bracket", ["(", "[", "([", "\\{", "\\langle ", "\\lfloor ", "\\lceil ", "⟨"]
)
def test_brackets_that_nobody_closes_keep_no_worker_busy(bracket):
    """The converter tries each anew as a mere sign: forty of them would take years."""
    assert mathml(bracket * 40 + "x") is None
    assert "<mi>x</mi>" in mathml(bracket * 3 + "x")
    assert mathml("(x)" * 40 + r"\left(\lambda\right)" * 20)


def test_both_ways_make_a_page_that_loads_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "cluster", lambda *_: nullcontext())
    monkeypatch.setattr(cluster, "results", in_this_process)
    room = Classroom(tmp_path, LESSON)
    room.release(LESSON)
    room.hand_in("ada", LESSON, model_answers(LESSON))
    room.collect(LESSON)
    room.autograde(LESSON, "ada")
    pages = [room.feedback_page(LESSON, "ada")]
    path = room.root / f".nbgrader/feedback/ada/{LESSON}/{LESSON}.html"
    shutil.rmtree(path.parent)
    feedback(Course.at(room.root, LESSON, room.config))
    pages.append(path.read_text(encoding="utf-8"))
    assert room.api.release_feedback(LESSON)["success"]  # what this looks for is there, both ways
    assert pages[0] == pages[1]
    assert LOADS.findall(pages[0]) == []
    assert not re.search(r"<script|@import|url\(\s*['\"]?(https?:)?//", pages[0])
    assert pages[0].count("<math") == 7
    assert "Cambria Math" in pages[0]


def test_prose_that_takes_long_to_read_is_shown_as_it_was_typed():
    source = "\\\\(" * 20_000  # minutes of nbconvert's time
    submission = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(source)])
    lesson = Released(known={}, cells=[])
    (cell,) = restore(submission, lesson).cells
    assert cell.source == f"```text\n{source}\n```"
