"""Whatever is killed in the middle of `grader grade`: after another run nothing is missing."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from classroom import Classroom, answer, model_answers
from honest import params
from test_grade import LESSON, copies, rows

pytestmark = pytest.mark.thorough
STUDENTS = 60
MOMENTS = (0.05, 0.4, 0.7)  # of the way: how much of the class is in the journal by then
GRADER = (sys.executable, "-m", "grader", "grade", LESSON, "--workers", "2")
LONGEST = 240


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class of which every hand-in differs, graded undisturbed once; what came of it."""
    room = Classroom(tmp_path_factory.mktemp("killed"), LESSON)
    room.release(LESSON)
    for number in range(STUDENTS):
        wrong = answer(**params(f"return in_features * out_features + {number}"))
        room.put(f"s{number:02}", LESSON, wrong if number % 3 else model_answers(LESSON))
    (room.root / ".nbgrader/term").write_text("a word\n")
    assert begin(room).wait(LONGEST) == 0
    room.undisturbed = rows(room), copies(room)
    return room


@pytest.fixture
def fresh(room):
    """The class as it was before anything was graded."""
    private = room.root / ".nbgrader"
    for name in ("gradebook.db", "journal.db", "journal.db-wal", "journal.db-shm"):
        (private / name).unlink(missing_ok=True)
    shutil.rmtree(private / "autograded")
    return room


def quiet(*command, **options):
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=nothing, stderr=nothing, **options)


def begin(room, *more, command=GRADER):
    return quiet(*command, *more, cwd=room.root)


def wait_for(room, share, running):
    """Until so much of the class is in the journal, or the run is over."""
    wanted, deadline = share * STUDENTS, time.monotonic() + LONGEST
    while running.poll() is None and time.monotonic() < deadline:
        path = room.root / ".nbgrader/journal.db"
        if path.exists():
            try:
                with sqlite3.connect(path) as journal:
                    (done,) = journal.execute("SELECT count(*) FROM verdict").fetchone()
            except sqlite3.OperationalError:
                done = 0
            if done >= wanted:
                return
        time.sleep(0.02)


def below(process):
    """The processes that it started; none if it is over."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def workers_of(process):
    """The processes that grade, below a controller."""
    found = []
    for each in below(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any("spawn_main" in word for word in each.cmdline()):
                found.append(each)
    return found


def kill(process):
    """The process and all it started, as if the machine had lost its power."""
    started = below(process)
    process.kill()
    for each in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


def assert_nothing_is_missing(room):
    assert begin(room).wait(LONGEST) == 0
    marks, files = rows(room), copies(room)
    assert marks == room.undisturbed[0]
    assert files == room.undisturbed[1]


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_controller_is_killed(fresh, moment):
    running = begin(fresh)
    wait_for(fresh, moment, running)
    kill(running)
    assert_nothing_is_missing(fresh)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_controller_alone_is_killed_and_its_workers_end(fresh, moment):
    running = begin(fresh)
    wait_for(fresh, moment, running)
    started = below(running)
    running.kill()
    running.wait()
    _, alive = psutil.wait_procs(started, timeout=60)
    assert not alive
    assert_nothing_is_missing(fresh)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_is_killed(fresh, moment):
    running = begin(fresh)
    wait_for(fresh, moment, running)
    for worker in workers_of(running)[:1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
    assert running.wait(LONGEST) == 0
    assert (rows(fresh), copies(fresh)) == fresh.undisturbed


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler with two workers, and its address."""
    dask = Path(sys.executable).with_name("dask")
    file = tmp_path / "scheduler.json"
    shared = f"--no-dashboard --scheduler-file {file}".split()
    leader = quiet(dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *shared)
    while not file.exists():
        time.sleep(0.1)
    options = ["--nworkers", "2", "--nthreads", "1", "--death-timeout", "10"]
    followers = quiet(dask, "worker", *options, "--local-directory", tmp_path, *shared)
    yield leader, json.loads(file.read_text())["address"]
    for process in (leader, followers):
        if process.poll() is None:
            kill(process)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_scheduler_is_killed(fresh, scheduler, moment):
    leader, address = scheduler
    running = begin(fresh, "--scheduler", address, command=GRADER[:-2])
    wait_for(fresh, moment, running)
    kill(leader)
    assert running.wait(LONGEST) in (0, 1)
    assert_nothing_is_missing(fresh)


def test_a_cluster_that_runs_already_gives_the_same_marks(fresh, scheduler):
    _, address = scheduler
    assert begin(fresh, "--scheduler", address, command=GRADER[:-2]).wait(LONGEST) == 0
    assert (rows(fresh), copies(fresh)) == fresh.undisturbed


def test_two_controllers_at_once(fresh):
    first, second = begin(fresh), begin(fresh)
    assert sorted([first.wait(LONGEST), second.wait(LONGEST)]) == [0, 1]
    assert_nothing_is_missing(fresh)
