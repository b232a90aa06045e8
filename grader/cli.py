"""The `grader` command."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the command that the arguments name; the exit code is 0 when all is well."""
    parser = argparse.ArgumentParser(prog="grader", description="Every Layer Counts")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="make the notebooks of some lessons, or of all")
    build.add_argument("lesson", nargs="*", help="a lesson's name or number, such as 01")
    build.set_defaults(run=_build)
    lint = commands.add_parser("lint", help="say what is missing or wrong in the course")
    lint.set_defaults(run=_lint)
    arguments = parser.parse_args()
    sys.exit(arguments.run(arguments))


def _build(arguments: argparse.Namespace) -> int:
    from grader import lesson

    root = course_root()
    if root is None:
        return _complain("There is no nbgrader_config.py here: go to the course's top folder.")
    try:
        found = [lesson.find(root, name) for name in arguments.lesson]
        for text in found or lesson.texts(root).values():
            print(f"{text.stem:28}", end="", flush=True)
            start = time.perf_counter()
            lesson.build(root, text)
            print(f"built in {time.perf_counter() - start:.1f} s", flush=True)
    except lesson.LessonError as error:
        return _complain(str(error))
    return 0


def _lint(_: argparse.Namespace) -> int:
    from grader.lint import complaints, summary

    found = list(complaints(course_root()))
    print("\n".join([*found, summary()]))
    return 1 if found else 0


def course_root() -> Path | None:
    """The nearest folder from here upwards with a course in it."""
    here = Path.cwd()
    return next((p for p in (here, *here.parents) if (p / "nbgrader_config.py").exists()), None)


def _complain(sentence: str) -> int:
    print(f"\n{sentence}" if sys.stdout.isatty() else sentence, file=sys.stderr)
    return 1
