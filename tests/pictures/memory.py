"""Small calls of every picture in `grader.figures.memory`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
CHAIN = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


def after_a_step(kind, **options):
    """An optimiser that has made one step on a small layer."""
    layer = nn.Linear(3, 2)
    layer(torch.ones(1, 3)).sum().backward()
    optimiser = kind(layer.parameters(), **options)
    optimiser.step()
    return optimiser


PIECES = {
    "weights": 40,
    "gradients": 0,
    "first moment": 0,
    "second moment": 40,
    "activations": 30,
}
PICTURES = {
    "activations": lambda: figures.activations(CHAIN, torch.ones(2, 3)),
    "activations kept": lambda: figures.activations(CHAIN, torch.ones(2, 3), kept=True),
    "memory": lambda: figures.memory(one={"weights": 40, "activations": 1}, two={"input": 20}),
    "memory_over_time": lambda: figures.memory_over_time(
        {"0\nforward": PIECES, "0\nbackward": {**PIECES, "gradients": 40, "activations": 0}}
    ),
    "training_memory": lambda: figures.training_memory(
        SGD=after_a_step(torch.optim.SGD, momentum=0.9), Adam=after_a_step(torch.optim.Adam)
    ),
}
