"""What the cards of lesson 13 say of answers that were found silent or misled."""


def stack(name, one_layer, next_reads):
    """A loop over the layers: what one of them counts, and what the next one reads."""
    more = ", proj_size=0" if name == "lstm_params" else ""
    sizes = f"input_size, hidden_size, num_layers=1, bias=True, bidirectional=False{more}"
    state = "proj_size or hidden_size" if more else "hidden_size"
    return (
        f"def {name}({sizes}):\n    state = {state}\n"
        "    ways = 2 if bidirectional else 1\n    total, reads = 0, input_size\n"
        f"    for _ in range(num_layers):\n        total += {one_layer}\n"
        f"        reads = {next_reads}\n    return total\n"
    )


def shape(answer):
    return (
        "def recurrent_output_shape(input_shape, hidden_size, bidirectional=False):\n"
        "    batch, time, features = input_shape\n    ways = 2 if bidirectional else 1\n"
        f"    return {answer}\n"
    )


RIGHT = "read(weight_ih[i], x) + read(weight_hh[i], h)"


def step(total, keep="new.append(math.tanh(total))", answer="new"):
    return (
        "import math\n\ndef read(row, vector):\n"
        "    return sum(weight * number for weight, number in zip(row, vector))\n\n"
        "def rnn_step(x, h, weight_ih, weight_hh, bias_ih, bias_hh):\n    new = []\n"
        f"    for i in range(len(h)):\n        total = bias_ih[i] + bias_hh[i] + {total}\n"
        f"        {keep}\n    return {answer}\n"
    )


CARDS = [
    (
        "rnn_params",
        stack(
            "rnn_params",
            "ways * ((reads + hidden_size) * hidden_size + 2 * bias)",
            "ways * hidden_size",
        ),
        "You counted each bias as one number",
    ),
    (
        "rnn_params",
        stack(
            "rnn_params",
            "ways * (reads + hidden_size) * hidden_size + 2 * hidden_size * bias",
            "ways * hidden_size",
        ),
        "you counted the biases once",
    ),
    (
        "rnn_params",
        stack(
            "rnn_params",
            "(reads + hidden_size) * hidden_size + 2 * hidden_size * bias",
            "ways * hidden_size",
        ),
        "The second one has as many",
    ),
    (
        "rnn_params",
        stack(
            "rnn_params",
            "ways * ((reads + hidden_size) * hidden_size + 2 * hidden_size * bias)",
            "hidden_size",
        ),
        "They meet after every layer",
    ),
    (
        "gru_params",
        stack(
            "gru_params",
            "ways * (3 * (reads + hidden_size) * hidden_size + 2 * hidden_size * bias)",
            "ways * hidden_size",
        ),
        "You counted the biases of one block",
    ),
    (
        "gru_params",
        stack(
            "gru_params",
            "3 * ways * ((reads + hidden_size) * hidden_size + 2 * hidden_size * bias)",
            "3 * ways * hidden_size",
        ),
        "what is handed on is the state alone",
    ),
    (
        "gru_params",
        stack(
            "gru_params",
            "ways * (3 * (reads + 2 * bias) + hidden_size) * hidden_size",
            "ways * hidden_size",
        ),
        "You let one block read the old state",
    ),
    (
        "gru_params",
        stack(
            "gru_params",
            "ways * (reads + 3 * hidden_size + 2 * bias) * 3 * hidden_size",
            "3 * ways * hidden_size",
        ),
        "You made the state three times as long",
    ),
    (
        "lstm_params",
        stack(
            "lstm_params",
            "ways * (4 * (reads + hidden_size) * hidden_size + 2 * hidden_size * bias)",
            "ways * hidden_size",
        ),
        "You counted the biases of one block",
    ),
    (
        "lstm_params",
        stack(
            "lstm_params",
            "ways * (4 * (reads + state + 2 * bias) * hidden_size + 4 * proj_size * hidden_size)",
            "ways * state",
        ),
        "You counted the projection four times",
    ),
    (
        "lstm_params",
        stack(
            "lstm_params",
            "ways * (4 * (reads + state + 2 * bias) * state + proj_size * hidden_size)",
            "ways * state",
        ),
        "take the place of `hidden_size` everywhere",
    ),
    (
        "lstm_params",
        stack(
            "lstm_params",
            "ways * (4 * (reads + proj_size + 2 * bias) + proj_size) * hidden_size",
            "ways * proj_size",
        ),
        "Without a projection it is 0",
    ),
    (
        "lstm_params",
        stack("lstm_params", "ways * 4 * (reads + state + 2 * bias) * hidden_size", "ways * state"),
        "has parameters as well",
    ),
    (
        "recurrent_output_shape",
        shape("(batch, time, features * hidden_size)"),
        "You multiplied the input's features",
    ),
    (
        "recurrent_output_shape",
        shape("(batch, time, features + hidden_size)"),
        "only the state comes out",
    ),
    (
        "recurrent_output_shape",
        shape("(ways * batch, time, hidden_size)"),
        "You made twice as many sequences",
    ),
    (
        "recurrent_output_shape",
        shape("(batch, time, *(hidden_size,) * ways)"),
        "You gave each direction an entry",
    ),
    (
        "rnn_step",
        step("read(weight_ih[i], x) + read(weight_hh[i], new)"),
        "You read from the list that you are writing",
    ),
    (
        "rnn_step",
        step("read(weight_ih[i], x) + read(weight_hh[i], x)"),
        "Both your halves read `x`",
    ),
    (
        "rnn_step",
        step("read(weight_ih[i], x) + read([row[i] for row in weight_hh], h)"),
        "You go down the columns",
    ),
    (
        "rnn_step",
        step("read(weight_ih[i], x) + weight_hh[i][i] * h[i]"),
        "reads the whole old one",
    ),
    (
        "rnn_step",
        step("read(weight_ih[i], x)"),
        "You never use `h`",
    ),
    (
        "rnn_step",
        step(RIGHT, "h[i] = math.tanh(total)", "h"),
        "You overwrite the state",
    ),
    (
        "rnn_step",
        step(RIGHT, "new.append(total)"),
        "You returned the sums",
    ),
    (
        "rnn_step",
        step(RIGHT, "new.append(math.tan(total))"),
        "the tangent of an angle",
    ),
    (
        "rnn_step",
        step(RIGHT, "new.append(max(total, 0))"),
        "its curve lets negative numbers through",
    ),
    (
        "rnn_step",
        step(RIGHT, "new = [math.tanh(total)]"),
        "holds the last number only",
    ),
]
