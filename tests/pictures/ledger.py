"""Small calls of every picture in `grader.figures.ledger`."""

from collections import OrderedDict

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
CHAIN = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))


def tied():
    """A language model in which head and embedding share one matrix, on the meta device."""
    with torch.device("meta"):
        model = nn.Sequential(
            OrderedDict(tokens=nn.Embedding(50, 4), norm=nn.LayerNorm(4), head=nn.Linear(4, 50))
        )
    model.head.weight = model.tokens.weight
    return model


PICTURES = {
    "ledger": lambda: figures.ledger(CHAIN, torch.ones(2, 1, 4, 4)),
    "ledger tied": lambda: figures.ledger(tied(), torch.empty(1, 7, dtype=int, device="meta")),
    "accounts": lambda: figures.accounts(one={"weights": 10}, other={"weights": 12, "biases": 2}),
    "shares": lambda: figures.shares(chain=CHAIN, tied=tied()),
}
