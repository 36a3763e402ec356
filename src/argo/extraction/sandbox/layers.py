"""The walls around reading: another user, empty root, namespaces, Landlock, limits, system calls.

Limits and the list of system calls must hold, or nothing is read. The others are taken where the
system gives them; what was taken is told (`Layers`) and printed by `argo doctor`.
"""

from __future__ import annotations

import ctypes
import math
import os
import pwd
import resource
import signal
import struct
from contextlib import suppress
from pathlib import Path

from argo.extraction.sandbox import seccomp
from argo.extraction.types import ExtractionSettings, Layers

_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 1, 38, 4
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT, _LANDLOCK_ASK_VERSION = 444, 445, 446, 1
_LANDLOCK_READ = 0b1100
"""Of files and folders."""

_USERS = range(61184, 65520)
"""Numbers that systemd keeps for services without a user: docs/decisions/0002."""

_DESCRIPTORS = 32
_NICER = 10
_PLACE = "/tmp"  # noqa: S108 -- see below
"""Covered by an empty file system that this process alone sees."""

_libc = ctypes.CDLL(None, use_errno=True)


def confine_nursery(letters: str | None = None) -> Layers:
    """Close this process in, for good; return what holds. Raises `OSError` when unsafe.

    `letters` is the folder of tesseract's letters, which children for OCR find as /tessdata.
    """
    root = os.getuid() == 0
    number = _unused_user()
    namespaces = _own_namespaces(root=root)
    own_root = "mount" in namespaces and _own_root(letters)
    if root:
        os.setgroups([])
        os.setresgid(number, number, number)
        os.setresuid(number, number, number)
    os.chdir("/")
    os.umask(0o077)
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Without a root of its own there is no wall between OCR and the system's files.
    ocr = own_root and letters is not None
    landlock = _close_files("/" if ocr else None)
    seccomp.allow_nursery(letters=ocr)
    return Layers(
        limits=True,
        seccomp=True,
        own_user=root,
        namespaces=namespaces,
        landlock=landlock,
        own_root=own_root,
        ocr=ocr,
    )


def confine_child(settings: ExtractionSettings, *, letters: bool = False) -> None:
    """Limit this process to one document's work, for good. Raises `OSError` when it cannot.

    With `letters` it may read the folder that the nursery shows, for OCR.
    """
    seconds = math.ceil(settings.seconds) + 1
    for limit, value in (
        (resource.RLIMIT_AS, settings.memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # People's streams go first: docs/decisions/0012-sandbox.md.
    os.nice(_NICER)
    seccomp.allow_reading(letters=letters)


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends; forgotten on a change of user."""
    _checked(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def _own_namespaces(*, root: bool) -> tuple[str, ...]:
    wanted = {
        "network": _CLONE_NEWNET,
        "mount": _CLONE_NEWNS,
        "ipc": _CLONE_NEWIPC,
        "uts": _CLONE_NEWUTS,
    }
    if not root:
        # Only in a user namespace of its own may an ordinary user have the others.
        user, group = os.getuid(), os.getgid()
        if _libc.unshare(_CLONE_NEWUSER) != 0:
            return ()
        _map_identity(user, group)
    held = tuple(name for name, flag in wanted.items() if _libc.unshare(flag) == 0)
    return held if root else ("user", *held)


def _map_identity(user: int, group: int) -> None:
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        # Without a name in it the process is nobody there, which holds as well.
        with suppress(OSError):
            Path(f"/proc/self/{name}").write_text(line, encoding="ascii")


def _own_root(letters: str | None) -> bool:
    """Stand in a root folder that cannot be written; False where refused.

    It is empty, or holds `letters` as /tessdata and the empty /ocr, which tesseract insists on.
    """
    flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    if not (_mounted(None, "/", _MS_REC | _MS_PRIVATE) and _mounted("tmpfs", _PLACE, 0)):
        return False
    if letters is not None:
        for name in ("tessdata", "ocr"):
            Path(_PLACE, name).mkdir(mode=0o755)
        shown = f"{_PLACE}/tessdata"
        if not (
            _mounted(letters, shown, _MS_BIND)
            and _mounted(None, shown, flags | _MS_BIND | _MS_REMOUNT)
        ):
            return False
    return _mounted(None, _PLACE, flags | _MS_REMOUNT) and _libc.chroot(os.fsencode(_PLACE)) == 0


def _mounted(what: str | None, where: str, flags: int) -> bool:
    """Mount, and say whether the kernel did; "tmpfs" is a small file system in memory."""
    name = None if what is None else os.fsencode(what)
    kind, options = (b"tmpfs", b"size=64k,mode=0755") if what == "tmpfs" else (None, None)
    told = _libc.mount(name, os.fsencode(where), kind, ctypes.c_ulong(flags), options)
    return bool(told == 0)


def _unused_user() -> int:
    """Return a user that has no name and, as far as can be known, no other process."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = [number for number in _USERS if number not in taken]
    return free[os.getpid() % len(free)]


def _close_files(shown: str | None) -> int:
    """Close all files but those in `shown`, and ports, by Landlock; return its version, 0 without."""
    version = _libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_ASK_VERSION)
    if version < 1:
        return 0
    files = 0x1FFF | (0x2000 if version >= 2 else 0) | (0x4000 if version >= 3 else 0)
    files |= 0x8000 if version >= 5 else 0
    fields = [files]
    if version >= 4:
        fields.append(0b11)  # no port bound, none connected to
    if version >= 6:
        fields.append(0b11)  # no abstract socket and no signal outside
    rules = struct.pack(f"={len(fields)}Q", *fields)
    descriptor = _libc.syscall(_LANDLOCK_CREATE, rules, len(rules), 0)
    if descriptor < 0:
        return 0
    if shown is not None:
        folder = os.open(shown, os.O_PATH)
        rule = struct.pack("=Qi", _LANDLOCK_READ, folder)
        _libc.syscall(_LANDLOCK_ADD, descriptor, 1, rule, 0)
        os.close(folder)
    held = _libc.syscall(_LANDLOCK_RESTRICT, descriptor, 0) == 0
    os.close(descriptor)
    return int(version) if held else 0


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
