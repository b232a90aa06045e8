"""How long a lesson takes, counted in its text: honest minutes are printed, none are guessed."""

from __future__ import annotations

import re

from nbformat import NotebookNode

WORDS_PER_MINUTE = 200
SECONDS_PER_LINE = 4  # of code
MINUTES_PER_PREDICTION = 1
MINUTES_PER_PRACTICE = 1  # two questions
MOST_MINUTES = 60
IN_HEADING = re.compile(r"^#+ \w+ \d+\b.*· (\d+) \w+ ·", re.MULTILINE)  # in any language
BONUS = re.compile(r"^## Bonus\b", re.MULTILINE)
HEADING = re.compile(r"^# |^## ", re.MULTILINE)
SOLUTION = re.compile(r"^\s*### BEGIN SOLUTION.*?### END SOLUTION\s*$", re.DOTALL | re.MULTILINE)


def minutes(notebook: NotebookNode) -> int:
    """The minutes that a lesson prints: to the nearest five."""
    return max(5, 5 * round(spent(notebook) / 5))


def spent(notebook: NotebookNode) -> float:
    """Minutes for reading, predicting and the exercises.

    A section whose heading starts with "Bonus" is left out, and so is the model answer: the
    minutes of an exercise stand in its heading.
    """
    seconds = 0.0
    bonus = False
    for cell in notebook.cells:
        source = str(cell.source)
        if cell.cell_type == "markdown":
            if HEADING.search(source):
                bonus = bool(BONUS.search(source))
            if not bonus:
                seconds += 60 * words(source) / WORDS_PER_MINUTE
                seconds += 60 * sum(map(int, IN_HEADING.findall(source)))
        elif not bonus and "check" not in cell.metadata.get("tags", []):
            seconds += SECONDS_PER_LINE * len(code_lines(source))
            seconds += 60 * MINUTES_PER_PREDICTION * source.count("# SOLUTION")
            seconds += 60 * MINUTES_PER_PRACTICE * source.count("practice(")
    return seconds / 60


def words(prose: str) -> int:
    """The words of a Markdown text; a link counts as what it shows, what is folded not at all."""
    shown = re.sub(r"<details>.*?</details>|<[^>]+>|\]\([^)]*\)", " ", prose, flags=re.DOTALL)
    return len(re.findall(r"[^\W_][\w'’.,-]*", shown))


def code_lines(source: str) -> list[str]:
    """The lines that a reader reads: no blank ones, and not the model answer."""
    return [line for line in SOLUTION.sub("", source).splitlines() if line.strip()]
