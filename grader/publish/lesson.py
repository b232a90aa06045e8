"""Lesson texts -> executed notebooks in `solutions/` -> students' notebooks in `notebooks/`.

A lesson is a MyST text notebook, `solutions/01-linear.md`. Its short tags and roles:

- tag `exercise`: the cell with the model answer between `### BEGIN SOLUTION` and `### END SOLUTION`
- tag `check`: the cell `check(name)`, which nbgrader grades
- tag `locked`: a cell that students need as it is, for instance the imports
- a line that ends in `# SOLUTION`: students find `...` in the place of its value
- {points}`name` in prose: the exercise's points
- {eval}`expression` in prose: its value at that place
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import ClearSolutions

from grader.course.exercises import lessons
from grader.judge.errors import CourseError
from grader.judge.exercise import Exercise, Lesson
from grader.publish.environment import course_config, interpreter_first

TAGS = {"exercise", "check", "locked"}
ROLES = ("eval", "points")
SECONDS_PER_CELL = 60
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SILENT = "every-layer-counts"  # metadata key of cells that the builder adds and takes away


class LessonError(CourseError):
    """A mistake in a lesson's text, as one line: where, what, and how to mend it."""


def texts(root: Path, folder: str = "solutions") -> dict[str, Path]:
    """The texts of the lessons, or with `folder="slides"` of the decks, by lesson, in order."""
    return {path.stem: path for path in sorted((root / folder).glob("[0-9][0-9]-*.md"))}


def find(root: Path, wanted: str, folder: str = "solutions") -> Path:
    """The text of the lesson called `wanted`; its number or a piece of its name will do."""
    found = texts(root, folder)
    matches = [path for name, path in found.items() if wanted == name or wanted in name.split("-")]
    if len(matches) != 1:
        names = ", ".join(found) or "none yet"
        raise LessonError(f"There is no lesson '{wanted}' in {folder}/. The lessons: {names}.")
    return matches[0]


def build(root: Path, text: Path) -> None:
    """Make both notebooks of one lesson. A file that the lesson writes is part of it.

    Raises:
        LessonError: for a mistake in the text; nothing has been written then.
    """
    target = root / "solutions" / text.stem
    with tempfile.TemporaryDirectory() as folder:
        solution = execute(text, read(text), Path(folder))
        shutil.copytree(folder, target, dirs_exist_ok=True)
    notebook = nbformat.writes(solution) + "\n"
    (target / f"{text.stem}.ipynb").write_text(notebook, encoding="utf-8")
    release(root, text.stem)


def read(text: Path) -> NotebookNode:
    """The notebook that the text describes, tags expanded to nbgrader's metadata, not yet run."""
    notebook = jupytext.reads(text.read_text(encoding="utf-8"), fmt="md:myst")
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    lesson = next((lesson for lesson in lessons() if lesson.name == text.stem), None)
    exercises = {exercise.name: exercise for exercise in (lesson or Lesson("", ())).exercises}
    waiting: Exercise | None = None  # its check cell has not come yet
    seen: list[str] = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if unknown := sorted(tags - TAGS):
            raise _error(text, cell, f"has the tag '{unknown[0]}'", f"use one of {sorted(TAGS)}")
        if "exercise" in tags:
            if waiting:
                raise _no_check(text, cell, waiting)
            waiting = _exercise_cell(text, cell, exercises)
            seen.append(waiting.name)
        elif "check" in tags:
            _check_cell(text, cell, waiting)
            waiting = None
        elif "locked" in tags:
            _grading(cell, _slug(cell), locked=True)
        elif cell.cell_type == "markdown":
            _known_roles(text, cell)
            cell.source = _with_points(text, cell, exercises)
    if waiting:
        raise _no_check(text, notebook.cells[-1], waiting)
    if missing := [name for name in exercises if name not in seen]:
        raise LessonError(
            f"{text.name}: `{missing[0]}` has no cell; add one with the tag 'exercise'."
        )
    _number(notebook)
    return notebook


def execute(text: Path, notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run the notebook in a fresh kernel whose working directory is `folder`, fill in the prose's
    numbers, and prove the answers."""
    prepared = nbformat.v4.new_notebook(
        cells=list(_with_silent_cells(notebook)), metadata=notebook.metadata
    )
    client = NotebookClient(
        prepared,
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        coalesce_streams=True,  # else a slow cell's prints are cut differently each time
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors; no warnings about its ports
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        _run(client)
    except (CellExecutionError, CellTimeoutError) as error:
        raise _failed_cell(text, prepared, error) from None
    _use_silent_outputs(text, prepared.cells)
    prepared.cells = [cell for cell in prepared.cells if SILENT not in cell.metadata]
    _tidy(prepared)
    for cell in prepared.cells:
        _prove_full_marks(text, cell)
        _prove_prediction(text, cell)
    return prepared


def _run(client: NotebookClient) -> None:
    """Execute, and once more if the kernel did not come up: its ports are free when they are
    chosen, but on a busy machine another one may have taken them when it starts."""
    try:
        client.execute(env=interpreter_first())
    except RuntimeError as error:
        if "before replying" not in str(error):
            raise
        client.execute(env=interpreter_first())


def release(root: Path, name: str) -> None:
    """The student's notebook, by nbgrader's own generate_assignment."""
    os.environ["PATH"] = interpreter_first()["PATH"]
    outcome = NbGraderAPI(config=course_config(root)).generate_assignment(name, force=True)
    if not outcome["success"]:
        lines = [line for line in outcome.get("log", "").splitlines() if line.strip()]
        last = outcome.get("error") or (lines[-1] if lines else "no reason given")
        raise LessonError(f"nbgrader could not release {name}: {str(last).splitlines()[-1]}")


class HideAnswers(ClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """ClearSolutions that also turns `guess = 55  # SOLUTION` into `guess = ...` for students.

    A cell with such lines is not emptied, as nbgrader empties answers without a marked region.
    """

    answer = re.compile(r"^(?P<start>[^=:]*[=:]\s*).*?(?P<comma>,?)\s*# SOLUTION$", re.MULTILINE)

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Clear the marked values of one code cell, or else its marked region."""
        hidden = self.answer.sub(r"\g<start>...\g<comma>", cell.source)
        if cell.cell_type == "code" and hidden != cell.source:
            cell.source = hidden
            return cell, resources
        cleared: tuple[NotebookNode, Any] = super().preprocess_cell(cell, resources, index)
        return cleared


def _exercise_cell(text: Path, cell: NotebookNode, exercises: dict[str, Exercise]) -> Exercise:
    found = re.search(r"^def (\w+)|^(\w+) *=", cell.source, re.MULTILINE)
    name = (found[1] or found[2]) if found else ""
    if name not in exercises:
        close = difflib.get_close_matches(name, exercises, n=1)
        near = f"did you mean `{close[0]}`?" if close else f"this lesson has {', '.join(exercises)}"
        raise _error(text, cell, f"is for an unknown exercise, `{name}`", near)
    exercise = exercises[name]
    if exercise.starter not in cell.source:
        raise _error(text, cell, "starts otherwise", f"write `{exercise.starter}`")
    region = re.search(r"### BEGIN SOLUTION.*### END SOLUTION", cell.source, re.DOTALL)
    if not region and "# SOLUTION" not in cell.source:
        cure = "put the answer between ### BEGIN SOLUTION and ### END SOLUTION"
        raise _error(text, cell, "shows students its answer", cure)
    _grading(cell, f"{name}_answer", solution=True)
    return exercise


def _check_cell(text: Path, cell: NotebookNode, exercise: Exercise | None) -> None:
    if exercise is None:
        raise _error(text, cell, "checks nothing", "put it under a cell with the tag 'exercise'")
    if cell.source.strip() != exercise.check_call:
        cure = f"write `{exercise.check_call}` and nothing more"
        raise _error(text, cell, "checks something else", cure)
    _grading(cell, exercise.name, grade=True, locked=True, points=exercise.points)


def _grading(cell: NotebookNode, grade_id: str, **settings: Any) -> None:
    """nbgrader's metadata for one cell, in the form of its schema 3."""
    defaults = {"grade": False, "locked": False, "solution": False, "task": False}
    cell.metadata.nbgrader = nbformat.from_dict(
        {**defaults, **settings, "grade_id": grade_id, "schema_version": 3}
    )


def _known_roles(text: Path, cell: NotebookNode) -> None:
    for role in re.findall(r"\{(\w+)\}`", cell.source):
        if role not in ROLES:
            raise _error(text, cell, f"has an unknown role, {{{role}}}", f"use one of {ROLES}")


def _with_points(text: Path, cell: NotebookNode, exercises: dict[str, Exercise]) -> str:
    def points(role: re.Match[str]) -> str:
        if role[1] not in exercises:
            raise _error(text, cell, f"names an unknown exercise, `{role[1]}`", "mend the name")
        count = exercises[role[1]].points
        return f"{count} point{'s' if count != 1 else ''}"

    return re.sub(r"\{points\}`(\w+)`", points, str(cell.source))


def _number(notebook: NotebookNode) -> None:
    """Cell ids from what the cells say: the text holds none, and random ones change every file."""
    used: dict[str, int] = {}
    for cell in notebook.cells:
        slug = cell.metadata.get("nbgrader", {}).get("grade_id") or _slug(cell)
        used[slug] = used.get(slug, 0) + 1
        cell.id = slug if used[slug] == 1 else f"{slug}-{used[slug]}"


def _slug(cell: NotebookNode) -> str:
    words = re.findall(r"[a-z0-9]+", cell.source.lower())
    return "-".join(words)[:40].strip("-") or cell.cell_type


ROLE = re.compile(r"\{eval\}`([^`]+)`")


def _with_silent_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells and, between them, code that works out the prose and tries the docstrings."""
    for cell in notebook.cells:
        yield cell
        if cell.cell_type == "markdown" and (expressions := ROLE.findall(cell.source)):
            values = "".join(f"in_prose({expression}), " for expression in expressions)
            yield _silent(
                "import json; from grader.judge.words import in_prose; "
                f"print(json.dumps([{values}]))"
            )
        elif "exercise" in cell.metadata.get("tags", []):
            name = re.search(r"^def (\w+)", cell.source, re.MULTILINE)
            if name:
                yield _silent(
                    f"import doctest; doctest.run_docstring_examples({name[1]}, globals())"
                )


def _silent(source: str) -> NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={SILENT: True})


def _use_silent_outputs(text: Path, cells: list[NotebookNode]) -> None:
    for shown, silent in pairwise(cells):
        if SILENT not in silent.metadata:
            continue
        output = "".join(out.get("text", "") for out in silent.outputs)
        if shown.cell_type == "markdown":
            for value in json.loads(output):
                shown.source = ROLE.sub(value.replace("\\", "\\\\"), shown.source, count=1)
        elif output:
            example = re.search(r"Failed example:\s*(.*)\n", output)
            what = f"has an untrue example, `{example[1] if example else 'in its docstring'}`"
            raise _error(text, shown, what, "mend the docstring or the answer")


def _tidy(notebook: NotebookNode) -> None:
    """Count the cells that are left from 1, and keep nothing that differs between two runs."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count


def _prove_full_marks(text: Path, cell: NotebookNode) -> None:
    grading = cell.metadata.get("nbgrader", {})
    if not grading.get("grade"):
        return
    score = next((o.data["text/plain"] for o in cell.outputs if "data" in o), "no output")
    if score != repr(float(grading["points"])):
        raise _error(
            text,
            cell,
            f"gives its model answer {score} of {grading['points']} points",
            "run it in the notebook to see why",
        )


def _prove_prediction(text: Path, cell: NotebookNode) -> None:
    for output in cell.get("outputs", []):
        said = output.get("data", {}).get("text/plain", "")
        if "# SOLUTION" in cell.source and said.startswith("A surprise"):
            raise _error(text, cell, f"predicts wrongly ({said})", "mend the number")


def _failed_cell(text: Path, notebook: NotebookNode, error: Exception) -> LessonError:
    if isinstance(error, CellTimeoutError):
        return LessonError(
            f"{text.name}: a cell took over {SECONDS_PER_CELL} seconds; make it smaller."
        )
    cell, output = next(
        (cell, output)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    )
    said = f"{output.ename}: {output.evalue}".splitlines()[0][:160]
    if SILENT in cell.metadata:
        cell = notebook.cells[notebook.cells.index(cell) - 1]
        return _error(text, cell, f"has an {{eval}} that raises {said}", "mend the expression")
    return _error(text, cell, f"raises {said}", "mend it, or catch the error and print it")


def _no_check(text: Path, cell: NotebookNode, exercise: Exercise) -> LessonError:
    cure = f"add a cell `{exercise.check_call}` with the tag 'check' under it"
    return _error(text, cell, f"comes before the check of `{exercise.name}`", cure)


def _error(text: Path, cell: NotebookNode, what: str, cure: str) -> LessonError:
    """One line with the file, the line in the text where the cell starts, and the cure."""
    first = next((line for line in cell.source.splitlines() if line.strip()), "")
    before, found, _ = text.read_text(encoding="utf-8").partition(first)
    line = before.count("\n") + 1 if found else "?"
    return LessonError(f"{text.name}:{line}: the cell '{first[:60]}' {what}; {cure}.")
