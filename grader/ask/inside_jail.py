"""The program inside the jail: run a student's cells, then answer calls. It follows `run.py`,
whose text stands in front of it, and speaks one JSON line at a time to whoever started it."""

from __future__ import annotations

import builtins
import json
import os
import resource
import signal
import sys
from typing import Any

from grader.ask.run import ABSENT, OutOfReach, Stop, answer, is_untouched, run_cell


def main() -> None:
    """Read the request from stdin; every line on stdout is one fact."""
    request = json.load(sys.stdin, object_hook=_tuples)
    out, nothing = os.dup(1), os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # from here on, whatever a student's code prints is gone
        os.dup2(nothing, stream)

    def say(**fact: Any) -> None:
        os.write(out, json.dumps(fact).encode() + b"\n")

    if request["user"] is not None:  # root in here would be above some of the limits
        os.setgroups([])
        os.setgid(request["user"])
        os.setuid(request["user"])
    for limit, amount in request["limits"].items():
        resource.setrlimit(getattr(resource, limit), (amount, amount))
    sys.path += request["path"]
    builtins.__import__ = _tolerant(builtins.__import__)
    names: dict[str, Any] = {"__name__": "__main__", "get_ipython": OutOfReach}
    OutOfReach.asking = False
    signal.signal(signal.SIGPROF, _too_slow)
    for number, source in request["cells"]:
        say(cell=number)
        signal.setitimer(signal.ITIMER_PROF, request["seconds"])
        if error := run_cell(number, source, names):
            say(cell=number, error=error)
        signal.setitimer(signal.ITIMER_PROF, 0)
    OutOfReach.asking = True
    for name, calls in request["functions"].items():
        say(begin=name)
        if name in names:
            _in_a_child(request["seconds"], say, name, names[name], calls)
        say(end=name, defined=name in names)
    say(finished=True)
    os._exit(0)


def _in_a_child(seconds: int, say: Any, name: str, value: Any, calls: Any) -> None:
    """Fork, so that whatever happens to the child costs this one exercise."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        if calls is None:
            say(outcome=name, **answer(lambda: value, (), {}))
        elif is_untouched(value):
            say(untouched=name)
        else:
            for positional, named in calls:
                say(outcome=name, **answer(value, positional, named))
        os._exit(0)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(10 * seconds)  # for a function that waits instead of computing
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    if os.WIFSIGNALED(status):
        say(killed=name, signal=os.WTERMSIG(status))


def _tuples(pairs: dict[str, Any]) -> Any:
    return tuple(pairs["tuple"]) if set(pairs) == {"tuple"} else pairs


def _too_slow(*_: object) -> None:
    raise Stop("too slow")


def _tolerant(real: Any) -> Any:
    def load(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] not in ABSENT:
            return real(name, *rest, **named)
        if OutOfReach.asking:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return OutOfReach()

    return load


main()
