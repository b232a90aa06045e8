"""What `grader grade` says: progress while it runs, and at the end who was graded and who not."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from grader.classroom.backup import newest
from grader.classroom.filling import Change, by_exercise
from grader.classroom.grade import Course, Summary, grade
from grader.classroom.progress import shown
from grader.classroom.released import listed, of_other_releases


def run(root: Path, lesson: str, dry_run: bool = False, **options: Any) -> Iterator[str]:
    """Grade a lesson; yields the lines of the summary."""
    start, course = time.perf_counter(), Course.at(root, lesson)
    with shown() as progress:
        summary = grade(course, dry_run=dry_run, progress=progress, **options)
    seconds = time.perf_counter() - start
    yield f"{lesson}: {summary.graded} graded in {seconds:.0f} s, {summary.from_journal} known"
    yield from _who_needs_a_look(summary)
    yield from _changes(summary, dry_run)
    if dry_run:
        path = course.private / f"{lesson}-changes.csv"
        write_csv(path, summary.changes)
        yield f"Nothing was written but the list of changes: {path}"


def undo(root: Path, lesson: str) -> str:
    """Put back what stood before the last run that wrote; returns what was done."""
    course = Course.at(root, lesson)
    backup = newest(course.private / "backups")
    directory = course.directory
    backup.put_back(directory.db_url, Path(directory.root, directory.autograded_directory))
    return f"Gradebook and graded copies are as they were at {backup.folder.name[:19]}."


def write_csv(path: Path, changes: Iterable[Change]) -> None:
    """A row for each mark that changes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Change)])
        writer.writerows(map(astuple, changes))


def _who_needs_a_look(summary: Summary) -> Iterator[str]:
    if summary.not_graded:
        yield f"Nothing to grade from {len(summary.not_graded)}:"
        yield from (f"  {student}: {why}" for student, why in summary.not_graded)
    yield from of_other_releases(summary.releases)
    if summary.tentative:
        names = listed(summary.tentative)
        yield f"Stopped by a limit of time or memory, and asked again next time: {names}"
    if summary.too_high:
        yield "Marks by hand that are above what the exercise gives now:"
        yield from (
            f"  {each.student}, {each.exercise}: {each.before:g} of {each.now:g}"
            for each in summary.too_high
        )


def _changes(summary: Summary, dry_run: bool) -> Iterator[str]:
    """What changes of marks that were there before."""
    old = [each for each in summary.changes if each.before is not None]
    new = len(summary.changes) - len(old)
    would = "would be " if dry_run else ""
    if new:
        yield f"{new} marks {would}new"
    if not old:
        return
    steps = [each.now - (each.before or 0) for each in old]
    yield f"{len(old)} marks {would}changed, {min(steps):+g} to {max(steps):+g}:"
    for exercise, changes in by_exercise(old).items():
        yield f"  {exercise}: {len(changes)} ({listed([each.student for each in changes])})"
    if by_hand := [each for each in old if each.by_hand]:
        students = listed(sorted({each.student for each in by_hand}))
        yield f"  of these {len(by_hand)} have a mark by hand, which stays, for review: {students}"
