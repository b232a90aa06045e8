"""What the Layer Explorer takes from the course: the sentences of the mistakes that it shows.

Its numbers are JavaScript, compared with PyTorch by the tests; its sentences are those of the
exercises, written into a file beside the page so that nobody types them twice.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from grader.course.exercises import catalogue
from grader.judge.exercise import CaseByCase
from grader.publish.site.assets import SiteError, node_is_there

LAYERS = Path(__file__).parent / "explorer/layers"
Known = dict[str, list[str]]
Sentences = dict[str, dict[str, dict[str, str]]]


def write(folder: Path) -> None:
    """Write `mistakes.json` into the folder of the page.

    Raises:
        SiteError: if Node is missing, or the Explorer names a mistake that the course has not.
    """
    text = json.dumps(sentences(known()), ensure_ascii=False, separators=(",", ":"))
    (folder / "mistakes.json").write_text(text, encoding="utf-8")


def known() -> Known:
    """The exercises that the Explorer answers, and which of their mistakes it can count.

    Raises:
        SiteError: if Node is missing or the functions do not load.
    """
    node_is_there()
    code = f"import({json.dumps((LAYERS / 'index.js').as_uri())})" + (
        ".then(({ known }) => process.stdout.write(JSON.stringify(known())))"
    )
    done = subprocess.run(["node", "--eval", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteError(f"The Layer Explorer's functions do not load:\n{done.stderr.strip()}")
    names: Known = json.loads(done.stdout)
    return names


def sentences(known: Known) -> Sentences:
    """`{exercise: {mistake: {"sentence": ...}}}`.

    Raises:
        SiteError: if a name stands for no mistake of the exercise.
    """
    return {
        exercise: {name: {"sentence": _sentence(exercise, name)} for name in names}
        for exercise, names in known.items()
    }


def _sentence(exercise: str, name: str) -> str:
    found = catalogue().get(exercise)
    mistakes = found.mistakes if isinstance(found, CaseByCase) else ()
    for mistake in mistakes:
        if mistake.name == name:
            return mistake.sentence
    raise SiteError(
        f"The Layer Explorer counts the mistake {name!r} of `{exercise}`, which the course does "
        f"not have: look into {LAYERS.name}/ and grader/course/exercises/."
    )
