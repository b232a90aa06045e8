"""Small calls of every picture in `grader.figures.patches`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
IMAGE = torch.arange(24).reshape(4, 6)
PHOTO = figures.photo(16)[:, :32, :32]
LAYER = nn.Conv2d(3, 2, 16, stride=16)
MAP = torch.tensor([[0.0, 0.25], [0.5, 1.0]])
PICTURES = {
    "by_place": lambda: figures.by_place({"before": MAP, "after": MAP.T}),
    "by_place marked": lambda: figures.by_place({"step 0": MAP}, marked=(1, 1)),
    "patch_costs": lambda: figures.patch_costs(PHOTO, 8),
    "patches": lambda: figures.patches(IMAGE, 2),
    "patches with the fifth chosen": lambda: figures.patches(IMAGE, 2, chosen=4),
    "tokens": lambda: figures.tokens(PHOTO, LAYER),
    "tokens with class token and positions": lambda: figures.tokens(
        PHOTO, LAYER, class_token=torch.ones(2), positions=torch.ones(1, 5, 2)
    ),
    "tokens with positions": lambda: figures.tokens(PHOTO, LAYER, positions=torch.ones(4, 2)),
}
