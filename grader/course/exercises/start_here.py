"""Lesson 00: shapes, sizes and bytes."""

from __future__ import annotations

import torch

from grader.course import misconceptions as known
from grader.course.pytorch import Shape
from grader.judge.exercise import Function, Lesson, Mistake, Part, as_if, case


def tensor_size(shape: Shape) -> int:
    """The number of elements of a tensor with this shape."""
    return torch.empty(shape).numel()


def tensor_bytes(shape: Shape, element_size: int = 4) -> int:
    """The bytes that the elements of a tensor take, `element_size` bytes each."""
    dtype = {1: torch.int8, 2: torch.float16, 4: torch.float32, 8: torch.float64}[element_size]
    return torch.empty(shape, dtype=dtype).nbytes


SIZE = Function(
    tensor_size,
    parts=(
        Part("a vector", 1, (case((3,)), case((10,))),
            lambda random: case((random.randint(2, 999),))),
        Part("two dimensions and more", 1,
            (case((2, 3)), case((4, 1)), case((5, 4, 3)), case((1, 3, 28, 32))),
            lambda random: case(tuple(random.choices(range(2, 12), k=random.randint(2, 5))))),
        Part("a scalar and an empty tensor", 1, (case(()), case((0,)), case((3, 0, 2))),
            lambda random: case((random.randint(1, 9), 0, random.randint(1, 9)))),
    ),
    mistakes=(
        Mistake("added the dimensions", lambda a: sum(a.shape),
            "You added the entries of the shape. A `(2, 3)` tensor is a table of 2 rows with 3 "
            "numbers in each row: draw it and count the cells."),
        Mistake("number of dimensions", lambda a: len(a.shape),
            "You counted the dimensions (PyTorch's `ndim`). Asked is how many numbers the tensor "
            "holds."),
        Mistake("first dimension only", lambda a: a(shape=a.shape[:1]),
            "You returned the first entry of the shape, which is what `len(tensor)` gives. All "
            "the other dimensions count as well."),
        Mistake("first two dimensions only", lambda a: a(shape=a.shape[:2]),
            "You used the first two entries of the shape. A shape can have any number of entries, "
            "also none."),
        Mistake("zero for a scalar", lambda a: a() if a.shape else 0,
            "A tensor with the empty shape `()` holds one number, like `torch.tensor(7.0)`. "
            "What must a product start from?",
            praise="Right but for the scalar."),
    ),
    hints=(
        "Draw a tensor of shape `(2, 3)` as a table. How many cells? Now stack 4 such tables.",
        "A loop over the entries of `shape` works for any number of them. "
        "Python's `math.prod` is that loop, ready made.",
        "The empty shape `()` has no entry to loop over, yet the answer is 1: "
        "choose the value to start from accordingly.",
    ),
)

BYTES = Function(
    tensor_bytes,
    parts=(
        Part("32-bit floats", 1, (case((3,)), case((2, 3)), case((1, 3, 28, 32)), case(())),
            lambda random: case((random.randint(2, 64), random.randint(2, 64)))),
        Part("other element sizes", 1,
            (case((3,), element_size=8), case((2, 3), element_size=2),
             case((5, 4, 3), element_size=1), case((2, 3), element_size=4)),
            lambda random: case((random.randint(2, 64), random.randint(2, 64)),
                element_size=random.choice((1, 2, 8)))),
    ),
    mistakes=(
        Mistake("elements, not bytes", as_if(element_size=1),
            "You returned the number of elements. Each element takes `element_size` bytes."),
        Mistake("always four bytes", as_if(element_size=4),
            "`element_size` is an argument: a 64-bit float takes 8 bytes.",
            praise="Right for 32-bit floats."),
        known.BITS,
        Mistake("bytes of the shape", lambda a: a(shape=(sum(a.shape),)),
            "You multiplied the sum of the shape's entries. First count the elements: "
            "`tensor_size(shape)` from the exercise above does it."),
    ),
    hints=(
        "You have written the first half already: how many elements are there?",
        "A 32-bit float takes 4 bytes because a byte has 8 bits. "
        "How many bytes do two such floats take?",
    ),
)

LESSON = Lesson("00-start-here", (SIZE, BYTES))
