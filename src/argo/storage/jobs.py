"""Work that outlives the request that wished for it: kept in the database, done at least once.

A job is queued in the transaction that makes it necessary, so that neither is there without the
other. It names its kind, its owner and the one row it is about, never content. A runner takes it
for a short lease that it renews; a runner that dies loses the lease, and another begins again. So
whatever a job does must come to the same when done twice. The next job is the one whose person
has waited longest for a turn (docs/developers/jobs.md, docs/decisions/0011-jobs.md).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from argo.clock import Clock
from argo.errors import ArgoError
from argo.storage import job_rows
from argo.storage.database import Connection, Database
from argo.storage.job_rows import CHANNEL
from argo.storage.types import Job, JobCounts, JobSettings, Owner

LEASE_SECONDS = 15.0
POLL_SECONDS = 5.0
"""How often a runner looks for jobs whose time has come; new ones wake it at once."""
_LONGEST_WAIT_SECONDS = 600.0
_AGAIN_LATER = ("unavailable", "busy")

Work = Callable[[Job], Awaitable[None]]
GaveUp = Callable[[Job, str], Awaitable[None]]
Unexpected = Callable[[BaseException], None]


@dataclass(frozen=True)
class _Kind:
    work: Work
    gave_up: GaveUp | None
    most_attempts: int


async def queue(
    connection: Connection,
    owner: Owner,
    kind: str,
    about_id: UUID,
    *,
    after: timedelta = timedelta(0),
    urgent: bool = False,
) -> None:
    """Queue a job of `kind` about one row of `owner`, in the caller's transaction.

    `connection` is of a person's or the house's context. It is due `after` from now; urgent ones
    (erasures) go before all that are not.
    """
    await job_rows.queued(connection, owner, kind, about_id, after, urgent)


async def forget(house: Connection, owner: Owner, *, but: UUID) -> None:
    """Forget every job of a person who is erased `but` the one that erases them."""
    await job_rows.forgotten(house, owner, but)


class Runner:
    """Runs jobs of the kinds it was told of, in one worker."""

    def __init__(
        self,
        settings: JobSettings,
        database: Database,
        clock: Clock,
        unexpected: Unexpected,
        *,
        lease_seconds: float = LEASE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Take jobs from `database`; what breaks is told to `unexpected`, which writes the log."""
        self._database, self._unexpected = database, unexpected
        self._id = clock.new_id()
        self._lease, self._poll = lease_seconds, poll_seconds
        self._kinds: dict[str, _Kind] = {}
        self._wakes = [asyncio.Event() for _ in range(settings.at_once)]
        self._tasks: list[asyncio.Task[None]] = []
        self._running = 0

    def does(
        self, kind: str, work: Work, *, gave_up: GaveUp | None = None, most_attempts: int = 5
    ) -> None:
        """Have jobs of `kind` done by `work`, from `open` on.

        `work` raises to be tried again, later each time; an error that says *unavailable* or
        *busy* does not count as an attempt. After `most_attempts`, or when it killed its worker
        as often, `gave_up` is told with the code of the last error, and the job stands as failed.
        """
        self._kinds[kind] = _Kind(work, gave_up, most_attempts)

    @property
    def running(self) -> int:
        """How many jobs this worker runs now."""
        return self._running

    async def counts(self) -> JobCounts:
        """Return how many jobs wait, run and have failed; raises `DatabaseAway`."""
        async with self._database.house() as house:
            return await job_rows.counts(house)

    def open(self) -> None:
        """Begin to take jobs."""
        self._tasks = [asyncio.create_task(self._listen())]
        self._tasks += [asyncio.create_task(self._work_always(wake)) for wake in self._wakes]

    async def close(self) -> None:
        """Take no more; what runs is broken off and is free for another runner at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(ArgoError):
            async with self._database.house() as house:
                await job_rows.let_go(house, self._id)

    async def sweep(self, house: Connection) -> None:
        """Forget failures of a month ago, and whose turn it was yesterday."""
        await job_rows.swept(house)

    async def _listen(self) -> None:
        async for _ in self._database.listen(CHANNEL):
            for wake in self._wakes:
                wake.set()

    async def _work_always(self, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            job = await self._taken()
            if job is not None:
                await self._run(job)
                continue
            # Not wait_for: up to Python 3.11 it can swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await wake.wait()

    async def _taken(self) -> Job | None:
        with contextlib.suppress(ArgoError):
            async with self._database.house() as house:
                return await job_rows.taken(house, self._id, list(self._kinds), self._lease)
        return None

    async def _run(self, job: Job) -> None:
        """Do one job and note what came of it; the supervisor of jobs."""
        kind = self._kinds[job.kind]
        self._running += 1
        try:
            if job.attempt > kind.most_attempts:
                await self._give_up(job, kind, "job_died")
                return
            work = asyncio.ensure_future(kind.work(job))
            keeping = asyncio.create_task(self._keep(job, work))
            try:
                await work
            finally:
                keeping.cancel()
                work.cancel()
                await asyncio.gather(keeping, work, return_exceptions=True)
            async with self._database.house() as house:
                await job_rows.done(house, job.id, self._id)
        except asyncio.CancelledError:
            # Ours, by `close`: or the lease went to another runner, which does the job now.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
        except Exception as error:  # noqa: BLE001 - the supervisor of jobs
            await self._failed(job, kind, error)
        finally:
            self._running -= 1

    async def _keep(self, job: Job, work: asyncio.Future[None]) -> None:
        """Renew the lease while `work` runs; without it, stop: another runner has begun."""
        while True:
            await asyncio.sleep(self._lease / 3)
            with contextlib.suppress(ArgoError):
                async with self._database.house() as house:
                    if not await job_rows.kept(house, job.id, self._id, self._lease):
                        work.cancel()
                        return

    async def _failed(self, job: Job, kind: _Kind, error: Exception) -> None:
        later = isinstance(error, ArgoError) and error.kind in _AGAIN_LATER
        if not isinstance(error, ArgoError):
            self._unexpected(error)
        try:
            if job.attempt >= kind.most_attempts and not later:
                code = error.code if isinstance(error, ArgoError) else "unexpected"
                await self._give_up(job, kind, code)
                return
            wait = min(_LONGEST_WAIT_SECONDS, 2.0 ** min(job.attempt, 20))
            async with self._database.house() as house:
                await job_rows.again(house, job.id, self._id, wait, counts=not later)
        except ArgoError:
            # The lease runs out by itself, and the job is taken again.
            return

    async def _give_up(self, job: Job, kind: _Kind, code: str) -> None:
        if kind.gave_up is not None:
            await kind.gave_up(job, code)
        async with self._database.house() as house:
            await job_rows.failed(house, job.id, self._id, code)
