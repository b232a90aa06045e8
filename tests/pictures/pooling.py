"""Small calls of every picture in `grader.figures.pooling`."""

import torch
from torch import nn

from grader import figures

X = torch.tensor([3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0])
MAP = torch.arange(25.0).reshape(5, 5)
PICTURES = {
    "windows": lambda: figures.windows(nn.MaxPool1d(2), X),
    "windows padded": lambda: figures.windows(nn.MaxPool1d(3, 2, padding=1, dilation=2), X),
    "windows average": lambda: figures.windows(nn.AvgPool1d(3, padding=1, ceil_mode=True), X),
    "windows dropped": lambda: figures.windows(nn.MaxPool1d(1, 4, ceil_mode=True), X[:6]),
    "windows adaptive": lambda: figures.windows(nn.AdaptiveAvgPool1d(3), X),
    "pool2d": lambda: figures.pool2d(
        MAP, max=nn.MaxPool2d(2), average=nn.AvgPool2d((2, 3), (1, 2))
    ),
}
