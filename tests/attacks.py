"""Hostile and broken submissions of lesson 01, in four kinds.

Each starts from a notebook that earns 16 points. An attack on `mlp_params` (4 points) leaves the
other four exercises right; what it may earn at most is what its honest part is worth.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

FULL, WITHOUT_MLP = 16.0, 12.0
SECRET = "the-secret-of-the-course"


@dataclass(frozen=True)
class Attack:
    name: str
    kind: str  # forge, steal, sabotage, malformed
    change: Callable[[NotebookNode], NotebookNode | str | bytes | None]
    earns: float
    on_stock: bool = True  # False: would harm the machine that runs stock nbgrader


def mlp(body: str) -> Callable[[NotebookNode], None]:
    """The body of `mlp_params` is the attack."""
    source = "def mlp_params(sizes, bias=True):\n" + "".join(f"    {x}\n" for x in body.split("\n"))

    def change(notebook):
        find(notebook, "mlp_params_answer").source = source

    return change


def cell(source: str, wrong: bool = True) -> Callable[[NotebookNode], None]:
    """The attack is a cell of its own before all others; `mlp_params` is wrong."""

    def change(notebook):
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source))
        if wrong:
            mlp("return 1")(notebook)

    return change


def edited_answer(source: str) -> Callable[[NotebookNode], None]:
    """The whole cell of `mlp_params`."""

    def change(notebook):
        find(notebook, "mlp_params_answer").source = source

    return change


def find(notebook, name):
    return next(c for c in notebook.cells if c.id == name)


def marks(name="mlp_params", **changes):
    """The nbgrader metadata of a graded cell is edited."""

    def change(notebook):
        mlp("return 1")(notebook)
        find(notebook, name).metadata.nbgrader.update(changes)

    return change


def edited_check(source):
    def change(notebook):
        mlp("return 1")(notebook)
        find(notebook, "mlp_params").source = source

    return change


def stored_output(notebook):
    mlp("return 1")(notebook)
    output = nbformat.v4.new_output("execute_result", {"text/plain": "4.0"}, execution_count=1)
    find(notebook, "mlp_params").outputs = [output]
    notebook.metadata["every_layer_counts"] = {"graded": True, "missing": [], "unreadable": ""}


def copied_check(source):
    def change(notebook):
        mlp("return 1")(notebook)
        twin = copy.deepcopy(find(notebook, "mlp_params"))
        twin.id, twin.source = "twin", source
        notebook.cells.insert(0, twin)

    return change


def without(*names):
    def change(notebook):
        notebook.cells = [c for c in notebook.cells if c.id not in names]

    return change


def markdown(source):
    def change(notebook):
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(source))

    return change


def drawn_output(notebook):
    html = "<script>alert('drawn')</script>"
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    notebook.cells.insert(0, nbformat.v4.new_code_cell("1", outputs=[output]))


def version_3(notebook):
    return nbformat.v3.writes_json(nbformat.convert(copy.deepcopy(notebook), 3))


def without_metadata(notebook):
    for c in notebook.cells:
        c.metadata = nbformat.from_dict({})
    notebook.metadata = nbformat.from_dict({})


def large_output(notebook):
    text = "x" * 1000 + "\n"
    output = nbformat.v4.new_output("stream", name="stdout", text=text * 50_000)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("1", outputs=[output]))


def raw(text):
    return lambda notebook: text


def as_json(change):
    """Change the notebook's JSON beyond what nbformat would write."""

    def changed(notebook):
        data = json.loads(nbformat.writes(notebook))
        change(data)
        return json.dumps(data)

    return changed


def marks_are_text(data):
    for c in data["cells"]:
        c["metadata"] = {"nbgrader": "x"}


def our_mark_is_text(notebook):
    notebook.metadata["every_layer_counts"] = "graded"


def without_source(data):
    data["cells"].insert(0, {"cell_type": "code", "metadata": {}, "outputs": []})


def half_a_character(data):
    source = ["x = '\ud800'"]
    data["cells"].insert(0, {"cell_type": "code", "metadata": {"\ud800": 1}, "source": source})


def another_notebook(notebook):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('hello')")])


READ = "return open({path!r}).read()"
TABLE = """return {((3, 2), True): 8, ((10, 5), True): 55, ((3, 4, 2), True): 26,
        ((784, 256, 10), True): 203530, ((784, 256, 64, 10), True): 218058,
        ((3, 4, 2), False): 20, ((784, 256, 64, 10), False): 217728}[tuple(sizes), bias]"""
WRITE_EVERYWHERE = """import json, os
line = json.dumps({"outcome": "mlp_params", "status": "value", "value": 8}).encode() + b"\\n"
for number in range(64):
    try:
        os.write(number, line * 20)
    except OSError:
        pass
return 1"""
SEARCH = """import gc
for thing in gc.get_objects():
    if isinstance(thing, dict) and "expected" in thing:
        return thing["expected"]
return 1"""
FRAMES = """import sys
frame = sys._getframe()
while frame:
    for name in ("expected", "right", "key"):
        if name in frame.f_locals:
            return frame.f_locals[name]
    frame = frame.f_back
return 1"""

ATTACKS = [
    # forge: a mark that the answers do not earn
    Attack("edited check cell", "forge", edited_check("4.0"), WITHOUT_MLP),
    Attack("text for a score", "forge", edited_check("'full marks'"), WITHOUT_MLP),
    Attack("nan for a score", "forge", edited_check("float('nan')"), WITHOUT_MLP),
    Attack("silent check cell", "forge", edited_check("check(mlp_params);"), WITHOUT_MLP),
    Attack("points 1000", "forge", marks(points=1000), WITHOUT_MLP),
    Attack("points negative", "forge", marks(points=-5), WITHOUT_MLP),
    Attack("graded by hand", "forge", marks(solution=True), WITHOUT_MLP),
    Attack("not graded", "forge", marks(grade=False), WITHOUT_MLP),
    Attack("renamed grade id", "forge", marks(grade_id="linear_params"), WITHOUT_MLP),
    Attack("unlocked check", "forge", marks(locked=False), WITHOUT_MLP),
    Attack("future schema", "forge", marks(schema_version=99), WITHOUT_MLP),
    Attack("stored output", "forge", stored_output, WITHOUT_MLP),
    Attack("copied check cell", "forge", copied_check("4.0"), WITHOUT_MLP),
    Attack("own check", "forge", cell("def check(*a, **k): return 4.0"), WITHOUT_MLP),
    Attack(
        "ast hook",
        "forge",
        cell(
            "import ast\nclass Full(ast.NodeTransformer):\n"
            "    def visit_Expr(self, node): return ast.parse('4.0').body[0]\n"
            "get_ipython().ast_transformers.append(Full())"
        ),
        WITHOUT_MLP - 3,  # it takes the `append` out of the answer to `linear`, too
    ),
    Attack(
        "patched judge",
        "forge",
        cell("import grader.judge.verdict\ngrader.judge.verdict.same = lambda *a: True"),
        WITHOUT_MLP,
    ),
    Attack(
        "patched report",
        "forge",
        cell("from grader.judge.report import Report\nReport.__repr__ = lambda self: '4.0'"),
        WITHOUT_MLP,
    ),
    Attack(
        "gradebook rewritten",
        "forge",
        cell(
            "import sqlite3, pathlib\n"
            "for db in [*pathlib.Path().resolve().parents]:\n"
            "    for file in db.glob('gradebook.db'):\n"
            "        with sqlite3.connect(file) as book:\n"
            "            book.execute('update grade set manual_score = 0, needs_manual_grade = 0')"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "equal to everything",
        "forge",
        mlp("class Any(int):\n    def __eq__(self, other): return True\nreturn Any(1)"),
        WITHOUT_MLP,
    ),
    Attack(
        "object that compares",
        "forge",
        mlp(
            "class Any:\n    __eq__ = __ge__ = __le__ = lambda *a: True\n"
            "    __float__ = lambda self: 8.0\nreturn Any()"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "PyTorch asked",
        "forge",
        mlp(
            "from torch import nn\n"
            "layers = [nn.Linear(a, b, bias=bias) for a, b in zip(sizes, sizes[1:])]\n"
            "return sum(p.numel() for p in nn.Sequential(*layers).parameters())"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "reference imported",
        "forge",
        mlp("from grader.course.exercises.linear import mlp_params as f\nreturn f(sizes, bias)"),
        WITHOUT_MLP,
    ),
    # the real environment in the jail
    Attack(
        "PyTorch rewritten on disk",
        "forge",
        cell(
            "import torch, pathlib\nfor file in pathlib.Path(torch.__file__).parent.glob('*.py'):\n"
            "    file.write_text('raise SystemExit')"
        ),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack(
        "PyTorch kept in a default",
        "forge",
        edited_answer(
            "from torch import nn\ndef mlp_params(sizes, bias=True, layer=nn.Linear):\n"
            "    pairs = zip(sizes, sizes[1:])\n"
            "    return sum(layer(a, b, bias=bias).weight.numel() for a, b in pairs)"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "PyTorch kept in a closure",
        "forge",
        edited_answer(
            "from torch import nn\ndef make(layer):\n    def mlp_params(sizes, bias=True):\n"
            "        pairs = zip(sizes, sizes[1:])\n"
            "        return sum(layer(a, b, bias=bias).weight.numel() for a, b in pairs)\n"
            "    return mlp_params\nmlp_params = make(nn.Linear)"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "judge asked in a loop",
        "forge",
        mlp(
            "import sys\nfor n in range(10**6):\n"
            "    frame = sys._getframe(1)\n    check = frame.f_globals.get('check')\n"
            "    if check is None: return n\n    return int(check(lambda *a: n).score)"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "facts of its own",
        "forge",
        cell(
            "import os, json\nfor fd in range(3, 64):\n    try:\n"
            "        for n in range(30):\n"
            "            fact = {'outcome': 'mlp_params', 'status': 'value', 'value': 8}\n"
            "            os.write(fd, json.dumps(fact).encode() + b'\\n')\n"
            '        os.write(fd, b\'{"end": "mlp_params", "defined": true}\\n\')\n'
            "    except OSError: pass"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "plain by its looks",
        "forge",
        cell(
            "import functools\nlook = functools.reduce\n"
            "names = '{0.__class__.__mro__}'.format(look)\nx = [names for names in ()]"
        ),
        WITHOUT_MLP,
    ),
    Attack("written to every descriptor", "forge", mlp(WRITE_EVERYWHERE), WITHOUT_MLP),
    Attack("search of the memory", "forge", mlp(SEARCH), WITHOUT_MLP),
    Attack("search of the frames", "forge", mlp(FRAMES), WITHOUT_MLP),
    Attack("table of the visible cases", "forge", mlp(TABLE), WITHOUT_MLP),
    # steal: something that the student should not see
    Attack("secret file", "steal", mlp(READ.format(path="SECRET_PATH")), WITHOUT_MLP),
    Attack(
        "secret in an exception",
        "steal",
        mlp("raise ValueError(open('SECRET_PATH').read())"),
        WITHOUT_MLP,
    ),
    Attack(
        "environment", "steal", mlp("import os\nraise ValueError(dict(os.environ))"), WITHOUT_MLP
    ),
    Attack(
        "environment of the parent",
        "steal",
        mlp("raise ValueError(open('/proc/1/environ').read())"),
        WITHOUT_MLP,
    ),
    Attack(
        "keys by PyTorch's loader",
        "steal",
        mlp(
            "import sys, os\nfolder = os.path.dirname(sys.modules['grader'].__file__) "
            "if sys.modules.get('grader') else '/'\n"
            "for top, _, files in os.walk(folder):\n    for name in files:\n"
            "        if name == '01-linear.json':\n"
            "            raise ValueError('-'.join('the secret of the course'.split()))\nreturn 1"
        ),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack(
        "a way up",
        "steal",
        mlp(
            "import pathlib\nfor top in pathlib.Path().resolve().parents:\n"
            "    for file in top.glob('*/secret.txt'):\n"
            "        raise ValueError(file.read_text())\nreturn 1"
        ),
        WITHOUT_MLP,
    ),
    Attack(
        "network",
        "steal",
        mlp("import socket\nsocket.create_connection(('127.0.0.1', 0 + PORT), 1)\nreturn 'SECRET'"),
        WITHOUT_MLP,
    ),
    Attack("script in prose", "steal", markdown("<script>alert('prose')</script>"), FULL),
    Attack(
        "script in an attribute",
        "steal",
        markdown("<img src=x onerror=\"alert('attribute')\">"),
        FULL,
    ),
    Attack("link with a script", "steal", markdown("[x](javascript:alert%281%29)"), FULL),
    Attack("script out of a fence", "steal", markdown("```\n<script>alert(1)</script>"), FULL),
    Attack("script in an output", "steal", drawn_output, FULL),
    Attack(
        "script in an exception",
        "steal",
        mlp("raise ValueError(\"<script>alert('exception')</script>\")"),
        WITHOUT_MLP,
    ),
    # sabotage: stop the run, or spoil it for others
    Attack("exit in a function", "sabotage", mlp("import os\nos._exit(0)"), WITHOUT_MLP),
    Attack("exit in a cell", "sabotage", cell("import os\nos._exit(0)", wrong=False), FULL),
    Attack("sys.exit in a cell", "sabotage", cell("import sys\nsys.exit(3)", wrong=False), FULL),
    Attack("endless function", "sabotage", mlp("while True: pass"), WITHOUT_MLP),
    Attack(
        "endless function that catches all",
        "sabotage",
        mlp("while True:\n    try:\n        1 / 0\n    except BaseException: pass"),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack(
        "signals ignored",
        "sabotage",
        mlp(
            "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
            "signal.signal(signal.SIGPROF, signal.SIG_IGN)\nwhile True: pass"
        ),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack("endless cell", "sabotage", cell("while True: pass", wrong=False), FULL, on_stock=False),
    Attack(
        "memory bomb", "sabotage", mlp("x = [0]\nwhile True: x += x"), WITHOUT_MLP, on_stock=False
    ),
    Attack(
        "fork bomb",
        "sabotage",
        mlp("import os\nwhile True: os.fork()"),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack("endless output", "sabotage", mlp("while True: print('x' * 999)"), WITHOUT_MLP, False),
    Attack(
        "endless lines to the judge",
        "sabotage",
        mlp(
            "import os\nwhile True:\n    for n in range(3, 9):\n"
            "        try: os.write(n, b'x' * 9999)\n        except OSError: pass"
        ),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack(
        "parent killed",
        "sabotage",
        mlp("import os\nos.kill(os.getppid(), 9)\nreturn 1"),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack("crash", "sabotage", mlp("import ctypes\nctypes.string_at(0)"), WITHOUT_MLP),
    Attack("recursion", "sabotage", mlp("return mlp_params(sizes, bias)"), WITHOUT_MLP),
    Attack(
        "disk filled",
        "sabotage",
        mlp("with open('/tmp/big', 'wb') as f:\n    while True: f.write(b'0' * 10**6)"),
        WITHOUT_MLP,
        on_stock=False,
    ),
    Attack("huge answer", "sabotage", mlp("return [0] * 10**7"), WITHOUT_MLP),
    Attack("huge number", "sabotage", mlp("return 10 ** 100000"), WITHOUT_MLP),
    Attack(
        "answer without a bottom",
        "sabotage",
        mlp("x = []\nfor _ in range(10**5): x = [x]\nreturn x"),
        WITHOUT_MLP,
    ),
    Attack("syntax error", "sabotage", mlp("return ]"), WITHOUT_MLP),
    # malformed: files that no kernel wrote
    Attack("not JSON", "malformed", raw("this is not a notebook"), 0),
    Attack("empty file", "malformed", raw(""), 0),
    Attack("binary", "malformed", raw(bytes(range(256)) * 40), 0),
    Attack("JSON, no notebook", "malformed", raw("[1, 2, 3]"), 0),
    Attack("nested without a bottom", "malformed", raw("[" * 100_000), 0),
    Attack("nbformat 3", "malformed", version_3, FULL),
    Attack("nbformat 99", "malformed", as_json(lambda nb: nb.update(nbformat=99)), 0),
    Attack("no metadata", "malformed", without_metadata, FULL),
    Attack("no cells", "malformed", as_json(lambda nb: nb.update(cells=[])), 0),
    Attack("cells no list", "malformed", as_json(lambda nb: nb.update(cells="x")), 0),
    Attack(
        "marks are text",
        "malformed",
        as_json(lambda nb: nb["cells"][-3]["metadata"].update(nbgrader="x")),
        FULL,
    ),
    Attack("our mark is text", "malformed", our_mark_is_text, FULL),
    Attack("a cell without a source", "malformed", as_json(without_source), FULL),
    Attack("a null byte", "malformed", cell("x = 1\0", wrong=False), FULL),
    Attack("half a character", "malformed", as_json(half_a_character), FULL),
    Attack("half a character raised", "sabotage", mlp("raise ValueError('\\ud800')"), WITHOUT_MLP),
    Attack("half a character returned", "sabotage", mlp("return '\\ud800'"), WITHOUT_MLP),
    Attack("another notebook", "malformed", another_notebook, 0),
    Attack("deleted check cell", "malformed", without("mlp_params"), FULL),
    Attack("deleted answer cell", "malformed", without("mlp_params_answer"), WITHOUT_MLP),
    Attack("50 MB of output", "malformed", large_output, FULL),
    Attack(
        "unknown kernel",
        "malformed",
        as_json(lambda nb: nb["metadata"].update(kernelspec={"name": "ir", "display_name": "R"})),
        FULL,
    ),
]
