"""Lesson 08: pooling, `torch.nn.MaxPool1d`, `MaxPool2d` and `AdaptiveAvgPool2d`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import inf
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool1d, max_pool1d_with_indices

from grader.course import misconceptions as known
from grader.course.pytorch import Shape, output_shape
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Size = int | tuple[int, int]
AdaptiveSize = int | tuple[int | None, int | None]


def pool_output_length(
    length: int,
    kernel_size: int,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """The length of the output of `nn.MaxPool1d`, as PyTorch has it.

    Without a `stride`, the windows stand side by side.
    """
    layer = nn.MaxPool1d(kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)
    return output_shape(layer, (1, 1, length))[-1]


def pool2d_output_shape(
    input_shape: Shape,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
) -> Shape:
    """The shape of the output of `nn.MaxPool2d`; each size is an int or a pair."""
    layer = nn.MaxPool2d(kernel_size, stride, padding, ceil_mode=ceil_mode)
    return output_shape(layer, input_shape)


def adaptive_pool2d_output_shape(input_shape: Shape, output_size: AdaptiveSize) -> Shape:
    """The shape of the output of `nn.AdaptiveAvgPool2d(output_size)`.

    `output_size` is an int or a pair, and an entry of the pair may be None.
    """
    return output_shape(nn.AdaptiveAvgPool2d(output_size), input_shape)


def max_pool1d(values: Sequence[float], kernel_size: int, stride: int | None = None) -> list[float]:
    """The largest value of each window, as `nn.MaxPool1d(kernel_size, stride)` finds it."""
    return pooled(nn.functional.max_pool1d, values, kernel_size, stride)


def pooled(
    pool: Callable[..., Tensor], values: Sequence[float], kernel_size: int, stride: int | None
) -> list[float]:
    """The values pooled as one channel, on the CPU: they matter, not only their number."""
    channel = torch.tensor([values], dtype=torch.float64, device="cpu")
    numbers: list[float] = pool(channel, kernel_size, stride)[0].tolist()
    return numbers


def step(a: Asked) -> Any:
    """How far the windows move: without a `stride` they stand side by side."""
    return a.stride or a.kernel_size


def longer(a: Asked, extra: int, **changes: Any) -> Any:
    """The answer for a longer input."""
    return a(length=a.length + extra, **changes)


def larger(a: Asked, extra: Any, **changes: Any) -> Any:
    """The answer for maps with more rows and columns."""
    return a(input_shape=known.larger(a.input_shape, extra), **changes)


def never_dropping(a: Asked) -> Any:
    """The number of windows if a last one counts wherever it starts."""
    return longer(a, a.ceil_mode * (step(a) - 1), ceil_mode=False)


def never_dropping_2d(a: Asked) -> Any:
    """The shape of the output if a last window counts wherever it starts."""
    rows, columns = known.pair(step(a))
    return larger(a, (a.ceil_mode * (rows - 1), a.ceil_mode * (columns - 1)), ceil_mode=False)


def dropping_from(a: Asked, place: int) -> Any:
    """The number of windows if a last one that starts at `place` or later is dropped."""
    windows = never_dropping(a)
    return windows - (a.ceil_mode and (windows - 1) * step(a) >= place)


def over_the_end(a: Asked, places: int) -> Any:
    """The largest value of each window, if windows may reach so far over the end."""
    return a(values=[*a.values, *[-inf] * places])


def draw_ceil(random: Random) -> Case:
    """Windows far apart, so that the last one often starts outside."""
    kernel_size = random.randint(1, 4)
    return case(random.randint(12, 60), kernel_size, stride=kernel_size + random.randint(0, 5),
        padding=random.randint(0, kernel_size // 2), ceil_mode=True)


def draw_image(random: Random) -> Shape:
    """A batch of maps, larger than any drawn window, with four different sizes."""
    return (*random.sample(range(2, 9), k=2), *random.sample(range(16, 40), k=2))


def draw_rectangle(random: Random, ceil_mode: bool) -> Case:
    """A window with two different sides."""
    return case(draw_image(random), tuple(random.sample(range(2, 6), k=2)),
        stride=tuple(random.sample(range(1, 8), k=2)),
        padding=random.choice((0, 1, (0, 1), (1, 0))), ceil_mode=ceil_mode)


def draw_values(random: Random) -> list[float]:
    """Different numbers, some of them negative, some of them with a fraction."""
    values = random.sample(range(-60, 30), k=random.randint(8, 14))
    return [value + random.choice((0, 0.5)) for value in values]


STRIDE_IGNORED = Mistake("stride ignored", as_if(stride=None),
    "When `stride` is given, the windows move by it.",
    praise="Right where the windows stand side by side.")


def stride_1_only(place: str) -> Mistake:
    """A convolution's default, and no `ceil_mode`."""
    return Mistake("stride 1, ceil_mode ignored",
        lambda a: a(stride=a.stride or 1, ceil_mode=False),
        f"Without a `stride` your windows move one {place} at a time, as in a convolution; "
        "pooling has another default. And your answer does not depend on `ceil_mode`.",
        is_two=True)


def always_rounded_up(rule: Rule) -> Mistake:
    """As `ceil_mode=True` does, but always."""
    return Mistake("always rounded up", lambda a: rule(a.but(ceil_mode=True)),
        "You round up. PyTorch drops a last window that does not fit, unless `ceil_mode` is True.")


LENGTH = Function(
    pool_output_length,
    parts=(
        Part("windows side by side", 1,
            (case(4, 2), case(7, 2), case(10, 3), case(11, 4, stride=None)),
            lambda random: case(random.randint(10, 200), random.randint(2, 9))),
        Part("stride and padding", 1,
            (case(5, 3, 1), case(6, 3, stride=2), case(7, 3, 2, 1), case(10, 4, padding=2),
             case(9, 4, stride=3, padding=2)),
            lambda random: case(random.randint(20, 200), random.randint(4, 9),
                stride=random.randint(1, 3), padding=random.randint(0, 2))),
        Part("dilation", 1,
            (case(7, 2, 1, dilation=2), case(9, 2, dilation=3),
             case(12, 3, stride=2, padding=1, dilation=4)),
            lambda random: case(random.randint(40, 200), random.randint(2, 7),
                stride=random.randint(1, 4), padding=random.randint(0, 1),
                dilation=random.randint(2, 5))),
        Part("ceil_mode", 2,
            (case(7, 2, ceil_mode=True), case(6, 2, ceil_mode=True),
             case(8, 1, 4, ceil_mode=True), case(5, 2, 3, 1, ceil_mode=True),
             case(5, 4, 3, 2, ceil_mode=True), case(5, 4, stride=8, padding=2, ceil_mode=True),
             case(14, 3, stride=4, padding=1, dilation=2, ceil_mode=True),
             case(9, 2, ceil_mode=False)),
            draw_ceil),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: a(stride=a.stride or 1),
            "Without a `stride` your windows move one place at a time, as in a convolution. A "
            "pooling layer has another default: read it in the docs of `nn.MaxPool1d`."),
        STRIDE_IGNORED,
        stride_1_only("place"),
        Mistake("length and kernel only",
            as_if(stride=None, padding=0, dilation=1, ceil_mode=False),
            "You use neither `stride` nor `padding`, `dilation` and `ceil_mode`: start with "
            "`stride`.",
            praise="Right for windows side by side.", is_two=True),
        Mistake("kernel and stride only", as_if(padding=0, dilation=1, ceil_mode=False),
            "You use neither `padding` nor `dilation` and `ceil_mode`: start with `padding`.",
            praise="Right for `stride`.", is_two=True),
        Mistake("dilation, ceil_mode ignored", as_if(dilation=1, ceil_mode=False),
            "You use neither `dilation` nor `ceil_mode`: start with the gaps that a dilated "
            "window has.",
            praise="Right for stride and padding.", is_two=True),
        Mistake("kernel ignored", lambda a: a(kernel_size=step(a), padding=0, dilation=1),
            "You divided the length by the stride. The kernel matters too: its last window must "
            "still fit."),
        Mistake("padding on one side", lambda a: longer(a, a.padding, padding=0),
            "You added the padding once. PyTorch pads both ends."),
        Mistake("padding ignored", as_if(padding=0),
            "`padding` makes the input longer at both ends.",
            praise="Right without padding."),
        Mistake("dilation ignored", as_if(dilation=1),
            "A dilated window has gaps, so it covers more of the input.",
            praise="Right for `dilation=1`."),
        Mistake("dilated kernel too wide",
            lambda a: a(kernel_size=a.dilation * a.kernel_size, stride=step(a), dilation=1),
            "You made the window `dilation` times as wide. There are gaps between its places "
            "only, none after the last: draw a window with `kernel_size=3, dilation=2`."),
        Mistake("first window not counted", lambda a: a() - 1,
            "You are one short, each time. You counted the steps of the window; it also stands "
            "somewhere before its first step."),
        Mistake("window one place short", lambda a: longer(a, 1),
            "You count a window that sticks out of the input by one place. Test the formula with "
            "a window as long as the input: it fits once."),
        Mistake("ceil_mode ignored", as_if(ceil_mode=False),
            "With `ceil_mode=True` a last window may stick out on the right.",
            praise="Right for `ceil_mode=False`."),
        always_rounded_up(never_dropping),
        Mistake("always one more window", lambda a: a(ceil_mode=False) + a.ceil_mode,
            "With `ceil_mode=True` you always add a window. There is one more only when something "
            "of the input is left over."),
        Mistake("last window never dropped", never_dropping,
            "You round up, but PyTorch drops the last window if it would start beyond the input, "
            "in the padding on the right.",
            praise="Right for most inputs."),
        Mistake("window inside the padding", lambda a: dropping_from(a, a.length + 2 * a.padding),
            "You drop the last window only if it starts after the padding on the right. A window "
            "that starts inside that padding sees no input: PyTorch drops it too."),
        Mistake("window just after the input",
            lambda a: dropping_from(a, a.length + a.padding + 1),
            "You keep a last window that starts just after the end of the input. Not one place of "
            "the input is in it. Compare `>` with `>=`.",
            praise="Nearly right."),
        Mistake("left padding forgotten", lambda a: dropping_from(a, a.length),
            "You drop too many last windows. The starts are counted from the first place of the "
            "padding on the left, so where does the input end?",
            praise="Nearly right."),
    ),
    hints=(
        "It is the length of a convolution's output, `conv1d_output_length`, "
        "with another default for `stride`.",
        "Decide about `stride` in the first line: what does it become if it is None?",
        "How far can the first window be moved to the right? Divide that way by the stride, "
        "rounding down or, with `ceil_mode`, up. (`math.ceil(a / b)` rounds up.)",
        "With `ceil_mode`, compute where the last window starts. If there is neither input nor "
        "left padding at that place, there is one window less.",
    ),
)

OUTPUT_SHAPE = Function(
    pool2d_output_shape,
    parts=(
        Part("square windows", 1,
            (case((1, 1, 2, 4), 2), case((2, 3, 7, 10), 3), case((4, 6, 9, 5), 2)),
            lambda random: case(draw_image(random), random.randint(2, 7))),
        Part("stride and padding", 1,
            (case((2, 3, 5, 7), 3, 1), case((2, 3, 7, 10), 3, padding=1),
             case((2, 3, 7, 10), 3, 2, 1), case((4, 5, 8, 13), 4, stride=3, padding=2)),
            lambda random: case(draw_image(random), random.randint(2, 7),
                stride=random.randint(1, 4), padding=random.randint(0, 1))),
        Part("rectangular windows", 1,
            (case((2, 3, 8, 9), (2, 3)), case((3, 2, 9, 14), 3, stride=(1, 2)),
             case((2, 5, 10, 8), (2, 4), 2, (0, 1)),
             case((2, 3, 12, 17), (4, 5), stride=(3, 2), padding=(1, 2))),
            lambda random: draw_rectangle(random, ceil_mode=False)),
        Part("ceil_mode", 2,
            (case((1, 2, 5, 7), 2, ceil_mode=True), case((2, 3, 6, 9), 2, ceil_mode=True),
             case((2, 3, 8, 11), 3, stride=2, ceil_mode=True),
             case((2, 3, 6, 9), 1, 4, ceil_mode=True),
             case((3, 2, 5, 10), (2, 3), (3, 4), 1, True)),
            lambda random: draw_rectangle(random, ceil_mode=True)),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: a(stride=a.stride or 1),
            "Without a `stride` your windows move one pixel at a time, as in a convolution. In "
            "pooling they stand side by side."),
        STRIDE_IGNORED,
        stride_1_only("pixel"),
        Mistake("shape and kernel only", as_if(stride=None, padding=0, ceil_mode=False),
            "You use neither `stride` nor `padding` and `ceil_mode`: start with `stride`.",
            praise="Right for windows side by side.", is_two=True),
        Mistake("kernel and stride only", as_if(padding=0, ceil_mode=False),
            "You use neither `padding` nor `ceil_mode`: start with `padding`.",
            praise="Right for `stride`.", is_two=True),
        Mistake("kernel ignored", lambda a: a(kernel_size=step(a), padding=0),
            "You divided height and width by the stride. The kernel matters too: the last window "
            "must still fit."),
        Mistake("padding on one side", lambda a: larger(a, a.padding, padding=0),
            "You added the padding once. PyTorch pads top and bottom, left and right."),
        Mistake("padding ignored", as_if(padding=0),
            "`padding` makes the maps larger on all four sides.",
            praise="Right without padding."),
        *known.misread_pairs(
            lambda misread: known.pairs(misread, "kernel_size", "stride", "padding")),
        Mistake("height only", lambda a: (*a()[:3], a.input_shape[3]),
            "You changed the height only. The windows move across the width as well."),
        Mistake("height for both sides", known.entries(0, 1, 2, 2),
            "You took the maps for squares. The width has to be followed on its own."),
        *known.FRONT_OF_THE_SHAPE,
        Mistake("width before height", known.entries(0, 1, 3, 2),
            "You put the width before the height.", praise="Your numbers are right."),
        Mistake("first window not counted", lambda a: known.larger(a(), -1),
            "Height and width are one short, each time. You counted the steps of the window; it "
            "also stands somewhere before its first step."),
        Mistake("window one pixel short", lambda a: larger(a, 1),
            "You count windows that stick out of the map by one pixel. Test the formula with a "
            "window as large as the map: it fits once."),
        Mistake("ceil_mode ignored", as_if(ceil_mode=False),
            "With `ceil_mode=True` a last window may stick out.",
            praise="Right for `ceil_mode=False`."),
        always_rounded_up(never_dropping_2d),
        Mistake("last window never dropped", never_dropping_2d,
            "You round up, but PyTorch drops a last window that would start beyond the map, "
            "in the padding on the right or at the bottom.",
            praise="Right for most inputs."),
    ),
    hints=(
        "Two of the four entries stay as they are. Which?",
        "Height and width don't know of each other: each is a `pool_output_length` "
        "with its own kernel size, stride and padding.",
        "Make a pair of every size first: "
        "`size if isinstance(size, tuple) else (size, size)`. And what if `stride` is None?",
    ),
)

ADAPTIVE = Function(
    adaptive_pool2d_output_shape,
    parts=(
        Part("one size", 1,
            (case((1, 2, 4, 6), 1), case((2, 3, 8, 12), 5), case((2, 5, 4, 6), 7)),
            lambda random: case(draw_image(random), random.randint(1, 50))),
        Part("a pair", 1,
            (case((2, 3, 8, 12), (5, 7)), case((2, 3, 4, 6), output_size=(1, 9))),
            lambda random: case(draw_image(random), tuple(random.sample(range(1, 50), k=2)))),
        Part("None", 1,
            (case((2, 3, 8, 12), (None, 7)), case((2, 3, 12, 8), (5, None)),
             case((3, 4, 6, 10), (None, None))),
            lambda random: case(draw_image(random),
                random.choice(((None, random.randint(1, 15)), (random.randint(1, 15), None))))),
    ),
    mistakes=(
        Mistake("output size as a window",
            lambda a: tuple(map(lambda side, size: side // (size or 1),
                a.input_shape, (1, 1, *known.pair(a.output_size)))),
            "You took `output_size` for the size of the windows. In adaptive pooling you say how "
            "large the output is, and PyTorch chooses the windows."),
        Mistake("one size for the height only",
            lambda a: a(output_size=(
                a.output_size if isinstance(a.output_size, tuple) else (a.output_size, None))),
            "You used the int for the height only. An int stands for both, height and width."),
        Mistake("pair turned round", known.pairs(lambda two: two[::-1], "output_size"),
            "You took the pair for `(width, height)`. PyTorch's order is height, then width."),
        Mistake("first entry for both", known.pairs(lambda two: two[:1] * 2, "output_size"),
            "You used the first entry of the pair for height and width. Each has its own entry."),
        Mistake("never larger than the input", lambda a: tuple(map(min, a.input_shape, a())),
            "You don't let the output grow. PyTorch does: where `output_size` is larger than the "
            "input, the windows overlap and values repeat."),
        Mistake("None as one",
            known.pairs(lambda two: (two[0] or 1, two[1] or 1), "output_size"),
            "You made a size of 1 of None. None means that this side is left alone."),
        Mistake("None as the other entry",
            known.pairs(lambda two: (two[0] or two[1], two[1] or two[0]), "output_size"),
            "You replaced None by the other entry of the pair. None means that this side keeps "
            "the size of the input."),
        Mistake("None takes the other side",
            lambda a: a(input_shape=(*a.input_shape[:2], *a.input_shape[:1:-1])),
            "You kept the wrong side of the input for None. The first entry of the pair is about "
            "the height, the second about the width."),
        Mistake("None counted from the front", lambda a: a(input_shape=a.input_shape[:2] * 2),
            "For None you took the batch or the channels. Height and width are the last two "
            "entries of `input_shape`."),
        *known.FRONT_OF_THE_SHAPE,
    ),
    hints=(
        "No formula is needed: `output_size` says what comes out. Batch and channels stay.",
        "Make a pair of an int first. Then look at each entry of the pair on its own.",
        "For an entry that is None, look the size up in `input_shape`: `is None` asks for it.",
    ),
)

MAX_POOL = Function(
    max_pool1d,
    parts=(
        Part("windows side by side", 1,
            (case([1, 3, 4, 2], 2), case([5, 1, 4, 2, 7, 3], 3), case([-3, -1, -6, -2, 0, 4], 2),
             case([0.1234567, -1.5, -2.0, -0.7654321], 2)),
            lambda random: case([*draw_values(random)[:8]], random.choice((2, 4)))),
        Part("stride", 1,
            (case([1, 3, 4, 2], 2, 1), case([5, 1, 4, 2, 7, 3, 6], 3, stride=2),
             case([6, 2, 9, 1, 5, 8, 4, 7], kernel_size=2, stride=3),
             case([0.25, 0.7654321, -1.0, 0.1234567, -0.5], 2, stride=3)),
            lambda random: case(draw_values(random), random.randint(2, 4),
                stride=random.randint(1, 5))),
        Part("a rest that fills no window", 1,
            (case([1, 3, 4, 2, 9], 2), case([2.5, -1, 0.5, 3, 1, 8, 7.5], 3),
             case([4, 1, 5, 3, 2, 9], 3, stride=2),
             case([-4, -1, -5, -3, -8, -9, -2, -7], 2, stride=5),
             case([0.25, 0.7654321, -1.0, 0.1234567, 2.0], 2)),
            lambda random: case([*draw_values(random)[:8]], random.choice((3, 5)))),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: a(stride=a.stride or 1),
            "Without a `stride` your windows overlap: they move one place at a time. In pooling "
            "they stand side by side."),
        STRIDE_IGNORED,
        Mistake("last window incomplete",
            # as far as there is room for one more window, with at least one value in it
            lambda a: over_the_end(a, min(a.kernel_size, step(a)) - 1),
            "You add a window for what is left at the end, as `ceil_mode=True` does. A window "
            "that is not full is dropped.",
            praise="Right at first."),
        Mistake("windows over the end", lambda a: over_the_end(a, a.kernel_size - 1),
            "Your last windows reach beyond the end of `values`. A Python slice stops there "
            "without a word; pooling uses full windows only."),
        Mistake("as many windows as strides",
            lambda a: over_the_end(a, a.kernel_size - 1)[: len(a.values) // step(a)],
            "You divided the length by the stride to count the windows. The kernel matters too: "
            "the last window must still be full."),
        Mistake("last full window missing",
            lambda a: a(values=a.values[:-1]) if len(a.values) > a.kernel_size else [],
            "You stop too early: a window that ends with the very last value is full. The end of "
            "a `range` does not belong to it."),
        Mistake("window one too long",
            lambda a: a(values=[*a.values, -inf], kernel_size=a.kernel_size + 1, stride=step(a)),
            "Your windows hold one value too many. A slice `values[i:j]` holds `j - i` values."),
        Mistake("window one too short",
            lambda a: a(values=a.values[:-1], kernel_size=a.kernel_size - 1, stride=step(a)),
            "Your windows miss their last value. A slice `values[i:j]` does not hold `values[j]`."),
        Mistake("average", lambda a: pooled(avg_pool1d, **vars(a)),
            "You took the average of each window. Max pooling keeps the largest value."),
        Mistake("minimum", lambda a: [-value for value in a(values=[-v for v in a.values])],
            "You took the smallest value of each window. Max pooling keeps the largest."),
        Mistake("maximum starts at 0", lambda a: [max(0.0, value) for value in a()],
            "In a window of negative numbers you answer 0, which is not in the window: where does "
            "your search start?",
            praise="Right for windows with a positive value."),
        Mistake("maximum never reset", lambda a: list(accumulate(a(), max)),
            "Your maximum remembers the windows before. Each window starts its search anew: where "
            "does your loop set the variable?"),
        Mistake("first window only", lambda a: a()[:1],
            "You stopped after the first window: does your `return` stand inside the loop?"),
        Mistake("largest without its sign", lambda a: a(values=[abs(v) for v in a.values]),
            "You compare without the sign. Of -3 and 1 the larger one is 1."),
        Mistake("first value of each window",
            lambda a: a(kernel_size=1, stride=step(a))[: len(a())],
            "You kept the first value of each window. Compare all the values in it."),
        Mistake("places, not values",
            lambda a: pooled(lambda *window: max_pool1d_with_indices(*window)[1], **vars(a)),
            "You returned where the largest values stand. Asked are the values themselves."),
    ),
    hints=(
        "Do `[5, 1, 4, 2, 7, 3]` with `kernel_size=3` by hand. Where does each window start?",
        "`values[start:start + kernel_size]` is one window, and `max` finds its largest value.",
        "`range` with three arguments gives all the starts. "
        "Which is the last start whose window is still full?",
    ),
)

LESSON = Lesson("08-pooling", (LENGTH, OUTPUT_SHAPE, ADAPTIVE, MAX_POOL))
