"""How cases of the layers of the Layer Explorer are drawn, and the modules that answer them.

Sizes are small and all arguments spelled out. A `Spoil` changes a case so that PyTorch may refuse
it: the words of its errors are asked as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from grader.course import architectures as nets
from grader.course.decoder import Block
from grader.course.exercises.depthwise_pointwise import depthwise_layer, separable_layers
from grader.course.exercises.kv_cache import WithCache
from grader.course.exercises.residual import projection

Arguments = dict[str, Any]
Shape = tuple[int, ...]
Case = tuple[Arguments, Shape | None]
Draw = Callable[[Random], Case]
Spoil = Callable[[Random, Arguments, Shape], Case]


@dataclass(frozen=True)
class Drawn:
    """How cases of a layer are made.

    `build` makes the module; `inputs` the shapes of what it is called with. `spoils` change a
    case so that PyTorch may refuse it.
    """

    draw: Draw
    build: Callable[..., nn.Module]
    spoils: tuple[Spoil, ...] = ()
    inputs: Callable[[Arguments, Shape], list[Shape]] = lambda arguments, shape: [shape]
    whole: bool = False  # indices, not numbers, go in
    slow: bool = False  # to build or to run: fewer cases
    lenient: bool = False  # the meta device accepts more than the CPU: both are asked


def some(random: Random, low: int, high: int) -> int:
    return random.randint(low, high)


def coin(random: Random, chance: float = 0.5) -> bool:
    return random.random() < chance


def size(random: Random, low: int, high: int) -> Any:
    """A number, or a pair."""
    return (
        some(random, low, high)
        if coin(random)
        else (some(random, low, high), some(random, low, high))
    )


def leading(random: Random, most: int = 3) -> Shape:
    return tuple(random.choices(range(1, 7), k=some(random, 0, most)))


def images(random: Random, channels: int, low: int = 14, high: int = 34) -> Shape:
    """With a batch, mostly."""
    batch = (some(random, 1, 4),) if coin(random, 0.8) else ()
    return (*batch, channels, some(random, low, high), some(random, low, high))


def lines(random: Random, channels: int) -> Shape:
    return images(random, channels)[:-1]


def linear(random: Random) -> Case:
    inputs, outputs = some(random, 1, 300), some(random, 1, 300)
    named = {"in_features": inputs, "out_features": outputs, "bias": coin(random)}
    return named, (*leading(random), inputs)


def mlp(random: Random) -> Case:
    sizes = random.choices(range(1, 200), k=some(random, 2, 5))
    return {"sizes": sizes, "bias": coin(random)}, (*leading(random), sizes[0])


def convolution(dimensions: int) -> Draw:
    def draw(random: Random) -> Case:
        groups = random.choice((1, 1, 1, 2, 3, 4))
        channels = groups * some(random, 1, 6)
        any_size = size if dimensions > 1 else some
        padding = random.choice((0, 0, any_size(random, 0, 4), "same", "valid"))
        named = {
            "in_channels": channels,
            "out_channels": groups * some(random, 1, 8),
            "kernel_size": any_size(random, 1, 5),
            "stride": 1 if padding == "same" else any_size(random, 1, 4),
            "padding": padding,
            "dilation": any_size(random, 1, 3),
            "groups": groups,
            "bias": coin(random),
        }
        return named, (images if dimensions > 1 else lines)(random, channels)

    return draw


def depthwise(random: Random) -> Case:
    channels = some(random, 1, 20)
    named = {
        "in_channels": channels,
        "kernel_size": size(random, 1, 7),
        "multiplier": some(random, 1, 4),
        "bias": coin(random),
    }
    return named, images(random, channels)


def pointwise(random: Random) -> Case:
    channels = some(random, 1, 40)
    named = {"in_channels": channels, "out_channels": some(random, 1, 40), "bias": coin(random)}
    return named, images(random, channels)


def separable(random: Random) -> Case:
    named, shape = pointwise(random)
    return {**named, "kernel_size": size(random, 1, 7)}, shape


def max_pool1d(random: Random) -> Case:
    kernel = some(random, 1, 7)
    named = {
        "kernel_size": kernel,
        "stride": random.choice((None, some(random, 1, 9))),
        "padding": some(random, 0, kernel // 2),
        "dilation": some(random, 1, 4),
        "ceil_mode": coin(random),
    }
    return named, lines(random, some(random, 1, 9))


def avg_pool1d(random: Random) -> Case:
    named, shape = max_pool1d(random)
    del named["dilation"]
    return {**named, "count_include_pad": coin(random)}, shape


def half(kernel: Any, random: Random) -> Any:
    if isinstance(kernel, tuple):
        return tuple(some(random, 0, side // 2) for side in kernel)
    return some(random, 0, kernel // 2)


def max_pool2d(random: Random) -> Case:
    named, shape = avg_pool2d(random)
    del named["count_include_pad"]
    return {**named, "dilation": size(random, 1, 3)}, shape


def avg_pool2d(random: Random) -> Case:
    kernel = size(random, 1, 6)
    named = {
        "kernel_size": kernel,
        "stride": random.choice((None, size(random, 1, 7))),
        "padding": half(kernel, random),
        "ceil_mode": coin(random),
        "count_include_pad": coin(random),
    }
    return named, images(random, some(random, 1, 9))


def adaptive(random: Random) -> Case:
    sides = [random.choice((None, some(random, 0, 40))) for _ in range(2)]
    one = random.choice((1, some(random, 0, 40)))
    named = {"output_size": one if coin(random) else tuple(sides)}
    return named, images(random, some(random, 1, 9))


def flatten(random: Random) -> Case:
    shape = tuple(random.choices(range(1, 9), k=some(random, 1, 5)))
    count = len(shape)
    start = some(random, 0, count - 1)
    end = some(random, start, count - 1)
    signed = [dim - count * coin(random) for dim in (start, end)]
    return {"start_dim": signed[0], "end_dim": signed[1]}, shape


def activation(random: Random) -> Case:
    kinds = (
        "ReLU",
        "LeakyReLU",
        "ReLU6",
        "ELU",
        "GELU",
        "SiLU",
        "Mish",
        "Hardswish",
        "Softplus",
        "Sigmoid",
        "Tanh",
        "Identity",
    )
    return {"kind": random.choice(kinds)}, leading(random, 4)


def prelu(random: Random) -> Case:
    channels = some(random, 1, 30)
    shape = (some(random, 1, 4), channels, *leading(random, 2))
    return {"num_parameters": random.choice((1, channels))}, shape


def glu(random: Random) -> Case:
    shape = list(random.choices(range(1, 12), k=some(random, 1, 4)))
    dim = random.randrange(-len(shape), len(shape))
    shape[dim] = random.randrange(2, 24, 2)
    return {"dim": dim}, tuple(shape)


def softmax(random: Random) -> Case:
    shape = leading(random, 4)
    count = max(len(shape), 1)
    return {"dim": random.randrange(-count, count)}, shape


def embedding(random: Random) -> Case:
    rows = some(random, 1, 999)
    named = {
        "num_embeddings": rows,
        "embedding_dim": some(random, 1, 300),
        "padding_idx": random.choice((None, random.randrange(-rows, rows))),
    }
    return named, leading(random)


def tied_head(random: Random) -> Case:
    named = {
        "num_embeddings": some(random, 1, 999),
        "embedding_dim": some(random, 1, 300),
        "tied": coin(random),
    }
    return named, leading(random)


def batch_norm(dimensions: tuple[int, ...]) -> Draw:
    def draw(random: Random) -> Case:
        channels, count = some(random, 1, 60), random.choice(dimensions)
        named = {
            "num_features": channels,
            "eps": 1e-5,
            "momentum": 0.1,
            "affine": coin(random, 0.7),
            "track_running_stats": coin(random, 0.7),
        }
        return named, (
            some(random, 2, 5),
            channels,
            *(some(random, 1, 9) for _ in range(count - 2)),
        )

    return draw


def instance_norm(random: Random) -> Case:
    named, shape = batch_norm((4,))(random)
    shape = (*shape[:2], shape[2] + 1, shape[3])
    return named, shape if coin(random) else shape[1:]


def normalized(random: Random) -> tuple[Any, Shape]:
    shape = tuple(random.choices(range(1, 20), k=some(random, 1, 3)))
    return (shape[0] if len(shape) == 1 and coin(random) else shape), (*leading(random, 2), *shape)


def layer_norm(random: Random) -> Case:
    shape, inputs = normalized(random)
    return {
        "normalized_shape": shape,
        "eps": 1e-5,
        "elementwise_affine": coin(random, 0.7),
        "bias": coin(random),
    }, inputs


def rms_norm(random: Random) -> Case:
    shape, inputs = normalized(random)
    return {"normalized_shape": shape, "eps": None, "elementwise_affine": coin(random)}, inputs


def group_norm(random: Random) -> Case:
    groups = some(random, 1, 8)
    channels = groups * some(random, 1, 8)
    named = {"num_groups": groups, "num_channels": channels, "eps": 1e-5, "affine": coin(random)}
    return named, (some(random, 2, 5), channels, *leading(random, 2))


def dropout(random: Random) -> Case:
    return {"p": round(random.uniform(0, 1), 2)}, leading(random, 4)


def feature_dropout(random: Random) -> Case:
    named, shape = dropout(random)
    return named, (some(random, 1, 6), some(random, 1, 6), *shape[:2])


def widths(random: Random) -> Arguments:
    inputs = some(random, 1, 40)
    outputs = inputs if coin(random) else some(random, 1, 40)
    return {"in_channels": inputs, "out_channels": outputs}


def block(random: Random) -> Case:
    named = {**widths(random), "stride": random.choice((1, 1, 2, 3))}
    return named, (
        some(random, 2, 4),
        named["in_channels"],
        some(random, 3, 20),
        some(random, 3, 20),
    )


def double_conv(random: Random) -> Case:
    named = widths(random)
    return named, images(random, named["in_channels"])


def recurrent(random: Random) -> Case:
    inputs = some(random, 1, 40)
    named = {
        "input_size": inputs,
        "hidden_size": some(random, 1, 40),
        "num_layers": some(random, 1, 4),
        "bias": coin(random),
        "batch_first": coin(random),
        "dropout": random.choice((0.0, 0.5)),
        "bidirectional": coin(random),
    }
    batch = (some(random, 1, 4),) if coin(random, 0.8) else ()
    return named, (*batch, some(random, 1, 6), inputs)


def lstm(random: Random) -> Case:
    named, shape = recurrent(random)
    hidden = named["hidden_size"]
    return {**named, "proj_size": random.choice((0, some(random, 0, hidden - 1)))}, shape


def attention(random: Random) -> Case:
    heads = some(random, 1, 5)
    width = heads * some(random, 1, 8)
    named = {
        "embed_dim": width,
        "num_heads": heads,
        "dropout": 0.0,
        "bias": coin(random),
        "add_bias_kv": coin(random, 0.3),
        "add_zero_attn": coin(random, 0.3),
        "kdim": random.choice((None, None, some(random, 1, 30))),
        "vdim": random.choice((None, None, some(random, 1, 30))),
        "batch_first": coin(random),
        "source_len": random.choice((None, some(random, 1, 9))),
    }
    batch = (some(random, 1, 4),) if coin(random, 0.8) else ()
    return named, (*batch, some(random, 1, 9), width)


def query_and_source(named: Arguments, shape: Shape) -> list[Shape]:
    """Shapes of query, key and value."""
    if not shape:
        return [shape] * 3
    time = 1 if len(shape) == 3 and named["batch_first"] else 0
    source = list(shape)
    source[time] = named["source_len"] or shape[time]
    widths = [named["kdim"] or shape[-1], named["vdim"] or shape[-1]]
    return [shape, *((*source[:-1], width) for width in widths)]


def encoder(random: Random) -> Case:
    named, shape = attention(random)
    named = {
        "d_model": named["embed_dim"],
        "nhead": named["num_heads"],
        "dim_feedforward": some(random, 1, 90),
        "dropout": 0.0,
        "batch_first": coin(random),
        "norm_first": coin(random),
        "bias": coin(random, 0.8),
    }
    return named, shape


def grouped(random: Random) -> Case:
    shared, group = some(random, 1, 4), some(random, 1, 4)
    named = {
        "embed_dim": some(random, 1, 40),
        "num_heads": shared * group,
        "num_kv_heads": shared,
        "head_dim": some(random, 1, 12),
    }
    return named, (some(random, 1, 4), some(random, 1, 9), named["embed_dim"])


def decode(random: Random) -> Case:
    shared, group = some(random, 1, 4), some(random, 1, 4)
    named = {
        "past": some(random, 0, 30),
        "d_model": shared * group * some(random, 1, 8),
        "num_heads": shared * group,
        "num_kv_heads": shared,
        "hidden_dim": some(random, 1, 60),
    }
    return named, (1, 1, named["d_model"])


def transposed(random: Random) -> Case:
    groups = random.choice((1, 1, 2, 3))
    channels = groups * some(random, 1, 6)
    named = {
        "in_channels": channels,
        "out_channels": groups * some(random, 1, 6),
        "kernel_size": size(random, 1, 5),
        "stride": size(random, 1, 4),
        "padding": size(random, 0, 3),
        "output_padding": random.choice((0, 0, size(random, 0, 2))),
        "groups": groups,
        "bias": coin(random),
        "dilation": size(random, 1, 3),
    }
    return named, images(random, channels, 6, 14)


def upsample(random: Random) -> Case:
    mode = random.choice(("nearest", "linear", "bilinear", "bicubic"))
    count = {"nearest": some(random, 3, 5), "linear": 3}.get(mode, 4)
    shape = tuple(random.choices(range(1, 9), k=count))
    by_size = coin(random)
    wanted = size(random, 1, 20) if count == 4 else some(random, 1, 20)
    return {
        "size": wanted if by_size else None,
        "scale_factor": None if by_size else random.choice((1, 2, 1.5, 2.5, 0.3, 0.5)),
        "mode": mode,
        "align_corners": None if mode == "nearest" else random.choice((None, True, False)),
    }, shape


def lora(random: Random) -> Case:
    inputs = some(random, 1, 300)
    named = {
        "in_features": inputs,
        "out_features": some(random, 1, 300),
        "rank": some(random, 1, 32),
    }
    return named, (*leading(random), inputs)


def patch_embedding(random: Random) -> Case:
    patch = size(random, 1, 8)
    down, right = patch if isinstance(patch, tuple) else (patch, patch)
    channels = some(random, 1, 4)
    named = {
        "in_channels": channels,
        "patch_size": patch,
        "embed_dim": some(random, 1, 60),
        "class_token": coin(random),
    }
    return named, (
        some(random, 1, 3),
        channels,
        down * some(random, 1, 6),
        right * some(random, 1, 6),
    )


def windows(random: Random) -> Case:
    layers = [tuple(some(random, 1, 4) for _ in range(3)) for _ in range(some(random, 1, 4))]
    return {"layers": layers}, (some(random, 1, 3), 1, some(random, 20, 300))


def blocks(random: Random) -> Case:
    named = [
        (some(random, 1, 9), size(random, 1, 5), size(random, 1, 3))
        for _ in range(some(random, 1, 3))
    ]
    return {"blocks": named}, (some(random, 1, 4), *images(random, some(random, 1, 5), 30, 60)[-3:])


def shapes(random: Random) -> Case:
    one = tuple(random.choices(range(1, 9), k=some(random, 1, 4)))
    dim = random.randrange(-len(one), len(one))
    others = [list(one) for _ in range(some(random, 0, 3))]
    for each in others:
        each[dim] = some(random, 1, 9)
    return {"shapes": [one, *map(tuple, others)], "dim": dim}, None


def uneven(random: Random, named: Arguments, shape: Shape) -> Case:
    """One of the shapes changed in any place, or longer."""
    changed = [list(one) for one in named["shapes"]] * 2
    last = changed[-1]
    last[some(random, 0, len(last) - 1)] += 1
    if coin(random, 0.3):
        last.append(2)
    return {**named, "shapes": [tuple(one) for one in changed]}, shape


# Modules that are no class of torch.nn.


class Plain(nn.Module):
    """A module that does what a function says."""

    def __init__(self, does: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.does, self.parts = does, nn.ModuleDict(parts)

    def forward(self, *inputs: Any) -> Any:
        return self.does(self.parts, *inputs)


def chain(sizes: list[int], bias: bool) -> nn.Module:
    return nn.Sequential(*(nn.Linear(*two, bias=bias) for two in pairwise(sizes)))


def window_chain(layers: list[tuple[int, int, int]]) -> nn.Module:
    return nn.Sequential(*(nn.Conv1d(1, 1, k, s, dilation=d) for k, s, d in layers))


def block_chain(blocks: list[tuple[int, Any, Any]]) -> nn.Module:
    """Its first channels are those of the input."""

    def forward(parts: nn.ModuleDict, x: Any) -> Any:
        return parts["stack"](x)

    layers: list[nn.Module] = []
    channels = 0
    for out, kernel, pool in blocks:
        first = nn.Conv2d(channels, out, kernel) if channels else nn.LazyConv2d(out, kernel)
        layers += [first, nn.MaxPool2d(pool)]
        channels = out
    return Plain(forward, stack=nn.Sequential(*layers, nn.Flatten()))


def tied(num_embeddings: int, embedding_dim: int, tied: bool) -> nn.Module:
    table = nn.Embedding(num_embeddings, embedding_dim)
    head = nn.Linear(embedding_dim, num_embeddings, bias=False)
    if tied:
        head.weight = table.weight
    return nn.Sequential(table, head)


def cross_attention(source_len: int | None, **named: Any) -> nn.Module:
    """Its source length is a matter of the call."""
    return nn.MultiheadAttention(**named)


def grouped_query(embed_dim: int, num_heads: int, num_kv_heads: int, head_dim: int) -> nn.Module:
    def look(parts: nn.ModuleDict, x: Any) -> Any:
        q, k, v = (
            parts[name](x).unflatten(-1, (-1, head_dim)).transpose(1, 2)
            for name in ("query", "key", "value")
        )
        seen = functional.scaled_dot_product_attention(q, k, v, enable_gqa=True)
        return parts["output"](seen.transpose(1, 2).flatten(2))

    width, keys = num_heads * head_dim, num_kv_heads * head_dim
    return Plain(
        look,
        query=nn.Linear(embed_dim, width, bias=False),
        key=nn.Linear(embed_dim, keys, bias=False),
        value=nn.Linear(embed_dim, keys, bias=False),
        output=nn.Linear(width, embed_dim, bias=False),
    )


def decoder_step(
    past: int, d_model: int, num_heads: int, num_kv_heads: int, hidden_dim: int
) -> nn.Module:
    layer = Block(d_model, num_heads, num_kv_heads, hidden_dim)
    return WithCache(layer, torch.empty(1, num_kv_heads, past, layer.attention.head_dim))


def patches(in_channels: int, patch_size: Any, embed_dim: int, class_token: bool) -> nn.Module:
    """Tokens in a row; the class token is lent by the model."""

    def cut(parts: nn.ModuleDict, x: Any) -> Any:
        tokens = parts["cut"](x).flatten(2).transpose(1, 2)
        lent = torch.zeros(len(x), int(class_token), embed_dim)
        return torch.cat([lent, tokens], dim=1)

    return Plain(cut, cut=nn.Conv2d(in_channels, embed_dim, patch_size, patch_size))


# Changes that PyTorch may refuse.


def other(**changes: Callable[[Random, Arguments], Any]) -> Spoil:
    """Some arguments replaced."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        return {**named, **{name: new(random, named) for name, new in changes.items()}}, shape

    return spoil


def entry(axis: int) -> Spoil:
    """Another size in one place of the input, where there is such a place."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        if len(shape) < (axis + 1 if axis >= 0 else -axis):
            return named, shape
        changed = list(shape)
        changed[axis] = random.choice(
            [n for n in range(1, 2 * shape[axis] + 3) if n != shape[axis]]
        )
        return named, tuple(changed)

    return spoil


def longer(random: Random, named: Arguments, shape: Shape) -> Case:
    """One or two dimensions more."""
    return named, (*random.choices(range(1, 4), k=some(random, 1, 2)), *shape)


def shorter(random: Random, named: Arguments, shape: Shape) -> Case:
    """Some dimensions lost in front."""
    return named, shape[some(random, 1, max(len(shape), 1)) :]


def tiny(sides: int) -> Spoil:
    """Sides that a kernel may not fit into."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        return named, (*shape[:-sides], *random.choices(range(1, 6), k=sides))

    return spoil


GROUPS = other(groups=lambda random, named: random.choice((-1, 0, 2, 3, 5, 7)))
STRIDED = other(padding=lambda *_: "same", stride=lambda random, _: some(random, 2, 3))
WORD = other(padding=lambda random, _: random.choice(("full", "SAME", "none")))
NEGATIVE = other(padding=lambda *_: -1)
STILL = other(stride=lambda random, _: random.choice((0, -1)))


def vanishing(left: int) -> Spoil:
    """A transposed convolution whose sides come out so small."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        padding = some(random, 1, 3)
        kernel = some(random, 1, 2 * padding)
        side = 2 * padding - kernel + 1 + left
        sizes = {"kernel_size": kernel, "padding": padding, "output_padding": 0}
        return {**named, **sizes, "stride": 1, "dilation": 1}, (*shape[:-2], side, side)

    return spoil


def narrow(dimensions: int) -> Spoil:
    """A wide kernel over a small padded input."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        wide = {
            "kernel_size": some(random, 3, 5),
            "stride": 1,
            "padding": some(random, 1, 3),
            "dilation": some(random, 2, 3),
        }
        sides = [some(random, 1, 6) for _ in range(dimensions)]
        return {**named, **wide}, (1, named["in_channels"], *sides)

    return spoil


def same_but_channels(dimensions: int) -> Spoil:
    """Padding "same", mostly with an even kernel, and other channels than the layer has."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        wrong = {**named, "kernel_size": some(random, 2, 4), "stride": 1, "padding": "same"}
        return wrong, (named["in_channels"] + 1, *shape[-dimensions:])

    return spoil


def overlong(sides: int) -> Spoil:
    """A window that is longer than the input by one."""

    def spoil(random: Random, named: Arguments, shape: Shape) -> Case:
        kernel = shape[-1] + 1 if sides == 1 else (shape[-2] + 1, 1)
        plain = {"kernel_size": kernel, "padding": 0, "dilation": 1, "ceil_mode": False}
        return {name: plain.get(name, value) for name, value in named.items()}, shape

    return spoil


def dilated(random: Random, named: Arguments, shape: Shape) -> Case:
    """Padding beyond half the kernel, but not beyond half of what it covers."""
    kernel = some(random, 2, 5)
    return {**named, "kernel_size": kernel, "padding": kernel // 2 + 1, "dilation": 3}, shape


def too_wide(random: Random, named: Arguments, shape: Shape) -> Case:
    """Padding beyond half of what a kernel with holes covers, by one."""
    kernel, dilation = some(random, 2, 4), some(random, 2, 3)
    padding = ((kernel - 1) * dilation + 1) // 2 + 1
    return {**named, "kernel_size": kernel, "padding": padding, "dilation": dilation}, shape


def to_one(*shape: int) -> Spoil:
    """An average over any number of dimensions."""
    return lambda random, named, _: ({"output_size": 1}, shape)


def unbatched(random: Random, named: Arguments, shape: Shape) -> Case:
    """One image, with a channel more than the layer reads."""
    return named, (named["in_channels"] + 1, *shape[-2:])


def nearest(*shape: int) -> Spoil:
    """Twice as large, whatever the dimensions."""
    plain = {"size": None, "scale_factor": 2, "mode": "nearest", "align_corners": None}
    return lambda random, named, _: (plain, shape)


def at_the_limit(random: Random, named: Arguments, shape: Shape) -> Case:
    """Output padding as large as stride or dilation, or one off."""
    stride, dilation = some(random, 1, 3), some(random, 1, 3)
    extra = random.choice((stride, dilation, stride - 1, dilation - 1))
    return {**named, "stride": stride, "dilation": dilation, "output_padding": extra}, shape


def shaped(*shape: int) -> Spoil:
    """Another input; 0 stands for its channels."""

    def spoil(random: Random, named: Arguments, given: Shape) -> Case:
        channels = named.get("num_features", named.get("in_channels"))
        return named, tuple(size or channels for size in shape)

    return spoil


def untrained(random: Random, named: Arguments, shape: Shape) -> Case:
    """Running statistics alone, and other channels."""
    return entry(-3)(random, {**named, "affine": False, "track_running_stats": True}, shape)


CONVOLUTION = (GROUPS, STRIDED, WORD, NEGATIVE, STILL, longer, shorter)


def of_convolution(dimensions: int) -> tuple[Spoil, ...]:
    own = (entry(-dimensions - 1), tiny(dimensions), narrow(dimensions))
    return (*CONVOLUTION, *own, same_but_channels(dimensions))


CHANNELS = (entry(-3), longer, shorter)
FEATURES = (entry(-1), shaped())


def just_out(random: Random, named: Arguments, shape: Shape) -> Case:
    """The first dimension that there is not, on either side."""
    count = max(len(shape), 1)
    return {**named, "dim": random.choice((count, -count - 1))}, shape


DIMS = other(dim=lambda random, _: random.choice((-9, -6, 5, 7)))
PADDED = other(padding=lambda random, _: some(random, 3, 9))
CHANCES = tuple(other(dropout=lambda *_, chance=chance: chance) for chance in (-0.5, 1.0, 1.5, 2.0))
ODD = (-1, 0, 2, 3, 4, 5, 7)
HEADS = (other(num_heads=lambda random, _: random.choice(ODD)), other(num_heads=lambda *_: 0))
RECURRENT = (
    entry(-1),
    longer,
    shorter,
    *CHANCES,
    other(hidden_size=lambda *_: 0),
    other(input_size=lambda *_: -1),
    other(num_layers=lambda *_: 0),
)

LAYERS: dict[str, Drawn] = {
    "linear": Drawn(linear, nn.Linear, FEATURES),
    "mlp": Drawn(mlp, chain, FEATURES),
    "activation": Drawn(activation, lambda kind: getattr(nn, kind)()),
    "prelu": Drawn(prelu, nn.PReLU, (entry(1), shorter)),
    "glu": Drawn(glu, nn.GLU, (just_out, entry(-1), shorter)),
    "softmax": Drawn(softmax, nn.Softmax, (just_out,)),
    "logsoftmax": Drawn(softmax, nn.LogSoftmax, (just_out,)),
    "embedding": Drawn(
        embedding,
        nn.Embedding,
        (
            other(padding_idx=lambda random, named: named["num_embeddings"] + some(random, 0, 3)),
            other(padding_idx=lambda random, named: -named["num_embeddings"] - some(random, 0, 3)),
        ),
        whole=True,
    ),
    "tied_head": Drawn(tied_head, tied, whole=True),
    "conv1d": Drawn(convolution(1), nn.Conv1d, of_convolution(1)),
    "conv2d": Drawn(convolution(2), nn.Conv2d, of_convolution(2)),
    "pointwise": Drawn(pointwise, lambda **named: nn.Conv2d(**named, kernel_size=1), CHANNELS),
    "depthwise": Drawn(
        depthwise,
        lambda in_channels, kernel_size, multiplier, bias: depthwise_layer(
            in_channels, kernel_size, multiplier, bias
        ),
        CHANNELS,
    ),
    "separable": Drawn(separable, separable_layers, CHANNELS),
    "maxpool1d": Drawn(max_pool1d, nn.MaxPool1d, (PADDED, tiny(1), overlong(1), longer, shorter)),
    "avgpool1d": Drawn(
        avg_pool1d, nn.AvgPool1d, (PADDED, tiny(1), overlong(1), longer, shorter, shaped(5))
    ),
    "maxpool2d": Drawn(
        max_pool2d, nn.MaxPool2d, (PADDED, dilated, too_wide, tiny(2), overlong(2), longer, shorter)
    ),
    "avgpool2d": Drawn(
        avg_pool2d,
        nn.AvgPool2d,
        (PADDED, tiny(2), overlong(2), longer, shorter, shaped(), shaped(5)),
    ),
    "adaptiveavgpool2d": Drawn(
        adaptive,
        nn.AdaptiveAvgPool2d,
        (
            longer,
            shorter,
            to_one(5),
            to_one(4, 5),
            to_one(2, 2, 3, 4, 5),
            other(output_size=lambda *_: None),
            lambda random, named, _: ({"output_size": (2, None)}, (4, 5)),
        ),
    ),
    "flatten": Drawn(
        flatten,
        nn.Flatten,
        (
            shorter,
            other(start_dim=lambda random, _: some(random, -7, 6)),
            other(end_dim=lambda random, _: some(random, -7, 6)),
        ),
    ),
    "batchnorm1d": Drawn(
        batch_norm((2, 3)),
        nn.BatchNorm1d,
        (entry(1), longer, shorter, shaped(1, 0), shaped(1, 0, 5), shaped(2, 0, 1)),
    ),
    "batchnorm2d": Drawn(
        batch_norm((4,)),
        nn.BatchNorm2d,
        (entry(1), longer, shorter, shaped(1, 0, 1, 1), shaped(1, 0, 5, 1), shaped(2, 0, 1, 1)),
    ),
    "instancenorm2d": Drawn(
        instance_norm,
        nn.InstanceNorm2d,
        (
            entry(-3),
            longer,
            shorter,
            untrained,
            shaped(2, 0, 1, 1),
            shaped(2, 0, 1, 2),
            shaped(0, 1, 1),
        ),
    ),
    "layernorm": Drawn(layer_norm, nn.LayerNorm, (entry(-1), shorter)),
    "rmsnorm": Drawn(rms_norm, nn.RMSNorm, (entry(-1), shorter)),
    "groupnorm": Drawn(
        group_norm,
        nn.GroupNorm,
        (
            entry(1),
            shorter,
            other(num_groups=lambda random, _: some(random, 2, 9)),
            lambda random, named, shape: (
                {**named, "num_groups": named["num_channels"]},
                (1, shape[1]),
            ),
        ),
    ),
    "dropout": Drawn(
        dropout, nn.Dropout, (other(p=lambda random, _: random.choice((-0.25, 1.5, -1.0, 2.0))),)
    ),
    "dropout2d": Drawn(
        feature_dropout,
        nn.Dropout2d,
        (
            other(p=lambda random, _: random.choice((-0.25, 1.5, -1.0, 2.0))),
            lambda random, named, _: ({"p": random.choice((0.0, 0.5, 1.0))}, (5,)),
        ),
    ),
    "projection": Drawn(block, projection, (*CHANNELS, shaped(1, 0, 1, 1), shaped(2, 0, 1, 1))),
    "basic_block": Drawn(
        block,
        nets.basic_block,
        (*CHANNELS, shaped(1, 0, 1, 1), shaped(2, 0, 1, 1)),
        slow=True,
    ),
    "receptive_field": Drawn(windows, window_chain, (tiny(1),)),
    "classifier": Drawn(blocks, block_chain, (tiny(2),)),
    "concat": Drawn(
        shapes,
        lambda shapes, dim: Plain(lambda _, *parts: torch.cat(parts, dim)),
        (uneven, DIMS),
        inputs=lambda named, _: named["shapes"],
    ),
    "rnn": Drawn(recurrent, nn.RNN, RECURRENT, slow=True),
    "gru": Drawn(recurrent, nn.GRU, RECURRENT, slow=True),
    "lstm": Drawn(
        lstm,
        nn.LSTM,
        (
            *RECURRENT,
            other(proj_size=lambda _, named: named["hidden_size"]),
            other(proj_size=lambda _, named: named["hidden_size"] + 1),
            other(proj_size=lambda *_: -1),
        ),
        slow=True,
    ),
    "attention": Drawn(
        attention,
        cross_attention,
        (*HEADS, entry(-1), longer, shorter, *CHANCES),
        query_and_source,
    ),
    "transformer_layer": Drawn(
        encoder,
        nn.TransformerEncoderLayer,
        (
            other(nhead=lambda random, _: random.choice(ODD)),
            entry(-1),
            longer,
            shorter,
            *CHANCES,
        ),
        slow=True,
    ),
    "grouped_query": Drawn(
        grouped,
        grouped_query,
        (
            entry(-1),
            other(num_kv_heads=lambda random, named: named["num_heads"] + some(random, 1, 3)),
        ),
    ),
    "decode_step": Drawn(decode, decoder_step, slow=True),
    "convtranspose2d": Drawn(
        transposed,
        nn.ConvTranspose2d,
        (
            GROUPS,
            entry(-3),
            longer,
            shorter,
            tiny(2),
            PADDED,
            vanishing(0),
            vanishing(1),
            at_the_limit,
            unbatched,
            other(output_padding=lambda random, _: size(random, 1, 5)),
        ),
        lenient=True,
    ),
    "upsample": Drawn(
        upsample,
        nn.Upsample,
        (
            longer,
            shorter,
            other(scale_factor=lambda *_: None),
            other(scale_factor=lambda *_: 2),
            other(size=lambda *_: None, scale_factor=lambda *_: -0.3),
            other(scale_factor=lambda *_: 0),
            other(align_corners=lambda *_: True),
            nearest(3, 4),
            nearest(1, 2, 3, 1, 2, 1),
        ),
        slow=True,
        lenient=True,
    ),
    "double_conv": Drawn(double_conv, nets.two_convolutions, (*CHANNELS, tiny(2))),
    "lora": Drawn(lora, nets.adapter, FEATURES),
    "patch_embedding": Drawn(patch_embedding, patches, (entry(1),)),
}
