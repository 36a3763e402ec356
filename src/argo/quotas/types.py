"""The rule, and how a person stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from pydantic import ConfigDict, NonNegativeInt

WINDOW_SECONDS = 60


@dataclass(frozen=True)
class QuotaSettings:
    """`[quotas]`: of a person; 0 means no limit."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    requests_per_minute: NonNegativeInt = 10
    concurrent_requests: NonNegativeInt = 4
    tokens_per_day: NonNegativeInt = 0


@dataclass(frozen=True)
class Allowance:
    """How a person stands: `limit` questions a window (0 = none set), `remaining` of them.

    `resets_in_seconds` is when the whole window is free again.
    """

    limit: int
    remaining: int
    resets_in_seconds: float
    window_seconds: int = WINDOW_SECONDS


@dataclass(frozen=True)
class Lease:
    """One running question of a person."""

    id: UUID


@dataclass(frozen=True)
class Taken:
    """A question that may be asked."""

    allowance: Allowance
    lease: Lease
