"""For those who take the course over: links that lead somewhere, one version, licences, forms, an
exercise in 50 lines that is one, and a paper whose figures are those of their sources."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
import torch
import yaml
from attacks import ATTACKS

from grader import cli
from grader.course.catalogue import judge
from grader.course.live_keys import live_key
from grader.judge.exercise import CaseByCase
from grader.judge.report import text as card_of
from grader.publish import lint
from grader.publish.site.book_pages import ROW

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
AT_THE_TOP = {  # what tools read there, and nothing else
    *(".ci", ".devcontainer", ".github", ".gitignore", ".zenodo.json", "CITATION.cff"),
    *("LICENSE", "LICENSE-text", "Makefile", "README.md", "constraints.txt", "environment.yml"),
    *("nbgrader_config.py", "pyproject.toml"),
    *("docs", "grader", "notebooks", "slides", "solutions", "tests"),
}
FENCE = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1 *$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|\b(?:src|href|srcset)=\"([^\"]+)\"")
CODE = re.compile(rf"{FENCE.pattern}|(?<!`)`[^`\n]+`", FENCE.flags)
HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)


@cache
def files():
    """What git keeps, or will keep: by its path from the top."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text):
    """A page without its code: blocks, and spans within a line."""
    return re.sub(r"(`+)[^`\n]+?\1", "", FENCE.sub("", text))


def anchors(page):
    """The names that a code host gives to a page's headings."""
    for heading in HEADING.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def leads_nowhere(page, link):
    """Why a link of a page is wrong, or an empty string."""
    if re.match(r"[a-z]+:", link):
        return "" if link.startswith("https://") else "not https"
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return "no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return "no such heading"
    return ""


PAGES = [
    name
    for name in files()
    if re.fullmatch(r"README\.md|(docs|\.github)/.*\.md", name)
    and not re.match(r"docs/translations/\w+/", name)  # lessons: who builds them looks at links
]


# ---------------------------------------------------------------- pages


def test_the_top_holds_what_tools_read_there_and_nothing_else():
    assert {name.partition("/")[0] for name in files()} == AT_THE_TOP


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name):
    page = ROOT / name
    links = [one or other for one, other in LINK.findall(prose(page.read_text(encoding="utf-8")))]
    wrong = {link: why for link in links if (why := leads_nowhere(page, link))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("install.md", ""),
        ("install.md#with-conda", ""),
        ("#the-rooms", ""),
        ("../README.md#start", ""),
        ("https://d2l.ai", ""),
        ("http://d2l.ai", "not https"),
        ("instal.md", "no such file"),
        ("../../secret.md", "no such file"),
        ("install.md#with-mamba", "no such heading"),
    ],
)
def test_a_wrong_link_is_seen(link, why):
    assert leads_nowhere(DOCS / "authors.md", link) == why


def test_every_page_is_reached_from_the_list_of_pages():
    listed = set(re.findall(r"\]\(([\w/-]+\.md)\)", read("docs/README.md")))
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert pages <= listed
    assert "docs/README.md" in read("README.md")


def test_the_readme_is_a_screen_and_a_half():
    readme = read("README.md")
    assert len(readme.splitlines()) <= 110
    assert len(prose(readme).split()) <= 800
    assert len(re.findall(r"<img ", readme)) <= 2


def test_the_readme_s_figures_are_those_of_the_course():
    judged = [each for lesson in lint.lessons() for each in lesson.exercises]
    mistakes = sum(len(each.mistakes) for each in judged if isinstance(each, CaseByCase))
    taken = minutes()
    said = read("README.md")
    assert f"{len(taken)} lessons of {min(taken.values())} to {max(taken.values())} minutes" in said
    assert f"{sum(taken.values()) / 60:.0f} hours in all" in said
    assert f"{len(judged)} exercises that know {mistakes:,} mistakes by name" in said


@cache
def minutes():
    """What each released lesson says of its length."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        (said,) = re.findall(r"^\*(\d+) minutes", "\n".join(c.source for c in cells), re.MULTILINE)
        found[path.stem] = int(said)
    return found


def test_the_syllabus_has_every_lesson_with_the_minutes_that_it_prints():
    rows = {row[2]: row[0] for row in re.finditer(ROW.pattern, read("docs/syllabus.md"), ROW.flags)}
    said = {name: int(row.split("|")[-2]) for name, row in rows.items()}
    assert said == minutes()


def test_commands_that_a_page_names_exist(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["grader", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    commands = set(re.findall(r"^    ([a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    assert {"doctor", "grade"} < commands
    for name in PAGES:
        code = "\n".join(match[0].strip("`") for match in CODE.finditer(read(name)))
        assert set(re.findall(r"^make ([a-z-]+)(?![a-z/-])", code, re.MULTILINE)) <= targets, name
        called = re.findall(r"^(?:\.venv/bin/)?grader ([a-z-]+)", code, re.MULTILINE)
        assert set(called) <= commands, name


# ---------------------------------------------------------------- version, licences, forms


def test_there_is_one_version():
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == PROJECT["version"]
    releases = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", read("docs/CHANGELOG.md"), re.M)
    assert releases[0] == (PROJECT["version"], str(citation["date-released"]))
    assert releases == sorted(releases, key=lambda each: each[1], reverse=True)


def test_who_cites_it_and_who_archives_it_read_the_same():
    citation, archive = yaml.safe_load(read("CITATION.cff")), json.loads(read(".zenodo.json"))
    assert set(citation) >= {"cff-version", "message", "title", "authors"}  # what the format wants
    assert set(archive) >= {"title", "upload_type", "description", "creators", "license"}
    assert "version" not in archive  # Zenodo takes the tag's
    assert citation["title"] == archive["title"]
    assert citation["abstract"] == archive["description"]
    assert citation["keywords"] == archive["keywords"]
    names = [author["name"] for author in citation["authors"]]
    assert names == [creator["name"] for creator in archive["creators"]]
    assert names == [author["name"] for author in PROJECT["authors"]]
    assert citation["license"] == archive["license"] == PROJECT["license"] == "MIT"
    assert all(name in read("LICENSE") for name in names)


def test_both_licences_are_there_whole():
    assert read("LICENSE").startswith("MIT License\n")
    texts = read("LICENSE-text")
    assert texts.startswith("Attribution 4.0 International\n")
    assert [f"Section {n} -- " in texts for n in range(1, 9)] == [True] * 8
    assert PROJECT["license-files"] == ["LICENSE"]


def test_the_page_of_licences_speaks_of_everything_at_the_top():
    said = read("docs/licences.md")
    not_ours_to_license = {".gitignore", ".zenodo.json", "CITATION.cff", "LICENSE", "LICENSE-text"}
    names = AT_THE_TOP - not_ours_to_license
    missing = [name for name in names if not re.search(rf"`{re.escape(name)}/?`", said)]
    assert missing == []


def test_a_form_has_what_a_code_host_wants_of_it():
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    assert [path.stem for path in forms] == ["card", "config", "misconception", "number"]
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.stem == "config":
            assert isinstance(form["blank_issues_enabled"], bool)
            continue
        assert set(form) == {"name", "description", "title", "labels", "body"}
        assert all(isinstance(form[key], str) and form[key] for key in ("name", "description"))
        asked = [field for field in form["body"] if field["type"] != "markdown"]
        assert {field["type"] for field in asked} <= {"input", "textarea", "dropdown"}
        assert len({field["id"] for field in asked}) == len(asked)
        assert all(field["attributes"]["label"] for field in asked)
        assert any(field["validations"]["required"] for field in asked)
        shown = [field["attributes"]["value"] for field in form["body"] if field not in asked]
        headings = HEADING.findall(read("docs/CONTRIBUTING.md"))
        named = re.findall(r'`docs/CONTRIBUTING\.md`, "([^"]+)"', "".join(shown))
        assert set(named) <= set(headings)


def test_the_example_of_a_misconception_is_one():
    (wrong, right) = re.search(
        r"nn\.Conv2d\(4, 8, 3, groups=2\): (\d+), PyTorch (\d+)",
        read(".github/ISSUE_TEMPLATE/misconception.yml"),
    ).groups()
    for said, groups in ((wrong, 1), (right, 2)):
        layer = torch.nn.Conv2d(4, 8, 3, groups=groups, device="meta")
        assert sum(p.numel() for p in layer.parameters()) == int(said)


# ---------------------------------------------------------------- an exercise in 50 lines


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The three blocks of the page: an exercise, a wrong answer, its card."""
    section = read("docs/CONTRIBUTING.md").partition("\n## An exercise in 50 lines\n")[2]
    blocks = re.findall(r"^```(?:python|text)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[:3]
    path = tmp_path_factory.mktemp("page") / "bilinear.py"
    path.write_text(blocks[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("bilinear", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return blocks, module.BILINEAR


def test_the_exercise_of_the_page_is_one_and_has_50_lines(told):
    blocks, exercise = told
    assert len([line for line in blocks[0].splitlines() if line.strip()]) <= 50
    assert list(lint.of_exercise(exercise)) == []
    asked = exercise.question(exercise.asked(exercise.parts[0].cases[1]))
    assert asked == "`nn.Bilinear(2, 3, 4)`: how many parameters?"


def test_the_wrong_answer_of_the_page_gets_the_card_of_the_page(told):
    (_, answer, card), exercise = told
    names = {}
    exec(answer, names)
    result = judge(live_key(exercise), names["bilinear_params"])
    assert result.mistakes == ("two Linear layers",)
    assert card_of(result) == card.rstrip("\n")


def test_the_right_answer_is_right(told):
    def bilinear_params(in1_features, in2_features, out_features, bias=True):
        return (in1_features * in2_features + bias) * out_features

    assert judge(live_key(told[1]), bilinear_params).verdict == "correct"


# ---------------------------------------------------------------- the paper


def test_the_paper_has_the_journal_s_form():
    _, front, body = read("docs/paper/paper.md").split("---\n", 2)
    head = yaml.safe_load(front)
    assert set(head) == {"title", "tags", "authors", "affiliations", "date", "bibliography"}
    assert (DOCS / "paper" / head["bibliography"]).exists()
    indices = {each["index"] for each in head["affiliations"]}
    assert all(author["affiliation"] in indices for author in head["authors"])
    parts = re.findall(r"^# (.*)$", body, re.MULTILINE)
    assert parts[:3] == ["Summary", "Statement of need", "Description"]
    assert parts[-1] == "References"
    assert 250 <= len(body.split()) <= 1000


def test_every_reference_is_cited_and_every_citation_is_one():
    known = read("docs/paper/paper.bib")
    entries = dict(re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", known, re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"@(\w+)", read("docs/paper/paper.md"))) == set(entries)
    for name, entry in entries.items():
        assert {"author", "title", "year"} <= set(re.findall(r"^ +(\w+) +=", entry, re.M)), name
        assert re.search(r"^ +(doi += \{10\.\d{4,}/\S+|url += \{https://\S+)\}", entry, re.M), name


def numbers(page, pattern):
    return re.search(pattern, read(page)).groups()


def figures():
    """What the paper counts, each from where it is computed or measured."""
    exercises = [each for lesson in lint.lessons() for each in lesson.exercises]
    judged = [each for each in exercises if isinstance(each, CaseByCase)]
    taken = minutes()
    learners, named = numbers(
        "docs/practice.md", r"the ([\d,]+) mistakes in the pools\. ([\d,]+) are named alone"
    )
    two, both, share = numbers(
        "docs/explanations.md",
        r"mistakes that the course knows \| (\d+) \|\n.*both named \| (\d+) (\(\d+ %\))",
    )
    offered, untrue = numbers(
        "docs/explanations.md", r"offered \| (\d+) \|\n.*untrue in one.*\| (\d+) \("
    )
    (seconds,) = numbers("docs/cluster.md", r"\| 2,000 \| 2 \| (\d+) \|")
    yield f"{len(taken)} Jupyter notebooks"
    yield f"takes {min(taken.values())} to {max(taken.values())} minutes"
    yield f"about {sum(taken.values()) / 60:.0f} hours"
    yield f"{len(exercises)} exercises with "
    yield f"{sum(len(part.cases) for each in judged for part in each.parts):,} visible cases"
    yield f"{sum(len(each.mistakes) for each in judged):,} described mistakes"
    yield f"each of {learners} mistakes answers practice questions; {named} are named alone"
    yield f"Of {two} hand-written answers with two known mistakes at once, {both} {share} are told"
    assert untrue == "2"
    yield f"offered for {offered} answers, in two cases with a cause that is not the true one"
    yield f"Each of {len(ATTACKS)} hostile or broken hand-ins"
    assert "PyTorch on more than 20,000 cases" in read("docs/site.md")
    yield "agrees with PyTorch on more than 20,000 cases"
    yield f"A class of 2,000 was graded in {seconds} seconds by two workers"


def test_the_paper_s_figures_are_those_of_their_sources():
    paper = read("docs/paper/paper.md")
    assert [said for said in figures() if said not in paper] == []
    assert "No class has used the course yet" in paper


def test_every_box_of_the_journal_s_checklist_is_ticked_or_says_why_not():
    boxes = re.findall(r"^\| (?!box )(.+?) \| (.) \| (.+) \|$", read("docs/jose.md"), re.MULTILINE)
    assert len(boxes) == 20
    for box, tick, where in boxes:
        assert tick in "✓–", box
        says = re.search(r"\]\(|paper, ", where) if tick == "✓" else len(where.split()) > 5
        assert says, box
