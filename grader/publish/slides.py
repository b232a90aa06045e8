"""Decks: a text notebook in `slides/` -> HTML and PDF, through jupytext, nbconvert and Marp.

A deck is a MyST text notebook like a lesson: its code runs when the deck is built, {eval}`...` puts
a value into the words, and what a cell returns is what the slide shows. Code itself is hidden,
unless its cell has the tag `show`. `---` starts a slide, a comment is its speaker notes, which
begin with their minutes: `2 min.` A list with `*` appears step by step, `ballot.py` makes votes.
"""

from __future__ import annotations

import hashlib
import os
import re
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
from grader.publish.myst import LessonError, mistake, parse, title

MADE_FROM = "made-from"  # in the folder of the built decks
THEME = "theme.css"
CODE_OF_DECKS = ("judge/**/*.py", "course/**/*.py", "figures/*.py", "publish/*.py")
CODE = re.compile(r"^```\{code-cell\}.*?^```$", re.DOTALL | re.MULTILINE)
NOTE = re.compile(r"<!--(?!\s*_\w+:)(.*?)-->", re.DOTALL)
MINUTES = re.compile(r"\s*(\d+) min\. ")
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
    forms = ["html", "pdf"] if pdf else ["html"]
    digests = {deck: _made_from(deck) for deck in decks}  # now: somebody may edit meanwhile
    changed = [deck for deck in decks if not _is_made(deck, folder, forms, digests[deck])]
    if kept := len(decks) - len(changed):
        yield f"{kept} decks have not changed"
    if not changed:
        return
    with tempfile.TemporaryDirectory() as texts:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            for deck, text in zip(changed, pool.map(markdown, changed), strict=True):
                (Path(texts) / deck.name).write_text(text, encoding="utf-8")
                yield f"{deck.stem}: its numbers are computed"
        theme = decks[0].parent / THEME
        command = [marp, "--no-stdin", "--html", "--allow-local-files", "--theme-set", str(theme)]
        command += ["--input-dir", texts, "--output", str(folder)]
        environment = {**os.environ, "CHROME_PATH": browser or "", "CHROME_NO_SANDBOX": "1"}
        for form in forms:
            options = ["--pdf", "--pdf-outlines"] if form == "pdf" else []
            _run([*command, *options], environment)
            yield f"{len(changed)} decks as {form.upper()} in {folder}"
    (folder / MADE_FROM).mkdir(exist_ok=True)
    for stamp, deck in ((_stamp(deck, folder, form), deck) for deck in changed for form in forms):
        stamp.write_text(digests[deck], encoding="utf-8")


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
    spoken(deck)
    return notebook


def spoken(deck: Path) -> int:
    """The minutes that a lecture takes: those that the speaker notes of its slides begin with.

    Raises:
        LessonError: for a slide whose notes name none.
    """
    text = CODE.sub(lambda code: "\n" * code[0].count("\n"), deck.read_text(encoding="utf-8"))
    total, line = 0, 1
    for slide in re.split(r"^---$", text, flags=re.MULTILINE):
        found = [MINUTES.match(note) for note in NOTE.findall(slide)]
        line += slide.count("\n")
        if len(found) != 1 or not found[0]:
            cure = "write one comment under each slide that begins with, say, '2 min. '"
            raise mistake(deck, line, "the slide that ends here has no minutes", cure)
        total += int(found[0][1])
    return total


def _is_made(deck: Path, folder: Path, forms: Sequence[str], digest: str) -> bool:
    """Whether this deck stands in the folder, in all forms, as it would be made now."""
    return all(
        (folder / f"{deck.stem}.{form}").exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == digest
        for form in forms
        for stamp in [_stamp(deck, folder, form)]
    )


def _stamp(deck: Path, folder: Path, form: str) -> Path:
    return folder / MADE_FROM / f"{deck.stem}.{form}.txt"


def _made_from(deck: Path) -> str:
    """A digest of all that a deck comes from: its text, how it looks, and the code it runs."""
    package = Path(__file__).parents[1]
    code = [path for files in CODE_OF_DECKS for path in sorted(package.glob(files))]
    digest = hashlib.blake2b(digest_size=16)
    for path in [deck, deck.parent / THEME, deck.parent / "package-lock.json", *code]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


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
