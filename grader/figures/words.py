"""Numbers and tensors as text, for cells and alt texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

LETTERS_PER_CELL = 5


def stack(tensor: Tensor) -> list[list[list[str]]]:
    """The tensor as a list of grids of cell texts."""
    while tensor.dim() < 3:
        tensor = tensor.unsqueeze(0)
    return [[[short(value) for value in row] for row in grid] for grid in tensor.tolist()]


def number(value: float) -> str:
    """At most three significant digits, with a real minus sign."""
    return f"{value:.3g}".replace("-", "−")


def short(value: float) -> str:
    """A number for a cell: five characters, if need be with fewer significant digits."""
    if 1000 <= abs(value) < 100_000:
        return f"{value:.0f}".replace("-", "−")
    texts = [f"{value:.{digits}g}".replace("-", "−") for digits in (3, 2, 1)]
    return next((text for text in texts if len(text) <= LETTERS_PER_CELL), texts[-1])


def describe(name: str, tensor: Tensor) -> str:
    """The tensor in words, for an alt text."""
    values = ", ".join(number(value) for value in tensor.flatten().tolist()[:24])
    more = ", and so on" if tensor.numel() > 24 else ""
    return f"{name} of shape {tuple(tensor.shape)}: {values}{more}"


def in_words(**named: Tensor) -> str:
    """Several tensors in words."""
    return "; ".join(describe(name, tensor) for name, tensor in named.items())


def sizes(size: Any) -> tuple[int, ...]:
    """A size for each direction; PyTorch keeps it as it was given, one number or several."""
    return tuple(size) if isinstance(size, list | tuple) else (size, size)
