"""Small calls of every picture in `grader.figures.upsampling`."""

import torch
from torch import nn

from grader import figures
from grader.course import architectures


def layer(kernel_size=3, stride=2, **arguments):
    torch.manual_seed(0)
    return nn.ConvTranspose1d(1, 1, kernel_size, stride, bias=False, **arguments)


X = torch.tensor([[2.0, 5.0, 1.0]])
PICTURES = {
    "overlaps": lambda: figures.overlaps(layer(), X),
    "overlaps with gaps": lambda: figures.overlaps(layer(2, 4), X),
    "overlaps cut off": lambda: figures.overlaps(layer(padding=1, output_padding=1), X),
    "overlaps beyond the paint": lambda: figures.overlaps(layer(output_padding=1), X),
    "cover": lambda: figures.cover(nn.ConvTranspose2d(1, 1, 3, 2)),
    "cover of two": lambda: figures.cover(
        nn.ConvTranspose2d(2, 3, (2, 3), 2), nn.ConvTranspose2d(1, 1, 4, 2, padding=1), side=3
    ),
    "unet": lambda: figures.unet(architectures.unet(1, 2, (4, 8, 16)), torch.empty(1, 1, 16, 24)),
    "unet that does not meet": lambda: figures.unet(
        architectures.unet(3, 1, (4, 8, 16)), torch.empty(1, 3, 14, 16)
    ),
    "unet of one width": lambda: figures.unet(
        architectures.unet(1, 1, (4,)), torch.empty(1, 1, 5, 5)
    ),
}
