"""The SQL of quotas: one statement decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from argo.quotas.types import WINDOW_SECONDS, QuotaSettings
from argo.storage.at_once import Statement
from argo.storage.database import Connection, Database
from argo.storage.types import Owner

# A worker renews its leases every other second; those of a dead one stop counting after this.
LEASE_SECONDS = 5.0


@dataclass(frozen=True)
class Decision:
    """What `quota_take` returns."""

    verdict: Literal["taken", "window", "concurrent", "tokens"]
    remaining: int
    resets_in_seconds: float
    retry_in_seconds: float


async def take(
    database: Database,
    owner: Owner,
    lease_id: UUID,
    settings: QuotaSettings,
    at: datetime | None = None,
) -> Decision:
    """Decide whether `owner` may ask now, and if so count it and hold a lease.

    The database's clock decides; `at` stands in for it where a test needs time to stand still.
    """
    taking = Statement(
        "SELECT verdict, remaining, resets_in_seconds, retry_in_seconds "
        "FROM quota_take($1, $2, $3, $4, $5, $6, $7)",
        (
            lease_id,
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
) -> tuple[int, float]:
    """Return how many questions remain in the window and the seconds until it is whole again."""
    cursor = await person.execute(
        "SELECT count(t), coalesce(extract(epoch FROM max(t) - instant) + %(window)s, 0)::float8 "
        "FROM (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS instant) AS clock, "
        "quota_windows, unnest(taken) AS t "
        "WHERE t > instant - make_interval(secs => %(window)s) GROUP BY instant",
        {"window": WINDOW_SECONDS, "at": at},
    )
    counted, resets_in_seconds = await cursor.fetchone() or (0, 0.0)
    remaining = max(0, settings.requests_per_minute - int(counted))
    return remaining, min(float(resets_in_seconds), float(WINDOW_SECONDS))


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
