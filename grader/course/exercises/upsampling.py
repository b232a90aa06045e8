"""Lesson 20: transposed convolution, `torch.nn.ConvTranspose2d`, and U-Net."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course import architectures as nets
from grader.course import asking
from grader.course import misconceptions as known
from grader.course.exercises.conv1d import draw_numbers
from grader.course.exercises.conv2d import draw_pair, draw_size
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Vector = Sequence[float]
Size = int | tuple[int, int]


def conv_transpose1d(values: Vector, kernel: Vector, stride: int = 1) -> list[float]:
    """What `nn.ConvTranspose1d(1, 1, len(kernel), stride, bias=False)` makes of some numbers."""
    return painted(values, kernel, stride)


def conv_transpose2d_weight_shape(
    in_channels: int, out_channels: int, kernel_size: Size, groups: int = 1
) -> Shape:
    """The shape of the weight of `nn.ConvTranspose2d(in_channels, out_channels, kernel_size)`.

    `kernel_size` is a whole number or a pair `(height, width)`.
    """
    layer = nn.ConvTranspose2d(in_channels, out_channels, kernel_size, groups=groups)
    return tuple(layer.weight.shape)


def conv_transpose2d_output_shape(
    input_shape: Shape, out_channels: int, kernel_size: Size, stride: Size = 1,
    padding: Size = 0, output_padding: Size = 0, dilation: Size = 1,
) -> Shape:
    """The shape of the output of `nn.ConvTranspose2d` for an input of shape `(N, C, H, W)`.

    Sizes are whole numbers or pairs `(height, width)`.
    """
    layer = nn.ConvTranspose2d(input_shape[1], out_channels, kernel_size, stride, padding,
        output_padding, dilation=dilation)
    return output_shape(layer, input_shape)


def conv_transpose2d_mult_adds(
    input_shape: Shape, out_channels: int, kernel_size: Size, groups: int = 1
) -> int:
    """The multiply-accumulates of `nn.ConvTranspose2d` for the whole batch, bias not counted.

    `input_shape` is `(N, C, H, W)`; the answer is the same for every stride and padding.
    """
    layer = nn.ConvTranspose2d(input_shape[1], out_channels, kernel_size, groups=groups)
    return mult_adds(layer, input_shape)


def unet_params(in_channels: int, num_classes: int, widths: tuple[int, ...]) -> int:
    """The number of parameters of U-Net with so many channels at each size of its maps.

    At each width two 3x3 convolutions; upwards, for each step, a 2x2 transposed convolution with
    stride 2 and two 3x3 convolutions; a 1x1 convolution at the end. All have biases.
    """
    return parameters(nets.unet(in_channels, num_classes, widths))


def tensor(values: Vector) -> Tensor:
    """One channel in double precision, on the CPU: the numbers matter."""
    return torch.tensor([[values]], dtype=torch.float64, device="cpu")


def painted(values: Vector, kernel: Vector, stride: int, dilation: int = 1) -> list[float]:
    """A kernel painted at each place of the values; nothing where there are no values."""
    if not values:
        return []
    numbers: list[float] = functional.conv_transpose1d(
        tensor(values), tensor(kernel), stride=stride, dilation=dilation)[0, 0].tolist()
    return numbers


def slid(values: Vector, kernel: Vector, stride: int) -> list[float]:
    """The convolution of lesson 05; nothing where the kernel does not fit."""
    if len(values) < len(kernel):
        return []
    numbers: list[float] = functional.conv1d(
        tensor(values), tensor(kernel), stride=stride)[0, 0].tolist()
    return numbers


def overpainted(a: Asked, last: bool = True) -> list[float]:
    """The answer where, of all products that meet at a place, only the last one or first is left.

    The values' places are painted one after the other, each on a sheet of its own.
    """
    sheets = [one_value(a, place) for place in range(len(a.values))]
    marks = [one_value(a.but(values=[1] * len(a.values), kernel=[1] * len(a.kernel)), place)
        for place in range(len(a.values))]
    answer = [0.0] * len(a())
    for sheet, mark in zip(sheets, marks, strict=True) if last else zip(
            sheets[::-1], marks[::-1], strict=True):
        answer = [new if there else old
            for new, there, old in zip(sheet, mark, answer, strict=True)]
    return answer


def one_value(a: Asked, place: int) -> list[float]:
    """What one of the values paints, on a sheet as large as the answer."""
    alone: list[float] = a(values=[
        value if at == place else 0 for at, value in enumerate(a.values)])
    return alone


def cover(a: Asked) -> list[float]:
    """How often each place of the answer is painted."""
    times: list[float] = a(values=[1] * len(a.values), kernel=[1] * len(a.kernel))
    return times


def stretched(a: Asked) -> list[float]:
    """The values with the zeros of a stride between them."""
    return painted(a.values, [1], a.stride)


def cut(numbers: Vector, length: int) -> list[float]:
    """So many numbers: the rest is cut off, or is 0."""
    return [*numbers, *[0.0] * length][:length]


def draw_painting(random: Random, stride: Callable[[int], int]) -> Case:
    """A few values, and a stride that depends on the length of the kernel."""
    length = random.randint(2, 5)
    values, kernel = draw_numbers(random, random.randint(3, 7)), draw_numbers(random, length)
    return case(values, kernel) if stride(length) == 1 else case(values, kernel, stride(length))


CONV_TRANSPOSE1D = Function(
    conv_transpose1d,
    parts=(
        Part("stride 1", 1,
            (case([2, 5], [1, 3]), case([1, 0, -2], [4, 3, 2]), case([3], [2, -1, 5]),
             case([2, 7, -1, 3], [6]),
             case([0.05, 0.1234567, -0.125], [0.7654321, -0.25])),
            lambda random: draw_painting(random, lambda length: 1)),
        Part("a larger stride", 2,
            (case([2, 5], [1, 3, 4], stride=2), case([1, -2, 3, 4], [5, 2, -1], 2),
             case([3, 1, 6], [1, 2, 0, -4, 5], stride=3), case([4, -3, 2], [1, 2], 2),
             case([2], [7, 1], stride=3),
             case([0.25, 0.7654321, -1], [0.3, 0.1234567, -2], stride=2)),
            lambda random: draw_painting(random, lambda length: max(2, length - 1))),
        Part("a stride that leaves gaps", 1,
            (case([2, 5], [3], stride=2), case([1, -2, 3], [5, 2], 4),
             case([0.1234567, -0.5], [0.7654321, 0.25], stride=3)),
            lambda random: draw_painting(random, lambda length: length + random.randint(1, 3))),
    ),
    mistakes=(
        Mistake("kernel turned round", lambda a: a(kernel=a.kernel[::-1]),
            "You painted the kernel from its last weight to its first. The first weight lands "
            "on the left."),
        Mistake("the convolution of lesson 05", lambda a: slid(**vars(a)),
            "You let the kernel slide over the values and summed, as `conv1d` does. Here it goes "
            "the other way: each value is spread over several places of the answer."),
        Mistake("convolution of the stretched values",
            lambda a: slid(stretched(a), a.kernel, 1),
            "You put zeros between the values and let the kernel slide over them as `conv1d` "
            "does. Then the first value meets one weight only. Here each value meets every "
            "weight: start from a value, not from a place of the answer.",
            is_two=True),
        Mistake("overlaps overwritten", overpainted,
            "Where two kernels overlap, only the later one is left: `=` forgets what was there, "
            "`+=` adds to it."),
        Mistake("first layer of paint only", lambda a: overpainted(a, last=False),
            "Where two kernels overlap, only the first one is left. What comes later is added."),
        Mistake("overlaps averaged",
            lambda a: [n / max(times, 1) for n, times in zip(a(), cover(a), strict=True)],
            "You divided by the number of kernels that meet. Overlaps are added, and nothing is "
            "divided: that is where the checkerboard comes from."),
        Mistake("overlaps counted", cover,
            "You counted how often each place is painted. What is added there is a value times a "
            "weight."),
        Mistake("values not multiplied", lambda a: a(values=[1] * len(a.values)),
            "You painted the bare kernel at every place. Each kernel is multiplied by its value "
            "first."),
        Mistake("weights not multiplied", lambda a: a(kernel=[1] * len(a.kernel)),
            "You painted the bare value at each place that its kernel covers. Each place gets the "
            "value times the weight that lies there."),
        Mistake("values and weights added",
            lambda a: [x + y for x, y in zip(
                a(values=[1] * len(a.values)), a(kernel=[1] * len(a.kernel)), strict=True)],
            "You added value and weight. They are multiplied; only what overlaps is added."),
        Mistake("values repeated", lambda a: a(kernel=[1] * a.stride),
            "You repeated each value as often as the stride says. That is "
            '`nn.Upsample(mode="nearest")`: a layer without a kernel.'),
        Mistake("zeros between the values", stretched,
            "You put zeros between the values and stopped there. Each value is painted with the "
            "whole kernel."),
        Mistake("kernels side by side", lambda a: a(stride=len(a.kernel)),
            "You put all products one behind the other. The next kernel starts `stride` places "
            "after the one before, whether that makes an overlap or a gap."),
        Mistake("one number for each value",
            lambda a: [value * sum(a.kernel) for value in a.values],
            "You summed all the products of a value. They land on different places of the answer; "
            "summed is what lands on the same place."),
        Mistake("zeros between the sums", lambda a: painted(a(stride=1), [1], a.stride),
            "You painted with stride 1 and moved the sums apart. The stride is for the values "
            "only: the weights of a kernel stay together.",
            praise="Right for `stride=1`."),
        Mistake("a list for each value",
            lambda a: [painted([value], a.kernel, 1) for value in a.values],
            "You returned the painted kernels one by one. Put them on one sheet, each at its "
            "place, and add."),
        Mistake("stride ignored", as_if(stride=1),
            "Your kernels start at 0, 1, 2 and so on. With a larger `stride` they start further "
            "apart.",
            praise="Right for `stride=1`."),
        Mistake("stride in the length only", lambda a: cut(a(stride=1), len(a())),
            "There is room for the stride in your answer, but your kernels still start at 0, 1, 2 "
            "and so on. Where does the kernel of value `i` start?",
            praise="Right for `stride=1`."),
        Mistake("stride over the answer", lambda a: a(stride=1)[:: a.stride],
            "You painted with stride 1 and then took every so many places. That makes the answer "
            "shorter. A stride makes it longer: it moves the kernels apart.",
            praise="Right for `stride=1`."),
        Mistake("stride inside the kernel",
            lambda a: painted(a.values, a.kernel, 1, dilation=a.stride),
            "You moved the weights of a kernel apart. That is dilation: a stride moves the "
            "kernels apart, and the weights of each stay together.",
            praise="Right for `stride=1`."),
        Mistake("length times stride",
            lambda a: cut(a(), len(a.values) * a.stride),
            "Your answer has `stride` places for each value, and the rest is cut off or empty. "
            "How far does the last kernel reach?"),
        Mistake("as long as the values", lambda a: cut(a(), len(a.values)),
            "Your answer is as long as the values. It reaches to the end of the last kernel."),
        Mistake("room for one kernel more", lambda a: [*a(), *[0.0] * a.stride],
            "There are zeros too many at the end. Where does the last kernel start, and where "
            "does it end? The first one starts at 0."),
        Mistake("zeros after the last value", lambda a: [*a(), *[0.0] * (a.stride - 1)],
            "There are zeros too many at the end: as if a gap followed the last value too. It "
            "stands between two values only.",
            praise="Right for `stride=1`."),
        Mistake("one place too many", lambda a: [*a(), *[0.0] * (a.stride != 1)],
            "There is one zero too many at the end. The last kernel ends with its last weight.",
            praise="Right for `stride=1`."),
        Mistake("last place missing", lambda a: a()[:-1],
            "The last place is missing. The last kernel ends with its last weight, which is "
            "painted too."),
        Mistake("last value missing", lambda a: cut(painted(a.values[:-1], a.kernel, a.stride),
                len(a())),
            "Your last value paints nothing. The end of a `range` does not belong to it."),
        Mistake("last value missing, and shorter",
            lambda a: painted(a.values[:-1], a.kernel, a.stride),
            "You left out the last value. The end of a `range` does not belong to it."),
        Mistake("last weight missing", lambda a: a(kernel=[*a.kernel[:-1], 0]),
            "Your last weight is never used. The end of a `range` does not belong to it."),
        Mistake("first value only", lambda a: one_value(a, 0),
            "Only the first value has been painted: does your `return` stand inside the loop?"),
        Mistake("first product only",
            lambda a: cut([a()[0]], len(a())),
            "Only the first product is in your answer: does your `return` stand inside the inner "
            "loop?"),
        Mistake("fractions cut off", lambda a: [float(int(number)) for number in a()],
            "You cut off the fractions: an array of whole numbers, or `int(...)`, does that."),
        Mistake("all in one number", lambda a: sum(a()),
            "You added everything up to one number. Added is only what lands on the same place."),
    ),
    hints=(
        "Take `[2, 5]` and the kernel `[1, 3]`, stride 1. Write down what the 2 paints, and under "
        "it, one place to the right, what the 5 paints. Add column by column.",
        "Start with a list of zeros. Two loops: over the values, and inside over the weights. At "
        "which place does the product of value `i` and weight `k` land?",
        "How long is the list? The last kernel starts at `stride * (len(values) - 1)`; how far "
        "does it reach from there?",
    ),
)


KERNEL = known.misread_pairs(lambda misread: known.pairs(misread, "kernel_size"))


def draw_channels(random: Random, kernel_size: Size, groups: int = 1) -> Case:
    """Channels in and out, never the same."""
    few, many = random.sample(range(2, 12), k=2)
    return case(groups * few, groups * many, kernel_size, groups=groups)


WEIGHT_SHAPE = Function(
    conv_transpose2d_weight_shape,
    question=lambda a: (
        asking.line("nn.ConvTranspose2d", a.in_channels, a.out_channels, a.kernel_size,
            **asking.unlike(a, groups=1))
        + ": what is the shape of its weight?"),
    parts=(
        Part("square kernel", 1, (case(1, 2, 3), case(3, 8, 5), case(16, 4, 2)),
            lambda random: draw_channels(random, random.randint(2, 7))),
        Part("rectangular kernel", 1, (case(1, 2, (3, 4)), case(6, 5, (7, 2))),
            lambda random: draw_channels(random, draw_pair(random, 2, 7))),
        Part("groups", 2,
            (case(4, 6, 3, groups=2), case(6, 12, (2, 5), 3), case(12, 8, 4, groups=4)),
            lambda random: draw_channels(random, draw_size(random, 2, 7), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("the order of Conv2d",
            lambda a: a(in_channels=a.out_channels, out_channels=a.in_channels),
            "That is the weight of a `Conv2d`: one row for each channel that comes out. A "
            "transposed convolution goes the other way, and so does its weight: one row for each "
            "channel that goes in."),
        Mistake("outputs first", known.entries(1, 0, 2, 3),
            "Your first two entries have changed places. Here the channels that go in come first.",
            is_two=True),  # with no groups it is the order of Conv2d, which stands for both
        Mistake("groups ignored", as_if(groups=1),
            "With more groups a channel that goes in is painted into the channels of its own group "
            "only: how many are these?",
            praise="Right for `groups=1`."),
        Mistake("both divided by groups",
            lambda a: a(in_channels=a.in_channels // a.groups,
                out_channels=a.out_channels // a.groups, groups=1),
            "You divided both numbers of channels. Every channel that goes in has its row in the "
            "weight, whatever group it is in."),
        Mistake("inputs divided by groups",
            lambda a: a(in_channels=a.in_channels // a.groups, groups=1),
            "You divided the channels that go in. Each of them has its row in the weight; what the "
            "groups shorten is the row.",
            praise="Right for `groups=1`."),
        Mistake("groups as a dimension",
            lambda a: a() if a.groups == 1 else (a.groups, a()[0] // a.groups, *a()[1:]),
            "You gave the groups a dimension of their own. PyTorch stacks the groups on top of "
            "each other: the weight always has four dimensions.",
            praise="Right for `groups=1`."),
        Mistake("the order of Keras", known.entries(2, 3, 1, 0),
            "You put the kernel first, as Keras does. PyTorch puts the channels first.",
            praise="Your numbers are right."),
        Mistake("kernel first", known.entries(2, 3, 0, 1),
            "You put the kernel first. PyTorch puts the channels first.",
            praise="Your numbers are right."),
        Mistake("kernel once", lambda a: a()[:3],
            "The kernel is an area: its height and its width are two entries."),
        Mistake("channels only", lambda a: a()[:2],
            "You gave the channels. Each pair of channels has a whole kernel: its height and width "
            "come behind."),
        Mistake("pair left as it is",
            lambda a: (*a()[:2], a.kernel_size, a.kernel_size)
            if isinstance(a.kernel_size, tuple) else a(),
            "You put the pair itself into the shape, twice. Take it apart: its first entry is the "
            "height, its second the width.",
            praise="Right for ints."),
        *KERNEL,
        Mistake("size instead of shape", lambda a: prod(a()),
            "You returned the number of weights. Asked is the shape of the tensor."),
    ),
    hints=(
        "Print `nn.ConvTranspose2d(3, 8, 5).weight.shape`, and the same for `nn.Conv2d`.",
        "Do the same with `(4, 6, 3, groups=2)`. Which entry has become smaller?",
        "`kernel_size` is an int or a pair: `isinstance(kernel_size, tuple)` tells which.",
    ),
)


def grown(extra: Callable[..., Any], *names: str) -> Rule:
    """The shape with so many more rows and columns, found from these arguments."""
    return lambda a: known.larger(a(), known.each(extra, *(getattr(a, name) for name in names)))


def without_output_padding(**changes: Any) -> Rule:
    """Some arguments changed; PyTorch refuses an output_padding as large as stride and dilation."""
    return lambda a: known.larger(a(output_padding=0, **changes), known.pair(a.output_padding))


def way_back(a: Asked) -> Shape:
    """The shape behind an ordinary convolution."""
    layer = nn.Conv2d(a.input_shape[1], a.out_channels, a.kernel_size, a.stride, a.padding,
        a.dilation)
    return output_shape(layer, a.input_shape)


def draw_image(random: Random, channels: int = 0) -> tuple[int, int, int, int]:
    """A batch of maps whose sizes are all different."""
    height, width = draw_pair(random, 20, 40)
    return random.randint(2, 5), channels or random.randint(6, 9), height, width


def draw_growth(random: Random, size: Callable[[Random, int, int], Any], *names: str) -> Case:
    """A layer with these arguments; a size is drawn between two bounds."""
    bounds = {"stride": (3, 5), "padding": (1, 4), "output_padding": (1, 2), "dilation": (2, 4)}
    arguments = {name: size(random, *bounds[name]) for name in names}
    return case(draw_image(random), random.randint(10, 19), size(random, 2, 6), **arguments)


def draw_number(random: Random, low: int, high: int) -> int:
    """A whole number."""
    return random.randint(low, high)


SIZES = ("kernel_size", "stride", "padding", "output_padding", "dilation")

OUTPUT_SHAPE = Function(
    conv_transpose2d_output_shape,
    question=lambda a: asking.output_shape(
        asking.sliding("nn.ConvTranspose2d", a, a.input_shape[1], a.out_channels,
            stride=1, padding=0, output_padding=0, dilation=1),
        a.input_shape),
    parts=(
        Part("kernel and stride", 1,
            (case((1, 1, 4, 5), 2, 3), case((1, 1, 4, 5), 2, 2, stride=2),
             case((2, 3, 5, 8), 4, 3, 2), case((4, 3, 9, 7), 8, kernel_size=5, stride=3)),
            lambda random: draw_growth(random, draw_number, "stride")),
        Part("padding", 1,
            (case((1, 1, 4, 5), 2, 3, padding=1), case((2, 3, 7, 9), 4, 4, 2, 1),
             case((2, 3, 8, 6), 5, 5, stride=3, padding=2)),
            lambda random: draw_growth(random, draw_number, "stride", "padding")),
        Part("output_padding and dilation", 2,
            (case((1, 1, 4, 5), 2, 3, 2, output_padding=1),
             case((2, 3, 7, 9), 4, 3, 2, 1, 1), case((1, 1, 6, 7), 2, 3, dilation=2),
             case((2, 3, 12, 9), 4, 4, 3, 2, 2, 2)),
            lambda random: draw_growth(random, draw_number, *SIZES[1:])),
        Part("pairs", 1,
            (case((1, 1, 4, 6), 2, (2, 3)), case((2, 3, 7, 9), 4, 3, stride=(1, 2)),
             case((2, 3, 8, 9), 4, 5, 2, (2, 0)),
             case((2, 3, 16, 19), 5, (4, 3), (3, 2), (1, 2), (2, 1), (2, 3))),
            lambda random: draw_growth(random, draw_pair, *SIZES[1:])),
    ),
    mistakes=(
        Mistake("the way back", way_back,
            "That is the shape behind a `Conv2d`: it goes from large to small. A transposed "
            "convolution goes from small to large."),
        Mistake("size times stride",
            lambda a: (*a(kernel_size=1)[:2], *(
                side * by for side, by in
                zip(a.input_shape[2:], known.pair(a.stride), strict=True))),
            "You multiplied the sides by the stride. That holds for some kernels only: how far do "
            "the first and the last kernel lie apart, and how far does the last one reach?",
            is_two=True),
        Mistake("a stride too many", grown(lambda stride: stride, "stride"),
            "You counted a stride for each pixel. From the first pixel to the last there is one "
            "step less than there are pixels."),
        Mistake("one too few", grown(lambda _: -1, "stride"),
            "You are short by one in height and width. Take one pixel: how large is what it paints "
            "with a kernel of 3?"),
        Mistake("one too many", grown(lambda _: 1, "stride"),
            "You have one row and one column too many. Take one pixel: how large is what it paints "
            "with a kernel of 3?"),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You left the kernel out. The last pixel paints a whole kernel too."),
        Mistake("stride ignored", without_output_padding(stride=1),
            "With a larger stride the painted kernels lie further apart.",
            praise="Right for `stride=1`."),
        Mistake("padding ignored", as_if(padding=0),
            "Here `padding` says how much of the painted sheet is cut off.",
            praise="Right without padding."),
        Mistake("padding cut off once", grown(lambda padding: padding, "padding"),
            "You cut the padding off once. It is cut off at all four edges: top and bottom, left "
            "and right."),
        Mistake("padded first",
            grown(lambda padding, stride: 2 * padding * (stride + 1), "padding", "stride"),
            "You padded the input before the first kernel was painted, as a `Conv2d` does. Here "
            "`padding` says how much is cut off when all is painted."),
        Mistake("padding cut off the input",
            grown(lambda padding, stride: 2 * padding * (1 - stride), "padding", "stride"),
            "You cut the padding off the input. It is cut off what has been painted.",
            praise="Right for `stride=1`."),
        Mistake("padding added", grown(lambda padding: 4 * padding, "padding"),
            "Your padding makes the output larger. Everything is turned round here: what a "
            "`Conv2d` adds before it starts, a transposed convolution cuts off in the end."),
        Mistake("padding added once", grown(lambda padding: 3 * padding, "padding"),
            "Your padding makes the output larger, and you counted it once. It is cut off, at both "
            "ends of each side.", is_two=True),
        Mistake("output_padding ignored", as_if(output_padding=0),
            "`output_padding` changes the shape as well: that is all it is for.",
            praise="Right without it."),
        Mistake("output_padding before the stride",
            grown(lambda extra, stride: extra * (stride - 1), "output_padding", "stride"),
            "You added `output_padding` to the input, so the stride multiplies it. It counts rows "
            "and columns of the output."),
        Mistake("output_padding twice", grown(lambda extra: extra, "output_padding"),
            "You counted `output_padding` at both ends. It makes one end longer only."),
        Mistake("output_padding cut off", grown(lambda extra: -2 * extra, "output_padding"),
            "You took `output_padding` away. It stands for rows and columns that are kept."),
        Mistake("output_padding cut off twice", grown(lambda extra: -3 * extra, "output_padding"),
            "You treated `output_padding` as `padding` is treated. It makes the output larger, at "
            "one end.", is_two=True),
        Mistake("dilation ignored", without_output_padding(dilation=1),
            "A dilated kernel is painted over more places than it has weights.",
            praise="Right for `dilation=1`."),
        Mistake("kernel times dilation",
            grown(lambda dilation: dilation - 1, "dilation"),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: the "
            "spreading happens between the weights, not after the last one."),
        Mistake("dilation as holes", grown(lambda size: size - 1, "kernel_size"),
            "You took the dilation for the number of holes between two weights. In PyTorch it is "
            "the distance from one weight to the next: 1 means no hole."),
        Mistake("a gap for each weight", grown(lambda dilation: dilation, "dilation"),
            "You counted one gap for each weight of the kernel. From the first weight to the last "
            "there is one gap less than there are weights."),
        Mistake("input channels kept", lambda a: a(out_channels=a.input_shape[1]),
            "You kept the input's channels. `out_channels` says how many come out.",
            praise="Height and width are right."),
        Mistake("channels multiplied",
            lambda a: a(out_channels=a.input_shape[1] * a.out_channels),
            "You multiplied the channels. Everything that is painted into one channel of the "
            "output is added up there."),
        *known.FRONT_OF_THE_SHAPE,
        Mistake("height and width swapped", known.entries(0, 1, 3, 2),
            "Your last two entries are swapped. The height comes first, then the width."),
        Mistake("height for both", known.entries(0, 1, 2, 2),
            "You returned the height twice. The width has to be computed from the input's width."),
        *known.misread_pairs(lambda misread: known.pairs(misread, *SIZES)),
    ),
    hints=(
        "One side at a time, and no padding at first. The kernels start `stride` apart: where does "
        "the last one start, if there are L pixels?",
        "How far does it reach from there? A kernel of 3 with dilation 2 reaches as far as a "
        "kernel of 5.",
        "`padding` is cut off at both ends, `output_padding` is given back at one end.",
        "Turn every size into a pair first: `size if isinstance(size, tuple) else (size, size)`.",
    ),
)


def draw_work(random: Random, batch: int = 1, groups: int = 1, pairs: bool = False) -> Case:
    """Images and a layer whose channels are divided among so many groups."""
    shape = batch, groups * random.randint(2, 5), *draw_pair(random, 3, 9)
    kernel_size = draw_pair(random, 2, 6) if pairs else random.randint(2, 6)
    return case(shape, groups * random.randint(2, 5), kernel_size, groups)


MULT_ADDS = Function(
    conv_transpose2d_mult_adds,
    question=lambda a: asking.mult_adds(
        asking.sliding("nn.ConvTranspose2d", a, a.input_shape[1], a.out_channels, groups=1),
        a.input_shape),
    parts=(
        Part("one image", 1, (case((1, 1, 2, 3), 1, 2), case((1, 3, 4, 5), 2, 3)), draw_work),
        Part("a batch", 1, (case((2, 1, 3, 4), 2, 2), case((3, 4, 5, 6), 8, 3)),
            lambda random: draw_work(random, random.randint(2, 9))),
        Part("groups", 1, (case((1, 2, 3, 4), 4, 3, groups=2), case((2, 6, 5, 3), 9, 4, 3)),
            lambda random: draw_work(random, random.randint(1, 4), random.randint(2, 4))),
        Part("rectangular kernel", 1,
            (case((1, 2, 3, 4), 3, (2, 3)), case((2, 4, 5, 3), 6, (5, 2), groups=2)),
            lambda random: draw_work(random, random.randint(2, 4), pairs=True)),
    ),
    mistakes=(
        Mistake("output positions",
            lambda a: a(input_shape=known.larger(a.input_shape,
                known.each(lambda size: size - 1, a.kernel_size))),
            "You let the kernel stop at every pixel of the output, as in a `Conv2d`. Here every "
            "pixel of the input is multiplied with the kernel and painted into the output."),
        known.one_of_the_batch(known.IMAGE),
        known.bias_counted(known.outputs),  # once for each place of the input, as one loops over it
        known.FLOPS,
        *known.weights_once(known.IMAGE, lambda a: a(input_shape=(1, a.input_shape[1], 1, 1)),
            side="input"),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one mult-add for each pair of channels, as in a Linear. A pixel of the "
            "input meets every cell of the kernel."),
        Mistake("kernel not squared",
            lambda a: a(kernel_size=(known.pair(a.kernel_size)[0], 1)),
            "You counted one side of the kernel. It is an area: draw it and count its cells."),
        Mistake("square kernel", known.pairs(lambda two: two[0], "kernel_size"),
            "You took the kernel's height for its width too; the second entry of the pair is the "
            "width.",
            praise="Right for square kernels."),
        Mistake("outputs only", lambda a: known.with_channels(a, 1),
            "You let one channel go in. Every channel that goes in is painted into all the output "
            "channels of its group."),
        Mistake("each channel once", lambda a: a(out_channels=a.groups),
            "You painted each channel that goes in once. It is painted anew into every output "
            "channel of its group."),
        Mistake("places of a Conv2d",
            lambda a: a() // prod(a.input_shape[2:]) * prod(
                side - size + 1 for side, size in
                zip(a.input_shape[2:], known.pair(a.kernel_size), strict=True)),
            "You counted the places at which the kernel of a `Conv2d` fits. Here every pixel of "
            "the input is painted with the kernel."),
        Mistake("one output channel",
            lambda a: known.with_channels(a, a.input_shape[1] // a.groups, out_channels=1),
            "You painted into one channel. Every output channel is painted with kernels of its "
            "own."),
        Mistake("groups ignored", as_if(groups=1),
            "With more groups a channel that goes in is painted into the channels of its own group "
            "only, so there is less to do.",
            praise="Right for `groups=1`."),
        Mistake("one group only",
            lambda a: known.with_channels(
                a, a.input_shape[1] // a.groups, out_channels=a.out_channels // a.groups),
            "You counted the work of one group. The other groups work as much."),
        Mistake("numbers of the input", lambda a: prod(a.input_shape) + 0 * a(),
            "You counted the numbers that go in. Each of them is multiplied by many weights: which "
            "ones?"),
    ),
    hints=(
        "Start with one number of the input. By how many weights is it multiplied? Look at one "
        "row of the weight, whose shape you know.",
        "How many numbers has the whole input, with its channels and its batch?",
        "Does the stride change how many pixels the input has? It only moves what they paint.",
    ),
)


def built(a: Asked) -> Any:
    """The network of a case."""
    return nets.unet(a.in_channels, a.num_classes, a.widths)


def pairs_of(a: Asked) -> list[tuple[Any, Any]]:
    """Its pairs of 3x3 convolutions, those of the way down first."""
    return [(pair[0], pair[2]) for pair in (*built(a).down, *built(a).joined)]


def convolutions(a: Asked) -> Iterator[nn.Conv2d]:
    """All its 3x3 convolutions."""
    return (layer for pair in pairs_of(a) for layer in pair)


def biases(layers: Any) -> int:
    """How many biases these layers have."""
    return sum(layer.bias.numel() for layer in layers)


def conv(in_channels: int, out_channels: int, kernel_size: int = 3, bias: bool = True) -> int:
    """The parameters of one convolution."""
    return parameters(nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias))


def steps(a: Asked) -> list[tuple[int, int]]:
    """Channels below and above each step of the way up."""
    return [(layer.in_channels, layer.out_channels) for layer in built(a).up]


def upwards(each: Callable[[int, int], int]) -> Rule:
    """The answer with so much more for each step of the way up, found from its two widths."""
    return lambda a: a() + sum(each(high, low) for high, low in steps(a))


def draw_unet(random: Random, depth: int) -> Case:
    """Widths that grow, and not by a factor of 2."""
    widths = sorted(random.sample(range(3, 90), k=depth))
    return case(random.randint(1, 4), random.randint(5, 12), tuple(widths))


UNET = Function(
    unet_params,
    question=lambda a: (
        f"A U-Net from {asking.count(a.in_channels, 'channel')} to {a.num_classes}, with the "
        f"widths {', '.join(map(str, a.widths))} on the way down, built as in the lesson. "
        "How many parameters?"),
    parts=(
        Part("one width", 1, (case(1, 1, (2,)), case(3, 5, (8,))),
            lambda random: draw_unet(random, 1)),
        Part("one step down and up", 2,
            (case(1, 1, (2, 4)), case(3, 2, (4, 7)), case(2, 6, (16, 10))),
            lambda random: draw_unet(random, 2)),
        Part("several steps", 2,
            (case(1, 2, (3, 5, 9)), case(3, 1, (8, 16, 32, 48)), case(2, 4, (5, 11, 6, 20, 13))),
            lambda random: draw_unet(random, random.randint(3, 5))),
    ),
    mistakes=(
        Mistake("added instead of side by side", upwards(lambda _, low: -9 * low * low),
            "Your first convolution of each step up reads the channels of one map, as if the two "
            "were added. They are put side by side: how many channels are these together?"),
        Mistake("first reads the width below",
            upwards(lambda high, low: 9 * (high - low - low) * low),
            "Your first convolution of each step up reads as many channels as the width below has. "
            "It reads the two maps side by side, and each of them has the channels of the width "
            "above.",
            praise="Right where each width is twice the one before."),
        Mistake("first reads both widths", upwards(lambda high, low: 9 * (high - low) * low),
            "Your first convolution of each step up reads the channels of both widths. Before it "
            "the transposed convolution has brought the map from below to the width above."),
        Mistake("first reads the width below twice",
            upwards(lambda high, low: 9 * 2 * (high - low) * low),
            "Your first convolution of each step up reads two maps of the width below. Both maps "
            "have the channels of the width above by then."),
        Mistake("transposed convolutions between like widths",
            upwards(lambda high, low: -4 * (high - low) * low),
            "Your transposed convolutions read the width above. They stand at the beginning of a "
            "step: what comes from below?"),
        Mistake("second reads both too",
            lambda a: a() + sum(
                one.weight.numel() - two.weight.numel() for one, two in pairs_of(a)),
            "Both convolutions of your pairs read what comes into the pair. The second one reads "
            "what the first one returns: how many channels is that?"),
        Mistake("second reads both maps", upwards(lambda _, low: 9 * low * low),
            "On the way up both your convolutions read the two maps side by side. The second one "
            "reads what the first one returns."),
        Mistake("first keeps the channels",
            lambda a: a() + sum(
                conv(one.in_channels, one.in_channels) - conv(one.out_channels, one.out_channels)
                for one, _ in pairs_of(a)),
            "Your first convolution of a pair keeps the channels and the second one changes them. "
            "Here it is the other way round."),
        Mistake("ways up without weights",
            lambda a: a() - parameters(built(a).up),
            "You counted nothing for what doubles the maps. A transposed convolution has weights "
            "and biases; an `nn.Upsample` would have none."),
        Mistake("Upsample in their place",
            lambda a: upwards(lambda high, low: 9 * (high - low) * low)(a)
            - parameters(built(a).up),
            "You let the maps keep their channels on the way up, and no weight is there: that is a "
            "U-Net with `nn.Upsample`. Here a transposed convolution leads to the width above."),
        Mistake("transposed convolution keeps the channels",
            upwards(lambda high, low: conv(high, high, 2) - conv(high, low, 2)
                + conv(high, low, bias=False) - conv(low, low, bias=False)),
            "Your transposed convolutions return as many channels as they get. Here each goes from "
            "the width below to the width above already."),
        Mistake("transposed convolutions without bias",
            lambda a: a() - biases(built(a).up),
            "The transposed convolutions have a bias too, one number for each channel that comes "
            "out."),
        Mistake("their biases on the wrong side", upwards(lambda high, low: high - low),
            "You gave the transposed convolutions a bias for each channel that goes in. It is "
            "added to what comes out, whatever the order in the weight is."),
        Mistake("3x3 on the way up", upwards(lambda high, low: 5 * high * low),
            "Your transposed convolutions have a kernel of 3x3. Here it is 2x2."),
        Mistake("1x1 on the way up", upwards(lambda high, low: -3 * high * low),
            "Your transposed convolutions have one weight for each pair of channels. Their kernel "
            "is 2x2."),
        Mistake("2 for the 2x2", upwards(lambda high, low: -2 * high * low),
            "You counted a kernel of 2x2 as 2 weights for each pair of channels: draw it and count "
            "its cells."),
        Mistake("no last convolution", lambda a: a() - parameters(built(a).head),
            "You left out the 1x1 convolution at the end, which makes a map for each class."),
        Mistake("3x3 at the end",
            lambda a: a() + 8 * built(a).head.weight.numel(),
            "Your last convolution has a kernel of 3x3. It is 1x1."),
        Mistake("last convolution without bias", lambda a: a() - biases([built(a).head]),
            "The last convolution has a bias too, a number for each class."),
        Mistake("last convolution from the bottom",
            lambda a: a() + (a.widths[-1] - a.widths[0]) * a.num_classes,
            "Your last convolution reads the channels of the bottom. It stands at the end of the "
            "way up: how many channels arrive there?"),
        Mistake("no bias in the 3x3", lambda a: a() - biases(convolutions(a)),
            "You counted the weights of the 3x3 convolutions only. Each of them has biases too, "
            "one for each channel that comes out."),
        Mistake("one bias for each pair",
            lambda a: a() - biases(two for _, two in pairs_of(a)),
            "You counted one bias for each pair of 3x3 convolutions. Each convolution has its "
            "own."),
        Mistake("no bias",
            lambda a: a() - biases(convolutions(a)) - biases([*built(a).up, built(a).head]),
            "You counted weights only. All these layers have biases."),
        Mistake("BatchNorms", lambda a: a() + 2 * biases(convolutions(a)),
            "You counted a BatchNorm behind each 3x3 convolution. Many U-Nets of today have them, "
            "the first one had none; the biases are enough here."),
        Mistake("BatchNorms for biases", lambda a: a() + biases(convolutions(a)),
            "You counted two numbers beside the weights for each channel behind a 3x3 convolution, "
            "as with a BatchNorm. There is none here: each channel has a bias."),
        Mistake("one convolution each",
            lambda a: a() - sum(parameters(two) for _, two in pairs_of(a)),
            "You counted one 3x3 convolution at each place. There are two, one behind the other."),
        Mistake("one convolution on the way up",
            lambda a: a() - sum(parameters(pair[2]) for pair in built(a).joined),
            "You counted one 3x3 convolution in each step of the way up. There are two, as on the "
            "way down."),
        Mistake("no convolutions on the way up", lambda a: a() - parameters(built(a).joined),
            "On the way up you counted the transposed convolutions only. Behind each of them two "
            "3x3 convolutions read both maps."),
        Mistake("way down only",
            lambda a: a() - parameters(built(a).up) - parameters(built(a).joined),
            "You counted the way down and the end. The way up has weights as well."),
        Mistake("way up only", lambda a: a() - parameters(built(a).down),
            "You counted the way up and the end. The way down has weights as well: two "
            "convolutions at each width."),
        Mistake("bottom left out", lambda a: a() - parameters(built(a).down[-1]),
            "The last width is left out. At the bottom two convolutions stand as well, before the "
            "way up begins."),
        Mistake("bottom counted twice", lambda a: a() + parameters(built(a).down[-1]),
            "You counted the bottom twice: the way down ends with it, the way up begins above it."),
        Mistake("kernel not squared",
            lambda a: a() - sum(layer.weight.numel() * 2 // 3 for layer in convolutions(a)),
            "You counted three weights for a kernel of 3x3: draw it and count its cells."),
        Mistake("images with one channel", as_if(in_channels=1),
            "Your first convolution reads one channel. `in_channels` says how many there are.",
            praise="Right for grey images."),
        Mistake("one class", as_if(num_classes=1),
            "Your last convolution makes one map. `num_classes` says how many there are.",
            praise="Right for one class."),
    ),
    hints=(
        "Write a helper of your own for two 3x3 convolutions that take `i` channels to `o`. Where "
        "does each of the two get its channels from?",
        "The way down: `i` is `in_channels` first, and the width before afterwards.",
        "The way up, from the last pair of neighbouring widths to the first: the transposed "
        "convolution goes from the width below to the one above. What do the two behind it read?",
        "`zip(widths, widths[1:])` gives the neighbours, the one above first. The order does not "
        "matter for a sum.",
    ),
)

LESSON = Lesson("20-upsampling",
    (CONV_TRANSPOSE1D, WEIGHT_SHAPE, OUTPUT_SHAPE, MULT_ADDS, UNET))
