"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.activations import activation_curves, dependencies, glu
from grader.figures.attention import (
    attention,
    attention_cost,
    attention_heads,
    attention_parameters,
    grouped_queries,
)
from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.channels import channel_maps, conv2d_frames, conv2d_places, parameters_and_work
from grader.figures.connectivity import connectivity, depthwise, parts_of_the_whole, pointwise
from grader.figures.convolution import conv1d_frames, conv1d_places, receptive_cone
from grader.figures.dense import linear, parameter_areas
from grader.figures.design import budget, fields
from grader.figures.dropout import dropout, dropout_draws, dropout_factors, dropped
from grader.figures.embedding import both_ways, gradient_rows, look_up, one_hot_product, shared_bars
from grader.figures.flatten import flat_order, funnel, merged_dims, two_orders
from grader.figures.ledger import accounts, ledger, shares
from grader.figures.memory import activations, memory, training_memory
from grader.figures.normalization import batchnorm, layer_state, running_means, shared_means
from grader.figures.pooling import pool2d, windows
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
from grader.figures.softmax import (
    binary_losses,
    loss_floor,
    softmax_dims,
    softmax_steps,
    target_losses,
    temperatures,
)

__all__ = [
    "accounts",
    "activation_curves",
    "activations",
    "add_and_concatenate",
    "attention",
    "attention_cost",
    "attention_heads",
    "attention_parameters",
    "batchnorm",
    "binary_losses",
    "both_ways",
    "budget",
    "channel_growth",
    "channel_maps",
    "connectivity",
    "conv1d_frames",
    "conv1d_places",
    "conv2d_frames",
    "conv2d_places",
    "dependencies",
    "depthwise",
    "directions",
    "dropout",
    "dropout_draws",
    "dropout_factors",
    "dropped",
    "element_bytes",
    "fields",
    "flat_order",
    "funnel",
    "gate_blocks",
    "glu",
    "gradient_norms",
    "gradient_rows",
    "grouped_queries",
    "layer_state",
    "ledger",
    "linear",
    "look_up",
    "loss_floor",
    "lstm_step",
    "memory",
    "merged_dims",
    "one_hot_product",
    "parameter_areas",
    "parameters_and_work",
    "parts_of_the_whole",
    "pointwise",
    "pool2d",
    "reach",
    "receptive_cone",
    "recurrent_step",
    "residual_block",
    "running_means",
    "shared_bars",
    "shared_means",
    "shares",
    "softmax_dims",
    "softmax_steps",
    "stretched_sum",
    "target_losses",
    "temperatures",
    "tensors",
    "through",
    "training_memory",
    "two_orders",
    "unrolled",
    "windows",
]
