"""The same twelve graded by stock nbgrader and by ours through `nbgrader autograde`, in one run.

CPU counts this process and every process it started. The floor is what nbgrader costs when it
executes nothing.
"""

import logging
import resource
import tempfile
import time
import warnings
from pathlib import Path

from classroom import Classroom
from honest import LESSON, STUDENTS
from nbgrader import preprocessors as steps

from grader.ask.start import end_waiting

SUBMISSIONS = 12
KINDS = ("stock", "floor", "ours")


def cpu_seconds():
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def grade(kind, folder):
    """Grade the class; returns CPU and wall seconds a submission, and the marks."""
    room = Classroom(folder, LESSON, stock=kind != "ours")
    if kind == "floor":
        room.config.Autograde.autograde_preprocessors = [
            steps.SaveAutoGrades,
            steps.AssignLatePenalties,
            steps.CheckCellMetadata,
        ]
    room.release(LESSON)
    names = []
    for number in range(SUBMISSIONS):
        kinds = list(STUDENTS.items())
        title, change = kinds[number % len(kinds)]
        names.append(f"{number:02}-{title.replace(' ', '-')}")
        room.put(names[-1], LESSON, change)
    room.autograde(LESSON, names[0])  # the first one pays for imports
    cpu, wall = cpu_seconds(), time.perf_counter()
    for name in names:
        room.autograde(LESSON, name)
    end_waiting()  # what was forked from it counts when it ends
    cost = [(cpu_seconds() - cpu) / SUBMISSIONS, (time.perf_counter() - wall) / SUBMISSIONS]
    return *cost, [room.scores(LESSON, name) for name in names], names


def compare():
    """Print it; returns stock nbgrader's seconds a submission."""
    logging.disable()
    warnings.simplefilter("ignore")
    results = {}
    print(f"{SUBMISSIONS} submissions of {LESSON}; seconds a submission")
    print(f"{'':10}{'CPU':>10}{'wall':>10}{'peak MB':>10}")
    for kind in ("ours", "floor", "stock"):
        with tempfile.TemporaryDirectory() as folder:
            results[kind] = grade(kind, Path(folder))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        cpu, wall, *_ = results[kind]
        print(f"{kind:10}{cpu:10.3f}{wall:10.3f}{peak:10}", flush=True)
    print(f"CPU, stock over ours: {results['stock'][0] / results['ours'][0]:.1f}")
    ours, stock, names = results["ours"][2], results["stock"][2], results["ours"][3]
    different = [n for n, one, other in zip(names, ours, stock, strict=True) if one != other]
    print(f"different marks: {', '.join(different) or 'none'}")
    return results["stock"][1]
