"""`make quick`: what proves a change to an exercise or a text, for the lessons that it is about."""

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
A_LESSON = re.compile(r"(?:solutions|notebooks|slides)/(?:[^/]+/)*?(\d\d-[\w-]+)(?:\.md|/)")
AN_EXERCISE = re.compile(r"(?:grader/course/exercises|tests/(?:answers|cards))/(\w+)\.py")
WHOLE = ("test_glossary", "test_corrections")  # about all texts at once, and cheap
TESTS = (
    "test_lesson.py::test_the_committed_notebooks_are_what_their_text_gives",
    "test_names.py::test_the_lessons_keep_their_names_apart",
    "test_names.py::test_a_notebook_with_the_model_answers_is_graded_in_the_fast_way",
    "test_every_lesson.py",
    "test_answers.py",
    "test_keys.py::test_a_record_judges_as_pytorch_does",
    "test_said.py",
    *(f"{name}.py" for name in WHOLE),
)


def changed_files():
    """What differs from the last commit, new files among it."""
    for command in (
        ["diff", "--name-only", "HEAD"],
        ["ls-files", "--others", "--exclude-standard"],
    ):
        said = subprocess.run(
            ["git", "-C", REPOSITORY, *command], capture_output=True, text=True, check=True
        )
        yield from said.stdout.splitlines()


def lessons_of(files, modules):
    """The lessons that these files are about, and the files that are about none.

    Args:
        modules: the lesson of each file of exercises, by its stem.
    """
    lessons, others = set(), []
    for file in files:
        if found := A_LESSON.match(file):
            lessons.add(found[1])
        elif (found := AN_EXERCISE.fullmatch(file)) and found[1] in modules:
            lessons.add(modules[found[1]])
        else:
            others.append(file)
    return sorted(lessons), others


def words(lessons):
    """What the tests of these lessons are called after: lessons and exercises."""
    from grader.course import exercises

    return [
        *WHOLE,
        *lessons,
        *(e.name for each in exercises.lessons() if each.name in lessons for e in each.exercises),
    ]


def main(wanted):
    """Lint and test these lessons, or those that were changed; returns the exit code."""
    from grader.course import exercises
    from grader.publish.lesson import find

    modules = {exercises.file_of(each).stem: each.name for each in exercises.lessons()}
    lessons, others = lessons_of(changed_files(), modules)
    if wanted:
        lessons, others = [find(REPOSITORY, name).stem for name in wanted], []
    if code := [name for name in others if name.endswith((".py", ".toml"))]:
        print(f"== about no lesson, so that only `make test` tests it: {', '.join(code)}")
    if not lessons:
        print("== no lesson has changed since the last commit; `make quick LESSON=05` takes one")
        return 0
    print(f"== grader lint {' '.join(lessons)}", flush=True)
    lint = subprocess.run([sys.executable, "-m", "grader", "lint", *lessons], cwd=REPOSITORY)
    if lint.returncode:
        return lint.returncode
    print(f"== tests of {', '.join(lessons)}", flush=True)
    tests = [f"tests/{name}" for name in TESTS]
    command = ["-m", "pytest", "-n", "2", *tests, "-k", " or ".join(words(lessons))]
    return subprocess.run([sys.executable, *command], cwd=REPOSITORY, env=os.environ).returncode


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    from grader.judge.errors import CourseError

    try:
        sys.exit(main(sys.argv[1:]))
    except CourseError as error:
        sys.exit(str(error))
