"""`grader feedback`: the pages of a class, made in workers; a page that would be the same stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from nbgrader.api import MissingEntry

from grader.classroom.exchange import SECRET, TIME
from grader.classroom.folders import folder_of
from grader.classroom.grade import Course, GradeError, alone
from grader.classroom.journal import Journal
from grader.classroom.pages import Facts, facts_of, pages
from grader.classroom.progress import Progress


def feedback(
    course: Course,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = lambda done, of: None,
) -> int:
    """Make the feedback pages of a graded lesson; returns how many were made.

    Raises:
        GradeError: if nothing of it is graded.
    """
    settings = json.dumps(dict(course.config.HTMLExporter), sort_keys=True)
    with alone(course.private), Journal(course.private / "journal.db") as journal:
        wanted, digests = {}, {}
        for path, graded, facts in _copies(course):
            copy = graded.read_text(encoding="utf-8")
            said = "\0".join([settings, copy, json.dumps(asdict(facts), sort_keys=True)])
            digest = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
            if not path.exists() or journal.page(str(path)) != digest:
                wanted[str(path)] = copy, facts
                digests[str(path)] = digest
            _for_the_exchange(graded.parent, path.parent)
        if wanted:
            _make(course, journal, settings, wanted, digests, workers, scheduler, progress)
    return len(wanted)


def _copies(course: Course) -> Iterator[tuple[Path, Path, Facts]]:
    """The graded copies of a lesson, each after its page's place, and what the gradebook says."""
    directory, lesson = course.directory, course.lesson
    with course.gradebook() as gradebook:
        try:
            submissions = gradebook.assignment_submissions(lesson)
        except MissingEntry:
            submissions = []
        found = False
        for submission in submissions:
            student = submission.student.id
            graded = folder_of(directory, directory.autograded_directory, student, lesson)
            path = graded / f"{lesson}.ipynb"
            if path.exists() and submission.notebooks:
                found = True
                page = folder_of(directory, directory.feedback_directory, student, lesson)
                facts = facts_of(submission.notebooks[0], student, lesson)
                yield page / f"{lesson}.html", path, facts
    if not found:
        raise GradeError(f"Nothing of {lesson} is graded yet: grader grade {lesson}")


def _for_the_exchange(graded: Path, page: Path) -> None:
    """Put beside a page what nbgrader's `release_feedback` looks for there, if the copy has it: by
    the secret a student finds the page again, and nobody else does."""
    for name in (TIME, SECRET):
        said, there = graded / name, page / name
        if said.exists() and not (there.exists() and there.read_bytes() == said.read_bytes()):
            _write(there, said.read_text(encoding="utf-8"))


def _make(
    course: Course,
    journal: Journal,
    settings: str,
    wanted: dict[str, tuple[str, Facts]],
    digests: dict[str, str],
    workers: int | None,
    scheduler: str | None,
    progress: Progress,
) -> None:
    from grader.classroom.cluster import Failure, cluster, results  # imports dask

    done = 0
    with cluster(workers, scheduler) as client:
        for batch in results(client, pages, settings, wanted.items(), len(wanted)):
            made = {path: page for path, page in batch.items() if not isinstance(page, Failure)}
            for path, page in made.items():
                _write(Path(path), page)
            journal.write_pages({path: digests[path] for path in made})
            done += len(batch)
            progress(done, len(wanted))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
