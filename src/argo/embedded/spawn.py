"""Starts a child process that dies with this one, and reads what it says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from argo.embedded.identity import Identity

_LAUNCHER = Path(__file__).with_name("launch.py")
_BARE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Program:
    """A program to become after dropping rights: words with `{name}` for the folders' paths.

    `needs` are the paths the user must reach for it to work; `places` is where the launcher
    may show the folders when the user cannot reach them where they are.
    """

    command: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    death_signal: signal.Signals = signal.SIGKILL


async def spawn_program(
    program: Program, identity: Identity | None, keep: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start `program` as `identity`; `keep` are descriptors it inherits. Both outputs are one."""
    plan = json.dumps(
        {
            "parent": os.getpid(),
            "user": None if identity is None else identity.user,
            "group": None if identity is None else identity.group,
            "folders": dict(program.folders),
            "places": dict(program.places),
            "needs": program.needs,
            "death_signal": int(program.death_signal),
            "command": program.command,
            "environment": _BARE,
        }
    )
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(_LAUNCHER), plan),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A Ctrl-C goes to the parent alone, which stops the parts in order.
        start_new_session=True,
        pass_fds=tuple(keep),
    )


async def spawn_apart(
    module: str, orders: object, environment: Mapping[str, str] = MappingProxyType({})
) -> asyncio.subprocess.Process:
    """Start a module of ARGO that sees `environment` alone of ours; both its outputs are one.

    It finds `orders`, as JSON, on its standard input.
    """
    env = {**_BARE, **environment}
    return await _spawn_module(module, orders, stderr=subprocess.STDOUT, env=env)


async def spawn_alike(
    module: str, orders: object, keep: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start a module of ARGO with this process's environment and standard error.

    It finds `orders`, as JSON, on its standard input, and inherits the descriptors `keep`.
    """
    return await _spawn_module(module, orders, stderr=None, env=None, keep=keep)


async def _spawn_module(
    module: str,
    orders: object,
    *,
    stderr: int | None,
    env: Mapping[str, str] | None,
    keep: Sequence[int] = (),
) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        # -P: a file in the working folder cannot take the place of a module.
        *(sys.executable, "-P", "-m", module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        env=env,
        start_new_session=True,
        pass_fds=tuple(keep),
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(orders).encode())
    process.stdin.close()
    return process


async def read_lines(
    process: asyncio.subprocess.Process, line_came: Callable[[bytes], None]
) -> None:
    """Hand over each line of the child's output until it ends; a long line comes in pieces."""
    assert process.stdout is not None
    kept = b""
    while piece := await process.stdout.read(65_536):
        *lines, kept = (kept + piece).split(b"\n")
        for line in lines:
            line_came(line)
        if len(kept) > 65_536:
            line_came(kept)
            kept = b""
    if kept:
        line_came(kept)
