"""Lesson 06: convolution over an image, `torch.nn.Conv2d`."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

from torch import nn

from grader.course import misconceptions as known
from grader.course.misconceptions import pair
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case

Size = int | tuple[int, int]  # one number for both directions, or (height, width)


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
        *known.GROUPS,
    ),
    hints=(
        "Two tensors hold the parameters: look at the shapes of `layer.weight` and `layer.bias`.",
        "Start with one filter. How many channels does it read, and how many cells has its "
        "kernel in each? Then ask how many filters there are.",
        "`kernel_size` may be a number or a pair. "
        "`isinstance(kernel_size, int)` tells you which; make a pair of it first.",
        "With `groups=2` the first half of the filters reads the first half of the input "
        "channels, the second half the rest. Which entry of `layer.weight.shape` shrinks?",
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
        "Height and width follow the same rule, each with its own entry of the pairs. "
        "You have written that rule: `conv1d_output_length`.",
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
    ),
    hints=(
        "Start with one number of the output. How many products are summed to make it?",
        "How many numbers has the whole output? You can compute its shape already: "
        "`conv2d_output_shape`.",
        "With groups a filter reads a part of the channels. "
        "Which factor of your product gets smaller?",
    ),
)

LESSON = Lesson("06-conv2d", (PARAMS, OUTPUT_SHAPE, MULT_ADDS))
