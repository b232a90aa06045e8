"""What a person has reached so far, in one JSON file of their own, never beside a notebook."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from grader.practice.mastery import Standing

VERSION = 1
FILE = "practice.json"


@dataclass
class Record:
    """All that is remembered of one person."""

    path: Path
    points: dict[str, float] = field(default_factory=dict)  # the most so far, by exercise
    topics: dict[str, Standing] = field(default_factory=dict)
    remark: str = ""  # what went wrong with the file, for the person to read

    def reached(self, exercise: str, score: float) -> None:
        """Keep the most points that somebody has reached in an exercise."""
        if score > self.points.get(exercise, -1):
            self.points[exercise] = score
            self.save()

    def save(self) -> None:
        """Write all of it or nothing. A folder that cannot be written is no reason to stop."""
        data = {
            "version": VERSION,
            "points": self.points,
            "topics": {name: _as_data(each) for name, each in self.topics.items()},
        }
        beside = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            self.remark = (
                f"Nothing is remembered: {self.path} cannot be written ({error.strerror})."
            )


def default_path() -> Path:
    """Where the file stands if nobody says otherwise: in the system's folder for a user's data."""
    import platformdirs

    return Path(platformdirs.user_data_dir("every-layer-counts", appauthor=False)) / FILE


def load(path: Path | None = None) -> Record:
    """The record in a file. One that cannot be understood is set aside, and `remark` says so."""
    path = path or default_path()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Record(path, *_understood(data))
    except FileNotFoundError:
        return Record(path)
    except OSError as error:
        return Record(path, remark=f"{path} cannot be read ({error.strerror}): you start anew.")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Record(path, remark=_set_aside(path))


def _understood(data: Any) -> tuple[dict[str, float], dict[str, Standing]]:
    if data["version"] != VERSION:
        raise ValueError("another version")
    points = {str(name): float(score) for name, score in data["points"].items()}
    return points, {str(name): _standing(each) for name, each in data["topics"].items()}


def _standing(data: Mapping[str, Any]) -> Standing:
    due = data["due"]
    return Standing(
        int(data["asked"]),
        int(data["right"]),
        int(data["in_a_row"]),
        int(data["known"]),
        None if due is None else date.fromisoformat(due),
        {str(name): int(times) for name, times in data["mistakes"].items()},
    )


def _as_data(standing: Standing) -> dict[str, Any]:
    return {**asdict(standing), "due": standing.due and standing.due.isoformat()}


def _set_aside(path: Path) -> str:
    kept = path.with_name(f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}.broken.json")
    with contextlib.suppress(OSError):
        path.replace(kept)
        return f"{path.name} could not be understood. It is kept as {kept}; you start anew."
    return f"{path} could not be understood; you start anew."
