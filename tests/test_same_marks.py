"""Honest students get the marks that stock nbgrader gives them."""

import pytest
from classroom import Classroom
from honest import LESSON, STUDENTS

ODD = [name for name in STUDENTS if name not in ("right", "untouched", "no bias", "bias always")]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory):
    """The same class twice: graded by stock nbgrader, and in the jail."""
    rooms = {}
    for stock in (True, False):
        room = Classroom(tmp_path_factory.mktemp("class"), LESSON, stock=stock)
        room.release(LESSON)
        for name in ODD:
            room.put(name.replace(" ", "-"), LESSON, STUDENTS[name])
        rooms[stock] = room
    return rooms


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if number % 3 == 0 else pytest.mark.thorough)
        for number, name in enumerate(ODD)
    ],
)
def test_stock_and_ours_agree(rooms, name):
    marks = {}
    for stock, room in rooms.items():
        room.autograde(LESSON, name.replace(" ", "-"))
        marks[stock] = room.scores(LESSON, name.replace(" ", "-"))
    assert marks[True] == marks[False]
