"""`grader lab`: its options, its port, and the one address that a student is to open."""

import argparse
import os
import re
import socket
import subprocess
import sys
import time

import pytest
from classroom import REPOSITORY

from grader import cli
from grader.classroom import lab

PAGE = "/lab/tree/x.ipynb"


def grader(*words, **more):
    command = [sys.executable, "-m", "grader", *words]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60, **more
    )


@pytest.fixture
def started(monkeypatch):
    """What `lab.start` is called with."""
    calls = []
    monkeypatch.setattr(lab, "start", lambda *arguments: calls.append(arguments))

    def start(*words):
        monkeypatch.setattr(sys, "argv", ["grader", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert end.value.code == 0
        return calls[-1]

    return start


@pytest.mark.parametrize(
    ("words", "folder", "port", "options"),
    [
        ((), ".", None, []),
        (("notebooks",), "notebooks", None, []),
        (("notebooks", "--port", "9999"), "notebooks", "9999", []),
        (("--no-browser", "notebooks"), "notebooks", None, ["--no-browser"]),
        (
            ("notebooks", "--port=9999", "--ServerApp.token=x", "--debug"),
            "notebooks",
            "9999",
            ["--ServerApp.token=x", "--debug"],
        ),
        (("--ip=0.0.0.0",), ".", None, ["--ip=0.0.0.0"]),
    ],
)
def test_options_go_to_jupyterlab_as_they_are(started, words, folder, port, options):
    role, where, _, *rest = started("lab", *words)
    assert (role, str(where), rest) == ("student", folder, [port, options])


def test_formgrader_takes_the_same(started, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    role, *_, port, options = started("formgrader", "--no-browser", "--port", "9", "--debug")
    assert (role, port, options) == ("instructor", "9", ["--no-browser", "--debug"])


def test_no_other_command_takes_what_it_does_not_know():
    said = grader("list", "--bogus")
    assert said.returncode == 2
    assert "unrecognized arguments: --bogus" in said.stderr


def test_a_port_that_is_named_is_the_only_one():
    assert "--port-retries=0" in lab.arguments(PAGE, "9999", [])
    assert not [word for word in lab.arguments(PAGE, None, []) if word.startswith("--port")]
    assert lab.arguments(PAGE, "9", ["--log-level=INFO"])[-1] == "--log-level=INFO"


@pytest.mark.parametrize("port", ["x", "-1", "70000", "9.5", "²"])
def test_what_is_no_port_is_one_sentence(port):
    said = grader("lab", "notebooks", f"--port={port}")
    assert said.stderr == f"--port {port} is no port: give a number from 1024 to 65535.\n"
    assert said.returncode == 1


def test_a_port_that_is_taken_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = grader("lab", "notebooks", "--port", str(port))
    expected = f"Port {port} is taken by another program: give another, or leave --port out.\n"
    assert said.stderr == expected
    assert said.returncode == 1


def test_help_says_where_other_options_go():
    said = " ".join(grader("lab", "--help").stdout.split())
    assert "All other options go to JupyterLab as they are; write them as --name=value" in said


def test_the_address_is_the_last_that_is_printed(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "notebooks").mkdir()
    words = ["lab", "notebooks", "--no-browser", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "grader", *words],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(600):
            if "token=" in log.read_text(encoding="utf-8"):
                break
            assert server.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        time.sleep(1)  # JupyterLab's own come a little later
        said = log.read_text(encoding="utf-8").splitlines()
    finally:
        server.terminate()
        server.wait(20)
    assert re.fullmatch(rf"http://localhost:{port}/lab/tree/{lab.FIRST}\?token=\w+", said[-1])
    assert sum("http://" in line for line in said) == 1
    assert not [line for line in said if line.startswith("[I ")]


def test_kernels_are_told_to_encrypt_only_where_they_can(monkeypatch):
    import zmq

    assert lab.can_encrypt()
    monkeypatch.setattr(zmq, "has", lambda _: False)
    assert not lab.can_encrypt()


def test_the_parser_of_lab_shortens_no_option():
    parser = argparse.ArgumentParser()
    command = cli._add_jupyter(parser.add_subparsers(), "lab", "open it")
    _, others = command.parse_known_args(["--no-b"])
    assert others == ["--no-b"]
