"""From the cells of a hand-in to a Result for each exercise: run in the jail, judged outside."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from grader.ask import plain
from grader.ask.jail import Answers, Jail, Session, Step, outcome_of, plain_calls
from grader.ask.kernel import Outcome, Status
from grader.course.catalogue import calls_of, find, judge_outcomes, names
from grader.judge.exercise import Design
from grader.judge.key import Key
from grader.judge.result import Result
from grader.judge.wording import blaming_helpers

TOO_SLOW = [getattr(signal, name, None) for name in ("SIGXCPU", "SIGKILL")]  # not on Windows
Found = Key | Design


@dataclass(frozen=True)
class Cell:
    """One code cell of a hand-in, with what the lesson knows of it."""

    source: str
    name: str = ""  # its grade id
    released: str | None = None  # the lesson's text of it, if it is one of the lesson's cells
    is_check: bool = False  # the exercise `name` is asked here
    is_answer: bool = False  # it runs even if it is as it was released

    @property
    def own(self) -> bool:
        """True if the student wrote it, or changed it by more than filling in a prediction."""
        if self.is_answer or self.released is None:
            return True
        same = self.source.strip() == self.released.strip()
        return not same and not plain.is_filled(self.source, self.released)


def is_plain(cells: Sequence[Cell]) -> bool:
    """True if the hand-in runs the same in the bare jail."""
    return plain.is_plain(_sources(cells, own=True), _sources(cells, own=False))


def run(where: Jail, cells: Sequence[Cell], keys: Mapping[str, Found]) -> Session:
    """Run a hand-in in the jail; a step's number is the number of its cell, from 1."""
    if is_plain(cells):
        return where.run(_plain_steps(cells, keys))
    return where.run(_steps(cells, keys), court)


def judged(found: Found, said: Answers) -> Result:
    """The result of what the jail said of one exercise that is defined."""
    stopped: Status = "too slow" if said.killed_by in TOO_SLOW or not said.finished else "died"
    calls = calls_of(found)
    wanted = 1 if calls is None else len(calls)
    outcomes = [*said.outcomes[:wanted]]
    outcomes += [Outcome(stopped)] * (wanted - len(outcomes))
    return judge_outcomes(found, outcomes, said.untouched)


def blaming(results: Mapping[str, Result], session: Session) -> dict[str, Result]:
    """The results; a wrong answer that calls another wrong one says so, as in a notebook."""
    found = {}
    for name, result in results.items():
        used = session.answers[name].uses if name in session.answers else []
        helpers = {each: results[each] for each in used if each in results and each != name}
        found[name] = blaming_helpers(result, helpers)
    return found


def court(fact: Mapping[str, Any]) -> Any:
    """Answer what a notebook's own `check` asks, by the cases that every student can see."""
    match fact:
        case {"find": str(name)}:
            found = find(name)
            return None if found is None else {"calls": plain_calls(calls_of(found))}
        case {"judge": str(name), "outcomes": list(said), "untouched": untouched}:
            found = find(name)
            outcomes = [outcome_of(each) for each in said if isinstance(each, dict)]
            if found is None or len(outcomes) != len(calls_of(found) or [None]):
                return asdict(Result(name, "error"))
            return asdict(judge_outcomes(found, outcomes, untouched is True))
    return names()


def _sources(cells: Sequence[Cell], own: bool) -> list[str]:
    return [cell.source for cell in cells if cell.own == own and not cell.is_check]


def _steps(cells: Sequence[Cell], keys: Mapping[str, Found]) -> list[Step]:
    """Every cell as it stands. A check that somebody has written to runs before it asks."""
    steps = []
    for number, cell in enumerate(cells, start=1):
        if not cell.is_check or (cell.released is not None and cell.own):
            steps.append(Step(number, cell.source, cell.own))
        if cell.is_check and cell.name in keys:
            steps.append(Step(number, check=cell.name, calls=calls_of(keys[cell.name])))
    return steps


def _plain_steps(cells: Sequence[Cell], keys: Mapping[str, Found]) -> list[Step]:
    """The student's cells and the lesson's imports, without what only looks at PyTorch."""
    imports = "\n".join(plain.imports(_sources(cells, own=False)))
    steps = [Step(0, imports, own=False)] if imports else []
    for step in _steps(cells, keys):
        if step.check is not None:
            steps.append(step)
        elif step.own:
            steps.append(replace(step, source=plain.without_checks(step.source)))
    return steps
