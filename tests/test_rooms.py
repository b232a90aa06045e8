"""The rooms of the package: imports go down only, and what stands low needs little."""

import ast
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "grader"
ROOMS = ["ask", "judge", "course", "practice", "figures", "publish", "classroom", "face"]  # upwards
STANDARD = set(sys.stdlib_module_names)
IN_A_KERNEL = {"inside_notebook.py": {"IPython", "traitlets"}, "kernel.py": {"torch"}}


def imports(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room_of(words):
    return words[0] if words and words[0] in ROOMS else "face"


def test_imports_go_down_only():
    for file in PACKAGE.rglob("*.py"):
        here = room_of(file.relative_to(PACKAGE).parts[:-1])
        for name in imports(file):
            top, *words = name.split(".")
            if top == "grader":
                assert ROOMS.index(room_of(words)) <= ROOMS.index(here), (file, name)
            elif here in ("ask", "judge"):
                assert top in STANDARD | IN_A_KERNEL.get(file.name, set()), (file, name)


def test_there_are_seven_rooms_and_a_face_of_few_files():
    assert sorted(p.parent.name for p in PACKAGE.glob("*/__init__.py")) == sorted(ROOMS[:-1])
    assert len(list(PACKAGE.glob("*.py"))) <= 5
