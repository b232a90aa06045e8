"""A class of 2,000 with every file of the attack suite among them, on two workers."""

import socket

import pytest
from attacks import ATTACKS, SECRET
from bench_class import class_of
from test_attacks import EXERCISES, LESSON, hostile, student
from test_grade import rows

from grader.classroom.grade import Course, grade

HONEST = 2000 - len(ATTACKS)


@pytest.mark.thorough
def test_a_class_of_two_thousand(tmp_path):
    room = class_of(tmp_path, HONEST)
    room.config.JudgeInJail.term = "a term that no student knows"
    course = Course.at(room.root, LESSON, room.config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        secret = room.root / ".nbgrader" / "secret.txt"
        secret.write_text(SECRET)
        for attack in ATTACKS:
            room.put(student(attack), LESSON, hostile(attack, secret, listener))
        first = grade(course, workers=2)
        with pytest.raises(TimeoutError):
            listener.accept()
    scores = {}
    for (name, exercise), row in rows(room).items():
        scores.setdefault(name, {})[exercise] = row[4]
    assert len(scores) == 2000
    assert {len(found) for found in scores.values()} == {EXERCISES}
    assert {a.name: sum(scores[student(a)].values()) for a in ATTACKS} == {
        a.name: a.earns for a in ATTACKS
    }
    assert {name for name, _ in first.not_graded} <= {student(attack) for attack in ATTACKS}
    assert len({sum(scores[f"s{number:04}"].values()) for number in range(HONEST)}) > 2
