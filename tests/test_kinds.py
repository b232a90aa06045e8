"""What a card says of mistakes that no exercise knows: of errors, helpers, stale cells, tables."""

import linecache

import pytest

from grader import check, predict
from grader.ask.kernel import Outcome
from grader.course.catalogue import calls_of, find
from grader.course.exercises import catalogue
from grader.course.live_keys import live_key
from grader.judge.verdict import judge_outcomes
from grader.judge.wording import first_difference


def told(source, name):
    """The card for the function or value `name` of a cell with this source."""
    file = f"<cell for {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {}
    exec(compile(source, file, "exec"), names)
    answer = names[name]
    return check(answer) if callable(answer) else check(**{name: answer})


SIZE = "def tensor_size(shape):\n    return math.prod(shape)\n"
MULT_ADDS = """
def conv1d_output_length(length, kernel_size, stride=1, padding=0, dilation=1):
    return (length + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1

def conv1d_mult_adds(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1,
                     groups=1):
    batch, channels, length = input_shape
    steps = conv1d_output_length(length, kernel_size, padding, stride, dilation)
    return batch * channels // groups * out_channels * kernel_size * steps
"""
CONV2D = """
def conv2d_output_shape(input_shape, out_channels, kernel_size, stride=1, padding=0, dilation=1):
    batch, _, height, width = input_shape
    return batch, out_channels, conv1d_output_length(height, kernel_size), width
"""
MLP = """
def linear_params(in_features, out_features, bias=True):
    return in_features * out_features + in_features

def mlp_params(sizes, bias=True):
    return sum(linear_params(a, b, bias) for a, b in zip(sizes, sizes[1:]))
"""
PRECEDENCE = """
def conv1d_params(in_channels, out_channels, kernel_size, groups=1, bias=True):
    return in_channels // groups * out_channels * kernel_size + out_channels if bias else 0
"""
POOL = """
def pool_output_length(length, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    return (length + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1
"""
GENERATOR = """
def max_pool1d(values, kernel_size, stride=None):
    return (max(values[i:i + kernel_size]) for i in range(0, len(values), kernel_size))
"""
ZERO = "def tensor_size(shape):\n    n = 0\n    for d in shape:\n        n *= d\n    return n\n"
HALF = "def glu_output_shape(input_shape, dim=-1):\n    shape = list(input_shape)\n"
HALF += "    shape[dim] = shape[dim] / 2\n    return tuple(shape)\n"


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (SIZE, "tensor_size", "Put `import math` at the top of the cell with your answer."),
        (
            MULT_ADDS,
            "conv1d_mult_adds",
            "of `conv1d_output_length`, which `conv1d_mult_adds` calls",
        ),
        (CONV2D, "conv2d_output_shape", "is an exercise of lesson 05-conv1d: copy your answer"),
        (MLP, "mlp_params", "`linear_params`, which your answer calls, is not right yet"),
        (PRECEDENCE, "conv1d_params", "brackets say what it is about"),
        (POOL, "pool_output_length", "unsupported operand type(s) for //"),
        (GENERATOR, "max_pool1d", "Put `list(...)` round it."),
        (ZERO, "tensor_size", "that starts from 0 stays 0"),
        (HALF, "glu_output_shape", "By the way, you returned a float"),
    ],
)
def test_a_card_names_the_cause(source, name, words):
    assert words in str(told(source, name))


def judged(name, answer):
    """The message where every call gives `answer(arguments, right)`."""
    key = live_key(catalogue()[name])
    outcomes = [
        Outcome("value", answer(key.exercise.all_arguments(case), right))
        for case, right in zip(key.cases, key.expected, strict=True)
    ]
    return judge_outcomes(key, outcomes, untouched=False).message


def test_a_sum_that_the_if_takes_whole_is_named_where_no_exercise_knows_it():
    message = judged("rnn_params", lambda a, right: right if a["bias"] else 0)
    assert "put brackets round the part that it is about" in message


def test_a_product_that_starts_from_0_is_named_where_no_exercise_knows_it():
    assert "Does a product of yours start from 0?" in judged("gpt2_params", lambda a, right: 0)


def test_only_what_is_true_is_said_of_an_answer_that_raised():
    assert "one place at a time" not in str(told(POOL, "pool_output_length"))


def test_a_helper_that_is_right_is_not_blamed():
    source = MLP.replace("+ in_features", "+ out_features if bias else 3")
    assert "which your answer calls" in str(told(source, "mlp_params"))
    source = MLP.replace("+ in_features", "+ (out_features if bias else 0)")
    assert told(source, "mlp_params").verdict == "correct"
    source = source.replace("zip(sizes, sizes[1:])", "zip(sizes, sizes)")
    assert "which your answer calls" not in str(told(source, "mlp_params"))


def test_a_fraction_is_said_once():
    source = POOL.replace("stride) // stride", "stride)").replace("// stride", "/ (stride or 2)")
    assert str(told(source, "pool_output_length")).count("float") <= 1


TABLE = {
    "MSELoss": "Linear",
    "BCEWithLogitsLoss": "Linear",
    "BCELoss": "Sigmoid",
    "CrossEntropyLoss": "Linear",
    "NLLLoss": "LogSoftmax",
}


@pytest.mark.parametrize("key", TABLE)
@pytest.mark.parametrize("entry", ["Softmax", "Linear", "Sigmoid", 3])
def test_a_wrong_entry_is_not_told_the_right_word(key, entry):
    if entry == TABLE[key]:
        pytest.skip("this one is right")
    report = check(last_layer=TABLE | {key: entry})
    head = str(report).partition(f"last_layer[{key!r}]")[2].partition("\n")[0]
    assert head == f": you {entry!r}, PyTorch has something else"
    assert report.counterexample.expected is None


def test_a_table_that_is_half_done_is_no_error():
    report = check(last_layer=TABLE | {"BCELoss": ...})
    assert (report.verdict, report.score) == ("partly", 1)
    assert "Right as far as it goes. Still missing: `'BCELoss'`." in str(report)
    report = check(last_layer={"MSELoss": "Linear", "BCELoss": "Softmax"})
    assert report.counterexample.call == "last_layer['BCELoss']"
    assert "Still missing: `'BCEWithLogitsLoss'`" in str(report)


def test_a_number_without_arguments_is_not_told():
    report = told("def lenet5_params(): return 61_705", "lenet5_params")
    assert "61,706" not in str(report)
    assert "61706" not in str(report)
    assert report.counterexample.expected is None


def test_a_mark_lost_on_an_unseen_case_says_so():
    key = live_key(catalogue()["linear_params"], "a term")
    seen = {i: key.expected[i] for i in range(len(key.cases)) if i not in key.hidden}
    outcomes = [Outcome("value", seen.get(i, 1)) for i in range(len(key.cases))]
    result = judge_outcomes(key, outcomes, untouched=False)
    assert result.message.startswith("Right in every case you saw; in this one")
    assert len(calls_of(find("linear_params"))) == len(seen)


@pytest.mark.parametrize(
    ("answer", "expected", "place"),
    [
        ([1, 2, 4], [1, 2, 3], "`[2]`: 4, PyTorch 3"),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "`[1][1]`: 5, PyTorch 4"),
        ([1, 2], [1, 2, 3], ""),
        ([2], [1], ""),
        ([[1, 2], 3], [[1, 2], [3, 4]], ""),
        (3, [1, 2], ""),
        (["a", 2], [1, 2], ""),
    ],
)
def test_the_first_entry_that_differs_is_named_by_its_place(answer, expected, place):
    assert place in first_difference(answer, expected)
    assert bool(place) == bool(first_difference(answer, expected))


def test_a_cell_that_is_no_python_leaves_a_stale_answer(kernel):
    kernel("def relu(x):\n    return max(0, x)\n")
    kernel("from grader import check, figures, predict")
    assert "from before" not in kernel("print(check(relu))")
    kernel("def relu(x):\n    if x = 0: return 0\n")
    said = kernel("print(check(relu))")
    assert "the cell that you ran last is no Python (line 2" in said
    kernel("def relu(x):\n    return max(0, x)\n")
    assert "from before" not in kernel("print(check(relu))")


@pytest.fixture(scope="module")
def kernel():
    """A kernel as JupyterLab has it: it may ask somebody."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        yield lambda source: _printed(client, source)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _printed(client, source):
    said = []

    def hear(message):
        if message["msg_type"] in ("stream", "display_data", "execute_result"):
            content = message["content"]
            said.append(content.get("text") or str(content.get("data", "")))

    client.execute_interactive(source, allow_stdin=True, output_hook=hear, timeout=60)
    return "".join(said)


def test_sliders_come_where_somebody_is_there(kernel):
    kernel("from grader import figures")
    kernel("import torch; draw = lambda step=2: figures.images({'map': torch.eye(step)})")
    live = kernel("figures.play(draw, step=(1, 5))")
    assert "jupyter.widget-view" in live
    assert "map: (2, 2)" in live


def test_nobody_gets_sliders_in_a_test():
    from grader import figures

    assert figures.play(lambda step=2: step, step=(1, 5)) == 2
    assert figures.play(lambda step: step, step=(1, 5)) == 1
    with pytest.raises(TypeError, match="`stride`, which is no argument"):
        figures.play(lambda step: step, stride=(1, 5))


def test_a_prediction_is_explained_after_the_guess():
    assert "biases" not in repr(predict(..., 55, then="50 weights and 5 biases."))
    assert repr(predict(50, 55, then="50 weights and 5 biases.")).endswith("and 5 biases.")
    assert repr(predict(55, 55, then="50 weights and 5 biases.")).endswith("and 5 biases.")
    assert "without quotes" in repr(predict("55", 55))
