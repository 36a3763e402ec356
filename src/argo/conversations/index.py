"""The SQL of search: what matches, and what was written before there was a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.conversations.types import Role
from argo.storage.database import Connection


@dataclass(frozen=True)
class FoundRow:
    """A conversation that matches, with the message that matches best; None: its title alone."""

    id: UUID
    title: bytes | None
    pinned: bool
    project_id: UUID | None
    updated_at: datetime
    messages: int
    message_id: UUID | None
    text: bytes | None
    role: Role | None
    created_at: datetime | None


@dataclass(frozen=True)
class UnindexedRow:
    """A sealed title or text that search does not know yet."""

    id: UUID
    of_message: bool
    sealed: bytes


async def found(
    person: Connection,
    query: str,
    *,
    pinned: bool,
    project_id: UUID | None,
    now: datetime,
    limit: int,
) -> list[FoundRow]:
    """Return the conversations that match the `tsquery`, best first; older ones count less."""
    cursor = person.cursor(row_factory=class_row(FoundRow))
    await cursor.execute(
        "SELECT conversations.id, title, pinned, project_id, updated_at, found.messages, "
        "message_id, text, role, messages.created_at FROM argo_search(%(query)s::tsquery) AS found "
        "JOIN conversations ON conversations.id = found.conversation_id "
        "LEFT JOIN messages ON messages.id = found.message_id "
        "WHERE deleted_at IS NULL AND (pinned OR NOT %(pinned)s) "
        "AND (%(project_id)s::uuid IS NULL OR project_id = %(project_id)s) "
        "ORDER BY rank / (1 + greatest(0, extract(epoch FROM %(now)s - updated_at)) / 31536000) "
        "DESC, updated_at DESC, conversations.id LIMIT %(limit)s",
        {
            "query": query,
            "pinned": pinned,
            "project_id": project_id,
            "now": now,
            "limit": limit,
        },
    )
    return await cursor.fetchall()


async def unindexed(person: Connection, limit: int) -> list[UnindexedRow]:
    """Return at most `limit` titles and texts that search does not know yet."""
    cursor = person.cursor(row_factory=class_row(UnindexedRow))
    await cursor.execute(
        "(SELECT id, false AS of_message, title AS sealed FROM conversations "
        "WHERE lexemes IS NULL AND title IS NOT NULL LIMIT %(limit)s) UNION ALL "
        "(SELECT id, true, text FROM messages "
        "WHERE lexemes IS NULL AND state NOT IN ('waiting', 'running') LIMIT %(limit)s) "
        "LIMIT %(limit)s",
        {"limit": limit},
    )
    return await cursor.fetchall()


async def indexed(
    person: Connection, titles: Sequence[tuple[UUID, str]], texts: Sequence[tuple[UUID, str]]
) -> None:
    """Let search know titles and texts, each an id and its `tsvector`; newer ones stay."""
    await person.execute(
        "WITH named AS (UPDATE conversations SET lexemes = made.lexemes::tsvector "
        "FROM unnest(%s::uuid[], %s::text[]) AS made (id, lexemes) "
        "WHERE conversations.id = made.id AND conversations.lexemes IS NULL) "
        "UPDATE messages SET lexemes = made.lexemes::tsvector "
        "FROM unnest(%s::uuid[], %s::text[]) AS made (id, lexemes) "
        "WHERE messages.id = made.id AND messages.lexemes IS NULL",
        (
            [each for each, _ in titles],
            [lexemes for _, lexemes in titles],
            [each for each, _ in texts],
            [lexemes for _, lexemes in texts],
        ),
    )
