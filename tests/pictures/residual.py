"""Small calls of every picture in `grader.figures.residual`."""

import torch
from torch import nn

from grader import figures


class Block(nn.Module):
    """A residual block; its shortcut is a projection."""

    def __init__(self):
        super().__init__()
        convolution = nn.Conv2d(2, 4, 3, stride=2, padding=1, bias=False)
        self.body = nn.Sequential(convolution, nn.BatchNorm2d(4), nn.ReLU())
        self.shortcut = nn.Sequential(nn.Conv2d(2, 4, 1, stride=2, bias=False), nn.BatchNorm2d(4))


class Append(nn.Module):
    """Appends three channels of zeros."""

    def forward(self, x):
        return torch.cat([x, torch.zeros_like(x[:, :3])], dim=1)


def states(skip):
    torch.manual_seed(0)
    found = [torch.ones(1, 4, requires_grad=True)]
    for _ in range(5):
        found.append(torch.tanh(nn.Linear(4, 4)(found[-1])) + skip * found[-1])
        found[-1].retain_grad()
    found[-1].sum().backward()
    return found


torch.manual_seed(0)
X, Y = torch.arange(8).reshape(2, 2, 2), torch.ones(2, 2, 2).long()
PLAIN, SKIP = states(0), states(1)
SAME = nn.ModuleDict({"body": nn.Conv2d(2, 2, 1), "shortcut": nn.Identity()})
PICTURES = {
    "add_and_concatenate": lambda: figures.add_and_concatenate(X, Y),
    "stretched_sum": lambda: figures.stretched_sum(torch.arange(12).reshape(3, 2, 2), Y[:1]),
    "residual_block": lambda: figures.residual_block(Block(), torch.ones(1, 2, 8, 8)),
    "residual_block identity": lambda: figures.residual_block(SAME, torch.ones(1, 2, 8, 8)),
    "gradient_norms": lambda: figures.gradient_norms(plain=PLAIN, skip=SKIP),
    "gradient_norms along the time": lambda: figures.gradient_norms(
        along="step", start="first step", RNN=PLAIN, LSTM=SKIP
    ),
    "channel_growth": lambda: figures.channel_growth(
        nn.Sequential(Append(), Append()), torch.ones(1, 8, 4, 4)
    ),
}
