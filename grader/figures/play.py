"""A picture that follows the hand: a slider for each number it depends on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from grader.practice.presence import someone_is_there

__all__ = ["play"]

Range = tuple[float, ...] | Sequence[Any]


def play(picture: Callable[..., Any], **arguments: Range) -> Any:
    """Show `picture` with a slider for each argument; it is drawn anew when one moves.

    Where nobody can move a slider (a notebook that is built, tested, graded or printed), the
    first picture stands alone.

    Args:
        picture: a function of these arguments that returns something to look at. Its defaults
            are where the sliders stand at first; without one, at the lowest value.
        **arguments: `(low, high)` or `(low, high, step)` for a slider, a list of values to
            choose from.

    Returns:
        The first picture where nobody is there, else None: all has been displayed.

    Raises:
        TypeError: if an argument is not one of `picture`.
    """
    start = {name: _start(picture, name, values) for name, values in arguments.items()}
    first = picture(**start)
    if not someone_is_there():
        return first
    _show(picture, first, {name: (arguments[name], start[name]) for name in arguments})
    return None


def _start(picture: Callable[..., Any], name: str, values: Range) -> Any:
    parameter = inspect.signature(picture).parameters.get(name)
    if parameter is None:
        raise TypeError(f"`play` got a range for `{name}`, which is no argument of its picture.")
    return values[0] if parameter.default is parameter.empty else parameter.default


def _show(
    picture: Callable[..., Any], first: Any, sliders: Mapping[str, tuple[Range, Any]]
) -> None:
    """Sliders, and below them the picture as an output of its own: it is kept when the notebook is
    saved, as sliders are not."""
    import ipywidgets
    from IPython.display import HTML, display

    controls = {name: _control(name, *each) for name, each in sliders.items()}
    display(ipywidgets.VBox(list(controls.values())))
    shown = display(first, display_id=True)

    def draw(_: Any) -> None:
        try:
            new = picture(**{name: control.value for name, control in controls.items()})
        except Exception as error:  # a layer that PyTorch does not build, in PyTorch's own words
            new = HTML(f"<p><strong>Not possible:</strong> {escape(str(error))}</p>")
        shown.update(new)

    for control in controls.values():
        control.observe(draw, names="value")


def _control(name: str, values: Range, start: Any) -> Any:
    import ipywidgets

    style = {"description_width": "9em"}
    layout = ipywidgets.Layout(width="30em", max_width="100%")
    common = {"description": name, "style": style, "layout": layout, "value": start}
    if isinstance(values, list):
        return ipywidgets.SelectionSlider(options=values, **common)
    low, high, *step = values
    whole = all(isinstance(value, int) for value in (*values, start))
    kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
    size = step[0] if step else 1 if whole else (high - low) / 20
    return kind(min=low, max=high, step=size, **common)
