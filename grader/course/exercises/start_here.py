"""Lesson 00: shapes, sizes and bytes."""

from __future__ import annotations

from math import prod

import torch

from grader.course import asking
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
    question=lambda a: f"How many elements has a tensor of shape `{a.shape!r}`?",
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
        Mistake("zero for every shape", lambda a: 0,
            "Your answer is 0 for every shape. A product that starts from 0 stays 0, whatever it "
            "is multiplied by."),
        Mistake("one for every shape", lambda a: 1,
            "Your answer is 1 for every shape. What your loop multiplies by must be the entry that "
            "it has just reached."),
        Mistake("places, not entries", lambda a: prod(range(len(a.shape))),
            "These are the products of 0, 1, 2 and so on: the places of the entries. With "
            "`for i in range(len(shape))`, `i` is a place, and the entry is `shape[i]`."),
        Mistake("added to one", lambda a: 1 + sum(a.shape),
            "You added the entries of the shape to a 1. A table of 2 rows with 3 numbers in each "
            "row: draw it and count the cells."),
        Mistake("last dimension left out", lambda a: a(shape=a.shape[:-1]),
            "Your answer does not change with the last entry of the shape. Both `shape[:-1]` and "
            "`range(len(shape) - 1)` stop one entry early."),
        Mistake("first dimension left out", lambda a: a(shape=a.shape[1:]),
            "Your answer does not change with the first entry of the shape. It counts as well, "
            "also where it is the number of pictures."),
        Mistake("first times last", lambda a: a(shape=(*a.shape[:1], *a.shape[-1:])),
            "You took the first entry and the last one. In a shape with one entry these are the "
            "same; in a shape with three, one is left out."),
        Mistake("largest dimension", lambda a: max(a.shape, default=0),
            "You returned the largest entry of the shape. A `(2, 3)` tensor is a table: how many "
            "cells has it?"),
        Mistake("a power", lambda a: a.shape[0] ** len(a.shape) if a.shape else 1,
            "You raised the first entry to a power, as if all entries were equal. They are not: a "
            "`(2, 3)` tensor has 2 rows of 3 numbers."),
        Mistake("zeros left out", lambda a: a(shape=tuple(size for size in a.shape if size)),
            "You left out the entries that are 0. A tensor of shape `(3, 0, 2)` has 3 tables "
            "without a row: how many numbers are in them?"),
        Mistake("at least one", lambda a: max(a(), 1),
            "Your answer is never below 1. A tensor of shape `(0,)` is an empty list of numbers."),
    ),
    hints=(
        "Draw a tensor of shape `(2, 3)` as a table. How many cells? Now stack 4 such tables.",
        "A loop over the entries of `shape` works for any number of them. "
        "Python's `math.prod` is that loop, ready made; `import math` goes into the same cell.",
        "The empty shape `()` has no entry to loop over, yet the answer is 1: "
        "choose the value to start from accordingly.",
    ),
)

BYTES = Function(
    tensor_bytes,
    question=lambda a: (
        f"How many bytes do the elements of a tensor of shape `{a.shape!r}` take, "
        f"{asking.count(a.element_size, 'byte')} each?"),
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
            "These are the bytes of as many numbers as the shape's entries add up to. Either this "
            "function adds them, or one that it calls does: if it calls `tensor_size`, run "
            "`check(tensor_size)` first."),
        Mistake("bytes of the dimensions", lambda a: len(a.shape) * a.element_size,
            "These are the bytes of one number for each dimension. How many numbers the tensor "
            "holds is another question: if `tensor_size` answers it, `check(tensor_size)` first."),
        Mistake("bytes of the first dimension", lambda a: a(shape=a.shape[:1]),
            "These are the bytes of the first entry of the shape alone. If this function calls "
            "`tensor_size`, run `check(tensor_size)`: does it use all entries?"),
        Mistake("bytes of two dimensions", lambda a: a(shape=a.shape[:2]),
            "These are the bytes of the first two entries of the shape. A shape can have any "
            "number of entries, also none."),
        Mistake("zero bytes", lambda a: 0,
            "Your answer is 0 for every shape. If this function calls `tensor_size`, run "
            "`check(tensor_size)` first; if not, look at what its product starts from."),
        Mistake("no bytes for a scalar", lambda a: a() if a.shape else 0,
            "A tensor with the empty shape `()` holds one number, and that number takes bytes. If "
            "this function calls `tensor_size`, ask it for `()`.",
            praise="Right but for the scalar."),
        Mistake("times the size for each dimension",
            lambda a: a(element_size=1) * a.element_size ** len(a.shape),
            "You multiplied by `element_size` once for each dimension: it stands inside the loop. "
            "Each number takes its bytes once."),
        Mistake("size added", lambda a: a(element_size=1) + a.element_size,
            "You added `element_size` to the number of elements. Each of them takes that many "
            "bytes: 3 numbers of 4 bytes lie in a row in the picture."),
        Mistake("bits divided", lambda a: a() // 8,
            "You divided by 8, as if `element_size` were given in bits. It is in bytes already."),
        Mistake("kilobytes", lambda a: a() / 1024,
            "You divided by 1024. Asked are bytes, and their number is an int."),
        Mistake("a power", lambda a: a(element_size=1) ** a.element_size,
            "You raised the number of elements to a power (`**`). 3 numbers of 4 bytes lie in a "
            "row in the picture: count their ticks."),
        Mistake("divided by the size", lambda a: a(element_size=1) / a.element_size,
            "You divided the number of elements by `element_size`. A wider number takes more "
            "bytes, not fewer."),
    ),
    hints=(
        "You have written the first half already: how many elements are there?",
        "A 32-bit float takes 4 bytes because a byte has 8 bits. "
        "How many bytes do two such floats take?",
        "The function of exercise 1 may be called here: first the number of elements, then the "
        "bytes of each.",
    ),
)

LESSON = Lesson("00-start-here", (SIZE, BYTES))
