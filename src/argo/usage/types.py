"""A line of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from argo.storage.types import Owner


@dataclass(frozen=True)
class Entry:
    """What one completion came to; `exact` says the engine counted the tokens."""

    owner: Owner
    source: str
    lane: str
    key_id: UUID | None
    model_id: str
    assistant_id: str | None
    prompt_tokens: int
    completion_tokens: int
    exact: bool
    waited_seconds: float
    first_token_seconds: float | None
    seconds: float
    outcome: str


@dataclass(frozen=True)
class DayUsage:
    """One person's day (UTC)."""

    questions: int
    prompt_tokens: int
    completion_tokens: int
