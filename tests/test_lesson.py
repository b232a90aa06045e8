"""From a lesson's text to two notebooks: the same bytes each time, and one line for a mistake."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.course.exercises import catalogue
from grader.publish import lesson

REPOSITORY = Path(__file__).parent.parent
TEXTS = lesson.texts(REPOSITORY)

GOOD = """# 00 · Try

```{code-cell}
:tags: [locked]

from grader import check
```

Sizes multiply: 2 × 3 is {eval}`2 * 3`, 40 × 50 is {eval}`40 * 50`. Worth {points}`tensor_size`.

```{code-cell}
:tags: [exercise]

def tensor_size(shape):
    \"\"\"How many.

    >>> tensor_size((2, 3))
    6
    \"\"\"
    ### BEGIN SOLUTION
    from math import prod
    return prod(shape)
    ### END SOLUTION
```

```{code-cell}
:tags: [check]

check(tensor_size)
```

```{code-cell}
:tags: [exercise]

def tensor_bytes(shape, element_size=4):
    ### BEGIN SOLUTION
    return tensor_size(shape) * element_size
    ### END SOLUTION
```

```{code-cell}
:tags: [check]

check(tensor_bytes)
```

```{code-cell}
guess = 6  # SOLUTION
sizes = {
    "a": 6,  # SOLUTION
    "b": (1, 2),
}
```
"""


@pytest.fixture
def course(tmp_path):
    """An empty course beside which lessons can be built."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    return tmp_path


def write(course, text):
    path = course / "solutions" / "00-start-here.md"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", TEXTS)
def test_the_committed_notebooks_are_what_their_text_gives(name, course):
    text = shutil.copy(TEXTS[name], course / "solutions")
    lesson.build(course, Path(text))
    for folder in ("solutions", "notebooks"):
        built, committed = (
            (root / folder / name / f"{name}.ipynb").read_bytes() for root in (course, REPOSITORY)
        )
        assert built == committed, f"{folder}/{name} is not what its text gives: make solutions"


def test_a_text_becomes_two_notebooks(course):
    lesson.build(course, write(course, GOOD))
    solution, release = (
        nbformat.read(course / folder / "00-start-here" / "00-start-here.ipynb", as_version=4)
        for folder in ("solutions", "notebooks")
    )
    prose = solution.cells[2].source
    assert "2 × 3 is 6, 40 × 50 is 2,000" in prose
    assert "Worth 3 points" in prose
    cells = {cell.id: cell for cell in release.cells}
    assert cells["tensor_size"].metadata.nbgrader.points == 3
    assert cells["tensor_size"].metadata.nbgrader.grade
    assert cells["tensor_size_answer"].source.endswith("    ...")
    assert "prod" not in cells["tensor_size_answer"].source
    assert cells["tensor_bytes_answer"].source.endswith("    ...")
    assert release.cells[-1].source == (
        'guess = ...\nsizes = {\n    "a": ...,\n    "b": (1, 2),\n}'
    )
    assert not any(cell.get("outputs") for cell in release.cells)
    assert [c.execution_count for c in solution.cells if c.cell_type == "code"] == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("def tensor_size", "def tensor_sise", "unknown exercise, `tensor_sise`; did you mean"),
        ("tensor_size(shape):", "tensor_size(s):", "write `def tensor_size(shape):`"),
        ("### BEGIN SOLUTION\n    from", "from", "put the answer between ### BEGIN SOLUTION"),
        ("[check]", "[chek]", "has the tag 'chek'; use one of"),
        ("check(tensor_size)", "check(tensor_bytes)", "write `check(tensor_size)`"),
        ("check(tensor_size)", "check(tensor_size); 5", "write `check(tensor_size)`"),
        (":tags: [check]\n\ncheck(tensor_size)", "\n1", "before the check of `tensor_size`"),
        (":tags: [check]\n\ncheck(tensor_bytes)", "\n1", "before the check of `tensor_bytes`"),
        ("from grader import check", "check = 1 / 0", "raises ZeroDivisionError"),
        ("return prod(shape)", "return sum(shape)", "has an untrue example"),
        ("* element_size", "* 4", "gives its model answer 1.0 of 2 points"),
        ("{eval}`2 * 3`", "{eval}`2 * three`", "raises NameError"),
        ("{points}`tensor_size`", "{points}`tensor_sizes`", "unknown exercise, `tensor_sizes`"),
        ("{eval}`2 * 3`", "{evil}`2 * 3`", "unknown role, {evil}"),
    ],
)
def test_a_mistake_in_the_text_stops_the_build_with_one_line(course, old, new, words):
    assert old in GOOD
    with pytest.raises(lesson.LessonError) as mistake:
        lesson.build(course, write(course, GOOD.replace(old, new, 1)))
    message = str(mistake.value)
    assert words in message
    assert message.startswith("00-start-here.md")
    assert "\n" not in message
    assert not (course / "notebooks").exists()


def test_an_exercise_without_a_cell_stops_the_build(course):
    text = GOOD[: GOOD.index("```{code-cell}\n:tags: [exercise]\n\ndef tensor_bytes")]
    with pytest.raises(lesson.LessonError, match="`tensor_bytes` has no cell"):
        lesson.build(course, write(course, text))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "42"], "There is no lesson '42' in solutions/. The lessons: 00-start-here"),
        (["build", "linaer"], "There is no lesson 'linaer'"),
    ],
)
def test_the_command_says_what_there_is(arguments, words):
    command = subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert command.returncode == 1
    assert words in command.stderr
    assert "Traceback" not in command.stderr


def test_the_command_needs_a_course(tmp_path):
    command = subprocess.run(
        [sys.executable, "-m", "grader", "build"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert command.returncode == 1
    assert "go to the course's top folder" in command.stderr


@pytest.mark.parametrize("name", TEXTS)
def test_students_get_no_answers(name):
    release = (REPOSITORY / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in release
    for cell in nbformat.reads(release, as_version=4).cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id.removesuffix("_answer") in catalogue() and grade_id.endswith("_answer"):
            assert "..." in cell.source
            assert "return" not in cell.source
