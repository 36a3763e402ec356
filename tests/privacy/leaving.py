"""What the database still knows of a person, looked at as an intruder with all rights would."""

from __future__ import annotations

from typing import Any

import psycopg

from argo.schema import metadata
from argo.storage.types import Owner
from tests.fixtures import Service
from tests.support.postgres import Addresses
from tests.support.waiting import soon


def traces(addresses: Addresses, owner: Owner) -> dict[str, int]:
    """Return the tables that hold a row of `owner`, and how many."""
    found = {}
    with psycopg.connect(addresses.superuser) as connection:
        for table in metadata.tables.values():
            if "owner_id" not in table.columns:
                continue
            row = connection.execute(
                f"SELECT count(*) FROM {table.name} WHERE owner_id = %s",  # type: ignore[arg-type]
                (owner.owner_id,),
            ).fetchone()
            assert row is not None
            if row[0]:
                found[table.name] = row[0]
    return found


def looked_up(addresses: Addresses, query: Any, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query of the intruder's finds."""
    with psycopg.connect(addresses.superuser) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


async def finished(addresses: Addresses, receipt_id: str) -> None:
    """Wait until the erasure of this receipt is done."""

    async def look() -> bool:
        query = "SELECT 1 FROM receipts WHERE id = %s AND finished_at IS NOT NULL"
        return bool(looked_up(addresses, query, receipt_id))

    await soon(look, 30)


async def files_of(service: Service, owner: Owner) -> int:
    """Return how many files of `owner` stand in the file store."""
    standing = service.argo.ground.files.standing()
    return len([each async for each in standing if each.owner == owner])


def events(addresses: Addresses, receipt_id: str) -> list[str]:
    """Return what the journal tells of a receipt, oldest first."""
    query = "SELECT action FROM journal WHERE target_id = %s ORDER BY number"
    return [row[0] for row in looked_up(addresses, query, receipt_id)]
