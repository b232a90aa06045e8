"""Random calls on which the answers of lesson 13 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 40)


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


number = st.floats(-5, 5)


def vectors(length):
    return st.lists(number, min_size=length, max_size=length)


@st.composite
def step_arguments(draw):
    inputs, state = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return {
        "x": draw(vectors(inputs)),
        "h": draw(vectors(state)),
        "weight_ih": [draw(vectors(inputs)) for _ in range(state)],
        "weight_hh": [draw(vectors(state)) for _ in range(state)],
        "bias_ih": draw(vectors(state)),
        "bias_hh": draw(vectors(state)),
    }


CALLS = {
    "rnn_step": step_arguments(),
    "rnn_params": stack_arguments,
    "gru_params": stack_arguments,
    "lstm_params": lstm_arguments(),
    "recurrent_output_shape": st.fixed_dictionaries(
        {
            "input_shape": st.tuples(st.integers(1, 5), st.integers(1, 6), size),
            "hidden_size": size,
        },
        optional={"bidirectional": st.booleans()},
    ),
}
