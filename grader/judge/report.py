"""A Result as a card for notebooks, as text and as a number."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape

from grader.judge.explorer import address, site
from grader.judge.result import Counterexample, Result
from grader.judge.translation import say
from grader.judge.words import writable

WORDS = {
    "correct": "Correct",
    "partly": "Partly right",
    "wrong": "Wrong",
    "not attempted": "Not attempted",
    "error": "Error",
}
# Okabe-Ito hues, darkened until white text on them has a contrast of at least 4.5 : 1.
COLOURS = {
    "correct": "#00795a",
    "partly": "#0072b2",
    "wrong": "#b34700",
    "not attempted": "#5f6770",
    "error": "#8c3f72",
}
# Feedback pages are sanitized: inline styles go, classes stay, and Bootstrap is there for them.
# These classes mean nothing to JupyterLab (`alert` would: it colours the text).
CLASSES = {
    COLOURS["correct"]: "panel-body bg-success",
    COLOURS["partly"]: "panel-body bg-info",
    COLOURS["wrong"]: "panel-body bg-danger",
    COLOURS["not attempted"]: "panel-body bg-default",
    COLOURS["error"]: "panel-body bg-warning",
}


@dataclass(frozen=True)
class Report:
    """What `check` returns. In a notebook it shows as a card; its plain text is the score alone,
    which is how nbgrader reads partial credit from the same cell. `print(report)` for words."""

    result: Result
    note: str = ""  # a sentence below the card that is not about the answer

    def __float__(self) -> float:
        return self.result.score

    def __repr__(self) -> str:
        return repr(self.result.score)

    def __str__(self) -> str:
        return "\n".join(filter(None, [text(self.result), self.note]))

    def _repr_html_(self) -> str:
        return card(self.result) + (f"<p>{inline(self.note)}</p>" if self.note else "")

    @property
    def score(self) -> float:
        """The points earned, what `float(report)` gives."""
        return self.result.score

    @property
    def points(self) -> int:
        """The points there are to earn."""
        return self.result.points

    @property
    def verdict(self) -> str:
        """One of correct, partly, wrong, not attempted, error."""
        return self.result.verdict

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the known mistakes that explain the answers: none, one, or two at once."""
        return self.result.mistakes

    @property
    def mistake(self) -> str | None:
        """The same names as one text, or None."""
        return " and ".join(self.result.mistakes) or None

    @property
    def counterexample(self) -> Counterexample | None:
        """The smallest failing case, if one fails."""
        return self.result.counterexample


def score_line(result: Result) -> str:
    """`2 of 3 points`, or nothing where no points are at stake."""
    if not result.points:
        return ""
    return say(f"{result.score:g} of {result.points} point{'s' if result.points != 1 else ''}")


def spoken(result: Result) -> Result:
    """The result as its reader's language has it."""
    found = result.counterexample
    return replace(
        result,
        parts=tuple(replace(part, name=say(part.name)) for part in result.parts),
        counterexample=found and replace(found, said=say(found.said), right=say(found.right)),
        message=say(result.message),
        next_step=say(result.next_step),
    )


def text(result: Result) -> str:
    """The report for a terminal."""
    result = spoken(result)
    head = [say(WORDS[result.verdict]), result.exercise, score_line(result)]
    lines = [" · ".join(filter(None, head))]
    if result.verdict != "not attempted":
        lines += [f"  {'✓' if part.right else '✗'} {part.name}" for part in result.parts]
    if found := result.counterexample:
        lines.append(f"  {found.call}: {say('you')} {found.said}, {found.right}")
    lines += [f"  {sentence}" for sentence in (result.message, result.next_step) if sentence]
    return "\n".join(lines)


def card(result: Result, at: str | None = None) -> str:
    """The report as HTML with inline styles: it takes text colour and font from its page, so it
    reads in light and dark; without styles it still reads, as plain paragraphs.

    Args:
        at: where the course's site stands, to link the failing case; None asks the package.
    """
    colour, result = COLOURS[result.verdict], spoken(result)
    rows = [_head(result, colour)]
    if result.verdict != "not attempted" and result.parts:
        rows.append(_parts(result))
    if found := result.counterexample:
        link = address(result.exercise, found.arguments, site() if at is None else at)
        rows.append(_counterexample(found, link))
    if result.message:
        rows.append(f"<div>{inline(result.message)}</div>")
    if result.next_step:
        rows.append(f'<div style="opacity:0.8">{inline(result.next_step)}</div>')
    return writable(frame(rows, colour))


def frame(rows: list[str], colour: str) -> str:
    """The course's box: a coloured edge and a faint tint that suits light and dark pages.

    Args:
        rows: HTML, one element a line.
        colour: one of COLOURS.
    """
    style = (
        f"border-left:5px solid {colour};background:rgba(128,128,128,0.09);"
        "border-radius:0 6px 6px 0;padding:8px 14px;margin:4px 0;max-width:52em;line-height:1.65"
    )
    return f'<div class="{CLASSES[colour]}" style="{style}">{"".join(rows)}</div>'


def badge(word: str, colour: str) -> str:
    """One word, white on colour."""
    style = f"background:{colour};color:#ffffff;border-radius:4px;padding:2px 9px"
    return f'<strong style="{style}">{escape(word)}</strong>'


def _head(result: Result, colour: str) -> str:
    name = f"<code>{escape(result.exercise)}</code>" if result.exercise else ""
    details = " · ".join(filter(None, [name, score_line(result)]))
    return f"<div>{badge(say(WORDS[result.verdict]), colour)}&nbsp; {details}</div>"


def _parts(result: Result) -> str:
    marks = (f"{'✓' if part.right else '✗'}&nbsp;{escape(part.name)}" for part in result.parts)
    return f"<div>{' &nbsp;·&nbsp; '.join(marks)}</div>"


def _counterexample(found: Counterexample, link: str) -> str:
    you, see = escape(say("you")), escape(say("see this case"))
    more = f' &nbsp;<a href="{escape(link)}" target="_blank">{see}</a>' if link else ""
    return (
        f"<div><code>{escape(found.call)}</code>: {you} <strong>{escape(found.said)}</strong>, "
        f"{escape(found.right)}{more}</div>"
    )


def inline(sentence: str) -> str:
    """A sentence as escaped HTML, with `code` for what stands between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))


@dataclass(frozen=True)
class Note:
    """A short message that is no mark: a hint, or the answer to a prediction."""

    word: str
    sentence: str
    colour: str = "#0072b2"

    def __repr__(self) -> str:
        return f"{say(self.word)} · {say(self.sentence)}"

    def _repr_html_(self) -> str:
        word = badge(say(self.word), self.colour)
        return frame([f"<div>{word}&nbsp; {inline(say(self.sentence))}</div>"], self.colour)
