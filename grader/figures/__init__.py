"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.dense import linear, parameter_areas
from grader.figures.recurrent import (
    directions,
    gate_blocks,
    lstm_step,
    reach,
    recurrent_step,
    unrolled,
)
from grader.figures.residual import (
    add_and_concatenate,
    channel_growth,
    gradient_norms,
    residual_block,
    stretched_sum,
)

__all__ = [
    "add_and_concatenate",
    "channel_growth",
    "directions",
    "element_bytes",
    "gate_blocks",
    "gradient_norms",
    "linear",
    "lstm_step",
    "parameter_areas",
    "reach",
    "recurrent_step",
    "residual_block",
    "stretched_sum",
    "tensors",
    "through",
    "unrolled",
]
