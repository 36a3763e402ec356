"""Append to the ledger, also when the database is away for a moment; read one's own."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argo.clock import Clock
from argo.storage.database import Database
from argo.storage.errors import DatabaseAway, DiskFull
from argo.storage.types import Owner
from argo.usage import store
from argo.usage.types import DayUsage, Entry

_RETRY_SECONDS = 2.0
_MOST_KEPT = 100_000


@dataclass(frozen=True)
class LedgerState:
    """Lines that wait for the database, and lines lost because too many waited."""

    kept: int
    lost: int


class Ledger:
    """Lines are written as questions end, and kept in memory while the database is away.

    At most a hundred thousand wait; a kill -9 in that moment loses them.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        """Append to the ledger in `database`."""
        self._database, self._clock = database, clock
        self._kept: deque[tuple[UUID, datetime, Entry]] = deque()
        self._lost = 0
        self._retrying: asyncio.Task[None] | None = None

    async def append(self, entry: Entry) -> None:
        """Append a line, now or as soon as the database is back. Raises nothing of storage's."""
        line = (self._clock.new_id(), self._clock.now(), entry)
        if not await self._written(line):
            self._keep(line)

    async def own(self, owner: Owner, since: datetime) -> DayUsage:
        """Return what `owner` used since the day of `since` (UTC)."""
        async with self._database.person(owner) as person:
            return await store.own_days(person, since)

    async def close(self) -> None:
        """Write what was kept, if the database is there."""
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
        await self._write_kept()

    def state(self) -> LedgerState:
        """Return what waits and what was lost."""
        return LedgerState(kept=len(self._kept), lost=self._lost)

    async def _written(self, line: tuple[UUID, datetime, Entry]) -> bool:
        try:
            async with self._database.person(line[2].owner) as person:
                await store.append(person, *line)
        except (DatabaseAway, DiskFull):
            return False
        return True

    def _keep(self, line: tuple[UUID, datetime, Entry]) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._lost += 1
            return
        self._kept.append(line)
        if self._retrying is None or self._retrying.done():
            self._retrying = asyncio.create_task(self._retry())

    async def _retry(self) -> None:
        while self._kept:
            await asyncio.sleep(_RETRY_SECONDS)
            await self._write_kept()

    async def _write_kept(self) -> None:
        while self._kept:
            if not await self._written(self._kept[0]):
                return
            self._kept.popleft()
