"""Erasure for good, after the request: each step comes to the same when done twice."""

from __future__ import annotations

from argo.journal.types import HOUSE, Actor, Event
from argo.privacy import store
from argo.privacy.errors import ErasureWaits
from argo.privacy.subjects import Subjects
from argo.privacy.types import ERASE_ACCOUNT, ERASE_CONVERSATIONS
from argo.storage import jobs
from argo.storage.jobs import Runner
from argo.storage.types import Job

_NEVER_GIVE_UP = 1_000_000
"""An erasure that was promised is tried until it is done; docs/operators/data.md shows how to see one that waits."""


class Erasing:
    """Erases what people wished erased, and finishes the receipt with the last of it."""

    def __init__(self, subjects: Subjects) -> None:
        """Have these subjects erase what they hold."""
        self._subjects, self._clock = subjects, subjects.clock
        self._database = subjects.database

    def does(self, runner: Runner) -> None:
        """Tell the runner of jobs what privacy has done in the background."""
        runner.does(ERASE_CONVERSATIONS, self.conversations, most_attempts=_NEVER_GIVE_UP)
        runner.does(ERASE_ACCOUNT, self.account, most_attempts=_NEVER_GIVE_UP)

    async def conversations(self, job: Job) -> None:
        """Erase deleted conversations; done once their files are erased too."""
        if await self._subjects.generations.stop_all(job.owner):
            raise ErasureWaits
        async with self._database.person(job.owner) as person:
            await self._subjects.conversations.erase_all(person, deleted_alone=True)
            held = await self._subjects.documents.held(person)
        if held.being_erased:
            raise ErasureWaits
        async with self._database.person(job.owner) as person:
            if await store.finished(person, job.about_id, self._clock.now()):
                await self._subjects.journal.record(person, _done(job, "conversations.erased"))

    async def account(self, job: Job) -> None:
        """Erase an account: files, rows, the key, and last the person.

        The key is gone before the person is: whatever a backup holds, nothing opens it.
        """
        async with self._database.house() as house:
            if not await store.is_open(house, job.about_id):
                return
        # What is still being answered would write after the eraser.
        if await self._subjects.generations.stop_all(job.owner):
            raise ErasureWaits
        if await self._subjects.quotas.running(job.owner):
            raise ErasureWaits
        async with self._database.person(job.owner) as person:
            await self._subjects.conversations.erase_all(person, deleted_alone=False)
            await self._subjects.projects.erase_all(person)
            await self._subjects.collections.erase_all(person)
        await self._subjects.documents.erase_all(job.owner)
        await self._subjects.key_store.bury(job.owner)
        async with self._database.house() as house:
            await self._subjects.ledger.disown(house, job.owner)
            await self._subjects.quotas.forget(house, job.owner)
            await self._subjects.collections.forget_reader(house, job.owner)
            await jobs.forget(house, job.owner, but=job.id)
            await self._subjects.people.erase(house, job.owner)
            if await store.finished(house, job.about_id, self._clock.now()):
                await self._subjects.journal.record(house, _done(job, "account.erased"))


def _done(job: Job, action: str) -> Event:
    """Return the event of a finished erasure; the house did it, in nobody's name."""
    actor = Actor(HOUSE.kind, job.owner.institution_id)
    return Event(actor, action, "receipt", str(job.about_id))
