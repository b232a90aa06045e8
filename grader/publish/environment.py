"""What nbgrader needs to be told when this package calls it: configuration and PATH."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from traitlets.config import Config, PyFileConfigLoader


def course_config(root: Path) -> Config:
    """nbgrader's configuration of the course that stands in `root`."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def interpreter_first() -> dict[str, str]:
    """This process's environment, with the interpreter's folder first on PATH: nbgrader calls
    alembic by its bare name."""
    given = os.environ.get("PATH", os.defpath)
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{given}"}
