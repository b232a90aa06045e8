"""Honest notebooks of lesson 01 without end: what students write around, above and in answers."""

import random

import nbformat
from classroom import REPOSITORY, answer

LESSON = "01-linear"
ANSWERS = {  # in several hands; the last of each is wrong
    "linear_params": (
        "def linear_params(in_features, out_features, bias=True):\n"
        "    return in_features * out_features + (out_features if bias else 0)",
        "def linear_params(in_features, out_features, bias=True):\n"
        "    weights = in_features * out_features\n    if bias:\n        weights += out_features\n"
        "    return weights",
        "linear_params = lambda in_features, out_features, bias=True: (\n"
        "    (in_features + bias) * out_features)",
        "def linear_params(in_features, out_features, bias=True):\n"
        "    return in_features * out_features",
    ),
    "linear_output_shape": (
        "def linear_output_shape(input_shape, out_features):\n"
        "    return (*input_shape[:-1], out_features)",
        "def linear_output_shape(input_shape, out_features):\n"
        "    shape = list(input_shape)\n    shape[-1] = out_features\n    return tuple(shape)",
        "def linear_output_shape(input_shape, out_features):\n"
        "    return (input_shape[0], out_features)",
    ),
}
ABOVE = (
    "import math",
    "from functools import reduce",
    "import numpy as np\nnp.arange(3).sum()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
    "%matplotlib inline",
    "%%time\nnumbers = [n * n for n in range(100)]",
    "!echo hello",
    "x = torch.rand(2, 3)\nprint(f'{x.mean().item():.2f}', x.shape)",
    "layer = nn.Linear(3, 2)\nfor p in layer.parameters():\n    print(p.shape, p.numel())",
    "batch, features = torch.zeros(4, 10).shape\nassert features == 10",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.one = nn.Linear(3, 2)\n    def forward(self, x):\n        return self.one(x)\n"
    "Net()(torch.zeros(1, 3))",
    "try:\n    nn.Linear(3, 2)(torch.zeros(1, 4))\nexcept RuntimeError as error:\n    print(error)",
    "try:\n    import polars\nexcept ImportError:\n    polars = None",
    "import pandas as pd\nframe = pd.DataFrame({'n': [1, 2]})\nframe.head()",
    "open('notes.txt', 'w').write('a note')",
    "display(3)\n_ = 5",
    "undefined_name + 1",
    "1 / 0",
    "this is no Python",
    "import time\nstart = time.time()\ntime.sleep(0.01)",
    "from dataclasses import dataclass\n@dataclass\nclass Layer:\n    inputs: int",
    "sum(p.numel() for p in nn.Linear(3, 2).parameters())",
    "def helper(a, b):\n    return a * b\nhelper(2, 3)",
    "guess = 55\npredict(guess, 55)",
    "help(len)",
)
NOT_INSIDE = ("%%", "!", "import pandas", "open(")  # a kernel and the jail may differ below these
BELOW = (
    "linear_params(3, 2)",
    "print(linear_params(3, 2))",
    "assert isinstance(linear_params(3, 2), int)",
    "check(linear_params)",
    "hint(linear_params)",
    "r = check(linear_params); print(r.score)",
    "linear_params(784, 256) == sum(p.numel() for p in nn.Linear(784, 256).parameters())",
    "sum = 0\nfor n in range(3): sum += n",
    "in_features = 7",
)


def notebook(seed):
    """The notebook of this seed, as a function that changes the released one."""
    draw = random.Random(seed)
    texts = {}
    for name, variants in ANSWERS.items():
        parts = [draw.choice(variants)]
        if draw.random() < 0.4:
            parts.insert(0, draw.choice([a for a in ABOVE if not a.startswith(NOT_INSIDE)]))
        if draw.random() < 0.4 and name == "linear_params":
            parts.append(draw.choice(BELOW))
        texts[name] = "\n\n".join(parts)
    above = draw.sample(ABOVE, k=draw.randint(0, 3))
    below = draw.sample(BELOW, k=draw.randint(0, 2))

    def change(content):
        answer(**texts)(content)
        check = next(i for i, c in enumerate(content.cells) if c.id == "linear_params")
        content.cells[check + 1 : check + 1] = map(nbformat.v4.new_code_cell, below)
        first = next(i for i, c in enumerate(content.cells) if c.id == "linear_params_answer")
        content.cells[first:first] = map(nbformat.v4.new_code_cell, above)

    return change


def released():
    """The lesson as students get it."""
    return nbformat.read(REPOSITORY / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
