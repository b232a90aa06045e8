"""Lesson 24: patches, tokens and the Vision Transformer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course import architectures as nets
from grader.course import asking
from grader.course import misconceptions as known
from grader.course.architectures import Size
from grader.course.misconceptions import pair
from grader.course.pytorch import output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Rows = Sequence[Sequence[float]]


def patchify(image: Rows, patch_size: int) -> list[list[float]]:
    """The patches of an image of one channel, a list of rows, in reading order.

    Each patch is a flat list of its rows. `patch_size` divides both sides of the image.
    """
    patches: list[list[float]] = functional.unfold(
        tensor(image)[None, None], patch_size, stride=patch_size)[0].T.tolist()
    return patches


def tensor(rows: Rows) -> Tensor:
    """An image in double precision, on the CPU: the numbers matter."""
    return torch.tensor(rows, dtype=torch.float64, device="cpu")


def vit_tokens(image_size: Size, patch_size: Size, class_token: bool = True) -> int:
    """The number of tokens that a Vision Transformer makes of an image.

    Sizes are whole numbers or pairs `(height, width)`; the patch's divide the image's.
    """
    cut = nn.Conv2d(1, 1, patch_size, patch_size)
    patches = torch.empty(output_shape(cut, (1, 1, *pair(image_size)))).flatten()
    return torch.cat([torch.empty(int(class_token)), patches]).numel()


def patch_embedding_params(in_channels: int, patch_size: Size, embed_dim: int) -> int:
    """The number of parameters of the layer that makes tokens of patches, with its bias.

    `patch_size` is a whole number or a pair `(height, width)`.
    """
    return parameters(nn.Conv2d(in_channels, embed_dim, patch_size, patch_size))


def vit_params(
    image_size: Size, patch_size: Size, embed_dim: int, depth: int, mlp_dim: int,
    num_classes: int = 1000, in_channels: int = 3,
) -> int:
    """The number of parameters of a Vision Transformer.

    A patch embedding, a class token, a learned position for each token, the class token
    included; `depth` layers as `nn.TransformerEncoderLayer(embed_dim, nhead, mlp_dim)`; a
    LayerNorm and a Linear with a bias. The number of heads does not matter.
    """
    return parameters(nets.vit(image_size=image_size, patch_size=patch_size, embed_dim=embed_dim,
        depth=depth, mlp_dim=mlp_dim, num_classes=num_classes, in_channels=in_channels))


# Images that are cut in other ways. Each gives patches as a tensor, one a row.


def cut(rows: Tensor, height: int, width: int) -> Tensor:
    """Patches of any height and width that fit."""
    down, right = len(rows) // height, rows.shape[1] // width
    return rows.reshape(down, height, right, width).transpose(1, 2).reshape(
        down * right, height * width)


def sliced(a: Asked, height: int, width: int) -> list[list[float]]:
    """The patches of Python's slices, for an image of another height or width than it has."""
    return [
        [float(value) for row in a.image[top : top + a.patch_size]
            for value in row[left : left + a.patch_size]]
        for top in range(0, height, a.patch_size) for left in range(0, width, a.patch_size)]


def other(rule: Callable[[Tensor, int], Tensor]) -> Rule:
    """What comes out of an image and a patch size in another way, as lists."""
    return lambda a: rule(tensor(a.image), a.patch_size).tolist()


def pieces(rows: Tensor, size: int) -> Tensor:
    """The rows one after the other, cut into pieces as long as a patch."""
    return rows.reshape(-1, size * size)


def draw_image(random: Random, patches: tuple[int, int]) -> Case:
    """So many patches down and to the right; numbers with more digits than a rounded answer."""
    patch_size = random.randint(2, 3)
    height, width = (count * patch_size for count in patches)
    image = [[round(random.uniform(-3, 3), 7) for _ in range(width)] for _ in range(height)]
    return case(image, patch_size)


COUNTED = [[float(10 * row + column) for column in range(6)] for row in range(4)]
TALL = [[0.1234567, -1.5], [2.25, 3.7654321], [0.5, 1.0], [-0.3141593, 8.0]]
FINE = [[round(0.1234567 * (5 * row + column * column + 1), 7) for column in range(4)]
        for row in range(4)]

PATCHIFY = Function(
    patchify,
    parts=(
        Part("square images", 2,
            (case([[1, 2], [3, 4]], 1), case([[1, 2], [3, 4]], 2),
             case([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], 2),
             case(FINE, 2)),
            lambda random: draw_image(random, random.choice(((2, 2), (3, 3))))),
        Part("images of any height and width", 1,
            (case(COUNTED, 2), case(TALL, patch_size=2), case(TALL[:1], 1),
             case([[*row, *row[:2]] for row in COUNTED[:2]], 2),
             case([[*FINE[row % 4], 0.5, 2.0] for row in range(9)], 3)),
            lambda random: draw_image(random, random.choice(((1, 3), (3, 2), (2, 4), (4, 1))))),
    ),
    mistakes=(
        Mistake("pieces of one long row", other(pieces),
            "You put the rows one after the other and cut that into pieces. A patch is a square: "
            "it has pixels of several rows, each piece as wide as the patch."),
        Mistake("pieces of rows", other(lambda rows, size: cut(rows, 1, size)),
            "Each of your patches comes from a single row. A patch has as many rows as columns."),
        Mistake("whole rows", other(lambda rows, size: cut(rows, size, rows.shape[1])),
            "Your patches are as wide as the image. Cut in both directions."),
        Mistake("each row of a patch alone",
            other(lambda rows, size: cut(rows, size, size).reshape(-1, size)),
            "Each row of a patch is a list of its own in your answer. The rows of a patch belong "
            "into one list."),
        Mistake("whole rows in each patch",
            other(lambda rows, size: (
                cut(rows, size, rows.shape[1]).repeat_interleave(rows.shape[1] // size, 0))),
            "Each of your patches holds whole rows of the image. Take the piece of each row that "
            "lies in the patch."),
        Mistake("whole columns", other(lambda rows, size: cut(rows, len(rows), size)),
            "Your patches are as high as the image. Cut in both directions."),
        Mistake("patches down the columns",
            other(lambda rows, size: cut(rows.T, size, size)
                .reshape(-1, size, size).transpose(1, 2).flatten(1)),
            "Your patches come in the wrong order: first down, then right. Reading order is that "
            "of a text. Which of your two loops over patches is the outer one?"),
        Mistake("pixels down the columns",
            other(lambda rows, size: cut(rows, size, size)
                .reshape(-1, size, size).transpose(1, 2).flatten(1)),
            "Inside each patch your pixels go down first. A patch is flattened row by row."),
        Mistake("everything down the columns", other(lambda rows, size: cut(rows.T, size, size)),
            "Both the patches and the pixels inside them go down first. Reading order goes to the "
            "right first: `image[row][column]`."),
        Mistake("patches not flat",
            other(lambda rows, size: cut(rows, size, size).reshape(-1, size, size)),
            "Your patches are grids. Each should be one flat list: its rows one after the other."),
        Mistake("patches in a grid",
            other(lambda rows, size: (
                cut(rows, size, size).reshape(-1, rows.shape[1] // size, size * size))),
            "You return rows of patches. Asked is one list of patches, row after row."),
        Mistake("all in one list", other(lambda rows, size: cut(rows, size, size).flatten()),
            "You return one long list. Each patch is a list of its own inside it."),
        Mistake("a patch at every pixel",
            other(lambda rows, size: functional.unfold(rows[None, None], size)[0].T),
            "Your patches overlap: one starts at every pixel. The next one starts where the last "
            "one ends."),
        Mistake("a step of one pixel from patch to patch",
            other(lambda rows, size: (
                functional.unfold(rows[None, None], size)[0].reshape(
                    size * size, len(rows) - size + 1, -1)
                [:, : len(rows) // size, : rows.shape[1] // size].flatten(1).T)),
            "You have as many patches as there should be, but each starts one pixel after the "
            "one before. Where does the next patch start?"),
        Mistake("every so many pixels",
            other(lambda rows, size: functional.pixel_unshuffle(rows[None], size).flatten(1)),
            "Your lists gather pixels that lie `patch_size` apart. A patch holds neighbours."),
        Mistake("patch_size as a number of patches",
            other(lambda rows, size: cut(rows, len(rows) // size, rows.shape[1] // size)),
            "You cut each side into `patch_size` parts. It says how many pixels a patch is wide, "
            "not how many patches there are."),
        Mistake("last row and column of patches missing",
            other(lambda rows, size: cut(rows[:-size, :-size], size, size)),
            "The last patches of both directions are missing. The end of a `range` does not "
            "belong to it: what is the last place where a patch can start?"),
        Mistake("last row of patches missing",
            other(lambda rows, size: cut(rows[:-size], size, size)),
            "The patches at the bottom are missing: where does your loop over the rows end?"),
        Mistake("last column of patches missing",
            other(lambda rows, size: cut(rows[:, :-size], size, size)),
            "The patches at the right edge are missing: where does your loop over the columns "
            "end?"),
        Mistake("the height for both sides",
            lambda a: sliced(a, len(a.image), len(a.image)),
            "You took the image's height for its width as well. `len(image)` counts the rows: "
            "what counts the columns?", praise="Right for square images."),
        Mistake("the width for both sides",
            lambda a: sliced(a, len(a.image[0]), len(a.image[0])),
            "You took the image's width for its height as well. `len(image)` counts the rows.",
            praise="Right for square images."),
        Mistake("first patch only", other(lambda rows, size: cut(rows, size, size)[:1]),
            "Only the first patch is in your answer. Does your `return` stand inside a loop?"),
        Mistake("first row of patches only", other(lambda rows, size: cut(rows[:size], size, size)),
            "Only the uppermost patches are in your answer. Does your `return` stand inside the "
            "loop over the rows?"),
        Mistake("last patch only", other(lambda rows, size: cut(rows, size, size)[-1:]),
            "Only the last patch is in your answer. Is your list started anew inside a loop?"),
        Mistake("last patch alone", other(lambda rows, size: cut(rows, size, size)[-1]),
            "You returned a single patch, the last one. Collect the patches in a list, and "
            "return that."),
        Mistake("last row of patches only",
            other(lambda rows, size: cut(rows[-size:], size, size)),
            "Only the lowest patches are in your answer. Is your list started anew for each row "
            "of patches?"),
        Mistake("first row of each patch",
            other(lambda rows, size: cut(rows, size, size)[:, :size]),
            "Each of your patches has one row only. Take that slice of `patch_size` rows."),
        Mistake("last row of each patch",
            other(lambda rows, size: cut(rows, size, size)[:, -size:]),
            "Each of your patches has its last row only. Is `=` where `+=` is meant?"),
        Mistake("diagonals", other(lambda rows, size: cut(rows, size, size)[:, :: size + 1]),
            "Your patches hold their diagonals. Rows and columns of a patch need a loop each, one "
            "inside the other."),
        Mistake("averages", other(lambda rows, size: cut(rows, size, size).mean(dim=1)),
            "You returned one number for each patch, its average. Asked are all its pixels."),
        Mistake("sums", other(lambda rows, size: cut(rows, size, size).sum(dim=1)),
            "You returned one number for each patch, its sum. Asked are all its pixels."),
        Mistake("image unchanged", lambda a: a.image,
            "You returned the image as it is."),
        Mistake("patches backwards", other(lambda rows, size: cut(rows, size, size).flip(0)),
            "Your patches come from the last to the first. Reading order starts at the top left."),
    ),
    hints=(
        "Four loops: over the rows of patches, the patches of such a row, the rows of a patch, "
        "its pixels. A slice `row[left : left + patch_size]` saves the innermost one.",
        "A patch starts at every `patch_size`-th row and column: `range(0, end, patch_size)`.",
        "Start an empty list for each patch, and `+=` to it the piece of each of its rows. Only "
        "then append it to the answer.",
    ),
)


# Sizes that are whole numbers or pairs.


def from_sides(count: Callable[[int, int, int, int], int]) -> Rule:
    """So many patches, of the image's height and width and a patch's, and the class token."""
    return lambda a: (
        count(*pair(a.image_size), *pair(a.patch_size)) + a() - a(class_token=False))


def draw_sizes(random: Random, pairs: bool = False) -> tuple[Size, Size]:
    """An image and a patch that divides it; with `pairs` one of the two or both are pairs."""
    (height, width), (down, right) = (random.sample(range(2, 9), k=2) for _ in "ab")
    if not pairs:
        return height * (down + right), height
    return random.choice((
        ((height * down, width * right), (height, width)),
        ((height * down, height * right), height),
        (height * width * down, (height, width))))


TOKENS = Function(
    vit_tokens,
    question=lambda a: (
        f"A Vision Transformer cuts an image of {asking.sides(a.image_size)} into patches of "
        f"{asking.sides(a.patch_size)} and has {'a' if a.class_token else 'no'} class token. "
        "How many tokens?"),
    parts=(
        Part("with a class token", 1,
            (case(4, 2), case(3, 3), case(12, 3), case(image_size=224, patch_size=16)),
            lambda random: case(*draw_sizes(random))),
        Part("without one", 1,
            (case(4, 2, class_token=False), case(36, 4, False), case(30, 10, class_token=True)),
            lambda random: case(*draw_sizes(random),
                class_token=False)),
        Part("pairs", 1,
            (case((4, 6), 2), case(12, (3, 2)), case((8, 15), (4, 5), class_token=False),
             case((12, 24), patch_size=(4, 3))),
            lambda random: case(*draw_sizes(random, pairs=True), random.random() < 0.5)),
    ),
    mistakes=(
        Mistake("class token forgotten", as_if(class_token=False),
            "You counted the patches. Look at `class_token`: one more token stands in front."),
        Mistake("class token always", as_if(class_token=True),
            "With `class_token=False` the patches are all there is.",
            praise="Right with a class token."),
        Mistake("class token the other way round", lambda a: a(class_token=not a.class_token),
            "You took `class_token` the wrong way round: True means that there is one."),
        Mistake("two tokens more", lambda a: 2 * a() - a(class_token=False),
            "You counted two tokens beside the patches. There is one class token."),
        Mistake("a class token for each row",
            lambda a: a(class_token=False) + a.class_token * pair(a.image_size)[0]
                // pair(a.patch_size)[0],
            "You counted a class token for each row of patches. There is one for the image."),
        Mistake("patches of one row",
            from_sides(lambda height, width, down, right: width // right),
            "You counted the patches of one row. How many such rows are there?"),
        Mistake("sides added",
            from_sides(lambda height, width, down, right: height // down + width // right),
            "You added the patches down and the patches to the right. They form a grid: draw one "
            "of 2 by 3 and count."),
        Mistake("patch_size not squared",
            from_sides(lambda height, width, down, right: height * width // down),
            "You divided the pixels of the image by one side of a patch. How many pixels has a "
            "patch?"),
        Mistake("pixels of a patch", from_sides(lambda height, width, down, right: down * right),
            "You counted the pixels of one patch, so your number does not grow with the image. "
            "The 16 in ViT-B/16 is how many pixels a patch is wide, not how many patches there "
            "are."),
        Mistake("pixels", from_sides(lambda height, width, down, right: height * width),
            "You counted a token for each pixel. A whole patch makes one token."),
        Mistake("a patch at every pixel",
            from_sides(lambda height, width, down, right: (
                (height - down + 1) * (width - right + 1))),
            "You let the patches overlap. The next patch starts where the last one ends."),
        Mistake("a token for each colour",
            lambda a: a() + 2 * a(class_token=False),
            "You counted each patch three times. A patch takes its colours along: they make one "
            "token together."),
        Mistake("patches along the sides, not their product", lambda a: tuple(
                large // small for large, small in zip(
                    pair(a.image_size), pair(a.patch_size), strict=True)),
            "You returned the grid's height and width. Asked is how many tokens there are in "
            "all.", is_two=True),
        Mistake("patch turned round",
            from_sides(lambda height, width, down, right: (width // down) * (height // right)),
            "You cut the width by the patch's height, and the height by its width. Both pairs are "
            "`(height, width)`.", praise="Right where the patch is square."),
        Mistake("square image", known.pairs(lambda two: two[0], "image_size"),
            "You took an image's height for its width as well. A pair is `(height, width)`.",
            praise="Right for square images."),
        Mistake("square patches", known.pairs(lambda two: two[0], "patch_size"),
            "You took a patch's height for its width as well. A pair is `(height, width)`.",
            praise="Right for square patches."),
        Mistake("squares only", known.pairs(lambda two: two[0], "image_size", "patch_size"),
            "A pair has one entry for the height and one for the width.",
            praise="Right for ints."),
    ),
    hints=(
        "How many patches stand side by side in one row, and how many rows are there? Draw an "
        "image of 4 × 6 pixels with patches of 2 × 2.",
        "Make pairs first: `isinstance(image_size, int)` tells an int from a pair.",
        "`class_token` is True or False, and in a sum Python takes these for 1 and 0.",
    ),
)

EMBEDDING = Function(
    patch_embedding_params,
    question=lambda a: (
        f"The layer, with a bias, that makes a token of width {a.embed_dim} of each patch of "
        f"{asking.sides(a.patch_size)} with {asking.count(a.in_channels, 'channel')}: "
        "how many parameters?"),
    parts=(
        Part("grey images", 1, (case(1, 1, 2), case(1, 2, 3), case(1, patch_size=4, embed_dim=10)),
            lambda random: case(1, random.randint(3, 16), random.randint(20, 256))),
        Part("several channels", 1,
            (case(3, 2, 5), case(2, 4, 6), case(3, 8, 192), case(3, 16, 768)),
            lambda random: case(random.randint(2, 5), random.randint(3, 16),
                random.randint(20, 256))),
        Part("patches of any height and width", 1,
            (case(1, (2, 3), 4), case(3, (4, 2), 10), case(2, patch_size=(1, 5), embed_dim=7)),
            lambda random: case(random.randint(2, 5), tuple(random.sample(range(2, 9), k=2)),
                random.randint(20, 256))),
    ),
    mistakes=(
        Mistake("no bias", lambda a: a() - a.embed_dim,
            "You counted the weights. Each of the `embed_dim` outputs has a bias as well."),
        Mistake("one bias", lambda a: a() - a.embed_dim + 1,
            "You counted a single bias. Each of the `embed_dim` outputs has one."),
        Mistake("a bias for each input channel", lambda a: a() - a.embed_dim + a.in_channels,
            "You counted a bias for each input channel. It is added to what comes out."),
        Mistake("a bias for each number of a patch", lambda a: a() - a.embed_dim + a(embed_dim=1)
                - 1,
            "You counted a bias for each number of a patch. It is added to what comes out: how "
            "many numbers has a token?"),
        Mistake("a bias for each weight", lambda a: 2 * (a() - a.embed_dim),
            "You counted a bias for each weight. A number of the token is a sum of products, to "
            "which one bias is added."),
        Mistake("a bias for each channel and output",
            lambda a: a() + (a.in_channels - 1) * a.embed_dim,
            "You counted a bias for each pair of an input channel and an output. A filter sums "
            "over all channels first and adds its bias once.", praise="Right for one channel."),
        Mistake("one channel", as_if(in_channels=1),
            "You counted one channel. A patch has its pixels in every one of `in_channels`.",
            praise="Right for grey images."),
        Mistake("always three channels", as_if(in_channels=3),
            "You always count three channels. `in_channels` says how many there are.",
            praise="Right for RGB images."),
        Mistake("one side of the patch",
            lambda a: a(patch_size=(pair(a.patch_size)[0], 1)),
            "You counted one side of the patch. Its pixels fill a grid."),
        Mistake("sides of the patch added",
            lambda a: a(patch_size=(sum(pair(a.patch_size)), 1)),
            "You added the two sides of the patch. Draw one of 2 by 3 and count its pixels."),
        Mistake("one pixel", as_if(patch_size=1),
            "Your answer does not grow with the patch. Each number of the token is a weighted sum "
            "of all the patch's numbers."),
        Mistake("square patches", known.pairs(lambda two: two[0], "patch_size"),
            "A pair is `(height, width)`, and here the two differ.",
            praise="Right for square patches."),
        Mistake("one number a token", as_if(embed_dim=1),
            "You counted the weights for one number of the token. It has `embed_dim` of them, "
            "each with weights of its own."),
        Mistake("channels added",
            lambda a: a(in_channels=1) + a.in_channels * a.embed_dim,
            "You added the channels to the pixels of a patch. Every pixel has a number in each "
            "channel."),
        Mistake("numbers of a patch", lambda a: a(embed_dim=1) - 1,
            "You counted the numbers of one patch. Each of them has a weight for every number of "
            "the token.", is_two=True),
        Mistake("patch and token added", lambda a: a(embed_dim=1) - 1 + a.embed_dim,
            "You added the numbers of a patch and those of a token. Every one of the first has a "
            "weight for every one of the second.", is_two=True),
        Mistake("a class token as well", lambda a: a() + a.embed_dim,
            "`embed_dim` numbers too many. Asked is the layer alone, with one bias vector: the "
            "class token is no part of it."),
    ),
    hints=(
        "Print `nn.Conv2d(3, 5, kernel_size=2, stride=2).weight.shape`. Does the stride change it?",
        "Or think of a Linear: how many numbers does it read from one patch, and how many does it "
        "write?",
        "`conv2d_params` of lesson 06 counts this layer, if you have it.",
    ),
)


# What the mistakes leave out or add in the whole network.


def named(a: Asked, pattern: str) -> int:
    """The parameters of the network whose names the pattern matches."""
    found = nets.vit(**vars(a)).named_parameters()
    return sum(p.numel() for name, p in found if re.search(pattern, name))


def without(pattern: str) -> Rule:
    """The count without the parameters whose names the pattern matches."""
    return lambda a: a() - named(a, pattern)


def positions(count: Callable[[Asked], int]) -> Rule:
    """The count with so many numbers in the table of positions."""
    return lambda a: a() - named(a, "^positions") + count(a)


def tokens(a: Asked) -> int:
    """The network's tokens."""
    return vit_tokens(a.image_size, a.patch_size)


def embedding(count: Callable[[Asked], int]) -> Rule:
    """The count with so many parameters in the patch embedding."""
    return lambda a: a() - named(a, "^patches") + count(a)


def draw_vit(random: Random, **shape: Any) -> Case:
    """A small network."""
    embed_dim, mlp_dim = random.sample(range(20, 80), k=2)
    depth = shape.pop("depth", random.randint(2, 5))
    return case(*draw_sizes(random, pairs="in_channels" in shape), embed_dim, depth, mlp_dim,
        random.randint(2, 19), **shape)


VIT = Function(
    vit_params,
    question=lambda a: (
        f"A Vision Transformer for images of {asking.sides(a.image_size)} with "
        f"{asking.count(a.in_channels, 'channel')}, patches of {asking.sides(a.patch_size)}, "
        f"width {a.embed_dim}, {asking.count(a.depth, 'layer')} with a hidden width of "
        f"{a.mlp_dim}, a class token and {asking.count(a.num_classes, 'class')}. "
        "How many parameters?"),
    parts=(
        Part("one block", 2,
            (case(2, 1, 2, 1, 3, 2), case(4, 2, 5, 1, 7, 3), case(12, 3, 8, 1, 20, num_classes=10)),
            lambda random: draw_vit(random, depth=1)),
        Part("several blocks", 1,
            (case(4, 2, 5, 2, 7, 3), case(28, 7, 16, 3, 40), case(32, 4, 12, 6, 30, 100)),
            draw_vit),
        Part("other images", 1,
            (case(4, 2, 5, 1, 7, 3, in_channels=1), case((4, 6), 2, 5, 2, 7, 3, 4),
             case((12, 8), (3, 2), 6, 2, 11, 9, in_channels=2)),
            lambda random: draw_vit(random, in_channels=random.choice((1, 2, 4, 5)))),
        Part("ViT as published", 1,
            (case(224, 16, 768, 12, 3072), case(224, 32, 768, 12, 3072),
             case(384, 16, 1024, 24, 4096)),
            lambda random: case(random.choice((224, 288, 384)), random.choice((16, 32)),
                *random.choice(((192, 12, 768), (384, 12, 1536))))),
    ),
    mistakes=(
        # The two bare parameters.
        Mistake("positions forgotten", without("^positions"),
            "You left out the positions: a table with one learned vector for each token."),
        Mistake("bare parameters forgotten", without("^(positions|class_token)"),
            "You counted the layers. Two parameters belong to none of them: the class token and "
            "the table of positions."),
        Mistake("one vector missing", lambda a: a() - a.embed_dim,
            "Exactly `embed_dim` numbers are missing, one vector outside the blocks. Go through "
            "them: the patch embedding's bias, the class token, the positions of *all* tokens, "
            "weight and bias of the last LayerNorm.", praise="Your blocks are right."),
        Mistake("two vectors missing", lambda a: a() - 2 * a.embed_dim,
            "Exactly 2 × `embed_dim` numbers are missing outside the blocks. That is as many as "
            "the last LayerNorm has, or the class token with its position.",
            praise="Your blocks are right."),
        Mistake("one vector too many", lambda a: a() + a.embed_dim,
            "Exactly `embed_dim` numbers too many. Is the class token counted twice, or does it "
            "get two positions? `vit_tokens` has counted it already.",
            praise="Your blocks are right."),
        Mistake("two vectors too many", lambda a: a() + 2 * a.embed_dim,
            "Exactly 2 × `embed_dim` numbers too many, as many as one LayerNorm has. Outside the "
            "blocks there is one, before the head.", praise="Your blocks are right."),
        Mistake("one number a position", positions(tokens),
            "You counted one number for each position. A position is a vector as long as a "
            "token: it is added to it."),
        Mistake("one position for all", positions(lambda a: a.embed_dim),
            "You counted one vector for all positions. Each token has its own."),
        Mistake("positions in every block", lambda a: a() + (a.depth - 1) * named(a, "^positions"),
            "You counted the positions once for each block. They are added once, before the "
            "first.", praise="Right for one block."),
        Mistake("a class token in every block", lambda a: a() + (a.depth - 1) * a.embed_dim,
            "You counted a vector of `embed_dim` numbers, such as the class token, once for each "
            "block. It is put in front once.", praise="Right for one block."),
        Mistake("a position for each pixel",
            positions(lambda a: a.embed_dim * vit_tokens(a.image_size, 1)),
            "You counted a position for each pixel. There is one for each token."),
        Mistake("as many patches as a patch has pixels",
            positions(lambda a: a.embed_dim * vit_tokens(a.patch_size, 1)),
            "Your positions grow with the patch. There is one for each token: the larger the "
            "patches, the fewer they are."),
        Mistake("positions along one side",
            positions(lambda a: a.embed_dim * vit_tokens(
                (pair(a.patch_size)[0], pair(a.image_size)[1]), a.patch_size)),
            "You counted the positions of one row of patches. Every patch of the grid has one."),
        # The patch embedding.
        Mistake("patch embedding forgotten", without("^patches"),
            "You left out the layer that makes tokens of patches: `patch_embedding_params`."),
        Mistake("in_channels ignored", as_if(in_channels=3),
            "The patch embedding reads `in_channels` channels.",
            praise="Right for RGB images."),
        Mistake("one channel", as_if(in_channels=1),
            "Your patch embedding reads one channel. `in_channels` says how many there are, and "
            "the default is 3."),
        Mistake("one side of the patch",
            embedding(lambda a: patch_embedding_params(
                a.in_channels, (pair(a.patch_size)[0], 1), a.embed_dim)),
            "Your patch embedding reads one side of a patch. The pixels of a patch fill a grid."),
        Mistake("an embedding for each patch",
            embedding(lambda a: named(a, "^patches") * vit_tokens(
                a.image_size, a.patch_size, class_token=False)),
            "You counted the patch embedding once for each patch. All patches go through the same "
            "layer: it is a convolution."),
        Mistake("the whole image in the embedding",
            embedding(lambda a: patch_embedding_params(
                a.in_channels, a.image_size, a.embed_dim)),
            "Your embedding reads the whole image. It reads one patch at a time."),
        Mistake("square image", known.pairs(lambda two: two[0], "image_size"),
            "You took an image's height for its width as well. A pair is `(height, width)`.",
            praise="Right for square images."),
        # The blocks.
        Mistake("one block only", as_if(depth=1),
            "There are `depth` blocks, each with numbers of its own.",
            praise="Right for one block."),
        Mistake("no blocks", as_if(depth=0),
            "You left out the blocks: `transformer_layer_params` of lesson 14 counts one."),
        Mistake("mlp_dim left at its default", as_if(mlp_dim=2048),
            "Your blocks have a hidden layer of 2,048 numbers, the default of "
            "`nn.TransformerEncoderLayer`. Here it is `mlp_dim`."),
        Mistake("hidden layer four times as wide", lambda a: a(mlp_dim=4 * a.embed_dim),
            "Your blocks have a hidden layer of 4 times `embed_dim`. Here `mlp_dim` says how "
            "wide it is.", praise="Right where the two agree."),
        Mistake("four vectors missing in each block", without(r"^blocks.*norm"),
            "Exactly 4 × `embed_dim` numbers are missing in each block. That is as many as its "
            "two LayerNorms have, and as many as the biases of its four projections."),
        Mistake("two vectors missing in each block", without(r"^blocks.*norm1"),
            "Exactly 2 × `embed_dim` numbers are missing in each block. It has two LayerNorms, "
            "each with a weight and a bias, and the last Linear and the attention's output have "
            "biases too."),
        Mistake("one vector missing in each block", without(r"linear2.bias"),
            "Exactly `embed_dim` numbers are missing in each block. The output of its attention "
            "has a bias of that length, and so has its last Linear."),
        Mistake("three vectors missing in each block", without(r"in_proj_bias"),
            "Exactly 3 × `embed_dim` numbers are missing in each block. Queries, keys and values "
            "have a bias each."),
        Mistake("no biases around the hidden layer", without(r"linear\d.bias"),
            "The two Linears of the feed-forward part have no biases in your blocks. Each has one "
            "for every output."),
        Mistake("no bias of the hidden layer", without(r"linear1.bias"),
            "`mlp_dim` numbers are missing in each block: the first Linear of the feed-forward "
            "part has a bias too."),
        Mistake("output projection forgotten", without(r"out_proj"),
            "You counted three projections in the attention. A fourth one follows the heads."),
        Mistake("one projection", without(r"in_proj"),
            "You counted one projection in the attention. Queries, keys and values have one each, "
            "and a fourth follows."),
        Mistake("attention forgotten", without(r"self_attn"),
            "You left out the attention of the blocks."),
        Mistake("feed-forward part forgotten", without(r"linear\d"),
            "You left out the two Linear layers of the blocks, out to `mlp_dim` and back."),
        Mistake("half of the feed-forward part", without(r"linear2"),
            "You counted one Linear from `embed_dim` to `mlp_dim`. A second one leads back."),
        Mistake("no biases in the blocks", without(r"^blocks.*(linear|attn).*bias"),
            "You counted the matrices of the blocks without their biases. The four projections "
            "and both Linear layers have one."),
        Mistake("matrices only in the blocks", without(r"^blocks.*(norm|bias)"),
            "You counted the matrices of the blocks only. Their Linear layers have biases, and "
            "there are two LayerNorms."),
        Mistake("no biases", without(r"(linear|attn|patches|head).*bias"),
            "You left out the biases. The patch embedding, the head and every Linear of the "
            "blocks have one."),
        Mistake("no LayerNorms", without(r"norm"),
            "You left out the LayerNorms. There are two in each block and one at the end."),
        Mistake("the last LayerNorm in every block",
            lambda a: a() + (a.depth - 1) * named(a, "^norm"),
            "You counted one LayerNorm too many in all blocks but one. Two stand in each, and one "
            "behind the last.", praise="Right for one block."),
        # The head.
        Mistake("head forgotten", without("^head"),
            "You left out the head: a Linear from the class token to `num_classes` scores."),
        Mistake("no bias in the head", without("^head.bias"),
            "The head's bias is missing: one number for each class."),
        Mistake("head on all tokens",
            lambda a: a() + (tokens(a) - 1) * named(a, "^head.weight"),
            "Your head reads all the tokens. It reads one, the class token."),
        Mistake("num_classes ignored", as_if(num_classes=1000),
            "The head has `num_classes` outputs.",
            praise="Right for 1000 classes."),
        Mistake("hidden layer in the head",
            lambda a: a() + parameters(nn.Linear(a.embed_dim, a.embed_dim)),
            "You counted one more Linear from `embed_dim` to `embed_dim`. The head is one Linear.",
            praise="Your blocks are right."),
    ),
    hints=(
        "Five parts: the patch embedding, the class token, the positions, `depth` blocks, and what "
        "comes after them. Write down the shape of each.",
        "`vit_tokens` and `patch_embedding_params` count the front. "
        "`transformer_layer_params` of lesson 14 counts a block.",
        "After the blocks stand a LayerNorm, two vectors, and a Linear from `embed_dim` to "
        "`num_classes`, with its bias.",
    ),
)

LESSON = Lesson("24-patches", (PATCHIFY, TOKENS, EMBEDDING, VIT))
