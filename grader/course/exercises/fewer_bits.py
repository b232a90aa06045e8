"""Lesson 23: weights in fewer bits, their scale, their rounding and their bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, copysign, floor, trunc
from random import Random

import torch
from torch.ao.quantization.fx._decomposed import dequantize_per_tensor
from torch.ao.quantization.observer import MinMaxObserver

from grader.course import asking
from grader.judge.exercise import Asked, Case, Function, Lesson, Mistake, Part, Rule, as_if, case

Numbers = Sequence[float]


def symmetric_scale(values: Numbers, bits: int = 8) -> float:
    """The scale of a symmetric grid: its outermost point meets the value that is farthest from 0.

    The whole numbers of the grid go from -(2**(bits - 1) - 1) to 2**(bits - 1) - 1. Not all values
    are 0.
    """
    return asked_observer(tuple(values), bits)


def quantize(values: Numbers, scale: float, zero_point: int = 0, bits: int = 8) -> list[int]:
    """The whole numbers that stand for the values: each value over the scale, rounded as
    `torch.round` does, plus the zero point, clamped to what fits into so many bits."""
    low, high = limits(bits)
    row = torch.tensor(list(values), dtype=torch.float64, device="cpu")
    near = torch.fake_quantize_per_tensor_affine(row, scale, zero_point, low, high)
    whole: list[int] = near.div(scale).round().add(zero_point).int().tolist()
    return whole


def dequantize(ints: Sequence[int], scale: float, zero_point: int = 0) -> list[float]:
    """The values that whole numbers stand for."""
    row = torch.tensor(list(ints), dtype=torch.int8, device="cpu")
    back: list[float] = dequantize_per_tensor(
        row, scale, zero_point, -128, 127, torch.int8, out_dtype=torch.float64).tolist()
    return back


def quantized_bytes(
        num_weights: int, bits: int, group_size: int | None = None, scale_bytes: int = 2) -> int:
    """The bytes of weights in so many bits each, packed without gaps, and of their scales.

    There is one scale for each group of weights, of which the last may be smaller, or one for all.
    """
    each_bit = torch.empty(num_weights, bits, dtype=torch.uint8).flatten()
    packed = each_bit[::8]  # a byte begins at every eighth bit
    scales = torch.empty(num_weights, scale_bytes, dtype=torch.uint8)[::group_size or num_weights]
    return packed.nbytes + scales.nbytes


def bits_per_weight(bits: int, group_size: int, scale_bytes: int = 2) -> float:
    """The bits that a weight takes with its share of the scale, where all groups are whole."""
    weights = 8 * group_size
    return 8 * quantized_bytes(weights, bits, group_size, scale_bytes) / weights


@lru_cache(maxsize=1000)
def asked_observer(values: tuple[float, ...], bits: int) -> float:
    """What PyTorch's observer of a symmetric grid says, once for the same values."""
    top = largest(bits)
    with torch.device("cpu"):
        observer = MinMaxObserver(
            dtype=torch.qint8, qscheme=torch.per_tensor_symmetric, quant_min=-top, quant_max=top,
            eps=0.0, factory_kwargs={"dtype": torch.float64})
        observer(torch.tensor(values, dtype=torch.float64))
        scale: float = observer.calculate_qparams()[0].item()
    return scale


def largest(bits: int) -> int:
    """The largest whole number with a sign that fits."""
    return int(2 ** (bits - 1)) - 1


def limits(bits: int) -> tuple[int, int]:
    """The smallest and the largest whole number with a sign that fit."""
    return -largest(bits) - 1, largest(bits)


def clamped(numbers: Sequence[float], low: float, high: float) -> list[float]:
    """Each number, or the limit that it lies beyond."""
    return [min(max(number, low), high) for number in numbers]


# The scale.


def farthest(a: Asked) -> float:
    """The largest magnitude."""
    return max(abs(float(value)) for value in a.values)


def over(size: Callable[[Asked], float], steps: Callable[[int], float] = largest) -> Rule:
    """Another size divided by a number of steps."""
    return lambda a: size(a) / steps(a.bits)


def spread(a: Asked) -> float:
    """From the smallest to the largest value."""
    return float(max(a.values) - min(a.values))


def draw_values(random: Random, negative: bool) -> list[float]:
    """A few values; the one farthest from 0 is in the middle, and negative or not."""
    values = [round(random.uniform(-2, 2), 4) for _ in range(random.randint(3, 6))]
    far = round(random.uniform(2.5, 9), 4)
    values.insert(random.randint(1, len(values) - 1), -far if negative else far)
    return values


SCALE = Function(
    symmetric_scale,
    question=lambda a: (
        f"Weights of {', '.join(f'{x:g}' for x in a.values)} are to become symmetric integers of "
        f"{asking.count(a.bits, 'bit')}. What is the scale, to three significant digits?"),
    parts=(
        Part("positive values", 1,
            (case([127]), case([1, 150.2]), case([0.5, 0.25, 3.81, 1.27])),
            lambda random: case([abs(value) for value in draw_values(random, False)])),
        Part("negative values", 1,
            (case([-127, 0]), case([0.3, -1.2, 0.7]), case([-0.5, 0.25, -3.81, 2, 1.27])),
            lambda random: case(draw_values(random, True))),
        Part("fewer bits", 1,
            (case([0.3, -1.2, 0.7], bits=4), case([1, -0.5, 0.75], 2), case([0.6, 1.4, -2.1], 3),
             case([-0.1, 0.62, 0.3], bits=6)),
            lambda random: case(draw_values(random, random.random() < 0.5), random.randint(2, 7))),
    ),
    mistakes=(
        Mistake("one step too many", over(farthest, lambda bits: largest(bits) + 1),
            "You divided by one step too many. The grid is to reach as far to the right as to the "
            "left: which is the largest number with a sign in 8 bits?"),
        Mistake("no sign", over(farthest, lambda bits: 2**bits - 1),
            "You divided by the largest number without a sign. One of the bits is needed for the "
            "sign, so how far does the grid go on each side?"),
        Mistake("all points, on both sides",
            over(lambda a: 2 * farthest(a), lambda bits: 2**bits - 1),
            "You spread all points over both sides. A symmetric grid leaves the lowest one out: "
            "how many steps are there on each side?"),
        Mistake("number of codes", over(farthest, lambda bits: 2**bits),
            "You divided by the number of different codes. Half of them are for the other side of "
            "0, and one is for 0 itself."),
        Mistake("from smallest to largest", over(spread, lambda bits: 2**bits - 1),
            "You spread the grid from the smallest value to the largest. A symmetric grid has its "
            "0 in the middle: how far must it reach on either side?"),
        Mistake("twice the reach", over(spread),
            "You took the way from the smallest value to the largest for the reach of one side."),
        Mistake("half the spread", over(lambda a: spread(a) / 2),
            "You took half of the way from the smallest value to the largest. Where one side is "
            "longer than the other, the grid has to reach as far as the longer one."),
        Mistake("largest value, with its sign", over(lambda a: max(a.values)),
            "You looked for the largest value. A negative one can lie farther from 0."),
        Mistake("smallest value", over(lambda a: abs(min(a.values))),
            "You looked at the smallest value alone. A positive one can lie farther from 0."),
        Mistake("sign kept", over(lambda a: max(a.values, key=abs)),
            "You found the value that is farthest from 0, and kept its sign. A scale is a length.",
            praise="Right where that value is positive."),
        Mistake("smallest magnitude", over(lambda a: min(map(abs, a.values))),
            "You took the value nearest to 0. All others would lie beyond the end of the grid."),
        Mistake("mean magnitude", over(lambda a: sum(map(abs, a.values)) / len(a.values)),
            "You took the average magnitude. Whatever is larger would lie beyond the end of the "
            "grid."),
        Mistake("sum of the magnitudes", over(lambda a: sum(map(abs, a.values))),
            "You added the magnitudes up. The grid has to reach the farthest value, no farther."),
        Mistake("first value", over(lambda a: abs(a.values[0])),
            "You used the first value. Does a `return` stand inside your loop?"),
        Mistake("last value", over(lambda a: abs(a.values[-1])),
            "You used the last value. Does each turn of your loop overwrite the one before?"),
        Mistake("always 8 bits", as_if(bits=8),
            "`bits` is an argument: with fewer bits the grid has fewer points.",
            praise="Right for 8 bits."),
        Mistake("not divided", farthest,
            "You returned the largest magnitude: the reach of the grid. The scale is the length of "
            "one step, and how many steps are there from 0 to the end?"),
        Mistake("upside down", lambda a: 1 / a(),
            "Upside down: you returned how many steps fit into 1. The scale is how long one step "
            "is."),
        Mistake("divided by the bits", over(farthest, lambda bits: bits),
            "You divided by the number of bits. How many different whole numbers can so many bits "
            "write?"),
        Mistake("product for a power", over(farthest, lambda bits: 2 * (bits - 1) - 1),
            "You multiplied 2 with the bits. Each bit doubles the numbers that can be written: in "
            "Python `**` is a power."),
        Mistake("power without brackets",
            lambda a: farthest(a) / (largest(a.bits) + 1) - 1,
            "Your 1 is taken away from the result. `x / 2**n - 1` is `(x / 2**n) - 1`: put "
            "brackets round what you divide by."),
        Mistake("whole number", lambda a: round(a()),
            "You rounded the scale. The numbers on the grid are whole, the scale is not."),
    ),
    hints=(
        "Which of the values is farthest from 0? `abs` takes the sign away.",
        "With 8 bits the grid has 127 points on each side of 0, with 4 bits 7. How many has it "
        "with 2?",
        "The outermost point lies on the farthest value. How long is one step?",
    ),
)


# The whole numbers.


def through(rounding: Callable[[float], float]) -> Rule:
    """Another rounding: PyTorch gets values that lie on the grid already."""
    return lambda a: a(values=[rounding(value / a.scale) * a.scale for value in a.values])


def half_up(number: float) -> float:
    """As taught in school for positive numbers."""
    return floor(number + 0.5)


def half_away(number: float) -> float:
    """As taught in school, negative numbers too."""
    return copysign(floor(abs(number) + 0.5), number)


def unclamped(a: Asked, **changes: object) -> list[int]:
    """The whole numbers with room enough."""
    free: list[int] = a(bits=24, **changes)
    return free


def within(low: Callable[[int], int], high: Callable[[int], int]) -> Rule:
    """Clamped to other limits, found from the bits."""
    return lambda a: clamped(unclamped(a), low(a.bits), high(a.bits))


def wrapped(a: Asked) -> list[int]:
    """Only the lowest bits kept, as a cast to int8 does."""
    low, _ = limits(a.bits)
    return [(number - low) % 2**a.bits + low for number in unclamped(a)]


def draw_quotients(random: Random, low: float, high: float) -> list[float]:
    """Quotients between the limits that are not near a half."""
    count = random.randint(3, 6)
    return [random.randint(int(low), int(high)) + random.uniform(-0.4, 0.4) for _ in range(count)]


def draw_quantize(random: Random, low: float, high: float, **options: int) -> Case:
    """Values whose quotients lie between the limits."""
    scale = round(random.uniform(0.01, 0.9), 3)
    quotients = draw_quotients(random, low, high)
    return case([quotient * scale for quotient in quotients], scale, **options)


def draw_halves(random: Random) -> Case:
    """Quotients that are halves, of either kind and sign."""
    scale = random.choice((0.125, 0.25, 0.5, 1.0, 2.0))
    wholes = [2 * random.randint(0, 9), 2 * random.randint(-9, -1), 2 * random.randint(0, 9) + 1]
    return case([(whole + 0.5) * scale for whole in random.sample(wholes, k=3)], scale)


def draw_fewer(random: Random) -> Case:
    """Values for a small grid; some lie beyond its ends."""
    bits = random.randint(2, 6)
    low, high = limits(bits)
    return draw_quantize(random, 1.5 * low, 1.5 * high, bits=bits)


def draw_shifted(random: Random) -> Case:
    """A zero point that is even and not 0; some values lie beyond the ends."""
    bits = random.choice((4, 8))
    low, high = limits(bits)
    zero_point = 2 * random.choice([half for half in range(low // 2, high // 2 + 1) if half])
    return draw_quantize(
        random, low - zero_point - 2, high - zero_point + 2, zero_point=zero_point, bits=bits)


QUANTIZE = Function(
    quantize,
    parts=(
        Part("to the nearest", 2,
            (case([3, -2], 1.0), case([0.9, 2.2, -1.2, -2.7], 1.0),
             case([0.34, -0.18, 0.07], 0.1), case([0.3, -1.2, 0.7], 0.0097)),
            lambda random: draw_quantize(random, -90, 90)),
        Part("halves", 1,
            (case([0.5, 1.5, 2.5], 1.0), case([-0.5, -1.5, -2.5], 1.0),
             case([0.125, -0.375, 0.625, 0.3], 0.25)),
            draw_halves),
        Part("beyond the ends", 1,
            (case([200, -200, 5], 1.0), case([-12.8, -12.9, 12.7, 12.81], 0.1),
             case([64, 63.6, -64.2, -70], 0.5), case([150, -37.8, -300], 2.0)),
            lambda random: draw_quantize(random, -250, 250)),
        Part("fewer bits", 1,
            (case([3, -2, 9, -30], 1.0, bits=4), case([0.4, -0.25, 0.05, -0.8], 0.2, 0, 2),
             case([0.3, -1.2, 0.7], 0.4, bits=3)),
            draw_fewer),
        Part("zero point", 1,
            (case([0, 1, 3], 1.0, zero_point=-8, bits=4), case([0.5, 2.0, -1.0], 0.25, 10),
             case([0, 0.51, 2.5, 25.6], 0.1, zero_point=-128), case([-3.3, 0.4, 3], 1.1, 4, 4)),
            draw_shifted),
    ),
    mistakes=(
        Mistake("cut off", through(trunc),
            "You cut the fraction off, as `int` does: every value moves towards 0. Rounding goes "
            "to the nearest whole number."),
        Mistake("rounded down", through(floor),
            "You always rounded down. Rounding goes to the nearest whole number, up or down."),
        Mistake("rounded up", through(ceil),
            "You always rounded up. Rounding goes to the nearest whole number, up or down."),
        Mistake("halves up", through(half_up),
            "You round every half up. `torch.round` does not: ask it about 0.5, 1.5 and 2.5.",
            praise="Right where no quotient is a half."),
        Mistake("halves away from 0", through(half_away),
            "You round every half away from 0. `torch.round` does not: ask it about 0.5, 1.5 and "
            "2.5.",
            praise="Right where no quotient is a half."),
        Mistake("not rounded",
            lambda a: clamped(
                [value / a.scale + a.zero_point for value in a.values], *limits(a.bits)),
            "You did not round. What is stored are whole numbers.", is_two=True),
        Mistake("not clamped", unclamped,
            "Some of your numbers do not fit into so many bits. What lies beyond an end of the "
            "grid is put on that end.",
            praise="Right where all of them fit."),
        Mistake("wrapped round", wrapped,
            "You kept the lowest bits, so what lies beyond one end comes back at the other. It is "
            "to stay on the end that it lies beyond."),
        Mistake("lowest number left out", within(lambda bits: -largest(bits), largest),
            "You clamped to the same number on both sides. There is one negative number more, and "
            "this function uses it.",
            praise="Right but for the lowest number."),
        Mistake("one too many at the top",
            within(lambda bits: limits(bits)[0], lambda bits: largest(bits) + 1),
            "Your largest number is one too large: with its sign it does not fit into so many "
            "bits."),
        Mistake("one too many at both ends",
            within(lambda bits: limits(bits)[0] - 1, lambda bits: largest(bits) + 1),
            "Both of your limits are one too far out. How many different numbers lie between them, "
            "and how many can so many bits write?"),
        Mistake("no sign", within(lambda bits: 0, lambda bits: 2**bits - 1),
            "You clamped to numbers without a sign, from 0 upwards. Here one bit is for the sign."),
        Mistake("a bit too many", lambda a: a(bits=a.bits + 1),
            "Your limits are twice as far out as they should be. One of the bits is for the sign."),
        Mistake("values clamped",
            lambda a: a(values=clamped(a.values, *limits(a.bits))),
            "You clamped the values before dividing. The limits are those of the whole numbers."),
        Mistake("always 8 bits", as_if(bits=8),
            "`bits` is an argument: with fewer bits the grid ends sooner.",
            praise="Right for 8 bits."),
        Mistake("zero point ignored", as_if(zero_point=0),
            "The whole numbers are shifted by `zero_point`: that is the number that stands for 0.",
            praise="Right for `zero_point=0`."),
        Mistake("zero point subtracted",
            lambda a: clamped(
                [number - 2 * a.zero_point for number in unclamped(a)], *limits(a.bits)),
            "You subtracted the zero point. It is the whole number that stands for the value 0.",
            praise="Right for `zero_point=0`."),
        Mistake("zero point added to the values",
            lambda a: a(values=[value + a.zero_point for value in a.values], zero_point=0),
            "You added the zero point to the values. It counts whole steps, so where does it "
            "belong?",
            praise="Right for `zero_point=0`."),
        Mistake("clamped before the shift",
            lambda a: [number + a.zero_point for number in a(zero_point=0)],
            "You clamped first and shifted then. What is stored is the shifted number: that one "
            "has to fit.",
            praise="Right for `zero_point=0`."),
        Mistake("multiplied by the scale",
            lambda a: a(values=[value * a.scale * a.scale for value in a.values]),
            "You multiplied by the scale. It is the length of one step: how many of them fit into "
            "the value?"),
        Mistake("rounded too early", lambda a: a(values=list(map(round, a.values))),
            "You rounded the values and divided then. Whole is the quotient, not the value."),
        Mistake("scale rounded down",
            lambda a: a(values=[value * a.scale / max(floor(a.scale), 1) for value in a.values]),
            "You made the scale a whole number before you divided. It is a length like any "
            "other."),
        Mistake("and back again",
            lambda a: [(number - a.zero_point) * a.scale for number in a()],
            "You went back to the values at once: that is the next exercise. Asked are the whole "
            "numbers."),
        Mistake("sign lost", lambda a: a(values=list(map(abs, a.values))),
            "You lost the signs. The whole numbers have the signs of the values, but for the "
            "zero point."),
    ),
    hints=(
        "Four steps for each value: divide, round, shift, clamp. In this order.",
        "Python's own `round` treats halves as `torch.round` does; `int` only cuts off.",
        "`min(max(q, low), high)` clamps. What are `low` and `high` for 4 bits? There are 16 "
        "numbers, and one of them is 0.",
    ),
)


# And back.


def draw_dequantize(random: Random, zero_point: int = 0) -> Case:
    """A few whole numbers, negative ones too."""
    ints = random.sample(range(-128, 128), k=random.randint(3, 6))
    return case(ints, round(random.uniform(0.01, 0.9), 4), *([zero_point] if zero_point else []))


DEQUANTIZE = Function(
    dequantize,
    parts=(
        Part("no zero point", 1,
            (case([1], 0.5), case([3, -2, 0], 0.25), case([127, -127, 31, 1], 0.0097123456)),
            draw_dequantize),
        Part("zero point", 1,
            (case([0, -8, 7], 0.5, zero_point=-8), case([12, 18, 6], 0.25, 10),
             case([-128, -123, 127], 0.1234567, -128)),
            lambda random: draw_dequantize(
                random, random.choice((-1, 1)) * random.randint(1, 100))),
    ),
    mistakes=(
        Mistake("zero point ignored", as_if(zero_point=0),
            "`zero_point` is the whole number that stands for 0. Your answer never changes with "
            "it.",
            praise="Right without a zero point."),
        Mistake("zero point added", lambda a: a(zero_point=-a.zero_point),
            "You added the zero point. `quantize` added it; on the way back it has to go.",
            praise="Right without a zero point."),
        Mistake("zero point not scaled",
            lambda a: [value - a.zero_point for value in a(zero_point=0)],
            "You multiplied first and took the zero point away then. It is a whole number of "
            "steps, as the others are.",
            praise="Right without a zero point."),
        Mistake("zero point not scaled and added",
            lambda a: [value + a.zero_point for value in a(zero_point=0)],
            "You added the zero point to the values. It is a whole number of steps, and on the way "
            "back it has to go.",
            praise="Right without a zero point.", is_two=True),
        Mistake("from the wrong side", lambda a: [-value for value in a()],
            "All your signs are turned round. Which of the two is taken from which?"),
        Mistake("divided by the scale",
            lambda a: [value / a.scale / a.scale for value in a()],
            "You divided by the scale. A whole number counts steps, and the scale is the length of "
            "one."),
        Mistake("scale added",
            lambda a: [number - a.zero_point + a.scale for number in a.ints],
            "You added the scale. It is the length of one step, and the whole number says how many "
            "steps there are."),
        Mistake("steps only", lambda a: [number - a.zero_point for number in a.ints],
            "You counted the steps. How long is each of them?"),
        Mistake("rounded", lambda a: list(map(round, a())),
            "You rounded. The way back leads to values, which need not be whole."),
        Mistake("quantised once more", lambda a: quantize(a.ints, a.scale, a.zero_point),
            "You did the way there once more: you divided and rounded. The way back undoes it."),
        Mistake("first number only", lambda a: a()[:1],
            "You stopped after the first number. Does a `return` stand inside your loop?"),
        Mistake("sum", lambda a: sum(a()),
            "You added everything up to one number. Asked is a value for each whole number."),
    ),
    hints=(
        "`quantize` divides and then shifts. The way back undoes the last step first.",
        "Which value does the number `zero_point` itself stand for?",
    ),
)


# The bytes.


def groups_of(a: Asked) -> int:
    """How many scales there are."""
    return quantized_bytes(a.num_weights, 0, a.group_size, scale_bytes=1)


def bytes_of_scales(a: Asked) -> int:
    """The bytes of the scales alone."""
    return groups_of(a) * int(a.scale_bytes)


def packed_bytes(a: Asked) -> int:
    """The bytes of the weights alone."""
    return quantized_bytes(a.num_weights, a.bits, scale_bytes=0)


def with_scales(weights: Callable[[Asked], float]) -> Rule:
    """The scales as they are asked for, beside other bytes of the weights."""
    return lambda a: a() - packed_bytes(a) + weights(a)


def with_weights(count: Callable[[Asked], float]) -> Rule:
    """The weights as they are asked for, beside another number of scales."""
    def rule(a: Asked) -> float:
        one = a(num_weights=2, group_size=1) - a(num_weights=2, group_size=2)
        return float(a() + (count(a) - groups_of(a)) * one)

    return rule


def with_gaps(a: Asked) -> int:
    """Bytes of which each holds as many whole weights as fit; a larger weight takes two."""
    each = max(8 // a.bits, 1)
    return quantized_bytes(ceil(a.num_weights / each), whole_bytes(a.bits), scale_bytes=0)


def whole_bytes(bits: int) -> int:
    """The bits of the bytes that so many bits need."""
    return 8 * ceil(bits / 8)


def group_by_group(a: Asked) -> int:
    """The weights of each group rounded up to whole bytes."""
    size: int = a.group_size or a.num_weights
    whole, rest = divmod(int(a.num_weights), size)
    one = quantized_bytes(size, a.bits, scale_bytes=0)
    return whole * one + (quantized_bytes(rest, a.bits, scale_bytes=0) if rest else 0)


def draw_bytes(random: Random, whole: bool, **scale_bytes: int) -> Case:
    """Weights in groups; the last group is smaller unless all are whole."""
    bits, size = random.choice((2, 3, 4, 5, 6, 8)), random.choice((8, 16, 32, 64, 128))
    rest = 0 if whole else random.randint(1, size - 1)
    return case(random.randint(3, 90) * size + rest, bits, size, **scale_bytes)


BYTES = Function(
    quantized_bytes,
    question=lambda a: (
        f"{asking.count(a.num_weights, 'weight')} of {asking.count(a.bits, 'bit')}, packed without "
        f"gaps, with a scale of {asking.count(a.scale_bytes, 'byte')}{asking.groups(a)}. "
        "How many bytes?"),
    parts=(
        Part("one scale", 1, (case(1, 8), case(10, 4), case(64, bits=16), case(6_738_415_616, 4)),
            lambda random: case(8 * random.randint(2, 900), random.randint(1, 16))),
        Part("not whole bytes", 1, (case(3, 4), case(5, 3), case(1, 1), case(33, 12), case(7, 10)),
            lambda random: case(2 * random.randint(5, 900) + 1, random.choice((1, 3, 5, 7, 9)))),
        Part("groups", 2,
            (case(64, 4, 32), case(48, 8, group_size=16), case(100, 4, 32), case(10, 3, 5),
             case(30, 2, 7), case(5, 4, 8), case(4096, 4, 128)),
            lambda random: draw_bytes(random, random.random() < 0.3)),
        Part("other scales", 1,
            (case(64, 4, 32, scale_bytes=4), case(100, 3, 16, 1), case(9, 4, scale_bytes=4),
             case(40, 4, None, 8)),
            lambda random: draw_bytes(
                random, random.random() < 0.5, scale_bytes=random.choice((1, 3, 4, 8)))),
    ),
    mistakes=(
        Mistake("scales forgotten", as_if(scale_bytes=0),
            "You counted the weights. Without their scale nobody can turn them back into values: "
            "it is stored too."),
        Mistake("bits taken for bytes", lambda a: a(bits=8 * a.bits),
            "You took the bits of a weight for bytes. A byte has 8 bits."),
        Mistake("bits, not bytes",
            lambda a: a(bits=8 * a.bits, scale_bytes=8 * a.scale_bytes),
            "You returned bits. This course counts bytes, as `tensor.nbytes` does; a byte has 8 "
            "bits."),
        Mistake("bytes of a scale taken for bits",
            with_scales(lambda a: ceil((a.num_weights * a.bits + bytes_of_scales(a)) / 8)
                - bytes_of_scales(a)),
            "You divided the scales by 8 together with the weights. `scale_bytes` counts bytes "
            "already."),
        Mistake("one byte a weight", as_if(bits=8),
            "You gave each weight a whole byte, whatever `bits` is.",
            praise="Right for 8 bits."),
        Mistake("a whole byte at least", lambda a: a(bits=whole_bytes(a.bits)),
            "You gave each weight whole bytes of its own. Packed without gaps, a byte can hold "
            "parts of several weights."),
        Mistake("gaps", with_scales(with_gaps),
            "You put whole weights into each byte and left the rest of it empty. Packed without "
            "gaps, a weight may begin in one byte and end in the next."),
        Mistake("last byte forgotten", with_scales(lambda a: a.num_weights * a.bits // 8),
            "You rounded down. The last bits take a byte too, even if they do not fill it.",
            praise="Right where the bits fill whole bytes."),
        Mistake("always a byte more", with_scales(lambda a: a.num_weights * a.bits // 8 + 1),
            "You add a byte even where the bits fill whole bytes. Round up, but only where "
            "something is left over."),
        Mistake("not rounded", with_scales(lambda a: a.num_weights * a.bits / 8),
            "You returned a part of a byte. The last bits take a whole one.",
            praise="Right where the bits fill whole bytes.", is_two=True),
        Mistake("rounded up for each group", with_scales(group_by_group),
            "You rounded up to whole bytes in each group. The weights of the next group go on in "
            "the same byte: round once, at the end."),
        Mistake("group size ignored", as_if(group_size=None),
            "You counted one scale for all weights. Each group has a scale of its own.",
            praise="Right where there are no groups."),
        Mistake("last group forgotten",
            with_weights(lambda a: a.num_weights // (a.group_size or a.num_weights)),
            "You forgot the last group where it is smaller than the others. It has a scale too.",
            praise="Right where all groups are whole."),
        Mistake("always a group more",
            with_weights(lambda a: a.num_weights // a.group_size + 1 if a.group_size else 1),
            "You add a group even where all groups are whole. Round up, but only where weights are "
            "left over."),
        Mistake("part of a scale",
            with_weights(lambda a: a.num_weights / (a.group_size or a.num_weights)),
            "You counted a part of a scale for the last group. However small it is, its scale is "
            "a whole one.",
            praise="Right where all groups are whole.", is_two=True),
        Mistake("no scale for None",
            with_weights(lambda a: groups_of(a) if a.group_size else 0),
            "Where `group_size` is None you counted no scale at all. Then all weights share one.",
            praise="Right for groups."),
        Mistake("a scale for each weight", as_if(group_size=1),
            "You counted a scale for each weight. The weights of a group share one."),
        Mistake("group size taken for the number of groups",
            with_weights(lambda a: a.group_size or 1),
            "You counted as many scales as there are weights in a group. How many groups are "
            "there?"),
        Mistake("scales always 16 bits", as_if(scale_bytes=2),
            "`scale_bytes` is an argument: a scale may be kept in another format.",
            praise="Right for scales of 2 bytes."),
        Mistake("scales always 32 bits", as_if(scale_bytes=4),
            "You counted scales of 32 bits. `scale_bytes` says how many bytes one takes."),
        Mistake("scales counted twice", lambda a: a(scale_bytes=2 * a.scale_bytes),
            "You counted something as large as the scales a second time. Is it a zero point? There "
            "is none here: the grid is symmetric."),
        Mistake("zero points of a few bits",
            with_scales(lambda a: packed_bytes(a.but(num_weights=a.num_weights + groups_of(a)))),
            "You counted a zero point for each group, as large as a weight. There is none here: "
            "the grid is symmetric."),
        Mistake("number of weights", as_if(bits=8, scale_bytes=0),
            "You returned the number of weights. How many bits does each of them take?"),
    ),
    hints=(
        "Two sums: the bytes of the weights, and the bytes of the scales. Find each alone.",
        "How many bits have all weights together? A byte that is only partly used is a whole byte: "
        "`-(-bits // 8)` or `math.ceil` rounds up.",
        "100 weights in groups of 32: how many groups, and how large is the last one?",
    ),
)


# Bits a weight.


def share(a: Asked) -> float:
    """What the scale adds to each weight, in bits."""
    return float(a() - a.bits)


def draw_share(random: Random, **scale_bytes: int) -> Case:
    """Sizes of groups that are used."""
    return case(random.randint(2, 8), random.choice((16, 24, 48, 64, 96, 256)), **scale_bytes)


PER_WEIGHT = Function(
    bits_per_weight,
    question=lambda a: (
        f"Weights of {asking.count(a.bits, 'bit')} in groups of {a.group_size}, each group with "
        f"a scale of {asking.count(a.scale_bytes, 'byte')}. How many bits does a weight take?"),
    parts=(
        Part("scales of 16 bits", 1,
            (case(4, 16), case(4, 32), case(8, 64), case(3, 20), case(2, 48)), draw_share),
        Part("other scales", 1,
            (case(4, 32, scale_bytes=4), case(4, 64, 1), case(2, 96, 4), case(5, 1, 2)),
            lambda random: draw_share(random, scale_bytes=random.choice((1, 3, 4, 8)))),
    ),
    mistakes=(
        Mistake("scale forgotten", lambda a: a.bits,
            "You left the scale out. The weights of a group share it, so each has to pay its "
            "part."),
        Mistake("bytes of the scale taken for bits", lambda a: a.bits + share(a) / 8,
            "You took the bytes of the scale for bits. A byte has 8 bits."),
        Mistake("whole scale for each weight", as_if(group_size=1),
            "You added the whole scale to each weight. All the weights of a group share one."),
        Mistake("bytes, not bits", lambda a: a() / 8,
            "You returned bytes. Asked are bits."),
        Mistake("bits of the whole group", lambda a: a() * a.group_size,
            "You counted the bits of a whole group. Asked are those of one weight."),
        Mistake("bytes of the whole group", lambda a: a() * a.group_size / 8,
            "You counted the bytes of a whole group. Asked are the bits of one weight."),
        Mistake("weight shared out as well", lambda a: (a.bits + share(a) * a.group_size)
                / a.group_size,
            "You divided the bits of the weight by the group as well. Only the scale is shared."),
        Mistake("scales always 16 bits", as_if(scale_bytes=2),
            "`scale_bytes` is an argument: a scale may be kept in another format.",
            praise="Right for scales of 2 bytes."),
        Mistake("scales always 32 bits", as_if(scale_bytes=4),
            "You counted scales of 32 bits. `scale_bytes` says how many bytes one takes."),
        Mistake("zero point as large as the scale", lambda a: a(scale_bytes=2 * a.scale_bytes),
            "You counted something as large as the scale a second time. Is it a zero point? There "
            "is none here."),
        Mistake("zero point as large as a weight", lambda a: a() + a.bits / a.group_size,
            "You counted a zero point for each group, as large as a weight. There is none here."),
        Mistake("whole numbers only", lambda a: a.bits + int(share(a)),
            "You dropped the fraction: `//` does that. A share of a bit is fine here, it is an "
            "average.",
            praise="Right where the share is whole."),
        Mistake("rounded", lambda a: round(a()),
            "You rounded. A share of a bit is fine here, it is an average.",
            praise="Right where the share is whole."),
        Mistake("group over scale", lambda a: a.bits + 1 / share(a),
            "Upside down: you divided the weights of a group by the bits of the scale."),
        Mistake("share only", share,
            "You returned what the scale adds. The weight itself has bits too."),
        Mistake("multiplied", lambda a: a.bits * share(a),
            "You multiplied where something is to be added: a weight has its own bits, and its "
            "share of the scale."),
    ),
    hints=(
        "Take one group. How many bits have its weights together, and how many has its scale?",
        "Divide all the bits of a group among its weights.",
    ),
    by_definition=True,
)

LESSON = Lesson("23-fewer-bits", (SCALE, QUANTIZE, DEQUANTIZE, BYTES, PER_WEIGHT))
