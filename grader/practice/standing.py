"""How far somebody is: points, topics known and due, the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from grader.course.catalogue import lessons, points_of
from grader.judge.report import COLOURS, badge, frame, inline
from grader.practice.pool import topics
from grader.practice.session import due
from grader.practice.show import plain
from grader.practice.store import Record

GREEN, BLUE, GREY = COLOURS["correct"], COLOURS["partly"], "rgba(128,128,128,0.35)"
WIDE = 180  # pixels of a full bar


@dataclass(frozen=True)
class Row:
    """One lesson."""

    lesson: str
    points: float
    of: float
    known: int
    due: int
    topics: int


@dataclass(frozen=True)
class Progress:
    """What `progress()` returns: a card in a notebook, text elsewhere."""

    rows: tuple[Row, ...]
    next_step: str
    remark: str = ""

    @property
    def in_all(self) -> str:
        """The sums over all lessons."""
        points, of = sum(row.points for row in self.rows), sum(row.of for row in self.rows)
        known, every = sum(row.known for row in self.rows), sum(row.topics for row in self.rows)
        return f"{points:g} of {of:g} points, {known} of {every} topics known."

    def __repr__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return card(self)


def progress_of(record: Record, today: date) -> Progress:
    """How far the person of this record is."""
    back = set(due(record, today))
    of_lesson = topics()
    rows = []
    for lesson in lessons():
        points = points_of(lesson)
        names = [name for name, where in of_lesson.items() if where == lesson]
        standings = [record.topics[name] for name in names if name in record.topics]
        rows.append(
            Row(
                lesson,
                sum(min(record.points.get(name, 0), most) for name, most in points.items()),
                sum(points.values()),
                sum(1 for each in standings if each.known),
                len(back.intersection(names)),
                len(names),
            )
        )
    return Progress(tuple(rows), _next_step(rows), record.remark)


def _next_step(rows: Sequence[Row]) -> str:
    waiting = sum(row.due for row in rows)
    if waiting:
        return f"`practice()`: {waiting} topic{'s are' if waiting > 1 else ' is'} due."
    for row in rows:
        if row.points < row.of:
            where = "Go on with" if row.points else "Begin"
            return f"{where} lesson {row.lesson}: {row.of - row.points:g} points are left."
    return "All points are yours. `practice()` keeps what you know, a few minutes a week."


def text(progress: Progress) -> str:
    """The table for a terminal."""
    lines = [_line("lesson", "points", "known", "due")]
    for row in progress.rows:
        known = f"{row.known} of {row.topics}" if row.topics else ""
        lines.append(
            _line(row.lesson, f"{row.points:g} of {row.of:g}", known, f"{row.due or ''}").rstrip()
        )
    said = [progress.in_all, progress.next_step, progress.remark]
    return "\n".join([*lines, *(plain(sentence) for sentence in said if sentence)])


def _line(lesson: str, points: str, known: str, due: str) -> str:
    return f"{lesson:24}{points:>10}{known:>10}{due:>6}"


def card(progress: Progress) -> str:
    """The table in the course's box, with a bar for the points of each lesson."""
    style = "text-align:left;padding:1px 16px 1px 0"
    titles = ("lesson", "points", "", "topics known", "due")
    cells = "".join(f'<th scope="col" style="{style}">{title}</th>' for title in titles)
    body = "".join(_row(row, style) for row in progress.rows)
    table = f'<table style="border-collapse:collapse;margin:6px 0"><tr>{cells}</tr>{body}</table>'
    rows = [
        f"<div>{badge('Progress', BLUE)}&nbsp; {progress.in_all}</div>",
        f'<div style="overflow-x:auto">{table}</div>',
        *(f"<div>{inline(said)}</div>" for said in (progress.next_step, progress.remark) if said),
    ]
    return frame(rows, BLUE)


def _row(row: Row, style: str) -> str:
    known = f"{row.known} of {row.topics}" if row.topics else ""
    cells = [_bar(row), f"{row.points:g} of {row.of:g}", known, f"{row.due or ''}"]
    data = "".join(f'<td style="{style}">{cell}</td>' for cell in cells)
    name = f'<th scope="row" style="{style};font-weight:normal">{escape(row.lesson)}</th>'
    return f"<tr>{name}{data}</tr>"


def _bar(row: Row) -> str:
    """The points of a lesson as a bar."""
    filled = round(WIDE * row.points / row.of) if row.of else 0
    said = f"{row.points:g} of {row.of:g} points"
    return (
        f'<svg role="img" aria-label="{said}" width="{WIDE}" height="10">'
        f'<rect width="{WIDE}" height="10" rx="3" fill="{GREY}"/>'
        f'<rect width="{filled}" height="10" rx="3" fill="{GREEN}"/></svg>'
    )
