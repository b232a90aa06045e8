"""Lesson 15: what a network costs in memory, its activations, its weights and its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from grader.course.network import Network, build
from grader.course.pytorch import Shape
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, case

Arguments = dict[str, Any]
Layers = Sequence[tuple[str, Arguments]]
Step = Callable[[Shape, str, Arguments], Shape]
WINDOWS = ("Conv2d", "MaxPool2d")
DTYPES = {
    1: torch.int8,
    2: torch.float16,
    4: torch.float32,
    8: torch.float64,
    16: torch.complex128,
}


def params_bytes(num_params: int, element_size: int = 4) -> int:
    """The bytes that `num_params` parameters take, `element_size` bytes each."""
    return torch.empty(num_params, dtype=DTYPES[element_size]).nbytes


def adam_training_bytes(num_params: int) -> int:
    """The bytes of all that `torch.optim.Adam` keeps to train float32 parameters.

    These are the weights, their gradients and two moments. The step counters are left out.
    """
    return training_bytes(num_params, torch.optim.Adam)


def activation_elements(input_shape: Shape, layers: Layers) -> int:
    """The output elements of all layers together, for the whole batch.

    ReLU and Flatten count like the others. The input does not count.
    """
    return sum(outputs(input_shape, layers))


def training_bytes(
    num_params: int, optimiser: Callable[..., torch.optim.Optimizer], **options: Any
) -> int:
    """The bytes of weights, gradients and the optimiser's state after a step, counters left out."""
    weights = nn.Parameter(torch.empty(num_params))
    weights.grad = torch.empty_like(weights)
    training = optimiser([weights], **options)
    with torch.device("cpu"):  # Adam counts its steps there
        training.step()
    state = [value for name, value in training.state[weights].items() if name != "step"]
    return sum(tensor.nbytes for tensor in (weights, weights.grad, *state))


def network(input_shape: Shape, layers: Layers) -> Network:
    """The network that PyTorch builds of the layers; most rules below ask for it again."""
    return remembered(input_shape, tuple((kind, tuple(a.items())) for kind, a in layers))


@lru_cache(maxsize=1000)
def remembered(
    input_shape: Shape, layers: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
) -> Network:
    """The network, built once."""
    return build(input_shape, [(kind, dict(arguments)) for kind, arguments in layers])


def outputs(input_shape: Shape, layers: Layers) -> list[int]:
    """The elements of each layer's output."""
    return [elements(shape) for shape in network(input_shape, layers).shapes[1:]]


def elements(shape: Shape) -> int:
    """The elements of a tensor."""
    return torch.empty(shape).numel()


def outputs_without(skipped: Sequence[str], a: SimpleNamespace) -> int:
    """The output elements of all layers but those of some kinds."""
    kinds = network(a.input_shape, a.layers).kinds
    counted = zip(kinds, outputs(a.input_shape, a.layers), strict=True)
    return sum(size for kind, size in counted if kind not in skipped)


# The steps of a student who goes from one shape to the next, each with one misreading.


def walk(a: SimpleNamespace, step: Step) -> int:
    """The sum of the outputs for a student who takes these steps."""
    total, shape = 0, a.input_shape
    for kind, arguments in a.layers:
        shape = step(shape, kind, arguments)
        total += elements(shape)
    return total


def after(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The right step: the shape behind one layer."""
    return network(shape, [(kind, arguments)]).output_shape


def ignoring(*names: str) -> Step:
    """Steps that leave these arguments at their defaults."""

    def step(shape: Shape, kind: str, arguments: Arguments) -> Shape:
        return after(shape, kind, {n: v for n, v in arguments.items() if n not in names})

    return step


def only_in(kind: str, misread: Step) -> Step:
    """Steps that misread one kind of layer and get the others right."""

    def step(shape: Shape, found: str, arguments: Arguments) -> Shape:
        return (misread if found == kind else after)(shape, found, arguments)

    return step


def in_windows(name: str, sentence: str, step: Step) -> tuple[Mistake, ...]:
    """One misreading of windows: everywhere, in convolutions only, in poolings only."""
    return (
        Mistake(name, lambda a: walk(a, step),
            sentence),
        Mistake(f"{name} in Conv2d", lambda a: walk(a, only_in("Conv2d", step)),
            f"Look at Conv2d, the poolings are right. {sentence}"),
        Mistake(f"{name} in MaxPool2d", lambda a: walk(a, only_in("MaxPool2d", step)),
            f"Look at MaxPool2d, the convolutions are right. {sentence}"),
    )


def with_square_kernels(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The height of a kernel taken for its width as well."""
    kernel = arguments.get("kernel_size")
    square = {"kernel_size": kernel[0]} if isinstance(kernel, tuple) else {}
    return after(shape, kind, {**arguments, **square})


def without_same(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The padding 'same' taken for no padding."""
    valid = {"padding": 0} if arguments.get("padding") == "same" else {}
    return after(shape, kind, {**arguments, **valid})


def padded_once(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The padding added to one side of the map only."""
    padding = arguments.get("padding", 0)
    if kind not in WINDOWS or isinstance(padding, str):
        return after(shape, kind, arguments)
    larger = enlarged(shape, padding)
    return after(larger, kind, {n: v for n, v in arguments.items() if n != "padding"})


def rounded_up(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A convolution with a last step over the edge of the map."""
    if kind != "Conv2d":
        return after(shape, kind, arguments)
    return after(enlarged(shape, arguments.get("stride", 1), less=1), kind, arguments)


def every_window_kept(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A pooling with `ceil_mode` that keeps a window in the padding as well."""
    if not arguments.get("ceil_mode"):
        return after(shape, kind, arguments)
    stride = arguments.get("stride", arguments["kernel_size"])
    return after(enlarged(shape, stride, less=1), kind, {**arguments, "ceil_mode": False})


def enlarged(shape: Shape, size: Any, less: int = 0) -> Shape:
    """The shape with as many more rows and columns, or a few less than that."""
    rows, columns = size if isinstance(size, tuple) else (size, size)
    *front, height, width = shape
    return (*front, height + rows - less, width + columns - less)


def one_short(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """The steps of a window counted, but not the place where it starts."""
    right = after(shape, kind, arguments)
    if kind not in WINDOWS or arguments.get("padding") == "same":
        return right
    return (*right[:2], *(max(size - 1, 1) for size in right[2:]))


def map_unchanged(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A convolution that changes the channels only."""
    right = after(shape, kind, arguments)
    return (*right[:2], *shape[2:]) if kind == "Conv2d" else right


def channels_unchanged(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A convolution that changes the map only."""
    right = after(shape, kind, arguments)
    return (*shape[:2], *right[2:]) if kind == "Conv2d" else right


def one_by_one(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A pooling that moves by one pixel unless told otherwise."""
    return after(shape, kind, {"stride": 1, **arguments} if kind == "MaxPool2d" else arguments)


def by_the_kernel(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A pooling that divides the map by its kernel, whatever else is said."""
    if kind != "MaxPool2d":
        return after(shape, kind, arguments)
    return after(shape, kind, {"kernel_size": arguments["kernel_size"]})


def batch_flattened(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A Flatten that makes one vector of everything."""
    return after(shape, kind, {"start_dim": 0} if kind == "Flatten" else arguments)


def flattening_linear(shape: Shape, kind: str, arguments: Arguments) -> Shape:
    """A Linear that gives one vector for each sample."""
    right = after(shape, kind, arguments)
    return (right[0], right[-1]) if kind == "Linear" and len(right) > 1 else right


# What is drawn.


def draw_image(random: Random) -> Shape:
    """A batch of images, large enough for any two layers drawn below."""
    batch, channels = random.randint(2, 6), random.choice((2, 4, 6))
    return (batch, channels, random.randint(18, 26), random.randint(18, 26))


def draw_conv(random: Random) -> tuple[str, Arguments]:
    """A convolution for an even number of channels."""
    convolution: Arguments = {
        "out_channels": random.choice((4, 6, 8, 10)),
        "kernel_size": random.choice((1, 2, 3, (3, 2), (1, 3))),
        "dilation": random.choice((1, 2, (2, 1))),
        "groups": random.choice((1, 2)),
    }
    if random.random() < 0.25:
        return "Conv2d", {**convolution, "padding": "same", "bias": False}
    padding = random.choice((0, 1, 2, (2, 1), "valid"))
    stride = random.choice((1, 2, 3, (1, 2)))
    return "Conv2d", {**convolution, "padding": padding, "stride": stride}


def draw_pool(random: Random) -> tuple[str, Arguments]:
    """A max pooling with one window that may begin beyond the end."""
    pool = {
        "kernel_size": random.choice((2, 3, (2, 3), (3, 2))),
        "padding": random.choice((0, 1)),
        "dilation": random.choice((1, 2)),
        "ceil_mode": random.choice((False, True)),
    }
    if random.random() < 0.5:
        pool["stride"] = random.choice((1, 2, 3, 4, (2, 3)))
    return "MaxPool2d", pool


def draw_network(random: Random) -> Case:
    """A convolution, a pooling and the way through Flatten to a Linear."""
    flatten = random.choice(({}, {"start_dim": 2}, {"start_dim": 0}, {"end_dim": 2}))
    return case(
        draw_image(random),
        [
            draw_conv(random),
            ("ReLU", {}),
            ("MaxPool2d", {"kernel_size": 2}),
            ("Flatten", flatten),
            ("Linear", {"out_features": random.randint(2, 30)}),
        ],
    )


PARAMS_BYTES = Function(
    params_bytes,
    parts=(
        Part("32-bit floats", 1,
            (case(1), case(10), case(61_706)),
            lambda random: case(random.randint(2, 100_000_000))),
        Part("other element sizes", 1,
            (case(10, element_size=2), case(10, element_size=8), case(55, 1),
             case(6_738_415_616, element_size=2)),
            lambda random: case(
                random.randint(2, 100_000_000), element_size=random.choice((1, 2, 8, 16))
            )),
    ),
    mistakes=(
        Mistake("parameters, not bytes", lambda a: a.num_params,
            "You returned the number of parameters. Each of them takes `element_size` bytes."),
        Mistake("always four bytes", lambda a: params_bytes(a.num_params),
            "`element_size` is an argument: in half precision a parameter takes 2 bytes.",
            praise="Right for 32-bit floats."),
        Mistake("always eight bytes", lambda a: params_bytes(a.num_params, 8),
            "`element_size` is an argument, and PyTorch's parameters are 32-bit floats unless you "
            "say otherwise.",
            praise="Right for 64-bit floats."),
        Mistake("bits, not bytes", lambda a: params_bytes(a.num_params, a.element_size) * 8,
            "You returned bits. This course counts bytes, as `tensor.nbytes` does; a byte has 8 "
            "bits."),
        Mistake("megabytes, not bytes",
            lambda a: params_bytes(a.num_params, a.element_size) / 1_000_000,
            "You returned megabytes, as torchinfo shows them. Asked are bytes, a whole number."),
        Mistake("megabytes, rounded",
            lambda a: round(params_bytes(a.num_params, a.element_size) / 1_000_000, 2),
            "You returned megabytes with two digits, as torchinfo shows them. Asked are bytes, a "
            "whole number."),
        Mistake("mebibytes, not bytes",
            lambda a: params_bytes(a.num_params, a.element_size) / 2**20,
            "You returned mebibytes: you divided by 1024 twice. Asked are bytes, a whole number."),
        Mistake("gradients counted", lambda a: params_bytes(a.num_params, a.element_size) * 2,
            "Twice too many: that is the memory of the weights and their gradients. Gradients "
            "come with training, and in the next exercise."),
        Mistake("divided by eight", lambda a: params_bytes(a.num_params, a.element_size) / 8,
            "You divided by 8, as if `element_size` were in bits. It is in bytes already."),
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
        Mistake("nothing kept by Adam", lambda a: training_bytes(a.num_params, torch.optim.SGD),
            "You counted two values for each parameter: the weight and its gradient. Adam also "
            "remembers something of each gradient it has seen."),
        Mistake("one value forgotten",
            lambda a: training_bytes(a.num_params, torch.optim.SGD, momentum=0.9),
            "You counted three values for each parameter. Adam keeps two running averages; the "
            "weight and its gradient are there as well."),
        Mistake("one value too many",
            lambda a: training_bytes(a.num_params, torch.optim.Adam, amsgrad=True),
            "You counted five values for each parameter. Adam keeps a third average only with "
            "`amsgrad=True`, and a second copy of the weights only in mixed precision."),
        Mistake("step counter counted",
            lambda a: adam_training_bytes(a.num_params) + params_bytes(1),
            "Right, but for one step counter. It is a number for each tensor, not for each "
            "parameter, and the exercise leaves it out."),
        Mistake("64-bit floats", lambda a: adam_training_bytes(a.num_params) * 2,
            "Twice too many. PyTorch's parameters are 32-bit floats unless you say otherwise: how "
            "many bytes is one?"),
        Mistake("bits, not bytes", lambda a: adam_training_bytes(a.num_params) * 8,
            "You returned bits. A byte has 8 bits, and a 32-bit float takes 4 bytes."),
        Mistake("megabytes, not bytes", lambda a: adam_training_bytes(a.num_params) / 1_000_000,
            "You returned megabytes. Asked are bytes, a whole number."),
        Mistake("gigabytes, not bytes", lambda a: adam_training_bytes(a.num_params) / 1_000_000_000,
            "You returned gigabytes. Asked are bytes, a whole number."),
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
    parts=(
        Part("Linear and ReLU", 1,
            (
                case((1, 3), [("Linear", {"out_features": 2})]),
                case((1, 3), [("Linear", {"out_features": 2}), ("ReLU", {})]),
                case(
                    (4, 3),
                    [
                        ("Linear", {"out_features": 6, "bias": False}),
                        ("ReLU", {"inplace": True}),
                        ("Linear", {"out_features": 2}),
                    ],
                ),
                case((2, 7, 3), [("Linear", {"out_features": 5}), ("ReLU", {})]),
            ),
            lambda random: case(
                tuple(random.choices(range(2, 9), k=random.randint(2, 4))),
                [
                    ("Linear", {"out_features": random.randint(2, 99)}),
                    ("ReLU", {}),
                    ("Linear", {"out_features": random.randint(2, 99)}),
                ],
            )),
        Part("convolutions", 2,
            (
                case((1, 1, 3, 4), [("Conv2d", {"out_channels": 2, "kernel_size": 2})]),
                case((2, 3, 5, 7), [("Conv2d", {"out_channels": 4, "kernel_size": 3})]),
                case(
                    (2, 3, 8, 11),
                    [("Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2})],
                ),
                case(
                    (2, 4, 8, 11),
                    [("Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": "same"})],
                ),
                case(
                    (2, 4, 8, 11),
                    [("Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": "valid"})],
                ),
                case(
                    (2, 4, 8, 12),
                    [
                        (
                            "Conv2d",
                            {
                                "out_channels": 6,
                                "kernel_size": (3, 2),
                                "padding": (0, 1),
                                "stride": (1, 2),
                                "dilation": (2, 1),
                                "groups": 2,
                                "bias": False,
                            },
                        ),
                        ("ReLU", {}),
                    ],
                ),
            ),
            lambda random: case(
                draw_image(random), [draw_conv(random), ("ReLU", {}), draw_conv(random)]
            )),
        Part("pooling", 1,
            (
                case((1, 1, 4, 6), [("MaxPool2d", {"kernel_size": 2})]),
                case((2, 3, 7, 9), [("MaxPool2d", {"kernel_size": 3, "stride": 2})]),
                case((2, 3, 7, 10), [("MaxPool2d", {"kernel_size": 3, "ceil_mode": True})]),
                case(
                    (2, 3, 9, 12),
                    [("MaxPool2d", {"kernel_size": (2, 3), "padding": 1, "stride": 1})],
                ),
                case(
                    (2, 3, 9, 12),
                    [("MaxPool2d", {"kernel_size": 3, "dilation": 2, "stride": (1, 3)})],
                ),
                case(
                    (2, 3, 6, 10),
                    [("MaxPool2d", {"kernel_size": 1, "stride": 4, "ceil_mode": True})],
                ),
            ),
            lambda random: case(draw_image(random), [draw_pool(random)])),
        Part("a whole network", 2,
            (
                case((2, 3, 4, 5), [("Flatten", {}), ("Linear", {"out_features": 7})]),
                case(
                    (8, 1, 32, 32),
                    [
                        ("Conv2d", {"out_channels": 6, "kernel_size": 5}),
                        ("ReLU", {}),
                        ("MaxPool2d", {"kernel_size": 2}),
                        ("Flatten", {}),
                        ("Linear", {"out_features": 10}),
                    ],
                ),
                case(
                    (2, 3, 4, 5),
                    [("Flatten", {"start_dim": 2}), ("Linear", {"out_features": 7})],
                ),
                case(
                    (2, 3, 4, 5),
                    [("Flatten", {"end_dim": 2}), ("Linear", {"out_features": 7})],
                ),
            ),
            draw_network),
    ),
    mistakes=(
        Mistake("input counted",
            lambda a: elements(a.input_shape) + activation_elements(a.input_shape, a.layers),
            "You counted the input as well. Asked are the outputs of the layers."),
        Mistake("last output only", lambda a: outputs(a.input_shape, a.layers)[-1],
            "You counted the output of the last layer only. In training the outputs of all layers "
            "are needed: does each turn of your loop add to a sum?"),
        Mistake("largest output only", lambda a: max(outputs(a.input_shape, a.layers)),
            "You returned the largest of the outputs. Asked is their sum: training needs all of "
            "them at the end of the forward pass."),
        Mistake("ReLU left out", lambda a: outputs_without(["ReLU"], a),
            "You left out the ReLU layers. Their output is a tensor too, as large as their input."),
        Mistake("Flatten left out", lambda a: outputs_without(["Flatten"], a),
            "You left out the Flatten layers. In this exercise their output counts like any "
            "other."),
        Mistake("ReLU and Flatten left out", lambda a: outputs_without(["ReLU", "Flatten"], a),
            "You left out ReLU and Flatten. Each has an output too, as large as its input."),
        Mistake("pooling left out", lambda a: outputs_without(["MaxPool2d"], a),
            "You left out the output of the pooling layers. It is smaller than their input, but "
            "it is there."),
        Mistake("layers with parameters only",
            lambda a: outputs_without(["ReLU", "Flatten", "MaxPool2d"], a),
            "You counted the layers that have parameters, as torchinfo does. The others have an "
            "output as well."),
        Mistake("one sample only", lambda a: activation_elements((1, *a.input_shape[1:]), a.layers),
            "You counted one sample. The whole batch goes through the network, so the first entry "
            "of the shape counts."),
        Mistake("forward and backward", lambda a: 2 * activation_elements(a.input_shape, a.layers),
            "Twice too many: you counted each output for the way back too, as torchinfo's "
            "'Forward/backward pass size' does."),
        Mistake("bytes, not elements",
            lambda a: params_bytes(activation_elements(a.input_shape, a.layers)),
            "You returned bytes, four for each element. Asked are the elements."),
        Mistake("parameters, not activations",
            lambda a: network(a.input_shape, a.layers).parameters,
            "You returned the number of parameters. Activations are what the layers put out."),
        *in_windows(
            "padding ignored",
            "You left out the `padding`. It makes the map larger before the window slides over it; "
            "for a convolution it may also be the text 'same'.",
            ignoring("padding"),
        ),
        Mistake("'same' taken for none", lambda a: walk(a, without_same),
            "Right but for the padding 'same': there the map keeps its height and width."),
        *in_windows(
            "padding once",
            "You added the padding once. PyTorch pads on both sides of the map.",
            padded_once,
        ),
        *in_windows(
            "start of the window forgotten",
            "Your maps are one row and one column short. A window has one place "
            "more than it makes steps.",
            one_short,
        ),
        Mistake("convolution rounded up", lambda a: walk(a, rounded_up),
            "A convolution has no `ceil_mode`: a window that does not fit is left out.",
            praise="Right where the steps come out even."),
        Mistake("map unchanged", lambda a: walk(a, map_unchanged),
            "Your convolution keeps the map's height and width. Without padding a window of 3 "
            "fits into 5 pixels in three places only."),
        Mistake("channels unchanged", lambda a: walk(a, channels_unchanged),
            "Your convolution keeps the channels. Its output has one map for each of its "
            "`out_channels`."),
        *in_windows(
            "stride ignored",
            "You left out the `stride`, with which the window moves. Where it is not given, "
            "it is 1 for a convolution and the kernel size for a pooling.",
            ignoring("stride"),
        ),
        *in_windows(
            "dilation ignored",
            "You left out the `dilation`. It spreads the kernel: it covers more of the map.",
            ignoring("dilation"),
        ),
        Mistake("ceil_mode ignored", lambda a: walk(a, ignoring("ceil_mode")),
            "Right but for `ceil_mode=True`: there the last window may stick out of the map."),
        Mistake("every window kept", lambda a: walk(a, every_window_kept),
            "Right but for one case of `ceil_mode`: a window that would begin in the padding "
            "behind the map is left out."),
        Mistake("pooling by one pixel", lambda a: walk(a, one_by_one),
            "Your pooling moves by one pixel. Unless you give a `stride`, PyTorch's pooling moves "
            "by its kernel size."),
        Mistake("pooling by its kernel only", lambda a: walk(a, by_the_kernel),
            "You divided the map by the kernel size. A pooling may come with a stride, padding, "
            "dilation and `ceil_mode` too."),
        *in_windows(
            "square kernels",
            "You took each kernel for a square. A pair is `(height, width)`: the two may differ.",
            with_square_kernels,
        ),
        Mistake("Flatten's dimensions ignored", lambda a: walk(a, ignoring("start_dim", "end_dim")),
            "`start_dim` and `end_dim` say which dimensions become one, and the Linear behind it "
            "sees the last one.",
            praise="Right for a plain Flatten."),
        Mistake("batch flattened", lambda a: walk(a, batch_flattened),
            "Your Flatten makes one vector of the whole batch. It keeps the first dimension "
            "unless `start_dim` says otherwise."),
        Mistake("Linear that flattens", lambda a: walk(a, flattening_linear),
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
