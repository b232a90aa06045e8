"""Collecting what students handed in, when they may have put anything into the exchange."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns

MOST_BYTES = 100 * 2**20  # of one submission; beyond it, only its notebooks are taken


class CollectPlainFiles(ExchangeCollect):  # type: ignore[misc]  # nbgrader has no types
    """ExchangeCollect that takes plain files and folders alone.

    nbgrader's own follows links, with the instructor's rights: a link to the solved notebook would
    be collected, graded and sent back. A link to nothing, a pipe or too many files would stop the
    collecting of everybody after that student. Here they cost only themselves.
    """

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy one submission; what is left out is named in the log."""
        folder = self.coursedir
        excluded = ignore_patterns(
            exclude=folder.ignore,
            include=folder.include,
            max_file_size=folder.max_file_size,
            log=self.log,
        )

        def left_out(where: str, names: list[str]) -> set[str]:
            odd = {name for name in names if not _is_plain(Path(where, name))}
            for name in sorted(odd):
                self.log.warning(f"Left out, for it is no plain file: {Path(where, name)}")
            other = excluded(where, [name for name in names if name not in odd])
            return odd | set(other) | (set(_no_notebooks(where, names)) if too_large else set())

        Path(dest).mkdir(parents=True, exist_ok=True)
        if not _is_plain(Path(src)):
            self.log.error(f"Not collected, for it is no folder but a link: {src}")
            return
        too_large = _size(Path(src)) > MOST_BYTES
        if too_large:
            self.log.warning(f"Over 100 MB, only its notebooks were collected: {src}")
        try:
            shutil.copytree(src, dest, ignore=left_out, symlinks=True, dirs_exist_ok=True)
        except (shutil.Error, OSError) as error:
            self.log.error(f"Not everything could be collected of {src}: {error}")


def _is_plain(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _no_notebooks(where: str, names: Iterable[str]) -> Iterable[str]:
    kept = (".ipynb", "timestamp.txt")
    return (name for name in names if Path(where, name).is_file() and not name.endswith(kept))


def _size(folder: Path) -> int:
    files = (Path(where, name) for where, _, names in os.walk(folder) for name in names)
    return sum(path.lstat().st_size for path in files)
