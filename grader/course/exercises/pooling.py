"""Lesson 08: pooling, `torch.nn.MaxPool1d`, `MaxPool2d` and `AdaptiveAvgPool2d`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import inf
from random import Random
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from grader.course.pytorch import Shape, output_shape
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case

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
    return _as_list(nn.functional.max_pool1d(_as_signal(values), kernel_size, stride))


def _as_signal(values: Sequence[float]) -> Tensor:
    """The values as one channel, on the CPU: their size matters, not only their shape."""
    return torch.tensor([values], dtype=torch.float64, device="cpu")


def _as_list(signal: Tensor) -> list[float]:
    pooled: list[float] = signal[0].tolist()
    return pooled


def _pool(a: Any, **changes: Any) -> int:
    """`pool_output_length` with the arguments `a`, some of them changed."""
    return pool_output_length(**{**vars(a), **changes})


def _never_dropping(a: Any) -> int:
    """The number of windows if a last one counts wherever it starts."""
    extra = a.ceil_mode * ((a.stride or a.kernel_size) - 1)
    return _pool(a, length=a.length + extra, ceil_mode=False)


def _dropping_from(a: Any, place: int) -> int:
    """The number of windows if a last one that starts at `place` or later is dropped."""
    windows = _never_dropping(a)
    last_start = (windows - 1) * (a.stride or a.kernel_size)
    return windows - 1 if a.ceil_mode and last_start >= place else windows


def _pool2d(a: Any, **changes: Any) -> Shape:
    """`pool2d_output_shape` with the arguments `a`, some of them changed."""
    return pool2d_output_shape(**{**vars(a), **changes})


def _pair(size: Any) -> tuple[Any, Any]:
    """Height and width of a size that is given as an int or a pair."""
    return size if isinstance(size, tuple) else (size, size)


def _without_none(pair: tuple[Any, Any], instead: tuple[Any, Any]) -> tuple[Any, Any]:
    """The pair, with the entry of `instead` in the place of each None."""
    height, width = (new if size is None else size for size, new in zip(pair, instead, strict=True))
    return height, width


def _each(change: Callable[[Any], Any], a: Any) -> dict[str, Any]:
    """`kernel_size`, `stride` and `padding` of a pool2d call, each of them changed."""
    sizes = {"kernel_size": a.kernel_size, "stride": a.stride, "padding": a.padding}
    return {name: change(size) for name, size in sizes.items() if size is not None}


def _larger(shape: Shape, extra: Size) -> Shape:
    """The shape of maps that have `extra` more rows and columns."""
    rows, columns = _pair(extra)
    return (*shape[:2], shape[2] + rows, shape[3] + columns)


def _strides(a: Any) -> tuple[int, int]:
    """Where `stride` is None the windows stand side by side."""
    return _pair(a.kernel_size if a.stride is None else a.stride)


def _never_dropping2d(a: Any) -> Shape:
    """The shape of the output if a last window counts wherever it starts."""
    rows, columns = _strides(a)
    extra = (a.ceil_mode * (rows - 1), a.ceil_mode * (columns - 1))
    return _pool2d(a, input_shape=_larger(a.input_shape, extra), ceil_mode=False)


def _ceiling(a: Any) -> SimpleNamespace:
    """The same arguments, but always with `ceil_mode=True`."""
    return SimpleNamespace(**{**vars(a), "ceil_mode": True})


def _windows_over_the_end(a: Any) -> list[float]:
    """The largest value of each window, if a window may start at any of the values."""
    nothing = [-inf for _ in range(a.kernel_size - 1)]
    return max_pool1d([*a.values, *nothing], a.kernel_size, a.stride)


def _draw_ceil(random: Random) -> Case:
    """Windows far apart, so that the last one often starts outside."""
    kernel_size = random.randint(1, 4)
    return case(
        random.randint(12, 60),
        kernel_size,
        stride=kernel_size + random.randint(0, 5),
        padding=random.randint(0, kernel_size // 2),
        ceil_mode=True,
    )


def _draw_image(random: Random) -> Shape:
    """A batch of maps, larger than any drawn window, with four different sizes."""
    return (*random.sample(range(2, 9), k=2), *random.sample(range(16, 40), k=2))


def _draw_rectangle(random: Random, ceil_mode: bool) -> Case:
    return case(
        _draw_image(random),
        tuple(random.sample(range(2, 6), k=2)),
        stride=tuple(random.sample(range(1, 8), k=2)),
        padding=random.choice((0, 1, (0, 1), (1, 0))),
        ceil_mode=ceil_mode,
    )


def _draw_values(random: Random) -> list[float]:
    """Different numbers, some of them negative, some of them with a fraction."""
    values = random.sample(range(-60, 30), k=random.randint(8, 14))
    return [value + random.choice((0, 0.5)) for value in values]


LENGTH = Function(
    pool_output_length,
    parts=(
        Part("windows side by side", 1,
            (case(4, 2), case(7, 2), case(10, 3), case(11, 4, stride=None)),
            lambda random: case(random.randint(10, 200), random.randint(2, 9))),
        Part("stride and padding", 1,
            (case(5, 3, 1), case(6, 3, stride=2), case(7, 3, 2, 1), case(10, 4, padding=2),
             case(9, 4, stride=3, padding=2)),
            lambda random: case(
                random.randint(20, 200),
                random.randint(4, 9),
                stride=random.randint(1, 3),
                padding=random.randint(0, 2),
            )),
        Part("dilation", 1,
            (case(7, 2, 1, dilation=2), case(9, 2, dilation=3),
             case(12, 3, stride=2, padding=1, dilation=4)),
            lambda random: case(
                random.randint(40, 200),
                random.randint(2, 7),
                stride=random.randint(1, 4),
                padding=random.randint(0, 1),
                dilation=random.randint(2, 5),
            )),
        Part("ceil_mode", 2,
            (case(7, 2, ceil_mode=True), case(6, 2, ceil_mode=True),
             case(8, 1, 4, ceil_mode=True), case(5, 2, 3, 1, ceil_mode=True),
             case(5, 4, 3, 2, ceil_mode=True), case(5, 4, stride=8, padding=2, ceil_mode=True),
             case(14, 3, stride=4, padding=1, dilation=2, ceil_mode=True),
             case(9, 2, ceil_mode=False)),
            _draw_ceil),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: _pool(a, stride=a.stride or 1),
            "Without a `stride` your windows move one place at a time, as in a convolution. A "
            "pooling layer has another default: read it in the docs of `nn.MaxPool1d`."),
        Mistake("stride ignored", lambda a: _pool(a, stride=None),
            "When `stride` is given, the windows move by it.",
            praise="Right where the windows stand side by side."),
        Mistake("stride 1, ceil_mode ignored",
            lambda a: _pool(a, stride=a.stride or 1, ceil_mode=False),
            "Without a `stride` your windows move one place at a time, as in a convolution; "
            "pooling has another default. And your answer does not depend on `ceil_mode`."),
        Mistake("length and kernel only", lambda a: pool_output_length(a.length, a.kernel_size),
            "You use neither `stride` nor `padding`, `dilation` and `ceil_mode`: start with "
            "`stride`.",
            praise="Right for windows side by side."),
        Mistake("kernel and stride only",
            lambda a: pool_output_length(a.length, a.kernel_size, a.stride),
            "You use neither `padding` nor `dilation` and `ceil_mode`: start with `padding`.",
            praise="Right for `stride`."),
        Mistake("dilation, ceil_mode ignored", lambda a: _pool(a, dilation=1, ceil_mode=False),
            "You use neither `dilation` nor `ceil_mode`: start with the gaps that a dilated "
            "window has.",
            praise="Right for stride and padding."),
        Mistake("kernel ignored",
            lambda a: _pool(a, kernel_size=a.stride or a.kernel_size, padding=0, dilation=1),
            "You divided the length by the stride. The kernel matters too: its last window must "
            "still fit."),
        Mistake("padding on one side", lambda a: _pool(a, length=a.length + a.padding, padding=0),
            "You added the padding once. PyTorch pads both ends."),
        Mistake("padding ignored", lambda a: _pool(a, padding=0),
            "`padding` makes the input longer at both ends.",
            praise="Right without padding."),
        Mistake("dilation ignored", lambda a: _pool(a, dilation=1),
            "A dilated window has gaps, so it covers more of the input.",
            praise="Right for `dilation=1`."),
        Mistake("dilated kernel too wide",
            lambda a: _pool(
                a,
                kernel_size=a.dilation * a.kernel_size,
                stride=a.stride or a.kernel_size,
                dilation=1,
            ),
            "You made the window `dilation` times as wide. There are gaps between its places "
            "only, none after the last: draw a window with `kernel_size=3, dilation=2`."),
        Mistake("first window not counted", lambda a: _pool(a) - 1,
            "You are one short, each time. You counted the steps of the window; it also stands "
            "somewhere before its first step."),
        Mistake("window one place short", lambda a: _pool(a, length=a.length + 1),
            "You count a window that sticks out of the input by one place. Test the formula with "
            "a window as long as the input: it fits once."),
        Mistake("ceil_mode ignored", lambda a: _pool(a, ceil_mode=False),
            "With `ceil_mode=True` a last window may stick out on the right.",
            praise="Right for `ceil_mode=False`."),
        Mistake("always rounded up", lambda a: _never_dropping(_ceiling(a)),
            "You round up. PyTorch drops a last window that does not fit, unless `ceil_mode` is "
            "True."),
        Mistake("always one more window", lambda a: _pool(a, ceil_mode=False) + a.ceil_mode,
            "With `ceil_mode=True` you always add a window. There is one more only when something "
            "of the input is left over."),
        Mistake("last window never dropped", lambda a: _never_dropping(a),
            "You round up, which is right for most inputs. But PyTorch drops the last window if "
            "it would start beyond the input, in the padding on the right."),
        Mistake("window inside the padding", lambda a: _dropping_from(a, a.length + 2 * a.padding),
            "You drop the last window only if it starts after the padding on the right. A window "
            "that starts inside that padding sees no input: PyTorch drops it too."),
        Mistake("window just after the input",
            lambda a: _dropping_from(a, a.length + a.padding + 1),
            "Nearly right: you keep a last window that starts just after the end of the input. "
            "Not one place of the input is in it. Compare `>` with `>=`."),
        Mistake("left padding forgotten", lambda a: _dropping_from(a, a.length),
            "Nearly right: you drop too many last windows. The starts are counted from the first "
            "place of the padding on the left, so where does the input end?"),
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
            lambda random: case(_draw_image(random), random.randint(2, 7))),
        Part("stride and padding", 1,
            (case((2, 3, 5, 7), 3, 1), case((2, 3, 7, 10), 3, 2, 1),
             case((4, 5, 8, 13), 4, stride=3, padding=2)),
            lambda random: case(
                _draw_image(random),
                random.randint(2, 7),
                stride=random.randint(1, 4),
                padding=random.randint(0, 1),
            )),
        Part("rectangular windows", 1,
            (case((2, 3, 8, 9), (2, 3)), case((3, 2, 9, 14), 3, stride=(1, 2)),
             case((2, 5, 10, 8), (2, 4), 2, (0, 1)),
             case((2, 3, 12, 17), (4, 5), stride=(3, 2), padding=(1, 2))),
            lambda random: _draw_rectangle(random, ceil_mode=False)),
        Part("ceil_mode", 2,
            (case((1, 2, 5, 7), 2, ceil_mode=True), case((2, 3, 6, 9), 2, ceil_mode=True),
             case((2, 3, 8, 11), 3, stride=2, ceil_mode=True),
             case((2, 3, 6, 9), 1, 4, ceil_mode=True),
             case((3, 2, 5, 10), (2, 3), (3, 4), 1, True)),
            lambda random: _draw_rectangle(random, ceil_mode=True)),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: _pool2d(a, stride=a.stride or 1),
            "Without a `stride` your windows move one pixel at a time, as in a convolution. In "
            "pooling they stand side by side."),
        Mistake("stride ignored", lambda a: _pool2d(a, stride=None),
            "When `stride` is given, the windows move by it.",
            praise="Right where the windows stand side by side."),
        Mistake("stride 1, ceil_mode ignored",
            lambda a: _pool2d(a, stride=a.stride or 1, ceil_mode=False),
            "Without a `stride` your windows move one pixel at a time, as in a convolution; "
            "pooling has another default. And your answer does not depend on `ceil_mode`."),
        Mistake("shape and kernel only",
            lambda a: pool2d_output_shape(a.input_shape, a.kernel_size),
            "You use neither `stride` nor `padding` and `ceil_mode`: start with `stride`.",
            praise="Right for windows side by side."),
        Mistake("kernel and stride only",
            lambda a: pool2d_output_shape(a.input_shape, a.kernel_size, a.stride),
            "You use neither `padding` nor `ceil_mode`: start with `padding`.",
            praise="Right for `stride`."),
        Mistake("kernel ignored", lambda a: _pool2d(a, kernel_size=_strides(a), padding=0),
            "You divided height and width by the stride. The kernel matters too: the last window "
            "must still fit."),
        Mistake("padding on one side",
            lambda a: _pool2d(a, input_shape=_larger(a.input_shape, a.padding), padding=0),
            "You added the padding once. PyTorch pads top and bottom, left and right."),
        Mistake("padding ignored", lambda a: _pool2d(a, padding=0),
            "`padding` makes the maps larger on all four sides.",
            praise="Right without padding."),
        Mistake("pairs turned round",
            lambda a: _pool2d(a, **_each(lambda size: _pair(size)[::-1], a)),
            "You took the pairs for `(width, height)`. PyTorch's order is height, then width."),
        Mistake("first entry for both",
            lambda a: _pool2d(a, **_each(lambda size: _pair(size)[0], a)),
            "A pair has one entry for the height and one for the width.",
            praise="Right for ints."),
        Mistake("height only", lambda a: (*_pool2d(a)[:3], a.input_shape[3]),
            "You changed the height only. The windows move across the width as well."),
        Mistake("height for both sides", lambda a: (*_pool2d(a)[:3], _pool2d(a)[2]),
            "You took the maps for squares. The width has to be followed on its own."),
        Mistake("batch left out", lambda a: _pool2d(a)[1:],
            "You returned the shape for one image. The batch is still there, in front."),
        Mistake("height and width only", lambda a: _pool2d(a)[2:],
            "You returned height and width. Batch and channels stay as they are, in front."),
        Mistake("channels last", lambda a: (_pool2d(a)[0], *_pool2d(a)[2:], _pool2d(a)[1]),
            "Right numbers, but you put the channels last, as Keras does. PyTorch's order is `(N, "
            "C, H, W)`."),
        Mistake("width before height", lambda a: (*_pool2d(a)[:2], *_pool2d(a)[:1:-1]),
            "Right numbers, but you put the width before the height."),
        Mistake("first window not counted", lambda a: _larger(_pool2d(a), -1),
            "Height and width are one short, each time. You counted the steps of the window; it "
            "also stands somewhere before its first step."),
        Mistake("window one pixel short",
            lambda a: _pool2d(a, input_shape=_larger(a.input_shape, 1)),
            "You count windows that stick out of the map by one pixel. Test the formula with a "
            "window as large as the map: it fits once."),
        Mistake("ceil_mode ignored", lambda a: _pool2d(a, ceil_mode=False),
            "With `ceil_mode=True` a last window may stick out.",
            praise="Right for `ceil_mode=False`."),
        Mistake("always rounded up", lambda a: _never_dropping2d(_ceiling(a)),
            "You round up. PyTorch drops a last window that does not fit, unless `ceil_mode` is "
            "True."),
        Mistake("last window never dropped", lambda a: _never_dropping2d(a),
            "You round up, which is right for most inputs. But PyTorch drops a last window that "
            "would start beyond the map, in the padding on the right or at the bottom."),
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
            lambda random: case(_draw_image(random), random.randint(1, 50))),
        Part("a pair", 1,
            (case((2, 3, 8, 12), (5, 7)), case((2, 3, 4, 6), output_size=(1, 9))),
            lambda random: case(_draw_image(random), tuple(random.sample(range(1, 50), k=2)))),
        Part("None", 1,
            (case((2, 3, 8, 12), (None, 7)), case((2, 3, 12, 8), (5, None)),
             case((3, 4, 6, 10), (None, None))),
            lambda random: case(
                _draw_image(random),
                random.choice(((None, random.randint(1, 15)), (random.randint(1, 15), None))),
            )),
    ),
    mistakes=(
        Mistake("output size as a window",
            lambda a: (
                *a.input_shape[:2],
                *(
                    side // (size or 1)
                    for side, size in zip(a.input_shape[2:], _pair(a.output_size), strict=True)
                ),
            ),
            "You took `output_size` for the size of the windows. In adaptive pooling you say how "
            "large the output is, and PyTorch chooses the windows."),
        Mistake("one size for the height only",
            lambda a: adaptive_pool2d_output_shape(
                a.input_shape,
                a.output_size if isinstance(a.output_size, tuple) else (a.output_size, None),
            ),
            "You used the int for the height only. An int stands for both, height and width."),
        Mistake("pair turned round",
            lambda a: adaptive_pool2d_output_shape(a.input_shape, _pair(a.output_size)[::-1]),
            "You took the pair for `(width, height)`. PyTorch's order is height, then width."),
        Mistake("first entry for both",
            lambda a: adaptive_pool2d_output_shape(a.input_shape, _pair(_pair(a.output_size)[0])),
            "You used the first entry of the pair for height and width. Each has its own entry."),
        Mistake("never larger than the input",
            lambda a: tuple(
                min(sizes)
                for sizes in zip(
                    a.input_shape,
                    adaptive_pool2d_output_shape(a.input_shape, a.output_size),
                    strict=True,
                )
            ),
            "You don't let the output grow. PyTorch does: where `output_size` is larger than the "
            "input, the windows overlap and values repeat."),
        Mistake("None as one",
            lambda a: adaptive_pool2d_output_shape(
                a.input_shape, _without_none(_pair(a.output_size), (1, 1))
            ),
            "You made a size of 1 of None. None means that this side is left alone."),
        Mistake("None as the other entry",
            lambda a: adaptive_pool2d_output_shape(
                a.input_shape, _without_none(_pair(a.output_size), _pair(a.output_size)[::-1])
            ),
            "You replaced None by the other entry of the pair. None means that this side keeps "
            "the size of the input."),
        Mistake("None takes the other side",
            lambda a: (
                *a.input_shape[:2],
                *adaptive_pool2d_output_shape(
                    (*a.input_shape[:2], *a.input_shape[:1:-1]), a.output_size
                )[2:],
            ),
            "You kept the wrong side of the input for None. The first entry of the pair is about "
            "the height, the second about the width."),
        Mistake("None counted from the front",
            lambda a: (
                *a.input_shape[:2],
                *adaptive_pool2d_output_shape((1, 1, *a.input_shape[:2]), a.output_size)[2:],
            ),
            "For None you took the batch or the channels. Height and width are the last two "
            "entries of `input_shape`."),
        Mistake("batch left out",
            lambda a: adaptive_pool2d_output_shape(a.input_shape, a.output_size)[1:],
            "You returned the shape for one image. The batch is still there, in front."),
        Mistake("height and width only",
            lambda a: adaptive_pool2d_output_shape(a.input_shape, a.output_size)[2:],
            "You returned height and width. Batch and channels stay as they are, in front."),
        Mistake("channels last",
            lambda a: (
                a.input_shape[0],
                *adaptive_pool2d_output_shape(a.input_shape, a.output_size)[2:],
                a.input_shape[1],
            ),
            "Right numbers, but you put the channels last, as Keras does. PyTorch's order is `(N, "
            "C, H, W)`."),
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
            (case([1, 3, 4, 2], 2), case([5, 1, 4, 2, 7, 3], 3), case([-3, -1, -6, -2, 0, 4], 2)),
            lambda random: case([*_draw_values(random)[:8]], random.choice((2, 4)))),
        Part("stride", 1,
            (case([1, 3, 4, 2], 2, 1), case([5, 1, 4, 2, 7, 3, 6], 3, stride=2),
             case([6, 2, 9, 1, 5, 8, 4, 7], kernel_size=2, stride=3)),
            lambda random: case(
                _draw_values(random), random.randint(2, 4), stride=random.randint(1, 5)
            )),
        Part("a rest that fills no window", 1,
            (case([1, 3, 4, 2, 9], 2), case([2.5, -1, 0.5, 3, 1, 8, 7.5], 3),
             case([4, 1, 5, 3, 2, 9], 3, stride=2),
             case([-4, -1, -5, -3, -8, -9, -2, -7], 2, stride=5)),
            lambda random: case([*_draw_values(random)[:8]], random.choice((3, 5)))),
    ),
    mistakes=(
        Mistake("stride 1 by default", lambda a: max_pool1d(a.values, a.kernel_size, a.stride or 1),
            "Without a `stride` your windows overlap: they move one place at a time. In pooling "
            "they stand side by side."),
        Mistake("stride ignored", lambda a: max_pool1d(a.values, a.kernel_size),
            "When `stride` is given, the windows move by it.",
            praise="Right where the windows stand side by side."),
        Mistake("last window incomplete",
            lambda a: _as_list(
                nn.functional.max_pool1d(
                    _as_signal(a.values), a.kernel_size, a.stride, ceil_mode=True
                )
            ),
            "A window that is not full is dropped.",
            praise="Right at first, but you add a window for what is left at the end, as "
                   "`ceil_mode=True` does."),
        Mistake("windows over the end", lambda a: _windows_over_the_end(a),
            "Your last windows reach beyond the end of `values`. A Python slice stops there "
            "without a word; pooling uses full windows only."),
        Mistake("as many windows as strides",
            lambda a: _windows_over_the_end(a)[: len(a.values) // (a.stride or a.kernel_size)],
            "You divided the length by the stride to count the windows. The kernel matters too: "
            "the last window must still be full."),
        Mistake("last full window missing",
            lambda a: (
                max_pool1d(a.values[:-1], a.kernel_size, a.stride)
                if len(a.values) > a.kernel_size
                else []
            ),
            "You stop too early: a window that ends with the very last value is full. The end of "
            "a `range` does not belong to it."),
        Mistake("window one too long",
            lambda a: max_pool1d([*a.values, -inf], a.kernel_size + 1, a.stride or a.kernel_size),
            "Your windows hold one value too many. A slice `values[i:j]` holds `j - i` values."),
        Mistake("window one too short",
            lambda a: max_pool1d(a.values[:-1], a.kernel_size - 1, a.stride or a.kernel_size),
            "Your windows miss their last value. A slice `values[i:j]` does not hold `values[j]`."),
        Mistake("average",
            lambda a: _as_list(
                nn.functional.avg_pool1d(_as_signal(a.values), a.kernel_size, a.stride)
            ),
            "You took the average of each window. Max pooling keeps the largest value."),
        Mistake("minimum",
            lambda a: [
                -value for value in max_pool1d([-v for v in a.values], a.kernel_size, a.stride)
            ],
            "You took the smallest value of each window. Max pooling keeps the largest."),
        Mistake("maximum starts at 0",
            lambda a: [max(0.0, value) for value in max_pool1d(a.values, a.kernel_size, a.stride)],
            "In a window of negative numbers you answer 0, which is not in the window: where does "
            "your search start?",
            praise="Right for windows with a positive value."),
        Mistake("maximum never reset",
            lambda a: list(accumulate(max_pool1d(a.values, a.kernel_size, a.stride), max)),
            "Your maximum remembers the windows before. Each window starts its search anew: where "
            "does your loop set the variable?"),
        Mistake("first window only", lambda a: max_pool1d(a.values, a.kernel_size, a.stride)[:1],
            "You stopped after the first window: does your `return` stand inside the loop?"),
        Mistake("largest without its sign",
            lambda a: max_pool1d([abs(v) for v in a.values], a.kernel_size, a.stride),
            "You compare without the sign. Of -3 and 1 the larger one is 1."),
        Mistake("first value of each window",
            lambda a: _as_list(
                nn.functional.max_pool1d(_as_signal(a.values), 1, a.stride or a.kernel_size)[
                    :, : len(max_pool1d(a.values, a.kernel_size, a.stride))
                ]
            ),
            "You kept the first value of each window. Compare all the values in it."),
        Mistake("places, not values",
            lambda a: _as_list(
                nn.functional.max_pool1d(
                    _as_signal(a.values), a.kernel_size, a.stride, return_indices=True
                )[1]
            ),
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
