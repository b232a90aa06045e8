"""A class whose gradebook is on PostgreSQL gets the marks that it would get on SQLite."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from classroom import Classroom, answer, model_answers
from honest import params
from test_grade import LESSON, copies, rows

from grader.classroom.backup import newest
from grader.classroom.grade import Course, grade

pytestmark = pytest.mark.thorough
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
STUDENTS = {
    "ann": model_answers(LESSON),
    "bob": lambda notebook: None,
    "cy": answer(**params("return in_features * out_features")),
}


@pytest.fixture(scope="module")
def server():
    """Debian's server with an empty database, as a user who is not root; its address."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # pytest's own folders are closed
    folder.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data, programs = folder / "data", PROGRAMS[-1]
    other = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    user = other if os.geteuid() == 0 else []

    def run(*command, **options):
        subprocess.run(
            [*user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/", **options
        )

    run(programs / "initdb", "-D", data, "-U", "teacher", "--auth=trust")
    flags = f"-h 127.0.0.1 -p {port} -k {folder}"
    run(programs / "pg_ctl", "-D", data, "-w", "-o", flags, "-l", folder / "log", "start")
    yield f"postgresql+psycopg://teacher@127.0.0.1:{port}/postgres"
    run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def handed_in(folder, db_url=None):
    room = Classroom(folder, LESSON)
    if db_url:
        room.config.CourseDirectory.db_url = db_url
        room.api = type(room.api)(config=room.config)
    room.release(LESSON, due="2020-01-01 12:00")
    room.config.LateSubmissionPlugin.penalty_method = "zero"
    for name, change in STUDENTS.items():
        room.hand_in(name, LESSON, change)
    room.collect(LESSON)
    return room


def facts(found):
    """All but the moments."""
    return {key: value[:5] + value[7:] for key, value in found.items()}


def notebooks(room):
    return {name: data for name, data in copies(room).items() if name.endswith(".ipynb")}


def graded(room):
    return grade(Course.at(room.root, LESSON, room.config), workers=1)


def test_postgresql_and_sqlite_get_the_same_marks_and_undo(server, tmp_path):
    ours, theirs = handed_in(tmp_path / "a"), handed_in(tmp_path / "b", server)
    for room in (ours, theirs):
        graded(room)
    assert facts(rows(ours)) == facts(rows(theirs))
    assert notebooks(ours) == notebooks(theirs)
    before, files = rows(theirs), copies(theirs)
    with theirs.gradebook() as gradebook:
        gradebook.find_grade("linear_params", LESSON, LESSON, "bob").manual_score = 2.0
        gradebook.db.commit()
    assert graded(theirs).changes == []
    assert rows(theirs)["bob", "linear_params"][1] == 2.0
    course = Course.at(theirs.root, LESSON, theirs.config)
    backups = course.private / "backups"
    first = sorted(backups.iterdir())[0]
    for later in sorted(backups.iterdir())[1:]:
        later.rename(tmp_path / later.name)
    assert newest(backups).folder == first
    newest(backups).put_back(course.directory.db_url, course.private / "autograded")
    assert rows(theirs) == {}
    graded(theirs)
    assert (rows(theirs), copies(theirs)) == (before, files)
