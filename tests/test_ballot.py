"""Votes in a deck: options that misconceptions give, and the slide that says who believes what."""

import re

import pytest

from grader.judge.errors import CourseError
from grader.publish.ballot import CHARACTERS, ROOM, vote

CASE = {"in_features": 10, "out_features": 5}


def test_the_options_are_pytorchs_answer_and_the_mistakes_in_order():
    ballot = vote("linear_params", "bias per input", "no bias", **CASE)
    assert [(option.letter, option.answer) for option in ballot.options] == [
        ("A", 50),
        ("B", 55),
        ("C", 60),
    ]
    assert ballot.option().letter == "B"
    assert ballot.option("bias per input").letter == "C"
    slide = ballot._repr_markdown_()
    assert "<!-- _class: vote -->" in slide
    assert "`nn.Linear(10, 5)`: how many parameters?" in slide
    assert re.findall(r"- \*\*(\w)\*\* (\d+)", slide) == [("A", "50"), ("B", "55"), ("C", "60")]


def test_the_next_slide_says_who_believes_what_one_by_one_pytorch_last():
    slide = vote("linear_params", "bias per input", "no bias", **CASE).beliefs("It adds up.").data
    listed = [line for line in slide.splitlines() if line.startswith("* ")]
    assert [line[4] for line in listed] == ["A", "C", "B"]
    assert "You counted the weights only." in listed[0]
    assert listed[-1] == "* **B** 55, says PyTorch. It adds up."


def test_shapes_and_large_numbers_read_as_they_do_in_the_course():
    shapes = vote(
        "linear_output_shape",
        "flattened",
        "out_features only",
        "first dimension dropped",
        input_shape=(2, 4, 3),
        out_features=5,
    )
    assert "`(2, 4, 5)`" in shapes._repr_markdown_()
    large = vote("linear_params", "no bias", "bias per input", in_features=784, out_features=256)
    assert "200,960" in large._repr_markdown_()


@pytest.mark.parametrize(
    ("name", "mistakes", "case", "words"),
    [
        ("linear_parms", ("no bias",), CASE, "there is none called `linear_parms`"),
        (
            "linear_params",
            ("no bais", "no bias"),
            CASE,
            "has no mistake 'no bais'; it has 'no bias'",
        ),
        ("linear_params", ("no bias", "bias always counted"), CASE, "and PyTorch both give 55"),
        ("linear_params", ("no bias",), CASE, "two to four mistakes"),
        ("linear_params", ("no bias",), {"features": 3}, r"`linear_params\(in_features"),
        ("linear", ("no bias",), {"x": [1], "weight": [[1]]}, "question"),
    ],
)
def test_a_vote_that_cannot_be_held_is_named_in_one_sentence(name, mistakes, case, words):
    with pytest.raises(CourseError, match=words) as refused:
        vote(name, *mistakes, **case)
    assert "\n" not in str(refused.value)


def believed(ballot, why="So it is."):
    """What the next slide says of each mistake, without its letter."""
    listed = [line for line in ballot.beliefs(why).data.splitlines() if line[:2] == "* "]
    return [re.sub(r"^\* \*\*\w\*\* ", "", line) for line in listed[:-1]]


def test_a_bare_belief_gets_its_reason_before_a_long_one_grows():
    short = vote(
        "conv1d_output_length", "one too few", "rounded up", length=10, kernel_size=3, stride=2
    )
    assert [belief.count(". ") for belief in believed(short)] == [1, 1]
    assert believed(short)[1].startswith("5: You rounded up. Where the last stride goes over")


def test_a_card_that_does_not_say_what_was_done_gets_the_mistakes_name():
    ignored, added = believed(
        vote(
            "receptive_field",
            "strides ignored",
            "kernels added",
            layers=[(3, 2, 1), (3, 1, 1)],
            question="How many?",
        )
    )
    assert ignored.startswith("5, strides ignored: After a layer with stride 2")
    assert added.startswith("6: You added the kernels.")


def test_the_slide_of_beliefs_holds_no_more_lines_than_it_has():
    five = vote(
        "linear_mult_adds",
        "one vector only",
        "leading dimensions added",
        "FLOPs, not mult-adds",
        "bias counted",
        input_shape=(2, 4, 3),
        out_features=2,
        question="How many?",
    )
    why = "Eight vectors, and each costs 3 · 2. " * 2
    beliefs = [*believed(five, why), f"48, says PyTorch. {why}"]
    assert sum(-(-len(belief) // CHARACTERS) for belief in beliefs) + 5 == ROOM
    assert len("".join(beliefs[:-1])) < len("".join(believed(five)))  # with a shorter why more fits
