"""Small calls of every picture in `grader.figures.training`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
NETWORK = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
PAIR = torch.tensor([1.0, 2.0]), torch.tensor([1.0])
PICTURES = {
    "training_step": lambda: figures.training_step(NETWORK, *PAIR),
    "training_step one layer": lambda: figures.training_step(nn.Sequential(NETWORK[2]), *PAIR),
    "learning": lambda: figures.learning([2.0, 1.0, 0.25], weight=[0.1, 0.4, 0.5], bias=[0, 1, 2]),
    "learning alone": lambda: figures.learning([2.0, 1.0, 0.25]),
}
