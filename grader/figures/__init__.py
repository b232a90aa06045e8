"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.activations import activation_curves, dependencies, glu
from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.softmax import (
    binary_losses,
    loss_floor,
    softmax_dims,
    softmax_steps,
    target_losses,
    temperatures,
)

__all__ = [
    "activation_curves",
    "binary_losses",
    "dependencies",
    "element_bytes",
    "glu",
    "linear",
    "loss_floor",
    "parameter_areas",
    "softmax_dims",
    "softmax_steps",
    "target_losses",
    "temperatures",
    "tensors",
    "through",
]
