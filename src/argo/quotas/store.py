"""The SQL of quotas: one statement decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from psycopg.rows import class_row

from argo.quotas.types import WINDOW_SECONDS, QuotaSettings
from argo.storage.database import Connection

# A worker renews its leases every other second; those of a dead one stop counting after this.
LEASE_SECONDS = 5.0


@dataclass(frozen=True)
class Decision:
    """What `quota_take` and `quota_standing` return."""

    verdict: Literal["taken", "window", "concurrent", "tokens"]
    remaining: int
    resets_in_seconds: float
    retry_in_seconds: float


async def take(person: Connection, lease_id: UUID, settings: QuotaSettings) -> Decision:
    """Decide whether the person may ask now, and if so count it and hold a lease."""
    cursor = person.cursor(row_factory=class_row(Decision))
    await cursor.execute(
        "SELECT verdict, remaining, resets_in_seconds, retry_in_seconds "
        "FROM quota_take(%s, %s, %s, %s, %s, %s)",
        (
            lease_id,
            settings.requests_per_minute,
            WINDOW_SECONDS,
            settings.concurrent_requests,
            settings.tokens_per_day,
            LEASE_SECONDS,
        ),
        prepare=True,
    )
    decision = await cursor.fetchone()
    assert decision is not None
    return decision


async def standing(person: Connection, settings: QuotaSettings) -> tuple[int, float]:
    """Return how many questions remain in the window and the seconds until it is whole again."""
    cursor = await person.execute(
        "SELECT count(t), coalesce(extract(epoch FROM max(t) - clock_timestamp()) + %s, 0)::float8 "
        "FROM quota_windows, unnest(taken) AS t "
        "WHERE t > clock_timestamp() - make_interval(secs => %s)",
        (WINDOW_SECONDS, WINDOW_SECONDS),
    )
    row = await cursor.fetchone()
    assert row is not None
    return max(0, settings.requests_per_minute - int(row[0])), min(float(row[1]), WINDOW_SECONDS)


async def release(house: Connection, lease_ids: Sequence[UUID]) -> None:
    """Give leases back."""
    await house.execute("DELETE FROM quota_leases WHERE id = ANY (%s)", (list(lease_ids),))


async def renew(house: Connection, lease_ids: Sequence[UUID]) -> None:
    """Renew the leases this worker holds, and forget those that dead workers held."""
    await house.execute(
        "UPDATE quota_leases SET expires_at = clock_timestamp() + make_interval(secs => %s) "
        "WHERE id = ANY (%s)",
        (LEASE_SECONDS, list(lease_ids)),
    )
    await house.execute("DELETE FROM quota_leases WHERE expires_at < clock_timestamp()")
