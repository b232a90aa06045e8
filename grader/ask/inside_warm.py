"""Inside the jail: wait with everything imported, and fork a process for each notebook.

Each gets namespaces of its own: it sees no other process and no network, /tmp is empty, and when
it ends, all that it has started ends with it. The process that waits runs no student's code, and
nothing that a student's code does reaches it. Linux only; standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# From Linux: include/uapi/linux/sched.h, mount.h, prctl.h, capability.h
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MNT_DETACH = 2, 4, 4096, 16384, 2
PR_SET_DUMPABLE, PR_CAPBSET_DROP = 4, 24
CAPABILITY_VERSION_3 = 0x20080522
LIBC: Any = ctypes.CDLL(None, use_errno=True) if hasattr(os, "fork") else None
PROCESSES = "/tmp/processes"  # where the process that waits finds itself; no notebook sees it
ROOM_IN_TMP, ROOM_IN_MEMORY = 8 * 2**20, 2**20  # bytes that a notebook may fill: /tmp, /dev/shm
NEW_TMP = "/dev/shm/new"  # while it is being furnished
READY = b"+"


def wait(
    main: Callable[[], None],
    user: int | None,
    in_tmp: Sequence[str] = (),
    import_all: Callable[[], None] | None = None,
) -> None:
    """Fork a process that calls `main` for every pair of pipes that arrives on standard input.

    The answer to each is READY with a pidfd of its first process, or the reason why not.

    Args:
        user: whom to become first.
        in_tmp: folders in /tmp that every process needs, such as a project that stands there.
        import_all: what to do before the first notebook comes.
    """
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # nobody may look into this process
    if import_all is not None:
        import_all()
    gc.freeze()  # what is there now stays shared with every child
    while True:
        message, pipes, *_ = socket.recv_fds(control, 1, 2)
        if not message:
            os._exit(0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork() == 0:
            _one_notebook(control, pipes, main, in_tmp)
        for pipe in pipes:
            os.close(pipe)


def _one_notebook(
    control: socket.socket,
    pipes: Sequence[int],
    main: Callable[[], None],
    in_tmp: Sequence[str],
) -> None:
    """In a child: make the namespaces, and stay outside of them until their processes are gone."""
    try:
        _namespaces(in_tmp)
    except OSError as error:
        control.send(str(error).encode()[:200])
        os._exit(1)
    first = os.fork()
    if first == 0:
        control.close()
        _first_process(pipes, main)
    handle = os.pidfd_open(first)
    socket.send_fds(control, [READY], [handle])
    for descriptor in (control.detach(), handle, *pipes):
        os.close(descriptor)
    os.waitpid(first, 0)
    os._exit(0)


def _first_process(pipes: Sequence[int], main: Callable[[], None]) -> None:
    """Run `main` in the second process, since Linux spares the first one of a namespace most
    signals. When this one ends, every other of the namespace is killed."""
    second = os.fork()
    if second == 0:
        try:
            for stream, pipe in enumerate(pipes):
                os.dup2(pipe, stream)
                os.close(pipe)
            main()
        finally:
            os._exit(1)
    for pipe in pipes:
        os.close(pipe)
    while os.wait()[0] != second:
        pass
    os._exit(0)


def _namespaces(in_tmp: Sequence[str]) -> None:
    """Leave all namespaces for new ones, with an empty /tmp, and give every capability up."""
    user, group = os.getuid(), os.getgid()
    new = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    _must(LIBC.unshare(CLONE_NEWUSER | new), "unshare")
    LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # or the files below belong to root
    maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    for name, text in maps.items():
        file = os.open(f"{PROCESSES}/self/{name}", os.O_WRONLY)  # which the new /tmp covers
        os.write(file, text.encode())
        os.close(file)
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _empty("/dev/shm", ROOM_IN_MEMORY)
    Path(NEW_TMP).mkdir()
    _empty(NEW_TMP, ROOM_IN_TMP)
    for folder in in_tmp:
        place = NEW_TMP + folder.removeprefix("/tmp")
        Path(place).mkdir(parents=True)
        _bind(folder, place)
    _bind(NEW_TMP, "/tmp")
    _must(LIBC.umount2(NEW_TMP.encode(), MNT_DETACH), "umount")
    Path(NEW_TMP).rmdir()
    os.chdir("/tmp")
    _give_up_capabilities()


def _empty(folder: str, room: int) -> None:
    flags, options = MS_NOSUID | MS_NODEV, f"mode=1777,size={room}"
    _must(LIBC.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options.encode()), "mount")


def _bind(folder: str, place: str) -> None:
    """Show a folder, and what is mounted in it, at another place as well."""
    _must(LIBC.mount(folder.encode(), place.encode(), None, MS_BIND | MS_REC, None), "mount")


def _give_up_capabilities() -> None:
    capability = 0
    while LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:
        capability += 1
    header, none = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _must(LIBC.capset(header, none), "capset")


def _must(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
