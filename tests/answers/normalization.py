"""Random calls on which the answers of lesson 10 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 512)
mean = st.floats(-100, 100)
normalized_shape = st.integers(1, 99) | st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    tuple
)


@st.composite
def groups(draw):
    num_groups = draw(st.integers(1, 16))
    arguments = {
        "num_groups": num_groups,
        "num_channels": num_groups * draw(st.integers(1, 16)),
    }
    if draw(st.booleans()):
        arguments["affine"] = draw(st.booleans())
    return arguments


exact = st.integers(-99, 99) | st.integers(-800, 800).map(lambda eighths: eighths / 8)

CALLS = {
    "normalize": st.fixed_dictionaries(
        {"values": st.lists(exact, min_size=1, max_size=12)}, optional={"eps": st.floats(1e-6, 10)}
    ),
    "batchnorm_params": st.fixed_dictionaries(
        {"num_features": size}, optional={"affine": st.booleans()}
    ),
    "batchnorm_buffers": st.fixed_dictionaries(
        {"num_features": size}, optional={"track_running_stats": st.booleans()}
    ),
    "running_mean": st.fixed_dictionaries(
        {"previous": mean, "batch_mean": mean}, optional={"momentum": st.floats(0, 1)}
    ),
    "layernorm_params": st.fixed_dictionaries(
        {"normalized_shape": normalized_shape},
        optional={"elementwise_affine": st.booleans(), "bias": st.booleans()},
    ),
    "groupnorm_params": groups(),
    "rmsnorm_params": st.fixed_dictionaries({"normalized_shape": normalized_shape}),
}
