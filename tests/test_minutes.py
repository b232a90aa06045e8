"""How long a lesson takes is counted; over an hour is a complaint before it is rounded."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.publish import lint
from grader.publish.minutes import MOST_MINUTES, minutes, spent


def notebook_of(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells))


@pytest.mark.parametrize(
    ("cell", "taken"),
    [
        (new_markdown_cell("word " * 200), 1),
        (new_markdown_cell("### Exercise 1: `f` · 3 points · 8 minutes · easy"), 8 + 8 / 200),
        (new_code_cell("x = 1\n" * 15), 1),
        (new_code_cell("predict(4, 4)  # SOLUTION"), 1 + 4 / 60),
        (new_code_cell("check('f', f)\n" * 15, metadata={"tags": ["check"]}), 0),
        (new_code_cell("### BEGIN SOLUTION\nreturn 1\n### END SOLUTION"), 0),
        (new_markdown_cell("## Bonus: a puzzle\n" + "word " * 2000), 0),
    ],
)
def test_what_a_cell_takes(cell: nbformat.NotebookNode, taken: float) -> None:
    assert spent(notebook_of(cell)) == pytest.approx(taken)


def test_a_bonus_ends_at_the_next_heading() -> None:
    long = "word " * 198
    cells = map(new_markdown_cell, ("## Bonus: more", long, f"## Recap\n{long}"))
    assert spent(notebook_of(*cells)) == pytest.approx(199 / 200)


def test_an_hour_is_the_most_before_it_is_rounded() -> None:
    """61 minutes print as 60, and are too many all the same."""
    hour = notebook_of(*(new_markdown_cell("word " * 200) for _ in range(MOST_MINUTES)))
    assert list(lint._too_long(Path("solutions/a.md"), hour)) == []
    hour.cells.append(new_markdown_cell("word " * 200))
    assert minutes(hour) == MOST_MINUTES
    (complaint,) = lint._too_long(Path("solutions/a.md"), hour)
    assert "takes 61.0 minutes; move what is too much" in complaint
