"""What to say where a command needs a package that only an extra of ours installs."""

from __future__ import annotations

import importlib.metadata
import re

from grader.classroom.doctor.place import NAME, install, version

GRADING = "teach"  # its packages bring others that we import, such as nbconvert and SQLAlchemy
_REQUIREMENT = re.compile(r"""([\w.-]+)(?:[^;]*;.*\bextra == ["'](\w+)["'])?""")


def advice(missing: ModuleNotFoundError, command: str) -> str | None:
    """The sentence for a command that cannot import a package: the package, and what installs it.

    Returns None for a module of our own: that is a fault of the package, not of the machine.
    """
    module = (missing.name or "").partition(".")[0]
    if module in ("", "grader", NAME):
        return None
    extra = extra_with(module)
    mend = f"run `{install(extra)}`" if extra else "`grader doctor` says what mends it"
    return f"`{command}` needs {module}, which is not installed in this Python: {mend}."


def extra_with(module: str) -> str:
    """The extra that installs a missing module; '' where what is here should have brought it."""
    packages = by_extra()
    direct = [extra for extra, names in packages.items() if module.lower() in names]
    if direct:
        return direct[0]
    return "" if all(map(version, packages.get(GRADING, []))) else GRADING


def by_extra() -> dict[str, list[str]]:
    """The packages that each extra asks for, in lower case, in the order of pyproject.toml; those
    under '' are needed always."""
    found: dict[str, list[str]] = {"": []}
    try:
        requirements = importlib.metadata.requires(NAME) or []
    except importlib.metadata.PackageNotFoundError:  # run from a folder, never installed
        return found
    for requirement in requirements:
        if match := _REQUIREMENT.match(requirement):
            found.setdefault(match[2] or "", []).append(match[1].lower())
    return found
