"""Small calls of every picture in `grader.figures.connectivity`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
X = torch.arange(24.0).reshape(2, 3, 4)
DEPTHWISE = nn.Conv2d(2, 4, 2, groups=2)
POINTWISE = nn.Conv2d(2, 3, 1)
PICTURES = {
    "connectivity": lambda: figures.connectivity(
        full=nn.Conv2d(3, 5, 3),
        depthwise=nn.Conv2d(3, 3, 3, groups=3),
        pointwise=nn.Conv2d(3, 5, 1),
    ),
    "connectivity groups": lambda: figures.connectivity(
        multiplier=nn.Conv2d(2, 4, (1, 3), groups=2, bias=False, padding="same", dilation=2)
    ),
    "depthwise": lambda: figures.depthwise(DEPTHWISE, X),
    "pointwise": lambda: figures.pointwise(POINTWISE, X, row=1, column=2),
    "parts_of_the_whole": lambda: figures.parts_of_the_whole(
        "b", {"parameters": {"a": 1, "b": 3}, "bytes": {"a": 4}}
    ),
}
