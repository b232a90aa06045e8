"""Small calls of every picture in `grader.figures.fitting`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
X = torch.linspace(-2, 2, 9).unsqueeze(-1)
NETWORK = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1))
LINE, NO_BIAS = nn.Linear(1, 1), nn.Linear(1, 1, bias=False)
PICTURES = {
    "fit": lambda: figures.fit(X, 2 * X + 1, before=LINE, no_bias=NO_BIAS),
    "fit curve": lambda: figures.fit(X, X.abs(), two_ReLUs=NETWORK),
    "bends": lambda: figures.bends(NETWORK),
}
