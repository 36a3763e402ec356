"""The SQL of receipts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from argo.privacy.types import Receipt
from argo.storage.database import Connection
from argo.storage.types import Owner

_MOST_SHOWN = 50


async def begun(connection: Connection, owner: Owner, receipt: Receipt) -> bool:
    """Note an erasure that begins; returns False when the account's has begun already."""
    cursor = await connection.execute(
        "INSERT INTO receipts (id, institution_id, owner_id, what, counts, begun_at) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            receipt.id,
            owner.institution_id,
            owner.owner_id,
            receipt.what,
            Jsonb(dict(receipt.counts)),
            receipt.begun_at,
        ),
    )
    return cursor.rowcount == 1


async def finished(connection: Connection, receipt_id: UUID, at: datetime) -> bool:
    """Note that an erasure is done; returns False when it stands so already."""
    cursor = await connection.execute(
        "UPDATE receipts SET finished_at = %s WHERE id = %s AND finished_at IS NULL",
        (at, receipt_id),
    )
    return cursor.rowcount == 1


async def is_open(connection: Connection, receipt_id: UUID) -> bool:
    """Whether this erasure has begun and is not done."""
    cursor = await connection.execute(
        "SELECT FROM receipts WHERE id = %s AND finished_at IS NULL", (receipt_id,)
    )
    return await cursor.fetchone() is not None


async def own(person: Connection) -> list[Receipt]:
    """Return the person's receipts, newest first."""
    cursor = person.cursor(row_factory=class_row(Receipt))
    await cursor.execute(
        "SELECT id, what, counts, begun_at, finished_at FROM receipts "
        "ORDER BY begun_at DESC, id DESC LIMIT %s",
        (_MOST_SHOWN,),
    )
    return await cursor.fetchall()


async def counted(person: Connection, *counting: str) -> dict[str, int]:
    """Return what the subjects' statements count, by name, in one statement."""
    cursor = await person.execute(" UNION ALL ".join(counting))
    return {name: int(count) for name, count in await cursor.fetchall()}


async def erased_accounts(house: Connection) -> set[Owner]:
    """Return everybody whose account is erased for good."""
    cursor = await house.execute(
        "SELECT institution_id, owner_id FROM receipts "
        "WHERE what = 'account' AND finished_at IS NOT NULL"
    )
    return {Owner(*row) for row in await cursor.fetchall()}
