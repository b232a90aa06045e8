"""Model designs of lesson 17."""

digits_net = [
    ("Conv2d", {"out_channels": 8, "kernel_size": 3}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": 2}),
    ("Conv2d", {"out_channels": 16, "kernel_size": 3}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": 2}),
    ("Flatten", {}),
    ("Linear", {"out_features": 10}),
]

thin_net = [
    ("Conv2d", {"out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}),
    ("BatchNorm2d", {}),
    ("ReLU", {}),
    ("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1, "groups": 16}),
    ("Conv2d", {"out_channels": 32, "kernel_size": 1}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": 2}),
    ("Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1, "groups": 32}),
    ("Conv2d", {"out_channels": 64, "kernel_size": 1}),
    ("SiLU", {}),
    ("AvgPool2d", {"kernel_size": 2}),
    ("AdaptiveAvgPool2d", {"output_size": 1}),
    ("Flatten", {}),
    ("Dropout", {"p": 0.2}),
    ("Linear", {"out_features": 10}),
]

same_count = [
    [("Conv2d", {"out_channels": 100, "kernel_size": 3})],
    [("MaxPool2d", {"kernel_size": 4}), ("Flatten", {}), ("Linear", {"out_features": 20})],
]

CALLS = {}
