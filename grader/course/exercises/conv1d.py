"""Lesson 05: convolution over a sequence, `torch.nn.Conv1d`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import asking, pytorch
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case

Window = tuple[int, int, int]  # kernel_size, stride, dilation


def conv1d(
    values: Sequence[float],
    kernel: Sequence[float],
    bias: float = 0.0,
    stride: int = 1,
    padding: int = 0,
) -> list[float]:
    """What `nn.Conv1d(1, 1, len(kernel), stride, padding)` makes of a sequence of numbers.

    `kernel` holds its weights and `bias` its bias. The padding is zeros, at both ends.
    """
    return convolved(values, kernel, bias, stride, padding)


def convolved(
    values: Sequence[float], kernel: Sequence[float], bias: float, stride: int, padding: int,
    dilation: int = 1,
) -> list[float]:
    """One channel, convolved on the CPU: its numbers matter, not only how many they are."""
    x, weight = (
        torch.tensor([[each]], dtype=torch.float64, device="cpu") for each in (values, kernel))
    b = torch.tensor([bias], dtype=torch.float64, device="cpu")
    numbers: list[float] = nn.functional.conv1d(
        x, weight, b, stride, padding, dilation)[0, 0].tolist()
    return numbers


def conv1d_params(
    in_channels: int, out_channels: int, kernel_size: int, groups: int = 1, bias: bool = True
) -> int:
    """The number of parameters of `nn.Conv1d(in_channels, out_channels, kernel_size, ...)`."""
    return parameters(nn.Conv1d(in_channels, out_channels, kernel_size, groups=groups, bias=bias))


def conv1d_output_length(
    length: int, kernel_size: int, stride: int = 1, padding: int | str = 0, dilation: int = 1
) -> int:
    """The length of what `nn.Conv1d` makes of a sequence of `length` steps.

    `padding` is a whole number, "same" or "valid".
    """
    layer = nn.Conv1d(1, 1, kernel_size, stride, padding, dilation)
    return output_shape(layer, (1, 1, length))[-1]


def conv1d_mult_adds(
    input_shape: Shape, out_channels: int, kernel_size: int,
    stride: int = 1, padding: int | str = 0, dilation: int = 1, groups: int = 1,
) -> int:
    """The multiply-accumulates of `nn.Conv1d` for the whole batch, bias not counted.

    `input_shape` is `(N, C, L)`. `padding` is a whole number, "same" or "valid".
    """
    layer = nn.Conv1d(
        input_shape[1], out_channels, kernel_size, stride, padding, dilation, groups=groups)
    return mult_adds(layer, input_shape)


def receptive_field(layers: Sequence[Window]) -> int:
    """How many neighbouring steps of the input one step of the last output depends on.

    `layers` are the `(kernel_size, stride, dilation)` of one `nn.Conv1d` after another.
    """
    return pytorch.receptive_field(layers)


BIAS_TURNED = Mistake("bias where there is none", lambda a: a(bias=not a.bias),
    "You do count a bias, but where `bias` is False, and none where it is True: the two ways of "
    "your `if` are swapped.")
SUM_IN_THE_CONDITION = Mistake("no parameters without a bias", lambda a: a() if a.bias else 0,
    "Without a bias you answer 0. In `a + b if bias else 0` the `if` chooses between the whole "
    "sum and 0: brackets say what it is about.",
    praise="Right with a bias.")


WRONG_PRODUCTS = (
    Mistake("weights of one filter",
        lambda a: a(in_channels=a.in_channels // a.groups, out_channels=1, groups=1, bias=False)
        + a.bias * a.out_channels,
        "You counted the weights of one filter, and the biases of all. Every output channel has "
        "a filter of its own."),
    Mistake("input channels added",
        lambda a: a(in_channels=1, groups=1) + a.in_channels,
        "You added the input channels. A filter has a kernel for each channel that it reads, so "
        "these two numbers are multiplied."),
    Mistake("bias for each weight of a kernel",
        lambda a: a(bias=False) + a.bias * a(in_channels=1, groups=1, bias=False),
        "You gave each output channel as many biases as its kernel is large. A filter adds its "
        "bias once, when all its products are summed."),
)


def zeros(a: Asked) -> list[float]:
    """The padding at one end."""
    return [0.0] * a.padding


def between(a: Asked, before: Sequence[float], after: Sequence[float]) -> Any:
    """The answer where something else than zeros stands before and after the values."""
    values = [*before, *a.values, *after]
    return a(values=values, padding=0) if len(values) >= len(a.kernel) else []


def over_the_end(a: Asked) -> Any:
    """The answer where every place starts a window, also the last ones."""
    return between(a, zeros(a), [*zeros(a), *[0.0] * (len(a.kernel) - 1)])


def each_weight_alone(a: Asked) -> list[list[float]]:
    """The products that each weight takes part in, one list a weight."""
    weights = range(len(a.kernel))
    return [
        a(kernel=[each if place == alone else 0 for place, each in enumerate(a.kernel)], bias=0)
        for alone in weights]


def partial_sums(a: Asked) -> list[float]:
    """The sum of each window after each of its products."""
    growing = zip(*each_weight_alone(a), strict=True)
    return [total + a.bias for products in growing for total in accumulate(products)]


def with_zeros_between(a: Asked) -> list[float]:
    """The answer where the places that the stride skips are left at 0."""
    answer = [0.0] * len(a(stride=1))
    answer[:: a.stride] = a()
    return answer


def draw_numbers(random: Random, count: int) -> list[float]:
    """Different numbers, some of them negative, some of them with a fraction."""
    return [value + random.choice((0, 0.5)) for value in random.sample(range(-30, 30), k=count)]


def draw_signal(random: Random, **arguments: Any) -> Case:
    """A sequence that is longer than its kernel."""
    return case(draw_numbers(random, random.randint(7, 11)), draw_numbers(random,
        random.randint(2, 5)), bias=random.choice((-2.5, 3, 0.5)), **arguments)


CONV1D = Function(
    conv1d,
    parts=(
        Part("kernel and bias", 1,
            (case([1, 2, 4], [1, 3]), case([5, 1, 4, 2, 7], [2, -1, 3]), case([3, 0, 2], [2], 1),
             case([2, 5, -1, 3], [1, 0, 4, -2], bias=-3),
             case([0.05, 0.1234567, -0.125, 0.2, 0.7654321], [0.7654321, -0.25], bias=0.1234)),
            draw_signal),
        Part("stride", 1,
            (case([1, 2, 4, 3, 6], [1, 3], stride=2), case([5, 1, 4, 2, 7, 3], [2, -1, 3], 1, 2),
             case([6, 2, -9, 1, 5, 8, 4, 7], [1, -2], bias=2, stride=3),
             case([0.25, 0.7654321, -1, 0.1234567, 1.5], [0.3, 0.1234567, -2], stride=2)),
            lambda random: draw_signal(random, stride=random.randint(2, 4))),
        Part("padding", 1,
            (case([1, 2, 4], [1, 3], padding=1), case([5, 1, 4, 2], [2, -1, 3], 1, 1, 2),
             case([4, 3], [1, -2, 5], padding=1),
             case([6, 2, -9, 1, 5, 8], [1, 2, -3], bias=2, stride=2, padding=1),
             case([0.25, 0.7654321, -1, 1.5], [0.3, 0.1234567, -2], 0.5, 3, 2)),
            lambda random: draw_signal(random,
                stride=random.randint(1, 3), padding=random.randint(1, 3))),
    ),
    mistakes=(
        Mistake("kernel turned round", lambda a: a(kernel=a.kernel[::-1]),
            "You turned the kernel round, as a convolution in mathematics does. PyTorch's layer "
            "does not: its first weight meets the first value of the window."),
        Mistake("values not weighted", lambda a: a(kernel=[1] * len(a.kernel)),
            "You added up the values of each window. Each of them is first multiplied by the "
            "weight that meets it."),
        Mistake("products of sums",
            lambda a: a(kernel=[sum(a.kernel)] * len(a.kernel)),
            "You multiplied the sum of the kernel by the sum of the window. First each weight "
            "meets its own value, then the products are summed."),
        Mistake("products not summed",
            lambda a: [list(each) for each in zip(*each_weight_alone(a), strict=True)],
            "You returned the products of each window. One number comes of them: add them up, "
            "with the bias."),
        Mistake("products of the first window",
            lambda a: [products[0] for products in each_weight_alone(a)],
            "You returned the products of one window. Add them up, add the bias, and let the "
            "kernel move on."),
        Mistake("a number for each product", partial_sums,
            "You return a number after each product. Sum over the whole window first: does your "
            "`append` stand inside the inner loop?"),
        Mistake("last product only",
            lambda a: a(kernel=[*[0] * (len(a.kernel) - 1), a.kernel[-1]]),
            "Only the last product of each window is left. `=` forgets what was there before, "
            "`+=` adds to it."),
        Mistake("first value for every weight",
            lambda a: a(kernel=[sum(a.kernel), *[0] * (len(a.kernel) - 1)]),
            "All your weights meet the first value of their window. Let the place among the "
            "values move on together with the place in the kernel."),
        Mistake("last weight missing", lambda a: a(kernel=[*a.kernel[:-1], 0]),
            "Your last weight meets nothing. `range(n)` goes up to n - 1 already."),
        Mistake("average", lambda a: a(kernel=[each / len(a.kernel) for each in a.kernel]),
            "You divided each sum by the length of the kernel. A convolution adds and does not "
            "average."),
        Mistake("bias ignored", as_if(bias=0),
            "`bias` is added to every number of the answer.",
            praise="Right without a bias."),
        Mistake("bias for each product", lambda a: a(bias=a.bias * len(a.kernel)),
            "You added the bias once for each weight of the kernel. It comes once, when the "
            "products of a window are summed.",
            praise="Right without a bias."),
        Mistake("bias once", lambda a: [*a()[:1], *a(bias=0)[1:]],
            "Only your first number has the bias. It is added at every place of the kernel.",
            praise="Right without a bias."),
        Mistake("sum never reset",
            lambda a: [total + a.bias for total in accumulate(a(bias=0))],
            "Your sum remembers the windows before. Each window starts anew: where does your "
            "loop set the variable to 0?"),
        Mistake("sum and bias never reset", lambda a: list(accumulate(a())),
            "Your sum remembers the windows before, and their biases too. Each window starts "
            "anew: where does your loop set the variable?"),
        Mistake("first window only", lambda a: a()[:1],
            "You stopped after the first window: does your `return` stand inside the loop?"),
        Mistake("windows over the end", over_the_end,
            "Your last windows reach beyond the end. A Python slice stops there without a word, "
            "and so does `zip`; a convolution uses full windows only."),
        Mistake("last window missing",
            lambda a: between(a, zeros(a), zeros(a)[1:]) if a.padding else (
                a(values=a.values[:-1]) if len(a.values) > len(a.kernel) else []),
            "You stop too early: a window that ends with the very last value is full. The end of "
            "a `range` does not belong to it."),
        Mistake("windows side by side",
            lambda a: a(stride=len(a.kernel)) if a.stride == 1 else a(),
            "Without a `stride` your windows stand side by side. The kernel moves on by one "
            "place: its windows overlap."),
        Mistake("stride ignored", as_if(stride=1),
            "With a larger `stride` the kernel moves on by that many places: which windows does "
            "it visit?",
            praise="Right for `stride=1`."),
        Mistake("stride counted, not walked", lambda a: a(stride=1)[: len(a())],
            "You return as many numbers as you should, but your windows start at 0, 1, 2 and so "
            "on. The next one starts `stride` places further.",
            praise="Right for `stride=1`."),
        Mistake("zeros where the stride skips", with_zeros_between,
            "You left zeros in the places that the stride skips. The answer has a number only "
            "where the kernel stops.",
            praise="Right for `stride=1`."),
        Mistake("all places divided by the stride",
            lambda a: a()[: len(a(stride=1)) // a.stride],
            "You divided the number of all places by the stride. The first place always counts: "
            "divide what comes after it.",
            praise="Right for `stride=1`."),
        Mistake("stride inside the window",
            lambda a: convolved(**vars(a) | {"stride": 1}, dilation=a.stride)
            if len(a.values) + 2 * a.padding > a.stride * (len(a.kernel) - 1) else [],
            "You took every so many values inside a window. That is dilation: a stride moves the "
            "whole kernel on, and its weights stay together.",
            praise="Right for `stride=1`."),
        Mistake("as many windows as strides",
            lambda a: over_the_end(a)[: (len(a.values) + 2 * a.padding) // a.stride],
            "You divided the length by the stride to count the windows. The kernel matters too: "
            "the last window must still be full."),
        Mistake("padding ignored",
            lambda a: a(padding=0) if len(a.values) >= len(a.kernel) else [],
            "`padding` says how many zeros stand at each end of the values before the kernel "
            "starts.",
            praise="Right without padding."),
        Mistake("padding in front only", lambda a: between(a, zeros(a), []),
            "You put the zeros in front only. PyTorch pads both ends.",
            praise="Right without padding."),
        Mistake("padding at the end only", lambda a: between(a, [], zeros(a)),
            "You put the zeros at the end only. PyTorch pads both ends.",
            praise="Right without padding."),
        Mistake("one zero, whatever the padding", lambda a: a(padding=min(a.padding, 1)),
            "You put one zero at each end. `padding` says how many there are.",
            praise="Right for a padding of 0 and 1."),
        Mistake("one number instead of zeros",
            lambda a: between(a, [float(a.padding)], [float(a.padding)]),
            "`[padding]` is a list with one entry, the number itself. Asked are so many zeros at "
            "each end, and none for a padding of 0."),
        Mistake("np.convolve as it is",
            lambda a: a(kernel=a.kernel[::-1], stride=1, padding=len(a.kernel) - 1),
            "`np.convolve` turns the kernel round, as in mathematics, and lets it hang over both "
            "ends. PyTorch's layer does neither.", is_two=True),
        Mistake("edges repeated",
            lambda a: between(a, a.values[:1] * a.padding, a.values[-1:] * a.padding),
            "You padded with copies of the first and the last value. The padding asked for is "
            "zeros.",
            praise="Right without padding."),
        Mistake("places of the unpadded values",
            lambda a: a()[: max(0, (len(a.values) - len(a.kernel)) // a.stride + 1)],
            "You padded the values, but you counted the windows without the padding. How long is "
            "the sequence now?",
            praise="Right without padding."),
        Mistake("negative index",
            lambda a: between(a, a.values[len(a.values) - a.padding :] if a.padding else [],
                zeros(a)),
            "In front your kernel meets values from the end. In Python `values[-1]` is the last "
            "value and no error: put the zeros in first.",
            praise="Right without padding."),
        Mistake("zeros round the answer",
            lambda a: [*zeros(a), *(a(padding=0) if len(a.values) >= len(a.kernel) else []),
                *zeros(a)],
            "You put the zeros round the answer. They belong round the values, before the kernel "
            "slides over them.",
            praise="Right without padding."),
        Mistake("length always kept",
            lambda a: a(padding=len(a.kernel) // 2) if a.padding == 0 else a(),
            "Without a `padding` you pad all the same. Then no zeros are added, and fewer numbers "
            "come out than go in."),
    ),
    hints=(
        "Do `[5, 1, 4, 2]` with the kernel `[2, -1, 3]` by hand, as in the first picture. How "
        "many places has the kernel, and where does each start?",
        "`values[start:start + len(kernel)]` is one window. "
        "`zip(kernel, window)` pairs each weight with what it meets.",
        "`range` with three arguments gives all the starts. "
        "Which is the last start whose window is still full?",
        "For the padding make a longer list first: `[0] * padding` is so many zeros, and `+` "
        "joins lists. After that forget that it is padded.",
    ),
)


def draw_params(random: Random, bias: bool = True) -> Case:
    """A layer with one group."""
    return case(random.randint(2, 64), random.randint(2, 64), random.randint(2, 9), bias=bias)


def draw_groups(random: Random) -> Case:
    """A layer whose channels are divided among groups."""
    groups = random.randint(2, 8)
    return case(groups * random.randint(1, 8), groups * random.randint(1, 8), random.randint(2, 9),
        groups=groups, bias=random.choice((True, True, False)))


PARAMS = Function(
    conv1d_params,
    question=lambda a: asking.parameters(asking.convolution(1, a)),
    parts=(
        Part("weights and bias", 2,
            (case(1, 2, 3), case(3, 4, 5), case(4, 3, 1), case(16, 32, 5)),
            draw_params),
        Part("without a bias", 1,
            (case(1, 2, 3, bias=False), case(3, 4, 5, bias=False), case(5, 3, 4, bias=True)),
            lambda random: draw_params(random, bias=False)),
        Part("groups", 2,
            (case(2, 4, 3, groups=2), case(4, 6, 3, groups=2), case(6, 4, 5, 2, False),
             case(12, 24, 3, groups=4)),
            draw_groups),
    ),
    mistakes=(
        *known.biases(known.SEQUENCE),
        BIAS_TURNED,
        SUM_IN_THE_CONDITION,
        Mistake("input channels ignored", as_if(in_channels=1, groups=1),
            "Your filters see one channel only. A filter is a table: it has `kernel_size` weights "
            "for each of the channels it reads."),
        known.ONE_FILTER,
        *WRONG_PRODUCTS,
        Mistake("all numbers added", lambda a: a.in_channels + a.out_channels + a.kernel_size,
            "You added three numbers. Draw one filter as a table, with a row for each channel: "
            "how many cells has it?",
            is_two=True),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one weight for each pair of channels, as in a Linear. A filter covers "
            "`kernel_size` steps and has a weight for each step."),
        Mistake("kernel squared", lambda a: a(kernel_size=a.kernel_size**2),
            "You squared `kernel_size`. That is the kernel of a Conv2d. A sequence has one "
            "direction only."),
        *known.GROUPS,
    ),
    hints=(
        "Two tensors hold the parameters: look again at `stereo.weight.shape` and "
        "`stereo.bias.shape` under the stereo picture. What is each number?",
        "Start with one filter. How many channels does it read, and how many steps of each? "
        "Then ask how many filters there are.",
        "With `groups=2` the first half of the filters reads the first half of the input "
        "channels, the second half the rest. The two shapes above the exercise differ in one "
        "entry: which?",
    ),
)


def draw_length(random: Random, **arguments: Any) -> Case:
    """A sequence that is long enough for any kernel, dilated or not."""
    return case(random.randint(60, 200), random.randint(2, 7), **arguments)


def draw_named_padding(random: Random) -> Case:
    """Padding "same", also with even kernels and dilation, or "valid", also with a stride."""
    if random.random() < 0.3:
        return draw_length(random, stride=random.randint(1, 3), padding="valid")
    return draw_length(random, padding="same", dilation=random.randint(1, 3))


OUTPUT_LENGTH = Function(
    conv1d_output_length,
    question=lambda a: (
        f"{asking.sliding('nn.Conv1d', a, 1, 1, stride=1, padding=0, dilation=1)} gets "
        f"a sequence of {asking.count(a.length, 'step')}. How many steps come out?"),
    parts=(
        Part("kernel and padding", 1,
            (case(5, 3), case(7, kernel_size=2), case(5, 3, padding=1), case(8, 3, padding=2),
             case(10, 5, 1, 1)),
            lambda random: draw_length(random, padding=random.randint(0, 4))),
        Part("stride", 2,
            (case(7, 3, stride=2), case(8, 3, 2), case(10, 4, stride=3),
             case(12, 3, stride=3, padding=1), case(13, 2, stride=4, padding=0)),
            lambda random: draw_length(random,
                stride=random.randint(2, 5), padding=random.randint(0, 4))),
        Part("dilation", 1,
            (case(9, 3, dilation=2), case(16, 4, dilation=3), case(20, 3, 2, 1, 2)),
            lambda random: draw_length(random, stride=random.randint(1, 4),
                padding=random.randint(0, 4), dilation=random.randint(2, 5))),
        Part('"same" and "valid"', 1,
            (case(7, 3, padding="valid"), case(7, 3, padding="same"), case(9, 4, padding="same"),
             case(11, 3, padding="same", dilation=2), case(12, 4, 1, "same", 3),
             case(10, 3, stride=2, padding="valid")),
            draw_named_padding),
    ),
    mistakes=(
        Mistake("one too few", lambda a: a() - (a.padding != "same"),
            "You are short by one. You counted the steps from the first place of the kernel to "
            "the last; the first place is a place too."),
        Mistake("one too many", lambda a: known.grown(a, 1),
            "You let the kernel hang over the end by one step. Take length 5 and kernel 3, and "
            "write down every place where the kernel fits."),
        Mistake("rounded to the nearest",
            lambda a: a() if isinstance(a.padding, str) or a.stride == 1
            else round((a(stride=1) - 1) / a.stride) + 1,
            "`round` goes to the nearest whole number, up or down. A last place at which the "
            "kernel does not fit is dropped: always round down."),
        known.one_added_early(lambda a: a(stride=1) // a.stride),
        Mistake("division misses its brackets", lambda a: a(stride=1) + (a.stride > 1),
            "In Python `//` comes before `+` and `-`: put brackets round everything that the "
            "stride divides.",
            praise="Right for `stride=1`."),
        *known.steps(known.SEQUENCE),
        Mistake("dilation as holes", lambda a: a(dilation=a.dilation + 1),
            "You took the dilation for the number of holes between two weights. In PyTorch it is "
            "the distance from one weight to the next: 1 means no hole."),
        Mistake("one gap only", lambda a: a(kernel_size=a.kernel_size + a.dilation - 1, dilation=1),
            "You widened the kernel once. Dilation spreads every two neighbours: how many gaps "
            "are there between the weights of the kernel?"),
        Mistake("input divided by stride", as_if(kernel_size=1, padding=0, dilation=1),
            "You divided the length by the stride and left the kernel out. Keras' \"same\" does "
            "that. In PyTorch every place needs room for the whole kernel."),
        Mistake("length unchanged", as_if(stride=1, padding="same"),
            "You returned the length of the input. That is padding \"same\"; PyTorch's default is "
            "no padding."),
        known.SAME_IGNORED,
        known.SAME_HALF,
        Mistake('"same" without dilation', known.same_as(lambda size, dilation: (size - 1) // 2),
            'You put `(kernel_size - 1) // 2` in the place of "same". That fails for even kernels '
            "and for dilation. PyTorch pads as much as it takes: what does the name promise?"),
        known.SAME_ALIKE,
    ),
    hints=(
        "Draw 5 boxes and slide a kernel of 3 over them. Count the places where it starts.",
        "Put the padding on both ends first, then forget that it is padding. How many boxes does "
        "the kernel cover from its first weight to its last?",
        "With a stride, set the first place aside. How many whole strides fit into what is left? "
        "`//` rounds down.",
        '"valid" is another name for one number. "same" needs no computation.',
    ),
)


def draw_sequences(random: Random, **arguments: Any) -> Case:
    """A batch of sequences, each long enough for any kernel."""
    input_shape = (random.randint(2, 5), random.randint(2, 9), random.randint(40, 60))
    return case(input_shape, random.randint(2, 9), random.randint(2, 6), **arguments)


def draw_steps(random: Random) -> Case:
    """Stride, padding and dilation in numbers, or padding "same"."""
    if random.random() < 0.3:
        return draw_sequences(random, padding="same", dilation=random.randint(1, 3))
    return draw_sequences(random, stride=random.randint(1, 4),
        padding=random.randint(0, 4), dilation=random.randint(1, 4))


def draw_grouped_sequences(random: Random) -> Case:
    """A batch of sequences whose channels are divided among groups."""
    groups = random.randint(2, 4)
    return case(
        (random.randint(2, 5), groups * random.randint(1, 4), random.randint(20, 60)),
        groups * random.randint(1, 4), random.randint(2, 6),
        stride=random.randint(1, 3), groups=groups)


STEPS_NOT_PASSED_ON = (
    Mistake("stride, padding and dilation not passed on", as_if(stride=1, padding=0, dilation=1),
        "You compute the size of the output from the input and the kernel alone. Do you pass "
        "`stride`, `padding` and `dilation` on?",
        praise="Right for the defaults.", is_two=True),
    Mistake("padding and dilation not passed on", as_if(padding=0, dilation=1),
        "You use the stride, but neither `padding` nor `dilation`. Do you pass them on?",
        praise="Right for the defaults.", is_two=True),
    Mistake("stride and dilation not passed on", as_if(stride=1, dilation=1),
        "You use the padding, but neither `stride` nor `dilation`. Do you pass them on?",
        praise="Right for the defaults.", is_two=True),
    Mistake("stride and padding not passed on", as_if(stride=1, padding=0),
        "You use the dilation, but neither `stride` nor `padding`. Do you pass them on?",
        praise="Right for the defaults.", is_two=True),
)
PRODUCTS_ADDED = Mistake("products added to the outputs",
    lambda a: known.outputs(a) + a() // known.outputs(a),
    "You added the size of a filter to the numbers of the output. Each of these numbers costs "
    "all the products of its filter.")

MULT_ADDS = Function(
    conv1d_mult_adds,
    question=lambda a: asking.mult_adds(
        asking.sliding("nn.Conv1d", a, a.input_shape[1], a.out_channels,
            stride=1, padding=0, dilation=1, groups=1),
        a.input_shape),
    parts=(
        Part("one sequence", 1,
            (case((1, 1, 4), 2, 3), case((1, 3, 8), 2, 3), case((1, 4, 9), 6, 2)),
            lambda random: case((1, random.randint(2, 9), random.randint(10, 99)),
                random.randint(2, 9), random.randint(2, 6))),
        Part("a batch", 1,
            (case((2, 1, 4), 2, 3), case((2, 3, 8), 4, 3), case((5, 4, 12), 3, 2)),
            draw_sequences),
        Part("stride, padding and dilation", 2,
            (case((2, 3, 9), 4, 3, stride=2), case((2, 3, 8), 4, 5, padding=1),
             case((2, 3, 10), 4, 3, dilation=3), case((2, 3, 20), 4, 3, 2, 1, 2),
             case((2, 3, 9), 5, 4, padding="same"),
             case((2, 3, 11), 4, 3, stride=2, padding="valid")),
            draw_steps),
        Part("groups", 1,
            (case((1, 2, 4), 4, 3, groups=2), case((2, 4, 8), 6, 3, groups=2),
             case((2, 6, 15), 9, 4, 2, 1, 2, 3)),
            draw_grouped_sequences),
    ),
    mistakes=(
        *known.work(known.SEQUENCE),
        Mistake("kernel ignored", lambda a: a() // a.kernel_size,
            "You counted one mult-add for each channel that a filter reads. It reads "
            "`kernel_size` steps of each channel."),
        known.flat_filters("input channels ignored"),
        *known.work_of_filters(known.SEQUENCE),
        *STEPS_NOT_PASSED_ON,
        PRODUCTS_ADDED,
    ),
    hints=(
        "Start with one number of the output. How many products are summed to make it?",
        "How many numbers has the whole output? You can compute its length already, with "
        "`conv1d_output_length` from the exercise before: give it all it needs, by name "
        "(`stride=stride`).",
        "With groups a filter reads a part of the channels. "
        "Which factor of your product gets smaller?",
    ),
)


def draw_layers(random: Random, strides: Sequence[int], dilations: Sequence[int]) -> Case:
    """Two to four layers."""
    return case([
        (random.randint(2, 5), random.choice(strides), random.choice(dilations))
        for _ in range(random.randint(2, 4))])


def with_strides_before(layers: Sequence[Window]) -> list[Window]:
    """The same layers, but each stride comes before its kernel instead of after it."""
    return [moved for k, s, d in layers for moved in ((1, s, 1), (k, 1, d))]


def fields(a: Asked) -> list[int]:
    """The field of each layer on its own."""
    return [a(layers=[layer]) for layer in a.layers]


def added(fields: Sequence[int]) -> int:
    """One step, and what each of these fields adds to it."""
    return sum(fields) - len(fields) + 1


def previous_stride(a: Asked) -> int:
    """The field if no stride reached further than the next layer."""
    return added([a(layers=a.layers[:1])] + [
        a(layers=[(1, stride, 1), (kernel_size, 1, dilation)])
        for (_, stride, _), (kernel_size, _, dilation) in pairwise(a.layers)])


def whole_strides(a: Asked) -> Any:
    """The field if n neighbouring windows took n strides: each kernel is longer by the rest."""
    return a(layers=[
        (span + s - 1, s, 1) for span, (_, s, _) in zip(fields(a), a.layers, strict=True)])


FIELD = Function(
    receptive_field,
    question=lambda a: (
        "One after the other: " + asking.chain([
            asking.layer("Conv1d", kernel_size=size, stride=stride, dilation=dilation)
            for size, stride, dilation in a.layers])
        + ". On how many neighbouring steps of the input does one step of the output depend?"),
    parts=(
        Part("one layer", 1,
            (case([(3, 1, 1)]), case([(5, 2, 1)])),
            lambda random: case([(random.randint(2, 9), random.randint(1, 3), 1)])),
        Part("a chain of layers", 1,
            (case([(3, 1, 1), (3, 1, 1)]), case([(3, 1, 1), (5, 1, 1)]),
             case([(3, 1, 1), (5, 1, 1), (2, 1, 1)])),
            lambda random: draw_layers(random, strides=(1,), dilations=(1,))),
        Part("stride", 2,
            (case([(3, 2, 1), (3, 1, 1)]), case([(2, 2, 1), (5, 3, 1)]),
             case([(3, 2, 1), (3, 3, 1), (4, 1, 1)])),
            lambda random: draw_layers(random, strides=(2, 3), dilations=(1,))),
        Part("dilation", 1,
            (case([(3, 1, 2)]), case([(3, 1, 1), (3, 1, 2), (3, 1, 4)]),
             case([(3, 2, 2), (5, 1, 3)])),
            lambda random: draw_layers(random, strides=(1, 2), dilations=(2, 3, 4))),
    ),
    mistakes=(
        Mistake("kernels added", lambda a: sum(fields(a)),
            "You added the kernels. Two neighbouring windows overlap: draw 3 boxes over 5 boxes "
            "and count how many are new for each layer."),
        Mistake("kernels multiplied", lambda a: prod(fields(a)),
            "You multiplied the kernels. Neighbouring windows overlap, so each layer adds a few "
            "steps only: draw two layers with kernel 3."),
        Mistake("strides ignored", lambda a: a(layers=[(k, 1, d) for k, _, d in a.layers]),
            "After a layer with stride 2, neighbouring steps are two input steps apart, so the "
            "kernels after it reach further.",
            praise="Right for stride 1."),
        Mistake("dilation ignored", lambda a: a(layers=[(k, s, 1) for k, s, _ in a.layers]),
            "A dilated kernel covers more steps than it has weights.",
            praise="Right for dilation 1."),
        Mistake("kernel times dilation",
            lambda a: a(layers=[(k * d, s, 1) for k, s, d in a.layers]),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: how "
            "many steps are there from the first to the last?"),
        Mistake("own stride counted", lambda a: a(layers=with_strides_before(a.layers)),
            "You let a layer's own stride widen its own kernel. Its stride moves the windows of "
            "the layers after it apart: use it after the layer, not before."),
        Mistake("own stride only",
            lambda a: added([a(layers=with_strides_before([layer])) for layer in a.layers]),
            "You multiplied each kernel by its own stride. A stride moves the windows of all the "
            "layers after it apart, and leaves its own kernel as it is."),
        Mistake("previous stride only", previous_stride,
            "You used the stride of the layer just before. The strides of all the layers before "
            "work together: what are two strides of 2, one after the other?"),
        Mistake("layers in reverse", lambda a: a(layers=a.layers[::-1]),
            "You went through the layers in the wrong order. The strides of the earlier layers "
            "widen the later ones; check which end your rule starts from."),
        Mistake("a stride for each window", whole_strides,
            "You went back from the output and counted a stride for each window. Draw 2 windows "
            "with stride 2: how far apart do they start?"),
        Mistake("started from zero", lambda a: a() - 1,
            "You are short by one. Before the first layer a step depends on itself: that is a "
            "field of one."),
        Mistake("whole kernels added to one",
            lambda a: a(layers=[(k + 1, s, d) for k, s, d in a.layers]),
            "You started with one step and added whole kernels. One place of each kernel is there "
            "already: how many steps are new?"),
        Mistake("strides added",
            lambda a: added([a(layers=a.layers[:1])] + [
                a(layers=[(1, 1 + sum(s for _, s, _ in a.layers[:place]), 1), (k, 1, d)])
                for place, (k, _, d) in enumerate(a.layers) if place]),
            "You add the strides to the distance between two steps. With strides of 2 and 3, one "
            "after the other, how far apart are two neighbours? Stride 1 leaves them as they are."),
        Mistake("dilation moves the layers after it",
            lambda a: a(layers=[
                moved for k, s, d in a.layers for moved in ((k, s, d), (1, d, 1))]),
            "You let a dilation reach the layers after it, as a stride does. It spreads the "
            "weights of its own kernel only.",
            praise="Right for dilation 1."),
        Mistake("last layer only", lambda a: a(layers=a.layers[-1:]),
            "You looked at the last layer only. What it reads are steps that depend on several "
            "steps of the input themselves."),
        Mistake("first layer only", lambda a: a(layers=a.layers[:1]),
            "You looked at the first layer only: does your `return` stand inside the loop?"),
    ),
    hints=(
        "Draw two layers with kernel 3. Start at one step of the last output and mark "
        "what it depends on, layer by layer.",
        "Without strides, how many new steps does a kernel of 3 add? And a kernel of 5?",
        "Keep two numbers in your loop: the field so far, and how many input steps lie between "
        "two neighbouring steps of the current layer. Which layer changes which of them?",
        "A kernel of 3 with dilation 2 reaches as far as a kernel of 5 without.",
    ),
)

LESSON = Lesson("05-conv1d", (CONV1D, PARAMS, OUTPUT_LENGTH, MULT_ADDS, FIELD))
