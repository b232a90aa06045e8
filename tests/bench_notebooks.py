"""What grading costs where a notebook needs IPython and PyTorch: the same cells in a kernel, and
in a jail built for it alone, and in one forked from another. Seconds. Run it with `make bench`.
"""

import time
from pathlib import Path
from unittest import mock

import nbformat
import psutil
from nbclient import NotebookClient
from test_fidelity import as_cells

from grader.ask import start
from grader.ask.jail import Jail
from grader.classroom import grading
from grader.course.catalogue import find

HERE = Path(__file__).parent / "fidelity"
NAMES = ("loop-over-parameters", "plots")


def seconds(work, *arguments):
    before = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - before


def in_jails(cells, keys):
    with mock.patch.object(start, "forked", return_value=None):
        alone = seconds(grading.run, Jail(), cells, keys)
    grading.run(Jail(), cells, keys)  # starts what is forked from
    forked = seconds(grading.run, Jail(), cells, keys)
    return f"{alone:8.2f}{forked:8.2f}{largest_child():6} MB"


def largest_child():
    """MB of the process that waits, which is forked for each notebook."""
    children = psutil.Process().children(recursive=True)
    return max(child.memory_info().rss >> 20 for child in children)


def main():
    print(f"{'seconds a notebook':28}{'kernel':>8}{'jail':>8}{'forked':>8}{'waits':>9}")
    for name in NAMES:
        notebook = nbformat.read(HERE / f"{name}.ipynb", as_version=4)
        cells = list(as_cells(notebook))
        keys = {cell.name: find(cell.name) for cell in cells if cell.is_check}
        quiet = ["--IPKernelApp.log_level=40"]  # errors; no warnings about its ports
        client = NotebookClient(notebook, allow_errors=True, extra_arguments=quiet)
        print(f"{name:28}{seconds(client.execute):8.2f}{in_jails(cells, keys)}", flush=True)
    cells = [
        grading.Cell("def linear_params(in_features, out_features, bias=True):\n    return 3"),
        grading.Cell("check(linear_params)", "linear_params", "check(linear_params)", True),
    ]
    keys = {"linear_params": find("linear_params")}
    print(f"{'a plain one':28}{'':8}{in_jails(cells, keys)}")
