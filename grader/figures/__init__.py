"""Pictures computed from live tensors. One module a topic; `canvas` is their common language."""

from grader.figures.blocks import element_bytes, tensors, through
from grader.figures.channels import (
    channel_maps,
    conv2d_frames,
    conv2d_places,
    parameters_and_work,
)
from grader.figures.convolution import conv1d_frames, conv1d_places, receptive_cone
from grader.figures.dense import linear, parameter_areas

__all__ = [
    "channel_maps",
    "conv1d_frames",
    "conv1d_places",
    "conv2d_frames",
    "conv2d_places",
    "element_bytes",
    "linear",
    "parameter_areas",
    "parameters_and_work",
    "receptive_cone",
    "tensors",
    "through",
]
