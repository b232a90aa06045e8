"""Wrong answers of lesson 07, and what their cards must say."""

HELPERS = """\
def pair(x):
    return x if isinstance(x, tuple) else (x, x)


def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    k = pair(kernel_size)
    n = in_channels * multiplier
    return n * k[0] * k[1] + (n if bias else 0)


def pointwise_params(in_channels, out_channels, bias=True):
    return in_channels * out_channels + (out_channels if bias else 0)
"""

PAIR = """\
def pair(x):
    return x if isinstance(x, tuple) else (x, x)
"""

CARDS = [
    (
        "depthwise_params",
        """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    return kernel_size * kernel_size * multiplier
""",
        "the weights of one channel, and no bias",
    ),
    (
        "depthwise_params",
        """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    n = kernel_size * kernel_size * multiplier
    return n + multiplier if bias else n
""",
        "filters of one channel",
    ),
    (
        "depthwise_params",
        PAIR
        + """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    k = pair(kernel_size)
    n = in_channels * multiplier
    return n * k[0] * k[1] + n if bias else 0
""",
        "put brackets",
    ),
    (
        "depthwise_params",
        PAIR
        + """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    k = pair(kernel_size)
    n = in_channels + multiplier
    w = n * k[0] * k[1]
    return w + n if bias else w
""",
        "added `multiplier`",
    ),
    (
        "depthwise_params",
        PAIR
        + """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    k = pair(kernel_size)
    n = in_channels * multiplier
    w = n * k[0] * k[1]
    return w + multiplier if bias else w
""",
        "counted `multiplier` biases",
    ),
    (
        "depthwise_params",
        PAIR
        + """\
def depthwise_params(in_channels, kernel_size, multiplier=1, bias=True):
    k = pair(kernel_size)
    n = in_channels * multiplier
    w = n * k[0] * k[1]
    return w + n if not bias else w
""",
        "opposite value",
    ),
    (
        "pointwise_params",
        """\
def pointwise_params(in_channels, out_channels, bias=True):
    return in_channels + out_channels + (out_channels if bias else 0)
""",
        "added the two numbers",
    ),
    (
        "pointwise_params",
        """\
def pointwise_params(in_channels, out_channels, bias=True):
    return in_channels * out_channels + out_channels if bias else 0
""",
        "put brackets",
    ),
    (
        "pointwise_params",
        """\
def pointwise_params(in_channels, out_channels, bias=True):
    return in_channels * out_channels + (0 if bias else out_channels)
""",
        "opposite value",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(in_channels, kernel_size, bias) + pointwise_params(
        in_channels, out_channels, bias
    )
""",
        "hand `bias` over by its name",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(in_channels, kernel_size) + pointwise_params(
        in_channels, out_channels, bias
    )
""",
        "your depthwise half still has a bias",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(in_channels, kernel_size, bias=bias) + pointwise_params(
        in_channels, out_channels
    )
""",
        "your pointwise half still has a bias",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(in_channels, kernel_size, bias=bias) + pointwise_params(
        out_channels, out_channels, bias
    )
""",
        "gets `out_channels` maps",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(
        in_channels, kernel_size, out_channels, bias
    ) + pointwise_params(in_channels, out_channels, bias)
""",
        "maps of each channel",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    return depthwise_params(
        in_channels, kernel_size, out_channels, bias
    ) + pointwise_params(in_channels * out_channels, out_channels, bias)
""",
        "mix all their maps",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    k = pair(kernel_size)
    n = in_channels * k[0] * k[1] + in_channels * out_channels
    return n + (2 * in_channels if bias else 0)
""",
        "`in_channels` biases",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    k = pair(kernel_size)
    n = k[0] * k[1] + in_channels * out_channels
    return n + (in_channels + out_channels if bias else 0)
""",
        "one kernel in all. Each",
    ),
    (
        "separable_params",
        HELPERS
        + """\
def separable_params(in_channels, out_channels, kernel_size, bias=True):
    k = pair(kernel_size)
    n = k[0] * k[1] + in_channels * out_channels
    return n + (out_channels if bias else 0)
""",
        "and no bias",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * (H * W * C * k[0] * k[1] + C * out_channels)
""",
        "at one place only",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * H * W * C * k[0] * k[1] + H * W * C * out_channels
""",
        "pointwise half works for one image",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return H * W * C * k[0] * k[1] + N * H * W * C * out_channels
""",
        "depthwise half works for one image",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * H * W * (C * k[0] * k[1] * out_channels + C * out_channels)
""",
        "anew for each output channel",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * H * W * (C * k[0] * k[1] * C * out_channels)
""",
        "At each place you multiplied",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * (H + W) * (C * k[0] * k[1] + C * out_channels)
""",
        "added height and width",
    ),
    (
        "separable_mult_adds",
        PAIR
        + """\
def separable_mult_adds(input_shape, out_channels, kernel_size):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return N * H * (C * k[0] * k[1] + C * out_channels)
""",
        "divided by `input_shape[3]`",
    ),
]
