"""The SQL of administration: who there is and in which unit, in the house context."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.accounts.types import Person, Standing, Unit
from argo.storage.database import Connection
from argo.storage.types import Owner


async def people(
    house: Connection, place: UUID, search: str, after: str | None, limit: int
) -> list[Person]:
    """Return people by address and id, from behind the one with the id `after`."""
    cursor = house.cursor(row_factory=class_row(Person))
    await cursor.execute(
        "SELECT users.id, email, users.name, role, unit_id, units.name AS unit_name, "
        "disabled_at IS NOT NULL AS disabled, local FROM users "
        "LEFT JOIN units ON units.id = unit_id "
        "WHERE users.institution_id = %(place)s "
        "AND (strpos(lower(email), lower(%(search)s)) > 0 "
        "OR strpos(lower(users.name), lower(%(search)s)) > 0) "
        "AND (%(after)s::uuid IS NULL OR (lower(email), users.id) > "
        "(SELECT lower(email), id FROM users "
        "WHERE id = %(after)s::uuid AND institution_id = %(place)s)) "
        "ORDER BY lower(email), users.id LIMIT %(limit)s",
        {"place": place, "search": search, "after": after, "limit": limit},
    )
    return await cursor.fetchall()


async def standing_held(house: Connection, owner: Owner) -> Standing | None:
    """Return how a person stands; who changes it next waits for this transaction."""
    cursor = house.cursor(row_factory=class_row(Standing))
    await cursor.execute(
        "SELECT role, disabled_at IS NOT NULL AS disabled, unit_id FROM users "
        "WHERE institution_id = %s AND id = %s FOR NO KEY UPDATE",
        (owner.institution_id, owner.owner_id),
    )
    return await cursor.fetchone()


async def standing_set(house: Connection, owner: Owner, standing: Standing, at: datetime) -> None:
    """Have a person stand so; who is disabled is so from `at` on, unless already."""
    await house.execute(
        "UPDATE users SET role = %s, unit_id = %s, "
        "disabled_at = CASE WHEN %s THEN coalesce(disabled_at, %s) END "
        "WHERE institution_id = %s AND id = %s",
        (
            standing.role,
            standing.unit_id,
            standing.disabled,
            at,
            owner.institution_id,
            owner.owner_id,
        ),
    )


async def units(house: Connection, place: UUID) -> list[Unit]:
    """Return the units by name, with their members counted and their referents."""
    cursor = house.cursor(row_factory=class_row(Unit))
    await cursor.execute(
        "SELECT units.id, units.slug, units.name, "
        "(SELECT count(*) FROM users WHERE unit_id = units.id "
        "AND disabled_at IS NULL) AS members, "
        "ARRAY(SELECT users.id FROM unit_referents AS held JOIN users ON users.id = held.owner_id "
        "WHERE held.unit_id = units.id ORDER BY lower(email), users.id) AS referent_ids, "
        "ARRAY(SELECT users.name FROM unit_referents AS held JOIN users ON users.id = held.owner_id "
        "WHERE held.unit_id = units.id ORDER BY lower(email), users.id) AS referent_names "
        "FROM units WHERE institution_id = %s ORDER BY lower(units.name), units.id",
        (place,),
    )
    return await cursor.fetchall()


async def unit_there(house: Connection, place: UUID, unit_id: UUID) -> bool:
    """Whether the institution has this unit."""
    cursor = await house.execute(
        "SELECT FROM units WHERE institution_id = %s AND id = %s", (place, unit_id)
    )
    return await cursor.fetchone() is not None


async def unit_named(house: Connection, place: UUID, slug: str) -> UUID | None:
    """Return the unit of the institution with this slug."""
    cursor = await house.execute(
        "SELECT id FROM units WHERE institution_id = %s AND slug = %s", (place, slug)
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def unit_added(house: Connection, place: UUID, unit_id: UUID, slug: str, name: str) -> bool:
    """Add a unit; returns False when the institution has the slug already."""
    cursor = await house.execute(
        "INSERT INTO units (id, institution_id, slug, name) VALUES (%s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING",
        (unit_id, place, slug, name),
    )
    return cursor.rowcount == 1


async def unit_renamed(house: Connection, place: UUID, unit_id: UUID, was: str, name: str) -> bool:
    """Rename a unit that is called `was`; returns whether it was."""
    cursor = await house.execute(
        "UPDATE units SET name = %s WHERE institution_id = %s AND id = %s AND name = %s",
        (name, place, unit_id, was),
    )
    return cursor.rowcount == 1


async def referent_set(
    house: Connection, place: UUID, unit_id: UUID, user_id: UUID, *, is_one: bool
) -> bool:
    """Make a person a referent of a unit, or no more; returns whether that changed anything."""
    statement = (
        "INSERT INTO unit_referents (institution_id, unit_id, owner_id) VALUES (%s, %s, %s) "
        "ON CONFLICT DO NOTHING"
        if is_one
        else "DELETE FROM unit_referents "
        "WHERE institution_id = %s AND unit_id = %s AND owner_id = %s"
    )
    cursor = await house.execute(statement, (place, unit_id, user_id))
    return cursor.rowcount == 1


async def institution_added(house: Connection, institution_id: UUID, slug: str, name: str) -> bool:
    """Add an institution; returns False when there is one with this slug."""
    cursor = await house.execute(
        "INSERT INTO institutions (id, slug, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (institution_id, slug, name),
    )
    return cursor.rowcount == 1


async def institutions(house: Connection) -> list[tuple[str, str]]:
    """Return every institution's slug and name, by slug."""
    cursor = await house.execute("SELECT slug, name FROM institutions ORDER BY slug")
    return [(row[0], row[1]) for row in await cursor.fetchall()]
