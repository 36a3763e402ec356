"""The SQL of documents and passages, in their owner's context."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from argo.documents.rows import DocumentRow, PassageRow
from argo.documents.types import Held, Purpose
from argo.storage.database import Connection
from argo.storage.files import Written
from argo.storage.types import Owner

_DOCUMENT = (
    "SELECT id, belongs_to, purpose, name, state, size_bytes, kind, media_type, pages, tokens, "
    "passages, remarks, failed_code, failed_facts, created_at FROM documents "
)
_PASSAGE = (
    "SELECT document_id, ordinal, first_page, last_page, tokens, heading, text FROM passages "
)


async def counted(person: Connection, belongs_to: UUID | None) -> tuple[int, int]:
    """Return how many documents this person has, and how many of `belongs_to`."""
    cursor = await person.execute(
        "SELECT count(*), count(*) FILTER (WHERE belongs_to = %s AND state <> 'failed') "
        "FROM documents WHERE deleted_at IS NULL",
        (belongs_to,),
    )
    found = await cursor.fetchone()
    assert found is not None
    return found[0], found[1]


async def begun(
    person: Connection,
    owner: Owner,
    document_id: UUID,
    name: bytes,
    belongs_to: UUID | None,
    purpose: Purpose,
    at: datetime,
) -> None:
    """Note an upload that begins."""
    await person.execute(
        "INSERT INTO documents (id, institution_id, owner_id, belongs_to, purpose, name, state, "
        "size_bytes, created_at) VALUES (%s, %s, %s, %s, %s, %s, 'uploading', 0, %s)",
        (document_id, owner.institution_id, owner.owner_id, belongs_to, purpose, name, at),
    )


async def uploaded(person: Connection, document_id: UUID, written: Written) -> bool:
    """Note that the file is whole; returns False when it was cleared away meanwhile."""
    cursor = await person.execute(
        "UPDATE documents SET state = 'reading', size_bytes = %s, content_hash = %s "
        "WHERE id = %s AND state = 'uploading' AND deleted_at IS NULL",
        (written.size_bytes, written.content_hash, document_id),
    )
    return cursor.rowcount == 1


async def document(person: Connection, document_id: UUID) -> DocumentRow | None:
    """Return one document that is not deleted."""
    cursor = person.cursor(row_factory=class_row(DocumentRow))
    await cursor.execute(_DOCUMENT + "WHERE id = %s AND deleted_at IS NULL", (document_id,))
    return await cursor.fetchone()


async def ready_held(person: Connection, document_id: UUID) -> bool:
    """Whether a document is ready; what reads it waits until this transaction has ended."""
    cursor = await person.execute(
        "SELECT state = 'ready' FROM documents WHERE id = %s FOR NO KEY UPDATE", (document_id,)
    )
    row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def documents(person: Connection, ids: Sequence[UUID]) -> list[DocumentRow]:
    """Return those of `ids` that are not deleted."""
    cursor = person.cursor(row_factory=class_row(DocumentRow))
    await cursor.execute(
        _DOCUMENT + "WHERE id = ANY (%s) AND deleted_at IS NULL ORDER BY created_at, id",
        (list(ids),),
    )
    return await cursor.fetchall()


async def listed(
    person: Connection,
    before: tuple[datetime, UUID] | None,
    limit: int,
    purposes: Sequence[Purpose],
) -> list[DocumentRow]:
    """Return at most `limit` documents of `purposes`, newest first, from the cursor on."""
    cursor = person.cursor(row_factory=class_row(DocumentRow))
    at, document_id = before if before is not None else (None, None)
    await cursor.execute(
        _DOCUMENT + "WHERE deleted_at IS NULL AND state <> 'uploading' AND purpose = ANY (%s) "
        "AND (%s::timestamptz IS NULL OR (created_at, id) < (%s::timestamptz, %s::uuid)) "
        "ORDER BY created_at DESC, id DESC LIMIT %s",
        (list(purposes), at, at, document_id, limit),
    )
    return await cursor.fetchall()


async def read(
    person: Connection,
    document_id: UUID,
    *,
    kind: str,
    media_type: str,
    pages: int | None,
    tokens: int,
    passages: int,
    remarks: bytes,
) -> bool:
    """Note that the document is read; returns False when it is gone or read already."""
    cursor = await person.execute(
        "UPDATE documents SET state = 'ready', kind = %s, media_type = %s, pages = %s, "
        "tokens = %s, passages = %s, remarks = %s, failed_code = NULL, failed_facts = NULL "
        "WHERE id = %s AND state = 'reading'",
        (kind, media_type, pages, tokens, passages, remarks, document_id),
    )
    return cursor.rowcount == 1


async def failed(
    person: Connection, document_id: UUID, code: str, facts: dict[str, object]
) -> None:
    """Note why the document could not be read."""
    await person.execute(
        "UPDATE documents SET state = 'failed', failed_code = %s, failed_facts = %s "
        "WHERE id = %s AND state = 'reading'",
        (code, Jsonb(facts), document_id),
    )


async def retried(person: Connection, document_id: UUID) -> bool:
    """Have a failed document read again; returns whether it had failed."""
    cursor = await person.execute(
        "UPDATE documents SET state = 'reading', failed_code = NULL, failed_facts = NULL "
        "WHERE id = %s AND state = 'failed' AND deleted_at IS NULL",
        (document_id,),
    )
    return cursor.rowcount == 1


async def deleted(person: Connection, document_id: UUID, at: datetime) -> bool:
    """Delete: unreachable from here on; returns whether there was one."""
    cursor = await person.execute(
        "UPDATE documents SET deleted_at = %s WHERE id = %s AND deleted_at IS NULL",
        (at, document_id),
    )
    return cursor.rowcount == 1


async def withdrawn(person: Connection, belongs_to: UUID, at: datetime) -> list[UUID]:
    """Delete all that belongs to something; returns which."""
    cursor = await person.execute(
        "UPDATE documents SET deleted_at = %s WHERE belongs_to = %s AND deleted_at IS NULL "
        "RETURNING id",
        (at, belongs_to),
    )
    return [row[0] for row in await cursor.fetchall()]


async def all_withdrawn(person: Connection, parents: Sequence[UUID], at: datetime) -> list[UUID]:
    """Delete all that belongs to any of `parents`; returns which."""
    cursor = await person.execute(
        "UPDATE documents SET deleted_at = %s WHERE belongs_to = ANY (%s) AND deleted_at IS NULL "
        "RETURNING id",
        (at, list(parents)),
    )
    return [row[0] for row in await cursor.fetchall()]


async def held(person: Connection) -> Held:
    """Count the person's documents that are not deleted, and those being erased."""
    cursor = person.cursor(row_factory=class_row(Held))
    await cursor.execute(
        "SELECT count(*) FILTER (WHERE deleted_at IS NULL) AS files, "
        "coalesce(sum(size_bytes) FILTER (WHERE deleted_at IS NULL), 0)::bigint AS bytes, "
        "count(*) FILTER (WHERE deleted_at IS NOT NULL) AS being_erased FROM documents "
        "WHERE owner_id = (SELECT argo_owner())"
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def own_erased(person: Connection) -> None:
    """Erase every document of the person, with its passages."""
    await person.execute("DELETE FROM documents WHERE owner_id = (SELECT argo_owner())")


async def given_back(person: Connection, belongs_to: UUID, since: datetime) -> None:
    """Undo the deletion of all that belongs to something and was deleted after `since`."""
    await person.execute(
        "UPDATE documents SET deleted_at = NULL WHERE belongs_to = %s AND deleted_at >= %s",
        (belongs_to, since),
    )


async def is_deleted(person: Connection, document_id: UUID) -> bool:
    """Whether the row is still there and deleted, or was left by an upload that broke off."""
    cursor = await person.execute(
        "SELECT 1 FROM documents WHERE id = %s AND deleted_at IS NOT NULL", (document_id,)
    )
    return await cursor.fetchone() is not None


async def is_uploading(person: Connection, document_id: UUID) -> bool:
    """Whether the upload of this document was never finished."""
    cursor = await person.execute(
        "SELECT 1 FROM documents WHERE id = %s AND state = 'uploading'", (document_id,)
    )
    return await cursor.fetchone() is not None


async def erased(person: Connection, document_id: UUID) -> None:
    """Erase the row and its passages."""
    await person.execute("DELETE FROM documents WHERE id = %s", (document_id,))


async def passages_dropped(person: Connection, document_id: UUID) -> None:
    """Drop what an earlier reading left."""
    await person.execute("DELETE FROM passages WHERE document_id = %s", (document_id,))


async def passages_added(
    person: Connection, owner: Owner, rows: Sequence[PassageRow], vectors: Sequence[str]
) -> None:
    """Add passages with their keyed words."""
    await person.execute(
        "INSERT INTO passages (institution_id, owner_id, document_id, ordinal, first_page, "
        "last_page, tokens, heading, text, lexemes) "
        "SELECT %s, %s, %s, made.* FROM unnest(%b::int[], %b::int[], %b::int[], %b::int[], "
        "%b::bytea[], %b::bytea[], %s::tsvector[]) AS made",
        (
            owner.institution_id,
            owner.owner_id,
            rows[0].document_id,
            [row.ordinal for row in rows],
            [row.first_page for row in rows],
            [row.last_page for row in rows],
            [row.tokens for row in rows],
            [row.heading for row in rows],
            [row.text for row in rows],
            list(vectors),
        ),
    )


async def all_passages(
    person: Connection, document_id: UUID, first: int, count: int
) -> list[PassageRow]:
    """Return `count` passages of a document from ordinal `first` on, in order."""
    cursor = person.cursor(row_factory=class_row(PassageRow))
    await cursor.execute(
        _PASSAGE + "WHERE document_id = %s AND ordinal >= %s ORDER BY ordinal LIMIT %s",
        (document_id, first, count),
    )
    return await cursor.fetchall()


async def some_passages(
    person: Connection, document_id: UUID, ordinals: Sequence[int]
) -> list[PassageRow]:
    """Return the passages of a document at `ordinals`, in order."""
    cursor = person.cursor(row_factory=class_row(PassageRow))
    await cursor.execute(
        _PASSAGE + "WHERE document_id = %s AND ordinal = ANY (%s) ORDER BY ordinal",
        (document_id, list(ordinals)),
    )
    return await cursor.fetchall()


async def twin(person: Connection, document_id: UUID, among: Sequence[UUID]) -> UUID | None:
    """Return another document of `among` with the same bytes, the oldest, None without any."""
    cursor = await person.execute(
        "SELECT twin.id FROM documents AS mine JOIN documents AS twin "
        "ON twin.content_hash = mine.content_hash AND twin.id <> mine.id "
        "WHERE mine.id = %s AND twin.id = ANY (%s) AND twin.deleted_at IS NULL "
        "AND twin.state <> 'failed' ORDER BY twin.created_at, twin.id LIMIT 1",
        (document_id, list(among)),
    )
    found = await cursor.fetchone()
    return None if found is None else found[0]


async def best_passages(
    person: Connection, document_ids: Sequence[UUID], query: str, limit: int
) -> list[PassageRow]:
    """Return the passages of documents that answer `query` (a `tsquery`) best, best first."""
    cursor = person.cursor(row_factory=class_row(PassageRow))
    await cursor.execute(
        _PASSAGE + "WHERE document_id = ANY (%s) AND lexemes @@ %s::tsquery "
        "ORDER BY ts_rank(lexemes, %s::tsquery, 1) DESC, document_id, ordinal LIMIT %s",
        (list(document_ids), query, query, limit),
    )
    return await cursor.fetchall()


async def every_id(house: Connection) -> AsyncGenerator[tuple[UUID, str], None]:
    """Yield each document's id and state, for the count of orphans."""
    cursor = await house.execute("SELECT id, state FROM documents")
    async for row in cursor:
        yield row[0], row[1]
