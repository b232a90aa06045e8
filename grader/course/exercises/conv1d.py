"""Lesson 05: convolution over a sequence, `torch.nn.Conv1d`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from random import Random
from types import SimpleNamespace
from typing import Any

from torch import nn

from grader.course import pytorch
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case, variant

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
    input_shape: Shape,
    out_channels: int,
    kernel_size: int,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
) -> int:
    """The multiply-accumulates of `nn.Conv1d` for the whole batch, bias not counted.

    `input_shape` is `(N, C, L)`. `padding` is a whole number, "same" or "valid".
    """
    layer = nn.Conv1d(
        input_shape[1], out_channels, kernel_size, stride, padding, dilation, groups=groups
    )
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
    return case(
        groups * random.randint(1, 8),
        groups * random.randint(1, 8),
        random.randint(2, 9),
        groups=groups,
        bias=random.choice((True, True, False)),
    )


def weights(a: SimpleNamespace, **changes: Any) -> int:
    """The size of the layer's weight."""
    size: int = variant(conv1d_params, a, bias=False, **changes)
    return size


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
        Mistake("no bias", weights,
            "You counted the weights only. Each output channel also has a bias, unless it is "
            "switched off."),
        Mistake("bias always counted", lambda a: variant(conv1d_params, a, bias=True),
            "Right, but with `bias=False` the layer has no bias vector at all. Look at the `bias` "
            "argument."),
        Mistake("bias per input channel", lambda a: weights(a) + a.bias * a.in_channels,
            "Your bias has one number for each input channel. It is added to the output, so ask: "
            "how many channels come out?"),
        Mistake("one bias for the layer", lambda a: weights(a) + a.bias,
            "You counted a single bias for the whole layer. Every output channel has a bias of "
            "its own."),
        Mistake("bias for each step of the kernel",
            lambda a: weights(a) + a.bias * weights(a, in_channels=1, out_channels=1, groups=1),
            "You counted a bias for each step of the kernel. A filter multiplies and sums first, "
            "and adds its bias once."),
        Mistake("bias for each pair of channels",
            lambda a: weights(a) + a.bias * weights(a, kernel_size=1),
            "You counted a bias for each pair of an input and an output channel. A filter sums "
            "over all its input channels first and adds its bias once."),
        Mistake("input channels ignored",
            lambda a: conv1d_params(1, a.out_channels, a.kernel_size, bias=a.bias),
            "Your filters see one channel only. A filter is a table: it has `kernel_size` weights "
            "for each of the channels it reads."),
        Mistake("one filter only",
            lambda a: conv1d_params(a.in_channels // a.groups, 1, a.kernel_size, bias=a.bias),
            "You counted one filter. The layer has a filter for each output channel."),
        Mistake("kernel ignored", lambda a: variant(conv1d_params, a, kernel_size=1),
            "You counted one weight for each pair of channels, as in a Linear. A filter covers "
            "`kernel_size` steps and has a weight for each step."),
        Mistake("kernel squared",
            lambda a: parameters(
                nn.Conv2d(
                    a.in_channels, a.out_channels, a.kernel_size, groups=a.groups, bias=a.bias
                )
            ),
            "You squared `kernel_size`. That is the kernel of a Conv2d. A sequence has one "
            "direction only."),
        Mistake("groups ignored", lambda a: variant(conv1d_params, a, groups=1),
            "With more groups a filter reads the channels of its own group only: how many are "
            "these?",
            praise="Right for `groups=1`."),
        Mistake("groups multiply",
            lambda a: weights(a, groups=1) * a.groups + a.bias * a.out_channels,
            "You gave each group a full set of filters. Groups divide the channels among "
            "themselves: the more groups there are, the fewer channels a filter reads."),
        Mistake("one group only",
            lambda a: conv1d_params(
                a.in_channels // a.groups, a.out_channels // a.groups, a.kernel_size, bias=a.bias
            ),
            "You counted the filters of one group. All groups together make the `out_channels` "
            "filters."),
        Mistake("filters of one group only",
            lambda a: (
                conv1d_params(
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


def unless_same(a: SimpleNamespace, **changes: Any) -> int:
    """A variant by a student who knows what "same" does, but not the rest."""
    answer: int = a.length if a.padding == "same" else variant(conv1d_output_length, a, **changes)
    return answer


def same_as(a: SimpleNamespace, padding: int) -> int:
    """A variant by a student who puts a number in the place of "same"."""
    chosen = padding if a.padding == "same" else a.padding
    answer: int = variant(conv1d_output_length, a, padding=chosen)
    return answer


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
            lambda random: draw_length(
                random, stride=random.randint(2, 5), padding=random.randint(0, 4)
            )),
        Part("dilation", 1,
            (case(9, 3, dilation=2), case(16, 4, dilation=3), case(20, 3, 2, 1, 2)),
            lambda random: draw_length(
                random,
                stride=random.randint(1, 4),
                padding=random.randint(0, 4),
                dilation=random.randint(2, 5),
            )),
        Part('"same" and "valid"', 1,
            (case(7, 3, padding="valid"), case(7, 3, padding="same"), case(9, 4, padding="same"),
             case(11, 3, padding="same", dilation=2), case(12, 4, 1, "same", 3),
             case(10, 3, stride=2, padding="valid")),
            draw_named_padding),
    ),
    mistakes=(
        Mistake("one too few", lambda a: a.length if a.padding == "same" else unless_same(a) - 1,
            "You are short by one. You counted the steps from the first place of the kernel to "
            "the last; the first place is a place too."),
        Mistake("one too many", lambda a: unless_same(a, length=a.length + 1),
            "You let the kernel hang over the end by one step. Take length 5 and kernel 3, and "
            "write down every place where the kernel fits."),
        Mistake("one added before dividing", lambda a: unless_same(a, stride=1) // a.stride,
            "The first place always counts, whatever the stride is: divide only the steps that "
            "come after it.",
            praise="Right for `stride=1`."),
        Mistake("division misses its brackets", lambda a: unless_same(a, stride=1) + (a.stride > 1),
            "In Python `//` comes before `+` and `-`: put brackets round everything that the "
            "stride divides.",
            praise="Right for `stride=1`."),
        Mistake("rounded up", lambda a: unless_same(a, length=a.length + a.stride - 1),
            "You rounded up. Where the last stride goes over the end, the kernel doesn't fit any "
            "more, and PyTorch drops that place."),
        Mistake("padding on one side",
            lambda a: (
                unless_same(a, length=a.length - a.padding)
                if isinstance(a.padding, int)
                else unless_same(a)
            ),
            "You added the padding once. PyTorch pads both ends of the sequence."),
        Mistake("padding ignored", lambda a: variant(conv1d_output_length, a, padding=0),
            "Padding makes the sequence longer before the kernel slides over it.",
            praise="Right without padding."),
        Mistake("stride ignored", lambda a: unless_same(a, stride=1),
            "With a larger stride the kernel skips places: which ones does it visit?",
            praise="Right for `stride=1`."),
        Mistake("dilation ignored", lambda a: unless_same(a, dilation=1),
            "Dilation spreads the kernel's weights out, so that it covers more steps of the "
            "input.",
            praise="Right for `dilation=1`."),
        Mistake("kernel times dilation",
            lambda a: unless_same(a, kernel_size=a.kernel_size * a.dilation, dilation=1),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: the "
            "spreading happens between the weights, not after the last one."),
        Mistake("dilation as holes", lambda a: unless_same(a, dilation=a.dilation + 1),
            "You took the dilation for the number of holes between two weights. In PyTorch it is "
            "the distance from one weight to the next: 1 means no hole."),
        Mistake("one gap only",
            lambda a: unless_same(a, kernel_size=a.kernel_size + a.dilation - 1, dilation=1),
            "You widened the kernel once. Dilation spreads every two neighbours: how many gaps "
            "are there between the weights of the kernel?"),
        Mistake("input divided by stride", lambda a: conv1d_output_length(a.length, 1, a.stride),
            "You divided the length by the stride and left the kernel out. Keras' \"same\" does "
            "that. In PyTorch every place needs room for the whole kernel."),
        Mistake("length unchanged", lambda a: a.length,
            "You returned the length of the input. That is padding \"same\"; PyTorch's default is "
            "no padding."),
        Mistake('"same" ignored', lambda a: same_as(a, 0),
            'Right, but `padding="same"` does pad. Its name says what stays the same.'),
        Mistake('"same" as half the kernel', lambda a: same_as(a, a.kernel_size // 2),
            'You put `kernel_size // 2` in the place of "same". That fails for even kernels and '
            "for dilation. PyTorch pads as much as it takes; what is the result by definition?"),
        Mistake('"same" without dilation', lambda a: same_as(a, (a.kernel_size - 1) // 2),
            'You put `(kernel_size - 1) // 2` in the place of "same". That fails for even kernels '
            "and for dilation. PyTorch pads as much as it takes: what does the name promise?"),
        Mistake('"same" with equal sides',
            lambda a: same_as(a, a.dilation * (a.kernel_size - 1) // 2),
            'Right, but for even kernels with padding "same". PyTorch pads one side more than the '
            "other when it has to, so that the promise of the name is kept."),
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


def draw_sequences(random: Random, channels: int | None = None, **arguments: Any) -> Case:
    """A batch of sequences, each long enough for any kernel."""
    input_shape = (random.randint(2, 5), channels or random.randint(2, 9), random.randint(40, 60))
    return case(input_shape, random.randint(2, 9), random.randint(2, 6), **arguments)


def draw_steps(random: Random) -> Case:
    """Stride, padding and dilation in numbers, or padding "same"."""
    if random.random() < 0.3:
        return draw_sequences(random, padding="same", dilation=random.randint(1, 3))
    return draw_sequences(
        random,
        stride=random.randint(1, 4),
        padding=random.randint(0, 4),
        dilation=random.randint(1, 4),
    )


def draw_grouped_sequences(random: Random) -> Case:
    """A batch of sequences whose channels are divided among groups."""
    groups = random.randint(2, 4)
    return case(
        (random.randint(2, 5), groups * random.randint(1, 4), random.randint(20, 60)),
        groups * random.randint(1, 4),
        random.randint(2, 6),
        stride=random.randint(1, 3),
        groups=groups,
    )


def output_of(a: SimpleNamespace) -> Shape:
    """The shape of the output, `(N, out_channels, L)`."""
    batch, _, length = a.input_shape
    new = conv1d_output_length(length, a.kernel_size, a.stride, a.padding, a.dilation)
    return (batch, a.out_channels, new)


def at_each_output(a: SimpleNamespace, in_channels: int, kernel_size: int, groups: int) -> int:
    """The mult-adds of another kernel, used as often as the layer uses its own."""
    batch, out_channels, length = output_of(a)
    return conv1d_mult_adds(
        (batch, in_channels, length), out_channels, kernel_size, padding="same", groups=groups
    )


def with_input(a: SimpleNamespace, batch: int, channels: int, **changes: Any) -> int:
    """A variant with another batch and other channels, but with sequences of the same length."""
    input_shape = (batch, channels, a.input_shape[-1])
    answer: int = variant(conv1d_mult_adds, a, input_shape=input_shape, **changes)
    return answer


MULT_ADDS = Function(
    conv1d_mult_adds,
    parts=(
        Part("one sequence", 1,
            (case((1, 1, 4), 2, 3), case((1, 3, 8), 2, 3), case((1, 4, 9), 6, 2)),
            lambda random: case(
                (1, random.randint(2, 9), random.randint(10, 99)),
                random.randint(2, 9),
                random.randint(2, 6),
            )),
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
        Mistake("input positions", lambda a: variant(conv1d_mult_adds, a, stride=1, padding="same"),
            "You let the kernel stop at every step of the input. It stops once for every step of "
            "the output: how many are these?"),
        Mistake("one sequence only", lambda a: with_input(a, 1, a.input_shape[1]),
            "The layer does the work again for every sequence of the batch.",
            praise="Right for a batch of one."),
        Mistake("bias counted",
            lambda a: variant(conv1d_mult_adds, a) + at_each_output(a, 1, kernel_size=1, groups=1),
            "You counted the additions of the bias as well. The convention of this course leaves "
            "the bias out (torchinfo counts it; the lesson shows both figures)."),
        Mistake("FLOPs, not mult-adds", lambda a: 2 * variant(conv1d_mult_adds, a),
            "Twice too many: you counted each multiplication and each addition. A mult-add is one "
            "multiplication together with one addition."),
        Mistake("one position only",
            lambda a: conv1d_params(
                a.input_shape[1], a.out_channels, a.kernel_size, a.groups, bias=False
            ),
            "That is the size of the weight: the work for one step of the output. The same "
            "weights are used again at every other step, and for every sequence."),
        Mistake("parameters, not mult-adds",
            lambda a: conv1d_params(a.input_shape[1], a.out_channels, a.kernel_size, a.groups),
            "You returned the number of parameters. Mult-adds grow with the length of the output "
            "and with the batch, parameters don't."),
        Mistake("output elements", lambda a: at_each_output(a, 1, kernel_size=1, groups=1),
            "You counted the numbers in the output. Each of them costs several mult-adds: one for "
            "every weight of its filter."),
        Mistake("kernel ignored",
            lambda a: at_each_output(a, a.input_shape[1], kernel_size=1, groups=a.groups),
            "You counted one mult-add for each channel that a filter reads. It reads "
            "`kernel_size` steps of each channel."),
        Mistake("input channels ignored", lambda a: with_input(a, a.input_shape[0], 1, groups=1),
            "Your filters read one channel only. To make one number of the output, a filter goes "
            "through all the channels of its group."),
        Mistake("one filter only",
            lambda a: with_input(
                a, a.input_shape[0], a.input_shape[1] // a.groups, out_channels=1, groups=1
            ),
            "You counted one filter. Each output channel has a filter of its own, and each does "
            "this work."),
        Mistake("groups ignored", lambda a: variant(conv1d_mult_adds, a, groups=1),
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
            lambda a: variant(
                conv1d_mult_adds,
                a,
                kernel_size=receptive_field([(a.kernel_size, 1, a.dilation)]),
                dilation=1,
            ),
            "You counted the holes of the dilated kernel too. Dilation moves the weights apart, "
            "which changes the length of the output. How many weights are there to multiply?"),
        Mistake("dilation ignored", lambda a: variant(conv1d_mult_adds, a, dilation=1),
            "A dilated kernel covers more steps, so it fits in fewer places: the output is "
            "shorter.",
            praise="Right for `dilation=1`."),
        Mistake("stride ignored", lambda a: variant(conv1d_mult_adds, a, stride=1),
            "With a larger stride the kernel stops at fewer places.",
            praise="Right for `stride=1`."),
        Mistake("padding ignored", lambda a: variant(conv1d_mult_adds, a, padding=0),
            "Padding makes room for more places of the kernel.",
            praise="Right without padding."),
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
    return case(
        [
            (random.randint(2, 5), random.choice(strides), random.choice(dilations))
            for _ in range(random.randint(2, 4))
        ]
    )


def with_strides_before(layers: Sequence[Window]) -> list[Window]:
    """The same layers, but each stride comes before its kernel instead of after it."""
    return [moved for k, s, d in layers for moved in ((1, s, 1), (k, 1, d))]


def added(fields: Sequence[int]) -> int:
    """One step, and what each of these fields adds to it."""
    return sum(fields) - len(fields) + 1


def previous_stride(a: SimpleNamespace) -> int:
    """The field if no stride reached further than the next layer."""
    fields = [receptive_field(a.layers[:1])]
    for (_, stride, _), (kernel_size, _, dilation) in pairwise(a.layers):
        fields.append(receptive_field([(1, stride, 1), (kernel_size, 1, dilation)]))
    return added(fields)


def whole_strides(a: SimpleNamespace) -> int:
    """The field if n neighbouring windows took n strides: each kernel is longer by the rest."""
    spans = [receptive_field([layer]) for layer in a.layers]
    return receptive_field(
        [(span + s - 1, s, 1) for span, (_, s, _) in zip(spans, a.layers, strict=True)]
    )


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
        Mistake("kernels added", lambda a: sum(receptive_field([layer]) for layer in a.layers),
            "You added the kernels. Two neighbouring windows overlap: draw 3 boxes over 5 boxes "
            "and count how many are new for each layer."),
        Mistake("kernels multiplied",
            lambda a: prod(receptive_field([layer]) for layer in a.layers),
            "You multiplied the kernels. Neighbouring windows overlap, so each layer adds a few "
            "steps only: draw two layers with kernel 3."),
        Mistake("strides ignored", lambda a: receptive_field([(k, 1, d) for k, _, d in a.layers]),
            "After a layer with stride 2, neighbouring steps are two input steps apart, so the "
            "kernels after it reach further.",
            praise="Right for stride 1."),
        Mistake("dilation ignored", lambda a: receptive_field([(k, s, 1) for k, s, _ in a.layers]),
            "A dilated kernel covers more steps than it has weights.",
            praise="Right for dilation 1."),
        Mistake("kernel times dilation",
            lambda a: receptive_field([(k * d, s, 1) for k, s, d in a.layers]),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: how "
            "many steps are there from the first to the last?"),
        Mistake("own stride counted", lambda a: receptive_field(with_strides_before(a.layers)),
            "You let a layer's own stride widen its own kernel. Its stride moves the windows of "
            "the layers after it apart: use it after the layer, not before."),
        Mistake("own stride only",
            lambda a: added([receptive_field(with_strides_before([layer])) for layer in a.layers]),
            "You multiplied each kernel by its own stride. A stride moves the windows of all the "
            "layers after it apart, and leaves its own kernel as it is."),
        Mistake("previous stride only", previous_stride,
            "You used the stride of the layer just before. The strides of all the layers before "
            "work together: what are two strides of 2, one after the other?"),
        Mistake("layers in reverse", lambda a: receptive_field(a.layers[::-1]),
            "You went through the layers in the wrong order. The strides of the earlier layers "
            "widen the later ones; check which end your rule starts from."),
        Mistake("a stride for each window", whole_strides,
            "You went back from the output and counted a stride for each window. Draw 2 windows "
            "with stride 2: how far apart do they start?"),
        Mistake("started from zero", lambda a: receptive_field(a.layers) - 1,
            "You are short by one. Before the first layer a step depends on itself: that is a "
            "field of one."),
        Mistake("whole kernels added to one",
            lambda a: receptive_field([(k + 1, s, d) for k, s, d in a.layers]),
            "You started with one step and added whole kernels. One place of each kernel is there "
            "already: how many steps are new?"),
        Mistake("last layer only", lambda a: receptive_field(a.layers[-1:]),
            "You looked at the last layer only. What it reads are steps that depend on several "
            "steps of the input themselves."),
        Mistake("first layer only", lambda a: receptive_field(a.layers[:1]),
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
