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
    "norm_losses": lambda: figures.norm_losses(
        {"plain": [2.0, 1.5, 1.25, 1.2], "normalized": [2.0, 0.5, 0.125, 0.02]}
    ),
    "norm_losses within one power of ten": lambda: figures.norm_losses({"plain": [1.14, 1.02]}),
    "running_means": lambda: figures.running_means(STEPS),
    "shared_means": lambda: figures.shared_means(
        MAPS, BatchNorm2d=nn.BatchNorm2d(4), GroupNorm=nn.GroupNorm(2, 4)
    ),
    "shared_means of another number": lambda: figures.shared_means(
        MAPS, (1, 3), InstanceNorm2d=nn.InstanceNorm2d(4)
    ),
    "shared_means of sequences": lambda: figures.shared_means(
        SEQUENCES, BatchNorm1d=nn.BatchNorm1d(4), LayerNorm=nn.LayerNorm(3)
    ),
}
