"""The model answers of all lessons, with the random calls on which they must be right."""

import importlib
from pathlib import Path

FILES = sorted(path.stem for path in (Path(__file__).parent / "answers").glob("[a-z]*.py"))
MODULES = [importlib.import_module(f"answers.{name}") for name in FILES]
CALLS = {
    answer.__name__: (answer, calls) for module in MODULES for answer, calls in module.CALLS.items()
}
