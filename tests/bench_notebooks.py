"""What grading costs where a notebook needs IPython and PyTorch: the same cells in a kernel, and
in the jail; and a plain one. CPU seconds of all processes. Run it with `make bench`.
"""

import resource
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from test_fidelity import as_cells

from grader.ask.jail import Jail
from grader.classroom import grading
from grader.course.catalogue import find

HERE = Path(__file__).parent / "fidelity"
SUBPROCESS = Jail(
    contained=False
)  # bubblewrap hides the CPU time of what it starts, and adds 0.02 s
NAMES = ("loop-over-parameters", "own-module", "plots", "cell-magic", "two-answers-in-one-cell")


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cost(work, *arguments):
    before = cpu_seconds()
    work(*arguments)
    return cpu_seconds() - before


def main():
    print(f"{'CPU seconds a notebook':28}{'kernel':>8}{'jail':>8}{'more':>8}")
    for name in NAMES:
        notebook = nbformat.read(HERE / f"{name}.ipynb", as_version=4)
        cells = list(as_cells(notebook))
        keys = {cell.name: find(cell.name) for cell in cells if cell.is_check}
        client = NotebookClient(notebook, allow_errors=True)
        kernel, ours = cost(client.execute), cost(grading.run, SUBPROCESS, cells, keys)
        print(f"{name:28}{kernel:8.2f}{ours:8.2f}{ours - kernel:8.2f}")
    cells = [
        grading.Cell("def linear_params(in_features, out_features, bias=True):\n    return 3"),
        grading.Cell("check(linear_params)", "linear_params", "check(linear_params)", True),
    ]
    keys = {"linear_params": find("linear_params")}
    print(f"{'a plain one':28}{'':8}{cost(grading.run, SUBPROCESS, cells, keys):8.2f}")


if __name__ == "__main__":
    main()
