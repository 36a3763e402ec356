"""Writing, reading, verifying and shortening the journal."""

from __future__ import annotations

import hmac
from collections import Counter
from datetime import timedelta
from uuid import UUID

from argo.clock import Clock
from argo.journal import chain, store
from argo.journal.types import Event, Fault, Head, Row, Verdict
from argo.storage.database import Connection, Database

_MOST_KINDS_WAITING = 1000
"""Kinds of refused access kept until the next beat; beyond it strangers' are summed as one."""


class Journal:
    """The one journal of an installation.

    State: refused accesses that wait for the next beat, alike ones counted together.
    """

    def __init__(self, database: Database, key: bytes, clock: Clock, *, kept_days: int) -> None:
        """Chain under `key` (32 bytes of `[secrets]`); keep events for `kept_days`."""
        self._database, self._key, self._clock = database, key, clock
        self._kept = timedelta(days=kept_days)
        self._refused: Counter[Event] = Counter()

    async def record(self, connection: Connection, event: Event) -> None:
        """Add `event` in the transaction of `connection`, whatever its context.

        It stands exactly if the change that it tells of stands. Until the transaction ends, who
        else records waits: record last.
        """
        await self._record(connection, [event])

    async def record_alone(self, *events: Event) -> None:
        """Add `events` in a transaction of their own; raises what storage raises."""
        async with self._database.house() as house:
            await self._record(house, list(events))

    def refused(self, event: Event) -> None:
        """Note a refused access; it is written at the next beat, alike ones as one with a count."""
        if event in self._refused or len(self._refused) < _MOST_KINDS_WAITING:
            self._refused[event] += 1
        else:
            self._refused[_beyond(event)] += 1

    async def write_refused(self, house: Connection) -> None:
        """Write the refused accesses noted so far, in the transaction of `house`."""
        noted, self._refused = self._refused, Counter()
        try:
            await self._record(
                house, [Event(**{**vars(each), "count": count}) for each, count in noted.items()]
            )
        except BaseException:
            self._refused.update(noted)
            raise

    async def recent(
        self, institution_id: UUID | None, *, before: int | None = None, limit: int = 100
    ) -> list[Row]:
        """Return the newest events of an institution, or of all with None, below `before`."""
        async with self._database.house() as house:
            return await store.recent(house, institution_id, before, limit)

    async def head(self) -> Head:
        """Return the head to note on a second host."""
        async with self._database.house() as house:
            return await store.locked_head(house) or chain.BEGINNING

    async def verify(self, noted: Head | None = None) -> Verdict:
        """Verify the whole journal, and that it holds `noted`, a head of earlier, where given."""
        faults: list[Fault] = []
        seen = 0
        async with self._database.house() as house:
            begins = await self._beginning(house, faults)
            head = begins
            async for row in store.rows(house):
                if (found := chain.fault(self._key, head, row)) is not None:
                    faults.append(found)
                seen += 1
                if noted is not None and row.number == noted.number and row.hash != noted.hash:
                    faults.append(Fault(row.number, "altered"))
                head = Head(row.number, row.hash)
        if noted is not None and noted.number > head.number:
            faults.append(Fault(head.number + 1, "missing"))
        return Verdict(seen, begins.number + 1, head, tuple(faults))

    async def sweep(self, house: Connection) -> None:
        """Remove events beyond retention, as a worker does every hour."""
        await self.shorten(house)

    async def shorten(self, house: Connection) -> int:
        """Remove events beyond retention behind a checkpoint; return how many.

        Safe to run twice and to break off: the cut and its checkpoint are one transaction.
        """
        at = self._clock.now()
        head = await store.last_before(house, at - self._kept)
        if head is None:
            return 0
        return await store.cut_off(house, head, chain.checkpoint_hash(self._key, head), at)

    async def _record(self, connection: Connection, events: list[Event]) -> None:
        if not events:
            return
        before = await store.locked_head(connection) or chain.BEGINNING
        for event in events:
            row = chain.row(self._key, before, self._clock.now(), event)
            await store.added(connection, row)
            before = Head(row.number, row.hash)

    async def _beginning(self, house: Connection, faults: list[Fault]) -> Head:
        found = await store.checkpoint(house)
        if found is None:
            return chain.BEGINNING
        head, proof = found
        if not hmac.compare_digest(chain.checkpoint_hash(self._key, head), proof):
            faults.append(Fault(head.number, "checkpoint"))
        return head


def _beyond(event: Event) -> Event:
    return Event(event.actor, event.action, "route", "others", event.outcome)
