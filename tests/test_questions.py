"""Questions as a teacher writes them, and the pools that are made of them."""

import json
import re
from random import Random

import pytest

from grader.course import pool_files
from grader.course.exercises import catalogue, lessons
from grader.course.pool_files import POOLS, is_fresh, pool_of, topic_of, without_code
from grader.course.pytorch import on_meta
from grader.judge.exercise import CaseByCase, Function
from grader.judge.key import from_json
from grader.judge.same import BY_HAND, alike, same
from grader.practice.pool import topic, topics

ASKED = [name for name, each in catalogue().items() if getattr(each, "question", None)]
ONE_ANSWER = {"dropout_params"}  # none, whatever p is


def answer_to(exercise, case):
    return on_meta(exercise.reference, exercise.all_arguments(case))


def asks_for_a_number_or_a_shape(exercise):
    """True for functions of something that return one number or a shape."""
    if not isinstance(exercise, Function) or not exercise.signature.parameters:
        return False
    right = answer_to(exercise, exercise.parts[0].cases[0])
    is_shape = isinstance(right, tuple)
    return (is_shape or isinstance(right, int | float)) and not isinstance(right, bool)


def test_every_exercise_that_asks_for_a_number_or_a_shape_has_a_question():
    wanted = {n for n, each in catalogue().items() if asks_for_a_number_or_a_shape(each)}
    assert wanted == set(ASKED)
    assert set(topics()) == wanted - ONE_ANSWER


@pytest.mark.parametrize("name", ASKED)
def test_a_question_says_all_that_the_answer_depends_on(name):
    """Two cases with one wording have one answer, and no wording names the exercise."""
    exercise, random = catalogue()[name], Random(f"words {name}")
    said = {}
    for part in exercise.parts:
        for case in [*part.cases, *(part.draw(random) for _ in range(15 if part.draw else 0))]:
            text, right = exercise.question(exercise.asked(case)), answer_to(exercise, case)
            assert same(said.setdefault(text, right), right), text
            assert name not in text
            assert text[0].isupper() or text[0].isdigit() or text[0] == "`"
            assert text.endswith("?")
            assert text.count("`") % 2 == 0
    assert len(said) > 1


@pytest.mark.parametrize("name", ["conv2d_params", "lstm_params", "groupnorm_params"])
def test_the_line_in_a_question_is_the_layer(name):
    """What stands in the backticks is built, and counted, by PyTorch itself."""
    from torch import nn

    exercise, random = catalogue()[name], Random("lines")
    for part in exercise.parts:
        for _ in range(10):
            asked = exercise.asked(part.draw(random))
            (line,) = re.findall(r"`(nn\.[^`]+)`", exercise.question(asked))
            layer = eval(line, {"nn": nn})
            assert sum(p.numel() for p in layer.parameters()) == asked()


def test_a_sentence_for_paper_does_not_speak_of_code():
    loop = "You counted the last layer only: each turn of your loop overwrites the one before."
    assert without_code(loop) == "You counted the last layer only."
    begins = "Your answer is 1 for every shape. What your loop multiplies by must be the entry."
    assert without_code(begins) == ""
    leaning = "In Python `x[:-1]` stops early. That is one place too few."
    assert without_code(leaning) == ""
    fine = 'You put `kernel_size // 2` in the place of "same". That fails for even kernels.'
    assert without_code(fine) == fine


def test_no_sentence_of_a_pool_speaks_of_code():
    for name in topics():
        for mistake in topic(name).mistakes:
            assert not re.search(r"\bloops?\b|`return`|`if`|your (code|function)", mistake.sentence)


def test_three_digits_are_enough_by_hand_and_counts_are_exact():
    assert alike(0.333, 1 / 3)
    assert alike(2.67, 8 / 3)
    assert not alike(0.33, 1 / 3)
    assert not alike(1000, 1001)
    assert not alike((2, 3), (2, 4))
    assert not same(0.333, 1 / 3)
    assert BY_HAND < 0.005


def test_every_pool_is_made_from_the_exercises_as_they_are():
    named = {lesson.name for lesson in lessons()}
    assert {path.stem for path in POOLS.glob("*.json")} == named
    assert [name for name in sorted(named) if not is_fresh(name)] == []


def test_an_old_pool_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(pool_files, "POOLS", tmp_path)
    assert not is_fresh("01-linear")
    text = (POOLS / "01-linear.json").read_text(encoding="utf-8")
    (tmp_path / "01-linear.json").write_text(text, encoding="utf-8")
    assert is_fresh("01-linear")
    older = text.replace('"made_from": "', '"made_from": "0')
    (tmp_path / "01-linear.json").write_text(older, encoding="utf-8")
    assert not is_fresh("01-linear")


def test_a_pool_is_the_same_whenever_it_is_made():
    lesson = next(each for each in lessons() if each.name == "09-flatten")
    assert pool_of(lesson) == (POOLS / "09-flatten.json").read_text(encoding="utf-8")


@pytest.mark.thorough
def test_all_pools_are_those_that_pytorch_gives_now():
    for lesson in lessons():
        pool = json.loads((POOLS / f"{lesson.name}.json").read_text(encoding="utf-8"))
        for entry in pool["topics"]:
            again = topic_of(catalogue()[entry["name"]])
            assert json.loads(json.dumps(again)) == entry


@pytest.mark.parametrize("name", list(topics()))
def test_a_pool_says_what_pytorch_and_the_mistakes_say(name):
    """Some questions, asked anew; the cases come from the words, found among drawn ones."""
    exercise, found = catalogue()[name], topic(name)
    assert isinstance(exercise, CaseByCase)
    by_text = {question.text: question for question in found.questions}
    assert len(by_text) == len(found.questions)
    sentences = {mistake.name: mistake for mistake in exercise.mistakes}
    checked = 0
    for case in exercise.parts[0].cases:
        question = by_text.get(exercise.question(exercise.asked(case)))
        if question is None:
            continue
        assert alike(answer_to(exercise, case), question.right)
        for number, mistake in enumerate(found.mistakes):
            wrong = question.wrong[number]
            if wrong is not None:
                assert not alike(wrong, question.right)
                rule = sentences[mistake.name].rule
                assert alike(on_meta(rule, {"a": exercise.asked(case)}), wrong)
        checked += 1
    assert checked


def test_pools_stay_small():
    assert sum(path.stat().st_size for path in POOLS.glob("*.json")) < 4_000_000
    entry = json.loads((POOLS / "06-conv2d.json").read_text(encoding="utf-8"))["topics"][0]
    assert isinstance(from_json(entry["questions"][0][2]), int | tuple)
