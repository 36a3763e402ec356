"""The SQL of the charter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.charter.types import Charter, SelfCheckDone
from argo.storage.database import Connection
from argo.storage.types import Owner

_IN_FORCE = (
    "SELECT version, french, english, published_at FROM charters "
    "WHERE institution_id = %s AND withdrawn_at IS NULL ORDER BY version DESC LIMIT 1"
)


async def in_force(connection: Connection, institution_id: UUID) -> Charter | None:
    """Return the institution's published charter in force, None when the shipped one is."""
    cursor = connection.cursor(row_factory=class_row(Charter))
    await cursor.execute(_IN_FORCE, (institution_id,))
    return await cursor.fetchone()


async def accepted_at(person: Connection, owner: Owner, version: int) -> datetime | None:
    """Return when the person accepted that version."""
    cursor = await person.execute(
        "SELECT accepted_at FROM charter_acceptances "
        "WHERE institution_id = %s AND owner_id = %s AND version = %s",
        (owner.institution_id, owner.owner_id, version),
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def acceptance_added(person: Connection, owner: Owner, version: int, at: datetime) -> bool:
    """Keep that the person accepted `version`, if it is in force; returns whether it is."""
    cursor = await person.execute(
        # Where none is in force, the one that ships may be accepted ahead.
        "WITH force AS (SELECT greatest(charter_in_force(%(institution)s), 1) AS version), "
        "added AS (INSERT INTO charter_acceptances (institution_id, owner_id, version, "
        "accepted_at) SELECT %(institution)s, %(owner)s, version, %(at)s FROM force "
        "WHERE version = %(version)s ON CONFLICT DO NOTHING) "
        "SELECT version FROM force WHERE version = %(version)s",
        {
            "institution": owner.institution_id,
            "owner": owner.owner_id,
            "version": version,
            "at": at,
        },
    )
    return await cursor.fetchone() is not None


async def self_check(person: Connection, owner: Owner) -> SelfCheckDone | None:
    """Return the newest version of the self-check that the person did."""
    cursor = person.cursor(row_factory=class_row(SelfCheckDone))
    await cursor.execute(
        "SELECT version, done_at FROM self_checks "
        "WHERE institution_id = %s AND owner_id = %s ORDER BY version DESC LIMIT 1",
        (owner.institution_id, owner.owner_id),
    )
    return await cursor.fetchone()


async def self_check_added(person: Connection, owner: Owner, version: int, at: datetime) -> None:
    """Keep that the person did `version` of the self-check, the first time they do."""
    await person.execute(
        "INSERT INTO self_checks (institution_id, owner_id, version, done_at) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (owner.institution_id, owner.owner_id, version, at),
    )


async def institution_held(house: Connection, slug: str) -> UUID | None:
    """Return the institution with this slug, its row held: its charters change one at a time."""
    cursor = await house.execute(
        "SELECT id FROM institutions WHERE slug = %s FOR NO KEY UPDATE", (slug,)
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def charter_added(
    house: Connection, institution_id: UUID, french: str, english: str, at: datetime
) -> int:
    """Publish a charter and return its version: one more than any there ever was."""
    cursor = await house.execute(
        "INSERT INTO charters (institution_id, version, french, english, published_at) "
        "SELECT %(institution)s, coalesce(max(version), 1) + 1, %(french)s, %(english)s, %(at)s "
        "FROM charters WHERE institution_id = %(institution)s RETURNING version",
        {"institution": institution_id, "french": french, "english": english, "at": at},
    )
    row = await cursor.fetchone()
    assert row is not None
    version: int = row[0]
    return version


async def shipped_taken(house: Connection, institution_id: UUID, *, taken: bool) -> bool:
    """Have the charter that ships hold for an institution, or no more; returns whether it changed."""
    cursor = await house.execute(
        "UPDATE institutions SET charter = %s WHERE id = %s AND charter <> %s",
        (taken, institution_id, taken),
    )
    return cursor.rowcount == 1


async def charter_withdrawn(house: Connection, institution_id: UUID, at: datetime) -> int | None:
    """Withdraw the published charter in force; returns its version, None without any."""
    cursor = await house.execute(
        "UPDATE charters SET withdrawn_at = %(at)s WHERE institution_id = %(institution)s "
        "AND version > 1 AND version = charter_in_force(%(institution)s) RETURNING version",
        {"institution": institution_id, "at": at},
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]
