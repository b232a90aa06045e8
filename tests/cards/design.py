"""Designs of lesson 17 that keep the numbers and miss what they are for."""

CONV = '("Conv2d", {{"out_channels": {}, "kernel_size": {}}})'
ENDS = (
    '[("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {}), ("Linear", {"out_features": 10})]'
)
SMALL = f"{CONV.format(4, 1)}, ('ReLU', {{}}), {CONV.format(8, 1)}"
STRAIGHT = f"{CONV.format(4, 3)}, {CONV.format(8, 3)}"
WIDE = '("Conv2d", {"out_channels": 8, "kernel_size": 17, "stride": 15})'
JUMP = '("Conv2d", {"out_channels": 8, "kernel_size": 3, "stride": 4})'
JUMPS = f'{CONV.format(8, 3)}, ("ReLU", {{}}), {JUMP}'
HUNDRED = CONV.format(100, 3)
CARDS = [
    ("digits_net", f"digits_net = [{SMALL}] + {ENDS}", "only a Conv2d larger than 1x1"),
    ("digits_net", f"digits_net = [{STRAIGHT}] + {ENDS}", "only behind an activation"),
    ("digits_net", f"digits_net = [{CONV.format(8, 3)}]", "ten scores come out"),
    ("thin_net", f"thin_net = [{WIDE}] + {ENDS}", "a kernel of 17x17"),
    ("thin_net", f"thin_net = [{JUMPS}] + {ENDS}", "a stride of 4"),
    ("thin_net", f"thin_net = [{STRAIGHT}] + {ENDS}", "with an activation somewhere between"),
    (
        "same_count",
        f"same_count = [[{HUNDRED}], [{HUNDRED}, ('ReLU', {{}})]]",
        "activations and Flatten do not count",
    ),
    (
        "same_count",
        f"same_count = [[{HUNDRED}], [{HUNDRED}, ('Flatten', {{}})]]",
        "activations and Flatten do not count",
    ),
]
