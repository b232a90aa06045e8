"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.connectivity import connectivity, depthwise, pointwise, parts_of_the_whole
from grader.figures.dense import linear, parameter_areas
from grader.figures.pooling import pool2d, windows

__all__ = [
    "connectivity",
    "depthwise",
    "element_bytes",
    "linear",
    "parameter_areas",
    "pointwise",
    "pool2d",
    "parts_of_the_whole",
    "tensors",
    "through",
    "windows",
]
