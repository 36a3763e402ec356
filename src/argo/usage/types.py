"""A line of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from argo.storage.types import Owner

Source = Literal["web", "temporary", "api"]
Lane = Literal["interactive", "api", "batch"]
Outcome = Literal["complete", "stopped", "interrupted", "failed", "refused"]


@dataclass(frozen=True)
class Entry:
    """What one completion came to; `exact` says the engine counted the tokens."""

    owner: Owner
    source: Source
    lane: Lane
    key_id: UUID | None
    model_id: str
    assistant_id: str | None
    prompt_tokens: int
    completion_tokens: int
    exact: bool
    waited_seconds: float
    first_token_seconds: float | None
    seconds: float
    outcome: Outcome


@dataclass(frozen=True)
class Usage:
    """What one person used: lines of the ledger, and their tokens."""

    questions: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class UsageOfDay:
    """What one person's keys used on a day (UTC); a model or key is None where not told apart."""

    day: date
    model_id: str | None
    key_id: UUID | None
    questions: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True)
class UsageOfKey:
    """What one key used: today (UTC), and in the last 30 days, today among them."""

    key_id: UUID
    questions_today: int
    tokens_today: int
    questions_of_30_days: int
    tokens_of_30_days: int
