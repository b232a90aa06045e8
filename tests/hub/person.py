"""Somebody at a hub: a password, a server, and what JupyterLab's buttons ask of it."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import nbformat
import requests
import websocket
from nbformat import NotebookNode

COURSE_ID = "every-layer-counts"
SECONDS = 90


class Person:
    """One user in a browser of their own."""

    def __init__(self, hub: str, name: str, password: str) -> None:
        self.hub, self.name = hub, name
        self.web = requests.Session()
        page = self.web.get(f"{hub}/hub/login", timeout=SECONDS)
        found = re.search(r'name="_xsrf"\s+value="([^"]+)"', page.text)
        form = {"username": name, "password": password, "_xsrf": found[1] if found else ""}
        self.web.post(f"{hub}/hub/login?next=/hub/home", data=form, timeout=SECONDS)
        home = self.web.get(f"{hub}/hub/home", allow_redirects=False, timeout=SECONDS)
        self.is_in = home.status_code == 200

    def start(self) -> float:
        """Start the server as the browser does; returns the seconds until JupyterLab's page."""
        begin = time.monotonic()
        self.web.get(f"{self.hub}/hub/spawn", timeout=SECONDS)
        while time.monotonic() < begin + SECONDS:
            page = self.web.get(self.address("lab"), timeout=SECONDS)
            if page.ok and "jupyter-config-data" in page.text:
                return time.monotonic() - begin
            time.sleep(0.1)
        raise AssertionError(f"{self.name}'s server does not start: {page.status_code} {page.url}")

    def address(self, path: str, whose: str | None = None) -> str:
        """An address of a server, this person's or another one's."""
        return f"{self.hub}/user/{whose or self.name}/{path}"

    def ask(self, method: str, path: str, whose: str | None = None, **more: Any) -> Any:
        """A request as the page makes it: with cookies, and the token against forgery."""
        tokens = [c.value for c in self.web.cookies if c.name == "_xsrf" and self.name in c.path]
        headers = {"X-XSRFToken": tokens[0] if tokens else ""}
        address = self.address(path, whose)
        return self.web.request(method, address, headers=headers, timeout=SECONDS, **more)

    def assignment(self, action: str, lesson: str) -> Any:
        """Fetch, Submit or Fetch Feedback in the menu Nbgrader, Assignment List."""
        data = {"course_id": COURSE_ID, "assignment_id": lesson}
        said = self.ask("POST", f"assignments/{action}", data=data)
        assert said.ok, said.text
        assert said.json()["success"], said.text
        return said.json()["value"]

    def formgrader(self, method: str, path: str) -> Any:
        """One of formgrader's buttons or tables."""
        said = self.ask(method, f"formgrader/api/{path}")
        assert said.ok, (path, said.status_code, said.text[-2000:])
        return said.json()

    def read(self, path: str) -> NotebookNode:
        """A notebook of this person's home."""
        said = self.ask("GET", f"api/contents/{quote(path)}")
        assert said.ok, (path, said.status_code)
        return nbformat.from_dict(said.json()["content"])

    def edit(self, path: str, change: Callable[[NotebookNode], Any]) -> None:
        """Open a notebook, change it, save it."""
        notebook = self.read(path)
        change(notebook)
        data = {"type": "notebook", "format": "json", "content": notebook}
        assert self.ask("PUT", f"api/contents/{quote(path)}", json=data).ok

    def run(self, path: str) -> list[tuple[str, list[str]]]:
        """Run All Cells; each cell with the words that it shows."""
        cells = [cell.source for cell in self.read(path).cells if cell.cell_type == "code"]
        return list(zip(cells, self.execute(path, *cells), strict=True))

    def execute(self, path: str, *sources: str) -> list[list[str]]:
        """Run this in the notebook's kernel, which stays; the words that each shows."""
        kernel = {"name": "python3"}
        data = {"path": path, "type": "notebook", "name": "", "kernel": kernel}
        session = self.ask("POST", "api/sessions", json=data).json()
        channel = self.address(f"api/kernels/{session['kernel']['id']}/channels")
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.web.cookies)
        socket = websocket.create_connection(
            channel.replace("http", "ws", 1), cookie=cookies, timeout=SECONDS
        )
        try:
            return [self._execute(socket, source) for source in sources]
        finally:
            socket.close()

    def _execute(self, socket: websocket.WebSocket, source: str) -> list[str]:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "session": self.name}
        header |= {"username": self.name, "version": "5.3", "date": "2026-01-01T00:00:00Z"}
        content = {"code": source, "silent": False, "store_history": True}
        content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        socket.send(json.dumps({**request, "channel": "shell", "buffers": []}))
        words: list[str] = []
        while True:
            said = socket.recv()
            if not isinstance(said, str) or not said:
                continue
            message = json.loads(said)
            if message["parent_header"].get("msg_id") != number:
                continue
            content = message["content"]
            if message["msg_type"] == "error":
                raise AssertionError(f"{content['ename']}: {content['evalue']} in {source}")
            words.append(str(content.get("data", {}).get("text/plain", "")))
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return list(filter(None, words))
