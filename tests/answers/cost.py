"""Random calls on which the answers of lesson 15 must be right."""

from hypothesis import strategies as st

count = st.integers(1, 10**11)


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
    "params_bytes": st.fixed_dictionaries(
        {"num_params": count}, optional={"element_size": st.sampled_from([1, 2, 4, 8, 16])}
    ),
    "adam_training_bytes": st.fixed_dictionaries({"num_params": count}),
    "activation_elements": networks() | perceptrons(),
}
