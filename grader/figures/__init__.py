"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.channels import channel_maps, conv2d_frames, conv2d_places, parameters_and_work
from grader.figures.convolution import conv1d_frames, conv1d_places, receptive_cone
from grader.figures.dense import linear, parameter_areas
from grader.figures.dropout import dropout, dropout_draws, dropout_factors, dropped
from grader.figures.embedding import both_ways, gradient_rows, look_up, one_hot_product, shared_bars
from grader.figures.flatten import flat_order, funnel, merged_dims, two_orders
from grader.figures.ledger import accounts, ledger, shares
from grader.figures.memory import activations, memory, training_memory
from grader.figures.normalization import batchnorm, layer_state, running_means, shared_means

__all__ = [
    "accounts",
    "activations",
    "batchnorm",
    "both_ways",
    "channel_maps",
    "conv1d_frames",
    "conv1d_places",
    "conv2d_frames",
    "conv2d_places",
    "dropout",
    "dropout_draws",
    "dropout_factors",
    "dropped",
    "element_bytes",
    "flat_order",
    "funnel",
    "gradient_rows",
    "layer_state",
    "ledger",
    "linear",
    "look_up",
    "memory",
    "merged_dims",
    "one_hot_product",
    "parameter_areas",
    "parameters_and_work",
    "receptive_cone",
    "running_means",
    "shared_bars",
    "shared_means",
    "shares",
    "tensors",
    "through",
    "training_memory",
    "two_orders",
]
