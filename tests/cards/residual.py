"""What the cards of lesson 12 say of answers that were found silent or misled."""


def projection(line):
    return f"def projection_params(in_channels, out_channels):\n    return {line}\n"


def block(path):
    """A block with the right projection, and some path beside it."""
    return (
        "def basic_block_params(in_channels, out_channels, stride=1):\n"
        "    same = stride == 1 and in_channels == out_channels\n"
        f"    return {path} + (0 if same else (in_channels + 2) * out_channels)\n"
    )


def concat(place):
    return (
        "def concat_output_shape(shapes, dim=1):\n    sizes = list(shapes[0])\n"
        f"    sizes[{place}] = sum(shape[{place}] for shape in shapes)\n    return tuple(sizes)\n"
    )


CARDS = [
    (
        "projection_params",
        projection("2 * in_channels * out_channels"),
        "The second layer is a BatchNorm2d",
    ),
    (
        "projection_params",
        projection("in_channels * out_channels + in_channels + out_channels"),
        "one for each output channel. The BatchNorm meets",
    ),
    (
        "projection_params",
        projection("in_channels * out_channels + out_channels**2"),
        "It treats every channel alone",
    ),
    (
        "projection_params",
        projection("3 * in_channels * out_channels"),
        "It does not see the weights",
    ),
    (
        "projection_params",
        projection("2 * in_channels * out_channels + 2 * out_channels"),
        "You counted the convolution's weights twice. A 1x1",
    ),
    (
        "projection_params",
        projection("in_channels * out_channels + 5 * out_channels"),
        "the second are buffers",
    ),
    (
        "projection_params",
        projection("in_channels * out_channels + out_channels"),
        "which two vectors?",
    ),
    (
        "projection_params",
        projection("in_channels * out_channels + 2 * in_channels"),
        "how many channels arrive there?",
    ),
    (
        "basic_block_params",
        block("in_channels * out_channels + out_channels**2 + 4 * out_channels"),
        "Their kernels are 3x3",
    ),
    (
        "basic_block_params",
        block("9 * in_channels * out_channels * stride + 9 * out_channels**2 + 4 * out_channels"),
        "the same weights are used at every stop",
    ),
    (
        "basic_block_params",
        block("9 * out_channels * (in_channels + out_channels) + 2 * out_channels"),
        "of the main path",
    ),
    (
        "concat_output_shape",
        concat("abs(dim)"),
        "You lost the sign of `dim`",
    ),
    (
        "concat_output_shape",
        concat("1"),
        "tensors can be joined along any dimension",
    ),
    (
        "concat_output_shape",
        concat("-1"),
        "You always join along the last dimension",
    ),
]
