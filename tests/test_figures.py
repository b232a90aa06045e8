"""Pictures: the same bytes for the same tensors, and words for those who can't see them."""

import re
import runpy
from html import escape
from pathlib import Path

import pytest
import torch
from torch import nn

from grader import figures

PICTURES = {
    name: draw
    for file in sorted((Path(__file__).parent / "pictures").glob("*.py"))
    for name, draw in runpy.run_path(str(file))["PICTURES"].items()
}


def test_every_picture_is_tried():
    assert {name.partition(" ")[0] for name in PICTURES} == set(figures.__all__)


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


def test_the_alt_text_follows_the_tensors():
    layer = nn.Linear(3, 2)
    one, other = (figures.linear(layer, torch.tensor([1.0, 2.0, last])) for last in (3.0, 42.0))
    assert "42" in other.alt
    assert other.png != one.png


def test_pictures_leave_the_student_s_matplotlib_alone():
    import sys

    assert "matplotlib.pyplot" not in sys.modules
