"""How far a long command is: a bar in a terminal, elsewhere a line of log now and then."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, TextIO

Progress = Callable[[int, int], None]  # so many of so many are done
EVERY_SECONDS = 10.0


@contextlib.contextmanager
def shown() -> Iterator[Progress]:
    """What to call with `(done, of)` while this block runs."""
    progress = Bar(sys.stderr) if sys.stderr.isatty() else Log(sys.stderr)
    try:
        yield progress
    finally:
        progress.close()


class Bar:
    """A progress bar with rate and time left."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.bar: Any = None

    def __call__(self, done: int, of: int) -> None:
        """So many of so many are graded."""
        from tqdm import tqdm  # comes with dask's extra

        if self.bar is None:
            self.bar = tqdm(total=of, unit=" files", file=self.stream, leave=False)
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()


class Log:
    """A line now and then, where there is no terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.start, self.said, self.first = stream, 0.0, 0.0, 0

    def __call__(self, done: int, of: int) -> None:
        """So many of so many are graded."""
        now = time.monotonic()
        if not self.start:  # the workers have only begun now
            self.start, self.said, self.first = now, now, done
            return
        if now - self.said < EVERY_SECONDS and done < of:
            return
        self.said = now
        rate = max(1, done - self.first) / max(now - self.start, 1e-3)
        left = (of - done) / rate
        print(f"{done} of {of} graded, {rate:.1f} a second, {left:.0f} s left", file=self.stream)

    def close(self) -> None:
        """Nothing is left to say."""
