"""Lesson 04: the look-up table, `torch.nn.Embedding`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from random import Random

import torch
from torch import nn
from torch.nn import functional

from grader.course import asking
from grader.course.pytorch import Shape, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case

Row = Sequence[float]


def look_up(weight: Sequence[Row], indices: Sequence[int]) -> list[list[float]]:
    """The rows of the table `weight` at these indices, as `nn.Embedding` gives them.

    `weight` is a list of rows, `indices` a list of ints.
    """
    rows: list[list[float]] = functional.embedding(numbers(indices), table(weight)).tolist()
    return rows


def table(weight: Sequence[Row]) -> torch.Tensor:
    """A list of rows in double precision."""
    return torch.tensor(weight, dtype=torch.float64, device="cpu")


def numbers(indices: Sequence[int]) -> torch.Tensor:
    """A list of indices."""
    return torch.tensor(indices, dtype=torch.int64, device="cpu")


def embedding_params(
        num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> int:
    """The number of parameters of `nn.Embedding(num_embeddings, embedding_dim, padding_idx)`."""
    return parameters(nn.Embedding(num_embeddings, embedding_dim, padding_idx=padding_idx))


def embedding_output_shape(input_shape: Shape, embedding_dim: int) -> Shape:
    """The shape of the output of `nn.Embedding(..., embedding_dim)` for a tensor of indices."""
    indices = torch.empty(input_shape, dtype=torch.int64)
    return tuple(nn.Embedding(1, embedding_dim)(indices).shape)


def tied_head_params(num_embeddings: int, embedding_dim: int, tied: bool) -> int:
    """The parameters of an Embedding together with an output Linear that has no bias.

    The Linear turns a vector back into one score for each index. When `tied` is true it
    uses the Embedding's own weight.
    """
    embedding = nn.Embedding(num_embeddings, embedding_dim)
    head = nn.Linear(embedding_dim, num_embeddings, bias=False)
    if tied:
        head.weight = embedding.weight
    return parameters(nn.ModuleList([embedding, head]))


def in_range(indices: Iterable[int], rows: int) -> list[int]:
    """Indices that are there, for a rule whose own ones would raise an error at times."""
    return [index % rows for index in indices]


def bag(a: Asked, mode: str) -> list[float]:
    """The rows added up, or their mean: one vector."""
    one: list[float] = functional.embedding_bag(
        numbers(a.indices)[None], table(a.weight), mode=mode)[0].tolist()
    return one


def columns(a: Asked) -> list[list[float]]:
    """The columns of the table, for who mixes up rows and columns."""
    on_its_side: list[list[float]] = table(a.weight).T.tolist()
    return on_its_side


def draw_table(random: Random) -> list[list[float]]:
    """A table of three to five rows, all numbers different and with a fraction."""
    rows, width = random.randint(3, 5), random.randint(3, 5)
    drawn = random.sample(range(-99_999, 100_000), k=rows * width)
    return [[value / 16_384 for value in drawn[row::rows]] for row in range(rows)]


def draw_look_up(random: Random, least: int, most: int, twice: bool = False) -> Case:
    """A table and some of its indices, all different or one of them twice."""
    weight = draw_table(random)
    indices = random.sample(range(len(weight)), k=random.randint(least, min(most, len(weight))))
    if twice:
        indices.insert(random.randint(0, len(indices)), random.choice(indices))
    return case(weight, indices)


def draw_padding(random: Random) -> Case:
    """A table in which one row is for padding, counted from the front or from the back."""
    rows = random.randint(5, 300)
    row = random.choice((0, random.randint(1, rows - 1), -random.randint(1, rows)))
    return case(rows, random.randint(2, 64), padding_idx=row)


def draw_indices(random: Random) -> Case:
    """Indices in two to five dimensions."""
    shape = random.choices(range(2, 12), k=random.randint(2, 5))
    return case(tuple(shape), random.randint(2, 64))


FRACTIONS = [[0.5, -1.1234567, 2.0, 0.25], [0.7654321, 1.0, -0.5, 3.1415927],
    [4.25, 0.1234567, -2.0, 1.5]]

LOOK_UP = Function(
    look_up,
    parts=(
        Part("one index", 1,
            (case([[1, 2], [3, 4]], [0]), case([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1]),
             case([[1, 2, 3], [4, 5, 6]], [0]), case(FRACTIONS, indices=[1])),
            lambda random: draw_look_up(random, 1, 1)),
        Part("several indices, in their order", 1,
            (case([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [0, 1]),
             case([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1, 2, 0]),
             case([[1, 0], [0, 2], [3, 0], [0, 4]], [3, 1]), case(FRACTIONS, indices=[2, 0])),
            lambda random: draw_look_up(random, 2, 4)),
        Part("an index that comes twice", 1,
            (case([[1, 2, 3], [4, 5, 6]], [1, 1]), case([[1, 2, 3], [4, 5, 6]], [0, 1, 0]),
             case([[5], [7], [9]], [2, 0, 0, 1]), case(FRACTIONS, indices=[1, 0, 1])),
            lambda random: draw_look_up(random, 2, 3, twice=True)),
    ),
    mistakes=(
        Mistake("places for indices",
            lambda a: a(indices=in_range(range(len(a.indices)), len(a.weight))),
            "You took the rows 0, 1, 2 and so on, as many as there are indices. Those are the "
            "places *in* the list. Which rows are asked for stands in the list itself."),
        Mistake("rows counted from one",
            lambda a: a(indices=in_range((i - 1 for i in a.indices), len(a.weight))),
            "You counted the rows from one. The first row has the index 0. (Minus 1 makes that "
            "-1, which Python takes for the last row.)"),
        Mistake("one row further",
            lambda a: a(indices=in_range((i + 1 for i in a.indices), len(a.weight))),
            "You took the row after the one that was asked for. Rows are counted from 0."),
        Mistake("only the first row, in a list", lambda a: a()[:1],
            "You stopped after the first index: does your `return` stand inside the loop?",
            praise="Right for a single index."),
        Mistake("only the last row, in a list", lambda a: a()[-1:],
            "You kept the row of the last index only: each turn of your loop replaces the one "
            "before. A list that grows keeps them all.",
            praise="Right for a single index."),
        Mistake("only the first row", lambda a: a()[0],
            "You returned one row. Each index has a row, and the answer is the list of all of "
            "them."),
        Mistake("only the last row", lambda a: a()[-1],
            "You returned the row of the last index. Each index has a row, and the answer is the "
            "list of all of them."),
        Mistake("row alone for a single index", lambda a: a() if len(a.indices) > 1 else a()[0],
            "For a single index you return the row itself. A list of one index gives a list of "
            "one row.",
            praise="Right for two indices and more."),
        Mistake("rows joined", lambda a: [value for row in a() for value in row],
            "You joined the rows end to end: `extend` and `+=` do that to a list. Each row stays "
            "a list of its own."),
        Mistake("columns for rows",
            lambda a: a(weight=columns(a), indices=in_range(a.indices, len(a.weight[0]))),
            "You took columns of the table. In `weight` each entry is a row, and an index picks "
            "one of them."),
        Mistake("answer on its side", lambda a: table(a()).T.tolist(),
            "Your answer lies on its side: one row for each column of the table. It should have "
            "one row for each index."),
        Mistake("order of the table", lambda a: a(indices=sorted(a.indices)),
            "You gave the rows in the order of the table. Asked is the order of the indices, as "
            "the words of a sentence stand."),
        Mistake("each row once, in the order of the table",
            lambda a: a(indices=sorted(set(a.indices))),
            "You went through the table and kept the rows that are asked for. Then each comes "
            "once, and in the order of the table. Go through `indices` instead."),
        Mistake("each row once", lambda a: a(indices=list(dict.fromkeys(a.indices))),
            "You give each row once. A word may come twice in a sentence; then its row comes "
            "twice.",
            praise="Right where no index comes twice."),
        Mistake("whole table", lambda a: a.weight,
            "You returned the whole table. Which of its rows are asked for?"),
        Mistake("rows added up", lambda a: bag(a, "sum"),
            "You added the rows up. A look-up adds nothing: it keeps one row for each index."),
        Mistake("mean of the rows", lambda a: bag(a, "mean"),
            "You took the mean of the rows. A look-up computes nothing: it keeps one row for each "
            "index."),
        Mistake("one-hot vectors",
            lambda a: functional.one_hot(numbers(a.indices), len(a.weight)).tolist(),
            "You wrote down a 1 at the place of each index, and zeros. These numbers say *where* "
            "the row is. Asked is what stands in it."),
        Mistake("index multiplied",
            lambda a: [[index * value for value in row]
                       for index, row in zip(a.indices, a(), strict=True)],
            "You multiplied each row by its index. An index is a name, no amount: the row comes "
            "out as it stands in the table."),
        Mistake("one number of each row", lambda a: [row[0] for row in a()],
            "You took one number of each row. The whole row belongs to the index."),
        Mistake("brackets too many", lambda a: [[row] for row in a()],
            "You put each row into one more pair of brackets. `weight[0]` is a list already."),
        Mistake("one list many times", lambda a: [a()[-1]] * len(a.indices),
            "All your rows are the same one: `[row] * 2` holds one list twice, and what you write "
            "into it stands in both places. Make a new list for each index.",
            praise="Right for a single index."),
        Mistake("from the first index to the last",
            lambda a: a.weight[a.indices[0] : a.indices[-1] + 1],
            "You took all the rows from the first index to the last one. Asked are the rows at "
            "the indices, one by one."),
        Mistake("columns of all rows",
            lambda a: table(a.weight)[:, in_range(a.indices, len(a.weight[0]))].tolist(),
            "You took one number of each row for each index: columns of the table. An index picks "
            "a row."),
        Mistake("indices", lambda a: a.indices,
            "You returned the indices. What stands in the rows that they name?"),
    ),
    hints=(
        "Do it by hand with `weight = [[1, 2, 3], [4, 5, 6]]` and `indices = [1, 1]`: "
        "write down the row of the first index, then that of the second.",
        "In a list of rows, `weight[0]` is the first row. The arrows of the picture do nothing "
        "else.",
        "Go through the indices, not through the table, and put one row for each into a list: "
        "with `append`, or in brackets, `[... for index in indices]`.",
    ),
)

PARAMS = Function(
    embedding_params,
    question=lambda a: asking.parameters(asking.line("nn.Embedding",
        a.num_embeddings, a.embedding_dim, **asking.unlike(a, padding_idx=None))),
    parts=(
        Part("a table of vectors", 2, (case(3, 2), case(10, 4), case(5, 8), case(10_000, 256)),
            lambda random: case(random.randint(2, 999), random.randint(2, 64))),
        Part("with a padding row", 1,
            (case(3, 2, padding_idx=0), case(10, 4, 2), case(7, 5, padding_idx=-1),
             case(6, 4, padding_idx=None)),
            draw_padding),
    ),
    mistakes=(
        Mistake("padding row left out",
            lambda a: a() - (a.padding_idx is not None) * a.embedding_dim,
            "You left out the row of `padding_idx`. Nothing moves that row, but is it missing from "
            "the table? Print `nn.Embedding(3, 2, padding_idx=0).weight` in a cell of your own."),
        Mistake("padding row left out, except row 0",
            lambda a: a() - bool(a.padding_idx) * a.embedding_dim,
            "You left out the row of `padding_idx`. Print "
            "`nn.Embedding(3, 2, padding_idx=1).weight` "
            "and look for it. (And 0 counts as false in Python: your `if` skips row 0.)"),
        Mistake("extra row for padding",
            lambda a: a() + (a.padding_idx is not None) * a.embedding_dim,
            "You added a row for the padding. `padding_idx` names one of the rows that are there "
            "already."),
        Mistake("padding_idx as a number of rows",
            lambda a: a() - (a.padding_idx or 0) * a.embedding_dim,
            "You took `padding_idx` for a number of rows. It is an index: it says which one of "
            "the rows stands for padding."),
        Mistake("bias per dimension", lambda a: a() + a.embedding_dim,
            "You added a bias for each dimension of the vectors, as a Linear has it. An Embedding "
            "looks vectors up and adds nothing to them."),
        Mistake("bias per row", lambda a: a() + a.num_embeddings,
            "You added one more number for each row. An Embedding has no bias: a row is a vector "
            "and nothing else."),
        Mistake("one vector only", as_if(num_embeddings=1, padding_idx=None),
            "You counted a single vector, which is the output for one index. The table keeps a "
            "vector for every index there may be."),
        Mistake("one number per row", as_if(embedding_dim=1),
            "You counted the rows. Each row is a vector: how many numbers does it hold?"),
        Mistake("sizes added", lambda a: a.num_embeddings + a.embedding_dim,
            "You added the two sizes. The weight is a table with `num_embeddings` rows and "
            "`embedding_dim` columns: draw it and count the cells."),
        Mistake("one-hot table", lambda a: a(embedding_dim=a.num_embeddings),
            "You used `num_embeddings` twice. That is the table of one-hot vectors. A row of the "
            "weight is much shorter: how long is it?"),
    ),
    hints=(
        "One tensor holds all the parameters, the table E. What does `tiny.weight.shape` say?",
        "Each index has a row of its own. How many rows are there, and how long is a row?",
        "Print the weights of `nn.Embedding(3, 2)` and `nn.Embedding(3, 2, padding_idx=0)` "
        "in a cell of your own. What does `padding_idx` change?",
    ),
)

OUTPUT_SHAPE = Function(
    embedding_output_shape,
    question=lambda a: (
        f"`nn.Embedding(..., {a.embedding_dim})` gets indices of shape `{a.input_shape!r}`. "
        "What shape comes out?"),
    parts=(
        Part("a row of indices", 1, (case((3,), 2), case((7,), 16)),
            lambda random: case((random.randint(2, 99),), random.randint(2, 64))),
        Part("a batch, and more dimensions", 2,
            (case((4, 3), 2), case((1, 5), 8), case((2, 7, 3), 16), case((2, 3, 5, 4), 6)),
            draw_indices),
        Part("a single index", 1, (case((), 2), case((), embedding_dim=16)),
            lambda random: case((), random.randint(3, 64))),
    ),
    mistakes=(
        Mistake("last dimension replaced", lambda a: a(input_shape=a.input_shape[:-1]),
            "You replaced the last dimension, as a Linear does. Here the last dimension holds "
            "indices, not features: each of its entries becomes a vector."),
        Mistake("vector only", as_if(input_shape=()),
            "You returned the shape for one index. The input's dimensions are still there in the "
            "output."),
        Mistake("vectors first", lambda a: a(input_shape=()) + a.input_shape,
            "You put `embedding_dim` first. The look-up keeps the input's dimensions where they "
            "are and puts a vector in the place of each index."),
        Mistake("channels second", lambda a: a(input_shape=a.input_shape[:1]) + a.input_shape[1:],
            "You put `embedding_dim` after the batch, where a convolution has its channels. An "
            "Embedding doesn't: compare the shapes of its input and output."),
        Mistake("indices in one row", lambda a: a(input_shape=(prod(a.input_shape),)),
            "You counted the indices and put them in one row. An Embedding flattens nothing: the "
            "dimensions of the input stay as they are."),
        Mistake("vectors joined", lambda a: (*a()[:-2], prod(a()[-2:])),
            "You joined the vectors end to end. That is what a Flatten after the layer would do. "
            "The Embedding itself keeps them apart."),
        Mistake("one vector per sample", lambda a: a(input_shape=a.input_shape[:1]),
            "You kept the first dimension of the input only. Its other dimensions are still there "
            "in the output: each index has a vector, not each row of indices.",
            praise="Right for one row of indices."),
        Mistake("two dimensions only", lambda a: a(input_shape=a.input_shape[:2]),
            "The input may have any number of dimensions, and all of them stay.",
            praise="Right for one or two dimensions."),
        Mistake("a batch for a single index", lambda a: a(input_shape=a.input_shape or (1,)),
            "The shape `()` has no dimension, so there is nothing to stand in front of the vector.",
            praise="Right but for the single index."),
        Mistake("dimensions counted", lambda a: a(input_shape=(len(a.input_shape),)),
            "You counted the dimensions of the input. They themselves are still there in the "
            "output."),
        Mistake("first dimension replaced", lambda a: a(input_shape=()) + a.input_shape[1:],
            "You put `embedding_dim` in the place of the first dimension. No dimension of the "
            "input goes away."),
        Mistake("a 1 at the end", lambda a: (*a(), 1),
            "You put a 1 behind the vectors. Nothing comes after them.",
            praise="Right up to the last entry."),
        Mistake("no vector for a single index", lambda a: a() if a.input_shape else (),
            "The shape `()` means one index. It has a vector too, and that has a length.",
            praise="Right but for the single index."),
        Mistake("input shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. The layer turns each index into a vector: where do "
            "the numbers of that vector go?"),
    ),
    hints=(
        "Run `tiny` on a tensor of indices of shape `(4, 3)` and compare the two shapes. "
        "Indices are whole numbers: `torch.zeros(4, 3, dtype=torch.long)`.",
        "Every index becomes a vector. Does any dimension of the input go away?",
        "A tuple grows with `(*shape, number)` or `shape + (number,)`. Both work for `()` too.",
    ),
)

TIED_HEAD = Function(
    tied_head_params,
    question=lambda a: (
        f"{asking.line('nn.Embedding', a.num_embeddings, a.embedding_dim)} and, behind the "
        f"network, {asking.line('nn.Linear', a.embedding_dim, a.num_embeddings, bias=False)}, "
        f"{'tied: they share one weight' if a.tied else 'each with a weight of its own'}. "
        "How many parameters together?"),
    parts=(
        Part("two weights", 1, (case(3, 2, False), case(10, 4, tied=False), case(50, 8, False)),
            lambda random: case(random.randint(2, 999), random.randint(2, 64), tied=False)),
        Part("one weight, shared", 1,
            (case(3, 2, True), case(10, 4, tied=True), case(50_257, 768, True)),
            lambda random: case(random.randint(2, 999), random.randint(2, 64), tied=True)),
    ),
    mistakes=(
        Mistake("shared weight counted twice", as_if(tied=False),
            "With `tied=True` both layers hold the very same tensor: how many numbers have to be "
            "stored and trained?",
            praise="Right without tying."),
        Mistake("always one weight", as_if(tied=True),
            "You counted one weight in every case. With `tied=False` the embedding and the head "
            "have a weight each."),
        Mistake("tied the wrong way round", lambda a: a(tied=not a.tied),
            "You read `tied` the wrong way round. Tied means that the two layers share one weight.",
            praise="You have both counts."),
        Mistake("head only", lambda a: a() - a(tied=True),
            "You counted the head and forgot the embedding. The model has both, and the shared "
            "weight still counts once."),
        Mistake("bias in the head", lambda a: a() + a.num_embeddings,
            "You gave the head a bias for each score. This head has none: it is an `nn.Linear` "
            "with `bias=False`."),
        Mistake("bias in the untied head", lambda a: a() + (not a.tied) * a.num_embeddings,
            "A head with a weight of its own has no bias: it is an `nn.Linear` with `bias=False`.",
            praise="Right for tied weights."),
        Mistake("square head", lambda a: a(tied=True) + (not a.tied) * a.embedding_dim**2,
            "Your head turns a vector into another vector of the same size. It has to give a "
            "score for every index: what are its `in_features` and `out_features`?"),
        Mistake("counts multiplied", lambda a: a(tied=True) ** (2 - a.tied),
            "You multiplied the two counts. Two weights that stand side by side are counted one "
            "after the other.",
            praise="Right for tied weights."),
        Mistake("sizes added", lambda a: (a.num_embeddings + a.embedding_dim) * (2 - a.tied),
            "You added sizes where a weight is a table. Each weight has rows and columns: draw "
            "one and count the cells."),
    ),
    hints=(
        "Write down the shape of `tiny.weight` and the shape of `head.weight`. "
        "A Linear stores `(out_features, in_features)`.",
        "The two shapes are the same, and that is what makes tying possible.",
        "Start with the parameters of the embedding. Then ask what the head adds: "
        "once for `tied=True`, once for `tied=False`.",
    ),
)

LESSON = Lesson("04-embedding", (LOOK_UP, PARAMS, OUTPUT_SHAPE, TIED_HEAD))
