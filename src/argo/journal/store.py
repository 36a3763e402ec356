"""The SQL of the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.journal.types import Head, Row
from argo.storage.database import Connection

_COLUMNS = (
    "number, at, institution_id, actor_kind, actor_id, action, target_kind, target_id, outcome, "
    "reason, request_id, count, hash"
)


async def locked_head(connection: Connection) -> Head | None:
    """Return the last event's head, None before any; who adds next waits for this transaction."""
    cursor = await connection.execute("SELECT number, hash FROM journal_head()")
    found = await cursor.fetchone()
    return None if found is None else Head(*found)


async def added(connection: Connection, row: Row) -> None:
    """Add `row` at the end."""
    await connection.execute(
        "SELECT journal_add(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row.number,
            row.at,
            row.institution_id,
            row.actor_kind,
            row.actor_id,
            row.action,
            row.target_kind,
            row.target_id,
            row.outcome,
            row.reason,
            row.request_id,
            row.count,
            row.hash,
        ),
    )


async def rows(house: Connection) -> AsyncIterator[Row]:
    """Yield every event by number, read as they are asked for."""
    async with house.cursor(name="journal_rows", row_factory=class_row(Row)) as cursor:
        await cursor.execute(f"SELECT {_COLUMNS} FROM journal ORDER BY number")
        async for row in cursor:
            yield row


async def recent(
    house: Connection, institution_id: UUID | None, before: int | None, limit: int
) -> list[Row]:
    """Return the newest `limit` events below number `before`, of one institution or of all."""
    cursor = house.cursor(row_factory=class_row(Row))
    await cursor.execute(
        f"SELECT {_COLUMNS} FROM journal WHERE (%(institution)s::uuid IS NULL "
        "OR institution_id = %(institution)s) AND (%(before)s::bigint IS NULL "
        "OR number < %(before)s) ORDER BY number DESC LIMIT %(limit)s",
        {"institution": institution_id, "before": before, "limit": limit},
    )
    return await cursor.fetchall()


async def checkpoint(house: Connection) -> tuple[Head, bytes] | None:
    """Return where the journal was last cut off, and the proof that we did it; None: never."""
    cursor = await house.execute(
        "SELECT number, head_hash, proof_hash FROM journal_checkpoints ORDER BY number DESC LIMIT 1"
    )
    found = await cursor.fetchone()
    return None if found is None else (Head(found[0], found[1]), found[2])


async def last_before(house: Connection, instant: datetime) -> Head | None:
    """Return the last event such that it and all before it are older than `instant`."""
    cursor = await house.execute(
        "SELECT number, hash FROM journal WHERE number = (SELECT coalesce("
        "(SELECT min(number) - 1 FROM journal WHERE at >= %(instant)s), "
        "(SELECT max(number) FROM journal)))",
        {"instant": instant},
    )
    found = await cursor.fetchone()
    return None if found is None else Head(*found)


async def cut_off(house: Connection, head: Head, proof: bytes, at: datetime) -> int:
    """Remove the events up to `head` behind a checkpoint; return how many went."""
    cursor = await house.execute(
        "SELECT journal_cut_off(%s, %s, %s, %s)", (head.number, head.hash, proof, at)
    )
    found = await cursor.fetchone()
    assert found is not None
    removed: int = found[0]
    return removed
