"""The book: every lesson as a page, and the pages around them, made by Sphinx and myst-nb."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from grader.judge.errors import CourseError
from grader.publish.lesson import texts
from grader.publish.site.book_lesson import page
from grader.publish.site.book_pages import PRINTED, pages

CONFIGURATION = Path(__file__).parent / "book"
MATHJAX = (  # of the npm package `mathjax`: what a page with formulas loads
    *("startup.js", "core.js", "input/tex.js", "output/chtml.js", "a11y/assistive-mml.js"),
    *("output/chtml/fonts/tex.js", "output/chtml/fonts/woff-v2"),
)
# 1.5 MB that draw the theme's handful of icons, which its style sheet does as well.
ICON_SCRIPT = re.compile(r"\s*<(?:script|link)\b[^>]*fontawesome\.js[^>]*>(?:</script>)?")
# The list of all words, which only the page that searches asks.
SEARCH_SCRIPT = re.compile(
    r'\s*<script src="(?:_static/(?:searchtools|language_data)|searchindex)\.js[^"]*"></script>'
)
NOT_SHIPPED = ("*.map", "*webpack-macros.html", "fontawesome.js*", ".buildinfo*", "objects.inv")


def build(root: Path, folder: Path, mathjax: Path) -> None:
    """Make the book.

    Args:
        root: the clone; nothing is written there.
        folder: where the pages go; what else stands there stays.
        mathjax: the installed npm package `mathjax`, version 3.

    Raises:
        CourseError: if Sphinx warns of anything, or MathJax is not there.
    """
    if not (mathjax / "es5" / MATHJAX[0]).exists():
        raise CourseError(f"MathJax is not in {mathjax}: run `npm ci` in grader/publish/site.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "source"
        source.mkdir()
        _write_sources(root, source, folder)
        _run_sphinx(source, folder, Path(temporary) / "doctrees")
    shutil.copy(root / "notebooks/18-table/cheat-sheet.html", folder / PRINTED)
    _copy_mathjax(mathjax, folder / "_static" / "mathjax")
    _tidy(folder)


def _tidy(folder: Path) -> None:
    """Take out what no page needs."""
    for path in folder.glob("*.html"):
        html = path.read_text(encoding="utf-8")
        html = ICON_SCRIPT.sub("", html)
        if path.name != "search.html":
            html = SEARCH_SCRIPT.sub("", html)
        path.write_text(html, encoding="utf-8")
    for pattern in NOT_SHIPPED:
        for path in folder.rglob(pattern):
            path.unlink()
    shutil.rmtree(folder / "_sources", ignore_errors=True)


def _write_sources(root: Path, source: Path, site: Path) -> None:
    for lesson in texts(root):
        try:
            text = nbformat.writes(page(root, lesson, site))
        except CourseError as error:
            raise CourseError(f"solutions/{lesson}.md: {error}") from error
        (source / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
    for name, text in pages(root).items():
        (source / name).write_text(text, encoding="utf-8")


def _run_sphinx(source: Path, folder: Path, doctrees: Path) -> None:
    """Sphinx in a process of its own; a warning is an error."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-c", str(CONFIGURATION), "-q"]
    command += ["-W", "--keep-going", "-j", "auto", "-d", str(doctrees), str(source), str(folder)]
    environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        said = re.sub(rf"{re.escape(str(source))}/", "", done.stderr).strip()
        raise CourseError(f"Sphinx stopped at the book: {said or 'no reason given'}")


def _copy_mathjax(package: Path, target: Path) -> None:
    for name in MATHJAX:
        source, copy = package / "es5" / name, target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy(source, copy)
    shutil.copy(package / "LICENSE", target / "LICENSE")
