"""Small calls of every picture in `grader.figures.softmax`."""

import torch

from grader import figures

LOGITS = torch.tensor([2.0, 1.0, 0.0])
PICTURES = {
    "softmax_steps": lambda: figures.softmax_steps(LOGITS),
    "softmax_dims": lambda: figures.softmax_dims(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 2.0]])),
    "temperatures": lambda: figures.temperatures(LOGITS, (0.5, 1, 10)),
    "target_losses": lambda: figures.target_losses(LOGITS),
    "loss_floor": lambda: figures.loss_floor(),
    "loss_floor few": lambda: figures.loss_floor(classes=3, up_to=5.0),
    "binary_losses": lambda: figures.binary_losses(),
}
