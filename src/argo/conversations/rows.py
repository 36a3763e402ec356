"""Rows as the database holds them: sealed; and the way to and from what their owner reads."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from argo.completions.types import AnswerState
from argo.conversations.tree import UNFINISHED
from argo.conversations.types import Conversation, Message, Role
from argo.engines.types import Size
from argo.storage import lexemes
from argo.storage.sealing import OwnerKey, Place

# Stemming so many characters takes some 2 ms.
_MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class ConversationRow:
    """A conversation, its title sealed."""

    id: UUID
    title: bytes | None
    title_by_user: bool
    assistant_id: str
    size: Size
    pinned: bool
    project_id: UUID | None
    created_at: datetime
    updated_at: datetime
    running: bool

    def opened(self, key: OwnerKey) -> Conversation:
        """Return it as its owner reads it; raises `SealBroken`."""
        title = None if self.title is None else key.open(self.title, title_place(self.id))
        return Conversation(**{**vars(self), "title": title})


@dataclass(frozen=True)
class MessageRow:
    """A message, its text and reasoning sealed; `lexemes` are written, never read back."""

    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: Role
    text: bytes
    reasoning: bytes | None
    reasoning_seconds: float | None
    state: AnswerState
    error_code: str | None
    model_id: str | None
    finish_reason: str | None
    last_event: int
    created_at: datetime
    lexemes: str | None = None

    def opened(self, key: OwnerKey) -> Message:
        """Return it as its owner reads it; raises `SealBroken`."""
        reasoning = None
        if self.reasoning is not None:
            reasoning = key.open(self.reasoning, Place("messages.reasoning", self.id))
        text = key.open(self.text, Place("messages.text", self.id))
        fields = {**vars(self), "text": text, "reasoning": reasoning}
        del fields["lexemes"]
        return Message(**fields)


@dataclass(frozen=True)
class TitleRow:
    """A title, sealed, and what search compares of it."""

    sealed: bytes
    lexemes: str


@dataclass(frozen=True)
class PieceRow:
    """A piece of an answer being written, sealed; `last_event` is the newest it contains."""

    message_id: UUID
    last_event: int
    text: bytes
    reasoning: bytes

    def opened(self, key: OwnerKey) -> tuple[str, str]:
        """Return its text and its reasoning; raises `SealBroken`."""
        return (
            key.open(self.text, piece_place("text", self.message_id, self.last_event)),
            key.open(self.reasoning, piece_place("reasoning", self.message_id, self.last_event)),
        )


def title_place(conversation_id: UUID) -> Place:
    """Return where a title is sealed for."""
    return Place("conversations.title", conversation_id)


def piece_place(column: str, message_id: UUID, last_event: int) -> Place:
    """Return where a piece of an answer is sealed for."""
    return Place(f"answer_pieces.{column}", message_id, last_event)


async def sealed_message(message: Message, key: OwnerKey) -> MessageRow:
    """Return `message` as its row, with what search compares once it is whole."""
    reasoning = None
    if message.reasoning:
        reasoning = key.seal(message.reasoning, Place("messages.reasoning", message.id))
    text = key.seal(message.text, Place("messages.text", message.id))
    found = None if message.state in UNFINISHED else await searchable(message.text, key)
    fields = {**vars(message), "text": text, "reasoning": reasoning, "lexemes": found}
    del fields["documents"]
    return MessageRow(**fields)


def sealed_title(title: str, conversation_id: UUID, key: OwnerKey) -> TitleRow:
    """Return `title` as its row."""
    return TitleRow(
        key.seal(title, title_place(conversation_id)), lexemes.vector(title, key.lexeme_key)
    )


async def searchable(text: str, key: OwnerKey) -> str:
    """Return what search compares of `text`; a long one is stemmed beside the event loop."""
    if len(text) <= _MOST_AT_ONCE:
        return lexemes.vector(text, key.lexeme_key)
    return await asyncio.to_thread(lexemes.vector, text, key.lexeme_key)
