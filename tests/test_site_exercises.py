"""The judge in a page of the site is the judge of the notebook."""

import io
import json
import re
from pathlib import Path

import nbformat
import pytest
from browser import CHROMIUM, chromium
from serving import ask_the_worker, served
from slips import DOUBLES, slipped

from grader import check
from grader.ask.plain import imports
from grader.ask.run import run_cell
from grader.course.catalogue import find, lesson_of, lessons, names
from grader.page import cells_above, why_elsewhere
from grader.publish.site import assets

ROOT = Path(__file__).parent.parent
READY = CHROMIUM and (assets.MODULES / ".bin/esbuild").exists()
pytestmark = pytest.mark.skipif(not READY, reason="no Chromium, or no npm packages: make site")
DESIGNS = ["digits_net", "thin_net", "same_count"]
CASES = [name for name in names() if name not in DESIGNS]


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """Asks the worker of a site that has nothing but its scripts."""
    folder = tmp_path_factory.mktemp("site")
    assets.write(ROOT, folder)
    (folder / "index.html").write_text("<!doctype html><title>nothing</title>")
    with served(folder) as address, chromium() as page:
        page.goto(address)
        yield lambda requests: ask_the_worker(page, address, requests)


def released(name):
    return (ROOT / f"notebooks/{lesson_of(name)}/{lesson_of(name)}.ipynb").read_text()


def answers(name):
    """The model answers of the lesson of this exercise by the grade id of their cells, in order."""
    where = lesson_of(name)
    cells = nbformat.read(ROOT / f"solutions/{where}/{where}.ipynb", as_version=4).cells
    marks = [(cell.metadata.get("nbgrader", {}), cell.source) for cell in cells]
    return {mark["grade_id"]: source for mark, source in marks if mark.get("solution")}


def with_answer(name, source):
    """The same, this one answer written anew below the first."""
    texts = answers(name)
    return {**texts, f"{name}_answer": f"{texts[f'{name}_answer']}\n\n\n{source}"}


def as_request(name, texts):
    asked = {"ask": "judge", "name": name, "notebook": released(name)}
    return {**asked, "answers": texts, "record": ""}


def in_a_notebook(name, texts):
    """What `check` says of the same cells in this kernel."""
    space = {"__name__": "__main__"}
    lesson = [cell["source"] for cell in json.loads(released(name))["cells"]]
    run_cell(0, "\n".join(imports(["".join(source) for source in lesson])), space)
    for number, (cell, source) in enumerate(texts.items()):
        run_cell(number, source, space)
        if cell == f"{name}_answer":
            break
    return check(**{name: space[name]})


def told(report):
    """All that a card says but for the next step, which names buttons here and cells there."""
    html = report if isinstance(report, str) else report._repr_html_()
    html = re.sub(r"(<code>\w+Error): [^<]*", r"\1", html)  # each Python has its own words
    html = re.sub(r" &nbsp;<a [^>]*>see this case</a>", "", html)  # of the site alone
    return re.sub(r'<div style="opacity:0.8">.*?</div>', "", html)


def compare(worker, answered):
    """The page's cards are the notebook's."""
    replies = worker([as_request(name, texts) for name, texts in answered])
    for (name, texts), reply in zip(answered, replies, strict=True):
        report = in_a_notebook(name, texts)
        assert told(reply["html"]) == told(report), texts[f"{name}_answer"]
        assert (reply["score"], reply["verdict"]) == (report.score, report.verdict)
        assert reply["mistakes"] == list(report.mistakes)
    return replies


def wrong_answers(count, seed):
    """So many slips for each exercise, and the answers of students with two mistakes."""
    for name in CASES:
        if find(name).exercise.is_called:
            for source, _ in slipped(name, count, seed):
                yield name, with_answer(name, source)
    for double in DOUBLES[::6]:
        yield double["exercise"], with_answer(double["exercise"], double["code"])


def test_a_model_answer_has_all_points(worker):
    replies = compare(worker, [(name, answers(name)) for name in CASES])
    assert all(reply["verdict"] == "correct" for reply in replies)


@pytest.mark.thorough
def test_hundreds_of_wrong_answers_get_the_card_of_the_notebook(worker):
    replies = compare(worker, list(wrong_answers(4, "pages")))
    assert sum(reply["verdict"] != "correct" for reply in replies) > 250
    assert sum(bool(reply["mistakes"]) for reply in replies) > 60


def test_an_untouched_cell_is_not_attempted(worker):
    replies = worker([as_request(name, {}) for name in CASES])
    assert {reply["verdict"] for reply in replies} == {"not attempted"}


UNDEFINED = ("no Python", "another name")
HEAD = "def linear_params(in_features, out_features, bias=True):\n"
ODD = {
    "no Python": "def linear_params(\n",
    "another name": "def linear_param(in_features):\n    return 1\n",
    "raises": HEAD + "    return in_features / 0\n",
    "raises in the cell": HEAD + "    return 1\n\n1 / 0\n",
    "endless calls": HEAD + "    return linear_params(in_features, out_features)\n",
    "endless loop": HEAD + "    while True:\n        pass\n",
    "asks": HEAD + "    return int(input())\n",
    "prints": HEAD + "    print('here')\n    return in_features\n",
    "nothing": HEAD + "    in_features * out_features\n",
    "text": HEAD + "    return 'many'\n",
    "ends": HEAD + "    raise SystemExit\n",
    "another signature": "def linear_params(inputs):\n    return inputs\n",
    "of another exercise": HEAD + "    return conv2d_params(1, 2, 3)\n",
}


def test_an_odd_answer_gets_the_verdict_of_the_notebook(worker, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    name = "linear_params"
    texts = [{**answers(name), f"{name}_answer": source} for source in ODD.values()]
    replies = worker([as_request(name, each) for each in texts])
    for odd, each, reply in zip(ODD, texts, replies, strict=True):
        if odd in UNDEFINED:
            assert reply["verdict"] == "error", odd
            assert "is not defined" in reply["message"], odd
            continue
        report = in_a_notebook(name, each)
        assert alike(reply["html"]) == alike(report), odd
        assert reply["verdict"] == report.verdict


def alike(report):
    """A page is slower and waits longer; and Python 3.12 says of an endless call's first line what
    3.11 says of its last."""
    return re.sub(r"after \d seconds|without end in line .*?</code>", "", told(report))


ELSEWHERE = {
    "imports torch": "import torch\n" + HEAD + "    return 1\n",
    "imports torch inside": HEAD + "    from torch import nn\n    return 1\n",
    "imports NumPy": "import numpy as np\n" + HEAD + "    return 1\n",
    "the lesson's names": HEAD + "    return nn.Linear(in_features, out_features, bias)\n",
    "magic": "%time 1\n" + HEAD + "    return 1\n",
}


def test_what_needs_more_than_the_page_is_told_so_and_not_judged(worker):
    name = "linear_params"
    texts = [{**answers(name), f"{name}_answer": source} for source in ELSEWHERE.values()]
    for each, reply in zip(ELSEWHERE, worker([as_request(name, t) for t in texts]), strict=True):
        assert "verdict" not in reply, each
        assert "JupyterLab or Colab" in reply["html"], each
        asks_pytorch = "torch" in ELSEWHERE[each] or "nn." in ELSEWHERE[each]
        assert ("may not ask it" in reply["html"]) == asks_pytorch, each


POISON = [
    "import math\nmath.prod = lambda *a: 3\n",
    "import builtins\nbuiltins.len = builtins.isinstance = None\n",
    "import sys\nsys.modules.clear()\n",
    "import json\njson.dumps = lambda *a, **k: '{}'\n",
    "import grader.page\ngrader.page.check = None\n",
]


def test_what_an_answer_breaks_is_whole_for_the_next(worker):
    name, head = "tensor_size", "import math\ndef tensor_size(shape):\n    return "
    asked = [
        as_request(name, {f"{name}_answer": source + head + body})
        for poison in POISON
        for source, body in [(poison, "1"), ("", "math.prod(shape)")]
    ]
    replies = worker(asked)
    assert [reply["verdict"] for reply in replies] == ["wrong", "correct"] * len(POISON)


def test_only_the_answers_that_are_used_must_run_in_the_page(worker):
    head = "import numpy\ndef tensor_size(shape):\n    return 1\n"
    own = "def tensor_bytes(shape, element_size=4):\n    return "
    texts = [
        {"tensor_size_answer": head, "tensor_bytes_answer": own + body}
        for body in ("element_size", "tensor_size(shape) * element_size")
    ]
    alone, using = worker([as_request("tensor_bytes", each) for each in texts])
    assert "verdict" in alone
    assert "numpy" in using["html"]


def test_a_design_needs_pytorch(worker):
    for reply in worker([as_request(name, answers(name)) for name in DESIGNS]):
        assert "verdict" not in reply
        assert "PyTorch measures" in reply["html"]


def test_every_starter_stands_by_itself():
    """A starter that needed the lesson's cells could not be answered in a page."""
    for name in CASES:
        cells = list(cells_above(name, json.loads(released(name)), {}))
        assert why_elsewhere(name, cells) == "", name


def test_practice_and_progress_are_those_of_the_notebook(worker):
    first, wrong, standing = worker(
        [
            {"ask": "practise", "topics": ["conv2d_params"], "record": ""},
            {"ask": "answer", "typed": "1"},
            {"ask": "progress", "record": ""},
        ]
    )
    assert "how many parameters" in first["html"]
    assert "You think: 1. PyTorch:" in wrong["said"]
    assert '"asked": 1' in wrong["record"]
    assert lessons()[0] in standing["html"]


def test_the_docs_say_how_long_an_answer_may_take():
    docs = (ROOT / "docs/site.md").read_text(encoding="utf-8")
    kernel = (ROOT / "grader/ask/kernel.py").read_text(encoding="utf-8")
    runner = (ROOT / "grader/publish/site/page/runner.js").read_text(encoding="utf-8")
    page, notebook = re.findall(r"CPU_SECONDS = (\d)\.0 if IN_A_PAGE else (\d)\.0", kernel)[0]
    (outside,) = re.findall(r"SECONDS = (\d+);", runner)
    assert f"A function has {page} seconds ({notebook} in a notebook" in docs
    assert f"stopped from outside after {outside} seconds" in docs
