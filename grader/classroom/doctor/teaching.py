"""What a teacher needs: bubblewrap, exchange, gradebook, the tools of decks and site."""

from __future__ import annotations

import importlib.util
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from grader.ask import obstacles
from grader.classroom.doctor.finding import Said, fine, hindered, limited, not_needed, wrong
from grader.classroom.doctor.place import (
    READ,
    WRITE,
    Place,
    install,
    interpreter,
    is_there,
    lets_others,
    quoted,
    version,
)
from grader.publish import tools

COURSE = "every-layer-counts"
SQLITE = "sqlite:///"
EXCHANGE = "/usr/local/share/nbgrader/exchange"  # nbgrader's, where no setting says otherwise
REVISION = re.compile(r"^(revision|down_revision) *= *['\"](\w+)['\"]", re.MULTILINE)


def bubblewrap(_: Place) -> Iterator[Said]:
    """The jail: does it work, and can it fork?"""
    if obstacle := obstacles.of_root() or obstacles.of_bubblewrap():
        yield hindered(obstacle, "wrong")
    elif obstacle := obstacles.of_forks():
        yield hindered(obstacle, "limited")
    elif obstacles.is_root():
        yield fine("works for root; ask again as the user who grades")
    else:
        yield fine("works")


def settings(place: Place) -> Iterator[Said]:
    """nbgrader's settings: can they be read?"""
    if version("nbgrader") is None:
        yield not_needed("nbgrader is not here")
        return
    files = place.settings()
    try:
        place.config()
    except Exception as error:
        yield wrong(
            f"nbgrader's settings cannot be read ({type(error).__name__}: {error}).",
            "git diff nbgrader_config.py",
        )
    else:
        yield fine(f"{', '.join(map(str, files))}" if files else "nbgrader's own")


def exchange(place: Place) -> Iterator[Said]:
    """nbgrader's exchange: everybody writes into it, and nobody removes what is another's."""
    given = _setting(place, "Exchange", "root")
    folder = Path(given or EXCHANGE)
    make = f"sudo mkdir -m 1777 -p {quoted(folder)}"
    if not is_there(folder):
        yield (
            wrong(f"The exchange {folder} does not exist; nbgrader_config.py names it.", make)
            if given
            else not_needed(
                "none here; where students sit at machines of yours, it carries notebooks", make
            )
        )
        return
    mode = folder.stat().st_mode & 0o7777
    open_it = f"sudo chmod 1777 {quoted(folder)}"
    if not mode & 0o022:
        yield wrong(f"Students cannot write to {folder} (mode {mode:o}): none hands in.", open_it)
    elif not mode & 0o1000:
        yield wrong(
            f"Any student can move the whole course out of {folder} (mode {mode:o}).", open_it
        )
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield wrong(f"You cannot write to the exchange {folder} (mode {mode:o}).", open_it)
    else:
        yield from _in_exchange(folder / COURSE, place) or [fine(f"{folder}")]


def _in_exchange(course: Path, place: Place) -> list[Said]:
    """What is wrong with the course's own folders there: students list no work of others, and put
    no lesson into it; whoever grades here, does."""
    if not is_there(course):
        return []
    if place.solutions and not os.access(course, os.W_OK):
        owner = _owner(course)
        return [
            wrong(
                f"{course} belongs to {owner}: you cannot release there, and students fetch what "
                "that user puts there.",
                f"sudo mv {quoted(course, course.with_name(f'{COURSE}.of-{owner}'))}",
            )
        ]
    listed = [course / name for name in ("inbound", "feedback")]
    written = [course, course / "outbound"]
    return [
        *(
            wrong(f"Students can list the work of others in {path}.", f"chmod o-r {quoted(path)}")
            for path in listed
            if lets_others(path, READ)
        ),
        *(
            wrong(f"Students can replace lessons in {path}.", f"chmod o-w {quoted(path)}")
            for path in written
            if lets_others(path, WRITE)
        ),
    ]


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a number without a name
        return str(path.stat().st_uid)


def time_zone(place: Place) -> Iterator[Said]:
    """The zone of the times of hand-ins."""
    from zoneinfo import available_timezones

    name = _setting(place, "Exchange", "timezone") or "UTC"
    if name != "UTC" and name not in available_timezones():
        yield wrong(
            f"The exchange's time zone {name} is not known: nobody can hand in.",
            'c.Exchange.timezone = "UTC"  # in nbgrader_config.py',
        )
    else:
        yield fine(f"hand-ins are timed in {name}")


def gradebook(place: Place) -> Iterator[Said]:
    """The gradebook: can it be read and written, and was it made by this nbgrader?"""
    if place.root is None:
        yield not_needed("no course here")
        return
    url = _setting(place, "CourseDirectory", "db_url") or f"{SQLITE}{place.private}/gradebook.db"
    if not url.startswith(SQLITE):
        yield not_needed("on a database server, which is not asked")
        return
    file = Path(url.removeprefix(SQLITE))
    if not os.access(file.parent, os.X_OK):
        yield not_needed(f"{file.parent} is another user's, or not there yet")
    elif not file.exists():
        yield not_needed("none yet; the first grading makes it")
    elif not os.access(file, os.R_OK | os.W_OK):
        yield wrong(
            f"{file} cannot be read and written by you.", f"sudo chown $USER {quoted(file)}"
        )
    else:
        yield _revision(file)


def _revision(file: Path) -> Said:
    aside = f"mv {quoted(file, file.with_name('gradebook.broken.db'))}"
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=2)) as book:
            tables = {name for (name,) in book.execute("select name from sqlite_master")}
            if "alembic_version" not in tables:
                rows: list[Any] = []
            else:
                rows = book.execute("select version_num from alembic_version").fetchall()
    except sqlite3.OperationalError as error:
        return wrong(
            f"{file} cannot be asked ({error}): does another program hold it?",
            f"fuser {quoted(file)}",
        )
    except sqlite3.DatabaseError as error:
        return wrong(f"{file} is no gradebook ({error}).", aside)
    newest, known = _known_revisions()
    found = rows[0][0] if rows else "none"
    if found == newest:
        return fine(f"readable, of this nbgrader (revision {found})")
    if rows and found not in known:
        return wrong(
            f"The gradebook is of a newer nbgrader (revision {found}, here {newest}).",
            interpreter("-m pip install --upgrade nbgrader"),
        )
    return wrong(
        f"The gradebook is of an older nbgrader (revision {found}, here {newest}).",
        f"nbgrader db upgrade --db {quoted(f'{SQLITE}{file}')}",
    )


def _known_revisions() -> tuple[str, set[str]]:
    """The newest revision that the installed nbgrader knows, and all of them."""
    spec = importlib.util.find_spec("nbgrader")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "alembic/versions"
    facts = [
        fact for file in folder.glob("*.py") for fact in REVISION.findall(file.read_text("utf-8"))
    ]
    known = {name for kind, name in facts if kind == "revision"}
    before = {name for kind, name in facts if kind == "down_revision"}
    return next(iter(known - before), ""), known


def node(place: Place) -> Iterator[Said]:
    """Node and npm, for decks and site."""
    if obstacle := tools.no_node("Slides and site need") or tools.no_npm() or _old_node(place):
        yield hindered(obstacle, "limited")
    else:
        yield fine(f"{tools.node_version()}, with npm")


def _old_node(place: Place) -> obstacles.Obstacle | None:
    return tools.old_node(place.root / "slides") if place.root else None


def decks(place: Place) -> Iterator[Said]:
    """Marp and a browser, for slides; the site's packages."""
    assert place.root is not None
    site = place.package / "publish" / "site"
    found = [tools.no_browser(), tools.no_marp(place.root / "slides"), tools.no_modules(site)]
    missing = [obstacle for obstacle in found if obstacle]
    yield from (hindered(obstacle, "limited") for obstacle in missing)
    if version("sphinx") is None:
        yield limited("The site needs Sphinx.", install("site"))
    elif not missing:
        yield fine(f"Marp, {Path(tools.browser() or '').name} and the site's packages")


def _setting(place: Place, section: str, name: str) -> str:
    """A setting of nbgrader; '' where there is none, or none can be read."""
    if version("nbgrader") is None:
        return ""
    try:
        found = place.config()[section]
    except Exception:  # `settings` says so
        return ""
    return str(found[name]) if name in found else ""
