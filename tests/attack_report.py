"""The attacks against stock nbgrader and against ours, as a table. Run `make attack-report`.

Attacks that would harm the machine are not run on stock nbgrader; it has nothing against them.
"""

import logging
import tempfile
import warnings
from pathlib import Path

from attacks import ATTACKS, FULL, SECRET
from classroom import Classroom, model_answers
from test_attacks import LESSON, hostile, student

from grader.classroom.school import ClassroomError


class Listener:
    """An address at which nobody listens."""

    def getsockname(self):
        return ("127.0.0.1", 9)


def verdict(attack, stock):
    """What became of one attacker and of an honest classmate graded after it."""
    with tempfile.TemporaryDirectory() as folder:
        room = Classroom(Path(folder), LESSON, stock=stock)
        if not stock:
            room.config.JudgeInJail.term = "a term that no student knows"
        room.release(LESSON)
        secret = room.root / ".nbgrader" / "secret.txt"
        secret.write_text(SECRET)
        room.hand_in(student(attack), LESSON, hostile(attack, secret, Listener()))
        room.hand_in("zzz", LESSON, model_answers(LESSON))
        room.collect(LESSON)
        said = []
        try:
            room.autograde(LESSON, "*")
        except ClassroomError:
            said.append("run failed")
        try:
            earned = sum(room.scores(LESSON, student(attack)).values())
            if earned != attack.earns:
                said.append(f"{earned:g} points for {attack.earns:g}")
            page = room.feedback_page(LESSON, student(attack))
            if SECRET in page or "<script>alert" in page:
                said.append("secret or script on the page")
        except Exception:
            said.append("no mark, no page")
        try:
            if sum(room.scores(LESSON, "zzz").values()) != FULL:
                said.append("classmate's mark changed")
        except Exception:
            said.append("classmate not graded")
        return ", ".join(said) or "held"


def main():
    logging.disable()
    warnings.simplefilter("ignore")
    held = {"stock": 0, "ours": 0}
    print(f"{'attack':46}{'stock nbgrader':84}ours")
    for attack in ATTACKS:
        ours = verdict(attack, stock=False)
        stock = verdict(attack, stock=True) if attack.on_stock else "not run: would harm"
        held["ours"] += ours == "held"
        held["stock"] += stock == "held"
        print(f"{attack.kind + ': ' + attack.name:46}{stock:84}{ours}", flush=True)
    print(f"held, of {len(ATTACKS)}: stock {held['stock']}, ours {held['ours']}")


if __name__ == "__main__":
    main()
