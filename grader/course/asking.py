"""Questions as a teacher writes them: the layer's own line, then what is asked.

They are for practice, quizzes and question banks, where nobody writes a function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.judge.exercise import Asked
from grader.judge.words import with_commas


def line(layer: str, *positional: Any, **named: Any) -> str:
    """A call as Python writes it: `nn.Conv2d(3, 8, 5, bias=False)`."""
    words = [*map(repr, positional), *(f"{name}={value!r}" for name, value in named.items())]
    return f"`{layer}({', '.join(words)})`"


def unlike(a: Asked, **usual: Any) -> dict[str, Any]:
    """Those of these arguments that are not as usual, in this order."""
    given = vars(a)
    return {name: given[name] for name, value in usual.items() if given[name] != value}


def parameters(call: str) -> str:
    """How many parameters the layer has."""
    return f"{call}: how many parameters?"


def output_shape(call: str, input_shape: Sequence[int]) -> str:
    """What shape the layer's output has."""
    return f"{call} gets a tensor of shape `{input_shape!r}`. What shape comes out?"


def mult_adds(call: str, input_shape: Sequence[int]) -> str:
    """How many multiply-accumulates the layer does."""
    return (
        f"{call} gets a tensor of shape `{input_shape!r}`. How many mult-adds, "
        "for the whole batch and without the bias?")


def count(number: int, what: str) -> str:
    """A number with its noun: 1 layer, 2 layers, 2 classes."""
    several = f"{what[:-1]}ies" if what.endswith("ry") else f"{what}{'e' * what.endswith('s')}s"
    return f"{with_commas(number)} {what if number == 1 else several}"


def chain(items: Sequence[str]) -> str:
    """Items in a row: `a`, then `b`, then `c`."""
    return ", then ".join(items)


# What several layers share.

USUAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "ceil_mode": False}
WIDTHS = ("out_channels", "out_features", "kernel_size")  # given by place


def layer(kind: str, **arguments: Any) -> str:
    """One of a chain of layers, which takes what the one before it makes."""
    usual = USUAL if kind.startswith("Conv") else USUAL | {"stride": arguments.get("kernel_size")}
    named = {
        name: value for name, value in arguments.items()
        if name not in WIDTHS and not (name in usual and value == usual[name])}
    widths = [repr(arguments[name]) for name in WIDTHS if name in arguments]
    first = ["..."] if kind.startswith(("Conv", "Linear")) else []
    words = [*first, *widths, *(f"{name}={value!r}" for name, value in named.items())]
    return f"`nn.{kind}({', '.join(words)})`"


def convolution(dimensions: int, a: Asked) -> str:
    """A convolution of which the channels are given."""
    return line(f"nn.Conv{dimensions}d", a.in_channels, a.out_channels, a.kernel_size,
        **unlike(a, groups=1, bias=True))


def sliding(layer: str, a: Asked, *first: Any, **usual: Any) -> str:
    """A layer whose kernel slides: its first arguments, its kernel, and what is not as usual."""
    return line(layer, *first, a.kernel_size, **unlike(a, **usual))


def recurrent(layer: str, a: Asked, **more: Any) -> str:
    """A recurrent layer."""
    usual = {"num_layers": 1, "bias": True, "bidirectional": False, **more}
    return line(layer, a.input_size, a.hidden_size, **unlike(a, **usual))


def heads(a: Asked) -> str:
    """The heads of an attention."""
    same = a.num_heads == a.num_kv_heads
    shared = "each with keys and values" if same else f"{a.num_kv_heads} of keys and values"
    return f"{count(a.num_heads, 'head')} of queries, {shared}"


def head_size(a: Asked) -> str:
    """The size of a head, where it is not what the width says."""
    return "" if a.head_dim is None else f", {count(a.head_dim, 'number')} a head"


def window(a: Asked) -> str:
    """A sliding window, where there is one."""
    return "" if a.window is None else f", and a sliding window of {count(a.window, 'position')}"


def experts(a: Asked) -> str:
    """A router and the experts behind it."""
    shared = f" and {a.num_shared} shared" if a.num_shared else ""
    return (
        f"a router without a bias, and {a.num_experts}{shared} SwiGLU experts of width "
        f"{a.d_model} and hidden width {a.hidden_dim}")


def groups(a: Asked) -> str:
    """What a scale of quantised weights is for."""
    return " for all" if a.group_size is None else f" for each {count(a.group_size, 'weight')}"


def sides(size: Any) -> str:
    """Height and width: 3x5; one number stands for both."""
    height, width = size if isinstance(size, tuple) else (size, size)
    return f"{height}x{width}"
