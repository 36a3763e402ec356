"""A job is done at least once, in turn, and what becomes of it can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from argo.clock import Clock
from argo.errors import ArgoError
from argo.storage import jobs
from argo.storage.database import Database
from argo.storage.jobs import Runner
from argo.storage.types import Job, JobSettings, Owner
from tests.fixtures import NewPerson
from tests.support.postgres import Addresses
from tests.support.waiting import soon

DONE_WITHIN = 10.0


class Away(ArgoError):
    code, kind, english, french = "away", "unavailable", "Away.", "Absent."


class Broken(ArgoError):
    code, kind, english, french = "broken", "broken", "Broken.", "Cassé."


class House:
    """Runners on one database, each job's kind of this test's own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.kind = f"test.{uuid4().hex}"
        self.broke: list[BaseException] = []

    def runner(self, at_once: int = 1, lease_seconds: float = 15.0) -> Runner:
        return Runner(
            JobSettings(at_once),
            self.database,
            Clock(),
            self.broke.append,
            lease_seconds=lease_seconds,
            poll_seconds=0.1,
        )

    @asynccontextmanager
    async def running(
        self, work: Callable[[Job], Awaitable[None]], **options: object
    ) -> AsyncIterator[Runner]:
        runner = self.runner()
        runner.does(self.kind, work, **options)  # type: ignore[arg-type]
        runner.open()
        try:
            yield runner
        finally:
            await runner.close()

    async def queue(self, owner: Owner, about: UUID | None = None, **options: object) -> UUID:
        about = about or uuid4()
        async with self.database.person(owner) as person:
            await jobs.queue(person, owner, self.kind, about, **options)  # type: ignore[arg-type]
        return about


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def rows(addresses: Addresses, kind: str) -> list[tuple[object, ...]]:
    with psycopg.connect(addresses.superuser) as connection:
        return connection.execute(
            "SELECT about_id, attempts, failed_code FROM jobs WHERE kind = %s ORDER BY due_at",
            (kind,),
        ).fetchall()


async def _gone(addresses: Addresses, kind: str) -> bool:
    return not rows(addresses, kind)


async def _failure(addresses: Addresses, kind: str) -> object:
    return rows(addresses, kind)[0][2]


async def test_a_job_is_done_once_its_transaction_is_committed(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    owner, seen = await new_person(), asyncio.Queue[Job]()
    async with house.running(seen.put):
        with pytest.raises(Broken):
            async with house.database.person(owner) as person:
                await jobs.queue(person, owner, house.kind, uuid4())
                raise Broken
        about = await house.queue(owner)
        job = await asyncio.wait_for(seen.get(), DONE_WITHIN)
        await soon(lambda: _gone(addresses, house.kind))
    assert (job.owner, job.about_id, job.attempt) == (owner, about, 1)
    assert seen.empty()


async def test_a_person_queues_in_their_own_name_alone(house: House, new_person: NewPerson) -> None:
    ada, grace = await new_person(), await new_person()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with house.database.person(ada) as person:
            await jobs.queue(person, grace, house.kind, uuid4())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with house.database.person(ada) as person:
            await person.execute("SELECT count(*) FROM jobs")


async def test_what_raises_is_tried_again_and_then_given_up_with_its_code(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    owner, attempts, given_up = await new_person(), [], asyncio.Queue[tuple[UUID, str]]()

    async def work(job: Job) -> None:
        attempts.append(job.attempt)
        if job.attempt == 1:
            raise ValueError("a secret of Ada's")
        raise Broken

    async def gave_up(job: Job, code: str) -> None:
        await given_up.put((job.about_id, code))

    async with house.running(work, gave_up=gave_up, most_attempts=2):
        about = await house.queue(owner)
        assert await asyncio.wait_for(given_up.get(), DONE_WITHIN) == (about, "broken")
        assert await soon(lambda: _failure(addresses, house.kind)) == "broken"
    assert attempts == [1, 2]
    assert [type(error) for error in house.broke] == [ValueError]


async def test_what_is_only_away_costs_no_attempt(house: House, new_person: NewPerson) -> None:
    owner, seen = await new_person(), asyncio.Queue[int]()
    answers: list[ArgoError | None] = [Away(), None]

    async def work(job: Job) -> None:
        await seen.put(job.attempt)
        if error := answers.pop(0):
            raise error

    async with house.running(work, most_attempts=1):
        await house.queue(owner)
        assert [await asyncio.wait_for(seen.get(), DONE_WITHIN) for _ in range(2)] == [1, 1]


async def test_a_job_of_a_runner_that_died_runs_again(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    owner, began, seen = await new_person(), asyncio.Event(), asyncio.Queue[int]()

    async def hang(job: Job) -> None:
        began.set()
        await asyncio.Event().wait()

    dying = house.runner(lease_seconds=0.2)
    dying.does(house.kind, hang)
    dying.open()
    await house.queue(owner)
    await asyncio.wait_for(began.wait(), DONE_WITHIN)
    for task in dying._tasks:
        # As kill -9 would: nothing is told to the database.
        task.cancel()

    async def work(job: Job) -> None:
        await seen.put(job.attempt)

    async with house.running(work):
        assert await asyncio.wait_for(seen.get(), DONE_WITHIN) == 2


async def test_a_job_that_kills_its_worker_each_time_is_given_up(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    owner, given_up = await new_person(), asyncio.Queue[str]()
    await house.queue(owner)
    with psycopg.connect(addresses.superuser) as connection:
        connection.execute("UPDATE jobs SET attempts = 3 WHERE kind = %s", (house.kind,))

    async def never(job: Job) -> None:
        pytest.fail("it must not run again")

    async def gave_up(job: Job, code: str) -> None:
        await given_up.put(code)

    async with house.running(never, gave_up=gave_up, most_attempts=3):
        assert await asyncio.wait_for(given_up.get(), DONE_WITHIN) == "job_died"


async def test_a_runner_that_closes_leaves_its_job_to_the_next(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    owner, began = await new_person(), asyncio.Event()

    async def hang(job: Job) -> None:
        began.set()
        await asyncio.Event().wait()

    async with house.running(hang):
        about = await house.queue(owner)
        await asyncio.wait_for(began.wait(), DONE_WITHIN)
    assert rows(addresses, house.kind) == [(about, 0, None)]
    seen = asyncio.Queue[Job]()
    async with house.running(seen.put):
        assert (await asyncio.wait_for(seen.get(), DONE_WITHIN)).attempt == 1


async def test_people_take_turns_and_what_is_urgent_goes_first(
    house: House, new_person: NewPerson
) -> None:
    ada, grace, marie = await new_person(), await new_person(), await new_person()
    names = {ada: "ada", grace: "grace", marie: "marie"}
    for _ in range(5):
        await house.queue(ada)
    for _ in range(2):
        await house.queue(grace)
    await house.queue(marie, urgent=True)
    order, all_done = list[str](), asyncio.Event()

    async def work(job: Job) -> None:
        order.append(names[job.owner])
        if len(order) == 8:
            all_done.set()

    async with house.running(work):
        await asyncio.wait_for(all_done.wait(), DONE_WITHIN)
    assert order == ["marie", "ada", "grace", "ada", "grace", "ada", "ada", "ada"]


async def test_two_hundred_jobs_on_four_runners_are_each_done_once(
    house: House, new_person: NewPerson, addresses: Addresses
) -> None:
    people = [await new_person() for _ in range(4)]
    wanted = {await house.queue(people[number % 4]) for number in range(200)}
    done, all_done = list[UUID](), asyncio.Event()

    async def work(job: Job) -> None:
        done.append(job.about_id)
        if len(done) >= 200:
            all_done.set()

    async with AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(house.running(work))
        await asyncio.wait_for(all_done.wait(), 30)
        await soon(lambda: _gone(addresses, house.kind))
    assert len(done) == 200
    assert set(done) == wanted


async def test_a_job_waits_for_its_time(house: House, new_person: NewPerson) -> None:
    owner, seen = await new_person(), asyncio.Queue[UUID]()

    async def work(job: Job) -> None:
        await seen.put(job.about_id)

    async with house.running(work):
        late = await house.queue(owner, after=timedelta(seconds=0.5))
        early = await house.queue(owner)
        found = [await asyncio.wait_for(seen.get(), DONE_WITHIN) for _ in range(2)]
    assert found == [early, late]


async def test_counts_say_what_waits(house: House, new_person: NewPerson) -> None:
    before = await house.runner().counts()
    await house.queue(await new_person())
    after = await house.runner().counts()
    assert after.waiting == before.waiting + 1
