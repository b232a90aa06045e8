"""Small calls of every picture in `grader.figures.convolution`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
X = torch.arange(8.0).reshape(1, 8)
PLAIN = nn.Conv1d(1, 1, 3)
PADDED = nn.Conv1d(1, 1, 3, padding=1)
STRIDED = nn.Conv1d(1, 1, 3, stride=2)
DILATED = nn.Conv1d(1, 1, 3, dilation=2)
EVEN = nn.Conv1d(1, 1, 4, padding="same", dilation=2)
CHANNELS = nn.Conv1d(2, 3, 2, padding=1, dilation=2, bias=False)
PICTURES = {
    "conv1d_frames": lambda: figures.conv1d_frames(PLAIN, X),
    "conv1d_frames channels": lambda: figures.conv1d_frames(CHANNELS, X.reshape(2, 4), (0, -1), 2),
    "conv1d_places": lambda: figures.conv1d_places(PADDED, X),
    "conv1d_places stride": lambda: figures.conv1d_places(STRIDED, X),
    "conv1d_places dilation": lambda: figures.conv1d_places(DILATED, X),
    "conv1d_places even": lambda: figures.conv1d_places(EVEN, X),
    "signals": lambda: figures.signals({"before": X[0], "after": PADDED(X)[0]}, rate=20),
    "receptive_cone": lambda: figures.receptive_cone(STRIDED, PLAIN),
    "receptive_cone dilation": lambda: figures.receptive_cone(PLAIN, DILATED, outputs=1),
}
