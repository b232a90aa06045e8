"""Model answers of lesson 10 in plain arithmetic, and the calls on which they must be right."""

from math import prod

from hypothesis import strategies as st

size = st.integers(1, 512)
mean = st.floats(-100, 100)
normalized_shape = st.integers(1, 99) | st.lists(st.integers(1, 9), min_size=1, max_size=4).map(
    tuple
)


def batchnorm_params(num_features, affine=True):
    return 2 * num_features if affine else 0


def batchnorm_buffers(num_features, track_running_stats=True):
    if not track_running_stats:
        return 0
    batch_counter = 1
    return num_features + num_features + batch_counter


def running_mean(previous, batch_mean, momentum=0.1):
    return (1 - momentum) * previous + momentum * batch_mean


def places(normalized_shape):
    if isinstance(normalized_shape, int):
        return normalized_shape
    return prod(normalized_shape)


def layernorm_params(normalized_shape, elementwise_affine=True, bias=True):
    if not elementwise_affine:
        return 0
    weight = places(normalized_shape)
    return 2 * weight if bias else weight


def groupnorm_params(num_groups, num_channels, affine=True):
    return 2 * num_channels if affine else 0


def rmsnorm_params(normalized_shape):
    return places(normalized_shape)


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


CALLS = {
    batchnorm_params: st.fixed_dictionaries(
        {"num_features": size}, optional={"affine": st.booleans()}
    ),
    batchnorm_buffers: st.fixed_dictionaries(
        {"num_features": size}, optional={"track_running_stats": st.booleans()}
    ),
    running_mean: st.fixed_dictionaries(
        {"previous": mean, "batch_mean": mean}, optional={"momentum": st.floats(0, 1)}
    ),
    layernorm_params: st.fixed_dictionaries(
        {"normalized_shape": normalized_shape},
        optional={"elementwise_affine": st.booleans(), "bias": st.booleans()},
    ),
    groupnorm_params: groups(),
    rmsnorm_params: st.fixed_dictionaries({"normalized_shape": normalized_shape}),
}
