"""For commands beside `argo serve`: the running database, or one for their own duration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from argo.clock import Clock
from argo.embedded import cluster, roles
from argo.embedded.errors import DatabaseUnfit, FolderInUse
from argo.embedded.folder import DataFolder, Hold
from argo.embedded.identity import Identity, identity_for
from argo.embedded.postgres import Postgres
from argo.embedded.sockets import socket_folder
from argo.embedded.types import DatabaseAddress, Say

_WAIT_SECONDS = 60.0
_PROBE_SECONDS = 0.05


@dataclass(frozen=True)
class Attached:
    """A database that answers; `started_here` when nobody else had started and migrated it."""

    address: DatabaseAddress = field(repr=False)
    started_here: bool
    url: str | None = None
    """Where the `argo serve` that runs it is reached, as it printed."""


@dataclass(frozen=True)
class Served:
    """A data folder that this process holds, its sockets, and who its parts run as."""

    folder: DataFolder
    sockets: Path
    identity: Identity | None


@asynccontextmanager
async def serving(data: Path, url: str | None = None) -> AsyncIterator[Served]:
    """Hold the data folder for `argo serve`; a command that is at work there is waited for.

    `url` is told to commands, for the links they print.

    Raises `FolderInUse` when another `argo serve` holds it, or `FolderUnfit`.
    """
    folder = DataFolder(data)
    while True:
        with folder.held("serve") as hold:
            if hold is not None:
                identity = identity_for(folder.path, folder.database)
                with socket_folder(hold, identity) as sockets:
                    hold.tell(sockets, url)
                    yield Served(folder, sockets, identity)
                return
        holder = folder.holder()
        if holder is not None and holder.purpose == "serve":
            raise FolderInUse(folder=folder.path, pid=holder.pid)
        await asyncio.sleep(_PROBE_SECONDS)


@asynccontextmanager
async def attached(data: Path, say: Say, clock: Clock) -> AsyncIterator[Attached]:
    """Reach the database of the data folder: of the `argo serve` that runs on it, or started now.

    One started here is stopped at the end and may need its migrations. Raises `FolderUnfit`,
    `DatabaseUnfit` or `DatabaseOfAnotherVersion`.
    """
    folder = DataFolder(data)
    deadline = clock.monotonic() + _WAIT_SECONDS
    while clock.monotonic() < deadline:
        with folder.held("command") as hold:
            if hold is not None:
                async with _started(folder, hold, say, clock) as address:
                    yield Attached(address, started_here=True)
                return
        running = await _running(folder)
        if running is not None:
            yield running
            return
        # It starts or stops just now, or another command has it: all of these pass.
        await asyncio.sleep(_PROBE_SECONDS)
    raise DatabaseUnfit(
        fault="the ARGO that holds the data folder does not answer",
        log=folder.logs / "postgres.log",
    )


@asynccontextmanager
async def _started(
    folder: DataFolder, hold: Hold, say: Say, clock: Clock
) -> AsyncIterator[DatabaseAddress]:
    identity = identity_for(folder.path, folder.database)
    with socket_folder(hold, identity) as sockets:
        postgres = Postgres(folder, sockets, identity, say, clock)
        address = await postgres.start()
        try:
            yield address
        finally:
            await postgres.stop()


async def _running(folder: DataFolder) -> Attached | None:
    holder = folder.holder()
    if holder is None or holder.purpose != "serve" or holder.sockets is None:
        return None
    address = roles.address(Path(holder.sockets), cluster.passwords_of(folder))
    try:
        async with await psycopg.AsyncConnection.connect(address.owner, connect_timeout=5):
            return Attached(address, started_here=False, url=holder.url)
    except psycopg.OperationalError:
        return None
