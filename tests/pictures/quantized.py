"""Small calls of every picture in `grader.figures.quantized`."""

import torch

from grader import figures

WEIGHTS = torch.tensor([0.31, -0.84, 0.07, 0.52, -0.22, 1.12])
ROW = torch.tensor([0.1, -0.2, 0.05, 0.0, 2.0, -0.1, 0.0, 0.0, 0.0])
PICTURES = {
    "rounded_row": lambda: figures.rounded_row(WEIGHTS),
    "rounded_row 8 bits": lambda: figures.rounded_row(WEIGHTS, bits=8),
    "rounded_row 2 bits": lambda: figures.rounded_row(WEIGHTS[:3], bits=2),
    "rounded_row clamped": lambda: figures.rounded_row(WEIGHTS, bits=3, scale=0.1),
    "rounded_row shifted": lambda: figures.rounded_row(
        WEIGHTS.abs(), bits=4, scale=0.1, zero_point=-8
    ),
    "grid_by_group": lambda: figures.grid_by_group(ROW),
    "grid_by_group of 4": lambda: figures.grid_by_group(ROW, bits=8, group_size=4, scale_bytes=4),
    "packed_bits": lambda: figures.packed_bits(torch.tensor([3, -1, 0, 2, -3]), bits=3),
    "packed_bits whole bytes": lambda: figures.packed_bits(torch.tensor([-8, 7]), bits=4),
    "weights_on_grid": lambda: figures.weights_on_grid(
        "step 0", bits=3, first=(WEIGHTS, 0.4), second_layer=(ROW, 0.1)
    ),
    "weights_on_grid without a title": lambda: figures.weights_on_grid(only=(ROW, 2.0)),
}
