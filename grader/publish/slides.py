"""Decks: a text notebook in `slides/` -> HTML and PDF, through jupytext, nbconvert and Marp.

A deck is a MyST text notebook like a lesson: its code runs when the deck is built, {eval}`...` puts
a value into the words, and what a cell returns is what the slide shows. Code itself is hidden,
unless its cell has the tag `show`. `---` starts a slide, a comment is its speaker notes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from nbconvert import MarkdownExporter
from nbformat import NotebookNode
from traitlets.config import Config

from grader.publish import tools
from grader.publish.lesson import execute
from grader.publish.myst import LessonError, parse, title

HEADER = """---
theme: every-layer-counts
paginate: true
math: mathjax
lang: en
title: "{title}"
footer: "Every Layer Counts · {title}"
---

"""


def build(decks: Sequence[Path], folder: Path, pdf: bool = True) -> Iterator[str]:
    """Make HTML, and PDF if wished, of these decks in `folder`; yields a line for each step.

    Raises:
        LessonError: for a mistake in a deck's text, or if Node, Marp or a browser is missing.
    """
    if not decks:
        raise LessonError("There is no deck to make: slides/ holds none named like 01-linear.md.")
    marp = _marp(decks[0].parent)
    browser = tools.browser()
    if pdf and (obstacle := tools.no_browser()):
        raise LessonError(str(obstacle))
    sources = folder / "text"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir(parents=True)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for deck, text in zip(decks, pool.map(markdown, decks), strict=True):
            (sources / deck.name).write_text(text, encoding="utf-8")
            yield f"{deck.stem}: its numbers are computed"
    theme = decks[0].parent / "theme.css"
    command = [marp, "--no-stdin", "--html", "--allow-local-files", "--theme-set", str(theme)]
    command += ["--input-dir", str(sources), "--output", str(folder)]
    environment = {**os.environ, "CHROME_PATH": browser or "", "CHROME_NO_SANDBOX": "1"}
    for form in ["html", "pdf"] if pdf else ["html"]:
        options = ["--pdf", "--pdf-outlines"] if form == "pdf" else []
        _run([*command, *options], environment)
        yield f"{len(decks)} decks as {form.upper()} in {folder}"


def markdown(deck: Path) -> str:
    """The deck as Marp's Markdown, every number computed.

    Raises:
        LessonError: for a mistake in the deck's text.
    """
    notebook = read(deck)
    for cell in notebook.cells:
        if cell.cell_type == "code" and "show" not in cell.metadata.get("tags", []):
            cell.metadata["tags"] = ["hide"]
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    config.TagRemovePreprocessor.remove_input_tags = {"hide"}
    with tempfile.TemporaryDirectory() as folder:
        executed = execute(deck, notebook, Path(folder))
    body, _ = MarkdownExporter(config=config).from_notebook_node(executed)
    body = str(body).replace("](../", "](../../")  # from slides/ to where the built decks stand
    return HEADER.format(title=title(deck, executed)) + body.strip() + "\n"


def read(deck: Path) -> NotebookNode:
    """The deck as a notebook, not yet run.

    Raises:
        LessonError: for a mistake in the form of the text.
    """
    notebook = parse(deck, tags={"show"}, roles={"eval"}, options=())
    title(deck, notebook)
    return notebook


def _marp(slides: Path) -> str:
    """The installed Marp."""
    if obstacle := tools.no_node("Slides need") or tools.no_marp(slides):
        raise LessonError(str(obstacle))
    return str(slides / tools.MARP)


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode or "[ ERROR ]" in done.stderr:
        last = [line for line in done.stderr.splitlines() if line.strip()][-1:]
        raise LessonError(f"Marp could not make the slides: {' '.join(last) or 'no reason given'}")
