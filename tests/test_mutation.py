"""No small slip in a right answer goes through: the visible cases reject every mutant.

A mutant that agrees with the right answer on many random calls is no slip and does not count.
"""

import copy

import pytest
from answers_of import CALLS
from hypothesis import HealthCheck, Phase, given, settings
from mutation import mutants

from grader import check
from grader.ask.run import Stop, plain
from grader.course.exercises import catalogue
from grader.judge.same import same


@pytest.mark.parametrize("name", CALLS)
def test_every_slip_is_rejected(name, record_property, monkeypatch):
    monkeypatch.setattr("grader.ask.kernel.CPU_SECONDS", 0.2)
    monkeypatch.setattr("grader.judge.verdict.explain", lambda *_: ([], ""))  # only the verdict
    answer, calls = CALLS[name]
    survivors, killed = [], 0
    for source, mutant in mutants(answer):
        if check(**{name: mutant}).verdict != "correct":
            killed += 1
        elif differs(answer, mutant, calls):
            survivors.append(source)
    record_property("killed", killed)
    record_property("survivors", len(survivors))
    assert name in catalogue()
    assert not survivors, "\n\n".join(survivors)


def differs(answer, mutant, calls):
    """True if the two functions disagree on one of many random calls."""

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(calls)
    def agrees(arguments):
        try:
            said = plain(mutant(**copy.deepcopy(arguments)))
        except (Exception, Stop) as error:
            raise AssertionError from error
        assert same(said, plain(answer(**arguments)))

    try:
        agrees()
    except AssertionError:
        return True
    return False
