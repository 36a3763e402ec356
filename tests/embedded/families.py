"""Parents with parts as real processes, and who of them lives."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

IS_ROOT = os.geteuid() == 0
PARENT = Path(__file__).with_name("parent.py")

ARGO = (sys.executable, "-P", "-c", "import sys; from argo.cli import main; sys.exit(main())")
"""The command line of `argo`, whether or not its script is installed."""


@dataclass
class Family:
    """A parent process and what it told when its parts answered."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    def members(self) -> set[int]:
        """Return the parent and every process that descends from it."""
        return {self.process.pid} | descendants(self.process.pid)

    def sockets(self) -> str:
        """Return the folder that the database's socket lies in."""
        return str(psycopg.conninfo.conninfo_to_dict(self.told["service"])["host"])

    def stop(self) -> int:
        """End the parent in good order and return its exit code."""
        self.process.terminate()
        return self.process.wait(30)


@contextmanager
def family(
    data: Path, *options: str, python: str = sys.executable, **popen: Any
) -> Iterator[Family]:
    """Start a parent on `data` and wait until its parts answer; at the end it is stopped."""
    process = subprocess.Popen(
        [python, str(PARENT), str(data), *options], stdout=subprocess.PIPE, text=True, **popen
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, f"the parent ended with {process.wait(10)}"
        yield Family(process, json.loads(line))
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        process.stdout.close()


def descendants(pid: int) -> set[int]:
    """Return the children of `pid`, their children, and so on."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))) is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found.update(children)
        waiting.extend(children)
    return found


def alive(pids: Sequence[int] | set[int]) -> set[int]:
    """Return those that still run; one that is dead and not yet buried does not."""
    return {pid for pid in pids if (fields := _stat(pid)) is not None and fields[0] != "Z"}


def soon(holds: Callable[[], bool], seconds: float) -> bool:
    """Return whether `holds` becomes true within `seconds`: the kernel has no event for it."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def user_of(pid: int) -> int:
    """Return the user a process runs as."""
    return Path(f"/proc/{pid}").stat().st_uid


@contextmanager
def listening() -> Iterator[int]:
    """Listen on a loopback port as a stranger would, and return its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def _stat(pid: int) -> list[str] | None:
    """Return state, parent and the rest of `/proc/PID/stat`, None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()
