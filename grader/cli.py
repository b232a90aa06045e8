"""The `grader` command."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TypeAlias

from grader.classroom.console import speak_plainly
from grader.judge.errors import CourseError

BANKS = ("moodle-xml", "gift", "qti", "canvas")
SYSTEMS = ("gradescope", "prairielearn", "classroom50")
LESSON = "a lesson's name or number, such as 01"
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main() -> None:
    """Run the command that the arguments name; the exit code is 0 when all is well."""
    speak_plainly()
    parser = argparse.ArgumentParser(prog="grader", description="Every Layer Counts")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for add in (_for_students, _for_authors, _for_grading, _for_teaching):
        add(commands)
    arguments, others = parser.parse_known_args()
    if others and arguments.run not in (_lab, _formgrader):
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    arguments.others = others
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        sys.exit(code)
    except CourseError as error:
        sys.exit(_complain(str(error)))
    except ModuleNotFoundError as missing:
        from grader.classroom import extras

        advice = extras.advice(missing, f"grader {arguments.command}")
        if advice is None:
            raise
        sys.exit(_complain(advice))
    except BrokenPipeError:  # `grader list | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _for_students(commands: Commands) -> None:
    """The commands that need nothing around a notebook."""
    lab = _add_jupyter(commands, "lab", "open JupyterLab for students")
    lab.add_argument("folder", nargs="?", type=Path, default=Path(), help="with the notebooks")
    lab.set_defaults(run=_lab)
    check = commands.add_parser("check", help="judge the answers in a notebook or a .py file")
    check.add_argument("file", type=Path)
    check.set_defaults(run=_check)
    update = commands.add_parser("update", help="give a started notebook the new lesson")
    update.add_argument("file", type=Path, help="your notebook; its answers are kept")
    update.add_argument("lessons", nargs="?", type=Path, help="the folder with the new notebooks")
    update.set_defaults(run=_update)
    practice = commands.add_parser("practice", help="answer one question after the other")
    practice.add_argument("topic", nargs="*", help="an exercise's name; what is due if unsaid")
    practice.add_argument("--choices", action="store_true", help="four answers to choose from")
    practice.add_argument("--file", type=Path, help="what is remembered; else in your data folder")
    practice.set_defaults(run=_practice)
    progress = commands.add_parser("progress", help="show how far you are")
    progress.add_argument("--file", type=Path, help="what is remembered; else in your data folder")
    progress.set_defaults(run=_progress)
    doctor = commands.add_parser("doctor", help="say what is wrong here, and what mends it")
    doctor.add_argument("--json", action="store_true", help="for administrators")
    doctor.set_defaults(run=_doctor)


def _for_authors(commands: Commands) -> None:
    """What makes the course, and looks at it."""
    build = commands.add_parser("build", help="make the notebooks of some lessons, or of all")
    build.add_argument("lesson", nargs="*", help=LESSON)
    build.set_defaults(run=_build)
    translate = commands.add_parser("translate", help="build the course in another language")
    translate.add_argument("language", help="its code, such as de")
    translate.add_argument("--check", action="store_true", help="only compare it with the English")
    translate.set_defaults(run=_translate)
    slides = commands.add_parser("slides", help="make HTML and PDF of some decks, or of all")
    slides.add_argument("lesson", nargs="*", help=LESSON)
    slides.set_defaults(run=_slides)
    site = commands.add_parser("site", help="make the course as a static site, in dist/site")
    site.add_argument("--serve", action="store_true", help="show it, at http://127.0.0.1:8000")
    site.set_defaults(run=_site)
    keys = commands.add_parser("keys", help="write the answer keys, as PyTorch gives them now")
    keys.add_argument("--compare", action="store_true", help="only say what would change")
    keys.set_defaults(run=_keys)
    pools = commands.add_parser("pools", help="write the questions of lessons that have changed")
    pools.set_defaults(run=_pools)
    teaching = commands.add_parser("teaching", help="compute the teacher's guide anew")
    teaching.set_defaults(run=_teaching)
    lint = commands.add_parser("lint", help="say what is missing or wrong in the course")
    lint.add_argument("lesson", nargs="*", help=f"{LESSON}; all of them if unsaid")
    lint.set_defaults(run=_lint)
    trying = commands.add_parser("try", help="show the card for an answer typed or piped in")
    trying.add_argument("exercise", help="its name")
    trying.set_defaults(run=_try)
    listing = commands.add_parser("list", help="show every exercise with its points")
    listing.set_defaults(run=_list)


def _for_grading(commands: Commands) -> None:
    """From what a class handed in to its marks."""
    judge = commands.add_parser("judge", help="judge one hand-in for another system's grader")
    judge.add_argument("file", type=Path, help="or the folder with what was handed in")
    judge.add_argument("--as", dest="system", required=True, choices=SYSTEMS)
    judge.add_argument("--course", type=Path, help="the folder with notebooks/ and term")
    judge.add_argument("--to", type=Path, help="the file to write; else it is printed")
    judge.set_defaults(run=_judge)
    formgrader = _add_jupyter(
        commands, "formgrader", "open nbgrader's formgrader on the course, in JupyterLab"
    )
    formgrader.set_defaults(run=_formgrader)
    grade = commands.add_parser("grade", help="grade what a class handed in, on workers")
    grade.add_argument("lesson", help=LESSON)
    where = grade.add_mutually_exclusive_group()
    where.add_argument(
        "--workers", type=int, help="processes on this machine; one a core if unsaid"
    )
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="a dask scheduler: tcp://... or tls://..."
    )
    grade.add_argument("--only", nargs="+", default=[], metavar="STUDENT")
    grade.add_argument("--again", action="store_true", help="ask anew what the journal knows, too")
    grade.add_argument("--dry-run", action="store_true", help="say which marks would change")
    grade.add_argument(
        "--undo", action="store_true", help="put back what stood before the last run"
    )
    grade.set_defaults(run=_grade)
    collect = commands.add_parser("collect", help="take in what a school's system has collected")
    collect.add_argument("source", type=Path, help="a zip or a folder, as it is")
    collect.add_argument("lesson", nargs="?", help=f"{LESSON}; else told by the grade ids")
    collect.add_argument("--students", type=Path, metavar="EXPORT.csv", help="the class list")
    collect.set_defaults(run=_collect)
    feedback = commands.add_parser("feedback", help="make a class's feedback pages, on workers")
    feedback.add_argument("lesson", help=LESSON)
    where = feedback.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, help="processes here; one a core if unsaid")
    where.add_argument("--scheduler", metavar="ADDRESS", help="of dask: tcp://... or tls://...")
    feedback.set_defaults(run=_feedback)
    marks = commands.add_parser("marks", help="fill the school's own export with the marks")
    marks.add_argument("export", type=Path, metavar="EXPORT.csv", help="from Canvas or Moodle")
    marks.add_argument("lesson", nargs="*", help=LESSON)
    marks.add_argument("--map", nargs="+", default=[], metavar="LESSON=TITLE", help="of columns")
    marks.set_defaults(run=_marks)
    package = commands.add_parser("package", help="write what another system's grader wants")
    package.add_argument("system", choices=SYSTEMS)
    package.add_argument("lesson", help=LESSON)
    package.set_defaults(run=_package)


def _for_teaching(commands: Commands) -> None:
    """What else a class needs."""
    bank = commands.add_parser("bank", help="write questions for Moodle, Canvas and others")
    bank.add_argument("name", nargs="*", help="a topic or a lesson, such as 05; all if unsaid")
    bank.add_argument("--format", required=True, choices=BANKS)
    bank.add_argument("--to", type=Path, metavar="FILE", help="else in dist/")
    bank.set_defaults(run=_bank)
    quiz = commands.add_parser("quiz", help="make a quiz on paper, or grade one")
    quiz.add_argument("--topics", default="", help="topics or lessons, such as 05,06")
    quiz.add_argument("--questions", type=int, default=8)
    quiz.add_argument("--students", type=Path, metavar="ROSTER.csv", help="a page for each")
    quiz.add_argument("--seed", help="of an earlier quiz, to make the same pages again")
    quiz.add_argument("--to", type=Path, metavar="FOLDER", help="else dist/quiz")
    quiz.add_argument("--grade", type=Path, metavar="ANSWERS.csv", help="typed in from the pages")
    quiz.set_defaults(run=_quiz)
    answers = commands.add_parser("release-solutions", help="hand a lesson's model answers out")
    answers.add_argument("lesson", help=LESSON)
    answers.add_argument("--now", action="store_true", help="before the due date, too")
    answers.set_defaults(run=_release_solutions)
    report = commands.add_parser("report", help="write the report of a graded lesson, or of all")
    report.add_argument("lesson", nargs="?", help=f"{LESSON}; all of them if unsaid")
    report.set_defaults(run=_report)
    student = commands.add_parser("student", help="show, export or delete what is stored of one")
    student.add_argument("id", help="as the gradebook has it")
    what = student.add_mutually_exclusive_group()
    what.add_argument("--export", type=Path, metavar="FILE.zip", help="write all of it")
    what.add_argument("--delete", action="store_true", help="ask for the id again, then delete")
    student.add_argument("--yes", action="store_true", help="delete without asking")
    student.set_defaults(run=_student)
    handout = commands.add_parser("handout", help="write a zip for students without a repository")
    handout.set_defaults(run=_handout)
    wheel = commands.add_parser("wheel", help="build what notebooks in Colab install")
    wheel.set_defaults(run=_wheel)
    demo = commands.add_parser("demo", help="play a whole class of twelve, in .nbgrader/demo")
    demo.set_defaults(run=_demo)


def _add_jupyter(commands: Commands, name: str, summary: str) -> argparse.ArgumentParser:
    """A command that starts JupyterLab, and takes all its options."""
    more = "All other options go to JupyterLab as they are; write them as --name=value, such as "
    more += "--ip=0.0.0.0 or --ServerApp.token=secret. `jupyter lab --help` lists them."
    sentence = f"{summary[0].upper()}{summary[1:]}."
    command = commands.add_parser(
        name, help=summary, description=sentence, epilog=more, allow_abbrev=False
    )
    command.add_argument("--port", metavar="N", help="to listen at; else 8888 or the next free one")
    command.add_argument("--no-browser", action="store_true", help="only print the address to open")
    return command


def _lab(arguments: argparse.Namespace) -> int:
    from grader.classroom import lab

    page = f"/lab/tree/{lab.FIRST}"
    lab.start("student", arguments.folder, page, arguments.port, _for_jupyter(arguments))
    return 0


def _formgrader(arguments: argparse.Namespace) -> int:
    import nbgrader  # noqa: F401  (JupyterLab alone would open a page that is not there)

    from grader.classroom import lab

    page = "/formgrader/manage_assignments"
    lab.start("instructor", _course(), page, arguments.port, _for_jupyter(arguments))
    return 0


def _for_jupyter(arguments: argparse.Namespace) -> list[str]:
    return [*(["--no-browser"] if arguments.no_browser else []), *arguments.others]


def _build(arguments: argparse.Namespace) -> int:
    from grader.course.key_files import write_key_files
    from grader.course.pool_files import write_pools
    from grader.publish import lesson

    root = _course()
    found = [lesson.find(root, name) for name in arguments.lesson]
    stems = [text.stem for text in found]
    write_key_files(*stems)
    write_pools(*stems)
    for text in found or lesson.texts(root).values():
        print(f"{text.stem:28}", end="", flush=True)
        start = time.perf_counter()
        lesson.build(root, text)
        print(f"built in {time.perf_counter() - start:.1f} s", flush=True)
    return _teaching(arguments) if (root / "docs" / "teaching.md").exists() else 0


def _translate(arguments: argparse.Namespace) -> int:
    from grader.publish import translation

    root = _course()
    if arguments.check:
        found = list(translation.complaints(root, arguments.language))
        print("\n".join(found) or "Cells, ids, code and numbers are those of the English course.")
        return 1 if found else 0
    for line in translation.translate(root, arguments.language):
        print(line, flush=True)
    return 0


def _keys(arguments: argparse.Namespace) -> int:
    from grader.course.key_files import changes, write_key_files

    if arguments.compare:
        found = changes()
        print("\n".join(found) or "The answer keys are those that PyTorch gives now.")
        return 1 if found else 0
    print("\n".join(map(str, write_key_files())))
    return 0


def _pools(_: argparse.Namespace) -> int:
    from grader.course.pool_files import write_pools

    written = [str(path) for path in write_pools()]
    print("\n".join(written) or "The questions are those of the exercises as they stand.")
    return 0


def _teaching(_: argparse.Namespace) -> int:
    from grader.publish import teaching

    print(teaching.write(_course()))
    return 0


def _slides(arguments: argparse.Namespace) -> int:
    from grader.publish import lesson, slides

    root = _course()
    found = [lesson.find(root, name, "slides") for name in arguments.lesson]
    decks = found or list(lesson.texts(root, "slides").values())
    for line in slides.build(decks, root / "slides" / "build"):
        print(line, flush=True)
    return 0


def _site(arguments: argparse.Namespace) -> int:
    from grader.publish.site import build, serve

    root = _course()
    folder = root / "dist" / "site"
    if arguments.serve:
        serve.forever(folder)
        return 0
    for line in build.build(root, folder):
        print(line, flush=True)
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from grader.publish.lesson import find
    from grader.publish.lint import complaints, summary

    only = [find(_course(), name).stem for name in arguments.lesson]
    found = list(complaints(course_root(), only))
    for line in [*found, *([] if only else [summary()])]:
        print(line)
    return 1 if found else 0


def _list(_: argparse.Namespace) -> int:
    from grader.course.exercises import lessons

    for lesson in lessons():
        print(lesson.name)
        for exercise in lesson.exercises:
            parts = ", ".join(part.name for part in exercise.parts)
            print(f"  {exercise.name:28}{exercise.points:3} points   {parts}")
    return 0


def _practice(arguments: argparse.Namespace) -> int:
    from grader.practice.face import in_terminal

    in_terminal(arguments.topic, arguments.file, arguments.choices)
    return 0


def _progress(arguments: argparse.Namespace) -> int:
    from grader.practice.face import standing

    print(standing(arguments.file))
    return 0


def _doctor(arguments: argparse.Namespace) -> int:
    from grader.classroom import doctor

    return doctor.show(course_root(), arguments.json)


def _check(arguments: argparse.Namespace) -> int:
    """Exit code 0 if every answer is right, 1 if not, 2 if there is nothing to judge."""
    from grader.classroom.released import sentence_of
    from grader.classroom.self_check import self_check
    from grader.classroom.submission import SubmissionError
    from grader.judge.report import text
    from grader.judge.translation import speaking

    root = course_root()
    try:
        checked = self_check(arguments.file, root / "notebooks" if root else None)
    except SubmissionError as error:
        _complain(str(error))
        return 2
    with speaking(checked.language):
        print("\n\n".join(map(text, checked.results)), end="\n\n")
    for number, why in sorted(checked.errors.items()):
        print(f"In cell {number}: {why}.")
    if said := sentence_of(arguments.file):
        print(said)
    print(f"{checked.score:g} of {checked.points} points")
    return 0 if all(result.verdict == "correct" for result in checked.results) else 1


def _update(arguments: argparse.Namespace) -> int:
    from grader.classroom.update import update

    print("\n".join(update(arguments.file, arguments.lessons)))
    return 0


def _try(arguments: argparse.Namespace) -> int:
    from grader.publish import trying

    return trying.start(arguments.exercise, sys.stdin)


def _release_solutions(arguments: argparse.Namespace) -> int:
    from grader.classroom.model_answers import release_solutions
    from grader.publish.lesson import find_released

    root = _course()
    lesson = find_released(root, arguments.lesson)
    print("\n".join(release_solutions(root, lesson, arguments.now)))
    return 0


def _grade(arguments: argparse.Namespace) -> int:
    from grader.classroom import grade_command
    from grader.publish.lesson import find_released

    root = _course()
    name = find_released(root, arguments.lesson)
    if arguments.undo:
        print(grade_command.undo(root, name))
        return 0
    for line in grade_command.run(
        root,
        name,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        only=arguments.only,
        again=arguments.again,
        dry_run=arguments.dry_run,
    ):
        print(line, flush=True)
    return 0


def _judge(arguments: argparse.Namespace) -> int:
    from grader.classroom import judge_as
    from grader.classroom.term import word_in
    from grader.judge.translation import speaking

    course = arguments.course or _course()
    private = course if arguments.course else course / ".nbgrader"
    word, notebooks = word_in(private), course / "notebooks"
    try:
        judged = judge_as.judge_file(arguments.file, notebooks, word, private / "keys")
    except judge_as.JudgeError as error:  # the system waits for a file
        judged = judge_as.Judged("", (), 0.0, problem=str(error))
    with speaking(judged.language):
        said = judge_as.FORMATS[arguments.system](judged)
    if arguments.to is None:
        print(json.dumps(said, indent=1))
    else:
        judge_as.write(arguments.to, said)
    return 0


def _package(arguments: argparse.Namespace) -> int:
    from grader.classroom import package
    from grader.classroom.term import word_in
    from grader.publish.lesson import find_released

    root = _course()
    private, lesson = root / ".nbgrader", find_released(root, arguments.lesson)
    word = word_in(private)
    print(package.write(root, lesson, arguments.system, word, private / "keys", root / "dist"))
    return 0


def _collect(arguments: argparse.Namespace) -> int:
    from grader.classroom import platforms
    from grader.publish.lesson import find_released

    root = _course()
    lesson = find_released(root, arguments.lesson) if arguments.lesson else None
    for line in platforms.take_in(root, arguments.source, lesson, arguments.students):
        print(line)
    return 0


def _feedback(arguments: argparse.Namespace) -> int:
    from grader.classroom import feedback_command, progress
    from grader.classroom.grade import Course
    from grader.publish.lesson import find_released

    root = _course()
    course = Course.at(root, find_released(root, arguments.lesson))
    with progress.shown() as show:
        made = feedback_command.feedback(course, arguments.workers, arguments.scheduler, show)
    print(f"{made} feedback pages of {course.lesson} made; the others are as they were")
    return 0


def _marks(arguments: argparse.Namespace) -> int:
    from grader.classroom import platforms
    from grader.publish.lesson import find_released

    root = _course()
    pairs = [pair.partition("=") for pair in arguments.map]
    titles = {find_released(root, lesson): title for lesson, _, title in pairs}
    lessons = [find_released(root, lesson) for lesson in arguments.lesson] or list(titles)
    for line in platforms.give_back(root, arguments.export, lessons, titles):
        print(line)
    return 0


def _report(arguments: argparse.Namespace) -> int:
    from grader.classroom import class_report, course_report
    from grader.publish.environment import course_config
    from grader.publish.lesson import find_released

    root = _course()
    private, config = root / ".nbgrader", course_config(root)
    if arguments.lesson:
        name = find_released(root, arguments.lesson)
        path = private / f"{name}-report.html"
        text = class_report.page(class_report.class_report(config, name))
    else:
        found = course_report.course_report(config)
        path, text = private / "course-report.html", course_report.page(found)
        course_report.write_csv(found, private / "marks.csv")
        print(private / "marks.csv")
    path.write_text(text, encoding="utf-8")
    print(path)
    return 0


def _bank(arguments: argparse.Namespace) -> int:
    from grader.publish import bank

    path = arguments.to or _course() / "dist" / bank.FORMATS[arguments.format][1]
    count = bank.write(arguments.format, path, arguments.name)
    print(f"{count} questions: {path}")
    return 0


def _quiz(arguments: argparse.Namespace) -> int:
    from grader.classroom import quiz_answers, quiz_files

    if arguments.grade:
        lines = quiz_answers.grade(arguments.grade)
    else:
        folder = arguments.to or _course() / "dist" / "quiz"
        topics = [name for name in arguments.topics.replace(",", " ").split() if name]
        lines = quiz_files.make(
            folder, topics, arguments.questions, arguments.students, arguments.seed
        )
    for line in lines:
        print(line)
    return 0


def _student(arguments: argparse.Namespace) -> int:
    from grader.classroom import privacy
    from grader.classroom.grade import Course

    def agrees() -> bool:
        try:
            return bool(
                arguments.yes or input("Type the id again to delete this: ") == arguments.id
            )
        except EOFError:
            return False

    course = Course.at(_course(), "*")
    if arguments.delete:
        lines = privacy.delete(course, arguments.id, agrees)
    elif arguments.export:
        lines = privacy.export(course, arguments.id, arguments.export)
    else:
        lines = privacy.show(course, arguments.id)
    for line in lines:
        print(line, flush=True)
    return 0


def _handout(_: argparse.Namespace) -> int:
    from grader.judge.release import NAME
    from grader.publish import handout

    root = _course()
    print(handout.write(root, root / "dist" / f"{NAME}.zip"))
    return 0


def _wheel(_: argparse.Namespace) -> int:
    from grader.publish import install_cell

    root = _course()
    for line in install_cell.write_wheel(root, root / "dist"):
        print(line)
    return 0


def _demo(_: argparse.Namespace) -> int:
    from grader.classroom.demo import demo

    root = _course()
    for line in demo(root, root / ".nbgrader" / "demo"):
        print(line, flush=True)
    return 0


def course_root() -> Path | None:
    """The nearest folder from here upwards with a course in it."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise CourseError("This folder was removed: go to another one.") from None
    files = (folder / "nbgrader_config.py" for folder in (here, *here.parents))
    return next((file.parent for file in files if os.access(file, os.F_OK)), None)


def _course() -> Path:
    root = course_root()
    if root is None:
        raise CourseError("There is no nbgrader_config.py here: go to the course's top folder.")
    return root


def _complain(sentence: str) -> int:
    print(f"\n{sentence}" if sys.stdout.isatty() else sentence, file=sys.stderr)
    return 1
