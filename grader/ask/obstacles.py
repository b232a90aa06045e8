"""What of this machine stands in the way of a program, and the one command that removes it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from grader.ask import start
from grader.ask.bubblewrap import environment, lacks_user, python, walls

SETTINGS = Path("/proc/sys")
OF_THIS_SYSTEM = Path("/")
SECONDS = 30.0  # for a program that prints one word
LIMITED = (
    """c.JudgeInJail.without_bubblewrap = "limited"  # in nbgrader_config.py: less is contained"""
)
PROFILE = (
    r"printf 'abi <abi/4.0>,\nprofile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }\n' | "
    "sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap"
)
OPTIONS = "--security-opt " + " --security-opt ".join(
    f"{name}=unconfined" for name in ("seccomp", "apparmor", "systempaths")
)
OF_A_POD = (
    "securityContext: {seccompProfile: {type: Unconfined}, appArmorProfile: {type: Unconfined}}"
)
INSTALLERS = {
    "apt": "sudo apt install",
    "dnf": "sudo dnf install",
    "zypper": "sudo zypper install",
    "pacman": "sudo pacman -S",
    "apk": "sudo apk add",
    "brew": "brew install",
}


@dataclass(frozen=True)
class Obstacle:
    """What is wrong, as a sentence, and the command or the setting that mends it."""

    says: str
    mend: str
    how: str = "run"  # or "write", for a setting

    def __str__(self) -> str:
        return f"{self.says.removesuffix('.')}: {self.how} `{self.mend}`."


def installing(*packages: str) -> str:
    """The command that installs packages of the system here; Debian's where none is known."""
    known = next((name for name in INSTALLERS if shutil.which(name)), "apt")
    return f"{INSTALLERS[known]} {' '.join(packages)}"


def of_root() -> Obstacle | None:
    """Why root cannot have students' code run here, if so: no answer would come back."""
    if not (is_root() and lacks_user()):
        return None
    return Obstacle(
        "Grading as root runs students' code as another user, and this container has none. "
        "Grade as an ordinary user.",
        "podman run --userns=keep-id ...",
    )


def of_bubblewrap() -> Obstacle | None:
    """Why no student's code can be run under bubblewrap here, if so."""
    if not shutil.which("bwrap"):
        return Obstacle(
            "Grading needs bubblewrap, which keeps students' code away from the gradebook.",
            installing("bubblewrap"),
        )
    reason = _why_it_fails()
    if reason is None:
        return None
    if "source path" in reason:
        return Obstacle(
            f"bubblewrap cannot show this Python to the jail ({reason}).",
            "make clean install PYTHON=/usr/bin/python3",
        )
    cause, *mend = _cause()
    return Obstacle(f"bubblewrap is installed but does not work here ({reason}){cause}.", *mend)


def of_forks() -> Obstacle | None:
    """Why bubblewrap, which works, cannot keep one process for many notebooks, if so."""
    forked = start.forked(real=False)
    if forked is None:
        cause, *mend = _cause()
        return Obstacle(
            "bubblewrap works, but the system allows no namespaces within namespaces: PyTorch is "
            f"imported anew for each notebook. The marks are the same, grading is slower{cause}.",
            *mend,
        )
    with forked as pipes:
        pipes.close()  # it reads to the end, and is gone
    start.end_waiting()
    return None


def _why_it_fails() -> str | None:
    """What bubblewrap says where it cannot start a Python."""
    command = [*walls(real=False), *python(), "print('inside')"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment(real=False),
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.stdout == "inside\n":
        return None
    return done.stderr.strip().partition("\n")[0] or "no reason given"


def _cause() -> tuple[str, str, str]:
    """What of the system refuses user namespaces, as the end of a sentence; its mend, and how."""
    if _setting("user/max_user_namespaces") == "0":
        return "; user.max_user_namespaces is 0", _set("user.max_user_namespaces", 28633), "run"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        name = "kernel.unprivileged_userns_clone"
        return f"; {name} is 0", _set(name, 1), "run"
    if os.environ.get("KUBERNETES_SERVICE_HOST"):
        return (
            "; this pod may make no namespaces, unless its specification says so",
            OF_A_POD,
            "write",
        )
    if any((OF_THIS_SYSTEM / name).exists() for name in (".dockerenv", "run/.containerenv")):
        more = "--cap-add SYS_ADMIN " if is_root() else ""
        return "; this container may make no namespaces", f"docker run {more}{OPTIONS} ...", "run"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "; AppArmor (Ubuntu 23.10 and later) wants a profile for it", PROFILE, "run"
    return "", LIMITED, "write"


def is_root() -> bool:
    """Whether this user is root; nobody is on Windows."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _setting(name: str) -> str:
    try:
        return (SETTINGS / name).read_text().strip()
    except OSError:
        return ""


def _set(name: str, value: int) -> str:
    file = "/etc/sysctl.d/90-bubblewrap.conf"
    return f"echo {name}={value} | sudo tee {file} && sudo sysctl --system"
