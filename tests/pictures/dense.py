"""Small calls of every picture in `grader.figures.dense`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
LAYER = nn.Linear(3, 2)
PICTURES = {
    "linear": lambda: figures.linear(LAYER, torch.ones(3)),
    "parameter_areas": lambda: figures.parameter_areas(a=LAYER, b=nn.Linear(784, 256, bias=False)),
}
