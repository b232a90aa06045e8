"""No submission forges a mark, reads a secret or stops the run, and no one else is affected."""

import re
import shutil
import socket

import pytest
from attacks import ATTACKS, FULL, SECRET
from classroom import Classroom, model_answers
from nbformat import NotebookNode
from test_grade import copies, rows

from grader.classroom.grade import Course, grade

LESSON = "01-linear"
EXERCISES = 5
HONEST = ("aaa", "mmm", "zzz")  # before, between and after the attackers


def student(attack):
    return attack.name.replace(" ", "-").replace(",", "").replace("'", "")


@pytest.fixture(scope="module")
def listener():
    """A server that no submission may reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        yield server


@pytest.fixture(scope="module")
def classroom(tmp_path_factory, listener):
    room = Classroom(tmp_path_factory.mktemp("hostile"), LESSON)
    room.config.JudgeInJail.term = "a term that no student knows"
    room.release(LESSON)
    secret = room.root / ".nbgrader" / "secret.txt"
    secret.write_text(SECRET)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", SECRET)
        for name in HONEST:
            room.put(name, LESSON, model_answers(LESSON))
        for attack in ATTACKS:
            room.put(student(attack), LESSON, hostile(attack, secret, listener))
        room.autograde(LESSON, "*")
    return room


def hostile(attack, secret, listener):
    def change(notebook):
        model_answers(LESSON)(notebook)
        made = attack.change(notebook)
        if isinstance(made, NotebookNode):
            notebook.update(made)
            made = None
        for cell in notebook.cells:
            cell.source = cell.source.replace("SECRET_PATH", str(secret))
            cell.source = cell.source.replace("PORT", str(listener.getsockname()[1]))
        return made

    return change


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}-{attack.name}")
def test_an_attack_earns_what_its_honest_part_is_worth(classroom, attack):
    scores = classroom.scores(LESSON, student(attack))
    assert sum(scores.values()) == attack.earns
    assert len(scores) == EXERCISES


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}-{attack.name}")
def test_an_attacker_s_page_has_cards_and_no_secret_and_no_script(classroom, attack):
    page = classroom.feedback_page(LESSON, student(attack))
    assert SECRET not in page
    assert "<script>alert" not in page
    assert not re.search(r"<[^>]*(onerror=|javascript:)", page)
    assert page.count('<div class="panel-body bg-') == EXERCISES


@pytest.mark.thorough
def test_every_attack_gets_the_same_verdict_from_workers(classroom):
    before = rows(classroom), copies(classroom)
    summary = grade(Course.at(classroom.root, LESSON, classroom.config), workers=2)
    assert summary.graded > len(ATTACKS) / 2  # some hand in the same bytes
    assert summary.changes == []
    assert rows(classroom) == before[0]
    after = copies(classroom)
    changed = {name for name in after if after[name] != before[1].get(name)}
    limited = set(summary.tentative)  # which limit is met first, is not always the same
    assert {name for name in changed if name.partition("/")[0] not in limited} == set()
    assert after.keys() == before[1].keys()


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_classmate_keeps_full_marks(classroom, name):
    assert sum(classroom.scores(LESSON, name).values()) == FULL


def test_nobody_called_out(classroom, listener):
    with pytest.raises(TimeoutError):
        listener.accept()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not-JSON", "could not be read"),
        ("empty-file", "it is empty"),
        ("syntax-error", "its cell ended in <code>SyntaxError"),
        ("deleted-answer-cell", "was missing in the notebook"),
        ("deleted-check-cell", "was put back"),
        ("endless-function", "had not finished after 2 seconds"),
        ("exit-in-a-function", "ended the process it ran in"),
        ("crash", "ended the process it ran in"),
        ("memory-bomb", "MemoryError"),
        ("PyTorch-asked", "uses PyTorch"),
    ],
)
def test_the_page_says_in_one_sentence_what_happened(classroom, name, reason):
    assert reason in classroom.feedback_page(LESSON, name)


def test_what_was_handed_in_is_kept_as_it_was(classroom):
    submitted = classroom.root / ".nbgrader/submitted/not-JSON" / LESSON / f"{LESSON}.ipynb"
    assert submitted.read_text() == "this is not a notebook"


def test_grading_again_changes_nothing(classroom):
    everyone = [student(attack) for attack in ATTACKS[:3]] + list(HONEST)
    before = [classroom.scores(LESSON, name) for name in everyone]
    for name in everyone:
        classroom.autograde(LESSON, name)
    assert [classroom.scores(LESSON, name) for name in everyone] == before


def test_an_interrupted_run_is_taken_up_again(classroom):
    """What kill -9 leaves behind: a sanitized copy without marks, or half a file."""
    before = classroom.scores(LESSON, "aaa")
    graded = classroom.root / ".nbgrader/autograded/aaa" / LESSON / f"{LESSON}.ipynb"
    whole = graded.read_bytes()
    graded.chmod(0o644)
    graded.write_bytes(whole[: len(whole) // 2])
    classroom.autograde(LESSON, "aaa", force=False)
    assert graded.read_bytes() == whole
    shutil.rmtree(graded.parent)
    graded.parent.mkdir()
    classroom.autograde(LESSON, "aaa", force=False)
    assert graded.read_bytes() == whole
    assert classroom.scores(LESSON, "aaa") == before
