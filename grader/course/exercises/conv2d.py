"""Lesson 06: convolution over an image, `torch.nn.Conv2d`."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

from torch import nn

from grader.course.pytorch import Shape, mult_adds, output_shape, parameters, receptive_field
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case, variant

Size = int | tuple[int, int]  # one number for both directions, or (height, width)


def conv2d_params(
    in_channels: int, out_channels: int, kernel_size: Size, groups: int = 1, bias: bool = True
) -> int:
    """The number of parameters of `nn.Conv2d(in_channels, out_channels, kernel_size, ...)`.

    `kernel_size` is a whole number or a pair `(height, width)`.
    """
    return parameters(nn.Conv2d(in_channels, out_channels, kernel_size, groups=groups, bias=bias))


def conv2d_output_shape(
    input_shape: Shape,
    out_channels: int,
    kernel_size: Size,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
) -> Shape:
    """The shape of the output of `nn.Conv2d` for an input of shape `(N, C, H, W)`.

    Sizes are whole numbers or pairs `(height, width)`; `padding` may be "same" or "valid".
    """
    layer = nn.Conv2d(input_shape[1], out_channels, kernel_size, stride, padding, dilation)
    return output_shape(layer, input_shape)


def conv2d_mult_adds(
    input_shape: Shape,
    out_channels: int,
    kernel_size: Size,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> int:
    """The multiply-accumulates of `nn.Conv2d` for the whole batch, bias not counted.

    `input_shape` is `(N, C, H, W)`. Sizes are whole numbers or pairs `(height, width)`;
    `padding` may be "same" or "valid".
    """
    layer = nn.Conv2d(
        input_shape[1], out_channels, kernel_size, stride, padding, dilation, groups=groups
    )
    return mult_adds(layer, input_shape)


def pair(size: Size) -> tuple[int, int]:
    """Height and width of a size."""
    return (size, size) if isinstance(size, int) else size


def weights(a: SimpleNamespace, **changes: Any) -> int:
    """The size of the layer's weight."""
    size: int = variant(conv2d_params, a, bias=False, **changes)
    return size


def with_kernel(a: SimpleNamespace, height: int, width: int) -> int:
    """The parameters of the same layer with another kernel."""
    count: int = variant(conv2d_params, a, kernel_size=(height, width))
    return count


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
    return case(
        groups * random.randint(1, 8),
        groups * random.randint(1, 8),
        draw_size(random, 2, 7),
        groups=groups,
        bias=random.choice((True, True, False)),
    )


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
        Mistake("no bias", weights,
            "You counted the weights only. Each output channel also has a bias, unless it is "
            "switched off."),
        Mistake("bias always counted", lambda a: variant(conv2d_params, a, bias=True),
            "Right, but with `bias=False` the layer has no bias vector at all. Look at the `bias` "
            "argument."),
        Mistake("bias per input channel", lambda a: weights(a) + a.bias * a.in_channels,
            "Your bias has one number for each input channel. It is added to the output, so ask: "
            "how many channels come out?"),
        Mistake("one bias for the layer", lambda a: weights(a) + a.bias,
            "You counted a single bias for the whole layer. Every output channel has a bias of "
            "its own."),
        Mistake("bias for each cell of the kernel",
            lambda a: weights(a) + a.bias * weights(a, in_channels=1, out_channels=1, groups=1),
            "You counted a bias for each cell of the kernel. A filter multiplies and sums first, "
            "and adds its bias once."),
        Mistake("bias for each pair of channels",
            lambda a: weights(a) + a.bias * weights(a, kernel_size=1),
            "You counted a bias for each pair of an input and an output channel. A filter sums "
            "over all its input channels first and adds its bias once."),
        Mistake("kernel not squared",
            lambda a: (
                with_kernel(a, a.kernel_size, 1)
                if isinstance(a.kernel_size, int)
                else variant(conv2d_params, a)
            ),
            "You counted a kernel of 3 as 3 weights for each channel. It is a square of 3 by 3: "
            "draw it and count the cells."),
        Mistake("one side of the kernel only", lambda a: with_kernel(a, pair(a.kernel_size)[0], 1),
            "You used one side of the kernel. A kernel is an area: draw 3 by 5 cells and count "
            "them."),
        Mistake("sides of the kernel added", lambda a: with_kernel(a, sum(pair(a.kernel_size)), 1),
            "You added the sides of the kernel. It is an area: draw 3 by 5 cells and count them."),
        Mistake("square of the height",
            lambda a: with_kernel(a, pair(a.kernel_size)[0], pair(a.kernel_size)[0]),
            "You took the kernel's height for its width too; the second entry of the pair is the "
            "width.",
            praise="Right for square kernels."),
        Mistake("square of the width",
            lambda a: with_kernel(a, pair(a.kernel_size)[1], pair(a.kernel_size)[1]),
            "You took the kernel's width for its height too; the first entry of the pair is the "
            "height.",
            praise="Right for square kernels."),
        Mistake("kernel ignored", lambda a: with_kernel(a, 1, 1),
            "You counted one weight for each pair of channels, as in a Linear. A filter has a "
            "weight for each cell of its kernel."),
        Mistake("flat filters",
            lambda a: conv2d_params(1, a.out_channels, a.kernel_size, bias=a.bias),
            "Your filters are flat: they see one channel. A filter is as deep as the channels it "
            "reads, and has a kernel for each of them."),
        Mistake("one filter only",
            lambda a: conv2d_params(a.in_channels // a.groups, 1, a.kernel_size, bias=a.bias),
            "You counted one filter. The layer has a filter for each output channel."),
        Mistake("groups ignored", lambda a: variant(conv2d_params, a, groups=1),
            "With more groups a filter reads the channels of its own group only: how many are "
            "these?",
            praise="Right for `groups=1`."),
        Mistake("groups multiply",
            lambda a: weights(a, groups=1) * a.groups + a.bias * a.out_channels,
            "You gave each group a full set of filters. Groups divide the channels among "
            "themselves: the more groups there are, the fewer channels a filter reads."),
        Mistake("one group only",
            lambda a: conv2d_params(
                a.in_channels // a.groups, a.out_channels // a.groups, a.kernel_size, bias=a.bias
            ),
            "You counted the filters of one group. All groups together make the `out_channels` "
            "filters."),
        Mistake("filters of one group only",
            lambda a: (
                conv2d_params(
                    a.in_channels // a.groups, a.out_channels // a.groups, a.kernel_size, bias=False
                )
                + a.bias * a.out_channels
            ),
            "You divided both channel numbers by `groups` and so counted the filters of one "
            "group. How many filters do all groups have together?"),
        Mistake("bias divided by groups",
            lambda a: weights(a) + a.bias * a.out_channels // a.groups,
            "Your weights are right, but you divided the bias by `groups` as well. Every output "
            "channel has a bias, whatever group it is in."),
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
    return case(
        draw_images(random),
        random.randint(10, 20),
        random.randint(2, 5),
        padding=random.randint(0, 3),
    )


def draw_steps(random: Random) -> Case:
    """Kernel, stride, padding and dilation in numbers."""
    return case(
        draw_images(random),
        random.randint(10, 20),
        random.randint(2, 5),
        stride=random.randint(1, 4),
        padding=random.randint(0, 3),
        dilation=random.randint(1, 4),
    )


def draw_pairs(random: Random) -> Case:
    """Kernel, stride, padding and dilation as pairs or numbers."""
    return case(
        draw_images(random),
        random.randint(10, 20),
        draw_pair(random, 2, 5),
        stride=draw_size(random, 1, 4),
        padding=draw_size(random, 0, 3),
        dilation=draw_size(random, 1, 4),
    )


def draw_named_padding(random: Random) -> Case:
    """Padding "same", also with even kernels and dilation, or "valid", also with a stride."""
    layer = draw_images(random), random.randint(10, 20), draw_size(random, 2, 5)
    if random.random() < 0.3:
        return case(*layer, stride=draw_size(random, 1, 3), padding="valid")
    return case(*layer, padding="same", dilation=draw_size(random, 1, 3))


def unless_same(a: SimpleNamespace, **changes: Any) -> Shape:
    """The shape by a student who knows what "same" does, but not the rest."""
    shape: Shape = variant(conv2d_output_shape, a, **({} if a.padding == "same" else changes))
    return shape


def resized(a: SimpleNamespace, height: int, width: int) -> Shape:
    """The shape for an image that is larger by so many rows and columns, unless "same" pads it."""
    batch, channels, *image = a.input_shape
    return unless_same(a, input_shape=(batch, channels, image[0] + height, image[1] + width))


def padded_once(a: SimpleNamespace) -> Shape:
    """The shape if padding went to the top and the left only."""
    if isinstance(a.padding, str):
        return unless_same(a)
    height, width = pair(a.padding)
    return resized(a, -height, -width)


def one_too_few(a: SimpleNamespace) -> Shape:
    """The shape if the kernel's first place did not count."""
    batch, channels, height, width = unless_same(a)
    missing = a.padding != "same"
    return (batch, channels, height - missing, width - missing)


def one_added_early(a: SimpleNamespace) -> Shape:
    """The shape if the stride divided all the places, the first one included."""
    batch, channels, height, width = unless_same(a, stride=1)
    down, right = pair(a.stride)
    return (batch, channels, height // down, width // right)


def dilated_kernel(a: SimpleNamespace) -> tuple[int, int]:
    """The kernel's sides multiplied by the dilation, which is too wide."""
    (height, width), (down, right) = pair(a.kernel_size), pair(a.dilation)
    return (height * down, width * right)


def same_as(a: SimpleNamespace, height: int, width: int) -> Shape:
    """The shape by a student who puts numbers in the place of "same"."""
    padding = (height, width) if a.padding == "same" else a.padding
    shape: Shape = variant(conv2d_output_shape, a, padding=padding)
    return shape


def equal_sides(a: SimpleNamespace) -> Shape:
    """The shape if "same" padded all sides alike and dropped the odd row or column."""
    (height, width), (down, right) = pair(a.kernel_size), pair(a.dilation)
    return same_as(a, (height - 1) * down // 2, (width - 1) * right // 2)


def pairs_of(a: SimpleNamespace) -> dict[str, tuple[int, int]]:
    """The sizes that are given as a pair."""
    names = ("kernel_size", "stride", "padding", "dilation")
    return {name: vars(a)[name] for name in names if isinstance(vars(a)[name], tuple)}


def swapped(a: SimpleNamespace) -> dict[str, Size]:
    """All pairs among the arguments, the wrong way round."""
    return {name: (width, height) for name, (height, width) in pairs_of(a).items()}


def first_entries(a: SimpleNamespace) -> dict[str, Size]:
    """All pairs among the arguments, cut to their first entry."""
    return {name: height for name, (height, _) in pairs_of(a).items()}


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
        Mistake("input channels kept",
            lambda a: (*unless_same(a)[:1], a.input_shape[1], *unless_same(a)[2:]),
            "Height and width are right, but you kept the input's channels. Each filter makes one "
            "channel of the output."),
        Mistake("channels multiplied",
            lambda a: (*unless_same(a)[:1], a.input_shape[1] * a.out_channels, *unless_same(a)[2:]),
            "You multiplied the channels. A filter sums over all the channels it reads and makes "
            "one channel of them."),
        Mistake("batch missing", lambda a: unless_same(a)[1:],
            "Right for one image, but the input has four dimensions and so has the output: the "
            "batch comes first."),
        Mistake("channels last", lambda a: tuple(unless_same(a)[place] for place in (0, 2, 3, 1)),
            "You put the channels last, as Keras does. PyTorch's order is batch, channels, "
            "height, width."),
        Mistake("height and width swapped",
            lambda a: tuple(unless_same(a)[place] for place in (0, 1, 3, 2)),
            "Your last two entries are swapped. The height comes first, then the width."),
        Mistake("pairs the wrong way round",
            lambda a: variant(conv2d_output_shape, a, **swapped(a)),
            "You read the pairs as `(width, height)`. In PyTorch the first entry is for the "
            "height, the second for the width."),
        Mistake("first entry of pairs only",
            lambda a: variant(conv2d_output_shape, a, **first_entries(a)),
            "Of a pair you used the first entry for both directions; the second one is for the "
            "width.",
            praise="Right for whole numbers."),
        Mistake("height for both", lambda a: (*unless_same(a)[:3], unless_same(a)[2]),
            "You returned the height twice. The width has to be computed from the input's width."),
        Mistake("height and width unchanged",
            lambda a: (a.input_shape[0], a.out_channels, *a.input_shape[2:]),
            "You kept the input's height and width. That is padding \"same\"; PyTorch's default "
            "is no padding."),
        Mistake("one too few", one_too_few,
            "You are short by one in height and width. The place where the kernel starts is a "
            "place too."),
        Mistake("one too many", lambda a: resized(a, 1, 1),
            "You let the kernel hang over the edge by one row and one column. Take height 5 and "
            "kernel 3, and write down every row where the kernel fits."),
        Mistake("one added before dividing", one_added_early,
            "The first place always counts, whatever the stride is: divide only the steps that "
            "come after it.",
            praise="Right for `stride=1`."),
        Mistake("rounded up", lambda a: resized(a, *(step - 1 for step in pair(a.stride))),
            "You rounded up. Where the last stride goes over the edge, the kernel doesn't fit any "
            "more, and PyTorch drops that place."),
        Mistake("padding on one side", padded_once,
            "You added the padding once. PyTorch pads all four edges: top and bottom, left and "
            "right."),
        Mistake("padding ignored", lambda a: variant(conv2d_output_shape, a, padding=0),
            "Padding makes the image larger before the kernel slides over it.",
            praise="Right without padding."),
        Mistake("stride ignored", lambda a: variant(conv2d_output_shape, a, stride=1),
            "With a larger stride the kernel skips rows and columns: which ones does it visit?",
            praise="Right for `stride=1`."),
        Mistake("dilation ignored", lambda a: variant(conv2d_output_shape, a, dilation=1),
            "Dilation spreads the kernel's weights out, so that it covers more of the image.",
            praise="Right for `dilation=1`."),
        Mistake("kernel times dilation",
            lambda a: unless_same(a, kernel_size=dilated_kernel(a), dilation=1),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: the "
            "spreading happens between the weights, not after the last one."),
        Mistake('"same" ignored', lambda a: same_as(a, 0, 0),
            'Right, but `padding="same"` does pad. Its name says what stays the same.'),
        Mistake('"same" as half the kernel',
            lambda a: same_as(a, *(side // 2 for side in pair(a.kernel_size))),
            'You put `kernel_size // 2` in the place of "same". That fails for even kernels and '
            "for dilation. PyTorch pads as much as it takes; what is the result by definition?"),
        Mistake('"same" with equal sides', equal_sides,
            'Right, but for even kernels with padding "same". PyTorch pads one side more than the '
            "other when it has to, so that the promise of the name is kept."),
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
    return case(
        (batch, groups * random.randint(1, 4), height, width),
        groups * random.randint(1, 4),
        draw_size(random, 2, 5),
        stride=draw_size(random, 1, 3),
        groups=groups,
    )


def output_of(a: SimpleNamespace) -> Shape:
    """The shape of the output."""
    return conv2d_output_shape(
        a.input_shape, a.out_channels, a.kernel_size, a.stride, a.padding, a.dilation
    )


def at_each_output(a: SimpleNamespace, in_channels: int, kernel_size: Size, groups: int) -> int:
    """The mult-adds of another kernel, used as often as the layer uses its own."""
    batch, out_channels, *image = output_of(a)
    return conv2d_mult_adds(
        (batch, in_channels, *image), out_channels, kernel_size, padding="same", groups=groups
    )


def square_output(a: SimpleNamespace) -> int:
    """The mult-adds if the output were as wide as it is high."""
    batch, out_channels, height, _ = output_of(a)
    return conv2d_mult_adds(
        (batch, a.input_shape[1], height, height),
        out_channels,
        a.kernel_size,
        padding="same",
        groups=a.groups,
    )


def with_input(a: SimpleNamespace, batch: int, channels: int, **changes: Any) -> int:
    """A variant with another batch and other channels, but with images of the same size."""
    input_shape = (batch, channels, *a.input_shape[2:])
    answer: int = variant(conv2d_mult_adds, a, input_shape=input_shape, **changes)
    return answer


def covered(a: SimpleNamespace) -> tuple[int, int]:
    """Height and width of the dilated kernel, holes included."""
    (height, width), (down, right) = pair(a.kernel_size), pair(a.dilation)
    return receptive_field([(height, 1, down)]), receptive_field([(width, 1, right)])


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
        Mistake("input positions", lambda a: variant(conv2d_mult_adds, a, stride=1, padding="same"),
            "You let the kernel stop at every pixel of the input. It stops once for every pixel "
            "of the output: how many are these?"),
        Mistake("one image only", lambda a: with_input(a, 1, a.input_shape[1]),
            "The layer does the work again for every image of the batch.",
            praise="Right for a batch of one."),
        Mistake("bias counted",
            lambda a: variant(conv2d_mult_adds, a) + at_each_output(a, 1, kernel_size=1, groups=1),
            "You counted the additions of the bias as well. The convention of this course leaves "
            "the bias out (torchinfo counts it; the lesson shows both figures)."),
        Mistake("FLOPs, not mult-adds", lambda a: 2 * variant(conv2d_mult_adds, a),
            "Twice too many: you counted each multiplication and each addition. A mult-add is one "
            "multiplication together with one addition."),
        Mistake("one position only",
            lambda a: conv2d_params(
                a.input_shape[1], a.out_channels, a.kernel_size, a.groups, bias=False
            ),
            "That is the size of the weight: the work for one pixel of the output. The same "
            "weights are used again at every other pixel, and for every image."),
        Mistake("parameters, not mult-adds",
            lambda a: conv2d_params(a.input_shape[1], a.out_channels, a.kernel_size, a.groups),
            "You returned the number of parameters. Mult-adds grow with the size of the output "
            "and with the batch, parameters don't."),
        Mistake("output elements", lambda a: at_each_output(a, 1, kernel_size=1, groups=1),
            "You counted the numbers in the output. Each of them costs several mult-adds: one for "
            "every weight of its filter."),
        Mistake("kernel ignored",
            lambda a: at_each_output(a, a.input_shape[1], kernel_size=1, groups=a.groups),
            "You counted one mult-add for each channel that a filter reads. It reads every cell "
            "of its kernel in each channel."),
        Mistake("kernel not squared",
            lambda a: at_each_output(
                a,
                a.input_shape[1],
                (a.kernel_size, 1) if isinstance(a.kernel_size, int) else a.kernel_size,
                a.groups,
            ),
            "The size of the output is right, but you counted a kernel of 3 as 3 weights. It is a "
            "square of 3 by 3."),
        Mistake("square kernel",
            lambda a: at_each_output(a, a.input_shape[1], pair(a.kernel_size)[0], a.groups),
            "The size of the output is right, but you counted the weights of a square kernel. The "
            "second entry of the pair is the kernel's width."),
        Mistake("output as a square", square_output,
            "You squared the height of the output. Its width is a number of its own."),
        Mistake("pairs the wrong way round", lambda a: variant(conv2d_mult_adds, a, **swapped(a)),
            "You read the pairs as `(width, height)`. In PyTorch the first entry is for the "
            "height, the second for the width."),
        Mistake("first entry of pairs only",
            lambda a: variant(conv2d_mult_adds, a, **first_entries(a)),
            "Of a pair you used the first entry for both directions; the second one is for the "
            "width.",
            praise="Right for whole numbers."),
        Mistake("flat filters", lambda a: with_input(a, a.input_shape[0], 1, groups=1),
            "Your filters read one channel only. To make one number of the output, a filter goes "
            "through all the channels of its group."),
        Mistake("one filter only",
            lambda a: with_input(
                a, a.input_shape[0], a.input_shape[1] // a.groups, out_channels=1, groups=1
            ),
            "You counted one filter. Each output channel has a filter of its own, and each does "
            "this work."),
        Mistake("groups ignored", lambda a: variant(conv2d_mult_adds, a, groups=1),
            "With more groups a filter reads the channels of its own group only, so there is less "
            "to do.",
            praise="Right for `groups=1`."),
        Mistake("one group only",
            lambda a: with_input(
                a,
                a.input_shape[0],
                a.input_shape[1] // a.groups,
                out_channels=a.out_channels // a.groups,
                groups=1,
            ),
            "You counted the work of one group. The other groups work as much."),
        Mistake("holes counted",
            lambda a: variant(conv2d_mult_adds, a, kernel_size=covered(a), dilation=1),
            "You counted the holes of the dilated kernel too. Dilation moves the weights apart, "
            "which changes the size of the output. How many weights are there to multiply?"),
        Mistake("dilation ignored", lambda a: variant(conv2d_mult_adds, a, dilation=1),
            "A dilated kernel covers more of the image, so it fits in fewer places: the output is "
            "smaller.",
            praise="Right for `dilation=1`."),
        Mistake("stride ignored", lambda a: variant(conv2d_mult_adds, a, stride=1),
            "With a larger stride the kernel stops at fewer places.",
            praise="Right for `stride=1`."),
        Mistake("padding ignored", lambda a: variant(conv2d_mult_adds, a, padding=0),
            "Padding makes room for more places of the kernel.",
            praise="Right without padding."),
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
