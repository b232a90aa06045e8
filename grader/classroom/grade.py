"""`grader grade`: a whole class, on workers, with a journal from which a stopped run goes on.

This process is the only one that writes: journal, gradebook and graded copies.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.ask.jail import NoJailError, jail
from grader.classroom.autograde import JudgeInJail
from grader.classroom.backup import back_up
from grader.classroom.filling import Change, Filling, Graded
from grader.classroom.folders import folder_of, folders, terms_of_others, write_copy
from grader.classroom.gradebook import known_to_gradebook, release_of, released
from grader.classroom.journal import Journal, circumstances, digest_of
from grader.classroom.progress import Progress
from grader.classroom.reading import MOST_BYTES, bytes_of
from grader.classroom.recognise import put_right
from grader.classroom.released import release_in
from grader.classroom.term import digest, one_word_for_all, private_folder
from grader.course.catalogue import text_of
from grader.judge.errors import CourseError
from grader.publish.environment import course_config

AT_A_TIME = 100  # students, in one transaction of the gradebook: memory stays flat


class GradeError(CourseError):
    """A class cannot be graded now; the message says why and what to do."""


@dataclass(frozen=True)
class HandIn:
    """What one student handed in of a lesson."""

    folder: Path
    digest: str
    why_not: str  # there is nothing to grade, or ''
    release: str  # that the notebook names, or ''

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.folder.parent.name


@dataclass
class Summary:
    """What a run did."""

    graded: int = 0
    from_journal: int = 0
    not_graded: list[tuple[str, str]] = field(default_factory=list)  # who, and why
    releases: dict[str, str] = field(default_factory=dict)  # by student, that the notebooks name
    tentative: list[str] = field(default_factory=list)  # who was stopped by a limit
    changes: list[Change] = field(default_factory=list)
    too_high: list[Change] = field(default_factory=list)
    copies: int = 0  # that were written anew


@dataclass(frozen=True)
class Course:
    """An nbgrader course as this command needs it."""

    config: Config
    directory: CourseDirectory
    private: Path
    lesson: str

    @classmethod
    def at(cls, root: Path, lesson: str, config: Config | None = None) -> Course:
        """The course whose nbgrader_config.py stands in `root`."""
        config = course_config(root) if config is None else config
        directory = CourseDirectory(config=config)
        directory.assignment_id = lesson
        return cls(config, directory, private_folder(directory), lesson)

    def gradebook(self) -> Gradebook:
        """The class's gradebook, for a `with` block."""
        return Gradebook(self.directory.db_url, self.directory.course_id)


def grade(
    course: Course,
    workers: int | None = None,
    scheduler: str | None = None,
    only: Sequence[str] = (),
    again: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda done, of: None,
) -> Summary:
    """Grade what was handed in of a lesson, and fill gradebook and graded copies.

    Args:
        workers: processes on this machine; None for one a core.
        scheduler: the address of a dask scheduler, for a cluster that runs already.
        only: these students; all if empty.
        again: ask anew even where the journal has a verdict.
        dry_run: work the marks out, and write neither gradebook nor copies.

    Raises:
        CourseError: if it cannot be done; nothing is lost then.
    """
    with alone(course.private), Journal(course.private / "journal.db") as journal:
        orders, around = _orders(course, only)
        hand_ins = _settle(course, journal, around, only)
        wanted = _missing(hand_ins, journal, again)
        _ask(course, journal, orders, wanted, workers, scheduler, progress)
        summary = Summary(len(wanted), len({h.digest for h in hand_ins}) - len(wanted))
        summary.not_graded = [(each.student, each.why_not) for each in hand_ins if each.why_not]
        summary.releases = {each.student: each.release for each in hand_ins if not each.why_not}
        _fill(course, journal, hand_ins, summary, dry_run)
    return summary


@contextlib.contextmanager
def alone(private: Path) -> Iterator[None]:
    """Hold the lock of the gradebook; the system lets go of it when this process ends."""
    with (private / "grading.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GradeError(
                "Another `grader grade` of this course is running. Wait until it is done."
            ) from None
        yield


def _orders(course: Course, only: Sequence[str]) -> tuple[str, bytes]:
    """What the workers need to know, and the digest of all that decides a verdict."""
    settings = JudgeInJail(config=course.config)
    word = settings.word(course.private)
    known_students = {_graded_folder(course, name) for name in only}
    again = known_students if only else set(_graded_folders(course))
    one_word_for_all(course.lesson, word, terms_of_others(course.directory, course.lesson, again))
    try:
        contained = jail(settings.without_bubblewrap).contained
        known_to_gradebook(course.directory)
    except (NoJailError, NbGraderException) as error:
        raise GradeError(str(error)) from None
    orders = {
        "released": released(course.directory, course.lesson).as_data(),
        "keys": text_of(course.lesson, word, course.private / "keys"),
        "term": digest(word),
        "without_bubblewrap": settings.without_bubblewrap,
    }
    return json.dumps(orders), circumstances(orders, contained)


def _graded_folder(course: Course, student: str) -> Path:
    directory = course.directory
    return folder_of(directory, directory.autograded_directory, student, course.lesson)


def _graded_folders(course: Course) -> list[Path]:
    return folders(course.directory, course.directory.autograded_directory)


def _settle(course: Course, journal: Journal, around: bytes, only: Sequence[str]) -> list[HandIn]:
    """Find the notebook in what everybody handed in."""
    found = folders(course.directory, course.directory.submitted_directory)
    by_student = {folder.parent.name: folder for folder in found}
    if missing := sorted(set(only) - by_student.keys()):
        raise GradeError(f"Nothing was handed in for {course.lesson} by {', '.join(missing)}.")
    if not found:
        raise GradeError(
            f"Nothing was handed in for {course.lesson}: first `nbgrader collect {course.lesson}` "
            "or `grader collect`."
        )
    hand_ins, new = [], []
    for student, folder in by_student.items():
        if only and student not in only:
            continue
        why = journal.settled(_fingerprint(folder))
        if why is None:
            why = put_right(folder, course.lesson, release_of(course.directory, course.lesson))
            new.append((_fingerprint(folder), why))
        data = bytes_of(folder / f"{course.lesson}.ipynb")
        hand_ins.append(HandIn(folder, digest_of(data, around), why, release_in(data)))
    journal.settle(new)
    return hand_ins


def _fingerprint(folder: Path) -> str:
    """A digest of all that is in a folder."""
    found = hashlib.blake2b(digest_size=24)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        found.update(
            f"{path.relative_to(folder)}\0{path.lstat().st_mode}\0".encode(errors="replace")
        )
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST_BYTES:
            with contextlib.suppress(OSError):
                found.update(hashlib.blake2b(path.read_bytes()).digest())
    return found.hexdigest()


def _missing(hand_ins: Iterable[HandIn], journal: Journal, again: bool) -> dict[str, HandIn]:
    """What has to be asked, each file once."""
    return {each.digest: each for each in hand_ins if again or not journal.has(each.digest)}


def _ask(
    course: Course,
    journal: Journal,
    orders: str,
    wanted: Mapping[str, HandIn],
    workers: int | None,
    scheduler: str | None,
    progress: Progress,
) -> None:
    """Let the workers grade what the journal lacks; each batch is taken down as it comes."""
    if not wanted:
        return
    from grader.classroom.cluster import Failure, cluster, results  # imports dask
    from grader.classroom.worker import grade_batch, killed

    files = (
        (digest, bytes_of(each.folder / f"{course.lesson}.ipynb"))
        for digest, each in wanted.items()
    )
    done = 0
    with cluster(workers, scheduler) as client:
        for batch in results(client, grade_batch, orders, files, len(wanted)):
            journal.write(
                {
                    digest: killed(orders, found.why) if isinstance(found, Failure) else found
                    for digest, found in batch.items()
                }
            )
            done += len(batch)
            progress(done, len(wanted))


def _fill(
    course: Course, journal: Journal, hand_ins: Sequence[HandIn], summary: Summary, dry_run: bool
) -> None:
    """From the journal into gradebook and graded copies, so many students at a time."""
    directory = course.directory
    backup = None if dry_run else back_up(directory.db_url, course.private / "backups")
    with course.gradebook() as gradebook:
        filling = Filling(gradebook, course.lesson, course.config)
        for start in range(0, len(hand_ins), AT_A_TIME):
            batch = hand_ins[start : start + AT_A_TIME]
            graded = [_graded(course, journal, each) for each in batch]
            filling.write(graded, dry_run)
            summary.tentative += [each.student for each in graded if each.verdict.tentative]
            for hand_in, each in zip(batch, graded, strict=True):
                if backup is not None:
                    copy = each.verdict.copy
                    summary.copies += write_copy(directory, hand_in.folder, copy, backup)
    summary.changes, summary.too_high = filling.changes, filling.too_high


def _graded(course: Course, journal: Journal, hand_in: HandIn) -> Graded:
    return Graded(hand_in.student, journal[hand_in.digest], _when(course, hand_in.folder))


def _when(course: Course, folder: Path) -> datetime | None:
    """When it was handed in; None where nobody says, or nobody can read it."""
    with contextlib.suppress(ValueError, OverflowError):
        found: datetime | None = course.directory.get_existing_timestamp(str(folder))
        return found
    return None
