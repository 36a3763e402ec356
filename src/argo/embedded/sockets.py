"""A short private folder for the database's socket: a socket's path holds 107 bytes at most."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from argo.embedded.folder import Hold
from argo.embedded.identity import Identity

_PREFIX = "argo-"


@contextlib.contextmanager
def socket_folder(hold: Hold, identity: Identity | None) -> Iterator[Path]:
    """Make a folder of mode 0700 for `identity`, and remove it at the end.

    What the holder before left behind, by dying, is removed first.
    """
    if hold.left is not None and hold.left.sockets is not None:
        _remove_left(Path(hold.left.sockets), identity)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_base()))
    try:
        # Places where the launcher may show folders that the part's user cannot reach.
        for place in places(folder).values():
            os.mkdir(place)
        if identity is not None:
            os.chown(folder, identity.user, identity.group)
        yield folder
    finally:
        _remove(folder)


def places(folder: Path) -> dict[str, str]:
    """Return where the launcher may show the programs, the database's files and its settings."""
    return {name: str(folder / name) for name in ("packages", "data", "config")}


def _base() -> str:
    return "/run" if os.geteuid() == 0 and os.access("/run", os.W_OK) else "/tmp"


def _remove_left(folder: Path, identity: Identity | None) -> None:
    owners = {os.geteuid()} | ({identity.user} if identity is not None else set())
    with contextlib.suppress(OSError):
        known = folder.parent.as_posix() in ("/run", "/tmp") and folder.name.startswith(_PREFIX)
        if known and folder.lstat().st_uid in owners:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove what PostgreSQL and we put there, and nothing that a place could still show."""
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    for place in (*places(folder).values(), str(folder)):
        with contextlib.suppress(OSError):
            os.rmdir(place)
