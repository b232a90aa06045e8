"""Lesson 19: what a decoder keeps while it writes, and what one more token costs."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from grader.course import asking
from grader.course import misconceptions as known
from grader.course.decoder import Block
from grader.course.exercises.cost import DTYPES, not_bytes
from grader.course.pytorch import mult_adds, parameters
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case


def cache_elements(batch: int, length: int, num_layers: int, num_kv_heads: int, head_dim: int,
        window: int | None = None) -> int:
    """The numbers in the KV cache after `length` tokens of each of `batch` texts.

    With a sliding `window` every layer keeps at most the last `window` positions.
    """
    both = kept(batch, length, num_layers, num_kv_heads, head_dim, window)
    return sum(tensor.numel() for tensor in both)


def cache_bytes(batch: int, length: int, d_model: int, num_layers: int, num_heads: int,
        num_kv_heads: int, element_size: int = 2, head_dim: int | None = None,
        window: int | None = None) -> int:
    """The bytes of the KV cache, with `element_size` bytes for each number.

    Unless `head_dim` is given, it is `d_model // num_heads`.
    """
    if head_dim is None:
        head_dim = torch.empty(d_model).view(num_heads, -1).shape[1]
    both = kept(batch, length, num_layers, num_kv_heads, head_dim, window)
    return sum(tensor.to(DTYPES[element_size]).nbytes for tensor in both)


@cache
def decode_mult_adds(
    past: int, d_model: int, num_heads: int, num_kv_heads: int, hidden_dim: int,
) -> int:
    """The multiply-accumulates of one Llama layer for one new token of one text.

    The keys and values of `past` tokens are in its cache. Counted are the four projections,
    the scores against all keys, the weighted sum, and the three matrices of the SwiGLU.
    """
    block = Block(d_model, num_heads, num_kv_heads, hidden_dim)
    old = torch.empty(1, num_kv_heads, past, block.attention.head_dim)
    step = WithCache(block, old)
    return mult_adds(step, (1, 1, d_model))


def kept(batch: int, length: int, num_layers: int, num_kv_heads: int, head_dim: int,
        window: int | None) -> list[Tensor]:
    """The keys of all layers, and the values."""
    start = 0 if window is None else -window
    shape = num_layers, batch, num_kv_heads, length, head_dim
    return [torch.empty(shape)[..., start:, :] for _ in ("keys", "values")]


class WithCache(nn.Module):
    """A block that reads what it has kept."""

    def __init__(self, block: Block, old: Tensor) -> None:
        super().__init__()
        self.block, self.old = block, old

    def forward(self, x: Tensor) -> Tensor:
        """What it makes of the new token."""
        new: Tensor = self.block(x, (self.old, self.old))[0]
        return new


@cache
def matrix(in_features: int, out_features: int) -> int:
    """The work of a Linear without a bias for one token: one mult-add for each weight."""
    return parameters(nn.Linear(in_features, out_features, bias=False))


# Mistakes that the elements and the bytes of a cache share.


def in_window(name: str, rule: Rule, sentence: str) -> Mistake:
    """Wrong only where there is a window."""
    return Mistake(name, lambda a: a() if a.window is None else rule(a), sentence,
        praise="Right without a window.")


CACHE = (
    Mistake("keys only", lambda a: a() // 2,
        "You have half of it. Each position leaves two vectors behind in each head: one to be "
        "found by, and one to hand over."),
    Mistake("queries kept", lambda a: a() // 2 * 3,
        "You keep three vectors for each position, as if queries were kept too. Who asks the query "
        "of an old token again?"),
    Mistake("one layer", as_if(num_layers=1),
        "You counted one layer. Each layer makes keys and values of its own, and keeps them."),
    Mistake("one text", as_if(batch=1),
        "You counted one text of the batch. Each text has its own keys and values.",
        praise="Right for a batch of one."),
    Mistake("one token", as_if(length=1, window=None),
        "That is what one token leaves behind. The cache holds those of all `length` tokens."),
    Mistake("one head", as_if(num_kv_heads=1),
        "You counted one head of keys and values. Each layer has `num_kv_heads` of them."),
    Mistake("one number a head", as_if(head_dim=1),
        "You counted one number for each key and each value. A key is a vector: how long is it?"),
    Mistake("last token not kept", lambda a: a(length=a.length - 1),
        "You left one token out. After `length` tokens the newest one has its place in the cache "
        "too: the next token will look at it."),
    Mistake("one token too many", lambda a: a(length=a.length + 1),
        "You have one token too many. The newest one is among the `length` tokens, and the next "
        "one is not there yet."),
    Mistake("table of scores", lambda a: a() * a.length,
        "You counted something for each pair of positions. Scores are made and thrown away; kept "
        "is what belongs to one position.", is_two=True),
    Mistake("window ignored", as_if(window=None),
        "Your cache grows without end. With a `window` the oldest positions are thrown away.",
        praise="Right without a window."),
    in_window("window always full", lambda a: a(length=a.window),
        "You always fill the window. A text that is shorter than it does not fill it."),
    in_window("larger of the two", lambda a: a(length=max(a.length, a.window), window=None),
        "You took the larger one of `length` and `window`. A window sets a limit: what is kept of "
        "a short text, and what of a long one?"),
    in_window("window on top", lambda a: a(length=a.length + a.window, window=None),
        "You added the window to the text. It takes away from the text what is too old."),
    in_window("what fell out", lambda a: a(window=None) - a(),
        "You counted what the window throws away. Kept are the newest positions, as many as fit "
        "into the window."),
    in_window("one place too few",
        lambda a: a() if a.length < a.window else a() - a(length=1),
        "Your full window has one position too few. In this course the window counts the newest "
        "token as well."),
    in_window("one place too many", lambda a: a(window=a.window + 1),
        "Your full window has one position too many. In this course the window counts the newest "
        "token as well."),
    in_window("place in the ring", lambda a: a(length=a.length % a.window),
        "You took what is left when `length` is divided by `window`. That is where the next token "
        "is written, not how many are kept."),
    in_window("window for all texts",
        lambda a: a(batch=1, length=min(a.batch * a.length, a.window)),
        "Your window holds all texts of the batch together. Each text has a window of its own."),
    in_window("window in one layer",
        lambda a: a() + a(num_layers=a.num_layers - 1, window=None)
            - a(num_layers=a.num_layers - 1),
        "Only one of your layers has the window. Here every layer keeps at most `window` "
        "positions."),
)


def draw_elements(random: Random, windows: bool = False) -> Case:
    """A cache; if with a window, then of a text that is longer or shorter."""
    length = random.randint(3, 400)
    return case(random.randint(2, 9), length, random.randint(2, 40), random.randint(2, 16),
        random.choice((16, 32, 64, 80, 128)),
        random.choice((length - 2, length + 7, 2 * length, -(-length // 3))) if windows else None)


ELEMENTS = Function(
    cache_elements,
    question=lambda a: (
        f"{asking.count(a.batch, 'text')} of {asking.count(a.length, 'token')} in a model with "
        f"{asking.count(a.num_layers, 'layer')}, {asking.count(a.num_kv_heads, 'head')} of keys "
        f"and values and {asking.count(a.head_dim, 'number')} a head{asking.window(a)}. "
        "How many numbers are in the KV cache?"),
    parts=(
        Part("one text", 1,
            (case(1, 1, 1, 1, 1), case(1, 5, 1, 1, 3), case(1, 7, 3, 2, 5),
             case(1, 100, 32, 8, 128)),
            lambda random: case(1, *draw_elements(random).positional[1:])),
        Part("a batch of texts", 1,
            (case(2, 3, 1, 1, 4), case(5, 7, 3, 2, 4), case(batch=16, length=1000, num_layers=24,
                num_kv_heads=16, head_dim=64)),
            draw_elements),
        Part("a sliding window", 2,
            (case(1, 5, 1, 1, 2, 3), case(1, 3, 2, 3, 2, window=8), case(2, 9, 3, 2, 4, 9),
             case(3, 17, 2, 5, 4, 7), case(2, 5, 4, 3, 2, 8)),
            lambda random: draw_elements(random, windows=True)),
    ),
    mistakes=(
        *CACHE,
        Mistake("twice too many", lambda a: 2 * a(),
            "You have twice as many. Asked are numbers, not bytes, and each position has one key "
            "and one value in each head."),
        Mistake("bytes of float32", lambda a: 4 * a(),
            "Four times too many. Asked are the numbers themselves, not their bytes."),
        Mistake("sizes added",
            lambda a: a.num_layers * (a.num_kv_heads + a.head_dim) * a(num_layers=1, num_kv_heads=1,
                head_dim=1),
            "You added heads and numbers. Each of the heads has `head_dim` numbers."),
    ),
    hints=(
        "Start with one token, one layer, one head. Which two vectors does it leave behind, and "
        "how long is each?",
        "How many heads, how many layers, how many positions, how many texts do the same?",
        "Only the positions know of the window. How many does a layer hold when the text is "
        "shorter than the window, and how many when it is longer?",
    ),
)


def draw_bytes(random: Random, group: int = 1, own: bool = False, **options: Any) -> Case:
    """A cache of a model in which `group` query heads share a key."""
    kv_heads, head_dim = random.randint(2, 8), random.choice((16, 32, 64))
    d_model = group * kv_heads * head_dim
    if own:
        options["head_dim"] = 2 * head_dim + 8
    return case(random.randint(2, 5), random.randint(9, 300), d_model, random.randint(2, 40),
        group * kv_heads, kv_heads, **options)


def unless_given(a: Asked, head_dim: int) -> Any:
    """The answer for this head size where the model does not say its own."""
    return a() if a.head_dim is not None else a(head_dim=head_dim)


BYTES = Function(
    cache_bytes,
    question=lambda a: (
        f"{asking.count(a.batch, 'text')} of {asking.count(a.length, 'token')} in a model of width "
        f"{a.d_model} with {asking.count(a.num_layers, 'layer')}; {asking.heads(a)}"
        f"{asking.head_size(a)}{asking.window(a)}. How many bytes has the KV cache, "
        f"{asking.count(a.element_size, 'byte')} a number?"),
    parts=(
        Part("keys for every head", 1,
            (case(1, 1, 2, 1, 1, 1), case(1, 5, 6, 1, 3, 3), case(2, 7, 12, 3, 2, 2),
             case(1, 1, 4096, 32, 32, 32)),
            draw_bytes),
        Part("heads share keys and values", 2,
            (case(1, 3, 8, 1, 4, 2), case(2, 5, 24, 3, 6, 2), case(2, 5, 40, 3, 4, 1),
             case(1, 1, 4096, 32, 32, num_kv_heads=8)),
            lambda random: draw_bytes(random, random.randint(2, 8))),
        Part("other numbers, other heads", 2,
            (case(1, 3, 8, 1, 4, 2, 1), case(2, 5, 24, 3, 6, 2, element_size=4),
             case(1, 3, 8, 1, 4, 2, head_dim=5), case(2, 6, 20, 3, 4, 2, 1, 16)),
            lambda random: draw_bytes(random, random.randint(2, 4), own=random.random() < 0.7,
                element_size=random.choice((1, 4)))),
        Part("a sliding window", 1,
            (case(1, 5, 8, 1, 4, 2, window=3), case(2, 3, 24, 3, 6, 2, window=7),
             case(2, 13, 24, 3, 6, 2, 1, 5, 4)),
            lambda random: draw_bytes(random, random.randint(2, 4), own=random.random() < 0.5,
                window=random.choice((5, 8, 150, 301)))),
    ),
    mistakes=(
        *CACHE,
        Mistake("keys for every head", lambda a: a(num_kv_heads=a.num_heads),
            "You keep keys and values for every query head. Here several query heads read the "
            "same ones: how many different ones are there?",
            praise="Right where each head has its own."),
        Mistake("d_model a key", lambda a: a(num_kv_heads=a.num_heads, head_dim=None),
            "You keep `d_model` numbers for a key, all heads together. Keys need not be as wide as "
            "the model: `num_kv_heads` heads, each with its size, make them.",
            praise="Right for plain heads.", is_two=True),
        Mistake("d_model a head", lambda a: unless_given(a, a.d_model),
            "You gave each head `d_model` numbers. All query heads share these among them: how "
            "many has one?"),
        Mistake("d_model a head, always", lambda a: a(head_dim=a.d_model),
            "You gave each head `d_model` numbers. All query heads share these among them, unless "
            "`head_dim` says how many one has.", is_two=True),
        Mistake("head size from the key heads",
            lambda a: unless_given(a, a.d_model // a.num_kv_heads),
            "You divided `d_model` among the key heads. A key is as long as one query, for the two "
            "are multiplied: how many queries share `d_model`?",
            praise="Right where each head has its own."),
        Mistake("heads in a group", lambda a: a(num_kv_heads=a.num_heads // a.num_kv_heads),
            "You counted as many key heads as there are query heads in a group. Each group has one "
            "key head: how many groups are there?"),
        Mistake("head_dim ignored", as_if(head_dim=None),
            "You divided `d_model` by the heads although `head_dim` was given. Some models choose "
            "another size for their heads.",
            praise="Right where `head_dim` is not given."),
        Mistake("two bytes always", as_if(element_size=2),
            "You took two bytes for every number. `element_size` says how many there are: some "
            "caches are stored in 8 bits.",
            praise="Right for two bytes."),
        Mistake("four bytes always", as_if(element_size=4),
            "You took four bytes for every number. `element_size` says how many there are."),
        Mistake("elements, not bytes", as_if(element_size=1),
            "You returned how many numbers are kept. Each takes `element_size` bytes."),
        Mistake("eight times too many", lambda a: 8 * a(),
            "Eight times too many, as many as a byte has bits. `element_size` is in bytes already, "
            "and bytes are asked."),
        Mistake("element_size as bits", lambda a: a() / 8,
            "You divided by 8. `element_size` is in bytes already."),
        Mistake("twice too many", lambda a: 2 * a(),
            "You have twice as many. One key and one value for each position and head, and "
            "`element_size` bytes for each number: which 2 came in twice?"),
        not_bytes("kibibytes", 1024, ": you divided by 1024"),
        not_bytes("gigabytes", 10**9),
    ),
    hints=(
        "You have counted the numbers already: call `cache_elements`.",
        "How long is a key? As long as the query of one head, for the two are multiplied.",
        "`head_dim is None` is true where no head size was given.",
    ),
)


def per_position(a: Asked) -> Any:
    """What one more key and value cost: a score from each head, and its part of the sum."""
    return a(past=a.past + 1) - a()


def tables(a: Asked) -> Any:
    """The scores and the weighted sum."""
    return (a.past + 1) * per_position(a)


def key_width(a: Asked) -> int:
    """The numbers of a key, all heads together."""
    width: int = a.num_kv_heads * (a.d_model // a.num_heads)
    return width


def narrow(a: Asked, width: int) -> Any:
    """The answer with keys and values made by matrices of this width."""
    return a() + 2 * (matrix(a.d_model, width) - matrix(a.d_model, key_width(a)))


def draw_token(random: Random, group: int = 1, past: int | None = None) -> Case:
    """A small layer, and some tokens in its cache."""
    kv_heads, head_dim = random.randint(2, 6), random.choice((4, 8, 16))
    return case(random.randint(5, 900) if past is None else past, group * kv_heads * head_dim,
        group * kv_heads, kv_heads, random.randint(100, 600))


DECODE = Function(
    decode_mult_adds,
    question=lambda a: (
        f"One Llama layer of width {a.d_model} and hidden width {a.hidden_dim}, {asking.heads(a)}, "
        f"gets one new token; {asking.count(a.past, 'token')} before it "
        f"{'is' if a.past == 1 else 'are'} cached. How many mult-adds?"),
    parts=(
        Part("the first token", 1,
            (case(0, 1, 1, 1, 1), case(0, 2, 1, 1, 3), case(0, 12, 3, 3, 20)),
            lambda random: draw_token(random, past=0)),
        Part("a past", 1,
            (case(1, 2, 1, 1, 3), case(4, 12, 3, 3, 20), case(past=99, d_model=64, num_heads=4,
                num_kv_heads=4, hidden_dim=172)),
            draw_token),
        Part("heads share keys and values", 2,
            (case(1, 4, 2, 1, 3), case(6, 24, 6, 2, 50), case(10, 24, 4, 2, 40),
             case(8191, 4096, 32, 8, 14_336)),
            lambda random: draw_token(random, random.randint(2, 6))),
    ),
    mistakes=(
        Mistake("new token not seen", lambda a: a() - per_position(a),
            "You have one key too few. The new token's own key and value join the cache before it "
            "looks, and it looks at itself too."),
        Mistake("new token not seen by one product", lambda a: a() - per_position(a) // 2,
            "In one of scores and weighted sum the new token is missing. It looks at itself, so "
            "both have past + 1 entries."),
        Mistake("past ignored", as_if(past=0),
            "Your answer never changes with `past`. The new query meets every key in the cache."),
        Mistake("matrices only", lambda a: a() - tables(a),
            "You counted the matrices. There are two products more: the query with all the keys, "
            "and the weights with all the values."),
        Mistake("scores or sum forgotten", lambda a: a() - tables(a) // 2,
            "Of scores and weighted sum you have one. They cost the same, and both are made."),
        Mistake("no cache", lambda a: (a.past + 1) * a(),
            "You ran the whole text through the layer again. The old tokens' keys and values are "
            "in the cache: what is left to do is the work of one token."),
        Mistake("matrices for every token",
            lambda a: (a.past + 1) * (a() - tables(a)) + tables(a),
            "Your matrices work on all the tokens. The old ones have been through them, and what "
            "is needed of it lies in the cache."),
        Mistake("projections for every token",
            lambda a: a() + a.past * (a() - tables(a) - 3 * matrix(a.d_model, a.hidden_dim)),
            "Your projections work on all the tokens. Only the new one needs a query, a key and a "
            "value; those of the old ones are in the cache or answered."),
        Mistake("SwiGLU for every token",
            lambda a: a() + 3 * a.past * matrix(a.d_model, a.hidden_dim),
            "Your SwiGLU works on all the tokens. It sees each token alone, and the old ones have "
            "been through it."),
        Mistake("attention for every token",
            lambda a: a() + a.past * (a() - 3 * matrix(a.d_model, a.hidden_dim)),
            "Your attention works for all the tokens. Only the new one asks, and only its key and "
            "value have to be made."),
        Mistake("keys and values made again",
            lambda a: a() + 2 * a.past * matrix(a.d_model, key_width(a)),
            "You made the keys and values of the old tokens again. To have them is what the cache "
            "is for."),
        Mistake("all pairs of positions", lambda a: a() + a.past * tables(a),
            "You counted scores between all pairs of tokens. The old queries have been answered: "
            "one query is left, that of the new token."),
        Mistake("a product for each score",
            lambda a: a() - tables(a) + 2 * (a.past + 1) * a.num_heads,
            "You counted one multiplication for a score. A query and a key are vectors: how many "
            "products are summed?"),
        Mistake("one product for each position", lambda a: a() - tables(a) + 2 * (a.past + 1),
            "You counted one multiplication for each position in scores and sum. Vectors meet "
            "there, and in every head."),
        Mistake("scores of one head",
            lambda a: a() - tables(a) + tables(a) // a.num_heads,
            "Your scores and sum are those of one head. Every query head makes its own."),
        Mistake("scores of the key heads",
            lambda a: a() - tables(a) + tables(a) // a.num_heads * a.num_kv_heads,
            "You made one table of scores for each key head. Keys are shared, queries are not: "
            "every query head meets the keys of its group.",
            praise="Right where each head has its own keys."),
        Mistake("d_model in each head", lambda a: a() + (a.num_heads - 1) * tables(a),
            "You gave each head `d_model` products for a score. The heads share these numbers "
            "among them."),
        Mistake("a matrix for each score", lambda a: a() + (a.d_model - 1) * tables(a),
            "You counted `d_model` twice in scores and sum, as if a matrix stood there. A query "
            "meets a key: two vectors, one product for each number."),
        Mistake("keys for every head", lambda a: narrow(a, a.d_model),
            "Your keys and values are made for every query head. There are `num_kv_heads` of "
            "them: their two matrices are narrower.",
            praise="Right where each head has its own keys."),
        Mistake("all projections narrow",
            lambda a: narrow(a, key_width(a)) - 2 * matrix(a.d_model, a.d_model)
                + 2 * matrix(a.d_model, key_width(a)),
            "All four of your projections are narrow. Only keys and values are shared; queries "
            "and output have all the heads.",
            praise="Right where each head has its own keys."),
        Mistake("one key head", lambda a: narrow(a, a.d_model // a.num_heads),
            "You made the keys and values of one head. There are `num_kv_heads`."),
        Mistake("width of a key in numbers of heads", lambda a: narrow(a, a.num_kv_heads),
            "Your keys have one number for each head. A head has several: the query heads share "
            "`d_model` among them."),
        Mistake("d_model a key head", lambda a: narrow(a, a.num_kv_heads * a.d_model),
            "You gave each key head `d_model` numbers. All the query heads share so many."),
        Mistake("heads in a group",
            lambda a: narrow(a, a.d_model // a.num_kv_heads),
            "Your keys are as wide as the query heads of one group. Each group has one key, as "
            "wide as one query: how many groups are there?"),
        Mistake("a square matrix forgotten", lambda a: a() - matrix(a.d_model, a.d_model),
            "A square matrix is missing. Two projections have all the query heads on one side."),
        Mistake("keys or values forgotten", lambda a: a() - matrix(a.d_model, key_width(a)),
            "You made keys or values, not both. Each has a matrix."),
        Mistake("no projections",
            lambda a: tables(a) + 3 * matrix(a.d_model, a.hidden_dim),
            "You left out the four projections. The new token needs a query, a key and a value, "
            "and the heads' results go through one more matrix."),
        Mistake("attention only", lambda a: a() - 3 * matrix(a.d_model, a.hidden_dim),
            "You counted the attention. Behind it stand the three matrices of the SwiGLU."),
        Mistake("two matrices in SwiGLU", lambda a: a() - matrix(a.d_model, a.hidden_dim),
            "You counted two matrices between `d_model` and `hidden_dim`. SwiGLU has three: gate, "
            "up and down."),
        Mistake("one matrix in SwiGLU", lambda a: a() - 2 * matrix(a.d_model, a.hidden_dim),
            "You counted one matrix between `d_model` and `hidden_dim`. SwiGLU has three: gate, "
            "up and down."),
        Mistake("gate of the hidden width",
            lambda a: a() + matrix(a.hidden_dim, a.hidden_dim) - matrix(a.d_model, a.hidden_dim),
            "One of your SwiGLU's matrices leads from `hidden_dim` to `hidden_dim`. Gate and up "
            "both read `d_model` numbers."),
        Mistake("softmax counted", lambda a: a() + (a.past + 1) * a.num_heads,
            "You counted the softmax. It is no matrix product, and this course leaves it out."),
        known.biases_counted(
            lambda a: 3 * a.d_model + 2 * key_width(a) + 2 * a.hidden_dim),
        known.FLOPS,
    ),
    hints=(
        "Nine products: four projections, scores, weighted sum, three matrices of the SwiGLU. "
        "Write down each for one token.",
        "A matrix times one vector takes one mult-add for each of its weights.",
        "How many keys does the new query meet? Its own is among them. All query heads together "
        "have `d_model` numbers.",
    ),
)

LESSON = Lesson("19-kv-cache", (ELEMENTS, BYTES, DECODE))
