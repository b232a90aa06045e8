"""Small calls of every picture in `grader.figures.transformer`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
POST = nn.TransformerEncoderLayer(4, nhead=2, dim_feedforward=6, batch_first=True)
PRE = nn.TransformerEncoderLayer(
    4, nhead=2, dim_feedforward=6, activation=nn.GELU(), batch_first=True, norm_first=True
)
DECODER = nn.TransformerDecoderLayer(4, nhead=2, dim_feedforward=6, batch_first=True)
PICTURES = {
    "transformer_layers": lambda: figures.transformer_layers(
        torch.ones(1, 3, 4), post_norm=POST, pre_norm=PRE
    ),
    "transformer_layers with a memory": lambda: figures.transformer_layers(
        torch.ones(1, 3, 4), torch.ones(1, 5, 4), decoder=DECODER
    ),
    "transformer_sketch": lambda: figures.transformer_sketch(
        torch.ones(1, 3, 4), post_norm=POST, pre_norm=PRE
    ),
    "transformer_sketch with a memory": lambda: figures.transformer_sketch(
        torch.ones(1, 3, 4), torch.ones(1, 5, 4), decoder=DECODER
    ),
}
