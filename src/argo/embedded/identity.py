"""Who the parts run as: the present user, or an unprivileged one when that is root."""

from __future__ import annotations

import os
import pwd
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from argo.embedded.errors import NamelessUser, NoOtherUser

# The range systemd keeps for services without a user of their own (systemd.io/UIDS-GIDS).
_FREE_IDS = range(61184, 65520)


@dataclass(frozen=True)
class Identity:
    """A user and group by number; neither needs a name in the system's lists."""

    user: int
    group: int


def identity_for(folder: Path, database: Path) -> Identity | None:
    """Return who parts of the data folder `folder` run as; None means the present user.

    As root: whoever `database` belongs to already, else the owner of `folder`, else a number
    that no user and no process has. Raises `NoOtherUser` where this container has none.
    """
    if os.geteuid() != 0:
        return None
    for path in (database, folder):
        if path.exists() and (found := path.stat()).st_uid != 0:
            return Identity(found.st_uid, found.st_gid or _group_of(found.st_uid))
    taken = set(_users_of_processes())
    # Two data folders get different users, so that neither part can touch the other's.
    first = zlib.crc32(os.fsencode(folder)) % len(_FREE_IDS)
    for number in (*_FREE_IDS[first:], *_FREE_IDS[:first]):
        if number not in taken and _entry_of(number) is None and _exists_here(number):
            return Identity(number, number)
    return _named()


def named_identity() -> Identity | None:
    """Return who `initdb` runs as, which insists on a name: the present user, but nobody for root.

    Raises `NamelessUser` or `NoOtherUser`.
    """
    if (present := os.geteuid()) != 0:
        if _entry_of(present) is None:
            raise NamelessUser(user=present)
        return None
    return _named()


def _named() -> Identity:
    entries = sorted(pwd.getpwall(), key=lambda entry: entry.pw_name != "nobody")
    for entry in entries:
        if entry.pw_uid != 0 and _exists_here(entry.pw_uid):
            return Identity(entry.pw_uid, entry.pw_gid or entry.pw_uid)
    raise NoOtherUser


def _entry_of(user: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(user)
    except KeyError:
        return None


def _group_of(user: int) -> int:
    entry = _entry_of(user)
    return user if entry is None else entry.pw_gid or user


def _users_of_processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                yield entry.stat().st_uid
            except OSError:
                continue


def _exists_here(number: int) -> bool:
    """Return whether this namespace has the number as user and as group; containers have few."""
    return all(_within(number, Path(f"/proc/self/{kind}_map")) for kind in ("uid", "gid"))


def _within(number: int, ranges: Path) -> bool:
    for line in ranges.read_text().splitlines():
        first, _, count = (int(part) for part in line.split())
        if first <= number < first + count:
            return True
    return False
