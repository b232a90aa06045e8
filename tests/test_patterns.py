"""What is said of mistakes that nobody foresaw, and that it is said only when it is true."""

import pytest

from grader import check


def linear(rule):
    return {
        "linear_params": lambda in_features, out_features, bias=True: rule(
            in_features, out_features, bias
        )
    }


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (linear(lambda i, o, b: 2 * (i + b) * o), "twice PyTorch's number"),
        (linear(lambda i, o, b: (i + b) * o + 1), "too large by 1"),
        (linear(lambda i, o, b: 7), "is 7 whatever the arguments are"),
        (
            linear(lambda i, o, b: i * o - o if b else i * o),
            "right except when `bias` is True. There your answer is too small by "
            "exactly 2 × `out_features`",
        ),
        (
            {"linear_output_shape": lambda input_shape, out_features: (
                *input_shape[:-1],
                out_features + 1,
            )},
            "as if `out_features` were one more",
        ),
        (
            {"conv2d_output_shape": lambda input_shape, out_channels, kernel_size, **_: (
                *input_shape[:2],
                1,
                1,
            )},
            "cannot be called like this",
        ),
        ({"softmax": lambda logits: [float("nan")] * len(logits)}, "nan, which is not a number"),
    ],
)  # fmt: skip
def test_the_pattern_is_told(answer, words):
    report = check(**answer)
    assert report.mistake is None
    assert words in str(report)


@pytest.mark.parametrize(
    "answer",
    [
        linear(lambda i, o, b: (i * 37 + o * o * 11) % 101 + b),
        {"mlp_params": lambda sizes, bias=True: hash(tuple(sizes)) % 1000},
        {"tensor_size": lambda shape: len(shape) ** 3 + 5},
    ],
)
def test_nothing_is_told_of_answers_without_a_rule(answer):
    report = check(**answer)
    assert report.verdict == "wrong"
    assert report.result.message == ""
