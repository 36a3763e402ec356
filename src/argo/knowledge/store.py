"""The SQL of collections, in their owner's or a reader's context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.knowledge.types import Purpose
from argo.storage.database import Connection
from argo.storage.types import Owner


@dataclass(frozen=True)
class CollectionRow:
    """A collection, its name and attributes sealed."""

    id: UUID
    institution_id: UUID
    owner_id: UUID
    purpose: Purpose
    name: bytes
    attributes: bytes | None
    shared: bool
    created_at: datetime
    used_at: datetime
    expires_after_days: int | None

    @property
    def owner(self) -> Owner:
        """Whose key opens it."""
        return Owner(self.institution_id, self.owner_id)


@dataclass(frozen=True)
class MemberRow:
    """A document's place in a collection."""

    document_id: UUID
    attributes: bytes | None
    added_at: datetime
    counted: bool
    embedded: int


_COLLECTION = (
    "SELECT id, institution_id, owner_id, purpose, name, attributes, shared, created_at, used_at, "
    "expires_after_days FROM collections "
)


COUNTED = (
    "SELECT 'collections', count(*) FROM collections "
    "WHERE deleted_at IS NULL AND owner_id = (SELECT argo_owner())"
)
"""A person's collections, as a row of a name and a count."""


async def added(
    person: Connection,
    owner: Owner,
    collection_id: UUID,
    purpose: Purpose,
    name: bytes,
    attributes: bytes | None,
    at: datetime,
    *,
    shared: bool,
    expires_after_days: int | None,
) -> None:
    """Add a collection."""
    await person.execute(
        "INSERT INTO collections (id, institution_id, owner_id, purpose, name, attributes, shared, "
        "created_at, used_at, expires_after_days) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (id) DO NOTHING",
        (
            collection_id,
            owner.institution_id,
            owner.owner_id,
            purpose,
            name,
            attributes,
            shared,
            at,
            at,
            expires_after_days,
        ),
    )


async def collection(person: Connection, collection_id: UUID) -> CollectionRow | None:
    """Return a collection that this person may read."""
    cursor = person.cursor(row_factory=class_row(CollectionRow))
    await cursor.execute(_COLLECTION + "WHERE id = %s AND deleted_at IS NULL", (collection_id,))
    return await cursor.fetchone()


async def readable(
    person: Connection, purpose: Purpose, limit: int, holder: UUID | None = None
) -> list[CollectionRow]:
    """Return the collections this person may read, of anybody or of `holder`, newest first."""
    cursor = person.cursor(row_factory=class_row(CollectionRow))
    await cursor.execute(
        _COLLECTION + "WHERE deleted_at IS NULL AND purpose = %(purpose)s "
        "AND (%(holder)s::uuid IS NULL OR owner_id = %(holder)s) "
        "ORDER BY created_at DESC, id DESC LIMIT %(limit)s",
        {"purpose": purpose, "holder": holder, "limit": limit},
    )
    return await cursor.fetchall()


async def changed(
    person: Connection,
    collection_id: UUID,
    name: bytes,
    attributes: bytes | None,
    *,
    shared: bool,
    expires_after_days: int | None,
) -> None:
    """Give an own collection a name, attributes and readers."""
    await person.execute(
        "UPDATE collections SET name = %s, attributes = %s, shared = %s, expires_after_days = %s "
        "WHERE id = %s",
        (name, attributes, shared, expires_after_days, collection_id),
    )


async def used(person: Connection, collection_ids: Sequence[UUID], at: datetime) -> None:
    """Note that own collections were used; at most once a minute each."""
    await person.execute(
        "UPDATE collections SET used_at = %(at)s WHERE id = ANY (%(ids)s) "
        "AND used_at < %(at)s - interval '1 minute'",
        {"at": at, "ids": list(collection_ids)},
    )


async def deleted(person: Connection, collection_id: UUID) -> list[UUID]:
    """Delete an own collection; return the documents that were in it."""
    cursor = await person.execute(
        "DELETE FROM collection_documents WHERE collection_id = %s RETURNING document_id",
        (collection_id,),
    )
    documents = [row[0] for row in await cursor.fetchall()]
    await person.execute("DELETE FROM collections WHERE id = %s", (collection_id,))
    return documents


async def readers_set(
    person: Connection, owner: Owner, collection_id: UUID, readers: Sequence[UUID]
) -> None:
    """Have exactly `readers` (people or units) read an own collection besides its owner."""
    await person.execute(
        "DELETE FROM collection_readers WHERE collection_id = %s", (collection_id,)
    )
    await person.execute(
        "INSERT INTO collection_readers (institution_id, owner_id, collection_id, reader_id) "
        "SELECT %s, %s, %s, unnest(%s::uuid[])",
        (owner.institution_id, owner.owner_id, collection_id, list(dict.fromkeys(readers))),
    )


async def readers(person: Connection, collection_id: UUID) -> list[UUID]:
    """Return who reads an own collection besides its owner."""
    cursor = await person.execute(
        "SELECT reader_id FROM collection_readers WHERE collection_id = %s", (collection_id,)
    )
    return [row[0] for row in await cursor.fetchall()]


async def member_added(
    person: Connection,
    owner: Owner,
    collection_id: UUID,
    document_id: UUID,
    attributes: bytes | None,
    at: datetime,
) -> None:
    """Put a document into a collection, or anew, with other attributes."""
    await person.execute(
        "INSERT INTO collection_documents (institution_id, owner_id, collection_id, document_id, "
        "attributes, added_at) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (collection_id, document_id) DO UPDATE "
        "SET attributes = excluded.attributes, added_at = excluded.added_at",
        (owner.institution_id, owner.owner_id, collection_id, document_id, attributes, at),
    )


async def described(
    person: Connection, collection_id: UUID, document_id: UUID, attributes: bytes | None
) -> bool:
    """Give a document of a collection other attributes; returns whether it is in it."""
    cursor = await person.execute(
        "UPDATE collection_documents SET attributes = %s "
        "WHERE collection_id = %s AND document_id = %s",
        (attributes, collection_id, document_id),
    )
    return cursor.rowcount == 1


async def member_removed(person: Connection, collection_id: UUID, document_id: UUID) -> bool:
    """Take a document out of a collection; returns whether it was in it."""
    cursor = await person.execute(
        "DELETE FROM collection_documents WHERE collection_id = %s AND document_id = %s",
        (collection_id, document_id),
    )
    return cursor.rowcount == 1


async def members(person: Connection, collection_id: UUID) -> list[MemberRow]:
    """Return the documents of a collection, newest first."""
    cursor = person.cursor(row_factory=class_row(MemberRow))
    await cursor.execute(
        "SELECT document_id, attributes, added_at, EXISTS (SELECT FROM counted_documents "
        "WHERE counted_documents.document_id = member.document_id) AS counted, (SELECT count(DISTINCT ordinal) "
        "FROM passage_vectors WHERE passage_vectors.document_id = member.document_id)::int "
        "AS embedded FROM collection_documents AS member WHERE collection_id = %s "
        "ORDER BY added_at DESC, document_id",
        (collection_id,),
    )
    return await cursor.fetchall()


async def in_a_collection(person: Connection, document_id: UUID) -> bool:
    """Whether a document is in any collection of its owner."""
    cursor = await person.execute(
        "SELECT 1 FROM collection_documents WHERE document_id = %s LIMIT 1", (document_id,)
    )
    return await cursor.fetchone() is not None


async def own_erased(person: Connection) -> None:
    """Erase every collection of the person, and the counts of their words."""
    for table in ("collections", "word_counts"):
        await person.execute(f"DELETE FROM {table} WHERE owner_id = (SELECT argo_owner())")


async def reader_forgotten(house: Connection, reader_id: UUID) -> None:
    """Take a person off everybody's collections."""
    await house.execute("DELETE FROM collection_readers WHERE reader_id = %s", (reader_id,))
