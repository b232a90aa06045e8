"""Small calls of every picture in `grader.figures.normalization`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
VECTORS = torch.rand(4, 2)
SEQUENCES = torch.rand(2, 4, 3)
MAPS = torch.rand(2, 4, 2, 2)
STEPS = torch.rand(5, 8)
PICTURES = {
    "batchnorm": lambda: figures.batchnorm(nn.BatchNorm1d(2), VECTORS),
    "batchnorm in eval": lambda: figures.batchnorm(nn.BatchNorm1d(2).eval(), VECTORS),
    "layer_state": lambda: figures.layer_state(nn.BatchNorm2d(6)),
    "layer_state without buffers": lambda: figures.layer_state(nn.RMSNorm(4)),
    "running_means": lambda: figures.running_means(STEPS),
    "shared_means": lambda: figures.shared_means(
        MAPS, BatchNorm2d=nn.BatchNorm2d(4), GroupNorm=nn.GroupNorm(2, 4)
    ),
    "shared_means of sequences": lambda: figures.shared_means(
        SEQUENCES, BatchNorm1d=nn.BatchNorm1d(4), LayerNorm=nn.LayerNorm(3)
    ),
}
