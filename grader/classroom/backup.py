"""The state before a run that writes: the gradebook, and the graded copies that were replaced.

`grader grade --undo` puts both back. A backup is a folder `backups/<time>`; the last ten stay.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Base
from sqlalchemy import create_engine, insert, select

from grader.judge.errors import CourseError

KEPT = 10
SQLITE = "sqlite:///"


class NoBackupError(CourseError):
    """There is nothing to go back to."""


@dataclass(frozen=True)
class Backup:
    """One backup, being made or put back."""

    folder: Path

    @property
    def gradebook(self) -> Path:
        """The gradebook as a SQLite file, whatever database it is in."""
        return self.folder / "gradebook.db"

    def keep(self, copy: Path, autograded: Path) -> None:
        """Take a graded copy's folder out of the way; where there is none, remember that."""
        place = self.folder / "copies" / copy.relative_to(autograded)
        place.parent.mkdir(parents=True, exist_ok=True)
        if copy.exists():
            copy.rename(place)
        else:
            place.with_name(f"{place.name}.none").touch()

    def put_back(self, db_url: str, autograded: Path) -> None:
        """Make gradebook and graded copies what they were."""
        _copy_tables(f"{SQLITE}{self.gradebook}", db_url)
        copies = self.folder / "copies"
        for place in sorted(copies.glob("*/*")):
            copy = autograded / place.relative_to(copies)
            shutil.rmtree(copy.with_name(copy.name.removesuffix(".none")), ignore_errors=True)
            if place.is_dir():
                copy.parent.mkdir(parents=True, exist_ok=True)
                place.rename(copy)
        shutil.rmtree(self.folder)


def back_up(db_url: str, backups: Path) -> Backup:
    """Copy the gradebook before it is written to."""
    backup = Backup(backups / f"{datetime.now():%Y-%m-%d %H.%M.%S.%f}")
    backup.folder.mkdir(parents=True, mode=0o700)
    if db_url.startswith(SQLITE):
        source = sqlite3.connect(db_url.removeprefix(SQLITE))
        with closing(source), closing(sqlite3.connect(backup.gradebook)) as target:
            source.backup(target)
    else:
        _copy_tables(db_url, f"{SQLITE}{backup.gradebook}")
    for old in sorted(backups.iterdir())[:-KEPT]:
        shutil.rmtree(old)
    return backup


def newest(backups: Path) -> Backup:
    """The last backup.

    Raises:
        NoBackupError: if there is none.
    """
    found = sorted(backups.iterdir()) if backups.exists() else []
    if not found:
        raise NoBackupError("There is no run of `grader grade` to undo.")
    return Backup(found[-1])


def _copy_tables(source: str, target: str) -> None:
    """Make the tables of one database hold what those of the other hold, in one transaction."""
    reading, writing = create_engine(source), create_engine(target)
    tables = Base.metadata  # nbgrader's own: types differ between databases
    tables.create_all(writing)
    with reading.connect() as old, writing.begin() as new:
        for table in reversed(tables.sorted_tables):
            new.execute(table.delete())
        for table in tables.sorted_tables:
            if rows := [dict(row) for row in old.execute(select(table)).mappings()]:
                new.execute(insert(table), rows)
    reading.dispose()
    writing.dispose()
