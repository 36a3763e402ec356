"""People and their ways in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from argo.errors import Language
from argo.storage.types import Owner

Role = Literal["member", "referent", "admin", "platform"]
"""Of an institution: member, referent of units, administrator; of the installation: platform."""
ROLES: tuple[Role, ...] = ("member", "referent", "admin", "platform")
"""Every role, by rising rights."""


LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS_IDLE = timedelta(days=14)
SESSION_LASTS = timedelta(days=90)
SIGN_IN_FRESH = timedelta(minutes=30)
"""How young a session is whose administrator may change what matters."""
MOST_KEYS = 50
"""Keys one person may have at once."""


@dataclass(frozen=True)
class Caller:
    """Who is asking, as the account stands at this very request."""

    institution_id: UUID
    user_id: UUID
    role: Role
    email: str
    name: str
    language: Language | None
    institution_slug: str
    institution_name: str
    accepted: bool = False
    """Whether this person accepted their institution's charter in force."""
    session_id: UUID | None = None
    key_id: UUID | None = None
    key_models: Sequence[str] | None = None
    """The only names of `/v1/models` that the key may ask; None: every one."""
    key_lane: Literal["api", "batch"] = "api"
    signed_in_until: datetime | None = None

    @property
    def owner(self) -> Owner:
        """In whose name this caller's queries run."""
        return Owner(self.institution_id, self.user_id)


@dataclass(frozen=True)
class Invitation:
    """What a sign-in link opens, before it is used: `email` is None for the very first one."""

    email: str | None
    name: str | None
    institution_name: str


@dataclass(frozen=True)
class SignedIn:
    """A new session; `token` goes into the cookie and nowhere else."""

    token: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class Session:
    """One browser that is signed in."""

    id: UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Scope:
    """What a key may do: whom it may ask, in which lane, and how much.

    `models` None: all that `/v1/models` lists. Of the limits, None and 0 mean no other than its
    owner's.
    """

    models: Sequence[str] | None = None
    lane: Literal["api", "batch"] = "api"
    requests_per_minute: int | None = None
    concurrent_requests: int | None = None
    tokens_per_day: int | None = None


@dataclass(frozen=True)
class Key:
    """An API key as its owner sees it later; the key itself is shown once."""

    id: UUID
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    models: Sequence[str] | None
    lane: Literal["api", "batch"]
    requests_per_minute: int | None
    concurrent_requests: int | None
    tokens_per_day: int | None


@dataclass(frozen=True)
class Ways:
    """How many ways in a person has, since when, and when the last session ends by itself."""

    since: datetime
    sessions: int
    sessions_until: datetime | None
    keys: int
    keys_revoked: int


@dataclass(frozen=True)
class User:
    """One person, as `argo user list` shows them."""

    id: UUID
    institution_id: UUID
    institution_slug: str
    email: str
    name: str
    role: Role
    disabled_at: datetime | None

    @property
    def owner(self) -> Owner:
        """Whose rows are this person's."""
        return Owner(self.institution_id, self.id)


@dataclass(frozen=True)
class Standing:
    """How a person stands in their institution."""

    role: Role
    disabled: bool
    unit_id: UUID | None


@dataclass(frozen=True)
class Person:
    """A person as administrators see them; `local` ones were added by hand."""

    id: UUID
    email: str
    name: str
    role: Role
    unit_id: UUID | None
    unit_name: str | None
    disabled: bool
    local: bool


@dataclass(frozen=True)
class Unit:
    """A part of an institution, its members counted, its referents by address."""

    id: UUID
    slug: str
    name: str
    members: int
    referent_ids: Sequence[UUID]
    referent_names: Sequence[str]
