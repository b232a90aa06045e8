"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.attention import (
    attention,
    attention_cost,
    attention_heads,
    attention_parameters,
    grouped_queries,
)
from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.design import budget, fields

__all__ = [
    "attention",
    "attention_cost",
    "attention_heads",
    "attention_parameters",
    "budget",
    "element_bytes",
    "fields",
    "grouped_queries",
    "linear",
    "parameter_areas",
    "tensors",
    "through",
]
