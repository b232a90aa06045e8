"""Model answers of lesson 13 in plain arithmetic, and the calls on which they must be right."""

from hypothesis import strategies as st

size = st.integers(1, 40)


def stack_params(blocks, input_size, hidden_size, num_layers, bias, bidirectional, proj_size=0):
    directions = 2 if bidirectional else 1
    state = proj_size or hidden_size  # what the next step and the next layer read
    total = 0
    for layer in range(num_layers):
        width = input_size if layer == 0 else directions * state
        one_direction = blocks * hidden_size * (width + state) + proj_size * hidden_size
        if bias:
            one_direction += 2 * blocks * hidden_size
        total += directions * one_direction
    return total


def rnn_params(input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    return stack_params(1, input_size, hidden_size, num_layers, bias, bidirectional)


def gru_params(input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    return stack_params(3, input_size, hidden_size, num_layers, bias, bidirectional)


def lstm_params(input_size, hidden_size, num_layers=1, bias=True, bidirectional=False, proj_size=0):
    return stack_params(4, input_size, hidden_size, num_layers, bias, bidirectional, proj_size)


def recurrent_output_shape(input_shape, hidden_size, bidirectional=False):
    batch, time, _ = input_shape
    return (batch, time, 2 * hidden_size if bidirectional else hidden_size)


stack_arguments = st.fixed_dictionaries(
    {"input_size": size, "hidden_size": size},
    optional={
        "num_layers": st.integers(1, 4),
        "bias": st.booleans(),
        "bidirectional": st.booleans(),
    },
)


@st.composite
def lstm_arguments(draw):
    """`proj_size` must be smaller than `hidden_size`; 0 means none."""
    arguments = draw(stack_arguments)
    if draw(st.booleans()):
        arguments["proj_size"] = draw(st.integers(0, arguments["hidden_size"] - 1))
    return arguments


CALLS = {
    rnn_params: stack_arguments,
    gru_params: stack_arguments,
    lstm_params: lstm_arguments(),
    recurrent_output_shape: st.fixed_dictionaries(
        {
            "input_shape": st.tuples(st.integers(1, 5), st.integers(1, 6), size),
            "hidden_size": size,
        },
        optional={"bidirectional": st.booleans()},
    ),
}
