"""Collecting what students handed in, when they may have put anything into the exchange."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns

from grader.classroom.gradebook import known_to_gradebook
from grader.classroom.recognise import NOTE, put_right
from grader.judge.words import writable

MOST_BYTES = 100 * 2**20  # of one submission; beyond it, only its notebooks are taken
MOST_FILES = 1000  # the same
DEEPEST = 10  # folders in folders; Python's own copying ends in a RecursionError at some hundred
MOST_LINES = 10  # in the log for one submission
ODD_HOURS = timedelta(hours=1)  # between the time in a folder's name and the disk's own
TIME, SECRET = "timestamp.txt", "submission_secret.txt"  # what nbgrader puts beside a notebook


class CollectPlainFiles(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    """ExchangeCollect that takes plain files and folders alone, each from its own student.

    nbgrader's own follows links, with the instructor's rights: a link to the solved notebook would
    be collected, graded and sent back. It takes what a student puts there in another one's name,
    and it reads the time from a file that the student wrote. A link to nothing, a pipe, an
    unreadable time or name would stop the collecting of everybody after that student. Here they
    cost only themselves.
    """

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find the newest folder of every student. What is refused is one line in the log."""
        with contextlib.suppress(NbGraderException):  # it is in the log, and no reason to stop
            known_to_gradebook(self.coursedir)
        super().init_src()
        refused = [record for record in self.src_records if "refused" in record]
        self.src_records = [record for record in self.src_records if "refused" not in record]
        for record in refused:
            self.log.warning(f"Not collected: {record['filename']!r}, for {record['refused']}.")
        self.without_files = [record for record in refused if record["own"]]
        for record in self.src_records:
            self._distrust_times(record)

    def copy_files(self) -> None:
        """Collect; who sent a link or a pipe and nothing else gets a folder with a note in it, so
        that grading says so."""
        super().copy_files()
        for record in self.without_files:
            folder = self._collected(record["student"])
            if not folder.exists():
                folder.mkdir(parents=True)
                _write_time(folder, record["timestamp"])
                _leave_note(folder / self.coursedir.assignment_id, record["refused"])
                self._find_notebook(folder)

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission; what is left out is named in the log."""
        folder = Path(dest)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._copy_plain_files(Path(src), folder)
        except shutil.Error as error:
            lost = sorted(str(name) for name, *_ in error.args[0])
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            self.log.error(f"Could not be collected: {lost[0]!r}{more}.")
        except OSError as error:
            self.log.error(f"Not everything could be collected of {src!r}: {error.strerror}.")
        _open_to_us(folder)
        _write_time(folder, self._path_to_record(src)["timestamp"])
        _write_secret(folder)
        self._find_notebook(folder)

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """nbgrader's record. One that is refused has a name of its own, or it would hide, as the
        newest one, what the student handed in."""
        name = Path(path).name
        student = name.rsplit("+", 3)[0]
        record = {"username": student, "filename": name, "timestamp": datetime.min}
        try:
            found = Path(path).lstat()  # before anything opens it
            record["changed"] = datetime.fromtimestamp(found.st_ctime, UTC).replace(tzinfo=None)
            record["timestamp"] = super()._path_to_record(path)["timestamp"]
        except OSError as error:
            refused, own = f"it cannot be looked at ({error.strerror})", False
        except Exception:  # dateutil's errors are of many kinds, and the name is a student's
            refused, own = "the time in its name cannot be read", False
        else:
            refused, own = self._why_refused(path, student, found)
        if refused:
            record |= {"username": name, "student": student, "refused": refused, "own": own}
        return record

    def _why_refused(self, path: str, student: str, found: os.stat_result) -> tuple[str, bool]:
        """The reason, or "" where there is none; and whether it is the student's own doing."""
        if student in ("", ".", ".."):
            return "it names no student", False
        owner = _owner(found) if self.check_owner else student
        if owner != student:
            reason = (
                f"it claims to be from {student!r} but belongs to {owner!r} (where all students "
                "share one account, set c.ExchangeCollect.check_owner = False)"
            )
            return reason, False
        if not (stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)):
            return f"it is {_kind(found.st_mode)} and no folder", True
        if not os.access(path, os.R_OK | (os.X_OK if stat.S_ISDIR(found.st_mode) else 0)):
            return "the teacher may not read it", True
        return "", False

    def _collected(self, student: str) -> Path:
        course = self.coursedir
        return Path(course.format_path(course.submitted_directory, student, course.assignment_id))

    def _find_notebook(self, folder: Path) -> None:
        """Already here: nbgrader grades nobody where the only one to grade has no notebook."""
        course, lesson = self.coursedir, self.coursedir.assignment_id
        release = Path(course.format_path(course.release_directory, ".", lesson))
        if why := put_right(folder, lesson, release / f"{lesson}.ipynb"):
            self.log.warning(f"Nothing to grade from {folder.parent.name!r} in {lesson}: {why}.")

    def _distrust_times(self, record: dict[str, Any]) -> None:
        """Say where a time may be made up, and take away one that would stop the collecting."""
        student, said, changed = record["username"], record["timestamp"], record["changed"]
        if changed - said > ODD_HOURS:
            self.log.warning(
                f"{student!r} handed in at {said:%Y-%m-%d %H:%M} UTC by the folder's name, but the "
                f"folder was changed at {changed:%Y-%m-%d %H:%M} UTC."
            )
        folder = self._collected(student)
        try:
            self.coursedir.get_existing_timestamp(folder)
        except Exception:  # it was copied from a student, by an older version of this
            _remove(folder / TIME)
            self.log.warning(
                f"The time of what {student!r} handed in could not be read and was removed: "
                "`nbgrader collect --update` takes the work again, with its time."
            )

    def _copy_plain_files(self, source: Path, dest: Path) -> None:
        course = self.coursedir
        if stat.S_ISREG(source.lstat().st_mode):  # handed in without nbgrader
            _copy(source, dest / course.assignment_id)
            return
        excluded = ignore_patterns(
            exclude=course.ignore,
            include=course.include,
            max_file_size=course.max_file_size,
            log=self.log,
        )
        too_much = _is_too_much(source)
        if too_much:
            self.log.warning(
                f"Over 100 MB or {MOST_FILES} files, only notebooks were collected: {str(source)!r}"
            )
        odd: dict[Path, str] = {}

        def left_out(where: str, names: list[str]) -> set[str]:
            taken = set()
            for name in names:
                path = Path(where, name)
                mode = path.lstat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    odd[path] = f"it is {_kind(mode)}, and only files and folders are taken"
                elif stat.S_ISDIR(mode) and _depth(source, where) >= DEEPEST:
                    odd[path] = f"it is over {DEEPEST} folders deep"
                elif stat.S_ISDIR(mode) or not too_much or name.endswith((".ipynb", SECRET)):
                    taken.add(name)
            if Path(where) == source:
                taken.discard(TIME)
            return set(names) - taken | set(excluded(where, sorted(taken)))

        try:
            shutil.copytree(
                source,
                dest,
                ignore=left_out,
                symlinks=True,
                dirs_exist_ok=True,
                copy_function=_copy,
            )
        finally:
            self._say_what_was_left_out(odd, source, dest)

    def _say_what_was_left_out(self, odd: dict[Path, str], source: Path, dest: Path) -> None:
        """In the log, and to the student in a note where the notebook should be."""
        for path, why in sorted(odd.items())[:MOST_LINES]:
            self.log.warning(f"Left out, for {why}: {str(path)!r}")
            if path.parent == source:
                _leave_note(dest / path.name, why)
        if len(odd) > MOST_LINES:
            self.log.warning(f"Left out {len(odd) - MOST_LINES} more of {str(source)!r}")


def _owner(found: os.stat_result) -> str:
    """The name of the user to whom it belongs."""
    if sys.platform == "win32":  # it has no exchange, and no such module
        raise NotImplementedError
    import pwd

    try:
        return pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        return f"user number {found.st_uid}"


def _kind(mode: int) -> str:
    kinds = {stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe"}
    return kinds.get(stat.S_IFMT(mode), "a device or a socket")


def _copy(source: str | Path, dest: str | Path) -> None:
    """What is in it, and when it was written; not the rights, for one of them is setuid."""
    shutil.copyfile(source, dest)
    times = Path(source).stat()
    os.utime(dest, ns=(times.st_atime_ns, times.st_mtime_ns))


def _depth(folder: Path, where: str) -> int:
    return len(Path(where).relative_to(folder).parts)


def _is_too_much(folder: Path) -> bool:
    files = bytes_ = 0
    for where, folders, names in os.walk(folder):
        if _depth(folder, where) >= DEEPEST:
            folders.clear()
        files += len(names)
        bytes_ += sum(Path(where, name).lstat().st_size for name in names)
        if files > MOST_FILES or bytes_ > MOST_BYTES:
            return True
    return False


def _open_to_us(folder: Path) -> None:
    """Undo what a student's rights, which copying takes over, would forbid to us later."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IRWXU)
    for where, folders, _ in os.walk(folder):
        for path in (Path(where, name) for name in folders):
            path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IRWXU)


def _write_time(folder: Path, moment: datetime) -> None:
    """The time of the exchange's own record, in nbgrader's words."""
    (folder / TIME).write_text(f"{moment.isoformat(' ')} UTC", encoding="ascii")


def _leave_note(path: Path, why: str) -> None:
    """Grading reads there why it finds no notebook."""
    note = path.with_name(path.name[:150] + NOTE)
    with contextlib.suppress(OSError):  # a name that is too long or taken costs the note alone
        note.write_text(f'"{writable(path.name)}" was left out: {why}\n', encoding="utf-8")


def _write_secret(folder: Path) -> None:
    """A student who spoiled the secret gets no feedback back; nobody else loses theirs, as they
    would where nbgrader's release_feedback finds none."""
    path = folder / SECRET
    if not (path.is_file() and 0 < path.stat().st_size < 1000 and path.read_bytes().isascii()):
        _remove(path)
        path.write_text(secrets.token_hex(), encoding="ascii")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
