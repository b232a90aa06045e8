"""What students may put into the exchange costs only themselves, and shows them nothing."""

import os
import shutil
from datetime import UTC, datetime

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


def too_many(room, folder):
    for number in range(exchange.MOST_FILES + 1):
        (folder / f"{number}.txt").touch()


def too_deep(room, folder):
    for _ in range(600):
        folder = folder / "a"
    folder.mkdir(parents=True)


def be_a_pipe_yourself(room, folder):
    shutil.rmtree(folder)
    os.mkfifo(folder)


def be_a_file_yourself(room, folder):
    shutil.rmtree(folder)
    folder.touch()


def be_the_notebook_yourself(room, folder):
    content = (folder / NOTEBOOK).read_bytes()
    shutil.rmtree(folder)
    folder.write_bytes(content)


def be_a_link_to_nothing(room, folder):
    shutil.rmtree(folder)
    folder.symlink_to(folder)


def be_empty(room, folder):
    (folder / NOTEBOOK).unlink()


def no_time(room, folder):
    (folder / "timestamp.txt").write_bytes(b"\xff\0yesterday")


def time_is_a_folder(room, folder):
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").mkdir()


def time_is_a_pipe(room, folder):
    (folder / "timestamp.txt").unlink()
    os.mkfifo(folder / "timestamp.txt")


def no_secret(room, folder):
    (folder / "submission_secret.txt").write_bytes(b"\xff")


def forbid_writing(room, folder):
    (folder / "inner").mkdir()
    (folder / "inner").chmod(0)
    folder.chmod(0o555)


def a_name_without_time(room, folder):
    name, lesson, *_ = folder.name.split("+")
    folder.rename(folder.with_name(f"{name}+{lesson}+when\nI could+x"))


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    room = Classroom(tmp_path_factory.mktemp("class"), LESSON)
    room.release(LESSON)
    return room


@pytest.mark.parametrize(
    ("trick", "mark"),
    [
        (link_to_the_solution, 0),
        (be_a_link_yourself, 0),
        (be_a_pipe_yourself, 0),
        (be_a_file_yourself, 0),
        (be_a_link_to_nothing, 0),
        (be_empty, 0),
        (a_name_without_time, None),
        (be_the_notebook_yourself, 16),
        (too_many, 16),
        (too_deep, 16),
        (no_time, 16),
        (time_is_a_folder, 16),
        (time_is_a_pipe, 16),
        (no_secret, 16),
        (forbid_writing, 16),
        (link_to_nothing, 16),
        (link_to_a_folder, 16),
        (pipe, 16),
        (too_much, 16),
    ],
)
def test_a_trick_in_the_exchange_costs_only_itself(room, trick, mark):
    attacker, honest = f"a-{trick.__name__}", f"z-{trick.__name__}"  # collected in this order
    for name in (attacker, honest):
        room.hand_in(name, LESSON, model_answers(LESSON))
    (folder,) = (room.root.parent / "exchange").glob(f"*/inbound/{attacker}+*")
    trick(room, folder)
    room.collect(LESSON)
    room.autograde(LESSON, f"?-{trick.__name__}")
    assert sum(room.scores(LESSON, honest).values()) == 16
    collected = room.root / ".nbgrader/submitted" / attacker / LESSON
    assert not any(path.is_symlink() for path in collected.rglob("*"))
    assert not list(collected.rglob("*solutions*"))
    if mark is None:
        assert not collected.exists()
    else:
        assert sum(room.scores(LESSON, attacker).values()) == mark


def one_more(room, student, time, content):
    """A folder in the exchange as `nbgrader submit` would make it at that time."""
    (inbound,) = (room.root.parent / "exchange").glob("*/inbound")
    folder = inbound / f"{student}+{LESSON}+{time}+random"
    folder.mkdir()
    (folder / NOTEBOOK).write_text(content)
    (folder / "timestamp.txt").write_text("1999-12-31 23:59:59 UTC")
    return folder


def collected(room, student):
    return room.root / ".nbgrader/submitted" / student / LESSON


def log_of(room):
    return room.api.collect(LESSON)["log"]


def lines_of(log, word):
    return [line for line in log.splitlines() if word in line]


def test_the_time_is_that_of_the_exchange_and_not_of_the_student(room):
    for student in ("back-dated", "garbled"):
        one_more(room, student, "2026-11-22 12:00:00.5 UTC", "{}")
    (folder,) = (room.root.parent / "exchange").glob("*/inbound/garbled+*")
    (folder / "timestamp.txt").write_bytes(b"\xff")
    for _ in range(2):  # a copied time would stop the second one
        room.collect(LESSON)
    for student in ("back-dated", "garbled"):
        time = room.api.coursedir.get_existing_timestamp(collected(room, student))
        assert f"{time}" == "2026-11-22 12:00:00.500000"


def test_a_back_dated_name_is_reported_in_one_line(room):
    one_more(room, "early", "2020-01-01 00:00:00 UTC", "{}")
    (line,) = lines_of(log_of(room), "2020-01-01 00:00 UTC by the folder's name")
    assert "'early'" in line


def test_a_time_that_was_copied_before_stops_nobody_and_is_mended(room):
    one_more(room, "before", "2026-11-22 12:00:00 UTC", "{}")
    room.collect(LESSON)
    (collected(room, "before") / "timestamp.txt").write_bytes(b"\xff")
    room.collect(LESSON)
    time = (collected(room, "before") / "timestamp.txt").read_text()
    assert time == "2026-11-22 12:00:00 UTC"


@pytest.fixture
def owners(room, monkeypatch):
    """Whose a folder is, by the folder; all others are bob's."""
    names = {}
    monkeypatch.setitem(room.config.ExchangeCollect, "check_owner", True)
    monkeypatch.setattr(exchange, "_owner", lambda found: names.get(found.st_ino, "bob"))
    yield names
    for folder in (room.root.parent / "exchange").glob("*/inbound/bob+*"):
        exchange._remove(folder)
    shutil.rmtree(collected(room, "bob"))


def owned_by(owners, name, folder):
    owners[folder.lstat().st_ino] = name


def test_handing_in_for_somebody_else_is_refused_and_reported_in_one_line(room, owners):
    one_more(room, "bob", "2026-11-22 12:00:00 UTC", "bob's own")
    room.collect(LESSON)
    forged = one_more(room, "bob", "2026-11-22 13:00:00 UTC", "alice's")
    owned_by(owners, "alice", forged)
    (line,) = lines_of(log_of(room), "alice")
    assert "Not collected" in line
    assert "'bob'" in line
    assert (collected(room, "bob") / NOTEBOOK).read_text() == "bob's own"
    one_more(room, "bob", "2026-11-22 12:30:00 UTC", "bob's second")  # older than the forged one
    room.collect(LESSON)
    assert (collected(room, "bob") / NOTEBOOK).read_text() == "bob's second"


def test_a_forged_folder_before_the_due_date_does_not_hide_a_late_one(room, owners, monkeypatch):
    monkeypatch.setitem(room.config.ExchangeCollect, "before_duedate", True)
    with room.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2026-11-22 12:30:00")
    one_more(room, "bob", "2026-11-22 13:00:00 UTC", "bob's own")
    owned_by(owners, "alice", one_more(room, "bob", "2026-11-22 12:00:00 UTC", "alice's"))
    room.collect(LESSON)
    with room.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=None)
    assert (collected(room, "bob") / NOTEBOOK).read_text() == "bob's own"


def test_a_link_belongs_to_who_made_it(room, owners):
    one_more(room, "bob", "2026-11-22 12:00:00 UTC", "bob's own")
    link = one_more(room, "bob", "2026-11-22 13:00:00 UTC", "")
    shutil.rmtree(link)
    link.symlink_to(room.root / "solutions" / LESSON)
    owned_by(owners, "alice", link)
    assert len(lines_of(log_of(room), "alice")) == 1
    assert (collected(room, "bob") / NOTEBOOK).read_text() == "bob's own"


def test_a_newer_link_of_ones_own_does_not_replace_the_notebook(room, owners):
    one_more(room, "bob", "2026-11-22 12:00:00 UTC", "bob's own")
    link = one_more(room, "bob", "2026-11-22 13:00:00 UTC", "")
    shutil.rmtree(link)
    link.symlink_to(room.root / "solutions" / LESSON)
    assert "a link and no folder" in log_of(room)
    assert (collected(room, "bob") / NOTEBOOK).read_text() == "bob's own"


def test_where_owners_are_not_checked_anybody_may_hand_in(room, monkeypatch):
    monkeypatch.setattr(exchange, "_owner", lambda found: "alice")
    one_more(room, "carol", "2026-11-22 12:00:00 UTC", "carol's own")
    room.collect(LESSON)
    assert (collected(room, "carol") / NOTEBOOK).read_text() == "carol's own"


def test_a_user_who_is_gone_is_named_by_number():
    nobody = os.stat_result((0, 0, 0, 0, 2**31 - 5, 0, 0, 0, 0, 0))
    assert exchange._owner(nobody) == f"user number {2**31 - 5}"


@pytest.mark.parametrize(
    "trick", [link_to_nothing, be_a_link_to_nothing, be_a_pipe_yourself, be_empty]
)
def test_who_sent_no_notebook_has_a_folder_that_says_when(room, trick):
    student = f"place-{trick.__name__}"
    trick(room, one_more(room, student, "2026-11-22 12:00:00 UTC", "{}"))
    room.collect(LESSON)
    assert (collected(room, student) / "timestamp.txt").read_text() == "2026-11-22 12:00:00 UTC"


@pytest.mark.parametrize(
    ("trick", "why"),
    [
        (link_to_the_solution, "it is a link"),
        (be_a_link_to_nothing, "it is a link and no folder"),
        (be_a_pipe_yourself, "it is a pipe and no folder"),
        (be_empty, "no notebook was handed in"),
    ],
)
def test_the_card_says_why_there_is_no_notebook(room, trick, why):
    student = f"card-{trick.__name__}"
    trick(room, one_more(room, student, "2026-11-22 12:00:00 UTC", "{}"))
    room.collect(LESSON)
    room.autograde(LESSON, student)
    assert why in room.feedback_page(LESSON, student)


def test_what_was_collected_can_be_written_again_and_belongs_to_a_feedback(room):
    folder = one_more(room, "strict", "2026-11-22 12:00:00 UTC", "{}")
    forbid_writing(room, folder)
    (folder / NOTEBOOK).chmod(0o4555)
    room.collect(LESSON)
    modes = {p.name: p.stat().st_mode for p in collected(room, "strict").rglob("*")}
    assert modes["inner"] & 0o700 == 0o700
    assert modes[NOTEBOOK] & 0o7200 == 0o200
    assert collected(room, "strict").stat().st_mode & 0o700 == 0o700
    assert (collected(room, "strict") / "submission_secret.txt").read_text().isascii()


def test_the_times_of_the_exchange_reach_the_gradebook(room):
    room.hand_in("gilda", LESSON, model_answers(LESSON))
    (stamp,) = (room.root.parent / "exchange").glob("*/inbound/gilda+*/timestamp.txt")
    stamp.write_text("1999-12-31 23:59:59 UTC")
    room.collect(LESSON)
    room.autograde(LESSON, "gilda")
    with room.gradebook() as gradebook:
        assert gradebook.find_submission(LESSON, "gilda").timestamp.year == datetime.now(UTC).year
