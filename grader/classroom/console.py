"""What is printed where the terminal has only some of our signs, as on Windows (cp1252)."""

from __future__ import annotations

import codecs
import sys

SIGNS = {
    **{"✓": "+", "✗": "x", "→": "->", "←": "<-", "↔": "<->", "−": "-", "≈": "~", "≠": "!="},
    **{"≤": "<=", "≥": ">=", "×": "x", "·": "-", "√": "sqrt ", "…": "...", "–": "-", "—": "-"},
    **{"“": '"', "”": '"', "‘": "'", "’": "'", "∞": "inf", "σ": "sigma", "Σ": "sum"},
}


def speak_plainly() -> None:
    """From here on, a sign that standard output or error cannot encode is replaced by the nearest
    that it can, or by a question mark; no command ends in a UnicodeEncodeError."""
    codecs.register_error("nearest sign", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="nearest sign")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(SIGNS.get(sign, "?") for sign in lost), error.end
