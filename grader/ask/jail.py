"""Run a student's code where it can reach nothing: calls go in as JSON, answers come out as JSON.

The program inside is `run.py` and `inside_jail.py`, under bubblewrap: no network, no home folder,
no course, no judge, no gradebook, no other process, no environment variables; a small temporary
folder, and limits on time, memory, processes and output. What it says is data and is read with
limits.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args

from grader.ask import obstacles, start
from grader.ask.bubblewrap import NUMPY, numpy_folder, seen_by_others, user
from grader.ask.kernel import CPU_SECONDS, Call, Outcome, Status
from grader.ask.start import Pipes

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
PROCESSES_OF_A_FORK = 2  # that stand around it and are no student's
MOST_OUTPUT = 4 * MEGABYTE
WALL_SECONDS = 60.0  # for one plain notebook, all its exercises together
CELL_SECONDS = 20  # of CPU time, for each cell
SILENT_SECONDS = 60.0  # between two facts: whoever says nothing for so long has stopped itself
REAL_WALL_SECONDS = 300.0
MOST_RUNS = 12  # a run that dies is started again without what killed it
BY_LIMITS = ("too slow", "died")
FINISHED = [{"finished": True}]  # the last that it says


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
            if facts is None:
                continue
            last_cell = _read(facts, session)
            left = [s for s in left if not (s.check and session.answers[s.check].finished)]
            if facts[-1:] == FINISHED or time.monotonic() > deadline:
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
    ) -> list[dict[str, Any]] | None:
        """Start the program inside and talk with it; returns the facts that it says, and None
        where it was cut short from outside."""
        real = court is not None
        program = start.forked(real) if self.contained else None
        with program or start.new(real, self.contained) as pipes:
            request = self._request(steps, real, program is not None)
            facts = _talk(pipes, request, court, deadline)
        return None if program and facts[-1:] != FINISHED and program.is_orphan() else facts

    def _request(self, steps: Sequence[Step], real: bool, forked: bool) -> dict[str, Any]:
        more = {"RLIMIT_AS": OF_PYTORCH, "RLIMIT_NOFILE": FILES_OF_PYTORCH} if real else {}
        if forked:
            more = {**more, "RLIMIT_NPROC": PROCESSES_OF_A_FORK}
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
            "user": None if forked else self._user(real),
        }

    def _user(self, real: bool) -> int | None:
        """For graders who are root: another user, if that one can see what is to be run."""
        return None if real and not self.contained and not seen_by_others() else user()

    def _path(self) -> list[str]:
        """Where the student's code finds NumPy."""
        numpy = numpy_folder()
        if numpy is None:
            return []
        return [NUMPY if self.contained else str(numpy.parent)]


def plain_calls(calls: Sequence[Call] | None) -> list[Any] | None:
    """Calls as JSON has them, but for the tuples."""
    return None if calls is None else [[call.positional, dict(call.named)] for call in calls]


def _talk(pipes: Pipes, request: Any, court: Court | None, deadline: float) -> list[dict[str, Any]]:
    """Send the request, take down the facts, answer what is asked, until the end or too long."""
    facts: list[dict[str, Any]] = []
    size, rest = 0, b""
    _send(pipes, request)
    with selectors.DefaultSelector() as selector:
        selector.register(pipes.facts, selectors.EVENT_READ)
        while size < MOST_OUTPUT and (left := deadline - time.monotonic()) > 0:
            if not selector.select(min(left, SILENT_SECONDS)):
                break
            chunk = os.read(pipes.facts.fileno(), 65536)
            if not chunk:
                break
            size += len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for fact in filter(None, map(_fact, lines)):
                facts.append(fact)
                if court and fact.keys() & {"find", "list", "judge"}:
                    _send(pipes, court(fact))
    return facts


def _send(pipes: Pipes, data: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        pipes.requests.write(json.dumps(_tagged(data)).encode() + b"\n")
        pipes.requests.flush()


def jail(without_bubblewrap: str = "refuse") -> Jail:
    """The jail of this machine.

    Args:
        without_bubblewrap: "refuse", or "limited" for a subprocess that contains less.

    Raises:
        NoJailError: when bubblewrap does not work and the instructor chose to refuse, or when root
            grades where there is no other user.
    """
    if obstacle := obstacles.of_root():
        raise NoJailError(str(obstacle))
    problem = _why_not()
    if problem and without_bubblewrap != "limited":
        raise NoJailError(problem)
    return Jail(contained=not problem)


@cache
def _why_not() -> str:
    """Why bubblewrap cannot be used here, or ''."""
    obstacle = obstacles.of_bubblewrap()
    return "" if obstacle is None else str(obstacle)


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
