"""The embedded PostgreSQL: made at the first start, started, kept running, stopped."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import pq

from argo.clock import Clock
from argo.embedded import cluster, roles
from argo.embedded.errors import DatabaseUnfit
from argo.embedded.folder import DataFolder
from argo.embedded.identity import Identity, named_identity
from argo.embedded.logfile import LogFile
from argo.embedded.part import Part, PartEnded
from argo.embedded.sockets import places
from argo.embedded.spawn import Program, read_lines, spawn_program
from argo.embedded.types import DatabaseAddress, Say

_PROBE_SECONDS = 0.02
_STATUS_LINE = 8
_EARLIER_RUN_SECONDS = 30.0
# Fast shutdown first (running transactions end, a checkpoint is written), then immediate.
_GOODBYES = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))


class Postgres:
    """PostgreSQL on a Unix socket that only its own user and this process's can reach."""

    def __init__(
        self, folder: DataFolder, sockets: Path, identity: Identity | None, say: Say, clock: Clock
    ) -> None:
        """Prepare to run the database of `folder` as `identity`, with its socket in `sockets`."""
        self._folder, self._sockets, self._identity = folder, sockets, identity
        self._log = LogFile(folder.logs / "postgres.log")
        self._packages = cluster.packages()
        self._clock = clock
        self.part = Part(
            "PostgreSQL",
            self._spawn,
            hear=self._log.write,
            say=say,
            clock=clock,
            goodbyes=_GOODBYES,
            at_once=signal.SIGQUIT,
            probe=self._probe,
        )

    async def start(self) -> DatabaseAddress:
        """Start it, made anew when the data folder has none, and return how to reach it.

        Raises `DatabaseUnfit` or `DatabaseOfAnotherVersion`.
        """
        try:
            if not self._folder.database.exists():
                await self._make()
            cluster.check_version(self._folder)
            passwords = cluster.passwords_of(self._folder)
            roles_missing = cluster.write_settings(self._folder, passwords)
            self.part.start()
            await self.part.answers()
            if roles_missing:
                await roles.make_roles(self._sockets, passwords)
                cluster.close_doors(self._folder, passwords)
                await roles.reload_doors(self._sockets)
        except (PartEnded, psycopg.Error, OSError) as error:
            await self.stop()
            raise DatabaseUnfit(fault=str(error).strip(), log=self._log.path) from error
        return roles.address(self._sockets, passwords)

    async def stop(self) -> None:
        """Stop it; what was committed is on disk."""
        conninfo = f"host={self._sockets} user=argo_service dbname=argo connect_timeout=2"
        if pq.PGconn.ping(conninfo.encode()) != pq.Ping.OK:
            # Asked to end fast while it recovers from a crash, PostgreSQL 18 waits for ever.
            self.part.end_now()
        await self.part.stop()
        self._log.close()

    async def _make(self) -> None:
        """Run `initdb` beside the final place, so that a half-made database is never taken."""
        maker = named_identity()
        draft = self._folder.path / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._hand(draft, maker)
        options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions")
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        program = self._program((cluster.INITDB, "-D", "{data}", *options, *locale), draft)
        process = await spawn_program(replace(program, death_signal=signal.SIGKILL), maker)
        try:
            await read_lines(process, self._log.write)
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            await asyncio.gather(process.wait(), read_lines(process, self._log.write))
            raise
        if code != 0:
            raise DatabaseUnfit(fault=f"initdb ended with {code}", log=self._log.path)
        self._hand(draft, self._identity)
        draft.rename(self._folder.database)

    def _hand(self, draft: Path, identity: Identity | None) -> None:
        """Give the files, and the folder where the launcher may show them, to `identity`."""
        if identity is None:
            return
        for path in (self._sockets, draft, *draft.rglob("*")):
            os.chown(path, identity.user, identity.group, follow_symlinks=False)

    async def _spawn(self) -> asyncio.subprocess.Process:
        descriptor = await self._alone()
        try:
            # No process of an earlier run lives, so this can only be what a crash left behind.
            (self._folder.database / "postmaster.pid").unlink(missing_ok=True)
            settings = (
                *("-D", "{data}", "-k", str(self._sockets)),
                *("-c", "config_file={config}/postgresql.conf"),
                *("-c", "hba_file={config}/hba.conf"),
            )
            program = self._program((cluster.POSTGRES, *settings), self._folder.database)
            return await spawn_program(program, self._identity, keep=(descriptor,))
        finally:
            os.close(descriptor)

    async def _alone(self) -> int:
        """Wait for every process of an earlier run to end, and return the lock that proves it.

        PostgreSQL and all its children inherit the descriptor, so the lock is free when, and
        only when, the last of them is gone: a process number in a file can be another's by now.
        Raises `TimeoutError`.
        """
        path = self._folder.path / "postgres.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            async with asyncio.timeout(_EARLIER_RUN_SECONDS):
                while not _locked(descriptor):
                    await asyncio.sleep(_PROBE_SECONDS)
        except TimeoutError:
            os.close(descriptor)
            raise TimeoutError("the PostgreSQL of an earlier run does not end") from None
        self._folder.give(path)
        return descriptor

    def _program(self, command: tuple[str, ...], data: Path) -> Program:
        folders = {
            "packages": str(self._packages),
            "data": str(data),
            "config": str(self._folder.room("config", mode=0o755)),
        }
        return Program(
            command=command,
            folders=folders,
            places=places(self._sockets),
            needs=cluster.NEEDS,
            # Immediate shutdown: ends within a moment; the next start replays what it must.
            death_signal=signal.SIGQUIT,
        )

    async def _probe(self) -> None:
        """Return when PostgreSQL writes "ready" into its pid file, as `pg_ctl` waits for too."""
        while not self._says_ready():
            await asyncio.sleep(_PROBE_SECONDS)

    def _says_ready(self) -> bool:
        try:
            lines = (self._folder.database / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= _STATUS_LINE and lines[_STATUS_LINE - 1].strip() == "ready"


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
