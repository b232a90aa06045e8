"""A second term: releases that differ are named, started notebooks go on, model answers go out."""

import json
import re
import shutil
import sys
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY, Classroom, answer, model_answers
from nbgrader.coursedir import CourseDirectory
from test_install_cell import NOTEBOOKS, SAVED

from grader import cli
from grader.classroom.grade import Course, grade
from grader.classroom.grade_command import _who_needs_a_look
from grader.classroom.gradebook import known_to_gradebook, released
from grader.classroom.merging import merge
from grader.classroom.model_answers import release_solutions
from grader.classroom.reading import notebook_of
from grader.classroom.released import grade_id, of_other_releases, release_in, sentence_of
from grader.classroom.self_check import self_check
from grader.classroom.term import word_in
from grader.classroom.update import update
from grader.judge import release
from grader.judge.errors import CourseError
from grader.judge.release import MARK
from grader.publish import lesson
from grader.publish.environment import course_config
from grader.publish.install_cell import release_of
from grader.publish.trying import tried

LESSON = "01-linear"
RELEASED = REPOSITORY / "notebooks" / LESSON / f"{LESSON}.ipynb"
RELEASE = release_of(REPOSITORY)
RIGHT = "def linear_params(in_features, out_features, bias=True):\n    return 7"
CHAIN = "def mlp_params(sizes, bias=True):\n    return 8"
COUNTED = (
    "def linear_params(in_features, out_features, bias=True):\n"
    "    return (in_features + bias) * out_features"
)
OLD, NEW = "1.0.0", "1.1.0"
VERSIONS = {"anna": "1.1.3", "bert": "1.0.0", "carl": ""}


def lesson_of(version, lesson=LESSON):
    """The lesson as a release hands it out; '' for one from before 1.0."""
    notebook = nbformat.read(REPOSITORY / "notebooks" / lesson / f"{lesson}.ipynb", 4)
    notebook.cells[0].source = replace(RELEASE, version=version).cell()
    notebook.metadata[MARK] = {"release": version}
    if not version:
        del notebook.metadata[MARK]
        notebook.cells[0].source = "\n".join(
            line for line in notebook.cells[0].source.splitlines() if "release" not in line
        )
    return notebook


def cell(notebook, name):
    return next(each for each in notebook.cells if each.id == name)


def sources(notebook):
    return [each.source for each in notebook.cells]


def written(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return path


@pytest.fixture
def package(monkeypatch):
    """Pretend that the package is of another release."""
    return lambda version: monkeypatch.setattr(release, "installed", lambda: version)


def grader(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["grader", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


# ---- releases


def test_the_package_knows_its_release_from_a_clone_or_from_pip(monkeypatch):
    assert release.installed() == RELEASE.version
    asked_anew = release.installed.__wrapped__
    monkeypatch.setattr(release, "NAME", "nbformat")
    assert asked_anew() == metadata.version("nbformat"), "another package's pyproject.toml"
    monkeypatch.setattr(release, "NAME", "nobody-has-this")
    assert asked_anew() == ""


@pytest.mark.parametrize("folder", ["solutions", "notebooks"])
def test_every_notebook_names_its_release_in_both_places(folder):
    for path in REPOSITORY.glob(f"{folder}/*/*.ipynb"):
        notebook = nbformat.read(path, 4)
        assert notebook.metadata[MARK] == {"release": RELEASE.version}, path
        assert release.named_in(notebook.cells[0].source) == RELEASE.version, path


def test_a_lesson_is_built_with_its_release_and_released_with_it(tmp_path):
    from test_lesson import GOOD

    (tmp_path / "solutions").mkdir()
    (tmp_path / "nbgrader_config.py").write_bytes((REPOSITORY / "nbgrader_config.py").read_bytes())
    text = tmp_path / "solutions" / "00-start-here.md"
    text.write_text(GOOD, encoding="utf-8")
    lesson.build(tmp_path, text)
    for folder in ("solutions", "notebooks"):
        notebook = nbformat.read(tmp_path / folder / text.stem / f"{text.stem}.ipynb", 4)
        assert notebook.metadata[MARK] == {"release": RELEASE.version}
        assert release.of_first_cell(sources(notebook)) == RELEASE.version


@pytest.mark.parametrize(
    ("notebook", "installed", "said"),
    [
        ("1.0.0", "1.0.0", ""),
        ("1.0.1", "1.0.2", ""),
        ("1.0.0", "1.1.0", "of release 1.0.0, and the course's package is of 1.1.0: `grader upd"),
        ("1.9.0", "1.10.0", "`grader update FILE`"),
        ("1.1.0", "1.0.3", "install the package that came with the notebook"),
        ("2.0.0", "1.9.0", "install the package"),
        ("1.2.dev0", "1.2.0", ""),
        ("1.2rc1", "1.1.0", "install the package"),
        ("", "1.0.0", "older than release 1.0, and the course's package is of 1.0.0"),
        ("", "0.1.0", ""),
        ("0.1.0", "0.2.0", ""),
        ("1.0.0", "0.2.0", "install the package"),
        ("1.0.0", "", ""),
    ],
)
def test_releases_are_compared_without_the_third_number(notebook, installed, said, package):
    package(installed)
    sentence = release.sentence(notebook)
    assert said in sentence
    assert bool(said) == bool(sentence) == release.differs(notebook)


@pytest.mark.parametrize("how", SAVED)
def test_a_release_is_read_from_what_other_programs_save(how):
    notebook = lesson_of("1.4.2")
    content = json.loads(nbformat.writes(notebook))
    notebook.cells[0].id = content["cells"][0]["id"] = "install"
    SAVED[how](content)
    for text in (json.dumps(content), json.dumps(content, indent=1, ensure_ascii=False)):
        assert release_in(text.encode()) == release_in(text.encode("utf-16")) == "1.4.2"
    assert release_in(nbformat.writes(lesson_of("")).encode()) == ""
    assert release_in(b"\xff\x00no notebook") == ""


def test_a_kernel_says_it_once_below_the_first_card():
    from jupyter_client.manager import start_new_kernel
    from test_kinds import _printed

    manager, client = start_new_kernel()
    try:
        run = lambda source: _printed(client, source)  # noqa: E731
        run("from grader import check\nfrom grader.judge import release")
        run("release.installed = lambda: '2.1.0'\ndef relu(x):\n    return max(0, x)\n")
        assert "release" not in run("check(relu)"), "nobody knows of which one the notebook is"
        assert run(lesson_of("1.0.0").cells[0].source) == ""
        card = run("check(relu)")
        assert "of release 1.0.0, and the course" in card
        assert card.rindex("</div>") < card.index("of release"), "below the card"
        assert "'text/plain': '2.0'" in card, "the score is what it was"
        assert "release" not in run("check(relu)"), "once"
        run(lesson_of("").cells[0].source)
        assert "older than release 1.0" in run("print(check(relu))")
        assert "Correct" in run("In = 5\ncheck(relu)")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_terminal_says_it_of_lessons_alone(tmp_path, package, monkeypatch, capsys):
    package("2.1.0")
    notebook = lesson_of(OLD)
    answer(linear_params=RIGHT)(notebook)
    path = written(tmp_path / "my copy.ipynb", notebook)
    assert grader(monkeypatch, "check", path) == 1
    assert f"`grader update '{path}'` gives it the new lesson" in capsys.readouterr().out
    scratch = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(RIGHT)])
    assert sentence_of(written(tmp_path / "scratch.ipynb", scratch)) == ""
    (tmp_path / "a.py").write_text(f"{release.LINE.format(OLD)}\n{RIGHT}\n")
    assert sentence_of(tmp_path / "a.py") == ""


@pytest.mark.parametrize("digits", ["9" * 5000 + ".1", "1." + "9" * 5000, "1.0." + "9" * 10**6])
def test_a_release_with_endless_digits_stops_no_class(digits, package):
    package("1.1.0")
    for text in (release.LINE.format(digits), f'"{MARK}": {{"release": "{digits}"}}'):
        named = release_in(text.encode())
        assert len(named) < 30
        lines = list(of_other_releases({"eve": named, "ann": "999.0"}))
        assert all(len(line) < 200 for line in lines)
        assert any(line.endswith("of release 999.0: ann") for line in lines)


def test_an_instructor_reads_who_has_which_release(package):
    package("1.10.0")
    named = {"anna": "1.9.2", "bert": "1.10.4", "carl": "", "dora": "1.9.0", "emil": "1.9.2"}
    so = "Graded by the lesson of release 1.10.0, though the notebook is"
    assert list(of_other_releases(named)) == [
        f"{so} older than release 1.0: carl",
        f"{so} of release 1.9.0: dora",
        f"{so} of release 1.9.2: anna, emil",
    ]
    many = dict.fromkeys((f"s{number:02}" for number in range(25)), "1.0.0")
    (line,) = of_other_releases(many)
    assert line.endswith("s19 and 5 more")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """A class whose students have notebooks of three releases, and one has none."""
    room = Classroom(tmp_path_factory.mktemp("room"), LESSON)
    room.release(LESSON, due="2020-01-01 12:00")
    for student, version in VERSIONS.items():
        notebook = lesson_of(version)
        answer(linear_params=COUNTED)(notebook)
        room.put(student, LESSON, lambda _, it=notebook: nbformat.writes(it))
    room.put("dora", LESSON, lambda _: "no notebook")
    return room


def test_autograde_notes_it_in_its_log_and_changes_no_mark(room, package, caplog):
    package("1.1.0")
    room.autograde(LESSON, "*")
    said = [record.message for record in caplog.records if "Graded by" in record.message]
    assert [line.rpartition(": ")[2] for line in said] == [f"carl in {LESSON}", f"bert in {LESSON}"]
    for student in VERSIONS:
        assert sum(room.scores(LESSON, student).values()) == 3


@pytest.mark.thorough
def test_grade_notes_it_in_its_summary(room, package):
    package("1.1.0")
    summary = grade(Course.at(room.root, LESSON, room.config), workers=1)
    assert summary.releases == VERSIONS, "who handed in no notebook has none"
    said = [line for line in _who_needs_a_look(summary) if "Graded by" in line]
    assert [line.rpartition(": ")[2] for line in said] == ["carl", "bert"]


# ---- grader update


def started():
    """A student's notebook of the old release, as JupyterLab leaves it."""
    notebook = lesson_of(OLD)
    answer(linear_params=RIGHT, mlp_params=CHAIN)(notebook)
    predict = next(each for each in notebook.cells if "prediction = ...\n" in each.source)
    predict.source = predict.source.replace("prediction = ...", "prediction = [16,\n    (1)]")
    place = sources(notebook).index(RIGHT)
    own = nbformat.v4.new_code_cell("my_test = linear_params(3, 2)", id="0f3a9c1d")
    picture = nbformat.v4.new_markdown_cell(
        "My notes ![x](attachment:a.png)",
        id="b7c0a1d2-3f44-4e55-8a66-9b77c0d1e2f3",
        attachments={"a.png": {"image/png": "aGk="}},
    )
    comment = nbformat.v4.new_code_cell("# think about biases", id="1f3a9c1d")
    notebook.cells[place + 1 : place + 1] = [own, picture, comment]
    for each in notebook.cells:
        if each.cell_type == "code":
            each.execution_count = 3
            each.outputs = [nbformat.v4.new_output("stream", text="old")]
    return notebook


def newer():
    """The lesson of the next release: another text, a new cell, one cell less, a new title."""
    notebook = lesson_of(NEW)
    notebook.cells[1].source = notebook.cells[1].source.replace("plainest", "simplest")
    notebook.cells.insert(3, nbformat.v4.new_markdown_cell("Quite new.", id="quite-new"))
    gone = next(each for each in notebook.cells if each.id.startswith("as-a-formula"))
    notebook.cells.remove(gone)
    return notebook


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A student's file, and the new lesson where the command is called."""
    mine = written(tmp_path / "mine" / f"{LESSON}.ipynb", started())
    written(tmp_path / "new" / "notebooks" / LESSON / f"{LESSON}.ipynb", newer())
    other = lesson_of(NEW, "02-activations")
    written(tmp_path / "new/notebooks/02-activations/02-activations.ipynb", other)
    monkeypatch.chdir(tmp_path / "new")
    return mine


def test_a_started_notebook_gets_the_new_lesson_and_keeps_what_was_written(files):
    before = files.read_bytes()
    said = update(files)
    now = nbformat.read(files, 4)
    nbformat.validate(now)
    assert cell(now, "linear_params_answer").source == RIGHT
    assert cell(now, "mlp_params_answer").source == CHAIN
    assert "prediction = [16,\n    (1)]\n" in "\n".join(sources(now))
    place = sources(now).index(RIGHT)
    assert sources(now)[place + 1] == "my_test = linear_params(3, 2)"
    assert now.cells[place + 2].attachments == {"a.png": {"image/png": "aGk="}}
    assert sources(now)[place + 3] == "# think about biases"
    assert sources(now)[place + 4] == "check(linear_params)"
    mine = {RIGHT, CHAIN, *sources(now)[place + 1 : place + 4]}
    news = newer()
    assert "Quite new." in sources(now)
    assert not any(each.id.startswith("as-a-formula") for each in now.cells)
    left = [each.id for each in now.cells if each.source not in mine or "_answer" in each.id]
    assert left == [each.id for each in news.cells]
    assert release_in(files.read_bytes()) == now.metadata[MARK]["release"] == NEW
    assert not any(each.get("outputs") or each.get("execution_count") for each in now.cells)
    kept = files.with_name(f"{LESSON}-{OLD}.ipynb")
    assert kept.read_bytes() == before
    assert said == [
        f"{files} is of release {NEW} now.",
        "Kept: 2 answers, 1 prediction, 3 cells of your own. Run the cells anew: outputs were "
        "left out.",
        f"As it was: {kept}",
    ]


def test_a_second_time_changes_nothing(files):
    update(files)
    once, beside = files.read_bytes(), sorted(files.parent.iterdir())
    (said,) = update(files)
    assert said.startswith(f"{files} is of release {NEW} already")
    assert files.read_bytes() == once
    assert sorted(files.parent.iterdir()) == beside


def test_what_was_kept_is_kept_again_a_year_later(files, tmp_path):
    update(files)
    written(tmp_path / "third" / LESSON / f"{LESSON}.ipynb", lesson_of("2.0.0"))
    first = nbformat.read(files, 4)
    said = update(files, tmp_path / "third")
    assert "Kept: 2 answers, 1 prediction, 3 cells of your own." in said[1]
    again = nbformat.read(files, 4)
    assert {"my_test = linear_params(3, 2)", RIGHT, CHAIN} <= {*sources(again)} & {*sources(first)}
    names = {path.name for path in files.parent.iterdir()}
    assert names == {f"{LESSON}.ipynb", f"{LESSON}-{OLD}.ipynb", f"{LESSON}-{NEW}.ipynb"}


def test_a_backup_never_overwrites_a_file(files):
    taken = files.with_name(f"{LESSON}-{OLD}.ipynb")
    taken.write_text("mine")
    *_, last = update(files)
    assert taken.read_text() == "mine"
    assert last == f"As it was: {files.with_name(f'{LESSON}-{OLD}-2.ipynb')}"


def test_an_untouched_answer_gets_the_new_words(files):
    news = newer()
    blank = cell(news, "linear_params_answer")
    blank.source = blank.source.replace('"""', '"""New words. ', 1)
    old = lesson_of(OLD)
    merged = merge(notebook_of(nbformat.writes(old).encode()), deepcopy(news))
    assert cell(merged.notebook, "linear_params_answer").source == blank.source
    assert (merged.answers, merged.predictions, merged.own) == ([], 0, 0)
    assert sources(merged.notebook) == sources(news), "nothing of the old lesson is left"


def test_the_answer_of_an_exercise_that_is_gone_stands_by_itself(files):
    news = newer()
    for name in ("linear_params_answer", "linear_params"):
        renamed = cell(news, name)
        renamed.id = renamed.metadata.nbgrader.grade_id = name.replace("params", "count")
        renamed.source = renamed.source.replace("linear_params", "linear_count")
    written(Path("notebooks") / LESSON / f"{LESSON}.ipynb", news)
    said = update(files)
    now = nbformat.read(files, 4)
    place = sources(now).index(RIGHT)
    sentence = "`linear_params` is no exercise of this lesson any more. Your answer was:"
    assert now.cells[place - 1].source == sentence
    assert "nbgrader" not in now.cells[place].metadata
    assert cell(now, "linear_count_answer").source == cell(news, "linear_count_answer").source
    assert "check(linear_params)" not in sources(now)
    assert said[2].endswith("kept by themselves: `linear_params`.")


def moved(notebook):
    place = sources(notebook).index(RIGHT)
    notebook.cells.append(notebook.cells.pop(place))


def copied(notebook):
    """JupyterLab's copy has an id of its own, and the mark of the first; the last one counts."""
    place = sources(notebook).index(RIGHT)
    second = deepcopy(notebook.cells[place])
    second.id, second.source = "0a1b2c3d", RIGHT.replace("7", "9")
    notebook.cells.insert(place + 1, second)


def answered_in_the_copy(notebook):
    copied(notebook)
    place = sources(notebook).index(RIGHT)
    notebook.cells[place].source = cell(lesson_of(OLD), "linear_params_answer").source
    notebook.cells[place + 1].source = RIGHT


def without_marks(notebook):
    for each in notebook.cells:
        each.metadata.pop("nbgrader", None)
        if each.id.endswith("_answer"):
            each.id = nbformat.v4.new_code_cell().id


def as_prose(notebook):
    place = sources(notebook).index(RIGHT)
    old = notebook.cells[place]
    notebook.cells[place] = nbformat.v4.new_markdown_cell(RIGHT, id=old.id, metadata=old.metadata)


def cells_deleted(notebook):
    keep = ("linear_params_answer", "mlp_params_answer", "linear_params")
    notebook.cells = [each for each in notebook.cells if each.id in keep]


def half_an_answer(notebook):
    cell(notebook, "mlp_params_answer").source = "def mlp_params(sizes:"


@pytest.mark.parametrize(
    "change",
    [moved, copied, answered_in_the_copy, without_marks, as_prose, cells_deleted, half_an_answer],
    ids=lambda change: change.__name__,
)
def test_what_a_student_did_to_the_cells_loses_no_answer(change):
    old = started()
    change(old)
    merged = merge(notebook_of(nbformat.writes(old).encode()), newer()).notebook
    nbformat.validate(merged)
    assert cell(merged, "linear_params_answer").source == RIGHT
    assert cell(merged, "linear_params_answer").cell_type == "code"
    theirs = {each.source for each in old.cells if "mlp_params(sizes" in each.source}
    assert cell(merged, "mlp_params_answer").source in theirs - {""}
    ids = [each.id for each in merged.cells]
    assert len({*ids}) == len(ids)
    order = [each.id for each in newer().cells]
    assert [name for name in ids if name in order] == order
    marks = list(filter(None, map(grade_id, merged.cells)))
    assert len({*marks}) == len(marks), "no copy has a mark, or nbgrader stops"
    if change is copied:
        later = RIGHT.replace("7", "9")
        assert sources(merged).index(later) == sources(merged).index(RIGHT) + 1


@pytest.mark.parametrize("how", SAVED)
def test_what_other_programs_saved_is_updated(how):
    notebook = started()
    content = json.loads(nbformat.writes(notebook))
    content["cells"][0]["id"] = "install"
    SAVED[how](content)
    merged = merge(notebook_of(json.dumps(content).encode()), newer()).notebook
    nbformat.validate(merged)
    assert cell(merged, "linear_params_answer").source == RIGHT
    assert cell(merged, "mlp_params_answer").source == CHAIN
    assert "prediction = [16,\n    (1)]\n" in "\n".join(sources(merged))
    assert sources(merged).count("my_test = linear_params(3, 2)") == 1
    assert len(merged.cells) <= len(newer().cells) + 4
    assert [each.id for each in merged.cells if each.id in {c.id for c in newer().cells}] == [
        each.id for each in newer().cells
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_lesson_is_known_and_each_prediction_kept(path, tmp_path):
    old = lesson_of(OLD, path.stem)
    guesses = re.findall(r"^prediction = \.\.\.$", "\n".join(sources(old)), re.MULTILINE)
    with_one = [each for each in old.cells if "prediction = ...\n" in each.source]
    for number, each in enumerate(with_one):
        each.source = each.source.replace("prediction = ...", f"prediction = {number}")
    mine = written(tmp_path / "a.ipynb", old)
    new = written(tmp_path / path.stem / path.name, lesson_of(NEW, path.stem))
    said = update(mine, new)
    assert f"{len(guesses)} prediction" in said[1]
    now = "\n".join(sources(nbformat.read(mine, 4)))
    assert re.findall(r"^prediction = (.+)$", now, re.M) == [*map(str, range(len(guesses)))]


WRONG = {
    "broken": (b'{"cells": [', "mine.ipynb cannot be updated: it was cut off in line 1"),
    "prose": (b"I have no time", "mine.ipynb cannot be updated: it is a text, not a notebook"),
    "a stranger's": (
        nbformat.writes(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
        ).encode(),
        "mine.ipynb is the notebook of no lesson that is found here.",
    ),
    "newer": (
        nbformat.writes(lesson_of("3.0.0")).encode(),
        "is of release 3.0.0, and notebooks/01-linear/01-linear.ipynb is of release 1.1.0: get the "
        "new notebooks first",
    ),
    "missing": (None, "mine.ipynb cannot be read: No such file or directory."),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_updated_gets_one_sentence(wrong, files, monkeypatch, capsys):
    data, sentence = WRONG[wrong]
    mine = files.with_name("mine.ipynb")
    if data is not None:
        mine.write_bytes(data)
    before = sorted(files.parent.iterdir())
    assert grader(monkeypatch, "update", mine) == 1
    said = capsys.readouterr()
    assert sentence in said.err.replace(f"{Path.cwd()}/", "")
    assert said.err.count("\n") == 1
    assert sorted(files.parent.iterdir()) == before


def test_where_there_is_no_newer_lesson_it_says_so(files, tmp_path, monkeypatch):
    with pytest.raises(CourseError, match=r"no lesson in .*mine: name the folder"):
        update(files, files.parent)
    with pytest.raises(CourseError, match="is itself the lesson that is found here"):
        update(Path("notebooks") / LESSON / f"{LESSON}.ipynb")
    written(Path("notebooks") / LESSON / f"{LESSON}.ipynb", lesson_of(""))
    with pytest.raises(CourseError, match=r"is older than release 1\.0: nothing can be updated to"):
        update(files)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError, match="no lesson in a folder `notebooks` here"):
        update(files)


def test_a_folder_that_cannot_be_written_loses_nothing(files, monkeypatch):
    before = files.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grader.classroom.update.shutil.copy2", full)
    with pytest.raises(CourseError, match="cannot be written: No space left"):
        update(files)
    assert files.read_bytes() == before
    assert [path.name for path in files.parent.iterdir()] == [files.name]


def test_what_another_program_saves_meanwhile_is_not_lost(files, monkeypatch):
    """JupyterLab saves by itself; two commands may run at once."""

    def saved(path, kept):
        Path(path).write_bytes(b"newer")
        shutil.copyfile(path, kept)

    monkeypatch.setattr("grader.classroom.update.shutil.copy2", saved)
    with pytest.raises(CourseError, match="was saved by another program just now"):
        update(files)
    assert files.read_bytes() == b"newer"
    assert [path.name for path in files.parent.iterdir()] == [files.name]


def test_a_file_keeps_its_mode_and_a_link_leads_where_it_led(files):
    files.chmod(0o600)
    link = files.with_name("link.ipynb")
    link.symlink_to(files)
    update(link)
    assert link.is_symlink()
    assert release_in(files.read_bytes()) == NEW
    assert {path.stat().st_mode & 0o777 for path in files.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("source", ["x = '\ud800'", "-" * 100_000 + "1", "a = 1\n" * 20_000])
def test_a_cell_as_nobody_writes_it_is_kept(files, source):
    content = json.loads(files.read_text("utf-8"))
    own = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    content["cells"].append(own)
    files.write_text(json.dumps(content))
    update(files)
    kept = json.loads(files.read_text("utf-8"))["cells"]
    assert source in ["".join(each["source"]) for each in kept]
    assert files.read_bytes().decode("utf-8")


def test_a_new_lesson_without_ids_is_taken_all_the_same(files):
    path = Path("notebooks") / LESSON / f"{LESSON}.ipynb"
    content = json.loads(path.read_text("utf-8"))
    content["nbformat_minor"] = 4
    for each in content["cells"]:
        del each["id"]
    path.write_text(json.dumps(content))
    assert "Kept: 2 answers" in update(files)[1]


def test_a_name_that_is_too_long_with_its_release_loses_nothing(files):
    path = files.rename(files.with_name("a" * 245 + ".ipynb"))
    with pytest.raises(CourseError, match="cannot be written: File name too long"):
        update(path)
    assert list(files.parent.iterdir()) == [path]


def test_an_updated_notebook_is_judged_as_before(files):
    solved = started()
    model_answers(LESSON)(solved)
    written(files, solved)
    update(files)
    checked = self_check(files, Path("notebooks"))
    assert checked.score == checked.points > 0


# ---- grader release-solutions


def due(room, moment):
    with room.gradebook() as gradebook:
        text = moment and moment.strftime("%Y-%m-%d %H:%M")
        gradebook.update_or_create_assignment(LESSON, duedate=text)


def test_after_the_deadline_students_fetch_solved_notebooks(room):
    due(room, datetime(2020, 1, 1, 12, tzinfo=UTC))
    (room.root / ".nbgrader/term").write_text("avocado\n")
    said = release_solutions(room.root, LESSON, config=room.config)
    path = room.root / f"dist/solutions/{LESSON}-solutions/{LESSON}-solutions.ipynb"
    assert said[0] == str(path)
    assert "it is called 01-linear-solutions" in said[1]
    text = path.read_text("utf-8")
    assert not re.search(r"(BEGIN|END) SOLUTION|# SOLUTION|nbgrader\"|HIDDEN|avocado", text)
    notebook = nbformat.read(path, 4)
    nbformat.validate(notebook)
    answers = {each.id: each.source for each in notebook.cells if each.id.endswith("_answer")}
    assert len(answers) == 5
    assert "...\n" not in "".join(answers.values())
    fetched = room.fetch("anna", f"{LESSON}-solutions")
    assert fetched.read_bytes() == path.read_bytes()
    assert (room.fetch("anna", LESSON)).parent != fetched.parent, "nobody's work is overwritten"
    checked = self_check(path, None)
    assert checked.score == checked.points > 0
    assert not checked.errors


def test_it_can_be_done_again(room):
    due(room, None)
    one = release_solutions(room.root, LESSON, config=room.config)
    assert one[1] == f"The gradebook has no due date for {LESSON}, so none was waited for."
    assert release_solutions(room.root, LESSON, config=room.config) == one


def test_before_the_deadline_it_refuses(room):
    later = datetime.now(UTC) + timedelta(days=1)
    due(room, later)
    when = f"{LESSON} can be handed in until {later:%Y-%m-%d %H:%M} UTC: wait, or write --now"
    with pytest.raises(CourseError, match=re.escape(when)):
        release_solutions(room.root, LESSON, config=room.config)
    assert release_solutions(room.root, LESSON, now=True, config=room.config)[1:]


def test_who_got_more_time_is_waited_for(room):
    due(room, datetime.now(UTC) - timedelta(days=1))
    with room.gradebook() as gradebook:
        gradebook.update_or_create_student("late")
        submission = gradebook.update_or_create_submission(LESSON, "late")
        submission.extension = timedelta(days=2)
        gradebook.db.commit()
    with pytest.raises(CourseError, match="can be handed in until"):
        release_solutions(room.root, LESSON, config=room.config)


def test_without_an_exchange_there_is_a_file(tmp_path, monkeypatch, capsys):
    room = Classroom(tmp_path, LESSON, "18-table")
    for name in (LESSON, "18-table"):
        shutil.copytree(REPOSITORY / "notebooks" / name, room.root / "notebooks" / name)
    monkeypatch.chdir(room.root)
    assert grader(monkeypatch, "release-solutions", "18") == 0
    said = capsys.readouterr().out
    assert "it is called" not in said
    folder = room.root / "dist/solutions/18-table-solutions"
    assert {path.name for path in folder.iterdir()} == {
        "18-table-solutions.ipynb",
        "cheat-sheet.html",
    }
    (room.root / f"solutions/{LESSON}/{LESSON}.ipynb").unlink()
    assert grader(monkeypatch, "release-solutions", "01") == 1
    assert "solutions/01-linear has no notebook: run make solutions." in capsys.readouterr().err


def test_what_stands_in_the_way_of_model_answers_gets_one_sentence(tmp_path, monkeypatch, capsys):
    room = Classroom(tmp_path, LESSON)
    shutil.copytree(RELEASED.parent, room.root / "notebooks" / LESSON)
    monkeypatch.chdir(room.root)
    folder, elsewhere = room.root / f"dist/solutions/{LESSON}-solutions", tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.parent.mkdir(parents=True)
    folder.symlink_to(elsewhere)
    assert grader(monkeypatch, "release-solutions", "01") == 0
    assert not folder.is_symlink()
    assert list(elsewhere.iterdir()) == []
    shutil.rmtree(folder)
    folder.write_text("a file")
    assert grader(monkeypatch, "release-solutions", "01") == 1
    folder.unlink()
    source = room.root / f"solutions/{LESSON}/{LESSON}.ipynb"
    source.write_text("<<<<<<< HEAD\n" + source.read_text("utf-8"))
    assert grader(monkeypatch, "release-solutions", "01") == 1
    said = capsys.readouterr().err.splitlines()
    assert "cannot be written: Not a directory" in said[0]
    assert said[1:] == [f"solutions/{LESSON}/{LESSON}.ipynb cannot be read: run make solutions."]


# ---- docs/second-term.md


def test_a_moved_gradebook_is_a_new_term(tmp_path):
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    shutil.copytree(RELEASED.parent, tmp_path / "notebooks" / LESSON)
    config = course_config(tmp_path)
    private = tmp_path / ".nbgrader"
    word = word_in(private)
    private.rename(tmp_path / "last-term")
    config = course_config(tmp_path)
    assert private.stat().st_mode & 0o777 == 0o700
    directory = CourseDirectory(config=config)
    known_to_gradebook(directory)
    assert released(directory, LESSON).graded >= {"linear_params"}
    assert word_in(private) != word
    assert word_in(tmp_path / "last-term") == word


def test_the_page_names_commands_that_there_are(monkeypatch, capsys):
    page = (REPOSITORY / "docs/second-term.md").read_text("utf-8")
    named = set(re.findall(r"\bgrader ([a-z-]+)", page))
    assert named >= {"update", "release-solutions", "try", "check", "grade"}
    for command in named:
        assert grader(monkeypatch, command, "--help") == 0
    capsys.readouterr()
    line = re.search(r"^echo '(.+)' \| grader try (\w+)$", page, re.MULTILINE)
    assert tried(line[2], line[1]).mistakes == ("no bias",)
