"""A notebook's process is forked from one that waits in the jail: no student reaches the next, and
none reaches the process that waits."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from classroom import REPOSITORY

from grader.ask import jail as jail_module
from grader.ask import start
from grader.ask.jail import Step, jail
from grader.ask.kernel import Call

SYSTEM_PYTHON = Path("/usr/bin/python3")
NOBODY = 65534
BOTH = pytest.mark.parametrize("real", [False, True], ids=["plain", "real"])


def run(real, *cells, body="return 1"):
    """Run cells and a function with this body; returns its outcome, and the errors of cells."""
    source = "def f():\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    steps = [Step(n, cell) for n, cell in enumerate([*cells, source], start=1)]
    steps.append(Step(len(steps) + 1, check="f", calls=[Call((), {})]))
    session = jail().run(steps, (lambda _: None) if real else None)
    return session.answers["f"], session.cell_errors


def value(real, *cells, body):
    said, errors = run(real, *cells, body=body)
    assert not errors
    assert said.outcomes[0].status == "value", said.outcomes
    return said.outcomes[0].value


def waiting(real):
    return start._WAITING[real]._process


def others_end(real):
    """Whether nothing is left beside the process that waits, and the first of its namespace."""
    for _ in range(50):
        inside = psutil.Process(waiting(real).pid).children(recursive=True)
        if len([p for p in inside if p.status() != psutil.STATUS_ZOMBIE]) == 2:
            return True
        time.sleep(0.1)
    return False


LEFT_BEHIND = """
import builtins, ctypes, json, os, signal, socket, time
for folder in ("/tmp", "/dev/shm"):
    with open(folder + "/note", "w") as file:
        file.write("the answer is 8")
key, kept = 8642, 0o1000
shared = ctypes.CDLL(None).shmget(key, 4096, kept | 0o666)
assert shared >= 0
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        server = socket.socket(socket.AF_UNIX)
        server.bind("\\0note")
        server.listen()
        time.sleep(600)
    os._exit(0)
builtins.len = lambda thing: 8
json.loads = json.dumps = None
os.environ["NOTE"] = "8"
"""
LOOK_AROUND = """
import builtins, ctypes, os, socket
found = [name for name in ("/tmp/note", "/dev/shm/note") if os.path.exists(name)]
if ctypes.CDLL(None).shmget(8642, 4096, 0o666) >= 0: found.append("shared memory")
try: socket.socket(socket.AF_UNIX).connect("\\0note"); found.append("socket")
except OSError: pass
for number in range(2, 400):
    try: os.kill(number, 0)
    except ProcessLookupError: continue
    except PermissionError: pass
    if number not in (os.getpid(), os.getppid()): found.append(number)
if len([]) or "NOTE" in os.environ: found.append("patch")
return found"""


@BOTH
def test_nothing_is_left_for_the_next_student(real):
    assert value(real, body=LOOK_AROUND) == []
    run(real, LEFT_BEHIND)
    assert value(real, body=LOOK_AROUND) == []


@BOTH
def test_what_a_notebook_started_ends_with_it(real):
    run(real, LEFT_BEHIND)
    assert others_end(real)


REACH = """
import ctypes, os, signal, socket
C = ctypes.CDLL(None, use_errno=True)
done = []
def attempt(what, result):
    if result == 0: done.append(what)
for descriptor in range(256):
    try: own = os.dup(descriptor)
    except OSError: continue
    try:
        socket.socket(fileno=own).send(b"f")
        done.append(("a socket", descriptor))
    except OSError: os.close(own)
own = {os.getpid(), os.getppid(), 1}
for number in range(2, 5000):
    if number not in own: attempt(("signal to", number), C.kill(number, 0))
attempt("traced what started it", C.ptrace(16, 1, 0, 0))  # PTRACE_ATTACH
for where in (b"/tmp", b"/dev/shm", b"/"):
    attempt(("unmounted", where), C.umount2(where, 2))
attempt("mounted", C.mount(b"proc", b"/tmp", b"proc", 0, None))
if C.unshare(0x10000000 | 0x20000) == 0:  # a user namespace of its own, with all capabilities
    for where in (b"/tmp", b"/dev/shm", b"/"):
        attempt(("unmounted in a namespace", where), C.umount2(where, 2))
    os.makedirs("/tmp/p", exist_ok=True)
    attempt("mounted in a namespace", C.mount(b"proc", b"/tmp/p", b"proc", 0, None))
done += [name for name in os.listdir("/tmp") if name == "processes"]
"""


@BOTH
def test_the_process_that_waits_is_out_of_reach(real):
    value(real, body="return 1")
    before = waiting(real).pid
    assert value(real, REACH, body="return [str(each) for each in done]") == []
    run(real, "import os, signal\nos.kill(-1, signal.SIGKILL)")
    run(real, "import os, signal\nos.kill(1, signal.SIGKILL)\nos.kill(os.getppid(), 9)")
    assert value(real, body="return 7") == 7
    assert waiting(real).pid == before


CAPABILITIES = """
import ctypes, os
C = ctypes.CDLL(None)
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
C.capget(header, data)
bounding = [number for number in range(64) if C.prctl(23, number, 0, 0, 0) == 1]
try: os.setuid(0)
except OSError: pass
return [list(data), bounding, os.getuid() == 0, C.prctl(39, 0, 0, 0, 0)]"""


@BOTH
def test_a_notebook_has_no_capability_and_cannot_get_one(real):
    assert value(real, body=CAPABILITIES) == [[0] * 6, [], False, 1]


@BOTH
def test_a_notebook_holds_no_descriptor_but_its_own(real):
    body = (
        "import os, stat\nkinds = []\nfor number in range(256):\n"
        "    try: mode = os.fstat(number).st_mode\n    except OSError: continue\n"
        "    if not stat.S_ISCHR(mode): kinds.append(stat.filemode(mode)[0])\nreturn kinds"
    )
    kinds = value(real, body=body)
    assert kinds.count("p") == 2, "what it hears and what it says"
    assert set(kinds) <= ({"p", "s"} if real else {"p"}), "asyncio wakes itself by sockets"


ENDS = {
    "killed": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "terminated": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "aborted": "import os\nos.abort()",
    "exited": "import os\nos._exit(0)",
    "a bad address": "import ctypes\nctypes.string_at(0)",
    "memory": "return len(bytearray(3 * 10**9))",
    "deep": "return f()",
    "processes": (
        "import os, time\nfor n in range(40):\n    if os.fork() == 0: time.sleep(30)\nreturn n"
    ),
    "a large file": "open('/tmp/large', 'wb').write(b'0' * 9 * 10**6)\nreturn 1",
    "out": "import sys\nsys.exit(3)",
}


@pytest.mark.parametrize("end", ENDS)
@BOTH
def test_a_program_ends_as_one_that_was_started_for_it(real, end, monkeypatch):
    forked = run(real, body=ENDS[end])
    monkeypatch.setattr(start, "forked", lambda real: None)
    assert forked == run(real, body=ENDS[end])


@BOTH
def test_whoever_kills_the_process_that_waits_costs_nobody_a_mark(real):
    assert value(real, body="return 7") == 7
    os.killpg(waiting(real).pid, signal.SIGKILL)
    assert value(real, body="return 8") == 8
    assert value(real, body="return 9") == 9


@BOTH
def test_a_notebook_whose_process_dies_with_the_one_that_waits_is_run_again(real):
    assert value(real, body="return 1") == 1
    slow = "import time\ntime.sleep(1)\nreturn 8"
    with ThreadPoolExecutor() as pool:
        said = pool.submit(value, real, body=slow)
        time.sleep(0.5)
        os.killpg(waiting(real).pid, signal.SIGKILL)
        assert said.result() == 8


def test_where_the_system_refuses_a_jail_is_built_for_each(monkeypatch):
    asked = []

    def refused(real):
        asked.append(real)
        raise PermissionError("unshare: Operation not permitted")

    monkeypatch.setattr(start, "_WAITING", {})
    monkeypatch.setattr(start, "_REFUSED", set())
    monkeypatch.setattr(start, "Waiting", refused)
    assert value(False, body="return 7") == 7
    assert value(False, body="return 8") == 8
    assert asked == [False, False], "twice, since the first may have been killed, and never again"


def test_why_namespaces_are_refused_comes_back_in_words(monkeypatch):
    monkeypatch.setattr(start, "command", without_namespaces(start.command))
    with pytest.raises(OSError, match="unshare: Invalid argument"):
        start.Waiting(real=False).fork()


def without_namespaces(command):
    def changed(*args, **kwargs):
        *words, text = command(*args, **kwargs)
        return [*words, text.replace("CLONE_NEWUSER | new", "CLONE_NEWUSER | 1")]

    return changed


def test_a_notebook_that_hangs_is_killed(monkeypatch):
    monkeypatch.setattr(jail_module, "WALL_SECONDS", 3.0)
    said, _ = run(False, "import time\ntime.sleep(600)")
    assert not said.finished
    assert others_end(False)


def test_many_at_a_time_get_their_own_answers():
    value(False, body="return 0")
    with ThreadPoolExecutor(8) as pool:
        numbers = list(range(40))
        random.shuffle(numbers)
        found = pool.map(lambda n: value(False, f"own = {n}", body="return own"), numbers)
        assert list(found) == numbers


@BOTH
def test_two_students_draw_different_numbers(real):
    body = "import random\nreturn random.random()"
    assert value(real, body=body) != value(real, body=body)


AS_NOBODY = """
import os, sys
sys.path.insert(0, sys.argv[1])
from grader.ask import start
from grader.ask.jail import Step, jail
from grader.ask.kernel import Call
source = "import os\\ndef f():\\n    open('/tmp/note', 'x')\\n    return [os.getuid(), os.getpid()]"
steps = [Step(1, source), Step(2, check="f", calls=[Call((), {})])]
for _ in range(2):
    print(jail().run(steps).answers["f"].outcomes[0].value)
print(start._REFUSED)
"""


@pytest.mark.skipif(os.geteuid() != 0 or not SYSTEM_PYTHON.exists(), reason="needs root's powers")
def test_graders_who_are_not_root_get_the_same():
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(REPOSITORY / "grader", f"{folder}/grader")
        for path in [Path(folder), *Path(folder).rglob("*")]:
            path.chmod(0o755)
        command = [str(SYSTEM_PYTHON), "-c", AS_NOBODY, folder]
        said = subprocess.run(
            command,
            user=NOBODY,
            group=NOBODY,
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    assert said.stdout.split("\n")[:3] == [f"[{NOBODY}, 3]", f"[{NOBODY}, 3]", "set()"]
