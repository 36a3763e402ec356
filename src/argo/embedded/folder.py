"""The data folder: what lies where, and one process at a time that may use it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from argo.embedded.errors import FolderUnfit

Purpose = Literal["serve", "command"]


@dataclass(frozen=True)
class Holder:
    """Who holds a data folder, and where its database's socket lies."""

    pid: int
    purpose: Purpose
    sockets: str | None = None
    url: str | None = None
    """Where people reach the service, so that commands print links that work."""


class DataFolder:
    """A data folder that exists."""

    def __init__(self, path: Path) -> None:
        """Make the folder `path` if it is not there; raises `FolderUnfit`."""
        self.path = path.absolute()
        try:
            # Parts of another user pass through a folder that root makes; each room is closed.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self.database = self.path / "postgres"
            self.logs = self.room("logs")
            self.secrets = self.room("secrets")
        except OSError as error:
            raise FolderUnfit(folder=self.path, fault=error.strerror) from error

    def room(self, name: str, mode: int = 0o700) -> Path:
        """Return the folder `name` inside, made with `mode` and given to the folder's owner."""
        path = self.path / name
        if not path.is_dir():
            path.mkdir(mode=mode)
            path.chmod(mode)
            self.give(path)
        return path

    @contextlib.contextmanager
    def held(self, purpose: Purpose) -> Iterator[Hold | None]:
        """Hold the folder for this process; None when another does. Ends with the process."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise FolderUnfit(folder=self.path, fault=error.strerror) from error
        self.give(self._lock)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            left = self.holder()
            hold = Hold(descriptor, Holder(os.getpid(), purpose), left)
            yield hold
        finally:
            os.close(descriptor)

    def holder(self) -> Holder | None:
        """Return who wrote itself into the lock last; it holds the folder only while it lives."""
        try:
            return Holder(**json.loads(self._lock.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def give(self, path: Path) -> None:
        """What root makes in another's data folder belongs to that other."""
        if os.geteuid() == 0:
            owner = self.path.stat()
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


class Hold:
    """The lock on a data folder, and what it tells others."""

    def __init__(self, descriptor: int, holder: Holder, left: Holder | None) -> None:
        """Write `holder` into the lock; `left` is what the one before left there."""
        self._descriptor = descriptor
        self._holder = holder
        self.left = left
        self._write(holder)

    def tell(self, sockets: Path, url: str | None = None) -> None:
        """Tell other commands where the database's socket lies and the service answers."""
        self._write(replace(self._holder, sockets=str(sockets), url=url))

    def _write(self, holder: Holder) -> None:
        text = json.dumps(asdict(holder)).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))
