"""Small calls of every picture in `grader.figures.experts`."""

import torch

from grader import figures

LOGITS = torch.tensor([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0], [1.0, -2.0, 0.0], [4.0, 1.0, 0.0]])
POINTS = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [-2.0, -1.0], [0.5, -0.5]])
SENT = torch.tensor([0, 1, 1, 0])
WEIGHT = torch.tensor([[1.0, 0.0], [-1.0, 0.5]])
SHARES = [torch.tensor([0.5, 0.5]), torch.tensor([0.75, 0.25]), torch.tensor([1.0, 0.0])]
PICTURES = {
    "routing": lambda: figures.routing(LOGITS, top_k=2, words=("the", "dog", "saw", "it")),
    "routing without words": lambda: figures.routing(LOGITS[:2], top_k=1),
    "sent_points": lambda: figures.sent_points(POINTS, {"step 0": (SENT, WEIGHT)}),
    "sent_points twice": lambda: figures.sent_points(
        POINTS, {"step 0\nloss 2.00": (SENT, WEIGHT), "step 9\nloss 1.00": (1 - SENT, -WEIGHT)}
    ),
    "expert_shares": lambda: figures.expert_shares(alone=SHARES),
    "expert_shares twice": lambda: figures.expert_shares(alone=SHARES, with_the_term=SHARES[:2]),
    "total_and_active": lambda: figures.total_and_active(8, 16, num_experts=8, top_k=2),
    "total_and_active with a shared one": lambda: figures.total_and_active(8, 16, 4, 1, 1),
}
