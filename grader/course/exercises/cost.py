"""Lesson 15: what a network costs in memory, its activations, its weights and its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.network import Network, build
from grader.course.pytorch import Shape
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Arguments = dict[str, Any]
Layers = Sequence[tuple[str, Arguments]]
Step = Callable[[Shape, str, Arguments], Shape]
WINDOWS = ("Conv2d", "MaxPool2d")
DTYPES = {
    1: torch.int8, 2: torch.float16, 4: torch.float32, 8: torch.float64, 16: torch.complex128}


def params_bytes(num_params: int, element_size: int = 4) -> int:
    """The bytes that `num_params` parameters take, `element_size` bytes each."""
    return torch.empty(num_params, dtype=DTYPES[element_size]).nbytes


def adam_training_bytes(num_params: int) -> int:
    """The bytes of all that `torch.optim.Adam` keeps to train float32 parameters.

    These are the weights, their gradients and two moments. The step counters are left out.
    """
    weights = nn.Parameter(torch.empty(num_params))
    weights.grad = torch.empty_like(weights)
    adam = torch.optim.Adam([weights])
    with torch.device("cpu"):  # Adam counts its steps there
        adam.step()
    moments = [value for name, value in adam.state[weights].items() if name != "step"]
    return sum(tensor.nbytes for tensor in (weights, weights.grad, *moments))


def activation_elements(input_shape: Shape, layers: Layers) -> int:
    """The output elements of all layers together, for the whole batch.

    ReLU and Flatten count like the others. The input does not count.
    """
    return sum(elements(shape) for shape in network(input_shape, layers).shapes[1:])


def network(input_shape: Shape, layers: Layers) -> Network:
    """The network that PyTorch builds of the layers; most rules below ask for it again."""
    return remembered(input_shape, tuple((kind, tuple(a.items())) for kind, a in layers))


@lru_cache(maxsize=1000)
def remembered(
    input_shape: Shape, layers: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...],
) -> Network:
    """The network, built once."""
    return build(input_shape, [(kind, dict(arguments)) for kind, arguments in layers])


def elements(shape: Shape) -> int:
    """The elements of a tensor."""
    return torch.empty(shape).numel()


def outputs(a: Asked) -> list[int]:
    """The elements of each layer's output: how much the count grows with the layer."""
    counts = [a(layers=a.layers[:depth]) for depth in range(1, len(a.layers) + 1)]
    return [after - before for before, after in pairwise([0, *counts])]


def without(*kinds: str) -> Rule:
    """The count of a student who leaves out the outputs of these layers."""
    return lambda a: sum(
        size for (kind, _), size in zip(a.layers, outputs(a), strict=True) if kind not in kinds)


# Layers misread, those of the given kinds. Most misreadings are another choice of arguments.


def read_as(misread: Callable[[Arguments], Arguments], *kinds: str) -> Rule:
    """PyTorch's answer where the arguments of these kinds of layers are taken for others."""
    return lambda a: a(layers=[
        (kind, misread(arguments) if kind in kinds else arguments)
        for kind, arguments in a.layers])


def ignoring(*names: str) -> Callable[[Arguments], Arguments]:
    """These arguments left at their defaults."""
    return lambda arguments: {n: value for n, value in arguments.items() if n not in names}


def square_kernel(arguments: Arguments) -> Arguments:
    """The height of a kernel taken for its width as well."""
    kernel = arguments["kernel_size"]
    return {**arguments, "kernel_size": kernel[0] if isinstance(kernel, tuple) else kernel}


def by_its_kernel(arguments: Arguments) -> Arguments:
    """A convolution whose windows stand side by side, where no stride is given."""
    is_same = arguments.get("padding") == "same"
    return arguments if is_same else {"stride": arguments["kernel_size"], **arguments}


def same_as_none(arguments: Arguments) -> Arguments:
    """The padding 'same' taken for no padding."""
    return {**arguments, "padding": 0} if arguments.get("padding") == "same" else arguments


# Where no arguments give the wrong shape, the student goes from layer to layer.


def walk(step: Step, *kinds: str) -> Rule:
    """The sum of the outputs where the shapes behind these kinds of layers are misread."""
    def rule(a: Asked) -> int:
        total, shape = 0, a.input_shape
        for kind, arguments in a.layers:
            shape = (step if kind in kinds else after)(shape, kind, arguments)
            total += elements(shape)
        return total

    return rule


def after(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The right step: the shape behind one layer."""
    return network(shape, [(kind, arguments)]).output_shape


def padded_once(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The padding added to one side of the map only."""
    padding = arguments.get("padding", 0)
    if isinstance(padding, str):
        return after(shape, kind, arguments)
    return after(known.larger(shape, padding), kind, ignoring("padding")(arguments))


def one_step_more(shape: Shape, stride: Any) -> Shape:
    """The map with room for a window that would stick out by less than a stride."""
    return known.larger(shape, known.each(lambda size: size - 1, stride))


def rounded_up(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A convolution with a last step over the edge of the map."""
    return after(one_step_more(shape, arguments.get("stride", 1)), kind, arguments)


def every_window_kept(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A pooling with `ceil_mode` that keeps a window in the padding as well."""
    if not arguments.get("ceil_mode"):
        return after(shape, kind, arguments)
    room = one_step_more(shape, arguments.get("stride", arguments["kernel_size"]))
    return after(room, kind, ignoring("ceil_mode")(arguments))


def kept_at_the_end(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A pooling with `ceil_mode` that drops a last window only if it starts further behind."""
    right, every = after(shape, kind, arguments), every_window_kept(shape, kind, arguments)
    strides = known.pair(arguments.get("stride", arguments["kernel_size"]))
    paddings = known.pair(arguments.get("padding", 0))
    sides = zip(right[2:], every[2:], strides, paddings, shape[2:], strict=True)
    return (*right[:2], *(
        most if (most - 1) * stride == padding + length else least
        for least, most, stride, padding, length in sides))


def many_channels(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A convolution that writes all its maps once for each channel that comes in."""
    right = after(shape, kind, arguments)
    return (right[0], right[1] * shape[1], *right[2:])


def longer_kernel(arguments: Arguments) -> Arguments:
    """Windows that cover one place more and move as before."""
    kernel = arguments["kernel_size"]
    longer = known.each(lambda size: size + 1, kernel)
    default = {} if "out_channels" in arguments else {"stride": kernel}
    return {**default, **arguments, "kernel_size": longer}


def one_short(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The steps of a window counted, but not the place where it starts."""
    right = after(shape, kind, arguments)
    if arguments.get("padding") == "same":
        return right
    return (*right[:2], *(max(size - 1, 1) for size in right[2:]))


def flattening_linear(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A Linear that gives one vector for each sample."""
    right = after(shape, kind, arguments)
    return (right[0], right[-1]) if len(right) > 1 else right


def in_windows(
    name: str, rule: Callable[..., Rule], misread: Callable[..., Any], sentence: str,
) -> tuple[Mistake, ...]:
    """One misreading of windows: everywhere, in convolutions only, in poolings only."""
    return (
        Mistake(name, rule(misread, *WINDOWS), sentence),
        Mistake(f"{name} in Conv2d", rule(misread, "Conv2d"),
            f"Look at Conv2d. {sentence}",
            praise="Your poolings are right."),
        Mistake(f"{name} in MaxPool2d", rule(misread, "MaxPool2d"),
            f"Look at MaxPool2d. {sentence}",
            praise="Your convolutions are right."),
    )


def not_bytes(unit: str, size: int, explained: str = "") -> Mistake:
    """An answer in a larger unit."""
    return Mistake(f"{unit}, not bytes", lambda a: a() / size,
        f"You returned {unit}{explained}. Asked are bytes, a whole number.")


# The cases.


def conv(out_channels: int, kernel_size: Any, **options: Any) -> tuple[str, Arguments]:
    """A convolution as plain data."""
    return "Conv2d", {"out_channels": out_channels, "kernel_size": kernel_size, **options}


def pool(kernel_size: Any, **options: Any) -> tuple[str, Arguments]:
    """A max pooling as plain data."""
    return "MaxPool2d", {"kernel_size": kernel_size, **options}


def linear(out_features: int, **options: Any) -> tuple[str, Arguments]:
    """A Linear as plain data."""
    return "Linear", {"out_features": out_features, **options}


def draw_image(random: Random) -> Shape:
    """A batch of images, large enough for any two layers drawn below."""
    batch, channels = random.randint(2, 6), random.choice((2, 4, 6))
    return (batch, channels, random.randint(18, 26), random.randint(18, 26))


def draw_conv(random: Random) -> tuple[str, Arguments]:
    """A convolution for an even number of channels."""
    kind, convolution = conv(
        random.choice((4, 6, 8, 10)), random.choice((1, 2, 3, (3, 2), (1, 3))),
        dilation=random.choice((1, 2, (2, 1))), groups=random.choice((1, 2)))
    if random.random() < 0.25:
        return kind, {**convolution, "padding": "same", "bias": False}
    padding = random.choice((0, 1, 2, (2, 1), "valid"))
    return kind, {**convolution, "padding": padding, "stride": random.choice((1, 2, 3, (1, 2)))}


def draw_pool(random: Random) -> tuple[str, Arguments]:
    """A max pooling with one window that may begin beyond the end."""
    kind, pooling = pool(
        random.choice((2, 3, (2, 3), (3, 2))), padding=random.choice((0, 1)),
        dilation=random.choice((1, 2)), ceil_mode=random.choice((False, True)))
    if random.random() < 0.5:
        pooling["stride"] = random.choice((1, 2, 3, 4, (2, 3)))
    return kind, pooling


def draw_network(random: Random) -> Case:
    """A convolution, a pooling and the way through Flatten to a Linear."""
    flatten = random.choice(({}, {"start_dim": 2}, {"start_dim": 0}, {"end_dim": 2}))
    return case(draw_image(random), [draw_conv(random), ("ReLU", {}), pool(2),
        ("Flatten", flatten), linear(random.randint(2, 30))])


PARAMS_BYTES = Function(
    params_bytes,
    question=lambda a: (
        f"{asking.count(a.num_params, 'parameter')} of {asking.count(a.element_size, 'byte')} "
        "each: how many bytes?"),
    parts=(
        Part("32-bit floats", 1,
            (case(1), case(10), case(61_706)),
            lambda random: case(random.randint(2, 100_000_000))),
        Part("other element sizes", 1,
            (case(10, element_size=2), case(10, element_size=8), case(55, 1),
             case(6_738_415_616, element_size=2)),
            lambda random: case(random.randint(2, 100_000_000),
                element_size=random.choice((1, 2, 8, 16)))),
    ),
    mistakes=(
        Mistake("parameters, not bytes", lambda a: a.num_params,
            "You returned the number of parameters. Each of them takes `element_size` bytes."),
        Mistake("always four bytes", as_if(element_size=4),
            "`element_size` is an argument: in half precision a parameter takes 2 bytes.",
            praise="Right for 32-bit floats."),
        Mistake("always eight bytes", as_if(element_size=8),
            "`element_size` is an argument, and PyTorch's parameters are 32-bit floats unless you "
            "say otherwise.",
            praise="Right for 64-bit floats."),
        known.BITS,
        Mistake("always 32", lambda a: 32 * a.num_params,
            "You multiplied by 32: that is the bits of a 32-bit float. `element_size` says how "
            "many bytes one parameter takes."),
        not_bytes("kilobytes", 1000),
        not_bytes("kibibytes", 1024, ": you divided by 1024"),
        Mistake("whole kibibytes", lambda a: a() // 1024,
            "You divided by 1024 and dropped the rest. Asked are the bytes themselves."),
        not_bytes("megabytes", 1_000_000, ", as torchinfo shows them"),
        Mistake("megabytes, rounded", lambda a: round(a() / 1_000_000, 2),
            "You returned megabytes with two digits, as torchinfo shows them. Asked are bytes, a "
            "whole number."),
        not_bytes("mebibytes", 2**20, ": you divided by 1024 twice"),
        Mistake("gradients counted", lambda a: a() * 2,
            "Twice too many: that is the memory of the weights and their gradients. Gradients "
            "come with training, and in the next exercise."),
        Mistake("four of each", lambda a: a() * 4,
            "Four times too many. Is one of your factors in it twice? Each parameter takes "
            "`element_size` bytes, and nothing else is asked here."),
        Mistake("element size twice", lambda a: a() * a.element_size,
            "You multiplied by the element size twice. Each parameter takes that many bytes, "
            "once."),
        Mistake("Python's object counted", lambda a: a() + 64,
            "You added the size of a Python object. Asked are the bytes of the numbers alone."),
        Mistake("divided by the element size", lambda a: a.num_params / a.element_size,
            "You divided by the element size. If one parameter takes that many bytes, do ten take "
            "more or fewer?"),
        Mistake("divided by the element size, whole",
            lambda a: a.num_params // a.element_size,
            "You divided by the element size and dropped the rest. If one parameter takes that "
            "many bytes, do ten take more or fewer?"),
        Mistake("power", lambda a: a.num_params**a.element_size,
            "You raised the number to a power: in Python `**` is a power, `*` a product."),
        Mistake("divided by eight", lambda a: a() / 8,
            "You divided by 8, as if `element_size` were in bits. It is in bytes already."),
        Mistake("divided by eight, whole", lambda a: a() // 8,
            "You divided by 8 and dropped the rest, as if `element_size` were in bits. It is in "
            "bytes already."),
        Mistake("sizes added", lambda a: a.num_params + a.element_size,
            "You added the element size once. Every single parameter takes that many bytes."),
    ),
    hints=(
        "It is `tensor_bytes` of lesson 00 again, with the elements counted already.",
        "How many bytes does one parameter take? And two of them?",
    ),
)

ADAM_BYTES = Function(
    adam_training_bytes,
    question=lambda a: (
        f"Adam trains {asking.count(a.num_params, 'parameter')} in float32. How many bytes do the "
        "weights, their gradients and Adam's moments take?"),
    parts=(
        Part("a few parameters", 1,
            (case(1), case(2), case(55)),
            lambda random: case(random.randint(2, 100_000))),
        Part("real networks", 1,
            (case(61_706), case(124_439_808), case(6_738_415_616)),
            lambda random: case(random.randint(1_000_000, 80_000_000_000))),
    ),
    mistakes=(
        Mistake("parameters, not bytes", lambda a: a.num_params,
            "You returned the number of parameters. Asked are the bytes of everything that is "
            "kept for them."),
        Mistake("weights only", lambda a: params_bytes(a.num_params),
            "You have 4 for each parameter. That is the bytes of the weights alone, or the number "
            "of values kept but not their bytes."),
        Mistake("nothing kept by Adam", lambda a: a() - 2 * params_bytes(a.num_params),
            "You have 8 bytes for each parameter: two values, say the weight and its gradient. "
            "Adam also remembers something of each gradient it has seen."),
        Mistake("two values, not their bytes", lambda a: 2 * a.num_params,
            "You have 2 for each parameter. Asked are bytes, of everything that is kept."),
        Mistake("three values, not their bytes", lambda a: 3 * a.num_params,
            "You have 3 for each parameter. If that is how many values are kept: asked are their "
            "bytes, and three are not all."),
        Mistake("three values of two bytes", lambda a: 6 * a.num_params,
            "You have 6 bytes for each parameter. A `float32` takes 4 bytes, so with whole values "
            "it has to be a multiple of 4."),
        Mistake("mixed precision", lambda a: 18 * a.num_params,
            "You have 18 bytes for each parameter, as with a copy in half precision beside the "
            "`float32` weights. Here everything is `float32`, and there is no copy."),
        Mistake("one value forgotten", lambda a: a() - params_bytes(a.num_params),
            "You have 12 bytes for each parameter: three values. Adam keeps two running averages; "
            "the weight and its gradient are there as well."),
        Mistake("values added, not multiplied", lambda a: params_bytes(a.num_params) + 16,
            "You added the bytes of four values once. Every single parameter needs its own "
            "gradient and its own averages."),
        Mistake("four bytes twice", lambda a: a() * 4,
            "Four times too many. Count the values for one parameter, then multiply by the bytes "
            "of one value, once."),
        Mistake("squared", lambda a: params_bytes(a.num_params) * a.num_params,
            "You multiplied the number of parameters with itself. Each parameter brings the same "
            "few values along, however many there are."),
        Mistake("one value too many", lambda a: a() + params_bytes(a.num_params),
            "You counted five values for each parameter. Adam keeps a third average only with "
            "`amsgrad=True`, and a second copy of the weights only in mixed precision."),
        Mistake("step counter counted", lambda a: a() + params_bytes(1),
            "You counted a step counter. It is a number for each tensor, not for each parameter, "
            "and the exercise leaves it out.",
            praise="Your bytes of each parameter are right.",
            is_two=True),
        Mistake("64-bit floats", lambda a: a() * 2,
            "Twice too many. PyTorch's parameters are 32-bit floats unless you say otherwise: how "
            "many bytes is one?"),
        Mistake("bits, not bytes", lambda a: a() * 8,
            "You returned bits. A byte has 8 bits, and a 32-bit float takes 4 bytes."),
        not_bytes("kilobytes", 1000),
        not_bytes("kibibytes", 1024, ": you divided by 1024"),
        not_bytes("megabytes", 1_000_000),
        not_bytes("mebibytes", 2**20, ": you divided by 1024 twice"),
        not_bytes("gigabytes", 1_000_000_000),
        not_bytes("gibibytes", 2**30, ": you divided by 1024 three times"),
    ),
    hints=(
        "Take one step with `torch.optim.Adam` on a small Linear and look into "
        "`optimiser.state`: what is stored there, and in which shape?",
        "Besides the weights there are their gradients and what Adam stores. "
        "Each has the shape of the weights.",
        "Count the values kept for one parameter, then the bytes of one value.",
    ),
)

ACTIVATIONS = Function(
    activation_elements,
    question=lambda a: (
        f"A tensor of shape `{a.input_shape!r}` passes " + asking.chain([
            asking.layer(kind, **arguments) for kind, arguments in a.layers])
        + ". How many elements have the outputs of all layers together?"),
    parts=(
        Part("Linear and ReLU", 1,
            (case((1, 3), [linear(2)]),
             case((1, 3), [linear(2), ("ReLU", {})]),
             case((4, 3), [linear(6, bias=False), ("ReLU", {"inplace": True}), linear(2)]),
             case((2, 7, 3), [linear(5), ("ReLU", {})])),
            lambda random: case(tuple(random.choices(range(2, 9), k=random.randint(2, 4))),
                [linear(random.randint(2, 99)), ("ReLU", {}), linear(random.randint(2, 99))])),
        Part("convolutions", 2,
            (case((1, 1, 3, 4), [conv(2, 2)]),
             case((2, 3, 5, 7), [conv(4, 3)]),
             case((2, 3, 8, 11), [conv(4, 3, padding=1, stride=2)]),
             case((2, 4, 8, 11), [conv(6, 3, padding="same")]),
             case((2, 4, 8, 11), [conv(6, 3, padding="valid")]),
             case((2, 4, 8, 12), [
                 conv(6, (3, 2), padding=(0, 1), stride=(1, 2), dilation=(2, 1), groups=2,
                     bias=False),
                 ("ReLU", {})])),
            lambda random: case(
                draw_image(random), [draw_conv(random), ("ReLU", {}), draw_conv(random)])),
        Part("pooling", 1,
            (case((1, 1, 4, 6), [pool(2)]),
             case((2, 3, 7, 9), [pool(3, stride=2)]),
             case((2, 3, 7, 10), [pool(3, ceil_mode=True)]),
             case((2, 3, 9, 12), [pool((2, 3), padding=1, stride=1)]),
             case((2, 3, 9, 12), [pool(3, dilation=2, stride=(1, 3))]),
             case((2, 3, 6, 10), [pool(1, stride=4, ceil_mode=True)]),
             case((2, 3, 6, 9), [pool(1, stride=2, ceil_mode=True)]),
             case((2, 3, 11, 18), [pool((2, 3)), pool((4, 1))])),
            lambda random: case(draw_image(random), [draw_pool(random)])),
        Part("a whole network", 2,
            (case((2, 3, 4, 5), [("Flatten", {}), linear(7)]),
             case((8, 1, 32, 32), [conv(6, 5), ("ReLU", {}), pool(2), ("Flatten", {}), linear(10)]),
             case((2, 3, 4, 5), [("Flatten", {"start_dim": 2}), linear(7)]),
             case((2, 3, 4, 5), [("Flatten", {"end_dim": 2}), linear(7)])),
            draw_network),
    ),
    mistakes=(
        Mistake("input counted", lambda a: elements(a.input_shape) + a(),
            "You counted the input as well. Asked are the outputs of the layers."),
        Mistake("last output only", lambda a: outputs(a)[-1],
            "You counted the output of the last layer only. In training the outputs of all layers "
            "are needed: does each turn of your loop add to a sum?"),
        Mistake("first output only", lambda a: outputs(a)[0],
            "You counted the output of the first layer only: does your `return` stand inside the "
            "loop?"),
        Mistake("product of the outputs", lambda a: prod(outputs(a)),
            "You multiplied the outputs with each other. Within one shape the entries are "
            "multiplied; the layers are added up."),
        Mistake("shapes summed",
            lambda a: sum(map(sum, network(a.input_shape, a.layers).shapes[1:])),
            "You summed the entries of each shape. A `(2, 3)` has 6 elements, not 5."),
        Mistake("largest output only", lambda a: max(outputs(a)),
            "You returned the largest of the outputs. Asked is their sum: training needs all of "
            "them at the end of the forward pass."),
        Mistake("ReLU left out", without("ReLU"),
            "You left out the ReLU layers. Their output is a tensor too, as large as their input."),
        Mistake("Flatten left out", without("Flatten"),
            "You left out the Flatten layers. In this exercise their output counts like any "
            "other."),
        Mistake("ReLU and Flatten left out", without("ReLU", "Flatten"),
            "You left out ReLU and Flatten. Each has an output too, as large as its input."),
        Mistake("pooling left out", without("MaxPool2d"),
            "You left out the output of the pooling layers. It is smaller than their input, but "
            "it is there."),
        Mistake("layers with parameters only", without("ReLU", "Flatten", "MaxPool2d"),
            "You counted the layers that have parameters, as torchinfo does. The others have an "
            "output as well."),
        Mistake("one sample only", lambda a: a(input_shape=(1, *a.input_shape[1:])),
            "You counted one sample. The whole batch goes through the network, so the first entry "
            "of the shape counts."),
        Mistake("forward and backward", lambda a: 2 * a(),
            "Twice too many: you counted each output for the way back too, as torchinfo's "
            "'Forward/backward pass size' does."),
        Mistake("bytes, not elements", lambda a: params_bytes(a()),
            "You returned bytes, four for each element. Asked are the elements."),
        Mistake("parameters, not activations",
            lambda a: network(a.input_shape, a.layers).parameters,
            "You returned the number of parameters. Activations are what the layers put out."),
        *in_windows("padding ignored", read_as, ignoring("padding"),
            "You left out the `padding`. It makes the map larger before the window slides over it; "
            "for a convolution it may also be the text 'same'."),
        Mistake("'same' taken for none", read_as(same_as_none, "Conv2d"),
            "With the padding 'same' the map keeps its height and width.",
            praise="Right for padding in numbers."),
        *in_windows("padding once", walk, padded_once,
            "You added the padding once. PyTorch pads on both sides of the map."),
        *in_windows("start of the window forgotten", walk, one_short,
            "Your maps are one row and one column short. A window has one place "
            "more than it makes steps."),
        Mistake("convolution rounded up", walk(rounded_up, "Conv2d"),
            "A convolution has no `ceil_mode`: a window that does not fit is left out.",
            praise="Right where the steps come out even."),
        Mistake("map unchanged",
            walk(lambda shape, *layer: (*after(shape, *layer)[:2], *shape[2:]), "Conv2d"),
            "Your convolution keeps the map's height and width. Without padding a window of 3 "
            "fits into 5 pixels in three places only."),
        Mistake("convolution left out of the walk",
            walk(lambda shape, *layer: shape, "Conv2d"),
            "Behind a Conv2d your shape is still the one before it. A convolution changes "
            "channels, height and width: does a branch of your code do so?"),
        Mistake("pooling left out of the walk",
            walk(lambda shape, *layer: shape, "MaxPool2d"),
            "Behind a MaxPool2d your shape is still the one before it. A pooling makes height and "
            "width smaller: does a branch of your code do so?"),
        Mistake("channels multiplied", walk(many_channels, "Conv2d"),
            "You multiplied `out_channels` with the channels that come in. Each filter reads all "
            "of them and writes one map."),
        Mistake("pooling to one channel",
            walk(lambda shape, *layer: (shape[0], 1, *after(shape, *layer)[2:]), "MaxPool2d"),
            "Your pooling puts out one channel. It works on each channel by itself, so all of "
            "them come out."),
        Mistake("width before height",
            walk(lambda shape, *layer: (*shape[:2], *after(shape, *layer)[:1:-1]), "MaxPool2d"),
            "Behind a pooling your height and width have changed places. Here no sum shows it, "
            "but the next layer does: the height comes first."),
        Mistake("convolution by its kernel",
            read_as(by_its_kernel, "Conv2d"),
            "Your convolution moves by its kernel size, as a pooling does. Unless you give a "
            "`stride`, a convolution moves by one pixel."),
        *in_windows("window one place too long", read_as, longer_kernel,
            "Your windows reach too far by one place of the kernel. Test it with a kernel of 1: "
            "it covers one pixel, whatever the dilation."),
        Mistake("channels unchanged",
            walk(lambda shape, *layer: (*shape[:2], *after(shape, *layer)[2:]), "Conv2d"),
            "Your convolution keeps the channels. Its output has one map for each of its "
            "`out_channels`."),
        *in_windows("stride ignored", read_as, ignoring("stride"),
            "You left out the `stride`, with which the window moves. Where it is not given, "
            "it is 1 for a convolution and the kernel size for a pooling."),
        *in_windows("dilation ignored", read_as, ignoring("dilation"),
            "You left out the `dilation`. It spreads the kernel: it covers more of the map."),
        Mistake("ceil_mode ignored", read_as(ignoring("ceil_mode"), "MaxPool2d"),
            "With `ceil_mode=True` the last window may stick out of the map.",
            praise="Right for `ceil_mode=False`."),
        Mistake("every window kept", walk(every_window_kept, "MaxPool2d"),
            "A window that would begin in the padding behind the map is left out, even with "
            "`ceil_mode=True`.",
            praise="Right but for one case of `ceil_mode`."),
        Mistake("window just behind the map", walk(kept_at_the_end, "MaxPool2d"),
            "You keep a last window that starts just behind the map. Not one pixel of the map is "
            "in it. Compare `>` with `>=`.",
            praise="Nearly right."),
        Mistake("pooling by one pixel",
            read_as(lambda arguments: {"stride": 1, **arguments}, "MaxPool2d"),
            "Your pooling moves by one pixel. Unless you give a `stride`, PyTorch's pooling moves "
            "by its kernel size."),
        Mistake("pooling by its kernel only",
            read_as(lambda arguments: {"kernel_size": arguments["kernel_size"]}, "MaxPool2d"),
            "You divided the map by the kernel size. A pooling may come with a stride, padding, "
            "dilation and `ceil_mode` too."),
        *in_windows("square kernels", read_as, square_kernel,
            "You took each kernel for a square. A pair is `(height, width)`: the two may differ."),
        Mistake("Flatten's dimensions ignored",
            read_as(ignoring("start_dim", "end_dim"), "Flatten"),
            "`start_dim` and `end_dim` say which dimensions become one, and the Linear behind it "
            "sees the last one.",
            praise="Right for a plain Flatten."),
        Mistake("batch flattened", read_as(lambda arguments: {"start_dim": 0}, "Flatten"),
            "Your Flatten makes one vector of the whole batch. It keeps the first dimension "
            "unless `start_dim` says otherwise."),
        Mistake("Linear that flattens", walk(flattening_linear, "Linear"),
            "Your Linear gives one vector for each sample. It never flattens: it works on the "
            "last dimension and keeps all the others."),
    ),
    hints=(
        "Walk through the layers with the shape in your hand: each layer makes a new shape "
        "from the one before. Add up the elements of the new ones.",
        "You have the shapes already: lesson 06 for Conv2d, 08 for MaxPool2d, 09 for Flatten, "
        "01 for Linear. ReLU changes nothing.",
        "`arguments.get('stride', 1)` reads an argument and its default. "
        "For a pooling the default is another one.",
        "An int stands for a pair of equal ints. A small helper that always returns a pair "
        "saves many cases.",
    ),
)

LESSON = Lesson("15-cost", (PARAMS_BYTES, ADAM_BYTES, ACTIVATIONS))
