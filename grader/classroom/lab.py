"""JupyterLab as students and as instructors need it; its settings stand in `jupyter/`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from grader.judge.errors import CourseError

FIRST = "00-start-here/00-start-here.ipynb"
SETTINGS = Path(__file__).parent / "jupyter"


def start(role: Literal["student", "instructor"], folder: Path, page: str) -> None:
    """Run JupyterLab's server in `folder` until it is stopped; the browser opens at `page`.

    Students see no menus for instructors. Nobody sees pop-ups with news.

    Raises:
        CourseError: if there is no such folder.
    """
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}. Name the one with the notebooks in it.")
    before = os.environ.get("JUPYTER_CONFIG_PATH", "")
    paths = [str(SETTINGS / role), *filter(None, [before])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    os.chdir(folder)  # where nbgrader looks for nbgrader_config.py
    from jupyterlab.labapp import LabApp  # after the settings: it reads them when imported

    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    LabApp.launch_instance([f"--LabApp.default_url={page}", *as_root])
