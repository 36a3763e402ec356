"""The SQL of quotas: one statement decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from argo.quotas.types import (
    WINDOW_SECONDS,
    Allowance,
    Limits,
    QuotaSettings,
    TokenAllowance,
    Whose,
)
from argo.storage.at_once import Statement
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

# A worker renews its leases every other second; those of a dead one stop counting after this.
LEASE_SECONDS = 5.0


@dataclass(frozen=True)
class Decision:
    """What `quota_take` returns: the verdict, whose limit of how many it met, how they stand."""

    verdict: Literal["taken", "window", "concurrent", "tokens"]
    whose: Whose
    allowed: int
    retry_in_seconds: float
    requests_limit: int
    requests_remaining: int
    requests_reset_in_seconds: float
    tokens_limit: int
    tokens_remaining: int
    tokens_reset_in_seconds: float


async def take(
    database: Database,
    owner: Owner,
    key_id: UUID | None,
    lease_id: UUID,
    settings: QuotaSettings,
    at: datetime | None = None,
) -> Decision:
    """Decide whether `owner` may ask now, by the key or the page; if so count and hold a lease.

    The database's clock decides; `at` stands in for it where a test needs time to stand still.
    """
    taking = Statement(
        "SELECT * FROM quota_take($1, $2, $3, $4, $5, $6, $7, $8)",
        (
            lease_id,
            key_id,
            settings.requests_per_minute,
            WINDOW_SECONDS,
            settings.concurrent_requests,
            settings.tokens_per_day,
            LEASE_SECONDS,
            at,
        ),
    )
    ((row,),) = await database.person_at_once(owner, taking)
    return Decision(**row)


async def standing(
    person: Connection, settings: QuotaSettings, at: datetime | None = None
) -> Allowance:
    """Return how the person stands with their own rule."""
    cursor = await person.execute(
        "SELECT coalesce(rule.requests_per_minute, %(requests)s), "
        "coalesce(rule.tokens_per_day, %(tokens)s), "
        "(SELECT count(t) FROM quota_windows, unnest(taken) AS t WHERE t > instant - span), "
        "(SELECT coalesce(extract(epoch FROM max(t) - instant + span), 0)::float8 "
        "FROM quota_windows, unnest(taken) AS t WHERE t > instant - span), "
        "quota_tokens_used(instant), "
        "extract(epoch FROM date_trunc('day', instant, 'UTC') + interval '1 day' - instant)::float8 "
        "FROM (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS instant, "
        "make_interval(secs => %(window)s) AS span) AS clock "
        "LEFT JOIN quota_limits AS rule ON rule.kind = 'user'",
        {
            "window": WINDOW_SECONDS,
            "at": at,
            "requests": settings.requests_per_minute,
            "tokens": settings.tokens_per_day,
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    limit, tokens, counted, resets_in_seconds, used, until_midnight = row
    return Allowance(
        limit=limit,
        remaining=max(0, limit - counted),
        resets_in_seconds=min(resets_in_seconds, float(WINDOW_SECONDS)),
        tokens=TokenAllowance(tokens, max(0, tokens - used), until_midnight) if tokens else None,
    )


async def limits_set(
    house: Connection, institution_id: UUID, whose: Whose, subject_id: UUID, limits: Limits
) -> None:
    """Set the rule of an institution, a unit or a person; one that says nothing is forgotten."""
    said = (limits.requests_per_minute, limits.concurrent_requests, limits.tokens_per_day)
    if all(each is None for each in said):
        await house.execute(
            "DELETE FROM quota_limits WHERE kind = %s AND subject_id = %s", (whose, subject_id)
        )
        return
    await house.execute(
        "INSERT INTO quota_limits (institution_id, kind, subject_id, requests_per_minute, "
        "concurrent_requests, tokens_per_day) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (kind, subject_id) DO UPDATE SET "
        "requests_per_minute = excluded.requests_per_minute, "
        "concurrent_requests = excluded.concurrent_requests, "
        "tokens_per_day = excluded.tokens_per_day",
        (institution_id, whose, subject_id, *said),
    )


async def running(person: Connection) -> int:
    """Count the person's questions that are being answered, wherever they were asked."""
    cursor = await person.execute(
        "SELECT count(*) FROM quota_leases WHERE expires_at > clock_timestamp()"
    )
    found = await cursor.fetchone()
    assert found is not None
    return int(found[0])


async def release(database: Database, lease_ids: Sequence[UUID]) -> None:
    """Give leases back."""
    released = Statement("DELETE FROM quota_leases WHERE id = ANY ($1)", (list(lease_ids),))
    await database.house_at_once(released)


async def renew(house: Connection, lease_ids: Sequence[UUID]) -> None:
    """Renew the leases this worker holds, those too that ran out while the database was away."""
    await house.execute(
        "UPDATE quota_leases SET expires_at = clock_timestamp() + make_interval(secs => %s) "
        "WHERE id = ANY (%s)",
        (LEASE_SECONDS, list(lease_ids)),
    )


async def sweep(house: Connection) -> None:
    """Forget what dead workers left: leases so long past that no living worker would renew them."""
    await house.execute(
        "DELETE FROM quota_leases WHERE id IN (SELECT id FROM quota_leases "
        "WHERE expires_at < clock_timestamp() - interval '10 minutes' FOR UPDATE SKIP LOCKED)"
    )
    await house.execute(
        "DELETE FROM quota_seconds "
        "WHERE second < extract(epoch FROM clock_timestamp() - interval '10 minutes')"
    )
