"""Lesson 14: multi-head attention, the Transformer layer and grouped queries."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import torch
from torch import nn

from grader.course import misconceptions as known
from grader.course.pytorch import mult_adds, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, as_if, case


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
        Mistake("square scores", lambda a: projections(a) + core(a.but(source_len=a.target_len)),
            "You let the queries meet each other. The table of scores has one row for each query "
            "and one column for each key."),
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
            "each output: what does `linear1` write?"),
        Mistake("bias of linear2 too long", lambda a: a() - a.d_model + a.dim_feedforward,
            "You gave both Linear layers a bias of `dim_feedforward` numbers. A bias has one "
            "number for each output: what does `linear2` write?"),
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
    parts=(
        Part("keys and values for every head", 1,
            (case(2, 1, 1, 2), case(6, 2, 2, 3), case(20, 5, 5, head_dim=4)),
            draw_multi_head),
        Part("heads share keys and values", 2,
            (case(4, 2, 1, 2), case(12, 6, 2, 2), case(32, 8, 2, 4), case(40, 8, 1, 5)),
            draw_grouped),
        Part("head size of its own", 1,
            (case(4, 2, 1, 3), case(12, 4, 2, 8),
             case(embed_dim=48, num_heads=6, num_kv_heads=3, head_dim=5)),
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

LESSON = Lesson("14-attention", (PARAMS, MULT_ADDS, TRANSFORMER, GROUPED_QUERY))
