"""Lesson 05: convolution over a sequence, `torch.nn.Conv1d`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from random import Random
from typing import Any

from torch import nn

from grader.course import misconceptions as known
from grader.course import pytorch
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case

Window = tuple[int, int, int]  # kernel_size, stride, dilation


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
        Mistake("input channels ignored", as_if(in_channels=1, groups=1),
            "Your filters see one channel only. A filter is a table: it has `kernel_size` weights "
            "for each of the channels it reads."),
        known.ONE_FILTER,
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one weight for each pair of channels, as in a Linear. A filter covers "
            "`kernel_size` steps and has a weight for each step."),
        Mistake("kernel squared", lambda a: a(kernel_size=a.kernel_size**2),
            "You squared `kernel_size`. That is the kernel of a Conv2d. A sequence has one "
            "direction only."),
        *known.GROUPS,
    ),
    hints=(
        "Two tensors hold the parameters: look at the shapes of `layer.weight` and `layer.bias`.",
        "Start with one filter. How many channels does it read, and how many steps of each? "
        "Then ask how many filters there are.",
        "With `groups=2` the first half of the filters reads the first half of the input "
        "channels, the second half the rest. Which entry of `layer.weight.shape` shrinks?",
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
        "With a stride, count the first place apart. How many whole strides fit into what is left? "
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


MULT_ADDS = Function(
    conv1d_mult_adds,
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
    ),
    hints=(
        "Start with one number of the output. How many products are summed to make it?",
        "How many numbers has the whole output? You can compute its length already: "
        "`conv1d_output_length`.",
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

LESSON = Lesson("05-conv1d", (PARAMS, OUTPUT_LENGTH, MULT_ADDS, FIELD))
