"""`make quick` finds the lessons that a change is about, and tests them and no others."""

from pathlib import Path

import pytest
from quick import TESTS, lessons_of, main, words

from grader.course.exercises import catalogue, file_of, lessons
from grader.publish import lint

HERE = Path(__file__).parent
MODULES = {file_of(lesson).stem: lesson.name for lesson in lessons()}


@pytest.mark.parametrize(
    ("file", "lesson"),
    [
        ("solutions/05-conv1d.md", "05-conv1d"),
        ("solutions/05-conv1d/05-conv1d.ipynb", "05-conv1d"),
        ("notebooks/18-table/cheat-sheet.html", "18-table"),
        ("slides/05-conv1d.md", "05-conv1d"),
        ("grader/course/exercises/conv1d.py", "05-conv1d"),
        ("tests/answers/conv1d.py", "05-conv1d"),
        ("tests/cards/kv_cache.py", "19-kv-cache"),
        ("grader/course/exercises/__init__.py", None),
        ("grader/course/misconceptions.py", None),
        ("tests/pictures/dropout.py", None),
        ("solutions/glossary.toml", None),
        ("README.md", None),
    ],
)
def test_a_file_is_about_a_lesson_or_none(file, lesson):
    assert lessons_of([file], MODULES) == (([lesson], []) if lesson else ([], [file]))


def test_several_files_of_a_lesson_are_one_lesson():
    files = ["tests/cards/conv1d.py", "slides/01-linear.md", "solutions/05-conv1d.md"]
    assert lessons_of(files, MODULES) == (["01-linear", "05-conv1d"], [])


def test_its_tests_are_those_that_there_are():
    for name in TESTS:
        file, _, function = name.partition("::")
        assert f"def {function}" in (HERE / file).read_text(encoding="utf-8"), name


def test_the_words_name_the_lesson_and_all_its_exercises():
    found = words(["05-conv1d"])
    assert "05-conv1d" in found
    assert "conv1d_params" in found
    assert "conv2d_params" not in found


def test_lint_of_some_lessons_looks_at_no_other(monkeypatch):
    monkeypatch.setattr(lint, "of_exercise", lambda exercise: [exercise.name])
    own = next(each for each in lessons() if each.name == "05-conv1d").exercises
    assert list(lint.complaints(None, ["05-conv1d"])) == [f"{e.name}: {e.name}" for e in own]
    assert len(list(lint.complaints())) == len(catalogue())


def test_without_a_change_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr("quick.changed_files", lambda: ["grader/judge/key.py", "README.md"])
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "only `make test` tests it: grader/judge/key.py\n" in said
    assert "no lesson has changed" in said
