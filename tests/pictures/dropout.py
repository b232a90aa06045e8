"""Small calls of every picture in `grader.figures.dropout`."""

import torch
from torch import nn

from grader import figures

HALF = nn.Dropout(0.5)
VECTOR = torch.arange(1.0, 7.0)
MAPS = torch.ones(2, 3, 2, 2)
POINTS = torch.tensor([[0.0, 1.0], [1.0, 0.0], [-1.0, 0.5]])
LABELS = torch.tensor([[1.0], [0.0], [1.0]])
torch.manual_seed(0)
ONE, TWO = nn.Linear(2, 1), nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
PICTURES = {
    "dropout": lambda: figures.dropout(HALF, VECTOR),
    "dropout in eval": lambda: figures.dropout(nn.Dropout(0.5).eval(), VECTOR),
    "dropout_draws": lambda: figures.dropout_draws(HALF, VECTOR),
    "dropout_factors": lambda: figures.dropout_factors((0.0, 0.2, 0.5, 0.9)),
    "dropped": lambda: figures.dropped(MAPS, Dropout=HALF, Dropout2d=nn.Dropout2d(0.5)),
    "borders": lambda: figures.borders(POINTS, LABELS, radius=1.0, one=ONE, two_layers=TWO),
    "borders without a circle": lambda: figures.borders(POINTS, LABELS, one=ONE),
}
