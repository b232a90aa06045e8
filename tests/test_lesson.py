"""From a lesson's text to two notebooks: the same bytes each time, and one line for a mistake."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.course.exercises import catalogue
from grader.publish import install_cell, lesson, lint, slides

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


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if number % 9 == 0 else pytest.mark.thorough)
        for number, name in enumerate(TEXTS)
    ],
)
def test_the_committed_notebooks_are_what_their_text_gives(name, course):
    text = shutil.copy(TEXTS[name], course / "solutions")
    lesson.build(course, Path(text))
    for folder in ("solutions", "notebooks"):
        built, committed = (
            comparable((root / folder / name / f"{name}.ipynb").read_text(encoding="utf-8"))
            for root in (course, REPOSITORY)
        )
        assert built == committed, f"{folder}/{name} is not what its text gives: make solutions"


def comparable(notebook):
    """The text of a notebook without what differs between processors, as nbval compares it."""
    config = configparser.RawConfigParser()
    config.read(REPOSITORY / "tests" / "nbval.cfg", encoding="utf-8")
    for section in config.sections():
        regex, stand_in = config.get(section, "regex"), config.get(section, "replace")
        notebook = re.sub(regex, stand_in, notebook)
    return notebook


def test_what_differs_between_processors_is_little():
    """Of all that the notebooks say, pictures apart, less than one part in a hundred."""
    said = kept = 0
    for path in (REPOSITORY / "solutions").glob("*/*.ipynb"):
        text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))
        said += len(text)
        kept += len(comparable(text))
    assert 0.99 * said < kept < said


def test_a_text_becomes_two_notebooks(course):
    lesson.build(course, write(course, GOOD))
    solution, release = (
        nbformat.read(course / folder / "00-start-here" / "00-start-here.ipynb", as_version=4)
        for folder in ("solutions", "notebooks")
    )
    first, imports, prose = (cell.source for cell in (solution.cells[0], *solution.cells[2:4]))
    assert first == install_cell.release_of(REPOSITORY).cell()
    assert imports == "from grader import check"
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
    code = [cell for cell in solution.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [*range(1, 8)]


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


CHECK = "```{code-cell}\n:tags: [check]\n\ncheck(tensor_size)"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        # the header of a code cell
        ("[exercise]", "exercise", 11, "write `:tags: [exercise]`"),
        ("[exercise]", "5", 11, "no list of words, but 5; write `:tags: [check]`"),
        ("[exercise]", "[5]", 11, "no list of words, but [5]"),
        ("[exercise]", "[exercise", 11, "are no YAML (expected ',' or ']'"),
        ("[exercise]", "!!python/name:os", 11, "are no YAML (could not determine"),
        (":tags: [exercise]", ":tags", 11, "are 'tags'; write them like `:tags: [check]`"),
        (":tags: [exercise]", "---\ntags: [exercise\n---", 11, "are no YAML"),
        (":tags: [exercise]", ":tag: [exercise]", 11, "option, `:tag:`; did you mean `:tags:`?"),
        (":tags: [exercise]", ":x: 1\n:tags: [exercise]", 11, "`:x:`; use one of ['grade_id',"),
        ("[exercise]", "[exercise]\n:tags: [check]", 11, "has `:tags:` twice; keep one"),
        ("[exercise]", "[exercise, check]", 14, "has 2 tags, ['exercise', 'check']; keep one"),
        ("[exercise]", "[exercise]\n:grade_id: x", 15, "has a grade id; take it away"),
        ("[locked]", "[locked]\n:grade_id: a b", 7, "the grade id 'a b'; use up to 64 letters"),
        ("[locked]", "[locked]\n:grade_id: tensor_size", 7, "'tensor_size' of another cell; write"),
        # cells that are none
        (CHECK, CHECK.replace("{code-cell}", "{code-cel}"), 26, "'{code-cel}' is unknown; write"),
        (CHECK, CHECK.replace("{code-cell}", "code-cell"), 26, "at the left margin, and close"),
        (CHECK, CHECK.replace("```", "``` ", 1), 26, "is not read as one"),
        (CHECK, f"- a list\n\n  {CHECK}", 28, "it stands inside the block of line 26; write"),
        (CHECK, f"<!--\n{CHECK}", 27, "it stands inside the block of line 26; write"),
        ("(1, 2),\n}\n```", "(1, 2),\n}\n", 47, "this block has no end; write ``` below"),
        ("### END SOLUTION\n```", "", 25, "it stands inside the block of line 11; write"),
        ("Sizes multiply", '+++ {"tags": ["x"]}\n\nSizes', 9, "has something behind it; write it"),
        # the text as a whole
        ("# 00 · Try", "00 · Try", 1, "has no title; start it with a line like '# 00 · ...'"),
        ("# 00 · Try", "#", 1, "has no title"),
        ("# 00 · Try", "```\n# 00 · Try\n```", 1, "has no title"),
        ("# 00 · Try", "---\na: [b\n---\n\n# 00", 1, "the front matter is no YAML (expected"),
        ("# 00 · Try", "---\n- a\n---\n\n# 00", 1, "no `name: value` lines; mend it, or take"),
        ("# 00 · Try", "# 00\n\n<<<<<<< HEAD\n", 3, "merge conflict in line 3: keep one"),
        (
            "{eval}`2 * 3`",
            "{evil}`2 * 3`",
            9,
            "unknown role, {evil}; use one of ['eval', 'points']",
        ),
    ],
)
def test_a_mistake_in_the_form_of_a_text_is_one_line(course, old, new, line, words):
    assert old in GOOD
    with pytest.raises(lesson.LessonError) as mistake:
        lesson.read(write(course, GOOD.replace(old, new, 1)))
    message = str(mistake.value)
    assert message.startswith(f"00-start-here.md:{line}: "), message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        ("# 00\n\nä 5\n".encode("latin-1"), 3, "line 3 is not in UTF-8: save the file as UTF-8"),
        (b"# 00\n\n\0\1\2\3", 1, "it holds binary data"),
        (b"PK\3\4", 1, "it is a zip archive, not a text of the course"),
        (b"", 1, "the text has no title; start it with a line like '# 00"),
        (b" \n", 1, "the text has no title; start it with a line like '# 00"),
    ],
)
@pytest.mark.parametrize("read", [lesson.read, slides.read])
def test_a_text_in_another_encoding_or_none_is_one_line(course, read, data, line, words):
    path = write(course, "")
    path.write_bytes(data)
    with pytest.raises(lesson.LessonError) as mistake:
        read(path)
    assert str(mistake.value).startswith(f"00-start-here.md:{line}: ")
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_with_a_mark_and_all_ends_of_lines_give_the_same_cells(
    course, encoding, end
):
    path = write(course, GOOD)
    expected = lesson.read(path)
    path.write_bytes(GOOD.replace("\n", end).encode(encoding))
    assert lesson.read(path) == expected


def test_what_is_no_file_is_named(course):
    path = course / "solutions" / "00-start-here.md"
    with pytest.raises(lesson.LessonError, match=r"^00-start-here.md cannot be read: No such file"):
        lesson.read(path)
    path.mkdir()
    with pytest.raises(lesson.LessonError, match=r"^00-start-here.md cannot be read: Is a dir"):
        lesson.read(path)


DECK = (
    "```{code-cell}\nx = 1\n```\n\n# 01 · A deck\n\n<!--\n2 min. Welcome.\n-->\n\n---\n\n"
    "```{code-cell}\n:tags: [show]\n\nx\n```\n\n<!--\n1 min. The end.\n-->\n"
)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("[show]", "show", 13, "write `:tags: [show]`"),
        ("[show]", "[shwo]", 16, "the cell 'x' has the tag 'shwo'; use one of ['show']"),
        (":tags: [show]", ":grade_id: x", 13, "unknown option, `:grade_id:`; use one of ['tags']"),
        ("# 01 · A deck", "x", 1, "has no title; start it with a line like '# 01 · ...'"),
        ("# 01 · A deck", "# 01 · {evil}`x`", 5, "unknown role, {evil}; use one of ['eval']"),
        ("x\n```\n", "x\n", 13, "this block has no end"),
        ("2 min. Welcome", "Welcome", 11, "the slide that ends here has no minutes"),
        ("1 min.", "min.", 22, "the slide that ends here has no minutes"),
    ],
)
def test_a_mistake_in_a_deck_is_one_line(tmp_path, old, new, line, words):
    assert old in DECK
    deck = tmp_path / "01-linear.md"
    deck.write_text(DECK, encoding="utf-8")
    assert [cell.cell_type for cell in slides.read(deck).cells] == ["code", "markdown"] * 2
    deck.write_text(DECK[::-1].replace(old[::-1], new[::-1], 1)[::-1], encoding="utf-8")
    with pytest.raises(lesson.LessonError) as mistake:
        slides.read(deck)
    assert str(mistake.value).startswith(f"01-linear.md:{line}: "), mistake.value
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


def grade_ids(notebook):
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return [cell.grade_id for cell in cells if cell.get("locked") and not cell.grade]


def test_the_grade_id_of_a_locked_cell_does_not_follow_from_its_text(course):
    assert grade_ids(lesson.read(write(course, GOOD))) == ["install", "locked-1"]
    edited = GOOD.replace("from grader import check", "from grader import check, hint")
    assert grade_ids(lesson.read(write(course, edited))) == ["install", "locked-1"]
    named = edited.replace("[locked]", "[locked]\n:grade_id: imports")
    notebook = lesson.read(write(course, named))
    assert grade_ids(notebook) == ["install", "imports"]
    assert notebook.cells[2].id == "imports"
    assert "grade_id" not in notebook.cells[2].metadata


@pytest.mark.parametrize("name", TEXTS)
def test_editing_the_locked_cells_of_a_lesson_leaves_its_grade_ids(name, course):
    text = TEXTS[name].read_text(encoding="utf-8")
    path = course / "solutions" / f"{name}.md"
    head, *rest = text.split(":tags: [locked]\n")
    parts = [part.replace("\n\n", "\n\nimport os\n", 1) for part in rest]
    path.write_text(":tags: [locked]\n".join([head, *parts]), encoding="utf-8")
    edited = lesson.read(path)
    released = nbformat.read(REPOSITORY / "notebooks" / name / f"{name}.ipynb", as_version=4)
    _, first, *_ = (cell for cell in edited.cells if "nbgrader" in cell.metadata)
    assert "import os\n" in first.source
    assert grade_ids(edited) == grade_ids(released)


def test_two_lessons_with_one_number_are_named(course):
    write(course, GOOD)
    shutil.copy(course / "solutions" / "00-start-here.md", course / "solutions" / "00-other.md")
    words = "solutions/00-other.md and solutions/00-start-here.md have one number; rename one"
    with pytest.raises(lesson.LessonError, match=words):
        lesson.find(course, "00")
    assert any(words in line for line in lint._of_texts(course, only=[]))


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        *[("1", "01-linear"), ("01", "01-linear"), ("001", "01-linear"), ("18", "18-table")],
        *[("linear", "01-linear"), ("Linear", "01-linear"), ("01-linear", "01-linear")],
        *[("solutions/01-linear.md", "01-linear"), ("./solutions/01-linear.md", "01-linear")],
        *[("01-linear.md", "01-linear"), ("solutions/01-linear/", "01-linear")],
        *[("notebooks/01-linear/01-linear.ipynb", "01-linear")],
        *[(str(REPOSITORY / "solutions" / "01-linear.md"), "01-linear")],
        *[("0", "00-start-here"), ("here", "00-start-here")],
    ],
)
def test_a_lesson_is_found_by_number_word_or_path(monkeypatch, wanted, name):
    monkeypatch.chdir(REPOSITORY)
    assert lesson.find(REPOSITORY, wanted) == TEXTS[name]


@pytest.mark.parametrize(
    "wanted",
    ["", "-1", "1.0", "linaer", "99", "/elsewhere/solutions/01-linear.md", "solutions/", "٣٣"],
)
def test_what_is_no_lesson_is_not_found(monkeypatch, wanted):
    monkeypatch.chdir(REPOSITORY)
    with pytest.raises(lesson.LessonError, match=f"There is no lesson '{wanted}' in solutions/"):
        lesson.find(REPOSITORY, wanted)


def test_a_word_of_two_lessons_is_not_enough(course):
    write(course, GOOD)
    shutil.copy(course / "solutions" / "00-start-here.md", course / "solutions" / "01-here.md")
    with pytest.raises(
        lesson.LessonError, match="'here' may be 00-start-here or 01-here; say which"
    ):
        lesson.find(course, "here")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os._exit(3)", "the cell 'import os; os._exit(3)' ended its kernel; mend it"),
        ("import time\ntime.sleep(99)", "the cell 'import time' takes over 5 seconds; make it"),
        ("x = (", "raises SyntaxError: "),
    ],
)
def test_a_cell_that_does_not_end_well_is_named(course, monkeypatch, code, words):
    monkeypatch.setattr(lesson, "SECONDS_PER_CELL", 5)
    text = GOOD.replace("guess = 6  # SOLUTION", code)
    with pytest.raises(lesson.LessonError) as mistake:
        lesson.build(course, write(course, text))
    assert str(mistake.value).startswith("00-start-here.md:48: ")
    assert words in str(mistake.value)
    assert "\n" not in str(mistake.value)


def test_a_value_in_prose_that_prints_is_named(course):
    text = GOOD.replace("{eval}`2 * 3`", "{eval}`print(6)`")
    with pytest.raises(lesson.LessonError, match=r"has an {eval} that prints '6'; print"):
        lesson.build(course, write(course, text))


def test_a_lesson_that_the_course_does_not_know_says_so(course):
    path = course / "solutions" / "42-new.md"
    path.write_text(GOOD.replace("{points}", ""), encoding="utf-8")
    words = "no file in grader/course/exercises/ is for a lesson 42-new"
    with pytest.raises(lesson.LessonError, match=words):
        lesson.read(path)


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
