"""The model answers from the solved notebooks, with random calls on which they must be right."""

import ast
import importlib
import linecache
from pathlib import Path
from types import CodeType

import nbformat

TESTS = Path(__file__).parent


def answers_in(notebook):
    """What the answer cells of a solved notebook define, by exercise.

    They run without the rest of the lesson, but for the imports and functions that they use.
    """
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    run, used = [], set()
    for cell in reversed(cells):
        is_answer = cell.id.endswith("_answer")
        for source in [cell.source] if is_answer else reversed(definitions(cell.source)):
            file = f"<{notebook.stem} {len(run)}>"
            code = compile(source, file, "exec")
            if is_answer or used & set(code.co_names):
                run.append(code)
                used |= names_in(code)
                # inspect.getsource looks here
                linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {}
    for code in reversed(run):
        exec(code, names)
    exercises = [c.id.removesuffix("_answer") for c in cells if c.id.endswith("_answer")]
    return {name: names[name] for name in exercises}


def definitions(source):
    """The imports and functions of a cell."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    body = ast.parse(source).body
    return [ast.unparse(node) for node in body if isinstance(node, kinds)]


def names_in(code):
    """All names that this code, and the code of the functions in it, does not keep to itself."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*map(names_in, inner))


NOTEBOOKS = sorted((TESTS.parent / "solutions").glob("*/*.ipynb"))
ANSWERS = {name: answer for path in NOTEBOOKS for name, answer in answers_in(path).items()}
VALUES = {name: answer for name, answer in ANSWERS.items() if not callable(answer)}
FILES = sorted(path.stem for path in (TESTS / "answers").glob("[a-z]*.py"))
CALLS = {
    name: (ANSWERS[name], calls)
    for file in FILES
    for name, calls in importlib.import_module(f"answers.{file}").CALLS.items()
}
