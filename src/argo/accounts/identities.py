"""The SQL of sign-on: whom a provider knows as whom, and who is shut out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from argo.accounts.providers import Profile
from argo.accounts.store import Opening
from argo.storage.database import Connection

Verdict = Literal["made", "known", "used", "nowhere", "elsewhere", "disabled"]


@dataclass(frozen=True)
class Entered:
    """How a sign-on ended; ids are there when it opened a session."""

    verdict: Verdict
    institution_id: UUID | None
    user_id: UUID | None
    role_changed: bool | None
    unit_changed: bool | None


async def signed_on(
    gate: Connection,
    once: bytes,
    once_until: datetime,
    profile: Profile,
    new_id: UUID,
    opening: Opening,
) -> Entered:
    """Open a session for whom the provider names, made as `new_id` if they are new.

    `once` is used up first: a second sign-on by it finds "used".
    """
    cursor = gate.cursor(row_factory=class_row(Entered))
    await cursor.execute(
        "SELECT * FROM sign_on(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            once,
            once_until,
            profile.issuer,
            profile.subject,
            profile.provider_id,
            profile.provider_session,
            profile.institution_slug,
            profile.email,
            profile.name,
            profile.role,
            None if profile.unit_slugs is None else list(profile.unit_slugs),
            new_id,
            *opening.values,
        ),
    )
    entered = await cursor.fetchone()
    assert entered is not None
    return entered


async def signed_off(
    gate: Connection,
    once: bytes,
    once_until: datetime,
    issuer: str,
    provider_id: str,
    subject: str | None,
    provider_session: str | None,
) -> int:
    """End the sessions that a logout token names; return how many, -1 for a token used before."""
    cursor = await gate.execute(
        "SELECT sign_off(%s, %s, %s, %s, %s, %s)",
        (once, once_until, issuer, provider_id, subject, provider_session),
    )
    row = await cursor.fetchone()
    assert row is not None
    ended: int = row[0]
    return ended


async def used_tokens_forgotten(house: Connection) -> None:
    """Forget what was used once and would be too old to be used again."""
    await house.execute("DELETE FROM used_tokens WHERE expires_at <= clock_timestamp()")


async def disabled_since(house: Connection, at: datetime) -> frozenset[UUID]:
    """Return who was disabled since `at` and still is."""
    cursor = await house.execute("SELECT id FROM users WHERE disabled_at >= %s", (at,))
    return frozenset(row[0] for row in await cursor.fetchall())
