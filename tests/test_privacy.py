"""What is stored about a student is shown, exported and deleted; a classmate's is left alone."""

import csv
import io
import json
import sqlite3
import sys
import zlib
from contextlib import closing, nullcontext
from zipfile import ZipFile

import pytest
import test_postgresql
from classroom import REPOSITORY, Classroom, answer, changed, model_answers
from test_grade import rows
from test_rooms import imports

from grader import cli
from grader.classroom import cluster, privacy, quiz_answers, quiz_files
from grader.classroom.backup import newest
from grader.classroom.collect import collect
from grader.classroom.feedback_command import feedback
from grader.classroom.grade import Course, alone, grade
from grader.classroom.traces import Trace

LESSON = "01-linear"
ADA, WORD = "4711023", "zugzwang"  # as the number in a platform's file names; in her answers
CALLED = (ADA, "Lovelace", WORD)
NETWORK = {"socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx", "aiohttp", "ftplib"}
NETWORK |= {"smtplib", "asyncio", "tornado", "websockets", "dask", "distributed"}
PURE = {"urllib.parse.quote", "urllib.parse.urlsplit", "http.HTTPStatus"}  # words, and no calls
PLACES = [
    "exchange",
    "submitted",
    "autograded",
    "feedback",
    "replaced",
    "backups",
    "downloaded/class.zip",
    "collected",
    "gradebooks in backups",
    "gradebook",
    "quiz",
]


def linear(said):
    text = f"def linear_params(in_features, out_features, bias=True):\n    # {said}\n    return 1"
    return answer(linear_params=text)


server = test_postgresql.server


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A class in which every place has something of Ada; she has handed in twice, in two ways."""
    folder = tmp_path_factory.mktemp("class")
    room = Classroom(folder, LESSON)
    with (room.root / "nbgrader_config.py").open("a") as settings:
        settings.write(f"c.Exchange.root = {str(folder / 'exchange')!r}\n")
        settings.write("c.JudgeInJail.term = ''\n")
    room.release(LESSON)
    room.hand_in(ADA, LESSON, linear(f"{WORD}, at first"))
    room.hand_in("bob", LESSON, model_answers(LESSON))
    room.collect(LESSON)
    with room.gradebook() as gradebook:
        gradebook.update_or_create_student(ADA, first_name="Ada", last_name="Lovelace")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "cluster", lambda *_: nullcontext())
        patch.setattr(cluster, "results", in_this_process)
        grade(course_of(room))
        for student in (ADA, "bob"):
            room.feedback(LESSON, student)
        assert room.api.release_feedback(LESSON)["success"]
        hand_in_by_platform(room)
        grade(course_of(room))
        comment(room)
        feedback(course_of(room))
        make_quiz(room, patch)
        patch.chdir(room.root)
        for command in (["report", LESSON], ["report"], ["grade", LESSON, "--dry-run"]):
            assert run(patch, *command) == 0
    return room


def in_this_process(_, work, shared, items, count):
    for name, item in items:
        yield {name: work(shared, [item])[0]}


def comment(room):
    with room.gradebook() as gradebook:
        found = gradebook.find_comment("linear_params_answer", LESSON, LESSON, ADA)
        found.manual_comment = f"No {WORD}, Ada Lovelace!"
        gradebook.db.commit()


@pytest.fixture
def room(prepared, tmp_path, monkeypatch):
    """The class as it was prepared; what a test does to it is undone."""
    monkeypatch.chdir(prepared.root)
    before = whole(prepared.root.parent)
    yield prepared
    for path in whole(prepared.root.parent).keys() - before.keys():
        path.unlink()
    for path, data in before.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            path.unlink(missing_ok=True)
            path.write_bytes(data)


def course_of(room):
    return Course.at(room.root, LESSON)


def hand_in_by_platform(room):
    """Once more, in a zip with a classmate's and with a file that is nobody's."""
    archive = room.root / f".nbgrader/downloaded/{LESSON}/archive/class.zip"
    archive.parent.mkdir(parents=True)
    released = REPOSITORY / f"notebooks/{LESSON}/{LESSON}.ipynb"
    with ZipFile(archive, "w") as file:
        for number, said in ((ADA, f"{WORD}, again"), ("4711024", "another")):
            file.writestr(f"doe_{number}_89_{LESSON}.ipynb", changed(released, linear(said)))
        file.writestr("somebody.txt", "without a name")
    collect(archive, course_of(room).directory, {}, LESSON)


def make_quiz(room, patch):
    def printed(page):
        page.with_suffix(".pdf").write_bytes(page.read_bytes())
        return True

    patch.setattr(quiz_files, "_print", printed)
    roster, folder = room.root.parent / "roster.csv", room.root / "dist/quiz"
    roster.write_text(f"id,name\n{ADA},Ada Lovelace\nbob,Bob Byron\n")
    list(quiz_files.make(folder, ["01"], 2, roster, "seed"))
    roster.unlink()
    answers = folder / "answers.csv"
    answers.write_text(answers.read_text(encoding="utf-8-sig").replace(",,", ",7,7"))
    list(quiz_answers.grade(answers))


def run(patch, *arguments):
    patch.setattr(sys, "argv", ["grader", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return end.value.code


def whole(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def naming(folder):
    """The files in which Ada stands, or in whose path, but for those on students' own machines."""
    for path, data in whole(folder).items():
        where = path.relative_to(folder)
        texts = [str(where).encode(), data]
        if path.suffix == ".zip":
            with ZipFile(path) as archive:
                texts += [name.encode() + archive.read(name) for name in archive.namelist()]
        if path.name == "journal.db":
            with closing(sqlite3.connect(path)) as journal:
                found = journal.execute("SELECT copy FROM verdict")
                texts += [zlib.decompress(copy) for (copy,) in found]
        here = where.parts[0] in ("course", "exchange")
        if here and any(word.encode() in text for word in CALLED for text in texts):
            yield str(where)


def of_bob(room):
    steps = ("submitted", "autograded", "feedback")
    marks = {key: row for key, row in rows(room).items() if ADA not in key}
    return [whole(room.root / f".nbgrader/{step}/bob") for step in steps], marks


def test_every_place_is_shown_with_how_much_is_there(room, monkeypatch, capsys):
    assert run(monkeypatch, "student", ADA) == 0
    shown = [line[2:26].strip() for line in capsys.readouterr().out.splitlines()]
    assert shown == PLACES


def test_the_export_has_all_files_and_marks(room, monkeypatch, tmp_path, capsys):
    path = tmp_path / "ada.zip"
    before = whole(room.root)
    assert run(monkeypatch, "student", ADA, "--export", str(path)) == 0
    assert whole(room.root) == before
    with ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    private = room.root / ".nbgrader"
    for step in ("submitted", "autograded", "feedback"):
        for file, data in whole(private / step / ADA).items():
            assert held[f"{step}/{file.relative_to(private / step / ADA)}"] == data
    said = json.loads(held["marks.json"])
    assert (said["last_name"], said["lessons"][0]["lesson"]) == ("Lovelace", LESSON)
    assert WORD in said["lessons"][0]["comments"]["linear_params_answer"]
    table = csv.DictReader(io.StringIO(held["marks.csv"].decode("utf-8-sig")))
    assert {row["exercise"]: float(row["score"]) for row in table} == room.scores(LESSON, ADA)
    assert {"exchange", "replaced", "downloaded", "collected", "backups", "quiz"} <= {
        name.partition("/")[0] for name in held
    }
    assert not [name for name, data in held.items() if b"bob" in data.lower()]
    assert path.stat().st_mode & 0o077 == 0
    assert run(monkeypatch, "student", ADA, "--export", str(path)) == 1
    assert "is there already" in capsys.readouterr().err


def test_after_deletion_no_file_names_the_student(room, monkeypatch, capsys):
    everything, bob = set(naming(room.root.parent)), of_bob(room)
    assert len({path.split("/")[2] for path in everything if "/.nbgrader/" in path}) >= 10
    assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 0
    assert list(naming(room.root.parent)) == []
    assert of_bob(room) == bob
    said = capsys.readouterr().out
    for place in [*PLACES, "journal", "reports"]:
        assert f"{place}: " in said
    assert "Not deleted" not in said
    assert "name the student still" not in said
    assert "Not reached from here: the school's system" in said
    with ZipFile(next(room.root.rglob("class.zip"))) as archive:
        assert archive.namelist() == [f"doe_4711024_89_{LESSON}.ipynb", "somebody.txt"]
    assert [
        sheet.student for sheet in quiz_files.read_quiz(room.root / "dist/quiz/quiz.json").sheets
    ]
    assert run(monkeypatch, "student", ADA) == 1
    assert capsys.readouterr().err == (
        f"Nothing is stored about '{ADA}': write the id as in marks.csv.\n"
    )


def test_grading_and_undoing_go_on_without_the_student(room, monkeypatch):
    assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 0
    bob = of_bob(room)
    summary = grade(course_of(room), workers=1)
    assert (summary.graded, summary.changes, summary.copies) == (0, [], 0)
    assert of_bob(room) == bob
    course = course_of(room)
    for _ in range(2):  # the run above, and the one in which she had other marks
        newest(course.private / "backups").put_back(
            course.directory.db_url, course.private / "autograded"
        )
    assert ADA not in {student for student, _ in rows(room)}
    assert list(naming(room.root.parent)) == []


@pytest.mark.parametrize("typed", ["bob", "", None])
def test_only_the_id_typed_again_deletes(room, monkeypatch, capsys, typed):
    def asked(_):
        if typed is None:
            raise EOFError
        return typed

    before = whole(room.root.parent)
    monkeypatch.setattr("builtins.input", asked)
    assert run(monkeypatch, "student", ADA, "--delete") == 1
    assert capsys.readouterr().err.strip() == "Nothing was deleted."
    assert whole(room.root.parent) == before
    monkeypatch.setattr("builtins.input", lambda _: ADA)
    assert run(monkeypatch, "student", ADA, "--delete") == 0
    assert list(naming(room.root.parent)) == []


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("eve", "Nothing is stored about 'eve': write the id as in marks.csv."),
        ("bo", "Nothing is stored about 'bo'"),
        ("*", "Nothing is stored about '*'"),
        ("", "'' cannot be a student's id"),
        ("..", "'..' cannot be a student's id"),
        ("../submitted/bob", "cannot be a student's id"),
        ("a\\b", "cannot be a student's id"),
        ("a\0b", "cannot be a student's id"),
        ("a" * 300, "'aaaa"),
        ("\udce9", "cannot be a student's id"),
        ("%", "Nothing is stored about '%'"),
        (LESSON, f"Nothing is stored about '{LESSON}'"),
        ("archive", "Nothing is stored about 'archive'"),
    ],
)
@pytest.mark.parametrize("deed", [[], ["--delete", "--yes"], ["--export", "of-nobody.zip"]])
def test_another_id_is_one_sentence_and_nothing_is_lost(
    room, monkeypatch, capsys, student, said, deed
):
    before = whole(room.root.parent)
    assert run(monkeypatch, "student", student, *deed) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    after = whole(room.root.parent)
    assert {path: data for path, data in after.items() if "journal" not in path.name} == {
        path: data for path, data in before.items() if "journal" not in path.name
    }


def test_nothing_is_deleted_while_a_grading_runs(room, monkeypatch, capsys):
    before = whole(room.root.parent)
    with alone(course_of(room).private):
        assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 1
    assert capsys.readouterr().err.startswith("Another `grader grade` of this course is running.")
    assert whole(room.root.parent) == before


@pytest.mark.thorough  # SQLite waits five seconds
def test_a_gradebook_in_use_is_said_and_the_next_deletion_ends_it(room, monkeypatch, capsys):
    bob = of_bob(room)
    with closing(sqlite3.connect(room.root / ".nbgrader/gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 1
    said = capsys.readouterr().err
    assert "is using the gradebook, so that not all is deleted" in said
    assert "Traceback" not in said
    assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 0
    assert list(naming(room.root.parent)) == []
    assert of_bob(room) == bob


def test_what_another_user_owns_is_named_and_the_rest_deleted(room, monkeypatch):
    def refused():
        raise PermissionError(13, "Permission denied")

    gone = []
    found = [
        Trace("exchange", 2, "files", refused),
        Trace("quiz", 1, "files", lambda: gone.append(1)),
    ]
    monkeypatch.setattr(privacy, "own", lambda *_: found)
    monkeypatch.setattr(privacy, "among_others", lambda *_: [])
    said = list(privacy.delete(course_of(room), ADA, lambda: True))
    assert "Deleted: quiz: 1 files." in said
    assert "Not deleted: exchange (Permission denied)." in said
    assert gone == [1]


def test_a_link_in_the_exchange_shows_and_deletes_nothing_of_where_it_leads(room, monkeypatch):
    """A student owns what they handed in there, and may put a link in its place."""
    secret = room.root.parent / "secret"
    secret.mkdir()
    for name in ("private.txt", "secret.txt"):
        (secret / name).write_text("of the teacher")
    sent = next((room.root.parent / "exchange").glob(f"*/inbound/{ADA}+*"))
    kept = sent.rename(room.root.parent / "kept")
    sent.symlink_to(secret)
    try:
        path = room.root.parent / "of-ada.zip"
        assert run(monkeypatch, "student", ADA, "--export", str(path)) == 0
        with ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if "private.txt" in name]
        assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 0
        assert not sent.is_symlink()
        assert len(whole(secret)) == 2
    finally:
        sent.unlink(missing_ok=True)
        kept.rename(sent)


def test_folders_of_an_archive_that_are_nobodys_name_no_student(room, monkeypatch, capsys):
    archive = room.root / f".nbgrader/downloaded/{LESSON}/archive/more.zip"
    with ZipFile(archive, "w") as file:
        file.writestr(f"{LESSON}/doe_4711024_89_{LESSON}.ipynb", "another's")
        file.writestr("archive/4711025/mine.ipynb", "in a folder of their own")
    assert run(monkeypatch, "student", LESSON) == 1
    assert run(monkeypatch, "student", "archive") == 1
    capsys.readouterr()
    assert run(monkeypatch, "student", "4711025") == 0
    assert "downloaded/more.zip     1 files" in capsys.readouterr().out


def test_a_name_in_no_encoding_is_exported_and_half_of_a_zip_is_not_left(
    room, monkeypatch, tmp_path
):
    folder = room.root / f".nbgrader/submitted/{ADA}/{LESSON}"
    odd = folder / "caf\udce9.txt"
    try:
        odd.write_text("data")
    except OSError:
        pytest.skip("this file system takes no such name")
    path = tmp_path / "ada.zip"
    assert run(monkeypatch, "student", ADA, "--export", str(path)) == 0
    with ZipFile(path) as archive:
        assert f"submitted/{LESSON}/caf\\udce9.txt" in archive.namelist()
    path.unlink()

    class Unreadable(type(path)):
        def read_bytes(self):
            raise PermissionError(13, "Permission denied", str(self))

    found = Trace("submitted", 1, "files", path.unlink, {"a.txt": Unreadable("a.txt")})
    monkeypatch.setattr(privacy, "own", lambda *_: [found])

    with pytest.raises(privacy.PrivacyError, match=r"Nothing was exported: a\.txt: Permission"):
        list(privacy.export(course_of(room), ADA, path))
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".nbgrader/collected/01-linear.json", '{"4711023": '),
        ("dist/quiz/quiz.json", "{"),
        (".nbgrader/gradebook.db", "no database" * 99),
        (".nbgrader/backups/{}/gradebook.db", "no database" * 99),
        (".nbgrader/journal.db", "no database" * 99),
    ],
)
def test_a_damaged_file_is_named_and_nothing_deleted(room, monkeypatch, capsys, name, data):
    backup = sorted(path.name for path in (room.root / ".nbgrader/backups").iterdir())[0]
    path = room.root / name.format(backup)
    for more in ("-wal", "-shm"):
        path.with_name(path.name + more).unlink(missing_ok=True)
    path.write_text(data)
    before = whole(room.root.parent)
    assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 1
    said = capsys.readouterr().err
    assert "cannot be read (" in said
    assert said.count("\n") == 1
    assert whole(room.root.parent) == before


def test_a_gradebook_that_may_only_be_read_is_not_said_to_be_in_use(room, monkeypatch):
    def refused():
        raise sqlite3.OperationalError("attempt to write a readonly database")

    found = [Trace("gradebook", 1, "lessons", refused)]
    monkeypatch.setattr(privacy, "own", lambda *_: found)
    monkeypatch.setattr(privacy, "among_others", lambda *_: [])
    said = list(privacy.delete(course_of(room), ADA, lambda: True))
    assert "Not deleted: gradebook (attempt to write a readonly database)." in said


def test_what_names_the_student_elsewhere_is_listed(room, monkeypatch, capsys):
    (room.root / "grades-filled.csv").write_text("Student,ID\nLOVELACE, ADA,1\n")
    (room.root / ".nbgrader/unattributed").joinpath("note.txt").write_text(f"by {ADA}.")
    (room.root / "others.csv").write_text(f"Loveday,{ADA}5\n")
    assert run(monkeypatch, "student", ADA, "--delete", "--yes") == 0
    said = capsys.readouterr().out.partition("name the student still")[2]
    assert "grades-filled.csv" in said
    assert "note.txt" in said
    assert "others.csv" not in said


@pytest.mark.thorough
def test_a_gradebook_on_postgresql_forgets_a_student(server, tmp_path):
    room = test_postgresql.handed_in(tmp_path, server)
    test_postgresql.graded(room)
    test_postgresql.graded(room)
    course, before = Course.at(room.root, LESSON, room.config), rows(room)
    assert {student for student, _ in before} == {"ann", "bob", "cy"}
    said = list(privacy.delete(course, "cy", lambda: True))
    assert any("gradebook: 1 lessons" in line for line in said)
    assert rows(room) == {key: row for key, row in before.items() if "cy" not in key}
    backup = newest(course.private / "backups")
    backup.put_back(course.directory.db_url, course.private / "autograded")
    assert {student for student, _ in rows(room)} == {"ann", "bob"}


def test_the_package_can_speak_to_no_other_machine():
    """Nothing of it calls the network, but for servers on this machine and dask's own workers."""
    package, found = REPOSITORY / "grader", {}
    for path in package.rglob("*.py"):
        names = {name.partition(".")[0] for name in imports(path) if name not in PURE}
        if names & NETWORK:
            found[path.relative_to(package).as_posix()] = sorted(names & NETWORK)
    assert found == {
        "ask/start.py": ["socket"],  # pairs, to the jail
        "ask/inside_warm.py": ["socket"],
        "classroom/cluster.py": ["asyncio", "dask", "distributed"],  # workers that you name
        "classroom/lab.py": ["socket"],  # looks for a free port
        "publish/site/serve.py": ["http"],  # on 127.0.0.1
    }
