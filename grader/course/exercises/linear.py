"""Lesson 01: the fully connected layer, `torch.nn.Linear`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, pairwise
from math import prod
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import Shape, mult_adds, output_shape, parameters
from grader.judge.exercise import (
    Asked,
    Case,
    Function,
    Lesson,
    Mistake,
    Part,
    as_if,
    case,
    ignoring,
)

Rows = Sequence[Sequence[float]]


def linear(
    x: Sequence[float], weight: Rows, bias: Sequence[float] | None = None
) -> list[float]:
    """What a Linear with this `weight` and `bias` makes of one vector: a list of numbers.

    `weight` is a list of rows, one for each output; `bias` is a list or None.
    """
    added = None if bias is None else exact(bias)
    outputs: list[float] = nn.functional.linear(exact(x), exact(weight), added).tolist()
    return outputs


def exact(numbers: Any) -> Tensor:
    """The numbers in double precision, on the CPU: they matter, not only their count."""
    return torch.tensor(numbers, dtype=torch.float64, device="cpu")


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


def products(a: Asked) -> list[list[float]]:
    """What meets in each row, multiplied and not yet added up."""
    return [[w * v for w, v in zip(row, a.x, strict=True)] for row in a.weight]


def biases(a: Asked) -> list[float]:
    """A number for each output, 0 where there is no bias."""
    return [0.0] * len(a.weight) if a.bias is None else list(a.bias)


def plus_bias(sums: Sequence[float], a: Asked) -> list[float]:
    """Each output's sum and its bias."""
    return [one + b for one, b in zip(sums, biases(a), strict=True)]


def only(a: Asked, *places: int) -> Any:
    """The answer with all inputs but those at these places left out."""
    kept = {place % len(a.x) for place in places}
    return a(x=[value if place in kept else 0.0 for place, value in enumerate(a.x)])


def columns(a: Asked) -> list[float]:
    """x over the columns of the weight, as far as both go."""
    short = min(len(a.x), len(a.weight))
    turned = list(zip(*a.weight[:short], strict=True))
    sums: list[float] = a(x=a.x[:short], weight=turned, bias=None)
    return [one + b for one, b in zip(sums, biases(a), strict=False)] if a.bias else sums


def draw_numbers(random: Random, count: int) -> list[float]:
    """Numbers with four decimals, none of them 0."""
    return [random.choice((-1, 1)) * round(random.uniform(0.1, 9), 4) for _ in range(count)]


def draw_linear(random: Random, outputs: int, bias: bool = False) -> Case:
    """A layer with so many outputs, and an input for it."""
    inputs = random.randint(2, 5)
    weight = [draw_numbers(random, inputs) for _ in range(outputs)]
    vector = draw_numbers(random, inputs)
    return case(vector, weight, draw_numbers(random, outputs)) if bias else case(vector, weight)


FIRST_PRODUCTS = (
    Mistake("columns for rows", columns,
        "You laid `x` over the columns of `weight`. Each output has a row: lay `x` over that."),
    Mistake("sum kept at each step",
        lambda a: list(chain(*(
            accumulate([first + b, *rest])
            for (first, *rest), b in zip(products(a), biases(a), strict=True)))),
        "You put a number into your list for each product. One for each row is asked: the "
        "`append` belongs behind the inner loop, not inside."),
    Mistake("last product only", lambda a: only(a, -1),
        "Of each row only the last product is left: every turn of your loop overwrites the "
        "one before. Add to the sum with `+=`."),
    Mistake("last product missing", lambda a: only(a, *range(len(a.x) - 1)),
        "The last product of each row is missing. The end of a `range` or of a slice does not "
        "belong to it."),
    Mistake("first output only", lambda a: a()[:1],
        "You stopped after the first output: does your `return` stand inside the loop?"),
    Mistake("first output as a number", lambda a: a()[0],
        "You returned the first output alone, as a number. Asked is a list with a number for "
        "each row, also where there is one row: collect them, and return after the loop."),
    Mistake("last output missing", lambda a: a()[:-1],
        "The last output is missing: a `range` does not reach its end, so it needs no `- 1`."),
    Mistake("a place for each input",
        lambda a: (a() + [0.0] * len(a.x))[: max(len(a.x), len(a.weight))],
        "Your list has a place for each input, and the last ones stay 0. There is an output for "
        "each row of `weight`."),
    Mistake("an output for each input",
        lambda a: [
            sum(row[i] for row in a.weight) * one + (biases(a)[i] if i < len(a.weight) else 0)
            for i, one in enumerate(a.x)],
        "You have a number for each input: you added down the columns of `weight`. An output "
        "belongs to a row, and its sum runs over the inputs."),
)

LINEAR = Function(
    linear,
    parts=(
        Part("one output", 1,
            (case([3], [[2]]), case([1, 2, 3], [[1, 10, 100]]), case([5, -1, 2], [[2, 4, -5]]),
             case([0.123, -0.25], [[0.7654321, 0.05]])),
            lambda random: draw_linear(random, 1)),
        Part("several outputs", 1,
            (case([1, 2], [[3, 4], [5, 7]]), case([2, -1, 4], [[1, 3, 2], [0, -2, 5]]),
             case([2, 5], [[1, 0], [4, -1], [3, 6]]),
             case([0.5, 0.123456], [[2, -1.5], [0.7654321, 4]])),
            lambda random: draw_linear(random, random.randint(2, 5))),
        Part("with a bias", 1,
            (case([1, 2], [[3, 4], [5, 7]], [10, 20]),
             case([2, -1, 4], [[1, 3, 2], [0, -2, 5]], bias=[-1, 6]),
             case([2, 5, 3], [[1, 0, 2], [4, -1, 7], [3, 6, -2]], [8, 0, -9]),
             case([0.5, 0.123456], [[2, -1.5], [0.7654321, 4]], [0.25, -0.3333333])),
            lambda random: draw_linear(random, random.randint(2, 5), bias=True)),
    ),
    mistakes=(
        Mistake("bias ignored", as_if(bias=None),
            "`bias` is an argument too: where it is a list, each output has one number of it to "
            "add.",
            praise="Right without a bias."),
        *FIRST_PRODUCTS,
        *(ignoring(mistake, bias=None) for mistake in FIRST_PRODUCTS),
        Mistake("products not added up", products,
            "You multiplied what meets and stopped there. The products of one row are added up "
            "to a single number."),
        Mistake("products in one list", lambda a: list(chain(*products(a))),
            "You returned all products, one behind the other. Those of one row are added up to a "
            "single number."),
        Mistake("added, not multiplied",
            lambda a: plus_bias([sum(row) + sum(a.x) for row in a.weight], a),
            "You add each number of `x` to its weight. What meets is multiplied; then the "
            "products are added up."),
        Mistake("weights only", lambda a: a(x=[1.0] * len(a.x)),
            "You added up the weights. `x` plays no part in that: each weight is multiplied with "
            "the number of `x` that it meets."),
        Mistake("mean of the products",
            lambda a: plus_bias([one / len(a.x) for one in a(bias=None)], a),
            "You divided by the number of inputs. A Linear adds the products up and divides by "
            "nothing."),
        Mistake("sum never reset",
            lambda a: plus_bias(list(accumulate(a(bias=None))), a),
            "Your sum remembers the rows before. Each output starts a sum of its own: where does "
            "your loop set it to 0?",
            praise="Right for the first output."),
        Mistake("sum never reset, bias in it", lambda a: list(accumulate(a())),
            "Your sum remembers the rows before, with their biases. Each output starts a sum of "
            "its own: where does your loop set it to 0?",
            praise="Right for the first output."),
        Mistake("first product only", lambda a: only(a, 0),
            "Of each row you used the first product only. The others belong to the sum too."),
        Mistake("first product missing", lambda a: only(a, *range(1, len(a.x))),
            "The first product of each row is missing: where does your loop start to count?"),
        Mistake("diagonal only",
            lambda a: plus_bias([
                row[place % len(a.x)] * a.x[place % len(a.x)]
                for place, row in enumerate(a.weight)], a),
            "For each output you used one input only, the one in its place. Every output looks at "
            "every input."),
        Mistake("first row for all",
            lambda a: a(weight=[a.weight[0]] * len(a.weight)),
            "You used the first row of `weight` for every output. Each output has its own row."),
        Mistake("all outputs in one", lambda a: [sum(a())],
            "You added the outputs of all rows up. Each row is an output of its own."),
        Mistake("all outputs in one number", lambda a: sum(a()),
            "You added the outputs of all rows up to one number. Each row is an output of its "
            "own; asked is a list of them."),
        Mistake("bias for each product",
            lambda a: plus_bias(a(), a.but(bias=[(len(a.x) - 1) * b for b in biases(a)])),
            "You add the bias with every product. Each output gets its bias once, beside the sum.",
            praise="Right without a bias."),
        Mistake("first bias for all",
            lambda a: a(bias=biases(a)[:1] * len(a.weight)),
            "You add the first bias to every output. Each output has its own.",
            praise="Right without a bias."),
        Mistake("all biases for each output",
            lambda a: a(bias=[sum(biases(a))] * len(a.weight)),
            "You add all the biases to every output. Each output has its own.",
            praise="Right without a bias."),
        Mistake("every bias with every output",
            lambda a: a() if a.bias is None else [
                one + b for one in a(bias=None) for b in a.bias],
            "You add every bias to every output, and have too many numbers. The first bias belongs "
            "to the first output, the second to the second.",
            praise="Right without a bias."),
        Mistake("bias subtracted", lambda a: a(bias=[-b for b in biases(a)]),
            "You subtract the bias. It is added.",
            praise="Right without a bias."),
        Mistake("bias as a factor",
            lambda a: a() if a.bias is None else [
                one * b for one, b in zip(a(bias=None), a.bias, strict=True)],
            "You multiply by the bias. It is added to the sum.",
            praise="Right without a bias."),
        Mistake("bias appended", lambda a: [*a(bias=None), *(a.bias or [])],
            "You put the biases behind the outputs: `+` joins two lists. Each bias is added to the "
            "output in its place.",
            praise="Right without a bias."),
        Mistake("no negative outputs", lambda a: [max(0.0, one) for one in a()],
            "Where an output is negative you return 0. A Linear keeps the sign: only a layer after "
            "it may take it away."),
        Mistake("whole numbers", lambda a: list(map(int, a())),
            "You cut off what stands behind the point. The outputs are as fine as their inputs.",
            praise="Right for whole numbers."),
    ),
    hints=(
        "Take the picture of the tiny layer and cover all but one row of W. Which numbers do you "
        "multiply, and what do you do with the products?",
        "One row is one output: `for row in weight`. `zip(row, x)` gives the pairs that meet.",
        "Collect one number for each row in a list. When `bias` is None nothing is added; else "
        "`bias[0]` belongs to the first row, `bias[1]` to the second.",
    ),
)

PARAMS = Function(
    linear_params,
    question=lambda a: asking.parameters(asking.line(
        "nn.Linear", a.in_features, a.out_features, **asking.unlike(a, bias=True))),
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
        Mistake("flag turned round", lambda a: a(bias=not a.bias),
            "You count the biases where there are none, and leave them out where there are some: "
            "as if `bias` had the opposite value. Read your condition aloud."),
        Mistake("nothing without a bias", lambda a: a() if a.bias else 0,
            "With `bias=False` you return 0: the weights are still there. Python reads "
            "`a + b if c else d` as `(a + b) if c else d`, so brackets may be missing.",
            praise="Right with a bias."),
        Mistake("bias per input", lambda a: a(bias=False) + a.bias * a.in_features,
            "Your bias has one number for each input. It is added to the output, so ask: how many "
            "outputs are there?"),
        known.one_bias("output"),
        Mistake("features added", lambda a: a.in_features + a.out_features,
            "You added `in_features` and `out_features`. Every output is connected to every "
            "input, and each connection has its own weight: draw the lines and count them."),
        Mistake("features and bias added",
            lambda a: a.in_features + a.out_features + a.bias * a.out_features,
            "You added where it multiplies: every output is connected to every input, and each "
            "connection has its own weight. Draw the lines and count them."),
        Mistake("bias per input and output",
            lambda a: a(bias=False) + a.bias * (a.in_features + a.out_features),
            "You counted a bias for the inputs as well. Only the outputs have one each."),
        Mistake("one more on both sides",
            lambda a: (a.in_features + a.bias) * (a.out_features + a.bias),
            "You made W larger on both sides. The bias is one strip beside W, with one number for "
            "each output; at the inputs nothing is added."),
        Mistake("inputs only", lambda a: a.in_features + a.bias,
            "You counted one row of W and one bias. There is such a row for each output."),
        Mistake("weights counted twice", lambda a: 2 * a(bias=False) + a.bias * a.out_features,
            "You counted each weight twice. A line from an input to an output is one weight.",
            is_two=True),  # beside "no bias" it would be said of who counts a bias a connection
        Mistake("bias per connection", lambda a: a(bias=False) * (1 + a.bias),
            "You counted a bias for each connection. The weights belong to connections, the bias "
            "belongs to the outputs."),
    ),
    hints=(
        "Two tensors hold the parameters, W and b. Look at their shapes below the picture of the "
        "tiny layer.",
        "How many cells has the weight's grid? How many cells has the bias strip?",
        "`bias` is True or False. An `if` can decide whether the strip counts.",
    ),
)

OUTPUT_SHAPE = Function(
    linear_output_shape,
    question=lambda a: asking.output_shape(
        asking.line("nn.Linear", a.input_shape[-1], a.out_features), a.input_shape),
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
            "You returned `(batch, out_features)`, as if there were always one leading "
            "dimension. A Linear works on the last dimension and leaves all others alone, many "
            "or none."),
        Mistake("leading dimensions multiplied",
            lambda a: (prod(a.input_shape[:-1]), a.out_features),
            "You made one dimension of all the leading ones. A Linear flattens nothing: each of "
            "them stays in its place, and where there is none, none is added."),
        Mistake("one leading dimension", lambda a: (*a.input_shape[:-1][:1], a.out_features),
            "You kept the first dimension and the last. Those between them stay as well."),
        Mistake("first dimension dropped", lambda a: (*a.input_shape[1:-1], a.out_features),
            "You dropped the first dimension. All that stands before the last one stays."),
        Mistake("second for last, first gone", lambda a: (*a.input_shape[1:], a.out_features),
            "You dropped the first dimension and kept the last. It is the last one that the layer "
            "replaces."),
        Mistake("last dimension missing", lambda a: a.input_shape[:-1],
            "Your shape ends too early: in the place of `in_features` stands something new."),
        Mistake("batch of one added", lambda a: (1, *a()) if len(a.input_shape) == 1 else a(),
            "For a single vector you add a batch of 1. The layer adds no dimension.",
            praise="Right with leading dimensions."),
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
        "Look at the picture with the 2 sequences: which shape went in, which came out?",
        "Only one entry of the shape changes. `input_shape[:-1]` is everything before it. "
        "Tuples are joined with `+`, and a tuple of one number is `(number,)`.",
    ),
)

def outputs(a: Asked) -> Any:
    """How many numbers come out: each costs one mult-add where there is one feature to read."""
    return a(input_shape=(*a.input_shape[:-1], 1))


MULT_ADDS = Function(
    linear_mult_adds,
    question=lambda a: asking.mult_adds(
        asking.line("nn.Linear", a.input_shape[-1], a.out_features), a.input_shape),
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
        Mistake("leading dimensions added",
            lambda a: a(input_shape=(sum(a.input_shape[:-1]) or 1, a.input_shape[-1])),
            "You added the leading dimensions. 2 sequences of 4 vectors are 8 vectors, not 6.",
            praise="Right for one leading dimension."),
        Mistake("all dimensions added",
            lambda a: sum(a.input_shape) * a.out_features,
            "You added the entries of the shape. How many vectors are there, and how many numbers "
            "has each?",
            praise="Right for a single vector."),
        Mistake("leading dimensions added to 1",
            lambda a: (sum(a.input_shape[:-1]) + 1) * a.input_shape[-1] * a.out_features,
            "You counted the vectors with `+`, starting from 1. 2 sequences of 4 vectors are 8 "
            "vectors: what must stand there instead?",
            praise="Right for a single vector."),
        Mistake("first and last dimension",
            lambda a: a.input_shape[0] * a.input_shape[-1] * a.out_features,
            "You use the first and the last entry of the shape. In the shape of a single vector "
            "these are one and the same, and in a long shape those between are lost.",
            praise="Right for a batch of vectors."),
        Mistake("product that starts at 0", lambda a: 0,
            "Your answer is always 0. A product that starts from 0 stays 0."),
        Mistake("input elements", lambda a: a(out_features=1),
            "You counted the numbers of the input. Each of them is multiplied once for every "
            "output."),
        Mistake("input and output added", lambda a: a(out_features=1) + outputs(a),
            "You added the numbers of the input and of the output. Every pair of them that "
            "belongs to one vector is a product."),
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
    question=lambda a: (
        f"Linear layers lead from one of these sizes to the next: {', '.join(map(str, a.sizes))}"
        f"{'' if a.bias else ', all with `bias=False`'}. How many parameters together?"),
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
        Mistake("biases for the inputs of each layer",
            lambda a: a(bias=False) + a.bias * sum(a.sizes[:-1]),
            "Your biases follow the inputs of each layer; they belong to its outputs. If "
            "`linear_params` counts for you, check that one first."),
        Mistake("one bias for each layer",
            lambda a: a(bias=False) + a.bias * (len(a.sizes) - 1),
            "You counted one bias for each layer. Each output of a layer has its own."),
        Mistake("nothing without a bias", lambda a: a() if a.bias else 0,
            "With `bias=False` you return 0: the weights are still there. Python reads "
            "`a + b if c else d` as `(a + b) if c else d`, so brackets may be missing.",
            praise="Right with a bias."),
        Mistake("biases of the last layer only",
            lambda a: a(bias=False) + a.bias * a.sizes[-1],
            "You counted the biases of the last layer only. Every layer has some."),
        Mistake("every size with every size",
            lambda a: sum(a(sizes=[one, other]) for one in a.sizes for other in a.sizes),
            "You made a layer from every size to every size. A layer joins two neighbours: the "
            "second loop is one too many."),
        Mistake("pairs do not overlap",
            lambda a: sum(a(sizes=a.sizes[i : i + 2]) for i in range(0, len(a.sizes) - 1, 2)),
            "You cut `sizes` into pairs that do not overlap. What one layer returns, the next one "
            "reads: an inner size belongs to two layers."),
        Mistake("ring of layers", lambda a: a() + a(sizes=(a.sizes[-1], a.sizes[0])),
            "You counted a layer from the last size back to the first. In Python `sizes[-1]` is "
            "the last entry: does your loop begin with `sizes[i - 1]` at `i = 0`?"),
        Mistake("last layer missing",
            lambda a: a(sizes=a.sizes[:-1]) if len(a.sizes) > 2 else 0,
            "The last layer is missing. There is one layer less than there are sizes; a `range` "
            "that ends one earlier loses one more."),
        Mistake("first layer missing",
            lambda a: a(sizes=a.sizes[1:]) if len(a.sizes) > 2 else 0,
            "The first layer is missing: where does your loop start?"),
        Mistake("all sizes multiplied",
            lambda a: prod(a.sizes) + a.bias * sum(a.sizes[1:]),
            "You multiplied all the sizes. Each layer has its own weights, and the layers' numbers "
            "are added up."),
        Mistake("first and last size only", lambda a: a(sizes=(a.sizes[0], a.sizes[-1])),
            "You counted one layer from the first size to the last. Each neighbouring pair of "
            "sizes is a layer of its own."),
        Mistake("last layer only", lambda a: a(sizes=a.sizes[-2:]),
            "You counted the last layer only: each turn of your loop overwrites the one "
            "before. Add to the sum with `+=`."),
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

LESSON = Lesson("01-linear", (LINEAR, PARAMS, OUTPUT_SHAPE, MULT_ADDS, MLP))
