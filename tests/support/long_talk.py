"""A long conversation made at once: what a person has after weeks, in one transaction."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from argo.conversations import store
from argo.conversations.rows import MessageRow
from argo.conversations.types import Role
from argo.storage.sealing import Place
from argo.storage.types import Owner
from tests.fixtures import Service

ANSWER = (
    "Message {at}. A paragraph with **bold** words and `code`, long enough to be read.\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nprint('hello', {at})\n```\n\n"
    "And another paragraph that says the same again in more words than are needed.\n"
)


async def long_talk(service: Service, owner: Owner, count: int) -> UUID:
    """Give `owner` a conversation of `count` messages; returns its id."""
    argo = service.argo
    clock, now = argo.ground.clock, argo.ground.clock.now()
    conversation_id = clock.new_id()
    await argo.subjects.conversations.make(owner, conversation_id, "generalist", "small")
    key = await argo.ground.key_store.key_or_new(owner)
    rows: list[MessageRow] = []
    for at in range(count):
        message_id = clock.new_id()
        role: Role = "assistant" if at % 2 else "user"
        text = ANSWER.format(at=at) if at % 2 else f"Question {at}: what is it?"
        rows.append(
            MessageRow(
                id=message_id,
                conversation_id=conversation_id,
                parent_id=rows[-1].id if rows else None,
                role=role,
                text=key.seal(text, Place("messages.text", message_id)),
                reasoning=None,
                reasoning_seconds=None,
                state="complete",
                error_code=None,
                model_id="small-model" if at % 2 else None,
                finish_reason="stop" if at % 2 else None,
                last_event=1,
                created_at=now + timedelta(milliseconds=at),
                lexemes="",
            )
        )
    async with argo.database.person(owner) as person:
        await store.messages_copied(person, owner, rows)
    return conversation_id
