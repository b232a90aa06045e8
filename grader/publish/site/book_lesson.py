"""A lesson's notebooks as one page: the student's cells, with the outputs that may be shown.

Sources come from `notebooks/` alone. Of `solutions/` only outputs are taken, and of these only
what no answer has a part in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from grader.course.catalogue import exercise_of, find
from grader.judge.errors import CourseError
from grader.judge.report import inline
from grader.publish import install_cell
from grader.publish.site.book_media import with_files
from grader.publish.site.book_outputs import calls, folded_prediction, uses_answers

LINK = re.compile(r"\]\(\.\./([\w-]+)/\1\.ipynb(#[^)]*)?\)")
IN_HTML = re.compile(r'href="\.\./([\w-]+)/\1\.ipynb(#[^"]*)?"')
FORMULA = re.compile(r"\$(?!\d)([^$<>]+)\$")  # a digit after a dollar: money
YOURS = '<p class="elc-muted">Runs with your own functions: in JupyterLab.</p>'
STILL = '<p class="elc-muted">The sliders move in JupyterLab. Here stands the first picture.</p>'
NUMBERS = {2: "two", 3: "three", 4: "four"}


def page(root: Path, lesson: str, site: Path) -> NotebookNode:
    """The notebook that becomes the lesson's page; its pictures are written into `site`.

    Args:
        root: the clone.
        lesson: such as `06-conv2d`.
        site: the folder of the finished site.
    """
    released = _read(root / "notebooks" / lesson / f"{lesson}.ipynb")
    solved = {cell.id: cell for cell in _read(root / "solutions" / lesson / f"{lesson}.ipynb")}
    is_own = dict(zip(*_own(released), strict=True))
    cells: list[NotebookNode] = []
    for cell in released:
        if cell.cell_type == "markdown":
            cells.append(new_markdown_cell(prose(cell.source), id=cell.id))
        elif is_tagged(cell, "exercise"):
            cells.append(new_markdown_cell(raw(exercise(cell, lesson)), id=cell.id))
        elif practised := _practised(cell.source):
            cells.append(new_markdown_cell(raw(practice_link(practised)), id=cell.id))
        elif not is_tagged(cell, "check"):
            outputs = shown(cell.source, solved[cell.id].outputs, is_own[cell.id], site)
            cells.append(new_code_cell(cell.source, id=cell.id, outputs=outputs))
    if any(is_tagged(cell, "exercise") for cell in released):
        cells[0].source = _with_answers_bar(cells[0].source, lesson)
    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def is_tagged(cell: NotebookNode, tag: str) -> bool:
    """Whether a cell has this tag."""
    return tag in cell.metadata.get("tags", ())


def prose(markdown: str) -> str:
    """A cell's words with links between notebooks as links between pages."""
    return LINK.sub(lambda found: f"]({found[1]}.ipynb{_anchor(found[2])})", markdown)


def exercise(cell: NotebookNode, lesson: str) -> str:
    """An exercise as the page's script expects it, and its hints, each folded.

    Raises:
        CourseError: if the catalogue does not know the exercise.
    """
    grade_id = cell.metadata.nbgrader.grade_id
    name = grade_id.removesuffix("_answer")
    found = find(name)
    if found is None:
        raise CourseError(f"{lesson}: there is no exercise `{name}`; mend the grade id {grade_id}.")
    known = exercise_of(found)
    folds = "".join(
        f'<details class="elc-hint"><summary>Hint {number} of {len(known.hints)}</summary>'
        f"<p>{inline(hint)}</p></details>"
        for number, hint in enumerate(known.hints, 1)
    )
    return (
        f'<div class="elc-exercise" id="exercise-{name}" data-lesson="{lesson}" '
        f'data-exercise="{name}" data-cell="{grade_id}" data-points="{known.points}">'
        f'<pre class="elc-starter"><code>{escape(cell.source)}</code></pre></div>{folds}'
    )


def practice_link(topics: Sequence[str]) -> str:
    """A link to questions of these exercises."""
    count = NUMBERS.get(len(topics), str(len(topics)))
    words = f"Practise these {count} topics" if len(topics) > 1 else "Practise this topic"
    return f'<p><a href="practice.html#topics={",".join(topics)}">{words}</a></p>'


def shown(
    source: str, outputs: Sequence[NotebookNode], is_own: bool, site: Path
) -> list[NotebookNode]:
    """What a page shows below a cell.

    Args:
        source: the released cell.
        outputs: those of the solved notebook.
        is_own: whether a student's answer has a part in them.
        site: where pictures are written.
    """
    if not outputs:
        return []
    if is_own:
        return [_html(YOURS)]
    kept = [_kept(output, site) for output in outputs]
    if calls(source, "predict"):
        kept[-1] = _html(folded_prediction(outputs[-1].data["text/html"]))
    if calls(source, "play"):
        kept.append(_html(STILL))
    return kept


def raw(html: str) -> str:
    """HTML that goes into the page as it is."""
    return f"``````{{raw}} html\n{html}\n``````"


def _read(path: Path) -> list[NotebookNode]:
    """The cells, but for the one that installs the package: a page brings it."""
    return install_cell.written(nbformat.read(path, as_version=4).cells)


def _own(cells: Sequence[NotebookNode]) -> tuple[list[str], list[bool]]:
    """The ids of the code cells, and of each whether an answer has a part in it."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    exercises = {
        cell.metadata.nbgrader.grade_id.removesuffix("_answer")
        for cell in code
        if is_tagged(cell, "exercise")
    }
    return [cell.id for cell in code], uses_answers([cell.source for cell in code], exercises)


def _practised(source: str) -> list[str]:
    """The exercises in a cell `practice("one", "other")`; none in any other cell."""
    found = calls(source, "practice")
    return [str(ast.literal_eval(each)) for each in found[0].args] if found else []


def _with_answers_bar(first_cell: str, lesson: str) -> str:
    """The first cell with a place below its promise where answers are kept and fetched."""
    title, promise, *others = first_cell.split("\n\n")
    bar = raw(f'<div class="elc-answers" data-lesson="{lesson}"></div>')
    return "\n\n".join([title, promise, bar, *others])


def _kept(output: NotebookNode, site: Path) -> NotebookNode:
    if html := output.get("data", {}).get("text/html"):
        html = IN_HTML.sub(lambda found: f'href="{found[1]}.html{_anchor(found[2])}"', html)
        return _html(with_formulas(scrolling(with_files(html, site))))
    return output


def scrolling(html: str) -> str:
    """A table in a box that scrolls by itself, by the keyboard too."""
    if "<table" not in html:
        return html
    return f'<div class="elc-wide" role="region" aria-label="Table" tabindex="0">{html}</div>'


def with_formulas(html: str) -> str:
    """What stands between dollars in a table, as MathJax looks for it in a page."""
    if "<table" not in html:
        return html
    return FORMULA.sub(r'<span class="math notranslate">\\(\1\\)</span>', html)


def _html(html: str) -> NotebookNode:
    data: dict[str, Any] = {"text/html": html}
    return new_output("display_data", data=data)


def _anchor(jupyter: str | None) -> str:
    """JupyterLab's `#The-two-tables` as Sphinx's `#the-two-tables`."""
    return re.sub(r"[^\w#-]", "", jupyter.lower()) if jupyter else ""
