"""The rule, and how a person stands with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
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
    """How an asker stands: `limit` questions a window (0 = none set), `remaining` of them.

    `resets_in_seconds` is when the whole window is free again. `tokens` is the day's. Of several
    rules that hold for one asker, each is told by the one with the least left.
    """

    limit: int
    remaining: int
    resets_in_seconds: float
    window_seconds: int = WINDOW_SECONDS
    tokens: TokenAllowance | None = None


@dataclass(frozen=True)
class TokenAllowance:
    """How an asker stands with the tokens of the day (UTC): `limit` of them, `remaining`."""

    limit: int
    remaining: int
    resets_in_seconds: float


Whose = Literal["institution", "unit", "user", "key"]
"""Whose rule it is that decides."""


@dataclass(frozen=True)
class Limits:
    """A rule of an institution, a unit or a person: 0 means no limit.

    None means, of a person, what the settings say; of the others, no limit.
    """

    requests_per_minute: NonNegativeInt | None = None
    concurrent_requests: NonNegativeInt | None = None
    tokens_per_day: NonNegativeInt | None = None


@dataclass(frozen=True)
class Lease:
    """One running question of a person."""

    id: UUID


@dataclass(frozen=True)
class Taken:
    """A question that may be asked."""

    allowance: Allowance
    lease: Lease
