"""The SQL of completions: which worker writes which answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from argo.storage.database import Connection
from argo.storage.types import Owner

# A worker is dead once it has not been seen for this long; its heart beats every second.
DEAD_SECONDS = 5.0
# A scheduler that has not renewed its lease for this long is replaced.
LEASE_SECONDS = 3.0


@dataclass(frozen=True)
class Orphan:
    """An answer whose worker died."""

    answer_id: UUID
    institution_id: UUID
    owner_id: UUID

    @property
    def owner(self) -> Owner:
        """Whose answer it is."""
        return Owner(self.institution_id, self.owner_id)


async def worker_seen(house: Connection, worker_id: UUID, address: str) -> None:
    """Note that this worker lives, at `address`."""
    await house.execute(
        "INSERT INTO workers (id, address, seen_at) VALUES (%s, %s, clock_timestamp()) "
        "ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at",
        (worker_id, address),
    )


async def worker_left(house: Connection, worker_id: UUID) -> None:
    """Forget a worker that stops in good order; others may schedule its models at once."""
    await house.execute("DELETE FROM schedulers WHERE worker_id = %s", (worker_id,))
    await house.execute("DELETE FROM workers WHERE id = %s", (worker_id,))


async def dead_workers_forgotten(house: Connection) -> None:
    """Forget the workers that have not been seen for `DEAD_SECONDS`."""
    await house.execute(
        "DELETE FROM workers WHERE seen_at < clock_timestamp() - make_interval(secs => %s)",
        (DEAD_SECONDS,),
    )


@dataclass(frozen=True)
class Scheduler:
    """Which worker schedules a model, and where it is reached."""

    model_id: str
    worker_id: UUID
    address: str


async def schedulers(
    house: Connection, model_ids: Sequence[str], worker_id: UUID, address: str
) -> list[Scheduler]:
    """Renew this worker's leases on models, claim those that ran out, return all of them."""
    await house.execute(
        "INSERT INTO schedulers AS held (model_id, worker_id, address, until) "
        "SELECT model_id, %s, %s, clock_timestamp() + make_interval(secs => %s) "
        "FROM unnest(%s::text[]) AS model_id ORDER BY model_id "
        "ON CONFLICT (model_id) DO UPDATE SET "
        "worker_id = excluded.worker_id, address = excluded.address, until = excluded.until "
        "WHERE held.worker_id = excluded.worker_id OR held.until < clock_timestamp()",
        (worker_id, address, LEASE_SECONDS, list(model_ids)),
    )
    cursor = house.cursor(row_factory=class_row(Scheduler))
    await cursor.execute(
        "SELECT model_id, worker_id, address FROM schedulers WHERE model_id = ANY (%s)",
        (list(model_ids),),
    )
    return await cursor.fetchall()


async def others(house: Connection, worker_id: UUID) -> list[str]:
    """Return the addresses of the other workers that live."""
    cursor = await house.execute(
        "SELECT address FROM workers WHERE id <> %s "
        "AND seen_at > clock_timestamp() - make_interval(secs => %s)",
        (worker_id, DEAD_SECONDS),
    )
    return [row[0] for row in await cursor.fetchall()]


async def generation_started(
    person: Connection, answer_id: UUID, owner: Owner, worker_id: UUID
) -> None:
    """Note that `worker_id` writes the answer."""
    await person.execute(
        "INSERT INTO generations (answer_id, institution_id, owner_id, worker_id, started_at) "
        "VALUES (%s, %s, %s, %s, clock_timestamp())",
        (answer_id, owner.institution_id, owner.owner_id, worker_id),
    )


async def generation_ended(house: Connection, answer_id: UUID) -> None:
    """Forget who wrote an answer that has ended."""
    await house.execute("DELETE FROM generations WHERE answer_id = %s", (answer_id,))


async def writer_of(person: Connection, answer_id: UUID) -> str | None:
    """Return the address of the worker that writes the person's answer, "" once it is dead.

    None when nobody writes it (any more), or it is another person's.
    """
    cursor = await person.execute(
        "SELECT coalesce(workers.address, '') FROM generations "
        "LEFT JOIN workers ON workers.id = generations.worker_id WHERE answer_id = %s",
        (answer_id,),
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def written_for(person: Connection) -> list[UUID]:
    """Return the person's answers that are being written."""
    cursor = await person.execute("SELECT answer_id FROM generations")
    return [row[0] for row in await cursor.fetchall()]


async def orphans(house: Connection) -> list[Orphan]:
    """Return the answers whose worker is gone, locked so that one reaper takes each."""
    cursor = house.cursor(row_factory=class_row(Orphan))
    await cursor.execute(
        "SELECT answer_id, institution_id, owner_id FROM generations "
        "WHERE NOT EXISTS (SELECT FROM workers WHERE workers.id = generations.worker_id) "
        "FOR UPDATE SKIP LOCKED LIMIT 100"
    )
    return await cursor.fetchall()
