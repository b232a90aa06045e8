"""Networks that students hand in as plain data: PyTorch builds them and measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.ask.kernel import Outcome
from grader.course.network import Network, NetworkError, build
from grader.judge.exercise import Design
from grader.judge.result import Counterexample, PartResult, Result
from grader.judge.verdict import malformed, not_attempted, not_plain
from grader.judge.wording import next_step
from grader.judge.words import with_commas


def judge_design(design: Design, outcome: Outcome) -> Result:
    """Judge the outcome of a function that returns the student's networks."""
    if complaint := not_plain(design, outcome):
        return complaint
    data = outcome.value
    descriptions = data if design.networks > 1 else [data]
    if not data or (isinstance(descriptions, list) and not any(descriptions)):
        return not_attempted(design)
    if not isinstance(descriptions, list) or len(descriptions) != design.networks:
        return malformed(design, f"must be a list of {design.networks} networks")
    networks: list[Network] = []
    for number, description in enumerate(descriptions, start=1):
        try:
            networks.append(build(design.input_shape, description))
        except NetworkError as error:
            which = f"Network {number}: " if design.networks > 1 else ""
            return malformed(design, f"could not be built. {which}{str(error).rstrip('.')}")
    try:
        found = [part.measure(networks) for part in design.parts]
    except NetworkError as error:
        return malformed(design, f"could not be measured. {str(error).rstrip('.')}")
    return _measured(design, found)


def _measured(design: Design, found: Sequence[Any]) -> Result:
    """The result for these measures, one for each requirement."""
    holds = [part.holds(value) for part, value in zip(design.parts, found, strict=True)]
    parts = tuple(
        PartResult(part.name, part.points, ok) for part, ok in zip(design.parts, holds, strict=True)
    )
    if all(holds):
        facts = (f"{p.name} {with_commas(v)}" for p, v in zip(design.parts, found, strict=True))
        message = f"PyTorch built it and measured: {'; '.join(facts)}."
        return Result(design.name, "correct", design.points, parts, message=message)
    failed = holds.index(False)
    part, value = design.parts[failed], found[failed]
    return Result(
        design.name,
        "partly" if any(holds) else "wrong",
        design.points,
        parts,
        Counterexample(
            f"{part.name} of {design.name}",
            {},
            value,
            part.wanted,
            with_commas(value),
            f"wanted {part.wanted}",
        ),
        message=part.sentence,
        next_step=next_step(design),
    )
