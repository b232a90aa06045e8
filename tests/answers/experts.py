"""Random calls on which the answers of lesson 21 must be right."""

from hypothesis import strategies as st

size = st.integers(1, 60)
logit = st.integers(-1000, 1000) | st.floats(-1000, 1000) | st.floats(-5, 5)


@st.composite
def route_calls(draw):
    """Logits of which no two are equal, nor so near that rounding makes them so."""
    logits = draw(st.lists(logit, min_size=1, max_size=8, unique_by=lambda z: round(z, 6)))
    return {"logits": logits, "top_k": draw(st.integers(1, len(logits)))}


@st.composite
def layers(draw, choice=True, **more):
    """A layer, and how many of its experts a token meets."""
    num_experts = draw(st.integers(1, 12))
    sizes = {"d_model": draw(size), "hidden_dim": draw(size), "num_experts": num_experts}
    if choice:
        sizes["top_k"] = draw(st.integers(1, num_experts))
    if draw(st.booleans()):
        sizes["num_shared"] = draw(st.integers(0, 4))
    return sizes | {name: draw(values) for name, values in more.items()}


CALLS = {
    "route": route_calls(),
    "moe_params": layers(choice=False),
    "moe_active_params": layers(),
    "moe_mult_adds": layers(tokens=st.integers(1, 50)),
}
