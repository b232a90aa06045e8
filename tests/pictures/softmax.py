"""Small calls of every picture in `grader.figures.softmax`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
POINTS, CLASSES = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2])
LAYERS = {"before": nn.Linear(2, 3), "after": nn.Linear(2, 3)}
LOGITS = torch.tensor([2.0, 1.0, 0.0])
PICTURES = {
    "softmax_steps": lambda: figures.softmax_steps(LOGITS),
    "softmax_dims": lambda: figures.softmax_dims(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 2.0]])),
    "implicit_dims": lambda: figures.implicit_dims((3,), (4, 3), (2, 4, 3)),
    "shares_at": lambda: figures.shares_at(LOGITS),
    "shares_at cold": lambda: figures.shares_at(LOGITS, temperature=0.1),
    "class_map": lambda: figures.class_map(POINTS, CLASSES, LAYERS),
    "temperatures": lambda: figures.temperatures(LOGITS, (0.5, 1, 10)),
    "target_losses": lambda: figures.target_losses(LOGITS),
    "loss_floor": lambda: figures.loss_floor(),
    "loss_floor few": lambda: figures.loss_floor(classes=3, up_to=5.0),
    "binary_losses": lambda: figures.binary_losses(),
}
