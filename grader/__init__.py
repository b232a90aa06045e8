"""Every Layer Counts: answers checked against PyTorch, mistakes named.

>>> from grader import check, hint, predict, practice, progress
"""

from grader.notebook import check, hint, language, predict
from grader.practice.face import practice, progress

__all__ = ["check", "hint", "language", "practice", "predict", "progress"]
