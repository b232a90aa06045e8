"""`grader site --serve`: the finished site, for this machine alone."""

from __future__ import annotations

import contextlib
import functools
import http.server
from pathlib import Path

from grader.publish.site.assets import SiteError

ADDRESS = ("127.0.0.1", 8000)


def forever(folder: Path) -> None:
    """Serve the site until Ctrl-C.

    Raises:
        SiteError: if there is no site yet, or the port is taken.
    """
    if not (folder / "index.html").exists():
        raise SiteError("There is no site yet: run `make site`.")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(ADDRESS, handler)
    except OSError as error:
        raise SiteError(f"Port {ADDRESS[1]} cannot be used: {error.strerror}.") from None
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"http://{ADDRESS[0]}:{ADDRESS[1]}  (Ctrl-C ends)", flush=True)
        server.serve_forever()
