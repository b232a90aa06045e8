"""Cards: what they hold, how they read on any page, and that no answer can break them."""

import re
from dataclasses import replace

import pytest

from grader import check, hint
from grader.judge import explorer
from grader.judge.report import COLOURS, card, text
from grader.judge.result import Counterexample, PartResult, Result

PARTLY = Result(
    "linear_params",
    "partly",
    3,
    (PartResult("weights and bias", 2, True), PartResult("without a bias", 1, False)),
    Counterexample("linear_params(bias=False)", {}, 4, 2, "4", "PyTorch 2"),
    "bias always counted",
    "Look at the `bias` argument.",
    "Next: `hint(linear_params)`",
)


def test_a_card_says_first_things_first():
    words = re.sub(r"<[^>]+>|&nbsp;", " ", card(PARTLY))
    order = [
        "Partly right",
        "linear_params",
        "2 of 3 points",
        "✓",
        "weights and bias",
        "✗",
        "without a bias",
        "linear_params(bias=False)",
        "you",
        "4",
        "PyTorch 2",
        "Look at the",
        "Next",
    ]
    places = [words.index(order[0])]
    for word in order[1:]:
        places.append(words.index(word, places[-1]))
    assert places == sorted(places)


def test_the_plain_text_of_a_report_is_the_score_alone():
    def linear_params(in_features, out_features, bias=True):
        return in_features * out_features + out_features

    report = check(linear_params)
    assert repr(report) == "2.0"
    assert float(report) == report.score == 2.0
    assert "_repr_html_" in dir(report)


def test_text_and_card_say_the_same():
    plain = re.sub(r"[`·✓✗:,\s]|&nbsp;", "", text(PARTLY))
    from_html = re.sub(r"<[^>]+>|[`·✓✗:,\s]|&nbsp;", "", card(PARTLY))
    assert plain == from_html


def test_what_a_student_writes_is_escaped():
    nasty = "<script>alert(1)</script>"
    result = Result(
        "f", "wrong", 1, (), Counterexample(nasty, {}, nasty, 1, nasty, nasty), None, nasty, nasty
    )
    assert "<script" not in card(result)
    assert "<script" not in hint(nasty)._repr_html_()


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("verdict", COLOURS)
def test_white_on_every_badge_has_enough_contrast(verdict):
    assert 1.05 / (luminance(COLOURS[verdict]) + 0.05) >= 4.5


def test_cards_have_no_colours_of_their_own_for_text():
    outside_badge = re.sub(r"<strong style=.*?</strong>", "", card(PARTLY))
    assert "color:#" not in outside_badge.replace("background", "")
    assert "id=" not in outside_badge


def test_a_card_links_its_case_where_the_site_has_an_address():
    case = replace(PARTLY.counterexample, arguments={"in_features": 1, "input_shape": (2, 3)})
    result = replace(PARTLY, counterexample=case)
    link = re.search('<a href="([^"]*)"', card(result, "https://school.example"))
    wanted = "https://school.example/explorer.html#linear_params?in_features=1"
    assert link is not None
    assert link[1] == f"{wanted}&amp;input_shape=(2,%203)"
    assert "<a " not in card(result, "")


def test_an_exercise_that_the_explorer_does_not_show_has_no_link():
    assert explorer.address("relu", {"x": 1}, "https://school.example") == ""
