"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.ledger import accounts, ledger, shares
from grader.figures.memory import activations, memory, training_memory

__all__ = [
    "accounts",
    "activations",
    "element_bytes",
    "ledger",
    "linear",
    "memory",
    "parameter_areas",
    "shares",
    "tensors",
    "through",
    "training_memory",
]
