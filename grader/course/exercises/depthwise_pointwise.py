"""Lesson 07: depthwise, pointwise and separable convolutions, all made of `torch.nn.Conv2d`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from torch import nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Size = int | tuple[int, int]


def depthwise_params(
    in_channels: int, kernel_size: Size, multiplier: int = 1, bias: bool = True
) -> int:
    """The number of parameters of a depthwise convolution, `nn.Conv2d` with `groups=in_channels`.

    Each input channel has `multiplier` filters, and each filter makes one output channel.
    """
    return parameters(depthwise_layer(in_channels, kernel_size, multiplier, bias))


def pointwise_params(in_channels: int, out_channels: int, bias: bool = True) -> int:
    """The number of parameters of a pointwise convolution, `nn.Conv2d` with `kernel_size=1`."""
    return parameters(nn.Conv2d(in_channels, out_channels, 1, bias=bias))


def separable_params(
    in_channels: int, out_channels: int, kernel_size: Size, bias: bool = True
) -> int:
    """The number of parameters of a depthwise convolution followed by a pointwise one.

    `bias` holds for both of them.
    """
    return parameters(separable_layers(in_channels, out_channels, kernel_size, bias))


def separable_mult_adds(input_shape: Shape, out_channels: int, kernel_size: Size) -> int:
    """The multiply-accumulates of a separable convolution for the whole batch, bias not counted.

    The stride is 1 and the padding "same", so the maps keep their height and width.
    """
    return mult_adds(separable_layers(input_shape[1], out_channels, kernel_size), input_shape)


def depthwise_layer(
    channels: int, kernel_size: Size, multiplier: int = 1, bias: bool = True
) -> nn.Conv2d:
    """Each channel has `multiplier` filters of its own."""
    return nn.Conv2d(channels, channels * multiplier, kernel_size, padding="same",
        groups=channels, bias=bias)


def separable_layers(
    in_channels: int, out_channels: int, kernel_size: Size, bias: bool = True
) -> nn.Sequential:
    """The depthwise convolution and the pointwise one."""
    return nn.Sequential(depthwise_layer(in_channels, kernel_size, bias=bias),
        nn.Conv2d(in_channels, out_channels, 1, bias=bias))


depthwise = as_if(out_channels=0)  # the pointwise half is gone where no channels come out


def pointwise(a: Asked) -> Any:
    """The pointwise half of a separable convolution: its parameters or its mult-adds."""
    return a() - depthwise(a)


def many_filters(a: Asked) -> int:
    """The parameters of a depthwise half that has `out_channels` filters for each channel."""
    return parameters(depthwise_layer(a.in_channels, a.kernel_size, a.out_channels, a.bias))


def one_kernel(a: Asked) -> Any:
    """The weights of a separable convolution whose channels share one depthwise kernel."""
    weights = a.but(bias=False)
    return depthwise(weights.but(in_channels=1)) + pointwise(weights)


def first_of(a: Asked) -> Asked:
    """The same case with a single image."""
    return a.but(input_shape=(1, *a.input_shape[1:]))


def one_place(a: Asked) -> Asked:
    """The same case with maps of a single place."""
    return a.but(input_shape=(*a.input_shape[:2], 1, 1))


def maps_of(a: Asked, channels: int) -> Asked:
    """The same maps with another number of channels."""
    return a.but(input_shape=(a.input_shape[0], channels, *a.input_shape[2:]))


def ordinary_work(a: Asked) -> Any:
    """The work of an ordinary convolution: each filter does what all the depthwise ones do."""
    return depthwise(a) * a.out_channels


def larger_by(a: Asked, extra: Callable[[int], int]) -> Any:
    """The work on maps that are larger by so much, given the size of the kernel."""
    return a(input_shape=known.larger(a.input_shape, known.each(extra, a.kernel_size)))


def draw_kernel(random: Random) -> Shape:
    """Height and width, never the same."""
    return tuple(random.sample(range(1, 8), k=2))


def draw_channels(random: Random) -> Shape:
    """Channels in and out, never the same."""
    return tuple(random.sample(range(2, 65), k=2))


def draw_image(random: Random, batch: int) -> Shape:
    """A batch of maps, larger than any drawn kernel."""
    return (batch, random.randint(2, 9), *random.sample(range(8, 17), k=2))


def draw_odd_kernel(random: Random, batch: int) -> Case:
    """The work of a square kernel that has a middle."""
    return case(draw_image(random, batch), random.randint(10, 20), random.choice((3, 5, 7)))


ONE_SIDE = Mistake("one side of the kernel",
    lambda a: a(kernel_size=(known.pair(a.kernel_size)[0], 1)),
    "You counted one side of the kernel. A filter is a grid: it has rows and columns.")
SQUARE = Mistake("kernel as a square", known.pairs(lambda two: two[0], "kernel_size"),
    "A pair is `(height, width)`, and here the two differ.",
    praise="Right for square kernels.")
POINTWISE_ONLY = Mistake("pointwise only", pointwise,
    "You counted the pointwise convolution only. The depthwise one comes before it.")


NOTHING_WITHOUT_BIAS = Mistake("nothing without a bias", lambda a: a() if a.bias else 0,
    "With `bias=False` you answer 0. `a + b if bias else 0` means `(a + b) if bias else 0`: put "
    "brackets where you mean them.",
    praise="Right with a bias.")


def groups_ignored(rule: Rule) -> Mistake:
    """An ordinary convolution in the place of the depthwise one."""
    return Mistake("groups ignored", rule,
        "In your first convolution every output channel looks at all input channels. "
        "Depthwise means that it looks at one.")


def pointwise_first(rule: Rule) -> Mistake:
    """The two halves in the wrong order."""
    return Mistake("pointwise first", rule,
        "You put the pointwise convolution first, so your depthwise one works on "
        "`out_channels`. Here the depthwise convolution comes first.")


def kernel_in_both(ordinary: Rule) -> Mistake:
    """An ordinary convolution in the place of the pointwise one."""
    return Mistake("kernel in both", lambda a: depthwise(a) + ordinary(a),
        "You used `kernel_size` in both convolutions. The pointwise kernel is a single point.")


DEPTHWISE = Function(
    depthwise_params,
    question=lambda a: asking.parameters("A depthwise convolution, " + asking.line(
        "nn.Conv2d", a.in_channels, a.in_channels * a.multiplier, a.kernel_size,
        groups=a.in_channels, **asking.unlike(a, bias=True))),
    parts=(
        Part("one filter for each channel", 1,
            (case(2, 3), case(3, 5), case(12, 3)),
            lambda random: case(random.randint(4, 64), random.choice((2, 3, 5, 7)))),
        Part("multiplier", 1,
            (case(3, 2, 2), case(2, 3, multiplier=4), case(12, 3, 2)),
            lambda random: case(random.randint(5, 64), random.choice((2, 3, 5)),
                multiplier=random.randint(2, 4))),
        Part("without a bias", 1,
            (case(2, 3, bias=False), case(3, 2, 4, False), case(5, 3, bias=True)),
            lambda random: case(random.randint(5, 64), random.choice((2, 3, 5)),
                random.randint(1, 4), bias=False)),
        Part("rectangular kernel", 1,
            (case(2, (1, 3)), case(4, (3, 5), 2), case(3, (5, 2), multiplier=4, bias=False)),
            lambda random: case(random.randint(5, 64), draw_kernel(random),
                multiplier=random.randint(1, 4))),
    ),
    mistakes=(
        Mistake("ordinary convolution",
            lambda a: parameters(nn.Conv2d(
                a.in_channels, a.in_channels * a.multiplier, a.kernel_size, bias=a.bias)),
            "Your filters look at all input channels. In a depthwise convolution a filter looks "
            "at one channel only: see the second entry of `layer.weight.shape`."),
        Mistake("one filter for all channels", as_if(in_channels=1),
            "You counted the filters of one channel. Channels share nothing here: each one has "
            "filters and biases of its own."),
        Mistake("one filter, many biases",
            lambda a: a(in_channels=1, bias=False) + a.bias * a.multiplier * a.in_channels,
            "You counted the weights of one channel only: every channel has filters of its own.",
            praise="Your biases are right."),
        Mistake("one filter, no bias", lambda a: a(in_channels=1, bias=False),
            "You counted the weights of one channel, and no bias. Every channel has filters of its "
            "own, and every filter has a bias, unless it is switched off.", is_two=True),
        NOTHING_WITHOUT_BIAS,
        Mistake("multiplier ignored", as_if(multiplier=1),
            "`multiplier` says how many filters each input channel has.",
            praise="Right for one filter a channel."),
        Mistake("multiplier in the bias only",
            lambda a: a(multiplier=1, bias=False) + a.bias * a.multiplier * a.in_channels,
            "`multiplier` makes more filters as well, not only more biases: there are more "
            "weights too.",
            praise="Your biases are right."),
        Mistake("multiplier as out_channels",
            lambda a: parameters(
                nn.Conv2d(a.in_channels, a.multiplier, a.kernel_size, bias=a.bias)),
            "You counted `multiplier` biases, as if that were the number of output channels. It "
            "counts the filters of one input channel; all of them together make the output "
            "channels."),
        Mistake("multiplier added",
            lambda a: a(in_channels=a.in_channels + a.multiplier, multiplier=1),
            "You added `multiplier` to the channels. Every channel has that many filters: draw "
            "3 channels with 2 filters each."),
        known.no_bias("output channel"),
        known.BIAS_ALWAYS,
        Mistake("bias per input channel", lambda a: a(bias=False) + a.bias * a.in_channels,
            "You gave each input channel one bias, but a bias belongs to an output channel, and "
            "a `multiplier` makes more of those.",
            praise="Your weights are right."),
        known.one_bias("output channel"),
        Mistake("bias per weight", lambda a: a(bias=False) * (1 + a.bias),
            "You counted a bias for each weight. A filter has many weights, but its output "
            "channel has a single bias."),
        ONE_SIDE,
        Mistake("kernel sides added", lambda a: a(kernel_size=(sum(known.pair(a.kernel_size)), 1)),
            "You added the two sides of the kernel. Draw a filter as a grid and count its cells."),
        SQUARE,
        Mistake("pointwise added",
            lambda a: separable_params(
                a.in_channels, a.in_channels * a.multiplier, a.kernel_size, a.bias),
            "You added a 1x1 convolution. That is the second half of a separable convolution; "
            "here only the depthwise half is asked for."),
    ),
    hints=(
        "Make a layer: `layer = nn.Conv2d(4, 8, 3, groups=4)`. Print the shapes of `layer.weight` "
        "and `layer.bias`. Which entry is 1, and why?",
        "How many filters are there in all? How many weights has one filter, "
        "if it looks at a single channel?",
        "`kernel_size` is an int or a pair. Make a pair of it first: "
        "`isinstance(kernel_size, int)` tells the two apart.",
    ),
)

POINTWISE = Function(
    pointwise_params,
    question=lambda a: asking.parameters("A pointwise convolution, " + asking.line(
        "nn.Conv2d", a.in_channels, a.out_channels, 1, **asking.unlike(a, bias=True))),
    parts=(
        Part("weights and bias", 1,
            (case(1, 2), case(3, 4), case(12, 24), case(64, 10)),
            lambda random: case(*draw_channels(random))),
        Part("without a bias", 1,
            (case(3, 4, False), case(24, 12, bias=False), case(5, 2, bias=True)),
            lambda random: case(*draw_channels(random), bias=False)),
    ),
    mistakes=(
        known.no_bias("output channel"),
        known.BIAS_ALWAYS,
        Mistake("bias per input channel", lambda a: a(bias=False) + a.bias * a.in_channels,
            "A bias is added to the output, not to the input: how many are there?",
            praise="Your weights are right."),
        known.one_bias("output channel"),
        Mistake("bias per weight", lambda a: a(bias=False) * (1 + a.bias),
            "You counted a bias for each weight. Weights join an input channel to an output "
            "channel; a bias belongs to an output channel alone."),
        Mistake("one weight per output channel", as_if(in_channels=1),
            "You gave each output channel one weight. A 1x1 kernel is small in height and width, "
            "but it still looks at every input channel."),
        Mistake("one weight per input channel",
            lambda a: a(out_channels=1, bias=False) + a.bias * a.out_channels,
            "You gave each input channel one weight. It has one for every output channel: each "
            "output channel mixes the inputs in its own way."),
        Mistake("depthwise 1x1", lambda a: a(in_channels=1, out_channels=a.in_channels),
            "You gave each input channel one weight of its own, as a depthwise convolution does. "
            "A pointwise convolution mixes the channels."),
        Mistake("channels added", lambda a: a.in_channels + a.out_channels,
            "You added the two numbers of channels. Every output channel has a weight for every "
            "input channel: draw the lines and count them."),
        Mistake("channels added, with biases",
            lambda a: a.in_channels + a.out_channels + a.bias * a.out_channels,
            "You added the two numbers of channels to count the weights. Every output channel has "
            "a weight for every input channel.", is_two=True),
        NOTHING_WITHOUT_BIAS,
        Mistake("a 3x3 kernel", lambda a: parameters(nn.Conv2d(**vars(a), kernel_size=3)),
            "You counted a 3x3 kernel. Pointwise means that the kernel is a single point."),
    ),
    hints=(
        "Print the shape of `nn.Conv2d(3, 4, 1).weight`. The last two entries are the kernel.",
        "It does to every pixel what `nn.Linear(in_channels, out_channels)` does to a vector.",
    ),
)

SEPARABLE = Function(
    separable_params,
    question=lambda a: (
        f"A separable convolution from {a.in_channels} to {a.out_channels} channels: depthwise "
        f"with `kernel_size={a.kernel_size!r}`, then pointwise, both "
        f"{'with' if a.bias else 'without'} a bias. How many parameters together?"),
    parts=(
        Part("both convolutions", 2,
            (case(1, 2, 3), case(2, 5, 3), case(16, 32, 3), case(12, 7, 5)),
            lambda random: case(*draw_channels(random), random.choice((2, 3, 5, 7)))),
        Part("without a bias", 1,
            (case(2, 5, 3, False), case(12, 7, 5, bias=False), case(3, 4, 2, bias=True)),
            lambda random: case(*draw_channels(random), random.choice((2, 3, 5, 7)), bias=False)),
        Part("rectangular kernel", 1,
            (case(2, 3, (1, 4)), case(6, 8, (3, 5)), case(9, 4, (7, 2), bias=False)),
            lambda random: case(*draw_channels(random), draw_kernel(random))),
    ),
    mistakes=(
        Mistake("ordinary convolution", lambda a: parameters(nn.Conv2d(**vars(a))),
            "You counted one ordinary convolution. A separable convolution replaces it by two "
            "cheaper ones: a depthwise and a pointwise."),
        Mistake("depthwise only", depthwise,
            "You counted the depthwise convolution only. The pointwise one follows it."),
        POINTWISE_ONLY,
        Mistake("multiplied, not added", lambda a: depthwise(a) * pointwise(a),
            "You multiplied the counts of the two convolutions. They are two layers, one after "
            "the other: count each, then put the counts together."),
        Mistake("one weight per output channel",
            lambda a: depthwise(a) + pointwise(a.but(in_channels=1)),
            "Your pointwise convolution has one weight for each output channel. It still looks at "
            "every input channel, so it has many more."),
        Mistake("one bias, as in Keras", lambda a: depthwise(a.but(bias=False)) + pointwise(a),
            "You counted the bias of the pointwise convolution only, as Keras' `SeparableConv2D` "
            "has it. In PyTorch these are two layers, and each has a bias."),
        Mistake("pointwise bias missing", lambda a: depthwise(a) + pointwise(a.but(bias=False)),
            "You counted the bias of the depthwise convolution only. The pointwise one has a bias "
            "too."),
        Mistake("no bias", as_if(bias=False),
            "You counted the weights only. Both convolutions have a bias, unless it is switched "
            "off."),
        Mistake("bias always counted", as_if(bias=True),
            "With `bias=False` neither of the two convolutions has a bias.",
            praise="Right with a bias."),
        Mistake("depthwise bias per output",
            lambda a: a(bias=False) + a.bias * 2 * a.out_channels,
            "You gave the depthwise convolution `out_channels` biases. It does not change the "
            "number of channels: how many come out of it?"),
        groups_ignored(
            lambda a: pointwise(a) + parameters(
                nn.Conv2d(a.in_channels, a.in_channels, a.kernel_size, bias=a.bias))),
        kernel_in_both(lambda a: parameters(nn.Conv2d(**vars(a)))),
        pointwise_first(lambda a: pointwise(a) + depthwise(a.but(in_channels=a.out_channels))),
        NOTHING_WITHOUT_BIAS,
        Mistake("bias as multiplier", lambda a: a() if a.bias else pointwise(a),
            "With `bias=False` only the pointwise half is left in your number. The third argument "
            "of `depthwise_params` is `multiplier`: hand `bias` over by its name.",
            praise="Right with a bias."),
        Mistake("bias of the depthwise half always counted",
            lambda a: depthwise(a.but(bias=True)) + pointwise(a),
            "With `bias=False` your depthwise half still has a bias. `bias` holds for both.",
            praise="Right with a bias."),
        Mistake("bias of the pointwise half always counted",
            lambda a: depthwise(a) + pointwise(a.but(bias=True)),
            "With `bias=False` your pointwise half still has a bias. `bias` holds for both.",
            praise="Right with a bias."),
        Mistake("pointwise from out_channels",
            lambda a: depthwise(a) + pointwise(a.but(in_channels=a.out_channels)),
            "Your pointwise half gets `out_channels` maps. It gets what leaves the depthwise half: "
            "how many maps are these?"),
        Mistake("out_channels as multiplier", lambda a: many_filters(a) + pointwise(a),
            "Your depthwise half makes `out_channels` maps of each channel. Here every channel has "
            "one filter: new channels are the work of the pointwise half."),
        Mistake("out_channels as multiplier, then pointwise",
            lambda a: (
                many_filters(a) + pointwise(a.but(in_channels=a.in_channels * a.out_channels))),
            "You gave every channel `out_channels` filters, and mix all their maps. Here every "
            "channel has one filter: new channels are the work of the pointwise half."),
        Mistake("pointwise bias per input channel",
            lambda a: a(bias=False) + a.bias * 2 * a.in_channels,
            "You gave the pointwise half `in_channels` biases. A bias is added to what comes out.",
            praise="Your weights are right."),
        Mistake("one kernel in all",
            lambda a: one_kernel(a) + a.bias * (a.in_channels + a.out_channels),
            "Your depthwise half has one kernel in all. Each channel has a kernel of its own.",
            praise="Your biases are right."),
        Mistake("one kernel in all, without its bias",
            lambda a: one_kernel(a) + a.bias * a.out_channels,
            "Your depthwise half has one kernel in all, and no bias. Each channel has a kernel and "
            "a bias of its own.", is_two=True),
        ONE_SIDE,
        SQUARE,
    ),
    hints=(
        "Two layers follow each other. Write down the channels before, between and after them.",
        "You have counted both layers already: call your two functions.",
        "`bias` goes to both calls.",
    ),
)

SEPARABLE_MULT_ADDS = Function(
    separable_mult_adds,
    question=lambda a: asking.mult_adds(
        f"A separable convolution to {asking.count(a.out_channels, 'channel')}, depthwise with "
        f"`kernel_size={a.kernel_size!r}` and padding \"same\", then pointwise,", a.input_shape),
    parts=(
        Part("one image", 1,
            (case((1, 1, 3, 4), 2, 3), case((1, 2, 4, 3), 5, 3), case((1, 3, 7, 8), 4, 5)),
            lambda random: draw_odd_kernel(random, batch=1)),
        Part("a batch of images", 1,
            (case((2, 3, 4, 5), 6, 3), case((4, 5, 8, 7), 3, kernel_size=5)),
            lambda random: draw_odd_kernel(random, batch=random.randint(2, 6))),
        Part("even and rectangular kernels", 1,
            (case((1, 2, 3, 4), 5, 2), case((2, 3, 8, 6), 4, (3, 5)),
             case((3, 4, 7, 9), 6, (4, 1))),
            lambda random: case(draw_image(random, random.randint(2, 6)), random.randint(10, 20),
                random.choice((2, 4, (2, 3), (5, 4), (1, 6), (7, 3))))),
    ),
    mistakes=(
        Mistake("batch not counted", lambda a: a(input_shape=(1, *a.input_shape[1:])),
            "That is the work for one image. The convention of this course counts the whole "
            "batch, the first entry of `input_shape`."),
        Mistake("ordinary convolution", ordinary_work,
            "You counted one ordinary convolution. Count the depthwise and the pointwise "
            "convolution on their own, then add."),
        Mistake("depthwise only", depthwise,
            "You counted the depthwise convolution only. The pointwise one mixes the channels "
            "afterwards, and often costs more."),
        POINTWISE_ONLY,
        Mistake("multiplied, not added", lambda a: depthwise(a) * pointwise(a),
            "You multiplied the work of the two convolutions. One is done after the other, so "
            "their work adds up."),
        Mistake("multiplied at each place", lambda a: ordinary_work(a) * a.input_shape[1],
            "At each place you multiplied the products of the two convolutions. One is done after "
            "the other, so their work adds up."),
        Mistake("pointwise at one place", lambda a: depthwise(a) + pointwise(one_place(a)),
            "Your pointwise half mixes the channels at one place only. It does so at every place "
            "of the map."),
        Mistake("depthwise at one place", lambda a: depthwise(one_place(a)) + pointwise(a),
            "Your depthwise half stands at one place only. It visits every place of the map."),
        Mistake("batch in the depthwise half only", lambda a: depthwise(a) + pointwise(first_of(a)),
            "Your pointwise half works for one image only: the batch counts in both halves.",
            praise="Right for a batch of one."),
        Mistake("batch in the pointwise half only", lambda a: depthwise(first_of(a)) + pointwise(a),
            "Your depthwise half works for one image only: the batch counts in both halves.",
            praise="Right for a batch of one."),
        Mistake("out_channels in the depthwise", lambda a: ordinary_work(a) + pointwise(a),
            "Your depthwise half does its work anew for each output channel. It knows nothing of "
            "`out_channels`: how many maps leave it?"),
        Mistake("height and width added",
            lambda a: a(input_shape=(*a.input_shape[:2], sum(a.input_shape[2:]), 1)),
            "You added height and width. How many places has a map of 3 rows and 4 columns?"),
        Mistake("one channel in the depthwise",
            lambda a: depthwise(maps_of(a, 1)) + pointwise(a),
            "You counted the depthwise convolution of one channel. It does the same work for "
            "every input channel."),
        Mistake("one product per output channel",
            lambda a: depthwise(a) + pointwise(maps_of(a, 1)),
            "Your pointwise convolution multiplies once for each number of its output. Each of "
            "them is a sum over all the input channels."),
        Mistake("height for both sides",
            lambda a: a(input_shape=(*a.input_shape[:3], a.input_shape[2])),
            "You took the maps for squares. Their height and width can differ."),
        groups_ignored(
            lambda a: ordinary_work(a.but(out_channels=a.input_shape[1])) + pointwise(a)),
        pointwise_first(lambda a: pointwise(a) + depthwise(maps_of(a, a.out_channels))),
        kernel_in_both(ordinary_work),
        Mistake("no padding", lambda a: larger_by(a, lambda kernel: 1 - kernel),
            'You let the map shrink as if there were no padding. With "same" as many places come '
            "out as go in."),
        Mistake("padding half the kernel",
            lambda a: larger_by(a, lambda kernel: 1 - kernel % 2),
            'Half of an even kernel on both sides makes the map one larger. "same" keeps the size '
            "for every kernel.",
            praise="Right for odd kernels."),
        SQUARE,
        ONE_SIDE,
        known.biases_counted(lambda a: pointwise(
            maps_of(a, 1).but(out_channels=a.input_shape[1] + a.out_channels))),
        known.FLOPS,
        Mistake("parameters, not mult-adds",
            lambda a: separable_params(a.input_shape[1], a.out_channels, a.kernel_size, False),
            "You returned the number of weights. Every weight is used again at each place of the "
            "output and for each image of the batch."),
    ),
    hints=(
        "Start with one number that leaves the depthwise convolution. "
        "How many products are summed to make it?",
        "Now one number that leaves the pointwise convolution. How many products there?",
        "How many numbers leave each of the two? The map keeps its height and width, "
        "and the whole batch counts.",
    ),
)

LESSON = Lesson("07-depthwise-pointwise", (POINTWISE, DEPTHWISE, SEPARABLE, SEPARABLE_MULT_ADDS))
