"""Where something of one student is stored, place after place; docs/privacy.md says it in words.

One list serves for showing, exporting and deleting, so that nothing is exported and then left.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import Exchange
from nbgrader.utils import notebook_hash
from sqlalchemy.exc import DatabaseError

from grader.classroom.backup import SQLITE
from grader.classroom.collect import CANVAS, MOODLE
from grader.classroom.exchange import SECRET
from grader.classroom.grade import Course
from grader.classroom.quiz_files import key_page, quiz_page, read_quiz, write, write_csv
from grader.classroom.table import read_table
from grader.judge.errors import CourseError

REPORTS = ("*-report.html", "marks.csv", "*-changes.csv")
QUIZ_PAGES = {"quiz.html": quiz_page, "quiz-key.html": key_page}


@dataclass(frozen=True)
class Trace:
    """What one place holds of a student."""

    place: str
    count: int
    what: str  # these are so many of
    remove: Callable[[], None]
    files: Mapping[str, Path | bytes] = field(default_factory=dict)  # of the export, by name


def own(course: Course, student: str) -> Iterator[Trace]:
    """What is about this student alone."""
    for place in (_exchange, _folders, _downloaded, _collected, _gradebooks, _quiz):
        yield from place(course, student)


def among_others(course: Course, student: str) -> Iterator[Trace]:
    """What is about the whole class and made again, so that it is removed as a whole."""
    yield from _journal(course, student)
    folders = {course.private, _private(course)}
    found = {path for folder in folders for name in REPORTS for path in folder.glob(name)}
    if reports := sorted(found):
        yield Trace("reports", len(reports), "files, of the whole class", _remover(reports))


@contextmanager
def _readable(place: Path | str) -> Iterator[None]:
    """What to say of a file of ours that was damaged: nothing is deleted before all is found."""
    try:
        yield
    except MissingEntry:  # a ValueError too
        raise
    except (ValueError, LookupError, TypeError, sqlite3.Error, DatabaseError, zlib.error) as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise CourseError(f"{place} cannot be read ({why}): mend it, or move it away.") from None


def _private(course: Course) -> Path:
    """Where collecting and reporting write, wherever the gradebook is."""
    return Path(course.directory.root, ".nbgrader")


def _folders(course: Course, student: str) -> Iterator[Trace]:
    """What was handed in, graded copies and pages; what was replaced by something newer, too."""
    directory, private = course.directory, _private(course)
    for step in ("submitted", "autograded", "feedback"):
        folder = Path(directory.root, getattr(directory, f"{step}_directory"), student)
        yield from _of_folder(step, folder, step)
    for aside in sorted(private.glob("replaced/*")):
        yield from _of_folder("replaced", aside / student, f"replaced/{aside.name}")
    for copies in sorted(course.private.glob("backups/*/copies")):
        moment = copies.parent.name
        yield from _of_folder("backups", copies / student, f"backups/{moment}")


def _of_folder(place: str, folder: Path, name: str) -> Iterator[Trace]:
    if folder.is_symlink():  # in the exchange a student can make one: to a classmate's, to /etc
        yield Trace(place, 1, "links", folder.unlink)
    elif folder.is_dir():
        files = {f"{name}/{path.relative_to(folder)}": path for path in _files(folder)}
        yield Trace(place, len(files), "files", partial(shutil.rmtree, folder), files)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]


def _exchange(course: Course, student: str) -> Iterator[Trace]:
    """What nbgrader carries to and fro. A page there is called after the secret of a hand-in."""
    root = Path(Exchange(config=course.config).root, course.directory.course_id)
    sent = [path for path in sorted(root.glob("inbound/*")) if path.name.startswith(f"{student}+")]
    pages = {
        root / "feedback" / f"{notebook_hash(secret=secret, notebook_id=lesson)}.html": lesson
        for lesson, secret in _secrets(course, student, sent)
    }
    for page, lesson in pages.items():
        if page.is_file():
            name = f"exchange/feedback/{lesson}-{page.name}"
            yield Trace("exchange", 1, "files", partial(page.unlink, missing_ok=True), {name: page})
    for folder in sent:
        yield from _of_folder("exchange", folder, f"exchange/{folder.name}")


def _secrets(course: Course, student: str, sent: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The lessons and secrets of all that was ever handed in, of what is still there."""
    kept = (path for trace in _folders(course, student) for path in trace.files.values())
    found = [(path.parent.name, path) for path in kept if isinstance(path, Path)]
    found += [
        (folder.name.split("+")[1], folder / SECRET) for folder in sent if not folder.is_symlink()
    ]
    for lesson, path in found:
        there = path.name == SECRET and path.is_file() and not path.is_symlink()
        if there and (secret := path.read_text(encoding="ascii", errors="replace")):
            yield lesson, secret


def _downloaded(course: Course, student: str) -> Iterator[Trace]:
    """A platform's archives for `nbgrader zip_collect`, and what was unpacked from them."""
    settings = course.config.ZipCollectApp
    folder = Path(course.directory.root, settings.get("downloaded_directory", "downloaded"))
    every = {path: path.relative_to(folder) for path in _files(folder)}
    loose = [path for path, name in every.items() if _is_named(name, student, name.parts[0])]
    if loose:
        files: dict[str, Path | bytes] = {
            f"downloaded/{path.relative_to(folder)}": path for path in loose
        }
        yield Trace("downloaded", len(files), "files", _remover(loose), files)
    for path in (each for each in every if each.suffix.lower() == ".zip"):
        lesson = every[path].parts[0]
        try:
            with ZipFile(path) as archive:
                names = [n for n in archive.namelist() if _is_named(Path(n), student, lesson)]
                held: dict[str, Path | bytes] = {
                    f"downloaded/{path.stem}/{n}": archive.read(n)
                    for n in names
                    if not n.endswith("/")
                }
        except (BadZipFile, RuntimeError, OSError, zlib.error):
            continue  # it says nothing of anybody that we could read
        if names:
            place = f"downloaded/{path.name}"
            yield Trace(place, len(held), "files", partial(_without, path, names), held)


def _is_named(path: Path, student: str, lesson: str) -> bool:
    """Whether the name that Moodle or Canvas gave a file is this student's, or its folder's is."""
    found = filter(None, (pattern.search(path.as_posix()) for pattern in (MOODLE, CANVAS)))
    folders = {*path.parts[:-1]} - {lesson, "archive", "extracted"}  # these are everybody's
    return student in folders or any(each["number"] == student for each in found)


def _without(path: Path, names: Sequence[str]) -> None:
    """Write an archive anew without some of its members."""
    beside = path.with_name(f".{path.name}.tmp")
    with ZipFile(path) as old, ZipFile(beside, "w") as new:
        for member in old.infolist():
            if member.filename not in names:
                new.writestr(member, old.read(member), member.compress_type)
    beside.replace(path)


def _collected(course: Course, student: str) -> Iterator[Trace]:
    """What their files were called when they were collected."""
    for path in sorted(_private(course).glob("collected/*.json")):
        with _readable(path):
            names = dict(json.loads(path.read_text(encoding="utf-8")))
        if student in names:
            left = {who: name for who, name in names.items() if who != student}
            yield Trace(
                "collected",
                1,
                "file name",
                partial(write, path, json.dumps(left)),
                {f"collected/{path.stem}.txt": names[student].encode()},
            )


def _gradebooks(course: Course, student: str) -> Iterator[Trace]:
    """Marks and name in the gradebook, and in the copies of it that undoing needs."""
    course_id = course.directory.course_id
    books = {path.parent.name: path for path in course.private.glob("backups/*/gradebook.db")}
    found = {f"{SQLITE}{path}": f"backups/{name}/" for name, path in sorted(books.items())}
    for url, name in {**found, course.directory.db_url: ""}.items():
        try:
            book = f"{name}gradebook.db" if name else "The gradebook"
            with _readable(book), Gradebook(url, course_id) as gradebook:
                facts = _facts(gradebook.find_student(student))
        except MissingEntry:
            continue
        files: dict[str, Path | bytes] = {
            f"{name}marks.json": json.dumps(facts, indent=1, ensure_ascii=False).encode(),
            f"{name}marks.csv": _table(facts).encode("utf-8-sig"),
        }
        place = "gradebooks in backups" if name else "gradebook"
        count = len(facts["lessons"])
        yield Trace(place, count, "lessons", partial(_forget, url, course_id, student), files)


def _facts(student: Any) -> dict[str, Any]:
    """All that the gradebook knows of a student."""
    fields = ("id", "first_name", "last_name", "email", "lms_user_id")
    return {
        **{name: getattr(student, name) for name in fields},
        "lessons": [
            {
                "lesson": submission.assignment.name,
                "handed_in": str(submission.timestamp or ""),
                "seconds_late": submission.total_seconds_late,
                "extension": str(submission.extension or ""),
                "penalty": submission.late_submission_penalty,
                "score": submission.score,
                "of": submission.max_score,
                "exercises": [
                    {
                        "exercise": grade.name,
                        "score": grade.score,
                        "of": grade.max_score,
                        "by_the_judge": grade.auto_score,
                        "by_hand": grade.manual_score,
                        "extra": grade.extra_credit,
                    }
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                ],
                "comments": {
                    comment.name: comment.comment
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                    if comment.comment
                },
            }
            for submission in student.submissions
        ],
    }


def _table(facts: Mapping[str, Any]) -> str:
    """A row for each exercise."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["lesson", "exercise", "score", "of"])
    for lesson in facts["lessons"]:
        for each in lesson["exercises"]:
            writer.writerow([lesson["lesson"], each["exercise"], each["score"], each["of"]])
    return text.getvalue()


def _forget(url: str, course_id: str, student: str) -> None:
    """Remove the rows. SQLite only marks them as free: it has to write its file anew."""
    with Gradebook(url, course_id) as gradebook:
        gradebook.remove_student(student)
    if url.startswith(SQLITE):
        with closing(sqlite3.connect(url.removeprefix(SQLITE))) as connection:
            connection.execute("VACUUM")


def _quiz(course: Course, student: str) -> Iterator[Trace]:
    """Questions and typed answers of the quiz on paper, in the folder where it is made."""
    folder = Path(course.directory.root, "dist", "quiz")
    found: dict[str, Path | bytes] = {}
    path = folder / "quiz.json"
    if not path.exists():
        return
    for name in ("answers.csv", "marks.csv"):
        if (folder / name).exists() and (rows := _rows(folder / name, student)[1]):
            found[f"quiz/{name}"] = "\n".join(map(",".join, rows)).encode()
    with _readable(path):
        sheets = json.loads(path.read_text(encoding="utf-8"))["sheets"]
        mine = [sheet for sheet in sheets if sheet["student"] == student]
    if mine:
        found["quiz/questions.json"] = json.dumps(mine, indent=1, ensure_ascii=False).encode()
    if found:
        yield Trace("quiz", len(found), "files", partial(_without_sheet, folder, student), found)


def _rows(path: Path, student: str) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of a quiz's table that are others', the heading among them; and the student's."""
    rows = [[cell.value for cell in row] for row in read_table(path).rows]
    mine = [row for row in rows[1:] if row[0].strip() == student]
    return [row for row in rows if row not in mine], mine


def _without_sheet(folder: Path, student: str) -> None:
    """Make the quiz's files anew for the others; what shows the whole class is removed."""
    for path in (folder / "answers.csv", folder / "marks.csv"):
        if path.exists():
            write_csv(path, _rows(path, student)[0])
    (folder / "quiz-report.html").unlink(missing_ok=True)
    path = folder / "quiz.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    left = [sheet for sheet in said["sheets"] if sheet["student"] != student]
    if not left:
        shutil.rmtree(folder)
    elif left != said["sheets"]:
        write(path, json.dumps({**said, "sheets": left}, ensure_ascii=False, indent=1) + "\n")
        for name, page in QUIZ_PAGES.items():
            write(folder / name, page(read_quiz(path)))
            (folder / name).with_suffix(".pdf").unlink(missing_ok=True)


def _journal(course: Course, student: str) -> Iterator[Trace]:
    """Verdicts, which do not say whose they are: all stay that a classmate's graded copy has."""
    path = course.private / "journal.db"
    if not path.exists():
        return
    graded = Path(course.directory.root, course.directory.autograded_directory)
    kept = {
        hashlib.blake2b(copy.read_bytes()).digest()
        for copy in graded.glob("*/*/*.ipynb")
        if copy.parts[-3] != student
    }
    with _readable(path), closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT digest, copy FROM verdict")
        stale = [
            digest
            for digest, copy in rows
            if hashlib.blake2b(zlib.decompress(copy)).digest() not in kept
        ]
        paths = [row[0] for row in connection.execute("SELECT path FROM page")]
    pages = [each for each in paths if Path(each).parts[-3] == student]
    remove = partial(_without_verdicts, path, stale, pages)
    yield Trace("journal", len(stale), "verdicts that are no classmate's", remove)


def _without_verdicts(path: Path, stale: Sequence[str], pages: Sequence[str]) -> None:
    """What was found in folders is found again by the next run, as are others' stale verdicts."""
    with closing(sqlite3.connect(path)) as connection:
        with connection:
            connection.executemany("DELETE FROM verdict WHERE digest = ?", [[d] for d in stale])
            connection.executemany("DELETE FROM page WHERE path = ?", [[p] for p in pages])
            connection.execute("DELETE FROM settled")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _remover(paths: Sequence[Path]) -> Callable[[], None]:
    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    return remove
