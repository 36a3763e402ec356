"""Makes a fresh process a part: unprivileged, bound to its parent's life, then another program.

Run by path with `python -I -S launch.py PLAN`, so it uses the standard library alone and starts in
a few milliseconds; PLAN is JSON and holds no secret, for others can read command lines. The
engine's child, which becomes no other program, calls `bind` itself.

Order matters: the kernel forgets the death signal when a process changes its user
(man PR_SET_PDEATHSIG), so it is asked for last.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP = 28, 4
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITIES_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18

_libc = ctypes.CDLL(None, use_errno=True)


def bind(parent: int, death_signal: int, user: int | None, group: int | None) -> None:
    """Take the unprivileged identity, if any, and die by `death_signal` when `parent` dies."""
    if user is not None and group is not None:
        _drop(user, group)
    # No core file: it would hold what people wrote.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", _PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the kernel was asked to tell: nobody would ever stop this one.
        os.kill(os.getpid(), signal.SIGKILL)


def close_log() -> None:
    """Write nothing from here on: what an engine says later can hold what people wrote."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _main() -> None:
    plan = json.loads(sys.argv[1])
    user, group = plan["user"], plan["group"]
    folders: dict[str, str] = plan["folders"]
    if user is not None:
        folders = _within_reach(folders, plan["places"], plan["needs"], user, group)
    bind(plan["parent"], plan["death_signal"], None, None)
    os.chdir("/")
    command = [word.format_map(folders) for word in plan["command"]]
    os.execve(command[0], command, plan["environment"])


def _within_reach(
    folders: dict[str, str], places: dict[str, str], needs: list[str], user: int, group: int
) -> dict[str, str]:
    """Become `user` and return where it finds the folders.

    Where they are, when it can go there; else at `places`, in a mount namespace of its own; else
    where they are, with the one capability that passes closed folders. Why in this order:
    docs/decisions/0002-unprivileged-parts.md.
    """
    # Root's other groups would open what the part will find closed.
    os.setgroups([])
    if _reachable(folders, needs, user, group):
        _drop(user, group)
        return folders
    if _placed(folders, places) and _reachable(places, needs, user, group):
        _drop(user, group)
        return places
    _drop_but_pass(user, group)
    return folders


def _reachable(folders: Mapping[str, str], needs: Iterable[str], user: int, group: int) -> bool:
    os.setegid(group)
    os.seteuid(user)
    try:
        paths = [need.format_map(folders) for need in needs]
        return all(os.access(path, os.R_OK | os.X_OK, effective_ids=True) for path in paths)
    finally:
        os.seteuid(0)
        os.setegid(0)


def _placed(folders: Mapping[str, str], places: Mapping[str, str]) -> bool:
    """Show each folder at its place, to this process alone; False where the kernel says no."""
    try:
        _call("unshare", _CLONE_NEWNS)
        _call("mount", None, b"/", None, _MS_REC | _MS_PRIVATE, None)
        for name, folder in folders.items():
            _call("mount", os.fsencode(folder), os.fsencode(places[name]), None, _MS_BIND, None)
    except OSError:
        return False
    return True


def _drop(user: int, group: int) -> None:
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _drop_but_pass(user: int, group: int) -> None:
    """Drop everything but the right to pass folders that `user` may not enter.

    Containers usually hold back DAC_READ_SEARCH and leave DAC_OVERRIDE, which includes it.
    """
    held = _held()
    kept = next((c for c in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if held >> c & 1), None)
    if kept is None:
        _drop(user, group)
        return
    # Without this bit access(2), by which PostgreSQL looks at its own files, forgets capabilities.
    _call("prctl", _PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    _drop(user, group)
    _hold(1 << kept)
    _call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, kept, 0, 0)


def _held() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("CapPrm"))
    return int(line.split()[1], 16)


def _hold(capabilities: int) -> None:
    """Make `capabilities` (numbers below 32) the effective, permitted and inheritable ones."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(capabilities, capabilities, capabilities, 0, 0, 0)
    _call("capset", ctypes.byref(header), ctypes.byref(sets))


def _call(name: str, *arguments: Any) -> None:
    longs = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    if getattr(_libc, name)(*longs) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    _main()
