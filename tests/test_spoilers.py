"""No lesson says an answer before it is asked: not of an exercise, not of a prediction."""

import re
from pathlib import Path

import nbformat
import pytest

from grader.course.exercises import lessons
from grader.course.live_keys import live_key
from grader.judge.exercise import CaseByCase

REPOSITORY = Path(__file__).parent.parent
RELEASED = sorted((REPOSITORY / "notebooks").glob("*/*.ipynb"))
SOLVED = sorted((REPOSITORY / "solutions").glob("*/*.ipynb"))
GUESSED = "As predicted · It is "
STRAY = 4  # numbers that may stand between the arguments
SMALL = 61  # a number below may stand anywhere by chance


def says(text, value):
    """True if the text has this number or shape as a word of its own."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int):
        forms = {str(value), f"{value:,}"} if value >= SMALL else set()
    elif isinstance(value, tuple):
        forms = {str(value), str(list(value))} if len(value) > 1 else set()
    else:
        return False
    return any(re.search(rf"(?<![\w.,]){re.escape(form)}(?![\d]|[.,]\d)", text) for form in forms)


def numbers_in(value):
    """All whole numbers above 1 in the arguments of a case, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [number for each in value for number in numbers_in(each)]
    return [value] if isinstance(value, int) and value > 1 else []


def in_order(wanted, found):
    """True if all wanted numbers are found near each other, in this order."""
    for start in range(len(found)):
        rest = iter(found[start : start + len(wanted) + STRAY])
        if all(number in rest for number in wanted):
            return True
    return False


def seen(cell):
    """What a reader sees of a cell before a guess: its text and its outputs."""
    source = "\n".join(line for line in cell.source.split("\n") if "# SOLUTION" not in line)
    outputs = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", [])
    ]
    return "\n".join([source, *(text for text in outputs if not text.startswith(GUESSED))])


def given_away(notebook, name, key):
    """Where a case of the exercise stands with its arguments and its answer, before it is asked."""
    for cell in notebook.cells:
        if cell.id == f"{name}_answer":
            return
        text = seen(cell)
        for case, right in zip(key.cases, key.expected, strict=True):
            arguments = key.exercise.all_arguments(case)
            wanted = numbers_in(arguments)
            found = [int(n.replace(",", "")) for n in re.findall(r"\d+(?:,\d{3})+|\d+", text)]
            if right in arguments.values():
                continue  # a shape that stays as it is
            if wanted and says(text, right) and in_order(wanted, found):
                yield f"{cell.id}: {key.exercise.show(case)} is {right}"


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_no_cell_before_an_exercise_has_one_of_its_cases_and_the_answer(lesson):
    path = REPOSITORY / "solutions" / lesson.name / f"{lesson.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    keys = [live_key(each) for each in lesson.exercises if isinstance(each, CaseByCase)]
    found = [line for key in keys for line in given_away(notebook, key.exercise.name, key)]
    assert not found


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_prediction_is_not_answered_on_its_screen(path):
    solved = nbformat.read(REPOSITORY / "solutions" / path.stem / path.name, as_version=4)
    released = nbformat.read(path, as_version=4)
    assert [cell.id for cell in solved.cells] == [cell.id for cell in released.cells]
    for place, cell in enumerate(solved.cells):
        texts = [output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])]
        card = "".join(texts).partition(GUESSED)[2]
        if not card or "# SOLUTION" not in cell.source:
            continue
        answer = re.match(r"(\([^)]*\)|[\d,]*\d)(?=[. ])", card)
        if answer is None:
            continue
        value = eval(answer[1] if answer[1].startswith("(") else answer[1].replace(",", ""))
        around = [released.cells[place].source]
        around += [c.source for c in released.cells[place - 1 : place + 2] if c.cell_type != "code"]
        for text in around:
            assert not says(text, value), f"{cell.id}: {value} stands in '{text[:200]}'"
