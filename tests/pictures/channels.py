"""Small calls of every picture in `grader.figures.channels`."""

import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
GREY = torch.arange(30.0).reshape(1, 5, 6)
COLOUR = torch.arange(27.0).reshape(3, 3, 3)
KERNEL = nn.Conv2d(1, 1, 3)
WIDE = nn.Conv2d(1, 1, (3, 2), stride=(2, 3), padding=(1, 0))
FILTERS = nn.Conv2d(3, 2, 2)
PLAIN = nn.Conv2d(3, 2, (2, 3), bias=False)
PICTURES = {
    "conv2d_frames": lambda: figures.conv2d_frames(KERNEL, GREY),
    "conv2d_frames padding": lambda: figures.conv2d_frames(WIDE, GREY, [(0, 0), (1, 1)]),
    "conv2d_places": lambda: figures.conv2d_places(WIDE, GREY),
    "conv2d_places plain": lambda: figures.conv2d_places(KERNEL, GREY),
    "channel_maps": lambda: figures.channel_maps(FILTERS, COLOUR),
    "channel_maps no bias": lambda: figures.channel_maps(PLAIN, COLOUR, out_channel=1),
    "parameters_and_work": lambda: figures.parameters_and_work(
        [(KERNEL, (1, 1, 5, 6)), (nn.Linear(12, 4, device="meta"), (1, 12))]
    ),
    "separable_price": lambda: figures.separable_price(16, 32, 3),
}
