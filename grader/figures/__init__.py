"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.dropout import dropout, dropout_draws, dropout_factors, dropped
from grader.figures.normalization import batchnorm, layer_state, running_means, shared_means

__all__ = [
    "batchnorm",
    "dropout",
    "dropout_draws",
    "dropout_factors",
    "dropped",
    "element_bytes",
    "layer_state",
    "linear",
    "parameter_areas",
    "running_means",
    "shared_means",
    "tensors",
    "through",
]
