"""The `grader` command."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from grader.judge.errors import CourseError


def main() -> None:
    """Run the command that the arguments name; the exit code is 0 when all is well."""
    parser = argparse.ArgumentParser(prog="grader", description="Every Layer Counts")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    lab = commands.add_parser("lab", help="open JupyterLab for students")
    lab.add_argument("folder", nargs="?", type=Path, default=Path(), help="with the notebooks")
    lab.set_defaults(run=_lab)
    check = commands.add_parser("check", help="judge the answers in a notebook or a .py file")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    for_instructors(commands)
    arguments = parser.parse_args()
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        sys.exit(code)
    except CourseError as error:
        sys.exit(_complain(str(error)))
    except BrokenPipeError:  # `grader list | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def for_instructors(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands that need the course's folder around them."""
    lesson = "a lesson's name or number, such as 01"
    build = commands.add_parser("build", help="make the notebooks of some lessons, or of all")
    build.add_argument("lesson", nargs="*", help=lesson)
    build.set_defaults(run=_build)
    slides = commands.add_parser("slides", help="make HTML and PDF of some decks, or of all")
    slides.add_argument("lesson", nargs="*", help=lesson)
    slides.set_defaults(run=_slides)
    keys = commands.add_parser("keys", help="write the answer keys, as PyTorch gives them now")
    keys.add_argument("--compare", action="store_true", help="only say what would change")
    keys.set_defaults(run=_keys)
    lint = commands.add_parser("lint", help="say what is missing or wrong in the course")
    lint.set_defaults(run=_lint)
    listing = commands.add_parser("list", help="show every exercise with its points")
    listing.set_defaults(run=_list)
    formgrader = commands.add_parser("formgrader", help="open nbgrader's formgrader on the course")
    formgrader.set_defaults(run=_formgrader)
    report = commands.add_parser("report", help="write the class report of a graded lesson")
    report.add_argument("lesson", help=lesson)
    report.set_defaults(run=_report)
    handout = commands.add_parser("handout", help="write a zip for students without a repository")
    handout.set_defaults(run=_handout)
    demo = commands.add_parser("demo", help="play a whole class of twelve, in .nbgrader/demo")
    demo.set_defaults(run=_demo)


def _lab(arguments: argparse.Namespace) -> int:
    from grader.classroom import lab

    lab.start("student", arguments.folder, f"/lab/tree/{lab.FIRST}")
    return 0


def _formgrader(_: argparse.Namespace) -> int:
    from grader.classroom import lab

    lab.start("instructor", _course(), "/formgrader/manage_assignments")
    return 0


def _build(arguments: argparse.Namespace) -> int:
    from grader.course.key_files import write_key_files
    from grader.publish import lesson

    root = _course()
    found = [lesson.find(root, name) for name in arguments.lesson]
    write_key_files(*(text.stem for text in found))
    for text in found or lesson.texts(root).values():
        print(f"{text.stem:28}", end="", flush=True)
        start = time.perf_counter()
        lesson.build(root, text)
        print(f"built in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


def _keys(arguments: argparse.Namespace) -> int:
    from grader.course.key_files import changes, write_key_files

    if arguments.compare:
        found = changes()
        print("\n".join(found) or "The answer keys are those that PyTorch gives now.")
        return 1 if found else 0
    print("\n".join(map(str, write_key_files())))
    return 0


def _slides(arguments: argparse.Namespace) -> int:
    from grader.publish import lesson, slides

    root = _course()
    found = [lesson.find(root, name, "slides") for name in arguments.lesson]
    decks = found or list(lesson.texts(root, "slides").values())
    for line in slides.build(decks, root / "slides" / "build"):
        print(line, flush=True)
    return 0


def _lint(_: argparse.Namespace) -> int:
    from grader.publish.lint import complaints, summary

    found = list(complaints(course_root()))
    print("\n".join([*found, summary()]))
    return 1 if found else 0


def _list(_: argparse.Namespace) -> int:
    from grader.course.exercises import lessons

    for lesson in lessons():
        print(lesson.name)
        for exercise in lesson.exercises:
            parts = ", ".join(part.name for part in exercise.parts)
            print(f"  {exercise.name:28}{exercise.points:3} points   {parts}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    """Exit code 0 if every answer is right, 1 if not, 2 if there is nothing to judge."""
    from grader.classroom.self_check import self_check
    from grader.classroom.submission import SubmissionError
    from grader.judge.report import text

    root = course_root()
    try:
        checked = self_check(arguments.file, root / "notebooks" if root else None)
    except SubmissionError as error:
        _complain(str(error))
        return 2
    print("\n\n".join(map(text, checked.results)), end="\n\n")
    for number, why in sorted(checked.errors.items()):
        print(f"In cell {number}: {why}.")
    print(f"{checked.score:g} of {checked.points} points")
    return 0 if all(result.verdict == "correct" for result in checked.results) else 1


def _report(arguments: argparse.Namespace) -> int:
    from grader.classroom.class_report import class_report, page
    from grader.publish import lesson
    from grader.publish.environment import course_config

    root = _course()
    name = lesson.find(root, arguments.lesson).stem
    path = root / ".nbgrader" / f"{name}-report.html"
    path.write_text(page(class_report(course_config(root), name)), encoding="utf-8")
    print(path)
    return 0


def _handout(_: argparse.Namespace) -> int:
    from grader.publish import handout

    root = _course()
    print(handout.write(root, root / "dist" / f"{handout.NAME}.zip"))
    return 0


def _demo(_: argparse.Namespace) -> int:
    from grader.classroom.demo import demo

    root = _course()
    for line in demo(root, root / ".nbgrader" / "demo"):
        print(line, flush=True)
    return 0


def course_root() -> Path | None:
    """The nearest folder from here upwards with a course in it."""
    here = Path.cwd()
    return next((p for p in (here, *here.parents) if (p / "nbgrader_config.py").exists()), None)


def _course() -> Path:
    root = course_root()
    if root is None:
        raise CourseError("There is no nbgrader_config.py here: go to the course's top folder.")
    return root


def _complain(sentence: str) -> int:
    print(f"\n{sentence}" if sys.stdout.isatty() else sentence, file=sys.stderr)
    return 1
