"""Pictures: the same bytes for the same tensors, and words for those who can't see them."""

import re
import runpy
from html import escape
from pathlib import Path

import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import nn

from grader import figures
from grader.figures.canvas import width_of
from grader.figures.words import short

SMALLEST = 10  # points

PICTURES = {
    name: draw
    for file in sorted((Path(__file__).parent / "pictures").glob("*.py"))
    for name, draw in runpy.run_path(str(file))["PICTURES"].items()
}


def test_every_picture_is_tried():
    pictures = set(figures.__all__) - {"photo"}  # a tensor
    assert {name.partition(" ")[0] for name in PICTURES} == pictures


def test_the_photo_is_three_colours_from_0_to_1():
    photo = figures.photo(8)
    assert photo.shape == (3, 75, 64)
    assert 0 <= photo.min() < 0.1 < 0.9 < photo.max() <= 1


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_picture_twice_has_the_same_bytes(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert first.png == second.png
    assert first.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_an_alt_text_with_its_numbers(name):
    picture = PICTURES[name]()
    assert re.search(r"\d", picture.alt)
    assert f'alt="{escape(picture.alt)}"' in picture._repr_html_()
    assert repr(picture) == picture.alt


def drawn_by(draw, monkeypatch):
    """The one figure that a picture is made from."""
    drawn, save = [], Figure.savefig

    def keep(figure, *args, **settings):
        drawn.append(figure)
        return save(figure, *args, **settings)

    monkeypatch.setattr(Figure, "savefig", keep)
    draw()
    (figure,) = drawn
    return figure


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_is_too_small_for_the_last_row(name, monkeypatch):
    figure = drawn_by(PICTURES[name], monkeypatch)
    small = {
        text.get_text(): text.get_fontsize()
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and text.get_fontsize() < SMALLEST
    }
    assert not small


@pytest.mark.parametrize(
    ("losses", "marks"), [([1.14, 1.08, 1.02], "1.08"), ([2.0, 0.5, 0.02], r"10^{-1}")]
)
def test_a_loss_within_one_power_of_ten_has_plain_marks(losses, marks, monkeypatch):
    figure = drawn_by(lambda: figures.norm_losses({"plain": losses}), monkeypatch)
    shown = [text.get_text() for text in figure.axes[0].get_yticklabels(which="both")]
    assert any(marks in text for text in shown)
    assert all("times" not in text for text in shown)


@pytest.mark.parametrize("steps", [20, 60, 100, 120, 200])
def test_steps_are_marked_at_round_numbers_and_not_beyond_the_last(steps, monkeypatch):
    figure = drawn_by(lambda: figures.learning([1.0] * (steps + 1)), monkeypatch)
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    marks = [int(place) for place in axes.get_xticks() if low <= place <= high]
    apart = str(marks[1] - marks[0]).rstrip("0")
    assert apart in {"1", "2", "5"}
    assert marks[-1] <= steps


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0672, "−0.07"), (0.0672, "0.067"), (-1.234, "−1.23"), (2.0, "2"), (1234.0, "1234")],
)
def test_a_number_fits_its_cell(value, text):
    assert short(value) == text
    assert width_of(text, 10) < 1


def test_the_alt_text_follows_the_tensors():
    layer = nn.Linear(3, 2)
    one, other = (figures.linear(layer, torch.tensor([1.0, 2.0, last])) for last in (3.0, 42.0))
    assert "42" in other.alt
    assert other.png != one.png


def test_pictures_leave_the_student_s_matplotlib_alone():
    import sys

    assert "matplotlib.pyplot" not in sys.modules
