"""Small pictures with labels, drawn in code: something to learn from without a download."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["digits", "things"]

ROWS = (  # of ten digits, 3 x 5 pixels each
    "111 010 111 111 101 111 111 111 111 111",
    "101 110 001 001 101 100 100 001 101 101",
    "101 010 111 111 111 111 111 001 111 111",
    "101 010 100 001 001 001 101 001 101 001",
    "111 111 111 111 001 111 111 001 111 111",
)
TALL, WIDE = 20, 12  # pixels of a digit
NOISE = 0.3


def digits(count: int, size: int = 32) -> tuple[Tensor, Tensor]:
    """Digits at random places of grey images, with noise: `(images, labels)`."""
    rows = [[list(map(int, digit)) for digit in row.split()] for row in ROWS]
    small = torch.tensor(rows, dtype=torch.float).permute(1, 0, 2)[:, None]
    large = nn.functional.interpolate(small, size=(TALL, WIDE))
    labels = torch.randint(10, (count,))
    images = torch.zeros(count, 1, size, size)
    for image, label in zip(images, labels, strict=True):
        top, left = (int(torch.randint(size - side + 1, ())) for side in (TALL, WIDE))
        image[:, top : top + TALL, left : left + WIDE] = large[label]
    return images + NOISE * torch.randn(images.shape), labels


KINDS = ("disc", "ring", "square", "cross", "stripes")


def things(count: int, size: int = 64) -> tuple[Tensor, Tensor]:
    """Five kinds of things in random colours at random places: `(images, labels)`.

    The kinds are those of `KINDS`, in this order.
    """
    labels = torch.randint(len(KINDS), (count,))
    middle = size * (0.35 + 0.3 * torch.rand(count, 2))
    radius = size * (0.15 + 0.15 * torch.rand(count))[:, None, None]
    places = torch.arange(size, dtype=torch.float)
    y = places[None, :, None] - middle[:, :1, None]
    x = places[None, None, :] - middle[:, 1:, None]
    away, farther = (x * x + y * y).sqrt(), torch.maximum(x.abs(), y.abs())
    nearer = torch.minimum(x.abs(), y.abs())
    drawn = torch.stack([
        away < radius,
        (away < radius) & (away > 0.6 * radius),
        farther < radius,
        (farther < radius) & (nearer < 0.3 * radius),
        (farther < radius) & ((y % 8) < 4),
    ])
    chosen = drawn[labels, torch.arange(count)][:, None]
    colours = 0.4 + 0.6 * torch.rand(count, 3, 1, 1)
    return colours * chosen + NOISE / 3 * torch.randn(count, 3, size, size), labels
