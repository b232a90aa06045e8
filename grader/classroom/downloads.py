"""What a learning platform has collected, for `nbgrader zip_collect`: one bad file stops nobody."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from grader.classroom.exchange import MOST_BYTES, MOST_FILES

DEEPEST = 3  # archives in archives
LITTER = ("__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db")


class ExtractEach(ExtractorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """ExtractorPlugin that keeps an archive which cannot be read, as it is, and goes on.

    It unpacks zips in zips as well: those that students handed in.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Fill the folder `extracted_path` from what was put into `archive_path`."""
        archives = Path(archive_path)
        found = sorted(path for path in archives.rglob("*") if path.is_file())
        if not found:
            self.log.warning(f"There is nothing in {archives}: put the platform's zip there.")
        for path in found:
            target = Path(extracted_path) / path.relative_to(archives)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
            self._unpack(target, 1)

    def _unpack(self, path: Path, depth: int) -> None:
        """Put a folder with its contents in an archive's place."""
        if path.suffix.lower() != ".zip" or depth > DEEPEST:
            return
        folder = path.with_suffix("")
        try:
            with ZipFile(path) as archive:
                members = archive.infolist()
                size = sum(member.file_size for member in members)
                if depth > 1 and (size > MOST_BYTES or len(members) > MOST_FILES):
                    raise BadZipFile(f"it has over 100 MB or {MOST_FILES} files")
                unpacked = [member for member in members if self._take(archive, member, folder)]
                if not any(member.file_size for member in unpacked):
                    raise BadZipFile("nothing is in it")
        except (OSError, ValueError, BadZipFile) as error:
            self.log.warning(f"Kept as it is, for it cannot be unpacked: {str(path)!r} ({error})")
            shutil.rmtree(folder, ignore_errors=True)
            return
        path.unlink()
        for inner in sorted(folder.rglob("*")):
            if inner.is_file():
                self._unpack(inner, depth + 1)

    def _take(self, archive: ZipFile, member: ZipInfo, folder: Path) -> bool:
        try:
            path = archive.extract(member, folder)
        except Exception as error:  # a password, a way of packing, a name: zipfile raises many
            self.log.warning(f"Left out: {member.filename!r} of {archive.filename!r} ({error})")
            return False
        with contextlib.suppress(ValueError, OverflowError, OSError):
            moment = datetime(*member.date_time).timestamp()  # zipfile leaves it away
            os.utime(path, (moment, moment))
        return True


class CollectByNumber(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """FileNameCollectorPlugin that takes every file of a student, each under a name of its own.

    nbgrader's own takes notebooks alone, so that who sent something else disappears, and stops at
    two files of one name. Folders are left away: nbgrader looks for notebooks in none.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.taken: set[tuple[str, str]] = set()

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student and the name for one file; None for what is nobody's, which is in the log."""
        path = Path(submitted_file)
        if path.name.startswith("._") or any(part in LITTER for part in path.parts):
            return None
        found = re.match(self.named_regexp, path.as_posix())
        if found is None:
            self.log.warning(f"No student's number is in the name of this file: {str(path)!r}")
            return None
        student, stem, count = found["student_id"], found["file_id"], 0
        name = f"{stem}{path.suffix}"
        while (student, name) in self.taken:
            count += 1
            name = f"{stem} ({count}){path.suffix}"
        self.taken.add((student, name))
        return {"student_id": student, "file_id": name}
