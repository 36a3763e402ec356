"""A branch of a conversation as a conversation of its own."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from argo.clock import Clock
from argo.conversations import attachment_store, store, tree
from argo.conversations.errors import ConversationUnknown, IdTaken, StillWriting
from argo.conversations.rows import sealed_message, sealed_title, title_place
from argo.conversations.types import Conversation, Message
from argo.storage.database import Database
from argo.storage.keystore import KeyStore
from argo.storage.types import Owner


class Forking:
    """Copies branches; the original stays as it is."""

    def __init__(self, database: Database, key_store: KeyStore, clock: Clock) -> None:
        """Copy within `database`."""
        self._database, self._key_store, self._clock = database, key_store, clock

    async def fork(
        self, owner: Owner, conversation_id: UUID, new_id: UUID, leaf_id: UUID
    ) -> Conversation:
        """Copy the branch that ends at `leaf_id` into the new conversation `new_id`.

        The same id again returns the same. Raises `ConversationUnknown`, `MessageUnknown`,
        `StillWriting`, or `IdTaken`.
        """
        key = await self._key_store.key_or_new(owner)
        async with self._database.person(owner) as person:
            origin = await store.conversation(person, conversation_id)
            if origin is None:
                raise ConversationUnknown
            rows = await store.messages(person, conversation_id)
            branch = tree.branch([row.opened(key) for row in rows], leaf_id)
            if branch[-1].state in tree.UNFINISHED:
                raise StillWriting(param="leaf_id")
            made = await store.conversation_made(
                person,
                owner,
                new_id,
                origin.assistant_id,
                origin.size,
                self._clock.now(),
                origin.project_id,
            )
            if made:
                if origin.title is not None:
                    title = key.open(origin.title, title_place(conversation_id))
                    await store.titled(person, new_id, sealed_title(title, new_id, key))
                copies = self._copies(branch, new_id)
                sealed = [await sealed_message(each, key) for each in copies]
                await store.messages_copied(person, owner, sealed)
                pairs = zip(branch, copies, strict=True)
                await attachment_store.attachments_copied(
                    person, {original.id: copy.id for original, copy in pairs}
                )
            fork = await store.conversation(person, new_id)
        if fork is None:
            raise IdTaken(param="id")
        return fork.opened(key)

    def _copies(self, branch: list[Message], conversation_id: UUID) -> list[Message]:
        copies: list[Message] = []
        for message in branch:
            copies.append(
                replace(
                    message,
                    id=self._clock.new_id(),
                    conversation_id=conversation_id,
                    parent_id=copies[-1].id if copies else None,
                )
            )
        return copies
