"""The programs that are no Python package: Node with its packages, and a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from grader.ask.obstacles import Obstacle, installing

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
MARP = Path("node_modules", ".bin", "marp")
ESBUILD = Path("node_modules", ".bin", "esbuild")
MARP_PACKAGE = "node_modules/@marp-team/marp-cli"
SECONDS = 20.0


def browser() -> str | None:
    """The path of a Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def no_browser() -> Obstacle | None:
    """What is wrong where decks cannot be printed."""
    return None if browser() else Obstacle("PDF slides need Chromium.", installing("chromium"))


def no_node(who_needs: str) -> Obstacle | None:
    """What is wrong where there is no Node; `who_needs` begins the sentence."""
    if shutil.which("node"):
        return None
    return Obstacle(f"{who_needs} Node (see nodejs.org).", installing("nodejs", "npm"))


def no_npm() -> Obstacle | None:
    """What is wrong where Node is without npm, which installs Marp and the site's packages."""
    if shutil.which("npm"):
        return None
    return Obstacle("Node is here without npm, which installs its packages.", installing("npm"))


def old_node(slides: Path) -> Obstacle | None:
    """What is wrong where Node is older than Marp, in the lock file of `slides`, asks for."""
    lock = json.loads((slides / "package-lock.json").read_text(encoding="utf-8"))
    oldest = _number(lock["packages"][MARP_PACKAGE]["engines"]["node"])
    found = node_version()
    if _number(found) >= oldest:
        return None
    return Obstacle(
        f"Node {found} is older than {oldest}, which Marp and the site need.",
        "sudo npm install -g n && sudo n lts",
    )


def node_version() -> str:
    """As Node says it, such as 20.11.0; '' where it says none."""
    try:
        command = ["node", "--version"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().removeprefix("v")


def no_marp(slides: Path) -> Obstacle | None:
    """What is wrong where Marp is not installed in `slides`."""
    if (slides / MARP).exists():
        return None
    return Obstacle("Slides need Marp.", "make slides")


def no_modules(site: Path) -> Obstacle | None:
    """What is wrong where the site's npm packages are not installed."""
    return (
        None
        if (site / ESBUILD).exists()
        else Obstacle("The site needs Node's packages.", "make site")
    )


def _number(version: str) -> int:
    found = re.search(r"\d+", version)
    return int(found[0]) if found else 0
