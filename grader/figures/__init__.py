"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas

__all__ = ["element_bytes", "linear", "parameter_areas", "tensors", "through"]
