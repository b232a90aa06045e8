"""Mistakes that several layers share, and the words in which a rule says what a student believes.

Shared is what differs by a noun; what differs by a thought stands with its exercise. A rule asks
`a(...)`, so a mistake of this page works for any layer that has the arguments it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from torch import nn

from grader.course.pytorch import buffers, parameters
from grader.judge.exercise import Asked, Mistake, Rule, as_if

Mistakes = tuple[Mistake, ...]


@dataclass(frozen=True)
class Words:
    """What a sentence calls the input of a layer, its parts and its sides."""

    one: str
    place: str
    cell: str  # a place that a kernel covers
    end: str
    both_ends: str
    size: str
    larger: str
    smaller: str
    skipped: str  # by a stride


SEQUENCE = Words(one="sequence", place="step", cell="step",
    end="end", both_ends="both ends of the sequence",
    size="length", larger="longer", smaller="shorter", skipped="steps")
IMAGE = Words(one="image", place="pixel", cell="cell",
    end="edge", both_ends="all four edges: top and bottom, left and right",
    size="size", larger="larger", smaller="smaller", skipped="rows and columns")


def no_bias(output: str) -> Mistake:
    """The weights alone, where each output has a bias."""
    return Mistake("no bias", as_if(bias=False),
        f"You counted the weights only. Each {output} also has a bias, unless it is switched off.")


BIAS_ALWAYS = Mistake("bias always counted", as_if(bias=True),
    "With `bias=False` the layer has no bias vector at all. Look at the `bias` argument.",
    praise="Right with a bias.")


def one_bias(output: str) -> Mistake:
    """A bias that all outputs share."""
    return Mistake("one bias for the layer", lambda a: a(bias=False) + a.bias,
        f"You counted a single bias for the whole layer. Every {output} has a bias of its own.")


def biases(words: Words) -> Mistakes:
    """A bias forgotten, never switched off, or given to something else than an output channel."""
    return (
        no_bias("output channel"),
        BIAS_ALWAYS,
        Mistake("bias per input channel", lambda a: a(bias=False) + a.bias * a.in_channels,
            "Your bias has one number for each input channel. It is added to the output, "
            "so ask: how many channels come out?"),
        one_bias("output channel"),
        Mistake(f"bias for each {words.cell} of the kernel",
            lambda a: (
                a(bias=False) + a.bias * a(in_channels=1, out_channels=1, groups=1, bias=False)),
            f"You counted a bias for each {words.cell} of the kernel. A filter multiplies and sums "
            "first, and adds its bias once."),
        Mistake("bias for each pair of channels",
            lambda a: a(bias=False) + a.bias * a(kernel_size=1, bias=False),
            "You counted a bias for each pair of an input and an output channel. A filter sums "
            "over all its input channels first and adds its bias once."),
    )


ONE_FILTER = Mistake("one filter only",
    lambda a: a(in_channels=a.in_channels // a.groups, out_channels=1, groups=1),
    "You counted one filter. The layer has a filter for each output channel.")


def one_group(a: Asked, **changes: Any) -> Any:
    """The answer for the channels of a single group."""
    inputs, outputs = a.in_channels // a.groups, a.out_channels // a.groups
    return a(in_channels=inputs, out_channels=outputs, groups=1, **changes)


GROUPS = (
    Mistake("groups ignored", as_if(groups=1),
        "With more groups a filter reads the channels of its own group only: how many are these?",
        praise="Right for `groups=1`."),
    Mistake("groups multiply",
        lambda a: a(groups=1, bias=False) * a.groups + a.bias * a.out_channels,
        "You gave each group a full set of filters. Groups divide the channels among "
        "themselves: the more groups there are, the fewer channels a filter reads."),
    Mistake("one group only", one_group,
        "You counted the filters of one group. All groups together make "
        "the `out_channels` filters."),
    Mistake("filters of one group only",
        lambda a: one_group(a, bias=False) + a.bias * a.out_channels,
        "You divided both channel numbers by `groups` and so counted the filters of one "
        "group. How many filters do all groups have together?"),
    Mistake("bias divided by groups",
        lambda a: a(bias=False) + a.bias * a.out_channels // a.groups,
        "You divided the bias by `groups` as well. "
        "Every output channel has a bias, whatever group it is in.",
        praise="Your weights are right."),
)


FLOPS = Mistake("FLOPs, not mult-adds", lambda a: 2 * a(),
    "Twice too many: you counted each multiplication and each addition. A mult-add is one "
    "multiplication together with one addition.")


BITS = Mistake("bits, not bytes", lambda a: 8 * a(),
    "You returned bits. This course counts bytes, as `tensor.nbytes` does; a byte has 8 bits.")


def biases_counted(added: Rule) -> Mistake:
    """The additions of several layers' biases."""
    return Mistake("bias counted", lambda a: a() + added(a),
        "You counted the additions of the biases as well. The convention of this course leaves "
        "the bias out.")


def bias_counted(outputs: Rule) -> Mistake:
    """An addition more for each number of the output, as torchinfo has it."""
    return Mistake("bias counted", lambda a: a() + outputs(a),
        "You counted the additions of the bias as well. The convention of this course leaves "
        "the bias out (torchinfo counts it; the lesson shows both figures).")


# BatchNorms behind convolutions. `build` makes the layers that the mistake is about from the
# arguments of a case: the whole network, or a part of it, which `where` then names.


def batchnorms(network: nn.Module) -> list[nn.BatchNorm2d]:
    """All BatchNorms of a network."""
    return [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]


def normalized_channels(network: nn.Module) -> int:
    """The channels of all its BatchNorms: as many as biases in the convolutions before them."""
    return sum(layer.num_features for layer in batchnorms(network))


def one_number(
    build: Callable[..., nn.Module], name: str = "one number per channel", where: str = "",
) -> Mistake:
    """Half of a BatchNorm: a bias in its place, or one of its two vectors."""
    return Mistake(name, lambda a: a() - normalized_channels(build(**vars(a))),
        f"Beside the weights you counted one number for each output channel{where}. No convolution "
        "has a bias here, and a BatchNorm has more than that: see `batchnorm_params`.")


def needless_biases(build: Callable[..., nn.Module], name: str, where: str = "") -> Mistake:
    """Biases of convolutions that have none."""
    return Mistake(name, lambda a: a() + normalized_channels(build(**vars(a))),
        f"You gave the convolutions{where} a bias. They have none here: the BatchNorm behind each "
        "of them shifts the channels already.")


def running_statistics(
    build: Callable[..., nn.Module], name: str = "running statistics counted",
    where: str = "", praise: str = "",
) -> Mistake:
    """As many again as the BatchNorms have parameters."""
    return Mistake(name, lambda a: a() + sum(map(parameters, batchnorms(build(**vars(a))))),
        f"You counted the running mean and the running variance{where} as well. No gradient trains "
        "them: PyTorch keeps them as buffers. Keras lists them as non-trainable parameters.",
        praise)


def all_buffers(
    build: Callable[..., nn.Module], name: str = "buffers counted", praise: str = "",
) -> Mistake:
    """The running statistics, and each BatchNorm's counter of batches."""
    return Mistake(name, lambda a: a() + buffers(build(**vars(a))),
        "You counted all the buffers of BatchNorm as well: its running statistics and a counter. "
        "They are stored, but not trained.", praise)


def one_of_two(a: Asked, **changes: Any) -> Any:
    """The answer where the changes befall one of two that are alike: halfway to `a(**changes)`."""
    return (a() + a(**changes)) // 2


def entries(*places: int) -> Rule:
    """The right entries in another order or choice: `entries(0, 2, 3, 1)`."""
    return lambda a: tuple(a()[place] for place in places)


def pair(size: Any) -> tuple[Any, Any]:
    """Height and width of a size."""
    return size if isinstance(size, tuple) else (size, size)


def pairs(misread: Callable[[tuple[Any, ...]], Any], *names: str) -> Rule:
    """PyTorch's answer where each pair, or longer tuple, among these arguments is misread."""
    return lambda a: a(**{
        name: misread(size) for name in names if isinstance(size := getattr(a, name), tuple)})


def misread_pairs(reading: Callable[[Callable[[tuple[Any, Any]], Any]], Rule]) -> Mistakes:
    """Pairs that are turned round, and pairs of which only the first entry is used."""
    return (
        Mistake("pairs turned round", reading(lambda two: two[::-1]),
            "You took the pairs for `(width, height)`. PyTorch's order is height, then width."),
        Mistake("first entry for both", reading(lambda two: two[0]),
            "A pair has one entry for the height and one for the width.",
            praise="Right for ints."),
    )


def each(change: Callable[..., Any], *sizes: Any) -> Any:
    """The change made to numbers, or to heights and widths where one of the sizes is a pair."""
    if any(isinstance(size, tuple) for size in sizes):
        return tuple(map(change, *map(pair, sizes)))
    return change(*sizes)


def larger(shape: tuple[int, ...], extra: Any) -> tuple[int, ...]:
    """The shape of images that have `extra` more rows and columns."""
    rows, columns = pair(extra)
    return (*shape[:2], shape[2] + rows, shape[3] + columns)


def grown(a: Asked, extra: Any) -> Any:
    """The answer for an input that is larger by `extra`; padding "same" makes up for it."""
    if a.padding == "same":
        return a()
    if "length" in vars(a):
        return a(length=a.length + extra)
    return a(input_shape=larger(a.input_shape, extra))


def one_added_early(rule: Rule) -> Mistake:
    """The stride divides all the places of the kernel, the first one included."""
    return Mistake("one added before dividing", rule,
        "The first place always counts, whatever the stride is: divide only the steps that "
        "come after it.",
        praise="Right for `stride=1`.")


def steps(words: Words) -> Mistakes:
    """What goes wrong with the places where a kernel stops."""
    return (
        Mistake("rounded up", lambda a: grown(a, each(lambda stride: stride - 1, a.stride)),
            f"You rounded up. Where the last stride goes over the {words.end}, the kernel doesn't "
            "fit any more, and PyTorch drops that place."),
        Mistake("padding on one side",
            lambda a: (
                a() if isinstance(a.padding, str)
                else grown(a, each(lambda padding: -padding, a.padding))),
            f"You added the padding once. PyTorch pads {words.both_ends}."),
        Mistake("padding ignored", as_if(padding=0),
            f"Padding makes the {words.one} {words.larger} before the kernel slides over it.",
            praise="Right without padding."),
        Mistake("stride ignored", as_if(stride=1),
            f"With a larger stride the kernel skips {words.skipped}: which ones does it visit?",
            praise="Right for `stride=1`."),
        Mistake("dilation ignored", as_if(dilation=1),
            "Dilation spreads the kernel's weights out, so that it covers more of the "
            f"{words.one}.",
            praise="Right for `dilation=1`."),
        Mistake("kernel times dilation",
            lambda a: a(
                kernel_size=each(lambda size, dilation: size * dilation, a.kernel_size, a.dilation),
                dilation=1),
            "You multiplied the kernel size by the dilation. Draw 3 weights with dilation 2: the "
            "spreading happens between the weights, not after the last one."),
    )


def same_as(padding: Callable[[int, int], int]) -> Rule:
    """The answer if a number, found from kernel size and dilation, took the place of "same"."""
    return lambda a: (
        a(padding=each(padding, a.kernel_size, a.dilation)) if a.padding == "same" else a())


SAME_IGNORED = Mistake('"same" ignored', same_as(lambda size, dilation: 0),
    '`padding="same"` does pad. Its name says what stays the same.',
    praise="Right for padding in numbers.")
SAME_HALF = Mistake('"same" as half the kernel', same_as(lambda size, dilation: size // 2),
    'You put `kernel_size // 2` in the place of "same". That fails for even kernels and '
    "for dilation. PyTorch pads as much as it takes; what is the result by definition?")
SAME_ALIKE = Mistake('"same" with equal sides',
    same_as(lambda size, dilation: dilation * (size - 1) // 2),
    'With padding "same", PyTorch pads one side more than the other when it has to, so that '
    "the promise of the name is kept.",
    praise="Right but for even kernels.")


def kernel(a: Asked) -> tuple[int, ...]:
    """The sides of the kernel, one for each direction of the input."""
    directions = len(a.input_shape) - 2
    return a.kernel_size if isinstance(a.kernel_size, tuple) else (a.kernel_size,) * directions


def with_channels(a: Asked, channels: int, **changes: Any) -> Any:
    """The work of filters without groups that read so many channels."""
    batch, _, *sides = a.input_shape
    return a(input_shape=(batch, channels, *sides), groups=1, **changes)


def outputs(a: Asked) -> Any:
    """How many numbers come out."""
    return with_channels(a, 1) // prod(kernel(a))


def one_place(a: Asked) -> Any:
    """The work at a single place: for an input that the kernel just covers."""
    return a(input_shape=(1, a.input_shape[1], *kernel(a)), padding=0, dilation=1)


def one_of_the_batch(words: Words) -> Mistake:
    """The work for the first of a batch."""
    return Mistake(f"one {words.one} only", lambda a: a(input_shape=(1, *a.input_shape[1:])),
        f"The layer does the work again for every {words.one} of the batch.",
        praise="Right for a batch of one.")


def weights_once(words: Words, one_place: Rule, side: str = "output") -> Mistakes:
    """Each weight counted once, though it works at every place of the input or the output."""
    return (
        Mistake("one position only", one_place,
            f"That is the size of the weight: the work for one {words.place} of the {side}. The "
            f"same weights are used again at every other {words.place}, and for every "
            f"{words.one}."),
        Mistake("parameters, not mult-adds", lambda a: one_place(a) + a.out_channels,
            f"You returned the number of parameters. Mult-adds grow with the {words.size} of the "
            f"{side} and with the batch, parameters don't."),
    )


def work(words: Words) -> Mistakes:
    """Something else counted than the mult-adds of a convolution."""
    return (
        Mistake("input positions", as_if(stride=1, padding="same"),
            f"You let the kernel stop at every {words.place} of the input. It stops once for every "
            f"{words.place} of the output: how many are these?"),
        one_of_the_batch(words),
        bias_counted(outputs),
        FLOPS,
        *weights_once(words, one_place),
        Mistake("output elements", outputs,
            "You counted the numbers in the output. Each of them costs several mult-adds: one for "
            "every weight of its filter."),
    )


def flat_filters(name: str) -> Mistake:
    """Filters that read a single channel."""
    return Mistake(name, lambda a: with_channels(a, 1),
        "Your filters read one channel only. To make one number of the output, a filter goes "
        "through all the channels of its group.")


WORK_OF_FILTERS = (
    Mistake("one filter only",
        lambda a: with_channels(a, a.input_shape[1] // a.groups, out_channels=1),
        "You counted one filter. Each output channel has a filter of its own, and each does "
        "this work."),
    Mistake("groups ignored", as_if(groups=1),
        "With more groups a filter reads the channels of its own group only, so there is less "
        "to do.",
        praise="Right for `groups=1`."),
    Mistake("one group only",
        lambda a: with_channels(
            a, a.input_shape[1] // a.groups, out_channels=a.out_channels // a.groups),
        "You counted the work of one group. The other groups work as much."),
)


def work_of_filters(words: Words) -> Mistakes:
    """The mult-adds of other filters, or of filters that stop at other places."""
    return (
        *WORK_OF_FILTERS,
        Mistake("holes counted",
            lambda a: a(
                kernel_size=each(lambda size, dilation: (size - 1) * dilation + 1,
                    a.kernel_size, a.dilation),
                dilation=1),
            "You counted the holes of the dilated kernel too. Dilation moves the weights apart, "
            f"which changes the {words.size} of the output. How many weights are there to "
            "multiply?"),
        Mistake("dilation ignored", as_if(dilation=1),
            f"A dilated kernel covers more of the {words.one}, so it fits in fewer places: "
            f"the output is {words.smaller}.",
            praise="Right for `dilation=1`."),
        Mistake("stride ignored", as_if(stride=1),
            "With a larger stride the kernel stops at fewer places.",
            praise="Right for `stride=1`."),
        Mistake("padding ignored", as_if(padding=0),
            "Padding makes room for more places of the kernel.",
            praise="Right without padding."),
    )


CHANNELS_LAST = Mistake("channels last", entries(0, 2, 3, 1),
    "You put the channels last, as Keras does. PyTorch's order is batch, channels, height, width.",
    praise="Your numbers are right.")

FRONT_OF_THE_SHAPE = (
    Mistake("batch left out", lambda a: a()[1:],
        "You returned the shape for one image. The batch is still there, in front."),
    Mistake("height and width only", lambda a: a()[2:],
        "You returned height and width. Batch and channels stay as they are, in front."),
    CHANNELS_LAST,
)
