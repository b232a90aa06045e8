"""What a class costs, as ratios within one run.

`make bench`: stock nbgrader on 12; 200 plain notebooks and a realistic class against it and against
the floor, the bare jail with an empty program. `make bench-class`: classes of 200 and 2,000 with
one worker and two, their memory, and a second run.
"""

import logging
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import bench_grading
import nbformat
import psutil
from classroom import Classroom, answer
from generated import ANSWERS

from grader.ask import start
from grader.ask.jail import Jail, Step
from grader.classroom.feedback_command import feedback
from grader.classroom.grade import Course, grade

LESSON = "01-linear"
PLAIN, REALISTIC = 200, 45
BENCH = Path(__file__).with_name("bench.py")
OWN_PYTORCH = "layer = nn.Linear(3, 2)\nfor p in layer.parameters():\n    print(p.shape, p.numel())"
WORKERS = 2


def own(number, with_pytorch):
    """What one student writes: answers in some hand, and a cell that nobody else has."""

    def change(notebook):
        draw = random.Random(number)
        answer(**{name: draw.choice(texts) for name, texts in ANSWERS.items()})(notebook)
        cell = OWN_PYTORCH if draw.random() < with_pytorch else f"a_number = {number}"
        made = nbformat.v4.new_code_cell(f"{cell}\n# {number}", id=f"own-{number}")
        notebook.cells.insert(1, made)

    return change


def class_of(folder, count, with_pytorch=0.0):
    room = Classroom(folder, LESSON)
    room.release(LESSON)
    for number in range(count):
        room.put(f"s{number:04}", LESSON, own(number, with_pytorch))
    return room


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(room):
    return grade(Course.at(room.root, LESSON, room.config), workers=WORKERS)


def floor_seconds():
    """The bare jail with an empty program, on as many cores: built anew for each; and forked."""
    where, steps = Jail(), [Step(1, "pass")]

    def each(_):
        return where.run(steps)

    with ThreadPoolExecutor(WORKERS) as pool:
        with mock.patch.object(start, "forked", return_value=None):
            new = seconds(lambda: list(pool.map(each, range(PLAIN)))) / PLAIN
        where.run(steps)  # starts what is forked from
        return new, seconds(lambda: list(pool.map(each, range(PLAIN)))) / PLAIN


def compare(title, count, with_pytorch, theirs):
    with tempfile.TemporaryDirectory() as folder:
        room = class_of(Path(folder), count, with_pytorch)
        each = seconds(lambda: ours(room)) / count
        rate = f"{1 / each:.1f} a second, stock {1 / theirs:.2f}: {theirs / each:.0f} times"
        print(f"{title}: {rate}", flush=True)
        if with_pytorch:
            pages = seconds(lambda: feedback(Course.at(room.root, LESSON, room.config), WORKERS))
            print(f"  feedback pages: {count / pages:.1f} a second")
    return each


class Memory(threading.Thread):
    """The most memory of this process and of any of its children while it runs, in MB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.own, self.worker, self.on = 0, 0, True
        self.start()

    def run(self):
        me = psutil.Process()
        while self.on:
            self.own = max(self.own, me.memory_info().rss >> 20)
            for child in me.children(recursive=True):
                try:
                    if any("spawn_main" in word for word in child.cmdline()):
                        self.worker = max(self.worker, child.memory_info().rss >> 20)
                except psutil.Error:
                    continue
            time.sleep(0.2)


def measured(folder, count, workers):
    """One run in a process of its own: seconds, MB of the controller, MB of a worker."""
    command = [sys.executable, str(BENCH), "one", str(folder), str(count), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return [float(each) for each in done.stdout.split()]


def one(folder, count, workers):
    """What `measured` starts: a class that is there is graded again."""
    folder = Path(folder)
    room = class_of(folder, int(count)) if not any(folder.iterdir()) else None
    root = room.root if room else folder / "course"
    memory = Memory()
    course = Course.at(root, LESSON)
    took = seconds(lambda: grade(course, workers=int(workers)))
    memory.on = False
    print(took, memory.own, memory.worker)


def large():
    """Classes of 200 and 2,000."""
    print(
        f"{'class':>6}{'workers':>9}{'seconds':>9}{'a second':>10}{'controller':>12}{'worker':>8}"
    )
    took = {}
    for count, workers in ((200, 2), (2000, 1), (2000, 2)):
        with tempfile.TemporaryDirectory() as folder:
            took[count, workers], own, worker = measured(folder, count, workers)
            line = f"{count:6}{workers:9}{took[count, workers]:9.1f}"
            rate = count / took[count, workers]
            print(f"{line}{rate:10.1f}{own:9.0f} MB{worker:5.0f} MB", flush=True)
            if (count, workers) == (2000, 2):
                again, own, _ = measured(folder, count, workers)
    print(f"speed-up of a second worker: {took[2000, 1] / took[2000, 2]:.2f}")
    print(f"a second run, nothing changed: {again / took[2000, 2]:.1%} of the first, {own:.0f} MB")


def main():
    logging.disable()
    warnings.simplefilter("ignore")
    theirs = bench_grading.compare()
    each = compare(f"{PLAIN} plain notebooks", PLAIN, 0.0, theirs)
    for kind, floor in zip(("built anew", "forked"), floor_seconds(), strict=True):
        said = f"  the bare jail with an empty program, {kind} for each: {1 / floor:.1f} a second"
        print(f"{said}; ours takes {each / floor:.1f} times as long", flush=True)
    compare(f"{REALISTIC}, a third with PyTorch", REALISTIC, 1 / 3, theirs)
