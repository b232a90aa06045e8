"""What PyTorch says of the layers of the Layer Explorer, as a table.

Shape, parameters, buffers and mult-adds come from the real layer on the meta device; the words of
an error from the CPU, as a person reads them there. The exercises' cases and wrong answers come
from the catalogue.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import torch
from explorer_draws import LAYERS, Arguments, Drawn, Shape
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from grader.course.exercises import catalogue
from grader.course.live_keys import answer, remembering
from grader.course.pytorch import buffers, on_meta, parameters
from grader.judge.exercise import Asked


def counts(layer: Drawn, arguments: Arguments, shape: Shape) -> Arguments:
    """What PyTorch says of one case."""

    def ask() -> Arguments:
        module = layer.build(**arguments).train()
        dtype = torch.long if layer.whole else torch.float32
        inputs = [torch.empty(one, dtype=dtype) for one in layer.inputs(arguments, shape)]
        with FlopCounterMode(display=False) as counter:
            output = module(*inputs)
        first = output[0] if isinstance(output, tuple) else output
        return {
            "shape": list(first.shape),
            "parameters": parameters(module),
            "buffers": buffers(module),
            "multAdds": counter.get_total_flops() // 2,
            "more": states(module, output),
        }

    counted: Arguments = on_meta(ask, {})
    return counted


def states(module: nn.Module, output: Any) -> Arguments:
    """The shapes of a recurrent layer's last states."""
    if not isinstance(module, nn.RNNBase):
        return {}
    last = output[1] if isinstance(output[1], tuple) else (output[1],)
    names = ("shape of h_n", "shape of c_n")
    return {name: list(state.shape) for name, state in zip(names, last, strict=False)}


def refusal(layer: Drawn, arguments: Arguments, shape: Shape) -> list[str] | None:
    """The error that a person sees, kind and first line; None if there is none.

    PyTorch's own kernels are asked: oneDNN says of some sizes only that it has no descriptor.
    """
    with quietly(), torch.device("cpu"), torch.no_grad(), torch.backends.mkldnn.flags(False):
        try:
            module = layer.build(**arguments).train()
            dtype = torch.long if layer.whole else torch.float32
            module(*(torch.zeros(one, dtype=dtype) for one in layer.inputs(arguments, shape)))
        except Exception as error:  # whatever PyTorch raises is what is asked
            words = str(error).splitlines()[0].replace("{'same', 'valid'}", "{'valid', 'same'}")
            return [type(error).__name__, words]  # the order of a set is any
    return None


@contextmanager
def quietly() -> Iterator[None]:
    """Without warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def layer_cases(random: Random, count: int, spoil_each: int = 5) -> Iterator[list[Any]]:
    """`count` cases of each layer, every fifth spoiled: `[id, arguments, input, facts]`."""
    for name, layer in LAYERS.items():
        for number in range(count // 3 if layer.slow else count):
            arguments, shape = layer.draw(random)
            spoiled = bool(layer.spoils) and number % spoil_each == 1
            if spoiled:
                spoil = layer.spoils[number // spoil_each % len(layer.spoils)]
                arguments, shape = spoil(random, arguments, shape)
            yield [name, arguments, shape, facts(layer, arguments, shape, spoiled)]


def facts(layer: Drawn, arguments: Arguments, shape: Shape, spoiled: bool) -> Arguments:
    """PyTorch's counts, or its error."""
    error = refusal(layer, arguments, shape) if spoiled or layer.lenient else None
    if error is None:
        try:
            return counts(layer, arguments, shape)
        except Exception:  # its words are those of the CPU
            error = refusal(layer, arguments, shape)
            if error is None:
                raise
    return {"error": error}


# The exercises.

SLOW = {
    "moe_mult_adds",
    "decode_mult_adds",
    "llama_params",
    "resnet_params",
    "gpt2_params",
    "attention_mult_adds",
    "llama_lora_params",
    "vit_params",
    "recurrent_output_shape",
}


def exercise_cases(known: dict[str, list[str]], random: Random, count: int) -> Iterator[list[Any]]:
    """The visible cases of each exercise and `count` drawn ones.

    `[name, question, answer, wrong, spelled]`: `wrong` is what the known mistakes answer, `spelled`
    the question without its defaults.
    """
    for name, mistakes in known.items():
        exercise = catalogue()[name]
        rules = [mistake for mistake in exercise.mistakes if mistake.name in mistakes]
        for a, spelled in asked(name, random, count // 5 if name in SLOW else count):
            wrong = {rule.name: answer(rule, a) for rule in rules}
            yield [name, vars(a), a(), wrong, spelled]


def asked(name: str, random: Random, count: int) -> Iterator[tuple[Asked, Arguments]]:
    """Cases as the rules of mistakes want them, asked on the meta device, and the arguments that
    are spelled out."""
    exercise = catalogue()[name]
    draws = [part.draw for part in exercise.parts if part.draw]
    drawn = [draws[number % len(draws)](random) for number in range(count if draws else 0)]
    fixed = [case for part in exercise.parts for case in part.cases]
    ask = remembering(exercise.reference)
    for case in (*fixed, *drawn):
        yield Asked(ask, exercise.all_arguments(case)), exercise.arguments(case)


# Formulas as a person reads them: `[id, arguments that differ from the page's, input, what, text]`.

TEXTS: list[list[Any]] = [
    ["linear", {}, None, "parameters", "10 × 5 + 5"],
    ["conv2d", {}, None, "parameters", "8 × 3 × 5 × 5 + 8"],
    [
        "conv2d",
        {"groups": 2, "in_channels": 6, "bias": False},
        [1, 6, 32, 32],
        "parameters",
        "8 × (6 ÷ 2) × 5 × 5",
    ],
    [
        "conv2d",
        {"stride": 2, "padding": 1},
        None,
        "height",
        "⌊(32 + 2 × 1 − 1 × (5 − 1) − 1) ÷ 2⌋ + 1",
    ],
    ["conv2d", {"padding": "same"}, None, "width", "32"],
    ["depthwise", {}, None, "parameters", "12 × 3 × 3 + 12"],
    ["depthwise", {"multiplier": 2}, None, "parameters", "12 × 2 × 3 × 3 + 12 × 2"],
    ["maxpool2d", {"ceil_mode": True}, None, "height", "⌈(32 + 2 × 0 − 1 × (2 − 1) − 1) ÷ 2⌉ + 1"],
    ["convtranspose2d", {}, None, "parameters", "6 × 4 × 3 × 3 + 4"],
    ["convtranspose2d", {}, None, "height", "(8 − 1) × 2 − 2 × 0 + 1 × (3 − 1) + 0 + 1"],
    ["upsample", {"scale_factor": None, "size": 7}, None, "height", "7"],
    ["layernorm", {"bias": False}, None, "parameters", "64"],
    ["rnn", {}, None, "parameters", "20 × (10 + 20) + 2 × 20"],
    [
        "lstm",
        {"num_layers": 2},
        None,
        "parameters",
        "4 × 20 × (10 + 20) + 2 × 4 × 20 + 4 × 20 × (20 + 20) + 2 × 4 × 20",
    ],
    [
        "lstm",
        {"num_layers": 3, "bidirectional": True},
        None,
        "parameters",
        "2 × (4 × 20 × (10 + 20) + 2 × 4 × 20) + 2 × 2 × (4 × 20 × (2 × 20 + 20) + 2 × 4 × 20)",
    ],
    ["attention", {}, None, "parameters", "4 × 64 × 64 + 4 × 64"],
    ["attention", {"kdim": 32}, None, "parameters", "2 × 64 × 64 + 64 × 32 + 64 × 64 + 4 × 64"],
    [
        "attention",
        {},
        None,
        "mult-adds",
        "2 × (2 × 7 × 64 × 64 + 2 × 7 × 64 × 64 + 2 × 7 × 7 × 64)",
    ],
    ["embedding", {}, None, "parameters", "10,000 × 256"],
    ["moe", {"num_shared": 1}, None, "parameters", "4,096 × 8 + (8 + 1) × 3 × 4,096 × 14,336"],
    ["vit", {}, None, "tokens", "(224 ÷ 16) × (224 ÷ 16) + 1"],
    ["lstm", {"bias": False, "bidirectional": True}, None, "parameters", "2 × 4 × 20 × (10 + 20)"],
    ["rnn", {"bidirectional": True}, None, "width of the output", "2 × 20"],
    ["flatten", {}, None, "merged dimension", "16 × 5 × 5"],
    [
        "convtranspose2d",
        {"padding": (0, 1)},
        None,
        "width",
        "(8 − 1) × 2 − 2 × 1 + 1 × (3 − 1) + 0 + 1",
    ],
    ["maxpool2d", {"stride": (2, 3)}, None, "width", "⌊(32 + 2 × 0 − 1 × (2 − 1) − 1) ÷ 3⌋ + 1"],
    ["maxpool1d", {}, None, "length", "⌊(100 + 2 × 0 − 1 × (2 − 1) − 1) ÷ 2⌋ + 1"],
    ["kv_cache", {}, None, "bytes a token", "2 × 1 × 1 × 32 × 8 × 128 × 2"],
    ["upsample", {}, [1, 2, 3, 4, 5], "depth", "⌊3 × 2⌋"],
    ["upsample", {"scale_factor": 0.3}, [1, 2, 4, 9], "height", "⌊4 × 0.3⌋"],
    ["gru", {}, None, "parameters", "3 × 20 × (10 + 20) + 2 × 3 × 20"],
    ["tensor", {}, None, "parameters", 0],  # numbers without a formula
    ["kv_cache", {}, None, "parameters", 0],
    # Errors in the Explorer's own words.
    ["linear", {"in_features": 2.5}, None, "error", "TypeError: `in_features` is a whole number."],
    [
        "linear",
        {"out_features": 0},
        None,
        "error",
        "ValueError: `out_features` is at least 1 here.",
    ],
    ["linear", {"bias": 1}, None, "error", "TypeError: `bias` is True or False."],
    ["linear", {}, [4, 0], "error", "ValueError: Each entry of `input_shape` is at least 1 here."],
    [
        "linear",
        {},
        [4, 1.5],
        "error",
        "TypeError: `input_shape` is a shape: a list of whole numbers.",
    ],
    ["linear", {}, 7, "error", "TypeError: `input_shape` is a shape: a list of whole numbers."],
    [
        "mlp",
        {"sizes": [784]},
        None,
        "error",
        "ValueError: `sizes` has two entries or more: each neighbouring pair is a layer.",
    ],
    ["mlp", {"sizes": []}, None, "error", "TypeError: `sizes` is a list of whole numbers."],
    [
        "conv2d",
        {"kernel_size": [3, 5, 7]},
        None,
        "error",
        "TypeError: `kernel_size` is a whole number or a pair of them.",
    ],
    [
        "adaptiveavgpool2d",
        {"output_size": [1, 2, 3]},
        None,
        "error",
        "TypeError: `output_size` is a whole number, a pair of them, or None.",
    ],
    ["batchnorm2d", {"eps": None}, None, "error", "TypeError: `eps` is a number."],
    ["activation", {"kind": "Softmax"}, None, "error", "TypeError: `kind` is one of its choices."],
    [
        "llama_lora",
        {"targets": ["q", "q"]},
        None,
        "error",
        "TypeError: `targets` is a list of its words, each once.",
    ],
    [
        "llama_lora",
        {"targets": ["x"]},
        None,
        "error",
        "TypeError: `targets` is a list of its words, each once.",
    ],
    [
        "llama",
        {"num_heads": 3},
        None,
        "error",
        "ValueError: The heads share d_model evenly: 4096 is no multiple of 3.",
    ],
    [
        "kv_cache",
        {"num_heads": 3},
        None,
        "error",
        "ValueError: The heads share d_model evenly: 4096 is no multiple of 3.",
    ],
    [
        "kv_cache",
        {"num_heads": 3, "head_dim": 2},
        None,
        "cache elements",
        "2 × 1 × 4,096 × 32 × 8 × 2",
    ],
    ["vgg", {"config": ["M"]}, None, "error", "ValueError: `config` has one convolution or more."],
    ["resnet", {"blocks": [2, 2]}, None, "error", "ValueError: `blocks` has four stages."],
    [
        "patch_embedding",
        {"patch_size": 15},
        None,
        "error",
        "ValueError: The patches cover the "
        "image without a rest here: (224, 224) is no multiple of 15.",
    ],
    [
        "receptive_field",
        {"layers": [[3, 1]]},
        None,
        "error",
        "ValueError: Each entry of `layers` is (kernel_size, stride, dilation).",
    ],
    [
        "receptive_field",
        {},
        [1, 2, 32],
        "error",
        "ValueError: The input is a batch of sequences with one channel here.",
    ],
    [
        "classifier",
        {"blocks": [[6, 5]]},
        None,
        "error",
        "ValueError: Each entry of `blocks` is (out_channels, kernel_size, pool).",
    ],
    ["moe", {"top_k": 9}, None, "error", "RuntimeError: selected index k out of range"],
    [
        "linear",
        {"in_features": 2**30, "out_features": 2**30},
        [1, 2**30],
        "error",
        "OverflowError: This is more than 2 to the power of 53: too large to be counted exactly "
        "here.",
    ],
    [
        "receptive_field",
        {"layers": [[3, 2, 1], [5, 1, 2]]},
        None,
        "receptive field",
        "1 + 1 × 1 × (3 − 1) + 2 × 2 × (5 − 1)",
    ],
]


def table(
    known: dict[str, list[str]],
    seed: int,
    of_a_layer: int,
    of_an_exercise: int,
    spoil_each: int = 5,
) -> str:
    """All cases as JSON: `{"layers": [...], "exercises": [...]}`."""
    random = Random(seed)
    return json.dumps(
        {
            "texts": TEXTS,
            "layers": list(layer_cases(random, of_a_layer, spoil_each)),
            "exercises": list(exercise_cases(known, random, of_an_exercise)),
        }
    )
