"""An exercise that the course does not have yet: the mult-adds of `torch.nn.ConvTranspose1d`."""
# fmt: off

from __future__ import annotations

from random import Random

from torch import nn

from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds
from grader.judge.exercise import Case, Function, Mistake, Part, as_if, case


def conv_transpose1d_mult_adds(input_shape: Shape, out_channels: int, kernel_size: int,
        groups: int = 1) -> int:
    """The multiply-accumulates of `nn.ConvTranspose1d` for the whole batch, bias not counted."""
    layer = nn.ConvTranspose1d(input_shape[1], out_channels, kernel_size, groups=groups)
    return mult_adds(layer, input_shape)


def draw(random: Random, batch: int = 1, groups: int = 1) -> Case:
    """Sequences and a layer whose channels are divided among so many groups."""
    shape = batch, groups * random.randint(1, 4), random.randint(2, 8)
    return case(shape, groups * random.randint(2, 4), random.randint(2, 5), groups)


TRANSPOSED = Function(
    conv_transpose1d_mult_adds,
    parts=(
        Part("one sequence", 1, (case((1, 1, 3), 1, 2), case((1, 3, 5), 2, 3)), draw),
        Part("a batch", 1, (case((2, 1, 4), 2, 2), case((2, 3, 6), 8, 3)),
            lambda random: draw(random, random.randint(2, 9))),
        Part("groups", 2, (case((1, 2, 4), 4, 3, groups=2), case((2, 6, 5), 9, 4, 3)),
            lambda random: draw(random, random.randint(1, 4), random.randint(2, 4))),
    ),
    mistakes=(
        Mistake("output positions",
            lambda a: a(input_shape=(*a.input_shape[:2], a.input_shape[2] + a.kernel_size - 1)),
            "You let the kernel stop at every step of the output, as in a Conv1d. Here every "
            "step of the input is multiplied with the kernel and spread over the output."),
        known.one_of_the_batch(known.SEQUENCE),
        known.bias_counted(known.outputs),  # once for each place of the input, as one loops over it
        known.FLOPS,
        *known.weights_once(known.SEQUENCE, lambda a: a(input_shape=(1, a.input_shape[1], 1)),
            side="input"),
        Mistake("kernel ignored", as_if(kernel_size=1),
            "You counted one mult-add for each pair of channels, as in a Linear. "
            "A step of the input meets every cell of the kernel."),
        known.flat_filters("flat filters"),
        *known.WORK_OF_FILTERS,
    ),
    hints=(
        "Start with one step of the input. By how many weights is each of its numbers multiplied?",
        "Does the stride change how many steps the input has? It only moves what they spread.",
        "With groups a channel of the input is spread over the channels of its own group only.",
    ),
)
