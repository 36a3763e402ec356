"""The documents of a conversation's messages: what is attached, what is read, what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from argo.completions.prompt import estimated_tokens, prompt, prompt_room
from argo.completions.sources import frame_tokens
from argo.conversations import attachment_store, sources, tree
from argo.conversations.attachment_store import AttachmentRow
from argo.conversations.types import Message
from argo.documents.finding import Finding
from argo.documents.service import Documents
from argo.documents.types import Document, DocumentRead
from argo.engines.types import Model
from argo.storage.database import Connection
from argo.storage.types import Owner


@dataclass(frozen=True)
class Attached:
    """A document as a message shows it; `document` is None once it was deleted.

    Of an answer, `whole` says that all of it was read, `passages` how many were.
    """

    document_id: UUID
    document: Document | None
    whole: bool | None
    passages: int | None


class Attachments:
    """Knows which message has which documents, and builds what a model reads of them."""

    def __init__(self, documents: Documents, finding: Finding) -> None:
        """Show what `documents` keeps, read what `finding` finds."""
        self._documents, self._finding = documents, finding

    async def with_documents(
        self, person: Connection, conversation_id: UUID, messages: Sequence[Message]
    ) -> list[Message]:
        """Return `messages`, each question with the ids of its documents."""
        rows = await attachment_store.attachments(person, conversation_id)
        of: dict[UUID, list[UUID]] = {}
        for row in rows:
            of.setdefault(row.message_id, []).append(row.document_id)
        return [replace(each, documents=tuple(of.get(each.id, ()))) for each in messages]

    async def shown(
        self, owner: Owner, person: Connection, conversation_id: UUID
    ) -> dict[UUID, list[Attached]]:
        """Return what each message of a conversation shows of documents."""
        rows = await attachment_store.attachments(person, conversation_id)
        known = await self._documents.some(person, owner, sorted({row.document_id for row in rows}))
        shown: dict[UUID, list[Attached]] = {}
        for row in rows:
            attached = Attached(
                row.document_id, known.get(row.document_id), row.whole, row.passages
            )
            shown.setdefault(row.message_id, []).append(attached)
        return shown

    async def read_for(
        self, owner: Owner, branch: Sequence[Message], instructions: str, model: Model
    ) -> list[DocumentRead]:
        """Return what the last question of `branch` reads of the branch's documents.

        As much as the model's context has room for besides the conversation. Raises
        `DocumentNotReady`.
        """
        ids = _of_questions(branch)
        if not ids:
            return []
        summary, turns = tree.read(branch)
        taken = estimated_tokens(prompt(instructions, turns, model, summary))
        room = prompt_room(model.context_tokens) - taken - frame_tokens(len(ids))
        return await self._finding.read_for(owner, ids, sources.question_of(branch), max(0, room))

    async def attach(self, person: Connection, owner: Owner, message: Message) -> None:
        """Attach a stored question's documents; raises psycopg's `ForeignKeyViolation`."""
        rows = [AttachmentRow(message.id, each, None, None) for each in message.documents]
        await attachment_store.attached(person, owner, rows)

    async def note_read(
        self, person: Connection, owner: Owner, answer_id: UUID, reads: Sequence[DocumentRead]
    ) -> None:
        """Note how much of each document an answer read."""
        rows = [
            AttachmentRow(answer_id, each.document.id, each.whole, len(each.passages))
            for each in reads
        ]
        await attachment_store.attached(person, owner, rows)


def _of_questions(branch: Sequence[Message]) -> list[UUID]:
    ids = [each for message in branch if message.role == "user" for each in message.documents]
    return list(dict.fromkeys(ids))
