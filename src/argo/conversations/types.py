"""Conversations and messages as their owner sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from argo.completions.types import AnswerState
from argo.engines.types import Size

Role = Literal["user", "assistant", "summary"]
"""A summary stands in a branch like an answer; models read it in place of what is above it."""
Effort = Literal["low", "medium", "high"]
UNDO_SECONDS = 30.0
MOST_PINNED = 200
MOST_CHARACTERS = 400_000


@dataclass(frozen=True)
class Conversation:
    """One conversation; `title` is None until it has one."""

    id: UUID
    title: str | None
    title_by_user: bool
    assistant_id: str
    size: Size
    pinned: bool
    project_id: UUID | None
    created_at: datetime
    updated_at: datetime
    running: bool


@dataclass(frozen=True)
class Message:
    """One message; a running answer holds what is written so far, up to event `last_event`."""

    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: Role
    text: str
    reasoning: str | None
    reasoning_seconds: float | None
    state: AnswerState
    error_code: str | None
    model_id: str | None
    finish_reason: str | None
    last_event: int
    created_at: datetime
    documents: tuple[UUID, ...] = ()
    """Of a question: the documents that were attached to it, where they were asked for."""


@dataclass(frozen=True)
class Held:
    """How much a person keeps in conversations, and since when."""

    conversations: int
    messages: int
    since: datetime | None


@dataclass(frozen=True)
class Asked:
    """A question that is stored, and the answer that is being written to it."""

    question: Message
    answer: Message
