"""Small calls of every picture in `grader.figures.attention`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
LAYER = nn.MultiheadAttention(4, num_heads=2, batch_first=True)
PLAIN = nn.MultiheadAttention(4, num_heads=1, bias=False)
OTHER_SIZES = nn.MultiheadAttention(4, num_heads=2, kdim=3, vdim=5)
SEQUENCE = torch.arange(12.0).reshape(1, 3, 4)
FUTURE = torch.ones(3, 3).triu(1).bool()
WORDS = ("one", "two", "three")
TABLE = torch.tensor([[1.0, 0.0, 0.0], [0.25, 0.75, 0.0], [0.0, 0.5, 0.5]])
PICTURES = {
    "attention": lambda: figures.attention(torch.ones(2, 4), torch.ones(3, 4), torch.ones(3, 2)),
    "attention masked": lambda: figures.attention(
        SEQUENCE[0], SEQUENCE[0], SEQUENCE[0], mask=FUTURE, words=WORDS
    ),
    "attention_cost": lambda: figures.attention_cost(8, (4, 16)),
    "attention_heads": lambda: figures.attention_heads(LAYER, SEQUENCE),
    "attention_heads masked": lambda: figures.attention_heads(LAYER, SEQUENCE, FUTURE, WORDS),
    "attention_parameters": lambda: figures.attention_parameters(LAYER),
    "attention_parameters without bias": lambda: figures.attention_parameters(PLAIN),
    "attention_parameters other sizes": lambda: figures.attention_parameters(OTHER_SIZES),
    "attention_tables": lambda: figures.attention_tables({"step 0\nloss 1.61": TABLE}),
    "attention_tables with numbers": lambda: figures.attention_tables(
        {"after": TABLE}, mask=FUTURE, words=WORDS, numbers=True
    ),
    "attention_tables of two texts": lambda: figures.attention_tables(
        {"one asks the other": TABLE[:2]}, words=WORDS[:2], keys=("a", "b", "c"), numbers=True
    ),
    "one_query": lambda: figures.one_query(
        torch.tensor([1.0, 2.0]), torch.eye(2), torch.tensor([[1.0], [3.0]])
    ),
    "one_query divided": lambda: figures.one_query(
        SEQUENCE[0, 0], SEQUENCE[0], SEQUENCE[0, :, :2], WORDS, divide_by=8, name="one"
    ),
    "grouped_queries": lambda: figures.grouped_queries(
        torch.ones(1, 4, 3, 2), torch.ones(1, 4, 3, 2), torch.ones(1, 1, 3, 2)
    ),
}
