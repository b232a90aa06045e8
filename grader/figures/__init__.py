"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.embedding import both_ways, gradient_rows, look_up, one_hot_product, shared_bars
from grader.figures.flatten import flat_order, funnel, merged_dims, two_orders

__all__ = [
    "both_ways",
    "element_bytes",
    "flat_order",
    "funnel",
    "gradient_rows",
    "linear",
    "look_up",
    "merged_dims",
    "one_hot_product",
    "parameter_areas",
    "shared_bars",
    "tensors",
    "through",
    "two_orders",
]
