"""Lesson 04: the look-up table, `torch.nn.Embedding`."""

from __future__ import annotations

from math import prod
from random import Random

import torch
from torch import nn

from grader.course.pytorch import Shape, parameters
from grader.judge.exercise import Case, Function, Lesson, Mistake, Part, as_if, case


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


def draw_padding(random: Random) -> Case:
    """A table in which one row is for padding, counted from the front or from the back."""
    rows = random.randint(5, 300)
    row = random.choice((0, random.randint(1, rows - 1), -random.randint(1, rows)))
    return case(rows, random.randint(2, 64), padding_idx=row)


def draw_indices(random: Random) -> Case:
    """Indices in two to five dimensions."""
    shape = random.choices(range(2, 12), k=random.randint(2, 5))
    return case(tuple(shape), random.randint(2, 64))


PARAMS = Function(
    embedding_params,
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
            "You left out the row of `padding_idx`. That row never gets a gradient, but is it "
            "missing from the weight? Look at `layer.weight.shape`."),
        Mistake("padding row left out, except row 0",
            lambda a: a() - bool(a.padding_idx) * a.embedding_dim,
            "You left out the row of `padding_idx`. It never gets a gradient, but look at "
            "`layer.weight.shape`. (And 0 counts as false in Python: your `if` skips row 0.)"),
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
        "One tensor holds all the parameters: look at the shape of `layer.weight`.",
        "Each index has a row of its own. How many rows are there, and how long is a row?",
        "Print the weights of `nn.Embedding(3, 2)` and `nn.Embedding(3, 2, padding_idx=0)` "
        "in a cell of your own. What does `padding_idx` change?",
    ),
)

OUTPUT_SHAPE = Function(
    embedding_output_shape,
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
            "You returned one vector for each sample. That is `nn.EmbeddingBag`, which adds the "
            "vectors up or averages them. `nn.Embedding` returns all of them."),
        Mistake("two dimensions only", lambda a: a(input_shape=a.input_shape[:2]),
            "The input may have any number of dimensions, and all of them stay.",
            praise="Right for one or two dimensions."),
        Mistake("a batch for a single index", lambda a: a(input_shape=a.input_shape or (1,)),
            "The shape `()` has no dimension, so there is nothing to stand in front of the vector.",
            praise="Right but for the single index."),
        Mistake("input shape unchanged", lambda a: a.input_shape,
            "You returned the input's shape. The layer turns each index into a vector: where do "
            "the numbers of that vector go?"),
    ),
    hints=(
        "Run the layer on a tensor of indices of shape `(4, 3)` and compare the two shapes. "
        "Indices are whole numbers: `torch.zeros(4, 3, dtype=torch.long)`.",
        "Every index becomes a vector. Does any dimension of the input go away?",
        "A tuple grows with `(*shape, number)` or `shape + (number,)`. Both work for `()` too.",
    ),
)

TIED_HEAD = Function(
    tied_head_params,
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
        Mistake("sizes added", lambda a: (a.num_embeddings + a.embedding_dim) * (2 - a.tied),
            "You added sizes where a weight is a table. Each weight has rows and columns: draw "
            "one and count the cells."),
    ),
    hints=(
        "Write down the shape of `embedding.weight` and the shape of `head.weight`. "
        "Remember that a Linear stores `(out_features, in_features)`.",
        "The two shapes are the same, and that is what makes tying possible.",
        "Start with the parameters of the embedding. Then ask what the head adds: "
        "once for `tied=True`, once for `tied=False`.",
    ),
)

LESSON = Lesson("04-embedding", (PARAMS, OUTPUT_SHAPE, TIED_HEAD))
