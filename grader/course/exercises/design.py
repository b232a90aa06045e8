"""Lesson 17: networks to design under a budget, handed in as plain data."""

from __future__ import annotations

from collections.abc import Sequence

from grader.course.network import ACTIVATIONS, Network
from grader.course.pytorch import Shape
from grader.judge.exercise import Design, Lesson, Requirement

Networks = Sequence[Network]
SCORES = (1, 10)  # the output of a network that tells ten classes apart
AGAINST = " against "
FINE = "two or more, bent in between"
NO_KIND = ("Flatten", *(kind.__name__ for kind in ACTIVATIONS))


def output_shape(networks: Networks) -> Shape:
    """The shape that leaves the only network."""
    return networks[0].output_shape


def parameters(networks: Networks) -> int:
    """The parameters of the only network."""
    return networks[0].parameters


def mult_adds(networks: Networks) -> int:
    """The mult-adds of the only network, for one image."""
    return networks[0].mult_adds


def convolutions(networks: Networks) -> int:
    """How many convolutions larger than 1x1 the only network has, an activation between them."""
    return networks[0].bent(smallest=2)


def sound_convolutions(networks: Networks) -> str:
    """What the only network's convolutions do: FINE, or the first thing that is wrong."""
    if strange := networks[0].strangest_convolution:
        return strange
    count = networks[0].bent()
    return FINE if count >= 2 else f"{count} with an activation between them"


def receptive_field(networks: Networks) -> Shape:
    """Height and width that one place sees before the only network gives up its maps."""
    return networks[0].receptive_field


def kinds(networks: Networks) -> str:
    """The kinds of both networks without activations and Flatten: `Conv2d against Linear`."""
    return AGAINST.join(
        ", ".join(kind for kind in network.kinds if kind not in NO_KIND) for network in networks)


TEN_SCORES = Requirement("output shape", 1, output_shape,
    holds=lambda shape: shape == SCORES, wanted="(1, 10)",
    sentence="One image goes in, ten scores come out. End with a Flatten, which keeps the batch, "
    "and a Linear with 10 outputs.")

DIGITS_NET = Design(
    "digits_net",
    "A small network for images of digits, with fewer than 10,000 parameters.",
    input_shape=(1, 1, 28, 28),
    networks=1,
    parts=(
        TEN_SCORES,
        Requirement("parameters", 1, parameters,
            holds=lambda count: 0 < count < 10_000, wanted="between 1 and 9,999",
            sentence="Count layer by layer: the Linear behind Flatten is often the largest. "
            "What makes its input smaller?"),
        Requirement("convolutions", 1, convolutions,
            holds=lambda count: count >= 2, wanted="at least 2",
            sentence="A network for images looks around, twice: only a Conv2d larger than 1x1 "
            "counts, and a second one only behind an activation. Without it the two would be one."),
    ),
    hints=(
        "Begin with two convolutions of few channels and a MaxPool2d behind each. "
        "Follow the shape down to the Flatten.",
        "The Linear at the end has ten weights for each feature. How many features leave the "
        "budget room for the convolutions?",
        "A second pooling, a stride of 2 or an AdaptiveAvgPool2d before Flatten "
        "makes the features fewer.",
    ),
)

THIN_NET = Design(
    "thin_net",
    "A network for small colour images that sees far with few parameters and little work.",
    input_shape=(1, 3, 32, 32),
    networks=1,
    parts=(
        TEN_SCORES,
        Requirement("parameters", 1, parameters,
            holds=lambda count: 0 < count < 20_000, wanted="between 1 and 19,999",
            sentence="Depthwise and pointwise convolutions (`groups`, and a kernel of 1) need "
            "far fewer weights than a full one. Fewer features before the Linear help as well."),
        Requirement("mult-adds", 1, mult_adds,
            holds=lambda count: 0 < count < 3_000_000, wanted="between 1 and 2,999,999",
            sentence="A convolution works at every place of its output. An early stride or "
            "pooling makes all later maps smaller."),
        Requirement("convolutions", 1, sound_convolutions,
            holds=lambda found: found == FINE, wanted=FINE,
            sentence="At least two, with an activation somewhere between them, none larger than "
            "7x7, and none that jumps over places: its stride is at most its kernel."),
        Requirement("receptive field", 1, receptive_field,
            holds=lambda field: min(field) >= 17, wanted="at least (17, 17)",
            sentence="Each window adds to what one place sees, more so behind a stride or a "
            "pooling and with dilation. Layers from the first Flatten, Linear or "
            "AdaptiveAvgPool2d on do not count."),
    ),
    hints=(
        "`receptive_field` of lesson 05 tells how far a chain of windows sees. "
        "A pooling is a window too.",
        "After a stride of 2 each further window reaches twice as far and costs a quarter "
        "of the work. So make the maps smaller early.",
        "An AdaptiveAvgPool2d to 1x1 before Flatten leaves one feature for each channel.",
        "If it is still too much work, take a convolution apart: one with `groups` equal to "
        "its channels, then one with kernel size 1.",
    ),
)

SAME_COUNT = Design(
    "same_count",
    "Two networks of different kinds of layers with exactly 1,000 parameters each.",
    input_shape=(1, 1, 28, 28),
    networks=2,
    parts=(
        Requirement("parameters of the first network", 1, lambda networks: networks[0].parameters,
            holds=lambda count: count == 1000, wanted="exactly 1,000",
            sentence="Write 1,000 as outputs times weights for each output, the bias among them. "
            "Which sizes of a layer have such a product?"),
        Requirement("parameters of the second network", 1, lambda networks: networks[1].parameters,
            holds=lambda count: count == 1000, wanted="exactly 1,000",
            sentence="If one layer cannot hit 1,000, two can: let a BatchNorm2d or a layer "
            "without a bias fill the gap."),
        Requirement("kinds of layers", 1, kinds,
            holds=lambda found: len(set(found.split(AGAINST))) == 2, wanted="two lists that differ",
            sentence="Both networks have the same kinds of layers in the same order; activations "
            "and Flatten do not count. Take another way to the same number."),
    ),
    hints=(
        "One layer is enough for a network. Which numbers divide 1,000?",
        "Each output of a Conv2d on a grey image costs its kernel's height times width, "
        "and one for the bias.",
        "A Linear sees 784 features behind Flatten, and fewer behind a pooling. "
        "With the bias, how many weights has one output?",
    ),
)

LESSON = Lesson("17-design", (DIGITS_NET, THIN_NET, SAME_COUNT))
