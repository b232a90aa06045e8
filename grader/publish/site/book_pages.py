"""The pages around the lessons: front page, tables, cheat sheet, glossary, decks, practice.

Nothing is told twice: the list of lessons stands in `docs/syllabus.md`, the words in
`glossary.toml`, the tables in `grader/course/sheet.py`, their check in lesson 18, a deck's title in
the deck.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import nbformat

from grader.course.sheet import CHEAT_SHEET, FIRST, SECOND
from grader.judge.errors import CourseError
from grader.publish.lesson import texts
from grader.publish.myst import title
from grader.publish.site.book_lesson import raw, scrolling, with_formulas
from grader.publish.slides import read as read_deck

LAST_OF_THE_TABLES = 18  # later lessons are about what has been added since
ROW = re.compile(r"^\| \[(\d\d) [^\]]*\]\(\.\./notebooks/([\w-]+)/.*\|$", re.MULTILINE)
TO_NOTEBOOK = re.compile(r"\]\(\.\./notebooks/([\w-]+)/\1\.ipynb\)")
TO_SHEET = re.compile(r"\[([^\]]*)\]\(\.\./notebooks/18-table/cheat-sheet\.html\)")
LESSON_NUMBER = re.compile(r"\((\d\d(?:, \d\d)*)\)")
AFTER = re.compile(r"(<summary>after&nbsp;lesson&nbsp;(\d\d)</summary>.*?</details>)", re.DOTALL)
STYLE = re.compile(r' style="[^"]*"')
PRINTED = "cheat-sheet-a4.html"
TOCTREE = """```{{toctree}}
:hidden:
:caption: {caption}

{documents}
```"""


def pages(root: Path) -> dict[str, str]:
    """Each page as MyST text, by its file's name."""
    return {
        "index.md": front(root),
        "tables.md": tables(root),
        "cheat-sheet.md": cheat_sheet(),
        "glossary.md": glossary(root),
        "decks.md": decks(root),
        "practice.md": place_for(
            "Practice",
            "elc-practice",
            "Questions without end: type an answer, and the mistake behind a wrong one is named.",
        ),
        "progress.md": place_for(
            "Progress",
            "elc-progress",
            "What you have answered on this site; it is kept in this browser and goes nowhere.",
        ),
    }


def front(root: Path) -> str:
    """The front page. The sentences are README.md's, the table is that of `docs/syllabus.md`."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    sentences = re.findall(r"^(?:A Jupyter course|You write small).*$", readme, re.MULTILINE)
    if len(sentences) != 2:
        raise CourseError(
            "README.md has no line each that begin with `A Jupyter course` and `You write small`; "
            "the front page of the site shows them."
        )
    promise, way = sentences
    syllabus = (root / "docs" / "syllabus.md").read_text(encoding="utf-8")
    rows = ROW.findall(syllabus)
    if not rows:
        raise CourseError("docs/syllabus.md has no table of lessons; the front page shows it.")
    number, first = rows[0]
    ways = (
        f'<a class="elc-way" href="{first}.html">Start with lesson {number}</a>'
        '<a class="elc-way" href="explorer.html">Open the Layer Explorer</a>'
        '<a class="elc-way" href="practice.html">Practise</a>'
    )
    parts = [
        *("# Every Layer Counts", promise, re.sub(":$", ".", way)),
        raw(f'<p class="elc-ways">{ways}</p><div id="elc-offline"></div>'),
        "## Lessons",
        "\n".join(["| lesson | you count | minutes |", "|---|---|---:|", *_rows(syllabus)]),
        *_teachers(root),
        *_sidebar([name for _, name in rows]),
    ]
    return "\n\n".join(parts) + "\n"


def _sidebar(lessons: Sequence[str]) -> list[str]:
    """What stands in the sidebar, in groups."""
    groups = {
        "The layers of the two tables": [n for n in lessons if int(n[:2]) <= LAST_OF_THE_TABLES],
        "Since then": [name for name in lessons if int(name[:2]) > LAST_OF_THE_TABLES],
        "To look up": ["tables", "cheat-sheet", "glossary"],
        "More": ["practice", "progress", "decks"],
    }
    return [
        TOCTREE.format(caption=caption, documents="\n".join(documents))
        for caption, documents in groups.items()
    ]


def tables(root: Path) -> str:
    """Both summary tables as they were passed around, and as lesson 18 has checked them."""
    solved = root / "solutions" / "18-table" / "18-table.ipynb"
    lessons = {name[:2]: name for name in texts(root)}
    checked = [
        LESSON_NUMBER.sub(lambda found: _links(found[1], lessons), markdown)
        for cell in nbformat.read(solved, as_version=4).cells
        for output in cell.get("outputs", ())
        if (markdown := output.get("data", {}).get("text/markdown"))
    ]
    if len(checked) != 2:
        raise CourseError(f"Lesson 18 shows {len(checked)} tables, not 2: run `make solutions 18`.")
    parts = [
        "# The two tables",
        "The course grew from two summary tables. Here they are as they were passed around, "
        "mistakes included. What the exercises ask for is folded.",
    ]
    for table in (FIRST, SECOND):
        html = table._repr_html_().replace(f"<p><strong>{table.title}</strong></p>", "")
        linked = AFTER.sub(lambda found: f"{found[1]} {_link(found[2], lessons)}", html)
        parts += [f"## {table.title}", raw(scrolling(with_formulas(STYLE.sub("", linked))))]
    parts += [
        "## Compared with PyTorch",
        "[Lesson 18](18-table.ipynb) computes every cell. A tick means that PyTorch agrees; a "
        "cross strikes out the table's value and shows PyTorch's. This gives exercises away.",
    ]
    for table, markdown in zip((FIRST, SECOND), checked, strict=True):
        opened = f'<details class="elc-fold"><summary>{table.title}, checked</summary>'
        parts += [raw(opened), _without_last_column(markdown), raw("</details>")]
    return "\n\n".join(parts) + "\n"


def cheat_sheet() -> str:
    """The cheat sheet of lesson 18 as a page, with a link to the one that is printed."""
    table = scrolling(STYLE.sub("", CHEAT_SHEET._table("")))
    return "\n\n".join(
        [
            "# The cheat sheet",
            "Every formula here was tried against PyTorch by [lesson 18](18-table.ipynb).",
            raw(f'<p><a href="{PRINTED}">The same as one page to print</a></p>'),
            raw(f'<div class="elc-sheet">{table}</div>'),
            *CHEAT_SHEET.legend,
        ]
    )


def glossary(root: Path) -> str:
    """The words of the field in alphabetical order, each with the lesson that explains it."""
    path = root / "solutions" / "glossary.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    lines = ["# Glossary", "What each word means in this course, and where it is explained."]
    for word, entry in sorted(entries.items(), key=lambda each: each[0].lower()):
        lesson = entry["lesson"]
        lines.append(f"{word}\n: {entry['means']} ([lesson {lesson[:2]}]({lesson}.ipynb))")
    return "\n\n".join(lines) + "\n"


def decks(root: Path) -> str:
    """A list of the decks, which are built beside the book."""
    items = "\n".join(
        f'<li><a href="slides/{name}.html">{title(path, read_deck(path))}</a></li>'
        for name, path in texts(root, "slides").items()
    )
    words = "The slides that go with the lessons. Arrow keys turn the pages."
    return f"# Decks\n\n{words}\n\n{raw(f'<ul>{items}</ul>')}\n"


def place_for(heading: str, place: str, sentence: str) -> str:
    """A page whose content a script makes."""
    html = (
        f'<div id="{place}"></div><noscript><p>This page needs JavaScript: '
        "your answers are judged here, in your browser.</p></noscript>"
    )
    return f"# {heading}\n\n{sentence}\n\n{raw(html)}\n"


def _rows(syllabus: str) -> list[str]:
    """The rows of lessons with links between pages."""
    rows = [found[0] for found in ROW.finditer(syllabus)]
    local = [TO_NOTEBOOK.sub(r"](\1.ipynb)", row) for row in rows]
    return [TO_SHEET.sub(r"[\1](cheat-sheet.md)", row) for row in local]


def _teachers(root: Path) -> Sequence[str]:
    """A link to the repository, if `pyproject.toml` names one."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = project.get("urls", {}).get("Repository")
    if not repository:
        return []
    return [f"**For teachers:** [how to give this course]({repository}#readme) to a class."]


def _link(number: str, lessons: dict[str, str]) -> str:
    return f'<a href="{lessons[number]}.html">to lesson {number}</a>'


def _links(numbers: str, lessons: dict[str, str]) -> str:
    """`(05, 06)` with a link behind each number."""
    return f"({', '.join(f'[{each}]({lessons[each]}.ipynb)' for each in numbers.split(', '))})"


def _without_last_column(markdown: str) -> str:
    """A table of lesson 18 without the column that says whose function was used."""
    return "\n".join(
        row.strip().rstrip("|").rpartition("|")[0] + "|" for row in markdown.splitlines()
    )
