"""Small calls of every picture in `grader.figures.embedding`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
TABLE = nn.Embedding(4, 3, padding_idx=0)
WORDS = ["(pad)", "one", "two", "three"]
INDICES = torch.tensor([2, 0, 2])
TABLE(INDICES).sum().backward()
TIED = nn.Sequential(nn.Embedding(4, 3), nn.Linear(3, 4, bias=False))
TIED[1].weight = TIED[0].weight
PICTURES = {
    "look_up": lambda: figures.look_up(TABLE, INDICES, WORDS),
    "look_up without names": lambda: figures.look_up(TABLE, torch.tensor([1, 1, 0, 3, 2, 2])),
    "one_hot_product": lambda: figures.one_hot_product(TABLE, INDICES, WORDS),
    "gradient_rows": lambda: figures.gradient_rows(TABLE, WORDS),
    "both_ways": lambda: figures.both_ways(TABLE, 2, torch.ones(3)),
    "word_vectors": lambda: figures.word_vectors(
        WORDS, {"before": torch.eye(4, 2), "after": torch.ones(4, 2)}, ("one", "two")
    ),
    "shared_bars": lambda: figures.shared_bars(tied=TIED),
}
