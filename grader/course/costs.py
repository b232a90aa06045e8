"""What a model costs, line by line: each number is asked of its network, none is a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from grader.course import architectures as nets
from grader.course.language import Experts, KVCache, built
from grader.course.shapes import Decoder, Vision

BLOCK_OF_SCALES = 32  # quantised weights that share a scale of 16 bits, as in lesson 23
CELL = "text-align:left;padding:3px 14px 3px 0"
NUMBER = "text-align:right;padding:3px 14px 3px 0;white-space:nowrap"


@dataclass(frozen=True)
class Line:
    """One number of a bill, and the lesson that explains it."""

    part: str
    name: str
    value: int
    unit: str  # "parameters", "bytes", "mult-adds" or "tokens"
    lesson: str

    @property
    def short(self) -> str:
        """As one says it: 16.1 GB, 8.03 billion."""
        names = BYTES if self.unit == "bytes" else WORDS
        for size, name in names:
            if self.value >= size:
                return f"{self.value / size:.3g} {name}" if name else f"{self.value:,}"
        return "0"


BYTES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"), (1, "bytes"))
WORDS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1, ""))


@dataclass(frozen=True)
class Bill:
    """The lines, one below the other; `bill["in 4 bits"]` is the number of one of them."""

    lines: tuple[Line, ...]

    def __getitem__(self, name: str) -> int:
        for line in self.lines:
            if line.name == name:
                return line.value
        raise KeyError(f"No line is called {name!r}: {[line.name for line in self.lines]}")

    def __repr__(self) -> str:
        return "\n".join(f"{line.name}: {line.value:,} {line.unit}" for line in self.lines)

    def _repr_html_(self) -> str:
        rows, part = [], ""
        for line in self.lines:
            if line.part != part:
                part = line.part
                rows.append(
                    f'<tr><th colspan="4" style="{CELL};padding-top:10px">{escape(part)}</th></tr>')
            number, name = line.lesson[:2], line.lesson
            rows.append(
                f'<tr><td style="{CELL}">{escape(line.name)}</td>'
                f'<td style="{NUMBER}">{line.value:,}</td><td style="{NUMBER}">{line.short}</td>'
                f'<td style="{CELL}"><a href="../{name}/{name}.ipynb">{number}</a></td></tr>')
        heads = "".join(
            f'<th style="{style}">{head}</th>' for head, style in
            (("", CELL), ("exactly", NUMBER), ("in short", NUMBER), ("lesson", CELL)))
        return f"<table><tr>{heads}</tr>\n" + "\n".join(rows) + "\n</table>"


def costs(
    shape: Decoder | Vision, length: int = 4096, batch: int = 1, rank: int = 16,
    targets: Sequence[str] = ("q", "v"),
) -> Bill:
    """The bill of a shape.

    Args:
        shape: the model.
        length: tokens that each sequence has behind it: prompt and answer so far.
        batch: sequences that are served at the same time.
        rank: of the LoRA adapters.
        targets: the matrices beside which they stand: q, k, v, o, gate, up, down.
    """
    lines = [*_parameters(shape), *_weights(shape)]
    if isinstance(shape, Decoder):
        lines += [*_cache(shape, length, batch, lines), *_training(shape)]
        lines += [*_adapters(shape, rank, targets, lines), *_work(shape, length)]
    else:
        lines += [*_training(shape), *_work_of_an_image(shape)]
    return Bill(tuple(lines))


def memory(
    shape: Decoder, length: int = 4096, batch: int = 1, rank: int = 16,
    targets: Sequence[str] = ("q", "v"),
) -> dict[str, dict[str, int]]:
    """The bytes of six ways to use a model, each in pieces; arguments as those of `costs`."""
    bill = Bill((*_weights(shape), *_cache(shape, length, batch, ())))
    own = adapter_bytes(shape, rank, targets)
    total = parameters(shape)
    weights = nbytes(total, torch.float32)
    uses = {
        f"serve in {bits} bits": {"weights": bill[f"in {bits} bits"], "cache": bill["KV cache"]}
        for bits in (16, 8, 4)}
    uses |= {
        f"LoRA, base in {bits} bits": {"weights": bill[f"in {bits} bits"], "adapters": own}
        for bits in (16, 4)}
    moments = trained_bytes(total, gradients=False) - weights
    uses["train with Adam"] = {"weights": weights, "gradients": weights, "moments": moments}
    return uses


KINDS = (  # the first word that stands in a parameter's name says where it belongs
    ("norm", "norms", "10-normalization"),
    ("attention", "attention", "14-attention"),
    ("self_attn", "attention", "14-attention"),
    ("router", "routers", "21-experts"),
    ("hidden", "hidden layers", "16-networks"),
    ("linear", "hidden layers", "16-networks"),
    ("head", "head", "04-embedding"),
    ("patches", "patch embedding", "24-patches"),
    ("positions", "learned positions", "16-networks"),
    ("class_token", "class token", "24-patches"),
    ("tokens", "table of tokens", "04-embedding"),
)


def _parameters(shape: Decoder | Vision) -> Iterator[Line]:
    """Where the parameters are, all of them, and those that one token meets."""
    held: dict[tuple[str, str], int] = {}
    for name, parameter in built(shape).named_parameters():
        kind, lesson = next((kind, lesson) for word, kind, lesson in KINDS if word in name)
        held[kind, lesson] = held.get((kind, lesson), 0) + parameter.numel()
    part = "Parameters"
    for (kind, lesson), number in held.items():
        if kind == "hidden layers" and isinstance(shape, Decoder) and shape.experts:
            kind, lesson = "hidden layers and experts", "21-experts"
        yield Line(part, kind, number, "parameters", lesson)
    total = parameters(shape)
    yield Line(part, "all parameters", total, "parameters", "16-networks")
    if isinstance(shape, Decoder) and shape.experts:
        yield Line(part, "active for a token", active(shape), "parameters", "21-experts")


def parameters(shape: Decoder | Vision) -> int:
    """All parameters; a shared one counts once."""
    return sum(parameter.numel() for parameter in built(shape).parameters())


def active(shape: Decoder) -> int:
    """The parameters that one token passes through: all but the experts that are not chosen."""
    idle = [
        stack[layer.active:].numel() for layer in built(shape).modules()
        if isinstance(layer, Experts) for stack in (layer.gate, layer.up, layer.down)]
    return parameters(shape) - sum(idle)


def _weights(shape: Decoder | Vision) -> Iterator[Line]:
    part = "Memory for the weights"
    yield Line(part, "in 16 bits", stored(shape, 16), "bytes", "15-cost")
    yield Line(part, "in 8 bits", stored(shape, 8), "bytes", "23-fewer-bits")
    yield Line(part, "in 4 bits", stored(shape, 4), "bytes", "23-fewer-bits")


def stored(shape: Decoder | Vision, bits: int) -> int:
    """The bytes of the weights. Below 16 bits the matrices of the blocks are packed, a scale of
    16 bits for each 32 weights; tables, head, norms, biases and routers stay in 16 bits."""
    packed = plain = 0
    for name, parameter in built(shape).named_parameters():
        matrix = "blocks." in name and parameter.ndim > 1 and "router" not in name
        if matrix and bits < 16:
            packed += packed_bytes(parameter.numel(), bits)
        else:
            plain += parameter.numel()
    return packed + nbytes(plain, torch.bfloat16)


@lru_cache
def packed_bytes(weights: int, bits: int) -> int:
    """Weights of so many bits without gaps, and their scales."""
    full = -(-weights * bits // 8)
    scales = -(-weights // BLOCK_OF_SCALES)
    return nbytes(full, torch.uint8) + nbytes(scales, torch.float16)


def nbytes(numbers: int, dtype: torch.dtype) -> int:
    """The bytes of a tensor of so many numbers."""
    return torch.empty(numbers, dtype=dtype, device="meta").nbytes


def _cache(
    shape: Decoder, length: int, batch: int, lines: Sequence[Line]
) -> Iterator[Line]:
    part = f"Serving: {batch} × {length:,} tokens"
    one = kept_bytes(shape, 1, 1)
    yield Line(part, "cache of a token", one, "bytes", "19-kv-cache")
    cache = kept_bytes(shape, length, batch)
    yield Line(part, "KV cache", cache, "bytes", "19-kv-cache")
    for line in lines:
        if line.name.endswith(" bits"):
            name = f"weights {line.name}, and the cache"
            yield Line(part, name, line.value + cache, "bytes", line.lesson)


def kept(shape: Decoder, length: int, batch: int, new: int = 0) -> list[KVCache]:
    """The cache of all blocks after `length` tokens of each of `batch` sequences, without room for
    those that are `new`."""
    if shape.context and length > shape.context:
        raise ValueError(
            f"This model has learned {shape.context:,} positions; {length:,} tokens are too many.")
    with torch.device("meta"):
        return [
            KVCache(batch, positions - new, shape.kv_heads, shape.head_width)
            for positions in shape.kept(length)]


def kept_bytes(shape: Decoder, length: int, batch: int) -> int:
    """Its bytes."""
    return sum(b.nbytes for block in kept(shape, length, batch) for b in block.buffers())


def _training(shape: Decoder | Vision) -> Iterator[Line]:
    part = "Training all of it, without activations"
    total = parameters(shape)
    yield Line(part, "Adam in 32 bits", trained_bytes(total), "bytes", "15-cost")
    copy = 2 * nbytes(total, torch.bfloat16)  # weights and gradients
    mixed = copy + trained_bytes(total, gradients=False)
    yield Line(part, "Adam in mixed precision", mixed, "bytes", "15-cost")


@lru_cache
def trained_bytes(numbers: int, gradients: bool = True) -> int:
    """What Adam holds for parameters in 32 bits after a step: themselves, their gradients and two
    moments; for the copy that mixed precision keeps, the gradients are elsewhere."""
    weights = nn.Parameter(torch.empty(numbers, device="meta"))
    weights.grad = torch.empty_like(weights)
    adam = torch.optim.Adam([weights])
    adam.step()
    moments = [each for each in adam.state[weights].values() if each.numel() == numbers]
    held = [weights, *moments, *([weights.grad] if gradients else [])]
    return sum(tensor.nbytes for tensor in held)


def _adapters(
    shape: Decoder, rank: int, targets: Sequence[str], lines: Sequence[Line]
) -> Iterator[Line]:
    part = f"LoRA of rank {rank} at {', '.join(targets)}, without activations"
    own = sum(p.numel() for pair in beside(shape, rank, targets) for p in pair.parameters())
    yield Line(part, "trained", own, "parameters", "22-adapters")
    for line in lines:
        if line.name in ("in 16 bits", "in 4 bits"):
            name = f"fine-tuning, base {line.name}"
            needed = line.value + adapter_bytes(shape, rank, targets)
            yield Line(part, name, needed, "bytes", "22-adapters")


def adapter_bytes(shape: Decoder, rank: int, targets: Sequence[str]) -> int:
    """What training holds for the adapters."""
    pairs = beside(shape, rank, targets)
    return trained_bytes(sum(p.numel() for pair in pairs for p in pair.parameters()))


TARGETS: Mapping[str, str] = {
    "q": "attention.query", "k": "attention.key", "v": "attention.value", "o": "attention.output",
    "gate": "hidden.gate", "up": "hidden.up", "down": "hidden.down"}


def beside(shape: Decoder, rank: int, targets: Sequence[str]) -> Iterator[nn.Module]:
    """An adapter for each target of each block."""
    with torch.device("meta"):
        for block in built(shape).blocks:
            for target in targets:
                part, matrix = TARGETS[target].split(".")
                layer = getattr(block.get_submodule(part), matrix)
                if not isinstance(layer, nn.Linear):
                    raise ValueError(f"This model has no single matrix called {target!r}.")
                yield nets.adapter(layer.in_features, layer.out_features, rank)


def _work(shape: Decoder, length: int) -> Iterator[Line]:
    part = "Work for one more token"
    total, looking = work(shape, length)
    yield Line(part, "through the weights", total - looking, "mult-adds", "19-kv-cache")
    yield Line(part, "looking back", looking, "mult-adds", "19-kv-cache")
    yield Line(part, "all mult-adds", total, "mult-adds", "19-kv-cache")


@lru_cache(maxsize=256)
def work(shape: Decoder, length: int) -> tuple[int, int]:
    """The mult-adds of the last of `length` tokens, the others being in the cache, and those of
    them that scores and weighted sums take."""
    past = kept(shape, length, 1, new=1)
    token = torch.zeros(1, 1, dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        built(shape)(token, past)
    looking = sum(
        sum(work.values()) for name, work in counter.get_flop_counts().items()
        if name.endswith(".look"))
    return counter.get_total_flops() // 2, looking // 2


def _work_of_an_image(shape: Vision) -> Iterator[Line]:
    part, network = "Work for one image", built(shape)
    image = torch.empty(
        1, shape.in_channels, shape.image_size, shape.image_size, device="meta")
    yield Line(part, "tokens", network.tokens(image).shape[1], "tokens", "24-patches")
    with FlopCounterMode(display=False) as counter:
        network(image)
    yield Line(part, "all mult-adds", counter.get_total_flops() // 2, "mult-adds", "24-patches")


def training_work(shape: Decoder, tokens: int = 128) -> tuple[int, int]:
    """The mult-adds of a forward pass over so many tokens, and those of forward and backward."""
    network = built(shape)
    ids = torch.zeros(1, tokens, dtype=torch.long, device="meta")
    with FlopCounterMode(display=False) as counter:
        scores = network(ids)
        forward = counter.get_total_flops()
        scores.sum().backward()
    network.zero_grad()
    return forward // 2, counter.get_total_flops() // 2
