"""Every Layer Counts: answers checked against PyTorch, mistakes named.

>>> from grader import check, hint, predict, practice, progress
"""

from grader.notebook import check, hint, predict
from grader.practice.face import practice, progress

__all__ = ["check", "hint", "practice", "predict", "progress"]
