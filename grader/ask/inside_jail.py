"""The program inside the jail: run a notebook's cells in order and ask where a check stands.

It speaks one JSON line at a time with whoever started it. For plain notebooks it is read behind
the text of `run.py`, with nothing but the standard library; `inside_notebook.py` runs all others.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from typing import Any

from grader.ask.run import Stop, answer, is_untouched, names_in, run_cell

CHANNEL: Any = None  # the one to the outside, once there is one


class Channel:
    """Lines of JSON to and from the outside, on descriptors that no print reaches."""

    def __init__(self) -> None:
        self._in, self._out = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):  # from here on, whatever a student's code prints is gone
            os.dup2(nothing, stream)

    def say(self, **fact: Any) -> None:
        """One fact for the outside."""
        os.write(self._out, json.dumps(fact).encode() + b"\n")

    def hear(self) -> Any:
        """The next line from the outside. Byte by byte: a child must not read ahead."""
        line = bytearray()
        while not line.endswith(b"\n"):
            byte = os.read(self._in, 1)
            if not byte:
                os._exit(1)
            line += byte
        return json.loads(line, object_hook=_tuples)


class PlainCells:
    """A notebook of Python and the standard library."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__"}

    def run(self, number: int, source: str, own: bool) -> list[str]:
        """Run one cell; returns what went wrong."""
        error = run_cell(number, source, self.names)
        return [error] if error else []

    def outcomes(self, function: Any, calls: Any) -> Iterator[dict[str, Any]]:
        """What each call of a function did."""
        for positional, named in calls:
            yield answer(function, positional, named)


def serve(channel: Channel, request: Any, cells: Any) -> None:
    """Run the cells; every line is a fact. Ends the process."""
    signal.signal(signal.SIGPROF, _too_slow)
    for step in request["steps"]:
        if step["check"] is None:
            channel.say(cell=step["number"])
            signal.setitimer(signal.ITIMER_PROF, request["cell_seconds"])
            for error in cells.run(step["number"], step["source"], step["own"]):
                channel.say(cell=step["number"], error=error)
            signal.setitimer(signal.ITIMER_PROF, 0)
        else:
            name, defined = step["check"], step["check"] in cells.names
            channel.say(begin=name)
            if defined:
                _in_a_child(channel, request["seconds"], cells, name, step["calls"])
            channel.say(end=name, defined=defined)
    channel.say(finished=True)
    os._exit(0)


def limit(request: Any) -> None:
    """Take the limits on, and a user that owns nothing: root would be above some of them."""
    if request["user"] is not None:
        os.setgroups([])
        os.setgid(request["user"])
        os.setuid(request["user"])
    for name, amount in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (amount, amount))


def _in_a_child(channel: Channel, seconds: int, cells: Any, name: str, calls: Any) -> None:
    """Fork, so that whatever happens to the child costs this one exercise."""
    child = os.fork()
    if child == 0:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, spent + seconds + 2))
        _tell(channel, cells, name, calls)
        os._exit(0)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(10 * seconds)  # for a function that waits instead of computing
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    if os.WIFSIGNALED(status):
        channel.say(killed=name, signal=os.WTERMSIG(status))


def _tell(channel: Channel, cells: Any, name: str, calls: Any) -> None:
    value = cells.names[name]
    if calls is None:
        channel.say(outcome=name, **answer(lambda: value, (), {}))
    elif is_untouched(value):
        channel.say(untouched=name)
    else:
        channel.say(asked=name, names=sorted(names_in(value)))
        for said in cells.outcomes(value, calls):
            channel.say(outcome=name, **said)


def _tuples(pairs: dict[str, Any]) -> Any:
    return tuple(pairs["tuple"]) if set(pairs) == {"tuple"} else pairs


def _too_slow(*_: object) -> None:
    raise Stop("too slow")


def main() -> None:
    """Read the request and serve it with plain cells."""
    channel = Channel()
    request = channel.hear()
    limit(request)
    sys.path += request["path"]
    serve(channel, request, PlainCells())
