"""What a model needs, beside what a graphics card has; and what hours of it come to."""

from __future__ import annotations

from collections.abc import Mapping

from grader.figures.canvas import EDGE, FAINT, Canvas, Picture, width_of

__all__ = ["on_a_card", "prices"]

LONGEST = 12.0  # cells
MOST_CARDS = 3  # as long as the longest bar; a longer one is cut off
HEIGHT = 0.9
STEP = 1.3
ROLES = {
    "weights": "weight",
    "cache": "output",
    "adapters": "accent",
    "gradients": "accent",
    "moments": "bias",
}


def on_a_card(uses: Mapping[str, Mapping[str, int]], card: int = 24, name: str = "") -> Picture:
    """A bar of bytes for each use of a model, and a line where the card's memory ends.

    Args:
        uses: bytes in pieces, as `grader.course.costs.memory` has them.
        card: its gigabytes, of 2³⁰ bytes each, as those who sell cards count.
        name: of the model.
    """
    room = card * 2**30
    longest = min(max(sum(pieces.values()) for pieces in uses.values()), MOST_CARDS * room)
    scale = LONGEST / max(longest, room)
    start = max(width_of(use, weight="bold") for use in uses) + 0.4
    canvas = Canvas()
    told = []
    for number, (use, pieces) in enumerate(uses.items()):
        total = sum(pieces.values())
        _bar(canvas, start, number * STEP, pieces, scale)
        canvas.title(0, number * STEP + HEIGHT / 2, use)
        fits = "fits" if total <= room else "does not fit"
        end = start + min(total * scale, LONGEST) + (0.25 if total * scale <= LONGEST else 0.75)
        text = f"{gigabytes(total)}  {fits}"
        _behind_the_line(canvas, max(end, start), number * STEP, text, start + room * scale)
        parts = ", ".join(f"{piece} {gigabytes(size)}" for piece, size in pieces.items())
        told.append(f"{use}: {parts}, together {gigabytes(total)}, {fits}")
    x, bottom = start + room * scale, (len(uses) - 1) * STEP + HEIGHT + 0.35
    canvas.line(x, -0.4, bottom, "accent")
    words = f"a card of {card} GB ends here, at {gigabytes(room)}"
    canvas.text(x, -0.75, words, align="center", colour=EDGE["accent"])
    _legend(canvas, start, bottom + 0.5, uses)
    if name:
        canvas.title(0, -0.75, name)
    return canvas.picture(f"{name or 'A model'} and a card of {card} GB. " + "; ".join(told))


def _bar(canvas: Canvas, start: float, top: float, pieces: Mapping[str, int], scale: float) -> None:
    """Its pieces one behind the other; what is longer than the sheet ends in an arrow."""
    left = 0.0
    for piece, size in pieces.items():
        width = min(size * scale, LONGEST - left)
        if width > 0:
            canvas.cell(start + left, top, "", ROLES[piece], max(width, 0.02), HEIGHT)
        left += width
    if sum(pieces.values()) * scale > LONGEST * 1.001:
        middle = top + HEIGHT / 2
        canvas.arrow((start + LONGEST, middle), (start + LONGEST + 0.6, middle), "unused")


def _behind_the_line(canvas: Canvas, x: float, top: float, text: str, line: float) -> None:
    """A number behind its bar, or behind the line that it would cross."""
    if x - 0.1 < line < x + width_of(text, 10) + 0.1:
        x = line + 0.2
    canvas.text(x, top + HEIGHT / 2, text, size=10)


def _legend(canvas: Canvas, x: float, y: float, uses: Mapping[str, Mapping[str, int]]) -> None:
    """The pieces by their colours; pieces of one colour stand in different bars."""
    named: dict[str, list[str]] = {}
    for piece in dict.fromkeys(piece for pieces in uses.values() for piece in pieces):
        named.setdefault(ROLES[piece], []).append(piece)
    for role, pieces in named.items():
        text = " or ".join(pieces)
        canvas.cell(x, y, "", role, 0.5, 0.5)
        canvas.text(x + 0.65, y + 0.25, text, size=10, colour=FAINT)
        x += 1.4 + width_of(text, 10)


def gigabytes(size: int) -> str:
    """Bytes as one says them; a gigabyte is 1,000,000,000 of them."""
    return f"{size / 1e9:,.1f} GB" if size >= 10**8 else f"{size / 1e9:,.3f} GB"


def prices(hours: Mapping[str, float], price: float, currency: str = "$") -> Picture:
    """A bar for each of these hours of one graphics card, at a price an hour."""
    most = max(hours.values())
    start = max(width_of(name, weight="bold") for name in hours) + 0.4
    canvas = Canvas()
    told = []
    for number, (name, time) in enumerate(hours.items()):
        top, width = number * STEP, LONGEST * time / most
        canvas.title(0, top + HEIGHT / 2, name)
        canvas.cell(start, top, "", "weight", max(width, 0.02), HEIGHT)
        text = f"{time:,.0f} hours = {currency} {time * price:,.0f}"
        canvas.text(start + width + 0.25, top + HEIGHT / 2, text, size=10)
        told.append(f"{name}: {text}")
    return canvas.picture(f"At {currency} {price:g} an hour. " + "; ".join(told))
