"""A text notebook, read: the file of a lesson or a deck becomes cells that know their lines.

What is wrong with the form of a text is said here, before anything runs: one line with the file,
the line and the cure. What is wrong with a lesson's exercises is said in `lesson.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml
from jupytext.myst import (
    MystMetadataParsingError,
    get_parser,
    myst_to_notebook,
    parse_directive_options,
)
from nbformat import NotebookNode

from grader.judge.errors import CourseError
from grader.publish.text_file import EMPTY, UnreadableError, text_of

CODE_CELL = "{code-cell}"
LINE = "line"  # metadata key: where in the text the cell starts; it never reaches a notebook
FENCE = re.compile(r"^\s*(?:`{3,}|~{3,})\s*\{?code-cell")


class LessonError(CourseError):
    """A mistake in a lesson's text, as one line: where, what, and how to mend it."""


def parse(
    text: Path, *, tags: Collection[str], roles: Collection[str], options: Collection[str]
) -> NotebookNode:
    """The notebook that the text describes, each cell with its line in the metadata `line`.

    Args:
        text: the file.
        tags: the tags that its code cells may have, one each.
        roles: the roles, such as `eval`, that its prose may use.
        options: what may stand in the header of a code cell beside `tags`.

    Raises:
        LessonError: for a file that cannot be read as such a text.
    """
    source = decode(text)
    lines = source.split("\n")
    tokens = get_parser().parse(source + "\n")
    for token in tokens:
        if token.type == "front_matter":
            _front_matter(text, token)
        elif token.type == "fence" and token.level == 0:
            _fence(text, token, lines, {"tags", *options})
        elif token.type == "myst_block_break" and token.content.strip():
            raise mistake(text, token.map[0] + 1, "`+++` has something behind it", "write it alone")
    _every_cell_is_one(text, tokens, lines)
    notebook = myst_to_notebook(source, add_source_map=True)
    for cell, start in zip(notebook.cells, notebook.metadata.source_map, strict=True):
        cell.metadata[LINE] = _first_line(cell, lines, start)
        if cell.cell_type == "code":
            _one_known_tag(text, cell, tags)
        else:
            _known_roles(text, cell, roles)
    return notebook


def title(text: Path, notebook: NotebookNode) -> str:
    """The first heading of the first rank; in code a `#` starts a comment and is none.

    Raises:
        LessonError: if there is none.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            if found := re.search(r"^# +(\S.*)$", prose, re.MULTILINE):
                return found[1]
    raise mistake(text, 1, *_no_title(text))


def decode(text: Path) -> str:
    """The characters of the file, whatever encoding it is in.

    Raises:
        LessonError: for one that is no text, or holds a merge conflict.
    """
    try:
        return text_of(text.read_bytes(), "a text of the course")
    except OSError as error:
        raise LessonError(f"{text.name} cannot be read: {error.strerror}.") from None
    except UnreadableError as error:
        if error.reason == EMPTY:
            raise mistake(text, 1, *_no_title(text)) from None
        line = re.search(r"\bline (\d+)", error.reason)
        raise LessonError(f"{text.name}:{line[1] if line else 1}: {error.reason}.") from None


def mistake(text: Path, line: int | str, what: str, cure: str) -> LessonError:
    """The one line that an author is told."""
    return LessonError(f"{text.name}:{line}: {what}; {cure}.")


def mistake_in(text: Path, cell: NotebookNode, what: str, cure: str) -> LessonError:
    """The same for a cell, which is named by its first line and by where that stands."""
    line = cell.metadata.get(LINE, "?")
    return mistake(text, line, f"the cell '{_first(cell)[:60]}' {what}", cure)


def _first(cell: NotebookNode) -> str:
    return next((line for line in cell.source.splitlines() if line.strip()), "")


def _first_line(cell: NotebookNode, lines: list[str], start: int) -> int:
    """The number, from 1, of the line of the text in which the cell's own text starts."""
    first = _first(cell)
    return next((n for n, line in enumerate(lines[start:], start + 1) if line == first), start or 1)


def _no_title(text: Path) -> tuple[str, str]:
    return "the text has no title", f"start it with a line like '# {text.stem[:2]} · ...'"


def _front_matter(text: Path, token: Any) -> None:
    cure = "mend it, or take the lines between the two --- away"
    try:
        value = yaml.safe_load(token.content)
    except yaml.YAMLError as error:
        raise mistake(text, 1, f"the front matter is no YAML ({_problem(error)})", cure) from None
    if not isinstance(value, dict | None):
        raise mistake(text, 1, "the front matter has no `name: value` lines", cure)


def _fence(text: Path, token: Any, lines: list[str], options: Collection[str]) -> None:
    """A block between fences that stands alone: a code cell, or an example in the prose."""
    start, end = token.map[0] + 1, token.map[1]
    if end == start or not "".join(lines[end - 1 : end]).lstrip().startswith(token.markup):
        raise mistake(text, start, "this block has no end", f"write {token.markup} below it")
    if _is_cell(token):
        _header(text, token, options)
    elif token.info.startswith("{"):
        what = f"the block '{token.info.strip()}' is unknown"
        raise mistake(text, start, what, f"write {token.markup}{CODE_CELL}")


def _is_cell(token: Any) -> bool:
    is_alone = token.type == "fence" and token.level == 0
    return bool(is_alone and token.info.partition(" ")[0].strip() == CODE_CELL)


def _header(text: Path, token: Any, allowed: Collection[str]) -> None:
    """The options of a code cell: known ones, each once, and tags as a list."""
    start = token.map[0] + 1
    try:
        _, options = parse_directive_options(token.content, "")
    except (MystMetadataParsingError, yaml.YAMLError) as error:
        what = f"the options of this cell are no YAML ({_problem(error)})"
        raise mistake(text, start, what, "write them like `:tags: [check]`") from None
    if not isinstance(options, dict):
        what = f"the options of this cell are '{options}'"
        raise mistake(text, start, what, "write them like `:tags: [check]`")
    written = takewhile(lambda line: line.lstrip().startswith(":"), token.content.splitlines())
    names = [line.split(":")[1].strip() for line in written]
    for name in [*options, *names]:
        if name not in allowed:
            close = difflib.get_close_matches(str(name), allowed, n=1)
            cure = f"did you mean `:{close[0]}:`?" if close else f"use one of {sorted(allowed)}"
            raise mistake(text, start, f"this cell has an unknown option, `:{name}:`", cure)
        if names.count(name) > 1:
            raise mistake(text, start, f"this cell has `:{name}:` twice", "keep one of them")
    tags = options.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        one = tags if isinstance(tags, str) else "check"
        what = f"the tags of this cell are no list of words, but {tags!r}"
        raise mistake(text, start, what, f"write `:tags: [{one}]`")


def _every_cell_is_one(text: Path, tokens: Iterable[Any], lines: list[str]) -> None:
    """What looks like a code cell must be one: in a list, a comment, or a block without an end,
    it would silently be prose, or a piece of the block."""
    blocks = [token for token in tokens if token.map]
    cells = {token.map[0] for token in blocks if _is_cell(token)}
    for number, line in enumerate(lines):
        if FENCE.match(line) and number not in cells:
            around = [b.map[0] + 1 for b in blocks if b.map[0] < number < b.map[1]]
            inside = f": it stands inside the block of line {max(around)}" if around else ""
            cure = "write ```{code-cell} at the left margin, and close what stands above it"
            raise mistake(text, number + 1, f"this code cell is not read as one{inside}", cure)


def _one_known_tag(text: Path, cell: NotebookNode, allowed: Collection[str]) -> None:
    tags = cell.metadata.get("tags", [])
    if unknown := sorted(set(tags) - set(allowed)):
        cure = f"use one of {sorted(allowed)}"
        raise mistake_in(text, cell, f"has the tag '{unknown[0]}'", cure)
    if len(tags) > 1:
        raise mistake_in(text, cell, f"has {len(tags)} tags, {tags}", "keep one of them")


def _known_roles(text: Path, cell: NotebookNode, roles: Collection[str]) -> None:
    for role in re.findall(r"\{(\w+)\}`", cell.source):
        if role not in roles:
            cure = f"use one of {sorted(roles)}"
            raise mistake_in(text, cell, f"has an unknown role, {{{role}}}", cure)


def _problem(error: Exception) -> str:
    """What YAML says, in one line; jupytext's own error has YAML's behind it."""
    cause = error if isinstance(error, yaml.YAMLError) else error.__context__
    said = getattr(cause, "problem", None) or str(error)
    return " ".join(str(said).split())[:120]
