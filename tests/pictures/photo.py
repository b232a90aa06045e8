"""Small calls of every picture in `grader.figures.photo`, and one that follows the hand."""

import torch

from grader import figures

PICTURES = {
    "images": lambda: figures.images({"a map": torch.eye(3), "its double": 2 * torch.eye(3)}),
    "images in colour": lambda: figures.images({"photo": figures.photo(32)}, "Grace Hopper."),
    "play": lambda: figures.play(
        lambda size=2: figures.images({"a map": torch.eye(size)}), size=(1, 4)
    ),
}
