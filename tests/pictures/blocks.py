"""Small calls of every picture in `grader.figures.blocks`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
LAYER = nn.Linear(3, 2)
PICTURES = {
    "tensors": lambda: figures.tensors(a=torch.arange(6).reshape(2, 3), b=torch.tensor(7.5)),
    "element_bytes": lambda: figures.element_bytes(half=torch.ones(3).half(), full=torch.ones(3)),
    "through": lambda: figures.through(LAYER, torch.ones(2, 4, 3)),
}
