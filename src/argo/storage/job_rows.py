"""The SQL of jobs. The house sees which job is about whose row; a job holds nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from psycopg.rows import class_row, dict_row

from argo.storage.database import Connection
from argo.storage.types import Job, JobCounts, Owner

CHANNEL: Final = "argo_jobs"
# Two takers at once would see the same turn: they go one after the other, for a millisecond.
_ONE_TAKER = 4_772_911_004


async def queued(
    connection: Connection,
    owner: Owner,
    kind: str,
    about_id: UUID,
    after: timedelta,
    urgent: bool,
) -> None:
    """Add a job and wake the runners, once this transaction is committed."""
    await connection.execute(
        "WITH made AS (INSERT INTO jobs (id, institution_id, owner_id, kind, about_id, urgent, "
        "attempts, due_at) "
        "VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 0, clock_timestamp() + %s)) "
        "SELECT pg_notify(%s, '')",
        (owner.institution_id, owner.owner_id, kind, about_id, urgent, after, CHANNEL),
    )


async def taken(
    house: Connection, runner_id: UUID, kinds: list[str], lease_seconds: float
) -> Job | None:
    """Take the job whose person has waited longest for a turn, None when there is none to do."""
    await house.execute("SELECT pg_advisory_xact_lock(%s)", (_ONE_TAKER,))
    cursor = house.cursor(row_factory=dict_row)
    await cursor.execute(
        "WITH firsts AS (SELECT DISTINCT ON (institution_id, owner_id) "
        "id, institution_id, owner_id, urgent, due_at FROM jobs "
        "WHERE failed_at IS NULL AND due_at <= clock_timestamp() AND kind = ANY (%s) "
        "AND (held_until IS NULL OR held_until < clock_timestamp()) "
        "ORDER BY institution_id, owner_id, urgent DESC, due_at, id), "
        "chosen AS (SELECT firsts.id, firsts.institution_id, firsts.owner_id FROM firsts "
        "LEFT JOIN job_turns USING (institution_id, owner_id) "
        "ORDER BY urgent DESC, greatest(due_at, served_at), firsts.id LIMIT 1), "
        "turn AS (INSERT INTO job_turns (institution_id, owner_id, served_at) "
        "SELECT institution_id, owner_id, clock_timestamp() FROM chosen "
        "ON CONFLICT (institution_id, owner_id) DO UPDATE SET served_at = excluded.served_at) "
        "UPDATE jobs SET attempts = attempts + 1, held_by = %s, "
        "held_until = clock_timestamp() + make_interval(secs => %s) "
        "FROM chosen WHERE jobs.id = chosen.id RETURNING jobs.*",
        (kinds, runner_id, lease_seconds),
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    owner = Owner(row["institution_id"], row["owner_id"])
    return Job(row["id"], row["kind"], owner, row["about_id"], row["attempts"])


async def kept(house: Connection, job_id: UUID, runner_id: UUID, lease_seconds: float) -> bool:
    """Renew a lease; returns whether it was still this runner's."""
    cursor = await house.execute(
        "UPDATE jobs SET held_until = clock_timestamp() + make_interval(secs => %s) "
        "WHERE id = %s AND held_by = %s",
        (lease_seconds, job_id, runner_id),
    )
    return cursor.rowcount == 1


async def done(house: Connection, job_id: UUID, runner_id: UUID) -> None:
    """Forget a job that is done."""
    await house.execute("DELETE FROM jobs WHERE id = %s AND held_by = %s", (job_id, runner_id))


async def again(
    house: Connection, job_id: UUID, runner_id: UUID, wait_seconds: float, *, counts: bool
) -> None:
    """Put a job back for later; an attempt that does not count is taken off."""
    await house.execute(
        "UPDATE jobs SET held_by = NULL, held_until = NULL, attempts = attempts - %s, "
        "due_at = clock_timestamp() + make_interval(secs => %s) WHERE id = %s AND held_by = %s",
        (0 if counts else 1, wait_seconds, job_id, runner_id),
    )


async def failed(house: Connection, job_id: UUID, runner_id: UUID, code: str) -> None:
    """Note that a job was given up."""
    await house.execute(
        "UPDATE jobs SET held_by = NULL, held_until = NULL, failed_at = clock_timestamp(), "
        "failed_code = %s WHERE id = %s AND held_by = %s",
        (code, job_id, runner_id),
    )


async def let_go(house: Connection, runner_id: UUID) -> None:
    """Free what this runner holds, as if it had not begun."""
    await house.execute(
        "WITH freed AS (UPDATE jobs SET held_by = NULL, held_until = NULL, "
        "attempts = attempts - 1 WHERE held_by = %s RETURNING 1) "
        "SELECT pg_notify(%s, '') FROM freed",
        (runner_id, CHANNEL),
    )


async def forgotten(house: Connection, owner: Owner, but: UUID) -> None:
    """Forget the jobs and the turn of a person, `but` one job."""
    of = (owner.institution_id, owner.owner_id)
    await house.execute(
        "DELETE FROM jobs WHERE institution_id = %s AND owner_id = %s AND id <> %s", (*of, but)
    )
    await house.execute("DELETE FROM job_turns WHERE institution_id = %s AND owner_id = %s", of)


async def swept(house: Connection) -> None:
    """Forget failures of a month ago and turns of yesterday."""
    await house.execute("DELETE FROM jobs WHERE failed_at < clock_timestamp() - interval '30 days'")
    await house.execute(
        "DELETE FROM job_turns WHERE served_at < clock_timestamp() - interval '1 day'"
    )


async def counts(house: Connection) -> JobCounts:
    """Count the jobs by where they stand."""
    cursor = house.cursor(row_factory=class_row(JobCounts))
    await cursor.execute(
        "SELECT count(*) FILTER (WHERE failed_at IS NULL AND held_until IS NULL) AS waiting, "
        "count(*) FILTER (WHERE failed_at IS NULL AND held_until IS NOT NULL) AS running, "
        "count(*) FILTER (WHERE failed_at IS NOT NULL) AS failed FROM jobs"
    )
    found = await cursor.fetchone()
    assert found is not None
    return found
