"""Lesson 22: LoRA, a thin pair of matrices that learns beside a frozen one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from grader.course import architectures as nets
from grader.course import asking
from grader.course import misconceptions as known
from grader.course.exercises.cost import adam_training_bytes, params_bytes
from grader.course.exercises.linear import exact
from grader.course.pytorch import parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Rows = Sequence[Sequence[float]]
ALL = tuple(nets.TARGETS)
ATTENTION, HIDDEN = ALL[:4], ALL[4:]


def adapted_linear(
    x: Sequence[float], weight: Rows, a: Rows, b: Rows, alpha: float
) -> list[float]:
    """What a frozen Linear without bias and the adapter beside it make of one vector: a list.

    `weight` has a row for each output, `a` has rank rows as long as x, `b` has a row of rank
    numbers for each output. The adapter counts alpha / rank times.
    """
    layer, adapter = torch.mv(exact(weight), exact(x)), torch.mv(exact(b), exact(a).mv(exact(x)))
    outputs: list[float] = torch.addcdiv(layer, adapter, exact(len(a)), value=alpha).tolist()
    return outputs


def lora_params(in_features: int, out_features: int, rank: int) -> int:
    """The number of parameters that LoRA trains beside `nn.Linear(in_features, out_features)`:
    those of A and of B, without a bias. The frozen ones are not counted."""
    return parameters(nets.adapter(in_features, out_features, rank))


def llama_lora_params(
    d_model: int, num_layers: int, num_heads: int, num_kv_heads: int, hidden_dim: int,
    rank: int, targets: Sequence[str],
) -> int:
    """The number of parameters that LoRA trains beside a Llama.

    `targets` says which matrices of each block get an adapter: some of "q", "k", "v", "o",
    "gate", "up", "down", in any order. k and v lead to `num_kv_heads` heads of
    `d_model // num_heads` numbers each.
    """
    return parameters(nets.llama_adapters(
        d_model=d_model, num_layers=num_layers, num_heads=num_heads, num_kv_heads=num_kv_heads,
        hidden_dim=hidden_dim, rank=rank, targets=tuple(targets)))


def finetune_bytes(base_params: int, adapter_params: int, base_element_size: int = 2) -> int:
    """The bytes of a frozen base and of adapters in float32 that `torch.optim.Adam` trains.

    The base is kept with `base_element_size` bytes a parameter. No activations, no buffers, no
    step counters.
    """
    return params_bytes(base_params, base_element_size) + adam_training_bytes(adapter_params)


def frozen(a: Asked) -> Tensor:
    """What the frozen weight makes of x."""
    return torch.mv(exact(a.weight), exact(a.x))


def beside(a: Asked) -> Tensor:
    """What the adapter makes of x, before it is scaled."""
    return torch.mv(exact(a.b), torch.mv(exact(a.a), exact(a.x)))


def scaled(scale: Callable[[Asked], float]) -> Rule:
    """The answer with another factor before the adapter."""
    return lambda a: (frozen(a) + scale(a) * beside(a)).tolist()


def factor(a: Asked) -> float:
    """What the adapter is to be multiplied with."""
    return float(a.alpha / len(a.a))


def met(rows: Rows, vector: Sequence[float]) -> list[float]:
    """Rows times a vector as far as both go, as `zip` in plain Python has it."""
    return [sum(one * other for one, other in zip(row, vector, strict=False)) for row in rows]


def added(a: Asked, adapter: Sequence[float]) -> list[float]:
    """The frozen layer's answer and another adapter's, as far as both go."""
    pairs = zip(frozen(a).tolist(), adapter, strict=False)
    return [one + factor(a) * other for one, other in pairs]


def row_only(place: int) -> Rule:
    """An adapter of which one row of A and one column of B are used, scaled as the whole."""
    return lambda a: a(
        a=[a.a[place]], b=[[row[place]] for row in a.b], alpha=a.alpha / len(a.a))


def draw_rows(random: Random, count: int, width: int) -> list[list[float]]:
    """Small numbers, each with more digits than a rounded answer keeps."""
    return [[round(random.uniform(-3, 3), 7) for _ in range(width)] for _ in range(count)]


def draw_layer(random: Random, rank: int, alpha: float) -> Case:
    """A frozen weight with an adapter of this rank."""
    inputs, outputs = random.randint(2, 5), random.randint(2, 5)
    return case(draw_rows(random, 1, inputs)[0], draw_rows(random, outputs, inputs),
        draw_rows(random, rank, inputs), draw_rows(random, outputs, rank), alpha)


def draw_scaled(random: Random) -> Case:
    """An adapter whose alpha is not its rank."""
    rank = random.randint(1, 4)
    return draw_layer(random, rank, random.choice([n for n in (3, 5, 7, 16, 0.5) if n != rank]))


ADAPTED = Function(
    adapted_linear,
    parts=(
        Part("rank 1", 2,
            (case([1, 2], [[1, 0], [0, 1]], [[3, 4]], [[1], [2]], 1),
             case([2, 1, -1], [[1, 2, 0], [0, 1, 3]], [[1, 0, 2]], [[5], [-3]], 1),
             case([1.5, -2], [[0.25, 1], [2, 0.5], [1, -1]],
                 [[0.1234567, 2]], [[1], [0.7654321], [-3]], alpha=1)),
            lambda random: draw_layer(random, 1, 1)),
        Part("a larger rank", 1,
            (case([1, 2, 3], [[1, 0, 0], [0, 1, 0]], [[1, 0, 1], [0, 1, 0]], [[1, 2], [3, 4]], 2),
             case([2, -1], [[3, 1], [1, 1], [0, 5]], [[1, 1], [2, 0], [0, 3]],
                 [[1, 0, 2], [0, 1, 4], [1, -1, 0]], 3),
             case([0.5, 1.25], [[1, 1], [0.3, 2], [5, 0.1]], [[1.0203047, 0.5], [2, -1.5]],
                 [[0.4, 1], [2, 0.3333333], [1, 3]], alpha=2)),
            lambda random: draw_layer(random, rank := random.randint(2, 4), rank)),
        Part("alpha and the rank differ", 2,
            (case([1, 2], [[1, 0], [0, 1]], [[3, 4]], [[1], [2]], 2),
             case([1, 2, 3], [[1, 0, 0], [0, 1, 0]], [[1, 0, 1], [0, 1, 0]], [[1, 2], [3, 4]], 16),
             case([2, 1], [[1, 5], [2, 4], [3, 3]], [[1, 1], [0, 2]], [[1, 0], [1, 1], [0, 7]], 3),
             case([2, -1, 0.5], [[3, 1, 1], [0.00123, 0, 0.0456789]],
                 [[1, 1, 2], [2, 0, 1.1234567], [0, 3, 1], [1, 2, 0]],
                 [[1, 0, 2, 4], [0, 0.0123, 0, -3]], alpha=0.5)),
            draw_scaled),
    ),
    mistakes=(
        Mistake("alpha not divided", scaled(lambda a: a.alpha),
            "You multiplied the adapter by `alpha` alone. The formula has something under it.",
            praise="Right for rank 1."),
        Mistake("alpha ignored", scaled(lambda a: 1),
            "You added the adapter as it is. The formula has a factor before it, made of `alpha` "
            "and the rank.",
            praise="Right where `alpha` is the rank."),
        Mistake("divided by the rank only", scaled(lambda a: 1 / len(a.a)),
            "You divided the adapter by the rank and left `alpha` out."),
        Mistake("multiplied by the rank", scaled(lambda a: a.alpha * len(a.a)),
            "You multiplied by `alpha` and by the rank. The more rows the adapter has, the less "
            "each of them shall count.",
            praise="Right for rank 1."),
        Mistake("rank over alpha", scaled(lambda a: len(a.a) / a.alpha),
            "Your factor stands upside down: a larger `alpha` makes the adapter count more.",
            praise="Right where `alpha` is the rank."),
        Mistake("whole quotient", scaled(lambda a: a.alpha // len(a.a)),
            "You divided with `//`, which drops what is behind the point. `alpha` need not be a "
            "multiple of the rank.",
            praise="Right where the rank divides `alpha`."),
        Mistake("root of the rank", scaled(lambda a: a.alpha / len(a.a) ** 0.5),
            "You divided by the root of the rank. There is a variant of LoRA that does; here the "
            "rank itself stands under `alpha`.",
            praise="Right for rank 1."),
        Mistake("divided by the inputs", scaled(lambda a: a.alpha / len(a.x)),
            "You divided `alpha` by the number of inputs. The rank is how many rows `a` has."),
        Mistake("divided by the outputs", scaled(lambda a: a.alpha / len(a.b)),
            "You divided `alpha` by the number of outputs. The rank is how long a row of `b` is."),
        Mistake("scaled twice", scaled(lambda a: factor(a) ** 2),
            "You scaled the adapter twice, say at A and again at B. Once is enough.",
            praise="Right where `alpha` is the rank."),
        Mistake("frozen layer scaled too", lambda a: (factor(a) * (frozen(a) + beside(a))).tolist(),
            "You scaled the frozen layer too. The factor belongs to the adapter alone: are "
            "there brackets around too much?",
            praise="Right where `alpha` is the rank."),
        Mistake("frozen layer scaled instead",
            lambda a: (factor(a) * frozen(a) + beside(a)).tolist(),
            "You scaled the frozen layer instead of the adapter.",
            praise="Right where `alpha` is the rank."),
        Mistake("frozen layer only", scaled(lambda a: 0),
            "That is the frozen layer alone. The adapter's answer is added to it."),
        Mistake("adapter only", lambda a: (factor(a) * beside(a)).tolist(),
            "That is the adapter alone. It stands beside the frozen layer, and both answers are "
            "added."),
        Mistake("adapter alone, not scaled", lambda a: beside(a).tolist(),
            "That is B A x and nothing else. It still has to be scaled, and it is added to what "
            "the frozen weight makes of x."),
        Mistake("adapter taken away", scaled(lambda a: -factor(a)),
            "You took the adapter's answer away from the frozen layer's. It is added."),
        Mistake("first row only", row_only(0),
            "You used the first row of `a` only: does a `return` stand inside a loop, or an `=` "
            "where `+=` is meant? Each row of `a` makes one number of the narrow place.",
            praise="Right for rank 1."),
        Mistake("last row only", row_only(-1),
            "Only the last row of `a` is in your answer: is a sum started anew in each turn of a "
            "loop?",
            praise="Right for rank 1."),
        Mistake("adapter behind the layer",
            lambda a: added(a, met(a.b, met(a.a, frozen(a).tolist()))),
            "You gave the adapter what the frozen layer puts out. It stands beside the layer, not "
            "behind it: both see the same x."),
        Mistake("B before A", lambda a: added(a, met(a.a, met(a.b, a.x))),
            "You let x meet `b` first. A row of `a` is as long as x: it makes the few numbers of "
            "the narrow place, and `b` makes the outputs of them."),
        Mistake("B forgotten", lambda a: added(a, met(a.a, a.x)),
            "You added A x: these are the numbers in the narrow place. `b` has still to make one "
            "for each output of them."),
        Mistake("A forgotten", lambda a: added(a, met(a.b, a.x)),
            "You let `b` meet x itself. A row of `b` has rank numbers: it wants what A makes of "
            "x."),
        Mistake("lists put together",
            lambda a: [*frozen(a).tolist(), *(factor(a) * beside(a)).tolist()],
            "In Python `+` puts two lists one behind the other. Add them number by number: the "
            "answer has one number for each row of `weight`."),
        Mistake("two lists", lambda a: [frozen(a).tolist(), (factor(a) * beside(a)).tolist()],
            "You returned the two answers side by side. Add them, number by number."),
        Mistake("multiplied", lambda a: (frozen(a) * factor(a) * beside(a)).tolist(),
            "You multiplied the two answers. They are added."),
        Mistake("ReLU between", lambda a: added(a,
                torch.mv(exact(a.b), torch.mv(exact(a.a), exact(a.x)).relu()).tolist()),
            "You put a ReLU between A and B. Nothing bends there: that is why the adapter can be "
            "added to the weight later."),
        Mistake("all in one number", lambda a: sum(a()),
            "You added everything up to one number. The answer has one for each row of `weight`."),
    ),
    hints=(
        "Three products of rows with a vector, one after the other: `weight` with x, `a` with x, "
        "`b` with what came out of that.",
        "`sum(w * v for w, v in zip(row, vector))` is one of them. Each row gives one number.",
        "The rank is `len(a)`. Scale what `b` gives, then add the two lists number by number.",
    ),
)


def full(a: Asked) -> int:
    """The numbers of the frozen weight."""
    return parameters(nn.Linear(a.in_features, a.out_features, bias=False))


LORA = Function(
    lora_params,
    question=lambda a: (
        f"LoRA of rank {a.rank} beside {asking.line('nn.Linear', a.in_features, a.out_features)}: "
        "how many parameters are trained?"),
    parts=(
        Part("rank 1", 1, (case(2, 3, 1), case(5, 4, 1), case(4096, 1024, rank=1)),
            lambda random: case(random.randint(2, 5000), random.randint(2, 5000), 1)),
        Part("any rank", 2, (case(5, 3, 2), case(3, 7, 5), case(4096, 14_336, 16)),
            lambda random: case(
                random.randint(2, 5000), random.randint(2, 5000), random.randint(2, 256))),
    ),
    mistakes=(
        Mistake("rank times the weight", lambda a: a.rank * full(a),
            "You multiplied the rank with the whole weight. A and B are two thin matrices, and no "
            "number of one meets a parameter of the other: draw both and count their cells."),
        Mistake("square, of the inputs", lambda a: a(out_features=a.in_features),
            "Both of your matrices are as long as the input. One of them reads the input, the "
            "other writes the output."),
        Mistake("square, of the outputs", lambda a: a(in_features=a.out_features),
            "Both of your matrices are as long as the output. One of them reads the input, the "
            "other writes the output."),
        Mistake("B forgotten", lambda a: a(out_features=0),
            "You counted A. B leads from the narrow place to the outputs, and it is trained too."),
        Mistake("A forgotten", lambda a: a(in_features=0),
            "You counted B. A leads from the inputs to the narrow place, and it is trained too."),
        Mistake("rank ignored", as_if(rank=1),
            "You counted a pair of rank 1. A has `rank` rows, B as many columns.",
            praise="Right for rank 1."),
        Mistake("brackets missing", lambda a: a(out_features=0) + a.out_features,
            "You multiplied the inputs by the rank and the outputs by nothing. `*` binds closer "
            "than `+`.",
            praise="Right for rank 1."),
        Mistake("outputs only by the rank", lambda a: a(in_features=0) + a.in_features,
            "You multiplied the outputs by the rank and the inputs by nothing.",
            praise="Right for rank 1."),
        Mistake("all added", lambda a: a(rank=1) + a.rank,
            "You added the three sizes. A matrix has rows times columns cells, and here are two."),
        Mistake("whole weight", full,
            "That is the size of the frozen weight. Counted is what is trained: A and B."),
        Mistake("frozen weight counted", lambda a: a() + full(a),
            "You counted the frozen weight as well. Nothing trains it: asked are A and B alone.",
            praise="Your A and B are right."),
        Mistake("matrix in the middle", lambda a: a() + parameters(
                nn.Linear(a.rank, a.rank, bias=False)),
            "You counted a square of the rank too. Nothing stands between A and B."),
        Mistake("outputs too many", lambda a: a() + a.out_features,
            "You have one number too many for each output, as if there were a bias. A and B have "
            "none."),
        Mistake("inputs too many", lambda a: a() + a.in_features,
            "You have one number too many for each input. A has `rank` rows and no more."),
        Mistake("biases counted", lambda a: parameters(
                nets.adapter(a.in_features, a.out_features, a.rank, bias=True)),
            "You gave A and B a bias each. They have none.", is_two=True),
        Mistake("alpha counted", lambda a: a() + 1,
            "You have one number too many. If it is `alpha`: that is chosen once, like a learning "
            "rate, and no gradient moves it."),
        Mistake("counted twice", lambda a: 2 * a(),
            "Twice too many. Weights that are trained are still counted once, and merging them "
            "makes no new ones."),
        Mistake("one of two", lambda a: a() // 2,
            "You have half of it."),
        Mistake("weight divided by the rank", lambda a: full(a) // a.rank,
            "You divided the weight by the rank. A higher rank means more parameters, not fewer."),
    ),
    hints=(
        "A has `rank` rows, each as long as the input. B has a row for each output: how long?",
        "Draw both for 5 inputs, 3 outputs and rank 2, and count the cells.",
    ),
)


def block_with(a: Asked, *targets: str) -> int:
    """What those of the asked targets that are among these take, in all blocks."""
    asked = [target for target in a.targets if target in targets]
    return int(a(targets=asked)) if asked else 0


def width_of_keys(width: Callable[[Asked], int]) -> Rule:
    """The answer with keys and values of another width."""
    def rule(a: Asked) -> int:
        count = len([target for target in a.targets if target in ("k", "v")])
        pair = parameters(nets.adapter(a.d_model, width(a), a.rank))
        return int(a() - block_with(a, "k", "v") + a.num_layers * count * pair)

    return rule


def each_target(a: Asked, in_features: int, out_features: int, *targets: str) -> int:
    """The adapters of these targets, as far as they are asked for, beside such a matrix."""
    count = len([target for target in a.targets if target in targets])
    return int(a.num_layers * count * parameters(nets.adapter(in_features, out_features, a.rank)))


def whole_block(a: Asked) -> Any:
    """The block whose matrices are frozen."""
    return nets.llama(
        vocab_size=1, d_model=a.d_model, num_layers=1, num_heads=a.num_heads,
        num_kv_heads=a.num_kv_heads, hidden_dim=a.hidden_dim)[1]


def frozen_targets(a: Asked) -> int:
    """The numbers in the frozen matrices of all targets."""
    block = whole_block(a)
    return int(a.num_layers * sum(parameters(block[nets.TARGETS[name]]) for name in a.targets))


def draw_model(random: Random, targets: Sequence[str], groups: int = 1) -> Case:
    """A small Llama with adapters at these targets, in any order."""
    kv_heads, head_dim = random.randint(2, 4), random.choice((3, 5, 7))
    heads = groups * kv_heads
    return case(heads * head_dim, random.randint(2, 4), heads, kv_heads,
        random.randint(100, 300), random.randint(2, 16), random.sample(targets, len(targets)))


SHARED = "Right where each head has keys and values of its own."

LLAMA = Function(
    llama_lora_params,
    question=lambda a: (
        f"A Llama of width {a.d_model} and hidden width {a.hidden_dim} with "
        f"{asking.count(a.num_layers, 'block')}; {asking.heads(a)}. LoRA of rank {a.rank} stands "
        f"beside {', '.join(a.targets)} of each block. How many parameters are trained?"),
    parts=(
        Part("square matrices", 1,
            (case(4, 1, 1, 1, 6, 1, ["q"]), case(6, 3, 2, 2, 10, 2, ["q", "v"]),
             case(12, 2, 3, 3, 20, 4, ["o", "v", "k", "q"])),
            lambda random: draw_model(random, random.sample(ATTENTION, random.randint(1, 3)))),
        Part("the hidden layer", 1,
            (case(4, 1, 1, 1, 6, 1, ["up"]), case(6, 3, 2, 2, 10, 2, ["down", "gate"]),
             case(12, 2, 3, 3, 20, rank=4, targets=["q", "up", "down", "gate"])),
            lambda random: draw_model(random, random.sample(HIDDEN, random.randint(1, 3)))),
        Part("grouped queries", 2,
            (case(4, 1, 2, 1, 6, 1, ["k"]), case(12, 3, 6, 2, 10, 2, ["q", "v"]),
             case(24, 2, 6, 3, 20, 4, ["v", "up", "k"]), case(12, 2, 6, 2, 20, 3, ["o", "q"])),
            lambda random: draw_model(random, ("q", "k", "v"), random.randint(2, 4))),
        Part("Llama as published", 1,
            (case(4096, 32, 32, 32, 11_008, 8, ["q", "v"]),
             case(4096, 32, 32, 8, 14_336, 16, list(ALL))),
            lambda random: case(random.choice((2048, 5120)), 4, 32, random.choice((4, 8)), 9728,
                random.choice((4, 8, 16)), random.sample(ALL, 7))),
    ),
    mistakes=(
        Mistake("as many keys as queries", width_of_keys(lambda a: a.d_model),
            "Your keys and values lead to `d_model` numbers. Under grouped queries they have "
            "fewer heads than the queries: how many numbers come out of k and v?",
            praise=SHARED),
        Mistake("d_model for each key", width_of_keys(lambda a: a.num_kv_heads * a.d_model),
            "Each head of your keys and values has `d_model` numbers. All heads of the queries "
            "together have so many."),
        Mistake("one number a head", width_of_keys(lambda a: a.num_kv_heads),
            "Your k and v lead to one number for each of their heads. A head has several: the "
            "heads of the queries share `d_model` among them."),
        Mistake("one head only", width_of_keys(lambda a: a.d_model // a.num_heads),
            "Your k and v lead to a single head. There are `num_kv_heads` of them."),
        Mistake("group size for num_kv_heads",
            width_of_keys(lambda a: a.num_heads // a.num_kv_heads * (a.d_model // a.num_heads)),
            "You took the number of heads that share a key for the number of keys. `num_kv_heads` "
            "says how many heads k and v have."),
        Mistake("keys and values square and narrow",
            lambda a: a() - block_with(a, "k", "v") + each_target(a, key_width(a), key_width(a),
                "k", "v"),
            "Your k and v are narrow on both sides. What do they read?",
            praise=SHARED),
        Mistake("keys shared, values not",
            lambda a: a() - block_with(a, "v") + each_target(a, a.d_model, a.d_model, "v"),
            "You made the keys narrow, but not the values. Both have `num_kv_heads` heads.",
            praise=SHARED),
        Mistake("queries narrow too",
            lambda a: a() - block_with(a, "q") + each_target(a, a.d_model, key_width(a), "q"),
            "You made the queries narrow too. Each of the `num_heads` heads has its own queries.",
            praise=SHARED),
        Mistake("output narrow too",
            lambda a: a() - block_with(a, "o") + each_target(a, key_width(a), a.d_model, "o"),
            "You let o read as few numbers as the keys have. It reads one result for each head of "
            "the queries.",
            praise=SHARED),
        Mistake("attention narrow everywhere",
            lambda a: a() - block_with(a, *ATTENTION)
                + each_target(a, a.d_model, key_width(a), *ATTENTION),
            "You made all four matrices of the attention narrow. Only keys and values are "
            "shared.",
            praise=SHARED),
        Mistake("hidden layer square",
            lambda a: a() - block_with(a, *HIDDEN) + each_target(a, a.d_model, a.d_model, *HIDDEN),
            "You counted gate, up and down as square. They lead to `hidden_dim` numbers, or come "
            "from there."),
        Mistake("hidden layer inside",
            lambda a: a() - block_with(a, *HIDDEN)
                + each_target(a, a.hidden_dim, a.hidden_dim, *HIDDEN),
            "You gave gate, up and down `hidden_dim` numbers on both sides. On one side stand the "
            "block's `d_model` numbers."),
        Mistake("everything square",
            lambda a: each_target(a, a.d_model, a.d_model, *ALL),
            "You counted every matrix as square. Two kinds are not: those of the hidden layer, "
            "and k and v where heads share them.",
            is_two=True),
        Mistake("one block only", as_if(num_layers=1),
            "You counted one block. There are `num_layers`, and each has adapters of its own.",
            praise="Right for one block."),
        Mistake("targets ignored", as_if(targets=ALL),
            "You counted all seven matrices. `targets` says which of them get an adapter."),
        Mistake("always q and v", as_if(targets=("q", "v")),
            "You counted q and v, whatever is asked. `targets` says which matrices get an "
            "adapter."),
        Mistake("first target only", lambda a: a(targets=a.targets[:1]),
            "You counted the first target only: does your `return` stand inside the loop?",
            praise="Right for one target."),
        Mistake("last target only", lambda a: a(targets=a.targets[-1:]),
            "You counted the last target only. Add to the sum with `+=`.",
            praise="Right for one target."),
        Mistake("attention only", lambda a: block_with(a, *ATTENTION),
            "You counted the targets in the attention. gate, up and down are targets too, if "
            "`targets` names them.",
            praise="Right without gate, up and down."),
        Mistake("rank ignored", as_if(rank=1),
            "You counted adapters of rank 1. The rank is an argument."),
        Mistake("rank times the weights", lambda a: a.rank * frozen_targets(a),
            "You multiplied the rank with the whole matrices. An adapter is a thin pair: you "
            "have `lora_params`."),
        Mistake("frozen matrices", frozen_targets,
            "You counted the frozen matrices. Asked is what is trained beside them: see "
            "`lora_params`."),
        Mistake("frozen matrices counted too", lambda a: a() + frozen_targets(a),
            "You counted the frozen matrices as well. Nothing trains them.",
            praise="Your adapters are right."),
        Mistake("one of two", lambda a: a() // 2,
            "You have half of it: an adapter is a pair."),
        Mistake("counted twice", lambda a: 2 * a(),
            "Twice too many. An adapter is one A and one B, whether it is merged later or not."),
        Mistake("an adapter for each head",
            lambda a: a() + (a.num_heads - 1) * block_with(a, "q"),
            "You gave each head of the queries an adapter of its own. There is one for the whole "
            "matrix, whatever the heads are.",
            praise="Right for one head."),
    ),
    hints=(
        "Write down for each of the seven matrices what it reads and what it writes. Lesson 16 "
        "has the block.",
        "q and o are square. k and v write `num_kv_heads` heads: how many numbers is one head?",
        "A dict from target to its two sizes, a loop over `targets`, `lora_params` inside, and "
        "`num_layers` at the end.",
    ),
)


def key_width(a: Asked) -> int:
    """How many numbers the keys of a block have together."""
    width: int = a.num_kv_heads * (a.d_model // a.num_heads)
    return width


def base(a: Asked) -> int:
    """The bytes of the frozen base."""
    return params_bytes(a.base_params, a.base_element_size)


FINETUNE = Function(
    finetune_bytes,
    question=lambda a: (
        f"A frozen base of {asking.count(a.base_params, 'parameter')}, "
        f"{asking.count(a.base_element_size, 'byte')} each, with "
        f"{asking.count(a.adapter_params, 'parameter')} of adapters in float32 that Adam trains. "
        "How many bytes together?"),
    parts=(
        Part("a base of two bytes each", 2,
            (case(10, 1), case(1000, 30), case(6_738_415_616, 4_194_304)),
            lambda random: case(random.randint(10**6, 10**10), random.randint(1000, 10**6))),
        Part("other element sizes", 1,
            (case(10, 1, 4), case(1000, 30, base_element_size=1),
             case(8_030_261_248, 41_943_040, base_element_size=4)),
            lambda random: case(random.randint(10**6, 10**10), random.randint(1000, 10**6),
                random.choice((1, 4, 8)))),
    ),
    mistakes=(
        Mistake("base counted twice", lambda a: 2 * a() - adam_training_bytes(a.adapter_params),
            "You have the bytes of the base once too often, say for its gradients or for a merged "
            "copy. It is frozen and kept once.",
            praise="Your bytes for the adapters are right."),
        Mistake("base trained", lambda a: a() - base(a) + adam_training_bytes(a.base_params),
            "You trained the base too. It is frozen: which of Adam's four numbers a parameter does "
            "it still need?"),
        Mistake("base with moments and gradients",
            lambda a: 4 * a() - 3 * adam_training_bytes(a.adapter_params),
            "You gave the base gradients and moments. It is frozen: none of them is made."),
        Mistake("base forgotten", lambda a: adam_training_bytes(a.adapter_params),
            "You counted the adapters only. The frozen base lies in memory as well: every answer "
            "goes through it."),
        Mistake("adapters forgotten", base,
            "You counted the frozen base only. The adapters come on top, with all that training "
            "keeps for them."),
        Mistake("one value for each adapter parameter",
            lambda a: a() - 3 * params_bytes(a.adapter_params),
            "You have 4 bytes for each parameter of the adapters: one number in float32, or "
            "several that are not bytes yet. What does Adam keep for a parameter? Lesson 15 has "
            "it."),
        Mistake("two values", lambda a: a() - 2 * params_bytes(a.adapter_params),
            "You counted two numbers for each parameter of the adapters. Adam keeps more for what "
            "it trains: lesson 15 has `adam_training_bytes`."),
        Mistake("three values", lambda a: a() - params_bytes(a.adapter_params),
            "You counted three numbers for each parameter of the adapters. One is missing: a "
            "weight, its gradient, and how many moments?"),
        Mistake("five values", lambda a: a() + params_bytes(a.adapter_params),
            "You counted five numbers for each parameter of the adapters. Without a step counter "
            "Adam has four."),
        Mistake("adapters as small as the base",
            lambda a: base(a) + 4 * params_bytes(a.adapter_params, a.base_element_size),
            "You gave the adapters the base's element size. They are kept in float32, whatever "
            "the base is in.",
            praise="Right for a base in float32."),
        Mistake("adapter's weight as small as the base",
            lambda a: a() - params_bytes(a.adapter_params)
                + params_bytes(a.adapter_params, a.base_element_size),
            "You gave the adapters' weights the base's element size. They are in float32 too, "
            "like their gradients and moments.",
            praise="Right for a base in float32."),
        Mistake("always two bytes", as_if(base_element_size=2),
            "`base_element_size` is an argument.",
            praise="Right for two bytes."),
        Mistake("always four bytes", as_if(base_element_size=4),
            "`base_element_size` is an argument, and 2 unless it is said otherwise.",
            praise="Right for a base in float32."),
        Mistake("element size ignored", as_if(base_element_size=1),
            "You counted the base's parameters, not their bytes. Each takes `base_element_size` "
            "bytes."),
        Mistake("parameters added", lambda a: a.base_params + a.adapter_params,
            "You added the parameters. Asked are bytes."),
        Mistake("nothing but weights", lambda a: params_bytes(a.base_params + a.adapter_params,
                a.base_element_size),
            "You counted the weights, all alike. The adapters are in float32, and training keeps "
            "more for them than their weights."),
        Mistake("adapters inside the base", lambda a: a() - params_bytes(a.adapter_params,
                a.base_element_size),
            "You took the adapters for a part of the base. They are new parameters beside it.",
            is_two=True),
        known.BITS,
    ),
    hints=(
        "Two sums: what lies there frozen, and what is trained.",
        "For a trained parameter you have `adam_training_bytes` of lesson 15. A frozen one has no "
        "gradient, and no optimiser knows it.",
    ),
)

LESSON = Lesson("22-adapters", (ADAPTED, LORA, LLAMA, FINETUNE))
