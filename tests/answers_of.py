"""The model answers of all lessons, with the random calls on which they must be right."""

import importlib
from pathlib import Path

FILES = sorted(path.stem for path in (Path(__file__).parent / "answers").glob("[a-z]*.py"))
MODULES = [importlib.import_module(f"answers.{name}") for name in FILES]
VALUES = {
    name: value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, dict | list) and name.islower() and not name.startswith("_")
}
CALLS = {
    answer.__name__: (answer, calls) for module in MODULES for answer, calls in module.CALLS.items()
}
