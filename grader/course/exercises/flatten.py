"""Lesson 09: from maps to vectors, `torch.nn.Flatten`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course.pytorch import Shape, output_shape
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case

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
    sample = _numbered(shape)
    return _place(sample[index], sample)


def classifier_in_features(input_shape: Shape, blocks: Sequence[Block]) -> int:
    """The `in_features` of the first Linear after some blocks of convolution and a Flatten.

    A block `(out_channels, kernel_size, pool)` is a Conv2d without padding, then MaxPool2d(pool).
    """
    return output_shape(nn.Sequential(*_layers(input_shape, blocks), nn.Flatten()), input_shape)[1]


def _numbered(shape: Shape) -> torch.Tensor:
    """A sample on the CPU in which all numbers are different."""
    return torch.arange(torch.Size(shape).numel(), device="cpu").reshape(shape)


def _place(number: torch.Tensor, sample: torch.Tensor) -> int:
    """Flatten the sample and look where the number stands."""
    return int((sample.flatten() == number).nonzero())


def _in_steps(index: Shape, steps: Shape) -> int:
    """The place in memory, if a step along a dimension moves by so many places."""
    memory = torch.arange(10_000, device="cpu")
    return int(memory.as_strided(tuple(i + 1 for i in index), steps)[index])


def _layers(input_shape: Shape, blocks: Sequence[Block], **pooling: Any) -> list[nn.Module]:
    """The layers of the blocks; `pooling` are more arguments of each MaxPool2d."""
    layers: list[nn.Module] = []
    channels = input_shape[1]
    for out_channels, kernel_size, pool in blocks:
        layers += [nn.Conv2d(channels, out_channels, kernel_size), nn.MaxPool2d(pool, **pooling)]
        channels = out_channels
    return layers


def _swapped(layers: list[nn.Module]) -> list[nn.Module]:
    """The same blocks, each with its pooling first."""
    return [layer for pair in zip(layers[1::2], layers[::2], strict=True) for layer in pair]


def _features(a: Any, **pooling: Any) -> int:
    """The reference's answer, with other arguments of MaxPool2d."""
    layers = _layers(a.input_shape, a.blocks, **pooling)
    return output_shape(nn.Sequential(*layers, nn.Flatten()), a.input_shape)[1]


def _each_block(change: Callable[[int, Any, Any], Block], a: Any) -> int:
    """The reference's answer, with every block changed."""
    return classifier_in_features(a.input_shape, [change(*block) for block in a.blocks])


def _last_channels(channels: int, a: Any) -> int:
    """The reference's answer, with another number of channels in the last block."""
    *before, (_, kernel_size, pool) = a.blocks
    return classifier_in_features(a.input_shape, [*before, (channels, kernel_size, pool)])


def _pair(size: Size) -> tuple[int, int]:
    """Height and width of a size that is given as an int or a pair."""
    return size if isinstance(size, tuple) else (size, size)


def _one_more(size: Size) -> Size:
    height, width = _pair(size)
    return height + 1, width + 1


def _dims(a: Any) -> tuple[int, int]:
    """`start_dim` and `end_dim`, counted from the front."""
    count = range(len(a.input_shape))
    return count[a.start_dim], count[a.end_dim]


def _kept(a: Any) -> tuple[Shape, Shape]:
    """The entries before `start_dim` and those after `end_dim`."""
    start, end = _dims(a)
    return a.input_shape[:start], a.input_shape[end + 1 :]


def _without_end(a: Any) -> int:
    """The size of the flattened dimension, if `end_dim` does not belong to it."""
    start, end = _dims(a)
    return torch.Size(a.input_shape[start:end]).numel()


def _draw_shape(random: Random) -> Shape:
    return tuple(random.sample(range(2, 12), k=random.randint(3, 6)))


def _draw_end(random: Random) -> Case:
    shape = _draw_shape(random)
    start, end = sorted(random.sample(range(len(shape)), k=2))
    return case(shape, start, end_dim=end)


def _draw_negative(random: Random) -> Case:
    shape = _draw_shape(random)
    start, end = sorted(random.sample(range(-len(shape), 0), k=2))
    return case(shape, random.choice((start, start + len(shape))), end)


def _draw_index(random: Random, channels: int) -> Case:
    """Any element of a sample whose sizes all differ."""
    shape = (channels, *random.sample(range(2, 9), k=2))
    return case(tuple(map(random.randrange, shape)), shape)


def _draw_blocks(random: Random, number: int, pairs: bool) -> Case:
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
    parts=(
        Part("all but the batch", 1,
            (case((2, 3, 4)), case((4, 7)), case((2, 3, 5, 4))),
            lambda random: case(_draw_shape(random))),
        Part("start_dim", 1,
            (case((2, 3, 4), 0), case((2, 3, 4, 5), 2), case((2, 5, 3, 4), start_dim=3)),
            lambda random: case(_draw_shape(random), random.randint(0, 2))),
        Part("end_dim", 1,
            (case((2, 3, 4), 0, 1), case((2, 3, 4, 5), 1, 2), case((5, 3, 4, 2), end_dim=1),
             case((2, 3, 6, 4, 5), start_dim=1, end_dim=3)),
            _draw_end),
        Part("negative dims", 1,
            (case((2, 3, 4), -2), case((2, 3, 4, 5), 1, -2), case((2, 3, 6, 4, 5), -4, -3),
             case((2, 4, 3, 5), start_dim=-3, end_dim=3)),
            _draw_negative),
    ),
    mistakes=(
        Mistake("everything flattened", lambda a: flatten_output_shape(a.input_shape, 0),
            "You flattened the batch as well, as `torch.flatten` does by default. `nn.Flatten` "
            "leaves every dimension before `start_dim` alone."),
        Mistake("both arguments ignored", lambda a: flatten_output_shape(a.input_shape),
            "`start_dim` and `end_dim` can be others.",
            praise="Right for the defaults."),
        Mistake("start_dim ignored", lambda a: flatten_output_shape(a.input_shape, 1, a.end_dim),
            "`start_dim` can be another one.",
            praise="Right if the flattening starts after the batch."),
        Mistake("end_dim ignored", lambda a: flatten_output_shape(a.input_shape, a.start_dim),
            "You flatten up to the last dimension. The dimensions after `end_dim` are kept."),
        Mistake("front dimensions lost", lambda a: flatten_output_shape(**vars(a))[_dims(a)[0] :],
            "Your flattened size is right, but the dimensions before `start_dim` are missing. The "
            "batch is one of them."),
        Mistake("back dimensions lost",
            lambda a: flatten_output_shape(**vars(a))[: _dims(a)[0] + 1],
            "Right up to `end_dim`. The dimensions after it are still there."),
        Mistake("end_dim not flattened",
            lambda a: (*_kept(a)[0], _without_end(a), *a.input_shape[_dims(a)[1] :]),
            "You stop before `end_dim`, as a slice of Python would. In PyTorch `end_dim` is the "
            "last one that is flattened."),
        Mistake("end_dim lost", lambda a: (*_kept(a)[0], _without_end(a), *_kept(a)[1]),
            "The size along `end_dim` is missing in your product, since a slice of Python stops "
            "before its end. In PyTorch `end_dim` belongs to what is flattened."),
        Mistake("end_dim and the rest lost", lambda a: (*_kept(a)[0], _without_end(a)),
            "Your shape ends too early: the size along `end_dim` is missing in your product, and "
            "so are the dimensions after it."),
        Mistake("slice that ends at 0",
            lambda a: (
                (*_kept(a)[0], 1, *a.input_shape)
                if a.end_dim == -1
                else flatten_output_shape(**vars(a))
            ),
            "For `end_dim=-1` your slice ends at `end_dim + 1`. That is 0, so the slice is empty. "
            "First make a place from the front of a negative dim."),
        Mistake("every negative end as -1",
            lambda a: flatten_output_shape(a.input_shape, a.start_dim, max(a.end_dim, -1)),
            "You take every negative `end_dim` for the last dimension. -1 is the last, -2 the one "
            "before it, and so on."),
        Mistake("sizes added",
            lambda a: (
                *_kept(a)[0],
                sum(a.input_shape[_dims(a)[0] : _dims(a)[1] + 1]),
                *_kept(a)[1],
            ),
            "You added the sizes. Flattening keeps all the elements: how many numbers does a map "
            "of 3 rows and 4 columns hold?"),
        Mistake("-1 left in the shape", lambda a: (*_kept(a)[0], -1, *_kept(a)[1]),
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
    parts=(
        Part("one channel", 1,
            (case((0, 0, 2), (1, 3, 4)), case((0, 1, 0), (1, 3, 4)), case((0, 2, 3), (1, 4, 5))),
            lambda random: _draw_index(random, channels=1)),
        Part("several channels", 2,
            (case((1, 0, 0), (2, 3, 4)), case((1, 2, 1), (2, 3, 4)), case((2, 1, 3), (3, 2, 5)),
             case((3, 4, 1), (6, 5, 2))),
            lambda random: _draw_index(random, channels=random.randint(9, 12))),
    ),
    mistakes=(
        Mistake("channels last",
            lambda a: _place(_numbered(a.shape)[a.index], _numbered(a.shape).permute(1, 2, 0)),
            "You let the channel change fastest, as Keras does with `(H, W, C)`. In PyTorch the "
            "channel is the first dimension, and the last one changes fastest."),
        Mistake("column by column",
            lambda a: _place(_numbered(a.shape)[a.index], _numbered(a.shape).permute(0, 2, 1)),
            "You go down the columns. PyTorch goes along the rows: `w` changes faster than `h`."),
        Mistake("first dimension fastest",
            lambda a: _place(_numbered(a.shape)[a.index], _numbered(a.shape).permute(2, 1, 0)),
            "You let the first dimension change fastest, as Fortran does. In PyTorch the last one "
            "does: the neighbour of `(c, h, w)` is `(c, h, w + 1)`."),
        Mistake("counted from 1", lambda a: flat_index(a.index, a.shape) + 1,
            "You are one too far, each time. The first place is 0."),
        Mistake("channel ignored", lambda a: flat_index((0, *a.index[1:]), a.shape),
            "Right in the first channel. The channels before `c` come first, all of them."),
        Mistake("indices added", lambda a: sum(a.index),
            "You added the three indices. A step down a row skips a whole row, a step to the next "
            "channel a whole map."),
        Mistake("indices multiplied", lambda a: prod(a.index),
            "You multiplied the three indices. Then every element with a 0 in its index would "
            "stand at the first place."),
        Mistake("height as row length",
            lambda a: _in_steps(a.index, torch.empty(a.shape[0], a.shape[2], a.shape[1]).stride()),
            "You took the height for the length of a row. A row goes over the width."),
        Mistake("steps of the own size", lambda a: _in_steps(a.index, a.shape),
            "You multiplied each index by the size of its own dimension. A step along a dimension "
            "skips what lies in the dimensions after it."),
        Mistake("channel as one row", lambda a: _in_steps(a.index, (a.shape[1], a.shape[2], 1)),
            "Right in the first channel. A step to the next channel skips a whole map, not just "
            "one side of it."),
        Mistake("shape as (H, W, C)",
            lambda a: _in_steps(a.index, torch.empty(1, *a.shape[:2]).stride()),
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
    parts=(
        Part("one block", 1,
            (case((1, 1, 4, 6), [(3, 1, 2)]), case((2, 1, 6, 8), [(5, 3, 2)]),
             case((4, 3, 8, 10), [(6, 2, 3)])),
            lambda random: _draw_blocks(random, 1, pairs=False)),
        Part("several blocks", 2,
            (case((2, 1, 14, 18), [(4, 3, 2), (5, 2, 2)]),
             case((2, 1, 28, 30), [(6, 5, 2), (16, 3, 2)]),
             case((2, 3, 40, 36), [(8, 3, 2), (12, 4, 1), (16, 2, 3)])),
            lambda random: _draw_blocks(random, random.randint(2, 3), pairs=False)),
        Part("rectangular kernels and pools", 1,
            (case((3, 2, 12, 10), [(4, (5, 2), 2)]),
             case((2, 1, 16, 13), [(4, 3, (2, 1)), (7, (1, 4), 2)]),
             case((2, 3, 30, 25), [(8, (3, 5), (2, 3)), (5, 2, (3, 1))])),
            lambda random: _draw_blocks(random, 2, pairs=True)),
    ),
    mistakes=(
        Mistake("batch counted",
            lambda a: output_shape(
                nn.Sequential(*_layers(a.input_shape, a.blocks), nn.Flatten(0)), a.input_shape
            )[0],
            "You multiplied by the batch. A Linear sees one sample at a time: `in_features` is "
            "the length of one flattened sample."),
        Mistake("convolution keeps the size",
            lambda a: _each_block(lambda channels, kernel, pool: (channels, 1, pool), a),
            "Your maps shrink in the pooling only. A convolution without padding shrinks them as "
            "well."),
        Mistake("pooling ignored",
            lambda a: _each_block(lambda channels, kernel, pool: (channels, kernel, 1), a),
            "You left out the pooling. After each convolution it makes the maps smaller again."),
        Mistake("pooling with stride 1", lambda a: _features(a, stride=1),
            "Your pooling windows move one pixel at a time. `MaxPool2d(pool)` puts them side by "
            "side."),
        Mistake("pooling first",
            lambda a: output_shape(
                nn.Sequential(*_swapped(_layers(a.input_shape, a.blocks)), nn.Flatten()),
                a.input_shape,
            )[1],
            "You pool before you convolve. In a block the convolution comes first."),
        Mistake("pooling rounds up", lambda a: _features(a, ceil_mode=True),
            "You round up in the pooling. By default PyTorch drops what fills no window."),
        Mistake("kernel one too large",
            lambda a: _each_block(
                lambda channels, kernel, pool: (channels, _one_more(kernel), pool), a
            ),
            "Your convolution makes the maps one pixel too small. A kernel of one pixel does not "
            "shrink them at all: test the formula with it."),
        Mistake("channels left out", lambda a: _last_channels(1, a),
            "You counted one map. As many come out of the last block as it has channels, and all "
            "of them are flattened."),
        Mistake("channels of the input", lambda a: _last_channels(a.input_shape[1], a),
            "You counted the channels of the input. What is flattened are the maps of the last "
            "block."),
        Mistake("channels of all blocks",
            lambda a: _last_channels(sum(channels for channels, _, _ in a.blocks), a),
            "You added up the channels of all blocks. The channels of a block are gone when the "
            "next one has made its own."),
        Mistake("channels multiplied",
            lambda a: _last_channels(
                prod((a.input_shape[1], *(channels for channels, _, _ in a.blocks))), a
            ),
            "You multiplied the channels along the way. A convolution makes new channels, as many "
            "as its `out_channels` says, whatever came in."),
        Mistake("channels only", lambda a: a.blocks[-1][0],
            "You counted the channels of the last block. Each channel is a map of many pixels, "
            "and a Flatten keeps all of them."),
        Mistake("first block only", lambda a: classifier_in_features(a.input_shape, a.blocks[:1]),
            "You went through the first block only: does your `return` stand inside the loop?"),
        Mistake("last block only", lambda a: classifier_in_features(a.input_shape, a.blocks[-1:]),
            "Your last block works on the input. It gets what the block before it has left: does "
            "each turn of your loop start from the new size?"),
        Mistake("height for both sides",
            lambda a: classifier_in_features(
                (*a.input_shape[:3], a.input_shape[2]),
                [(channels, _pair(k)[0], _pair(pool)[0]) for channels, k, pool in a.blocks],
            ),
            "You took the maps for squares. The height and the width have to be followed each on "
            "its own."),
        Mistake("pairs turned round",
            lambda a: _each_block(
                lambda channels, kernel, pool: (channels, _pair(kernel)[::-1], _pair(pool)[::-1]),
                a,
            ),
            "You took the pairs for `(width, height)`. PyTorch's order is height, then width."),
        Mistake("first entry for both",
            lambda a: _each_block(
                lambda channels, kernel, pool: (channels, _pair(kernel)[0], _pair(pool)[0]), a
            ),
            "A pair has one entry for the height and one for the width.",
            praise="Right for ints."),
    ),
    hints=(
        "Follow the shape by hand, layer by layer, for `(1, 1, 28, 28)` and `[(6, 5, 2)]`.",
        "Keep the channels, the height and the width in three variables, "
        "and renew them in each turn of a loop over `blocks`.",
        "A convolution without padding, then a pooling: you know both formulas for one side. "
        "An int counts for both sides.",
    ),
)

LESSON = Lesson("09-flatten", (FLATTEN, INDEX, CLASSIFIER))
