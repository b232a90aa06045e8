"""Run a student's code where it can reach nothing: calls go in as JSON, answers come out as JSON.

The program inside is `run.py` and `inside_jail.py`, under bubblewrap: no network, no home folder,
no course, no judge, no gradebook, no other process, no environment variables; a small temporary
folder, and limits on time, memory, processes and output. What it says is data and is read with
limits.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import selectors
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, get_args

from grader.ask.kernel import CPU_SECONDS, Call, Outcome, Status

MEGABYTE = 2**20
LIMITS = {
    "RLIMIT_AS": 1024 * MEGABYTE,
    "RLIMIT_FSIZE": 8 * MEGABYTE,
    "RLIMIT_NPROC": 8,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_CORE": 0,
}
MOST_OUTPUT = 4 * MEGABYTE
WALL_SECONDS = 60.0  # for one notebook, all its exercises together
MOST_RUNS = 12  # a run that dies is started again without what killed it
FIRST_UID = 60_000  # for graders who are root: a user that owns no other process
NUMPY = "/numpy"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class NoJailError(Exception):
    """bubblewrap is missing or the system does not let it work; the message says which."""


@dataclass
class Answers:
    """What the jail said of one exercise."""

    outcomes: list[Outcome] = field(default_factory=list)  # one for a value as it stands
    untouched: bool = False
    defined: bool = False
    finished: bool = False
    killed_by: int = 0


@dataclass
class Session:
    """What the jail said of a whole notebook."""

    answers: dict[str, Answers]
    cell_errors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Jail:
    """Where to run. `contained` is False for the limited subprocess that stands in for
    bubblewrap: it limits time, memory and processes, but sees the file system and the network."""

    contained: bool = True

    def ask(self, cells: Sequence[str], functions: Mapping[str, Sequence[Call] | None]) -> Session:
        """Run the cells in order, then ask. None instead of calls asks for a value as it stands.

        Whatever dies is left out and the rest is run again, so that one dead cell or function
        costs nothing but itself.
        """
        session = Session({name: Answers() for name in functions})
        live = dict(enumerate(cells, start=1))
        waiting = dict(functions)
        deadline = time.monotonic() + WALL_SECONDS
        for _ in range(MOST_RUNS):
            facts = list(self._run(live, waiting, deadline - time.monotonic()))
            last_cell = _read(facts, session)
            finished = any(fact.get("finished") for fact in facts)
            waiting = {n: c for n, c in waiting.items() if not session.answers[n].finished}
            if finished or not waiting or time.monotonic() > deadline:
                break
            begun = [fact["begin"] for fact in facts if fact.get("begin") in waiting]
            if begun:
                waiting.pop(begun[-1])
            elif last_cell in live:
                session.cell_errors[last_cell] = "it ended the process it ran in"
                del live[last_cell]
            else:
                break
        return session

    def _run(
        self,
        cells: Mapping[int, str],
        functions: Mapping[str, Sequence[Call] | None],
        seconds: float,
    ) -> Iterator[dict[str, Any]]:
        request = {
            "cells": list(cells.items()),
            "functions": {
                name: [[call.positional, dict(call.named)] for call in calls] if calls else None
                for name, calls in functions.items()
            },
            "seconds": int(CPU_SECONDS),
            "limits": LIMITS,
            "path": self._path(),
            "user": FIRST_UID + os.getpid() % 5_000 if os.geteuid() == 0 else None,
        }
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryDirectory() as folder:
            stdin.write(json.dumps(_tagged(request)).encode())
            stdin.seek(0)
            command = _bubblewrap() if self.contained else _limited()
            process = subprocess.Popen(
                [*command, "-c", program()],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd=folder,
                start_new_session=True,
            )
            assert process.stdout is not None
            try:
                text = _read_limited(process.stdout, max(seconds, 1.0))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                process.stdout.close()
        yield from filter(None, map(_fact, text.splitlines()))

    def _path(self) -> list[str]:
        """Where the student's code finds NumPy."""
        numpy = _numpy()
        if numpy is None:
            return []
        return [NUMPY if self.contained else str(numpy.parent)]


def jail(without_bubblewrap: str = "refuse") -> Jail:
    """The jail of this machine.

    Args:
        without_bubblewrap: "refuse", or "limited" for a subprocess that contains less.

    Raises:
        NoJailError: when bubblewrap does not work and the instructor chose to refuse.
    """
    problem = _why_not()
    if problem and without_bubblewrap != "limited":
        raise NoJailError(problem)
    return Jail(contained=not problem)


@cache
def _why_not() -> str:
    """Why bubblewrap cannot be used here, or ''."""
    if not shutil.which("bwrap"):
        return (
            "Grading needs bubblewrap, which keeps students' code away from the gradebook. "
            "Install it (Debian, Ubuntu: apt install bubblewrap)."
        )
    test = subprocess.run(
        [*_bubblewrap(), "-c", "print('inside')"],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    if test.stdout != "inside\n":
        reason = test.stderr.strip().partition("\n")[0] or "no reason given"
        return f"bubblewrap is installed but does not work here ({reason})."
    return ""


@cache
def _bubblewrap() -> tuple[str, ...]:
    """The command that starts a bare Python with nothing in sight."""
    python, library = _interpreter()
    shared = [path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64") if Path(path).exists()]
    binds = [*shared, str(python), str(library.parent)]
    hidden = [
        str(packages)
        for folder in ("/usr/lib", library.parent)
        for packages in Path(folder).glob("python3*/*-packages")
    ]
    numpy = _numpy()
    as_root = os.geteuid() == 0
    return (
        "bwrap",
        *(("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts") if as_root else ()),
        *(("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") if as_root else ()),
        *(() if as_root else ("--unshare-all",)),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *(word for path in _folders(binds) for word in ("--perms", "0755", "--dir", path)),
        *(word for path in binds for word in ("--ro-bind", path, path)),
        *(word for path in hidden for word in ("--tmpfs", path, "--remount-ro", path)),
        *(("--ro-bind", str(numpy), f"{NUMPY}/numpy") if numpy else ()),
        *(
            ("--ro-bind", f"{numpy}.libs", f"{NUMPY}/numpy.libs")
            if numpy and Path(f"{numpy}.libs").is_dir()
            else ()
        ),
        *("--dev", "/dev", "--size", str(MEGABYTE), "--tmpfs", "/dev/shm"),
        *("--perms", "1777", "--size", str(8 * MEGABYTE), "--tmpfs", "/tmp", "--chdir", "/tmp"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
        *("--", str(python), "-I", "-S"),
    )


def _folders(paths: Sequence[str]) -> list[str]:
    """The folders above these paths, outermost first: nobody must be able to pass through."""
    above = {str(folder) for path in paths for folder in Path(path).parents} - {"/"}
    return sorted({*above, NUMPY})


def _limited() -> tuple[str, ...]:
    return (str(_interpreter()[0]), "-I", "-S")


def _interpreter() -> tuple[Path, Path]:
    """The interpreter behind any virtual environment, and its standard library."""
    base = getattr(sys, "_base_executable", sys.executable)
    return Path(base).resolve(), Path(sysconfig.get_path("stdlib")).resolve()


@cache
def _numpy() -> Path | None:
    spec = importlib.util.find_spec("numpy")
    return Path(spec.origin).parent if spec and spec.origin else None


@cache
def program() -> str:
    """The text that runs inside: one file after the other, imports of this package left out."""
    here = Path(__file__).parent
    texts = (here / "run.py", here / "inside_jail.py")
    joined = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    return re.sub(r"^from (__future__|grader).*$", "", joined, flags=re.MULTILINE)


def _tagged(value: Any) -> Any:
    """JSON has no tuples: `(2, 3)` goes in as `{"tuple": [2, 3]}`."""
    if isinstance(value, tuple):
        return {"tuple": [_tagged(item) for item in value]}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if isinstance(value, dict):
        return {name: _tagged(item) for name, item in value.items()}
    return value


def _read_limited(stream: IO[bytes], seconds: float) -> str:
    """What the stream says until it ends, the time is up, or it has said too much."""
    deadline = time.monotonic() + seconds
    chunks, size = [], 0
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while size < MOST_OUTPUT and (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
    return b"".join(chunks).decode("utf-8", errors="replace")


def _fact(line: str) -> dict[str, Any] | None:
    with contextlib.suppress(ValueError, RecursionError):
        fact = json.loads(line)
        return fact if isinstance(fact, dict) else None
    return None


def _read(facts: Sequence[Mapping[str, Any]], session: Session) -> int:
    """Take over what is well-formed; returns the number of the last cell that was begun."""
    last_cell = 0
    for fact in facts:
        match fact:
            case {"cell": int(number), "error": str(error)}:
                session.cell_errors[number] = error[:300]
            case {"cell": int(number)}:
                last_cell = number
            case {"begin": str(name)} if name in session.answers:
                session.answers[name] = Answers()
            case {"untouched": str(name)} if name in session.answers:
                session.answers[name].untouched = True
            case {"outcome": str(name), **said} if name in session.answers:
                session.answers[name].outcomes.append(_outcome(said))
            case {"killed": str(name), "signal": int(number)} if name in session.answers:
                session.answers[name].killed_by = number
            case {"end": str(name), "defined": bool(defined)} if name in session.answers:
                session.answers[name].defined = defined
                session.answers[name].finished = True
    return last_cell


def _outcome(said: Mapping[str, Any]) -> Outcome:
    """An Outcome from untrusted data: fields of the wrong type are dropped."""
    status: Any = said.get("status")
    texts = {name: str(said.get(name) or "")[:300] for name in ("detail", "line", "printed")}
    if status not in get_args(Status):
        return Outcome("died")
    changed = said.get("changed_argument") is True
    return Outcome(status, said.get("value"), **texts, changed_argument=changed)
