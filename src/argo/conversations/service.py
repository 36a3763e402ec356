"""The verbs of saved conversations: find, make, change, delete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from argo.assistants.service import Assistants
from argo.clock import Clock
from argo.conversations import store
from argo.conversations.answers import grown
from argo.conversations.attachments import Attached, Attachments
from argo.conversations.errors import ConversationUnknown, IdTaken
from argo.conversations.rows import ConversationRow, sealed_title
from argo.conversations.types import MOST_PINNED, UNDO_SECONDS, Conversation, Held, Message
from argo.documents.service import Documents
from argo.engines.types import Size
from argo.projects.service import Projects
from argo.storage.database import Connection, Database
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner


@dataclass(frozen=True)
class Opened:
    """A conversation, its messages oldest first, and the documents of each by its id."""

    conversation: Conversation
    messages: list[Message]
    attached: dict[UUID, list[Attached]]


class Conversations:
    """One person's conversations at a time, in that person's name."""

    def __init__(
        self,
        database: Database,
        key_store: KeyStore,
        assistants: Assistants,
        projects: Projects,
        documents: Documents,
        attachments: Attachments,
        clock: Clock,
    ) -> None:
        """Keep conversations in `database`, sealed with the keys of `key_store`."""
        self._database, self._key_store = database, key_store
        self._assistants, self._projects, self._clock = assistants, projects, clock
        self._documents, self._attachments = documents, attachments

    async def history(
        self,
        owner: Owner,
        before: tuple[datetime, UUID] | None,
        limit: int,
        project_id: UUID | None = None,
    ) -> tuple[list[Conversation], list[Conversation]]:
        """Return at most `limit` conversations by last use, from the cursor `before` on.

        With `project_id` those of a project. Without either, all that are pinned come too, as
        the second list: they stand first, however long ago they were used.
        """
        key = await self._key_store.key_or_new(owner)
        pinned: list[ConversationRow] = []
        async with self._database.person(owner) as person:
            rows = await store.history(person, before, limit, project_id)
            if before is None and project_id is None:
                pinned = await store.all_pinned(person, MOST_PINNED)
        return [row.opened(key) for row in rows], [row.opened(key) for row in pinned]

    async def make(
        self,
        owner: Owner,
        conversation_id: UUID,
        assistant_id: str,
        size: Size,
        project_id: UUID | None = None,
    ) -> tuple[Conversation, bool]:
        """Make a conversation with the page's id; returns it and whether it is new.

        Raises `ChoiceUnknown`, `ProjectUnknown`, or `IdTaken` when the id is somebody else's.
        """
        self._assistants.choice(assistant_id, size)
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            await self._projects.check(person, project_id)
            new = await store.conversation_made(
                person, owner, conversation_id, assistant_id, size, self._clock.now(), project_id
            )
            row = await store.conversation(person, conversation_id)
        if row is None:
            raise IdTaken(param="id")
        return row.opened(key), new

    async def open(self, owner: Owner, conversation_id: UUID) -> Opened:
        """Return a conversation and all its messages, answers being written as far as they came.

        With what each message shows of documents.

        Raises `ConversationUnknown`.
        """
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            conversation = await self._found(person, conversation_id)
            rows = await store.messages(person, conversation_id)
            pieces = await store.pieces(person, conversation_id) if conversation.running else []
            attached = await self._attachments.shown(owner, person, conversation_id)
        grouped = {each: list(of) for each, of in groupby(pieces, lambda each: each.message_id)}
        messages = []
        for row in rows:
            message = row.opened(key)
            if row.id in grouped and row.state in ("waiting", "running"):
                message = grown(message, grouped[row.id], key)
            messages.append(message)
        return Opened(conversation.opened(key), messages, attached)

    async def change(
        self,
        owner: Owner,
        conversation_id: UUID,
        *,
        title: str | None = None,
        pin: bool | None = None,
        choice: tuple[str, Size] | None = None,
    ) -> Conversation:
        """Give it the owner's title, pin or unpin it, go on with another choice.

        Raises `ConversationUnknown` or `ChoiceUnknown`.
        """
        if choice is not None:
            self._assistants.choice(*choice)
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            await self._found(person, conversation_id)
            if title is not None:
                row = sealed_title(title, conversation_id, key)
                await store.titled_by_user(person, conversation_id, row)
            if pin is not None:
                await store.pinned(person, conversation_id, pin)
            if choice is not None:
                await store.choice_set(person, conversation_id, *choice)
            return (await self._found(person, conversation_id)).opened(key)

    async def delete(self, owner: Owner, conversation_id: UUID) -> None:
        """Delete a conversation: gone at once, erased for good after the time to undo.

        Raises `ConversationUnknown`.
        """
        async with self._database.person(owner) as person:
            if not await store.deleted(person, conversation_id, self._clock.now()):
                raise ConversationUnknown
            await self._documents.withdraw(person, owner, conversation_id, UNDO_SECONDS)

    async def restore(self, owner: Owner, conversation_id: UUID) -> Conversation:
        """Undo a deletion; raises `ConversationUnknown` when it is too late."""
        since = self._clock.now() - timedelta(seconds=UNDO_SECONDS)
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            if not await store.restored(person, conversation_id, since):
                raise ConversationUnknown
            await self._documents.give_back(person, conversation_id, since)
            return (await self._found(person, conversation_id)).opened(key)

    async def held(self, person: Connection) -> Held:
        """Count what a person keeps, in the caller's transaction."""
        return await store.held(person)

    async def delete_all(self, person: Connection, owner: Owner) -> None:
        """Delete all conversations and what belongs to them, in the caller's transaction.

        Unreachable at its commit, and nothing to undo; `erase_all` erases them for good.
        """
        too_late = self._clock.now() - timedelta(seconds=2 * UNDO_SECONDS)
        gone = await store.all_deleted(person, too_late)
        await self._documents.withdraw_all(person, owner, gone)

    async def erase_all(self, person: Connection, *, deleted_alone: bool) -> None:
        """Erase for good all conversations, or those deleted, in the caller's transaction."""
        await store.own_erased(person, deleted_alone=deleted_alone)

    async def sweep(self, house: Connection) -> None:
        """Erase for good what was deleted and can no longer be undone."""
        # Twice the time to undo: a restore that is under way never meets the sweep.
        before = self._clock.now() - timedelta(seconds=2 * UNDO_SECONDS)
        await store.erased(house, before)

    async def _found(self, person: Connection, conversation_id: UUID) -> ConversationRow:
        row = await store.conversation(person, conversation_id)
        if row is None:
            raise ConversationUnknown
        return row
