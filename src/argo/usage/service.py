"""Append to the ledger, also when the database is away for a moment; read one's own."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from argo.clock import Clock
from argo.storage.database import Connection, Database
from argo.storage.errors import DatabaseAway, DiskFull
from argo.storage.types import Owner
from argo.usage import store
from argo.usage.errors import EntryRefused
from argo.usage.types import Entry, Usage, UsageOfDay, UsageOfKey

_Line = tuple[UUID, datetime, Entry]

_RETRY_SECONDS = 2.0
_MOST_KEPT = 100_000


@dataclass(frozen=True)
class LedgerState:
    """Lines that wait for the database, and lines that will never be written.

    A line is lost when too many wait, or when the database refuses it for good.
    """

    kept: int
    lost: int


class Ledger:
    """Lines are written as questions end, and kept in memory while the database is away.

    A line has its id before it is first sent, so that one whose commit was not heard of is
    written once. What a kill -9 loses: the lines kept at that moment, which with a database
    that answers is at most the one of each question that is just ending.
    """

    counted: ClassVar[str] = store.COUNTED
    """SQL that counts what the ledger holds of the person it runs for, by name."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        retry_seconds: float = _RETRY_SECONDS,
        most_kept: int = _MOST_KEPT,
    ) -> None:
        """Append to the ledger in `database`; at most `most_kept` lines wait for it."""
        self._database, self._clock = database, clock
        self._retry_seconds, self._most_kept = retry_seconds, most_kept
        self._kept: deque[_Line] = deque()
        self._lost = 0
        self._retrying: asyncio.Task[None] | None = None

    async def forget(self, house: Connection, institution_id: UUID) -> None:
        """Erase the lines of test people, in the transaction that erases them."""
        await store.forgotten(house, institution_id)

    async def disown(self, house: Connection, owner: Owner) -> None:
        """Keep the counts of a person who is erased, without the person.

        The pseudonym is random and written nowhere else: sums, and how many people asked, stay
        right; who it was is lost. In the caller's transaction.
        """
        await store.disowned(house, owner, uuid4())

    async def append(self, entry: Entry) -> None:
        """Append a line, now or as soon as the database is back. Raises nothing of storage's."""
        line = (self._clock.new_id(), self._clock.now(), entry)
        if not await self._settled(line):
            self._keep(line)

    async def own_usage(self, owner: Owner, since: datetime) -> Usage:
        """Return what `owner` used since the day of `since` (UTC); raises `DatabaseAway`."""
        async with self._database.person(owner) as person:
            return await store.own_usage(person, since)

    async def usage_by_day(
        self, owner: Owner, since: datetime, until: datetime, *, by_model: bool, by_key: bool
    ) -> list[UsageOfDay]:
        """Return what the owner's keys used from `since` to `until`, by day and as told apart."""
        async with self._database.person(owner) as person:
            return await store.usage_by_day(person, since, until, by_model=by_model, by_key=by_key)

    async def usage_by_key(self, owner: Owner) -> list[UsageOfKey]:
        """Return what each of the owner's keys used, today and in 30 days (UTC)."""
        midnight = (
            self._clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        )
        async with self._database.person(owner) as person:
            return await store.usage_by_key(person, midnight)

    async def close(self) -> None:
        """Write what was kept, if the database is there."""
        if self._retrying is not None:
            self._retrying.cancel()
            await asyncio.gather(self._retrying, return_exceptions=True)
        await self._settle_kept()

    def state(self) -> LedgerState:
        """Return what waits and what was lost."""
        return LedgerState(kept=len(self._kept), lost=self._lost)

    async def _settled(self, line: _Line) -> bool:
        """Whether nothing is left to do for `line`: it is written, or never can be."""
        try:
            await store.append(self._database, *line)
        except EntryRefused:
            self._lost += 1
        except (DatabaseAway, DiskFull):
            return False
        return True

    def _keep(self, line: _Line) -> None:
        if len(self._kept) >= self._most_kept:
            self._lost += 1
            return
        self._kept.append(line)
        if self._retrying is None or self._retrying.done():
            self._retrying = asyncio.create_task(self._retry())

    async def _retry(self) -> None:
        while self._kept:
            await asyncio.sleep(self._retry_seconds)
            await self._settle_kept()

    async def _settle_kept(self) -> None:
        while self._kept:
            if not await self._settled(self._kept[0]):
                return
            self._kept.popleft()
