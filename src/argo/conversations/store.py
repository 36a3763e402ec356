"""The SQL of conversations. Everything a person wrote goes in and comes out sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from argo.conversations.rows import ConversationRow, MessageRow, PieceRow, TitleRow
from argo.conversations.types import Held
from argo.engines.types import Size
from argo.storage.database import Connection
from argo.storage.types import Owner

_CONVERSATION = (
    "SELECT id, title, title_by_user, assistant_id, size, pinned, project_id, created_at, "
    "updated_at, "
    "EXISTS (SELECT FROM messages WHERE conversation_id = conversations.id "
    "AND state IN ('waiting', 'running')) AS running FROM conversations "
)
_MESSAGE = (
    "SELECT id, conversation_id, parent_id, role, text, reasoning, reasoning_seconds, state, "
    "error_code, model_id, finish_reason, last_event, created_at FROM messages "
)


async def history(
    person: Connection,
    before: tuple[datetime, UUID] | None,
    limit: int,
    project_id: UUID | None = None,
) -> list[ConversationRow]:
    """Return conversations by last use, newest first, from `before` on; of a project alone."""
    cursor = person.cursor(row_factory=class_row(ConversationRow))
    place = "" if before is None else "AND (updated_at, id) < (%s, %s) "
    within = "" if project_id is None else "AND project_id = %s "
    await cursor.execute(
        _CONVERSATION + f"WHERE deleted_at IS NULL {place}{within}"
        "ORDER BY updated_at DESC, id DESC LIMIT %s",
        (*(before or ()), *(() if project_id is None else (project_id,)), limit),
    )
    return await cursor.fetchall()


async def all_pinned(person: Connection, limit: int) -> list[ConversationRow]:
    """Return the pinned conversations by last use, newest first."""
    cursor = person.cursor(row_factory=class_row(ConversationRow))
    await cursor.execute(
        _CONVERSATION + "WHERE pinned AND deleted_at IS NULL "
        "ORDER BY updated_at DESC, id DESC LIMIT %s",
        (limit,),
    )
    return await cursor.fetchall()


async def conversation(person: Connection, conversation_id: UUID) -> ConversationRow | None:
    """Return one conversation that is not deleted."""
    cursor = person.cursor(row_factory=class_row(ConversationRow))
    await cursor.execute(_CONVERSATION + "WHERE id = %s AND deleted_at IS NULL", (conversation_id,))
    return await cursor.fetchone()


async def conversation_made(
    person: Connection,
    owner: Owner,
    conversation_id: UUID,
    assistant_id: str,
    size: Size,
    at: datetime,
    project_id: UUID | None = None,
) -> bool:
    """Make an empty conversation; returns False when the id is in use."""
    cursor = await person.execute(
        "INSERT INTO conversations (id, institution_id, owner_id, title_by_user, assistant_id, "
        "size, pinned, created_at, updated_at, project_id) "
        "VALUES (%s, %s, %s, false, %s, %s, false, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            conversation_id,
            owner.institution_id,
            owner.owner_id,
            assistant_id,
            size,
            at,
            at,
            project_id,
        ),
    )
    return cursor.rowcount == 1


async def titled_by_user(person: Connection, conversation_id: UUID, title: TitleRow) -> None:
    """Give the title its owner chose."""
    await person.execute(
        "UPDATE conversations SET title = %s, lexemes = %s, title_by_user = true WHERE id = %s",
        (title.sealed, title.lexemes, conversation_id),
    )


async def titled(person: Connection, conversation_id: UUID, title: TitleRow) -> None:
    """Give a title of ARGO's own, never over one its owner chose."""
    await person.execute(
        "UPDATE conversations SET title = %s, lexemes = %s WHERE id = %s AND NOT title_by_user",
        (title.sealed, title.lexemes, conversation_id),
    )


async def pinned(person: Connection, conversation_id: UUID, pin: bool) -> None:
    """Pin or unpin."""
    await person.execute(
        "UPDATE conversations SET pinned = %s WHERE id = %s", (pin, conversation_id)
    )


async def choice_set(
    person: Connection, conversation_id: UUID, assistant_id: str, size: Size
) -> None:
    """Go on with another assistant or size."""
    await person.execute(
        "UPDATE conversations SET assistant_id = %s, size = %s WHERE id = %s",
        (assistant_id, size, conversation_id),
    )


async def used(person: Connection, conversation_id: UUID, at: datetime) -> None:
    """Note that the conversation was used."""
    await person.execute(
        "UPDATE conversations SET updated_at = %s WHERE id = %s", (at, conversation_id)
    )


async def deleted(person: Connection, conversation_id: UUID, at: datetime) -> bool:
    """Delete: unreachable from here on; returns whether there was one."""
    cursor = await person.execute(
        "UPDATE conversations SET deleted_at = %s WHERE id = %s AND deleted_at IS NULL",
        (at, conversation_id),
    )
    return cursor.rowcount == 1


async def restored(person: Connection, conversation_id: UUID, since: datetime) -> bool:
    """Undo a deletion not older than `since`; returns whether there was one."""
    cursor = await person.execute(
        "UPDATE conversations SET deleted_at = NULL WHERE id = %s AND deleted_at >= %s",
        (conversation_id, since),
    )
    return cursor.rowcount == 1


async def several_deleted(person: Connection, ids: list[UUID], at: datetime) -> list[UUID]:
    """Delete several; returns those that were there."""
    cursor = await person.execute(
        "UPDATE conversations SET deleted_at = %s WHERE id = ANY (%s) AND deleted_at IS NULL "
        "RETURNING id",
        (at, ids),
    )
    return [row[0] for row in await cursor.fetchall()]


async def several_restored(person: Connection, ids: list[UUID], since: datetime) -> list[UUID]:
    """Undo deletions not older than `since`; returns those there were."""
    cursor = await person.execute(
        "UPDATE conversations SET deleted_at = NULL WHERE id = ANY (%s) AND deleted_at >= %s "
        "RETURNING id",
        (ids, since),
    )
    return [row[0] for row in await cursor.fetchall()]


async def several_moved(person: Connection, ids: list[UUID], project_id: UUID | None) -> list[UUID]:
    """Put several into a project, None: into none; returns those that were there."""
    cursor = await person.execute(
        "UPDATE conversations SET project_id = %s WHERE id = ANY (%s) AND deleted_at IS NULL "
        "RETURNING id",
        (project_id, ids),
    )
    return [row[0] for row in await cursor.fetchall()]


async def deleted_along(person: Connection, project_id: UUID, at: datetime) -> None:
    """Delete all conversations of a project."""
    await person.execute(
        "UPDATE conversations SET deleted_at = %s WHERE project_id = %s AND deleted_at IS NULL",
        (at, project_id),
    )


async def restored_along(person: Connection, project_id: UUID, at: datetime) -> None:
    """Undo the deletion of what was deleted along with a project, at that instant."""
    await person.execute(
        "UPDATE conversations SET deleted_at = NULL WHERE project_id = %s AND deleted_at = %s",
        (project_id, at),
    )


async def erased(house: Connection, before: datetime) -> int:
    """Erase for good what was deleted before then, messages and all; returns how many."""
    cursor = await house.execute("DELETE FROM conversations WHERE deleted_at < %s", (before,))
    return cursor.rowcount


async def held(person: Connection) -> Held:
    """Count the person's conversations that are not deleted, and their messages."""
    cursor = person.cursor(row_factory=class_row(Held))
    await cursor.execute(
        "SELECT count(DISTINCT conversations.id) AS conversations, "
        "count(messages.id) AS messages, min(conversations.created_at) AS since "
        "FROM conversations LEFT JOIN messages ON conversation_id = conversations.id "
        "WHERE deleted_at IS NULL"
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def all_deleted(person: Connection, at: datetime) -> list[UUID]:
    """Delete every conversation of the person; returns which."""
    cursor = await person.execute(
        "UPDATE conversations SET deleted_at = %s WHERE deleted_at IS NULL RETURNING id", (at,)
    )
    return [row[0] for row in await cursor.fetchall()]


async def own_erased(person: Connection, *, deleted_alone: bool) -> None:
    """Erase the person's conversations for good, or only those that are deleted."""
    await person.execute(
        "DELETE FROM conversations WHERE NOT %s OR deleted_at IS NOT NULL", (deleted_alone,)
    )


async def messages(person: Connection, conversation_id: UUID) -> list[MessageRow]:
    """Return all messages of a conversation, oldest first."""
    cursor = person.cursor(row_factory=class_row(MessageRow))
    await cursor.execute(
        _MESSAGE + "WHERE conversation_id = %s ORDER BY created_at, id", (conversation_id,)
    )
    return await cursor.fetchall()


async def message(person: Connection, message_id: UUID) -> MessageRow | None:
    """Return one message of a conversation that is not deleted."""
    cursor = person.cursor(row_factory=class_row(MessageRow))
    await cursor.execute(
        _MESSAGE + "WHERE id = %s AND EXISTS (SELECT FROM conversations "
        "WHERE conversations.id = conversation_id AND deleted_at IS NULL)",
        (message_id,),
    )
    return await cursor.fetchone()


async def message_added(person: Connection, owner: Owner, row: MessageRow) -> None:
    """Add a message; raises psycopg's `UniqueViolation` when its id is in use."""
    await person.execute(
        "INSERT INTO messages (id, institution_id, owner_id, conversation_id, parent_id, role, "
        "text, state, model_id, last_event, created_at, lexemes) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row.id,
            owner.institution_id,
            owner.owner_id,
            row.conversation_id,
            row.parent_id,
            row.role,
            row.text,
            row.state,
            row.model_id,
            row.last_event,
            row.created_at,
            row.lexemes,
        ),
    )


async def messages_copied(person: Connection, owner: Owner, rows: Sequence[MessageRow]) -> None:
    """Add whole messages, each after the one it follows."""
    cursor = person.cursor()
    await cursor.executemany(
        "INSERT INTO messages (id, institution_id, owner_id, conversation_id, parent_id, role, "
        "text, reasoning, reasoning_seconds, state, error_code, model_id, finish_reason, "
        "last_event, created_at, lexemes) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                row.id,
                owner.institution_id,
                owner.owner_id,
                row.conversation_id,
                row.parent_id,
                row.role,
                row.text,
                row.reasoning,
                row.reasoning_seconds,
                row.state,
                row.error_code,
                row.model_id,
                row.finish_reason,
                row.last_event,
                row.created_at,
                row.lexemes,
            )
            for row in rows
        ],
    )


async def summary_changed(person: Connection, row: MessageRow) -> None:
    """Give a summary its text and state."""
    await person.execute(
        "UPDATE messages SET text = %s, state = %s, error_code = NULL, lexemes = %s "
        "WHERE id = %s AND role = 'summary'",
        (row.text, row.state, row.lexemes, row.id),
    )


async def answer_reopened(person: Connection, answer_id: UUID) -> bool:
    """Let an answer that ended go on; returns whether it had ended."""
    cursor = await person.execute(
        "UPDATE messages SET state = 'waiting', error_code = NULL, finish_reason = NULL "
        "WHERE id = %s AND state NOT IN ('waiting', 'running')",
        (answer_id,),
    )
    return cursor.rowcount == 1


async def answer_started(person: Connection, answer_id: UUID, model_id: str) -> None:
    """Note that the first token has come."""
    await person.execute(
        "UPDATE messages SET state = 'running', model_id = %s WHERE id = %s AND state = 'waiting'",
        (model_id, answer_id),
    )


async def piece_added(person: Connection, owner: Owner, piece: PieceRow) -> None:
    """Add a piece of an answer; the same one twice stands once."""
    await person.execute(
        "INSERT INTO answer_pieces "
        "(institution_id, owner_id, message_id, last_event, text, reasoning) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            owner.institution_id,
            owner.owner_id,
            piece.message_id,
            piece.last_event,
            piece.text,
            piece.reasoning,
        ),
    )


async def pieces(person: Connection, conversation_id: UUID) -> list[PieceRow]:
    """Return the pieces of all answers being written in a conversation, in order."""
    cursor = person.cursor(row_factory=class_row(PieceRow))
    await cursor.execute(
        "SELECT message_id, answer_pieces.last_event, answer_pieces.text, answer_pieces.reasoning "
        "FROM answer_pieces JOIN messages ON messages.id = message_id "
        "WHERE conversation_id = %s ORDER BY message_id, answer_pieces.last_event",
        (conversation_id,),
    )
    return await cursor.fetchall()


async def pieces_of(person: Connection, answer_id: UUID) -> list[PieceRow]:
    """Return the pieces of one answer, in order."""
    cursor = person.cursor(row_factory=class_row(PieceRow))
    await cursor.execute(
        "SELECT message_id, last_event, text, reasoning FROM answer_pieces "
        "WHERE message_id = %s ORDER BY last_event",
        (answer_id,),
    )
    return await cursor.fetchall()


async def answer_ended(person: Connection, row: MessageRow) -> bool:
    """Fold an answer into its row and drop its pieces; returns whether it still stands."""
    cursor = await person.execute(
        "UPDATE messages SET text = %s, reasoning = %s, reasoning_seconds = %s, state = %s, "
        "error_code = %s, model_id = coalesce(%s, model_id), finish_reason = %s, last_event = %s, "
        "lexemes = %s WHERE id = %s",
        (
            row.text,
            row.reasoning,
            row.reasoning_seconds,
            row.state,
            row.error_code,
            row.model_id,
            row.finish_reason,
            row.last_event,
            row.lexemes,
            row.id,
        ),
    )
    await person.execute("DELETE FROM answer_pieces WHERE message_id = %s", (row.id,))
    return cursor.rowcount == 1
