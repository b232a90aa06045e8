"""JupyterLab as students and as instructors need it; its settings stand in `jupyter/`."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from grader.judge.errors import CourseError

FIRST = "00-start-here/00-start-here.ipynb"
SETTINGS = Path(__file__).parent / "jupyter"
LAST_PORT = 65_535
NOBODY_ASKED = (  # what JupyterLab's server says at a level that is shown
    "To access the server",  # with three addresses; ours stands alone
    "The websocket_ping_timeout",  # its own default, at every notebook that is opened
)


def start(
    role: Literal["student", "instructor"],
    folder: Path,
    page: str,
    port: str | None = None,
    options: Sequence[str] = (),
) -> None:
    """Run JupyterLab's server in `folder` until it is stopped; the browser opens at `page`.

    Students see no menus for instructors. Nobody sees pop-ups with news. The address is the last
    that is printed when the server is up; afterwards warnings and errors alone are.

    Args:
        port: the only one to try; if None, the first free one from 8888 on.
        options: more of JupyterLab's, as `jupyter lab` takes them.

    Raises:
        CourseError: if there is no such folder, or the port cannot be had.
    """
    if not folder.is_dir():
        raise CourseError(
            f"There is no folder {folder}. Name the one with the notebooks in it, and write "
            "JupyterLab's options as --name=value."
        )
    if port is not None:
        _must_be_free(port)
    before = os.environ.get("JUPYTER_CONFIG_PATH", "")
    paths = [str(SETTINGS / role), *filter(None, [before])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    os.chdir(folder)  # where nbgrader looks for nbgrader_config.py
    from jupyterlab.labapp import LabApp  # after the settings: it reads them when imported

    encrypted = ["--KernelManager.transport_encryption=auto"] if can_encrypt() else []
    server = LabApp.initialize_server(argv=[*encrypted, *arguments(page, port, options)])
    for handler in server.log.handlers:  # tornado and the extensions have loggers of their own
        handler.addFilter(_was_asked)
    server.io_loop.add_callback(_say_address, server)
    server.start()


def arguments(page: str, port: str | None, options: Sequence[str]) -> list[str]:
    """What JupyterLab is started with; `options` come last and win."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    this_port = [] if port is None else [f"--port={port}", "--port-retries=0"]
    quiet = [f"--{each}.log_level=WARN" for each in ("ServerApp", "LabApp")]
    return [f"--LabApp.default_url={page}", *quiet, *as_root, *this_port, *options]


def can_encrypt() -> bool:
    """Whether Jupyter can encrypt what it says to a kernel and hears from it.

    It does not by itself, and each kernel then warns of it on standard error. Where jupyter_client
    or ZeroMQ cannot, the kernels would not start if they were told to.
    """
    import zmq
    from jupyter_client.manager import KernelManager

    return "transport_encryption" in KernelManager.class_traits() and bool(zmq.has("curve"))


def _must_be_free(port: str) -> None:
    """Raise CourseError for a port that no server of ours can have."""
    if not (port.isascii() and port.isdigit() and int(port) <= LAST_PORT):
        raise CourseError(f"--port {port} is no port: give a number from 1024 to {LAST_PORT}.")
    try:
        socket.create_server(("127.0.0.1", int(port))).close()
    except PermissionError:
        raise CourseError(f"Port {port} is not for you: give one from 1024 on.") from None
    except OSError:
        raise CourseError(
            f"Port {port} is taken by another program: give another, or leave --port out."
        ) from None


def _was_asked(record: logging.LogRecord) -> bool:
    return not record.getMessage().strip().startswith(NOBODY_ASKED)


def _say_address(server: Any) -> None:
    print("JupyterLab is running at this address; Control-C ends it.\n", flush=True)
    print(server.public_url.removesuffix("?token=..."), flush=True)  # whoever chose it knows it
