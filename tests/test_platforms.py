"""From a school's system and back into it: files made after Canvas's and Moodle's own importers.

Sources of the forms: canvas-lms lib/gradebook_importer.rb, gradebook_exporter.rb and
content_zipper.rb; moodle mod/assign/feedback/offline and feedback/file/importziplib.php.
"""

import csv
import io
import re
import zipfile

import nbformat
import pytest
from classroom import REPOSITORY, Classroom, model_answers

from grader.classroom.collect import CollectError, collect
from grader.classroom.feedback_command import feedback
from grader.classroom.grade import Course, grade
from grader.classroom.marks import fill
from grader.classroom.platforms import give_back, take_in
from grader.classroom.roster import enter, roster
from grader.classroom.table import TableError, read_table

LESSON, OTHER = "01-linear", "03-softmax"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Lesson 1 (701),01-linear (702),"
    "Current Score,Unposted Final Score\r\n"
    ",,,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,,10,{top},(read only),(read only)\r\n"
    '"Doe, Jane",1001,S-1,jane@school.edu,"Section ""A"", Monday",,7.5,,88.2,88.2\r\n'
    '"Müller, Jörg",1002,S-2,jmueller,Sect 1,"likes; commas, too",EX,EX,,\r\n'
    '"O\'Neil, Zoë",1003,,zoe,Sect 1,=1+1,,,,\r\n'
    '"Nobody, Ned",1004,,ned,Sect 1,,,,,\r\n'
    '"Student, Test",1005,,7c9f,Sect 1,,,,,\r\n'
)
MOODLE = (
    "\ufeffIdentifier;Full name;Email address;Status;Grade;Maximum grade;Grade can be changed;"
    "Last modified (submission);Last modified (grade);Feedback comments\r\n"
    "Teilnehmer/in 1001;Jane Doe;jane@school.edu;Abgegeben;;{top};Ja;"
    '"Montag, 2. November 2026, 10:00";-;\r\n'
    'Teilnehmer/in 1003;Zoë O\'Neil;zoe@school.edu;Abgegeben;3,50;{top};Ja;-;-;"a ""b"""\r\n'
    "Teilnehmer/in 1004;Ned Nobody;ned@school.edu;Keine Abgabe;;{top};Ja;-;-;\r\n"
)


def notebook(lesson, solved=True):
    content = nbformat.read(REPOSITORY / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4)
    if solved:
        model_answers(lesson)(content)
    return nbformat.writes(content)


def archive(path, files):
    with zipfile.ZipFile(path, "w") as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 10, 0, 0)), content)
    return path


@pytest.fixture
def room(tmp_path):
    room = Classroom(tmp_path, LESSON, OTHER)
    for lesson in (LESSON, OTHER):
        room.release(lesson)
    (room.root / ".nbgrader/term").write_text("")
    room.files = tmp_path / "files"
    room.files.mkdir()
    return room


def course(room, lesson="*"):
    return Course.at(room.root, lesson)


def submitted(room):
    folder = room.root / ".nbgrader/submitted"
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "timestamp.txt")
    return sorted(path.relative_to(folder).as_posix() for path in found)


def canvas_zip(room):
    return archive(
        room.files / "submissions.zip",
        {
            "doejane_1001_5501_01-linear.ipynb": notebook(LESSON),
            "mullerjorg_LATE_1002_5502_my work-2.ipynb": notebook(LESSON, solved=False),
            "oneilzoe_1003_5503_01-linear (1).ipynb": notebook(LESSON),
            "oneilzoe_1003_5504_notes.txt": "my notes",
            "anon_readme.txt": "who is this?",
        },
    )


def test_canvas_there_and_back(room):
    top = "16"
    export = room.files / "grades.csv"
    export.write_text(CANVAS.format(top=top), encoding="utf-8")
    said = list(take_in(room.root, canvas_zip(room), None, export))
    assert submitted(room) == [
        "jane@school.edu/01-linear/01-linear.ipynb",
        "jmueller/01-linear/my work-2.ipynb",
        "zoe/01-linear/01-linear (1).ipynb",
        "zoe/01-linear/notes.txt",
    ]
    assert "5 students in the class, from grades.csv" in said
    assert any("Nothing of 01-linear from 2: 7c9f, ned" in line for line in said)
    assert any("anon_readme.txt: nothing says whose it is" in line for line in said)
    grade(course(room, LESSON), workers=1)
    list(give_back(room.root, export, [], {}))
    before = list(csv.reader(io.StringIO(CANVAS.format(top=top))))
    filled = (room.files / "grades-filled.csv").read_bytes().decode()
    after = list(csv.reader(io.StringIO(filled)))
    changed = {
        (row, column): new[column]
        for row, (old, new) in enumerate(zip(before, after, strict=True))
        for column in range(len(old))
        if old[column] != new[column]
    }
    assert changed == {(3, 7): "16", (5, 7): "16"}
    expected = (
        CANVAS.format(top=top)
        .replace(",7.5,,88.2", ",7.5,16,88.2")
        .replace(",zoe,Sect 1,=1+1,,,,", ",zoe,Sect 1,=1+1,,16,,")
    )
    assert filled == expected  # byte for byte


def test_late_on_canvas_is_late_here_and_nobody_else_is(room):
    with room.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2026-11-01 12:00")
    list(take_in(room.root, canvas_zip(room), None, None))
    grade(course(room, LESSON), workers=1)
    with room.gradebook() as gradebook:
        late = {
            each.student.id: each.total_seconds_late > 0
            for each in gradebook.assignment_submissions(LESSON)
        }
    assert late == {"1001": False, "1002": True, "1003": False}


def test_moodle_there_and_back(room):
    files = {
        f"Jane Doe_1001_assignsubmission_file_/{LESSON}.ipynb": notebook(LESSON),
        f"Zoë O'Neil_1003_assignsubmission_file/{LESSON}.ipynb": notebook(LESSON, solved=False),
    }
    export = room.files / "Worksheet.csv"
    original = MOODLE.format(top="100,00").encode()
    export.write_bytes(original)
    list(take_in(room.root, archive(room.files / "Moodle.zip", files), LESSON, export))
    assert submitted(room) == [
        f"jane@school.edu/{LESSON}/{LESSON}.ipynb",
        f"zoe@school.edu/{LESSON}/{LESSON}.ipynb",
    ]
    grade(course(room, LESSON), workers=1)
    said = list(give_back(room.root, export, [LESSON], {}))
    assert any("16 points, the column 100: marks were scaled" in line for line in said)
    filled = (room.files / "Worksheet-filled.csv").read_bytes()
    expected = original.replace(b"Abgegeben;;100,00", b"Abgegeben;100;100,00").replace(
        b"Abgegeben;3,50;", b"Abgegeben;0;"
    )
    assert filled == expected


@pytest.mark.parametrize(
    ("export", "names"),
    [
        (
            CANVAS.format(top="16"),
            {
                "doejane_1001_5501_01-linear.html",
                "mullerjorg_LATE_1002_5502_my work-2.html",
                "oneilzoe_1003_5504_notes.html",
            },
        ),
        (
            MOODLE.format(top="16"),
            {
                "Jane Doe_1001_assignsubmission_file/01-linear.html",
                "Zoë O'Neil_1003_assignsubmission_file/01-linear.html",
            },
        ),
    ],
)
def test_the_feedback_pages_go_back_in_the_names_that_they_take(room, export, names):
    path = room.files / "export.csv"
    path.write_text(export, encoding="utf-8")
    list(take_in(room.root, canvas_zip(room), None, path))
    grade(course(room, LESSON), workers=1)
    assert feedback(course(room, LESSON), workers=1) >= 2
    assert feedback(course(room, LESSON), workers=1) == 0
    list(give_back(room.root, path, [LESSON], {}))
    with zipfile.ZipFile(room.files / f"{LESSON}-feedback.zip") as found:
        assert set(found.namelist()) == names
        assert b"linear_params" in found.read(found.namelist()[0])


@pytest.mark.parametrize(
    ("files", "students", "expected"),
    [
        (
            {"ann/work.ipynb": "N", "bob/01-linear.ipynb": "N"},
            "",
            ["ann/01-linear/work.ipynb", "bob/01-linear/01-linear.ipynb"],
        ),
        (
            {"all/ann/work.ipynb": "N", "all/bob/deep/x.ipynb": "N"},
            "",
            ["ann/01-linear/work.ipynb", "bob/01-linear/x.ipynb"],
        ),
        (
            {"01-linear Jane Doe.ipynb": "N", "doe_john.ipynb": "N"},
            'id,name,email\njane,"Doe, Jane",j@x.edu\njohn,"Doe, John",k@x.edu\n',
            ["jane/01-linear/01-linear Jane Doe.ipynb", "john/01-linear/doe_john.ipynb"],
        ),
        (
            {"Doe <j@x.edu> Lesson.ipynb": "N"},
            "email\nj@x.edu\n",
            ["j@x.edu/01-linear/Doe <j@x.edu> Lesson.ipynb"],
        ),
        (
            {"ann/first.ipynb": "O", "ann/second.ipynb": "N"},
            "",
            ["ann/01-linear/second.ipynb", "ann/03-softmax/first.ipynb"],
        ),
        ({"ann/a.ipynb.txt": "N"}, "", ["ann/01-linear/a.ipynb.txt"]),
    ],
)
def test_folders_and_mails(room, files, students, expected):
    folder = room.files / "in"
    texts = {"N": notebook(LESSON), "O": notebook(OTHER)}
    for name, kind in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(texts[kind])
    export = None
    if students:
        export = room.files / "class.csv"
        export.write_text(students)
    list(take_in(room.root, folder, None, export))
    assert submitted(room) == expected


def test_what_nobody_can_attribute_is_kept_and_listed(room):
    folder = room.files / "in"
    folder.mkdir()
    (folder / "work.ipynb").write_text(notebook(LESSON))
    found = collect(folder, course(room).directory, {})
    assert found.unattributed == [("work.ipynb", "nothing says whose it is")]
    assert (found.kept_in / "work.ipynb").read_text() == notebook(LESSON)
    with pytest.raises(CollectError, match="There is nothing at"):
        collect(room.files / "other", course(room).directory, {})


def test_collected_twice_changes_nothing_and_something_newer_replaces(room):
    list(take_in(room.root, canvas_zip(room), None, None))
    before = submitted(room)
    said = list(take_in(room.root, canvas_zip(room), None, None))
    assert submitted(room) == before
    assert any("3 of them had come in before, unchanged" in line for line in said)
    newer = archive(
        room.files / "newer.zip",
        {"doejane_1001_5599_01-linear-1.ipynb": notebook(LESSON, solved=False)},
    )
    said = list(take_in(room.root, newer, None, None))
    assert any("Replaced by something newer: 1001" in line for line in said)
    kept = list((room.root / ".nbgrader/replaced").rglob("*.ipynb"))
    assert [path.read_text() for path in kept] == [notebook(LESSON)]


def test_a_class_keeps_the_names_that_it_has(room, tmp_path):
    export = tmp_path / "grades.csv"
    export.write_text(CANVAS.format(top="16"), encoding="utf-8")
    with room.gradebook() as gradebook:
        gradebook.add_student("jane")
        gradebook.add_student("s-2")
        ids = enter(gradebook, roster(read_table(export), "grades.csv").people)
        assert sorted(ids.values()) == ["7c9f", "jane", "ned", "s-2", "zoe"]
        assert gradebook.find_student("jane").lms_user_id == "1001"
        assert gradebook.find_student("jane").last_name == "Doe"


@pytest.mark.parametrize(
    "text",
    ["a,b\r\n1,2\r\n", 'a;b\n"x;""y""";2\n', "a\tb\n1\t2", "a,b\n\n\n1,2\n", '"a\nb",c\n1,2\r\n'],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_that_nobody_wrote_to_keeps_its_bytes(tmp_path, text, encoding):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    assert read_table(path).data() == path.read_bytes()


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-3", "-3"),
        ("-x", "'-x"),
        ('a"b', '"a""b"'),
        ("a,b", '"a,b"'),
        ("12.5", "12.5"),
    ],
)
def test_no_cell_of_ours_is_a_formula_or_cuts_a_row(tmp_path, value, cell):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    table = read_table(path)
    table.write(1, 0, value)
    assert table.data().decode() == f"a,b\n{cell},2\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "is no CSV file"), ("x,y\n1,2\n", "neither Canvas's gradebook export nor Moodle's")],
)
def test_a_file_that_is_no_class_list_is_refused_in_a_sentence(tmp_path, text, words):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(TableError, match=re.escape(words)):
        roster(read_table(path), path.name)


def test_a_lesson_without_a_column_is_said_with_the_cure(room):
    export = room.files / "grades.csv"
    export.write_text(CANVAS.format(top="16").replace("01-linear (702)", "Week 1 (702)"))
    with room.gradebook() as gradebook:
        with pytest.raises(TableError, match='--map 01-linear="Lesson 1"'):
            fill(export, gradebook, [LESSON], {})
        found = fill(export, gradebook, [LESSON], {LESSON: "Week 1"})
        assert [each.title for each in found.columns] == ["Week 1 (702)"]
        with pytest.raises(TableError, match="No column is called 'Week 9'"):
            fill(export, gradebook, [LESSON], {LESSON: "Week 9"})
