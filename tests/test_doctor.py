"""`grader doctor`: every fault is made here, and named with the command that mends it."""

import ast
import importlib.metadata
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

from grader.ask import bubblewrap, jail, obstacles, start
from grader.classroom import doctor
from grader.classroom.doctor import python, teaching
from grader.classroom.doctor.place import install
from grader.cli import course_root
from grader.course import catalogue
from grader.judge.errors import CourseError
from grader.publish.environment import interpreter_first

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "grader"
SAYING = {"wrong", "limited", "Obstacle"}
SAYS = [*(PACKAGE / "classroom/doctor").glob("*.py"), PACKAGE / "publish/tools.py"]
SAYS.append(PACKAGE / "ask/obstacles.py")
Usage = namedtuple("Usage", "total used free")


class Room:
    """A course with nothing wrong, for faults."""

    def __init__(self, path, patch):
        self.path, self.patch, self.root = path, patch, path / "course"
        self.home, self.bin = path / "home", path / "bin"
        for folder in (self.root / "slides", self.home, self.bin):
            folder.mkdir(parents=True)
        for folder in (self.root / "solutions", self.root / ".git"):
            folder.mkdir(mode=0o700)
        (self.root / "nbgrader_config.py").write_text("c = get_config()\n")
        self.private = self.root / ".nbgrader"
        self.private.mkdir(mode=0o700)
        (self.private / "term").touch(0o600)
        self.gradebook(teaching._known_revisions()[0])
        self.lock("18")
        for name in ("npm", "chromium"):
            self.program(name)
        self.program("node", "echo v20.1.0")
        self.program("bwrap", "echo inside")
        (self.root / "slides" / doctor.teaching.tools.MARP).mkdir(parents=True)
        self.home.chmod(0o700)
        patch.setenv("HOME", str(self.home))
        patch.setenv("PATH", str(self.bin))
        for name in ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "KUBERNETES_SERVICE_HOST", "TMPDIR"):
            patch.delenv(name, raising=False)
        patch.setattr(obstacles, "SETTINGS", path)
        patch.setattr(obstacles, "OF_THIS_SYSTEM", path)
        patch.setattr(start, "_REFUSED", set())
        patch.setattr(start, "_WAITING", {})  # which another test may have started
        bubblewrap.walls.cache_clear()  # it knows another PATH
        patch.setattr(teaching.tools, "ESBUILD", Path("__init__.py"))  # npm may not have run here
        patch.setattr(obstacles, "of_forks", lambda: None)
        patch.setattr(teaching, "EXCHANGE", str(path / "exchange"))
        patch.setattr(python, "GPU", path / "no-gpu")
        self.place = doctor.Place(self.root, self.root)
        self.place.homes = []

    def program(self, name, text=""):
        """A program on PATH."""
        file = self.bin / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    def lacks(self, package):
        self.has(package, None)

    def has(self, package, version):
        """This version of a package, or None, whatever is installed."""
        real = importlib.metadata.version

        def found(name):
            if name != package:
                return real(name)
            if version is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return version

        self.patch.setattr(importlib.metadata, "version", found)

    def installs(self, name, files):
        """A package in a folder of its own, first on the path of this Python and of others."""
        folder = self.path / f"of-{name}"
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text)
        self.patch.setattr(sys, "path", [str(folder), *sys.path])
        self.patch.setenv("PYTHONPATH", str(folder))
        return folder

    def setting(self, text):
        (self.root / "nbgrader_config.py").write_text(f"c = get_config()\n{text}\n")

    def exchange(self, mode):
        folder = self.path / "exchange"
        folder.mkdir()
        folder.chmod(mode)
        return folder

    def system(self, name, value):
        """A setting of the kernel, with a bubblewrap that does not work."""
        self.program("bwrap", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
        (self.path / name).parent.mkdir(exist_ok=True)
        (self.path / name).write_text(f"{value}\n")

    def gradebook(self, revision):
        """A gradebook of this revision; None for one from before there were any."""
        file = self.private / "gradebook.db"
        file.unlink(missing_ok=True)
        book = sqlite3.connect(file)
        book.execute("create table if not exists student (id text)")
        if revision:
            book.execute("create table alembic_version (version_num text)")
            book.execute("insert into alembic_version values (?)", [revision])
        book.commit()
        return book

    def kernel(self, *argv):
        """The notebooks' kernel, with this command."""
        file = self.path / "jupyter/kernels/python3/kernel.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"argv": argv}) if argv else "no JSON")
        self.patch.setenv("JUPYTER_PATH", str(self.path / "jupyter"))

    def jupyter_setting(self, name, value):
        file = self.path / "settings" / name
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(value))
        self.patch.setenv("JUPYTER_CONFIG_PATH", str(self.path / "settings"))

    def lock(self, node):
        packages = {doctor.teaching.tools.MARP_PACKAGE: {"engines": {"node": f">={node}"}}}
        (self.root / "slides/package-lock.json").write_text(json.dumps({"packages": packages}))

    def keys(self, **files):
        """Other answer keys than the course's."""
        folder = self.path / "keys"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.json").write_text(text)
        self.patch.setattr(catalogue, "KEY_FILES", folder)

    def shared(self, path):
        """The same folder where other users of the machine can come."""
        self.place.homes = [self.home]
        path.chmod(0o755)
        for folder in (path, *path.parents):
            if folder.is_relative_to(self.path):
                folder.chmod(0o755)
        return path


@pytest.fixture
def room(monkeypatch):
    with tempfile.TemporaryDirectory() as folder:  # not in pytest's, which only we may enter
        before = os.umask(0o022)
        yield Room(Path(folder), monkeypatch)
        monkeypatch.undo()
        bubblewrap.walls.cache_clear()
        os.umask(before)


def broken_torch(room):
    room.installs("torch", {"torch/__init__.py": "raise OSError('libtorch_cpu.so: not there')"})


def cuda(room):
    room.installs(
        "torch",
        {
            "torch/__init__.py": "",
            "torch/version.py": "cuda: Optional[str] = '12.8'\n",
            "torch-2.13.0.dist-info/METADATA": "Name: torch\nVersion: 2.13.0+cu128\n",
        },
    )


def other_grader(room):
    files = {"grader/__init__.py": "", "autograder-1.dist-info/METADATA": "Name: autograder\n"}
    folder = room.installs("grader", files)
    (folder / "autograder-1.dist-info/RECORD").write_text("grader/__init__.py,,\n")


def old_key(room):
    text = (PACKAGE / "course/keys/01-linear.json").read_text(encoding="utf-8")
    made_from = json.loads(text)["made_from"]
    room.keys(**{"01-linear": text.replace(made_from, "0" * 16)})


def kernel_of_another(room):
    other = room.path / "other/python3"
    other.parent.mkdir()
    room.program("python3", "echo /elsewhere/grader").rename(other)
    room.kernel(str(other), "-m", "ipykernel_launcher")


def kernel_without(room):
    other = room.path / "other/python3"
    other.parent.mkdir()
    room.program("python3", "exit 1").rename(other)
    room.kernel(str(other), "-m", "ipykernel_launcher")


def no_forks(room):
    room.patch.undo()
    Room.__init__(room, room.path / "again", room.patch)
    room.patch.setattr(obstacles, "of_forks", OF_FORKS)
    room.program("bwrap", 'case "$*" in *--proc*) exit 1;; esac; echo inside')


OF_FORKS = obstacles.of_forks


def locked(room):
    room.book = room.gradebook(None)
    room.book.execute("begin exclusive")


def in_exchange(name, right, mode):
    """The fault: a folder of the course in the exchange has this mode, not the right one."""

    def fault(room):
        folder = room.exchange(0o1777) / "every-layer-counts" / name
        folder.mkdir(parents=True)
        folder.chmod(right)
        assert [each.state for each in said(room, "Exchange")] == ["fine"]
        folder.chmod(mode)

    return fault


def of_a_student(room):
    course = room.exchange(0o1777) / "every-layer-counts"
    course.mkdir()
    real = os.access
    room.patch.setattr(os, "access", lambda path, mode: path != course and real(path, mode))


def root_alone(room):
    room.patch.setattr(obstacles, "is_root", lambda: True)
    room.patch.setattr(obstacles, "lacks_user", lambda: True)


def open_homes(room):
    room.patch.setattr(obstacles.os, "geteuid", lambda: 0)
    room.shared(room.home)
    room.place.homes = [room.home, room.root]


def unwritable(room):
    room.exchange(0o1777)
    room.patch.setattr(os, "access", lambda *_: False)


def unwritable_gradebook(room):
    real = os.access
    room.patch.setattr(os, "access", lambda path, mode: mode & os.W_OK == 0 and real(path, mode))


def server_extension_off(room):
    off = {"nbgrader.server_extensions.formgrader": False}
    settings = {"ServerApp": {"jpserver_extensions": off}}
    room.jupyter_setting("jupyter_server_config.d/z.json", settings)


def lab_extension_off(room):
    settings = {"disabledExtensions": {"@jupyter/nbgrader": True}}
    room.jupyter_setting("labconfig/page_config.json", settings)


def disk(left):
    usage = lambda _: Usage(100e9, 100e9 - left * 1e9, left * 1e9)  # noqa: E731
    return lambda room: room.patch.setattr(shutil, "disk_usage", usage)


def of(version):
    return lambda room: setattr(room.place, "python", version)


def for_root_alone(room):
    room.place.homes = [room.home]
    room.patch.setattr(os, "geteuid", lambda: 0)
    room.patch.setattr(python, "seen_by_others", lambda: False)


def of_another_user(room):
    def check(_):
        raise PermissionError(13, "Permission denied", "/locked/x")

    room.patch.setattr(python, "disk", check)


def unthought_of(room):
    def check(_):
        raise ZeroDivisionError("division by zero")

    room.patch.setattr(python, "disk", check)


FAULTS = [  # the check, the fault, words of what is said and of what mends it
    ("Python", of((3, 10, 4)), "is not one of those that the course runs on", "python3.12 -m venv"),
    ("Python", of((3, 15, 0)), "is not one of those that the course runs on", "python3.12 -m venv"),
    ("Python", for_root_alone, "it runs for root alone", "PYTHON=/usr/bin/python3"),
    ("PyTorch", lambda r: r.lacks("torch"), "PyTorch is not installed", "pip install torch --ind"),
    ("PyTorch", broken_torch, "is installed but does not start (", "--force-reinstall --no-deps"),
    ("PyTorch", cuda, "for graphics cards (CUDA ", "torch==2.13.0 --force-reinstall"),
    ("Packages", lambda r: r.lacks("torchinfo"), "The package ", "pip install -e"),
    ("Packages", lambda r: r.has("torchinfo", "1.0"), "is not what the course needs", "pip inst"),
    ("Names", other_grader, "Another package called grader", "pip uninstall autograder"),
    ("Names", lambda r: r.installs("g", {"grader.py": ""}), "Another package called grader", "mv "),
    ("Names", lambda r: (r.root / "random.py").touch(), "hides the real ", "my_random.py"),
    ("JupyterLab", lambda r: r.program("jupyter-lab"), "in this shell is another", "grader lab"),
    ("Kernel", lambda r: r.lacks("ipykernel"), "ipykernel is not installed", "pip install"),
    ("Kernel", lambda r: r.kernel(), " cannot be read.", "unset JUPYTER_PATH"),
    ("Kernel", lambda r: r.kernel("/no/python"), "which is not there (", "unset JUPYTER_PATH"),
    ("Kernel", kernel_without, "which has no package grader (", "unset JUPYTER_PATH"),
    ("Kernel", kernel_of_another, "which has another copy of grader: ", "unset JUPYTER_PATH"),
    ("Answer keys", lambda r: r.keys(a="{"), " is no answer key", "make solutions"),
    ("Answer keys", lambda r: r.keys(), "There are no answer keys", "make solutions"),
    ("Answer keys", old_key, "Older than the exercises: ", "make solutions"),
    ("Disk", disk(0.1), "notebooks and gradebook cannot be saved", "pip cache purge"),
    ("Disk", disk(1), "an installation takes about", "pip cache purge"),
    ("Disk", of_another_user, "You may not read ", "ls -ld /locked/x"),
    ("Disk", unthought_of, "This cannot be looked at (", "pip install"),
    ("Home", lambda r: r.home.rmdir(), "cannot be written to: what `practice`", "export HOME="),
    ("Home", lambda r: r.shared(r.home), ", and the notebooks in it.", "chmod o-rwx"),
    ("Home", open_homes, "Every user of this machine can read", "chmod o-rwx"),
    ("Encryption", lambda r: r.shared(r.home), "say can be heard by ", "grader lab"),
    ("umask", lambda _: os.umask(0), "every user may change the files", "umask 027"),
    ("nbgrader", lambda r: r.lacks("nbgrader"), "nbgrader is not here", "pip install"),
    ("nbgrader", server_extension_off, "its server extension is not enabled", "server extension"),
    ("nbgrader", lab_extension_off, "its extension is not enabled in JupyterLab", "labextension"),
    (
        "bubblewrap",
        root_alone,
        "Grading as root runs students' code as another user",
        "podman run --userns=keep-id",
    ),
    ("bubblewrap", lambda r: (r.bin / "bwrap").unlink(), "Grading needs bubblewrap", "apt install"),
    (
        "bubblewrap",
        lambda r: r.system("user/max_user_namespaces", 0),
        "bubblewrap is installed but does not work here (",
        "user.max_user_namespaces=28633",
    ),
    (
        "bubblewrap",
        lambda r: r.system("kernel/unprivileged_userns_clone", 0),
        "bubblewrap is installed but does not work here (",
        "kernel.unprivileged_userns_clone=1",
    ),
    (
        "bubblewrap",
        lambda r: r.system("kernel/apparmor_restrict_unprivileged_userns", 1),
        "bubblewrap is installed but does not work here (",
        "/etc/apparmor.d/bwrap",
    ),
    (
        "bubblewrap",
        lambda r: r.system(".dockerenv", ""),
        "bubblewrap is installed but does not work here (",
        "--security-opt seccomp=unconfined",
    ),
    (
        "bubblewrap",
        lambda r: (r.system("a/b", ""), r.patch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")),
        "bubblewrap is installed but does not work here (",
        "seccompProfile: {type: Unconfined}",
    ),
    (
        "bubblewrap",
        lambda r: r.system("a/b", ""),
        "bubblewrap is installed but does not work here (",
        'without_bubblewrap = "limited"',
    ),
    (
        "bubblewrap",
        lambda r: r.program("bwrap", 'echo "bwrap: Can\'t find source path /x" >&2; exit 1'),
        "bubblewrap cannot show this Python",
        "PYTHON=/usr/bin/python3",
    ),
    ("bubblewrap", no_forks, "allows no namespaces within namespaces", "without_bubblewrap"),
    ("Answers", lambda r: r.shared(r.root / "solutions"), ": students find the", "solutions"),
    ("Answers", lambda r: r.shared(r.root / ".git"), ": students find the", ".git"),
    ("Private", lambda r: r.private.chmod(0o755), "Other users can read ", "chmod 700"),
    ("Private", lambda r: (r.private / "term").chmod(0o644), "Other users can read ", "chmod 600"),
    ("Settings", lambda r: r.setting("1 / 0"), "settings cannot be read (", "git diff"),
    (
        "Exchange",
        lambda r: r.setting('c.Exchange.root = "/no/exchange"'),
        " does not exist; nbgrader_config.py names it",
        "mkdir -m 1777 -p /no/exchange",
    ),
    ("Exchange", lambda r: r.exchange(0o755), "Students cannot write to ", "chmod 1777"),
    ("Exchange", lambda r: r.exchange(0o777), "Any student can move the whole", "chmod 1777"),
    ("Exchange", unwritable, "You cannot write to the exchange", "chmod 1777"),
    ("Exchange", in_exchange("inbound", 0o733, 0o777), "Students can list the work", "chmod o-r"),
    ("Exchange", in_exchange("feedback", 0o711, 0o755), "Students can list the work", "chmod o-r"),
    ("Exchange", in_exchange("outbound", 0o755, 0o777), "Students can replace less", "chmod o-w"),
    ("Exchange", in_exchange(".", 0o755, 0o777), "Students can replace lessons", "chmod o-w"),
    ("Exchange", of_a_student, "and students fetch what that user puts", "sudo mv "),
    (
        "Time zone",
        lambda r: r.setting('c.Exchange.timezone = "Mars/Base"'),
        " is not known: nobody can hand in",
        "c.Exchange.timezone",
    ),
    ("Gradebook", unwritable_gradebook, " cannot be read and written by you", "chown"),
    ("Gradebook", locked, "does another program hold it?", "fuser"),
    (
        "Gradebook",
        lambda r: (r.private / "gradebook.db").write_text("no database, but long enough" * 99),
        " is no gradebook (",
        "mv ",
    ),
    ("Gradebook", lambda r: r.gradebook("ffff"), "is of a newer nbgrader", "--upgrade nbgrader"),
    ("Gradebook", lambda r: r.gradebook("b6d005d67074"), "is of an older nbgr", "nbgrader db upg"),
    ("Gradebook", lambda r: r.gradebook(None), "is of an older nbgrader", "nbgrader db upgrade"),
    ("Node", lambda r: (r.bin / "node").unlink(), " Node (see nodejs.org).", "nodejs npm"),
    ("Node", lambda r: (r.bin / "npm").unlink(), "Node is here without npm", "install npm"),
    ("Node", lambda r: r.lock("22"), ", which Marp and the site need.", "n lts"),
    ("Decks, site", lambda r: (r.bin / "chromium").unlink(), "PDF slides need", "chromium"),
    ("Decks, site", lambda r: (r.root / "slides/node_modules/.bin/marp").rmdir(), "Slides", "make"),
    ("Decks, site", lambda r: setattr(r.place, "package", r.path), "The site needs Node's", "make"),
    ("Decks, site", lambda r: r.lacks("sphinx"), "The site needs Sphinx", "pip install"),
]
NAMES = [f"{number}-{name}" for number, (name, *_) in enumerate(FAULTS)]


@pytest.mark.parametrize(("name", "fault", "says", "mend"), FAULTS, ids=NAMES)
def test_each_fault_is_named_with_what_mends_it(room, name, fault, says, mend):
    before = said(room, name)
    fault(room)
    after = said(room, name)
    assert not any(says in each.says for each in before)
    found = [each for each in after if says in each.says]
    assert found, after
    assert all(each.state in ("wrong", "limited") and mend in each.mend for each in found)


def said(room, name):
    room.place._configs.clear()
    return doctor._said(dict(doctor.checks(room.place))[name], room.place)


def test_each_sentence_that_is_said_of_a_fault_is_in_the_table():
    places = {}
    for file in SAYS:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING:
                parts = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                places[file.name, node.lineno] = [each.value for each in parts]
    words = {says for _, _, says, _ in FAULTS}
    for place, parts in places.items():
        assert any(says in part for says in words for part in parts if isinstance(part, str)), place
    for says in words:
        holding = [
            place
            for place, parts in places.items()
            if any(says in part for part in parts if isinstance(part, str))
        ]
        assert holding, says


def test_where_nothing_is_wrong_it_says_so_in_lines_that_any_terminal_shows(room):
    text, code = doctor.report(room.place)
    assert code == 0, text
    assert text.endswith("Nothing is wrong.")
    text.encode("cp1252")
    assert "\x1b" not in text
    marks = tuple(doctor.MARKS.values())
    rows = [line for line in text.splitlines()[2:-2] if line[0] != " "]
    assert len(rows) == len(list(doctor.checks(room.place)))
    assert all(row.startswith(marks) and row[8] == row[22] == " " != row[9] for row in rows)


def test_a_fault_ends_with_1_and_what_is_limited_with_0(room):
    (room.root / "random.py").touch()
    text, code = doctor.report(room.place)
    assert code == 1
    assert "One thing is wrong" in text
    (room.root / "random.py").unlink()
    (room.bin / "node").unlink()
    text, code = doctor.report(room.place, colour=True)
    assert code == 0
    assert "\x1b[33mlimited" in text


def test_jupyterlab_is_not_everybodys(room):
    room.lacks("jupyterlab")
    [found] = said(room, "JupyterLab")
    assert (found.state, found.mend) == ("not needed", install("lab"))


def test_json_says_the_same(room):
    (room.bin / "node").unlink()
    text, _ = doctor.report(room.place, as_json=True)
    findings = json.loads(text)
    assert {tuple(each) for each in findings} == {("name", "state", "says", "mend")}
    node = next(each for each in findings if each["name"] == "Node")
    assert node["state"] == "limited"
    assert node["mend"].endswith("install nodejs npm")
    assert "not needed" in {each["state"] for each in findings}


def test_students_read_nothing_of_grading(room):
    everything = {name for name, _ in doctor.checks(room.place)}
    room.lacks("nbgrader")
    student = doctor.Place(room.home, None, package=room.path / "site-packages/grader")
    names = {name for name, _ in doctor.checks(student)}
    assert {"Python", "PyTorch", "Kernel"} <= names
    assert {"nbgrader", "bubblewrap", "Exchange", "Gradebook", "Node"} <= everything - names


def test_students_of_a_hub_read_nothing_of_grading(room):
    settings = room.place.package / "classroom/jupyter/student"
    assert settings.is_dir()
    room.patch.setenv("JUPYTER_CONFIG_PATH", str(settings))
    assert not room.place.teaching


def test_it_starts_where_only_the_standard_library_is():
    program = "from grader.classroom import doctor; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    standard = {*sys.stdlib_module_names, "grader", "__main__", "_distutils_hack"}
    assert {name for name in loaded - standard if not name.startswith("__editable__")} == set()


def test_a_folder_under_one_that_may_not_be_read_is_in_no_course(tmp_path):
    folder = tmp_path / "closed/folder"
    folder.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        folder.parent.chmod(0)
        if os.geteuid() == 0:
            os.setuid(65_534)
        os._exit(0 if course_root() is None else 1)
    _, status = os.waitpid(child, 0)
    folder.parent.chmod(0o700)
    assert status == 0


def test_a_folder_that_is_gone_is_said_in_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(CourseError, match="was removed: go to another"):
        course_root()


def test_a_shell_without_path_gets_the_systems(monkeypatch):
    monkeypatch.delenv("PATH")
    assert interpreter_first()["PATH"] == f"{Path(sys.executable).parent}:{os.defpath}"


def test_a_teachers_clone_beside_an_installed_course_hides_nothing(room):
    (room.root / "grader").mkdir()
    (room.root / "grader/__init__.py").touch()
    assert [each.state for each in said(room, "Names")] == ["fine"]


def test_the_commands_refuse_with_the_same_sentence(room):
    (room.bin / "bwrap").unlink()
    room.patch.setattr(jail, "_why_not", jail._why_not.__wrapped__)
    with pytest.raises(jail.NoJailError) as error:
        jail.jail()
    [found] = said(room, "bubblewrap")
    assert str(error.value) == f"{found.says.removesuffix('.')}: run `{found.mend}`."


def test_the_kernel_is_mended_where_it_stands(room):
    here = Path(sys.prefix) / "share/jupyter/kernels/python3/kernel.json"
    room.patch.setenv("JUPYTER_DATA_DIR", str(room.home))
    from grader.classroom.doctor.jupyter import _remake

    assert "--sys-prefix" in _remake(here)
    assert "--user" in _remake(room.home / "kernels/python3/kernel.json")
    assert "--prefix /usr " in _remake(Path("/usr/share/jupyter/kernels/python3/kernel.json"))


def test_the_pythons_are_those_of_the_makefile():
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"not {python.OLDEST} <= sys.version_info[:2] <= {python.NEWEST}" in text
