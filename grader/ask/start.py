"""Start a program in the jail for one notebook: a new one, or one forked from a process that waits
in there with everything imported, so that PyTorch is imported once and not for each student."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import IO

from grader.ask.bubblewrap import command, environment
from grader.ask.inside_warm import READY

SECONDS_TO_IMPORT = 120.0
SECONDS_TO_END = 1.0  # by itself, after the last it has said
SECONDS_TO_BE_GONE = 0.3  # for the process that waits, after what it forked died with it


@dataclass(frozen=True)
class Pipes:
    """What the program reads, and what it says."""

    requests: IO[bytes]
    facts: IO[bytes]

    def close(self) -> None:
        """Close both ends that are ours."""
        for pipe in (self.requests, self.facts):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


@contextmanager
def new(real: bool, contained: bool) -> Iterator[Pipes]:
    """A program of its own; it is killed at the end of the block with all that it started."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            command(real, contained),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(real),
            cwd=folder,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        pipes = Pipes(process.stdin, process.stdout)
        try:
            yield pipes
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_END)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            pipes.close()


@dataclass(frozen=True)
class Forked:
    """A program forked from the process that waits: a `with` block ends as that of `new`."""

    pipes: Pipes
    handle: int  # a pidfd of the first process of its namespace
    parent: subprocess.Popen[bytes]

    def is_orphan(self) -> bool:
        """Whether the process that waits is gone, and took this one with it: no student's doing."""
        try:
            self.parent.wait(SECONDS_TO_BE_GONE)
        except subprocess.TimeoutExpired:
            return False
        return True

    def __enter__(self) -> Pipes:
        return self.pipes

    def __exit__(self, *_: object) -> None:
        if not self._ended():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, signal.SIGKILL)
            self._ended()
        self.pipes.close()
        os.close(self.handle)

    def _ended(self) -> bool:
        waiting = select.poll()
        waiting.register(self.handle, select.POLLIN)
        return bool(waiting.poll(1000 * SECONDS_TO_END))


class Waiting:
    """A process in the jail that forks one for each notebook.

    Its walls fall with the thread that built them, as bubblewrap's `--die-with-parent` has it.
    """

    def __init__(self, real: bool) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(SECONDS_TO_IMPORT)
        with theirs:
            self._process = subprocess.Popen(
                command(real, warm=True),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(real),
                start_new_session=True,
            )

    def fork(self) -> Forked:
        """A program for one notebook.

        Raises:
            OSError: if the process is gone, or the system refuses it namespaces.
        """
        (to_read, requests), (facts, to_write) = os.pipe(), os.pipe()
        try:
            socket.send_fds(self._control, [b"f"], [to_read, to_write])
            said, handles, *_ = socket.recv_fds(self._control, 200, 1)
            if said != READY:
                raise OSError(said.decode(errors="replace"))
        except OSError:
            os.close(requests)
            os.close(facts)
            raise
        finally:
            os.close(to_read)
            os.close(to_write)
        pipes = Pipes(os.fdopen(requests, "wb"), os.fdopen(facts, "rb"))
        return Forked(pipes, handles[0], self._process)

    def end(self) -> None:
        """Kill it, with all that it forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


_LOCK = Lock()
_WAITING: dict[bool, Waiting] = {}
_REFUSED: set[bool] = set()


def forked(real: bool) -> Forked | None:
    """A program forked from the process that waits, which the first call starts; None where the
    system allows no namespaces within namespaces."""
    with _LOCK:
        for _ in range(2):  # one that was killed since then is started again
            if real in _REFUSED:
                return None
            try:
                if real not in _WAITING:
                    _WAITING[real] = Waiting(real)
                return _WAITING[real].fork()
            except OSError:
                _end(real)
        _REFUSED.add(real)
        return None


def _end(real: bool) -> None:
    if real in _WAITING:
        _WAITING.pop(real).end()


@atexit.register
def end_waiting() -> None:
    """End the processes that wait. The next notebook starts new ones."""
    for real in (False, True):
        _end(real)
