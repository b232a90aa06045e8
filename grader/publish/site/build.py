"""`grader site`: the book, what its pages run, the Layer Explorer and the decks, in one folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from grader.publish import slides
from grader.publish.lesson import texts
from grader.publish.site import assets, book, explorer_facts

NOTEBOOK = re.compile(r'href="\.\./\.\./notebooks/[^/"]+/([^/"]+)\.(?:ipynb|html)')


def build(root: Path, folder: Path) -> Iterator[str]:
    """Make the site of the course in `root`; yields a line for each step.

    Args:
        folder: is made anew.

    Raises:
        CourseError: if Node or a package is missing, or a text has a mistake.
    """
    assets.node_is_there()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    book.build(root, folder, assets.MODULES / "mathjax")
    yield f"the book in {folder}"
    assets.write(root, folder)
    yield "the judge, its keys and Python for the pages"
    assets.bundle_explorer(folder)
    explorer_facts.write(folder)
    yield "the Layer Explorer"
    yield _build_decks(root, folder / "slides")
    assets.write_offline(folder)
    yield f"{_megabytes(folder):.0f} MB in all; to look at it: grader site --serve"


def _build_decks(root: Path, folder: Path) -> str:
    """Every deck, with its links to lessons as the site has them; returns what was done."""
    *_, said = slides.build(list(texts(root, "slides").values()), folder, pdf=False)
    shutil.rmtree(folder / slides.MADE_FROM)
    for deck in folder.glob("*.html"):
        deck.write_text(with_pages(deck.read_text(encoding="utf-8")), encoding="utf-8")
    return said


def with_pages(deck: str) -> str:
    """A deck's HTML; what links to notebooks there links to the site's pages."""
    return NOTEBOOK.sub(r'href="../\1.html', deck)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
