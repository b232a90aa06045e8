"""A real JupyterLab and a real Chromium for tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from grader.publish.tools import CHROMIUM as NAMES

CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path(__file__).parent / "screenshots"  # git ignores them
SETTINGS = """
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = {port}
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.IdentityProvider.token = ""
c.LabApp.expose_app_in_browser = True
"""


@contextlib.contextmanager
def jupyter(command: list[str], home: Path, folder: Path) -> Iterator[str]:
    """Run `grader COMMAND` in `folder` for a person whose home is `home`; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / ".jupyter").mkdir(parents=True, exist_ok=True)
    settings = home / ".jupyter" / "jupyter_server_config.py"
    settings.write_text(SETTINGS.format(port=port), encoding="utf-8")
    environment = {**os.environ, "HOME": str(home)}
    log = home / "jupyter.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "grader", *command],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            for _ in range(600):
                if "is running at" in log.read_text():
                    break
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


@contextlib.contextmanager
def chromium(scheme: str = "light", width: int = 1300, height: int = 950) -> Iterator[Page]:
    """A fresh browser window."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page.set_default_timeout(90_000)
        yield page
        browser.close()


def keep(page: Page, name: str) -> Path:
    """Keep a screenshot as an artefact of the tests."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    return SCREENSHOTS / f"{name}.png"


class Notebook:
    """The notebook that is open in a JupyterLab page."""

    def __init__(self, page: Page, address: str, path: str) -> None:
        self.page, self.path = page, path
        page.goto(f"{address}/lab/tree/{path}?reset")
        self.wait()

    def wait(self) -> None:
        """Until the notebook is there and its kernel has nothing to do."""
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(
            "path => { const open = jupyterapp.shell.currentWidget; return"
            " open?.context?.path === path && open.context.isReady"
            " && open.sessionContext.session?.kernel?.status === 'idle' }",
            arg=self.path,
        )

    def run_all(self) -> None:
        """Restart the kernel and run every cell."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:restart-run-all') }")
        self.page.click('.jp-Dialog button:has-text("Restart")')
        self.page.wait_for_function(
            "() => jupyterapp.shell.currentWidget.content.widgets.every(cell =>"
            " cell.model.type !== 'code' || cell.model.executionCount)"
        )
        self.wait()

    def errors(self) -> list[str]:
        """The errors and warnings in the outputs of all cells."""
        found: list[str] = self.page.evaluate(
            "() => jupyterapp.shell.currentWidget.content.widgets"
            ".flatMap(cell => cell.model.type === 'code' ? cell.model.outputs.toJSON() : [])"
            ".filter(output => output.output_type === 'error' || output.name === 'stderr')"
            ".map(output => output.evalue ?? output.text)"
        )
        return found

    def index(self, name: str) -> int:
        """The place of the cell with this grade id."""
        place: int = self.page.evaluate(
            "name => jupyterapp.shell.currentWidget.content.widgets.findIndex("
            "cell => cell.model.getMetadata('nbgrader')?.grade_id === name)",
            name,
        )
        assert place >= 0, name
        return place

    def with_(self, words: str) -> list[int]:
        """The places of the code cells with these words."""
        found: list[int] = self.page.evaluate(
            "words => jupyterapp.shell.currentWidget.content.widgets.flatMap((cell, place) =>"
            " cell.model.type === 'code' && cell.model.sharedModel.source.includes(words)"
            " ? [place] : [])",
            words,
        )
        return found

    def show(self, place: int) -> None:
        """Scroll to the cell at this place and make it the active one."""
        self.page.evaluate(
            "async place => { const notebook = jupyterapp.shell.currentWidget.content;"
            " notebook.activeCellIndex = place; await notebook.scrollToItem(place, 'center') }",
            place,
        )

    def select(self, name: str) -> None:
        """Scroll to a cell and make it the active one."""
        self.show(self.index(name))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")

    def write(self, name: str, source: str) -> None:
        """Replace what stands in a cell, by keyboard."""
        self.select(name)
        self.page.click(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(source)

    def run(self, name: str) -> str:
        """Run a cell by keyboard; returns the words of its output."""
        self.select(name)
        self.page.evaluate(
            "place => jupyterapp.shell.currentWidget.content.widgets[place].model.clearExecution()",
            self.index(name),
        )
        self.page.click(".jp-Notebook .jp-Cell.jp-mod-active .jp-InputPrompt")
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            "place => jupyterapp.shell.currentWidget.content.widgets[place].model.executionCount",
            arg=self.index(name),
        )
        self.wait()
        self.select(name)
        words: str = self.page.inner_text(".jp-Cell.jp-mod-active .jp-Cell-outputWrapper")
        return words

    def save(self) -> None:
        """Save the notebook."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
