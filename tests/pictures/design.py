"""Small calls of every picture in `grader.figures.design`."""

from grader import figures

SHAPE = (1, 3, 16, 16)
NETWORK = [
    ("Conv2d", {"out_channels": 4, "kernel_size": (3, 5), "stride": 2}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": 2}),
    ("AdaptiveAvgPool2d", {"output_size": 1}),
    ("Flatten", {}),
    ("Linear", {"out_features": 10}),
]
TOO_LARGE = [("Conv2d", {"out_channels": 4, "kernel_size": 17})]
PICTURES = {
    "budget": lambda: figures.budget(SHAPE, NETWORK),
    "budget kept and broken": lambda: figures.budget(
        SHAPE, NETWORK, parameters=10_000, mult_adds=100, field=9
    ),
    "budget that cannot be built": lambda: figures.budget(SHAPE, TOO_LARGE),
    "fields": lambda: figures.fields(SHAPE, NETWORK),
    "fields wider than the image": lambda: figures.fields(
        (1, 1, 5, 7), 8 * [("Conv2d", {"out_channels": 1, "kernel_size": 3, "padding": 1})]
    ),
}
