"""Random calls on which the answers of lesson 24 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 9)
sides = size | st.tuples(size, size)


@st.composite
def images(draw):
    patch_size, down, right = draw(st.integers(1, 4)), draw(size), draw(size)
    number = st.integers(-9, 9) | st.floats(-9, 9)
    row = st.lists(number, min_size=right * patch_size, max_size=right * patch_size)
    rows = st.lists(row, min_size=down * patch_size, max_size=down * patch_size)
    return {"image": draw(rows), "patch_size": patch_size}


@st.composite
def divided(draw):
    """An image and a patch that divides it, each a number or a pair."""
    patch, times = draw(sides), draw(sides)
    if isinstance(patch, int) and isinstance(times, int):
        return {"image_size": patch * times, "patch_size": patch}
    (height, width), (down, right) = (x if isinstance(x, tuple) else (x, x) for x in (patch, times))
    if height * down == width * right and draw(st.booleans()):
        return {"image_size": height * down, "patch_size": patch}
    return {"image_size": (height * down, width * right), "patch_size": patch}


@st.composite
def networks(draw):
    numbers = {
        "embed_dim": draw(st.integers(1, 40)),
        "depth": draw(st.integers(1, 4)),
        "mlp_dim": draw(st.integers(1, 90)),
    }
    optional = {"num_classes": st.integers(1, 20), "in_channels": st.integers(1, 5)}
    return {**draw(divided()), **numbers, **draw(st.fixed_dictionaries({}, optional=optional))}


@st.composite
def tokens(draw):
    return {
        **draw(divided()),
        **draw(st.fixed_dictionaries({}, optional={"class_token": st.booleans()})),
    }


CALLS = {
    "patchify": images(),
    "vit_tokens": tokens(),
    "patch_embedding_params": st.fixed_dictionaries(
        {"in_channels": size, "patch_size": sides, "embed_dim": st.integers(1, 99)}
    ),
    "vit_params": networks(),
}
