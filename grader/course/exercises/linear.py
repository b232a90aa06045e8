"""Lesson 01: the fully connected layer, `torch.nn.Linear`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import nn

from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import Asked, Function, Lesson, Mistake, Part, as_if, case


def linear_params(in_features: int, out_features: int, bias: bool = True) -> int:
    """The number of parameters of `nn.Linear(in_features, out_features, bias=bias)`."""
    return parameters(nn.Linear(in_features, out_features, bias=bias))


def linear_output_shape(input_shape: Shape, out_features: int) -> Shape:
    """The shape of the output of `nn.Linear(..., out_features)`, any leading dimensions."""
    return output_shape(nn.Linear(input_shape[-1], out_features), input_shape)


def linear_mult_adds(input_shape: Shape, out_features: int) -> int:
    """The multiply-accumulates of a Linear for the whole input, bias not counted."""
    return mult_adds(nn.Linear(input_shape[-1], out_features), input_shape)


def mlp_params(sizes: Sequence[int], bias: bool = True) -> int:
    """The number of parameters of a chain of Linear layers: `(784, 256, 10)` is two of them."""
    layers = [nn.Linear(before, after, bias=bias) for before, after in pairwise(sizes)]
    return parameters(nn.Sequential(*layers))


PARAMS = Function(
    linear_params,
    parts=(
        Part("weights and bias", 2, (case(1, 2), case(10, 5), case(3, 7), case(784, 256)),
            lambda random: case(random.randint(2, 400), random.randint(2, 400))),
        Part("without a bias", 1,
            (case(1, 2, bias=False), case(10, 5, bias=False), case(7, 3, bias=True)),
            lambda random: case(random.randint(2, 400), random.randint(2, 400), bias=False)),
    ),
    mistakes=(
        known.no_bias("output"),
        known.BIAS_ALWAYS,
        Mistake("bias per input", lambda a: a(bias=False) + a.bias * a.in_features,
            "Your bias has one number for each input. It is added to the output, so ask: how many "
            "outputs are there?"),
        known.one_bias("output"),
        Mistake("features added", lambda a: a.in_features + a.out_features,
            "You added `in_features` and `out_features`. Every output is connected to every "
            "input, and each connection has its own weight: draw the lines and count them."),
        Mistake("bias per connection", lambda a: a(bias=False) * (1 + a.bias),
            "You counted a bias for each connection. The weights belong to connections, the bias "
            "belongs to the outputs."),
    ),
    hints=(
        "Two tensors hold the parameters: look at the shapes of `layer.weight` and `layer.bias` "
        "in the picture above.",
        "How many cells has the weight's grid? How many cells has the bias strip?",
        "`bias` is True or False. An `if` can decide whether the strip counts.",
    ),
)

OUTPUT_SHAPE = Function(
    linear_output_shape,
    parts=(
        Part("a batch of vectors", 1, (case((1, 3), 2), case((4, 10), 5)),
            lambda random: case((random.randint(2, 64), random.randint(2, 64)),
                random.randint(2, 64))),
        Part("any leading dimensions", 2,
            (case((10,), 5), case((2, 7, 10), 5), case((2, 3, 4, 6), 8)),
            lambda random: case(tuple(random.choices(range(2, 9), k=random.randint(3, 5))),
                random.randint(2, 64))),
    ),
    mistakes=(
        Mistake("flattened", lambda a: (a.input_shape[0], a.out_features),
            "You flattened the input to `(batch, out_features)`. A Linear never flattens: it "
            "works on the last dimension and leaves all others alone."),
        Mistake("out_features only", known.entries(-1),
            "You returned the shape for one vector. The dimensions in front of the last one are "
            "still there in the output."),
        Mistake("out_features appended", lambda a: (*a.input_shape, a.out_features),
            "You kept the input's last dimension and put `out_features` after it. The layer "
            "replaces the last dimension."),
        Mistake("first dimension replaced", lambda a: (a.out_features, *a.input_shape[1:]),
            "You replaced the first dimension. PyTorch's features stand last; the first dimension "
            "is usually the batch."),
        Mistake("input shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. The layer turns `in_features` numbers into "
            "`out_features` numbers."),
    ),
    hints=(
        "Run the layer on a tensor of shape `(2, 7, 10)` and compare the two shapes.",
        "Only one entry of the shape changes. `input_shape[:-1]` is everything before it.",
    ),
)

def outputs(a: Asked) -> Any:
    """How many numbers come out: each costs one mult-add where there is one feature to read."""
    return a(input_shape=(*a.input_shape[:-1], 1))


MULT_ADDS = Function(
    linear_mult_adds,
    parts=(
        Part("one vector", 1, (case((3,), 2), case((1, 10), 5)),
            lambda random: case((random.randint(2, 200),), random.randint(2, 200))),
        Part("a batch, and more leading dimensions", 2,
            (case((4, 3), 2), case((2, 7, 10), 5), case((2, 3, 4, 6), 8)),
            lambda random: case(tuple(random.choices(range(2, 9), k=random.randint(2, 4))),
                random.randint(2, 64))),
    ),
    mistakes=(
        Mistake("one vector only", lambda a: a(input_shape=a.input_shape[-1:]),
            "That is the work for one vector. The layer does it again for every vector in the "
            "input: all the leading dimensions count."),
        Mistake("first dimension only",
            lambda a: a(input_shape=(*a.input_shape[:-1][:1], a.input_shape[-1])),
            "You counted the first dimension and the last. The dimensions between them hold "
            "vectors too. (torchinfo 1.8.0 makes this very mistake.)"),
        known.bias_counted(outputs),
        known.FLOPS,
        Mistake("parameters, not mult-adds",
            lambda a: linear_params(a.input_shape[-1], a.out_features),
            "You returned the number of parameters. Mult-adds grow with the batch, parameters "
            "don't."),
        Mistake("output elements", outputs,
            "You counted the numbers in the output. Each of them costs several mult-adds: one for "
            "every input feature."),
    ),
    hints=(
        "Start with one number of the output. How many products are summed to make it?",
        "How many numbers has the whole output? Each of them costs the same.",
    ),
)

MLP = Function(
    mlp_params,
    parts=(
        Part("one layer", 1, (case([3, 2]), case([10, 5])),
            lambda random: case(random.choices(range(2, 300), k=2))),
        Part("a chain of layers", 2,
            (case([3, 4, 2]), case([784, 256, 10]), case([784, 256, 64, 10])),
            lambda random: case(random.choices(range(2, 300), k=random.randint(3, 6)))),
        Part("without a bias", 1,
            (case([3, 4, 2], bias=False), case([784, 256, 64, 10], bias=False)),
            lambda random: case(random.choices(range(2, 300), k=random.randint(3, 6)), bias=False)),
    ),
    mistakes=(
        Mistake("no bias", as_if(bias=False),
            "You counted the weights only. Every layer also has one bias for each of its outputs."),
        Mistake("bias always counted", as_if(bias=True),
            "With `bias=False` no layer has a bias.",
            praise="Right with a bias."),
        Mistake("biases for the input", lambda a: a() + a.bias * a.sizes[0],
            "You gave the input sizes a bias too. `sizes` has one entry more than there are "
            "layers: the first entry is data, not a layer."),
        Mistake("first and last size only", lambda a: a(sizes=(a.sizes[0], a.sizes[-1])),
            "You counted one layer from the first size to the last. Each neighbouring pair of "
            "sizes is a layer of its own."),
        Mistake("last layer only", lambda a: a(sizes=a.sizes[-2:]),
            "You counted the last layer only: does your `return` stand inside the loop's last "
            "turn, or does each turn overwrite the sum?"),
        Mistake("first layer only", lambda a: a(sizes=a.sizes[:2]),
            "You counted the first layer only: does your `return` stand inside the loop?"),
        Mistake("last layer's bias missing", lambda a: a() - a.bias * a.sizes[-1],
            "You left out the bias of the last layer. It has one like all the others."),
    ),
    hints=(
        "How many layers are there in `(784, 256, 10)`? Write down the two sizes of each.",
        "`zip(sizes, sizes[1:])` gives the neighbouring pairs; `itertools.pairwise` does too.",
        "You have `linear_params` already: add up its answers over the pairs.",
    ),
)

LESSON = Lesson("01-linear", (PARAMS, OUTPUT_SHAPE, MULT_ADDS, MLP))
