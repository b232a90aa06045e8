"""Model answers of lesson 15 in plain arithmetic, and the calls on which they must be right."""

from math import ceil, prod

from hypothesis import strategies as st

count = st.integers(1, 10**11)


def params_bytes(num_params, element_size=4):
    return num_params * element_size


def adam_training_bytes(num_params):
    values = 4  # weight, gradient, first and second moment
    return values * params_bytes(num_params)


def activation_elements(input_shape, layers):
    total, shape = 0, input_shape
    for kind, arguments in layers:
        shape = shape_after[kind](shape, **arguments)
        total += prod(shape)
    return total


def pair(size):
    return (size, size) if isinstance(size, int) else size


def after_conv(
    shape, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
    padding_mode="zeros",
):  # fmt: skip
    batch, _, *sizes = shape
    if padding == "same":
        return (batch, out_channels, *sizes)
    if padding == "valid":
        padding = 0
    options = zip(pair(kernel_size), pair(stride), pair(padding), pair(dilation), strict=True)
    lengths = [
        (size + 2 * p - d * (k - 1) - 1) // s + 1
        for size, (k, s, p, d) in zip(sizes, options, strict=True)
    ]
    return (batch, out_channels, *lengths)


def after_pool(shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    batch, channels, *sizes = shape
    if stride is None:
        stride = kernel_size
    options = zip(pair(kernel_size), pair(stride), pair(padding), pair(dilation), strict=True)
    lengths = []
    for size, (k, s, p, d) in zip(sizes, options, strict=True):
        steps = (size + 2 * p - d * (k - 1) - 1) / s
        length = ceil(steps) + 1 if ceil_mode else int(steps) + 1
        if ceil_mode and (length - 1) * s >= size + p:
            length -= 1
        lengths.append(length)
    return (batch, channels, *lengths)


def after_flatten(shape, start_dim=1, end_dim=-1):
    start, end = start_dim % len(shape), end_dim % len(shape)
    return (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])


shape_after = {
    "Conv2d": after_conv,
    "MaxPool2d": after_pool,
    "Flatten": after_flatten,
    "ReLU": lambda shape, inplace=False: shape,
    "Linear": lambda shape, out_features, bias=True: (*shape[:-1], out_features),
}


def int_or_pair(low, high):
    number = st.integers(low, high)
    return number | st.tuples(number, number)


@st.composite
def convolutions(draw, channels):
    options = {
        "stride": int_or_pair(1, 3),
        "padding": int_or_pair(0, 2) | st.just("valid"),
        "padding_mode": st.sampled_from(["zeros", "replicate", "circular", "reflect"]),
    }
    if draw(st.booleans()):
        options = {"padding": st.just("same")}
    required = {"out_channels": st.just(6), "kernel_size": int_or_pair(1, 3)}
    options["dilation"] = int_or_pair(1, 2)
    options["groups"] = st.sampled_from([g for g in (1, 2, 3) if channels % g == 0])
    options["bias"] = st.booleans()
    return "Conv2d", draw(st.fixed_dictionaries(required, optional=options))


@st.composite
def pools(draw):
    kernel = draw(int_or_pair(2, 3) | st.just(1))
    options = {
        "stride": int_or_pair(1, 4) | st.none(),
        "padding": st.just(0) if kernel == 1 else int_or_pair(0, 1),
        "dilation": int_or_pair(1, 2),
        "ceil_mode": st.booleans(),
    }
    return "MaxPool2d", draw(
        st.fixed_dictionaries({"kernel_size": st.just(kernel)}, optional=options)
    )


relus = st.tuples(st.just("ReLU"), st.fixed_dictionaries({}, optional={"inplace": st.booleans()}))
linears = st.tuples(
    st.just("Linear"),
    st.fixed_dictionaries({"out_features": st.integers(1, 40)}, optional={"bias": st.booleans()}),
)
flattens = st.sampled_from(
    [{}, {"start_dim": 2}, {"start_dim": 0}, {"end_dim": 2}, {"start_dim": -2, "end_dim": -1}]
).map(lambda arguments: ("Flatten", arguments))


@st.composite
def networks(draw):
    channels = draw(st.integers(1, 6))
    shape = (draw(st.integers(1, 5)), channels, *draw(st.tuples(*[st.integers(16, 24)] * 2)))
    body = [convolutions(channels), relus, pools(), convolutions(6), relus]
    start = draw(st.sampled_from([0, 2]))
    layers = [draw(layer) for layer in body[start : draw(st.integers(start + 1, 5))]]
    if start == 2 and len(layers) > 1:
        layers[1][1].pop("groups", None)
    layers += [
        draw(layer) for layer in draw(st.sampled_from([(), (flattens, linears), (linears,)]))
    ]
    return {"input_shape": shape, "layers": layers}


@st.composite
def perceptrons(draw):
    shape = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple))
    return {"input_shape": shape, "layers": draw(st.lists(linears | relus, min_size=1, max_size=4))}


CALLS = {
    params_bytes: st.fixed_dictionaries(
        {"num_params": count}, optional={"element_size": st.sampled_from([1, 2, 4, 8, 16])}
    ),
    adam_training_bytes: st.fixed_dictionaries({"num_params": count}),
    activation_elements: networks() | perceptrons(),
}
