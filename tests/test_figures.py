"""Pictures: the same bytes for the same tensors, and words for those who can't see them."""

import re

import pytest
import torch
from torch import nn

from grader import figures

torch.manual_seed(0)
LAYER = nn.Linear(3, 2)
PICTURES = {
    "tensors": lambda: figures.tensors(a=torch.arange(6).reshape(2, 3), b=torch.tensor(7.5)),
    "element_bytes": lambda: figures.element_bytes(half=torch.ones(3).half(), full=torch.ones(3)),
    "through": lambda: figures.through(LAYER, torch.ones(2, 4, 3)),
    "linear": lambda: figures.linear(LAYER, torch.ones(3)),
    "parameter_areas": lambda: figures.parameter_areas(a=LAYER, b=nn.Linear(784, 256, bias=False)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_picture_twice_has_the_same_bytes(name):
    first, second = PICTURES[name](), PICTURES[name]()
    assert first.png == second.png
    assert first.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_has_an_alt_text_with_its_numbers(name):
    picture = PICTURES[name]()
    assert re.search(r"\d", picture.alt)
    assert f'alt="{picture.alt}"' in picture._repr_html_()
    assert repr(picture) == picture.alt


def test_the_alt_text_follows_the_tensors():
    changed = figures.linear(LAYER, torch.tensor([1.0, 2.0, 42.0]))
    assert "42" in changed.alt
    assert changed.png != PICTURES["linear"]().png


def test_pictures_leave_the_student_s_matplotlib_alone():
    import sys

    assert "matplotlib.pyplot" not in sys.modules
