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

from grader.course import asking
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


def windows_of(a: Asked) -> list[list[float]]:
    """The full windows over the values."""
    starts = range(0, len(a.values) - a.kernel_size + 1, step(a))
    return [list(a.values[start : start + a.kernel_size]) for start in starts]


def none_in(a: Asked, height: Any, width: Any) -> Any:
    """The shape with these in the place of None."""
    rows, columns = known.pair(a.output_size)
    return (*a.input_shape[:2], height if rows is None else rows,
        width if columns is None else columns)


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
    question=lambda a: (
        asking.sliding("nn.MaxPool1d", a, stride=None, padding=0, dilation=1, ceil_mode=False)
        + f" gets a sequence of {asking.count(a.length, 'step')}. How many steps come out?"),
    parts=(
        Part("windows side by side", 1,
            (case(4, 2), case(9, 2), case(10, 3), case(11, 4, stride=None)),
            lambda random: case(random.randint(10, 200), random.randint(2, 9))),
        Part("stride and padding", 1,
            (case(5, 3, 1), case(6, 3, stride=2), case(9, 3, 2, 1), case(10, 4, padding=2),
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
            (case(9, 2, ceil_mode=True), case(6, 2, ceil_mode=True),
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
        Mistake("one added before dividing",
            lambda a: a(ceil_mode=False) if a.ceil_mode else a(stride=1) // step(a),
            "The first window always counts: divide only the way that it can still go, and count "
            "it afterwards."),
        Mistake("rounded to the nearest",
            lambda a: round((a(stride=1, ceil_mode=False) - 1) / step(a)) + 1,
            "You round to the nearest whole number. PyTorch rounds down or, with `ceil_mode`, up."),
        Mistake("dilated windows side by side",
            lambda a: a(stride=a.stride or a.dilation * (a.kernel_size - 1) + 1),
            "Without a `stride` you let the windows move by all that they cover, gaps included. "
            "The default does not depend on `dilation`.",
            praise="Right for `dilation=1`."),
        Mistake("first window lost with ceil_mode",
            lambda a: never_dropping(a) - 1 if a.ceil_mode else a(),
            "With `ceil_mode=True` you have lost the window that stands before the first step.",
            praise="Right for `ceil_mode=False`."),
        Mistake("minus before a bracket",
            lambda a: never_dropping(a) - 2 if a.ceil_mode else a(),
            "With `ceil_mode=True` a minus sign turns too much round: what stands in its bracket?",
            praise="Right for `ceil_mode=False`."),
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
        "The rule stands above, in 'How many windows?'. Do it by hand for 7 numbers and "
        "`kernel_size=2`.",
        "Decide about `stride` in the first line: what does it become if it is None?",
        "How far can the first window be moved to the right? Divide that way by the stride, "
        "rounding down or, with `ceil_mode`, up. (`math.ceil(a / b)` rounds up.)",
        "With `ceil_mode`, compute where the last window starts. If there is neither input nor "
        "left padding at that place, there is one window less.",
    ),
)

def with_channels(a: Asked, front: tuple[int, ...], **changes: Any) -> Any:
    """The shape with another front."""
    return (*front, *a(**changes)[len(front):])


def changed_channels(
    name: str, front: Callable[[Asked], tuple[int, ...]], sentence: str
) -> known.Mistakes:
    """Other channels, alone and with windows that only stand side by side."""
    return (
        Mistake(name, lambda a: with_channels(a, front(a)), sentence,
            praise="Height and width are right."),
        Mistake(f"{name}, kernel only",
            lambda a: with_channels(a, front(a), stride=None, padding=0, ceil_mode=False),
            f"{sentence} And you use neither `stride` nor `padding` and `ceil_mode`.", is_two=True),
    )


def divided(a: Asked, entries: int) -> tuple[int, ...]:
    """The first entries of the shape, divided by the window."""
    return tuple(entry // known.pair(a.kernel_size)[0] for entry in a.input_shape[:entries])


channels_changed = (
    *changed_channels("one channel", lambda a: (a.input_shape[0], 1),
        "You made one channel of all of them. Pooling looks at each channel alone."),
    *changed_channels("channels pooled", lambda a: (a.input_shape[0], divided(a, 2)[1]),
        "You pooled the channels as well. Windows have rows and columns: they stay in one "
        "channel."),
    *changed_channels("every entry pooled", lambda a: divided(a, 2),
        "You pooled all four entries of the shape. Windows move over height and width only."),
)

OUTPUT_SHAPE = Function(
    pool2d_output_shape,
    question=lambda a: asking.output_shape(
        asking.sliding("nn.MaxPool2d", a, stride=None, padding=0, ceil_mode=False), a.input_shape),
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
        *channels_changed,
        Mistake("halved", as_if(kernel_size=2, stride=None, padding=0, ceil_mode=False),
            "You halved height and width. Only windows of 2 that stand side by side do that."),
        Mistake("divided with a rest",
            lambda a: (*a.input_shape[:2],
                *(side / size for side, size in zip(
                    a.input_shape[2:], known.pair(a.kernel_size), strict=True))),
            "You divided height and width by the window, and kept the rest. How many full windows "
            "are there?", is_two=True),
        Mistake("ceil_mode as dilation",
            lambda a: (
                a(ceil_mode=False) if a.ceil_mode
                else larger(a, known.each(lambda padding: 2 * padding, a.padding),
                    kernel_size=1, stride=step(a), padding=0)),
            "These are the numbers of `ceil_mode` in the place of `dilation`. Five arguments in a "
            "row are easily shifted by one: hand them to `pool_output_length` by name.",
            is_two=True),
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
    question=lambda a: asking.output_shape(
        asking.line("nn.AdaptiveAvgPool2d", a.output_size), a.input_shape),
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
        Mistake("pairs only, None left in",
            lambda a: (
                none_in(a, None, None) if isinstance(a.output_size, tuple) else a.input_shape[:1]),
            "An int has no entries: make a pair of it first. And you let None through into the "
            "shape, where it means that this side keeps its size.", is_two=True),
        Mistake("None left in", lambda a: none_in(a, None, None),
            "You let None through into the shape. None means that this side keeps its size: which "
            "number is that?",
            praise="Right without None.", is_two=True),
        Mistake("None left in the width", lambda a: none_in(a, a.input_shape[2], None),
            "You replace None where it stands for the height. It may stand for the width, too.",
            praise="Right where the second entry is a number.", is_two=True),
        Mistake("None left in the height", lambda a: none_in(a, None, a.input_shape[3]),
            "You replace None where it stands for the width. It may stand for the height, too.",
            praise="Right where the first entry is a number.", is_two=True),
        Mistake("one of two Nones",
            lambda a: (*a()[:3], None) if a.output_size == (None, None) else a(),
            "Where both entries are None you replace one of them only: after `if` and `elif` one "
            "branch is run, never both.",
            praise="Right for one None.", is_two=True),
        Mistake("None as zero", lambda a: none_in(a, 0, 0),
            "You made a size of 0 of None. None means that this side is left alone.",
            praise="Right without None.", is_two=True),
        Mistake("None takes the height", lambda a: none_in(a, a.input_shape[2], a.input_shape[2]),
            "For None you took the height each time. The second entry of the pair is about the "
            "width.",
            praise="Right where the second entry is a number.", is_two=True),
        Mistake("None takes the width", lambda a: none_in(a, a.input_shape[3], a.input_shape[3]),
            "For None you took the width each time. The first entry of the pair is about the "
            "height.",
            praise="Right where the first entry is a number.", is_two=True),
        Mistake("None one place off", lambda a: none_in(a, a.input_shape[1], a.input_shape[2]),
            "For None you look one place too far to the left in `input_shape`: batch and channels "
            "come first.",
            praise="Right without None.", is_two=True),
        Mistake("nothing resized beside None",
            lambda a: a.input_shape if None in known.pair(a.output_size) else a(),
            "Where one entry is None you leave the other side alone as well. Each entry is about "
            "its own side.",
            praise="Right without None."),
        Mistake("one channel", lambda a: (a.input_shape[0], 1, *a()[2:]),
            "You made one channel of all of them. Each channel is pooled on its own.",
            praise="Height and width are right."),
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
        Mistake("stride ignored, last window incomplete",
            lambda a: over_the_end(a.but(stride=None), a.kernel_size - 1),
            "Your windows always stand side by side, whatever `stride` says. And the last one may "
            "be cut short: a window that is not full is dropped.", is_two=True),
        Mistake("stride 1 by default, windows over the end",
            lambda a: over_the_end(a.but(stride=a.stride or 1), a.kernel_size - 1),
            "Without a `stride` your windows overlap, and the last ones reach beyond the end: in "
            "pooling they stand side by side, and only full ones count.", is_two=True),
        Mistake("kernel and stride together",
            lambda a: a(stride=a.kernel_size + (a.stride or 0)),
            "You moved the windows by kernel and stride together. `stride` is the whole way from "
            "one start to the next."),
        Mistake("windows as long as the stride",
            lambda a: [max(a.values[start : start + step(a)])
                for start in range(0, len(a.values) - a.kernel_size + 1, step(a))],
            "Your windows are as long as the stride. However far a window moves, it holds "
            "`kernel_size` values.",
            praise="Right where the windows stand side by side."),
        Mistake("starts one after the other", lambda a: a(stride=1)[: len(a())],
            "You have the right number of windows, but each starts only one place after the last. "
            "Where does window 2 start?"),
        Mistake("last window incomplete",
            # as far as there is room for one more window, with at least one value in it
            lambda a: over_the_end(a, min(a.kernel_size, step(a)) - 1),
            "You add a window for what is left at the end, as `ceil_mode=True` does. A window "
            "that is not full is dropped.",
            praise="Right at first."),
        Mistake("filled up",
            lambda a: over_the_end(a, -len(a.values) % step(a)),
            "You fill the values up until the last window is full. PyTorch leaves over what fills "
            "no window.",
            praise="Right at first."),
        Mistake("filled up with zeros",
            lambda a: a(values=[*a.values, *[0.0] * (-len(a.values) % a.kernel_size)]),
            "You fill the values up with zeros. PyTorch leaves over what fills no window.",
            praise="Right where nothing is left over."),
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
        Mistake("largest by its size", lambda a: [max(each, key=abs) for each in windows_of(a)],
            "You look for the number that is farthest from 0. Of -3 and 1 the larger one is 1.",
            praise="Right without negative numbers."),
        Mistake("sorted first", lambda a: a(values=sorted(a.values)),
            "You sorted the values first. A window holds neighbours, in the order in which they "
            "came."),
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

LESSON = Lesson("08-pooling", (MAX_POOL, LENGTH, OUTPUT_SHAPE, ADAPTIVE))
