"""`grader package`: what Gradescope, PrairieLearn or Classroom 50 wants to have of a lesson."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.classroom.judge_as import FORMATS
from grader.course.catalogue import text_of
from grader.publish.handout import MOMENT, wheel

HERE = Path(__file__).parent / "packages"
OF_THE_COURSE = {  # where the course's files go, in the package of each system
    "gradescope": "",
    "prairielearn": "serverFilesCourse/every-layer-counts/",
    "classroom50": "autograders/{lesson}/",
}
SCRIPTS = {  # where its own files go; the others stand with the course's
    "info.json": "questions/{lesson}/info.json",
    "question.html": "questions/{lesson}/question.html",
}
RUNS = ("setup.sh", "run_autograder", "run.sh")
assert OF_THE_COURSE.keys() == FORMATS.keys()


def write(root: Path, lesson: str, system: str, word: str, terms: Path, target: Path) -> Path:
    """Write the package of a lesson: one zip for Gradescope, else a folder.

    Args:
        word: draws the hidden cases; '' for none.
        terms: the folder with the keys of the terms.

    Returns:
        The zip or the folder. It holds the keys: students must not see it.
    """
    files = dict(_files(root, lesson, system, word, terms))
    path = target / f"{lesson}-{system}"
    shutil.rmtree(path, ignore_errors=True)
    if system == "gradescope":
        return _zip(path.with_suffix(".zip"), files)
    for name, data in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755 if place.name in RUNS else 0o644)
    return path


def _files(
    root: Path, lesson: str, system: str, word: str, terms: Path
) -> Iterator[tuple[str, bytes]]:
    """What goes in, by name."""
    course = OF_THE_COURSE[system].format(lesson=lesson)
    with tempfile.TemporaryDirectory() as folder:
        built = wheel(root, Path(folder))
        yield course + built.name, built.read_bytes()
    yield course + "constraints.txt", (root / "constraints.txt").read_bytes()
    notebook = Path("notebooks", lesson, f"{lesson}.ipynb")
    yield course + notebook.as_posix(), (root / notebook).read_bytes()
    yield course + "term", f"{word}\n".encode()
    if word:
        text_of(lesson, word, terms)  # makes it where it is missing
        for path in terms.glob(f"*/{lesson}.json"):
            yield f"{course}keys/{path.parent.name}/{path.name}", path.read_bytes()
    facts = {"{lesson}": lesson, "{uuid}": str(uuid.uuid5(uuid.NAMESPACE_URL, lesson))}
    for path in sorted((HERE / system).iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".json", ".html"):
            for mark, value in facts.items():
                text = text.replace(mark, value)
        yield SCRIPTS.get(path.name, course + path.name).format(lesson=lesson), text.encode()


def _zip(path: Path, files: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, MOMENT)
            info.external_attr = (0o755 if name in RUNS else 0o644) << 16
            archive.writestr(info, data)
    return path
