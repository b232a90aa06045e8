"""What is read after grading: marks that were changed by hand, and no student's markup."""

import copy
from datetime import datetime
from html.parser import HTMLParser

import pytest
from classroom import Classroom, answer, model_answers
from nbgrader.apps.generatefeedbackapp import GenerateFeedback
from nbgrader.coursedir import CourseDirectory

from grader.classroom.class_report import Answer, ClassReport, Student, class_report, page

LESSON = "01-linear"
MARKUP = '<img src=x onerror="alert(1)">&amp;\'{{ 7 * 7 }}`<b>`</th>'


class Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, *(name for name, _ in attributes)))

    def handle_data(self, data):
        self.text += data


def report_of(word):
    """A class of one, whose name and answers are all this word."""
    wrong = Answer("linear_params", 1.0, 3.0, "wrong", (word,), word, word, word, word, True)
    broken = Answer("mlp_params", 0.0, 4.0, "error", (), word)
    return ClassReport(LESSON, (Student(word, (wrong, broken), 30.0, ""),), datetime(2026, 1, 1))


def test_the_class_report_shows_markup_as_text():
    evil, plain = (Tags(page(report_of(word))) for word in (MARKUP, "word`word`"))
    assert evil.tags == plain.tags
    assert evil.text.count(MARKUP) == plain.text.count("word`word`") == 8
    assert evil.text.count(MARKUP.replace("`", "")) == plain.text.count("wordword") == 2  # in code


def test_the_class_report_keeps_its_own_markup():
    assert "<code>linear_params</code>" in page(report_of("word"))
    assert "&lt;" not in page(report_of("word"))


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    raises = f"    raise ValueError({MARKUP!r})"
    dies = f"def linear_params(in_features, out_features, bias=True):\n{raises}"
    room.hand_in("ada", LESSON, model_answers(LESSON))
    room.hand_in("<b>eve", LESSON, answer(linear_params=dies))
    room.collect(LESSON)
    for student in ("ada", "<b>eve"):
        room.autograde(LESSON, student)
    make_pages(room)
    return room


def make_pages(room):
    """As `nbgrader generate_feedback 01-linear` does, in this process."""
    config = copy.deepcopy(room.config)
    config.CourseDirectory.student_id, config.CourseDirectory.assignment_id = "*", LESSON
    GenerateFeedback(coursedir=CourseDirectory(config=config), config=config).start()


def page_of(room, student):
    path = room.root / ".nbgrader/feedback" / student / LESSON / f"{LESSON}.html"
    return path.read_text(encoding="utf-8")


def set_mark(room, student, exercise, **values):
    with room.gradebook() as gradebook:
        grade = gradebook.find_grade(exercise, LESSON, LESSON, student)
        for name, value in values.items():
            setattr(grade, name, value)
        gradebook.db.commit()


def test_a_students_markup_is_text_on_both_pages(room):
    report = Tags(page(class_report(room.config, LESSON)))
    assert not {tag for tag, *_ in report.tags} & {"img", "b", "script"}
    assert "<b>eve" in report.text
    assert "<img src=x onerror=" in report.text
    feedback = Tags(page_of(room, "<b>eve"))
    assert not [tag for tag in feedback.tags if "onerror" in tag]
    assert "<img src=x onerror=" in feedback.text


def test_a_mark_that_the_judge_gave_has_no_note(room):
    assert "By hand" not in page_of(room, "ada")
    assert "by hand" not in page(class_report(room.config, LESSON))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"manual_score": 2.5}, "2.5 of 3 points, set by your instructor. This counts, not the 3 "),
        ({"manual_score": 0.0}, "0 of 3 points, set by your instructor. This counts, not the 3 "),
        ({"extra_credit": 1.0}, "4 of 3 points, set by your instructor. This counts, not the 3 "),
        ({"manual_score": 3.0}, "3 of 3 points, set by your instructor."),
    ],
)
def test_a_changed_mark_is_on_page_and_report(room, values, said):
    set_mark(room, "ada", "linear_params", **values)
    make_pages(room)  # the pages are there already
    text, number = " ".join(Tags(page_of(room, "ada")).text.split()), said.split()[0]
    assert said in text
    check = text.index("check(linear_params)")
    assert check < text.index(said) < text.index("Correct", check), "above its card"
    assert f"{float(number)} / 3.0" in text
    assert text.count("By hand") == 1
    assert "By hand" not in page_of(room, "<b>eve")
    assert f"{number}/3 by hand" in page(class_report(room.config, LESSON)).replace("&nbsp;", " ")

    set_mark(room, "ada", "linear_params", manual_score=None, extra_credit=None)
    make_pages(room)
    assert "By hand" not in page_of(room, "ada")


def test_a_comment_that_came_later_is_on_the_page(room):
    with room.gradebook() as gradebook:
        comment = gradebook.find_comment("linear_params_answer", LESSON, LESSON, "ada")
        comment.manual_comment = "Well explained."
        gradebook.db.commit()
    make_pages(room)
    assert "Well explained." in page_of(room, "ada")


def test_a_grade_of_no_exercise_stops_no_report(room):
    """A teacher's own graded cell, or an exercise that has another name since."""
    with room.gradebook() as gradebook:
        gradebook.find_grade_cell("mlp_params", LESSON, LESSON).name = "an_older_name"
        gradebook.db.commit()
        try:
            assert "mlp_params" not in class_report(room.config, LESSON).exercises
        finally:
            gradebook.find_grade_cell("an_older_name", LESSON, LESSON).name = "mlp_params"
            gradebook.db.commit()
