"""A machine for a class, made and removed by root: unix users, and the course installed for all."""

from __future__ import annotations

import contextlib
import grp
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).parents[2]
PLACE = Path("/opt/elc-hub")  # a short path that everybody may enter; pytest's own are root's
COURSE, EXCHANGE = PLACE / "course", PLACE / "exchange"
GROUP, MARK = "elc-course", "made by tests/test_hub.py"
PASSWORD = f"{{}}-{secrets.token_hex(8)}"  # nobody's, should a run be killed and leave the users
CLONE = "every-layer-counts"  # in the teacher's home
SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # where everybody leaves things


@contextlib.contextmanager
def machine(teacher: str, students: list[str]) -> Iterator[None]:
    """Users, course, exchange and the teacher's clone; nothing of it is left afterwards."""
    names = [teacher, *students]
    with alone():
        remove(names)
        try:
            PLACE.mkdir(mode=0o755)
            (PLACE / "README").write_text(f"{MARK}\n")
            for name in names:
                add(name)
            tree = PLACE / "tree"  # as root's clone would be: nobody else may look
            tree.mkdir(mode=0o700)
            copy_tree(tree)
            install(tree)
            EXCHANGE.mkdir()
            EXCHANGE.chmod(0o1777)
            (EXCHANGE / CLONE).mkdir()
            shutil.chown(EXCHANGE / CLONE, teacher)
            (COURSE / "etc/jupyter").mkdir(parents=True, exist_ok=True)
            (COURSE / "etc/jupyter/nbgrader_config.py").write_text(
                f'c = get_config()\nc.Exchange.root = "{EXCHANGE}"\n'
            )
            give(teacher, tree)
            yield
        finally:
            remove(names)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Refuse a second run of this at the same time: both would have the same users."""
    with socket.socket(socket.AF_UNIX) as lock:
        try:
            lock.bind("\0elc-hub-test")  # the kernel forgets it with this process
        except OSError:
            raise RuntimeError("Another run of tests/test_hub.py has these users now.") from None
        yield


def add(name: str) -> None:
    """A user as Debian makes one, whose home others may read."""
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    command = ["useradd", "--create-home", "--groups", GROUP, "--comment", MARK]
    subprocess.run([*command, "--shell", "/bin/bash", name], check=True)
    words = f"{name}:{PASSWORD.format(name)}"
    subprocess.run(["chpasswd"], input=words, text=True, check=True)
    home(name).chmod(0o755)


def home(name: str) -> Path:
    """Where this user lives."""
    return Path(pwd.getpwnam(name).pw_dir)


def remove(names: list[str]) -> None:
    """What this module made, now or in a run that was killed: processes, users, homes, the place.

    Raises:
        RuntimeError: if something with such a name is somebody else's; then nothing is removed.
    """
    users = [user for user in pwd.getpwall() if user.pw_name in names]
    for user in users:
        if user.pw_gecos != MARK:
            raise RuntimeError(f"The user {user.pw_name} is not {MARK}: nothing is removed.")
    readme = PLACE / "README"
    if PLACE.exists() and any(PLACE.iterdir()) and not readme.exists():
        raise RuntimeError(f"The folder {PLACE} is not {MARK}: nothing is removed.")
    uids = {user.pw_uid for user in users}
    end_processes(uids)
    for folder in map(Path, SHARED):
        for path in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.lstat().st_uid in uids:
                    remove_path(path)
    for user in users:
        command = ["userdel", "--remove", user.pw_name]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # it has no mail to remove
    if any(group.gr_name == GROUP for group in grp.getgrall()):
        subprocess.run(["groupdel", GROUP], check=True)
    if PLACE.exists():
        shutil.rmtree(PLACE)


def remove_path(path: Path) -> None:
    """A file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def end_processes(uids: set[int]) -> None:
    """End what our users left running, and a hub of a run that was killed."""
    left = [each for each in psutil.process_iter() if _is_ours(each, uids)]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=10)


def _is_ours(process: psutil.Process, uids: set[int]) -> bool:
    try:
        return process.uids().real in uids or Path(process.cwd()).is_relative_to(PLACE)
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # gone meanwhile, or the kernel's own
        return False


def copy_tree(folder: Path) -> None:
    """What git knows of this tree, as it stands here, with its history.

    Objects are copied: a hard link would give the teacher this repository's own files.
    """
    clone = ["git", "clone", "--quiet", "--no-hardlinks", "--no-checkout", str(REPOSITORY)]
    subprocess.run([*clone, str(folder)], check=True)
    listed = ["git", "-C", str(REPOSITORY), "ls-files", "-z", "--cached", "--others"]
    names = subprocess.run([*listed, "--exclude-standard"], capture_output=True, check=True).stdout
    for name in sorted({each.decode() for each in names.split(b"\0") if each}):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)


def install(tree: Path) -> None:
    """`pip install` into an environment that all may read and none but root may change.

    What the course needs is linked from this environment, which may stand where root alone can
    look; so may its Python. Only the course itself is installed anew, from `tree`.
    """
    subprocess.run([_python(), "-m", "venv", "--without-pip", str(COURSE)], check=True)
    here = Path(sys.prefix)
    for name in ("lib", "share", "etc"):
        if (here / name).exists():
            link(here / name, COURSE)
    for script in (here / "bin").iterdir():
        content = b"" if script.is_symlink() else script.read_bytes()
        if content.startswith(f"#!{here}/".encode()):
            copy = COURSE / "bin" / script.name
            copy.write_bytes(content.replace(str(here).encode(), str(COURSE).encode(), 1))
            copy.chmod(0o755)
    pip = [COURSE / "bin/python", "-m", "pip", "install", "--quiet", "--root-user-action=ignore"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, *offline, str(tree)], check=True)


def link(source: Path, into: Path) -> None:
    """Copy a folder as hard links; where these would cross file systems, as files."""
    for how in ("--link", "--reflink=auto"):
        done = subprocess.run(["cp", "-a", how, str(source), str(into)], capture_output=True)
        if done.returncode == 0:
            return
    raise RuntimeError(f"{source} cannot be copied to {into}: {done.stderr.decode().strip()}")


def _python() -> str:
    """A Python that everybody may run: this one, or a copy of it."""
    base = Path(sys.base_prefix)
    if all(folder.stat().st_mode & 0o005 == 0o005 for folder in (base, *base.parents)):
        return str(Path(sys._base_executable).resolve())
    link(base, PLACE / "python")
    copy = PLACE / "python" / Path(sys._base_executable).resolve().relative_to(base)
    before, after = f"{base}/lib\0".encode(), f"{PLACE}/python/lib\0".encode()
    if len(after) > len(before):
        raise RuntimeError(f"The path {base} is too short to be replaced in Python's copy.")
    content = copy.read_bytes()  # where it looks for its own library, if that is a file of its own
    copy.unlink()  # the link, or the original would be written to
    copy.write_bytes(content.replace(before, after.ljust(len(before), b"\0")))
    copy.chmod(0o755)
    return str(copy)


def give(teacher: str, tree: Path) -> None:
    """The teacher's own clone, and the file of docs/hub/ that leads formgrader to it."""
    clone = home(teacher) / CLONE
    shutil.move(tree, clone)
    settings = home(teacher) / ".jupyter"
    settings.mkdir()
    name = REPOSITORY / "docs/hub/teacher_nbgrader_config.py"
    shutil.copy(name, settings / "nbgrader_config.py")
    subprocess.run(["chown", "-R", f"{teacher}:", str(clone), str(settings)], check=True)


def as_user(
    name: str, *command: str, folder: Path = Path("/"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as this user, with nothing of root's."""
    user = pwd.getpwnam(name)
    own = {"PATH": f"{COURSE}/bin:/usr/bin:/bin", "HOME": user.pw_dir, "USER": name}
    return subprocess.run(
        list(command),
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[grp.getgrnam(GROUP).gr_gid],
        cwd=folder,
        env=own | environment,
        capture_output=True,
        text=True,
        errors="replace",  # a gradebook is no text
        check=False,
        timeout=120,
    )
