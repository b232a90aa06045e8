"""Lesson 09: from maps to vectors, `torch.nn.Flatten`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from operator import mul
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, output_shape
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Size = int | tuple[int, int]
Block = tuple[int, Size, Size]


def flatten_output_shape(input_shape: Shape, start_dim: int = 1, end_dim: int = -1) -> Shape:
    """The shape of the output of `nn.Flatten(start_dim, end_dim)`.

    All dimensions from `start_dim` to `end_dim` become one, `end_dim` included.
    """
    return output_shape(nn.Flatten(start_dim, end_dim), input_shape)


def flat_index(index: Shape, shape: Shape) -> int:
    """The place of the element at `index`, `(c, h, w)`, in one flattened sample.

    The sample has the shape `(C, H, W)`. The first place is 0.
    """
    numbers = torch.arange(prod(shape), device="cpu")  # all different, so that one can be found
    sample = numbers.reshape(shape)
    return int((sample.flatten() == sample[index]).nonzero())


def classifier_in_features(input_shape: Shape, blocks: Sequence[Block]) -> int:
    """The `in_features` of the first Linear after some blocks of convolution and a Flatten.

    A block `(out_channels, kernel_size, pool)` is a Conv2d without padding, then MaxPool2d(pool).
    """
    return flattened_blocks(input_shape, blocks)


def flattened_blocks(input_shape: Shape, blocks: Sequence[Block], **pooling: Any) -> int:
    """The size of a flattened sample; `pooling` are more arguments of each MaxPool2d."""
    layers: list[nn.Module] = []
    channels = input_shape[1]
    for out_channels, kernel_size, pool in blocks:
        layers += [nn.Conv2d(channels, out_channels, kernel_size), nn.MaxPool2d(pool, **pooling)]
        channels = out_channels
    return output_shape(nn.Sequential(*layers, nn.Flatten()), input_shape)[1]


def start(a: Asked) -> Any:
    """`start_dim`, counted from the front."""
    return range(len(a.input_shape))[a.start_dim]


def end(a: Asked) -> Any:
    """`end_dim`, counted from the front."""
    return range(len(a.input_shape))[a.end_dim]


def with_size(a: Asked, size: int) -> Shape:
    """The right shape, but for the size of the flattened dimension."""
    return (*a()[: start(a)], size, *a()[start(a) + 1 :])


def end_lost(a: Asked) -> Shape:
    """The right shape, but for a product that stops before `end_dim`."""
    return with_size(a, prod(a.input_shape[start(a) : end(a)]))


def walked(a: Asked, end: int) -> Shape:
    """The shape, if a loop goes up from a negative `start_dim` through 0."""
    merged = prod(a.input_shape[dim] for dim in range(a.start_dim, end + 1))
    return (*a.input_shape[: a.start_dim], merged, *a.input_shape[end + 1 :])


def in_order(*order: int) -> Rule:
    """The place in a sample whose dimensions stand in another order."""
    return lambda a: a(
        index=tuple(a.index[dim] for dim in order), shape=tuple(a.shape[dim] for dim in order))


def in_steps(steps: Callable[[int, int, int], Shape]) -> Rule:
    """The place, if a step along a dimension skips so many places, given the shape."""
    return lambda a: sum(map(mul, a.index, steps(*a.shape)))


def each_block(change: Callable[[int, Any, Any], Block]) -> Rule:
    """The answer where every block is changed."""
    return lambda a: a(blocks=[change(*block) for block in a.blocks])


def reading(misread: Callable[[tuple[Any, Any]], Any]) -> Rule:
    """The answer where the pairs of the blocks are misread."""
    return each_block(lambda channels, kernel, pool: (
        channels, misread(known.pair(kernel)), misread(known.pair(pool))))


def with_fractions(a: Asked) -> Any:
    """The answer where a division by the pool is not rounded down."""
    sides: Any = a.input_shape[2:]
    for _, kernel, pool in a.blocks:
        sides = known.each(lambda side, k, p: (side - k + 1) / p, sides, kernel, pool)
    return a.blocks[-1][0] * prod(sides)


def one_map(a: Asked) -> Any:
    """How many pixels one of the flattened maps has."""
    return a() // a.blocks[-1][0]


def draw_shape(random: Random) -> Shape:
    """Three to six dimensions, all of different sizes."""
    return tuple(random.sample(range(2, 12), k=random.randint(3, 6)))


def draw_end(random: Random) -> Case:
    """Two dims, counted from the front."""
    shape = draw_shape(random)
    start, end = sorted(random.sample(range(len(shape)), k=2))
    return case(shape, start, end_dim=end)


def draw_negative(random: Random) -> Case:
    """Two dims, the second one counted from the back."""
    shape = draw_shape(random)
    start, end = sorted(random.sample(range(-len(shape), 0), k=2))
    return case(shape, random.choice((start, start + len(shape))), end)


def draw_index(random: Random, channels: int) -> Case:
    """Any element of a sample whose sizes all differ."""
    shape = (channels, *random.sample(range(2, 9), k=2))
    return case(tuple(map(random.randrange, shape)), shape)


def draw_blocks(random: Random, number: int, pairs: bool) -> Case:
    """Maps that are large enough for `number` blocks, whatever is wrongly added to a kernel."""

    def size(largest: int) -> Size:
        height, width = random.choices(range(1, largest + 1), k=2)
        return (height, width) if pairs else height

    sides = random.sample(range(60, 81), k=2)
    shape = (random.randint(2, 8), random.randint(1, 4), *sides)
    blocks = [(random.randint(5, 16), size(4), size(2)) for _ in range(number)]
    return case(shape, blocks)


FLATTEN = Function(
    flatten_output_shape,
    question=lambda a: asking.output_shape(
        asking.line("nn.Flatten", **asking.unlike(a, start_dim=1, end_dim=-1)), a.input_shape),
    parts=(
        Part("all but the batch", 1,
            (case((2, 3, 4)), case((4, 7)), case((2, 3, 5, 4))),
            lambda random: case(draw_shape(random))),
        Part("start_dim", 1,
            (case((2, 3, 4), 0), case((2, 3, 4, 5), 2), case((2, 5, 3, 4), start_dim=3)),
            lambda random: case(draw_shape(random), random.randint(0, 2))),
        Part("end_dim", 1,
            (case((2, 3, 4), 0, 1), case((2, 3, 4, 5), 1, 2), case((5, 3, 4, 2), end_dim=1),
             case((2, 3, 6, 4, 5), start_dim=1, end_dim=3)),
            draw_end),
        Part("negative dims", 1,
            (case((2, 3, 4), -2), case((2, 3, 4, 5), 1, -2), case((2, 3, 6, 4, 5), -4, -3),
             case((2, 4, 3, 5), start_dim=-3, end_dim=3)),
            draw_negative),
    ),
    mistakes=(
        Mistake("everything flattened", as_if(start_dim=0, end_dim=-1),
            "You flattened the batch as well, as `torch.flatten` does by default. `nn.Flatten` "
            "leaves every dimension before `start_dim` alone."),
        Mistake("both arguments ignored", as_if(start_dim=1, end_dim=-1),
            "`start_dim` and `end_dim` can be others.",
            praise="Right for the defaults."),
        Mistake("start_dim ignored", as_if(start_dim=1),
            "`start_dim` can be another one.",
            praise="Right if the flattening starts after the batch."),
        Mistake("end_dim ignored", as_if(end_dim=-1),
            "You flatten up to the last dimension. The dimensions after `end_dim` are kept."),
        Mistake("front dimensions lost", lambda a: a()[start(a) :],
            "The dimensions before `start_dim` are missing. The batch is one of them.",
            praise="Your flattened size is right."),
        Mistake("back dimensions lost", lambda a: a()[: start(a) + 1],
            "The dimensions after `end_dim` are still there.",
            praise="Right up to `end_dim`."),
        Mistake("end_dim not flattened",
            lambda a: (*end_lost(a)[: start(a) + 1], *a.input_shape[end(a) :]),
            "You stop before `end_dim`, as a slice of Python would. In PyTorch `end_dim` is the "
            "last one that is flattened."),
        Mistake("end_dim lost", end_lost,
            "The size along `end_dim` is missing in your product, since a slice of Python stops "
            "before its end. In PyTorch `end_dim` belongs to what is flattened."),
        Mistake("end_dim and the rest lost", lambda a: end_lost(a)[: start(a) + 1],
            "Your shape ends too early: the size along `end_dim` is missing in your product, and "
            "so are the dimensions after it."),
        Mistake("slice that ends at 0",
            lambda a: (*a()[: start(a)], 1, *a.input_shape) if a.end_dim == -1 else a(),
            "For `end_dim=-1` your slice ends at `end_dim + 1`. That is 0, so the slice is empty. "
            "First make a place from the front of a negative dim."),
        Mistake("every negative end as -1", lambda a: a(end_dim=max(a.end_dim, -1)),
            "You take every negative `end_dim` for the last dimension. -1 is the last, -2 the one "
            "before it, and so on."),
        Mistake("loop through 0", lambda a: walked(a, end(a)),
            "Your loop goes up from a negative `start_dim` through 0, so some sizes come into the "
            "product twice. First make a place from the front of a negative dim.",
            praise="Right where `start_dim` is not negative."),
        Mistake("loop through 0, only -1 known",
            lambda a: walked(a, end(a) if a.end_dim == -1 else a.end_dim),
            "You know what -1 means as `end_dim`. Every negative dim counts from the back, and "
            "`start_dim` can be negative too: make a place from the front of both first."),
        Mistake("sizes added",
            lambda a: with_size(a, sum(a.input_shape[start(a) : end(a) + 1])),
            "You added the sizes. Flattening keeps all the elements: how many numbers does a map "
            "of 3 rows and 4 columns hold?"),
        Mistake("product that starts from 0", lambda a: with_size(a, 0),
            "A product that starts from 0 stays 0. From which number does it have to start?"),
        Mistake("front dimensions merged too",
            lambda a: (prod(a()[: start(a)]), prod(a()[start(a) :])),
            "You merged the dimensions before `start_dim` as well, and left two numbers. Each of "
            "them is kept as it is."),
        Mistake("merged dimensions still there",
            lambda a: (*a()[: start(a) + 1], *a.input_shape[start(a) + 1 :]),
            "Your product is in the shape, and so are dimensions that it has swallowed. What is "
            "merged has no entry of its own."),
        Mistake("end_dim not flattened, but for -1",
            lambda a: a() if a.end_dim == -1 else (
                *end_lost(a)[: start(a) + 1], *a.input_shape[end(a) :]),
            "With another `end_dim` than -1 you stop before it, as a slice of Python would. In "
            "PyTorch `end_dim` is the last one that is flattened."),
        Mistake("-1 left in the shape", lambda a: with_size(a, -1),
            "`view` and `reshape` take -1 for a size that PyTorch shall find. Here you have to "
            "find it."),
        Mistake("input shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. The dimensions from `start_dim` to `end_dim` become "
            "one."),
    ),
    hints=(
        "Cut `input_shape` in three: before `start_dim`, from `start_dim` to `end_dim`, "
        "and the rest.",
        "Only the middle piece changes: it becomes one entry. `math.prod` helps.",
        "A negative dim counts from the back: -1 is the last. "
        "Turn it into a place from the front before you cut.",
    ),
)

INDEX = Function(
    flat_index,
    question=lambda a: (
        f"A sample of shape `{a.shape!r}`, channels first, is flattened. At which place, counted "
        f"from 0, stands the element `{a.index!r}`?"),
    parts=(
        Part("one channel", 1,
            (case((0, 0, 2), (1, 3, 4)), case((0, 1, 0), (1, 3, 4)), case((0, 2, 3), (1, 4, 5))),
            lambda random: draw_index(random, channels=1)),
        Part("several channels", 2,
            (case((1, 0, 0), (2, 4, 3)), case((1, 2, 1), (2, 4, 3)), case((2, 1, 3), (3, 2, 5)),
             case((3, 4, 1), (6, 5, 2))),
            lambda random: draw_index(random, channels=random.randint(9, 12))),
    ),
    mistakes=(
        Mistake("channels last", in_order(1, 2, 0),
            "You let the channel change fastest, as Keras does with `(H, W, C)`. In PyTorch the "
            "channel is the first dimension, and the last one changes fastest."),
        Mistake("column by column", in_order(0, 2, 1),
            "You go down the columns. PyTorch goes along the rows: `w` changes faster than `h`."),
        Mistake("first dimension fastest", in_order(2, 1, 0),
            "You let the first dimension change fastest, as Fortran does. In PyTorch the last one "
            "does: the neighbour of `(c, h, w)` is `(c, h, w + 1)`."),
        Mistake("counted from 1", lambda a: a() + 1,
            "You are one too far, each time. The first place is 0."),
        Mistake("channel ignored", lambda a: a(index=(0, *a.index[1:])),
            "The channels before `c` come first, all of them.",
            praise="Right in the first channel."),
        Mistake("indices added", lambda a: sum(a.index),
            "You added the three indices. A step down a row skips a whole row, a step to the next "
            "channel a whole map."),
        Mistake("indices multiplied", lambda a: prod(a.index),
            "You multiplied the three indices. Then every element with a 0 in its index would "
            "stand at the first place."),
        Mistake("height as row length",
            in_steps(lambda channels, height, width: (height * width, height, 1)),
            "You took the height for the length of a row. A row goes over the width."),
        Mistake("steps of the own size", in_steps(lambda *shape: shape),
            "You multiplied each index by the size of its own dimension. A step along a dimension "
            "skips what lies in the dimensions after it."),
        Mistake("channel as one row",
            in_steps(lambda channels, height, width: (height, width, 1)),
            "A step to the next channel skips a whole map, not just one side of it.",
            praise="Right in the first channel."),
        Mistake("steps one dimension too large", lambda a: a() * a.shape[2],
            "All your steps are one dimension too large. The neighbour in a row is the next place: "
            "a step along `w` is 1."),
        Mistake("columns skip",
            in_steps(lambda channels, height, width: (height * width, width, channels)),
            "A step to the next column goes to the neighbour in the row. In PyTorch the other "
            "channels do not stand between the two.",
            praise="Right in the first column."),
        Mistake("channel as two sides",
            in_steps(lambda channels, height, width: (height + width, width, 1)),
            "A step to the next channel skips a whole map. You added its two sides: how many "
            "pixels has it?",
            praise="Right in the first channel."),
        Mistake("channel and row from 1",
            lambda a: a() - in_steps(lambda channels, height, width: (height * width, width, 0))(
                a.but(index=(1, 1, 0))),
            "You subtracted 1 from an index. Channels and rows are counted from 0, so before "
            "channel 0 there is nothing."),
        Mistake("shape, not index", lambda a: sum(prod(a.shape[dim:]) for dim in range(3)),
            "You used the shape only. Where the element stands follows from `index`."),
        Mistake("steps of one shape", lambda a: sum(map(mul, a.index, (12, 4, 1))),
            "12, 4 and 1 are the steps for the shape `(2, 3, 4)`. Another shape has other steps: "
            "which of its numbers make them?"),
        Mistake("shape as (H, W, C)",
            in_steps(lambda channels, height, width: (channels * height, height, 1)),
            "You took `shape` for `(H, W, C)`. Here, as in PyTorch, the channels come first: "
            "which entry is the length of a row?"),
    ),
    hints=(
        "Number the cells of a `(2, 3, 4)` sample by hand, in PyTorch's order: "
        "along a row, then the next row, then the next channel.",
        "How many numbers come before channel `c` begins? And before row `h` of a map?",
        "Three pieces are added: whole maps, whole rows, single steps.",
    ),
)

CLASSIFIER = Function(
    classifier_in_features,
    question=lambda a: (
        f"A tensor of shape `{a.input_shape!r}` passes " + asking.chain([
            f"`nn.Conv2d(..., {channels}, {size!r})` and `nn.MaxPool2d({pool!r})`"
            for channels, size, pool in a.blocks])
        + ", then `nn.Flatten()`. What is the `in_features` of the Linear behind it?"),
    parts=(
        Part("one block", 1,
            (case((1, 1, 4, 6), [(3, 1, 2)]), case((2, 1, 6, 8), [(5, 3, 2)]),
             case((4, 3, 8, 10), [(6, 2, 3)])),
            lambda random: draw_blocks(random, 1, pairs=False)),
        Part("several blocks", 2,
            (case((2, 1, 14, 18), [(4, 3, 2), (5, 2, 2)]),
             case((2, 1, 28, 30), [(6, 5, 2), (16, 3, 2)]),
             case((2, 3, 40, 36), [(8, 3, 2), (12, 4, 1), (16, 2, 3)])),
            lambda random: draw_blocks(random, random.randint(2, 3), pairs=False)),
        Part("rectangular kernels and pools", 1,
            (case((3, 2, 12, 10), [(4, (5, 2), 2)]),
             case((2, 1, 16, 13), [(4, 3, (2, 1)), (7, (1, 4), 2)]),
             case((2, 3, 30, 25), [(8, (3, 5), (2, 3)), (5, 2, (3, 1))])),
            lambda random: draw_blocks(random, 2, pairs=True)),
    ),
    mistakes=(
        Mistake("batch counted", lambda a: a() * a.input_shape[0],
            "You multiplied by the batch. A Linear sees one sample at a time: `in_features` is "
            "the length of one flattened sample."),
        Mistake("convolution keeps the size",
            each_block(lambda channels, kernel, pool: (channels, 1, pool)),
            "Your maps shrink in the pooling only. A convolution without padding shrinks them as "
            "well."),
        Mistake("pooling ignored", each_block(lambda channels, kernel, pool: (channels, kernel, 1)),
            "You left out the pooling. After each convolution it makes the maps smaller again."),
        Mistake("pooling with stride 1",
            each_block(lambda channels, kernel, pool: (  # such a window shrinks as a kernel does
                channels, known.each(lambda k, p: k + p - 1, kernel, pool), 1)),
            "Your pooling windows move one pixel at a time. `MaxPool2d(pool)` puts them side by "
            "side."),
        Mistake("only the 1 divided",
            each_block(lambda channels, kernel, pool: (
                channels, known.each(lambda k, p: k + (p > 1), kernel, pool), 1)),
            "Python divides before it adds: only the last number of your sum was divided by the "
            "pool. Put brackets round the side of the map."),
        Mistake("pool subtracted",
            each_block(lambda channels, kernel, pool: (
                channels, known.each(lambda k, p: k + p, kernel, pool), 1)),
            "You subtracted the pool. Its windows stand side by side: how often does one fit "
            "into the side of the map?"),
        Mistake("always halved", each_block(lambda channels, kernel, pool: (channels, kernel, 2)),
            "Your pooling halves every map. The third entry of a block says how large its windows "
            "are."),
        Mistake("width unchanged",
            each_block(lambda channels, kernel, pool: (
                channels, (known.pair(kernel)[0], 1), (known.pair(pool)[0], 1))),
            "Your height shrinks and your width stays. Both layers shrink both sides."),
        Mistake("pooling first",
            lambda a: a(blocks=[
                half for channels, kernel, pool in a.blocks
                for half in ((channels, 1, pool), (channels, kernel, 1))]),
            "You pool before you convolve. In a block the convolution comes first."),
        Mistake("pooling rounds up", lambda a: flattened_blocks(**vars(a), ceil_mode=True),
            "You round up in the pooling. By default PyTorch drops what fills no window."),
        Mistake("pooling with fractions", with_fractions,
            "Your maps have a fraction of a pixel where the windows do not fill them. `/` keeps "
            "it; the pooling drops what fills no window."),
        Mistake("kernel one too large",
            each_block(lambda channels, kernel, pool: (
                channels, known.each(lambda size: size + 1, kernel), pool)),
            "Your convolution makes the maps one pixel too small. A kernel of one pixel does not "
            "shrink them at all: test the formula with it."),
        Mistake("channels left out", one_map,
            "You counted one map. As many come out of the last block as it has channels, and all "
            "of them are flattened."),
        Mistake("channels of the input", lambda a: one_map(a) * a.input_shape[1],
            "You counted the channels of the input. What is flattened are the maps of the last "
            "block."),
        Mistake("channels of all blocks",
            lambda a: one_map(a) * sum(channels for channels, _, _ in a.blocks),
            "You added up the channels of all blocks. The channels of a block are gone when the "
            "next one has made its own."),
        Mistake("channels multiplied",
            lambda a: one_map(a) * prod(channels for channels, _, _ in a.blocks) * a.input_shape[1],
            "You multiplied the channels along the way. A convolution makes new channels, as many "
            "as its `out_channels` says, whatever came in."),
        Mistake("channels only", lambda a: a.blocks[-1][0],
            "You counted the channels of the last block. Each channel is a map of many pixels, "
            "and a Flatten keeps all of them."),
        Mistake("first block only", lambda a: a(blocks=a.blocks[:1]),
            "You went through the first block only: does your `return` stand inside the loop?"),
        Mistake("last block only", lambda a: a(blocks=a.blocks[-1:]),
            "Your last block works on the input. It gets what the block before it has left: does "
            "each turn of your loop start from the new size?"),
        Mistake("height for both sides",
            lambda a: reading(lambda two: two[0])(
                a.but(input_shape=(*a.input_shape[:3], a.input_shape[2]))),
            "You took the maps for squares. The height and the width have to be followed each on "
            "its own."),
        *known.misread_pairs(reading),
    ),
    hints=(
        "Follow the shape by hand, layer by layer, for `(1, 1, 28, 28)` and `[(6, 5, 2)]`.",
        "Keep the channels, the height and the width in three variables, "
        "and renew them in each turn of a loop over `blocks`.",
        "A convolution without padding, then a pooling: you know both formulas for one side. "
        "An int counts for both sides.",
    ),
)

LESSON = Lesson("09-flatten", (INDEX, FLATTEN, CLASSIFIER))
