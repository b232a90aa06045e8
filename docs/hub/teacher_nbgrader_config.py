"""The teacher's ~/.jupyter/nbgrader_config.py: a server starts in ~, the course is one below."""

from pathlib import Path

load_subconfig("nbgrader_config.py", path=str(Path.home() / "every-layer-counts"))  # noqa: F821
