"""Images in patches: which pixels a patch takes, the tokens made of them, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from matplotlib.patches import Rectangle
from torch import nn

from grader.figures.attention import DARKEST, WHITE
from grader.figures.canvas import EDGE, FILL, INK, Canvas, Picture, charts, picture, width_of
from grader.figures.words import describe, in_words, short, stack

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["by_place", "patch_costs", "patches", "tokens"]

PITCH = 1.08  # from one token to the next
SIDE = 5.6  # of the photo above its tokens
EMBED_DIM = 768  # of ViT-B


def patches(image: Tensor, patch_size: int, chosen: int = 0) -> Picture:
    """An image of one channel with its numbers, cut into patches; beside it a flat row for each.

    Args:
        image: `(H, W)`, a handful of numbers each way.
        patch_size: divides both.
        chosen: the patch that is marked in both.
    """
    flat = cut(image[None], patch_size).flatten(1)
    rows, columns = image.shape
    canvas = Canvas()
    canvas.title(0, -1.15, "image")
    canvas.note(0, -0.55, f"{rows} rows, {columns} columns")
    canvas.grid(0, 0, stack(image)[0], "input")
    across = columns // patch_size
    for number in range(len(flat)):
        down, right = divmod(number, across)
        corner = right * patch_size, down * patch_size
        canvas.outline(*corner, patch_size, patch_size, "input")
    down, right = divmod(chosen, across)
    canvas.outline(
        right * patch_size, down * patch_size, patch_size, patch_size, "accent", thickness=4
    )
    left = columns + 3.2
    canvas.title(left, -1.15, "patches, each a flat list")
    canvas.note(left, -0.55, f"{len(flat)} patches of {flat.shape[1]} numbers")
    canvas.text(columns + 1, rows / 2, "→", align="center", size=16)
    for number, values in enumerate(flat.tolist()):
        canvas.text(left - 0.3, 1.2 * number + 0.5, f"{number}", align="right", size=10)
        role = "accent" if number == chosen else "input"
        canvas.grid(left, 1.2 * number, [[short(value) for value in values]], role)
    return canvas.picture(
        f"{describe('An image', image)}. Cut into patches of {patch_size} by {patch_size}, in "
        f"reading order; patch {chosen} holds {', '.join(map(short, flat[chosen].tolist()))}."
    )


def tokens(
    image: Tensor,
    layer: nn.Conv2d,
    class_token: Tensor | None = None,
    positions: Tensor | None = None,
) -> Picture:
    """A photo, its patches in a row, and the token that a layer makes of each.

    With a class token or positions the photo above its patches is left out.

    Args:
        image: `(3, H, W)` with numbers from 0 to 1.
        layer: its kernel is a square patch and its stride as large.
        class_token: so many numbers as the layer has outputs, in front of all tokens.
        positions: a row for each token, the class token's first; added to them.
    """
    size = layer.kernel_size[0]
    with torch.no_grad():
        made = layer(image[None])[0].flatten(1).T
    canvas, top = Canvas(), 0.0
    first = 0.0 if class_token is None else PITCH
    if class_token is None and positions is None:
        photo_with_numbers(canvas, image, size)
        top = SIDE + 1.6
    top = patches_in_a_row(canvas, first, top, image, size)
    columns(canvas, first, top, made, "output")
    below = top + made.shape[1] + 0.6
    if class_token is not None:
        columns(canvas, 0, top, class_token.reshape(1, -1), "weight")
        canvas.text(0.5, top - 0.9, "class\ntoken", align="center", size=10)
    if positions is not None:
        middle = len(positions.flatten(0, -2)) * PITCH / 2
        canvas.text(middle, below, "+", align="center", size=16)
        columns(canvas, 0, below + 0.6, positions.flatten(0, -2), "weight")
        below += made.shape[1] + 1.2
    same = f"Conv2d({layer.in_channels}, {layer.out_channels}, {size}, stride={size})"
    canvas.title(0, below, f"{len(made)} tokens, all made by the same {same}")
    if positions is not None:
        canvas.title(0, below + 0.65, "and a learned position for each token")
    extras = {"class token": class_token, "positions": positions}
    more = in_words(**{name: each for name, each in extras.items() if each is not None})
    return canvas.picture(
        f"A photo of shape {tuple(image.shape)}: its {len(made)} patches stand in a row, and a "
        f"layer makes of each a token. {describe('Tokens', made)}. {more}".strip()
    )


def photo_with_numbers(canvas: Canvas, image: Tensor, size: int) -> None:
    """A photo with its patches framed and numbered."""
    high, wide = image.shape[1] // size, image.shape[2] // size
    unit = SIDE / high
    canvas.title(0, -0.5, f"a photo of {image.shape[1]} × {image.shape[2]} pixels")
    paint(canvas, image, 0, 0, wide * unit, SIDE)
    for number in range(high * wide):
        down, right = divmod(number, wide)
        canvas.outline(right * unit, down * unit, unit, unit, "input", 1)
        badge(canvas, right * unit, down * unit, str(number))


def patches_in_a_row(canvas: Canvas, left: float, top: float, image: Tensor, size: int) -> float:
    """The patches of a photo with their numbers, an arrow under each; returns where these end."""
    pieces = cut(image, size).reshape(-1, image.shape[0], size, size)
    canvas.title(left, top - 0.5, f"its {len(pieces)} patches in reading order")
    for number, piece in enumerate(pieces):
        x = left + number * PITCH
        paint(canvas, piece, x, top, 1, 1)
        canvas.note(x + 0.5, top + 1.3, str(number), align="center")
        canvas.arrow((x + 0.5, top + 1.65), (x + 0.5, top + 2.6), "padding")
    return top + 2.7


def columns(canvas: Canvas, left: float, top: float, vectors: Tensor, role: str) -> None:
    """A column of numbers for each vector."""
    for number, vector in enumerate(vectors.tolist()):
        rows = [[f"{value:.2f}".replace("-", "−")] for value in vector]
        canvas.grid(left + number * PITCH, top, rows, role)


def by_place(maps: Mapping[str, Tensor], marked: tuple[int, int] | None = None) -> Picture:
    """Numbers from 0 to 1 for the places of an image, the darker the larger; maps side by side.

    Args:
        maps: under its name a map of shape (rows, columns).
        marked: a place where nothing is asked, drawn as a ring.
    """
    canvas, left = Canvas(), 0.0
    for name, values in maps.items():
        canvas.title(left, -0.5, name)
        for place, value in enumerate(values.flatten().tolist()):
            row, column = divmod(place, values.shape[1])
            if (row, column) == marked:
                canvas.cell(left + column, row, "", "unused")
                canvas.outline(left + column + 0.25, row + 0.25, 0.5, 0.5, "input")
                continue
            shaded(canvas, left + column, row, value, f"{value:.2f}")
        left += max(values.shape[1], width_of(name, weight="bold")) + 0.8
    said = "; ".join(describe(name, values) for name, values in maps.items())
    where = f" A ring at row {marked[0]}, column {marked[1]}." if marked else ""
    return canvas.picture(f"{said}.{where}")


def patch_costs(image: Tensor, patch_size: int) -> Picture:
    """A square photo cut into patches, and four counts of ViT-B at this size of the patch.

    Args:
        image: `(3, S, S)` with numbers from 0 to 1.
        patch_size: divides S.
    """
    side = image.shape[1]
    counts = costs(side, patch_size)
    figure, (left, right) = charts(2, width=4.2, height=3.0)
    left.imshow(image.permute(1, 2, 0).clamp(0, 1), interpolation="nearest")
    for line in range(0, side + 1, patch_size):
        left.plot([-0.5, side - 0.5], [line - 0.5] * 2, color="white", linewidth=0.6)
        left.plot([line - 0.5] * 2, [-0.5, side - 0.5], color="white", linewidth=0.6)
    left.set_axis_off()
    left.set_title(f"{side} × {side} pixels, patches of {patch_size}", fontsize=11, color=INK)
    for place, ((name, count), role) in enumerate(
        zip(counts.items(), ("output", "weight", "weight", "accent"), strict=True)
    ):
        height = len(counts) - 1 - place
        right.barh(height, count, 0.42, color=FILL[role], ec=EDGE[role])
        right.text(1.3, height + 0.3, f"{name}: {count:,}", fontsize=11, color=INK, va="bottom")
    right.set_xscale("log")
    right.set_xlim(1, 1e12)
    right.set_xticks([10.0**power for power in range(0, 13, 3)])
    right.set_ylim(-0.4, len(counts) - 0.1)
    right.set_yticks([])
    right.set_xlabel("each mark a thousand times the one before", fontsize=11, color=INK)
    said = "; ".join(f"{name}: {count:,}" for name, count in counts.items())
    return picture(figure, f"{side} by {side} pixels in patches of {patch_size}. {said}.")


def costs(side: int, patch_size: int) -> dict[str, int]:
    """Tokens, parameters and work of one attention of ViT-B, as PyTorch has them."""
    from grader.course.architectures import vit
    from grader.course.pytorch import mult_adds, parameters

    network = vit(side, patch_size, EMBED_DIM, 0, EMBED_DIM)
    with torch.device("meta"):
        seen = tuple(network.positions.shape)
        attention = nn.MultiheadAttention(EMBED_DIM, 12, batch_first=True)
        projections = 4 * mult_adds(nn.Linear(EMBED_DIM, EMBED_DIM), seen)
        pairs = mult_adds(attention, seen, seen, seen) - projections
    return {
        "tokens": seen[1],
        "parameters of the patch embedding": parameters(network.patches),
        "parameters of the positions": network.positions.numel(),
        "mult-adds for pairs of tokens, a layer": pairs,
    }


def cut(image: Tensor, size: int) -> Tensor:
    """Patches in reading order, `(patches, channels, numbers)`."""
    flat = nn.functional.unfold(image[None].float(), size, stride=size)[0].T
    return flat.reshape(flat.shape[0], image.shape[0], -1)


def paint(canvas: Canvas, image: Tensor, x: float, y: float, width: float, height: float) -> None:
    """A colour image on the sheet, its top left corner at (x, y)."""
    canvas.axes.imshow(
        image.permute(1, 2, 0).clamp(0, 1),
        extent=(x, x + width, y + height, y),
        aspect="auto",
        interpolation="nearest",
        clip_on=False,
    )


def shaded(canvas: Canvas, x: float, y: float, value: float, text: str) -> None:
    """A cell that is the darker the nearer its number comes to 1."""
    shade = [light + value * (dark - light) for light, dark in zip(WHITE, DARKEST, strict=True)]
    box = Rectangle((x, y), 1, 1, fc=shade, ec=EDGE["accent"], lw=1.1, clip_on=False)
    canvas.axes.add_patch(box)
    canvas.text(x + 0.5, y + 0.5, text, align="center", size=10)


def badge(canvas: Canvas, x: float, y: float, text: str) -> None:
    """A small number on white in the corner of a patch."""
    size = width_of(text, 10)
    canvas.axes.text(
        x + 0.1 + size / 2,
        y + 0.28,
        text,
        ha="center",
        va="center",
        size=10,
        color=INK,
        bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 1, "alpha": 0.85},
    )
