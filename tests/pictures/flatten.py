"""Small calls of every picture in `grader.figures.flatten`."""

import torch
from torch import nn

from grader import figures

SAMPLE = torch.arange(12).reshape(3, 2, 2)
MODEL = nn.Sequential(nn.MaxPool2d(2), nn.Flatten())
PICTURES = {
    "flat_order": lambda: figures.flat_order(SAMPLE, (2, 0, 1)),
    "two_orders": lambda: figures.two_orders(SAMPLE),
    "merged_dims": lambda: figures.merged_dims(SAMPLE, nn.Flatten(), nn.Flatten(-2, -2)),
    "funnel": lambda: figures.funnel(MODEL, torch.empty(2, 3, 8, 6, device="meta")),
    "vgg_funnel": lambda: figures.vgg_funnel(64),
}
