"""Question banks of the pools, as files that schools' systems import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from grader.judge.errors import CourseError
from grader.publish.bank import canvas, gift, moodle, qti
from grader.publish.bank.items import Item, items_of, topics_named

FORMATS: dict[str, tuple[Callable[[Sequence[Item]], bytes], str]] = {  # and the file's usual name
    "moodle-xml": (moodle.render, "bank.xml"),
    "gift": (gift.render, "bank.gift.txt"),
    "qti": (qti.render, "bank-qti.zip"),
    "canvas": (canvas.render, "bank-canvas.zip"),
}


def write(format: str, path: Path, names: Sequence[str] = ()) -> int:
    """Write the questions of these topics and lessons, or of all; returns how many they are.

    Raises:
        CourseError: if one of the names is no topic and no lesson, there is no such format, or
            the file cannot be written.
    """
    if format not in FORMATS:
        raise CourseError(f"There is no format `{format}`: take one of {', '.join(FORMATS)}.")
    items = [item for topic in topics_named(names) for item in items_of(topic)]
    render, _ = FORMATS[format]
    content = render(items)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from error
    return len(items)
