"""The journal of grading: one row a verdict, so that a run that was stopped goes on where it was.

A verdict is found by the digest of everything that decides it; whose it is does not matter. The
controller is the only one who writes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
DECIDE = ("ask", "judge")  # the rooms whose text decides a verdict
OURS = ("graded_copy", "grading", "reading", "released")  # and these files of this room
LIBRARIES = ("ipython", "numpy", "torch", "matplotlib", "nbformat")
TABLES = """
CREATE TABLE IF NOT EXISTS verdict (
    digest TEXT PRIMARY KEY,
    facts TEXT NOT NULL,
    copy BLOB NOT NULL,
    tentative INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settled (folder TEXT PRIMARY KEY, why TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS page (path TEXT PRIMARY KEY, digest TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Verdict:
    """What was found out about one file that was handed in."""

    scores: Mapping[str, float]  # by grade id
    unanswered: list[str]  # the answers that are as they were released
    copy: str  # the graded notebook
    tentative: bool = False  # decided by time, memory or a dead worker: asked again next time


class Journal:
    """Verdicts in a SQLite file, for a `with` block. A batch is one transaction."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.executescript(TABLES)

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def has(self, digest: str, tentative: bool = False) -> bool:
        """Whether there is a verdict; a tentative one counts only where it is asked for."""
        found = self.connection.execute("SELECT tentative FROM verdict WHERE digest = ?", [digest])
        row = found.fetchone()
        return row is not None and (tentative or not row[0])

    def __getitem__(self, digest: str) -> Verdict:
        row = self.connection.execute(
            "SELECT facts, copy, tentative FROM verdict WHERE digest = ?", [digest]
        ).fetchone()
        if row is None:
            raise KeyError(digest)
        facts, copy, tentative = row
        return Verdict(
            **json.loads(facts), copy=zlib.decompress(copy).decode(), tentative=tentative
        )

    def write(self, verdicts: Mapping[str, Verdict]) -> None:
        """Take down a batch; a row that is there already is replaced."""
        with self.connection:
            self.connection.executemany(
                "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?)",
                [(digest, *_row(verdict)) for digest, verdict in verdicts.items()],
            )

    def settled(self, folder: str) -> str | None:
        """Why there is nothing to grade in a folder with this fingerprint, '' if there is; None
        if nobody has looked yet."""
        found = self.connection.execute("SELECT why FROM settled WHERE folder = ?", [folder])
        row = found.fetchone()
        return None if row is None else str(row[0])

    def settle(self, folders: Iterable[tuple[str, str]]) -> None:
        """Take down what was found in folders, by their fingerprints."""
        with self.connection:
            self.connection.executemany("INSERT OR REPLACE INTO settled VALUES (?, ?)", folders)

    def page(self, path: str) -> str:
        """The digest of what a feedback page was made from, or ''."""
        found = self.connection.execute("SELECT digest FROM page WHERE path = ?", [path])
        row = found.fetchone()
        return "" if row is None else str(row[0])

    def write_pages(self, digests: Mapping[str, str]) -> None:
        """Take down from what pages were made."""
        with self.connection:
            rows = list(digests.items())
            self.connection.executemany("INSERT OR REPLACE INTO page VALUES (?, ?)", rows)


def circumstances(orders: Mapping[str, Any], contained: bool) -> bytes:
    """A digest of everything but the file itself that decides a verdict.

    Args:
        orders: the lesson as it was released, the keys with the hidden cases, the term's digest.
        contained: whether students' code runs under bubblewrap.
    """
    said = [json.dumps(orders, sort_keys=True), python_version(), str(contained), *_versions()]
    return hashlib.blake2b("\0".join([*said, *_texts()]).encode(), digest_size=32).digest()


def digest_of(data: bytes, around: bytes) -> str:
    """The name of the verdict on a file in these circumstances."""
    return hashlib.blake2b(data, digest_size=24, key=around).hexdigest()


def _row(verdict: Verdict) -> tuple[str, bytes, bool]:
    facts = asdict(verdict)
    copy, tentative = facts.pop("copy"), facts.pop("tentative")
    return json.dumps(facts), zlib.compress(copy.encode()), tentative


def _texts() -> Iterator[str]:
    """The limits of the jail are in there."""
    files = [path for room in DECIDE for path in sorted((PACKAGE / room).glob("*.py"))]
    for path in [*files, *(Path(__file__).with_name(f"{name}.py") for name in OURS)]:
        yield path.read_text(encoding="utf-8")


def _versions() -> Iterator[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"
