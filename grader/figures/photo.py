"""A real photo as a tensor, and pictures of maps: what a layer makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import torch
from matplotlib.cbook import get_sample_data
from matplotlib.image import imread
from torch.nn import functional

from grader.figures.canvas import Picture, charts, picture
from grader.figures.words import number

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["images", "photo"]


def photo(shrink: int = 4) -> Tensor:
    """Rear Admiral Grace Hopper, 1984, as matplotlib ships her: 600 by 512 pixels in colour.

    Args:
        shrink: blocks of so many by so many pixels become one, their average.

    Returns:
        Numbers from 0 to 1, of shape (3, 600 // shrink, 512 // shrink): red, green, blue.
    """
    return functional.avg_pool2d(_pixels(), shrink)


@cache
def _pixels() -> Tensor:
    path: Any = get_sample_data("grace_hopper.jpg", asfileobj=False)
    return torch.tensor(imread(path)).permute(2, 0, 1) / 255


def images(maps: Mapping[str, Tensor], alt: str = "", width: float = 2.4) -> Picture:
    """Maps side by side, each under its name and with its own black and white.

    Args:
        maps: under its name a map of shape (H, W), from its lowest number in black to its highest
            in white, or a photo of shape (3, H, W) with numbers from 0 to 1.
        alt: what there is to see, for who cannot see it; the sizes and ranges are added.
        width: of each, in inches.
    """
    tallest = max(each.shape[-2] / each.shape[-1] for each in maps.values())
    figure, axes = charts(len(maps), width, width * tallest + 0.4)
    for axis, (name, values) in zip(axes, maps.items(), strict=True):
        shown = values.detach()
        if shown.dim() == 3:
            axis.imshow(shown.permute(1, 2, 0).clamp(0, 1), interpolation="nearest")
        else:
            axis.imshow(shown, cmap="gray", interpolation="nearest")
        axis.set_title(name, fontsize=11)
        axis.set_axis_off()
    ranges = (
        f"{name}: {tuple(values.shape)}, from {number(values.min().item())} "
        f"to {number(values.max().item())}"
        for name, values in maps.items()
    )
    return picture(figure, f"{alt} {'; '.join(ranges)}.".strip())
