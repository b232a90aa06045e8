"""Model answers of lesson 02 in plain arithmetic, and the calls on which they must be right."""

import math

from hypothesis import strategies as st

number = st.integers(-2000, 2000) | st.floats(-2000, 2000) | st.floats(-10, 10)


def relu(x):
    return max(0, x)


def sigmoid(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def prelu_params(num_parameters=1):
    return num_parameters


def glu_output_shape(input_shape, dim=-1):
    shape = list(input_shape)
    shape[dim] //= 2
    return tuple(shape)


elementwise = {
    "Linear": False,
    "Embedding": False,
    "Conv1d": False,
    "Conv2d": False,
    "ReLU": True,
    "Sigmoid": True,
    "Softmax": False,
    "Dropout": True,
    "MaxPool2d": False,
    "AvgPool2d": False,
    "Tanh": True,
    "GELU": True,
    "GLU": False,
    "BatchNorm2d": False,
}


@st.composite
def glu_calls(draw):
    shape = draw(st.lists(st.integers(1, 12), min_size=1, max_size=5))
    dim = draw(st.integers(-len(shape), len(shape) - 1))
    if draw(st.booleans()):
        shape[dim] *= 2
        return {"input_shape": tuple(shape), "dim": dim}
    shape[-1] *= 2
    return {"input_shape": tuple(shape)}


CALLS = {
    relu: st.fixed_dictionaries({"x": number}),
    sigmoid: st.fixed_dictionaries({"x": number}),
    prelu_params: st.fixed_dictionaries({}, optional={"num_parameters": st.integers(1, 2000)}),
    glu_output_shape: glu_calls(),
}
