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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_args

from grader.ask.kernel import CPU_SECONDS, Call, Outcome, Status

MEGABYTE = 2**20
LIMITS = {
    "RLIMIT_AS": 1024 * MEGABYTE,
    "RLIMIT_FSIZE": 8 * MEGABYTE,
    "RLIMIT_NPROC": 8,
    "RLIMIT_NOFILE": 64,
    "RLIMIT_CORE": 0,
}
OF_PYTORCH = 768 * MEGABYTE  # address space that PyTorch, NumPy and matplotlib take themselves
FILES_OF_PYTORCH = 256
MOST_OUTPUT = 4 * MEGABYTE
WALL_SECONDS = 60.0  # for one plain notebook, all its exercises together
CELL_SECONDS = 20  # of CPU time, for each cell
SILENT_SECONDS = 60.0  # between two facts: whoever says nothing for so long has stopped itself
REAL_WALL_SECONDS = 300.0
MOST_RUNS = 12  # a run that dies is started again without what killed it
BY_LIMITS = ("too slow", "died")
FIRST_UID = 60_000  # for graders who are root: a user that owns no other process
NUMPY = "/numpy"
PACKAGE = Path(__file__).resolve().parents[1]
SHOWN = (  # of this package, to notebooks that are more than plain: no exercise, no key
    *("__init__.py", "notebook.py", "ask", "figures", "judge"),
    *("course/__init__.py", "course/pytorch.py", "course/network.py", "course/sheet.py"),
    *("course/measured.py", "course/own_answers.py", "course/mobilenet.py"),
    *("course/architectures.py", "course/drawn.py", "course/decoder.py"),
    *("course/shapes.py", "course/language.py", "course/costs.py", "course/mixtures.py"),
)
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
OF_A_NOTEBOOK = {  # one thread: a forked child hangs where its parent has used PyTorch's threads
    **{"HOME": "/tmp", "IPYTHONDIR": "/tmp/ipython", "MPLCONFIGDIR": "/tmp/matplotlib"},
    **{"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
}


PACKAGES = [  # what this environment has installed
    path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")
]
START_NOTEBOOK = f"""
import site
site.setquit()
site.sethelper()
for folder in {PACKAGES!r}:
    site.addsitedir(folder)
site.sys.path.insert(0, {str(PACKAGE.parent)!r})
from grader.ask.inside_notebook import main
main()
"""


class NoJailError(Exception):
    """bubblewrap is missing or the system does not let it work; the message says which."""


@dataclass(frozen=True)
class Step:
    """One cell of a notebook, or the check of an exercise at this place."""

    number: int
    source: str = ""
    own: bool = True  # the student's, not the lesson's
    check: str | None = None  # the exercise to ask
    calls: Sequence[Call] | None = None  # None asks for a value as it stands


@dataclass
class Answers:
    """What the jail said of one exercise."""

    outcomes: list[Outcome] = field(default_factory=list)  # one for a value as it stands
    untouched: bool = False
    defined: bool = False
    finished: bool = False
    killed_by: int = 0
    uses: list[str] = field(default_factory=list)  # names that the function's code looks up


@dataclass
class Session:
    """What the jail said of a whole notebook."""

    answers: dict[str, Answers]
    cell_errors: dict[int, str] = field(default_factory=dict)

    @property
    def is_tentative(self) -> bool:
        """Whether time, memory or a death had a say: on another day it may end otherwise."""
        return any(
            said.killed_by
            or not said.finished
            or any(
                each.status in BY_LIMITS or each.detail.startswith("MemoryError")
                for each in said.outcomes
            )
            for said in self.answers.values()
        )


Court = Callable[[Mapping[str, Any]], Any]  # answers what a notebook's own `check` asks


@dataclass(frozen=True)
class Jail:
    """Where to run. `contained` is False for the limited subprocess that stands in for
    bubblewrap: it limits time, memory and processes, but sees the file system and the network."""

    contained: bool = True

    def run(self, steps: Sequence[Step], court: Court | None = None) -> Session:
        """Run the cells in order and ask where the checks stand.

        Whatever dies is left out and the rest is run again, so that one dead cell or function
        costs nothing but itself.

        Args:
            court: for notebooks that are more than plain. They get IPython, PyTorch and this
                package's face; what their own calls of `check` ask is answered by it.
        """
        session = Session({step.check: Answers() for step in steps if step.check})
        left = list(steps)
        deadline = time.monotonic() + (REAL_WALL_SECONDS if court else WALL_SECONDS)
        for _ in range(MOST_RUNS):
            facts = self._run(left, court, deadline)
            last_cell = _read(facts, session)
            left = [s for s in left if not (s.check and session.answers[s.check].finished)]
            if facts[-1:] == [{"finished": True}] or time.monotonic() > deadline:
                break
            begun = [fact["begin"] for fact in facts if fact.get("begin") in session.answers]
            dead = [s for s in left if begun and s.check == begun[-1]] or [
                step for step in left if step.check is None and step.number == last_cell
            ]
            if not dead or not any(step.check for step in left):
                break
            if dead[0].check is None:
                died = "SystemExit: it ended the process it ran in"
                session.cell_errors.setdefault(last_cell, died)
            left.remove(dead[0])
        return session

    def _run(
        self, steps: Sequence[Step], court: Court | None, deadline: float
    ) -> list[dict[str, Any]]:
        """Start the program inside and talk with it; returns the facts that it says."""
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                self._command(court is not None),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT | (OF_A_NOTEBOOK if court else {}),
                cwd=folder,
                start_new_session=True,
            )
            try:
                facts = _talk(process, self._request(steps, court is not None), court, deadline)
                if facts[-1:] == [{"finished": True}]:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(1)  # it ends by itself, and its CPU time is counted
                return facts
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                for pipe in (process.stdin, process.stdout):
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()  # type: ignore[union-attr]

    def _command(self, real: bool) -> list[str]:
        python, text = str(_interpreter()[0]), START_NOTEBOOK if real else program()
        return [*(_bubblewrap(real) if self.contained else ()), python, "-I", "-S", "-c", text]

    def _request(self, steps: Sequence[Step], real: bool) -> dict[str, Any]:
        more = {"RLIMIT_AS": OF_PYTORCH, "RLIMIT_NOFILE": FILES_OF_PYTORCH} if real else {}
        return {
            "steps": [
                {
                    "number": step.number,
                    "source": step.source,
                    "own": step.own,
                    "check": step.check,
                    "calls": plain_calls(step.calls),
                }
                for step in steps
            ],
            "seconds": int(CPU_SECONDS),
            "cell_seconds": CELL_SECONDS if real else int(CPU_SECONDS),
            "limits": {name: amount + more.get(name, 0) for name, amount in LIMITS.items()},
            "path": [] if real else self._path(),
            "user": self._user(real),
        }

    def _user(self, real: bool) -> int | None:
        """For graders who are root: another user, if that one can see what is to be run."""
        if os.geteuid() != 0 or (real and not self.contained and not seen_by_others()):
            return None
        return FIRST_UID + os.getpid() % 5_000

    def _path(self) -> list[str]:
        """Where the student's code finds NumPy."""
        numpy = _numpy()
        if numpy is None:
            return []
        return [NUMPY if self.contained else str(numpy.parent)]


def plain_calls(calls: Sequence[Call] | None) -> list[Any] | None:
    """Calls as JSON has them, but for the tuples."""
    return None if calls is None else [[call.positional, dict(call.named)] for call in calls]


def _talk(
    process: subprocess.Popen[bytes], request: Any, court: Court | None, deadline: float
) -> list[dict[str, Any]]:
    """Send the request, take down the facts, answer what is asked, until the end or too long."""
    assert process.stdout is not None
    facts: list[dict[str, Any]] = []
    size, rest = 0, b""
    _send(process, request)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while size < MOST_OUTPUT and (left := deadline - time.monotonic()) > 0:
            if not selector.select(min(left, SILENT_SECONDS)):
                break
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            size += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for fact in filter(None, map(_fact, lines)):
                facts.append(fact)
                if court and fact.keys() & {"find", "list", "judge"}:
                    _send(process, court(fact))
    return facts


def _send(process: subprocess.Popen[bytes], data: Any) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(_tagged(data)).encode() + b"\n")
        process.stdin.flush()


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
        [*_bubblewrap(False), str(_interpreter()[0]), "-I", "-S", "-c", "print('inside')"],
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
def _bubblewrap(real: bool) -> tuple[str, ...]:
    """The command in front of a Python that has nothing in sight; if `real`, the course's
    environment without the course."""
    python, library = _interpreter()
    shared = [path for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64") if Path(path).exists()]
    binds = [*shared, str(python), str(library.parent), *(PACKAGES if real else [])]
    folders = _folders([*binds, *([str(PACKAGE / "course")] if real else [])])
    hidden = [
        str(packages)
        for folder in ("/usr/lib", library.parent)
        for packages in Path(folder).glob("python3*/*-packages")
        if not (real and str(packages) in PACKAGES)
    ]
    numpy = None if real else _numpy()
    as_root = os.geteuid() == 0
    environment = ENVIRONMENT | (OF_A_NOTEBOOK if real else {})
    return (
        "bwrap",
        *(("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts") if as_root else ()),
        *(("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID") if as_root else ()),
        *(() if as_root else ("--unshare-all",)),
        *("--die-with-parent", "--new-session", "--clearenv"),
        *("--perms", "1777", "--size", str(8 * MEGABYTE), "--tmpfs", "/tmp"),
        *(word for path in folders for word in ("--perms", "0755", "--dir", path)),
        *(word for path in binds for word in ("--ro-bind", path, path)),
        *(word for path in hidden for word in ("--tmpfs", path, "--remount-ro", path)),
        *(("--ro-bind", str(numpy), f"{NUMPY}/numpy") if numpy else ()),
        *(
            ("--ro-bind", f"{numpy}.libs", f"{NUMPY}/numpy.libs")
            if numpy and Path(f"{numpy}.libs").is_dir()
            else ()
        ),
        *(_our_face() if real else ()),
        *("--dev", "/dev", "--size", str(MEGABYTE), "--tmpfs", "/dev/shm"),
        *("--chdir", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/"),
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        "--",
    )


def _our_face() -> Iterator[str]:
    """What a notebook may import of this package, at its place; the catalogue asks outside."""
    yield from ("--perms", "0755", "--tmpfs", str(PACKAGE))
    yield from ("--perms", "0755", "--dir", str(PACKAGE / "course"))
    for name in SHOWN:
        yield from ("--ro-bind", str(PACKAGE / name), str(PACKAGE / name))
    catalogue = PACKAGE / "course" / "catalogue_in_jail.py", PACKAGE / "course" / "catalogue.py"
    yield from ("--ro-bind", *map(str, catalogue), "--remount-ro", str(PACKAGE))


def _folders(paths: Sequence[str]) -> list[str]:
    """The folders above these paths, outermost first: nobody must be able to pass through."""
    above = {str(folder) for path in paths for folder in Path(path).parents} - {"/"}
    return sorted({*above, NUMPY})


def _interpreter() -> tuple[Path, Path]:
    """The interpreter behind any virtual environment, and its standard library."""
    base = getattr(sys, "_base_executable", sys.executable)
    return Path(base).resolve(), Path(sysconfig.get_path("stdlib")).resolve()


@cache
def seen_by_others() -> bool:
    """Whether another user of this machine can read the environment of a notebook."""
    paths = [Path(path) for path in (*PACKAGES, str(PACKAGE), *map(str, _interpreter()))]
    return all(
        each.stat().st_mode & 0o005 == 0o005 for path in paths for each in (path, *path.parents)
    )


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
    return re.sub(r"^from (__future__|grader).*$", "", joined, flags=re.MULTILINE) + "\nmain()\n"


def _tagged(value: Any) -> Any:
    """JSON has no tuples: `(2, 3)` goes in as `{"tuple": [2, 3]}`."""
    if isinstance(value, tuple):
        return {"tuple": [_tagged(item) for item in value]}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if isinstance(value, dict):
        return {name: _tagged(item) for name, item in value.items()}
    return value


def _fact(line: bytes) -> dict[str, Any] | None:
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
                session.cell_errors.setdefault(number, error[:300])  # the first explains the rest
            case {"cell": int(number)}:
                last_cell = number
            case {"begin": str(name)} if name in session.answers:
                session.answers[name] = Answers()
            case {"untouched": str(name)} if name in session.answers:
                session.answers[name].untouched = True
            case {"asked": str(name), "names": list(used)} if name in session.answers:
                session.answers[name].uses = [str(each) for each in used]
            case {"outcome": str(name), **said} if name in session.answers:
                session.answers[name].outcomes.append(outcome_of(said))
            case {"killed": str(name), "signal": int(number)} if name in session.answers:
                session.answers[name].killed_by = number
            case {"end": str(name), "defined": bool(defined)} if name in session.answers:
                session.answers[name].defined = defined
                session.answers[name].finished = True
    return last_cell


def outcome_of(said: Mapping[str, Any]) -> Outcome:
    """An Outcome from untrusted data: fields of the wrong type are dropped."""
    status: Any = said.get("status")
    texts = {name: str(said.get(name) or "")[:300] for name in ("detail", "line", "printed")}
    if status not in get_args(Status):
        return Outcome("died")
    changed = said.get("changed_argument") is True
    return Outcome(status, said.get("value"), **texts, changed_argument=changed)
