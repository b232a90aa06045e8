"""Lesson texts -> executed notebooks in `solutions/` -> students' notebooks in `notebooks/`.

A lesson is a MyST text notebook, `solutions/01-linear.md`. Its short tags and roles:

- tag `exercise`: the cell with the model answer between `### BEGIN SOLUTION` and `### END SOLUTION`
- tag `check`: the cell `check(name)`, which nbgrader grades
- tag `locked`: a cell that students need as it is, for instance the imports. nbgrader knows it by
  its grade id, `locked-1` for the first, or what the option `grade_id` says. Students who have the
  lesson have the id: an option `grade_id` stays as it is, whatever becomes of the cell.
- a line that ends in `# SOLUTION`: students find `...` in the place of its value
- {points}`name` in prose: the exercise's points
- {eval}`expression` in prose: its value at that place
- {minutes} in prose: how long the lesson takes, see `minutes.py`
- a heading `## Bonus: ...`: JupyterLab shows the section folded

Before the text's first cell comes the one that installs the package: `install_cell.py`.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import ClearSolutions

from grader.course.exercises import lessons
from grader.judge.exercise import Exercise, Lesson
from grader.judge.release import MARK
from grader.judge.translation import say
from grader.publish import install_cell
from grader.publish.environment import course_config, interpreter_first
from grader.publish.minutes import BONUS, minutes
from grader.publish.myst import LINE, LessonError, mistake, parse, title
from grader.publish.myst import mistake_in as _error

TAGS = {"exercise", "check", "locked"}
ROLES = ("eval", "points")
SECONDS_PER_CELL = 60
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SILENT = "every-layer-counts"  # metadata key of cells that the builder adds and takes away
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what nbformat allows as the id of a cell, too


def texts(root: Path, folder: str = "solutions") -> dict[str, Path]:
    """The texts of the lessons, or with `folder="slides"` of the decks, by lesson, in order.

    Raises:
        LessonError: if two of them have one number.
    """
    found = {path.stem: path for path in sorted((root / folder).glob("[0-9][0-9]-*.md"))}
    for one, other in pairwise(found):
        if one[:2] == other[:2]:
            raise LessonError(
                f"{folder}/{one}.md and {folder}/{other}.md have one number; rename one of them."
            )
    return found


def find(root: Path, wanted: str, folder: str = "solutions") -> Path:
    """The text of the lesson called `wanted`: its name, its number, a word of its name, or the
    path of its text or notebook.

    Raises:
        LessonError: if there is none, or more than one.
    """
    found = texts(root, folder)
    return found[_the_one(root, wanted, found, f"{folder}/")]


def find_released(root: Path, wanted: str) -> str:
    """The name of the released lesson called `wanted`, as `find` takes it.

    Raises:
        LessonError: if there is none, or more than one.
    """
    found = sorted(path.stem for path in (root / "notebooks").glob("*/*.ipynb"))
    return _the_one(root, wanted, found, "notebooks/")


def _the_one(root: Path, wanted: str, names: Iterable[str], where: str) -> str:
    names = list(names)
    matches = [name for name in names if _means(root, wanted, name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise LessonError(f"'{wanted}' may be {' or '.join(matches)}; say which.")
    known = ", ".join(names) or "none yet"
    raise LessonError(f"There is no lesson '{wanted}' in {where}. The lessons: {known}.")


def _means(root: Path, wanted: str, name: str) -> bool:
    path = Path(wanted)
    if len(path.parts) > 1 or path.suffix in (".md", ".ipynb"):
        return path.stem == name and root.resolve() in path.resolve().parents
    number, *words = name.split("-")
    if wanted.isdecimal() and int(wanted) == int(number):
        return True
    return wanted.lower() in (name, number, *words)


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
    """The notebook that the text describes, tags expanded to nbgrader's metadata, not yet run.

    Raises:
        LessonError: for a mistake in the text.
    """
    notebook = parse(text, tags=TAGS, roles=ROLES, options={"grade_id"})
    title(text, notebook)
    version = install_cell.release_of(text.parent.parent).version
    notebook.metadata = _metadata({"release": version})
    lesson = next((lesson for lesson in lessons() if lesson.name == text.stem), None)
    exercises = {exercise.name: exercise for exercise in (lesson or Lesson("", ())).exercises}
    waiting: Exercise | None = None  # its check cell has not come yet
    seen: list[str] = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "grade_id" in cell.metadata and "locked" not in tags:
            cure = "take it away, exercises have their own; or add the tag 'locked'"
            raise _error(text, cell, "has a grade id", cure)
        if "exercise" in tags:
            if waiting:
                raise _no_check(text, cell, waiting)
            waiting = _exercise_cell(text, cell, exercises)
            if waiting.name in seen:
                raise _error(text, cell, f"is a second one for `{waiting.name}`", "keep one")
            seen.append(waiting.name)
        elif "check" in tags:
            _check_cell(text, cell, waiting)
            waiting = None
        elif cell.cell_type == "markdown":
            cell.source = _with_points(text, cell, exercises)
    if waiting:
        raise _no_check(text, notebook.cells[-1], waiting)
    if missing := [name for name in exercises if name not in seen]:
        cure = "add one with the tag 'exercise'"
        raise mistake(text, 1, f"`{missing[0]}` has no cell", cure)
    _locked_cells(text, notebook)
    _minutes_and_bonus(notebook)
    notebook.cells.insert(0, _install_cell(text.parent.parent))
    _number(notebook)
    return notebook


def _metadata(marks: dict[str, str] | None) -> NotebookNode:
    """What a notebook says of itself; a deck is of no release."""
    said = {MARK: marks} if marks else {}
    return nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}, **said})


def _install_cell(root: Path) -> NotebookNode:
    source = install_cell.release_of(root).cell()
    cell = nbformat.v4.new_code_cell(source, metadata={**install_cell.METADATA, LINE: 1})
    _grading(cell, install_cell.GRADE_ID, locked=True)
    return cell


def _minutes_and_bonus(notebook: NotebookNode) -> None:
    taken = str(minutes(notebook))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("{minutes}", taken)
            if BONUS.match(cell.source):
                cell.metadata["jp-MarkdownHeadingCollapsed"] = True


def _locked_cells(text: Path, notebook: NotebookNode) -> None:
    """Grade ids that stay when the cell's words change: nbgrader keeps a cell by its grade id, and
    takes none away that students have handed in."""
    locked = [cell for cell in notebook.cells if "locked" in cell.metadata.get("tags", [])]
    taken = {
        cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata
    }
    for place, cell in enumerate(locked, start=1):
        grade_id = str(cell.metadata.pop("grade_id", f"locked-{place}"))
        if not GRADE_ID.fullmatch(grade_id):
            cure = "use up to 64 letters, digits, - and _"
            raise _error(text, cell, f"has the grade id '{grade_id}'", cure)
        if grade_id in taken:
            cure = "write another one behind `:grade_id:`"
            raise _error(text, cell, f"has the grade id '{grade_id}' of another cell", cure)
        taken.add(grade_id)
        _grading(cell, grade_id, locked=True)


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
    begun: list[int] = []
    client.on_cell_execute = lambda cell, cell_index: begun.append(cell_index)
    try:
        _run(client)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise _failed_cell(text, prepared, begun[-1], error) from None
    _use_silent_outputs(text, prepared.cells)
    prepared.cells = [cell for cell in prepared.cells if SILENT not in cell.metadata]
    for cell in prepared.cells:
        _prove_full_marks(text, cell)
        _prove_prediction(text, cell)
    _tidy(prepared)
    return prepared


def _run(client: NotebookClient) -> None:
    """Execute, and once more if the kernel did not come up: its ports are free when they are
    chosen, but on a busy machine another one may have taken them when it starts."""
    try:
        client.execute(env=interpreter_first())
    except RuntimeError as error:
        if "before replying" not in str(error):
            raise
        try:
            client.execute(env=interpreter_first())
        except RuntimeError as again:
            if "before replying" not in str(again):
                raise
            raise LessonError("Jupyter's kernel does not start; try again.") from None


def release(root: Path, name: str) -> None:
    """The student's notebook, by nbgrader's own generate_assignment.

    It is made aside, and changes places with the old one when all went well: nbgrader would
    remove the old release before it knows.

    Raises:
        LessonError: where nbgrader refuses; the old release stands.
    """
    os.environ["PATH"] = interpreter_first()["PATH"]
    config = course_config(root)
    released = root / config.CourseDirectory.release_directory / name
    with tempfile.TemporaryDirectory(dir=root / ".nbgrader") as folder:
        config.CourseDirectory.release_directory = folder
        outcome = NbGraderAPI(config=config).generate_assignment(name, force=True)
        if not outcome["success"]:
            said = f"{outcome.get('log', '')}\n{outcome.get('error', '')}"
            reason = re.search(r"^[\w.]+: (.+)$", said, re.MULTILINE)  # the first error's own words
            raise LessonError(
                f"nbgrader could not release {name}, and the old release stands: "
                f"{reason[1] if reason else 'it gave no reason.'}"
            )
        if released.exists():
            released.rename(Path(folder, "old release"))
        released.parent.mkdir(exist_ok=True)
        Path(folder, name).rename(released)


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
        known = f"this lesson has {', '.join(exercises)}"
        if not exercises:
            known = f"no file in grader/course/exercises/ is for a lesson {text.stem}"
        near = f"did you mean `{close[0]}`?" if close else known
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


def _with_points(text: Path, cell: NotebookNode, exercises: dict[str, Exercise]) -> str:
    def points(role: re.Match[str]) -> str:
        if role[1] not in exercises:
            raise _error(text, cell, f"names an unknown exercise, `{role[1]}`", "mend the name")
        count = exercises[role[1]].points
        return say(f"{count} point{'s' if count != 1 else ''}")

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
            *printed, values = output.splitlines()
            if printed:
                cure = "print in a code cell"
                raise _error(text, shown, f"has an {{eval}} that prints '{printed[0]}'", cure)
            for value in json.loads(values):
                shown.source = ROLE.sub(value.replace("\\", "\\\\"), shown.source, count=1)
        elif output:
            example = re.search(r"Failed example:\s*(.*)\n", output)
            what = f"has an untrue example, `{example[1] if example else 'in its docstring'}`"
            raise _error(text, shown, what, "mend the docstring or the answer")


def _tidy(notebook: NotebookNode) -> None:
    """Count the cells that are left from 1, and keep nothing that differs between two runs."""
    notebook.metadata = _metadata(notebook.metadata.get(MARK))
    for cell in notebook.cells:
        cell.metadata.pop(LINE, None)
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
        if "# SOLUTION" in cell.source and said.startswith(say("A surprise")):
            raise _error(text, cell, f"predicts wrongly ({said})", "mend the number")


def _failed_cell(text: Path, notebook: NotebookNode, index: int, error: Exception) -> LessonError:
    last = notebook.cells[index]
    of_prose = SILENT in last.metadata
    cell = notebook.cells[index - 1] if of_prose else last
    if isinstance(error, DeadKernelError):
        return _error(text, cell, "ended its kernel", "mend it, or make it smaller")
    if isinstance(error, CellTimeoutError):
        return _error(text, cell, f"takes over {SECONDS_PER_CELL} seconds", "make it smaller")
    output = next(output for output in last.outputs if output.output_type == "error")
    said = f"{output.ename}: {output.evalue}".splitlines()[0][:160]
    if of_prose and cell.cell_type == "markdown":
        return _error(text, cell, f"has an {{eval}} that raises {said}", "mend the expression")
    return _error(text, cell, f"raises {said}", "mend it, or catch the error and print it")


def _no_check(text: Path, cell: NotebookNode, exercise: Exercise) -> LessonError:
    cure = f"add a cell `{exercise.check_call}` with the tag 'check' under it"
    return _error(text, cell, f"comes before the check of `{exercise.name}`", cure)
