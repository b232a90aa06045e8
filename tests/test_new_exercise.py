"""A new exercise is a page: `transposed.py` is one that the course does not have yet."""

from pathlib import Path

import transposed

from grader.course.live_keys import live_key
from grader.publish.lint import of_exercise


def test_lint_has_nothing_to_say_against_it():
    assert list(of_exercise(transposed.TRANSPOSED)) == []


def test_pytorch_counts_at_the_places_of_the_input():
    assert transposed.conv_transpose1d_mult_adds((2, 3, 6), 8, 3) == 864


def test_it_explains_two_mistakes_at_once_without_a_word_more():
    assert len(live_key(transposed.TRANSPOSED).source.doubles) > 30


def test_it_is_a_page():
    text = Path(transposed.__file__).read_text(encoding="utf-8")
    code = text[text.index("def conv_transpose1d_mult_adds") :]
    assert len([line for line in code.splitlines() if line.strip()]) <= 50
