"""Lesson 14: multi-head attention, the Transformer layer and grouped queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.pytorch import mult_adds, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Vector = Sequence[float]
Rows = Sequence[Vector]


def attend(query: Vector, keys: Rows, values: Rows) -> list[float]:
    """What one query takes from the values: scaled dot-product attention, without a mask.

    A query and each key have d numbers; there is one value for each key, of any length.
    """
    output: list[float] = functional.scaled_dot_product_attention(
        matrix([query]), matrix(keys), matrix(values))[0].tolist()
    return output


def matrix(rows: Rows) -> Tensor:
    """Rows of numbers in double precision, on the CPU: the numbers matter."""
    return torch.tensor(rows, dtype=torch.float64, device="cpu")


def attention_params(embed_dim: int, bias: bool = True, kdim: int | None = None,
        vdim: int | None = None, add_bias_kv: bool = False) -> int:
    """The number of parameters of `nn.MultiheadAttention(embed_dim, num_heads, ...)`, which is
    the same for every `num_heads`."""
    return parameters(nn.MultiheadAttention(
        embed_dim, num_heads=1, bias=bias, kdim=kdim, vdim=vdim, add_bias_kv=add_bias_kv))


@cache
def attention_mult_adds(batch: int, target_len: int, source_len: int, embed_dim: int) -> int:
    """The multiply-accumulates of `nn.MultiheadAttention` for queries of length `target_len`,
    and keys and values of length `source_len`. Biases and the softmax are not counted."""
    attention = nn.MultiheadAttention(embed_dim, num_heads=1, batch_first=True)
    query = (batch, target_len, embed_dim)
    source = (batch, source_len, embed_dim)
    return mult_adds(attention, query, source, source)


def transformer_layer_params(d_model: int, dim_feedforward: int = 2048) -> int:
    """The number of parameters of `nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward)`,
    which is the same for every `nhead`."""
    return parameters(nn.TransformerEncoderLayer(d_model, 1, dim_feedforward))


def grouped_query_params(embed_dim: int, num_heads: int, num_kv_heads: int, head_dim: int) -> int:
    """The number of parameters of grouped-query attention: four Linear layers without bias, for
    queries, keys, values and output, where keys and values have `num_kv_heads` heads."""
    queries = torch.empty(num_heads, head_dim).numel()
    keys = values = torch.empty(num_kv_heads, head_dim).numel()
    layers = (
        nn.Linear(embed_dim, queries, bias=False),
        nn.Linear(embed_dim, keys, bias=False),
        nn.Linear(embed_dim, values, bias=False),
        nn.Linear(queries, embed_dim, bias=False),
    )
    return sum(map(parameters, layers))


def scores(a: Asked) -> Tensor:
    """The scores of all keys, divided by the root of d."""
    divided: Tensor = torch.mv(matrix(a.keys), matrix([a.query])[0]) / len(a.query) ** 0.5
    return divided


def weighted(weigh: Callable[[Asked], Tensor]) -> Rule:
    """The sum of the values with other weights than those of attention."""
    return lambda a: torch.mv(matrix(a.values).T, weigh(a)).tolist()


def scaled(scale: Callable[[Asked], float]) -> Rule:
    """Attention whose scores are divided by something else than the root of d."""
    return weighted(lambda a: (scores(a) * len(a.query) ** 0.5 / scale(a)).softmax(dim=0))


def each_number_a_score(a: Asked) -> list[float]:
    """The softmax of each column of products, before anything has been summed."""
    products = matrix(a.keys) * matrix([a.query]) / len(a.query) ** 0.5
    width = min(len(a.query), len(a.values[0]))
    weights, values = products.softmax(dim=0)[:, :width], matrix(a.values)[:, :width]
    mixed: list[float] = (weights * values).sum(dim=0).tolist()
    return mixed


def scores_of_values(a: Asked) -> Tensor:
    """The query times each value, as far as both go."""
    width = min(len(a.query), len(a.values[0]))
    products = torch.mv(matrix(a.values)[:, :width], matrix([a.query])[0, :width])
    divided: Tensor = products / len(a.query) ** 0.5
    return divided


def draw_rows(random: Random, count: int, width: int) -> list[list[float]]:
    """Small numbers, each with more digits than a rounded answer keeps."""
    return [[round(random.uniform(-3, 3), 5) for _ in range(width)] for _ in range(count)]


def draw_attend(random: Random, same_width: bool, largest: int = 0) -> Case:
    """A query that looks at a few keys; with `largest`, scores up to about that size."""
    width, count = random.randint(2, 4), random.randint(2, 5)
    other = width if same_width else random.choice([n for n in (1, 2, 3, 5, 6) if n != width])
    query, keys = draw_rows(random, 1, width)[0], draw_rows(random, count, width)
    if largest:
        highest = max(abs(sum(map(float.__mul__, query, key))) for key in keys)
        factor = largest * width**0.5 / max(highest, 1.0)
        query = [round(number * factor, 3) for number in query]
    return case(query, keys, draw_rows(random, count, other))


ATTEND = Function(
    attend,
    parts=(
        Part("values as long as the query", 2,
            (case([1], [[0], [0]], [[2], [4]]),
             case([2, 0, 0, 0], [[1, 5, 3, 0], [3, 0, 1, 2]], [[10, 0, 1, 2], [0, 20, 3, 1]]),
             case([1, 2], [[3, 1], [1, 0], [-1, 1]], [[1, 0], [0, 2], [5, -3]]),
             case([0.8125, -0.60725], [[1.3125, 2.04525], [-0.7, 0.51375]],
                 [[0.1234567, 1.7], [0.9, -0.7654321]])),
            lambda random: draw_attend(random, same_width=True)),
        Part("values of another length", 1,
            (case([1, 0], [[2, 1], [0, 3]], [[10], [20]]),
             case([1, -1, 2], [[1, 2, 1], [0, 1, 1], [3, 1, 0], [1, 1, 1]],
                 [[4, 0], [1, 2], [0, 7], [-3, 5]]),
             case([0.31875, 1.2], [[0.7, -0.41025], [1.1, 0.90625], [-0.3, 0.2]],
                 [[1.23456, 0.5, -2.5, 4.0], [0.0, 1.5, 3.98765, 1.0], [2.0, -1.0, 0.5, 0.25]])),
            lambda random: draw_attend(random, same_width=False)),
        Part("large scores", 1,
            (case([30, 40], [[20, 10], [19, 11]], [[1, 2], [3, 4]]),
             case([-50, 20, 10, 40], [[10, 5, 0, 15], [12, 4, 1, 18]], [[1], [5]]),
             case([30, 40], [[-20, -10], [-20.02, -9.99]], [[1, 2, 3], [4, 5, 6]]),
             case([30, 40], [[20, 10], [20.02, 9.99]], [[0.1234567, -0.2], [0.7654321, 0.3]])),
            lambda random: draw_attend(random, same_width=True, largest=990)),
    ),
    mistakes=(
        Mistake("not scaled", scaled(lambda a: 1),
            "Your scores are the bare products of the query with the keys. The formula divides "
            "them by something before the softmax: what?"),
        Mistake("scaled by d", scaled(lambda a: len(a.query)),
            "You divided the scores by the length of the query. In the formula a root stands "
            "over it."),
        Mistake("scaled by the keys", scaled(lambda a: len(a.keys) ** 0.5),
            "You divided the scores by the root of the number of keys. The d of the formula says "
            "how many products are summed for one score."),
        Mistake("scaled by the values", scaled(lambda a: len(a.values[0]) ** 0.5),
            "You divided the scores by the root of the length of a value. The values take no part "
            "in the scores: whose length is d?",
            praise="Right where values are as long as the query."),
        Mistake("multiplied by the root", scaled(lambda a: len(a.query) ** -0.5),
            "You multiplied the scores by the root of d. It stands under the fraction bar."),
        Mistake("scaled after the softmax",
            weighted(lambda a: (scores(a) * len(a.query) ** 0.5).softmax(dim=0)
                / len(a.query) ** 0.5),
            "You divided by the root of d after the softmax, so your weights do not sum to 1. The "
            "scores are divided, before it."),
        Mistake("scaled before and after",
            weighted(lambda a: scores(a).softmax(dim=0) / len(a.query) ** 0.5),
            "Your weights do not sum to 1: they are divided by the root of d after the softmax as "
            "well as before it."),
        Mistake("no softmax", weighted(scores),
            "You used the scores themselves as weights. A softmax comes between: weights are "
            "positive and sum to 1."),
        Mistake("bare products, no softmax",
            weighted(lambda a: scores(a) * len(a.query) ** 0.5),
            "You multiplied the products of query and keys with the values at once. Two steps "
            "come between: the scaling, and the softmax that makes weights of scores."),
        Mistake("shares without exp", weighted(lambda a: scores(a) / scores(a).sum()),
            "You divided each score by the sum of the scores. A softmax takes the exponential of "
            "each score first; lesson 03 has it."),
        Mistake("exp without its sum", weighted(lambda a: scores(a).exp()),
            "You took the exponentials of the scores, but did not divide them by their sum. "
            "Weights sum to 1."),
        Mistake("largest score only",
            weighted(lambda a: functional.one_hot(scores(a).argmax(), len(a.keys)).double()),
            "You took the value with the largest score and nothing else. Attention mixes: every "
            "value comes in with its weight."),
        Mistake("mean of the values", weighted(lambda a: torch.full_like(scores(a), 1).softmax(0)),
            "You gave all values the same weight, whatever the query is. The softmax runs over "
            "the scores of all the keys of this one query."),
        Mistake("softmax over the wrong side", weighted(lambda a: torch.ones_like(scores(a))),
            "You gave every value the weight 1: that is a softmax over a side with one entry. It "
            "runs over the keys, so that the weights of one query sum to 1."),
        Mistake("weights returned", lambda a: scores(a).softmax(dim=0).tolist(),
            "You returned the weights. One step is left: the weighted sum of the values."),
        Mistake("scores returned", lambda a: scores(a).tolist(),
            "You returned the scores. The softmax makes weights of them, and the weights mix the "
            "values."),
        Mistake("values summed instead of weights",
            lambda a: (scores(a).softmax(dim=0) * matrix(a.values).sum(dim=1)).tolist(),
            "You summed the numbers of each value. Summed are the values: the first numbers of "
            "all of them, each with its weight, then the second numbers, and so on."),
        Mistake("weights along a value",
            lambda a: [
                sum(map(float.__mul__, scores(a).softmax(0).tolist(), map(float, row)))
                for row in a.values],
            "You gave the weights to the numbers inside one value. A weight belongs to a whole "
            "value: go down a column of `values`, not along a row."),
        Mistake("weighted values in one list",
            lambda a: (scores(a).softmax(dim=0)[:, None] * matrix(a.values)).flatten().tolist(),
            "You put all weighted values into one long list. Add them up, number by number: the "
            "answer is as long as one value."),
        Mistake("weighted values not summed",
            lambda a: (scores(a).softmax(dim=0)[:, None] * matrix(a.values)).tolist(),
            "You multiplied each value by its weight and returned them all. Asked is their sum, "
            "number by number: one list as long as a value."),
        Mistake("all in one number", lambda a: sum(a()),
            "You added everything up to one number. The weighted sum of the values is a list, as "
            "long as a value."),
        Mistake("keys mixed", lambda a: a(values=a.keys),
            "You mixed the keys with your weights. The keys are there to be found; what is handed "
            "over stands in `values`."),
        Mistake("keys and values swapped",
            lambda a: torch.mv(matrix(a.keys).T, scores_of_values(a).softmax(dim=0)).tolist(),
            "You compared the query with the values and mixed the keys. It is the other way round: "
            "keys are compared, values are mixed."),
        Mistake("scores from the values", weighted(lambda a: scores_of_values(a).softmax(dim=0)),
            "You compared the query with the values. Each value has a key to be found by: the "
            "scores come from `keys`."),
        Mistake("softmax of each product", each_number_a_score,
            "You took the softmax of single products. The products of the query with a key are "
            "summed first: one score for each key."),
        Mistake("softmax at the end", lambda a: torch.softmax(matrix([weighted(scores)(a)])[0],
                dim=0).tolist(),
            "You took the softmax of the result. It belongs between the scores and the weighted "
            "sum."),
        Mistake("cosines",
            weighted(lambda a: functional.cosine_similarity(
                matrix([a.query]), matrix(a.keys)).softmax(dim=0)),
            "You divided by the lengths of query and key, as a cosine does. Attention divides by "
            "the root of d, whatever the numbers are."),
        Mistake("negative scores", weighted(lambda a: (-scores(a)).softmax(dim=0)),
            "You turned the sign of the scores round: the keys that fit least get the largest "
            "weights."),
        Mistake("values backwards", lambda a: a(values=a.values[::-1]),
            "Your weights meet the values from the wrong end: weight 0 belongs to value 0."),
        Mistake("first value only",
            weighted(lambda a: scores(a).softmax(dim=0)
                * functional.one_hot(torch.tensor(0, device="cpu"), len(a.keys))),
            "You stopped after the first value: does your `return`, or an `=` where `+=` is "
            "meant, stand inside the loop?"),
        Mistake("last value only",
            weighted(lambda a: scores(a).softmax(dim=0) * functional.one_hot(
                torch.tensor(len(a.keys) - 1, device="cpu"), len(a.keys))),
            "Only the last value is in your answer. Is your sum started anew in each turn of the "
            "loop, or is `=` where `+=` is meant?"),
        Mistake("only some keys", lambda a: a(keys=a.keys[:-1], values=a.values[:-1]),
            "You left out the last key. The end of a `range` does not belong to it."),
        Mistake("as many columns as the query",
            lambda a: [*a(), *[0.0] * len(a.query)][: len(a.query)],
            "Your output is as long as the query. It is a mix of values, so it is as long as one "
            "of them."),
    ),
    hints=(
        "Three steps: a score for each key, the weights, the weighted sum of the values. Write "
        "and print one after the other, with `query=[1, 0]` and two keys.",
        "Without NumPy, `sum(q * k for q, k in zip(query, key))` is one product, and d is "
        "`len(query)`. For the weights see the formula of lesson 03: exponentials over their sum.",
        "An `OverflowError`? Take the largest score away from all scores before `math.exp`: the "
        "weights stay the same.",
        "The output has one number for each column of `values`. For column `e`, which numbers "
        "does each weight multiply?",
    ),
)


def draw_attention(random: Random) -> Case:
    """An attention layer with sizes of its own for keys and values, and any biases."""
    embed_dim, kdim, vdim = random.sample(range(2, 65), k=3)
    return case(embed_dim, bias=random.random() < 0.5, kdim=random.choice((kdim, None)), vdim=vdim,
        add_bias_kv=random.random() < 0.5)


PLAIN = {"kdim": None, "vdim": None, "add_bias_kv": False}  # four square projections, all alike


def longer(a: Asked) -> Any:
    """By how many numbers keys and values together are longer than two queries."""
    return (a() - a(kdim=None, vdim=None)) // a.embed_dim


PARAMS = Function(
    attention_params,
    question=lambda a: asking.parameters(
        asking.line("nn.MultiheadAttention", a.embed_dim, 1,
            **asking.unlike(a, bias=True, kdim=None, vdim=None, add_bias_kv=False))),
    parts=(
        Part("four projections", 1, (case(1), case(2), case(16), case(embed_dim=512)),
            lambda random: case(random.randint(2, 300))),
        Part("without biases", 1, (case(2, bias=False), case(16, False), case(12, bias=True)),
            lambda random: case(random.randint(2, 300), bias=False)),
        Part("keys and values of other sizes", 2,
            (case(2, kdim=3), case(2, vdim=5), case(16, kdim=10, vdim=6), case(8, False, 3, 5)),
            draw_attention),
        Part("extra key and value", 1,
            (case(2, add_bias_kv=True), case(16, bias=False, add_bias_kv=True),
             case(8, True, 3, 5, True), case(12, bias=False, kdim=20, vdim=7, add_bias_kv=True)),
            lambda random: case(random.randint(2, 64), random.random() < 0.5, add_bias_kv=True)),
    ),
    mistakes=(
        Mistake("no bias", as_if(bias=False),
            "You counted the matrices only. Unless `bias=False`, each projection has a bias too."),
        Mistake("bias always counted", as_if(bias=True),
            "With `bias=False` no projection has a bias. Look at the `bias` argument.",
            praise="Right with a bias."),
        Mistake("embed_dim only", as_if(**PLAIN, bias=True),
            "You used `embed_dim`; look at what each of the other arguments changes.",
            praise="Right for the plain layer."),
        Mistake("embed_dim and bias only", as_if(**PLAIN),
            "`kdim`, `vdim` and `add_bias_kv` change the count too.",
            praise="Right for the plain layer."),
        Mistake("queries, keys and values only", lambda a: a(**PLAIN) * 3 // 4,
            "You counted three square projections. There is a fourth, `out_proj`, and not all of "
            "them are square."),
        Mistake("output projection forgotten", lambda a: a() - a(**PLAIN) // 4,
            "You counted the projections of queries, keys and values. After the heads are put "
            "together there is one more: `out_proj`."),
        Mistake("output bias forgotten", lambda a: a() - a.bias * a.embed_dim,
            "You counted biases for queries, keys and values. `out_proj` has one as well."),
        Mistake("output bias only", lambda a: a(bias=False) + a.bias * a.embed_dim,
            "You counted one bias. `in_proj_bias` is there too, and it is longer: whose biases "
            "does it hold?"),
        Mistake("kdim and vdim ignored", as_if(kdim=None, vdim=None),
            "With `kdim` and `vdim` the projections of keys and values read vectors of another "
            "size.",
            praise="Right when keys and values have `embed_dim` features."),
        Mistake("kdim ignored", as_if(kdim=None),
            "You used `vdim` but not `kdim`. The keys can have a size of their own too."),
        Mistake("vdim ignored", as_if(vdim=None),
            "You used `kdim` but not `vdim`. The values can have a size of their own too."),
        Mistake("kdim for the values", lambda a: a(vdim=a.kdim),
            "You let the values have the size of the keys. They have an argument of their own."),
        Mistake("bias per input", lambda a: a() + a.bias * longer(a),
            "You gave keys and values biases of `kdim` and `vdim` numbers. A bias is added to the "
            "output of a projection: how long is that?"),
        Mistake("queries read kdim", lambda a: a() + (a() - a(kdim=None)),
            "You let the projection of the queries read `kdim` numbers. Only the keys have that "
            "size: a query has `embed_dim` numbers."),
        Mistake("output reads vdim", lambda a: a() + (a() - a(vdim=None)),
            "You let `out_proj` read `vdim` numbers. It comes after the projection of the values: "
            "how long are they by then?"),
        Mistake("add_bias_kv ignored", as_if(add_bias_kv=False),
            "With `add_bias_kv=True` the layer learns two more vectors, `bias_k` and `bias_v`, "
            "which it appends to the keys and the values.",
            praise="Right without `add_bias_kv`."),
        Mistake("one vector for add_bias_kv", lambda a: known.one_of_two(a, add_bias_kv=False),
            "You counted one vector for `add_bias_kv`. The name ends in `kv`: there is more than "
            "one."),
        Mistake("add_bias_kv needs bias", lambda a: a(add_bias_kv=a.add_bias_kv and a.bias),
            "You counted `bias_k` and `bias_v` only with `bias=True`. They are no biases of a "
            "projection but one more key and value, and `bias` does not switch them off."),
        Mistake("three matrices, four biases", lambda a: a() - a.embed_dim**2,
            "You counted four biases, but only three matrices. `out_proj` has a matrix as well."),
        Mistake("one projection", lambda a: a(**PLAIN) // 4,
            "You counted one projection. Queries, keys and values have one each, and a last one "
            "comes after the heads."),
        Mistake("one number for a bias", lambda a: a() - a.bias * 4 * (a.embed_dim - 1),
            "You counted each bias as one number. A bias is a vector: one number for each output "
            "of its projection."),
        Mistake("square matrices for kdim and vdim",
            lambda a: a() + sum(size * (size - a.embed_dim) for size in (a.kdim, a.vdim) if size),
            "You squared `kdim` and `vdim`. They say what a projection reads: what does it write?",
            praise="Right without them."),
        Mistake("None as 0",
            lambda a: a() - ((a.kdim is None) + (a.vdim is None)) * a.embed_dim**2,
            "You take None for 0, so the projections of keys and values have no weights by "
            "default. None means: as large as `embed_dim`."),
        Mistake("vdim from kdim", lambda a: a(vdim=a.vdim or a.kdim),
            "Without a `vdim` you let the values have the size of the keys. None means: as large "
            "as `embed_dim`, for each of the two on its own."),
        Mistake("both or neither",
            lambda a: a(kdim=a.kdim if a.vdim else None, vdim=a.vdim if a.kdim else None),
            "You use `kdim` and `vdim` only where both are given. Each may come alone."),
        Mistake("nothing without a bias", lambda a: a() if a.bias else 0,
            "With `bias=False` your answer is 0, but the matrices are still there. Python reads "
            "`a + b if c else 0` as `(a + b) if c else 0`: put the second part in brackets.",
            praise="Right with a bias."),
        Mistake("plain layer, nothing without a bias", lambda a: a(**PLAIN) if a.bias else 0,
            "With `bias=False` your answer is 0: Python reads `a + b if c else 0` as "
            "`(a + b) if c else 0`. And `kdim`, `vdim` and `add_bias_kv` change the count too.",
            is_two=True),
        Mistake("add_bias_kv brings all biases", lambda a: a(bias=a.bias or a.add_bias_kv),
            "With `add_bias_kv=True` you count the biases of the projections too, even where "
            "`bias=False`. The two options do not know of each other."),
        Mistake("two numbers for add_bias_kv",
            lambda a: a() - a.add_bias_kv * 2 * (a.embed_dim - 1),
            "You counted one number for the extra key and one for the extra value. Each is a "
            "vector, as long as the keys and values behind the projections."),
        Mistake("matrices for add_bias_kv",
            lambda a: a(add_bias_kv=False) + a.add_bias_kv * 2 * a.embed_dim**2,
            "You counted a matrix for the extra key and one for the extra value. Each is one more "
            "row beside the projected keys and values: a vector."),
        Mistake("Linear layers for add_bias_kv",
            lambda a: a() + a.add_bias_kv * 2 * a.embed_dim**2,
            "You counted two more Linear layers for `add_bias_kv`. Nothing is projected there: "
            "the layer learns one key and one value, a vector each."),
        Mistake("extra vectors not projected", lambda a: a() + a.add_bias_kv * longer(a),
            "You gave `bias_k` and `bias_v` the sizes `kdim` and `vdim`. They are appended after "
            "the projection: how long are keys and values there?"),
    ),
    hints=(
        "There are four projections: queries, keys, values and `out_proj`. Each is a Linear; "
        "what does it read and what does it write?",
        "Print the names and shapes in `named_parameters()` with `kdim=3, vdim=5`. "
        "`in_proj_weight` then falls into three.",
        "`None` means: as large as `embed_dim`. Put that right in the first lines.",
        "Compare the `named_parameters()` with and without `add_bias_kv=True`.",
    ),
)


def projections(a: Asked) -> Any:
    """The mult-adds of the four projections: where one length is 0, there is nothing else to do."""
    return a(target_len=0) + a(source_len=0)


def core(a: Asked) -> Any:
    """The mult-adds between the projections: the scores and the weighted sum."""
    return a() - projections(a)


def one_at_target(a: Asked) -> Any:
    """The mult-adds of one projection at target length, be it of the queries or of the output."""
    return a(source_len=0) // 2


def draw_lengths(random: Random) -> Case:
    """Queries, and keys and values, of two lengths."""
    target_len, source_len = random.sample(range(2, 33), k=2)
    return case(random.randint(2, 8), target_len, source_len, random.randint(2, 64))


def draw_self_attention(random: Random) -> Case:
    """One sequence that attends to itself."""
    length = random.randint(2, 32)
    return case(1, length, length, random.randint(2, 64))


def draw_batch(random: Random) -> Case:
    """A batch of sequences that attend to themselves."""
    length = random.randint(2, 32)
    return case(random.randint(2, 8), length, length, random.randint(2, 64))


MULT_ADDS = Function(
    attention_mult_adds,
    question=lambda a: (
        f"{asking.line('nn.MultiheadAttention', a.embed_dim, 1)} and a batch of {a.batch}: "
        f"{asking.count(a.target_len, 'query')}, and keys and values "
        f"of length {a.source_len}. How many mult-adds, without biases and softmax?"),
    parts=(
        Part("one sequence attends to itself", 1,
            (case(1, 1, 1, 2), case(1, 3, 3, 2), case(1, 10, 10, embed_dim=16)),
            draw_self_attention),
        Part("a batch", 1, (case(2, 3, 3, 4), case(5, 10, 10, 16)),
            draw_batch),
        Part("two lengths", 2,
            (case(1, 1, 3, 2), case(2, 5, 3, 4),
             case(batch=4, target_len=7, source_len=10, embed_dim=16)),
            draw_lengths),
    ),
    mistakes=(
        Mistake("projections only", projections,
            "You counted the four projections. Attention itself multiplies matrices too: queries "
            "with keys, then the weights with the values."),
        Mistake("no projections", core,
            "You counted the scores and the weighted sum. Before them queries, keys and values "
            "are projected, and after them the output is."),
        Mistake("scores only", lambda a: core(a) // 2,
            "You counted the scores. There is a weighted sum of the values after them, and there "
            "are four projections."),
        Mistake("one product per output", lambda a: core(a) + projections(a) // a.embed_dim,
            "You counted one mult-add for each number that a projection writes. How many products "
            "are summed for one such number?"),
        Mistake("no weighted sum", lambda a: a() - core(a) // 2,
            "You left out the weighted sum: when the scores are known, they are multiplied with "
            "the values."),
        Mistake("output projection forgotten", lambda a: a() - one_at_target(a),
            "You left out the last projection, `out_proj`."),
        Mistake("one projection", lambda a: core(a) + one_at_target(a),
            "You counted one projection. Queries, keys, values and the output have one each."),
        Mistake("batch ignored", as_if(batch=1),
            "That is the work for one sequence. Each sequence in the batch costs the same again."),
        Mistake("attention across the batch",
            lambda a: a(
                batch=1, target_len=a.batch * a.target_len, source_len=a.batch * a.source_len),
            "You let every query meet the keys of all sequences in the batch. A query meets the "
            "keys of its own sequence only."),
        Mistake("target length everywhere", lambda a: a(source_len=a.target_len),
            "Keys and values have `source_len` vectors.",
            praise="Right when both lengths are equal."),
        Mistake("source length everywhere", lambda a: a(target_len=a.source_len),
            "The queries have `target_len` vectors.",
            praise="Right when both lengths are equal."),
        Mistake("projections at target length",
            lambda a: core(a) + projections(a.but(source_len=a.target_len)),
            "You project `target_len` vectors four times. How many keys and values are there?",
            praise="Your scores are right."),
        Mistake("projections at source length",
            lambda a: core(a) + projections(a.but(target_len=a.source_len)),
            "You project `source_len` vectors four times. How many queries are there, and how "
            "many outputs?",
            praise="Your scores are right."),
        Mistake("output at source length", lambda a: a() - one_at_target(a) + a(target_len=0) // 2,
            "You project `source_len` vectors at the end. Attention gives one vector for each "
            "query."),
        Mistake("one mult-add for each pair",
            lambda a: projections(a) + core(a) // a.embed_dim,
            "You counted one mult-add for each pair of a query and a key, in the scores and in "
            "the weighted sum. How many products are summed for one score?",
            praise="Your projections are right."),
        Mistake("one mult-add for each pair, scores only",
            lambda a: projections(a) + core(a) // (2 * a.embed_dim),
            "You counted one mult-add for each pair of a query and a key. How many products are "
            "summed for one score? And a weighted sum follows.",
            praise="Your projections are right.", is_two=True),
        Mistake("pairs with matrices", lambda a: projections(a) + core(a) * a.embed_dim,
            "You multiplied the pairs with `embed_dim` twice. A score is a sum of products of two "
            "vectors; no matrix stands between them.",
            praise="Your projections are right."),
        Mistake("pairs projected",
            lambda a: core(a) + 4 * a.batch * a.target_len * a.source_len * a.embed_dim**2,
            "You project each pair of a query and a key. A vector is projected once, before it "
            "meets any other."),
        Mistake("projections of one position",
            lambda a: core(a) + projections(a.but(target_len=1, source_len=1)),
            "You counted the projections for one position. Each position of a sequence is "
            "projected.",
            praise="Your scores are right."),
        Mistake("projections for both lengths", lambda a: core(a) + 2 * projections(a),
            "You let all four projections work on both sequences. Each works on one of them: two "
            "on the queries' side, two on the other.",
            praise="Your scores are right."),
        Mistake("batch for the projections only", lambda a: projections(a) + core(a.but(batch=1)),
            "You multiplied the projections by the batch, but not the scores and the weighted "
            "sum. Are there brackets missing?"),
        Mistake("batch for the pairs only", lambda a: core(a) + projections(a.but(batch=1)),
            "You multiplied the scores and the weighted sum by the batch, but not the "
            "projections. Are there brackets missing?"),
        Mistake("batch for the first product only",
            lambda a: a(batch=1) + (a.batch - 1) * 2 * one_at_target(a.but(batch=1)),
            "You multiplied two projections by the batch and nothing else. Are there brackets "
            "missing?"),
        Mistake("keys meet keys", lambda a: projections(a) + core(a.but(target_len=a.source_len)),
            "You let the keys meet each other. The table of scores has one row for each query and "
            "one column for each key."),
        Mistake("square scores", lambda a: projections(a) + core(a.but(source_len=a.target_len)),
            "You let the queries meet each other. The table of scores has one row for each query "
            "and one column for each key."),
        Mistake("six products of pairs",
            lambda a: 6 * a.batch * a.target_len * a.source_len * a.embed_dim,
            "You took all six products for products of pairs. Only two of them are: the "
            "projections work on each vector alone, with a matrix."),
        known.FLOPS,
        known.biases_counted(lambda a: projections(a) // a.embed_dim),
        Mistake("softmax counted", lambda a: a() + a.batch * a.target_len * a.source_len,
            "You counted the softmax as well. The convention of this course counts matrix "
            "products only."),
        Mistake("parameters, not mult-adds", lambda a: attention_params(a.embed_dim),
            "You returned the number of parameters. Mult-adds grow with the batch and the "
            "lengths, parameters don't."),
    ),
    hints=(
        "There are six matrix products: four projections, the scores, the weighted sum. "
        "Write down the shapes of each product for one sequence.",
        "A product of an `(a, b)` with a `(b, c)` matrix costs one mult-add for each output and "
        "each of the numbers that are summed for it.",
        "Which of the four projections work on `target_len` vectors, which on `source_len`? "
        "The batch comes last.",
    ),
)

TRANSFORMER = Function(
    transformer_layer_params,
    question=lambda a: asking.parameters(asking.line("nn.TransformerEncoderLayer",
        a.d_model, 1, **asking.unlike(a, dim_feedforward=2048))),
    parts=(
        Part("a given feed-forward width", 2,
            (case(1, 2), case(2, 3), case(16, 40), case(64, dim_feedforward=100)),
            lambda random: case(random.randint(2, 200), random.randint(2, 200))),
        Part("the default width", 1, (case(2), case(512), case(d_model=768)),
            lambda random: case(random.randint(2, 400))),
    ),
    mistakes=(
        Mistake("LayerNorms or attention biases", lambda a: a() - 4 * a.d_model,
            "Four vectors of `d_model` numbers are missing. Did you count both LayerNorms, with "
            "weight and bias? And the biases of the four projections?"),
        Mistake("half of the LayerNorms", lambda a: a() - 2 * a.d_model,
            "Two vectors of `d_model` numbers are missing. There are two LayerNorms, `norm1` and "
            "`norm2`, and each of them scales and shifts."),
        Mistake("no attention", lambda a: a() - attention_params(a.d_model),
            "You left out the attention. You have `attention_params` already."),
        Mistake("no feed-forward part", lambda a: a(dim_feedforward=0) - a.d_model,  # linear2.bias
            "You left out the feed-forward part: `linear1` and `linear2`."),
        Mistake("one feed-forward matrix", lambda a: a() - (a.dim_feedforward + 1) * a.d_model,
            "You counted `linear1` only. `linear2` leads back to `d_model`."),
        Mistake("output projection forgotten", lambda a: a() - attention_params(a.d_model) // 4,
            "You left out the attention's last projection, `self_attn.out_proj`."),
        Mistake("no feed-forward bias", lambda a: a() - a.dim_feedforward - a.d_model,
            "You left out the biases of `linear1` and `linear2`. How long is each?"),
        Mistake("bias of linear1 too short", lambda a: a() - a.dim_feedforward + a.d_model,
            "You gave both Linear layers a bias of `d_model` numbers. A bias has one number for "
            "each output: what does `linear1` write?",
            is_two=True),
        Mistake("bias of linear2 too long", lambda a: a() - a.d_model + a.dim_feedforward,
            "You gave both Linear layers a bias of `dim_feedforward` numbers. A bias has one "
            "number for each output: what does `linear2` write?",
            is_two=True),
        Mistake("bias of linear2 forgotten", lambda a: a() - a.d_model,
            "One vector of `d_model` numbers is missing. `linear1` and `linear2` have a bias each, "
            "and each projection of the attention has one."),
        Mistake("bias of linear1 forgotten", lambda a: a() - a.dim_feedforward,
            "One vector of `dim_feedforward` numbers is missing: which layer writes so many "
            "numbers, and what is added to them?"),
        Mistake("three LayerNorms", lambda a: a() + 2 * a.d_model,
            "Two vectors of `d_model` numbers are too many. This layer has two LayerNorms; a "
            "third comes in a decoder layer or after the last layer of a stack.",
            is_two=True),  # beside another mistake the two vectors may be something else
        Mistake("LayerNorms of single numbers", lambda a: a() - 4 * (a.d_model - 1),
            "You counted a LayerNorm as two numbers. It scales and shifts each of its features "
            "with a number of its own."),
        Mistake("LayerNorm inside the feed-forward part",
            lambda a: a() + 2 * (a.dim_feedforward - a.d_model),
            "You let one LayerNorm work on `dim_feedforward` numbers. Both stand behind a skip "
            "connection, where a position has `d_model` numbers again."),
        Mistake("no feed-forward bias, no LayerNorms",
            lambda a: a() - 5 * a.d_model - a.dim_feedforward,
            "You counted the attention and two bare matrices. `linear1` and `linear2` have a bias "
            "each, and there are two LayerNorms."),
        Mistake("one Linear of d_model",
            lambda a: a(dim_feedforward=0) + a.d_model**2,
            "You counted one Linear from `d_model` to `d_model` for the feed-forward part. There "
            "are two: one widens each position to `dim_feedforward`, the other leads back."),
        Mistake("square in the middle",
            lambda a: a() + a.dim_feedforward**2 - 2 * a.d_model * a.dim_feedforward,
            "You let the feed-forward part lead from `dim_feedforward` to `dim_feedforward`. It "
            "begins and ends with `d_model` numbers."),
        Mistake("attention only", lambda a: attention_params(a.d_model),
            "You counted the attention. A feed-forward part and two LayerNorms stand behind it."),
        Mistake("feed-forward part only",
            lambda a: a() - attention_params(a.d_model) - 4 * a.d_model,
            "You counted the feed-forward part. Before it stands the attention, and there are two "
            "LayerNorms."),
        Mistake("rule of thumb", lambda a: 12 * a.d_model**2,
            "Twelve squares of `d_model` is a rule of thumb for large models. It leaves out "
            "biases and LayerNorms, and takes `dim_feedforward` for granted."),
        # Biases of `d_model` numbers: four in the attention, one in linear2, one in each LayerNorm.
        Mistake("no biases", lambda a: a() - 7 * a.d_model - a.dim_feedforward,
            "You counted no bias anywhere. The projections, both Linear layers and both "
            "LayerNorms have one by default."),
        Mistake("matrices only", lambda a: a() - 9 * a.d_model - a.dim_feedforward,
            "You counted the six matrices. There are biases as well, and two LayerNorms."),
        Mistake("feed-forward width from d_model", lambda a: a(dim_feedforward=4 * a.d_model),
            "You took 4 times `d_model` for the feed-forward width. That is a habit of many "
            "models, but here `dim_feedforward` says it."),
        Mistake("always the default width", as_if(dim_feedforward=2048),
            "`dim_feedforward` is an argument.",
            praise="Right for the default."),
        Mistake("decoder layer", lambda a: a() + attention_params(a.d_model) + 2 * a.d_model,
            "You counted a decoder layer. It has a second attention and a third LayerNorm; the "
            "encoder layer has not."),
    ),
    hints=(
        "Print the names and shapes in `nn.TransformerEncoderLayer(16, 4, 40)"
        ".named_parameters()`: attention, two Linear layers, two LayerNorms.",
        "You have counted each of these parts in an earlier exercise. Write one line for each.",
        "`linear1` leads from `d_model` to `dim_feedforward`, `linear2` leads back. "
        "Which of the two sizes has each bias?",
    ),
)


def draw_multi_head(random: Random) -> Case:
    """Every head has its own keys and values."""
    heads, head_dim = random.sample(range(2, 17), k=2)
    return case(heads * head_dim, heads, heads, head_dim)


def draw_grouped(random: Random) -> Case:
    """Groups of heads share their keys and values."""
    num_kv_heads, group, head_dim = random.choices(range(2, 9), k=3)
    num_heads = num_kv_heads * group
    return case(num_heads * head_dim, num_heads, num_kv_heads, head_dim)


def draw_own_head_size(random: Random) -> Case:
    """The heads together are wider than the embedding, or narrower."""
    num_kv_heads, group, head_dim = random.choices(range(2, 9), k=3)
    num_heads = num_kv_heads * group
    narrower, wider = num_heads * (head_dim - 1), num_heads * (head_dim + 1)
    return case(random.choice((narrower, wider)), num_heads, num_kv_heads, head_dim)


GROUPED_QUERY = Function(
    grouped_query_params,
    question=lambda a: (
        f"Grouped-query attention of width {a.embed_dim}: {asking.heads(a)}, "
        f"{asking.count(a.head_dim, 'number')} a head, four Linear layers without a bias. "
        "How many parameters?"),
    parts=(
        Part("keys and values for every head", 1,
            (case(2, 1, 1, 2), case(6, 2, 2, 3), case(20, 5, 5, head_dim=4)),
            draw_multi_head),
        Part("heads share keys and values", 2,
            (case(4, 2, 1, 2), case(12, 6, 2, 2), case(32, 8, 2, 4), case(40, 8, 1, 5)),
            draw_grouped),
        Part("head size of its own", 1,
            (case(4, 2, 1, 3), case(12, 4, 2, 8),
             case(embed_dim=48, num_heads=6, num_kv_heads=2, head_dim=5)),
            draw_own_head_size),
    ),
    mistakes=(
        Mistake("keys for every head", lambda a: a(num_kv_heads=a.num_heads),
            "You gave every head its own keys and values. There are only `num_kv_heads` of them, "
            "which several heads share."),
        Mistake("fewer queries too", lambda a: a(num_heads=a.num_kv_heads),
            "You used `num_kv_heads` everywhere. Keys and values are shared; every head still has "
            "its own queries."),
        Mistake("one set of keys", as_if(num_kv_heads=1),
            "You counted keys and values once for all heads. There are `num_kv_heads` sets."),
        Mistake("heads in a group", lambda a: a(num_kv_heads=a.num_heads // a.num_kv_heads),
            "You used the number of heads in a group. `num_kv_heads` says how many groups there "
            "are, and each group has one set of keys and values."),
        Mistake("one head", as_if(num_heads=1, num_kv_heads=1),
            "You counted one head. `head_dim` is the size of a single head."),
        Mistake("output projection forgotten", lambda a: known.one_of_two(a, num_heads=0),
            "You counted queries, keys and values. One more Linear leads back to `embed_dim`."),
        Mistake("output from shared heads", lambda a: known.one_of_two(a, num_heads=a.num_kv_heads),
            "You let the output projection read `num_kv_heads` heads. There is one result for "
            "each query head."),
        Mistake("only the keys shared", lambda a: known.one_of_two(a, num_kv_heads=a.num_heads),
            "You let the heads share their keys, but not their values. Both are shared."),
        Mistake("keys or values forgotten", lambda a: known.one_of_two(a, num_kv_heads=0),
            "You counted one projection for keys and values together. They have one each."),
        Mistake("one of two everywhere", lambda a: a() // 2,
            "You have half of it. Count again: how many Linear layers have `num_heads` heads on "
            "one side, and how many have `num_kv_heads`?"),
        Mistake("square output", lambda a: known.one_of_two(a, num_heads=0) + a.embed_dim**2,
            "Your output projection is square. It writes `embed_dim` numbers, but what it reads "
            "are the query heads side by side: how many numbers is that?",
            praise="Your queries, keys and values are right."),
        Mistake("output as wide as the heads",
            lambda a: known.one_of_two(a, num_heads=0) + (a.num_heads * a.head_dim)**2,
            "Your output projection reads and writes all heads side by side. It leads back to "
            "`embed_dim` numbers.",
            praise="Your queries, keys and values are right."),
        Mistake("keys read the queries",
            lambda a: a(num_kv_heads=0)
                + 2 * a.num_heads * a.head_dim * a.num_kv_heads * a.head_dim,
            "You let the projections of keys and values read the query heads. They read the same "
            "vectors as the queries' projection does, with `embed_dim` numbers."),
        Mistake("head size from embed_dim", lambda a: a(head_dim=a.embed_dim // a.num_heads),
            "You divided `embed_dim` by the number of heads. That is the usual head size, but "
            "here `head_dim` says it."),
        Mistake("square projections", lambda a: a(num_heads=0) + 2 * a.embed_dim**2,
            "Your queries and output are as wide as `embed_dim`. That holds only when the heads "
            "together have `embed_dim` numbers; `head_dim` is free."),
        Mistake("plain attention", lambda a: attention_params(a.embed_dim, bias=False),
            "You counted four square matrices: plain multi-head attention. Here the number and "
            "the size of the heads decide how wide each projection is."),
        Mistake("bias counted",
            lambda a: a() + (a.num_heads + 2 * a.num_kv_heads) * a.head_dim + a.embed_dim,
            "You counted biases. The four layers of this exercise have none."),
    ),
    hints=(
        "There are four Linear layers: queries, keys, values, output. Write down for each "
        "what it reads and what it writes.",
        "All heads of the queries stand side by side in one vector: how long is it? "
        "How long is that of the keys?",
        "The output projection reads what the heads have put together, and writes `embed_dim` "
        "numbers.",
    ),
)

LESSON = Lesson("14-attention", (ATTEND, PARAMS, MULT_ADDS, TRANSFORMER, GROUPED_QUERY))
