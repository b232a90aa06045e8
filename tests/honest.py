"""Honest submissions of lesson 01: right, wrong, half done, untouched, and oddly written."""

import nbformat
from classroom import answer, model_answers

LESSON = "01-linear"


def with_cell(source, **sources):
    """The model answers, some replaced, behind a cell of the student's own."""

    def change(notebook):
        model_answers(LESSON)(notebook)
        answer(**sources)(notebook)
        notebook.cells.insert(1, nbformat.v4.new_code_cell(source))

    return change


def params(body):
    return {
        "linear_params": f"def linear_params(in_features, out_features, bias=True):\n    {body}"
    }


def mlp(body):
    return {"mlp_params": f"def mlp_params(sizes, bias=True):\n    {body}"}


STUDENTS = {
    "right": model_answers(LESSON),
    "untouched": lambda notebook: None,
    "one of five": answer(**params("return in_features * out_features + bias * out_features")),
    "no bias": with_cell("1", **params("return in_features * out_features")),
    "bias per input": with_cell("1", **params("return (out_features + bias) * in_features")),
    "bias always": with_cell("1", **params("return (in_features + 1) * out_features")),
    "a float": with_cell("1", **params("return float((in_features + bias) * out_features)")),
    "text": with_cell("1", **params("return '4'")),
    "printed": with_cell("1", **params("print((in_features + bias) * out_features)")),
    "raises": with_cell("1", **params("return in_features / 0")),
    "syntax error": with_cell("1", **params("return (")),
    "PyTorch": with_cell(
        "1", **params("return sum(p.numel() for p in nn.Linear(1, 2).parameters())")
    ),
    "import torch on top": with_cell(
        "1",
        linear_params="import torch\nfrom torch import nn\n"
        "def linear_params(in_features, out_features, bias=True):\n"
        "    return (in_features + bias) * out_features",
    ),
    "helper in another cell": with_cell(
        "def weights(a, b): return a * b",
        **params("return weights(in_features, out_features) + bias * out_features"),
    ),
    "earlier exercise": with_cell(
        "1", **mlp("return sum(linear_params(a, b, bias) for a, b in zip(sizes, sizes[1:]))")
    ),
    "numpy": with_cell(
        "import numpy as np",
        **mlp("s = np.array(sizes); return ((s[:-1] + bias) * s[1:]).sum()"),
    ),
    "magics": with_cell("%matplotlib inline\nimport math", **params("return 7")),
    "shell": with_cell("!true\nlisting = !true\n%time 1"),
    "type hints": with_cell(
        "from collections.abc import Sequence",
        mlp_params="def mlp_params(sizes: Sequence[int], bias: bool = True) -> int:\n"
        "    return sum((a + bias) * b for a, b in zip(sizes, sizes[1:]))",
    ),
    "functools": with_cell(
        "import functools",
        linear_params="@functools.lru_cache\n"
        "def linear_params(in_features, out_features, bias=True):\n"
        "    return (in_features + bias) * out_features",
    ),
    "recursion": with_cell(
        "1",
        **mlp(
            "if len(sizes) < 2: return 0\n"
            "    return (sizes[0] + bias) * sizes[1] + mlp_params(sizes[1:], bias)"
        ),
    ),
    "lambda": with_cell(
        "1",
        linear_params="linear_params = lambda in_features, out_features, bias=True: "
        "(in_features + bias) * out_features\nlinear_params.__name__ = 'linear_params'",
    ),
    "uses a lecture's layer": with_cell("1", **params("return linear.weight.numel()")),
    "other names": with_cell("1", linear_params="def linear_params(a, b): return a * b + b"),
}
