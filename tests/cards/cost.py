"""Wrong answers to the exercises of lesson 15, with the words that their cards must say."""

BYTES = "def params_bytes(num_params, element_size=4):\n"
ADAM = "def adam_training_bytes(num_params):\n"
WALK = """from math import prod
def pair(size): return size if isinstance(size, tuple) else (size, size)
def activation_elements(input_shape, layers):
    total, shape = 0, tuple(input_shape)
    for kind, given in layers:
        if kind == "Linear":
            shape = (*shape[:-1], given["out_features"])
        elif kind == "Flatten":
            start = given.get("start_dim", 1) % len(shape)
            end = given.get("end_dim", -1) % len(shape)
            shape = (*shape[:start], prod(shape[start:end + 1]), *shape[end + 1:])
        elif kind != "ReLU":
            channels = given.get("out_channels", shape[1])
            sides = shape[2:]
            if given.get("padding") != "same":
                kernel, padding = given["kernel_size"], given.get("padding", 0)
                stride = given.get("stride") or (1 if kind == "Conv2d" else kernel)
                padding = 0 if padding == "valid" else padding
                sizes = (kernel, stride, padding, given.get("dilation", 1))
                sides = []
                for length, k, s, p, d in zip(shape[2:], *map(pair, sizes)):
                    room = length + 2 * p - d * (k - 1) - 1
                    places = room // s + 1
                    if given.get("ceil_mode"):
                        places = -(-room // s) + 1
                        if (places - 1) * s >= length + p:
                            places -= 1
                    sides.append(places)
            shape = (shape[0], channels, *sides)
        total += prod(shape)
    return total
"""


def slip(right, wrong):
    """The walk with one place changed."""
    assert right in WALK
    return WALK.replace(right, wrong)


CARDS = [
    ("params_bytes", BYTES + "    return num_params * element_size / 1024\n", "kibibytes"),
    ("params_bytes", BYTES + "    return num_params * element_size // 1024\n", "dropped the rest"),
    ("params_bytes", BYTES + "    return num_params * element_size / 1000\n", "kilobytes"),
    ("params_bytes", BYTES + "    return num_params * element_size // 8\n", "You divided by 8"),
    (
        "params_bytes",
        BYTES + "    return num_params // element_size\n",
        "do ten take more or fewer",
    ),
    ("params_bytes", BYTES + "    return num_params ** element_size\n", "`**` is a power"),
    ("params_bytes", BYTES + "    return num_params * 32\n", "the bits of a 32-bit float"),
    ("params_bytes", BYTES + "    return num_params * element_size + 64\n", "a Python object"),
    ("params_bytes", BYTES + "    return num_params * element_size * 4\n", "Four times too many"),
    ("params_bytes", BYTES + "    return num_params * element_size**2\n", "element size twice"),
    ("adam_training_bytes", ADAM + "    return num_params * 16 / 1024\n", "kibibytes"),
    ("adam_training_bytes", ADAM + "    return num_params * 16 / 1024**3\n", "three times"),
    ("adam_training_bytes", ADAM + "    return num_params * 6\n", "a multiple of 4"),
    ("adam_training_bytes", ADAM + "    return num_params * 8\n", "8 bytes for each parameter"),
    ("adam_training_bytes", ADAM + "    return num_params * 12\n", "12 bytes for each parameter"),
    ("adam_training_bytes", ADAM + "    return num_params * 3\n", "asked are their bytes"),
    ("adam_training_bytes", ADAM + "    return num_params * 18\n", "a copy in half precision"),
    ("adam_training_bytes", ADAM + "    return num_params * 4 + 16\n", "four values once"),
    ("adam_training_bytes", ADAM + "    return num_params * 64\n", "Four times too many"),
    ("adam_training_bytes", ADAM + "    return num_params**2 * 4\n", "with itself"),
    (
        "activation_elements",
        slip("    return total", "        return total"),
        "does your `return` stand inside the loop",
    ),
    ("activation_elements", slip("total += prod", "total += sum"), "has 6 elements, not 5"),
    (
        "activation_elements",
        slip("total, shape = 0", "total, shape = 1").replace("total += prod", "total *= prod"),
        "the layers are added up",
    ),
    ("activation_elements", slip(">= length + p", "> length + p"), "Compare `>` with `>=`"),
    ("activation_elements", slip("*sides)", "*sides[::-1])"), "changed places"),
    (
        "activation_elements",
        slip('(1 if kind == "Conv2d" else kernel)', "kernel"),
        "a convolution moves by one pixel",
    ),
    ("activation_elements", slip("d * (k - 1) - 1", "d * k - 1"), "too far by one place"),
    (
        "activation_elements",
        slip(
            'given.get("out_channels", shape[1])',
            'shape[1] * given.get("out_channels", 1)',
        ),
        "You multiplied `out_channels`",
    ),
    (
        "activation_elements",
        slip('given.get("out_channels", shape[1])', 'given.get("out_channels", 1)'),
        "Your pooling puts out one channel",
    ),
    (
        "activation_elements",
        slip('kind != "ReLU"', 'kind == "Conv2d"'),
        "Behind a MaxPool2d your shape is still",
    ),
    (
        "activation_elements",
        slip('kind != "ReLU"', 'kind == "MaxPool2d"'),
        "Behind a Conv2d your shape is still",
    ),
]
