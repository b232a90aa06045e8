"""What students may put into the exchange costs only themselves, and shows them nothing."""

import os

import pytest
from classroom import Classroom, model_answers

from grader.classroom import exchange

LESSON = "01-linear"
NOTEBOOK = f"{LESSON}.ipynb"


def link_to_the_solution(room, folder):
    (folder / NOTEBOOK).unlink()
    (folder / NOTEBOOK).symlink_to(room.root / "solutions" / LESSON / NOTEBOOK)


def be_a_link_yourself(room, folder):
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(room.root / "solutions" / LESSON)


def link_to_nothing(room, folder):
    (folder / "nothing").symlink_to(folder / "not-there")


def link_to_a_folder(room, folder):
    (folder / "secrets").symlink_to(room.root / "solutions")


def pipe(room, folder):
    os.mkfifo(folder / "pipe.ipynb")


def too_much(room, folder):
    with (folder / "large.bin").open("wb") as file:
        file.truncate(2 * exchange.MOST_BYTES)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    return room


@pytest.mark.parametrize(
    ("trick", "mark"),
    [
        (link_to_the_solution, None),
        (be_a_link_yourself, None),
        (link_to_nothing, 13),
        (link_to_a_folder, 13),
        (pipe, 13),
        (too_much, 13),
    ],
)
def test_a_trick_in_the_exchange_costs_only_itself(room, trick, mark):
    attacker, honest = f"a-{trick.__name__}", f"z-{trick.__name__}"  # collected in this order
    for name in (attacker, honest):
        room.hand_in(name, LESSON, model_answers(LESSON))
    (folder,) = (room.root.parent / "exchange").glob(f"*/inbound/{attacker}+*")
    trick(room, folder)
    room.collect(LESSON)
    room.autograde(LESSON, "*")
    assert sum(room.scores(LESSON, honest).values()) == 13
    collected = room.root / ".nbgrader/submitted" / attacker / LESSON
    assert not any(path.is_symlink() for path in collected.rglob("*"))
    assert not list(collected.rglob("*solutions*"))
    if mark is None:
        assert not (collected / NOTEBOOK).exists()
    else:
        assert sum(room.scores(LESSON, attacker).values()) == mark
