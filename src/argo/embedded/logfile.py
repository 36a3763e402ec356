"""A part's log: two files of bounded size, the older one replaced when the newer is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_MOST_BYTES = 5_000_000


class LogFile:
    """Appends lines to `path`; what was there before moves to `path`.1 at the bound."""

    def __init__(self, path: Path, most_bytes: int = _MOST_BYTES) -> None:
        """Write to `path`, at most `most_bytes` and as much again in the older file."""
        self.path = path
        self._most_bytes = most_bytes
        self._descriptor: int | None = None

    def write(self, line: bytes) -> None:
        """Append one line, with or without its end; on a full disk it is lost.

        The part must not wait for its log: its output would fill the pipe and stop it.
        """
        with contextlib.suppress(OSError):
            descriptor = self._open()
            os.write(descriptor, line.rstrip(b"\r\n") + b"\n")
            if os.fstat(descriptor).st_size > self._most_bytes:
                self.close()
                self.path.replace(self.path.with_name(self.path.name + ".1"))

    def close(self) -> None:
        """Close the file; the next line opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o600)
        return self._descriptor
