"""The word that draws the hidden cases: drawn once, kept, one for all marks of a lesson."""

import json

import pytest
from classroom import Classroom, answer, model_answers

from grader.classroom.school import ClassroomError
from grader.classroom.term import AnotherWordError, digest, one_word_for_all, word_in

LESSON = "01-linear"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"autumn\n", "autumn"),
        (b"\xef\xbb\xbfautumn\r\n", "autumn"),
        (b"two words", "two words"),
        (b"", ""),
    ],
)
def test_the_word_stands_in_a_file(tmp_path, content, word):
    (tmp_path / "term").write_bytes(content)
    assert word_in(tmp_path) == word


def test_a_word_is_drawn_once(tmp_path):
    word = word_in(tmp_path)
    assert len(word) == 12
    assert word_in(tmp_path) == word
    assert (tmp_path / "term").stat().st_mode & 0o77 == 0
    (tmp_path / "another class").mkdir()
    assert word_in(tmp_path / "another class") != word


def test_marks_of_one_word_may_stand_side_by_side():
    one_word_for_all(LESSON, "autumn", [digest("autumn")] * 2)
    with pytest.raises(AnotherWordError, match=r"2 hand-in.*autograde 01-linear --force"):
        one_word_for_all(LESSON, "spring", [digest("autumn"), digest("spring"), digest("autumn")])


# Right in every case that a card shows, since it was read off the cards.
COPIED = """def linear_params(in_features, out_features, bias=True):
    return {table}.get((in_features, out_features, bias), 0)
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.config.JudgeInJail.pop("term")  # as an instructor has it
    room.release(LESSON)
    table = {
        (case["in_features"], case["out_features"], case.get("bias", True)): right
        for case, right in visible_cases()
    }
    room.hand_in("ada", LESSON, model_answers(LESSON))
    room.hand_in("copier", LESSON, answer(linear_params=COPIED.format(table=table)))
    room.collect(LESSON)
    for student in ("ada", "copier"):
        room.autograde(LESSON, student)
    return room


def visible_cases():
    from grader.course.catalogue import find

    key = find("linear_params")
    return [(key.exercise.arguments(c), r) for c, r in zip(key.cases, key.expected, strict=True)]


def test_a_table_of_what_cards_tell_earns_nothing(room):
    scores = room.scores(LESSON, "copier")
    assert scores["linear_params"] == 0
    assert all(room.scores(LESSON, "ada").values())
    page = room.feedback_page(LESSON, "copier")
    assert "Right in every case you saw; in this one, drawn for grading, it is not." in page


def test_another_word_stops_with_a_sentence_and_changes_no_mark(room):
    private = room.root / ".nbgrader"
    before = room.scores(LESSON, "ada")
    old = (private / "term").read_text()
    (private / "term").write_text("another")
    try:
        with pytest.raises(ClassroomError, match="Put the old word back, or grade all of them"):
            room.autograde(LESSON, "ada", force=True)  # the copier's marks would stay
        assert room.scores(LESSON, "ada") == before
        room.autograde(LESSON, "*", force=True)
        graded = private / f"autograded/ada/{LESSON}/{LESSON}.ipynb"
        assert digest("another") in json.dumps(json.loads(graded.read_text())["metadata"])
    finally:
        (private / "term").write_text(old)
