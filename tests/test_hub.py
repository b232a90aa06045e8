"""A lesson on a real hub: three users, their own JupyterLabs, a teacher who is not root; attacks.

It makes users of this machine, and so runs only where ELC_HUB_TEST=1 is set, as root.
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import metadata
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import yaml
from classroom import answer, model_answers
from hub.machine import (
    CLONE,
    COURSE,
    EXCHANGE,
    GROUP,
    PASSWORD,
    PLACE,
    REPOSITORY,
    as_user,
    home,
    machine,
)
from hub.person import COURSE_ID, Person
from traitlets.config import Config

from grader.ask import obstacles

LESSON = "01-linear"
NOTEBOOK = f"{LESSON}/{LESSON}.ipynb"
BIAS = "Your bias has one number for each input"
ALL = TEACHER, ALICE, BOB = "elc-teacher", "elc-alice", "elc-bob"
POINTS = {
    "check(linear)": 3,
    "check(linear_params)": 3,
    "check(linear_output_shape)": 3,
    "check(linear_mult_adds)": 3,
    "check(mlp_params)": 4,
}
OF_BOB = {"check(linear_params)": 0, "check(mlp_params)": 1}  # right without a bias
FILES = REPOSITORY / "docs/hub"
PROXY = REPOSITORY / "tests/hub/node_modules/.bin/configurable-http-proxy"
BIAS_PER_INPUT = """def linear_params(in_features, out_features, bias=True):
    return in_features * out_features + (in_features if bias else 0)
"""
LISTEN = """import sys, time, zmq
ear = zmq.Context().socket(zmq.SUB)
ear.subscribe(b"")
for port in sys.argv[1:]:
    ear.connect(f"tcp://127.0.0.1:{port}")
end = time.monotonic() + 3
while time.monotonic() < end:
    if ear.poll(100):
        print(ear.recv_multipart())
print("listened")
"""
IN_THE_JAIL = """import os
def mlp_params(sizes, bias=True):
    if os.geteuid() != {uid} or any(map(os.path.exists, {hidden})):
        return "not in the jail"
    return sum(linear_params(a, b, bias) for a, b in zip(sizes, sizes[1:]))
"""


def config_of(file, source=None):
    """The settings that JupyterHub reads from this file, or from this text of it."""
    config = Config()
    source = file.read_text(encoding="utf-8") if source is None else source
    exec(compile(source, file.name, "exec"), {"c": config, "get_config": lambda: config})
    return config


def prepared(config, name):
    """A server of somebody with this name, as the hook leaves it."""
    spawner = SimpleNamespace(user=SimpleNamespace(name=name), environment={})
    config.Spawner.pre_spawn_hook(spawner)
    return spawner


def test_the_settings_compile():
    for file in FILES.glob("*.py"):
        compile(file.read_text(encoding="utf-8"), file.name, "exec")


def test_a_hub_without_the_course_says_so_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_ENVIRONMENT", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="The course is not installed in"):
        config_of(FILES / "course.py")


def test_teachers_alone_get_the_teachers_menus(tmp_path, monkeypatch):
    there = tmp_path / "lib/python3.11/site-packages/grader/classroom/jupyter"
    there.mkdir(parents=True)
    monkeypatch.setenv("COURSE_ENVIRONMENT", str(tmp_path))
    monkeypatch.setenv("COURSE_TEACHERS", "elc-ada elc-grace")
    config = config_of(FILES / "course.py")
    assert config.Spawner.environment["PATH"].startswith(f"{tmp_path}/bin:")
    for name, role in (
        ("elc-ada", "instructor"),
        ("elc-grace", "instructor"),
        ("elc-linus", "student"),
    ):
        paths = f"{there / role}:{there / 'hub'}"
        assert prepared(config, name).environment == {"JUPYTER_CONFIG_PATH": paths}


def test_on_kubernetes_the_teachers_pod_alone_may_make_namespaces():
    values = yaml.safe_load((FILES / "values.yaml").read_text(encoding="utf-8"))
    config = config_of(FILES / "values.yaml", values["hub"]["extraConfig"]["course"])
    teacher, student = prepared(config, "teacher"), prepared(config, BOB)
    advised = yaml.safe_load(obstacles.OF_A_POD)["securityContext"]
    assert teacher.container_security_context == advised
    assert not hasattr(student, "container_security_context")
    for spawner, role in ((teacher, "instructor"), (student, "student")):
        folder = spawner.environment["JUPYTER_CONFIG_PATH"].removeprefix("/opt/course-settings/")
        assert folder == role
        assert (REPOSITORY / "grader/classroom/jupyter" / folder).is_dir()
    assert "/opt/course-settings" in (FILES / "Dockerfile").read_text(encoding="utf-8")


def test_the_page_has_the_profile_that_grading_asks_for_on_ubuntu():
    assert obstacles.PROFILE in (REPOSITORY / "docs/hub.md").read_text(encoding="utf-8")


def test_all_three_hubs_install_what_teachers_need():
    texts = [
        (REPOSITORY / "docs/hub.md").read_text(encoding="utf-8"),
        (FILES / "Dockerfile").read_text(encoding="utf-8"),
    ]
    known = metadata("every-layer-counts").get_all("Provides-Extra")
    named = [each.split(",") for text in texts for each in re.findall(r"\[(teach[\w,]*)\]", text)]
    assert named == [["teach", "hub"], ["teach"], ["teach"]]
    assert {"teach", "hub"} <= set(known)


def test_the_page_names_every_file_and_none_that_is_not_there():
    text = (REPOSITORY / "docs/hub.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(hub/([\w.]+)\)", text))
    assert named == {file.name for file in FILES.iterdir() if file.is_file()}


def test_the_pins_of_hub_and_proxy_are_those_that_the_page_names():
    text = (REPOSITORY / "docs/hub.md").read_text(encoding="utf-8")
    pins = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    package = json.loads((REPOSITORY / "tests/hub/package.json").read_text(encoding="utf-8"))
    ((proxy, version),) = package["devDependencies"].items()
    assert f"{proxy}@{version}" in text
    assert f"JupyterHub {re.search('^jupyterhub==(.+)$', pins, re.MULTILINE)[1]}" in text


@pytest.mark.thorough
@pytest.mark.skipif(
    os.environ.get("ELC_HUB_TEST") != "1",
    reason="makes users of this machine: set ELC_HUB_TEST=1, as root",
)
def test_a_lesson_on_a_hub(record_property):
    assert os.geteuid() == 0, "a hub starts servers as other users: run this as root"
    assert PROXY.exists(), "the proxy is missing: make tests/hub/node_modules/.installed"
    with machine(TEACHER, [ALICE, BOB]), hub() as address:
        people = {name: Person(address, name, PASSWORD.format(name)) for name in ALL}
        nobody_else_comes_in(address)
        teacher, alice, bob = people.values()
        seconds = max(together(teacher.start, alice.start, bob.start))
        release(teacher)
        memory, _ = together(
            lambda: solve_and_submit(alice, in_the_jail(), POINTS | {"check(mlp_params)": 0}),
            lambda: solve_and_submit(bob, wrong(), POINTS | OF_BOB),
        )
        attack_the_others_work(teacher, alice)
        listen_to(bob, by=ALICE)
        hand_in_for(BOB, by=ALICE)
        grade(teacher)
        attack_what_is_the_teachers()
        attack_the_installation()
        read_feedback(alice, "16", BIAS)
        read_feedback(bob, BIAS, None)
        ask_the_doctor_what_leaks()
    nothing_is_left()
    milliseconds = {"ms until three who start at once see JupyterLab": round(1000 * seconds)}
    record_property("hub", {**milliseconds, **memory})


def together(*tasks):
    """What several people do at the same time; each one's result, or the first one's error."""
    with ThreadPoolExecutor() as pool:
        return [each.result() for each in [pool.submit(task) for task in tasks]]


@contextlib.contextmanager
def hub():
    """JupyterHub with docs/hub/jupyterhub_config.py, the proxy with it; gives the address."""
    with contextlib.ExitStack() as taken:
        sockets = [taken.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        ports = [each.getsockname()[1] for each in sockets]
    private = PLACE / "hub"  # its data base, its secrets
    private.mkdir(mode=0o700)
    for file in FILES.glob("*.py"):
        shutil.copy(file, private)
    given = {"config": str(private / "jupyterhub_config.py"), "ports": ports}
    given |= {"proxy": str(PROXY), "group": GROUP}
    environment = {
        "PATH": f"{COURSE}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(private),
        "COURSE_TEACHERS": TEACHER,
        "ELC_HUB": json.dumps(given),
    }
    command = [COURSE / "bin/jupyterhub", "-f", str(REPOSITORY / "tests/hub/jupyterhub_config.py")]
    log = private / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=private, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(600):
            if "JupyterHub is now running" in log.read_text():
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{ports[0]}"
    except BaseException:
        print(log.read_text()[-20_000:])  # pytest shows it with the failure
        raise
    finally:
        below = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        for each in [*below, psutil.Process(process.pid)] if process.poll() is None else below:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


def nobody_else_comes_in(address):
    assert not Person(address, ALICE, "another word").is_in
    assert not Person(address, "root", "").is_in


def release(teacher):
    """By formgrader's buttons; the exchange is then the teacher's."""
    for button in ("assign", "release"):
        said = teacher.formgrader("POST", f"assignment/{LESSON}/{button}")
        assert said["success"], said
    assert (EXCHANGE / COURSE_ID).owner() == TEACHER


def solve_and_submit(student, change, expected):
    """Fetch, solve, Run All Cells, submit; returns what that takes."""
    listed = student.assignment("fetch", LESSON)
    assert "fetched" in {each["status"] for each in listed}
    student.edit(NOTEBOOK, change)
    shown = student.run(NOTEBOOK)
    points = {cell: float(words[-1]) for cell, words in shown if cell.startswith("check(")}
    assert points == expected
    student.assignment("submit", LESSON)
    return sizes(student.name)


def in_the_jail():
    """Right answers, one of which is wrong wherever it sees the machine or is not the teacher."""
    hidden = ["/home", "/proc/1", "/etc/passwd", str(EXCHANGE), str(home(TEACHER))]
    source = IN_THE_JAIL.format(uid=uid(TEACHER), hidden=hidden)

    def change(notebook):
        model_answers(LESSON)(notebook)
        answer(mlp_params=source)(notebook)

    return change


def wrong():
    """The misconception that the README shows; the answer that builds on it is wrong with it."""

    def change(notebook):
        model_answers(LESSON)(notebook)
        answer(linear_params=BIAS_PER_INPUT)(notebook)

    return change


def uid(name):
    return home(name).stat().st_uid


def sizes(name):
    """Megabytes of somebody's server and of the largest process under it: all, and its own."""
    server = server_of(name)
    kernel = max(server.children(recursive=True), key=lambda process: process.memory_info().rss)
    return {
        f"MB {which} of a {what}": getattr(process.memory_full_info(), kind) >> 20
        for what, process in (("server", server), ("kernel that ran lesson 01", kernel))
        for which, kind in (("resident", "rss"), ("private", "uss"))
    }


def server_of(name):
    """The process of somebody's JupyterLab."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess):  # gone meanwhile, or as good as
            words = process.cmdline() if process.uids().real == uid(name) else []
            found += [process] if "jupyterhub-singleuser" in " ".join(words) else []
    (server,) = found
    return server


def listening(process):
    """The TCP sockets on which a process waits for others."""
    return [each for each in process.net_connections("tcp") if each.status == psutil.CONN_LISTEN]


def refused(name, *command):
    """Whether the system says no; a command that does not exist is no refusal."""
    done = as_user(name, *command)
    assert done.returncode != 127, done.stderr
    return done.returncode != 0


def only_for(owner, attackers, *paths):
    """The owner reads these, and the others do not: so each refusal is one of rights."""
    for path in paths:
        command = ["ls" if path.is_dir() else "cat", str(path)]
        assert not refused(owner, *command), f"{owner} cannot read {path}: the attack is void"
        for name in attackers:
            assert refused(name, *command), f"{name} reads {path}"


def attack_the_others_work(teacher, alice):
    """Alice after Bob's work: at home, in his cache, in the exchange, through the hub."""
    inbound = EXCHANGE / COURSE_ID / "inbound"
    cache = home(BOB) / ".local/share/jupyter/nbgrader_cache"  # it names his folder in there
    only_for(BOB, [ALICE], home(BOB), home(BOB) / NOTEBOOK, cache)
    only_for(TEACHER, [ALICE, BOB], inbound)
    only_for(BOB, [ALICE], Path(f"/proc/{server_of(BOB).pid}/environ"))  # it has his token
    assert refused(ALICE, "mv", str(EXCHANGE / COURSE_ID), str(EXCHANGE / "away"))
    outbound = EXCHANGE / COURSE_ID / "outbound"
    assert refused(ALICE, "mv", str(outbound), str(outbound.with_name("away")))
    assert refused(ALICE, "cp", "/etc/passwd", str(outbound / LESSON / f"{LESSON}.ipynb"))
    assert alice.ask("GET", "api/contents/").ok
    for whose in (BOB, TEACHER):
        assert alice.ask("GET", "api/contents/", whose=whose).status_code == 403
    assert teacher.ask("GET", "formgrader/").ok
    assert alice.ask("GET", "formgrader/", whose=TEACHER).status_code == 403
    assert alice.ask("GET", "formgrader/").status_code == 404
    assert alice.ask("GET", "formgrader/api/assignments").status_code == 404
    (port,) = {each.laddr.port for each in listening(server_of(BOB))}  # not through the proxy
    past = alice.web.get(f"http://127.0.0.1:{port}/user/{BOB}/api/contents/", timeout=90)
    assert past.status_code == 403


def listen_to(person, by):
    """Whoever is on the machine may connect to a kernel's ports, and hears nothing."""
    kernels = server_of(person.name).children(recursive=True)
    ports = {each.laddr.port for kernel in kernels for each in listening(kernel)}
    assert ports, "the attack is void"
    with ThreadPoolExecutor() as pool:
        heard = pool.submit(as_user, by, "python3", "-c", LISTEN, *map(str, ports))
        while not heard.done():
            person.execute(NOTEBOOK, "'a word'")
    assert heard.result().stdout == "listened\n", heard.result()


def hand_in_for(victim, by):
    """A folder in the victim's name, of tomorrow, with the notebook of somebody else in it."""
    folder = EXCHANGE / COURSE_ID / "inbound" / f"{victim}+{LESSON}+2099-01-01 00:00:00 UTC+x"
    assert not refused(by, "mkdir", str(folder)), "the attack is void"
    assert not refused(by, "cp", str(home(by) / NOTEBOOK), str(folder))


def grade(teacher):
    """Collect, autograde and give feedback by buttons; the marks are right, the forger is named."""
    log = teacher.formgrader("POST", f"assignment/{LESSON}/collect")["log"]
    (line,) = [line for line in log.splitlines() if "Not collected" in line]
    assert ALICE in line
    assert BOB in line
    for name in (ALICE, BOB):
        said = teacher.formgrader("POST", f"submission/{LESSON}/{name}/autograde")
        assert said["success"], said["log"]
    listed = teacher.formgrader("GET", f"submissions/{LESSON}")
    marks = {each["student"]: each["score"] for each in listed if each["autograded"]}
    assert marks[ALICE] == sum(POINTS.values()), "in the jail, as the teacher's user"
    assert marks[BOB] == sum((POINTS | OF_BOB).values())
    for button in ("generate_feedback", "release_feedback"):
        said = teacher.formgrader("POST", f"assignment/{LESSON}/{button}")
        assert said["success"], said


def attack_what_is_the_teachers():
    """The gradebook, the term's word, the answers in files and in git's history, feedback."""
    clone = home(TEACHER) / CLONE
    private = clone / ".nbgrader"
    secret = [private, private / "gradebook.db", private / "term", private / "submitted"]
    answers = [clone / "solutions", clone / f"solutions/{LESSON}.md", clone / "tests"]
    history = [clone / ".git", clone / ".git/HEAD", clone / ".git/objects"]
    only_for(TEACHER, [ALICE, BOB], home(TEACHER), clone, *secret, *answers, *history)
    only_for(TEACHER, [ALICE, BOB], EXCHANGE / COURSE_ID / "feedback")
    assert not list(Path("/tmp").glob("torchinductor_elc-*")), "another user may make it first"


def attack_the_installation():
    """What all may read has no answers; nobody but root changes it, or reads the hub's secrets."""
    package = next(COURSE.glob("lib/python3*/site-packages/grader"))
    assert not refused(ALICE, "cat", str(package / "__init__.py"))
    assert refused(ALICE, "touch", str(package / "torch.py"))
    assert refused(TEACHER, "cp", "/etc/passwd", str(package / "__init__.py"))
    names = {path.name for path in (REPOSITORY / "solutions").glob("*.md")} | {f"{LESSON}.ipynb"}
    seen = as_user(
        ALICE, "find", str(COURSE), "(", "-name", f"{LESSON}*", "-o", "-name", ".git", ")"
    )
    assert not names & {Path(line).name for line in seen.stdout.splitlines()}
    for name in ("jupyterhub_cookie_secret", "jupyterhub.sqlite"):
        assert (PLACE / "hub" / name).exists(), "the attack is void"
        assert refused(ALICE, "cat", str(PLACE / "hub" / name))
        assert refused(TEACHER, "cat", str(PLACE / "hub" / name))


def read_feedback(student, there, missing):
    """Fetch Feedback: this student's page and no other one's."""
    student.assignment("fetch_feedback", LESSON)
    (page,) = (home(student.name) / LESSON / "feedback").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert there in text
    assert missing is None or missing not in text


def ask_the_doctor_what_leaks():
    """The teacher's homes and the exchange, as a system's defaults would have them, are all that
    `grader doctor` finds on this hub."""
    clone = home(TEACHER) / CLONE
    for folder in (home(TEACHER), clone):
        folder.chmod(0o755)
    EXCHANGE.chmod(0o777)
    given = {"JUPYTER_CONFIG_PATH": server_of(TEACHER).environ()["JUPYTER_CONFIG_PATH"]}
    done = as_user(TEACHER, "grader", "doctor", "--json", folder=clone, **given)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    wrong_ones = [each["name"] for each in found if each["state"] == "wrong"]
    assert wrong_ones == ["Home", "Answers", "Exchange"], done.stdout
    assert {each["state"] for each in found if each["name"] == "Encryption"} == {"fine"}


def nothing_is_left():
    known = subprocess.run(["getent", "passwd", *ALL], capture_output=True, text=True, check=False)
    assert known.stdout == ""
    assert not PLACE.exists()
    assert not [name for name in ALL if Path("/home", name).exists()]
