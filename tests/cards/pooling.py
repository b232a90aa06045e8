"""Wrong answers of lesson 08, and what their cards must say."""

HELPERS = """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or kernel_size
    way = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if not ceil_mode:
        return way // stride + 1
    windows = -(-way // stride) + 1
    return windows - 1 if (windows - 1) * stride >= length + padding else windows


def pair(x):
    return x if isinstance(x, tuple) else (x, x)
"""

CARDS = [
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    return (length + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1
""",
        "In this call `stride` is None: say first what it is to be then.",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or kernel_size
    return round((length + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1
""",
        "nearest whole number",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    import math

    stride = stride or kernel_size
    n = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if ceil_mode:
        return math.ceil(n / stride)
    return n // stride + 1
""",
        "lost the window",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    import math

    stride = stride or kernel_size
    way = length + 2 * padding - dilation * (kernel_size - 1)
    return math.ceil(way / stride) if ceil_mode else way // stride
""",
        "divide only the way",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or kernel_size
    way = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if ceil_mode:
        return -(-way // stride + 1)
    return way // stride + 1
""",
        "a minus sign",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or dilation * (kernel_size - 1) + 1
    way = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if not ceil_mode:
        return way // stride + 1
    n = -(-way // stride) + 1
    return n - 1 if (n - 1) * stride >= length + padding else n
""",
        "gaps included",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or kernel_size
    way = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if ceil_mode:
        return way // stride + 1
    n = -(-way // stride) + 1
    return n - 1 if (n - 1) * stride >= length + padding else n
""",
        "opposite value",
    ),
    (
        "pool_output_length",
        """\
def pool_output_length(
    length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False
):
    stride = stride or kernel_size
    way = length + 2 * padding - dilation * (kernel_size - 1) - 1
    if not ceil_mode:
        return way // stride + 1
    n = -(-way // stride) + 1
    return n - 1 if (n - 1) * stride > length + padding else n
""",
        "Compare `>` with `>=`",
    ),
    (
        "pool2d_output_shape",
        HELPERS
        + """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    k, p = pair(kernel_size), pair(padding)
    s = pair(stride)
    return (
        N,
        C,
        pool_output_length(H, k[0], s[0], p[0], ceil_mode),
        pool_output_length(W, k[1], s[1], p[1], ceil_mode),
    )
""",
        "in the place of `dilation`",
    ),
    (
        "pool2d_output_shape",
        """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    return (N, 1, H // kernel_size, W // kernel_size)
""",
        "one channel of all",
    ),
    (
        "pool2d_output_shape",
        HELPERS
        + """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    k, p = pair(kernel_size), pair(padding)
    s = pair(stride)
    return (
        N,
        C // k[0],
        pool_output_length(H, k[0], s[0], p[0], 1, ceil_mode),
        pool_output_length(W, k[1], s[1], p[1], 1, ceil_mode),
    )
""",
        "pooled the channels as well",
    ),
    (
        "pool2d_output_shape",
        HELPERS
        + """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    return tuple(pool_output_length(n, pair(kernel_size)[0]) for n in input_shape)
""",
        "all four entries",
    ),
    (
        "pool2d_output_shape",
        HELPERS
        + """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    k = pair(kernel_size)
    return (N, C, H / k[0], W / k[1])
""",
        "kept the rest",
    ),
    (
        "pool2d_output_shape",
        HELPERS
        + """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    k, s, p = pair(kernel_size), pair(stride), pair(padding)
    return (N, C, (H + 2 * p[0] - k[0]) // s[0] + 1, (W + 2 * p[1] - k[1]) // s[1] + 1)
""",
        "In this call `stride` is None: say first what it is to be then.",
    ),
    (
        "pool2d_output_shape",
        """\
def pool2d_output_shape(input_shape, kernel_size, stride=None, padding=0, ceil_mode=False):
    N, C, H, W = input_shape
    return (N, C, H // 2, W // 2)
""",
        "You halved",
    ),
    (
        "adaptive_pool2d_output_shape",
        """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    return (*input_shape[:2], *output_size)
""",
        "make a pair of it first",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    return (*input_shape[:2], *pair(output_size))
""",
        "let None through",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    h, w = pair(output_size)
    return (*input_shape[:2], h or input_shape[2], w or input_shape[2])
""",
        "the height each time",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    h, w = pair(output_size)
    return (*input_shape[:2], h or 0, w or 0)
""",
        "size of 0",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    if None in pair(output_size):
        return input_shape
    return (*input_shape[:2], *pair(output_size))
""",
        "leave the other side alone",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    h, w = pair(output_size)
    if h is None:
        h = input_shape[2]
    return (*input_shape[:2], h, w)
""",
        "It may stand for the width",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    h, w = pair(output_size)
    if h is None:
        h = input_shape[1]
    if w is None:
        w = input_shape[2]
    return (*input_shape[:2], h, w)
""",
        "one place too far to the left",
    ),
    (
        "adaptive_pool2d_output_shape",
        HELPERS
        + """\
def adaptive_pool2d_output_shape(input_shape, output_size):
    h, w = pair(output_size)
    if h is None:
        h = input_shape[2]
    elif w is None:
        w = input_shape[3]
    return (*input_shape[:2], h, w)
""",
        "`if` and `elif`",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    return [max(values[i : i + kernel_size]) for i in range(0, len(values), kernel_size)]
""",
        "whatever `stride` says",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or 1
    return [max(values[i : i + kernel_size]) for i in range(0, len(values), stride)]
""",
        "your windows overlap",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    n = (len(values) - kernel_size) // stride + 1
    return [max(values[i : i + kernel_size]) for i in range(n)]
""",
        "only one place after the last",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    return [
        max(values[i : i + kernel_size], key=abs)
        for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "farthest from 0",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    return [
        max(values[i : i + stride]) for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "as long as the stride",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    values = sorted(values)
    return [
        max(values[i : i + kernel_size])
        for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "sorted the values",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or 0
    return [
        max(values[i : i + kernel_size])
        for i in range(0, len(values) - kernel_size + 1, kernel_size + stride)
    ]
""",
        "kernel and stride together",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    values = list(values)
    while len(values) % stride:
        values.append(float("-inf"))
    return [
        max(values[i : i + kernel_size])
        for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "fill the values up",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = stride or kernel_size
    values = list(values)
    while len(values) % kernel_size:
        values.append(0)
    return [
        max(values[i : i + kernel_size])
        for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "up with zeros",
    ),
    (
        "max_pool1d",
        """\
def max_pool1d(values, kernel_size, stride=None):
    stride = kernel_size
    return [
        max(values[i : i + kernel_size])
        for i in range(0, len(values) - kernel_size + 1, stride)
    ]
""",
        "the windows move by it",
    ),
]
