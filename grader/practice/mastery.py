"""When a topic is known, and when it comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

ROUNDS = 30
SELDOM = 0.01  # how often guessing may pass for knowing within so many rounds
FEWEST = 3  # right answers in a row
DAYS = (1, 3, 7)  # until a known topic comes back, each time it was known still


@dataclass(frozen=True)
class Standing:
    """How somebody stands in a topic."""

    asked: int = 0
    right: int = 0
    in_a_row: int = 0
    known: int = 0  # how often in succession, on different days; 0: not now
    due: date | None = None  # when a known topic comes back
    mistakes: dict[str, int] = field(default_factory=dict)  # how often each was made

    def is_due(self, today: date) -> bool:
        """True if it is known, and time to ask again."""
        return self.due is not None and self.due <= today


def after(standing: Standing, right: bool, mistake: str, needed: int, today: date) -> Standing:
    """The standing after one more answer.

    Args:
        mistake: its name, '' for none or an unknown one.
        needed: right answers in a row until the topic is known.
    """
    made = dict(standing.mistakes)
    if mistake:
        made[mistake] = made.get(mistake, 0) + 1
    row = standing.in_a_row + 1 if right else 0
    now = replace(
        standing,
        asked=standing.asked + 1,
        right=standing.right + right,
        in_a_row=row,
        mistakes=made,
    )
    if not right:
        return replace(now, known=0, due=None)
    if standing.is_due(today) or (not standing.known and row >= needed):
        wait = DAYS[min(standing.known, len(DAYS) - 1)]
        return replace(now, known=standing.known + 1, due=today + timedelta(days=wait))
    return now


@cache
def needed(chance: float) -> int:
    """Right answers in a row that a guesser, right with this chance, reaches seldom."""
    row = FEWEST
    while reached(row, chance) >= SELDOM:
        row += 1
    return row


def reached(row: int, chance: float) -> float:
    """The probability of so many right guesses in a row within ROUNDS.

    >>> round(reached(1, 0.5), 3), round(reached(30, 0.5) * 2**30)
    (1.0, 1)
    """
    at = [1.0, *[0.0] * (row - 1)]  # the probability of having guessed 0, 1, 2... in a row
    for _ in range(ROUNDS):
        at = [sum(at) * (1 - chance), *(chance * each for each in at[:-1])]
    return 1 - sum(at)
