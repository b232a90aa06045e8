"""Values and nouns as sentences show them."""

from __future__ import annotations

from typing import Any


def article(noun: str) -> str:
    """`noun` with "a" or "an" before it, unless it has one."""
    if noun.startswith(("a ", "an ")):
        return noun
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def show(value: Any) -> str:
    """A value as Python writes it, cut to a bearable length."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # too deep or too long to print
        return f"{article(type(value).__name__)} that cannot be shown"
    return text if len(text) <= 120 else f"{text[:117]}..."


def writable(text: str) -> str:
    """`text` with "?" for what no file can hold: halves of surrogate pairs."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def with_commas(value: Any) -> str:
    """A whole number with thousands separators, anything else as `show` has it."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}" if whole else show(value)


def in_prose(value: Any) -> str:
    """A computed value as a sentence has it: text as it is, whole numbers with commas."""
    return value if isinstance(value, str) else with_commas(value)
