"""The SQL of which message has which documents, and how much of each an answer read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from argo.storage.database import Connection
from argo.storage.types import Owner


@dataclass(frozen=True)
class AttachmentRow:
    """A document of a message; of an answer, how much was read: `whole`, or so many passages."""

    message_id: UUID
    document_id: UUID
    whole: bool | None
    passages: int | None


async def attachments(person: Connection, conversation_id: UUID) -> list[AttachmentRow]:
    """Return the documents of all messages of a conversation, in the order they were attached."""
    cursor = person.cursor(row_factory=class_row(AttachmentRow))
    await cursor.execute(
        "SELECT message_id, document_id, whole, passages FROM message_documents "
        "WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = %s) "
        "ORDER BY message_id, position",
        (conversation_id,),
    )
    return await cursor.fetchall()


async def attached(person: Connection, owner: Owner, rows: Sequence[AttachmentRow]) -> None:
    """Attach documents to messages that stand; raises psycopg's `ForeignKeyViolation`."""
    for position, row in enumerate(rows):
        await person.execute(
            "INSERT INTO message_documents (institution_id, owner_id, message_id, document_id, "
            "position, whole, passages) VALUES (%s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (message_id, document_id) DO UPDATE "
            "SET whole = excluded.whole, passages = excluded.passages",
            (
                owner.institution_id,
                owner.owner_id,
                row.message_id,
                row.document_id,
                position,
                row.whole,
                row.passages,
            ),
        )


async def attachments_copied(person: Connection, copies: Mapping[UUID, UUID]) -> None:
    """Give each copy of a message the documents of its original; `copies` from old to new."""
    await person.execute(
        "INSERT INTO message_documents (institution_id, owner_id, message_id, document_id, "
        "position, whole, passages) SELECT institution_id, owner_id, made.copy, document_id, "
        "position, whole, passages FROM message_documents "
        "JOIN unnest(%s::uuid[], %s::uuid[]) AS made (original, copy) "
        "ON message_id = made.original",
        (list(copies), list(copies.values())),
    )
