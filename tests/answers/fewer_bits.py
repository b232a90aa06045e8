"""Random calls on which the answers of lesson 23 must be right."""

from hypothesis import strategies as st

# Large enough beside each other that no sum of theirs is lost in the other's last digit.
size = st.floats(1e-3, 1e3) | st.integers(1, 1000)


@st.composite
def scale_calls(draw):
    values = draw(st.lists(size | size.map(lambda value: -value) | st.just(0), max_size=6))
    values.insert(draw(st.integers(0, len(values))), draw(size))
    arguments = {"values": values}
    if draw(st.booleans()):
        arguments["bits"] = draw(st.integers(2, 8))
    return arguments


@st.composite
def quantize_calls(draw):
    """Quotients away from halves; or halves, with a scale that divides without a rest."""
    bits = draw(st.integers(2, 8))
    half = 2 ** (bits - 1)
    whole = st.integers(-3 * half, 3 * half)
    if draw(st.booleans()):
        scale = draw(st.sampled_from((0.125, 0.25, 0.5, 1.0, 2.0)))
        quotients = st.tuples(whole, st.sampled_from((0, 0.5)))
        zero_points = st.integers(-half // 2, (half - 1) // 2).map(lambda number: 2 * number)
    else:
        scale = draw(st.floats(0.001, 50))
        quotients = st.tuples(whole, st.floats(-0.45, 0.45))
        zero_points = st.integers(-half, half - 1)
    values = [(q + rest) * scale for q, rest in draw(st.lists(quotients, min_size=1, max_size=6))]
    arguments = {"values": values, "scale": scale}
    if draw(st.booleans()):
        arguments["zero_point"] = draw(zero_points)
    return arguments if bits == 8 and draw(st.booleans()) else arguments | {"bits": bits}


CALLS = {
    "symmetric_scale": scale_calls(),
    "quantize": quantize_calls(),
    "dequantize": st.fixed_dictionaries(
        {
            "ints": st.lists(st.integers(-128, 127), min_size=1, max_size=6),
            "scale": st.floats(0.001, 50),
        },
        optional={"zero_point": st.integers(-128, 127)},
    ),
    "quantized_bytes": st.fixed_dictionaries(
        {"num_weights": st.integers(1, 10**10) | st.integers(1, 300), "bits": st.integers(1, 16)},
        optional={
            "group_size": st.none() | st.integers(1, 300),
            "scale_bytes": st.integers(1, 8),
        },
    ),
    "bits_per_weight": st.fixed_dictionaries(
        {"bits": st.integers(1, 16), "group_size": st.integers(1, 300)},
        optional={"scale_bytes": st.integers(1, 8)},
    ),
}
