"""Lesson 02: activation functions, and which layers work element by element."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from grader.course import asking
from grader.course.pytorch import Shape, is_elementwise, output_shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Table, as_if, case

ARGUMENTS: dict[str, dict[str, Any]] = {  # of the layers in the table, for rows of four numbers
    "Linear": {"in_features": 4, "out_features": 4},
    "Softmax": {"dim": -1},
}


def relu(x: float) -> float:
    """The output of `nn.ReLU()` for one number `x`."""
    return apply(nn.ReLU(), x)


def sigmoid(x: float) -> float:
    """The output of `nn.Sigmoid()` for one number `x`, however far from zero."""
    return apply(nn.Sigmoid(), x)


def prelu_params(num_parameters: int = 1) -> int:
    """The number of parameters of `nn.PReLU(num_parameters)`."""
    return parameters(nn.PReLU(num_parameters))


def glu_output_shape(input_shape: Shape, dim: int = -1) -> Shape:
    """The shape of the output of `nn.GLU(dim)`; the input's size along `dim` is even."""
    return output_shape(nn.GLU(dim), input_shape)


@cache
def elementwise(layer: str) -> bool:
    """True if each output number depends on the input number in the same place and no other."""
    with torch.device("cpu"), torch.random.fork_rng(devices=[]):
        module = getattr(nn, layer)(**ARGUMENTS.get(layer, {})).double()
        return is_elementwise(module, torch.arange(-2.0, 10.0).reshape(3, 4).double())


def apply(layer: Callable[[Tensor], Any], x: float) -> float:
    """The layer's output for one number, in double precision."""
    return float(layer(torch.tensor(x, dtype=torch.float64, device="cpu")))


def halved(a: Asked, dim: int) -> Shape:
    """The input's shape with another size halved, rounded down where it is odd."""
    return tuple(torch.empty(a.input_shape).tensor_split(2, dim)[1].shape)


def one_decimal(random: Random, low: float, high: float) -> Case:
    """A case with one number, easy to read."""
    return case(round(random.uniform(low, high), 1))


def glu_case(random: Random) -> Case:
    """Any dimension may be the halved one, counted from the front or from the back."""
    shape = random.choices(range(1, 12), k=random.randint(2, 4))
    dim = random.randrange(-len(shape), len(shape))
    shape[dim] = random.randrange(2, 24, 2)
    return case(tuple(shape), dim=dim)


def last_dimension_case(random: Random) -> Case:
    """Any shape with an even last size."""
    leading = random.choices(range(1, 12), k=random.randint(0, 3))
    return case((*leading, random.randrange(2, 24, 2)))


RELU = Function(
    relu,
    question=lambda a: f"`nn.ReLU()` gets {a.x:g}. What comes out?",
    parts=(
        Part("whole numbers", 1, (case(3), case(-2), case(0), case(1)),
            lambda random: case(random.randint(-99, 99))),
        Part("fractions and large numbers", 1,
            (case(0.5), case(-0.5), case(7.25), case(-1000.0), case(1000.0), case(0.123456789)),
            lambda random: one_decimal(random, -50, 50)),
    ),
    mistakes=(
        Mistake("input unchanged", lambda a: a.x,
            "You returned the input as it came. A ReLU changes some of the numbers: look at the "
            "left half of its graph."),
        Mistake("absolute value", lambda a: abs(a.x),
            "You returned the absolute value. A ReLU does not turn a negative number into a "
            "positive one."),
        Mistake("smaller instead of larger", lambda a: -a(x=-a.x),
            "Your graph is flat on the wrong side: negative numbers pass and positive ones are "
            "lost. Look again which side ReLU keeps."),
        Mistake("sign turned round", lambda a: a(x=-a.x),
            "Your graph is mirrored: it is positive where the input is negative. A ReLU lets "
            "positive numbers through."),
        Mistake("slope, not value", lambda a: float(a.x > 0),
            "You returned 0 or 1, which is the slope of ReLU (its gradient). Asked is the value: "
            "a positive number keeps its size."),
        Mistake("leaky", lambda a: apply(nn.LeakyReLU(), a.x),
            "You let a little of the negative numbers through: that is `nn.LeakyReLU()`. The "
            "plain ReLU has no leak."),
        Mistake("leaky, a tenth", lambda a: apply(nn.LeakyReLU(0.1), a.x),
            "You let a tenth of the negative numbers through, as a leaky ReLU may. The plain one "
            "lets nothing through."),
        Mistake("floor at one", lambda a: max(1.0, a.x),
            "Your smallest answer is 1. ReLU's is smaller: where does its graph lie on the left?"),
        Mistake("ceiling", lambda a: min(100.0, a()),
            "You cut off large numbers. A ReLU has a floor and no ceiling, however large `x` is.",
            praise="Right for small numbers."),
        Mistake("capped at six", lambda a: apply(nn.ReLU6(), a.x),
            "You cut off large numbers too: that is `nn.ReLU6()`. The plain ReLU has no ceiling."),
        Mistake("capped at one", lambda a: apply(nn.Hardtanh(0.0, 1.0), a.x),
            "You squeezed the number between 0 and 1. A ReLU has a floor and no ceiling."),
        Mistake("whole numbers only", lambda a: int(a()),
            "You cut off the digits behind the point. A positive number passes as it is.",
            praise="Right for whole numbers."),
        Mistake("smoothed", lambda a: apply(nn.Softplus(), a.x),
            "Your graph has a soft bend at zero (`nn.Softplus`). That of ReLU has a sharp corner, "
            "and needs no exponential."),
    ),
    hints=(
        "Look at the graph of ReLU: what happens left of zero, and what right of it?",
        "Compare `x` with zero. One built-in function of Python does it for two numbers, "
        "and an `if` does it too.",
    ),
)

SIGMOID = Function(
    sigmoid,
    question=lambda a: f"`nn.Sigmoid()` gets {a.x:g}. What comes out, to three significant digits?",
    parts=(
        Part("near zero", 1, (case(0), case(1), case(-1), case(2.5), case(-4.0), case(7.5)),
            lambda random: one_decimal(random, -9, 9)),
        Part("far from zero", 1, (case(20), case(-20), case(1000), case(-1000), case(-1000.0)),
            lambda random: random.choice((case(random.randint(-5000, -800)), case(900.5)))),
    ),
    mistakes=(
        Mistake("sign of x", lambda a: a(x=-a.x),
            "Your graph falls from 1 to 0; the sigmoid rises. Look at the sign in the exponent."),
        Mistake("brackets missing", lambda a: 1 + apply(torch.exp, -a.x),
            "You divided 1 by 1 and added the exponential to that. In Python `/` binds more "
            "tightly than `+`: the denominator needs brackets."),
        Mistake("tanh", lambda a: apply(nn.Tanh(), a.x),
            "That is the hyperbolic tangent, which runs from -1 to 1. The sigmoid runs from 0 to "
            "1 and is a half at zero."),
        Mistake("exponential only", lambda a: apply(torch.exp, a.x),
            "You returned the exponential, which grows without end. The denominator of the "
            "sigmoid has two terms, which keep it below 1."),
        Mistake("derivative", lambda a: a() * a(x=-a.x),
            "You returned the slope of the sigmoid, which is largest at zero. Asked is its value."),
        Mistake("times x", lambda a: a() * a.x,
            "You multiplied by `x`: that is `nn.SiLU()`. The sigmoid alone is the gate, a number "
            "between 0 and 1."),
        Mistake("logarithm taken", lambda a: apply(nn.LogSigmoid(), a.x),
            "You returned the logarithm of the sigmoid (`nn.LogSigmoid`). The sigmoid itself lies "
            "between 0 and 1."),
        Mistake("step", lambda a: float(a.x >= 0),
            "You returned 0 or 1. The sigmoid passes through every number between them."),
        Mistake("straight line", lambda a: apply(nn.Hardsigmoid(), a.x),
            "Your graph is a straight ramp (`nn.Hardsigmoid`). The sigmoid is a curve: it needs "
            "an exponential."),
        Mistake("sign lost", lambda a: a(x=abs(a.x)),
            "You give -2.5 and 2.5 the same answer. The sigmoid of a negative number lies below a "
            "half.",
            praise="Right for positive numbers."),
        Mistake("zero for negative numbers", lambda a: a() if a.x >= 0 else 0.0,
            "Negative numbers do not all give 0. The sigmoid comes close to 0 only far from it.",
            praise="Right for positive numbers."),
        Mistake("base two", lambda a: a(x=a.x * math.log(2)),
            "The rise is too slow: you used powers of 2. The base is Euler's number, as in "
            "`math.exp`.",
            praise="Your curve has the right form."),
        Mistake("Euler's number cut short", lambda a: a(x=a.x * math.log(2.718)),
            "2.718 are only the first digits of Euler's number, and the error grows with `x`. "
            "`math.exp` and `math.e` have all of them.",
            praise="Your formula is right."),
        Mistake("Euler's number to five places", lambda a: a(x=a.x * math.log(2.71828)),
            "2.71828 is not all of Euler's number, and the error grows with `x`. `math.exp` and "
            "`math.e` are as exact as a float can be.",
            praise="Your formula is right."),
        Mistake("Euler's number rounded", lambda a: a(x=a.x * math.log(2.72)),
            "2.72 is Euler's number rounded, and the error grows with `x`. `math.exp` and "
            "`math.e` have all its digits.",
            praise="Your formula is right."),
        Mistake("cut off early", lambda a: a() if abs(a.x) <= 5 else float(a.x > 0),
            "Beyond some number you return 0 or 1. The sigmoid comes close to them and is not "
            "there yet: compute what is left.",
            praise="Right near zero."),
        Mistake("zero far below", lambda a: a() if a.x > -15 else 0.0,
            "Far below zero you return 0. That avoids the overflow, but the sigmoid is tiny there, "
            "and still not 0: compute what is left.",
            praise="Right near zero and far above."),
        Mistake("one for positive numbers", lambda a: a() if a.x <= 0 else 1.0,
            "Positive numbers do not all give 1. The sigmoid comes close to 1 only far from zero.",
            praise="Right for negative numbers."),
        Mistake("x held within 20", lambda a: a(x=max(-20.0, min(20.0, a.x))),
            "Below -20 your answers no longer change. That avoids the overflow, but the sigmoid "
            "goes on falling: compute what is left.",
            praise="Right near zero."),
        Mistake("negative answers",
            lambda a: a() if a.x >= 0 else -a(x=-a.x),
            "For a negative `x` your answer is negative. The sigmoid is positive everywhere.",
            praise="Right for positive numbers."),
        Mistake("exponential alone for negative x",
            lambda a: a() if a.x >= 0 else apply(torch.exp, a.x),
            "For a negative `x` you return the exponential alone. That is the numerator: what is "
            "it divided by?",
            praise="Right for positive numbers."),
        Mistake("twice too steep", lambda a: a(x=2 * a.x),
            "Your curve is twice too steep: `x` should count half as much as it does.",
            praise="Your curve has the right form and ends."),
        Mistake("one added to the fraction",
            lambda a: 1 + apply(torch.exp, a.x),
            "You divided by the exponential alone and added 1 to that. The 1 belongs into the "
            "denominator: it needs brackets."),
        Mistake("half subtracted", lambda a: a() - 0.5,
            "Your curve runs from minus a half to a half. The sigmoid is a half at zero: nothing "
            "is subtracted."),
        Mistake("minus for plus", lambda a: 1 / (1 - apply(torch.exp, -a.x)) if a.x else math.inf,
            "You subtract the exponential in the denominator. With a plus it stays above 1, and "
            "the result between 0 and 1."),
        Mistake("wrong end", lambda a: a() if a.x > -100 else 1.0,
            "Far below zero you return 1. The exponential grows too large there; which number "
            "does one divided by something huge come close to?",
            praise="Right near zero and far above."),
    ),
    hints=(
        "Fill in `x = 0` by hand: what is Euler's number to the power of zero? "
        "Your function must return a half.",
        "`math.exp` is the exponential. Mind the sign of its argument and the brackets "
        "round the denominator.",
        "`math.exp(1000)` is too large for a float and raises `OverflowError`, "
        "but `math.exp(-1000)` is simply 0.0. For which `x` does your formula need the first?",
        "Multiply numerator and denominator by the same exponential: you get a second formula "
        "that is safe for negative `x`. An `if` can choose.",
    ),
)

PRELU = Function(
    prelu_params,
    question=lambda a: asking.parameters(
        asking.line("nn.PReLU", **asking.unlike(a, num_parameters=1))),
    parts=(
        Part("one shared slope", 1, (case(), case(1)),
            lambda random: random.choice((case(), case(1), case(num_parameters=1)))),
        Part("a slope for each channel", 1, (case(3), case(num_parameters=8), case(64)),
            lambda random: case(random.randint(3, 512))),
    ),
    mistakes=(
        Mistake("no parameters", lambda a: 0,
            "ReLU has no parameters, PReLU has: the P stands for parametric. Its slope for "
            "negative numbers is learned."),
        Mistake("always one", as_if(num_parameters=1),
            "`num_parameters` is an argument: with it every channel gets a slope of its own.",
            praise="Right for the shared slope."),
        Mistake("both sides learned", lambda a: 2 * a(),
            "You counted two numbers for each slope. Nothing is learned for positive numbers, and "
            "PReLU has no bias."),
        Mistake("one too many", lambda a: a() + 1,
            "You counted one number more than there are slopes. There is no bias, and no slope is "
            "shared on top of the channels' own."),
        Mistake("channels connected", lambda a: a() * a.num_parameters,
            "You connected each channel with every channel, as a Linear does. PReLU works element "
            "by element: how many slopes does one channel need?"),
    ),
    hints=(
        "Print `nn.PReLU().weight` and `nn.PReLU(8).weight`, and compare their shapes.",
        "What is learned is the slope left of zero. `num_parameters` says how many there are.",
    ),
)

GLU = Function(
    glu_output_shape,
    question=lambda a: asking.output_shape(
        asking.line("nn.GLU", **asking.unlike(a, dim=-1)), a.input_shape),
    parts=(
        Part("the last dimension", 1,
            (case((2,)), case((3, 8)), case((5, 3, 10)), case((1, 7, 4, 6), dim=-1)),
            last_dimension_case),
        Part("another dimension", 2,
            (case((6, 5), dim=0), case((3, 8, 5), dim=1), case((2, 16, 7, 9), 1),
             case((3, 4, 12), dim=2), case((5, 12, 8), dim=-2)),
            glu_case),
    ),
    mistakes=(
        Mistake("shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. GLU is not element-wise: one part of the input is "
            "used up as gates for the rest."),
        Mistake("always the last dimension", lambda a: halved(a, -1),
            "You always cut the last dimension; `dim` may name another one.",
            praise="Right for the last dimension."),
        Mistake("always the first dimension", lambda a: halved(a, 0),
            "You changed the first dimension, which is usually the batch. Look at `dim`: by "
            "default it names the last."),
        Mistake("every dimension", lambda a: tuple(size // 2 for size in a.input_shape),
            "You changed every dimension. The input is cut along one of them only, the one that "
            "`dim` names."),
        Mistake("doubled",
            lambda a: tuple(torch.cat([torch.empty(a.input_shape)] * 2, a.dim).shape),
            "You made the dimension larger. GLU cuts its input into values and gates and "
            "multiplies the two: does the output get larger by that?"),
        Mistake("two less",
            lambda a: tuple(
                size - 2 * (i == a.dim % len(a.input_shape))
                for i, size in enumerate(a.input_shape)),
            "You took 2 away. GLU cuts its input into two parts of the same size: how large is "
            "each?"),
        Mistake("set to two",
            lambda a: tuple(
                2 if i == a.dim % len(a.input_shape) else size
                for i, size in enumerate(a.input_shape)),
            "You made the size 2. There are two halves; asked is how large one of them is."),
        Mistake("remainder",
            lambda a: tuple(
                0 if i == a.dim % len(a.input_shape) else size
                for i, size in enumerate(a.input_shape)),
            "A size of 0 is left: `%` gives the remainder of a division. Another operator gives "
            "the quotient."),
        Mistake("dimension before",
            lambda a: halved(a, max(a.dim - 1, -len(a.input_shape))),
            "You changed the dimension before the one that `dim` names. `dim` is the index itself: "
            "it counts from zero, or from the back."),
        Mistake("dimension removed", lambda a: tuple(torch.empty(a()).sum(a.dim).shape),
            "You took the dimension away. It stays, with another size."),
        Mistake("both halves kept",
            lambda a: tuple(torch.stack([torch.empty(a())] * 2, a.dim).shape),
            "Your shape still has both halves, side by side. They are multiplied with each other, "
            "so only one remains."),
        Mistake("dim counted from one", lambda a: halved(a, a.dim - (a.dim > 0)),
            "You counted the dimensions from one. PyTorch counts from zero: `dim=1` is the second "
            "dimension."),
        Mistake("negative dim overlooked", lambda a: a() if a.dim >= 0 else a.input_shape,
            "A negative `dim` changes nothing in your answer. It counts from the back: -1 is the "
            "last dimension.",
            praise="Right for a `dim` of zero and more."),
        Mistake("slice wraps round",
            lambda a: (*a.input_shape[: a.dim], a()[a.dim], *a.input_shape[a.dim + 1 :]),
            "With `dim=-1`, `dim + 1` is 0, and `input_shape[0:]` is the whole shape once more.",
            praise="Right but for one `dim`."),
        Mistake("sign of dim ignored",
            lambda a: halved(a, min(abs(a.dim), len(a.input_shape) - 1)),
            "A negative `dim` counts from the back: -1 is the last dimension, not the second.",
            praise="Right for a `dim` of zero and more."),
        Mistake("halved dimension last", lambda a: tuple(torch.empty(a()).movedim(a.dim, -1).shape),
            "The entries stand in the wrong order: you put the halved one at the end. It stays in "
            "its place.",
            praise="Your sizes are right."),
    ),
    hints=(
        "GLU cuts its input into two equal pieces and multiplies one with the sigmoid of the "
        "other. Which shape has one piece?",
        "Only one entry of the shape changes. `list(input_shape)` can be changed in place; "
        "turn it into a tuple at the end.",
        "Python's negative indices count from the back just as `dim` does.",
    ),
)

ELEMENTWISE = Table(
    elementwise,
    parts=(
        Part("weights and curves", 1,
            (case("Linear"), case("ReLU"), case("Sigmoid"), case("Tanh"))),
        Part("names that mislead", 2, (case("GELU"), case("GLU"), case("Softmax"))),
    ),
    mistakes=(
        Mistake("curved, so not element-wise",
            lambda a: a() and a.layer not in ("ReLU", "Tanh", "Sigmoid", "GELU"),
            "Whether a function is curved does not decide. Move one input number with `who_moves` "
            "and look which outputs move."),
        Mistake("weighted sum", lambda a: a() or a.layer == "Linear",
            "From which inputs is one output of a Linear computed? Look at the six products of "
            "lesson 01 again."),
        Mistake("softmax each alone", lambda a: a() or a.layer == "Softmax",
            "The outputs of Softmax sum to 1. Raise one input and see what happens to the others."),
        Mistake("gates overlooked", lambda a: a() or a.layer == "GLU",
            "GLU multiplies one half of its input by gates that it makes of the other half. How "
            "many inputs does one output number need?"),
    ),
    hints=(
        "Take each layer and ask: if one input number changes, can an output in another place "
        "change?",
        "Try it: `who_moves(nn.Tanh(), x)` in a cell of your own. Place 0 may move place 0 or "
        "nothing, place 1 may move place 1 or nothing, and so on.",
        "The shape alone does not decide. A layer may keep the shape and still mix its numbers.",
    ),
)

LESSON = Lesson("02-activations", (RELU, SIGMOID, PRELU, GLU, ELEMENTWISE))
