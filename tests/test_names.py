"""Lecture and student keep their names apart: what `grader lint` says of a lesson's cells."""

import re
from pathlib import Path

import pytest

from grader.ask.plain import is_plain
from grader.course.exercises import catalogue
from grader.publish import lesson, names

REPOSITORY = Path(__file__).parent.parent
TEXTS = lesson.texts(REPOSITORY)
TO_COME = {  # exercises of lessons that are being written
    *(
        "route",
        "cache_elements",
        "cache_bytes",
        "decode_mult_adds",
        "patchify",
        "quantize",
        "dequantize",
    ),
}

LECTURE = "```{code-cell}\nimport math\nfrom torch import nn\n\npair = lambda s: (s, s)\n```\n"
TEXT = f"""# 00 · Try

{LECTURE}
```{{code-cell}}
:tags: [exercise]

def tensor_size(shape):
    ### BEGIN SOLUTION
    return helper(shape)


def helper(shape):
    tensor_bytes = math.prod(shape)
    return tensor_bytes
    ### END SOLUTION
```

```{{code-cell}}
:tags: [check]

check(tensor_size)
```

```{{code-cell}}
:tags: [exercise]

def tensor_bytes(shape, element_size=4):
    ### BEGIN SOLUTION
    return tensor_size(shape) * element_size
    ### END SOLUTION
```

```{{code-cell}}
:tags: [check]

check(tensor_bytes)
```

```{{code-cell}}
prediction = 24  # SOLUTION
predict(prediction, tensor_bytes((2, 3)))
```

```{{code-cell}}
print(prediction)
```
"""


def complaints(folder, text):
    path = folder / "00-start-here.md"
    path.write_text(text, encoding="utf-8")
    return list(names.complaints(path, lesson.read(path)))


def test_a_lesson_in_order_has_no_complaints(tmp_path):
    assert complaints(tmp_path, TEXT) == []


LAST = "print(prediction)"
ANSWER = "return tensor_size(shape) * element_size"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # a lecture binds an exercise's name, in whatever way and place
        (
            LAST,
            "linear_params = nn.Linear(1, 2)",
            "binds `linear_params`, the name of an exerc",
        ),
        (LAST, "def relu(x): ...", "binds `relu`"),
        (LAST, "class relu: ...", "binds `relu`"),
        (LAST, "import torch as relu", "binds `relu`"),
        (LAST, "from torch import relu", "binds `relu`"),
        (LAST, "for relu in (1, 2): ...", "binds `relu`"),
        (LAST, "a, (relu, *b) = 1, (2, 3)", "binds `relu`"),
        (LAST, "(relu := 1)", "binds `relu`"),
        (LAST, "def f(relu): ...", "binds `relu`"),
        (LAST, "def f():\n    relu = 1", "binds `relu`"),
        (LAST, "with open(0) as relu: ...", "binds `relu`"),
        (LAST, "tensor_size = 1", "binds `tensor_size`"),
        ("import math\n", "import math\nrelu = 1\n", "binds `relu`"),
        # so does a model answer of another exercise
        (ANSWER, "return 1\n\n\ndef relu(x): ...", "binds `relu`"),
        # a model answer needs what stands elsewhere
        (ANSWER, "return pair(shape)", "needs `pair`, which stands in another cell; define"),
        (ANSWER, "return nn", "needs `nn`"),
        (ANSWER, "return helper(shape)", "needs `helper`"),
        (ANSWER, "return [pair(n) for n in shape]", "needs `pair`"),
        (ANSWER, "return (lambda: pair)()", "needs `pair`"),
        (ANSWER, "return prediction", "needs `prediction`"),
        ("return helper(shape)", "return tensor_bytes(shape)", "needs `tensor_bytes`"),
        ("import math\n", "math = 1\n", "needs `math`"),
        ("import math\n", "import math\nmath.x = 1\nfor math in []: ...\n", "needs `math`"),
        ("import math\n", "import os as math\n", "needs `math`"),
        # a lecture needs what only the model answer defines
        (LAST, "print(helper)", "needs `helper`, which only the model answer defines; def"),
        (LAST, "def f():\n    return helper", "needs `helper`"),
        (LAST, "x = (", "is not Python: '(' was never closed"),
    ],
)
def test_each_name_in_a_wrong_place_is_one_line(tmp_path, old, new, words):
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    found = complaints(tmp_path, text)
    assert len(found) == 1, found
    assert words in found[0]
    line, cell = re.match(r"00-start-here\.md:(\d+): the cell '(.+?)' [bin]", found[0]).groups()
    assert text.splitlines()[int(line) - 1] == cell
    assert "\n" not in found[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LAST, "helper = 1\nprint(helper)"),  # bound here again
        (LAST, "layer.relu = nn.ReLU(); dict(relu=1); 'relu'"),  # attributes and keywords are none
        (LAST, "%time print(prediction)"),
        (ANSWER, "import torch\n    return torch.prod"),
        (ANSWER, "return math.floor(sum(n for n in shape))"),
        (ANSWER, "return tensor_bytes(shape)"),  # itself
        ("import math\n", "from math import prod as math\n"),
        ("import math\n", "import numpy.linalg, math\n"),
    ],
)
def test_what_is_right_is_not_complained_about(tmp_path, old, new):
    assert TEXT.count(old) == 1
    assert complaints(tmp_path, TEXT.replace(old, new)) == []


@pytest.mark.parametrize("name", TEXTS)
def test_the_lessons_keep_their_names_apart(name, monkeypatch):
    monkeypatch.setattr(names, "catalogue", lambda: {*catalogue(), *TO_COME})
    assert list(names.complaints(TEXTS[name], lesson.read(TEXTS[name]))) == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_notebook_with_the_model_answers_is_graded_in_the_fast_way(name):
    cells = [c for c in lesson.read(TEXTS[name]).cells if c.cell_type == "code"]
    own = [c.source for c in cells if "exercise" in c.metadata.get("tags", [])]
    lecture = [c.source for c in cells if not c.metadata.get("tags") or "locked" in c.metadata.tags]
    assert is_plain(own, lecture)
