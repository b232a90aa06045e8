"""Small calls of every picture in `grader.figures.adapters`."""

import torch
from torch import nn

from grader import figures
from grader.course.architectures import adapter

X, W = torch.tensor([1.0, -2, 3]), torch.tensor([[1.0, 0, 2], [0, 1, -1], [3, 0, 0.5], [1, 1, 1]])
A, B = torch.tensor([[1.0, 2, 0], [0, -1, 1]]), torch.tensor([[1.0, 0], [2, 1], [0, 0.5], [-1, 3]])
WIDE, TALL = nn.Linear(40, 10, bias=False), nn.Linear(10, 30, bias=False)

PICTURES = {
    "adapter": lambda: figures.adapter(W, A, B),
    "adapter of rank 1": lambda: figures.adapter(W, A[:1], B[:, :1], scale=0.5),
    "adapter merged": lambda: figures.adapter(W, A, B, scale=2, merged=True),
    "adapted": lambda: figures.adapted(X, W, A, B, scale=0.5),
    "adapted unscaled": lambda: figures.adapted(X, W, A[:1], B[:, :1]),
    "adapter_areas": lambda: figures.adapter_areas(
        wide=(WIDE, adapter(40, 10, 1)), tall=(TALL, adapter(10, 30, 4))
    ),
    "ranks": lambda: figures.ranks({"frozen": (0, 0.66), "rank 1": (410, 0.25)}, "rank 1"),
}
