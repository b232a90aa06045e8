"""Lesson 06: convolution over an image, `torch.nn.Conv2d`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.exercises.conv1d import (
    BIAS_TURNED,
    PRODUCTS_ADDED,
    STEPS_NOT_PASSED_ON,
    SUM_IN_THE_CONDITION,
    WRONG_PRODUCTS,
)
from grader.course.misconceptions import pair
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case

Rows = Sequence[Sequence[float]]
Size = int | tuple[int, int]  # one number for both directions, or (height, width)


def conv2d(image: Rows, kernel: Rows) -> list[list[float]]:
    """What a kernel makes of an image, as `nn.Conv2d(1, 1, kernel_size, bias=False)` does it.

    One channel in and one out, stride 1, no padding: three lists of rows.
    """
    return convolved(image, kernel)


def convolved(image: Rows, kernel: Rows, padding: str = "valid") -> list[list[float]]:
    """One channel, convolved on the CPU: its numbers matter, not only how many they are."""
    x, weight = (
        torch.tensor([[each]], dtype=torch.float64, device="cpu") for each in (image, kernel))
    rows: list[list[float]] = nn.functional.conv2d(x, weight, padding=padding)[0, 0].tolist()
    return rows


def conv2d_params(
    in_channels: int, out_channels: int, kernel_size: Size, groups: int = 1, bias: bool = True
) -> int:
    """The number of parameters of `nn.Conv2d(in_channels, out_channels, kernel_size, ...)`.

    `kernel_size` is a whole number or a pair `(height, width)`.
    """
    return parameters(nn.Conv2d(in_channels, out_channels, kernel_size, groups=groups, bias=bias))


def conv2d_output_shape(
    input_shape: Shape, out_channels: int, kernel_size: Size,
    stride: Size = 1, padding: Size | str = 0, dilation: Size = 1,
) -> Shape:
    """The shape of the output of `nn.Conv2d` for an input of shape `(N, C, H, W)`.

    Sizes are whole numbers or pairs `(height, width)`; `padding` may be "same" or "valid".
    """
    layer = nn.Conv2d(input_shape[1], out_channels, kernel_size, stride, padding, dilation)
    return output_shape(layer, input_shape)


def conv2d_mult_adds(
    input_shape: Shape, out_channels: int, kernel_size: Size,
    stride: Size = 1, padding: Size | str = 0, dilation: Size = 1, groups: int = 1,
) -> int:
    """The multiply-accumulates of `nn.Conv2d` for the whole batch, bias not counted.

    `input_shape` is `(N, C, H, W)`. Sizes are whole numbers or pairs `(height, width)`;
    `padding` may be "same" or "valid".
    """
    layer = nn.Conv2d(
        input_shape[1], out_channels, kernel_size, stride, padding, dilation, groups=groups)
    return mult_adds(layer, input_shape)


def draw_pair(random: Random, low: int, high: int) -> tuple[int, int]:
    """A height and a width that differ."""
    height, width = random.sample(range(low, high + 1), k=2)
    return height, width


def draw_size(random: Random, low: int, high: int) -> Size:
    """A whole number or a pair."""
    return random.randint(low, high) if random.random() < 0.5 else draw_pair(random, low, high)


def turned(rows: Rows) -> list[list[float]]:
    """Rows as columns."""
    return [list(row) for row in zip(*rows, strict=True)]


def right_to_left(rows: Rows) -> list[Sequence[float]]:
    """Each row the other way round."""
    return [row[::-1] for row in rows]


def is_square(rows: Rows) -> bool:
    """As many rows as columns."""
    return len(rows) == len(rows[0])


def beyond(a: Asked) -> Any:
    """The answer where every pixel starts a window, also at the right and the lower edge."""
    width = len(a.image[0]) + len(a.kernel[0]) - 1
    rows = [[*row, *[0.0] * (len(a.kernel[0]) - 1)] for row in a.image]
    return a(image=rows + [[0.0] * width] * (len(a.kernel) - 1))


def summed(a: Asked, by_row: bool) -> list[list[float]]:
    """The answer of a sum that is set to 0 once, or once a row."""
    if by_row:
        return [list(accumulate(row)) for row in a()]
    width = len(a()[0])
    totals = list(accumulate(number for row in a() for number in row))
    return [totals[start : start + width] for start in range(0, len(totals), width)]


def draw_rows(random: Random, height: int, width: int) -> list[list[float]]:
    """Different numbers, some of them negative, some of them with a fraction."""
    numbers = random.sample(range(-40, 40), k=height * width)
    return [
        [number + random.choice((0, 0.5)) for number in numbers[start : start + width]]
        for start in range(0, len(numbers), width)]


def draw_convolution(random: Random, height: int, width: int) -> Case:
    """A kernel of this size on an image that is wider than it is high."""
    rows = random.randint(4, 5)
    return case(draw_rows(random, rows, rows + random.randint(1, 3)),
        draw_rows(random, height, width))


CONV2D = Function(
    conv2d,
    parts=(
        Part("square kernel", 2,
            (case([[1, 2, 4], [3, 0, 5]], [[1, 2], [3, 5]]),
             case([[2, 0, 1, 3], [1, 4, 2, 0], [5, 1, 0, 2]], [[1, -2], [0, 3]]),
             case([[3, 0, 2, 1, 4], [1, 5, 0, 2, 0], [0, 1, 3, 6, 2], [2, 0, 1, 1, 7]],
                 [[1, 0, -1], [2, 1, -3], [0, 4, 1]]),
             case([[4, 1, 3], [0, 2, 5]], [[3]]),
             case([[0.05, 0.1234567, -0.125], [0.2, -0.07654321, 0.25]],
                 [[0.7654321, -0.25], [0.15, 0.3]])),
            lambda random: draw_convolution(random, *[random.randint(2, 3)] * 2)),
        Part("rectangular kernel", 1,
            (case([[1, 2, 4], [3, 0, 5]], [[1, 3]]), case([[5, 1, 4, 2]], [[1, -2]]),
             case([[2, 0, 1, 3], [1, 4, 2, 0], [5, 1, 0, 2]], [[2], [-1]]),
             case([[3, 0, 2, 1, 4], [1, 5, 0, 2, 0], [0, 1, 3, 6, 2], [2, 0, 1, 1, 7]],
                 [[1, 0, -2], [3, 1, 2]]),
             case([[2, 1], [0, 3], [4, 1], [1, 6]], [[1, 3], [0, -1], [2, 5]]),
             case([[0.5, 0.1234567, -1.25], [2, 0.7654321, 0.25]], [[0.7654321, -0.25, 1.5]])),
            lambda random: draw_convolution(random, *draw_pair(random, 1, 4))),
    ),
    mistakes=(
        Mistake("kernel turned by half", lambda a: a(kernel=right_to_left(a.kernel[::-1])),
            "You turned the kernel by half a turn, as a convolution in mathematics does. "
            "PyTorch's layer does not: the upper left weight meets the upper left pixel."),
        Mistake("kernel upside down", lambda a: a(kernel=a.kernel[::-1]),
            "Your kernel stands on its head: its first row meets the first row of the window."),
        Mistake("kernel mirrored", lambda a: a(kernel=right_to_left(a.kernel)),
            "Your kernel is mirrored: its left column meets the left column of the window."),
        Mistake("rows and columns of the kernel mixed up",
            lambda a: a(kernel=turned(a.kernel)) if is_square(a.kernel) else a(),
            "You mixed up the rows and the columns of the kernel. In `kernel[u][v]`, `u` counts "
            "rows and goes with the row of the image.",
            praise="Right for kernels that look the same along both sides."),
        Mistake("rows and columns of the answer mixed up", lambda a: turned(a()),
            "Your answer lies on its side: its rows are columns. The outer loop goes down the "
            "image and makes one row after the other."),
        Mistake("height for both sides",
            lambda a: [row[: len(a())] for row in a()],
            "You counted the places to the right as if the image were a square. How many are "
            "there in one row? Ask `len(image[0])`.",
            praise="Right for square images."),
        Mistake("values not weighted", lambda a: a(kernel=[[1] * len(a.kernel[0])] * len(a.kernel)),
            "You added up the pixels of each window. Each of them is first multiplied by the "
            "weight that meets it."),
        Mistake("average",
            lambda a: a(kernel=[
                [each / len(a.kernel) / len(row) for each in row] for row in a.kernel]),
            "You divided each sum by the number of weights. A convolution adds and does not "
            "average."),
        Mistake("last product only",
            lambda a: a(kernel=[
                [each if (u, v) == (len(a.kernel) - 1, len(row) - 1) else 0
                 for v, each in enumerate(row)] for u, row in enumerate(a.kernel)]),
            "Only the last product of each window is left. `=` forgets what was there before, "
            "`+=` adds to it."),
        Mistake("column stands still",
            lambda a: a(kernel=[[sum(row), *[0] * (len(row) - 1)] for row in a.kernel]),
            "All the weights of a row meet the same pixel. When you go one column to the right "
            "in the kernel, go to the right in the image, too."),
        Mistake("row stands still",
            lambda a: a(kernel=[
                [sum(column) for column in turned(a.kernel)],
                *[[0] * len(a.kernel[0])] * (len(a.kernel) - 1)]),
            "All the weights of a column meet the same pixel. When you go one row down in the "
            "kernel, go down in the image, too."),
        Mistake("window stands still",
            lambda a: a(kernel=[
                [sum(map(sum, a.kernel)) if u == v == 0 else 0 for v in range(len(a.kernel[0]))]
                for u in range(len(a.kernel))]),
            "All your weights meet one pixel, the first of the window. Which pixel meets "
            "`kernel[u][v]`?"),
        Mistake("kernel taken for a square",
            lambda a: a(kernel=[row[: len(a.kernel)] for row in a.kernel])
            if len(a.kernel) <= len(a.kernel[0]) else [[] for _ in a()],
            "You took the kernel for a square, with as many columns as rows. How long is one of "
            "its rows?",
            praise="Right for square kernels."),
        Mistake("image and kernel taken for squares",
            lambda a: [
                row[: len(a())] for row in a(kernel=[row[: len(a.kernel)] for row in a.kernel])]
            if len(a.kernel) <= len(a.kernel[0]) else [[] for _ in a()],
            "You took both the image and the kernel for squares, with as many columns as rows. How "
            "long is one row of the image, and one of the kernel?", is_two=True),
        Mistake("fractions cut off", lambda a: [[float(int(n)) for n in row] for row in a()],
            "You cut off the fractions: an array of whole numbers, or `int(...)`, does that."),
        Mistake("all windows added up", lambda a: sum(map(sum, a())),
            "You added all the windows up. Each place of the kernel gives a number of its own, "
            "and the answer is a list of rows of them."),
        Mistake("last number of each row only", lambda a: [row[-1:] for row in a()],
            "Only the last number of each row is left: does your `append` stand inside the loop "
            "over the columns?"),
        Mistake("one row that grows",
            lambda a: [[number for row in a() for number in row]] * len(a()),
            "All your rows are one list, and it grows. Start a new `row = []` inside the outer "
            "loop.",
            praise="Right where one row comes out."),
        Mistake("one list for all rows, added to",
            lambda a: [[sum(column) for column in turned(a())]] * len(a()),
            "Your rows are one and the same list, in which the windows of a column are added up: "
            "`[[0] * width] * height` repeats a list and makes no copy of it.",
            praise="Right where one row comes out."),
        Mistake("sum never reset", lambda a: summed(a, by_row=False),
            "Your sum remembers the windows before. Each window starts anew: where does your "
            "loop set the variable to 0?"),
        Mistake("sum reset once a row", lambda a: summed(a, by_row=True),
            "Your sum starts anew in each row of the answer, but not in each window. Move the "
            "line that sets it to 0 one loop further in."),
        Mistake("first row of the kernel only",
            lambda a: a(kernel=a.kernel[:1])[: len(a())],
            "You used the first row of the kernel only. The kernel is an area: a loop over its "
            "rows, and inside it one over its columns."),
        Mistake("diagonal of the kernel only",
            lambda a: a(kernel=[
                [each if u == v else 0 for v, each in enumerate(row)]
                for u, row in enumerate(a.kernel)]),
            "You used the diagonal of the kernel only: one counter for its rows and its columns. "
            "It takes two loops to reach every weight."),
        Mistake("windows side by side",
            lambda a: [
                row[:: len(a.kernel[0])] for row in a()[:: len(a.kernel)]],
            "Your windows stand side by side. The kernel moves on by one pixel: its windows "
            "overlap."),
        Mistake("size kept", lambda a: convolved(a.image, a.kernel, "same"),
            "Your answer is as large as the image. Nothing is padded here: only full windows "
            "count, and so it gets smaller."),
        Mistake("windows over the edge", beyond,
            "Your last windows reach over the edge. A Python slice stops there without a word, "
            "and so does `zip`; a convolution uses full windows only."),
        Mistake("last row and column missing", lambda a: [row[:-1] for row in a()[:-1]],
            "You stop too early, in both directions: a window that ends with the last row or "
            "column is full. The end of a `range` does not belong to it."),
        Mistake("last column missing", lambda a: [row[:-1] for row in a()],
            "You stop too early on the right: a window that ends with the last column is full. "
            "The end of a `range` does not belong to it."),
        Mistake("last row missing", lambda a: a()[:-1],
            "You stop too early at the bottom: a window that ends with the last row is full. The "
            "end of a `range` does not belong to it."),
        Mistake("first row only", lambda a: a()[:1],
            "You stopped after the first row of the answer: does your `return` stand inside the "
            "outer loop?"),
        Mistake("one list for all rows", lambda a: [a()[-1]] * len(a()),
            "All your rows are the last one. `[[0] * width] * height` holds one and the same list "
            "again and again: make a new list for each row.",
            praise="Right where one row comes out."),
        Mistake("one long row", lambda a: [number for row in a() for number in row],
            "Your numbers stand in one long list. Asked is a list of rows: start a new list for "
            "each row of the answer."),
        Mistake("list round the rows", lambda a: [a()],
            "You put a list round the rows. Asked is a list of rows, with nothing round it."),
    ),
    hints=(
        "Do `[[1, 2, 4], [3, 0, 5]]` with the kernel `[[1, 2], [3, 5]]` by hand, as in the first "
        "picture. How many places has the kernel to the right, and how many down?",
        "One number first, the upper left one: a loop over the rows of the kernel, inside it one "
        "over its columns. Which pixel meets `kernel[u][v]`?",
        "Now the window starts at row `i` and column `j`. Two more loops go through all its "
        "places: four loops, one in the other.",
        "How many rows has the answer? A kernel as high as the image fits once.",
    ),
)


def draw_params(random: Random, kernel_size: Size, bias: bool = True) -> Case:
    """A layer with one group."""
    return case(random.randint(2, 64), random.randint(2, 64), kernel_size, bias=bias)


def draw_groups(random: Random) -> Case:
    """A layer whose channels are divided among groups."""
    groups = random.randint(2, 8)
    return case(groups * random.randint(1, 8), groups * random.randint(1, 8),
        draw_size(random, 2, 7), groups=groups, bias=random.choice((True, True, False)))


PARAMS = Function(
    conv2d_params,
    question=lambda a: asking.parameters(asking.convolution(2, a)),
    parts=(
        Part("square kernel", 2,
            (case(1, 2, 3), case(3, 8, 5), case(4, 3, kernel_size=1), case(16, 32, 3)),
            lambda random: draw_params(random, random.randint(2, 7))),
        Part("rectangular kernel", 1,
            (case(1, 2, (2, 3)), case(3, 8, (5, 3)), case(4, 6, (1, 7)), case(2, 5, (3, 3))),
            lambda random: draw_params(random, draw_pair(random, 1, 7))),
        Part("without a bias", 1,
            (case(1, 2, 3, bias=False), case(3, 8, (3, 5), bias=False)),
            lambda random: draw_params(random, draw_size(random, 2, 7), bias=False)),
        Part("groups", 2,
            (case(2, 4, 3, groups=2), case(4, 6, (2, 3), groups=2), case(6, 4, 5, 2, False),
             case(12, 24, 3, groups=4)),
            draw_groups),
    ),
    mistakes=(
        *known.biases(known.IMAGE),
        BIAS_TURNED,
        SUM_IN_THE_CONDITION,
        Mistake("kernel not squared",
            lambda a: a(kernel_size=(a.kernel_size, 1)) if isinstance(a.kernel_size, int) else a(),
            "You counted a kernel of 3 as 3 weights for each channel. It is a square of 3 by 3: "
            "draw it and count the cells."),
        Mistake("one side of the kernel only", lambda a: a(kernel_size=(pair(a.kernel_size)[0], 1)),
            "You used one side of the kernel. A kernel is an area: draw 3 by 5 cells and count "
            "them."),
        Mistake("sides of the kernel added", lambda a: a(kernel_size=(sum(pair(a.kernel_size)), 1)),
            "You added the sides of the kernel. It is an area: draw 3 by 5 cells and count them."),
        Mistake("square of the height", known.pairs(lambda two: two[0], "kernel_size"),
            "You took the kernel's height for its width too; the second entry of the pair is the "
            "width.",
            praise="Right for square kernels."),
        Mistake("square of the width", known.pairs(lambda two: two[1], "kernel_size"),
            "You took the kernel's width for its height too; the first entry of the pair is the "
            "height.",
            praise="Right for square kernels."),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one weight for each pair of channels, as in a Linear. A filter has a "
            "weight for each cell of its kernel."),
        Mistake("flat filters", as_if(in_channels=1, groups=1),
            "Your filters are flat: they see one channel. A filter is as deep as the channels it "
            "reads, and has a kernel for each of them."),
        known.ONE_FILTER,
        *WRONG_PRODUCTS,
        *known.GROUPS,
    ),
    hints=(
        "Two tensors hold the parameters: look again at `mixer.weight.shape` and "
        "`mixer.bias.shape` under the colour picture. What is each number?",
        "Start with one filter. How many channels does it read, and how many cells has its "
        "kernel in each? Then ask how many filters there are.",
        "`kernel_size` may be a number or a pair. "
        "`isinstance(kernel_size, int)` tells you which; make a pair of it first.",
        "With `groups=2` the first half of the filters reads the first half of the input "
        "channels, the second half the rest. Look at the two areas above the exercise: one "
        "entry of the weight's shape is smaller. Which?",
    ),
)


def draw_images(random: Random) -> tuple[int, int, int, int]:
    """The shape of a batch of images that are large enough for any kernel."""
    height, width = draw_pair(random, 24, 40)
    return random.randint(2, 5), random.randint(2, 9), height, width


def draw_plain(random: Random) -> Case:
    """A kernel and perhaps padding, in numbers."""
    return case(draw_images(random), random.randint(10, 20), random.randint(2, 5),
        padding=random.randint(0, 3))


def draw_steps(random: Random) -> Case:
    """Kernel, stride, padding and dilation in numbers."""
    return case(draw_images(random), random.randint(10, 20), random.randint(2, 5),
        stride=random.randint(1, 4), padding=random.randint(0, 3), dilation=random.randint(1, 4))


def draw_pairs(random: Random) -> Case:
    """Kernel, stride, padding and dilation as pairs or numbers."""
    return case(draw_images(random), random.randint(10, 20), draw_pair(random, 2, 5),
        stride=draw_size(random, 1, 4), padding=draw_size(random, 0, 3),
        dilation=draw_size(random, 1, 4))


def draw_named_padding(random: Random) -> Case:
    """Padding "same", also with even kernels and dilation, or "valid", also with a stride."""
    layer = draw_images(random), random.randint(10, 20), draw_size(random, 2, 5)
    if random.random() < 0.3:
        return case(*layer, stride=draw_size(random, 1, 3), padding="valid")
    return case(*layer, padding="same", dilation=draw_size(random, 1, 3))


def all_places_divided(a: Asked) -> Shape:
    """The shape if the stride divided all the places, the first one included."""
    batch, channels, height, width = a(stride=1)
    down, right = pair(a.stride)
    return batch, channels, height // down, width // right


SIZES = ("kernel_size", "stride", "padding", "dilation")

PAIRS = (
    Mistake("pairs the wrong way round", known.pairs(lambda two: two[::-1], *SIZES),
        "You read the pairs as `(width, height)`. In PyTorch the first entry is for the height, "
        "the second for the width."),
    Mistake("first entry of pairs only", known.pairs(lambda two: two[0], *SIZES),
        "Of a pair you used the first entry for both directions; the second one is for the width.",
        praise="Right for whole numbers."),
)

OUTPUT_SHAPE = Function(
    conv2d_output_shape,
    question=lambda a: asking.output_shape(
        asking.sliding("nn.Conv2d", a, a.input_shape[1], a.out_channels,
            stride=1, padding=0, dilation=1),
        a.input_shape),
    parts=(
        Part("kernel and padding", 1,
            (case((1, 1, 5, 6), 2, 3), case((2, 3, 8, 10), 4, kernel_size=5),
             case((2, 3, 5, 6), 4, 3, padding=1), case((4, 3, 9, 7), 8, 5, 1, 1)),
            draw_plain),
        Part("stride and dilation", 1,
            (case((1, 1, 7, 9), 2, 3, stride=2), case((2, 3, 8, 10), 4, 3, 2),
             case((2, 3, 9, 11), 4, 3, dilation=2), case((2, 3, 16, 21), 8, 4, 2, 1, 3)),
            draw_steps),
        Part("pairs", 2,
            (case((1, 1, 5, 6), 2, (2, 3)), case((2, 3, 8, 12), 4, 3, stride=(1, 2)),
             case((2, 3, 8, 10), 4, (5, 3), padding=(2, 0)),
             case((2, 3, 9, 12), 4, 3, dilation=(3, 2)),
             case((2, 3, 20, 24), 8, (2, 5), (3, 2), (1, 2), (2, 1))),
            draw_pairs),
        Part('"same" and "valid"', 1,
            (case((1, 1, 5, 6), 2, 3, padding="valid"), case((1, 1, 5, 6), 2, 3, padding="same"),
             case((2, 3, 9, 8), 4, (4, 3), padding="same"),
             case((2, 3, 11, 12), 4, 3, 1, "same", (2, 1)),
             case((2, 3, 10, 13), 4, (3, 2), stride=(2, 3), padding="valid")),
            draw_named_padding),
    ),
    mistakes=(
        Mistake("input channels kept", lambda a: a(out_channels=a.input_shape[1]),
            "You kept the input's channels. Each filter makes one channel of the output.",
            praise="Height and width are right."),
        Mistake("channels multiplied",
            lambda a: a(out_channels=a.input_shape[1] * a.out_channels),
            "You multiplied the channels. A filter sums over all the channels it reads and makes "
            "one channel of them."),
        Mistake("batch missing", lambda a: a()[1:],
            "The input has four dimensions and so has the output: the batch comes first.",
            praise="Right for one image."),
        known.CHANNELS_LAST,
        Mistake("height and width swapped", known.entries(0, 1, 3, 2),
            "Your last two entries are swapped. The height comes first, then the width."),
        *PAIRS,
        Mistake("height for both", known.entries(0, 1, 2, 2),
            "You returned the height twice. The width has to be computed from the input's width."),
        Mistake("height and width unchanged", as_if(stride=1, padding="same"),
            "You kept the input's height and width. That is padding \"same\"; PyTorch's default "
            "is no padding."),
        Mistake("one too few", lambda a: known.larger(a(), -(a.padding != "same")),
            "You are short by one in height and width. The place where the kernel starts is a "
            "place too."),
        Mistake("one too many", lambda a: known.grown(a, 1),
            "You let the kernel hang over the edge by one row and one column. Take height 5 and "
            "kernel 3, and write down every row where the kernel fits."),
        known.one_added_early(all_places_divided),
        *known.steps(known.IMAGE),
        known.SAME_IGNORED,
        known.SAME_HALF,
        known.SAME_ALIKE,
    ),
    hints=(
        "Four numbers, in PyTorch's order. Two of them need no computation: which?",
        "Height and width follow the same rule, each with its own entry of the pairs. It stands "
        "above, for the height. (Your `conv1d_output_length` of lesson 05 is that rule: copy it "
        "into your cell, if you like.)",
        "Turn every size into a pair first: `size if isinstance(size, tuple) else (size, size)`. "
        "Mind `padding`, which can also be text.",
    ),
)


def draw_grouped_images(random: Random) -> Case:
    """A batch of images whose channels are divided among groups."""
    groups = random.randint(2, 4)
    batch, _, height, width = draw_images(random)
    return case((batch, groups * random.randint(1, 4), height, width),
        groups * random.randint(1, 4), draw_size(random, 2, 5),
        stride=draw_size(random, 1, 3), groups=groups)


def square_output(a: Asked) -> Any:
    """The mult-adds if the output were as wide as it is high."""
    batch, channels, side, _ = a.input_shape
    down = {name: pair(getattr(a, name))[0] for name in SIZES}
    height, width = pair(a.kernel_size)
    return a(**down, input_shape=(batch, channels, side, side)) // height * width


MULT_ADDS = Function(
    conv2d_mult_adds,
    question=lambda a: asking.mult_adds(
        asking.sliding("nn.Conv2d", a, a.input_shape[1], a.out_channels,
            stride=1, padding=0, dilation=1, groups=1),
        a.input_shape),
    parts=(
        Part("kernel only", 1,
            (case((1, 1, 4, 5), 2, 3), case((1, 3, 6, 8), 2, 3), case((2, 1, 4, 5), 2, 3),
             case((5, 4, 7, 8), 3, kernel_size=2)),
            lambda random: case(draw_images(random), random.randint(2, 9), random.randint(2, 5))),
        Part("stride, padding and dilation", 2,
            (case((2, 3, 9, 7), 4, 3, stride=2), case((2, 3, 8, 6), 4, 5, padding=1),
             case((2, 3, 9, 10), 4, 3, dilation=2), case((2, 3, 16, 21), 4, 3, 2, 1, 3),
             case((2, 3, 9, 8), 5, 4, padding="same"),
             case((2, 3, 11, 8), 4, 3, stride=2, padding="valid")),
            draw_steps),
        Part("pairs", 1,
            (case((1, 1, 4, 5), 2, (2, 3)), case((2, 3, 8, 12), 4, 3, stride=(1, 2)),
             case((2, 3, 20, 24), 5, (2, 5), (3, 2), (1, 2), (2, 1)),
             case((2, 3, 9, 11), 4, (3, 2), padding="same", dilation=(2, 1))),
            draw_pairs),
        Part("groups", 1,
            (case((1, 2, 4, 5), 4, 3, groups=2), case((2, 4, 6, 8), 6, (3, 2), groups=2),
             case((2, 6, 15, 13), 9, 4, 2, 1, 2, 3)),
            draw_grouped_images),
    ),
    mistakes=(
        *known.work(known.IMAGE),
        Mistake("kernel ignored", lambda a: a() // prod(pair(a.kernel_size)),
            "You counted one mult-add for each channel that a filter reads. It reads every cell "
            "of its kernel in each channel."),
        Mistake("kernel not squared",
            lambda a: a() // a.kernel_size if isinstance(a.kernel_size, int) else a(),
            "You counted a kernel of 3 as 3 weights. It is a square of 3 by 3.",
            praise="The size of the output is right."),
        Mistake("square kernel",
            lambda a: a() * pair(a.kernel_size)[0] // pair(a.kernel_size)[1],
            "You counted the weights of a square kernel. The second entry of the pair is the "
            "kernel's width.",
            praise="The size of the output is right."),
        Mistake("output as a square", square_output,
            "You squared the height of the output. Its width is a number of its own."),
        *PAIRS,
        known.flat_filters("flat filters"),
        *known.work_of_filters(known.IMAGE),
        *STEPS_NOT_PASSED_ON,
        PRODUCTS_ADDED,
        Mistake("output channels twice", lambda a: a() * a.out_channels,
            "You multiplied by the output channels twice: the shape of the output has them "
            "already, and one number of it is made by one filter."),
        Mistake("output channels of a group twice",
            lambda a: a() * (a.out_channels // a.groups),
            "You multiplied by the output channels of a group, though the shape of the output "
            "has all of them already. One number of it is made by one filter."),
    ),
    hints=(
        "Start with one number of the output. How many products are summed to make it?",
        "How many numbers has the whole output? You can compute its shape already, with "
        "`conv2d_output_shape` from the exercise before: give it all it needs, by name "
        "(`stride=stride`).",
        "With groups a filter reads a part of the channels. "
        "Which factor of your product gets smaller?",
    ),
)

LESSON = Lesson("06-conv2d", (CONV2D, PARAMS, OUTPUT_SHAPE, MULT_ADDS))
