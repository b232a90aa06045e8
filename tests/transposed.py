"""An exercise that the course does not have yet: the mult-adds of `torch.nn.ConvTranspose2d`."""
# fmt: off

from __future__ import annotations

from random import Random

from torch import nn

from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds
from grader.judge.exercise import Case, Function, Mistake, Part, as_if, case


def conv_transpose2d_mult_adds(input_shape: Shape, out_channels: int, kernel_size: int,
        groups: int = 1) -> int:
    """The multiply-accumulates of `nn.ConvTranspose2d` for the whole batch, bias not counted."""
    layer = nn.ConvTranspose2d(input_shape[1], out_channels, kernel_size, groups=groups)
    return mult_adds(layer, input_shape)


def draw(random: Random, batch: int = 1, groups: int = 1) -> Case:
    """Images and a layer whose channels are divided among so many groups."""
    shape = batch, groups * random.randint(1, 4), random.randint(2, 8), random.randint(2, 8)
    return case(shape, groups * random.randint(2, 4), random.randint(2, 5), groups)


TRANSPOSED = Function(
    conv_transpose2d_mult_adds,
    parts=(
        Part("one image", 1, (case((1, 1, 2, 3), 1, 2), case((1, 3, 4, 5), 2, 3)), draw),
        Part("a batch", 1, (case((2, 1, 3, 4), 2, 2), case((2, 3, 5, 6), 8, 3)),
            lambda random: draw(random, random.randint(2, 9))),
        Part("groups", 2, (case((1, 2, 3, 4), 4, 3, groups=2), case((2, 6, 5, 3), 9, 4, 3)),
            lambda random: draw(random, random.randint(1, 4), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("output positions",
            lambda a: a(input_shape=known.larger(a.input_shape, a.kernel_size - 1)),
            "You let the kernel stop at every pixel of the output, as in a Conv2d. Here every "
            "pixel of the input is multiplied with the kernel and spread over the output."),
        known.one_of_the_batch(known.IMAGE),
        known.bias_counted(known.outputs),  # once for each place of the input, as one loops over it
        known.FLOPS,
        *known.weights_once(known.IMAGE, lambda a: a(input_shape=(1, a.input_shape[1], 1, 1)),
            side="input"),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one mult-add for each pair of channels, as in a Linear. "
            "A pixel of the input meets every cell of the kernel."),
        Mistake("kernel not squared", lambda a: a(kernel_size=(a.kernel_size, 1)),
            "You counted a kernel of 3 as 3 weights. It is a square of 3 by 3."),
        known.flat_filters("flat filters"),
        *known.WORK_OF_FILTERS,
    ),
    hints=(
        "Start with one pixel of the input. By how many weights is each of its numbers multiplied?",
        "Does the stride change how many pixels the input has? It only moves what they spread.",
        "With groups a channel of the input is spread over the channels of its own group only.",
    ),
)
