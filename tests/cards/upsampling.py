"""What the cards of lesson 20 say of wrong answers as people write them."""


def paint(line, length="stride * (len(values) - 1) + len(kernel)", around=""):
    return (
        "def conv_transpose1d(values, kernel, stride=1):\n"
        f"    out = [0] * ({length})\n"
        "    for i, v in enumerate(values):\n"
        "        for k, w in enumerate(kernel):\n"
        f"            {line}\n"
        f"{around}"
        "    return out\n"
    )


def whole(body):
    return "def conv_transpose1d(values, kernel, stride=1):\n" + body


def weight(line):
    return (
        "def conv_transpose2d_weight_shape(in_channels, out_channels, kernel_size, groups=1):\n"
        "    h, w = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2\n"
        f"    return {line}\n"
    )


def shape(side, front="input_shape[0], out_channels", pairs="tuple(x) if type(x) is tuple"):
    return (
        "def conv_transpose2d_output_shape(input_shape, out_channels, kernel_size, stride=1,\n"
        "        padding=0, output_padding=0, dilation=1):\n"
        f"    two = lambda x: {pairs} else (x, x)\n"
        "    k, s, p, o, d = map(two, (kernel_size, stride, padding, output_padding, dilation))\n"
        f"    side = lambda n, k, s, p, o, d: {side}\n"
        "    H = side(input_shape[2], k[0], s[0], p[0], o[0], d[0])\n"
        "    W = side(input_shape[3], k[1], s[1], p[1], o[1], d[1])\n"
        f"    return ({front}, H, W)\n"
    )


def work(line):
    return (
        "def conv_transpose2d_mult_adds(input_shape, out_channels, kernel_size, groups=1):\n"
        "    n, c, h, w = input_shape\n"
        "    kh, kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,) * 2\n"
        f"    return {line}\n"
    )


def unet(
    pair="9 * i * o + o + 9 * o * o + o",
    step="4 * hi * lo + lo + two(2 * lo, lo)",
    end="widths[0] * num_classes + num_classes",
    first="in_channels",
):
    return (
        "def unet_params(in_channels, num_classes, widths):\n"
        f"    two = lambda i, o: {pair}\n"
        f"    total, i = {end}, {first}\n"
        "    for o in widths:\n        total += two(i, o)\n        i = o\n"
        f"    for lo, hi in zip(widths, widths[1:]):\n        total += {step}\n"
        "    return total\n"
    )


RIGHT = "(n - 1) * s - 2 * p + d * (k - 1) + o + 1"
CARDS = [
    ("conv_transpose1d", paint("out[stride * i + k] = v * w"), "`=` forgets what was there"),
    (
        "conv_transpose1d",
        paint("out[i + k] += v * w"),
        "There is room for the stride in your answer",
    ),
    (
        "conv_transpose1d",
        paint("out[i + k] += v * w", "len(values) + len(kernel) - 1"),
        "Your kernels start at 0, 1, 2",
    ),
    (
        "conv_transpose1d",
        paint("out[stride * i + k] += v * kernel[-1 - k]"),
        "from its last weight to its first",
    ),
    (
        "conv_transpose1d",
        paint("out[stride * i + k] += v * w", "stride * len(values) + len(kernel)"),
        "There are zeros too many at the end",
    ),
    (
        "conv_transpose1d",
        paint("out[stride * i + k] += v * w", "stride * len(values) + len(kernel) - 1"),
        "as if a gap followed the last value too",
    ),
    (
        "conv_transpose1d",
        paint("out[stride * i + k] += v * w", around="        return out\n"),
        "Only the first value has been painted",
    ),
    (
        "conv_transpose1d",
        paint("out[i + stride * k] += v * w", "len(values) - 1 + stride * (len(kernel) - 1) + 1"),
        "That is dilation",
    ),
    (
        "conv_transpose1d",
        whole("    return [v * w for v in values for w in kernel]\n"),
        "You put all products one behind the other",
    ),
    (
        "conv_transpose1d",
        whole(
            "    n, k = len(values), len(kernel)\n"
            "    return [sum(w * values[i + j] for j, w in enumerate(kernel))\n"
            "            for i in range(0, n - k + 1, stride)]\n"
        ),
        "You let the kernel slide over the values",
    ),
    (
        "conv_transpose1d",
        whole("    return [v for v in values for _ in range(stride)]\n"),
        "You repeated each value",
    ),
    (
        "conv_transpose1d",
        whole(
            "    out = []\n    for v in values:\n        out += [v] + [0] * (stride - 1)\n"
            "    return out[:len(out) - stride + 1]\n"
        ),
        "You put zeros between the values and stopped there",
    ),
    (
        "conv_transpose1d",
        whole(
            "    import numpy as np\n"
            "    wide = np.zeros(stride * (len(values) - 1) + 1)\n    wide[::stride] = values\n"
            "    return np.correlate(wide, kernel, 'full')\n"
        ),
        "from its last weight to its first",
    ),
    (
        "conv_transpose1d",
        whole(
            "    import numpy as np\n"
            "    out = np.zeros(stride * (len(values) - 1) + len(kernel), dtype=int)\n"
            "    for i, v in enumerate(values):\n"
            "        for k, w in enumerate(kernel):\n"
            "            out[i * stride + k] += int(v * w)\n"
            "    return out\n"
        ),
        "You cut off the fractions",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(out_channels, in_channels // groups, h, w)"),
        "That is the weight of a `Conv2d`",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(out_channels // groups, in_channels, h, w)"),
        "first two entries have changed places",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels, out_channels, h, w)"),
        "the channels of its own group",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels // groups, out_channels // groups, h, w)"),
        "You divided both numbers of channels",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels // groups, out_channels, h, w)"),
        "You divided the channels that go in",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(h, w, out_channels // groups, in_channels)"),
        "as Keras does",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels, out_channels // groups, kernel_size, kernel_size)"),
        "You put the pair itself into the shape",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("in_channels * (out_channels // groups) * h * w"),
        "Asked is the shape",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels, out_channels // groups, w, h)"),
        "PyTorch's order is height, then width",
    ),
    (
        "conv_transpose2d_weight_shape",
        weight("(in_channels, out_channels // groups)"),
        "Each pair of channels has a whole kernel",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n + 2 * p - d * (k - 1) - 1) // s + 1"),
        "That is the shape behind a `Conv2d`",
    ),
    ("conv_transpose2d_output_shape", shape("n * s"), "You multiplied the sides by the stride"),
    (
        "conv_transpose2d_output_shape",
        shape("n * s - 2 * p + d * (k - 1) + o + 1"),
        "one step less than there are pixels",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s + 2 * p + d * (k - 1) + o + 1"),
        "Your padding makes the output larger",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - p + d * (k - 1) + o + 1"),
        "You cut the padding off once",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * p + d * (k - 1) + 1"),
        "`output_padding` changes the shape as well",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * p + d * (k - 1) + 2 * o + 1"),
        "It makes one end longer only",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * p + k + o"),
        "A dilated kernel is painted over more places",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * p + k * d + o"),
        "You multiplied the kernel size by the dilation",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * p + d * (k - 1) + o"),
        "You are short by one",
    ),
    (
        "conv_transpose2d_output_shape",
        shape(RIGHT, front="input_shape[0], input_shape[1]"),
        "You kept the input's channels",
    ),
    (
        "conv_transpose2d_output_shape",
        shape(RIGHT, pairs="(x[1], x[0]) if type(x) is tuple"),
        "PyTorch's order is height, then width",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * (h + kh - 1) * (w + kw - 1) * c * out_channels // groups * kh * kw"),
        "You let the kernel stop at every pixel of the output",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * c * out_channels * kh * kw"),
        "so there is less to",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("h * w * c * out_channels // groups * kh * kw"),
        "for every image of the batch",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("2 * n * h * w * c * out_channels // groups * kh * kw"),
        "A mult-add is one",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("c * out_channels // groups * kh * kw"),
        "the work for one pixel of the input",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * c * out_channels // groups"),
        "A pixel of the input meets every cell",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * c // groups * out_channels // groups * kh * kw"),
        "You counted the work of one group",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * out_channels * kh * kw"),
        "You let one channel go in",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * c * kh * kw // groups"),
        "You painted into one channel",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * out_channels * (c // groups * kh * kw + 1)"),
        "You counted the additions of the bias",
    ),
    ("unet_params", unet(step="4 * hi * lo + lo + two(lo, lo)"), "as if the two were added"),
    (
        "unet_params",
        unet(step="4 * hi * lo + lo + two(hi, lo)"),
        "as many channels as the width below",
    ),
    ("unet_params", unet(pair="2 * (9 * i * o + o)"), "Both convolutions of your pairs read"),
    ("unet_params", unet(step="two(2 * lo, lo)"), "You counted nothing for what doubles"),
    ("unet_params", unet(step="two(hi + lo, lo)"), "that is a U-Net with `nn.Upsample`"),
    (
        "unet_params",
        unet(step="4 * hi * lo + two(2 * lo, lo)"),
        "The transposed convolutions have a bias too",
    ),
    (
        "unet_params",
        unet(step="9 * hi * lo + lo + two(2 * lo, lo)"),
        "have a kernel of 3x3. Here it is 2x2",
    ),
    ("unet_params", unet(end="0"), "You left out the 1x1 convolution at the end"),
    (
        "unet_params",
        unet(
            pair="9 * i * o + 9 * o * o",
            step="4 * hi * lo + two(2 * lo, lo)",
            end="widths[0] * num_classes",
        ),
        "All these layers have biases",
    ),
    (
        "unet_params",
        unet(pair="9 * i * o + 2 * o + 9 * o * o + 2 * o"),
        "as with a BatchNorm",
    ),
    ("unet_params", unet(pair="9 * i * o + o"), "one behind the other"),
    ("unet_params", unet(step="0"), "The way up has weights as well"),
    ("unet_params", unet(first="1"), "Your first convolution reads one channel"),
    (
        "unet_params",
        unet(end="widths[-1] * num_classes + num_classes"),
        "Your last convolution reads the channels of the bottom",
    ),
    (
        "unet_params",
        unet(step="4 * hi * hi + hi + two(hi + lo, lo)"),
        "return as many channels as they get",
    ),
    ("unet_params", unet(pair="3 * i * o + o + 3 * o * o + o"), "three weights for a kernel"),
    (
        "conv_transpose1d",
        whole("    return [sum(v * w for w in kernel) for v in values]\n"),
        "You summed all the products of a value",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n + 2 * p - 1) * s + d * (k - 1) + 1 + o"),
        "You padded the input before",
    ),
    (
        "conv_transpose2d_output_shape",
        shape("(n - 1) * s - 2 * (p - o) + d * (k - 1) + 1"),
        "You counted `output_padding` at both ends",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * h * w * c * kh * kw"),
        "You painted each channel that goes in once",
    ),
    (
        "conv_transpose2d_mult_adds",
        work("n * (h - kh + 1) * (w - kw + 1) * c * out_channels // groups * kh * kw"),
        "the places at which the kernel of a `Conv2d` fits",
    ),
    (
        "unet_params",
        unet(step="4 * hi * lo + lo + two(hi + lo, lo)"),
        "reads the channels of both widths",
    ),
    ("unet_params", unet(pair="9 * i * o + o + 9 * o * o"), "one bias for each pair of 3x3"),
]
