"""A site that is served on the loopback, and a browser that stands before it."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

ASK = """async ([address, requests]) => {
  window.send ??= await (async () => {
    const worker = new Worker(`${address}/_static/elc/worker.js`, {type: "module"});
    const send = (number, what, text) => new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({data}) => {
        if (data.error) reject(new Error(data.error));
        else if (data.number === number) resolve(data.reply);
      };
      worker.postMessage({number, what, text});
    });
    await send(0, "load", "");
    return send;
  })();
  const replies = [];
  for (const [place, request] of requests.entries())
    replies.push(await window.send(place + 1, "ask", request));
  return replies;
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Python's own web server, without its log; it counts what it sends."""

    sent: ClassVar[list[tuple[str, int]]] = []

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword.lower() == "content-length":
            self.sent.append((self.path, int(value)))
        super().send_header(keyword, value)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as `python -m http.server` does; gives the address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def ask_the_worker(page, address: str, requests: list[dict]) -> list[dict]:
    """Give requests to the worker that a page of the site starts; its replies."""
    replies = page.evaluate(ASK, [address, [json.dumps(request) for request in requests]])
    return [json.loads(reply) for reply in replies]
